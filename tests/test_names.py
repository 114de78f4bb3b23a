"""Hostile names, on a real disk: each gives a file that is safe, that people can read, and that is alone."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path, PureWindowsPath

import pytest

from stem.filenames import free_name, safe_name
from stem.files import write_whole

HOSTILE = [
    # one name in several Unicode forms
    "Zo\u00eb", "Zoe\u0308", "\u212bsa", "A\u030asa",
    "\ufb01jn", "\uff2eoor", "Si\u0323\u0307na", "Si\u0307\u0323na",
    "\u1e9b\u0323", "\uac00\uac01", "\u1100\u1161", "İstanbul", "STRASSE", "Straße", "ΣΊΣΥΦΟΣ", "Σίσυφος",
    # look-alikes: Cyrillic, Greek, digits
    "\u0410nn\u0430", "\u0391nna", "p\u0430yp\u0430l", "paypal", "l1I|", "\u041e0O",
    # emoji, joined, coloured, flags
    "🌊", "zee 🌊🐚", "👩‍👩‍👧", "👍🏽", "🇳🇱", "❤️", "1️⃣",
    # ways out of the folder
    "../../etc/passwd", "..\\..\\Windows", "/etc/passwd",
    "C:\\Windows\\system32", "\\\\server\\share", "a/b/c",
    "%2e%2e%2fetc", "..%c0%af..", "file:///etc/passwd", "~/.ssh/id",
    "$HOME", "`id`; rm -rf *", "$(reboot)", "a|b>c<d&e",
    # what Windows keeps for itself
    "CON", "prn.txt", "AUX ", "nul.", "COM1",
    "lpt9.mp3", "COM¹", "con.con.con", "CONIN$", "clock$", "a:stream",
    # too long
    "x" * 300, "é" * 300, "🌊" * 300, "woord " * 60, "a." * 200, "e" + "\u0301" * 300,
    # in front, at the end, nothing
    ".verborgen", "...", "..", ".", "-rf", "--help",
    " spatie ", "eind.", "eind. . .", "tab\tnieuw\nregel\r\n", "", "   ",
    "\u00a0\u2003\u3000", "\u0301los",
    # what cannot be seen or turns the line around
    "exe.3pm\u202egnp", "\u2066links\u2069", "A\u200bn\u200dn\ufeffa",
    "nul\x00byte", "\x1b[31mrood", "bel\x07", "\x7f\x80\x9f",
    "half \ud83d teken", "\udcff", "\ue000eigen",
    "\U0010ffff", "\u0645\u0631\u062d\u0628\u0627", "שלום", "naam\u2028regel",
    # stem's own
    ".stem-0a1b2c3d-12-0a1b2c3d.tmp", "Anna-2", "track", "🧘‍♀️ Rust & stilte: 100%?",
]  # fmt: skip

_WINDOWS_KEEPS = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)


def read(text: str) -> str:
    """Return what people read in a name: its letters and digits, in order."""
    normal = unicodedata.normalize(
        "NFC", "".join(each for each in text if unicodedata.category(each)[0] != "C")
    )
    return "".join(each for each in normal if unicodedata.category(each)[0] in "LN")


def folded(name: str) -> str:
    """Return what a name is to a disk that makes no difference of case and form."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def assert_safe(name: str) -> None:
    assert 0 < len(name.encode("utf-8")) <= 120
    assert unicodedata.is_normalized("NFC", name)
    assert not set(name) & set('<>:"/\\|?*%')
    assert not any(unicodedata.category(character)[0] == "C" for character in name)
    assert name[0] not in ".- "
    assert name[-1] not in ". "
    assert not _WINDOWS_KEEPS.fullmatch(name)
    assert PureWindowsPath(name).name == name
    assert not PureWindowsPath(name).is_reserved()


def test_there_are_at_least_sixty() -> None:
    assert len(HOSTILE) == len(set(HOSTILE)) >= 60


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_hostile_name_gives_a_safe_and_readable_file(tmp_path: Path, text: str) -> None:
    name = safe_name(text)
    assert_safe(name)
    assert read(text).startswith(read(name)) or name == "track"
    if len(text.encode("utf-8", "replace")) <= 110:  # else it may be cut
        assert read(name) == read(text) or (name == "track" and read(text) == "")
    for number in ("", "-2", "-3"):
        path = free_name(tmp_path / f"{name}.mp3")
        assert path.name == f"{name}{number}.mp3"
        write_whole(path, number.encode())
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == [b"", b"-2", b"-3"]
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}{each}.mp3" for each in ("", "-2", "-3")}
