"""What a client gets: a text that is warm, safe and complete, and a zip file that only the password opens."""

from __future__ import annotations

import hashlib
import hmac
import math
import os
import random
import re
import shutil
import signal
import stat
import struct
import subprocess
import sys
import textwrap
import threading
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pyzipper
from Cryptodome.Cipher import AES
from hypothesis import given, settings
from hypothesis import strategies as st

from stem import files
from stem.authoring.lint.wording import judged
from stem.characters import first_control
from stem.errors import OutputError, UsageError
from stem.practice.handout import (
    LINE_WIDTH,
    LetterTrack,
    Member,
    checked_password,
    covering_text,
    is_current,
    is_untouched,
    new_password,
    write_zip,
)
from stem.script.dutch import sentences
from stem.script.safety import countries, safety

PASSWORD = "molen-tafel-kaars-40716"
TRACKS = (
    LetterTrack("01_aankomen_3min.mp3", "Aankomen", 185.0, computer_voice=True),
    LetterTrack("02_tegenover_8min.mp3", "Tegenover iemand met rust", 480.4, computer_voice=True),
    LetterTrack("03_lang_60min.mp3", "Een lange rust", 3723.0, computer_voice=True),
)
SEVEN_ZIP = shutil.which("7z") or shutil.which("7zz")


def letter(
    *tracks: LetterTrack,
    form: str = "je",
    practice: str = "Praktijk De Linde",
    country: str = "NL",
    own_help: tuple[str, ...] = (),
    locked: bool = False,
) -> str:
    return covering_text(
        tracks or TRACKS,
        form=form,
        practice=practice,
        safety=safety(country),
        own_help=own_help,
        locked=locked,
    )


def words(text: str) -> str:
    """Return a text without its lines."""
    return " ".join(text.split())


# --- the covering text

ALL_LETTERS = [
    pytest.param(form, country, locked, count, id=f"{form}-{country}-{locked}-{count}")
    for form in ("je", "u")
    for country in countries()
    for locked in (False, True)
    for count in (1, 3)
]
every_letter = pytest.mark.parametrize(("form", "country", "locked", "count"), ALL_LETTERS)


def one_letter(form: str, country: str, locked: bool, count: int) -> str:  # noqa: FBT001
    return letter(*TRACKS[:count], form=form, country=country, locked=locked)


@every_letter
def test_one_form_of_address_is_kept(form: str, country: str, locked: bool, count: int) -> None:  # noqa: FBT001
    text = one_letter(form, country, locked, count).casefold()
    je, u = (len(re.findall(rf"\b({found})\b", text)) for found in ("je|jij|jou|jouw|jezelf", "u|uw|uzelf"))
    assert (je > 10, u) == (True, 0) if form == "je" else (je, u > 10) == (0, True)


@every_letter
def test_lines_fit_an_email(form: str, country: str, locked: bool, count: int) -> None:  # noqa: FBT001
    text = one_letter(form, country, locked, count)
    assert max(map(len, text.split("\n"))) <= LINE_WIDTH
    assert text.endswith("\n")
    assert not re.search(r"\r|\t|[{}]| \n|  \S+  |\n{4}", text)


@every_letter
def test_sentences_are_short_and_claim_and_command_nothing(
    form: str,
    country: str,
    locked: bool,  # noqa: FBT001
    count: int,
) -> None:
    told = safety(country)
    text = one_letter(form, country, locked, count)
    paragraphs = [words(part) for part in re.split(r"\n\n|\n- |\n-+\n|\n=+\n|\n\d\. ", text)]
    own = [part for part in paragraphs if part not in {told.line, *told.help_lines}]
    said = [sentence for part in own for sentence in sentences(part)]
    assert len(said) > 30
    assert [sentence for sentence in said if len(sentence.split()) > 15] == []
    # Written text may have addresses, digits and the English names of settings.
    written = {"web-address", "digits", "hard-word", "sign", "capitals", "leftover"}
    assert [found for sentence in said for found in judged(sentence) if found.rule not in written] == []


@every_letter
def test_safety_and_help_are_whole(form: str, country: str, locked: bool, count: int) -> None:  # noqa: FBT001
    text = words(one_letter(form, country, locked, count))
    told = safety(country)
    for sentence in (told.line, *told.help_lines):
        assert sentence in text


