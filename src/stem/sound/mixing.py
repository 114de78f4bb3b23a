r"""Voice, bed and bell become one stream of stereo blocks; the bed gives way to the voice.

The bed follows the timeline, never the sound of the voice: it has made room before the first syllable, and it
does not breathe with every word. A track of any length is mixed in the memory of a few blocks.

    lifted    ______                              ________
                    \                            /
    ducked           \__________________________/
                  0.8 s 0.6 s "Adem in."  0.8 s   2.5 s
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.script.timeline import Timeline
from stem.sound.beds import Bed, load_bed
from stem.sound.clips import BLOCK_FRAMES, LEAD_S, TAIL_S, Samples, cropped, recut
from stem.sound.loudness import Meter

DOWN = units.frames(0.8)
"""Frames in which the bed gives way."""

AHEAD = units.frames(0.6)
"""Frames for which it has given way when the voice begins."""

HOLD = units.frames(0.8)
"""Frames for which it stays down after the voice."""

UP = units.frames(2.5)
"""Frames in which it comes back."""

SHORTEST_LIFT = units.frames(3.0)
"""A silence in which the bed could not stay up for this long leaves it down: going up and down is unrest."""

WAIT_LU = 9.0
"""While a bell rings, the bed lies so much lower than under the voice: at 6, wind, a drone and binaural tones
hide a singing bowl before it is gone (`bench/bells.py`). Some sink further (`Bed.sinks_lu`)."""

WAIT_DOWN = units.frames(2.0)
"""Frames in which it goes there before the stroke."""

WAIT_UP = units.frames(6.0)
"""Frames in which it comes back from there while the last of the bell goes."""

_FAINT_DB = 45.0
"""A bell that lies so far under its stroke is hidden by a quiet room, too; tingsha only then."""

SPARSE_SHARE = 0.85
"""From this share of pause on the bed stays down: there it is what is heard, not what is behind."""

_AFTER_LAST_WORD = units.frames(2.0)
_LAST_FRAMES = units.frames(0.005)
"""In which even the noise floor reaches zero, without a click."""

_SOFTEST_BED_LUFS = -60.0
"""A bed softer than this is a noise floor itself (`none`), or nothing: there is nothing to raise."""

Voice: TypeAlias = Callable[[str], Samples]
_Event: TypeAlias = tuple[int, int, Callable[[], Samples]]
"""At which frame something begins, after which it is surely over, and its sound."""

_RINGS_ON = units.frames(6.0)
"""A room rings on after a phrase for less than this: 5.2 s at most (`filters.Room`)."""


@dataclass(frozen=True, slots=True)
class Levels:
    """How loud everything is, the speech being the anchor, and how a track comes and goes.

    Attributes:
        speech_lufs: Loudness of the voice.
        ducked_lu: How far the bed lies under it while it speaks (WCAG 1.4.7 asks for 20 dB); some beds belong
            farther under it than that (`Bed.under_lu`).
        lifted_lu: How far in long pauses.
        bell_lu: How far the loudest 0.4 s of the bell lies under it.
        fade_in_s: Seconds in which the bed comes; at most half of the track.
        fade_out_s: Seconds in which all but the noise floor goes; at most, since it leaves the voice alone.
    """

    speech_lufs: float = -18.0
    ducked_lu: float = 20.0
    lifted_lu: float = 16.0
    bell_lu: float = 6.0
    fade_in_s: float = 5.0
    fade_out_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """Where a line of the bed's level begins or ends.

    Attributes:
        frame: Place in the track.
        lu: Loudness of the bed there, relative to the speech.
    """

    frame: int
    lu: float


def automation(timeline: Timeline, levels: Levels) -> tuple[Breakpoint, ...]:
    """Return how the level of the bed goes, by where the voice is.

    Between two breakpoints it goes in a straight line in LU; after the last it stays.

    Returns:
        At least one breakpoint, the first at frame 0, in order.
    """
    ducked, lifted = -levels.ducked_lu, -levels.lifted_lu
    spoken = sum(utterance.end - utterance.start for utterance in timeline.utterances)
    if spoken <= (1 - SPARSE_SHARE) * timeline.frames:
        return (Breakpoint(0, ducked),)
    downs = [utterance.start + units.frames(LEAD_S) - AHEAD for utterance in timeline.utterances]
    ups = [utterance.end - units.frames(TAIL_S) + HOLD for utterance in timeline.utterances]

    points = [Breakpoint(0, ducked)]
    if downs[0] >= DOWN:
        points = [Breakpoint(0, lifted), Breakpoint(downs[0] - DOWN, lifted), Breakpoint(downs[0], ducked)]
    for up, down in zip(ups, downs[1:], strict=False):
        if down - up >= UP + SHORTEST_LIFT + DOWN:
            points += [Breakpoint(up, ducked), Breakpoint(up + UP, lifted)]
            points += [Breakpoint(down - DOWN, lifted), Breakpoint(down, ducked)]
    if timeline.frames - ups[-1] >= UP:
        points += [Breakpoint(ups[-1], ducked), Breakpoint(ups[-1] + UP, lifted)]
    return tuple(points)


def room_for_bells(
    timeline: Timeline, levels: Levels, ringing: int, sinks_lu: float = 0.0
) -> tuple[Breakpoint, ...]:
    """Return how high the bed may lie because of the bells; where the voice asks for less, that counts.

    After a last bell that nothing is said behind, it stays low until the end.

    Args:
        timeline: When the bells are struck.
        levels: How loud everything is.
        ringing: Frames for which a bell is heard; 0 when the bed takes no notice of it.
        sinks_lu: How much lower the bed lies where the bell is gone than where it is struck.

    Returns:
        As `automation`; the last breakpoints may lie behind the end.
    """
    high, low = -min(levels.ducked_lu, levels.lifted_lu), -levels.ducked_lu - WAIT_LU
    lowest = low - sinks_lu
    up = round(WAIT_UP * (high - lowest) / (high - low))  # as fast as others: from deeper it takes longer
    spans: list[tuple[int, int]] = []
    for strike in timeline.bells if ringing else ():
        if spans and strike - spans[-1][1] < up + SHORTEST_LIFT + WAIT_DOWN:
            spans[-1] = (spans[-1][0], strike + ringing)
        else:
            spans.append((strike, strike + ringing))
    points = [Breakpoint(0, high)]
    for first, last in spans:
        points += [Breakpoint(first - WAIT_DOWN, high), Breakpoint(first, low)]
        points += [Breakpoint(last, lowest), Breakpoint(last + up, high)]
    if spans and spans[0][0] < units.frames(levels.fade_in_s) + SHORTEST_LIFT + WAIT_DOWN:
        points[:3] = [Breakpoint(0, low)]
    if spans and all(utterance.end <= timeline.bells[-1] for utterance in timeline.utterances):
        points = points[: -1 if sinks_lu else -2]
    return tuple(points)


def ringing(stroke: Samples) -> int:
    """Return for how many frames a bell is heard, about: until it stays 45 dB under its loudest tenth."""
    step = units.frames(0.1)
    powers = [float(np.square(part, dtype=np.float64).mean()) for part in _parts(stroke, step)]
    last = max(
        (at for at, power in enumerate(powers) if power > max(powers) * 10 ** (-_FAINT_DB / 10)), default=-1
    )
    return (last + 1) * step


def _parts(sound: Samples, frames: int) -> list[Samples]:
    return [sound[start : start + frames] for start in range(0, len(sound), frames)]


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """A track as sound: nothing is computed before it is iterated, and it can be iterated again.

    Attributes:
        timeline: When everything happens.
        voice: Returns the finished sound of a phrase, shape (frames, 1), at `levels.speech_lufs`. When it is
            longer than its place on the timeline, as with the tail of a room, it rings on under what follows.
            Asked once for every utterance, when that is about to be heard.
        bed: The background.
        bell: One stroke, shape (frames, 2); None when the timeline has no bells.
        levels: How loud everything is.
        floor: Whether the noise floor lies under it.
        ringing: Frames for which the bed makes room for a stroke of the bell, see `ringing`.
        _struck_lufs: How loud that stroke is, once someone asked: who mixes in pieces asks for each.
    """

    timeline: Timeline
    voice: Voice
    bed: Bed
    bell: Samples | None
    levels: Levels
    floor: bool = True
    ringing: int = 0
    _struck_lufs: list[float] = field(default_factory=list, init=False)

    @property
    def frames(self) -> int:
        """The length of the track."""
        return self.timeline.frames

    def blocks(
        self, block_frames: int = BLOCK_FRAMES, first: int = 0, last: int | None = None
    ) -> Iterator[Samples]:
        """Yield the track in blocks of `block_frames` frames (the last may be shorter), shape (frames, 2).

        Every frame is the same to the bit whatever the size of the blocks.

        Args:
            block_frames: Of a block.
            first: The frame to begin with; what was over before is not computed.
            last: The one before which to end; None for the end of the track.
        """
        frames = (self.frames if last is None else last) - first
        return recut(cropped(self._blocks(first, last), 0, frames), block_frames)

    def stretch(self, first: int, last: int) -> Samples:
        """Return the frames from one up to another as they are in the whole, shape (frames, 2).

        What was over before is not computed.
        """
        skipped = first % BLOCK_FRAMES
        blocks = [np.zeros((0, 2), np.float32), *self.blocks(first=first - skipped, last=last)]
        return np.concatenate(blocks)[skipped:]

    def parts(self) -> tuple[Mix, Mix, Mix]:
        """Return the voice alone, the bed alone (with the noise floor) and the bells alone.

        Their sum is this mix, but for the rounding of floats.
        """
        no_bed = Bed("none", (), -math.inf)
        return (
            replace(self, bed=no_bed, bell=None, floor=False),
            replace(self, voice=_wordless, bell=None),
            replace(self, voice=_wordless, bed=no_bed, floor=False),
        )

    def _blocks(self, first: int = 0, last: int | None = None) -> Iterator[Samples]:
        floor = load_bed("none", seed=0) if self.floor else None
        points = automation(self.timeline, self.levels)
        most = room_for_bells(self.timeline, self.levels, self.ringing, self.bed.sinks_lu)
        fade_out = _fade_out_start(self.timeline, units.frames(self.levels.fade_out_s))
        waiting = [event for event in self._events() if event[1] > first]
        sounding: list[tuple[int, Samples]] = []
        for start in range(first, self.frames if last is None else last, BLOCK_FRAMES):
            end = min(start + BLOCK_FRAMES, self.frames)
            block = self._bed_block(points, most, start, end)
            while waiting and waiting[-1][0] < end:
                at, _, sound = waiting.pop()
                sounding.append((at, sound()))
            for at, samples in sounding:
                _add(block, start, samples, at)
            sounding = [(at, samples) for at, samples in sounding if at + len(samples) > end]
            _fade(block, start, fade_out, self.frames)
            if floor is not None:
                block += floor.read(start, end - start)
            _fade(block, start, self.frames - _LAST_FRAMES, self.frames)
            yield block

    def _bed_block(
        self, points: tuple[Breakpoint, ...], most: tuple[Breakpoint, ...], start: int, end: int
    ) -> Samples:
        if self.bed.lufs < _SOFTEST_BED_LUFS:
            return np.zeros((end - start, 2), np.float32)
        block = self.bed.read(start, end - start)
        level_lufs = self.levels.speech_lufs - self.bed.under_lu
        gain_db = np.minimum(_level(points, start, end), _level(most, start, end))
        gain_db += level_lufs - self.bed.lufs
        block *= np.power(10.0, gain_db / 20.0).astype(np.float32)
        _fade(block, start, min(units.frames(self.levels.fade_in_s), self.frames // 2), 0)
        return block

    def _events(self) -> list[_Event]:
        """Return what is to be heard besides the bed, and how to get it, the last first."""
        events: list[_Event] = [
            (utterance.start, utterance.end + _RINGS_ON, partial(self.voice, utterance.phrase))
            for utterance in self.timeline.utterances
        ]
        if self.bell is not None and self.timeline.bells:
            if not self._struck_lufs:
                meter = Meter()
                meter.add(self.bell)
                self._struck_lufs.append(meter.momentary_max())
            wanted = self.levels.speech_lufs - self.levels.bell_lu
            bell = self.bell * np.float32(units.gain(wanted - self._struck_lufs[0]))
            events += [(frame, frame + len(bell), lambda: bell) for frame in self.timeline.bells]
        return sorted(events, key=lambda event: event[0], reverse=True)


def _wordless(_phrase: str) -> Samples:
    return np.zeros((0, 1), np.float32)


def _level(points: tuple[Breakpoint, ...], start: int, end: int) -> NDArray[np.float64]:
    """Return the bed's LU from frame `start` to `end`, shape (frames, 1); (1, 1) where it is even."""
    at, lu = [point.frame for point in points], [point.lu for point in points]
    first, last = np.interp([start, end], at, lu)
    even = first == last and not any(start < frame < end for frame in at)
    return np.interp(np.arange(start, start + 1 if even else end), at, lu)[:, np.newaxis]


