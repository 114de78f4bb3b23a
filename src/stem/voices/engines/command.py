"""Any other program as a voice: it reads a phrase on standard input and writes WAV.

The voice template names the program and its arguments. There is no shell, and the phrase is never an
argument: those can be read by every user of the machine.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from stem.errors import AudioError, EngineUnavailable, SynthesisError
from stem.files import output_error, temporary_folder
from stem.messages import Message
from stem.programs import program as installed
from stem.progress import beat
from stem.sound.clips import Clip
from stem.sound.decoding import decode
from stem.tables import from_table
from stem.voices.engines import Traits, guard
from stem.voices.template import VoiceTemplate

_WAV = "{wav}"
_VOICE = "{voice}"
_LOOK_S = 0.05
"""Between two looks at what a running program does."""
_MOST_BYTES = 64 * 2**20
"""Six minutes of 48,000 Hz, 16 bits, stereo."""
_LONGEST_S = 600
_COMPLAINT_BYTES = 1000
_PACE = 1.4
"""Taken for the unknown one of the program: a voice of 80 to 300 words a minute is believed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a voice template sets for a program.

    Attributes:
        command: The program and its arguments. "{wav}" in an argument is the file that it should write, else
            it writes to standard output; "{voice}" is the template's voice.
        timeout_s: How long one phrase may take.
    """

    command: tuple[str, ...]
    timeout_s: float = 60.0

    def __post_init__(self) -> None:
        if not self.command or not self.command[0].strip():
            raise ValueError(Message("'command' must name a program"))
        if any("\0" in argument for argument in self.command):
            raise ValueError(Message("'command' must not hold a NUL"))
        if not 0 < self.timeout_s <= _LONGEST_S:
            raise ValueError(
                Message(
                    "'timeout_s' must lie between 0 and {longest_s}, not {timeout_s:g}",
                    longest_s=_LONGEST_S,
                    timeout_s=self.timeout_s,
                )
            )


class Command:
    """The engine "command": whatever program the voice template names.

    It runs in the template's folder, where files beside the template have short names.
    """

    name = "command"
    version = "1"
    traits = Traits(at_once=1)  # a cloned voice fills a machine by itself

    def check(self) -> None:
        """Do nothing: which program it is, the voice template tells."""

    def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
        """Say one phrase; see `engines.Engine`."""
        settings = from_table(Settings, voice.settings, voice.path)
        home = voice.path.absolute().parent
        run = _Run(phrase, command_of(voice), home, settings.timeout_s)
        return guard.judged(run.take, phrase, self.name, _PACE)

    def remarks(self, phrase: str, voice: VoiceTemplate) -> tuple[str, ...]:
        """Return nothing: what the program does with a phrase is not known."""
        return ()


def command_of(voice: VoiceTemplate) -> tuple[str, ...]:
    """Return what a voice runs: the path of its program, and its arguments; {wav} is filled in later.

    Raises:
        ConfigError: when the template does not name it well.
        EngineUnavailable: when there is no such program.
    """
    name, *arguments = words_of(voice)
    return (_program(name, voice.path), *arguments)


def words_of(voice: VoiceTemplate) -> tuple[str, ...]:
    """Return the same as the template has it: the program by the name that it has there.

    Raises:
        ConfigError: when the template does not name it well.
    """
    name, *arguments = from_table(Settings, voice.settings, voice.path).command
    return (name, *(argument.replace(_VOICE, voice.voice) for argument in arguments))


def _program(name: str, template: Path) -> str:
    """Return the absolute path of a program: beside the voice template, or on the PATH.

    Raises:
        EngineUnavailable: when there is none.
    """
    beside = template.absolute().parent / name
    found = str(beside) if beside.is_file() else installed(name)
    if found is None:
        hint = Message("Install it, put it beside {template}, or mend 'command' there.", template=template)
        raise EngineUnavailable(Command.name, Message("there is no program '{name}'", name=name), hint=hint)
    return found


@dataclass(frozen=True, slots=True)
class _Run:
    """What is run to say one phrase, and in which folder."""

    phrase: str
    command: tuple[str, ...]
    home: Path
    timeout_s: float

    def take(self) -> Clip:
        """Return what the program says, untrimmed, on one channel.

        It reads and writes files, not pipes: a program that does not read, writes without end or leaves a
        child behind that holds its output cannot make us wait.
        """
        with temporary_folder() as folder:
            to_file = any(_WAV in argument for argument in self.command)
            wav = folder / ("take.wav" if to_file else "stdout")
            self._run([argument.replace(_WAV, str(wav)) for argument in self.command], folder)
            try:
                clip = decode(wav, rate=None, longest_s=_LONGEST_S)
            except AudioError as error:
                wrote = wav.is_file() and wav.stat().st_size > 0
                wrong = (
                    Message("wrote what cannot be used: {problem}", problem=error.problem)
                    if wrote
                    else Message("wrote no sound")
                )
                hint = Message(
                    "It must write WAV to standard output, or to the file {{wav}} if that is an argument."
                )
                raise self._failed(wrong, hint) from error
        return Clip(clip.samples.mean(axis=1, keepdims=True), clip.rate)

    def _run(self, command: list[str], folder: Path) -> None:
        """Run the program to its end, or end it."""
        text = self.phrase.replace("\0", " ") + "\n"
        try:
            (folder / "stdin").write_bytes(text.encode("utf-8", "replace"))
        except OSError as error:
            raise output_error(folder, error) from error
        with (
            (folder / "stdin").open("rb") as stdin,
            (folder / "stdout").open("wb") as stdout,
            (folder / "stderr").open("wb") as stderr,
        ):
            try:
                process = subprocess.Popen(  # noqa: S603 - the voice template's own program; no shell
                    command, stdin=stdin, stdout=stdout, stderr=stderr, cwd=self.home, start_new_session=True
                )
            except OSError as error:
                problem = Message(
                    "the program '{command}' cannot be started ({reason})",
                    command=command[0],
                    reason=error.strerror,
                )
                hint = Message(
                    "A script needs the right to be run (chmod +x) and a first line such as #!/bin/sh."
                )
                raise EngineUnavailable(Command.name, problem, hint=hint) from error
            try:
                self._watch(process, folder)
            finally:
                _end(process)
        if process.returncode != 0:
            complaint = (folder / "stderr").read_bytes()[:_COMPLAINT_BYTES].decode("utf-8", "replace").strip()
            told = "".join(filter(str.isprintable, complaint.partition("\n")[0])).rstrip(". ")
            status = process.returncode
            raise self._failed(
                Message("ended with status {status} ({told})", status=status, told=told)
                if told
                else Message("ended with status {status}", status=status)
            )

    def _watch(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        """Wait for a program; not too long, nor while it fills the disk."""
        deadline = time.monotonic() + self.timeout_s
        running = True
        while running:
            beat()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK_S)
                running = False
            if _bytes_in(folder) > _MOST_BYTES:
                raise self._failed(
                    Message("wrote more than {most_bytes} MB", most_bytes=_MOST_BYTES // 2**20)
                )
            if running and time.monotonic() > deadline:
                raise self._failed(
                    Message("took more than {timeout_s:g} s", timeout_s=self.timeout_s),
                    Message("Give it more time with 'timeout_s'."),
                )

    def _failed(self, what: str, hint: str = "") -> SynthesisError:
        return SynthesisError(Command.name, self.phrase, f"{Path(self.command[0]).name} {what}", hint=hint)


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.iterdir():
        with suppress(OSError):  # the program's own temporary files come and go
            total += path.stat().st_size
    return total


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a program, and all that it started."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):  # macOS has the latter for one that has ended
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
