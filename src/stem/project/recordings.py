"""Own recordings of a project: sets of them, and each take kept, judged, brought back or forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stem.errors import OutputError, UsageError
from stem.filenames import safe_name
from stem.messages import Message
from stem.project.folder import RECORDINGS
from stem.project.tracks import Tracks
from stem.script.dutch import spoken
from stem.script.template import find_script, script_files
from stem.text_files import write_text
from stem.track.plan import sheet_lines as sheet_lines_of
from stem.track.reading_sheet import origin
from stem.track.spec import TrackSpec
from stem.voices.recordings.sheets import INDEX_NAME, SheetLine, as_index, renumbered

if TYPE_CHECKING:
    from stem.voices.recordings.sets import RecordingSet, TakeVerdict


class OwnRecordings(Tracks):
    """What a project does with recordings of one's own voice."""

    def recordings(self) -> tuple[RecordingSet, ...]:
        """Return the sets of own recordings, by name; what is wrong with one is told in it."""
        from stem.voices.recordings.sets import sets_in

        return sets_in(self.path(RECORDINGS), {path.stem for path in script_files(self.folder)})

    def new_recordings(self, spec: TrackSpec, name: str = "") -> RecordingSet:
        """Begin a set of recordings of a script: a folder with the list of its sentences.

        Args:
            spec: The script, and what is chosen in it; never a client's name: those
                sentences another voice says.
            name: Of its own, behind the script's; for a second set.

        Raises:
            UsageError: when that can be no name.
            OutputError: when there is such a set already, or it cannot be written.
            StemError: as `sheet`.
        """
        from stem.voices.recordings.sets import RecordingSet

        script = find_script(spec.script, self.folder)
        own = "-".join(name.casefold().split())
        if own != own.strip("-.") or (own and safe_name(own) != own):
            problem = Message("'{name}' can be no part of a folder's name.", name=name)
            raise UsageError(problem, hint=Message("Take letters, digits and dashes."))
        folder = self.path(RECORDINGS) / (f"{script.name}-{own}" if own else script.name)
        if folder.exists() or folder.is_symlink():
            raise OutputError(
                folder, Message("it is there already"), hint=Message("Give it a name of its own.")
            )
        begun = RecordingSet(folder, script.name, origin(spec, script).choices)
        self._write_index(begun, self.sheet_lines(begun))
        return next(each for each in self.recordings() if each.folder == folder)

    def sheet_lines(self, recordings: RecordingSet) -> tuple[SheetLine, ...]:
        """Return what is to be recorded, in the order of the script as it is now, with the set's numbers.

        Raises:
            StemError: as `plan`.
        """
        _, lines = sheet_lines_of(self.spoken_by(recordings), self.settings, self.folder)
        return renumbered(lines, recordings.index)

    def sheet_line(self, recordings: RecordingSet, number: int) -> SheetLine | None:
        """Return the sentence of a number, also when the script no longer has it; None when there is none."""
        if text := recordings.index.get(number):
            return SheetLine(number, text, spoken(text))
        return next((line for line in self.sheet_lines(recordings) if line.number == number), None)

    def spoken_by(self, recordings: RecordingSet, fill: str | None = None) -> TrackSpec:
        """Return the track that a set is for.

        Args:
            recordings: The set.
            fill: Name of the voice that says what was not recorded.

        Raises:
            ConfigError: when the set's index cannot be read.
            UnknownNameError: when its script is not there any more.
        """
        if recordings.problem is not None:
            raise recordings.problem
        script = find_script(recordings.script, self.folder)
        known = {variable.name: variable.options for variable in script.variables}
        chosen = {name: value for name, value in recordings.choices.items() if value in known.get(name, {})}
        return TrackSpec(script.name, values=chosen, voice=self.voice_of(recordings), fill=fill)

    def voice_of(self, recordings: RecordingSet) -> str:
        """Return what a set is called where a voice is asked for."""
        return f"{recordings.folder.relative_to(self.folder).as_posix()}/"

    def keep_take(self, recordings: RecordingSet, number: int, content: bytes) -> TakeVerdict:
        """Judge a take of a sentence, and keep it when it can be used; see `recordings.sets.keep_take`.

        Raises:
            UsageError: when there is no such sentence.
            OutputError: when it cannot be written.
        """
        from stem.voices.recordings.sets import keep_take

        line = self._line(recordings, number)
        if number not in recordings.index:  # the script has become longer
            self._write_index(recordings, self.sheet_lines(recordings))
        return keep_take(recordings, line, content)

    def judge_take(self, recordings: RecordingSet, number: int) -> TakeVerdict:
        """Tell whether the take of a sentence can be used.

        Raises:
            UsageError: when there is no such sentence, or none is recorded.
        """
        from stem.voices.recordings.sets import judge_take

        line = self._line(recordings, number)
        if number not in recordings.takes:
            raise UsageError(Message("There is no recording of sentence {number}.", number=number))
        return judge_take(recordings.takes[number], line.phrase)

    def bring_back(self, recordings: RecordingSet, number: int) -> bool:
        """Let the take of a sentence and the one before it change places; False when there was none before.

        Raises:
            OutputError: when the system refuses.
        """
        from stem.voices.recordings.sets import bring_back

        return bring_back(recordings, number)

    def forget_recordings(self, recordings: RecordingSet) -> tuple[Path, ...]:
        """Remove a set, and return what stays in its folder because it is no part of it."""
        from stem.voices.recordings.sets import forget_set

        return forget_set(recordings)

    def _line(self, recordings: RecordingSet, number: int) -> SheetLine:
        line = self.sheet_line(recordings, number)
        if line is None:
            raise UsageError(Message("There is no sentence {number}.", number=number))
        return line

    def _write_index(self, recordings: RecordingSet, lines: tuple[SheetLine, ...]) -> None:
        script = find_script(recordings.script, self.folder)
        about = origin(TrackSpec(script.name, values=recordings.choices), script)
        text = as_index(lines, recordings.index, about)
        write_text(recordings.folder / INDEX_NAME, text, overwrite=True)
