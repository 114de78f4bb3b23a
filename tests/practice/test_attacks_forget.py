"""Attacks on forgetting: whoever is forgotten takes nothing along that is another one's, or the user's own.

One table by kind; each row tells what is tried, what goes, and what is told. What lies in the folder besides
stays as it is, to the byte.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import lend

from stem import cli
from stem.config import Config
from stem.practice import handout
from stem.practice.forget import forget, tracks_of
from stem.record.build import record_of
from stem.record.document import record_path, write_record
from stem.script.safety import safety
from stem.track.make import make_track
from stem.track.plan import plan_track
from stem.track.spec import TrackSpec

SCRIPT = """+++
title = "Klein"
[variables.naam]
default = ""
[variables.situatie]
default = ""
[variables.aantal]
type = "number"
default = 1
[variables.ogen]
type = "choice"
choices = ["keuze", "open"]
default = "keuze"
[variables.muziek]
type = "yesno"
default = true
+++
Welkom, {{ naam }}.
"""
FILLED = {"naam": "Anna de Vries", "vorm": "je", "aantal": "12", "ogen": "open", "muziek": "ja"}
WORDS = ["naam", "situatie"]
ALL = frozenset({"klein.mp3", "klein.vtt", "klein.stem.json"})
NONE: frozenset[str] = frozenset()


@pytest.fixture(scope="module")
def made(made_beds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A track with captions and a record, from which all others are derived."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "klein.j2").write_text(SCRIPT, encoding="utf-8")
    spec = TrackSpec(str(folder / "klein.j2"), FILLED, bed="none", voice="rustig", profile="acx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        lend(made_beds)
        track = make_track(plan_track(spec, Config()), folder / "klein.mp3")
    captions = folder / "klein.vtt"
    captions.write_text("WEBVTT\n\nNOTE\nKlein\n\n1\n00:00:06.000 --> 00:00:07.000\nWelkom, Anna de Vries.\n")
    record = record_of(track, spec, Config(), code="K12", beside=[captions])
    write_record(record, record_path(track.path))
    return folder


@dataclass
class Practice:
    """A folder with tracks, some of them forged.

    Attributes:
        folder: Where all of it lies.
        document: A record as it was made.
    """

    folder: Path
    document: dict[str, Any] = field(repr=False)

    def record(self, name: str = "klein", edit: Callable[[dict[str, Any]], None] = lambda _: None) -> None:
        """Write a record."""
        document = json.loads(json.dumps(self.document))
        edit(document)
        (self.folder / f"{name}.stem.json").write_text(json.dumps(document), encoding="utf-8")

    def own(self, name: str, content: bytes = b"van mijzelf") -> str:
        """Write something of the user's own; return its hash."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return hashlib.sha256(content).hexdigest()

    def there(self) -> set[str]:
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if not path.is_dir()}


