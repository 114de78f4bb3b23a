"""Tracks of a project: planned, looked at beforehand, made, made again, read aloud by oneself."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from stem.config import Config
from stem.documents.previews import Preview, preview
from stem.errors import UsageError
from stem.messages import Message
from stem.progress import Events
from stem.project.folder import RECORDINGS, Folder
from stem.record.produce import made_alone, produce
from stem.record.remake import AS_IT_WAS, Change, Remade, asked_again, remake
from stem.record.sidecars import Sidecars
from stem.script.dutch.lexicon import FILE_NAME, load_lexicon
from stem.script.pacing import UnreachableLengthError
from stem.text_files import write_text
from stem.track.make import Track
from stem.track.mending import Mendable, fixed_text, in_place, mendable
from stem.track.outline import Outline, outline
from stem.track.plan import Plan, plan_track
from stem.track.reading_sheet import Pieces, Sheet, cut_recording, write_sheet
from stem.track.ready import check_ready, lengths, with_real_lengths
from stem.track.spec import TrackSpec
from stem.track.stages import OnNotice, no_notice
from stem.track.target import check_place, format_of, output_path

_SLASHES = ("/", "\\")
_ANY_LENGTH_S = 600.0
_NOTHING = Sidecars()


class Tracks(Folder):
    """What a project does with tracks that are not there yet."""

    def plan(self, spec: TrackSpec, target: str | None = None, *, to_make: bool = True) -> Plan:
        """Find script, voice and background, fill the script in, and refuse what can be refused.

        Args:
            spec: What is asked for.
            target: Where it will go: a file's name tells the kind of file, when the spec does not.
            to_make: Refuse also what cannot be made on this machine, or not be written there; without it, the
                words and the expected times of such a track can still be looked at.

        Raises:
            StemError: UsageError, ScriptError or ConfigError for whatever is wrong with what was asked;
                EngineUnavailable when a voice cannot speak here, or may not; OutputError when the track
                cannot be written.
        """
        if spec.format is None and spec.destination is None:
            spec = replace(spec, format=format_of(target))
        plan = plan_track(spec, self.settings, self.folder)
        if to_make:
            try:
                check_ready(plan)
            except UnreachableLengthError as error:
                raise with_real_lengths(error, spec, self._in_outline) from error
            check_place(self.target(plan, target))
        return plan

    def lengths(self, spec: TrackSpec) -> tuple[tuple[float, float], ...]:
        """Return the shortest and the longest, in seconds, that a track can be; a pair for each text of it.

        They are estimated from the pace of the voice. A script without pauses that give way has one length.

        Raises:
            StemError: as `plan`.
        """
        of_any_length = replace(spec, duration_s=spec.duration_s or _ANY_LENGTH_S)
        return lengths(self._in_outline(of_any_length))

    def _in_outline(self, spec: TrackSpec) -> Plan:
        return plan_track(spec, self.settings, self.folder, in_outline=True)

    def outline(self, spec: TrackSpec) -> Outline:
        """Return what a track will say and when, and how long it can last, quickly; see `track.outline`.

        Raises:
            StemError: for whatever is wrong with what was asked but the length.
        """
        return outline(spec, self.settings, self.folder)

    def target(self, plan: Plan, target: str | Path | None = None) -> Path:
        """Return where a track goes: a file, or the plan's name in a folder, by default that of the settings.

        Raises:
            UsageError: when the file has the suffix of another format.
        """
        named = None if target is None else str(target)
        return output_path(plan.name, named, self.settings, plan.format, folder=self.folder)

    def preview(self, plan: Plan, *, exact: bool = False, on_notice: OnNotice = no_notice) -> Preview:
        """Return what a track will be; see `stem.preview`."""
        try:
            return preview(plan, exact=exact, on_notice=on_notice)
        except UnreachableLengthError as error:
            assert plan.spec is not None  # what was asked for has a length
            raise with_real_lengths(error, plan.spec, self._in_outline) from error

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
        change: Change = AS_IT_WAS,
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
        self,
        plan: Plan,
        *,
        as_page: bool = False,
        audio: str | Path | None = None,
        beside: str | Path = "",
        on_notice: OnNotice = no_notice,
    ) -> str:
        """Return a script on paper: plain text, or a page of HTML, which can play a finished track.

        Args:
            plan: From `plan`.
            as_page: Whether it is a page.
            audio: The finished track; the times on the page are then exact.
            beside: The folder where the page will be; by default that of the project.
            on_notice: Called with a sentence before text leaves the machine.

        Raises:
            UsageError: when there is no such track.
        """
        from stem.authoring.printout import as_html, as_text

        sound = None if audio is None else self._way_to(audio, self.path(beside))
        timeline = preview(plan, exact=sound is not None, on_notice=on_notice).timeline
        return as_html(plan, timeline, sound) if as_page else as_text(plan, timeline)

    def write_printout(
        self,
        plan: Plan,
        target: str | Path,
        *,
        as_page: bool = False,
        audio: str | Path | None = None,
        overwrite: bool = False,
        on_notice: OnNotice = no_notice,
    ) -> Path:
        """Write what `printout` returns to a file, and return its path.

        Raises:
            OutputError: when it cannot be written, or is there already.
        """
        path = self.path(target)
        text = self.printout(plan, as_page=as_page, audio=audio, beside=path.parent, on_notice=on_notice)
        return write_text(path, text, overwrite=overwrite)

    def _way_to(self, audio: str | Path, folder: Path) -> str:
        """Return the way from a page in a folder to a sound file, as an address has it."""
        path = self.path(audio)
        if not path.is_file():
            raise UsageError(
                Message("There is no file '{audio}'.", audio=audio), hint=Message("Make the track first.")
            )
        return Path(os.path.relpath(path, folder)).as_posix()

    # Sentences of a track changed

    def asked(self, record: str | Path, change: Change = AS_IT_WAS) -> tuple[TrackSpec, Config]:
        """Return what the track of a record was made of, under which settings; see `remake`.

        Raises:
            UsageError: when the record does not tell what was filled in.
            ConfigError: when it cannot be read.
        """
        return asked_again(self.path(record), self.settings, self.folder, change)[1:]

    def mendable(
        self, spec: TrackSpec, said: Sequence[str], settings: Config | None = None
    ) -> tuple[Mendable, ...]:
        """Return the sentences of a track that can be changed; see `track.mending.mendable`."""
        return mendable(spec, settings or self.settings, said, self.folder)

    def in_place(self, spec: TrackSpec, sentence: str, nth: int = 1, settings: Config | None = None) -> bytes:
        """Return how a sentence sounds in its track, a WAV file; see `track.mending.in_place`."""
        from stem.sound.playing import as_wav

        return as_wav(in_place(spec, settings or self.settings, sentence, nth, self.folder))

    def keep_as_script(self, spec: TrackSpec, settings: Config | None = None) -> Path:
        """Write what is said in a track as a script of the project's own, and return its path.

        Nothing can be filled in any more: names and whatever else was filled in stand in it as they are.

        Raises:
            StemError: as `plan`; OutputError when it cannot be written.
        """
        from stem.authoring.own_versions import fixed, free_place, taken_titles

        template, cues = fixed_text(spec, settings or self.settings, self.folder)
        text = fixed(template, cues, taken_titles(self.folder))
        return write_text(free_place(self.folder, template.name), text, overwrite=False)

    def say_as(self, word: str, said: str) -> Path:
        """Let a word be said so in all that is made from now on; return the path of the project's lexicon.

        Args:
            word: As it is written.
            said: As a Dutch reader would spell what should be heard.

        Raises:
            ConfigError: when the lexicon has mistakes, or that is no word, or cannot be said.
            OutputError: when it cannot be written.
        """
        from stem.practice.own_words import say_as

        load_lexicon(self.folder)  # one with mistakes, or that is a link, is left as it is
        say_as(word, said, self.folder)
        return self.folder / FILE_NAME

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
