"""The makers' own package behind the engine, on random weights of tiny shapes; skipped where it is not.

Random weights say nothing that the guard would let through: what is looked at is the sound as it comes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pocketmodel
import pytest

from stem.errors import StemError
from stem.voices.engines.pocket import MAKERS, seed
from stem.voices.engines.pocket.partner import Partner

pytestmark = [
    pytest.mark.skipif(
        find_spec("pocket_tts") is None or find_spec("torch") is None,
        reason="the package of Pocket TTS, with torch, is not installed",
    ),
    pytest.mark.slow,
]

PHRASES = ("Adem in.", "Voel hoe je voeten op de grond staan.", "Misschien, en misschien ook niet.")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model, another, and one without an end."""
    folder = tmp_path_factory.mktemp("pocket")
    for name, width, eagerness in (("een", 32, 1000), ("ander", 48, 1000), ("zonder eind", 32, -1000)):
        words = [sys.executable, pocketmodel.__file__, str(folder / name), str(width), str(eagerness)]
        subprocess.run(words, check=True, capture_output=True)
    return folder


def paths(folder: Path) -> dict[str, Path]:
    return {
        "config": folder / "shapes.yaml",
        "weights": folder / "model.safetensors",
        "tokenizer": folder / "tokenizer.json",
    }


def sounds(folder: Path, phrases: tuple[str, ...]) -> dict[str, str]:
    """Say phrases in a process of their own."""
    partner = Partner(MAKERS.file)
    found = {}
    for phrase in phrases:
        clip = partner.say(phrase, paths(folder), folder / "wie.safetensors", seed(phrase, "wie", 0))
        assert clip is not None
        assert clip.rate == 24_000
        assert clip.frames % 1920 == 0, "whole frames of 80 ms"
        found[phrase] = hashlib.sha256(clip.samples.tobytes()).hexdigest()
    partner.close()
    return found


def test_a_phrase_is_the_same_sound_in_any_order_and_process(models: Path) -> None:
    first = sounds(models / "een", PHRASES)
    assert first == sounds(models / "een", PHRASES[::-1])
    assert len(set(first.values())) == len(PHRASES)
    assert "torch" not in sys.modules


BY_ITSELF = """
import contextlib, hashlib, sys
from stem.voices.engines.pocket import makers
folder, phrase, plainly = sys.argv[1:]
if plainly:
    makers._nothing_unused = makers._nothing_drawn = contextlib.nullcontext
names = {"config": "shapes.yaml", "weights": "model.safetensors", "tokenizer": "tokenizer.json"}
network = makers.load({key: f"{folder}/{name}" for key, name in names.items()})
sound = network.say(phrase, network.state(f"{folder}/wie.safetensors"), 1)
print(hashlib.sha256(sound.tobytes()).hexdigest())
print(*{"torch._dynamo", "scipy.signal", "scipy.io", "huggingface_hub"} & set(sys.modules))
"""


def test_what_the_package_never_uses_here_is_left_out_and_its_sound_is_the_same(models: Path) -> None:
    found = []
    for plainly in ("", "plainly"):
        words = [sys.executable, "-c", BY_ITSELF, str(models / "een"), PHRASES[1], plainly]
        found.append(subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines())
    assert found[0][0] == found[1][0]
    assert (found[0][1:], len(found[1][1].split())) == ([""], 4)


def spoil(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path, Path], None]:
    def spoiled(folder: Path, _models: Path) -> None:
        path = folder / name
        path.write_bytes(change(path.read_bytes()))

    return spoiled


def swap(name: str) -> Callable[[Path, Path], None]:
    def swapped(folder: Path, models: Path) -> None:
        shutil.copy(models / "ander" / name, folder / name)

    return swapped


def with_words(folder: Path, _models: Path) -> None:
    path = folder / "tokenizer.json"
    words = json.loads(path.read_text(encoding="utf-8"))
    words["model"]["vocab"]["hmmm"] = pocketmodel.PIECES
    path.write_text(json.dumps(words), encoding="utf-8")


def weights_for_a_state(folder: Path, _models: Path) -> None:
    shutil.copy(folder / "model.safetensors", folder / "wie.safetensors")


CASES: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "weights cut off": (
        spoil("model.safetensors", lambda all_: all_[:-1000]),
        "model.safetensors: it is damaged",
    ),
    "no weights": (
        spoil("model.safetensors", lambda _: b"<html>Log in</html>"),
        "model.safetensors: it is damaged",
    ),
    "weights of another": (swap("model.safetensors"), "model.safetensors: it does not belong to this model"),
    "shapes of another": (swap("shapes.yaml"), "model.safetensors: it does not belong to this model"),
    "no tokenizer": (spoil("tokenizer.json", lambda _: b"{}"), "tokenizer.json: it is damaged"),
    "tokenizer of another": (with_words, "tokenizer.json: it does not belong to this model"),
    "no shapes": (spoil("shapes.yaml", lambda _: b"mimi: {"), "shapes.yaml: it is damaged"),
    "shapes of another kind": (spoil("shapes.yaml", lambda _: b"mimi: {}"), "shapes.yaml: it is damaged"),
    "state of another": (swap("wie.safetensors"), "wie.safetensors: it does not belong to this model"),
    "weights for a state": (
        weights_for_a_state,
        "wie.safetensors: it does not belong to this model",
    ),
    "a recording for a state": (
        spoil("wie.safetensors", lambda _: b"RIFF" + bytes(4000)),
        "wie.safetensors: it is damaged",
    ),
}


def test_each_file_that_is_wrong_is_named(models: Path, tmp_path: Path) -> None:
    wrong = []
    partner = Partner(MAKERS.file)
    for name, (change, told) in CASES.items():
        folder = shutil.copytree(models / "een", tmp_path / name)
        change(folder, models)
        try:
            partner.say(PHRASES[0], paths(folder), folder / "wie.safetensors", 1)
            wrong.append(f"{name}: it speaks")
        except StemError as error:
            if told not in error.sentence:
                wrong.append(f"{name}: {error.sentence}")
    partner.close()
    assert wrong == [], "\n".join(wrong)


def test_speech_without_an_end_is_known(models: Path) -> None:
    partner = Partner(MAKERS.file)
    folder = models / "zonder eind"
    assert partner.say(PHRASES[0], paths(folder), folder / "wie.safetensors", 1) is None
    partner.close()
