"""What someone recorded becomes a clip: one channel, without rumble, framed, even in level, and judged.

A room is never silent. Where speech starts and ends is therefore judged by how far the sound rises above
the room's own noise, behind a filter that makes that noise white: a hum or the rumble of traffic then hides
no more than its own frequencies.

Conventions:
    A signal is float64 of shape (frames,). Levels are root mean squares. A window lasts 5 ms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.messages import Message
from stem.script.dutch.pace import expected_seconds
from stem.sound.clips import Clip, Samples, framed
from stem.sound.filters import Highpass, apply_chain
from stem.sound.loudness import lufs

TARGET_LUFS = -23.0
"""Loudness of every cleaned clip, as played on two channels (EBU R 128)."""

RUMBLE = (Highpass(70.0), Highpass(70.0))
"""Takes away what no voice has: 24 dB an octave, -6 dB at 70 Hz."""

CHANNEL_WINDOW_S = 0.050
"""Holds whole periods of any hum of the mains: its power is steady then."""

WINDOW_S = 0.005
_FINE_WINDOW_S = 0.0005

# What is told from noise. White noise measured over 5 ms wanders by 5 to 12 % (at 44,100 to 8,000 Hz): 9 dB
# above the least of it is out of its reach.
_NOISE_PERCENTILE = 5
_ABOVE_NOISE_DB = 9.0
_FLOOR_DB = -66.0
"""Under the peak; softer noise is taken to be this, or in digital silence the least dither were a voice."""
_WHITENING_S = 0.0004
"""Its length; the end of a sound seems to be that much later behind it."""

# What is told from a voice: a click (a button, a chair), a breath, something far away.
_APART_S = 0.25
"""Sounds with less between them belong together: the closure of a "p" or "t" takes up to 0.15 s."""
_CLICK_S = 0.08
_FAR_DB = -28.0

# Between words the room may be softer, gently: noise that comes and goes is worse than noise.
_REST_DB = -9.0
_BEFORE_SPEECH_S, _AFTER_SPEECH_S = 0.06, 0.20
_GLIDE_S = 0.08

# What is too bad to use, and what is worth telling.
_DROWNED_DB, _NOISY_DB = 14.0, 25.0
_SHORTEST, _LONGEST, _SLACK_S = 0.4, 2.5, 1.0
_TWICE, _TWICE_GAP_S = 1.6, 1.0
_LONG_GAP_S = 2.0
_EDGE_START_S, _EDGE_START_DB = 0.001, -15.0
_EDGE_END_S, _EDGE_END_DB = 0.005, -30.0
# Of speech, one sample in a thousand is above 4.7 to 6.5 times its level (two voices, four codecs); when its
# peaks are 6 dB over full scale, above 3.1 to 4.3 times, and at 10 dB 2.3 to 3.4 times.
_CREST_PERCENTILE = 99.9
_OVERLOADED_CREST, _CLIPPED_CREST, _NEAR_FULL = 2.8, 3.9, 0.9
_TELEPHONE_HZ, _OPEN_HZ = (300, 3400), (4500, 7500)
_TELEPHONE_DB = -55.0
"""What the second band holds against the first: -20 to -40 dB in speech, below -60 through a telephone."""

Signal: TypeAlias = NDArray[np.float64]


FlawKind: TypeAlias = Literal[
    "unreadable", "silent", "noise", "drowned", "overloaded", "late", "early", "short", "long", "twice",
    "noisy", "loud", "gap", "telephone", "file",
]  # fmt: skip
"""What can be wrong with a recording; the first ten are reasons not to use it."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is wrong with a recording, or worth telling about it.

    Attributes:
        kind: What it is, for who tells it in words of their own.
        text: The same as what follows a file's name in a sentence.
    """

    kind: FlawKind
    text: str


class UnusableError(Exception):
    """A recording that cannot be used; the text says why, as what follows a file's name in a sentence.

    Attributes:
        kind: Why.
    """

    def __init__(self, text: str, kind: FlawKind) -> None:
        super().__init__(text)
        self.kind = kind


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """A recording, ready to be placed.

    Attributes:
        clip: One channel at the file's own rate, framed (`clips.framed`), at `TARGET_LUFS`.
        flaws: What is worth telling about it.
    """

    clip: Clip
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Heard:
    """Where the speech is in a signal.

    Attributes:
        first: Its first frame.
        last: Its last frame.
        window: Frames in a window.
        loud: For each window, whether there is speech in it.
        gap_s: The longest silence within, in seconds.
        voice: Level of the speech.
        noise: Level of the room.
    """

    first: int
    last: int
    window: int
    loud: NDArray[np.bool_]
    gap_s: float
    voice: float
    noise: float


def cleaned(raw: Clip, phrase: str | None) -> Cleaned:
    """Make a clip of the recording of one phrase.

    Args:
        raw: All of the file, at its own rate.
        phrase: What should be heard in it; None when that is not known.

    Raises:
        UnusableError: when it cannot be used.
    """
    channels = without_rumble(raw.samples, raw.rate)
    best = voice_channel(window_powers(channels, units.frames(CHANNEL_WINDOW_S, raw.rate)))
    signal = channels[:, best].astype(np.float64)
    heard = _heard(signal, raw.rate)
    if phrase is not None:
        _judge_length(heard, raw.rate, phrase)
    _judge_ends(signal, heard, raw.rate)
    flaws = _judged_sound(raw.samples[:, best], signal, heard, raw.rate)
    rested = signal * _rest_gains(heard, len(signal))
    clip = framed(Clip(rested.astype(np.float32)[:, None], raw.rate), heard.first, heard.last)
    return Cleaned(_levelled(clip, signal[heard.first : heard.last + 1]), flaws)


def without_rumble(samples: Samples, rate: int) -> Samples:
    """Return the samples without direct current and rumble, channel by channel."""
    centred = samples - samples.mean(axis=0, dtype=np.float64).astype(np.float32)
    return np.hstack([apply_chain(RUMBLE, channel[:, None], rate) for channel in centred.T])


def window_powers(samples: NDArray[np.floating], window: int) -> NDArray[np.float64]:
    """Return the mean square of each whole window of `window` frames, shape (windows, channels)."""
    whole = samples[: len(samples) // window * window].reshape(-1, window, samples.shape[1])
    return np.asarray(np.einsum("wfc,wfc->wc", whole, whole, dtype=np.float64) / window)


def voice_channel(powers: NDArray[np.float64]) -> int:
    """Return the channel in which a voice rises furthest above what is there all the time.

    Channels are never added: two microphones at a distance colour each other, and of opposite phase they
    leave nothing. A dead channel, or one with only a hum, does not rise.

    Args:
        powers: From `window_powers`, of windows of `CHANNEL_WINDOW_S`.
    """
    if powers.shape[0] == 0:
        return 0
    always, now_and_then = np.percentile(powers, [10, 95], axis=0)
    return int(np.argmax(now_and_then - always))


def _heard(signal: Signal, rate: int) -> _Heard:
    """Find the speech.

    Raises:
        UnusableError: when there is none, or it is hardly louder than the room.
    """
    window = units.frames(WINDOW_S, rate)
    if len(signal) < 2 * window or float(np.abs(signal).max()) < units.gain(-80.0):
        raise UnusableError(Message("has no sound in it"), "silent")
    white = _whitened(signal, window, units.frames(_WHITENING_S, rate))
    levels = _levels(white, window)
    threshold = float(np.percentile(levels, _NOISE_PERCENTILE)) * units.gain(_ABOVE_NOISE_DB)
    own = _levels(signal, window)
    groups = _spoken(_groups(np.flatnonzero(levels > threshold)), own)
    if not groups:
        raise UnusableError(Message("has no speech in it, only noise"), "noise")
    loud = np.zeros(len(levels), dtype=bool)
    loud[np.concatenate(groups)] = True
    quiet = np.sort(own)[: max(len(own) // 10, 1)]
    noise = math.sqrt(float(np.mean(np.square(quiet))))
    first, last = _edges(white, np.flatnonzero(loud), threshold, rate)
    voice = _level_where_loud(own[first // window : last // window + 1])
    steps = np.diff(np.flatnonzero(loud))
    return _Heard(first, last, window, loud, float((steps.max(initial=1) - 1) * WINDOW_S), voice, noise)


def _whitened(signal: Signal, window: int, taps: int) -> Signal:
    """Return the signal behind a filter that makes the noise of its quietest moments white.

    The filter predicts each sample from the few before it (linear prediction, autocorrelation method): what
    noise lets itself be predicted is taken away.
    """
    length = 4 * window
    whole = signal[: len(signal) // length * length].reshape(-1, length)
    if len(whole) == 0:
        return signal
    powers = np.einsum("wf,wf->w", whole, whole)
    quietest = whole[np.argsort(powers, kind="stable")[: max(len(whole) // 10, min(5, len(whole)))]]
    lags = np.array(
        [np.einsum("wf,wf->", quietest[:, lag:], quietest[:, : length - lag]) for lag in range(taps + 1)]
    )
    floor = float(np.abs(signal).max()) * units.gain(_FLOOR_DB)
    lags[0] += quietest.size * floor**2
    apart = np.abs(np.subtract.outer(np.arange(taps), np.arange(taps)))
    prediction = np.linalg.solve(lags[apart], lags[1:])
    dither = np.random.default_rng(0).normal(scale=floor, size=len(signal))
    return np.convolve(signal + dither, np.concatenate([[1.0], -prediction]))[: len(signal)]


def _levels(signal: Signal, window: int) -> Signal:
    whole = signal[: len(signal) // window * window].reshape(-1, window)
    return np.asarray(np.sqrt(np.einsum("wf,wf->w", whole, whole) / window))


def _level_where_loud(levels: Signal) -> float:
    """Return the level over the windows that are at most 20 dB below the loudest: where a voice sounds."""
    return math.sqrt(float(np.mean(np.square(levels[levels >= levels.max() / 10]))))


def _groups(loud: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Return the loud windows in groups that have at least `_APART_S` between them."""
    return np.split(loud, np.flatnonzero(np.diff(loud) * WINDOW_S > _APART_S) + 1) if len(loud) else []


