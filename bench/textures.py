"""The backgrounds against recordings of the real thing, by the statistics of sound textures.

    python bench/textures.py FOLDER              # waves, rain, wind, fireplace, birds, summer-night (.ogg)
    python bench/textures.py FOLDER zee wind     # of these backgrounds alone
    python bench/textures.py --seeds 200         # which seed clips, or is too quiet for its level

After J. H. McDermott and E. P. Simoncelli, Sound texture perception via statistics of the auditory periphery
(Neuron 71, 2011): what an ear that forgets the details keeps of a sound. Every figure is the mean of five
seeds; of what returns, the worst of them is told too. Envelopes are compressed by a power of 0.3, as there.
A recording is measured and nothing else: one of a kind, lossy, cut to loop; it shows a direction, not a goal.
Last comes, row by row, how far each background went from what it was before all this (`textures_before.json`,
measured in the same way): at least half of the way to the recording, or not by choice, or SHORT.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from stem.sound.beds import BEDS, Bed
from stem.sound.loudness import Meter

Floats = NDArray[np.float64]
Figures = dict[str, float]

RATE = 44_100
SEEDS = 5
ROUND_S = 120.0
"""One round of the longest loop. Levels are looked at for two of these, to hear what comes back."""

RECORDINGS = {
    "zee": "waves",
    "regen": "rain",
    "wind": "wind",
    "vuur": "fireplace",
    "vogels": "birds",
    "krekels": "summer-night",
}
"""Which recording a background is held against; others are measured alone."""

ALONE = ("beek", "drone", "bruin", "kamer")

RIVER: Figures = {"range, dB": 1.5, "steepest rise, dB/s": 9.0}
"""Of a recorded river that is not in the folder: what was measured of it in the same way."""

BEFORE: dict[str, Figures] = json.loads(
    Path(__file__).with_name("textures_before.json").read_text(encoding="utf-8")
)
"""The figures of backgrounds before they were held against recordings (commit b6f454a), in five seeds."""

_ONE_CHANNEL = "the recording has one channel"
_BOTH_EARS = "under 120 Hz both ears have the same, for a small loudspeaker"
_NO_RUMBLE = "no rumble that small loudspeakers cannot give"
_ROOM = "makes room for speech at 2.2 kHz, so the rest has a little more"
_CALM = "rises by less than 5 dB in half a second, and no wave towers: nobody starts"
_FAR = "far: a song that starts up draws from the voice"
CHOSEN: dict[str, dict[str, str]] = {
    "zee": {
        r"third +(31|39|50|62|79|99|125|157|198|250|315) ": "keeps the weight of the water, far from speech",
        r"third +(1587|2000|2520|3175) ": _ROOM,
        r"range|together +250-": "the weight of the water goes on between waves",
        r"third 16000 ": "no hiss where the recording has its own",
        r"skew|kurtosis|steepest|modulation (0|1-2)": _CALM,
        r"left-right +125 ": _BOTH_EARS,
    },
    "regen": {
        r"third +(31|39) ": _NO_RUMBLE,
        r"third +(1587|2000|2520|3175|4000|5040|6350) ": _ROOM,
        r"(skew|kurtosis) +(125|250) ": "no rumble, so no gusts in it",
        r"(skew|kurtosis) +(1000|2000) ": "drops on leaves are heard one by one, where the noise makes room",
        r"range": "swells by less than 4 dB in all: a voice stays as far over it",
        r"left-right +125 ": _BOTH_EARS,
    },
    "wind": {
        r"third +(3175|4000|5040|6350|8000|10079) ": "leaves: it blows through trees, not over a field",
        r"together +(1000|2000|4000)-": "all leaves brighten together in a gust",
        r"skew|kurtosis": "of few gusts, as in 15 s, it is chance",
    },
    "vuur": {
        r"third +(50|62|79|99|125|157|198|250|315|397|500|630|794|1000) ": "the warmth of a hearth",
        r"third +(1587|2000|2520|3175) ": _ROOM,
        r"third +(4000|5040) ": "half of the edge of a fire at a metre: a crack is no word",
        r"(skew|kurtosis) +(125|250|500) ": "flames that do not flare up",
        r"(skew|kurtosis) +(1000|2000) ": "cracks stand out where the flames make room for speech",
        r"together +(125|250|500|2000)-": "flames flutter by less than 3 dB: nothing flares up",
        r"left-right": _ONE_CHANNEL,
    },
    "vogels": {
        r"third +(39|50|62|79|99|125) ": _NO_RUMBLE,
        r"third +(250|315|397|500|630|794|1000|1260) ": "the wood is heard between its birds",
        r"third +(2000|3175|5040) ": "leaves 3 kHz to the consonants: its birds sing under and over it",
        r"(skew|kurtosis) +(500|1000) ": "what sings at 1 kHz there is a faint wood pigeon at 500 Hz here",
        r"range|steepest|modulation": _FAR,
        r"(skew|kurtosis) +(2000|4000) ": _FAR,
        r"left-right +125 ": _BOTH_EARS,
    },
    "krekels": {
        r"third +(31|39|50|62|79|99|125) |skew +125 ": _NO_RUMBLE,
        r"(skew|kurtosis) +(1000|2000) ": "only air is heard under the chirps: nothing calls",
        r"kurtosis +(4000|8000) ": "chirps evenly: nothing calls",
        r"left-right": _ONE_CHANNEL,
    },
}
"""Which rows of a background (by the begin of their names) stay farther from the recording, and why."""

_ALIKE = {"dB": 1.5, "kurtosis": 0.3, "": 0.1}
"""What differs by less, by what stands in a row's name, is the same to an ear."""
MOST_LIKE = 0.25
"""A background's level may return by no more than this."""

