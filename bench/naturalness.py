"""How natural the voices sound to networks that were trained to guess what listeners say of speech.

    pip install speechmos librosa pandas     # DNSMOS and PLCMOS, with their networks (MIT)
    pip install distillmos torch torchaudio  # DistillMOS, when it is installed too (MIT)
    python bench/naturalness.py              # or: ... zacht rustig voice_templates/proef.toml

None of them is a dependency of stem. They learned from telephones and noise, mostly in English, and what
speaks by rules is outside what they know: they tell 3 from 2, and not 3.2 from 3.1. When two of them disagree
the answer is "unknown". They catch a voice that became worse, and choose what a person should listen to.
No test has a threshold for beauty, and none may get one.

Each voice says the first phrases of a script through its own chain. They are joined, with half a second
between them, into clips of 5 to 9 s at -23 LUFS. Told is the mean over the clips, with its 95 % interval.
"""

from __future__ import annotations

import importlib
import math
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec

import numpy as np
import soxr
from numpy.typing import NDArray

from stem import units
from stem.files import HERE
from stem.script.dutch.lexicon import load_lexicon
from stem.sound.clips import conform
from stem.sound.filters import apply_chain
from stem.sound.loudness import lufs
from stem.track.plan import plan_track
from stem.track.spec import TrackSpec
from stem.voices.permission import runs_program
from stem.voices.speakers import Speaker, Terms, can_speak, sends_to
from stem.voices.template import VoiceTemplate, came_with_stem, find_voice, voices

SCRIPT, PHRASES = "door-andere-ogen", 14
REST_S, SHORTEST_S, LONGEST_S = 0.5, 5.0, 9.0
TARGET_LUFS = -23.0
RATE = 16_000
"""Of all these networks, in hertz."""

STUDENT = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)
"""Of Student's t, 95 %, at 1 to 9 degrees of freedom."""

Sound = NDArray[np.float32]
Judge = Callable[[Sound], dict[str, float]]


def phrases(voice: VoiceTemplate) -> tuple[str, ...]:
    """Return what every voice says: the first phrases of the script."""
    from stem.config import Config

    plan = plan_track(TrackSpec(SCRIPT, voice=voice.name if voice.named else str(voice.path)), Config())
    return tuple(dict.fromkeys(plan.phrases))[:PHRASES]


def spoken(voice: VoiceTemplate, said: Sequence[str]) -> Iterator[Sound]:
    """Yield each phrase as a track has it, at 44,100 Hz, before it is levelled."""
    speaker = Speaker.ready(voice, load_lexicon(HERE), Terms(remember=False))
    for phrase in said:
        clip = conform(speaker.say(phrase))
        yield apply_chain(voice.chain, clip.samples, clip.rate)[:, 0]


def clips(takes: Sequence[Sound]) -> Iterator[Sound]:
    """Yield the takes joined into clips, at the rate of the networks."""
    rest = np.zeros(units.frames(REST_S), dtype=np.float32)
    clip = np.zeros(0, dtype=np.float32)
    for take in takes:
        longer = np.concatenate([clip, rest, take]) if len(clip) else take
        if len(clip) >= units.frames(SHORTEST_S) and len(longer) > units.frames(LONGEST_S):
            yield _levelled(clip)
            longer = take
        clip = longer
    if len(clip) >= units.frames(SHORTEST_S):
        yield _levelled(clip)


def _levelled(clip: Sound) -> Sound:
    loudness = lufs(clip[:, None], units.SAMPLE_RATE)
    assert loudness is not None
    resampled = soxr.resample(clip, units.SAMPLE_RATE, RATE, "VHQ")
    levelled: Sound = np.clip(resampled * np.float32(units.gain(TARGET_LUFS - loudness)), -1, 1)
    return levelled


def judges() -> Iterator[Judge]:
    """Yield those that are installed."""
    if find_spec("speechmos"):
        dnsmos, plcmos = (importlib.import_module(f"speechmos.{name}") for name in ("dnsmos", "plcmos"))

        def by_dnsmos(clip: Sound) -> dict[str, float]:
            told = dnsmos.run(clip, RATE)
            names = {"DNSMOS": "ovrl_mos", "signal": "sig_mos", "P.808": "p808_mos"}
            return {title: float(told[name]) for title, name in names.items()}

        yield by_dnsmos
        yield lambda clip: {"PLCMOS": float(plcmos.run(clip, RATE)["plcmos"])}
    if find_spec("distillmos"):
        torch = importlib.import_module("torch")
        network = importlib.import_module("distillmos").ConvTransformerSQAModel()
        network.eval()

        def by_distillmos(clip: Sound) -> dict[str, float]:
            with torch.no_grad():
                return {"DistillMOS": float(network(torch.from_numpy(clip)[None]))}

        yield by_distillmos


def told(figures: Sequence[float]) -> str:
    """Return a mean with its 95 % interval."""
    mean = statistics.fmean(figures)
    if len(figures) < 2:
        return f"{mean:.2f}"
    t = STUDENT[min(len(figures) - 2, len(STUDENT) - 1)]
    return f"{mean:.2f} +-{t * statistics.stdev(figures) / math.sqrt(len(figures)):.2f}"


def main() -> None:
    """Print a table."""
    named = [find_voice(name) for name in sys.argv[1:]]
    shipped = [
        voice
        for voice in voices()
        if came_with_stem(voice.path) and can_speak(voice) and not (sends_to(voice) or runs_program(voice))
    ]
    ready = list(judges())
    if not ready:
        sys.exit("Nothing that judges is installed: pip install speechmos librosa pandas")
    for voice in named or shipped:
        heard = list(clips(list(spoken(voice, phrases(voice)))))
        found: dict[str, list[float]] = {}
        for judge in ready:
            for clip in heard:
                for name, figure in judge(clip).items():
                    found.setdefault(name, []).append(figure)
        columns = "  ".join(f"{name} {told(figures):<12}" for name, figures in found.items())
        print(f"{voice.name:<16} {len(heard)} clips  {columns}", flush=True)


if __name__ == "__main__":
    main()
