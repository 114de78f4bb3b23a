"""espeak-ng, the voice that is always there: small, quick, without a network, and the same on every run.

Every phrase gets a short process of its own (see `espeak_worker`), so many threads may speak at once.
"""

from __future__ import annotations

import math
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from pathlib import Path

import numpy as np

from stem.errors import AudioError, ConfigError, EngineUnavailable, SynthesisError
from stem.files import output_error, temporary_folder
from stem.installation import damaged_hint, missing_hint
from stem.messages import Message, joined, message_of
from stem.programs import python
from stem.progress import beat
from stem.sound.clips import Clip, Samples, trimmed
from stem.sound.stretch import stretched
from stem.tables import from_table, out_of_bounds
from stem.voices.engines import Traits, espeak_worker, guard
from stem.voices.engines.espeak_phonemes import typed
from stem.voices.template import VoiceTemplate

_PACKAGE = "espeakng-loader"
_AGAIN = damaged_hint(_PACKAGE)
_TIMEOUT_S = 30.0
_LOOK_S = 0.1
"""Between two looks at whether a worker is still wanted."""
_CALM_RATE = 100
"""The espeak rate at which `engines.expected_seconds` was measured."""
_SLOWEST, _QUICKEST = 85, 450
"""Rates that espeak follows, measured: what is slower comes out as 85; up to 300 it is right within 1 %."""
_STOCK_PITCH_HZ = (82.0, 118.0)
"""Of a voice file without the line "pitch"."""
_INTONATION = 53
"""Where, of 0 to 254, the tune of a Dutch sentence has its median; measured in two voices at three ranges."""
_LONGEST_PATH = 140
"""Bytes of a folder that espeak-ng finds its data in: its limit is 160 with the data's own names."""
_DATA = "espeak-ng-data"
_WORKER = str(Path(__file__).with_name("espeak_worker.py"))
_DUTCH_PARTS = ("phontab", "phonindex", "phondata", "intonations", "nl_dict")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a voice template may set for espeak; the defaults are the calmest that were measured.

    Attributes:
        rate: Nominal words a minute, 80-450.
        pitch: 0-99; 50 is the voice file's own.
        range: Liveliness of the pitch, 0-99.
        volume: 0-200; above 100 loud vowels clip.
    """

    rate: int = 100
    pitch: int = 45
    range: int = 35
    volume: int = 80

    def __post_init__(self) -> None:
        limits = {"rate": (80, 450), "pitch": (0, 99), "range": (0, 99), "volume": (1, 200)}
        wrong = out_of_bounds(self, limits)
        if wrong:
            raise ValueError(joined("; ", wrong))


class Espeak:
    """The engine "espeak": `voice` is an espeak voice file with the line "language nl"."""

    name = "espeak"
    traits = Traits(speed=True, pitch=True, ipa=True, by_rule=True)

    def __init__(self) -> None:
        try:
            self.version = _version()
        except metadata.PackageNotFoundError as error:
            raise EngineUnavailable(
                self.name,
                Message("{package} is not installed", package=_PACKAGE),
                hint=missing_hint(_PACKAGE),
            ) from error

    def check(self) -> None:
        """Say a word with the Dutch voice that comes with espeak-ng.

        Raises:
            EngineUnavailable: when no sound comes.
        """
        stock = _library().parent / _DATA / "lang" / "gmw" / "nl"
        try:
            trimmed(_take("ja", stock, Settings()))
        except (SynthesisError, AudioError, _UnusableVoiceError) as error:
            raise EngineUnavailable(
                self.name, Message("its own Dutch voice makes no sound"), hint=_AGAIN
            ) from error

    def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
        """Say one phrase; see `engines.Engine`."""
        settings = from_table(Settings, voice.settings, voice.path)
        voice_file = Path(voice.voice)
        attributes = _attributes(voice_file)
        if attributes.get("language", [])[:1] != ["nl"]:  # espeak-ng crashes on a file without any language
            problem = Message(
                "'voice' must name an espeak voice file with the line 'language nl', not {voice}",
                voice=voice.voice,
            )
            raise ConfigError(voice.path, [problem])
        pitch = _pitch(settings, attributes, voice)
        wanted = max(settings.rate, _SLOWEST) * voice.speed
        rate = round(min(max(wanted, _SLOWEST), _QUICKEST))
        spoken = replace(settings, rate=rate, pitch=pitch)
        try:
            clip = guard.judged(
                lambda: _take(phrase, voice_file, spoken), phrase, self.name, pace=rate / _CALM_RATE
            )
        except _UnusableVoiceError as error:
            raise ConfigError(voice_file, [message_of(error)]) from error
        if _SLOWEST <= wanted <= _QUICKEST:
            return clip
        return trimmed(stretched(clip, wanted / rate))

    def remarks(self, phrase: str, voice: VoiceTemplate) -> tuple[str, ...]:
        """Return nothing: it says whatever is written, one way or another."""
        return ()


@cache  # an engine is begun many times in a run, and each time it would be looked for and read
def _version() -> str:
    return metadata.version(_PACKAGE)


class _UnusableVoiceError(Exception):
    """espeak refused the voice file."""


def _attributes(voice_file: Path) -> dict[str, list[str]]:
    """Return first word -> other words of every line of a voice file; nothing when it cannot be read."""
    try:
        lines = voice_file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    return {words[0]: words[1:] for line in lines if (words := line.split())}


def _pitch(settings: Settings, attributes: Mapping[str, list[str]], voice: VoiceTemplate) -> int:
    """Return espeak's pitch parameter for a voice template's pitch in semitones.

    In espeak-ng 1.52 (SetPitch2 in wavegen.c; "pitch LOW HIGH" in voices.c) a parameter P makes, in hertz,
    (LOW - 9) 2^(P/50 - 1) + (HIGH - LOW) 108/4096 (18 (1 - RANGE/50) + T RANGE/100), where T is the tune.
    Measured with the two voices that come with stem, their median is right within 0.3 semitone from -6 to 6.

    Raises:
        ConfigError: when the pitch is out of its reach.
    """
    if voice.pitch == 0:
        return settings.pitch
    try:
        low, high = (float(word) for word in attributes["pitch"][:2])
    except (KeyError, ValueError):
        low, high = _STOCK_PITCH_HZ
    lively = settings.range / 50
    added_hz = (high - low) * 108 / 4096 * (18 * (1 - lively) + _INTONATION / 2 * lively)
    base_hz = max(low - 9, 1)

    def hz(pitch: int) -> float:
        return float(base_hz * 2 ** (pitch / 50 - 1) + added_hz)

    lowest, highest = (12 * math.log2(hz(limit) / hz(settings.pitch)) for limit in (0, 99))
    if not lowest <= voice.pitch <= highest:
        problem = Message(
            "'pitch' must lie between {lowest:.1f} and {highest:.1f} semitones with this voice "
            "and its settings, not {pitch:g}",
            lowest=lowest,
            highest=highest,
            pitch=voice.pitch,
        )
        raise ConfigError(voice.path, [problem])
    wanted_hz = hz(settings.pitch) * 2 ** (voice.pitch / 12)
    return round(50 + 50 * math.log2((wanted_hz - added_hz) / base_hz))


def _library() -> Path:
    """Return the espeak-ng library; espeak-ng-data lies beside it.

    Raises:
        EngineUnavailable: when the package that brings them is damaged.
    """
    try:
        import espeakng_loader  # only this engine needs it

        return Path(espeakng_loader.get_library_path()).absolute()
    except (ImportError, OSError) as error:
        raise EngineUnavailable(
            Espeak.name, Message("{package} is damaged", package=_PACKAGE), hint=_AGAIN
        ) from error


def _take(phrase: str, voice_file: Path, settings: Settings) -> Clip:
    """Return what a worker says, untrimmed."""
    library = _library()
    numbers = [str(number) for number in (settings.rate, settings.pitch, settings.range, settings.volume)]
    try:
        with _workplace(library.parent, voice_file) as (folder, data):
            done = _run(
                python("-S", _WORKER, str(library), data, *numbers),
                # espeak-ng stops at a NUL, and would say half of the phrase.
                typed(phrase).replace("\0", " ").encode("utf-8", "replace"),
                folder,
            )
    except subprocess.TimeoutExpired as error:
        raise SynthesisError(
            Espeak.name, phrase, Message("it took more than {timeout_s:.0f} s", timeout_s=_TIMEOUT_S)
        ) from error
    return _clip(done, phrase)


def _not_started(error: OSError) -> EngineUnavailable:
    problem = Message("it cannot be started ({reason})", reason=error.strerror)
    return EngineUnavailable(Espeak.name, problem, hint=_AGAIN)


def _run(command: list[str], text: bytes, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a worker to its end; whatever stops us kills it.

    Raises:
        TimeoutExpired: when it takes too long.
        EngineUnavailable: when it cannot be started.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - our own worker, and no text in its arguments
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            start_new_session=True,  # Ctrl-C reaches us alone
        )
    except OSError as error:
        raise _not_started(error) from error
    given = iter([text])
    with process:
        try:
            # Looks are counted, not seconds: a machine that has no time for us has none for espeak either.
            for _ in range(round(_TIMEOUT_S / _LOOK_S)):
                with suppress(subprocess.TimeoutExpired):
                    stdout, stderr = process.communicate(next(given, None), _LOOK_S)
                    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)
                beat()
        finally:
            process.kill()  # one that has ended is past that
    raise subprocess.TimeoutExpired(command, _TIMEOUT_S)


@contextmanager
def _workplace(home: Path, voice_file: Path) -> Iterator[tuple[Path, str]]:
    """Lend a working folder with the voice file, and the path from there to the folder of espeak-ng-data.

    espeak-ng 1.52 cuts the name of a voice file at 59 bytes, makes it lower case and takes what follows a "+"
    for a variant: a user's file is only safe under a short name in the working folder. Its data must be at a
    path of less than 160 bytes (230 on Windows, in the system's encoding), or in that folder too.
    """
    is_safe = len(str(home)) <= _LONGEST_PATH and str(home).isascii()
    with temporary_folder() as folder:
        try:
            shutil.copyfile(voice_file, folder / espeak_worker.VOICE)
            if not is_safe:
                (folder / _DATA).mkdir()
                for part in _DUTCH_PARTS:
                    shutil.copyfile(home / _DATA / part, folder / _DATA / part)
        except FileNotFoundError as error:  # of what comes with espeak-ng
            raise _not_started(error) from error
        except OSError as error:
            raise output_error(folder, error) from error
        yield folder, str(home) if is_safe else "."


def _clip(done: subprocess.CompletedProcess[bytes], phrase: str) -> Clip:
    """Return the sound that a worker wrote, or raise what its exit status means."""
    status = espeak_worker.STATUS
    if done.returncode == status["no library"]:
        raise EngineUnavailable(
            Espeak.name, Message("its library cannot be loaded on this machine"), hint=_AGAIN
        )
    if done.returncode == status["no data"]:
        raise EngineUnavailable(Espeak.name, Message("its Dutch data is missing or damaged"), hint=_AGAIN)
    complaint = done.stderr.decode(errors="replace").partition("\n")[0].strip()
    if done.returncode == status["no voice"] or complaint.startswith("Bad voice attribute"):
        raise _UnusableVoiceError(complaint or Message("espeak cannot use this voice file"))
    if done.returncode != 0 or len(done.stdout) < 4:  # noqa: PLR2004 - the sample rate
        by_signal = done.returncode < 0
        problem = (
            Message("espeak-ng was stopped by signal {number}", number=-done.returncode)
            if by_signal
            else Message("espeak-ng stopped with status {number}", number=done.returncode)
        )
        hint = Message("The machine may be short of memory; try again.") if by_signal else ""
        raise SynthesisError(Espeak.name, phrase, problem, hint=hint)
    if complaint:  # it goes on without a dictionary, and says something else then
        raise EngineUnavailable(
            Espeak.name, Message("espeak-ng reports: {complaint}", complaint=complaint), hint=_AGAIN
        )
    samples: Samples = np.frombuffer(done.stdout, dtype=np.int16, offset=4).astype(np.float32)[:, None]
    samples /= np.float32(2**15)
    return Clip(samples, int.from_bytes(done.stdout[:4], "little"))
