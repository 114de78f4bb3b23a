"""Own recordings: sound files that begin with a number, one for each line of a reading sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock

from stem.errors import AudioError, ConfigError, SynthesisError
from stem.messages import Message, Plural, enumerated, joined, message_of
from stem.script.dutch import spoken
from stem.sound.clips import Clip
from stem.sound.decoding import container, examined
from stem.sound.filters import Compressor
from stem.voices.engines import Traits
from stem.voices.recordings.cleaning import Cleaned, Flaw, UnusableError, cleaned
from stem.voices.recordings.sheets import INDEX_NAME, SheetLine, in_runs, read_index, renumbered
from stem.voices.template import VoiceTemplate

LONGEST_S = 180.0
"""Seconds in a recording of one sentence; what is longer was meant to be cut up."""

NAME = "recordings"
"""Of the engine."""
_NUMBER = re.compile(r"\s*([0-9]+)")
SOUND_SUFFIXES = frozenset(
    f".{kind}"
    for kind in (
        *("wav", "mp3", "m4a", "mp4", "aac", "flac", "ogg", "oga", "opus", "webm", "weba"),
        *("3gp", "aif", "aiff", "amr", "caf", "mka", "wma"),
    )
)
"""Of files that were meant to be sound, whatever is in them."""

# What a recording gets behind the cleaning: only the loudest syllables a little nearer to the rest.
_CHAIN = (Compressor(threshold_db=0.0, ratio=1.5, attack_ms=10.0, release_ms=150.0),)

_CREDIT = "Ingesproken door een mens."

_AGAIN_BY_NUMBER = Message(
    "Record those again under the same number, or take them away and give {fill_is} VOICE."
)
_AGAIN_BY_NAME = Message("Record those again under the same name, or write what is to be said.")


def voice_of(folder: Path, lines: Sequence[SheetLine]) -> tuple[VoiceTemplate, tuple[SheetLine, ...]]:
    """Return the voice of the recordings in a folder, and the lines that it has none of.

    With an index in the folder (`sheets.INDEX_NAME`), a number stands for the sentence that the index has for
    it; without one, for the line of that number. A recording of a sentence that is in the index but in none
    of the lines is left alone.

    Args:
        folder: Where the recordings are; other files there do no harm.
        lines: What is to be said.

    Returns:
        The voice, whose settings hold under "files" phrase -> absolute path, and the lines without a
        recording, with the numbers that they have in this folder.

    Raises:
        ConfigError: with all that is wrong with the folder.
    """
    if not folder.is_dir():
        raise ConfigError(
            folder,
            [Message("there is no such folder")],
            hint=Message("Make a sheet to read from: {make_sheet}"),
        )
    index = read_index(folder / INDEX_NAME)
    known = renumbered(lines, index) if index else tuple(lines)
    files = recorded_numbers(folder)
    paths = _only_ones(folder, files, set(index) or {line.number for line in known}, has_index=bool(index))
    meant = {
        spoken(text): paths[number] for number, text in sorted(index.items(), reverse=True) if number in paths
    }
    found: dict[str, str] = {}
    for line in known:
        path = meant.get(line.phrase) if index else paths.get(line.number)
        if path is not None:
            found[line.phrase] = str(path.absolute())
    voice = VoiceTemplate(
        name=folder.absolute().name,
        title="Eigen opnames",
        summary="Zinnen die je zelf hebt ingesproken.",
        engine=NAME,
        sex="own",
        voice=str(folder.absolute()),
        settings={"files": found},
        chain=_CHAIN,
        credit=_CREDIT,
        path=folder,
    )
    return voice, tuple(line for line in known if line.phrase not in found)


def recorded_voice(files: Mapping[str, Path], origin: Path) -> VoiceTemplate:
    """Return the voice of a few recordings that may say anything: what is shown for them is not their words.

    Args:
        files: For each phrase its recording.
        origin: Where they are named.
    """
    return VoiceTemplate(
        name="opnames",
        title="Eigen opnames",
        summary="Wat de praktijk zelf heeft ingesproken.",
        engine=NAME,
        sex="own",
        voice="",
        settings={"files": {phrase: str(path) for phrase, path in files.items()}, "any_words": True},
        chain=_CHAIN,
        credit=_CREDIT,
        path=origin,
    )


def missing_error(folder: Path, missing: Sequence[SheetLine]) -> ConfigError:
    """Return the error that tells which lines were not recorded.

    Args:
        folder: Where the recordings are.
        missing: From `voice_of`.
    """
    numbers = sorted(line.number for line in missing)
    hints: list[str] = [Message("Record what is missing, or let another voice say it with {fill_is} VOICE.")]
    index = read_index(folder / INDEX_NAME)
    if index and not index.keys() >= set(numbers):
        hints.append(
            Message(
                "What comes after {last} is new: first make the sheet here again, {replacing}.",
                last=max(index),
            )
        )
    nameless = [path.name for path in _sounds(folder) if _number(path) is None]
    if nameless:
        hints.append(
            Message(
                "A recording's name begins with its number; these have none: {nameless}.",
                nameless=", ".join(nameless),
            )
        )
    hints += [f"{line.number:>4}  {line.text}" for line in sorted(missing, key=lambda line: line.number)]
    return ConfigError(
        folder,
        [
            Plural(
                "1 sentence is not recorded: {numbers}",
                "{count} sentences are not recorded: {numbers}",
                len(numbers),
                numbers=in_runs(numbers),
            )
        ],
        hint=joined("\n", hints),
    )


def recorded_numbers(folder: Path) -> Mapping[int, tuple[Path, ...]]:
    """Return the sound files in a folder by the number that their name begins with, in order.

    A file is one when its content is sound or its name says so. Hidden files are none.
    """
    found: dict[int, tuple[Path, ...]] = {}
    for path in _sounds(folder):
        number = _number(path)
        if number is not None:
            found[number] = (*found.get(number, ()), path)
    return dict(sorted(found.items()))


def heard(path: Path, phrase: str | None) -> Cleaned:
    """Read a recording of one phrase, clean it and judge it.

    Args:
        path: The file.
        phrase: What should be heard in it; None when that is not known.

    Raises:
        UnusableError: when it cannot be used.
    """
    try:
        file = examined(path, None, LONGEST_S)
    except AudioError as error:
        text = Message("cannot be used: {problem}", problem=error.problem)
        raise UnusableError(text, "unreadable") from error
    result = cleaned(file.clip, phrase)
    # Of its sound, `cleaned` knows more than who decoded it.
    return replace(result, flaws=(*(Flaw("file", text) for text in file.of_file), *result.flaws))


class Recordings:
    """The engine "recordings": says what someone recorded; `voice_of` makes its voices."""

    name = NAME
    version = "1"
    traits = Traits(remembered=False, only_recorded=True)

    def __init__(self) -> None:
        self._remarks: dict[str, tuple[str, ...]] = {}
        self._judging = Lock()
        self._judged: dict[Path, ConfigError] = {}

    def check(self) -> None:
        """Return: files can always be read, or it is said of them what is wrong."""

    def files(self, voice: VoiceTemplate) -> tuple[Path, ...]:
        """Return the recordings; see `engines.HasFiles`."""
        return tuple(map(Path, _files(voice).values()))

    def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
        """Return a phrase's recording; see `engines.Engine`.

        Raises:
            ConfigError: when it cannot be used; it tells all recordings of the voice that cannot.
            SynthesisError: when there is no recording of the phrase.
            EngineUnavailable: when the machine cannot read sound files.
        """
        path = _files(voice).get(phrase)
        if path is None:
            raise SynthesisError(
                self.name,
                phrase,
                Message("there is no recording of it in {voice}", voice=voice.voice),
                hint=Message("Give one: {fill_is} VOICE."),
            )
        try:
            return self._clip(Path(path), _words(phrase, voice))
        except UnusableError as error:
            raise self._all_unusable(voice) from error

    def remarks(self, phrase: str, voice: VoiceTemplate) -> tuple[str, ...]:
        """Return what is worth telling about the sound of a phrase's recording."""
        path = _files(voice).get(phrase)
        if path is None:
            return ()
        if path not in self._remarks:
            self.speak(phrase, voice)
        return self._remarks[path]

    def _clip(self, path: Path, phrase: str | None) -> Clip:
        result = heard(path, phrase)
        self._remarks[str(path)] = tuple(
            f"{path.name}: {flaw.text}." if flaw.kind == "file" else f"{path.name} {flaw.text}."
            for flaw in result.flaws
        )
        return result.clip

    def _all_unusable(self, voice: VoiceTemplate) -> ConfigError:
        """Return the error that tells all recordings of the voice that cannot be used."""
        with self._judging:  # other threads meet other bad ones at the same time: once is enough
            if voice.path not in self._judged:
                problems = [
                    f"{Path(path).name} {problem}"
                    for phrase, path in _files(voice).items()
                    if (problem := self._problem(Path(path), _words(phrase, voice)))
                ]
                hint = _AGAIN_BY_NAME if voice.settings.get("any_words") else _AGAIN_BY_NUMBER
                self._judged[voice.path] = ConfigError(voice.path, problems, hint=hint)
            return self._judged[voice.path]

    def _problem(self, path: Path, phrase: str | None) -> str:
        try:
            self._clip(path, phrase)
        except UnusableError as error:
            return message_of(error)
        return ""


