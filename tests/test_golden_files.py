"""What the program writes, byte for byte: a net under changes that are to change nothing.

The command line is driven in a folder of its own, as a user would, and the SHA-256 of every file and document
is compared with tests/data/golden.json. Sound depends on the libraries that made it (and their vector code on
the processor): where these differ from those of the file, only texts are compared. When a change was meant:
STEM_REGENERATE=1 python -m pytest tests/test_golden_files.py
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import re
import shutil
import wave
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from stem.cli import run

GOLDEN = Path(__file__).parent / "data" / "golden.json"
LIBRARIES = ("numpy", "soxr", "lameenc", "mutagen", "espeakng-loader", "imageio-ffmpeg", "pillow")
SOUND = {".mp3", ".m4a", ".opus", ".flac", ".wav"}
TEXTS = {".vtt", ".srt", ".lrc", ".html", ".txt", ".toml", ".j2", ".xml", ".json", ".png"}

SCRIPT = """+++
title = "Kort moment"
summary = "Een proef van alle soorten momenten."
minutes = [1]
[variables.naam]
help = "Voor wie het is."
default = ""
+++
## Aankomen
{% if naam %}{{ naam }}, ga{% else %}Ga{% endif %} zitten zoals het prettig is. [pauze voel]
Wat {{ inv('hoor') }} {{ je }} dichtbij, en wat verder weg? [pauze 2,5 s]
[bel]
## Adem
[adem 3-3 x1]
{{ Jouw }} adem gaat vanzelf. [stilte 4]
Om 10:30 uur is dr. Jansen er weer. [pauze kort]
"""
SHORT = "+++\ntitle = 'Twee zinnen'\n+++\nWelkom. [pauze 2]\nTot zo.\n"
SETTINGS = """practice = "De Linde"
country = "BE"
intro = "Dit is een oefening van De Linde. [pauze 1]"
outro = "Tot de volgende keer."
help = ["Bel ons gerust."]
[pauses]
kort = 2
"""
VOICE = 'inherits = "zacht"\ntitle = "Eigen"\nspeed = 0.9\npitch = -1\npause_scale = 1.1\n'
LIST = "code;script;naam;duur\nk01;kort;Anna;1:20\nk02;twee;;\n"

COMMANDS: dict[str, list[str]] = {
    "usual": ["make", "kort", "-s", "naam=Anna", "--record", "--captions", "vtt,srt,lrc"],
    "calm": ["make", "kort", "--voice", "rustig", "--bed", "bruin", "--pause-scale", "1.2", "-s", "vorm=u"],
    "layers": [
        "make",
        "twee",
        "--bed",
        "regen+drone:-6",
        "--bell",
        "begin",
        "--bell",
        "einde",
        "--seed",
        "7",
    ],
    "own-voice": ["make", "kort", "--voice", "eigen", "--bed", "none", "--duration", "75"],
    "acx": ["make", "twee", "--profile", "acx", "--format", "wav", "--artist", "A. Maker"],
    "m4a": ["make", "kort", "--format", "m4a", "--track", "3/7", "--album", "Reeks", "--name-in-file"],
    "opus": ["make", "twee", "--format", "opus", "--cover", "none", "--no-lyrics"],
    "mail": ["make", "twee", "--for", "mail", "--bed", "drone"],
    "music": ["make", "twee", "--bed", "toon.wav", "--bed-start", "0:01", "--bed-once", "--bed-credit", "Ik"],
    "stems": ["make", "twee", "--stems", "--record-anonymous", "--bed-level", "-4", "--duck", "2"],
    "page": ["script", "kort", "--html", "-s", "naam=Anna", "-o", "blad.html"],
    "print": ["script", "kort", "--text", "-s", "naam=Anna", "-o", "blad.txt"],
    "sheet": ["sheet", "kort", "-s", "naam=Anna", "-o", "opnames/"],
    "imported": ["import", "tekst.md", "-o", "tekst.j2"],
    "batch": ["batch", "lijst.csv", "--page", "overzicht.html", "--letter", "--json", "--jobs", "1"],
    "feed": ["feed", "los/", "--link", "https://example.org/opnames/", "--first", "2026-12-01"],
    "preview": ["preview", "kort", "-s", "naam=Anna", "--json"],
    "scripts": ["scripts", "--json"],
    "voices": ["voices", "--json"],
    "beds": ["beds", "--json"],
    "profiles": ["profiles", "--json"],
    "check": ["check", "kort", "--json"],
    "info": ["info", "usual.mp3", "--json"],
}
MAY_END_WITH = {"check": {1}}
"""So short a script lacks what listeners must hear."""


def machine() -> dict[str, str]:
    versions = {name: metadata.version(name) for name in LIBRARIES}
    found = re.search(r"^(?:flags|Features)\s*:(.*)$", _cpu(), re.MULTILINE)
    flags = found[1].split() if found else []
    vectors = sorted(flag for flag in flags if re.match("avx|fma|asimd|sve", flag))
    return {**versions, "machine": platform.machine(), "vectors": " ".join(vectors)}


def _cpu() -> str:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8") if path.exists() else ""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def comparable(name: str, data: bytes) -> bytes:
    """Leave out what is another on every machine: the names of what the cache of speech keeps."""
    return re.sub(rb'"speech": \[[^]]*\]', b"", data) if name.endswith(".stem.json") else data


@pytest.fixture
def folder(tmp_path: Path, kept_beds: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "kort.j2").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "scripts" / "twee.j2").write_text(SHORT, encoding="utf-8")
    (tmp_path / "voice_templates").mkdir()
    (tmp_path / "voice_templates" / "eigen.toml").write_text(VOICE, encoding="utf-8")
    (tmp_path / "stem.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "lexicon.toml").write_text('Jansen = "Jan-sen"\n', encoding="utf-8")
    (tmp_path / "lijst.csv").write_text(LIST, encoding="utf-8")
    (tmp_path / "tekst.md").write_text(
        "# Rust\n\nGa zitten. (pauze 5 sec)\n\nAdem uit...\n", encoding="utf-8"
    )
    write_tone(tmp_path / "toon.wav")
    monkeypatch.chdir(tmp_path)
    umask = os.umask(0o022)  # a batch's files are private from then on
    yield tmp_path
    os.umask(umask)


def write_tone(path: Path) -> None:
    time_s = np.arange(6 * 44_100) / 44_100
    tone = 0.2 * np.sin(2 * np.pi * 220 * time_s) * np.sin(2 * np.pi * 0.4 * time_s)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 44_100, 0, "NONE", ""))
        file.writeframes((tone * 32767).astype("<i2").tobytes())


def driven(arguments: list[str]) -> str:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(arguments)
    assert code in MAY_END_WITH.get(arguments[0], {0}), f"{arguments}: {err.getvalue()}"
    return out.getvalue()


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in SOUND | TEXTS)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def written(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of whatever the commands write and print, by its name."""
    found: dict[str, str] = {}
    seen = files(folder)
    for case, command in COMMANDS.items():
        named = ["-o", f"{case}{suffix_of(command)}"] if command[0] == "make" else []
        if case == "feed":
            prepare_feed(folder)
            seen = files(folder)
        printed = driven([*command, *named])
        after = files(folder)
        found |= {
            f"{case}: {name}": sha256(comparable(name, data))
            for name, data in after.items()
            if seen.get(name) != data
        }
        if "--json" in command:
            found[f"{case}: document"] = sha256(printed.replace(str(folder), "FOLDER").encode())
        seen = after
    return found


def suffix_of(command: list[str]) -> str:
    return f".{command[command.index('--format') + 1]}" if "--format" in command else ".mp3"


def prepare_feed(folder: Path) -> None:
    (folder / "los").mkdir()
    for name in ("layers.mp3", "mail.mp3"):
        shutil.copy(folder / name, folder / "los" / name)


def test_whatever_is_written_is_as_it_was(folder: Path) -> None:
    now = {"machine": machine(), "files": written(folder)}
    if os.environ.get("STEM_REGENERATE"):
        GOLDEN.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n", encoding="utf-8", newline="\n")
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert now["files"].keys() == golden["files"].keys()
    differing = {name for name, sha in golden["files"].items() if now["files"][name] != sha}
    if now["machine"] != golden["machine"]:  # records and documents tell of sound too
        differing = {name for name in differing if not tells_of_sound(name)}
    assert differing == set()


def tells_of_sound(name: str) -> bool:
    return Path(name).suffix in SOUND | {".json"} or name.endswith("document")
