"""Who is forgotten leaves nothing behind; what is someone else's, or was changed, stays."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from stem.config import Config
from stem.errors import UsageError
from stem.files import cache_path
from stem.practice.forget import Forgotten, forget, tracks_of
from stem.practice.handout import LetterTrack, Member, covering_text, letter_path, write_zip, zip_path
from stem.record.build import record_of
from stem.record.document import read_record, record_path, write_record
from stem.record.model import FileBeside
from stem.script.safety import safety
from stem.track.make import make_track
from stem.track.plan import plan_track
from stem.track.spec import TrackSpec
from stem.voices.cache import CachedEngine
from stem.voices.engines import engine
from stem.voices.template import find_voice

SCRIPT = '+++\ntitle = "Klein"\n[variables.naam]\ndefault = ""\n+++\nWelkom, {{ naam }}.\nGa zitten.\n'
CLIENTS = (("Zwaantje de Vries", "K-12"), ("Annabel", "K-3"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice's folder with a track of each of two clients, and the cache of what was spoken for them."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "klein.j2").write_text(SCRIPT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        for name, code in CLIENTS:
            make(folder, name, code)
    return folder


def make(folder: Path, name: str, code: str) -> None:
    spec = TrackSpec(str(folder / "klein.j2"), {"naam": name}, bed="none", voice="rustig", profile="acx")
    target = folder / "tracks" / code / "klein.mp3"
    track = make_track(plan_track(spec, Config()), target)
    captions = target.with_suffix(".vtt")
    captions.write_text(f"WEBVTT\n\n{name}\n")
    target.with_name("afspraak.txt").write_text("van mijzelf")
    write_record(record_of(track, spec, Config(), code=code, beside=[captions]), record_path(track.path))


@pytest.fixture
def practice(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tracks, to be forgotten."""
    shutil.copytree(made / "cache" / "stem" / "speech", tmp_path / "cache" / "stem" / "speech")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Path(shutil.copytree(made / "tracks", tmp_path / "tracks"))


def forgotten(words: Sequence[str], folder: Path) -> Forgotten:
    return forget(tracks_of(words, [folder]).found)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def part(frames: int) -> bytes:
    """The head of a FLAC file as parts have it: 44,100 Hz, stereo, 24 bits."""
    told = 44_100 << 44 | 1 << 41 | 23 << 36 | frames
    return b"fLaC\x80\0\0\x22" + bytes(10) + told.to_bytes(8, "big") + bytes(16)


def remembered(phrase: str) -> bool:
    voice = find_voice("rustig")
    return not CachedEngine(engine(voice.engine)).missing([phrase], voice)


KEPT = {"K-3/klein.mp3", "K-3/klein.vtt", "K-3/klein.stem.json", "K-3/afspraak.txt", "K-12/afspraak.txt"}


def test_what_was_put_together_for_a_client_goes_too(practice: Path) -> None:
    own, other = practice / "K-12", practice / "K-3"
    track = Member("klein.mp3", own / "klein.mp3")
    write_zip(zip_path(own, "K-12"), [track], "molen-tafel-kaars-12")
    told = [LetterTrack("klein.mp3", "Klein", 20.0, computer_voice=True)]
    letter_path(own, "K-12").write_text(
        covering_text(told, form="je", practice="", safety=safety("NL")), encoding="utf-8"
    )
    zip_path(other, "K-3").write_bytes(b"PK of someone else")
    done = forgotten(["K-12"], practice)
    assert files(practice) == {*KEPT, "K-3/K-3.zip"}
    assert {path.name for path in done.removed} >= {"K-12.zip", "K-12_lees-mij-eerst.txt"}
    forgotten(["K-3"], practice)
    assert files(practice) == {"K-3/afspraak.txt", "K-12/afspraak.txt", "K-3/K-3.zip"}, "no zip file of ours"


def test_all_of_one_client_goes_and_nothing_else(practice: Path) -> None:
    assert remembered("Welkom, Zwaantje de Vries.")
    done = forgotten(["zwaantje"], practice)
    assert files(practice) == KEPT
    assert [path.name for path in done.removed] == ["klein.mp3", "klein.vtt", "klein.stem.json"]
    assert (done.left, done.phrases, done.phrases_left) == ([], 1, 0)
    assert not remembered("Welkom, Zwaantje de Vries.")
    assert remembered("Welkom, Annabel.")
    assert remembered("Ga zitten.")  # shared
    assert not forgotten(["zwaantje"], practice).removed
    written = b"".join(path.read_bytes() for path in practice.rglob("*") if path.is_file())
    written += b"".join(path.read_bytes() for path in cache_path("speech").rglob("*") if path.is_file())
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        assert "Zwaantje".encode(encoding) not in written
        assert ("Annabel".encode(encoding) in written) == (encoding == "utf-8")  # the search can find


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("K-12", ["K-12"]),
        ("k-12", ["K-12"]),
        ("ZWAANTJE de vries", ["K-12"]),
        ("Vries", ["K-12"]),
        ("Anna", []),  # is not Annabel
        ("K-1", []),
        ("Welkom", []),  # is in everyone's text
        ("Vries Zwaantje", []),
    ],
)
def test_a_name_is_found_by_its_whole_words(practice: Path, word: str, codes: list[str]) -> None:
    found = tracks_of([word], [practice]).found
    assert [each.record_path.parent.name for each in found] == codes
    assert len(files(practice)) == 8  # looking removes nothing


def test_several_at_once(practice: Path) -> None:
    assert len(tracks_of(["K-12", "Annabel"], [practice, practice / "K-3"]).found) == 2