def _spoken(groups: list[NDArray[np.intp]], levels: Signal) -> list[NDArray[np.intp]]:
    """Return the groups without those before and after the speech that are no speech."""
    loudest = max((float(levels[group].max()) for group in groups if not _is_click(group)), default=0.0)
    speech = [
        number
        for number, group in enumerate(groups)
        if not _is_click(group) and levels[group].max() > loudest * units.gain(_FAR_DB)
    ]
    return groups[speech[0] : speech[-1] + 1] if speech else []


def _is_click(group: NDArray[np.intp]) -> bool:
    return len(group) * WINDOW_S < _CLICK_S


def _edges(white: Signal, loud: NDArray[np.intp], threshold: float, rate: int) -> tuple[int, int]:
    """Return the first and last frame of speech, to a millisecond.

    Within the outer windows, and one further out in which speech may have begun, the first and last half
    millisecond above the threshold count.
    """
    window, fine = units.frames(WINDOW_S, rate), max(units.frames(_FINE_WINDOW_S, rate), 1)
    head = max(int(loud[0]) - 1, 0) * window
    above = np.flatnonzero(_levels(white[head : (int(loud[0]) + 1) * window], fine) > threshold)
    first = head + int(above[0]) * fine if len(above) else int(loud[0]) * window
    stop = min((int(loud[-1]) + 2) * window, len(white))
    tail = white[int(loud[-1]) * window : stop][::-1]
    above = np.flatnonzero(_levels(tail, fine) > threshold)
    last = stop - 1 - int(above[0]) * fine if len(above) else (int(loud[-1]) + 1) * window - 1
    return first, last


