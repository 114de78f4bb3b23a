"""A network of a few lines in the place of Pocket TTS: its files tell what it does with them, and how often.

A state file is JSON: {"takes": ["nan", "speech"]} gives a take without numbers, then speech from there on.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 24_000
MEASURED = {
    "Laat je adem rustig komen en gaan.",
    "Voel hoe je voeten op de grond staan.",
    "Je schouders mogen zakken.",
    "Merk op wat er is en laat het zijn.",
    "Je hoeft nu nergens heen.",
}
"""Always said well: by these the pace is known."""


class Damaged(Exception):  # noqa: N818 - its name is what is told
    def __init__(self, part: str) -> None:
        super().__init__("bytes 12 to 40 are no header")
        self.part = part


class Misfit(Damaged):
    pass


def speech(text: str, seed: int, pace: float = 1.5) -> NDArray[np.float32]:
    """Return what lasts as long as the text takes at a pace: syllables of a hum, and air."""
    letters = sum(map(str.isalpha, text))
    length_s = (0.2 + 0.09 * letters + 0.105 * len(text.split()) + 0.43 * text.count(", ")) / pace
    times = np.arange(round(length_s * RATE)) / RATE
    random = np.random.default_rng(seed)
    hum = np.sin(2 * np.pi * np.cumsum(120 + 8 * random.standard_normal() + 5 * np.sin(3 * times)) / RATE)
    syllables = 0.55 - 0.45 * np.cos(2 * np.pi * 4 * times)
    edges = np.minimum(1, np.minimum(times, times[-1] - times) / 0.03)
    air = 0.001 * random.standard_normal(len(times))
    silence = np.zeros(RATE // 10)
    return np.concatenate([silence, 0.4 * edges * (hum * syllables + air), silence]).astype(np.float32)


def take(kind: str, text: str, seed: int, pace: float = 1.5) -> Any:  # noqa: C901, PLR0911, PLR0912 - one line a kind
    said = speech(text, seed, pace)
    middle = len(said) // 2
    match kind:
        case "speech":
            return said
        case "list":
            return said.tolist()
        case "prints":
            print("Loading weights")  # noqa: T201 - as libraries do
            return said
        case "nan" | "inf":
            said[middle] = float(kind)
            return said
        case "silence":
            return np.zeros_like(said)
        case "almost silence":
            return said * np.float32(1e-7)
        case "nothing":
            return said[:0]
        case "one sample":
            return said[middle : middle + 1]
        case "no end":
            return None
        case "twice":
            return np.tile(said, 2)
        case "begins again":
            return np.concatenate([said[: len(said) * 7 // 10], said])
        case "four times":
            return np.tile(said, 4)
        case "a third":
            return np.concatenate([said[: len(said) // 3], np.zeros(RATE // 10, np.float32)])
        case "two thirds":
            return np.concatenate([said[: len(said) * 2 // 3], np.zeros(RATE // 10, np.float32)])
        case "half":
            return np.concatenate([said[:middle], np.zeros(RATE // 10, np.float32)])
        case "cut off":
            loud = int(np.argmax(np.abs(said[len(said) * 8 // 10 :]))) + len(said) * 8 // 10
            return said[:loud]
        case "cut on":
            return said[int(np.argmax(np.abs(said[: len(said) // 5]))) :]
        case "hole":
            said[middle : middle + RATE * 9 // 10] = 0
            return said
        case "hum":
            return np.tile(said[middle : middle + RATE // 100], 3000)
        case "clipped":
            return np.clip(said * 9, -1, 1)
        case "two channels":
            return np.stack([said, said])
        case "words":
            return ["hm", "hm"]
        case "error":
            raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
        case "error without a word":
            raise RuntimeError
        case "memory":
            raise MemoryError
        case "exit":
            os._exit(3)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "half an answer":
            os.write(3, b'{"samples": 4000}\n' + bytes(4000))
            os._exit(0)
        case "no answer":
            os.write(3, b"Segmentation fault\n")
            os._exit(0)
    time.sleep(60)  # "hang"
    return None


class Network:
    def __init__(self, rate: int, pace: float) -> None:
        self.rate = rate
        self._pace = pace
        self._takes: dict[str, list[str]] = {}

    def state(self, path: str) -> str:
        _judge(path, "state")
        if path not in self._takes:
            self._takes[path] = json.loads(Path(path).read_text())["takes"]
        return path

    def say(self, text: str, state: str, seed: int) -> Any:
        if text in MEASURED:
            return speech(text, seed, self._pace)
        left = self._takes[state]
        return take(left.pop(0) if len(left) > 1 else left[0], text, seed, self._pace)


def load(paths: Mapping[str, str]) -> Network:
    for part in ("config", "weights", "tokenizer"):
        if part != "config" or paths[part].endswith(".yaml"):
            _judge(paths[part], part)
    told = json.loads(Path(paths["weights"]).read_text())
    return Network(told.get("rate", RATE), told.get("pace", 1.5))


def _judge(path: str, part: str) -> None:
    """Do to a file what is written in it."""
    does = json.loads(Path(path).read_text()).get("does", "")
    if does == "damaged":
        raise Damaged(part)
    if does == "misfit":
        raise Misfit(part)
    if does == "import":
        import torsch  # type: ignore[import-not-found]  # noqa: F401
    if does:
        take(does, "", 0)