@pytest.mark.parametrize(
    "told",
    [
        "rustige, veilige plek",
        "zitten of liggen",
        "ogen mogen dicht, of gewoon open blijven",
        "Niets hoeft te lukken",
        "op elk moment stoppen",
        "koptelefoon",
        "Zet het geluid zacht",
        "De stiltes horen erbij",
        "'Trim Silence'",
        "'Smart Speed'",
        "'Skip Silence'",
        "stilte overslaan",
        "crossfade",
        "volume normaliseren",
        "iPhone",
        "Android",
        "Als het te veel wordt",
    ],
)
def test_how_to_listen_is_told(told: str) -> None:
    assert told in words(letter(form="je"))
    assert told in words(letter(form="u"))


def test_the_practice_is_called_after_who_is_there_day_and_night() -> None:
    own = ("Bel de praktijk: 012-3456789 (op werkdagen).", "Geen gehoor:\nbel de {waarnemer}.")
    text = words(letter(own_help=own))
    lines = [f"- {words(line)}" for line in (*safety().help_lines, *own)]
    assert " ".join(lines) in text


def test_tracks_stand_in_their_order_with_length_and_file() -> None:
    text = letter()
    assert "Luister ernaar in deze volgorde." in words(text)
    assert (
        "1. Aankomen (3:05 minuten)\n"
        "   01_aankomen_3min.mp3\n"
        "2. Tegenover iemand met rust (8 minuten)\n"
        "   02_tegenover_8min.mp3\n"
        "3. Een lange rust (1:02:03 uur)\n"
        "   03_lang_60min.mp3\n"
    ) in text


@given(place=st.integers(min_value=0), ends=st.sampled_from(["\n", "\r\n"]))
def test_a_text_knows_whether_someone_changed_it(place: int, ends: str) -> None:
    text = letter()
    saved = text.replace("\n", ends)
    assert is_untouched(saved.encode())
    assert is_untouched(saved.encode("utf-8-sig"))
    place %= len(saved)
    assert not is_untouched(f"{saved[:place]}x{saved[place:]}".encode())
    assert not is_untouched(f"{saved}PS: tot ziens!".encode())
    assert not is_untouched(b"")
    assert not is_untouched("Dag, Zoë!".encode("cp1252"))


def test_one_track_is_one() -> None:
    text = letter(TRACKS[0])
    assert text.startswith("Je opname\n=========\n\nDit is je opname van Praktijk De Linde.\n\n1. Aankomen")
    assert "volgorde." not in text


@pytest.mark.parametrize(
    ("practice", "sentence"),
    [
        ("", "Dit zijn uw opnames."),
        ("Rust B.V.", "Dit zijn uw opnames van Rust B.V."),
        (" De\nLinde {je} ", "Dit zijn uw opnames van De Linde {je}."),
    ],
)
def test_the_practice_is_named_when_it_has_a_name(practice: str, sentence: str) -> None:
    assert f"{sentence} Luister" in words(letter(form="u", practice=practice))


def test_a_computer_voice_is_told_and_a_human_one_is_not() -> None:
    human = LetterTrack("a.mp3", "Welkom", 60.0, computer_voice=False)
    assert "De stem is een computerstem." in letter()
    assert "omputerstem" not in letter(human)
    assert "Een computerstem spreekt in: Aankomen." in words(letter(human, TRACKS[0]))


@pytest.mark.parametrize("form", ["je", "u"])
def test_what_is_done_with_a_practitioner_only_says_so(form: str) -> None:
    guided = replace(TRACKS[0], with_practitioner=True)
    text = words(letter(guided, TRACKS[1], form=form))
    assert "1. Aankomen (3:05 minuten): alleen samen met een behandelaar" in text
    assert "Luister naar wat alleen samen met een behandelaar kan, niet thuis." in text
    assert "zo vaak luisteren" in text
    alone = words(letter(guided, form=form))
    assert "Luister alleen samen met " in alone
    assert "zo vaak luisteren" not in alone
    assert "behandelaar kan" not in words(letter(form=form))


def test_only_a_locked_parcel_speaks_of_a_password() -> None:
    locked = words(letter(locked=True))
    for told in ("nooit in dezelfde mail", "Windows", "7-Zip", "Mac", "Keka", "iPhone", "Android"):
        assert told in locked
    assert not re.search("wachtwoord|zip", letter(), re.IGNORECASE)


