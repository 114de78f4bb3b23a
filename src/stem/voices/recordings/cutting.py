"""One long recording of a script read aloud is cut into its sentences; places in doubt are told, not guessed.

What is heard is a row of bursts of sound with silences between; `finding` tells which are which sentence. A
sentence is in doubt when almost as good a solution has it elsewhere, or when its piece hardly fits its text.
"""

from __future__ import annotations

import math
import wave
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.errors import AudioError, OutputError
from stem.files import output_error, publish, sweep, temporary_beside
from stem.messages import Message
from stem.script.dutch.pace import expected_seconds
from stem.sound.clips import Samples
from stem.sound.decoding import Recording
from stem.sound.filters import Highpass
from stem.sound.response import StreamFilter
from stem.voices.recordings.alignment import Found, find_sentences
from stem.voices.recordings.cleaning import voice_channel, window_powers
from stem.voices.recordings.engine import recorded_numbers
from stem.voices.recordings.sheets import SheetLine, in_runs

MARGIN_S = 0.5
"""Seconds of silence that a piece keeps on either side, where there are so many."""

_WINDOW_S = 0.010
_LOW_CUT_HZ = 120.0
"""Below it a room is loudest, and a voice can do without for telling where it is."""

# What is speech: so far above the softest tenth of the 20 s around it, and so far below the voice at most.
_NOISE_SPAN_S = 20.0
_ABOVE_NOISE_DB = 10.0
_UNDER_VOICE_DB = (-45.0, -15.0)
_VOICE_PERCENTILE = 95
_JOINED_S = 0.2
"""A shorter silence is inside a word or between two that are said in one breath."""
_CLICK_S = 0.06

# What is in doubt: another solution less than 50 times less likely; a length that one sentence in 80 has. In
# 12 simulated readings of 65 sentences with 12 % of spread, 96 % were sure and all of these right; with five
# slips, skips and repeats in each, 70 % were sure, and 0.5 % of these wrong.
_DOUBT = 4.0
_FAR = 2.5
_SHORT_PAUSE_S = 0.35


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a sentence is in the recording.

    Attributes:
        number: Of its line.
        start: First frame, silence included.
        end: The frame after its last; equal to `start` when the sentence was not found.
        doubt: Why it may be wrong, without a full stop; "" when it is sure.
    """

    number: int
    start: int
    end: int
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """A recording, cut.

    Attributes:
        rate: Of the recording, in hertz; frames count at it.
        channel: The channel with the voice.
        peak: Its highest sample.
        pieces: One for each line, in the order of the lines.
        left: First frame and the frame after the last of each stretch of sound that belongs to no sentence.
    """

    rate: int
    channel: int
    peak: float
    pieces: tuple[Piece, ...]
    left: tuple[tuple[int, int], ...]


def cut(recording: Recording, lines: Sequence[SheetLine]) -> Cut:
    """Find each line in a recording of all of them.

    Raises:
        AudioError: when it cannot be decoded, or there is no speech in it.
    """
    listened = _listened(recording)
    bursts = _bursts(listened.levels)
    if not len(bursts) or not lines:
        raise AudioError(recording.path, Message("there is no speech in it"))
    found = find_sentences(bursts, np.array([expected_seconds(line.phrase) for line in lines]))
    taken = {number for each in found for number in each.bursts}
    left = _stretches([number for number in range(len(bursts)) if number not in taken], bursts)
    spans = _with_silence(bursts, listened.frames / recording.rate)
    pieces = tuple(
        _piece(line.number, _doubt(place, bursts, left), place, spans, recording.rate)
        for line, place in zip(lines, found, strict=True)
    )
    return Cut(recording.rate, listened.channel, listened.peak, pieces, _in_frames(left, recording.rate))


def write_pieces(
    found: Cut, recording: Recording, folder: Path, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write each piece that is not in doubt as NNN.wav (24 bits, one channel), each whole or not at all.

    Args:
        found: From `cut`.
        recording: What was cut.
        folder: Where the files go; made when it is not there.
        overwrite: Replace files of the same name.

    Returns:
        The files, in the order of the recording.

    Raises:
        AudioError: when the recording can no longer be read.
        OutputError: when there are recordings of these numbers already, or the system refuses.
    """
    sure = sorted((piece for piece in found.pieces if not piece.doubt), key=lambda piece: piece.start)
    names = {piece.number: folder / f"{piece.number:03d}.wav" for piece in sure}
    there = recorded_numbers(folder) if folder.is_dir() else {}
    in_the_way = [
        path.name
        for number in names
        for path in there.get(number, ())
        if not overwrite or path != names[number]
    ]
    if in_the_way:
        problem = Message(
            "there are recordings of the same numbers: {in_the_way}", in_the_way=", ".join(in_the_way)
        )
        raise OutputError(
            folder, problem, hint=Message("Choose another folder {for_output}, or move those away.")
        )
    sweep(folder)
    for piece, samples in _read(recording, sure, found.channel):
        _write_wav(names[piece.number], samples / max(found.peak, 1.0), found.rate, overwrite=overwrite)
    return tuple(names[piece.number] for piece in sure)


