"""What was said once is remembered exactly, privately, within bounds, and never when it is damaged."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import warm

from stem import files
from stem.errors import OutputError, SynthesisError
from stem.files import cache_folder, cache_path, lock
from stem.sound.clips import Clip
from stem.voices import cache
from stem.voices.cache import CachedEngine
from stem.voices.cache_folder import (
    LIMIT_BYTES,
    CacheReport,
    clear_speech_cache,
    forget_entries,
    speech_cache,
    tidy,
)
from stem.voices.engines import Traits
from stem.voices.engines.espeak import Espeak
from stem.voices.template import VoiceTemplate, find_voice

USUAL = Traits()


class Noisy:
    """An engine that never says a phrase the same way twice, and counts."""

    _random = np.random.default_rng(1)  # shared: no two engines agree either

    def __init__(self, version: str = "1", traits: Traits = USUAL, name: str = "noisy") -> None:
        self.name = name
        self.version = version
        self.traits = traits
        self.calls = 0
        self._lock = threading.Lock()

    def remarks(self, phrase: str, voice: VoiceTemplate) -> tuple[str, ...]:
        return ()

    def check(self) -> None:
        """It can always make noise."""

    def files(self, voice: VoiceTemplate) -> tuple[Path, ...]:
        path = Path(voice.voice)
        return (path, path.with_name(f"{path.name}.json")) if path.is_absolute() else ()

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
    return sorted(path for path in cache_folder("speech").iterdir() if path.name not in {"key", "locks"})


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


def test_what_fails_is_not_remembered(voice: VoiceTemplate) -> None:
    cached = CachedEngine(Noisy("7"))
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
    Path(f"{voice.voice}.json").write_text("{}")  # a neural voice's settings
    assert not remembered()


def test_voices_of_which_no_file_is_here_are_told_apart(voice: VoiceTemplate) -> None:
    cached = CachedEngine(Noisy())
    clips = [
        cached.speak("Adem in.", replace(voice, voice=each)) for each in ("anna", "/gone/anna", "/gone/bert")
    ]
    assert cached.made == len({clip.samples.tobytes() for clip in clips}) == 3


def test_speed_and_pitch_count_only_where_the_engine_follows_them(voice: VoiceTemplate) -> None:
    slower, higher = replace(voice, speed=0.9), replace(voice, pitch=1.0)

    def made(traits: Traits) -> int:
        cached = CachedEngine(Noisy(str(traits), traits))
        for each in (voice, slower, higher, replace(voice, speed=1)):
            cached.speak("Adem in.", each)
        return cached.made

    assert made(Traits()) == 1  # an online voice is not asked again for what is stretched here
    assert made(Traits(speed=True)) == 2
    assert made(Traits(pitch=True)) == 2
    assert made(Traits(speed=True, pitch=True)) == 3


def test_what_would_be_asked_is_known_before(voice: VoiceTemplate) -> None:
    inner = Noisy()
    cached = CachedEngine(inner)
    cached.speak("Adem in.", voice)
    phrases = ["Adem uit.", "Adem in.", "En los.", "Adem uit."]
    assert cached.missing(phrases, voice) == ("Adem uit.", "En los.")
    assert cached.missing(iter(phrases), replace(voice, voice="nl")) == ("Adem uit.", "Adem in.", "En los.")
    assert inner.calls == 1
    for phrase in phrases:
        cached.speak(phrase, voice)
    assert cached.missing(phrases, voice) == ()


def damaged(good: bytes, other: bytes, random: np.random.Generator) -> Iterator[bytes]:
    """Yield 200 ways in which an entry may come back from a bad disk."""
    for _ in range(100):
        at, bit = int(random.integers(len(good))), 1 << int(random.integers(8))
        yield good[:at] + bytes([good[at] ^ bit]) + good[at + 1 :]
    for _ in range(49):
        yield good[: int(random.integers(len(good)))]
    for _ in range(49):  # a piece of another entry, at the same place
        start, stop = sorted(map(int, random.choice(len(good), 2, replace=False)))
        yield good[:start] + other[start:stop] + good[stop:]
    yield good + b"\0"
    yield b"\0" * len(good)


def test_damage_is_noticed_and_mended(voice: VoiceTemplate) -> None:
    cached = CachedEngine(Noisy())
    cached.speak("Adem in.", voice)
    (path,) = entries()
    good = path.read_bytes()
    cached.speak("Adem op.", voice)
    (other,) = set(entries()) - {path}
    wrong = 0
    bad_ones = [bad for bad in damaged(good, other.read_bytes(), np.random.default_rng(1)) if bad != good]
    for bad in bad_ones:
        path.write_bytes(bad)
        before = cached.made
        clip = cached.speak("Adem in.", voice)
        again = cached.speak("Adem in.", voice)
        wrong += cached.made != before + 1 or not same(again, clip)
    assert len(bad_ones) > 195  # some pieces of another entry are the same
    assert wrong == 0


def test_a_damaged_entry_is_gone_when_it_cannot_be_made_again(voice: VoiceTemplate) -> None:
    class Offline(Noisy):
        def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
            raise SynthesisError(self.name, phrase, "there is no connection")

    CachedEngine(Noisy()).speak("Adem in.", voice)
    entries()[0].write_bytes(b"damaged")
    cached = CachedEngine(Offline())
    with pytest.raises(SynthesisError):
        cached.speak("Adem in.", voice)
    assert cached.missing(["Adem in."], voice) == ("Adem in.",)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "endless"])
def test_what_is_no_plain_file_is_no_entry(voice: VoiceTemplate, tmp_path: Path, kind: str) -> None:
    cached = CachedEngine(Noisy())
    clip = cached.speak("Adem in.", voice)
    (path,) = entries()
    elsewhere = path.rename(tmp_path / "elsewhere")
    content = elsewhere.read_bytes()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(elsewhere if kind == "link" else "/dev/zero")
    assert cached.missing(["Adem in."], voice) == ("Adem in.",)
    again = cached.speak("Adem in.", voice)
    assert not same(again, clip)
    assert same(cached.speak("Adem in.", voice), again) == (kind != "folder")
    assert elsewhere.read_bytes() == content


def test_a_later_version_of_stem_may_use_the_same_folder(
    voice: VoiceTemplate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_FORMAT", 99)
    monkeypatch.setattr(cache, "_MAGIC", b"stem clip, better\n")
    later = CachedEngine(Noisy())
    clip = later.speak("Adem in.", voice)
    (theirs,) = entries()
    content = theirs.read_bytes()
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(theirs.parents[2]))
    now = CachedEngine(Noisy())
    own = now.speak("Adem in.", voice)
    assert not same(own, clip)
    assert theirs.read_bytes() == content
    # Should it keep something else under a name of ours, that is no clip.
    (ours,) = set(entries()) - {theirs}
    ours.write_bytes(content)
    now.speak("Adem in.", voice)
    assert now.made == 2


def test_an_entry_under_the_name_of_another_is_noticed(voice: VoiceTemplate) -> None:
    cached = CachedEngine(Noisy())
    cached.speak("Adem in.", voice)
    (first,) = entries()
    cached.speak("Adem uit.", voice)
    (second,) = set(entries()) - {first}
    shutil.copy(first, second)
    cached.speak("Adem uit.", voice)
    assert cached.made == 3


# --- notes


def noted(voice: VoiceTemplate, note: bytes = b"figures", about: str = "chain") -> CachedEngine:
    """Return an engine that said a phrase, and noted something about it."""
    cached = CachedEngine(Noisy())
    cached.speak("Adem in.", voice)
    cached.keep_note("Adem in.", voice, about, note)
    return cached


def test_a_note_comes_back_for_what_it_is_about_and_nothing_else(voice: VoiceTemplate) -> None:
    cached = noted(voice)
    later = CachedEngine(Noisy())
    assert later.note("Adem in.", voice, "chain") == b"figures"
    assert later.note("Adem in.", replace(voice, title="Anders"), "chain") == b"figures"
    assert later.note("Adem in.", voice, "other chain") is None
    assert later.note("Adem in", voice, "chain") is None
    assert later.note("Adem in.", replace(voice, voice="nl"), "chain") is None
    assert (later.made, later.remembered) == (0, 0)
    cached.keep_note("Adem in.", voice, "other chain", b"")
    assert later.note("Adem in.", voice, "other chain") == b""
    assert later.note("Adem in.", voice, "chain") is None  # a clip has one note
    cached.keep_note("Niet gezegd.", voice, "chain", b"figures")
    assert later.note("Niet gezegd.", voice, "chain") is None
    assert len(entries()) == 2  # of what was never said, nothing is kept


def test_a_note_is_void_without_the_very_clip_it_is_about(voice: VoiceTemplate) -> None:
    cached = noted(voice)
    clip_path, _ = entries()
    content = clip_path.read_bytes()
    clip_path.unlink()
    assert cached.note("Adem in.", voice, "chain") is None
    cached.speak("Adem in.", voice)  # never the same way twice
    assert cached.note("Adem in.", voice, "chain") is None
    clip_path.write_bytes(content)
    assert cached.note("Adem in.", voice, "chain") == b"figures"


def test_a_damaged_note_is_none(voice: VoiceTemplate) -> None:
    cached = noted(voice, note=bytes(range(250)))
    cached.speak("Adem op.", voice)
    cached.keep_note("Adem op.", voice, "chain", bytes(range(250)))
    path, other = (each for each in entries() if each.suffix)
    # Which of the two is asked for is all the same: names tell nothing.
    phrase = "Adem in." if path.name.startswith(cached.entry_names(["Adem in."], voice)) else "Adem op."
    good = path.read_bytes()
    bad_ones = [*damaged(good, other.read_bytes(), np.random.default_rng(1)), b"", other.read_bytes()]
    wrong = 0
    for bad in bad_ones:
        path.write_bytes(bad)
        wrong += bad != good and cached.note(phrase, voice, "chain") is not None
    assert wrong == 0
    path.write_bytes(good)
    assert cached.note(phrase, voice, "chain") == bytes(range(250))


def test_a_note_is_as_private_and_as_easily_forgotten_as_its_clip(voice: VoiceTemplate) -> None:
    cached = noted(voice, about="Zwanhilde")
    clip_path, path = entries()
    assert path.name == f"{clip_path.name}.note"
    assert finds("Zwanhilde", cache_folder("speech")) == []
    assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o600
    size = clip_path.stat().st_size + path.stat().st_size
    assert (speech_cache().entries, speech_cache().bytes) == (1, size)
    assert forget_entries(cached.entry_names(["Adem in."], voice)) == (1, 0)
    assert entries() == []
    noted(voice)
    assert (clear_speech_cache().entries, entries()) == (1, [])


def test_a_note_whose_clip_is_gone_is_forgotten_with_it_all_the_same(voice: VoiceTemplate) -> None:
    cached = noted(voice)
    entries()[0].unlink()
    assert forget_entries(cached.entry_names(["Adem in."], voice)) == (1, 0)
    assert entries() == []


def test_notes_go_before_any_clip_and_a_clip_whose_note_is_used_stays(voice: VoiceTemplate) -> None:
    cached = noted(voice, bytes(5000))
    cached.speak("Adem uit.", voice)
    for path in entries():
        os.utime(path, (0, 0))
    cached.note("Adem in.", voice, "chain")
    (clip,) = cached.entry_names(["Adem in."], voice)
    tidy(cache_folder("speech"), speech_cache().bytes - 1)
    assert len(entries()) == 2
    assert not list(cache_folder("speech").glob("*.note"))
    tidy(cache_folder("speech"), speech_cache().bytes - 1)
    assert [path.name for path in entries()] == [clip]


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full and file size limits")
def test_where_nothing_can_be_kept_nothing_is_noted(
    voice: VoiceTemplate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource  # not on Windows

    cached = CachedEngine(Noisy())
    cached.speak("Adem in.", voice)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
        cached.keep_note("Adem in.", voice, "chain", bytes(200))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert len(entries()) == 1
    (tmp_path / "a file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file"))
    without = noted(voice)
    assert without.note("Adem in.", voice, "chain") is None


# --- privacy


def finds(name: str, folder: Path) -> list[Path]:
    """Return the files below `folder` with `name` in their content or their path."""
    forms = [name.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    return [
        path
        for path in folder.rglob("*")
        if any(form in os.fsencode(path) or (path.is_file() and form in path.read_bytes()) for form in forms)
    ]


def test_a_name_that_was_spoken_stands_nowhere() -> None:
    voice = find_voice("zacht")
    clip = CachedEngine(Espeak()).speak("Welkom, Zwanhilde.", voice)
    assert same(CachedEngine(Espeak()).speak("Welkom, Zwanhilde.", voice), clip)
    folder = cache_folder("speech")
    assert finds("Zwanhilde", folder) == []
    (folder / "control").write_bytes(b"\0" + "Zwanhilde".encode("utf-16-be"))
    (folder / "Zwanhilde").touch()
    assert len(finds("Zwanhilde", folder)) == 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_only_the_owner_can_look(voice: VoiceTemplate) -> None:
    old = os.umask(0)
    try:
        CachedEngine(Noisy()).speak("Adem in.", voice)
    finally:
        os.umask(old)
    folder = cache_folder("speech")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent)] == [0o700, 0o700]
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    assert len(modes) == 4  # the entry, the key and two locks
    assert set(modes.values()) == {0o600}


def test_names_tell_nothing_without_the_key(voice: VoiceTemplate) -> None:
    names = []
    for _ in range(2):
        CachedEngine(Noisy()).speak("Zwanhilde", voice)
        names += [entry.name for entry in entries()]
        shutil.rmtree(cache_folder("speech"))
    assert len(set(names)) == 2


# --- many at once


def test_one_process_says_a_phrase_once_also_from_many_threads(voice: VoiceTemplate) -> None:
    inner = Noisy()
    cached = CachedEngine(inner)
    phrases = ["Adem in.", "Adem uit.", "En los."] * 40
    with ThreadPoolExecutor(8) as pool:
        clips = list(pool.map(lambda phrase: cached.speak(phrase, voice), phrases))
    assert inner.calls == 3
    assert (cached.made, cached.remembered) == (3, 117)
    assert len({clip.samples.tobytes() for clip in clips}) == 3


# Says what each phrase says itself (a number of frames at its own level), and writes down that it was asked.
RUN = """
    import os, pathlib, sys, time
    import numpy as np
    from stem.sound.decoding import Clip
    from stem.voices.cache import CachedEngine
    from stem.voices.engines import Traits
    from stem.voices.template import find_voice

    folder, phrases = pathlib.Path(sys.argv[1]), sys.argv[2].split()

    class Tone:
        name = version = "tone"
        traits = Traits()
        def check(self): ...
        def remarks(self, phrase, voice):
            return ()
        def speak(self, phrase, voice):
            with (folder / "asked").open("a") as asked:
                asked.write(f"{phrase} ")  # one write, at the end
            print("asked", flush=True)
            while phrase == "slow" and not (folder / "go").exists():
                time.sleep(0.01)
            return Clip(np.full((20000, 1), len(phrase), np.float32), 22050)

    try:
        cached, voice = CachedEngine(Tone()), find_voice("zacht")
        (folder / f"ready-{os.getpid()}").touch()
        while len(list(folder.glob("ready-*"))) < int(sys.argv[3]):
            time.sleep(0.001)
        for phrase in phrases:
            clip = cached.speak(phrase, voice)
            assert clip.samples.shape == (20000, 1) and (clip.samples == len(phrase)).all()
    except KeyboardInterrupt:
        sys.exit("interrupted")
    print(cached._key.hex())