def test_the_name_of_a_file_is_never_broken() -> None:
    name = f"{'lang-woord ' * 12}.mp3"
    assert f"\n   {name}\n" in letter(LetterTrack(name, "Lang", 60.0, computer_voice=False))


def test_addresses_and_words_with_a_hyphen_are_never_broken() -> None:
    address = f"https://praktijk.example/{'hulp-' * 20}"
    text = letter(own_help=(f"Kijk op {address}.", "Of " + "na-apen " * 30))
    assert f"{address}." in text
    assert not re.search(r"[^\W_]-\n", text)


WORDS = st.text().filter(lambda text: first_control(text) is None)
"""Of others, that may stand in a letter: what nobody sees is left out."""


@settings(max_examples=40)
@given(title=WORDS, practice=WORDS, own=WORDS)
def test_words_of_others_stay_as_they_are(title: str, practice: str, own: str) -> None:
    track = LetterTrack("a.mp3", title, 60.0, computer_voice=True)
    text = letter(track, practice=practice, own_help=(own,))
    assert words(f"1. {title} (1 minuut)") in words(text)
    assert words(own) in words(text)
    assert words(practice).rstrip(".") in words(text)
    assert "\n-\n" not in text


def test_a_letter_is_about_something_and_speaks_to_someone() -> None:
    with pytest.raises(ValueError, match="at least one track"):
        covering_text((), form="je", practice="", safety=safety())
    with pytest.raises(ValueError, match="no way of address"):
        letter(form="jullie")


# --- passwords


def test_a_new_password_can_be_told_and_is_not_guessed(root: Path) -> None:
    listed = (root / "src/stem/practice/handout/words.txt").read_text(encoding="ascii").split()
    assert math.log2(len(set(listed)) ** 5 * 10**5) > 60
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        assert checked_password(password) == password
        *parts, number = password.split("-")
        assert len(parts) == 5
        assert set(parts) <= set(listed)
        assert re.fullmatch(r"\d{5}", number)
    # Of 1,000 draws out of 512 words some 440 differ: 512 (1 - (511/512)^1000), with a deviation of some 7.
    assert len({part for password in made for part in password.split("-")[:5]}) > 400


def test_words_are_heard_in_one_way(root: Path) -> None:
    listed = (root / "src/stem/practice/handout/words.txt").read_text(encoding="ascii").split()
    assert listed == sorted(set(listed))
    assert [word for word in listed if not re.fullmatch(r"[a-z]{4,8}", word)] == []
    assert [word for word in listed if re.search(r"ei|ij|au|ou|c|q|x|y", word)] == []
    # Two words one letter apart have the same rest when a letter is left out of one of them, or of both.
    rests: dict[str, str] = {}
    for word in listed:
        for rest in {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}:
            assert rests.setdefault(rest, word) == word


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("", "0 characters"),
        ("fourteen-chars", "14 characters; it takes at least 15"),
        ("molen" * 20, "100 characters; 7-Zip takes at most 99"),
        ("abcde" * 3, "same few characters"),
        ("één-molen-en-tafel", "accent"),
        ("molen-tafel-kaars-€", "accent"),
        (" molen-tafel-kaars", "space"),
        ("molen-tafel-kaars ", "space"),
        ("molen-tafel-\tkaars", "cannot be seen"),
        ("molen-tafel-kaars\n", "cannot be seen"),
        ("molen-tafel-kaars\0", "cannot be seen"),
        ("molen-tafel-kaars\x7f", "cannot be seen"),
    ],
)
def test_a_password_that_will_not_do_is_refused_and_not_repeated(password: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem) as error:
        checked_password(password)
    assert not password or password not in error.value.sentence + error.value.hint


@pytest.mark.parametrize("password", ["molen tafel kaars", "Ab1!@#$%^&*()_+", "molen" * 19 + "tafe"])
def test_any_plain_password_will_do(password: str) -> None:
    assert checked_password(password) == password


# --- zip files, as APPNOTE.TXT and WinZip's AE-2 describe them


@dataclass(frozen=True)
class Read:
    """A member as an independent reader finds it."""

    name: str
    content: bytes
    salt: bytes
    fields: dict[str, int]
    extra: bytes


