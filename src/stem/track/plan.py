"""From what was asked to a plan: the script read, the voice and the bed found; nothing is spoken yet.

choosing.py  script, voice, background, kind of file: what does not depend on what is filled in
wording.py   the script filled in, as cues
house.py     a practice's own words around it
places.py    which file it becomes
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stem import units
from stem.config import Config
from stem.errors import StemError, UsageError
from stem.export.destinations import Destination
from stem.files import HERE
from stem.messages import Message
from stem.script.cues import Cue, Source, Utterance, phrases_of
from stem.script.dutch import has_words
from stem.script.dutch.lexicon import Lexicon, load_lexicon
from stem.script.holding import replaced
from stem.script.safety import USUAL_COUNTRY, safety
from stem.script.template import ScriptTemplate
from stem.sound.beds import BedChoice
from stem.track.choices import NO_BED, NO_COVER, USUAL_BELL, Choices, Resolved, resolve, terms_of
from stem.track.intro_outro import IntroOutro, sheet_order
from stem.track.profiles import DEFAULT, PROFILES, Profile
from stem.track.spec import TrackSpec
from stem.track.target import USUAL_FORMAT, format_of, output_path
from stem.track.words import (
    PRONUNCIATION,
    Reader,
    Text,
    belled,
    doubts,
    masked,
    takes_pronunciation,
    with_pronunciation,
    words_only,
)
from stem.voices.engines import traits_of
from stem.voices.recordings.engine import missing_error, voice_of
from stem.voices.recordings.sheets import SheetLine, numbered
from stem.voices.speakers import Terms
from stem.voices.template import VoiceTemplate

__all__ = [
    "NO_COVER",
    "PRONUNCIATION",
    "USUAL_FORMAT",
    "Choices",
    "Plan",
    "Resolved",
    "format_of",
    "output_path",
    "plan_all",
    "plan_sentence",
    "plan_to_mend",
    "plan_track",
    "resolve",
    "sheet_lines",
    "takes_pronunciation",
    "with_pronunciation",
    "words_only",
]

_NO_WORDS = Lexicon({})
_LOCAL = Terms()


@dataclass(frozen=True, slots=True)
class Plan:
    """A track before it has sound: everything is known but how long the sentences last.

    Example:
        >>> plan = project.plan(stem.TrackSpec("kort", voice="zacht", bed="none"))
        >>> plan.title, plan.voice.name, plan.phrases[-1]
        ('Kort moment', 'zacht', 'Je hoeft niets.')

    Attributes:
        title: For people.
        name: For files.
        cues: What happens, in order; with a length wanted, of no particular length yet.
        voice: Who speaks.
        fill: Who says what `voice`, a folder with recordings, does not have.
        house: Who says what a practice recorded of its own words; None when it did not.
        bed: The background.
        seed: Of the background.
        artist: Who the tags name as the maker.
        album: The album in the tags.
        number: The track's number in the album.
        total: How many the album has.
        cover: A picture for the tags; "none" for none, None for one drawn by the title.
        lyrics: Whether the words go into the tags.
        personal: The phrases that are said because of someone's own words: a name, a description.
        name_in_file: Whether these may stand in the tags.
        country: Whose help numbers are told.
        help: Whom to turn to besides, a sentence each.
        profile: What it is mastered for, with the levels that were asked.
        bell: Name of the bell.
        target_frames: The length wanted; None when any will do.
        texts: The texts to be tried for that length, in order; `cues` is one of them.
        lost: For each of these which changes of sentences found none in it, counted from 1.
        template: The script it was made from; None for a single sentence.
        lexicon: How words are said.
        terms: What speaking may do.
        chosen: Whether someone chose the voice; else it is the best there was.
        remarks: What is heard otherwise than it is written, as sentences; known once it is spoken.
        folder: Of the project that it was planned in.
        spec: What was asked for; None for a single sentence.
    """

    title: str
    name: str
    cues: tuple[Cue, ...]
    voice: VoiceTemplate
    bed: BedChoice
    seed: int
    artist: str
    album: str
    profile: Profile = PROFILES[DEFAULT]
    bell: str = USUAL_BELL
    format: str = USUAL_FORMAT
    destination: Destination | None = None
    number: int | None = None
    total: int | None = None
    cover: str | None = NO_COVER
    lyrics: bool = False
    personal: frozenset[str] = frozenset()
    name_in_file: bool = False
    country: str = USUAL_COUNTRY
    help: tuple[str, ...] = ()
    target_frames: int | None = None
    texts: tuple[tuple[Cue, ...], ...] = ()
    lost: tuple[tuple[int, ...], ...] = ()
    template: ScriptTemplate | None = None
    fill: VoiceTemplate | None = None
    house: VoiceTemplate | None = None
    lexicon: Lexicon = _NO_WORDS
    terms: Terms = _LOCAL
    chosen: bool = True
    remarks: tuple[str, ...] = ()
    folder: Path = HERE
    spec: TrackSpec | None = None

    @property
    def phrases(self) -> tuple[str, ...]:
        """What the voice is given to say, in order."""
        return phrases_of(self.cues)

    @property
    def lost_edits(self) -> tuple[int, ...]:
        """Which changes of sentences found none in what is said, counted from 1."""
        said = self.phrases
        return next(
            (lost for text, lost in zip(self.texts, self.lost, strict=True) if phrases_of(text) == said), ()
        )

    @property
    def doubts(self) -> tuple[str, ...]:
        """What may be read wrong of what was filled in, as sentences that do not show it."""
        if not self.spec or not self.template:
            return ()
        return doubts(self.spec.values, self.template, self.lexicon, ipa=self.reads_ipa)

    @property
    def reads_ipa(self) -> bool:
        """Whether all who speak read phonemes."""
        return all(traits_of(voice.engine).ipa for voice in self.voices)

    @property
    def voices(self) -> tuple[VoiceTemplate, ...]:
        """All who speak, in the order in which they take what is theirs to say."""
        return tuple(voice for voice in (self.house, self.voice, self.fill) if voice is not None)


def plan_track(spec: TrackSpec, config: Config, folder: Path = HERE, *, in_outline: bool = False) -> Plan:
    """Render and read the script, and find the voice and the bed; nothing is spoken yet; see `plan_all`.

    Raises:
        StemError: UsageError, ScriptError or ConfigError for whatever is wrong with what was asked.
    """
    (plan,) = plan_all([spec], config, folder, in_outline=in_outline)
    if isinstance(plan, StemError):
        raise plan
    return plan


def plan_all(
    specs: Sequence[TrackSpec],
    config: Config,
    folder: Path = HERE,
    *,
    in_outline: bool = False,
    script: ScriptTemplate | None = None,
) -> tuple[Plan | StemError, ...]:
    """Plan many tracks: what they have in common is looked up once, and their scripts are filled in together.

    Args:
        specs: What is asked for.
        config: The settings.
        folder: The project's.
        in_outline: Do not look which phrases are personal: no track will be made of these plans.
        script: That of all of them, when it is not in a file as it is.

    Returns:
        For each track its plan, or the error that `plan_track` would raise.

    Raises:
        StemError: when the settings, or the lexicon, have mistakes.
    """
    planner = _Planner(config, folder, script)
    plans: dict[int, Plan | StemError] = {}
    by_script: dict[Path, list[_Asked]] = {}
    for index, spec in enumerate(specs):
        try:
            chosen = planner.choices.chosen(spec)
        except StemError as error:
            plans[index] = error
        else:
            by_script.setdefault(chosen.template.path, []).append(_Asked(index, spec, chosen))
    for asked in by_script.values():
        plans |= planner.plans(asked, in_outline=in_outline)
    return tuple(plans[index] for index in range(len(specs)))


def sheet_lines(
    spec: TrackSpec, config: Config, folder: Path = HERE
) -> tuple[ScriptTemplate, tuple[SheetLine, ...]]:
    """Return the script and, numbered, every phrase that its track would have.

    Raises:
        StemError: as `plan_track`.
    """
    planner = _Planner(config, folder)
    chosen = planner.choices.chosen(spec)
    texts = _sound(next(planner.texts([_Asked(0, spec, chosen)])))
    return chosen.template, _numbered(texts, planner.choices.house(spec.pauses))


def plan_to_mend(
    spec: TrackSpec, config: Config, folder: Path = HERE
) -> tuple[Plan, tuple[tuple[Cue, ...], ...]]:
    """Plan a track in outline; return with it the texts of its script before any sentence was changed.

    Raises:
        StemError: as `plan_track`.
    """
    planner = _Planner(config, folder)
    chosen = planner.choices.chosen(spec)
    asked = _Asked(0, spec, chosen)
    read = planner.texts([asked, replace(asked, spec=replace(spec, edits=()))])
    texts, before = (_sound(each) for each in read)
    return planner.plan(spec, chosen, texts, texts), before


def _sound(texts: tuple[Text, ...] | StemError) -> tuple[Text, ...]:
    if isinstance(texts, StemError):
        raise texts
    return texts


@dataclass(frozen=True, slots=True)
class _Asked:
    """A track that is to be planned: its place among the others, and what was chosen for it."""

    index: int
    spec: TrackSpec
    chosen: Resolved

    def for_another(self) -> _Asked:
        """Return the same with other words in the place of someone's own, and no sentence changed."""
        values = masked(self.spec.values, self.chosen.template)
        return replace(self, spec=replace(self.spec, values=values, edits=()))