def _fade_out_start(timeline: Timeline, fade_frames: int) -> int:
    """Return the frame where all but the noise floor begins to fade, never before the last word's end.

    Where there is room, that is two seconds later or more; in a track that ends sooner, half of what there is
    goes to waiting and half to the fade. A bell that still rings fades too.
    """
    last_word = max((utterance.end for utterance in timeline.utterances), default=0)
    half_way = (last_word + timeline.frames) // 2
    return max(timeline.frames - fade_frames, min(last_word + _AFTER_LAST_WORD, half_way))


def _fade(block: Samples, start: int, first: int, last: int) -> None:
    """Fade `block`, which begins at frame `start`, along half a cosine from 1 at `first` to 0 at `last`."""
    if first == last or start + len(block) <= min(first, last) or start >= max(first, last):
        return
    through = (np.arange(start, start + len(block)) - last) / (first - last)
    shape = np.square(np.sin(np.clip(through, 0.0, 1.0) * (np.pi / 2)))
    block *= shape.astype(np.float32)[:, np.newaxis]


def _add(block: Samples, start: int, sound: Samples, at: int) -> None:
    """Add to `block`, which begins at frame `start`, what it holds of `sound`, which begins at frame `at`."""
    first, last = max(start, at), min(start + len(block), at + len(sound))
    if first < last:  # else it was over before the stretch that is asked for
        block[first - start : last - start] += sound[first - at : last - at]
