"""Leave for a voice that runs a program: given by the user, kept in the settings folder.

A template in a folder can name any program. It runs only when the user has said so for that template, in that
folder, with the same content of the template, of what it inherits from, and of the files that its command
names. What these start or read themselves is not looked at.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

import platformdirs

from stem.errors import ConfigError, EngineUnavailable, UsageError
from stem.files import file_hash, write_whole
from stem.messages import Message
from stem.voices.engines import ENGINES
from stem.voices.engines.command import Command, command_of, words_of
from stem.voices.template import VoiceTemplate, came_with_stem, is_the_users

FILE_NAME = "leave.json"


def runs_program(voice: VoiceTemplate) -> bool:
    """Tell whether a voice runs a program, or is one of a folder with another package's engine."""
    return voice.engine == Command.name or (voice.engine not in ENGINES and _is_of_folder(voice))


def asks_leave(voice: VoiceTemplate) -> bool:
    """Tell whether a voice may run only with leave."""
    return runs_program(voice) and _is_of_folder(voice)


def what_runs(voice: VoiceTemplate) -> str:
    """Return what a voice runs, in words.

    Raises:
        ConfigError: when the template does not name it.
        EngineUnavailable: when it is not there.
    """
    if voice.engine == Command.name:
        return Message("the program {voice}", voice=command_of(voice)[0])
    return Message("the engine '{engine}' of another package", engine=voice.engine)


def notice(voice: VoiceTemplate) -> str:
    """Return the sentence that tells that a voice runs a program.

    Raises:
        StemError: as `what_runs`.
    """
    return Message(
        "The voice '{voice}' runs {program}, "
        "which stem cannot hold back from the network, not {offline} either.",
        voice=voice.name,
        program=what_runs(voice),
    )


def command_line(voice: VoiceTemplate) -> str:
    """Return what is run, with its arguments, as a command line in which every sign can be seen.

    Raises:
        StemError: as `what_runs`.
    """
    if voice.engine != Command.name:
        return what_runs(voice)
    line = shlex.join(command_of(voice))
    return "".join(sign if sign.isprintable() else f"<U+{ord(sign):04X}>" for sign in line)


def check_leave(voice: VoiceTemplate) -> None:
    """Make sure that a voice may run.

    Raises:
        EngineUnavailable: when it may not.
        ConfigError: when its template names no program.
    """
    if asks_leave(voice) and not has_leave(voice):
        reason = Message(
            "the voice '{voice}' runs {program}, which you have not allowed as it is now",
            voice=voice.name,
            program=what_runs(voice),
        )
        hint = Message(
            "When you trust this folder, look at it and allow it: {allow_voice} {voice}", voice=called(voice)
        )
        raise EngineUnavailable(voice.engine, reason, hint=hint)


def has_leave(voice: VoiceTemplate) -> bool:
    """Tell whether a voice that asks leave has it."""
    return _read().get(_key(voice)) == _digest(voice)


def give_leave(voice: VoiceTemplate) -> None:
    """Let a voice run, as it is now.

    Raises:
        UsageError: when it needs no leave.
        OutputError: when that cannot be kept.
        StemError: as `what_runs`.
    """
    if not asks_leave(voice):
        raise UsageError(
            Message("The voice '{voice}' needs no leave.", voice=voice.name),
            hint=Message("It can be used as it is."),
        )
    _write({**_read(), _key(voice): _digest(voice)})


def take_leave(voice: VoiceTemplate) -> None:
    """Let a voice run no more.

    Raises:
        OutputError: when that cannot be kept.
    """
    _write({key: digest for key, digest in _read().items() if key != _key(voice)})


def called(voice: VoiceTemplate) -> str:
    """Return how a voice is named on a command line: by its name, or by its file when that stands alone."""
    return shlex.quote(voice.name if voice.named else str(voice.path))


def _is_of_folder(voice: VoiceTemplate) -> bool:
    return not (came_with_stem(voice.path) or is_the_users(voice.path))


def _key(voice: VoiceTemplate) -> str:
    """Return the place of a template, not of what it links to: the program is looked for beside the link."""
    return str(voice.path.absolute().parent.resolve() / voice.path.name)


def _digest(voice: VoiceTemplate) -> str:
    """Return a hash of all that decides what runs."""
    digest = hashlib.sha256()
    for path in (voice.path, *voice.parents, *_named_files(voice)):
        try:
            digest.update(bytes.fromhex(file_hash(path)))
        except OSError as error:
            raise ConfigError(
                path, [Message("it cannot be read ({reason})", reason=error.strerror)]
            ) from error
    return digest.hexdigest()


def _named_files(voice: VoiceTemplate) -> Iterator[Path]:
    """Yield the files beside the template, or elsewhere, that the words of its command name."""
    if voice.engine != Command.name:
        return
    home = voice.path.absolute().parent
    for word in words_of(voice):
        for name in dict.fromkeys((word, word.rpartition("=")[2])):
            path = home / name
            if _is_file(path):
                yield path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # an argument can be anything
        return False


def _path() -> Path:
    return platformdirs.user_config_path("stem", appauthor=False) / FILE_NAME


def _read() -> dict[str, str]:
    """Return template -> digest; nothing when the file is not there or is damaged: then it is asked anew."""
    try:
        document = json.loads(_path().read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return {str(key): str(digest) for key, digest in document.items()} if isinstance(document, dict) else {}


def _write(leave: Mapping[str, str]) -> None:
    content = (json.dumps(leave, indent=1, sort_keys=True) + "\n").encode()
    write_whole(_path(), content, private=True)
