"""The engines there are, those that other packages bring, and what `say` does for those that need help."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from stem.errors import EngineUnavailable, SynthesisError, UnknownNameError
from stem.script.dutch.pace import expected_seconds
from stem.sound.clips import Clip, trimmed
from stem.voices.cache import CachedEngine
from stem.voices.engines import ENGINES, Traits, engine, files_of, measured_pace, say, traits_of
from stem.voices.engines.pocket import MAKERS, Behind, Pocket
from stem.voices.template import VoiceTemplate, find_voice

pytestmark = pytest.mark.usefixtures("every_child_is_begun")

PHRASE = "Laat je schouders zakken."

GOOD = """
import numpy as np
from stem.sound.decoding import Clip, trimmed
from stem.voices.engines import Traits, expected_seconds

class Hum:
    name = "neurie"
    version = "3"
    traits = Traits()

    def check(self):
        pass

    def speak(self, phrase, voice):
        count = round(expected_seconds(phrase) * 16000)
        wave = 0.3 * np.sin(2 * np.pi * float(voice.voice) * np.arange(count) / 16000)
        return trimmed(Clip(wave.astype(np.float32)[:, None], 16000))

    def remarks(self, phrase, voice):
        return ()
"""

TEMPLATE = """
title = "Neurie"
summary = "Een stem die neuriet."
engine = "neurie"
sex = "own"
voice = "180"
credit = "Geneuried."
"""


@dataclass(frozen=True)
class Site:
    """A folder with an installed distribution, made as an installer leaves it."""

    folder: Path

    def install(self, source: str, name: str = "neurie", target: str = "stem_neurie:Hum") -> None:
        (self.folder / "stem_neurie.py").write_text(textwrap.dedent(source))
        facts = self.folder / "stem_neurie-1.0.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: stem-neurie\nVersion: 1.0\n")
        (facts / "entry_points.txt").write_text(f"[stem.engines]\n{name} = {target}\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "stem_neurie", raising=False)
    return Site(folder)


@pytest.fixture
def voice(tmp_path: Path) -> VoiceTemplate:
    path = tmp_path / "neurie.toml"
    path.write_text(TEMPLATE)
    return find_voice(str(path))


def test_the_registry_gives_the_engine_by_name() -> None:
    assert engine("espeak").name == "espeak"
    with pytest.raises(UnknownNameError) as caught:
        engine("espaek")
    assert "espeak" in caught.value.hint


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_is_what_the_protocol_says(name: str) -> None:
    # That one's own package is too large to be here: what it needs to be made is.
    found = Pocket(Behind(MAKERS.file, ("numpy",))) if name == "pocket" else engine(name)
    assert found.name == name
    assert found.version
    assert isinstance(found.traits, Traits)


def test_an_engine_from_elsewhere_speaks(site: Site, voice: VoiceTemplate) -> None:
    site.install(GOOD)
    hum = engine("neurie")
    hum.check()
    assert (hum.name, hum.version, hum.remarks(PHRASE, voice)) == ("neurie", "3", ())
    assert files_of(hum, voice) == ()
    clip = say(hum, PHRASE, voice)
    assert clip.frames / clip.rate == pytest.approx(expected_seconds(PHRASE) + 0.1, abs=0.01)
    assert measured_pace(partial(say, hum, voice=voice)) == pytest.approx(1, abs=0.05)


def test_a_program_of_its_own_finds_it_too(site: Site, voice: VoiceTemplate) -> None:
    site.install(GOOD)
    program = (
        "import json, sys\n"
        "from stem.voices.engines import engine, say\n"
        "from stem.voices.template import find_voice\n"
        "voice = find_voice(sys.argv[1])\n"
        "clip = say(engine(voice.engine), sys.argv[2], voice)\n"
        "print(json.dumps([clip.frames, clip.rate, float(abs(clip.samples).max())]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(voice.path), PHRASE],
        env={**os.environ, "PYTHONPATH": str(site.folder)},
        capture_output=True,
        check=True,
        timeout=60,
    )
    frames, rate, peak = json.loads(done.stdout)
    assert rate == 16000
    assert frames / rate == pytest.approx(expected_seconds(PHRASE) + 0.1, abs=0.01)
    assert peak == pytest.approx(0.3, rel=0.01)


BROKEN = {
    "import error": ("import there_is_no_such_thing", r"failed \(ModuleNotFoundError: No module named"),
    "syntax error": ("def (:", r"failed \(SyntaxError: "),
    "no such class": ("x = 1", r"failed \(AttributeError: .*no attribute 'Hum'\)"),
    "raises": (
        "class Hum:\n    def __init__(self): raise RuntimeError('no model.\\nmore')",
        r"failed \(RuntimeError: no model\)",
    ),
    "wants an argument": (
        "class Hum:\n    def __init__(self, model): pass",
        r"failed \(TypeError: .*missing 1 required",
    ),
    "older": (
        GOOD.replace("traits = Traits()", "").replace("def remarks", "def comments"),
        r"was written for another version of stem: its engine has no 'traits' and no 'remarks'",
    ),
    "other traits": (
        GOOD.replace("Traits()", "{'speed': True}"),
        r"was written .* its engine has 'traits' that are no engines\.Traits",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_package_is_one_sentence(site: Site, name: str) -> None:
    source, reason = BROKEN[name]
    site.install(source)
    with pytest.raises(
        EngineUnavailable, match=f"'neurie' cannot be used: the package stem-neurie that brings it {reason}"
    ) as caught:
        engine("neurie")
    assert "\n" not in caught.value.sentence
    assert caught.value.hint == "Install stem-neurie again, or choose another voice."
    assert engine("espeak").name == "espeak"


def test_an_engine_from_elsewhere_tells_the_files_of_its_voices(site: Site, voice: VoiceTemplate) -> None:
    site.install(
        GOOD
        + """
    def files(self, voice):
        return (voice.path.with_name("een"), voice.path.with_name("twee"))