FIELDS = (
    *("made_by", "needed", "flags", "method", "time", "date", "crc", "packed", "unpacked"),
    *("name", "extra", "comment", "disk", "internal", "external", "offset"),
)
"""Of a member in the directory (APPNOTE.TXT 4.3.12), behind its signature."""


def read_zip(path: Path, password: str) -> tuple[list[Read], bytes]:
    """Return the members and the comment of a zip file: after the format's description, for AE-2 alone."""
    raw = path.read_bytes()
    end = raw.rindex(b"PK\x05\x06")
    count, size, start, comment_length = struct.unpack("<HIIH", raw[end + 10 : end + 22])
    comment = raw[end + 22 :]
    assert len(comment) == comment_length
    assert start + size == end
    members, at = [], start
    for _ in range(count):
        assert raw[at : at + 4] == b"PK\x01\x02"
        fields = dict(zip(FIELDS, struct.unpack("<6H3I5H2I", raw[at + 4 : at + 46]), strict=True))
        name, extra = split(raw[at + 46 :], fields["name"], fields["extra"])
        at += 46 + fields["name"] + fields["extra"] + fields["comment"]
        local = fields["offset"]
        assert raw[local : local + 4] == b"PK\x03\x04"
        assert struct.unpack("<5H3I", raw[local + 4 : local + 26]) == tuple(
            fields[key] for key in FIELDS[1:9]
        )
        lengths = struct.unpack("<HH", raw[local + 26 : local + 30])
        assert split(raw[local + 30 :], *lengths) == (name, extra)
        sealed = local + 30 + sum(lengths)
        content, salt = opened(raw[sealed : sealed + fields["packed"]], password)
        members.append(Read(name.decode(), content, salt, fields, extra))
    assert at == end
    return members, comment


def split(raw: bytes, *lengths: int) -> tuple[bytes, ...]:
    parts = []
    for length in lengths:
        parts.append(raw[:length])
        raw = raw[length:]
    return tuple(parts)