def report_lines(found: Cut, lines: Sequence[SheetLine]) -> tuple[str, ...]:
    """Return what someone should look at after a cut, one sentence each, in the order of the lines."""
    text_of = {line.number: line.text for line in lines}
    doubts = tuple(
        Message(
            "{number} at {time}: {doubt}. ({text})",
            number=piece.number,
            time=_time(piece.start / found.rate),
            doubt=piece.doubt,
            text=text_of[piece.number],
        )
        for piece in found.pieces
        if piece.doubt and piece.end > piece.start
    )
    gone = [piece.number for piece in found.pieces if piece.end == piece.start]
    skipped = Message("Not found: {numbers}; skipped, or read on to without a pause.", numbers=in_runs(gone))
    missing = (skipped,) if gone else ()
    left = tuple(
        Message(
            "{start} to {end} belongs to no sentence.",
            start=_time(start / found.rate),
            end=_time(end / found.rate),
        )
        for start, end in found.left
    )
    return doubts + missing + left


def _time(seconds: float) -> str:
    return units.format_time(math.floor(seconds))


# --- Listening ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Listened:
    """What is kept of a recording: the level of the voice's channel every 10 ms, and its highest sample."""

    levels: NDArray[np.float64]
    channel: int
    frames: int
    peak: float


def _listened(recording: Recording) -> _Listened:
    section = Highpass(_LOW_CUT_HZ).section(recording.rate)
    window = units.frames(_WINDOW_S, recording.rate)
    low_cut = StreamFilter([section, section], recording.channels, window)
    powers: list[NDArray[np.float64]] = []
    peaks = np.zeros(recording.channels)
    count = 0
    for block in recording.blocks():
        count += len(block)
        peaks = np.maximum(peaks, np.abs(block).max(axis=0))
        powers.append(window_powers(low_cut(block).T, window))
    powers.append(window_powers(low_cut.rest().T, window))
    together = np.concatenate(powers)
    five = len(together) // 5 * 5
    channel = voice_channel(together[:five].reshape(-1, 5, recording.channels).mean(axis=1))
    # The windows are a little longer or shorter than 10 ms at odd rates: what follows counts in exact 10 ms.
    at = np.arange(math.floor(count / recording.rate / _WINDOW_S)) * _WINDOW_S * recording.rate / window
    levels = np.sqrt(together[np.minimum(at.astype(int), len(together) - 1), channel])
    return _Listened(levels, channel, count, float(peaks[channel]))