def _judge_length(heard: _Heard, rate: int, phrase: str) -> None:
    length_s, expected_s = (heard.last + 1 - heard.first) / rate, expected_seconds(phrase)
    if heard.gap_s > _TWICE_GAP_S and length_s > _TWICE * expected_s + _TWICE_GAP_S:
        raise UnusableError(
            Message(
                "lasts {length_s:.1f} s with a silence of {gap_s:.1f} s in it, and its sentence "
                "asks for about {expected_s:.1f} s: perhaps it is said twice",
                length_s=length_s,
                gap_s=heard.gap_s,
                expected_s=expected_s,
            ),
            "twice",
        )
    if not _SHORTEST * expected_s <= length_s <= _LONGEST * expected_s + _SLACK_S:
        raise UnusableError(
            Message(
                "lasts {length_s:.1f} s, and its sentence asks for about {expected_s:.1f} s: "
                "perhaps it is another one",
                length_s=length_s,
                expected_s=expected_s,
            ),
            "short" if length_s < expected_s else "long",
        )


def _judge_ends(signal: Signal, heard: _Heard, rate: int) -> None:
    """Refuse a recording that was started too late or stopped too early."""
    loudest = float(_levels(signal, 2 * units.frames(WINDOW_S, rate)).max())
    above_noise = heard.noise * units.gain(_ABOVE_NOISE_DB)
    start = signal[: units.frames(_EDGE_START_S, rate)]
    end = signal[-units.frames(_EDGE_END_S, rate) :]
    if heard.loud[0] and _level(start) > max(loudest * units.gain(_EDGE_START_DB), above_noise):
        text = Message("starts in the middle of a sound: its first syllable may be missing")
        raise UnusableError(text, "late")
    if heard.loud[-1] and _level(end) > max(loudest * units.gain(_EDGE_END_DB), above_noise):
        text = Message("stops in the middle of a sound: its last syllable may be missing")
        raise UnusableError(text, "early")