def opened(sealed: bytes, password: str) -> tuple[bytes, bytes]:
    """Return what is in salt, 2 bytes to know the password by, AES-256, 10 bytes of HMAC; and the salt."""
    salt, check, text, code = sealed[:16], sealed[16:18], sealed[18:-10], sealed[-10:]
    keys = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, 1000, 66)
    assert keys[64:] == check
    assert hmac.digest(keys[32:64], text, "sha1")[:10] == code
    counters = b"".join(number.to_bytes(16, "little") for number in range(1, len(text) // 16 + 2))
    stream = AES.new(keys[:32], AES.MODE_ECB).encrypt(counters)
    return bytes(one ^ other for one, other in zip(text, stream, strict=False)), salt


@pytest.fixture
def track(tmp_path: Path) -> Path:
    """A file that was there before the zip file."""
    path = tmp_path / "in" / "rust.mp3"
    path.parent.mkdir()
    path.write_bytes(random.Random(7).randbytes(20_000))
    an_hour_ago = time.time() - 3600
    os.utime(path, (an_hour_ago, an_hour_ago))
    return path


@pytest.fixture
def members(track: Path) -> tuple[Member, ...]:
    return Member("01 één.mp3", track), Member("Lees mij.txt", "Luister rustig. Één keer.\n".encode())


@pytest.fixture
def parcel(tmp_path: Path, members: tuple[Member, ...]) -> Path:
    path = tmp_path / "uit" / "k12.zip"
    write_zip(path, members, PASSWORD)
    return path


def test_another_reader_finds_everything(parcel: Path, members: tuple[Member, ...], track: Path) -> None:
    found, comment = read_zip(parcel, PASSWORD)
    assert comment == b"stem"
    assert [(each.name, each.content) for each in found] == [
        ("01 één.mp3", track.read_bytes()),
        ("Lees mij.txt", members[1].content),
    ]


def test_it_is_sealed_with_aes_256_and_tells_nothing_else(parcel: Path) -> None:
    found, _ = read_zip(parcel, PASSWORD)
    for each in found:
        # Vendor AE version 2, strength 3 = 256 bits, and what it is below the seal: 0 = stored.
        assert each.extra == struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 0)
        assert each.fields["method"] == 99
        assert each.fields["crc"] == 0  # or a short text could be guessed by it
        assert each.fields["packed"] == len(each.content) + 16 + 2 + 10
        assert each.fields["flags"] & ~0x800 == 1  # sealed, and a name in UTF-8 or plain ASCII
        assert (each.fields["date"], each.fields["time"]) == (0x21, 0)  # 1980-01-01, midnight
        assert each.fields["made_by"] >> 8 == 3
        assert each.fields["external"] >> 16 == stat.S_IFREG | 0o600
        assert (each.fields["comment"], each.fields["internal"]) == (0, 0)
    assert len({each.salt for each in found}) == 2


def test_nothing_of_what_is_inside_or_of_this_machine_is_in_it(parcel: Path, track: Path) -> None:
    raw = parcel.read_bytes()
    for told in (
        track.read_bytes()[100:116],
        b"Luister",
        bytes(track.parent),
        b"rust.mp3",
        PASSWORD.encode(),
    ):
        assert told not in raw


def test_a_wrong_password_opens_nothing(parcel: Path) -> None:
    with pytest.raises(AssertionError):
        read_zip(parcel, f"{PASSWORD}0")


def test_the_same_parcel_has_other_bytes_each_time(parcel: Path, members: tuple[Member, ...]) -> None:
    first = parcel.read_bytes()
    write_zip(parcel, members, PASSWORD, overwrite=True)
    assert parcel.read_bytes() != first
    assert len(parcel.read_bytes()) == len(first)


@pytest.mark.skipif(SEVEN_ZIP is None, reason="7-Zip is not installed")
@pytest.mark.parametrize("password", [PASSWORD, "molen tafel 'kaars' \"$%&\\", "molen" * 19 + "tafe"])
def test_7_zip_opens_it(tmp_path: Path, members: tuple[Member, ...], track: Path, password: str) -> None:
    assert SEVEN_ZIP is not None
    write_zip(tmp_path / "a.zip", members, password)
    command = [SEVEN_ZIP, "x", f"-p{password}", f"-o{tmp_path / 'out'}", str(tmp_path / "a.zip")]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert (tmp_path / "out" / "01 één.mp3").read_bytes() == track.read_bytes()
    assert (tmp_path / "out" / "Lees mij.txt").read_bytes() == members[1].content
    command[2] = f"-p{password}!"
    assert subprocess.run([*command, "-y"], capture_output=True, timeout=60, check=False).returncode != 0


def test_it_is_for_its_owner_alone(tmp_path: Path, members: tuple[Member, ...]) -> None:
    path = tmp_path / "a.zip"
    mask = os.umask(0)
    try:
        write_zip(path, members, PASSWORD)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o644)
        write_zip(path, members, PASSWORD, overwrite=True)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(mask)


def test_a_long_track_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    long = tmp_path / "long.mp3"
    with long.open("wb") as file:
        file.truncate(32 << 20)
    write_zip(tmp_path / "first.zip", [Member("a", b"imports what it needs")], PASSWORD)
    tracemalloc.start()
    try:
        write_zip(tmp_path / "a.zip", [Member("long.mp3", long)], PASSWORD)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (tmp_path / "a.zip").stat().st_size > 32 << 20
    assert peak < 8 << 20  # a few blocks of 1 MiB: as read, as sealed, as buffered


@pytest.mark.parametrize("name", ["", ".", "..", "../a.mp3", "/a.mp3", "b\\a.mp3", "a\0.mp3"])
def test_a_member_is_unpacked_where_one_stands(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a file"):
        Member(name, b"")


def test_two_members_with_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"two of the files for it are called a\.txt"):
        write_zip(tmp_path / "a.zip", [Member("a.txt", b"1"), Member("a.txt", b"2")], PASSWORD)
    assert list(tmp_path.iterdir()) == []


def test_a_bad_password_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_zip(tmp_path / "x" / "a.zip", [Member("a.txt", b"1")], "kort")
    assert list(tmp_path.iterdir()) == []


# --- what stands there already