def _bursts(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return start and end in seconds of each burst of sound, shape (bursts, 2)."""
    if not levels.any():
        return np.zeros((0, 2))
    span = round(_NOISE_SPAN_S / _WINDOW_S)
    parts = np.array_split(levels, max(len(levels) // span, 1))
    middles = np.cumsum([len(part) for part in parts]) - np.array([len(part) / 2 for part in parts])
    noise = np.interp(np.arange(len(levels)), middles, [np.percentile(part, 10) for part in parts])
    voice = float(np.percentile(levels, _VOICE_PERCENTILE))
    if voice < noise.min() * units.gain(_ABOVE_NOISE_DB):
        return np.zeros((0, 2))
    lowest, highest = (voice * units.gain(db) for db in _UNDER_VOICE_DB)
    loud = np.flatnonzero(levels > np.clip(noise * units.gain(_ABOVE_NOISE_DB), lowest, highest))
    groups = np.split(loud, np.flatnonzero(np.diff(loud) > round(_JOINED_S / _WINDOW_S)) + 1)
    spans = [(group[0], group[-1] + 1) for group in groups if len(group) * _WINDOW_S >= _CLICK_S]
    return np.array(spans, dtype=np.float64).reshape(-1, 2) * _WINDOW_S


def _with_silence(bursts: NDArray[np.float64], length_s: float) -> NDArray[np.float64]:
    """Return the bursts with the silence around them: to half way the next, and at most `MARGIN_S`."""
    halves = (bursts[1:, 0] + bursts[:-1, 1]) / 2
    starts = np.maximum(bursts[:, 0] - MARGIN_S, np.concatenate([[0.0], halves]))
    ends = np.minimum(bursts[:, 1] + MARGIN_S, np.concatenate([halves, [length_s]]))
    return np.stack([starts, ends], axis=1)


def _stretches(numbers: Sequence[int], bursts: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    """Return start and end in seconds of these bursts, those that follow upon each other as one."""
    found: list[tuple[float, float]] = []
    for number in numbers:
        start, end = (float(edge) for edge in bursts[number])
        if number - 1 in numbers:
            start = found.pop()[0]
        found.append((start, end))
    return tuple(found)


def _in_frames(stretches: Iterable[tuple[float, float]], rate: int) -> tuple[tuple[int, int], ...]:
    return tuple((units.frames(start, rate), units.frames(end, rate)) for start, end in stretches)


# --- Judging -----------------------------------------------------------------------------------------------


def _piece(number: int, doubt: str, found: Found, spans: NDArray[np.float64], rate: int) -> Piece:
    if found.span is None:
        return Piece(number, 0, 0, doubt)
    start, end = spans[found.bursts[0], 0], spans[found.bursts[-1], 1]
    return Piece(number, units.frames(start, rate), units.frames(end, rate), doubt)


def _doubt(found: Found, bursts: NDArray[np.float64], left: Sequence[tuple[float, float]]) -> str:
    """Return why a piece may be wrong, or "" when it is sure."""
    if found.span is None:
        return Message(
            "nothing that was heard fits it; perhaps it was skipped, or read on to without a pause"
        )
    if abs(found.far) > _FAR:
        return Message(
            "{length_s:.1f} s is {how} for it; at this pace it takes about {expected_s:.1f} s",
            length_s=found.length_s,
            how=Message("long") if found.far > 0 else Message("short"),
            expected_s=found.expected_s,
        )
    if found.margin < _DOUBT:
        return _instead(found.span, found.other, left)
    first, last = found.bursts[0], found.bursts[-1]
    before = bursts[first, 0] - bursts[first - 1, 1] if first else math.inf
    after = bursts[last + 1, 0] - bursts[last, 1] if last + 1 < len(bursts) else math.inf
    if min(before, after) < _SHORT_PAUSE_S:
        return (
            Message("the pause before it lasts only {pause_s:.1f} s", pause_s=before)
            if before < after
            else Message("the pause after it lasts only {pause_s:.1f} s", pause_s=after)
        )
    return ""


def _instead(
    span: tuple[float, float], other: tuple[float, float] | None, left: Sequence[tuple[float, float]]
) -> str:
    if other is None:
        return Message("perhaps it was skipped, and this is something else")
    words = Message("{start} to {end}", start=_time(other[0]), end=_time(other[1]))
    if span[0] < other[1] and other[0] < span[1]:
        return Message("it may also run from {words}", words=words)
    if any(start < other[1] and other[0] < end for start, end in left):
        return Message("perhaps it was said twice, also from {words}", words=words)
    return Message("it may also be what is heard from {words}", words=words)


# --- Writing -----------------------------------------------------------------------------------------------


def _read(recording: Recording, pieces: Iterable[Piece], channel: int) -> Iterator[tuple[Piece, Samples]]:
    """Yield each piece with its samples of shape (frames, 1), in one pass over the recording."""
    waiting = list(pieces)
    held: list[Samples] = []
    at = 0
    for block in recording.blocks():
        while waiting and waiting[0].start < at + len(block):
            piece = waiting[0]
            held.append(block[max(piece.start - at, 0) : piece.end - at, channel : channel + 1])
            if piece.end > at + len(block):
                break
            yield waiting.pop(0), np.concatenate(held)
            held = []
        at += len(block)
    if waiting:
        raise AudioError(recording.path, Message("it changed while it was being cut"))


def _write_wav(path: Path, samples: Samples, rate: int, *, overwrite: bool) -> None:
    # 24 bits: what was recorded softly is made louder later.
    whole = np.round(samples * (2**23 - 1)).astype("<i4")
    with temporary_beside(path) as temporary:
        try:
            with wave.open(str(temporary), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(3)
                file.setframerate(rate)
                file.writeframes(whole.view(np.uint8).reshape(-1, 4)[:, :3].tobytes())
        except OSError as error:
            raise output_error(path, error) from error
        publish(temporary, path, overwrite=overwrite)