@pytest.mark.parametrize("words", [[], [""], ["Anna", " - ".strip("- ")], ["!?"]])
def test_nothing_to_look_for_is_told(practice: Path, words: list[str]) -> None:
    with pytest.raises(UsageError, match="There is no name or code to forget"):
        tracks_of(words, [practice])


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        tracks_of(["Anna"], [tmp_path / "weg"])


def test_a_track_that_was_changed_stays_with_its_record(practice: Path) -> None:
    track = practice / "K-12" / "klein.mp3"
    track.write_bytes(track.read_bytes() + b"x")
    done = forgotten(["K-12"], practice)
    assert [path.name for path in done.removed] == ["klein.vtt"]
    assert [(left.path.name, left.reason) for left in done.left] == [
        ("klein.mp3", "it was changed since it was made"),
        ("klein.stem.json", "it tells of what is left"),
    ]
    track.unlink()
    assert [path.name for path in forgotten(["K-12"], practice).removed] == ["klein.stem.json"]


def test_a_link_is_not_followed(practice: Path, tmp_path: Path) -> None:
    track, elsewhere = practice / "K-12" / "klein.mp3", tmp_path / "elders.mp3"
    track.rename(elsewhere)
    track.symlink_to(elsewhere)
    (practice / "kring").symlink_to(practice)
    assert "it is a link" in [left.reason for left in forgotten(["K-12"], practice).left]
    assert elsewhere.exists()


@pytest.mark.parametrize("stop", range(4), ids=["phrase", "track", "captions", "record"])
def test_after_an_interruption_the_same_again_finishes(
    practice: Path, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    real = os.unlink
    gone: list[object] = []

    def unlink(path: str | Path, *, dir_fd: int | None = None) -> None:
        if len(gone) == stop:
            raise KeyboardInterrupt
        real(path, dir_fd=dir_fd)
        gone.append(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", unlink)
        with pytest.raises(KeyboardInterrupt):
            forgotten(["K-12"], practice)
    assert len(tracks_of(["K-12"], [practice]).found) == 1  # as long as there is something to forget
    forgotten(["K-12"], practice)
    assert files(practice) == KEPT
    assert not remembered("Welkom, Zwaantje de Vries.")


def test_a_record_that_cannot_be_read_is_told_of(practice: Path) -> None:
    (practice / "stuk.stem.json").write_text("{")
    search = tracks_of(["K-12"], [practice])
    assert [left.path.name for left in search.unreadable] == ["stuk.stem.json"]
    assert len(search.found) == 1


def test_without_what_is_personal_nobody_is_found(practice: Path) -> None:
    path = practice / "K-12" / "klein.stem.json"
    write_record(read_record(path), path, anonymous=True, overwrite=True)
    assert tracks_of(["K-12"], [practice]).found == ()


def test_a_record_cannot_point_out_of_its_folder_or_of_the_cache(practice: Path, tmp_path: Path) -> None:
    path = practice / "K-12" / "klein.stem.json"
    record = read_record(path)
    assert record.personal is not None
    own = tmp_path / "eigen"
    own.write_text("van mijzelf")
    odd = replace(record.personal, speech=("../../eigen", str(own), "key"))
    write_record(replace(record, personal=odd), path, overwrite=True)
    key = cache_path("speech") / "key"
    done = forgotten(["K-12"], practice)
    assert (done.phrases, own.exists(), key.exists()) == (0, True, True)


def test_what_was_renamed_moved_or_copied_is_known_by_its_content(practice: Path) -> None:
    (practice / "elders").mkdir()
    (practice / "K-12" / "klein.mp3").rename(practice / "elders" / "Zwaantje.MP3")
    shutil.copy(practice / "K-12" / "klein.vtt", practice / "elders" / "kopie.vtt")
    (found,) = tracks_of(["K-12"], [practice]).found
    assert {path.name for path in found.looked_at()[0]} == {"klein.vtt", "Zwaantje.MP3", "kopie.vtt"}
    done = forgotten(["K-12"], practice)
    assert files(practice) == KEPT
    assert (done.left, done.missing) == ([], [])


def test_what_is_nowhere_to_be_found_is_told(practice: Path, tmp_path: Path) -> None:
    track = practice / "K-12" / "klein.mp3"
    track.rename(tmp_path / "elders.mp3")
    assert forgotten(["K-12"], practice).missing == [track]
    assert files(practice) == KEPT


def test_what_is_the_same_but_someone_elses_stays(practice: Path) -> None:
    """The bells of two clients may be the same silence: what a record tells of is that client's."""
    for code in ("K-12", "K-3"):
        path = practice / code / "klein.stem.json"
        record = read_record(path)
        silence = part(record.times.frames)
        (path.parent / "klein-bellen.flac").write_bytes(silence)
        bells = FileBeside("-bellen.flac", hashlib.sha256(silence).hexdigest())
        write_record(replace(record, beside=(*record.beside, bells)), path, overwrite=True)
    forgotten(["K-12"], practice)
    assert files(practice) == KEPT | {"K-3/klein-bellen.flac"}


def test_a_link_to_a_record_is_told_and_not_followed(practice: Path) -> None:
    record, elsewhere = practice / "K-12" / "klein.stem.json", practice / "K-12" / "bewaard"
    record.rename(elsewhere)
    record.symlink_to(elsewhere)
    search = tracks_of(["K-12"], [practice])
    assert search.found == ()
    assert [left.path for left in search.unreadable] == [record]