def test_a_parcel_is_replaced_only_when_it_may_be(parcel: Path, members: tuple[Member, ...]) -> None:
    before = parcel.read_bytes()
    with pytest.raises(OutputError, match="it exists already"):
        write_zip(parcel, members, PASSWORD)
    assert parcel.read_bytes() == before
    write_zip(parcel, members[1:], PASSWORD, overwrite=True)
    assert len(read_zip(parcel, PASSWORD)[0]) == 1
    assert list(parcel.parent.iterdir()) == [parcel]


def folder(path: Path) -> None:
    path.mkdir()


def text(path: Path) -> None:
    path.write_text("PK\x05\x06 and stem", encoding="utf-8")


def empty(path: Path) -> None:
    path.touch()


def other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a")
        archive.comment = b"the stem of a flower"


def link_to_ours(path: Path) -> None:
    write_zip(path.with_name("ours.zip"), [Member("a.txt", b"1")], PASSWORD)
    path.symlink_to(path.with_name("ours.zip"))


def link_to_nothing(path: Path) -> None:
    path.symlink_to(path.with_name("gone"))


def pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("make", [folder, text, empty, other_zip, link_to_ours, link_to_nothing, pipe])
def test_what_is_not_ours_is_never_replaced(
    tmp_path: Path,
    make: Callable[[Path], None],
    overwrite: bool,  # noqa: FBT001
) -> None:
    target = tmp_path / "a.zip"
    make(target)
    before = (target.lstat(), sorted(tmp_path.iterdir()))
    with pytest.raises(OutputError, match=r"a\.zip cannot be written: what has that name is no zip file"):
        write_zip(target, [Member("b.txt", b"2")], PASSWORD, overwrite=overwrite)
    assert (target.lstat(), sorted(tmp_path.iterdir())) == before


# --- what is there still good?


def test_what_was_written_now_is_current(parcel: Path, members: tuple[Member, ...]) -> None:
    assert is_current(parcel, members, PASSWORD)
    assert is_current(parcel, list(members), PASSWORD)


def test_another_password_another_order_or_another_text_is_not_current(
    parcel: Path, members: tuple[Member, ...]
) -> None:
    sound, note = members
    assert not is_current(parcel, members, f"{PASSWORD}0")
    for other in (
        (note, sound),
        (sound,),
        (*members, Member("meer.txt", b"")),
        (Member("02 één.mp3", sound.content), note),
        (sound, Member(note.name, b"l" + bytes(note.content)[1:])),
        (sound, Member(note.name, bytes(note.content) + b"\n")),
        (),
    ):
        assert not is_current(parcel, other, PASSWORD)


def test_a_track_that_was_made_anew_is_not_current(
    parcel: Path, members: tuple[Member, ...], track: Path
) -> None:
    packed = parcel.stat().st_mtime_ns
    os.utime(track, ns=(packed - 1, packed - 1))
    assert is_current(parcel, members, PASSWORD)
    for date in (packed, packed + 1):
        os.utime(track, ns=(date, date))
        assert not is_current(parcel, members, PASSWORD)
    os.utime(track, ns=(0, 0))
    assert is_current(parcel, members, PASSWORD)
    track.write_bytes(track.read_bytes() + b"0")
    os.utime(track, ns=(0, 0))
    assert not is_current(parcel, members, PASSWORD)
    track.unlink()
    assert not is_current(parcel, members, PASSWORD)


def test_what_is_not_ours_or_not_there_is_not_current(tmp_path: Path, members: tuple[Member, ...]) -> None:
    for make in (folder, text, empty, other_zip, pipe):
        path = tmp_path / f"{make.__name__}.zip"
        make(path)
        assert not is_current(path, (), PASSWORD)
    assert not is_current(tmp_path / "gone.zip", members, PASSWORD)
    with zipfile.ZipFile(tmp_path / "open.zip", "w") as archive:  # says that it is ours, and is not sealed
        archive.writestr("a.txt", "a")
        archive.comment = b"stem"
    assert not is_current(tmp_path / "open.zip", [Member("a.txt", b"a")], PASSWORD)


