"""Any other program as a voice: real programs, good and bad, and what the person sees."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from stem.errors import ConfigError, EngineUnavailable, SynthesisError
from stem.sound.clips import Clip
from stem.voices.engines import engine, measured_pace, say
from stem.voices.engines.command import Command
from stem.voices.template import VoiceTemplate, find_voice

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs here are scripts with a first line")

PHRASE = "Adem rustig in, en weer uit."

PRELUDE = f"""\
#!{sys.executable} -S
import array, math, os, struct, sys, time

def head(size, rate, channels=1, kind=1, width=2):
    '''The header of a WAV file; a size of None is what streams have.'''
    size = 0xFFFFFFFF if size is None else size
    shape = (kind, channels, rate, rate * width * channels, width * channels, 8 * width)
    riff = struct.pack("<4sI4s", b"RIFF", min(size + 36, 0xFFFFFFFF), b"WAVE")
    return riff + struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, *shape, b"data", size)

def tones(text, rate=16000, channels=1):
    '''A tone of 90 ms for every letter, and a little silence, in 16 bits.'''
    sound = array.array("h")
    for letter in text.strip():
        hz = 150 + 4 * (ord(letter) % 60)
        count = rate * 9 // 100
        for frame in range(count):
            level = 8000 * math.sin(math.pi * frame / count) * math.sin(2 * math.pi * hz * frame / rate)
            sound.extend([int(level)] * channels)
    return sound.tobytes() + bytes(2 * channels * rate // 20)

def wav(text, rate=16000, channels=1):
    body = tones(text, rate, channels)
    return head(len(body), rate, channels) + body

def listen():
    return sys.stdin.buffer.read().decode("utf-8")

def answer(content):
    sys.stdout.buffer.write(content)

"""

TEMPLATE = """\
title = "Een ander"
summary = "Een stem van een ander programma."
engine = "command"
sex = "male"
voice = "{voice}"
credit = "Gesproken door een computerstem."

[settings]
command = {command}
timeout_s = {timeout_s}
"""


@dataclass(frozen=True)
class Speaker:
    """Makes voice templates in a folder of their own."""

    folder: Path

    def program(self, body: str, name: str = "spreek.py") -> Path:
        path = self.folder / name
        path.write_text(PRELUDE + textwrap.dedent(body))
        path.chmod(0o755)
        return path

    def template(self, *command: str, voice: str = "een", timeout_s: float = 20) -> VoiceTemplate:
        path = self.folder / "ander.toml"
        path.write_text(TEMPLATE.format(command=list(command), voice=voice, timeout_s=timeout_s))
        return find_voice(str(path))

    def voice(self, body: str, *arguments: str, timeout_s: float = 20) -> VoiceTemplate:
        return self.template(self.program(body).name, *arguments, timeout_s=timeout_s)


@pytest.fixture
def speaker(tmp_path: Path) -> Speaker:
    return Speaker(tmp_path)


def length_s(clip: Clip) -> float:
    return clip.frames / clip.rate


GOOD = {
    "to standard output": ("answer(wav(listen()))", (), 16_000),
    "to a file": ("open(sys.argv[1], 'wb').write(wav(listen()))", ("{wav}",), 16_000),
    "to a file in an option": ("open(sys.argv[1][6:], 'wb').write(wav(listen()))", ("--out={wav}",), 16_000),
    "another rate": ("answer(wav(listen(), rate=24000))", (), 24_000),
    "on two channels": ("answer(wav(listen(), channels=2))", (), 16_000),
    "without lengths, as a stream": ("answer(head(None, 16000) + tones(listen()))", (), 16_000),
    "with chatter beside the file": (
        "open(sys.argv[1], 'wb').write(wav(listen())); print('done')",
        ("{wav}",),
        16_000,
    ),
    "with complaints": ("answer(wav(listen())); print('ready in 1 s', file=sys.stderr)", (), 16_000),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_program_speaks(speaker: Speaker, name: str) -> None:
    body, arguments, rate = GOOD[name]
    clip = Command().speak(PHRASE, speaker.voice(body, *arguments))
    assert clip.rate == rate
    assert clip.samples.shape == (clip.frames, 1)
    # 90 ms a character, 20 ms before and 80 ms behind; tones begin and end softly.
    assert length_s(clip) == pytest.approx(0.09 * len(PHRASE) + 0.1, abs=0.01)
    assert np.abs(clip.samples).max() == pytest.approx(8000 / 32768, rel=0.02)
    loud = np.flatnonzero(np.abs(clip.samples[:, 0]) > np.abs(clip.samples).max() * 10 ** (-54 / 20))
    assert loud[0] / rate == pytest.approx(0.020, abs=0.001)
    assert (clip.frames - 1 - loud[-1]) / rate == pytest.approx(0.080, abs=0.001)


@dataclass(frozen=True)
class Fault:
    name: str
    body: str
    sentence: str
    arguments: tuple[str, ...] = ()
    timeout_s: float = 20


FAULTS = (
    Fault("too slow", "listen(); time.sleep(60)", r"spreek\.py took more than 0\.5 s", timeout_s=0.5),
    Fault("deaf and slow", "time.sleep(60)", r"spreek\.py took more than 0\.5 s", timeout_s=0.5),
    Fault(
        "junk",
        "listen(); print('Hallo!' * 99)",
        "wrote what cannot be used: it is not a sound file that stem reads",
    ),
    Fault(
        "half a header", "answer(wav(listen())[:30])", "wrote what cannot be used: there is no sound in it"
    ),
    Fault("a playlist", "listen(); print('#EXTM3U\\n/etc/passwd')", "it is not a sound file that stem reads"),
    Fault("nothing", "listen()", r"spreek\.py wrote no sound"),
    Fault("no file", "listen()", r"spreek\.py wrote no sound", arguments=("{wav}",)),
    Fault("silence", "listen(); answer(head(64000, 16000) + bytes(64000))", "no sound came"),
    Fault(
        "an exit status",
        "listen(); print('No model.\\nTraceback', file=sys.stderr); sys.exit(3)",
        r"spreek\.py ended with status 3 \(No model\)\.$",
    ),
    Fault("a status after good sound", "answer(wav(listen())); sys.exit(1)", r"ended with status 1\.$"),
    Fault("a crash", "os.kill(os.getpid(), 9)", r"ended with status -9\.$"),
    Fault(
        "control characters",
        "print('\\33[31mred\\7', file=sys.stderr); sys.exit(1)",
        r"status 1 \(\[31mred\)",
    ),
    Fault(
        "half of the text", "answer(wav(listen()[:5]))", r"the take lasts 0\.5 s, which does not fit the text"
    ),
    Fault("much too long", "answer(wav(listen() * 4))", "which does not fit the text"),
    Fault(
        "a stumble",
        "t = listen(); b = tones(t[:9]) + bytes(60000) + tones(t[19:]); answer(head(len(b), 16000) + b)",
        r"falls silent for (1\.9|2\.0) s",
    ),
    Fault(
        "not numbers",
        "listen(); b = struct.pack('<f', math.nan) * 48000; answer(head(len(b), 16000, 1, 3, 4) + b)",
        "cannot be used",
    ),
    Fault("without end", "while True: os.write(1, bytes(2**20))", r"spreek\.py wrote more than 64 MB"),
    Fault(
        "a file without end",
        "f = open(sys.argv[1], 'wb')\nwhile True: f.write(bytes(2**20))",
        "wrote more than 64 MB",
        arguments=("{wav}",),
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_bad_program_is_told_in_a_sentence(speaker: Speaker, fault: Fault) -> None:
    voice = speaker.voice(fault.body, *fault.arguments, timeout_s=fault.timeout_s)
    before = time.monotonic()
    with pytest.raises(SynthesisError, match=fault.sentence) as caught:
        Command().speak(PHRASE, voice)
    assert time.monotonic() - before < 10
    assert caught.value.phrase == PHRASE
    assert "\33" not in caught.value.sentence
    mended = "open(sys.argv[1], 'wb').write(wav(listen()))" if fault.arguments else "answer(wav(listen()))"
    speaker.program(mended)  # the next run goes on
    Command().speak(PHRASE, voice)


def test_a_program_that_is_not_there_is_named(speaker: Speaker) -> None:
    with pytest.raises(EngineUnavailable, match="there is no program 'spreekt-niet'") as caught:
        Command().speak(PHRASE, speaker.template("spreekt-niet"))
    assert "ander.toml" in caught.value.hint


def test_a_program_that_may_not_run_is_named(speaker: Speaker) -> None:
    voice = speaker.voice("answer(wav(listen()))")
    (speaker.folder / "spreek.py").chmod(0o644)
    with pytest.raises(
        EngineUnavailable, match=r"spreek\.py' cannot be started \(Permission denied\)"
    ) as caught:
        Command().speak(PHRASE, voice)
    assert "chmod" in caught.value.hint


def test_a_program_on_the_path_will_do(speaker: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = speaker.folder / "bin"
    elsewhere.mkdir()
    speaker.program("answer(wav(listen()))").rename(elsewhere / "spreek")
    monkeypatch.setenv("PATH", f"{elsewhere}{os.pathsep}{os.environ['PATH']}")
    Command().speak(PHRASE, speaker.template("spreek"))


def test_files_beside_the_template_are_found(speaker: Speaker) -> None:
    (speaker.folder / "model.bin").write_bytes(b"16000")
    program = speaker.program("answer(wav(listen(), rate=int(open(sys.argv[1]).read())))")
    by_name = speaker.template(program.name, "model.bin")
    as_voice = speaker.template(program.name, "{voice}", voice="model.bin")
    clips = [Command().speak(PHRASE, voice) for voice in (by_name, as_voice)]
    np.testing.assert_array_equal(clips[0].samples, clips[1].samples)


def test_the_phrase_is_no_argument_and_arrives_whole(speaker: Speaker) -> None:
    program = speaker.program(
        """
        text = listen()
        whole = open("/proc/self/cmdline", "rb").read() if os.path.exists("/proc/self") else b""
        open("seen", "w").write(repr((sys.argv[1:], whole, text, os.environ["HOME"])))
        answer(wav(text))
        """
    )
    phrase = 'Eén moment, Björn: $HOME `id` ; "rust" \\n'
    Command().speak(phrase, speaker.template(program.name, "-v", "$HOME"))
    arguments, whole, text, home = ast.literal_eval((speaker.folder / "seen").read_text())
    assert text == phrase + "\n"
    assert arguments == ["-v", "$HOME"]  # no shell
    assert "Björn".encode() not in whole
    assert home == os.environ["HOME"]  # the environment is passed on


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process_id}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def ends(process_id: int) -> bool:
    deadline = time.monotonic() + 10
    while is_running(process_id) and time.monotonic() < deadline:  # killed; the system needs a moment
        time.sleep(0.01)
    return not is_running(process_id)


@pytest.mark.parametrize("last", ["answer(wav(text))", "time.sleep(60)"])
def test_a_child_that_stays_behind_is_ended_too(speaker: Speaker, last: str) -> None:
    voice = speaker.voice(
        f"""
        text = listen()
        if os.fork() == 0:
            open("child", "w").write(str(os.getpid()))
            time.sleep(60)  # holds the pipes of its parent
            os._exit(0)
        while not os.path.exists("child") or not open("child").read(): time.sleep(0.01)
        {last}
        """,
        timeout_s=1.5,
    )
    before = time.monotonic()
    if last.startswith("answer"):
        Command().speak(PHRASE, voice)
    else:
        with pytest.raises(SynthesisError, match=r"took more than 1\.5 s"):
            Command().speak(PHRASE, voice)
    assert time.monotonic() - before < 10
    assert ends(int((speaker.folder / "child").read_text()))


def test_ctrl_c_ends_the_program_too(speaker: Speaker) -> None:
    voice = speaker.voice("open('pid', 'w').write(str(os.getpid())); time.sleep(60)", timeout_s=60)
    program = speaker.folder / "program.py"
    program.write_text(
        "from stem.voices.engines.command import Command\n"
        "from stem.voices.template import find_voice\n"
        f"Command().speak('Adem in.', find_voice({str(voice.path)!r}))\n"
    )
    running = subprocess.Popen([sys.executable, str(program)], stderr=subprocess.PIPE, start_new_session=True)
    marker = speaker.folder / "pid"
    deadline = time.monotonic() + 20
    while not (marker.exists() and marker.read_text()) and time.monotonic() < deadline:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, complaint = running.communicate(timeout=15)
    assert b"KeyboardInterrupt" in complaint
    assert ends(int(marker.read_text()))


def test_many_threads_may_speak_at_once(speaker: Speaker) -> None:
    voice = speaker.voice("answer(wav(listen()))")
    phrases = ["Adem in.", "Adem uit.", "Los.", "Laat los."]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda phrase: Command().speak(phrase, voice), phrases))
    for phrase, clip in zip(phrases, together, strict=True):
        np.testing.assert_array_equal(clip.samples, Command().speak(phrase, voice).samples)


def test_nothing_is_left_behind(speaker: Speaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    Command().speak(PHRASE, speaker.voice("answer(wav(listen()))"))
    with pytest.raises(SynthesisError):
        Command().speak(PHRASE, speaker.voice("sys.exit(1)"))
    assert list(temporary.iterdir()) == []


def test_speed_and_pitch_come_from_stretching(speaker: Speaker) -> None:
    program = speaker.program("answer(wav(listen()))")
    plain = speaker.template(program.name)
    path = plain.path
    path.write_text("speed = 0.8\npitch = 2.0\n" + path.read_text())
    slower = find_voice(str(path))
    command = engine("command")
    lengths = [length_s(say(command, PHRASE, voice)) - 0.1 for voice in (plain, slower)]
    assert lengths[1] / lengths[0] == pytest.approx(1 / 0.8, rel=0.01)
    assert measured_pace(partial(say, command, voice=slower)) == pytest.approx(
        0.8 * measured_pace(partial(say, command, voice=plain)), rel=0.03
    )


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({}, "'command' is missing"),
        ({"command": []}, "'command' must name a program"),
        ({"command": [" "]}, "'command' must name a program"),
        ({"command": "say -v Xander"}, "'command' must be a list"),
        ({"command": ["say", "a\0b"]}, "must not hold a NUL"),
        ({"command": ["say"], "timeout_s": 0}, "'timeout_s' must lie between 0 and 600, not 0"),
        ({"command": ["say"], "timeout": 3}, "unknown key 'timeout'"),
    ],
)
def test_wrong_settings_are_told(speaker: Speaker, settings: dict[str, object], problem: str) -> None:
    voice = replace(speaker.template("true"), settings=settings)
    with pytest.raises(ConfigError, match=re.escape(problem)):
        Command().speak(PHRASE, voice)


def test_it_needs_nothing_by_itself() -> None:
    command = engine("command")
    command.check()
    assert command.remarks("x", find_voice("zacht")) == ()
    assert not command.traits.sends_to