def _judged_sound(raw: NDArray[np.float32], signal: Signal, heard: _Heard, rate: int) -> tuple[Flaw, ...]:
    """Return what is worth telling about the sound.

    Raises:
        UnusableError: when it is too bad to use.
    """
    above_db = units.decibels(heard.voice / heard.noise) if heard.noise > 0 else math.inf
    crest, peak = _crest(raw - raw.mean(), heard), float(np.abs(raw).max())
    if above_db < _DROWNED_DB:
        raise UnusableError(
            Message("has a voice that is hardly louder than the room ({above_db:.0f} dB)", above_db=above_db),
            "drowned",
        )
    if peak >= _NEAR_FULL and crest < _OVERLOADED_CREST:
        text = Message("is overloaded: the voice was too loud for the microphone")
        raise UnusableError(text, "overloaded")
    flaws: list[Flaw] = []
    if above_db < _NOISY_DB:
        text = Message("is noisy: the voice is only {above_db:.0f} dB above the room", above_db=above_db)
        flaws.append(Flaw("noisy", text))
    if peak >= _NEAR_FULL and crest < _CLIPPED_CREST:
        text = Message("is a little overloaded; a larger distance to the microphone sounds better")
        flaws.append(Flaw("loud", text))
    if heard.gap_s > _LONG_GAP_S:
        text = Message("falls silent for {gap_s:.1f} s in the middle", gap_s=heard.gap_s)
        flaws.append(Flaw("gap", text))
    if _is_telephone(signal[heard.first : heard.last + 1], rate):
        text = Message("has the sound of a telephone; a headset without a wire may be the cause")
        flaws.append(Flaw("telephone", text))
    return tuple(flaws)


def _crest(raw: NDArray[np.float32], heard: _Heard) -> float:
    """Return how far the highest samples of the speech stand above its level."""
    speech = raw[heard.first : heard.last + 1]
    level = _level_where_loud(_levels(speech.astype(np.float64), heard.window))
    return float(np.percentile(np.abs(speech), _CREST_PERCENTILE)) / level


def _is_telephone(speech: Signal, rate: int) -> bool:
    size = 1 << (len(speech) - 1).bit_length()  # of any other length a transform may take ten times as long
    powers = np.abs(np.fft.rfft(speech, size)) ** 2
    hz = np.fft.rfftfreq(size, 1 / rate)
    held, high = (float(powers[(hz > low) & (hz < up)].sum()) for low, up in (_TELEPHONE_HZ, _OPEN_HZ))
    return high < held * 10 ** (_TELEPHONE_DB / 10)


def _rest_gains(heard: _Heard, count: int) -> Signal:
    """Return a gain for each frame: 1 for speech and what is near it, less where only the room is heard.

    It glides down and up by a raised cosine in decibels, within the rest: no frame of speech is touched.
    """
    before, after = (round(length_s / WINDOW_S) for length_s in (_BEFORE_SPEECH_S, _AFTER_SPEECH_S))
    glide = round(_GLIDE_S / WINDOW_S)
    depth = np.zeros(len(heard.loud))
    for left, right in pairwise(np.flatnonzero(heard.loud)):
        rest = depth[left + 1 + after : max(right - before, left + 1 + after)]
        if len(rest) > 2 * glide:
            rest[glide:-glide] = 1.0
    shape = np.hanning(2 * glide + 1)
    depth = np.convolve(depth, shape / shape.sum(), mode="same")
    middles = (np.arange(len(depth)) + 0.5) * heard.window
    return np.asarray(10 ** (_REST_DB / 20 * np.interp(np.arange(count), middles, depth)))


def _levelled(clip: Clip, speech: Signal) -> Clip:
    """Return the clip at `TARGET_LUFS`.

    Loudness (BS.1770-4) is measured over blocks of 0.4 s, of which a short word fills none: its sound is
    repeated until there are enough. That measures the word while it sounds, as a sentence is measured.
    """
    shortest = units.frames(1.0, clip.rate)
    sound = speech if len(speech) >= shortest else np.resize(speech, 2 * shortest)
    loudness = lufs(sound.astype(np.float32)[:, None], clip.rate)
    assert loudness is not None
    return Clip(clip.samples * np.float32(units.gain(TARGET_LUFS - loudness)), clip.rate)


def _level(signal: Signal) -> float:
    return math.sqrt(float(np.mean(np.square(signal)))) if len(signal) else 0.0