"""


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start runs of `RUN`; whatever is alive at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(phrases: str, runs: int = 1) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", textwrap.dedent(RUN), str(tmp_path), phrases, str(runs)]
        pipe = subprocess.PIPE
        started.append(warm.Python(command, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    yield start
    for process in started:
        with process:
            process.kill()


def test_four_runs_at_once_make_every_phrase_once(
    tmp_path: Path, run: Callable[..., subprocess.Popen[str]]
) -> None:
    phrases = ["a" * n for n in range(1, 40)]
    running = [run(" ".join(phrases), 4) for _ in range(4)]
    said = [process.communicate(timeout=60) for process in running]
    assert [(process.returncode, error) for process, (_, error) in zip(running, said, strict=True)] == [
        (0, "")
    ] * 4
    assert len({out.split()[-1] for out, _ in said}) == 1  # one key
    assert sorted((tmp_path / "asked").read_text().split()) == phrases
    assert len(entries()) == len(phrases)
    assert not list(cache_folder("speech").glob("*.tmp"))


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_a_phrase_that_another_run_is_making_is_waited_for(
    tmp_path: Path, run: Callable[..., subprocess.Popen[str]]
) -> None:
    names = CachedEngine(Noisy("tone", name="tone"))._entry_name
    slow, *others = (names(phrase, find_voice("zacht"))[:2] for phrase in ("slow", "b", "c"))
    other = next(phrase for phrase, shard in zip("bc", others, strict=True) if shard != slow)
    first = run("slow")
    assert first.stdout is not None
    assert first.stdout.readline() == "asked\n"
    waiting, interrupted, elsewhere = run("slow"), run("slow"), run(other)
    assert elsewhere.wait(timeout=30) == 0
    for each in (waiting, interrupted):
        while not (tmp_path / f"ready-{each.pid}").exists():
            assert each.poll() is None, each.communicate()
            time.sleep(0.01)
    time.sleep(0.3)  # who would not wait says so by then, or at the end
    assert (waiting.poll(), interrupted.poll()) == (None, None)
    interrupted.send_signal(signal.SIGINT)
    assert interrupted.communicate(timeout=60)[1] == "interrupted\n"
    first.kill()  # as by kill -9: its lock is free, and its phrase is not there
    assert waiting.stdout is not None
    assert waiting.stdout.readline() == "asked\n"
    (tmp_path / "go").touch()
    assert waiting.wait(timeout=60) == 0
    assert sorted((tmp_path / "asked").read_text().split()) == [other, "slow", "slow"]


def test_a_run_that_was_stopped_does_not_hold_up_others_for_ever(
    voice: VoiceTemplate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_PATIENCE_S", 0.05)
    cached = CachedEngine(Noisy())
    shard = cached._entry_name("Adem in.", voice)[:2]
    with lock(cache_folder("speech") / "locks" / shard):
        clip = cached.speak("Adem in.", voice)
    assert same(cached.speak("Adem in.", voice), clip)


def test_phrases_of_another_lock_are_not_waited_for(voice: VoiceTemplate) -> None:
    cached = CachedEngine(Noisy())
    names = {cached._entry_name(f"Tel tot {number}.", voice)[:2]: number for number in range(300)}
    (held, _), (_, free) = list(names.items())[:2]
    with lock(cache_folder("speech") / "locks" / held):
        started = time.monotonic()
        cached.speak(f"Tel tot {free}.", voice)
        assert time.monotonic() - started < 5
    assert len(names) > 100  # of 256: 300 throws hit 177 of them on average


def test_clearing_in_the_middle_of_runs_harms_no_clip(voice: VoiceTemplate) -> None:
    class Steady(Noisy):
        def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
            return Clip(np.full((500, 1), len(phrase), np.float32), 22_050)

    phrases = ["a" * (1 + number % 20) for number in range(400)]
    cached = CachedEngine(Steady(), limit_bytes=20_000)  # tidied at times as well
    with ThreadPoolExecutor(3) as pool:
        clips = pool.map(lambda phrase: cached.speak(phrase, voice), phrases)
        for _ in range(20):
            clear_speech_cache()
        assert [int(clip.samples[0, 0]) for clip in clips] == [len(phrase) for phrase in phrases]


# --- where little works


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


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("unshare"), reason="needs Linux")
def test_a_folder_that_can_only_be_read_is_read(voice: VoiceTemplate) -> None:
    code = """
        import numpy as np
        from stem.voices.cache import CachedEngine, clear_speech_cache
        from stem.errors import OutputError
        from stem.sound.decoding import Clip
        from stem.voices.engines import Traits
        from stem.voices.template import find_voice
        class Tone:
            name = version = "tone"
            traits = Traits()
            def speak(self, phrase, voice):
                return Clip(np.ones((100, 1), np.float32), 22050)
        cached, voice = CachedEngine(Tone()), find_voice("zacht")
        for phrase in ("Adem in.", "Adem in.", "Adem uit.", "Adem uit."):
            cached.speak(phrase, voice)
        print(cached.made, cached.remembered)
        try:
            clear_speech_cache()
        except OutputError as error:
            print(error)
    """
    # Root may write everywhere, unless it is a stranger in a space of its own.
    stranger = "" if os.geteuid() else "import unsharing; unsharing.enter('-U')\n"
    command = [sys.executable, "-c", stranger + textwrap.dedent(code)]
    folder = cache_folder("speech")
    first = warm.run(command, check=True, capture_output=True, text=True)
    assert first.stdout == "2 2\n"
    shutil.rmtree(folder)
    again = textwrap.dedent(code).split("for phrase")[0] + "cached.speak('Adem in.', voice)"
    warm.run([sys.executable, "-c", again], check=True)
    folder.chmod(0o500)
    (folder / "locks").chmod(0o500)
    try:
        second = warm.run(command, check=True, capture_output=True, text=True)
    finally:
        folder.chmod(0o700)
        (folder / "locks").chmod(0o700)
    why = "2 of its files cannot be removed (you have no permission to write there)"
    assert second.stdout.splitlines() == ["2 2", f"{folder} cannot be written: {why}."]
    assert len(entries()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full and file size limits")
def test_a_full_disk_does_not_fail_the_track(voice: VoiceTemplate) -> None:
    import resource  # not on Windows

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


# --- bounds


def filled(count: int, limit_bytes: int = 2**40) -> CachedEngine:
    """Return an engine after it said the phrases "000", "001" ..."""
    cached = CachedEngine(Tones(), limit_bytes)
    for number in range(count):
        cached.speak(f"{number:03}", find_voice("zacht"))
    return cached


class Tones(Noisy):
    """Says 240 frames: with what stands before them, an entry has 1,010 bytes."""

    def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
        return Clip(np.full((240, 1), 0.5, np.float32), 22_050)


def used(seconds_ago: float, number: int, cached: CachedEngine) -> Path:
    """Make an entry one that was last used so long ago."""
    path = cache_folder("speech") / cached._entry_name(f"{number:03}", find_voice("zacht"))
    then = time.time() - seconds_ago
    os.utime(path, (then, then))
    return path


def test_what_was_not_used_for_longest_goes_first(voice: VoiceTemplate) -> None:
    cached = filled(20)
    paths = [used(1000.0 - number, number, cached) for number in range(20)]
    cached.speak("003", find_voice("zacht"))  # remembered, so used now
    others = cache_folder("speech") / "notes.txt"
    others.write_bytes(b"mine" * 10_000)
    later = CachedEngine(Tones(), limit_bytes=15_000)
    later.speak("new", find_voice("zacht"))
    left = {path for path in paths if path.exists()}
    # 21 entries of 1,010 bytes; 90 % of 15,000 holds 13 of them.
    assert left == {paths[3], *paths[9:]}
    assert len(entries()) - 1 == 13
    assert others.exists()


def test_a_clock_that_went_back_leaves_nothing_for_ever() -> None:
    cached = filled(6)
    ahead = used(-(365 * 24 * 3600), 0, cached)  # used next year, says a clock that was wrong
    used(-60, 1, cached)
    oldest = used(100, 2, cached)
    before = set(entries())
    CachedEngine(Tones(), limit_bytes=5_700).speak("new", find_voice("zacht"))  # 90 %: room for 5 of the 7
    assert before - set(entries()) == {ahead, oldest}


def test_a_long_run_stays_at_the_limit() -> None:
    cached = CachedEngine(Tones(), limit_bytes=25_000)
    most = 0
    for number in range(100):
        cached.speak(f"{number:03}", find_voice("zacht"))
        most = max(most, sum(path.stat().st_size for path in entries()))
    assert 25_000 < most <= 25_000 * 1.05 + 2 * 1_010
    assert cached.missing(["099"], find_voice("zacht")) == ()  # what was made just now stays


def test_tidying_is_for_the_first_entry_and_then_for_every_twentieth_of_the_limit() -> None:
    folder = cache_folder("speech")
    dead = folder / f".stem-{files._machine()}-{2**22 + 1}-00000000.tmp"  # no process has such a number
    cached = filled(0, limit_bytes=200_000)
    swept = []
    for number in range(24):
        dead.touch()
        cached.speak(f"{number:03}", find_voice("zacht"))
        swept += [] if dead.exists() else [number]
    assert swept == [0, 11, 22]  # 10,000 bytes of sound are 10.4 entries
    assert dead.exists()
    CachedEngine(Tones())  # a run that makes nothing sweeps too
    assert not dead.exists()


def test_runs_that_tidy_at_once_remove_no_more_than_one(voice: VoiceTemplate) -> None:
    filled(60)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: tidy(cache_folder("speech"), 30_000), range(4)))
    assert len(entries()) == 26  # 90 % of 30,000 in entries of 1,010 bytes


# --- what there is, and emptying it


def test_the_cache_tells_what_is_in_it() -> None:
    assert not cache_path("speech").exists()
    nothing = speech_cache()
    assert nothing == CacheReport(cache_path("speech"), 0, 0, LIMIT_BYTES)
    assert not cache_path("speech").exists()
    filled(3)
    (cache_folder("speech") / "notes.txt").write_text("mine")
    report = speech_cache(limit_bytes=5_000)
    assert (report.entries, report.bytes, report.limit_bytes) == (3, 3 * 1_010, 5_000)


def test_clearing_removes_what_is_ours_and_nothing_else(tmp_path: Path) -> None:
    filled(3)
    folder = cache_folder("speech")
    outside = tmp_path / "outside"
    outside.write_text("not ours")
    (folder / ("0" * 64)).mkdir()
    (folder / ("1" * 64)).symlink_to(outside)
    (folder / "notes.txt").write_text("not ours")
    (folder / ".stem-00000000-1-00000000.tmp").touch()  # of another machine
    removed = clear_speech_cache()
    assert (removed.entries, removed.bytes) == (3, 3 * 1_010)
    assert {path.name for path in folder.iterdir()} == {"0" * 64, "1" * 64, "notes.txt", "locks"}
    assert outside.read_text() == "not ours"
    assert {path.stat().st_size for path in (folder / "locks").iterdir()} == {0}
    assert clear_speech_cache().entries == 0
    assert filled(3).made == 3


def test_a_cache_that_stands_elsewhere_is_emptied_there(tmp_path: Path) -> None:
    folder = cache_folder("speech")
    folder.rmdir()
    (tmp_path / "large disk").mkdir()
    folder.symlink_to(tmp_path / "large disk")
    filled(2)
    assert clear_speech_cache().entries == 2
    assert [path.name for path in (tmp_path / "large disk").iterdir()] == ["locks"]
    assert folder.is_symlink()


def test_a_file_in_place_of_the_folder_is_told() -> None:
    folder = cache_folder("speech")
    folder.rmdir()
    folder.touch()
    for ask in (speech_cache, clear_speech_cache):
        with pytest.raises(OutputError, match="there is a file where a folder should be"):
            ask()
