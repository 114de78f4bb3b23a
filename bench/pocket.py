"""What Pocket TTS costs, on random weights of the real shapes: by the makers' package, in stem's own worker.

    python bench/pocket.py        # where 'stem-meditatie[pocket]' is installed

No voice is downloaded for it. Such a model says noise, which takes as long to make as speech does. What a
second costs is measured on a model that finds no end: it goes on for a length that follows from the text.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from stem.voices.engines.pocket import MAKERS, seed
from stem.voices.engines.pocket.partner import Partner

PHRASES = ("Voel hoe je voeten op de grond staan.", "Adem in.", "Laat je adem rustig komen en gaan.")
TESTS = Path(__file__).resolve().parent.parent / "tests"


def longest_s(phrase: str, tokenizer: Path) -> float:
    """Return for how long the package lets a model say a phrase: 2 s, and a third for each piece of it."""
    from tokenizers import Tokenizer

    pieces = len(Tokenizer.from_file(str(tokenizer)).encode(phrase).ids)
    return math.ceil((2 + pieces / 3) * 12.5) / 12.5


def said(folder: Path, phrases: tuple[str, ...]) -> dict[str, object]:
    """Say phrases with a new worker, and tell what it took."""
    paths = {
        "config": folder / "shapes.yaml",
        "weights": folder / "model.safetensors",
        "tokenizer": folder / "tokenizer.json",
    }
    partner, started = Partner(MAKERS.file), time.monotonic()
    first_s, sound_s, sounds = 0.0, 0.0, {}
    for phrase in phrases:
        clip = partner.say(phrase, paths, folder / "wie.safetensors", seed(phrase, "wie", 0))
        first_s = first_s or time.monotonic() - started
        if clip is None:
            sound_s += longest_s(phrase, paths["tokenizer"])
        else:
            sounds[phrase] = hashlib.sha256(clip.samples.tobytes()).hexdigest()
    partner.close()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "first sound, s": round(first_s, 1),
        "sound, s": sound_s,
        "CPU, s": usage.ru_utime + usage.ru_stime,
        "memory, MB": usage.ru_maxrss // 1024,
        "sounds": sounds,
    }


def measured(folder: Path, phrases: tuple[str, ...]) -> dict[str, float]:
    """Do the same in a process of its own, whose children it has alone."""
    words = [sys.executable, __file__, str(folder), json.dumps(phrases)]
    told: dict[str, float] = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
    return told


def main() -> None:
    """Measure, and print."""
    if len(sys.argv) > 1:
        print(json.dumps(said(Path(sys.argv[1]), tuple(json.loads(sys.argv[2])))))
        return
    with tempfile.TemporaryDirectory() as place:
        for name, eagerness in (("short", "1000"), ("endless", "-1000")):
            words = [sys.executable, str(TESTS / "pocketmodel.py"), f"{place}/{name}", "0", eagerness]
            subprocess.run(words, check=True, capture_output=True)
        one, all_ = (measured(Path(place, "short"), phrases) for phrases in (PHRASES[:1], PHRASES[::-1]))
        few, more = (measured(Path(place, "endless"), phrases) for phrases in (PHRASES[:1], PHRASES))
    per_s = (more["CPU, s"] - few["CPU, s"]) / (more["sound, s"] - few["sound, s"])
    print(f"first sound            {one['first sound, s']:.1f} s, of which CPU {one['CPU, s']:.1f} s")
    print(f"CPU a second of sound  {per_s:.2f} s")
    print(f"memory                 {more['memory, MB']} MB")
    same = one["sounds"].items() <= all_["sounds"].items()  # type: ignore[attr-defined]
    print(f"the same sound again   {'yes' if same else 'NO'}, in another process and order")
    print(f"load of the machine    {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
