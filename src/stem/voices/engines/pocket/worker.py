"""The process that a network speaks in; what it is told and answers goes over its standard input and output.

Run as a program, it loads one file (`Network`), and then does what each line asks:

    {"do": "load", "paths": {...}}                      answers {"rate": 24000}
    {"do": "say", "text": ..., "state": ..., "seed": 1} answers {"samples": N} and N samples of 4 bytes;
                                                        {"samples": null} when the network found no end

What fails is answered with {"failed": "load", "state" or "say", "kind": ..., "part": ..., "told": ...}. It
ends with its input, so nobody is left behind. Only the standard library and NumPy: a network loads the rest.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any, BinaryIO, Protocol

_LONGEST_TOLD = 120


class Network(Protocol):
    """What speaks. Its file has a function `load(paths) -> Network`, which gets paths by name.

    What these raise is told by the name of its class: "Damaged" and "Misfit" (it is another's) may have an
    attribute `part`, the name of the path that is to blame; "MemoryError" is what it is everywhere.
    """

    rate: int
    """Samples a second."""

    def state(self, path: str) -> object:
        """Return who speaks, from a file."""

    def say(self, text: str, state: object, seed: int) -> Any:
        """Return the samples of a text, of one channel; None when it found no end. One seed, one sound."""


class _Worker:
    """Answers one request after another."""

    def __init__(self, file: str, answers: BinaryIO) -> None:
        self._file = file
        self._answers = answers
        self._network: Any = None
        self._doing = ""

    def answer(self, request: Mapping[str, Any]) -> None:
        """Do what is asked, and tell what came of it."""
        try:
            head, body = self._load(request) if request["do"] == "load" else self._say(request)
        except Exception as error:  # noqa: BLE001 - a library may raise anything; its reader turns it
            lines = str(error).strip().splitlines() or [""]
            head, body = (
                {
                    "failed": self._doing,
                    "kind": type(error).__name__,
                    "part": getattr(error, "part", ""),
                    "told": lines[0][:_LONGEST_TOLD],
                },
                b"",
            )
        self._answers.write(json.dumps(head).encode() + b"\n" + body)
        self._answers.flush()

    def _load(self, request: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        self._doing = "load"
        spec = spec_from_file_location("network", self._file)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        self._network = module.load(request["paths"])
        return {"rate": int(self._network.rate)}, b""

    def _say(self, request: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        import numpy as np  # a network has loaded it by now

        self._doing = "state"
        state = self._network.state(request["state"])
        self._doing = "say"
        samples = self._network.say(request["text"], state, request["seed"])
        if samples is None:
            return {"samples": None}, b""
        sound = np.asarray(samples, dtype="<f4")
        if sound.ndim != 1:
            raise ValueError(f"sound of shape {sound.shape}")
        return {"samples": len(sound)}, sound.tobytes()


def main(file: str, *places: str) -> None:
    """Answer until there is no more to do; `places` is where modules are looked for."""
    sys.path[:] = places
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    worker = _Worker(file, answers)
    for line in sys.stdin.buffer:
        worker.answer(json.loads(line))


if __name__ == "__main__":
    main(*sys.argv[1:])