class _Planner:
    """Plans tracks under the same settings, and looks everything up once."""

    def __init__(self, config: Config, folder: Path, script: ScriptTemplate | None = None) -> None:
        self._config = config
        self._lexicon = load_lexicon(folder)
        self._reader = Reader(config.pauses)
        self.choices = Choices(config, folder, script)

    def texts(self, asked: Sequence[_Asked]) -> Iterator[tuple[Text, ...] | StemError]:
        """Yield the texts of tracks of one script."""
        scales = [(each.spec, each.chosen.voice.pause_scale if each.chosen.voice else 1.0) for each in asked]
        flemish = [each.chosen.voice is not None and each.chosen.voice.is_flemish for each in asked]
        return self._reader.texts_of(asked[0].chosen.template, scales, flemish)

    def plans(self, asked: Sequence[_Asked], *, in_outline: bool) -> dict[int, Plan | StemError]:
        """Return the plans of tracks of one script, or what is wrong with each.

        What is said to someone, and not to another of whom other words were filled in, is personal.
        """
        others = [] if in_outline else [other for each in asked if (other := each.for_another()) != each]
        texts = list(self.texts([*asked, *others]))
        to_another = {each.index: said for each, said in zip(others, texts[len(asked) :], strict=True)}
        found: dict[int, Plan | StemError] = {}
        for each, said in zip(asked, texts[: len(asked)], strict=True):
            if isinstance(said, StemError):
                found[each.index] = said
                continue
            try:
                found[each.index] = self.plan(each.spec, each.chosen, said, to_another.get(each.index, said))
            except StemError as error:
                found[each.index] = error
        return found

    def plan(
        self,
        spec: TrackSpec,
        chosen: Resolved,
        texts: tuple[Text, ...],
        to_another: tuple[Text, ...] | StemError,
    ) -> Plan:
        """Return the plan of a track of which the texts were read, also as they would be for another."""
        config, template, house = self._config, chosen.template, self.choices.house(spec.pauses)
        bell_s = self._reader.pauses(spec)["bel"].seconds
        whole = tuple(
            belled(house.around(cues), spec, chosen.profile, chosen.destination, bell_s) for cues in texts
        )
        return Plan(
            title=template.title,
            name=template.name,
            cues=whole[0],
            voice=chosen.voice or _recorded(chosen, _numbered(texts, house)),
            fill=chosen.fill,
            house=house.voice,
            bed=chosen.bed,
            profile=chosen.profile,
            bell=chosen.bell,
            format=chosen.format,
            destination=chosen.destination,
            seed=spec.seed,
            artist=spec.artist or config.maker,
            album=spec.album or config.album,
            number=spec.number,
            total=spec.total,
            cover=chosen.cover,
            lyrics=spec.lyrics,
            personal=_phrases(texts) - _phrases(to_another),
            name_in_file=spec.name_in_file,
            country=safety(config.country).country,
            help=config.help,
            target_frames=None if spec.duration_s is None else units.frames(spec.duration_s),
            texts=whole,
            lost=tuple(self._reader.lost(spec, cues) for cues in texts),
            template=template,
            lexicon=with_pronunciation(self._lexicon, spec.values, template),
            terms=terms_of(spec, config),
            chosen=chosen.by_wish,
            folder=self.choices.folder,
            spec=spec,
        )


