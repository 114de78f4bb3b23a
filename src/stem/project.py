"""A practice's folder, and all that can be done in it: the way in for the command line and for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stem.config import FILE_NAME, Config, load_config
from stem.documents import Preview, preview
from stem.errors import ConfigError, UsageError
from stem.files import expanded
from stem.messages import Message
from stem.progress import Events
from stem.record.document import read_record, record_path
from stem.record.model import Record
from stem.record.produce import made_alone, produce
from stem.record.remake import Change, Remade, remake
from stem.record.sidecars import Sidecars
from stem.script.dutch.lexicon import load_lexicon
from stem.script.series import Series, all_series, find_series
from stem.script.template import ScriptTemplate, find_script, scripts
from stem.text_files import write_text
from stem.track.choices import terms_of
from stem.track.make import Track
from stem.track.plan import Plan, plan_sentence, plan_track
from stem.track.reading_sheet import Pieces, Sheet, cut_recording, write_sheet
from stem.track.spec import TrackSpec
from stem.track.stages import OnNotice, no_notice
from stem.track.target import format_of, output_path
from stem.track.voice_samples import Choice, check_name, choices, make_samples, template_text
from stem.voices.speakers import Terms, choose_voice
from stem.voices.template import VoiceTemplate, broken_voices, find_voice, voices

if TYPE_CHECKING:
    from stem.authoring.check import Checked
    from stem.practice.batch import BatchOptions
    from stem.practice.batch.batch import Batch

RECORDINGS = "opnames/"
"""Where own recordings go unless something else is asked."""

_SLASHES = ("/", "\\")
_EACH_ITS_OWN = TrackSpec("")
_NOTHING = Sidecars()
_AS_IT_WAS = Change()


class Project:
    """A folder with a practice's settings, scripts, voices, lexicon, recordings and tracks.

    What is relative, in settings, in a spec or in an argument that is a text, is relative to the folder. Two
    projects, of one folder or of two, can be at work in one process, also in several threads.

    Example:
        >>> project = stem.Project("praktijk")
        >>> plan = project.plan(stem.TrackSpec("kort", values={"naam": "Anna"}, voice="zacht", bed="none"))
        >>> print(stem.preview(plan).text().splitlines()[0])
        Kort moment  (voice zacht, bed none)
        >>> track = project.make(plan, "anna.mp3")
        >>> track.path.name, track.audio().frame_rate
        ('anna.mp3', 44100)

    Attributes:
        folder: As it was given.
        settings: What its stem.toml says; it is read once.
    """

    def __init__(self, folder: str | Path = ".") -> None:
        """Read the settings of a folder.

        Raises:
            ConfigError: when there is no such folder, it cannot be read, or its stem.toml has mistakes.
        """
        self.folder = Path(folder)
        try:
            if not self.folder.is_dir():
                problem = (
                    Message("it is no folder") if self.folder.exists() else Message("there is no such folder")
                )
                raise ConfigError(self.folder, [problem], hint=Message("Name the folder of a practice."))
            next(self.folder.iterdir(), None)
            (self.folder / FILE_NAME).exists()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or Message("no folder can have that name")
            raise ConfigError(
                self.folder, [Message("it cannot be read ({reason})", reason=reason)]
            ) from error
        self.settings: Config = load_config(self.folder)

    def path(self, name: str | Path) -> Path:
        """Return the path that a name means in this project, "~" included."""
        return expanded(str(name), self.folder)

    # Scripts and voices

    def scripts(self) -> tuple[ScriptTemplate, ...]:
        """Return every script that has a name; see `script.template.scripts`."""
        return scripts(self.folder)

    def script(self, name_or_path: str) -> ScriptTemplate:
        """Return a script; see `script.template.find_script`."""
        return find_script(name_or_path, self.folder)

    def all_series(self) -> tuple[Series, ...]:
        """Return the series; see `script.series.all_series`."""
        return all_series(self.folder)

    def series(self, name: str) -> Series:
        """Return a series; see `script.series.find_series`."""
        return find_series(name, self.folder)

    def voices(self) -> tuple[VoiceTemplate, ...]:
        """Return the voices that are in order; see `voices.template.voices`."""
        return voices(self.folder)

    def broken_voices(self) -> tuple[ConfigError, ...]:
        """Return what is wrong with the others."""
        return broken_voices(self.folder)

    def voice(self, name: str) -> VoiceTemplate:
        """Return a voice; see `voices.template.find_voice`."""
        return find_voice(name, self.folder)

    def check(self, script: str) -> Checked:
        """Check a script in every form; see `authoring.check.check_script`."""
        from stem.authoring.check import check_script
        from stem.script.cues import PAUSES, override_pauses

        return check_script(script, override_pauses(PAUSES, self.settings.pauses), self.folder)

    # A track

    def plan(self, spec: TrackSpec, target: str | None = None) -> Plan:
        """Find script, voice and background, fill the script in, and refuse what can be refused.

        Args:
            spec: What is asked for.
            target: Where it will go: a file's name tells the kind of file, when the spec does not.

        Raises:
            StemError: UsageError, ScriptError or ConfigError for whatever is wrong with what was asked.
        """
        if spec.format is None and spec.destination is None:
            spec = replace(spec, format=format_of(target))
        return plan_track(spec, self.settings, self.folder)

    def target(self, plan: Plan, target: str | Path | None = None) -> Path:
        """Return where a track goes: a file, or the plan's name in a folder, by default that of the settings.

        Raises:
            UsageError: when the file has the suffix of another format.
        """
        named = None if target is None else str(target)
        return output_path(plan.name, named, self.settings, plan.format, folder=self.folder)

    def preview(self, plan: Plan, *, exact: bool = False, on_notice: OnNotice = no_notice) -> Preview:
        """Return what a track will be; see `stem.preview`."""
        return preview(plan, exact=exact, on_notice=on_notice)

    def make(
        self,
        plan: Plan,
        target: str | Path | None = None,
        *,
        beside: Sidecars = _NOTHING,
        with_stems: bool = False,
        overwrite: bool = False,
        events: Events = None,
        on_notice: OnNotice = no_notice,
        on_made: Callable[[Track], object] = lambda _track: None,
    ) -> Track:
        """Make a track, whole or not at all.

        Args:
            plan: From `plan`.
            target: A file, or a folder; by default the folder of the settings. When the name is taken, the
                next free one is used.
            beside: What is wanted beside it: captions, a picture, its record.
            with_stems: Whether voice, background and bells are, each as a file.
            overwrite: Replace what is there.
            events: Called with a `Progress` at once and then several times a second; returning False stops.
            on_notice: Called with a sentence before text leaves the machine.
            on_made: Called with the track when it is there, before anything stands beside it.

        Raises:
            Cancelled: when `events` returned False; nothing is left.
            BusyError: when another thread is making that file.
            StemError: whatever else went wrong; nothing is left.
        """
        path = self.target(plan, target)
        is_named = target is not None and path == self.path(target)
        with made_alone(path) if is_named else nullcontext():
            return produce(
                plan,
                path,
                self.settings,
                beside=beside,
                with_stems=with_stems,
                overwrite=overwrite,
                events=events,
                on_notice=on_notice,
                on_made=on_made,
            )

    def remake(
        self,
        record: str | Path,
        change: Change = _AS_IT_WAS,
        target: str | None = None,
        *,
        online: bool | None = None,
        outside: bool = False,
        overwrite: bool = False,
        events: Events = None,
        on_notice: OnNotice = no_notice,
    ) -> Remade:
        """Make the track of a record again; see `record.remake.remake`."""
        return remake(
            self.path(record),
            self.settings,
            self.folder,
            change,
            output=target,
            online=online,
            outside=outside,
            overwrite=overwrite,
            events=events,
            on_notice=on_notice,
        )

    def printout(
        self, plan: Plan, *, as_page: bool = False, sound: str | None = None, on_notice: OnNotice = no_notice
    ) -> str:
        """Return a script on paper: plain text, or a page of HTML, which can play a finished track.

        Args:
            plan: From `plan`.
            as_page: Whether it is a page.
            sound: The way from the page to the track's file, as an address has it.
            on_notice: Called with a sentence before text leaves the machine.
        """
        from stem.authoring.printout import as_html, as_text

        timeline = preview(plan, exact=sound is not None, on_notice=on_notice).timeline
        return as_html(plan, timeline, sound) if as_page else as_text(plan, timeline)

    # Own recordings

    def sheet(
        self,
        spec: TrackSpec,
        target: str | None = None,
        *,
        overwrite: bool = False,
        on_written: Callable[[Path], object] = lambda _path: None,
    ) -> Sheet:
        """Write a numbered sheet of a script to read aloud: a file, or with its list in a folder."""
        place = self.path(target or RECORDINGS)
        is_page = target is not None and not target.endswith(_SLASHES) and not place.is_dir()
        return write_sheet(
            spec,
            self.settings,
            self.folder,
            place,
            is_page=is_page,
            overwrite=overwrite,
            on_written=on_written,
        )

    def cut(
        self,
        recording: str | Path,
        spec: TrackSpec,
        target: str | Path | None = None,
        *,
        overwrite: bool = False,
    ) -> Pieces:
        """Cut a recording of someone reading a script aloud into its sentences."""
        place = self.path(target or RECORDINGS)
        return cut_recording(
            self.path(recording), spec, self.settings, self.folder, place, overwrite=overwrite
        )

    # Hearing a voice or a background

    def sentence(
        self,
        text: str,
        voice: str | None = None,
        *,
        said_as: tuple[str, str] | None = None,
        online: bool | None = None,
        remember: bool = True,
    ) -> Plan:
        """Plan one text on no background, to hear a voice.

        Args:
            text: Without marks.
            voice: Its name; None for the usual one.
            said_as: A word and the spelling in which it is tried.
            online: Whether it may be sent to a service; None: as stem.toml says.
            remember: Whether what is spoken is kept.
        """
        lexicon = load_lexicon(self.folder)
        wish = voice or self.settings.voice
        return plan_sentence(
            text,
            choose_voice(wish, self.folder),
            lexicon.plus(*said_as) if said_as else lexicon,
            self._terms(online=online, remember=remember),
            chosen=bool(wish),
        )

    def tuned(self, voice: str, speeds: Sequence[float], pitches: Sequence[float]) -> tuple[Choice, ...]:
        """Return the ways in which a voice can be heard; see `track.voice_samples.choices`."""
        return choices(choose_voice(voice, self.folder), speeds, pitches)

    def samples(
        self,
        voice: str,
        ways: Sequence[Choice],
        target: str | Path | None = None,
        *,
        online: bool | None = None,
        remember: bool = True,
        overwrite: bool = False,
        on_notice: OnNotice = no_notice,
    ) -> Iterator[tuple[Choice, Path]]:
        """Write the same sentences in each way; see `track.voice_samples.make_samples`."""
        return make_samples(
            choose_voice(voice, self.folder),
            ways,
            self._terms(online=online, remember=remember),
            self.path(target or self.settings.output),
            lexicon=load_lexicon(self.folder),
            overwrite=overwrite,
            on_notice=on_notice,
        )

    def keep_voice(self, voice: str, way: Choice, name: str, *, overwrite: bool = False) -> Path:
        """Write a voice template of one of those ways, and return its path."""
        found = choose_voice(voice, self.folder)
        check_name(name, found, self.folder)
        path = self.folder / "voice_templates" / f"{name}.toml"
        return write_text(path, template_text(found, way), overwrite=overwrite)

    def _terms(self, *, online: bool | None, remember: bool) -> Terms:
        return terms_of(replace(_EACH_ITS_OWN, online=online, remember=remember), self.settings)

    # Finished tracks

    def record(self, track: str | Path) -> Record | None:
        """Return the record beside a track; None when there is none, or it is of a file of another kind."""
        path = self.path(track)
        if not path.name or not record_path(path).exists():  # "." and "/" have no name
            return None
        record = read_record(record_path(path))
        return record if record.track.suffix.casefold() == path.suffix.casefold() else None

    # Many tracks

    def batch(
        self,
        file: str,
        spec: TrackSpec = _EACH_ITS_OWN,
        target: str | None = None,
        *,
        content: bytes | None = None,
        names: str = "",
        captions: tuple[str, ...] = (),
        again: bool = False,
    ) -> Batch:
        """Read a list: a track for each row, or all mistakes at once.

        Args:
            file: CSV, XLSX or TOML.
            spec: What is not None in it goes before what a row says; its values are the usual ones.
            target: The folder of the tracks; by default that of the settings.
            content: What is in the file, when that was read already.
            names: Pattern of their names; empty for the usual one.
            captions: Kinds of captions beside them.
            again: Make also what has not changed, and replace whatever has its name.

        Raises:
            ConfigError: with every mistake in the list.
            UsageError: when what holds for the whole batch cannot be.
        """
        from stem.practice.batch import jobs_of_list
        from stem.practice.batch.batch import Batch, read_list

        listed = read_list(file, self.folder, content)
        options = self._batch_options(spec, target, names, captions, again=again)
        jobs = jobs_of_list(listed, options, self.settings)
        return Batch(Path(file).stem, jobs, self.settings, self.folder)

    def series_batch(
        self,
        name: str | None,
        code: str,
        spec: TrackSpec = _EACH_ITS_OWN,
        target: str | None = None,
        *,
        names: str = "",
        captions: tuple[str, ...] = (),
        again: bool = False,
    ) -> Batch:
        """Ask for all tracks of a series for one client; see `batch`.

        Args:
            name: Of the series; None for the usual one.
            code: The client's; never a name.
            spec: What holds for all tracks.
            target: As of `batch`.
            names: Likewise.
            captions: Likewise.
            again: Likewise.

        Raises:
            UsageError: when no series is named, or the code cannot be one.
            StemError: for whatever else is wrong.
        """
        from stem.practice.batch import jobs_of_series
        from stem.practice.batch.batch import Batch

        if not (name or self.settings.series):
            raise UsageError(
                Message("No series is named."),
                hint=Message("For example: {series_is} zeven-dagen {code_is} c017"),
            )
        series = self.series(name or self.settings.series)
        options = self._batch_options(spec, target, names, captions, again=again)
        jobs = jobs_of_series(series, code, options, self.settings)
        return Batch(series.title, jobs, self.settings, self.folder)

    def _batch_options(
        self, spec: TrackSpec, target: str | None, names: str, captions: tuple[str, ...], *, again: bool
    ) -> BatchOptions:
        from stem.practice.batch import BatchOptions
        from stem.practice.batch.batch import batch_folder

        folder = batch_folder(target or self.settings.output, self.folder)
        return BatchOptions(spec, folder, names, captions, again, self.folder)
