"""Takes: every phrase of a track spoken once, conformed, through the voice's chain, and levelled as a whole.

A take's sound goes to an unnamed temporary file: a track of an hour needs no more memory than a short one.
Of a clip that is remembered between runs, so is what has to be known before the mix begins, and its sound
behind the voice's chain. That is read, or made again, when it is asked for: while other pieces are encoded.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import IO, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.cores import cores
from stem.errors import EngineError
from stem.files import output_error
from stem.messages import Message, joined
from stem.progress import beat, in_order
from stem.sound.clips import Samples, conform
from stem.sound.filters import apply_chain
from stem.sound.loudness import block_powers, gated_lufs
from stem.voices.cache_folder import NOTES
from stem.voices.speakers import Speaker

CORRECTION_LIMIT_DB = 2.0
"""The most by which one utterance is moved towards the others: it evens a reading out and is not heard."""

TREATMENT = 1
"""To be raised when the same clip comes out of stretching, conforming, a chain or the meter otherwise."""

_FRAMES = struct.Struct("<Q")
_MEASURES, _SOUND = NOTES


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """What has to be known of a take before the mix begins.

    Attributes:
        frames: Length of the clip on the timeline.
        powers: Powers of the clip's gating blocks, as played on two channels; empty under 0.4 s.
    """

    frames: int
    powers: NDArray[np.float64]

    @classmethod
    def of(cls, frames: int, wet: Samples) -> Measures:
        """Measure a clip of so many frames behind the voice's chain; a room that rings on does not count."""
        return cls(frames, block_powers(wet[:frames], units.SAMPLE_RATE))

    def packed(self) -> bytes:
        """Return them as bytes, exactly."""
        return _FRAMES.pack(self.frames) + self.powers.astype("<f8").tobytes()

    @classmethod
    def unpacked(cls, content: bytes) -> Measures:
        """Return what was packed."""
        (frames,) = _FRAMES.unpack_from(content)
        return cls(frames, np.frombuffer(content, "<f8", offset=_FRAMES.size).astype(np.float64))


_Known: TypeAlias = tuple[Measures, Samples | None]


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One phrase, spoken.

    Attributes:
        measures: What is known of it.
        voice: Which voice it is: its engine and its name.
        make: Returns its sound, shape (frames, 1), longer than its clip when a room rings on.
    """

    measures: Measures
    voice: str
    make: Callable[[], Samples]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a take's sound stands in the file: its first frame, and how many it has."""

    offset: int
    frames: int