def test_one_that_older_macs_cannot_open_is_not_current(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with pyzipper.AESZipFile(path, "w", pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(PASSWORD.encode())
        archive.comment = b"stem"
        archive.writestr("a.txt", b"Rust.")
    assert not is_current(path, [Member("a.txt", b"Rust.")], PASSWORD)


def test_damage_is_not_current_and_no_reason_to_fall(tmp_path: Path) -> None:
    path, note = tmp_path / "a.zip", [Member("a.txt", b"Luister rustig."), Member("b.txt", b"")]
    write_zip(path, note, PASSWORD)
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        assert not is_current(path, note, PASSWORD)
    chance = random.Random(3)
    sealed = range(whole.index(b"a.txt") + 5 + 11, whole.index(b"PK\x03\x04", 4))
    for at in [*chance.sample(sealed, 8), *chance.sample(range(len(whole)), 60)]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ chance.randrange(1, 256)]) + whole[at + 1 :])
        current = is_current(path, note, PASSWORD)  # a bit that nobody reads may be another
        assert not (current and at in sealed)


# --- faults


def run(code: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, track: Path) -> None:
    told = run(
        """
        import resource, sys
        from pathlib import Path
        from stem.errors import OutputError
        from stem.practice.handout import Member, write_zip

        target, track = map(Path, sys.argv[1:])
        members = [Member("a.mp3", track), Member("b.txt", b"Rust.")]
        # in the first header, in the sound, in the text, in the directory, in the last record
        for limit in (0, 10, 5_000, 20_070, 20_160, 20_290):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            try:
                write_zip(target, members, "molen-tafel-kaars")
            except OutputError as error:
                problem = error.problem
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            print(problem, len(list(target.parent.iterdir())))
        write_zip(target, members, "molen-tafel-kaars")
        print(target.stat().st_size > limit)
        """,
        tmp_path / "uit" / "a.zip",
        track,
    )
    assert told.stdout.splitlines() == [*["the file would be larger than is allowed there 0"] * 6, "True"]
    assert told.stderr == ""


def test_a_member_that_is_not_there_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone.mp3"
    with pytest.raises(OutputError, match=r"gone\.mp3 cannot be read \(No such file"):
        write_zip(tmp_path / "a.zip", [Member("a.mp3", gone)], PASSWORD)
    with pytest.raises(OutputError, match=r"cannot be read \(Is a directory"):
        write_zip(tmp_path / "a.zip", [Member("a.mp3", tmp_path)], PASSWORD)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("first", [False, True], ids=["before it is packed", "after"])
@pytest.mark.parametrize("change", ["vanishes", "grows"])
def test_a_member_that_changes_meanwhile_is_told(
    tmp_path: Path,
    track: Path,
    change: str,
    first: bool,  # noqa: FBT001
) -> None:
    """While a pipe in the same parcel is still empty, so that the moment is certain."""
    slow, out = tmp_path / "slow", tmp_path / "uit"
    os.mkfifo(slow)

    def meanwhile() -> None:
        with slow.open("wb"):  # waits until the pipe is read
            if change == "vanishes":
                track.unlink()
            else:
                track.write_bytes(track.read_bytes() + b"more")

    members = [Member("slow.mp3", slow), Member("track.mp3", track)]
    thread = threading.Thread(target=meanwhile)
    thread.start()
    try:
        with pytest.raises(OutputError, match=r"cannot be read \(No such|track\.mp3 changed while"):
            write_zip(out / "a.zip", members[::-1] if first else members, PASSWORD)
    finally:
        thread.join()
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "killed"])
def test_a_run_that_is_stopped_leaves_no_half_parcel(tmp_path: Path, signal_number: signal.Signals) -> None:
    slow, out = tmp_path / "slow", tmp_path / "uit"
    os.mkfifo(slow)
    code = (
        "import sys; from pathlib import Path; from stem.practice.handout import Member, write_zip; "
        "write_zip(Path(sys.argv[1]), [Member('a.mp3', Path(sys.argv[2]))], 'molen-tafel-kaars')"
    )
    command = [sys.executable, "-c", code, str(out / "a.zip"), str(slow)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        with slow.open("wb", 0) as sound:
            sound.write(b"half a track")  # opening waited until the pipe was read
            process.send_signal(signal_number)
        # A signal that comes just before Python waits for more is seen when that has come: here the end.
        process.wait(timeout=60)
    assert process.returncode != 0
    left = list(out.iterdir())
    assert all(files.is_temporary(path) for path in left)
    assert len(left) == (1 if signal_number == signal.SIGKILL else 0)
    files.sweep(out)
    assert list(out.iterdir()) == []
