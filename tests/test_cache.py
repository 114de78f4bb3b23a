"""What was said once is remembered exactly, privately, and never when it is damaged."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stem.audio import Clip
from stem.cache import CachedEngine
from stem.engines import Traits
from stem.errors import SynthesisError
from stem.files import cache_folder
from stem.voice import VoiceTemplate, find_voice


class Noisy:
    """An engine that never says a phrase the same way twice, and counts."""

    name = "noisy"
    traits = Traits()
    _random = np.random.default_rng(1)  # shared: no two engines agree either

    def __init__(self, version: str = "1") -> None:
        self.version = version
        self.calls = 0
        self.checks = 0
        self._lock = threading.Lock()

    def remarks(self, phrase: str, voice: VoiceTemplate) -> tuple[str, ...]:
        return ()

    def check(self) -> None:
        self.checks += 1

    def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
        if not phrase:
            raise SynthesisError(self.name, phrase, "there is nothing to say in it")
        with self._lock:
            self.calls += 1
            samples = self._random.normal(size=(100 + len(phrase), 1)).astype(np.float32)
        return Clip(samples, 22_050)


@pytest.fixture
def voice(tmp_path: Path) -> VoiceTemplate:
    model = tmp_path / "model.bin"
    model.write_bytes(b"one")
    return replace(find_voice("zacht"), engine="noisy", voice=str(model))


def entries() -> list[Path]:
    return sorted(path for path in cache_folder("speech").iterdir() if path.name != "key")


def same(one: Clip, other: Clip) -> bool:
    return one.rate == other.rate and np.array_equal(one.samples, other.samples)


def test_a_phrase_is_made_once_and_comes_back_exactly(voice: VoiceTemplate) -> None:
    first = CachedEngine(Noisy())
    clip = first.speak("Adem in.", voice)
    assert same(first.speak("Adem in.", voice), clip)
    assert (first.made, first.remembered) == (1, 1)
    later = CachedEngine(Noisy())
    again = later.speak("Adem in.", voice)
    assert same(again, clip)
    assert again.samples.dtype == np.float32
    again.samples[0] = 0  # a remembered clip is as writable as a new one
    assert (later.made, later.remembered) == (0, 1)


def test_it_is_the_engine_it_remembers_for(voice: VoiceTemplate) -> None:
    inner = Noisy("7")
    cached = CachedEngine(inner)
    cached.check()
    assert (cached.name, cached.version, inner.checks) == ("noisy", "7", 1)
    with pytest.raises(SynthesisError):
        cached.speak("", voice)
    assert (cached.made, entries()) == (0, [])


def test_whatever_changes_the_sound_changes_the_entry(voice: VoiceTemplate, tmp_path: Path) -> None:
    clip = CachedEngine(Noisy()).speak("Adem in.", voice)

    def remembered(version: str = "1", phrase: str = "Adem in.", **changes: object) -> bool:
        changed = replace(voice, **changes)  # type: ignore[arg-type]
        return same(CachedEngine(Noisy(version)).speak(phrase, changed), clip)

    assert remembered()
    assert remembered(title="Anders", chain=(), name="anders")  # none of the engine's business
    moved = shutil.copy(voice.voice, tmp_path / "moved.bin")
    assert remembered(voice=str(moved))
    assert remembered(settings=dict(sorted(voice.settings.items())))
    assert not remembered(version="2")
    assert not remembered(phrase="Adem in")
    assert not remembered(settings={**voice.settings, "rate": 120})
    assert not remembered(voice="nl")
    Path(moved).write_bytes(b"another")
    assert not remembered(voice=str(moved))


def test_damage_is_noticed_and_mended(voice: VoiceTemplate) -> None:
    cached = CachedEngine(Noisy())
    cached.speak("Adem in.", voice)
    (path,) = entries()
    good = path.read_bytes()
    flips = [good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :] for at in range(0, len(good), 7)]
    cuts = [good[:length] for length in range(0, len(good), 31)]
    for bad in [*flips, *cuts, good + b"\0", b"\0" * len(good)]:
        path.write_bytes(bad)
        before = cached.made
        clip = cached.speak("Adem in.", voice)
        assert cached.made == before + 1
        assert same(cached.speak("Adem in.", voice), clip)


def test_an_entry_under_the_name_of_another_is_noticed(voice: VoiceTemplate) -> None:
    cached = CachedEngine(Noisy())
    cached.speak("Adem in.", voice)
    (first,) = entries()
    cached.speak("Adem uit.", voice)
    (second,) = set(entries()) - {first}
    shutil.copy(first, second)
    cached.speak("Adem uit.", voice)
    assert cached.made == 3


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_only_the_owner_can_look_and_names_tell_nothing(voice: VoiceTemplate) -> None:
    old = os.umask(0)
    try:
        CachedEngine(Noisy()).speak("Zwanhilde", voice)
    finally:
        os.umask(old)
    folder = cache_folder("speech")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (entry,) = entries()
    for path in (entry, folder / "key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        for encoding in ("utf-8", "utf-16-le"):
            assert "Zwanhilde".encode(encoding) not in path.read_bytes()
    # Another installation has another key: the same phrase has another name there.
    shutil.rmtree(folder)
    CachedEngine(Noisy()).speak("Zwanhilde", voice)
    assert entries()[0].name != entry.name


def test_one_process_says_a_phrase_once_also_from_many_threads(voice: VoiceTemplate) -> None:
    inner = Noisy()
    cached = CachedEngine(inner)
    phrases = ["Adem in.", "Adem uit.", "En los."] * 40
    with ThreadPoolExecutor(8) as pool:
        clips = list(pool.map(lambda phrase: cached.speak(phrase, voice), phrases))
    assert inner.calls == 3
    assert (cached.made, cached.remembered) == (3, 117)
    assert len({clip.samples.tobytes() for clip in clips}) == 3


def test_processes_that_start_at_once_share_one_key_and_tear_nothing(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import sys, time, numpy as np\n"
        "from stem.audio import Clip\n"
        "from stem.cache import CachedEngine\n"
        "from stem.voice import find_voice\n"
        "class Tone:\n"
        "    name = version = 'tone'\n"
        "    def check(self): ...\n"
        "    def speak(self, phrase, voice):\n"
        "        return Clip(np.full((20000, 1), len(phrase), np.float32), 22050)\n"
        "voice = find_voice('zacht')\n"
        "while time.time() < float(sys.argv[1]): pass\n"
        "cached = CachedEngine(Tone())\n"
        "for n in list(range(1, 40)) * 2:\n"
        "    clip = cached.speak('a' * n, voice)\n"
        "    assert clip.samples.shape == (20000, 1) and (clip.samples == n).all()\n"
        "print(cached._key.hex(), cached.remembered >= 39)\n"
    )
    start = str(time.time() + 1.0)
    running = [
        subprocess.Popen([sys.executable, str(program), start], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = {process.communicate(timeout=60)[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0, 0]
    assert len(said) == 1
    assert said.pop().endswith(" True\n")
    assert len(entries()) == 39
    assert not list(cache_folder("speech").glob("*.tmp"))


def test_a_damaged_key_is_replaced(voice: VoiceTemplate) -> None:
    CachedEngine(Noisy()).speak("Adem in.", voice)
    (cache_folder("speech") / "key").write_bytes(b"short")
    cached = CachedEngine(Noisy())
    cached.speak("Adem in.", voice)
    cached.speak("Adem in.", voice)
    assert (cached.made, cached.remembered) == (1, 1)
    assert len((cache_folder("speech") / "key").read_bytes()) == 32


def test_without_a_cache_folder_it_speaks_all_the_same(
    voice: VoiceTemplate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setenv("HOME", str(blocked))
    monkeypatch.setenv("LOCALAPPDATA", str(blocked))
    cached = CachedEngine(Noisy())
    cached.speak("Adem in.", voice)
    cached.speak("Adem in.", voice)
    assert (cached.made, cached.remembered) == (2, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full and file size limits")
def test_a_full_disk_does_not_fail_the_track(voice: VoiceTemplate) -> None:
    import resource  # not on Windows
    import signal

    cached = CachedEngine(Noisy())
    cached.speak("Adem in.", voice)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
        clip = cached.speak("Adem uit.", voice)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert clip.frames > 0
    assert len(entries()) == 1
    assert not list(cache_folder("speech").glob("*.tmp"))
    assert not same(cached.speak("Adem uit.", voice), clip)
    assert cached.made == 3