class Takes:
    """All takes of a track. A context manager: the sound is gone when it ends.

    Several threads may read at once.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="stem-")  # noqa: SIM115 - closed in __exit__
        self._takes: dict[str, Take] = {}
        self._places: dict[str, _Place] = {}
        self._gains: dict[str, float] = {}
        self._levels_db: dict[str, float] = {}
        self._written = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def frames_of(self) -> Mapping[str, int]:
        """The length of each phrase's clip in frames at `units.SAMPLE_RATE`."""
        return {phrase: take.measures.frames for phrase, take in self._takes.items()}

    def record(
        self,
        phrases: Iterable[str],
        speaker: Speaker,
        on_take: Callable[[int, int], None],
    ) -> None:
        """Let a speaker say every phrase that has no take yet, as many at once as its engine bears.

        Args:
            phrases: May repeat themselves; each is spoken once.
            speaker: Its voice's chain is applied here, the level in `level`.
            on_take: Called with the number of phrases done and the number of all.

        Raises:
            EngineError: from the engine; what was spoken before stays in the engine's cache.
            OutputError: when the temporary file cannot be written.
        """
        todo = [phrase for phrase in dict.fromkeys(phrases) if phrase not in self._takes]
        voice = speaker.voice
        name = f"{voice.engine} {voice.name}"  # a folder of recordings may have the name of a voice
        self._levels_db[name] = voice.level
        done = 0
        about = _treatment(speaker)
        try:
            for phrase, (measures, wet) in zip(todo, _all_known(todo, speaker, about), strict=True):
                if wet is not None:
                    self._write(phrase, wet)
                self._takes[phrase] = Take(measures, name, partial(_sound, phrase, speaker, about))
                done += 1
                on_take(done, len(todo))
        except EngineError as error:
            if done and speaker.clips is not None:
                ready = Message(
                    "{done} of {all} phrases are ready; {the_same} goes on.", done=done, all=len(todo)
                )
                error.hint = joined(" ", [error.hint, ready]) if error.hint else ready
            raise

    def level(self, spoken: Sequence[str], target_lufs: float, before: Sequence[str] = ()) -> None:
        """Set the gain of every take so that the speech of each voice as a whole is at `target_lufs`.

        Utterances are first moved towards the median of their voice by at most `CORRECTION_LIMIT_DB`; then
        one gain is found for all of a voice, from the gated loudness (BS.1770-4) pooled over the blocks of
        its utterances. The voice template's own `level` comes on top.

        Args:
            spoken: The phrases in the order and number in which the track says them.
            target_lufs: In LUFS, as played on two channels.
            before: What it said before words were changed: then median and gain are those of before, and
                what was not changed sounds as it did.
        """
        voices = dict.fromkeys(self._takes[phrase].voice for phrase in spoken)
        for voice in voices:
            said, by = (
                [phrase for phrase in phrases if self._takes[phrase].voice == voice]
                for phrases in (spoken, before or spoken)
            )
            self._level_voice(said, by or said, target_lufs + self._levels_db[voice])

    def _level_voice(self, spoken: Sequence[str], by: Sequence[str], target_lufs: float) -> None:
        # Only of what is said: a text that did not fit the length wanted has left its takes here too.
        powers_of = {phrase: self._takes[phrase].measures.powers for phrase in (*by, *spoken)}
        loudness = {phrase: gated_lufs(powers) for phrase, powers in powers_of.items()}
        measured = [loudness[phrase] for phrase in dict.fromkeys(by) if np.isfinite(loudness[phrase])]
        median = float(np.median(measured)) if measured else target_lufs
        corrections = {
            phrase: float(np.clip(median - value, -CORRECTION_LIMIT_DB, CORRECTION_LIMIT_DB))
            if np.isfinite(value)
            else 0.0
            for phrase, value in loudness.items()
        }
        powers = [powers_of[phrase] * units.gain(corrections[phrase]) ** 2 for phrase in by]
        pooled = gated_lufs(np.concatenate(powers))
        common = target_lufs - pooled if np.isfinite(pooled) else 0.0
        self._gains |= {phrase: units.gain(common + correction) for phrase, correction in corrections.items()}

    def read(self, phrase: str) -> Samples:
        """Return a phrase's levelled sound, shape (frames, 1); longer than its clip when a room rings on.

        Raises:
            EngineError: when its clip was remembered and is gone or damaged now, and cannot be spoken again.
            OutputError: when the temporary file cannot be written.
        """
        if phrase not in self._places:
            beat()
            wet = self._takes[phrase].make()
            with self._lock:
                self._write(phrase, wet)
        with self._lock:
            place = self._places[phrase]
            self._file.seek(place.offset * 4)
            samples = np.fromfile(self._file, dtype=np.float32, count=place.frames)
        return (samples * np.float32(self._gains[phrase]))[:, np.newaxis]

    def _write(self, phrase: str, wet: Samples) -> None:
        try:
            self._file.seek(self._written * 4)
            self._file.write(np.ascontiguousarray(wet, dtype=np.float32).tobytes())
            self._file.flush()  # np.fromfile reads past Python's buffer
        except OSError as error:
            raise output_error(Path(tempfile.gettempdir()), error) from error
        self._places[phrase] = _Place(self._written, len(wet))
        self._written += len(wet)


def _all_known(phrases: Sequence[str], speaker: Speaker, about: str) -> Iterator[_Known]:
    """Yield what `_known` returns for each phrase, in order."""
    at_once = speaker.traits.at_once or cores()
    return in_order(lambda phrase: _known(phrase, speaker, about), phrases, at_once)


def _known(phrase: str, speaker: Speaker, about: str) -> _Known:
    """Return a phrase's measures; also its sound, unless they are remembered and it can be made later."""
    note = speaker.note(phrase, about, _MEASURES)
    if note is not None:
        return Measures.unpacked(note), None
    frames, wet = _spoken(phrase, speaker)
    measures = Measures.of(frames, wet)
    speaker.keep_note(phrase, about, measures.packed(), _MEASURES)
    _keep_sound(phrase, speaker, about, wet)
    return measures, wet


def _treatment(speaker: Speaker) -> str:
    """Return all that decides what is done to the clips of a voice, as text."""
    voice, traits = speaker.voice, speaker.traits
    speed = None if traits.speed else float(voice.speed)
    pitch = None if traits.pitch else float(voice.pitch)
    return repr((TREATMENT, units.SAMPLE_RATE, speed, pitch, voice.chain))


def _spoken(phrase: str, speaker: Speaker) -> tuple[int, Samples]:
    """Return the length of the phrase's clip, and its sound behind the voice's chain."""
    clip = conform(speaker.say(phrase))
    return clip.frames, apply_chain(speaker.voice.chain, clip.samples, clip.rate)


def _sound(phrase: str, speaker: Speaker, about: str) -> Samples:
    kept = speaker.note(phrase, about, _SOUND)
    if kept is not None:
        return np.frombuffer(kept, "<f4")[:, np.newaxis]
    wet = _spoken(phrase, speaker)[1]
    _keep_sound(phrase, speaker, about, wet)
    return wet


def _keep_sound(phrase: str, speaker: Speaker, about: str, wet: Samples) -> None:
    speaker.keep_note(phrase, about, wet.astype("<f4", copy=False).tobytes(), _SOUND)