_THIRDS_HZ = 1000.0 * 2.0 ** (np.arange(-15, 13) / 3)
_OCTAVES_HZ = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
_MODULATION_HZ = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
_COMPRESSION = 0.3
_ENVELOPE_RATE = 400
"""What is faster than half of this in an envelope is roughness, no modulation."""

_LEVEL_WINDOW_S, _LEVEL_STEP_S = 0.4, 0.1
RETURNS_BEYOND_S = 3.0


class Spectrum:
    """The transform of one channel, from which any band is taken.

    Args:
        wave: Shape (frames,).
    """

    def __init__(self, wave: NDArray[np.floating]) -> None:
        self._frames = len(wave)
        self._bins = np.fft.rfft(wave.astype(np.float32))

    def _edges(self, low: float, high: float) -> tuple[int, int]:
        hertz_a_bin = RATE / self._frames
        return max(1, round(low / hertz_a_bin)), min(len(self._bins), round(high / hertz_a_bin))

    def band(self, low: float, high: float) -> NDArray[np.complexfloating]:
        """Return the bins between two frequencies."""
        first, last = self._edges(low, high)
        return self._bins[first:last]

    def power(self, low: float, high: float) -> float:
        """Return the power between two frequencies."""
        return float(np.square(np.abs(self.band(low, high)), dtype=np.float64).sum()) / self._frames**2

    def envelope(self, low: float, high: float) -> Floats:
        """Return the amplitude of a band at `_ENVELOPE_RATE`, of RMS 1."""
        bins = self.band(low, high)
        # The band moved down to 0 Hz is its complex envelope, at the rate that its width asks for.
        count = round(self._frames / RATE * _ENVELOPE_RATE) * max(
            1, -(-2 * len(bins) * RATE // self._frames // _ENVELOPE_RATE)
        )
        wave = np.fft.ifft(bins, count)
        amplitude = np.abs(wave).reshape(-1, count // round(self._frames / RATE * _ENVELOPE_RATE))
        envelope = np.sqrt(np.square(amplitude, dtype=np.float64).mean(axis=1))
        return np.asarray(envelope / np.sqrt(np.square(envelope).mean()))


def measured(sound: NDArray[np.float32]) -> Figures:
    """Return the statistics of a sound of whole seconds, shape (frames, 2)."""
    spectra = [Spectrum(channel) for channel in sound.T]
    return {
        **_thirds(spectra),
        **_envelopes(Spectrum(sound.mean(axis=1))),
        **{
            f"left-right {hertz:5.0f} Hz": _likeness(*(part.band(*_octave(hertz)) for part in spectra))
            for hertz in _OCTAVES_HZ
        },
        **_levels(sound),
    }


def _octave(centre: float) -> tuple[float, float]:
    return centre / 2**0.5, centre * 2**0.5


def _thirds(spectra: Sequence[Spectrum]) -> Figures:
    step = 2 ** (1 / 6)
    powers = np.array([sum(part.power(one / step, one * step) for part in spectra) for one in _THIRDS_HZ])
    thirds = 10 * np.log10(powers / powers.sum() + 1e-12)
    return {f"third {hertz:5.0f} Hz, dB": level for hertz, level in zip(_THIRDS_HZ, thirds, strict=True)}


def _envelopes(spectrum: Spectrum) -> Figures:
    """Return what the envelopes of the octaves do: how uneven, how quick, and how much together."""
    plain = [spectrum.envelope(*_octave(hertz)) for hertz in _OCTAVES_HZ]
    heard = [envelope**_COMPRESSION for envelope in plain]
    figures: Figures = {}
    for name, power in (("skew", 3), ("kurtosis", 4)):
        for hertz, envelope in zip(_OCTAVES_HZ, heard, strict=True):
            apart = envelope - envelope.mean()
            figures[f"{name} {hertz:5.0f} Hz"] = float(
                (apart**power).mean() / (apart**2).mean() ** (power / 2)
            )
    spread = np.array([_modulation(envelope) for envelope in plain[1:]]).mean(axis=0)  # 250 Hz and up
    for low, high, level in zip(_MODULATION_HZ[:-1], _MODULATION_HZ[1:], spread, strict=True):
        figures[f"modulation {low:g}-{high:g} Hz, dB"] = level
    for number, hertz in enumerate(_OCTAVES_HZ[:-1]):
        together = np.corrcoef(heard[number], heard[number + 1])[0, 1]
        figures[f"together {hertz:5.0f}-{2 * hertz:.0f} Hz"] = float(together)
    return figures


def _modulation(envelope: Floats) -> Floats:
    """Return the power of an envelope in each band of modulation over that of its mean, in dB."""
    power = np.square(np.abs(np.fft.rfft(envelope))) / len(envelope) ** 2
    hertz = np.fft.rfftfreq(len(envelope), 1 / _ENVELOPE_RATE)
    edges = np.searchsorted(hertz, _MODULATION_HZ)
    parts = [2 * power[low : max(high, low + 1)].sum() for low, high in pairwise(edges)]
    return np.asarray(10 * np.log10(np.array(parts) / power[0] + 1e-12))


def _likeness(one: NDArray[np.complexfloating], other: NDArray[np.complexfloating]) -> float:
    both = np.sqrt(np.square(np.abs(one)).sum() * np.square(np.abs(other)).sum())
    return float((one * other.conj()).real.sum() / both)


def levels(sound: NDArray[np.float32]) -> Floats:
    """Return the level in dB of windows of 0.4 s, ten a second."""
    step, whole = round(_LEVEL_STEP_S * RATE), round(_LEVEL_WINDOW_S / _LEVEL_STEP_S)
    square = np.square(sound[: len(sound) // step * step], dtype=np.float64).mean(axis=1)
    steps = square.reshape(-1, step).mean(axis=1)
    return np.asarray(10 * np.log10(np.convolve(steps, np.ones(whole) / whole, "valid") + 1e-12))


def _levels(sound: NDArray[np.float32]) -> Figures:
    level = levels(sound)
    change = (level[2:] - level[:-2]) / (2 * _LEVEL_STEP_S)
    high, low = np.percentile(level, (95, 10))
    return {"range, dB": high - low, "steepest rise, dB/s": float(np.percentile(change, 99))}


def returning(level: Floats, longest_s: float) -> tuple[float, float]:
    """Return the highest autocorrelation of a level from 3 s on, and its lag in seconds.

    What merely lasts, such as a long gust, does not return: the search begins where the level has first
    become a stranger to itself (autocorrelation 0). It ends as long before `longest_s`, where a loop returns.
    """
    lags = range(1, min(round(longest_s / _LEVEL_STEP_S), len(level) // 2))
    alike = np.array([np.corrcoef(level[lag:], level[:-lag])[0, 1] for lag in lags])
    stranger = int(np.argmax(alike <= 0)) if (alike <= 0).any() else 0
    first = max(stranger, round(RETURNS_BEYOND_S / _LEVEL_STEP_S) - 1)
    at = first + int(np.argmax(alike[first : len(alike) - first]))
    return float(alike[at]), (at + 1) * _LEVEL_STEP_S


def made(name: str, seed: int, length_s: float = ROUND_S) -> NDArray[np.float32]:
    """Return the first seconds of a background, shape (frames, 2)."""
    return Bed(name, tuple(BEDS[name].make(seed)), 0.0).read(0, round(length_s * RATE))


def of_background(name: str) -> Figures:
    """Return the statistics of a background: the mean of five seeds."""
    each, returns = [], []
    for seed in range(1, SEEDS + 1):
        sound = made(name, seed, 2 * ROUND_S)
        each.append(measured(sound[: round(ROUND_S * RATE)]))
        returns.append(returning(levels(sound), ROUND_S))
    mean = {key: float(np.mean([figures[key] for figures in each])) for key in each[0]}
    worst = max(returns)
    return {
        **mean,
        "returns": float(np.mean([alike for alike, _ in returns])),
        "returns, worst seed": worst[0],
        "  after, s": worst[1],
    }


def of_recording(path: Path) -> Figures:
    """Return the statistics of a recording."""
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(path)]
    done = subprocess.run(
        [*program, "-ac", "2", "-ar", str(RATE), "-f", "f32le", "-"], capture_output=True, check=True
    )
    sound = np.frombuffer(done.stdout, np.float32).reshape(-1, 2)
    sound = sound[: len(sound) // RATE * RATE][: round(ROUND_S * RATE)]
    alike, after_s = returning(levels(sound), ROUND_S)
    return {**measured(sound), "returns": alike, "returns, worst seed": alike, "  after, s": after_s}


def print_table(columns: dict[str, Figures]) -> None:
    """Print one row a statistic, one column a sound."""
    print(f"{'':>26}" + "".join(f" {name:>12.12}" for name in columns))
    for key in next(iter(columns.values())):
        print(f"{key:>26}" + "".join(f" {figures[key]:12.2f}" for figures in columns.values()))


def verdict(name: str, row: str, now: float, recorded: float | None) -> str:
    """Return whether a row went half of the way from before to the recording, or why it did not."""
    if row.startswith("returns"):
        return f"under {MOST_LIKE}" if now <= MOST_LIKE else f"SHORT: over {MOST_LIKE}"
    if recorded is None:
        return "no recording"
    alike = next(by for part, by in _ALIKE.items() if part in row)
    if abs(now - recorded) <= max(alike, abs(BEFORE[name][row] - recorded) / 2):
        return "halfway"
    chosen = (why for rows, why in CHOSEN.get(name, {}).items() if re.match(rows, row))
    return next((f"chosen: {why}" for why in chosen), "SHORT")


def print_verdicts(name: str, now: Figures, recording: Figures) -> None:
    """Print for every row of a background what it was, is, and is in the recording, and the verdict."""
    print(f"\n{name:>26} {'before':>8} {'now':>8} {'recorded':>8}")
    for row, figure in now.items():
        if not row.startswith(" "):
            recorded = recording.get(row)
            told = "-" if recorded is None else f"{recorded:.2f}"
            print(
                f"{row:>26} {BEFORE[name][row]:8.2f} {figure:8.2f} {told:>8}"
                f"  {verdict(name, row, figure, recorded)}"
            )


def faults(name: str, seeds: Sequence[int], make: Callable[[str, int], NDArray[np.float32]]) -> Iterator[str]:
    """Yield which seeds of a background clip, stand out, or are far from its usual loudness."""
    found = []
    for seed in seeds:
        sound = make(name, seed)
        meter = Meter()
        meter.add(sound)
        found.append((seed, meter.integrated(), float(np.abs(sound).max())))
    usual = float(np.median([lufs for _, lufs, _ in found]))
    for seed, lufs, peak in found:
        if not peak < 1.0:
            yield f"{name}, seed {seed}: clips at {peak:.2f}"
        if not abs(lufs - usual) < 3.0:
            yield f"{name}, seed {seed}: {lufs:.1f} LUFS as made, others {usual:.1f}"


def main(arguments: list[str]) -> None:
    """Print the table, or the faults."""
    if arguments[:1] == ["--seeds"]:
        for name in arguments[2:] or BEDS:
            found = list(faults(name, range(int(arguments[1])), made))
            print("\n".join(found) or f"{name}: no fault in {arguments[1]} seeds", flush=True)
        return
    folder, names = Path(arguments[0]), arguments[1:] or [*RECORDINGS, *ALONE]
    columns: dict[str, Figures] = {}
    for name in names:
        columns[name] = of_background(name)
        if name in RECORDINGS:
            columns[f"{RECORDINGS[name]}.ogg"] = of_recording(folder / f"{RECORDINGS[name]}.ogg")
    print_table(columns)
    for name in filter(BEFORE.__contains__, names):
        print_verdicts(name, columns[name], columns.get(f"{RECORDINGS.get(name)}.ogg", RIVER))


if __name__ == "__main__":
    main(sys.argv[1:])