"""
    )
    paths = files_of(engine("neurie"), voice)
    assert paths == (voice.path.with_name("een"), voice.path.with_name("twee"))
    paths[1].write_text("eerst")
    clips = CachedEngine(engine("neurie"))
    (before,) = clips.entry_names([PHRASE], voice)
    paths[1].write_text("anders dan eerst")
    assert clips.entry_names([PHRASE], voice) != (before,)


def test_only_recordings_say_nothing_but_what_was_recorded(voice: VoiceTemplate) -> None:
    assert [name for name in ENGINES if traits_of(name).only_recorded] == ["recordings"]
    assert traits_of(voice.engine) == Traits()  # of an engine that is not here


def test_what_an_engine_says_for_itself_is_passed_on(site: Site) -> None:
    source = """
    from stem.errors import EngineUnavailable
    class Hum:
        def __init__(self): raise EngineUnavailable("neurie", "no throat", hint="Drink tea.")
    """
    site.install(source)
    with pytest.raises(EngineUnavailable, match="no throat") as caught:
        engine("neurie")
    assert caught.value.hint == "Drink tea."


@pytest.mark.parametrize(
    ("spoken", "told"),
    [
        ("return 1 / 0", r"the package stem-neurie failed \(ZeroDivisionError: division by zero\)"),
        ("return [0.1, 0.2]", r"failed \(TypeError: it gives a list for a stem\.sound\.clips\.Clip\)"),
    ],
)
def test_an_engine_that_fails_at_a_phrase_names_it(
    site: Site, voice: VoiceTemplate, spoken: str, told: str
) -> None:
    head, _, rest = GOOD.partition("        count = ")
    site.install(f"{head}        {spoken}\n        count = {rest}")
    with pytest.raises(SynthesisError, match=told) as caught:
        engine("neurie").speak(PHRASE, voice)
    assert caught.value.phrase == PHRASE


def test_an_engine_that_fails_its_check_cannot_be_used(site: Site) -> None:
    site.install(GOOD.replace("        pass", "        raise OSError('no throat')"))
    with pytest.raises(EngineUnavailable, match=r"failed \(OSError: no throat\)"):
        engine("neurie").check()


def test_a_built_in_engine_is_never_hidden(site: Site) -> None:
    site.install(GOOD, name="espeak")
    assert type(engine("espeak")).__module__ == "stem.voices.engines.espeak"


@dataclass(frozen=True)
class Ah:
    """Says a tone, and follows what its traits say."""

    traits: Traits
    name: str = "ah"
    version: str = "1"

    def check(self) -> None:
        pass

    def remarks(self, phrase: str, voice: VoiceTemplate) -> tuple[str, ...]:
        return ()

    def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
        pace = voice.speed if self.traits.speed else 1.0
        semitones = voice.pitch if self.traits.pitch else 0.0
        count = round(expected_seconds(phrase) / pace * 22_050)
        wave = 0.3 * np.sin(2 * np.pi * 160 * 2 ** (semitones / 12) * np.arange(count) / 22_050)
        return trimmed(Clip(wave.astype(np.float32)[:, None], 22_050))


def hertz(clip: Clip) -> float:
    spectrum = np.abs(np.fft.rfft(clip.samples[:, 0] * np.hanning(clip.frames), 2**18))
    return float(np.argmax(spectrum)) * clip.rate / 2**18


@pytest.mark.parametrize("pitch", [0.0, 3.0])
@pytest.mark.parametrize("speed", [1.0, 0.8])
@pytest.mark.parametrize(
    "traits", [Traits(), Traits(speed=True), Traits(pitch=True), Traits(speed=True, pitch=True)]
)
def test_every_voice_follows_speed_and_pitch_once(traits: Traits, speed: float, pitch: float) -> None:
    voice = replace(find_voice("zacht"), speed=speed, pitch=pitch)
    clip = say(Ah(traits), PHRASE, voice)
    sound_s = clip.frames / clip.rate - 0.1
    assert sound_s == pytest.approx(expected_seconds(PHRASE) / speed, rel=0.01)
    assert hertz(clip) == pytest.approx(160 * 2 ** (pitch / 12), rel=0.005)
    loud = np.flatnonzero(np.abs(clip.samples[:, 0]) > 0.3 * 10 ** (-40 / 20))
    assert loud[0] / clip.rate == pytest.approx(0.020, abs=0.001)
    assert (clip.frames - 1 - loud[-1]) / clip.rate == pytest.approx(0.080, abs=0.001)


def test_what_needs_no_help_is_not_touched() -> None:
    voice = find_voice("zacht")
    np.testing.assert_array_equal(
        say(Ah(Traits()), PHRASE, voice).samples, Ah(Traits()).speak(PHRASE, voice).samples
    )


def test_the_pace_that_is_measured_is_the_one_that_is_heard() -> None:
    slow = replace(find_voice("zacht"), speed=0.8)
    plain = measured_pace(partial(say, Ah(Traits()), voice=find_voice("zacht")))
    # Of each sentence of 3 s, 0.1 s is silence around it, which is not stretched.
    assert measured_pace(partial(say, Ah(Traits()), voice=slow)) == pytest.approx(0.8 * plain, rel=0.02)


@pytest.mark.parametrize("piece", ["a.", ".", " ", ". ", "woord ", "a", "0", "1.000", "x'", "!?…\n", "10,0/"])
def test_the_expected_length_of_a_long_text_is_quickly_told(piece: str) -> None:
    def took_s(count: int) -> float:
        before = time.process_time()
        expected_seconds(piece * count)
        return time.process_time() - before

    # 74,000 characters take 0.02 s; what is quadratic takes seconds.
    assert min(took_s(74_000 // len(piece)) for _ in range(2)) < 0.5
