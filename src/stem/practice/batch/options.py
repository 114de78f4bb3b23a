"""What holds for all tracks of a batch, and a batch as it was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stem.config import Config
from stem.errors import UnknownNameError
from stem.export.formats import find_format
from stem.files import HERE
from stem.messages import Message
from stem.practice.batch.estimate import Expected
from stem.practice.batch.jobs import Job
from stem.practice.batch.list_values import counted, shows
from stem.practice.batch.name_patterns import named
from stem.practice.lists import Place
from stem.script.dutch.lexicon import Lexicon
from stem.script.template import ScriptTemplate, find_script
from stem.track import ready
from stem.track.choices import Choices, Resolved, terms_of
from stem.track.spec import TrackSpec
from stem.track.words import PRONUNCIATION, doubts, takes_pronunciation
from stem.voices.permission import notice, runs_program
from stem.voices.speakers import sends_to


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What holds for a whole batch.

    Attributes:
        spec: What is not None in it goes before what a row says; its values are the usual ones.
        folder: Where the tracks go.
        names: Pattern for their names; empty for the usual one.
        captions: Kinds of captions that are wanted beside them.
        force: Whether also what has not changed is made again.
        home: The project's folder.
    """

    spec: TrackSpec
    folder: Path
    names: str = ""
    captions: tuple[str, ...] = ()
    force: bool = False
    home: Path = HERE

    def job(
        self,
        place: Place,
        code: str,
        spec: TrackSpec,
        chosen: Resolved,
        *,
        pattern: str,
        number: int,
        config: Config,
    ) -> Job:
        """Return a job of the batch.

        Args:
            place: Where it was asked for.
            code: The client's.
            spec: What was asked for.
            chosen: What was chosen for that.
            pattern: Of the file's name.
            number: Of the row, or in the series.
            config: What stem.toml says.
        """
        minutes = _minutes(spec, chosen.template)
        name = named(
            pattern,
            code=code,
            script=chosen.template.name,
            minutes=minutes,
            number=number,
            values=spec.values,
        )
        target = self.folder / f"{name}{find_format(chosen.format).suffix}"
        return Job(place, code, spec, config, target, self.captions, self.force, self.home)


@dataclass(frozen=True, slots=True)
class JobList:
    """A batch as it was asked for.

    Attributes:
        jobs: In the order of the list, or of the series.
        expected: What is to be expected of the track of each.
        passwords: By code, for the clients that have one.
    """

    jobs: tuple[Job, ...]
    expected: tuple[Expected, ...]
    passwords: Mapping[str, str] = field(default_factory=dict)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Which rows have a name that a voice may read wrong, as sentences that do not show it."""
        plans = [each.plan for each in self.expected]
        rows = [
            job.place
            for job, plan in zip(self.jobs, plans, strict=True)
            if plan.template and doubts(job.spec.values, plan.template, plan.lexicon, ipa=plan.reads_ipa)
        ]
        if not rows:
            return ()
        return (
            Message(
                "How does the name sound in {rows}? A voice may read it wrong: listen first, and write it as "
                "it sounds in a column {pronunciation} if need be.",
                rows=counted(rows),
                pronunciation=PRONUNCIATION,
            ),
        )

    @property
    def notices(self) -> tuple[str, ...]:
        """What someone must be able to read before a track is made: who runs a program or sends text."""
        voices = {voice.path: voice for each in self.expected for voice in each.plan.voices}.values()
        programs = (notice(voice) for voice in voices if runs_program(voice))
        sent = (
            Message(
                "The voice '{voice}' sends what it says to {place}, with what you filled in.",
                voice=voice.name,
                place=place,
            )
            for voice in voices
            if (place := sends_to(voice))
        )
        return (*programs, *sent)


def check_voices(choices: Choices, spec: TrackSpec) -> Resolved:
    """Return what is chosen, when those who speak can speak here.

    Raises:
        StemError: when they cannot.
    """
    chosen, house = choices.chosen(spec), choices.house(spec.pauses)
    voices = [voice for voice in (house.voice, chosen.voice, chosen.fill) if voice is not None]
    ready.check_voices(voices, Lexicon({}), terms_of(spec, choices.config))
    return chosen


def fillable(template: ScriptTemplate) -> frozenset[str]:
    """Return what can be filled in in a script: its variables, and how a name is said."""
    names = {variable.name for variable in template.variables}
    return frozenset(names | ({PRONUNCIATION} if takes_pronunciation(template) else set()))


def check_variables(values: Mapping[str, str], known: frozenset[str]) -> None:
    """Refuse values of variables that no script of a batch has.

    Raises:
        UnknownNameError: when there is one.
    """
    for name in values:
        if name not in known:
            raise UnknownNameError("variable", name, known)


def names_in_code(code: str, values: Mapping[str, str], template: ScriptTemplate, pattern: str) -> list[str]:
    """Return, each as a clause, what a client's code tells of what is filled in; file names show the code."""
    own = {variable.name for variable in template.variables if variable.type == "text"}
    return [
        Message("the code holds what is filled in for '{name}', and file names show it", name=name)
        for name in sorted(own & values.keys())
        if shows(code, values[name]) and f"{{{name}}}" not in pattern
    ]


def own_words(spec: TrackSpec, home: Path = HERE) -> list[str]:
    """Return what was filled in or changed that may be somebody's: no choices and no numbers."""
    variables = find_script(spec.script, home).variables
    own = {each.name for each in variables if each.type == "text"} | {PRONUNCIATION}
    changed = (text for edit in spec.edits for text in (edit.sentence, edit.text))
    return [text for text in (*(spec.values[name] for name in spec.values if name in own), *changed) if text]


def _minutes(spec: TrackSpec, template: ScriptTemplate) -> float | None:
    if spec.duration_s is not None:
        return round(spec.duration_s / 60, 1)
    return next(iter(template.minutes), None)