def _phrases(texts: tuple[Text, ...] | StemError) -> frozenset[str]:
    """Return all that a voice may say for texts; nothing, when a script cannot be filled in so."""
    if isinstance(texts, StemError):
        return frozenset()
    return frozenset(phrase for cues in texts for phrase in (*phrases_of(cues), *replaced(cues)))


def _numbered(texts: Sequence[Text], house: IntroOutro) -> tuple[SheetLine, ...]:
    return numbered(sheet_order(texts, house))


def _recorded(chosen: Resolved, lines: tuple[SheetLine, ...]) -> VoiceTemplate:
    """Return the voice of the recordings in a folder; without another voice, it must have everything."""
    assert chosen.folder is not None
    voice, missing = voice_of(chosen.folder, lines)
    if missing and chosen.fill is None:
        raise missing_error(chosen.folder, missing)
    return voice


def plan_sentence(
    text: str,
    voice: VoiceTemplate,
    lexicon: Lexicon = _NO_WORDS,
    terms: Terms = _LOCAL,
    *,
    chosen: bool = True,
) -> Plan:
    """Plan a track of one text without marks, on no background.

    Raises:
        UsageError: when there are no words in it.
    """
    sentence = Utterance.of(text, Source("text", 1))
    if not has_words(sentence.phrase):
        raise UsageError(
            Message("There are no words in that text."), hint=Message('For example: {say_text} "Welkom."')
        )
    return Plan(
        title="Zin",  # not the words: they may hold a name, and titles are shown on lock screens
        name="zin",
        cues=(sentence,),
        voice=voice,
        bed=BedChoice.read(NO_BED),
        seed=1,
        artist="stem",
        album="",
        profile=Profile("", pre_roll_s=0.3, post_roll_s=0.5),
        lexicon=lexicon,
        terms=terms,
        chosen=chosen,
    )