def _words(phrase: str, voice: VoiceTemplate) -> str | None:
    """Return what must be heard in a phrase's recording; None when that is not known."""
    return None if voice.settings.get("any_words") else phrase


def _files(voice: VoiceTemplate) -> Mapping[str, str]:
    """Return phrase -> path.

    Raises:
        ConfigError: when the voice was not made by `voice_of`.
    """
    files = voice.settings.get("files")
    if not isinstance(files, Mapping):
        raise ConfigError(
            voice.path,
            [Message("recordings cannot be named in a voice template")],
            hint=Message("Name their folder: {voice_is} opnames/"),
        )
    return files


def _only_ones(
    folder: Path, files: Mapping[int, tuple[Path, ...]], wanted: set[int], *, has_index: bool
) -> dict[int, Path]:
    """Return number -> file, or raise all that is wrong with the numbers."""
    last = max(wanted, default=0)
    problems: list[str] = []
    for number, paths in files.items():
        names = enumerated([path.name for path in paths])
        if len(paths) > 1:
            problems.append(Message("{names} have the same number", names=names))
        if number not in wanted:
            problems.append(
                Message(
                    "{names}: {index} has no sentence {number}",
                    names=names,
                    index=INDEX_NAME,
                    number=number,
                )
                if has_index
                else Message("{names}: the last sentence is {last}", names=names, last=last)
            )
        problems += [
            Message("{path} cannot be used: {problem}", path=path.name, problem=problem)
            for path in paths
            if (problem := _unreadable(path))
        ]
    if problems:
        raise ConfigError(
            folder, problems, hint=Message("Each sentence has one file, whose name begins with its number.")
        )
    return {number: path for number, (path,) in files.items()}


def _sounds(folder: Path) -> list[Path]:
    """Return the files in a folder that are sound or are called so, ordered by name."""
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise ConfigError(folder, [Message("it cannot be read ({reason})", reason=error.strerror)]) from error
    return [
        path
        for path in paths
        if not path.is_dir() and (path.suffix.lower() in SOUND_SUFFIXES or not _unreadable(path))
    ]


def _unreadable(path: Path) -> str:
    """Return why a file is no sound that stem reads; "" when it is."""
    try:
        container(path)
    except AudioError as error:
        return error.problem
    return ""


def _number(path: Path) -> int | None:
    match = _NUMBER.match(path.name)
    return int(match[1]) if match else None