@pytest.fixture
def practice(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Practice:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "output"
    folder.mkdir()
    for name in ("klein.mp3", "klein.vtt", "klein.stem.json"):
        shutil.copy(made / name, folder)
    return Practice(folder, json.loads((folder / "klein.stem.json").read_text(encoding="utf-8")))


Arrange = Callable[[Practice], object]


@dataclass(frozen=True)
class Attack:
    """What is tried, and what is to come of it.

    Attributes:
        name: Of the row, its kind first.
        words: What is to be forgotten.
        gone: The files that go.
        told: What stands on stderr.
        arrange: What lies in the folder besides.
        not_told: What does not.
        code: The exit code.
        yes: Whether --yes is given.
        answer: What is answered.
    """

    name: str
    words: tuple[str, ...]
    gone: frozenset[str] = NONE
    told: tuple[str, ...] = ()
    arrange: Arrange = lambda _: None
    not_told: tuple[str, ...] = ()
    code: int = 0
    yes: bool = True
    answer: str = ""


def filled(*, old: bool = False, code: str = "K12", **values: str) -> Arrange:
    """Write the record with other values, as it is now or as it was before kinds of variables were told."""

    def edit(document: dict[str, Any]) -> None:
        personal = document["personal"]
        personal |= {"values": values or FILLED, "code": code}
        known = personal.pop("free", None)
        if known is not None and not old:
            personal["free"] = [name for name in WORDS if name in personal["values"]]

    return lambda practice: practice.record(edit=edit)


def kinds() -> Iterator[Attack]:
    """Forms, choices, numbers and yes or no are no names."""
    for word in ("je", "12", "open", "ja"):
        yield Attack(f"kind {word}", (word,))
        yield Attack(f"old record {word}", (word,), arrange=filled(old=True))
    yield Attack("kind u", ("u",), arrange=filled(naam="Anna", vorm="u"))
    yield Attack("old record 2,5", ("2",), arrange=filled(old=True, aantal="2,5"))
    yield Attack("kind 3", ("3",), arrange=filled(aantal="3", naam="Bo"))
    yield Attack("guard name", ("vries",), ALL)
    yield Attack("guard old record", ("Anna",), ALL, arrange=filled(old=True))
    yield Attack("guard situation", ("chef",), ALL, arrange=filled(situatie="het gesprek met de chef"))


def codes() -> Iterator[Attack]:
    """A code is a code as a whole, however it is typed."""
    for code, word in (("groep 12", "12"), ("groep 12", "groep"), ("12 Anna", "Anna"), ("K.12", "12")):
        yield Attack(f"code {word} in {code}", (word,), arrange=filled(code=code, naam="Bo"))
    for name, code, word in (
        ("wide", "K12", "\uff2b\uff11\uff12"),
        ("soft hyphen", "K12", "K\u00ad12"),
        ("zero width", "K\u200b12", "K12"),
        ("hyphen", "K-12", "K\u201112"),
        ("hyphen back", "K\u201112", "k-12"),
    ):
        yield Attack(f"code {name}", (word,), ALL, arrange=filled(code=code, naam="Bo"))
    yield Attack("guard code", ("k12",), ALL)
    yield Attack("guard part of a code", ("K1",))


def spellings() -> Iterator[Attack]:
    """A name is found however it was written, there or here."""
    pairs = {
        "soft hyphen": ("Zwaan\u00adtje", "Zwaantje"),
        "zero width space": ("Zwaan\u200btje", "Zwaantje"),
        "non-joiner": ("Zwaan\u200ctje", "Zwaantje"),
        "joiner": ("Zwaan\u200dtje", "Zwaantje"),
        "word joiner": ("Zwaan\u2060tje", "Zwaantje"),
        "byte order mark": ("Zwaan\ufefftje", "Zwaantje"),
        "left to right": ("Zwaan\u200etje", "Zwaantje"),
        "override": ("Zwaan\u202etje", "Zwaantje"),
        "grapheme joiner": ("Zwaan\u034ftje", "Zwaantje"),
        "variation selector": ("Zwaan\ufe0ftje", "Zwaantje"),
        "hard hyphen": ("Anne\u2011Marie", "Anne-Marie"),
        "true hyphen": ("Anne\u2010Marie", "anne-marie"),
        "wide letters": ("\uff21nna", "Anna"),
        "guard ligature": ("So\ufb01e", "Sofie"),
        "dotted I": ("\u0130rem", "irem"),
        "dotted I small": ("\u0130REM", "Irem"),
        "letter apostrophe": ("O\u02bcBrien", "O'Brien"),
        "long s": ("Mo\u017fe\u00ads", "moses"),
        "guard curly": ("O\u2019Brien", "O'Brien"),
        "guard accents": ("Zoe\u0308", "Zo\u00cb"),
    }
    for name, (there, here) in pairs.items():
        yield Attack(f"spelling {name}", (here,), ALL, arrange=filled(naam=f"Bo {there} Jansen"))
        yield Attack(f"spelling {name} back", (there,), ALL, arrange=filled(naam=f"Bo {here} Jansen"))
    yield Attack("guard spelling", ("Zwaan",), arrange=filled(naam="Zwaan\u00adtje"))


UNREADABLE = "cannot be judged"


def forged(record: str, name: str, **table: Any) -> Arrange:
    """Write a record that knows the hash of a file of the user's own, as its track or as beside it."""

    def arrange(practice: Practice) -> None:
        sha256 = practice.own(name)

        def edit(document: dict[str, Any]) -> None:
            if "suffix" in table:
                document["track"] |= {**table, "sha256": sha256}
                document["beside"] = []
            else:
                document["beside"] = [{**table, "sha256": sha256}]

        practice.record(record, edit)
        for each in ("klein.mp3", "klein.vtt", "klein.stem.json"):
            if each not in (name, f"{record}.stem.json"):
                (practice.folder / each).unlink()

    return arrange


def endings() -> Iterator[Attack]:
    """A record has a name, and knows only what stem writes."""
    tracks = {
        "no name": ("", "muziek.mp3", "muziek.mp3"),
        "no name, no suffix": ("", "eigen", "eigen"),
        "no name, a true suffix": ("", ".mp3", ".mp3"),
        "suffix of its own": ("x", "xeigen.mp3", "eigen.mp3"),
        "empty suffix": ("dagboek", "dagboek", ""),
        "a text": ("dagboek", "dagboek.txt", ".txt"),
        "a document": ("dagboek", "dagboek.docx", ".docx"),
        "another record": ("klein", "klein2.stem.json", "2.stem.json"),
        "two suffixes": ("klein", "klein.mp3.bak", ".mp3.bak"),
        "a space": ("klein", "klein .mp3", " .mp3"),
        "a script": ("klein", "klein.j2", ".j2"),
        "wide": ("klein", "klein.\uff4dp3", ".\uff4dp3"),
    }
    for name, (record, path, suffix) in tracks.items():
        told = (UNREADABLE,)
        yield Attack(
            f"track {name}", ("K12",), told=told, arrange=forged(record, path, suffix=suffix), code=1
        )
    beside = (
        ".txt",
        "-eigen.wav",
        "2.mp3",
        ".mp3",
        ".stem.json",
        "-stem.wav",
        ".vtt~",
        ".zip",
        "-0.png",
        ".csv",
    )
    for ending in beside:
        arrange = forged("klein", f"klein{ending}", ending=ending)
        yield Attack(f"beside {ending}", ("K12",), told=(UNREADABLE,), arrange=arrange, code=1)


def own_music() -> Iterator[Attack]:
    """What stem did not make stays, whatever a record says of it."""
    not_made = ("is not what stem makes",)
    gone = frozenset({"klein.vtt"})
    for suffix in (".mp3", ".m4a", ".opus", ".flac", ".wav", ".MP3"):
        for name in (f"klein{suffix}", f"muziek/eigen{suffix}"):

            def arrange(practice: Practice, name: str = name, suffix: str = suffix) -> None:
                (practice.folder / "klein.mp3").unlink()
                sha256 = practice.own(name, b"ID3\x04\0\0\0\0\0\0 muziek")
                practice.record(edit=lambda document: document["track"].update(suffix=suffix, sha256=sha256))

            yield Attack(f"music {name}", ("K12",), gone, not_made, arrange, code=1)
    track = frozenset({"klein.mp3"})
    texts = {
        ".srt": b"\xef\xbb\xbf1\r\n00:00:01,000 --> 00:00:02,000\r\nMijn eigen film.\r\n",
        ".lrc": b"[ti:Lied]\n[00:01.00]Mijn eigen lied\n",
        ".vtt": b"WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\nWelkom, Bo.\n",
        ".png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x03\x20\0\0\x02\x58",
        "-2.png": b"GIF89a",
        "-stem.flac": part(44_100 * 200, bits=16),
        "-bellen.flac": part(44_100 * 3),
    }
    for ending, content in texts.items():
        for name in (f"klein{ending}", f"muziek/eigen{ending}"):
            if ending == "-bellen.flac" and "/" in name:
                continue  # what is shared is looked for nowhere else

            def beside(
                practice: Practice, name: str = name, ending: str = ending, content: bytes = content
            ) -> None:
                (practice.folder / "klein.vtt").unlink()
                sha256 = practice.own(name, content)
                one = {"ending": ending, "sha256": sha256}
                practice.record(edit=lambda document: document.update(beside=[one]))

            yield Attack(f"beside {name}", ("K12",), track, not_made, beside, code=1)


def part(frames: int, bits: int = 24) -> bytes:
    """The head of a FLAC file, 44,100 Hz in stereo."""
    told = 44_100 << 44 | 1 << 41 | (bits - 1) << 36 | frames
    return b"fLaC\x80\0\0\x22" + bytes(10) + told.to_bytes(8, "big") + bytes(16)


def copies() -> Iterator[Attack]:
    """A copy goes only when it is surely that person's."""

    def without_words(practice: Practice) -> None:
        filled(vorm="je")(practice)
        shutil.copy(practice.folder / "klein.mp3", practice.folder / "van-een-ander.mp3")

    yield Attack(
        "copy without a name in it", ("K12",), ALL, ("it may be another one's",), without_words, code=1
    )

    def beside_a_broken_record(practice: Practice) -> None:
        shutil.copy(practice.folder / "klein.mp3", practice.folder / "ander.mp3")
        practice.own("ander.stem.json", b"{")

    yield Attack(
        "copy that a damaged record may know", ("K12",), ALL, (UNREADABLE,), beside_a_broken_record, code=1
    )

    def shared(practice: Practice) -> None:
        silence = part(practice.document["times"]["frames"])
        one = {"ending": "-bellen.flac", "sha256": practice.own("ander-bellen.flac", silence)}
        practice.record(edit=lambda document: document["beside"].append(one))

    yield Attack("silent bells of another one", ("K12",), ALL, arrange=shared)

    def renamed(practice: Practice) -> None:
        (practice.folder / "klein.mp3").rename(practice.folder / "Anna.mp3")

    yield Attack("guard renamed", ("K12",), ALL - {"klein.mp3"} | {"Anna.mp3"}, arrange=renamed)


LETTER, ZIP = "K12_lees-mij-eerst.txt", "K12.zip"
PASSWORD = "molen-tafel-kaars-12345"


def letter(change: Callable[[bytes], bytes] = lambda content: content) -> Arrange:
    def arrange(practice: Practice) -> None:
        told = [handout.LetterTrack("klein.mp3", "Klein", 20.0, computer_voice=True)]
        text = handout.covering_text(told, form="je", practice="", safety=safety("NL"))
        practice.own(LETTER, change(text.encode()))

    return arrange


def packed(practice: Practice) -> None:
    members = [handout.Member("klein.mp3", practice.folder / "klein.mp3")]
    handout.write_zip(practice.folder / ZIP, members, PASSWORD)


def added_to(practice: Practice) -> None:
    packed(practice)
    with zipfile.ZipFile(practice.folder / ZIP, "a") as archive:
        archive.writestr("dagboek.txt", "van mijzelf")


def plain_zip(practice: Practice) -> None:
    with zipfile.ZipFile(practice.folder / ZIP, "w") as archive:
        archive.writestr("dagboek.txt", "van mijzelf")
        archive.comment = b"stem"


def linked(name: str, content: Arrange) -> Arrange:
    def arrange(practice: Practice) -> None:
        content(practice)
        (practice.folder / name).rename(practice.folder / "elders.bin")
        (practice.folder / name).symlink_to(practice.folder / "elders.bin")

    return arrange


def handed_over() -> Iterator[Attack]:
    """Letters and zip files go when stem wrote them and nobody changed them."""
    changed = ("is not as stem wrote it",)
    rows: list[tuple[str, Arrange]] = [
        ("a letter of one's own", lambda practice: practice.own(LETTER)),
        ("an empty letter", lambda practice: practice.own(LETTER, b"")),
        ("a letter with a word changed", letter(lambda text: text.replace(b"rustig", b"kalm", 1))),
        ("a letter with words added", letter(lambda text: b"Dag Anna,\n\n" + text)),
        ("a letter with words behind", letter(lambda text: text + b"Tot dinsdag!\n")),
        ("a letter with another mark", letter(lambda text: text[:-9] + b"00000000\n")),
        ("a letter that only has a mark", lambda practice: practice.own(LETTER, b"Kenmerk: 00000000\n")),
        ("a zip file with something added", added_to),
        ("a zip file without a lock", plain_zip),
        ("a zip file of one's own", lambda practice: practice.own(ZIP)),
    ]
    for name, arrange in rows:
        yield Attack(name, ("K12",), ALL, changed, arrange, code=1)
    yield Attack(
        "a letter that is a link",
        ("K12",),
        ALL - {"klein.stem.json"},
        ("it is a link",),
        linked(LETTER, letter()),
        code=1,
    )
    yield Attack("guard letter", ("K12",), ALL | {LETTER}, arrange=letter())
    yield Attack(
        "guard letter of Windows",
        ("K12",),
        ALL | {LETTER},
        arrange=letter(lambda text: text.replace(b"\n", b"\r\n")),
    )
    yield Attack("guard zip file", ("K12",), ALL | {ZIP}, arrange=packed)


def second(code: str) -> Arrange:
    """Add a track of a second Anna."""

    def arrange(practice: Practice) -> None:
        practice.record("twee", lambda document: document["personal"].update(code=code))
        shutil.copy(practice.folder / "klein.mp3", practice.folder / "twee.mp3")
        shutil.copy(practice.folder / "klein.vtt", practice.folder / "twee.vtt")

    return arrange


def asking() -> Iterator[Attack]:
    """What goes is told with its reason, and several codes are asked about."""
    both = ALL | {"twee.mp3", "twee.vtt", "twee.stem.json"}
    yield Attack("told by code", ("K12",), ALL, ("klein.stem.json: found by code K12",), not_told=("Anna",))
    yield Attack(
        "told by variable",
        ("Vries",),
        ALL,
        ("found by what was filled in for naam",),
        not_told=("Anna", "K12"),
    )
    several = ("more than one code: K12, K13", "Nothing was removed", "stem forget K12 K13 --yes")
    yield Attack("two codes, nobody there", ("Anna",), NONE, several, second("K13"), code=1)
    yield Attack("two codes, one named", ("Anna", "K12"), NONE, several, second("K13"), code=1)
    yield Attack("two codes, no", ("Anna",), NONE, several, second("K13"), code=1, answer="n\n")
    yield Attack("two codes, yes", ("Anna",), both, several[:1], second("K13"), answer="y\n")
    yield Attack("a code and none", ("Anna",), NONE, ("more than one code: none, K12",), second(""), code=1)
    yield Attack("guard two codes, both named", ("Anna", "k12", "K13"), both, arrange=second("K13"))
    yield Attack("guard one code in two spellings", ("Anna",), both, arrange=second("k12"))
    yield Attack("nobody answers", ("K12",), NONE, ("--yes does not ask",), code=1, yes=False)
    yield Attack("guard answered", ("K12",), ALL, yes=False, answer="y\n")


ATTACKS = [
    *kinds(),
    *codes(),
    *spellings(),
    *endings(),
    *own_music(),
    *copies(),
    *handed_over(),
    *asking(),
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_takes_nothing_of_others(
    practice: Practice, attack: Attack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    attack.arrange(practice)
    before = practice.there()
    monkeypatch.setattr(sys, "stdin", io.StringIO(attack.answer))
    code = cli.run(["forget", *attack.words, *(["--yes"] if attack.yes else [])])
    err = capsys.readouterr().err
    assert before - practice.there() == attack.gone
    assert code == attack.code, err
    for told in attack.told:
        assert told in err
    for told in attack.not_told:
        assert told not in err


# --- What changes while it runs ---


def swapped(practice: Practice) -> None:
    """Another file has the track's name, as when a program saves."""
    new = practice.folder / "nieuw"
    new.write_bytes(b"van mijzelf")
    new.replace(practice.folder / "klein.mp3")


def written_in(practice: Practice) -> None:
    with (practice.folder / "klein.mp3").open("ab") as file:
        file.write(b"van mijzelf")


def linked_elsewhere(practice: Practice) -> None:
    (practice.folder / "klein.mp3").rename(practice.folder / "elders.bin")
    (practice.folder / "klein.mp3").symlink_to(practice.folder / "elders.bin")


WHILE_READ: dict[str, Arrange] = {"replaced": swapped, "written in": written_in, "a link": linked_elsewhere}


@pytest.mark.parametrize("change", WHILE_READ.values(), ids=WHILE_READ.keys())
def test_a_file_that_changes_right_after_it_was_read_stays(
    practice: Practice, change: Arrange, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tracks_of(["K12"], [practice.folder]).found
    real, wanted = hashlib.file_digest, practice.document["track"]["sha256"]

    def digest(*arguments: Any) -> Any:
        result = real(*arguments)
        if result.hexdigest() == wanted and not (practice.folder / "elders.bin").exists():
            change(practice)
        return result

    monkeypatch.setattr(hashlib, "file_digest", digest)
    forgotten = forget(found)
    assert os.path.lexists(practice.folder / "klein.mp3")
    assert {left.path.name for left in forgotten.left} == {"klein.mp3", "klein.stem.json"}


def folder_linked(practice: Practice) -> None:
    """The folder is another one's by now: it is looked for under its name, and a link leads elsewhere."""
    practice.folder.rename(practice.folder.with_name("elders"))
    practice.folder.symlink_to(practice.folder.with_name("elders"))
    copy = practice.folder.with_name("kopie")
    shutil.copytree(practice.folder, copy)
    practice.folder.unlink()
    practice.folder.symlink_to(copy)


def folder_replaced(practice: Practice) -> None:
    elsewhere = practice.folder.with_name("elders")
    practice.folder.rename(elsewhere)
    shutil.copytree(elsewhere, practice.folder)


def record_changed(practice: Practice) -> None:
    practice.record(edit=lambda document: document["personal"].update(code="K99", values={"naam": "Bo"}))


def record_linked(practice: Practice) -> None:
    path = practice.folder / "klein.stem.json"
    path.rename(practice.folder / "bewaard.bin")
    path.symlink_to(practice.folder / "bewaard.bin")


def record_a_pipe(practice: Practice) -> None:
    (practice.folder / "klein.stem.json").unlink()
    os.mkfifo(practice.folder / "klein.stem.json")


MEANWHILE: dict[str, Arrange] = {
    "folder a link": folder_linked,
    "folder replaced": folder_replaced,
    "record changed": record_changed,
    "record a link": record_linked,
    "record a pipe": record_a_pipe,
    "record gone": lambda practice: (practice.folder / "klein.stem.json").unlink(),
}


@pytest.mark.parametrize("change", MEANWHILE.values(), ids=MEANWHILE.keys())
def test_what_is_another_one_by_now_stays(practice: Practice, change: Arrange) -> None:
    found = tracks_of(["K12"], [practice.folder]).found
    change(practice)
    forgotten = forget(found)
    assert forgotten.removed == []
    assert {"klein.mp3", "klein.vtt"} <= practice.there()


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_no_file_any_more_stays_and_holds_nobody_up(practice: Practice, kind: str) -> None:
    found = tracks_of(["K12"], [practice.folder]).found
    path = practice.folder / "klein.mp3"
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    assert [left.path.name for left in forget(found).left] == ["klein.mp3", "klein.stem.json"]


def test_a_file_that_cannot_be_removed_is_told(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    found = tracks_of(["K12"], [practice.folder]).found
    real = os.unlink

    def unlink(path: str | Path, *, dir_fd: int | None = None) -> None:
        if str(path).endswith("klein.mp3"):
            raise PermissionError(13, "Permission denied")
        real(path, dir_fd=dir_fd)

    monkeypatch.setattr(os, "unlink", unlink)
    reasons = {left.path.name: left.reason for left in forget(found).left}
    assert reasons == {
        "klein.mp3": "it cannot be removed (Permission denied)",
        "klein.stem.json": "it tells of what is left",
    }


# --- Records that are none ---

Damage = Callable[[Path, dict[str, Any]], None]


def text(content: str | bytes) -> Damage:
    data = content.encode() if isinstance(content, str) else content

    def damage(path: Path, _: dict[str, Any]) -> None:
        path.write_bytes(data)

    return damage


def edited(**changes: Any) -> Damage:
    """Change what stands in a record; "__" leads into its tables."""

    def damage(path: Path, document: dict[str, Any]) -> None:
        for key, value in changes.items():
            *way, last = key.split("__")
            table = document
            for name in way:
                table = table[name]
            table[last] = value
        path.write_text(json.dumps(document), encoding="utf-8")

    return damage


def cut(path: Path, document: dict[str, Any]) -> None:
    content = json.dumps(document)
    path.write_text(content[: len(content) // 2])


def replaced(old: str, new: str) -> Damage:
    def damage(path: Path, document: dict[str, Any]) -> None:
        content = json.dumps(document)
        assert old in content
        path.write_text(content.replace(old, new, 1))

    return damage


def before(prefix: bytes, suffix: bytes = b"") -> Damage:
    return lambda path, document: text(prefix + json.dumps(document).encode() + suffix)(path, document)


def a_link(path: Path, document: dict[str, Any]) -> None:
    elsewhere = path.parent.parent / "bewaard.json"
    elsewhere.write_text(json.dumps(document))
    path.symlink_to(elsewhere)


def a_link_nowhere(path: Path, _: dict[str, Any]) -> None:
    path.symlink_to(path.parent / "weg.json")


def sparse(size: int) -> Damage:
    def damage(path: Path, _: dict[str, Any]) -> None:
        with path.open("wb") as file:
            file.truncate(size)

    return damage


DIGITS = "9" * 400
ENDING = {"sha256": "0" * 64}
RECORDS: dict[str, Damage] = {
    "empty": text(""),
    "cut off": cut,
    "binary": text(bytes(range(256)) * 10),
    "invalid UTF-8": text(b'{"stem_record": 1, "bed": "\xff\xfe"}'),
    "UTF-16": text('{"stem_record": 1}'.encode("utf-16")),
    "byte order mark": before(b"\xef\xbb\xbf"),
    "something behind": before(b"", b"{}"),
    "NUL in front": before(b"\0"),
    "control character in a text": replaced('"rustig"', '"rus\x07tig"'),
    "deep lists": text("[" * 100_000),
    "deep tables": text('{"a":' * 100_000),
    "deep in a table": replaced('"bed": "none"', f'"bed": {"[" * 50_000}'),
    "deep to the brim": replaced('"bed": "none"', f'"bed": {"[" * 900}{"]" * 900}'),
    "50 MB": text(b'{"stem_record": 1, "bed": "' + b"x" * 50_000_000 + b'"}'),
    "a sparse gigabyte": sparse(10**9),
    "many unknown keys": text(json.dumps({"stem_record": 1, **{f"sleutel{n}": n for n in range(50_000)}})),
    "many wrong tables": edited(beside=[{"a": 1}] * 100_000),
    "many wrong texts": edited(versions={f"v{n}": n for n in range(50_000)}),
    "a list": text("[]"),
    "a number": text("12"),
    "null": text("null"),
    "an empty table": text("{}"),
    "no mark": edited(stem_record=None),
    "mark zero": edited(stem_record=0),
    "mark of a newer stem": edited(stem_record=10**9),
    "NaN": replaced('"pause_scale": 1.0', '"pause_scale": NaN'),
    "Infinity": replaced('"pause_scale": 1.0', '"pause_scale": -Infinity'),
    "endless float": replaced('"pause_scale": 1.0', '"pause_scale": 1e999'),
    "huge whole number for a number": replaced('"pause_scale": 1.0', f'"pause_scale": {DIGITS}'),
    "huge whole number": replaced('"seed": 1', f'"seed": {DIGITS}'),
    "more digits than can be read": replaced('"seed": 1', f'"seed": {DIGITS * 20}'),
    "a loudness without end": edited(loudness__range_lu=10**400),
    "one key twice": replaced('"bed": "none"', '"bed": "zee", "bed": "none"'),
    "personal twice": before(b'{"personal": {"values": {}}, "x": ', b"}"),
    "a second person": replaced('"code": "K12"', '"code": "K13", "code": "K12"'),
    "versions a list": edited(versions=[]),
    "script a text": edited(script="klein"),
    "parts a list": edited(script__parts=[]),
    "asked a number": edited(asked=3),
    "settings null": edited(settings=None),
    "voice a list": edited(voice=[]),
    "levels texts": edited(levels={"speech": "luid"}),
    "times a table too few": edited(times={}),
    "utterances a table": edited(times__utterances={}),
    "a span backwards": edited(times__utterances=[{"start": 9, "end": 1}]),
    "a span below zero": edited(times__utterances=[{"start": -9, "end": 1}]),
    "a pause below zero": edited(times__pauses=[{"name": "zin", "start": -5, "end": 1}]),
    "a pause backwards": edited(times__pauses=[{"name": "zin", "start": 5, "end": 1}]),
    "a bell below zero": edited(times__bells=[-1]),
    "a chapter below zero": edited(times__chapters=[{"title": "x", "start": -1, "end": 1}]),
    "a chapter beyond all": edited(times__chapters=[{"title": "x", "start": 0, "end": 10**200}]),
    "a length below zero": edited(times__frames=-1),
    "a length beyond all": edited(times__frames=10**200),
    "track a list": edited(track=[]),
    "a path as suffix": edited(track__suffix="/../../geheim.txt"),
    "a NUL as suffix": edited(track__suffix=".mp3\0"),
    "a control character as suffix": edited(track__suffix="\x1b[2J.mp3"),
    "a suffix of 8 kB": edited(track__suffix="." + "m" * 8000),
    "no hash": edited(track__sha256=""),
    "rate zero": edited(track__rate=0),
    "size a text": edited(track__bytes="veel"),
    "beside a table": edited(beside={}),
    "a path as ending": edited(beside=[{"ending": "/../../geheim.txt", **ENDING}]),
    "a Windows path as ending": edited(beside=[{"ending": "\\..\\geheim.txt", **ENDING}]),
    "points as ending": edited(beside=[{"ending": "..", **ENDING}]),
    "a control character as ending": edited(beside=[{"ending": "\x9b2J.vtt", **ENDING}]),
    "personal a text": edited(personal="Geheim"),
    "values a list": edited(personal__values=["Geheim"]),
    "a value a list": edited(personal__values={"naam": ["Geheim"]}),
    "texts a text": edited(personal__texts="Geheim"),
    "too few texts": edited(personal__texts=[]),
    "code a number": edited(personal__code=12),
    "speech a table": edited(personal__speech={"Geheim": 1}),
    "endless values": edited(personal__values={"naam": "\ufdfa" * 200_000}),
    "a link": a_link,
    "a link to nowhere": a_link_nowhere,
    "a pipe": lambda path, _: os.mkfifo(path),
    "a folder": lambda path, _: path.mkdir(),
}
_LIMIT_S = 2.0


@pytest.mark.parametrize("damage", RECORDS.values(), ids=RECORDS.keys())
def test_a_record_that_is_none_is_told_in_a_sentence(
    practice: Practice, damage: Damage, capsys: pytest.CaptureFixture[str]
) -> None:
    record = practice.folder / "klein.stem.json"
    record.unlink()
    practice.own("klein.mp3", b"kort")  # whether it can be played is not what is asked here
    secret = practice.folder.parent / "geheim.txt"
    secret.write_text("Geheim")
    damage(record, practice.document)
    before_all = {path: path.lstat().st_mtime_ns for path in practice.folder.parent.rglob("*")}
    for command in (
        ["remake", str(record), "-o", "weer.mp3"],
        ["verify", "output/klein.mp3"],
        ["forget", "K12", "--yes"],
    ):
        started = time.process_time()
        code = cli.run(command)
        took = time.process_time() - started
        out, err = capsys.readouterr()
        said = out + err
        assert took < _LIMIT_S, command
        assert code == (0 if record.is_dir() and command[0] == "forget" else 1), (command, said)
        assert "Traceback" not in said
        assert "made a mistake" not in said
        assert "Geheim" not in said
        assert len(said) < 10_000
        assert "record" in said
    assert {path: path.lstat().st_mtime_ns for path in practice.folder.parent.rglob("*")} == before_all
