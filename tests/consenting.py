"""A voice that was made after someone's, and a consent to it, for tests."""

from __future__ import annotations

import wave
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from stem.voices.cloning import today
from stem.voices.consent import Consent
from stem.voices.engines import engine
from stem.voices.template import find_voice, models_folder

WHO = "Marieke Jansen"
NAME = "ik"
TEMPLATE = '# Mijn eigen stem\ntitle = "Ik"\ninherits = "rustig"\nclone = true\ncredit = "Met een toon."\n'
RECORDING = "ik-toestemming.wav"


def template(text: str = TEMPLATE, folder: Path | None = None) -> Path:
    """Write the voice's template, in the user's settings folder unless told otherwise."""
    home = folder or platformdirs.user_config_path("stem", appauthor=False)
    path = home / "voice_templates" / f"{NAME}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def consent(**changes: object) -> Consent:
    """Return a consent of today, for a month."""
    month = timedelta(days=30)
    usual: dict[str, object] = {
        "who": WHO,
        "date": today(),
        "purpose": "namen in oefeningen",
        "until": today() + month,
        "recording": RECORDING,
    }
    return Consent(**{**usual, **changes})  # type: ignore[arg-type]


def table(given: Consent) -> str:
    """Return a consent as a template has it; without what is None."""
    told = {name: getattr(given, name) for name in ("who", "date", "purpose", "until", "recording")}
    lines = [
        f"{name} = {value.isoformat()}" if isinstance(value, date) else f'{name} = "{value}"'
        for name, value in told.items()
        if value is not None
    ]
    return "\n[consent]\n" + "\n".join(lines) + "\n"


def read_aloud(sentence: str) -> NDArray[np.float32]:
    """Return the sound of a sentence, with a little room around it, at 22,050 Hz."""
    voice = find_voice("rustig")
    clip = engine(voice.engine).speak(sentence, voice)
    return np.pad(clip.samples[:, 0], clip.rate // 2)


def write(path: Path, sound: NDArray[np.float32], mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 22_050, 0, "NONE", ""))
        file.writeframes((32_767 * sound).astype("<i2").tobytes())
    path.chmod(mode)
    return path


def kept(sound: NDArray[np.float32], name: str = RECORDING, mode: int = 0o600) -> Path:
    """Keep a recording among the user's voices."""
    return write(models_folder() / name, sound, mode)
