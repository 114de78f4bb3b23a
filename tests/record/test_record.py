"""A build record: whole, private when asked, and enough to make the same bytes again."""

from __future__ import annotations

import hashlib
import json
import math
import os
import platform
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydub.generators import Sine

from stem.config import Config
from stem.errors import ConfigError, OutputError, StemError
from stem.record.build import record_of
from stem.record.document import differences_from_now, read_record, record_path, spec_of, write_record
from stem.record.model import FileBeside, Personal, Record, ScriptFacts, SoundFile, Span, Times, VoiceFacts
from stem.script.timeline import Chapter, PlacedPause
from stem.sound.loudness import Loudness
from stem.sound.segments import wav_of
from stem.track.make import Track, make_track
from stem.track.plan import plan_track
from stem.track.profiles import PROFILES
from stem.track.spec import TrackSpec

RARE = "Zwaantjeÿ"
"""A name that is nowhere else, with a letter that differs between encodings."""

SCRIPT = """+++
title = "Klein"
[variables.naam]
default = ""
[variables.plek]
type = "choice"
choices = ["bos", "zee"]
default = "bos"
+++
{% include "deel.j2" %}
## Einde
Denk aan de plek {{ plek }}.
"""
PART = "## Begin\nWelkom{% if naam %}, {{ naam }}{% endif %}.\n"


@dataclass(frozen=True)
class Made:
    folder: Path
    track: Track
    spec: TrackSpec
    config: Config
    record: Record


def make(folder: Path, **asked: Any) -> Made:
    with pytest.MonkeyPatch.context() as patch:  # a cache of someone's own may hold beds of an older stem
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        return _make(folder, **asked)


def _make(folder: Path, **asked: Any) -> Made:
    (folder / "klein.j2").write_text(SCRIPT, encoding="utf-8")
    (folder / "deel.j2").write_text(PART, encoding="utf-8")
    spec = TrackSpec(
        str(folder / "klein.j2"), **{"bed": "none", "voice": "rustig", "profile": "acx", **asked}
    )
    config = Config(artist="Praktijk De Linde", output=str(folder / "geheim"), pauses={"kort": 4.0})
    track = make_track(plan_track(spec, config), folder / "klein.mp3")
    return Made(folder, track, spec, config, record_of(track, spec, config, code="K-1207"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("made"), values={"naam": RARE, "plek": "zee"})


def written(record: Record, path: Path, **how: bool) -> dict[str, Any]:
    write_record(record, path, **how)
    document: dict[str, Any] = json.loads(path.read_bytes())
    return document


def test_a_background_given_as_sound_has_a_hash_and_must_be_given_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = replace(PROFILES["podcast"], pre_roll_s=0.8, post_roll_s=0.8, has_bells=False)
    monkeypatch.setitem(PROFILES, "podcast", short)
    music = Sine(220).to_audio_segment(3000)
    made = make(tmp_path, bed=music, profile="podcast")
    path = tmp_path / "klein.stem.json"
    write_record(made.record, path)
    record = read_record(path)
    assert record == made.record
    assert (record.bed, record.asked.bed) == ("(sound)", "(sound)")
    assert record.bed_sha256 == hashlib.sha256(wav_of(music)).hexdigest()
    assert any(
        "cannot be had: That background was given as sound" in each for each in differences_from_now(record)
    )
    again = make_track(plan_track(made.spec, made.config), tmp_path / "weer.mp3")
    assert again.path.read_bytes() == made.track.path.read_bytes()
    assert again.audio().frame_count() == again.timeline.frames


def test_what_is_written_is_read(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "klein.stem.json"
    write_record(made.record, path)
    assert read_record(path) == made.record
    assert read_record(path).timeline == made.track.timeline


def test_it_stands_beside_its_track(made: Made) -> None:
    assert record_path(made.track.path) == made.folder / "klein.stem.json"
    assert record_path(Path("dr. jansen.2.mp3")) == Path("dr. jansen.2.stem.json")


def test_it_tells_all_that_has_a_say(made: Made, tmp_path: Path) -> None:
    document = written(made.record, tmp_path / "a.stem.json")
    assert set(document["script"]["parts"]) == {"klein.j2", "deel.j2"}
    assert {"stem", "python", "numpy", "soxr", "lameenc", "mutagen"} <= set(document["versions"])
    assert document["voice"]["name"] == "rustig"
    assert document["settings"]["artist"] == "Praktijk De Linde"
    assert document["times"]["frames"] == made.track.timeline.frames
    assert document["track"]["bytes"] == made.track.path.stat().st_size
    assert document["personal"]["values"] == {"naam": RARE, "plek": "zee"}


def test_what_is_personal_stands_under_one_key(made: Made, tmp_path: Path) -> None:
    document = written(made.record, tmp_path / "a.stem.json")
    personal = json.dumps(document.pop("personal"), ensure_ascii=False)
    rest = json.dumps(document, ensure_ascii=False)
    for word in (RARE, "K-1207", "Welkom"):  # that it is found tells that the search can find
        assert word in personal
        assert word not in rest


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "latin-1"])
def test_without_what_is_personal_no_byte_of_it_is_there(made: Made, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.stem.json"
    write_record(made.record, path, anonymous=True)
    content = path.read_bytes()
    secrets = (RARE, RARE.lower(), RARE[:-1], "Welkom", "K-1207", "geheim", str(Path.home()), platform.node())
    for word in secrets:
        assert word.encode(encoding) not in content
    again = read_record(path)
    assert again.personal is None
    assert again.filled == ("naam", "plek")
    assert {each.text for each in again.timeline.utterances} == {""}


def test_it_names_what_lies_in_a_home_without_its_owner(
    small: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home" / "annadevries"
    (home / "teksten").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    for name in ("klein.j2", "deel.j2"):
        (home / "teksten" / name).write_bytes((small.folder / name).read_bytes())
    spec = replace(small.spec, script=str(home / "teksten" / "klein.j2"))
    track = replace(small.track, plan=plan_track(spec, small.config))
    record = record_of(track, spec, small.config)
    write_record(record, tmp_path / "a.stem.json")
    assert b"annadevries" not in (tmp_path / "a.stem.json").read_bytes()
    assert record.asked.script == "~/teksten/klein.j2"
    assert spec_of(record)[0].script == str(home / "teksten" / "klein.j2")
    monkeypatch.chdir(home / "teksten")
    assert record_of(track, spec, small.config).asked.script == "klein.j2"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_only_its_owner_may_read_it(made: Made, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_record(made.record, tmp_path / "a.stem.json")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.stem.json").stat().st_mode) == 0o600


def test_what_is_there_is_not_replaced_unasked(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "a.stem.json"
    path.write_text("van iemand anders")
    with pytest.raises(OutputError, match="it exists already"):
        write_record(made.record, path)
    assert path.read_text() == "van iemand anders"
    write_record(made.record, path, overwrite=True)
    assert read_record(path) == made.record
    assert [each.name for each in tmp_path.iterdir()] == ["a.stem.json"]


def test_the_same_can_be_asked_again(made: Made) -> None:
    spec, config = spec_of(made.record)
    assert spec == made.spec
    assert config == replace(made.config, output=Config().output)


def test_a_voice_that_nobody_chose_is_named_for_the_next_time(small: Made, tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text('+++\ntitle = "A"\nbed = "none"\n+++\nDag.\n')
    spec = TrackSpec(str(tmp_path / "a.j2"), profile="acx")
    track = replace(small.track, plan=plan_track(spec, Config()))
    assert spec_of(record_of(track, spec, Config()))[0].voice == track.plan.voice.name


def test_files_made_with_it_are_known(made: Made) -> None:
    captions = made.folder / "klein.vtt"
    captions.write_text("WEBVTT\n")
    (beside,) = record_of(made.track, made.spec, made.config, beside=[captions]).beside
    assert beside.ending == ".vtt"


def test_a_track_that_is_gone_is_told(made: Made) -> None:
    gone = replace(made.track, path=made.folder / "weg.mp3")
    with pytest.raises(OutputError, match=r"weg\.mp3 cannot be written: it is gone before its record"):
        record_of(gone, made.spec, made.config)


# --- What has changed since ---


def test_nothing_differs_right_away(made: Made) -> None:
    assert differences_from_now(made.record) == ()


Change = Callable[[Record, Path], Record]


def _text_changes(record: Record, folder: Path) -> Record:
    (folder / "deel.j2").write_text(PART + "En nog iets.\n")
    return record


def _text_goes(record: Record, folder: Path) -> Record:
    (folder / "klein.j2").write_text(SCRIPT.replace('{% include "deel.j2" %}', ""))
    return record


def _script_goes(record: Record, folder: Path) -> Record:
    (folder / "klein.j2").unlink()
    return record


def _lexicon_comes(record: Record, folder: Path) -> Record:
    (folder / "lexicon.toml").write_text('zee = "zeej"\n')
    return record


def _voice_changes(record: Record, folder: Path) -> Record:
    (folder / "voice_templates").mkdir()
    (folder / "voice_templates" / "rustig.toml").write_text('inherits = "rustig"\nspeed = 0.9\n')
    return record


def _voice_goes(record: Record, folder: Path) -> Record:
    return replace(record, voice=replace(record.voice, name="weg"), asked=replace(record.asked, voice=None))


def _file_changes(record: Record, folder: Path) -> Record:
    return replace(record, voice=replace(record.voice, files_sha256="0" * 64))


def _engine_ages(record: Record, folder: Path) -> Record:
    return replace(record, voice=replace(record.voice, engine_version="0.0.1"))


def _bed_changes(record: Record, folder: Path) -> Record:
    return replace(record, bed_sha256="0" * 64)


def _music_goes(record: Record, folder: Path) -> Record:
    return replace(record, bed="muziek.m4a")


def _library_ages(record: Record, folder: Path) -> Record:
    return replace(record, versions={**record.versions, "numpy": "1.0"})


def _values_go(record: Record, folder: Path) -> Record:
    return replace(record, personal=None)


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (_text_changes, [r"The text deel\.j2 has changed\."]),
        (_text_goes, [r"The text klein\.j2 has changed\.", r"The text deel\.j2 is gone\."]),
        (_script_goes, [r"The script 'klein' cannot be read: .*"]),
        (_lexicon_comes, [r"The lexicon has changed\."]),
        (_voice_changes, [r"The voice template 'rustig' has changed\."]),
        (_voice_goes, [r"The voice 'weg' cannot be used: .*"]),
        (_file_changes, [r"The files of the voice 'rustig' have changed\."]),
        (_engine_ages, [r"The engine espeak was 0\.0\.1 and is .*\."]),
        (_bed_changes, [r"The background 'none' has changed\."]),
        (_music_goes, [r"The background 'muziek\.m4a' cannot be had: .*"]),
        (_library_ages, [r"numpy was 1\.0 and is .*\."]),
        (_values_go, [r"What was filled in was left out of the record; give it again: naam\."]),
    ],
    ids=lambda item: item.__name__.strip("_") if callable(item) else "",
)
def test_what_differs_from_then_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: Made, change: Change, sentences: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("klein.j2", "deel.j2"):
        (tmp_path / name).write_bytes((small.folder / name).read_bytes())
    here = replace(small.record, asked=replace(small.record.asked, script="klein.j2"))
    assert differences_from_now(here) == ()
    found = differences_from_now(change(here, tmp_path))
    assert len(found) == len(sentences)
    for sentence, pattern in zip(found, sentences, strict=True):
        assert re.fullmatch(pattern, sentence), sentence


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("small"), values={"naam": "Anna"})


# --- Reading ---

_text = st.text(st.characters(codec="utf-8"), max_size=8)
_names = st.dictionaries(_text, _text, max_size=3)
_number = st.floats(allow_nan=False, allow_infinity=False)
_level = _number | st.just(-math.inf)
_frame = st.integers(0, 2**40)
_hash = st.text("0123456789abcdef", min_size=64, max_size=64)
_voice = st.builds(VoiceFacts, _text, _text, _text, _text, _text)


@st.composite
def records(draw: st.DrawFn) -> Record:
    spans = draw(st.lists(st.tuples(_frame, _frame).map(sorted).map(lambda pair: Span(*pair)), max_size=3))
    texts = tuple(draw(_text) for _ in spans)
    personal = st.builds(
        Personal, _names, st.just(texts), st.lists(_text, max_size=2).map(tuple), _text, st.just(("ab",))
    )
    asked = TrackSpec(
        script=draw(_text),
        voice=draw(st.none() | _text),
        bells=tuple(draw(st.lists(_text, max_size=2))),
        duration_s=draw(st.none() | _number),
        pauses=draw(st.dictionaries(_text, _number, max_size=2)),
        online=draw(st.none() | st.booleans()),
    )
    times = Times(
        draw(_frame),
        tuple(spans),
        (PlacedPause(draw(_text), 1, 2),),
        tuple(draw(st.lists(_frame, max_size=2))),
        (Chapter(draw(_text), 0, draw(_frame)),),
    )
    return Record(
        versions=draw(_names),
        script=ScriptFacts(draw(_text), draw(_text), draw(_names)),
        asked=asked,
        filled=tuple(draw(st.lists(_text, max_size=2))),
        settings=Config(voice=draw(_text), bed_level=draw(_number)),
        voice=draw(_voice),
        fill=draw(st.none() | _voice),
        bed=draw(_text),
        bed_sha256=draw(_hash),
        levels=draw(st.dictionaries(_text, _number, max_size=2)),
        lexicon_sha256=draw(_hash),
        times=times,
        loudness=Loudness(*(draw(_level) for _ in range(5))),
        warnings=tuple(draw(st.lists(_text, max_size=2))),
        track=SoundFile(".mp3", draw(_frame), draw(_hash), draw(st.integers(1, 10**6)), draw(_frame)),
        beside=tuple(FileBeside(ending, draw(_hash)) for ending in draw(st.sets(st.just(".vtt")))),
        personal=draw(st.none() | personal),
    )


@given(record=records())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_record_comes_back_the_same(record: Record, tmp_path: Path) -> None:
    path = tmp_path / "a.stem.json"
    write_record(record, path, overwrite=True)
    assert read_record(path) == record
    write_record(record, path, anonymous=True, overwrite=True)
    assert read_record(path) == replace(record, personal=None)


def test_half_a_character_in_a_file_name_comes_back(small: Made, tmp_path: Path) -> None:
    odd = replace(small.record, asked=replace(small.record.asked, script="t\udce9kst.j2"))
    write_record(odd, tmp_path / "a.stem.json")
    assert read_record(tmp_path / "a.stem.json") == odd


Damage = Callable[[bytes], bytes]


def _replaced(old: bytes, new: bytes) -> Damage:
    return lambda content: content.replace(old, new)


def _edited(**changes: Any) -> Damage:
    """Return what sets tables' keys, written as table__key; ... takes a key away."""

    def edit(content: bytes) -> bytes:
        document = json.loads(content)
        for place, value in changes.items():
            *tables, key = place.split("__")
            table = document
            for name in tables:
                table = table[name]
            if value is ...:
                del table[key]
            else:
                table[key] = value
        return json.dumps(document).encode()

    return edit


@dataclass(frozen=True)
class Fault:
    name: str
    damage: Damage
    sentence: str


FAULTS = [
    Fault("empty", lambda _: b"", r":1: it is damaged or cut off: expecting value\."),
    Fault("cut off", lambda content: content[: len(content) // 2], r":\d+: it is damaged or cut off: .+\."),
    Fault("two of them", lambda content: content * 2, r":\d+: it is damaged or cut off: extra data\."),
    Fault("no UTF-8", _replaced(b"Klein", b"Kl\xffin"), r": it is not UTF-8 text\."),
    Fault("a list", lambda _: b"[1, 2]", r": it is no build record\."),
    Fault("another JSON", lambda _: b'{"version": 1, "tracks": []}', r": it is no build record\."),
    Fault("an odd mark", _edited(stem_record="1"), r": it is no build record\."),
    Fault("a true mark", _edited(stem_record=True), r": it is no build record\."),
    Fault(
        "newer",
        _edited(stem_record=2, something=1),
        r": a newer stem wrote it \(version 2 of the record; this stem reads 1\)\.",
    ),
    Fault("too deep", lambda _: b"[" * 100_000, r": it is damaged: no record holds such values\."),
    Fault("no number", _replaced(b'scale": 1.0', b'scale": NaN'), r": it is damaged: .+\."),
    Fault(
        "endless digits",
        _replaced(b'kbps": 192', b'kbps": ' + b"9" * 5000),
        r": it is damaged: .+\.",
    ),
    Fault(
        "all mistakes at once",
        _edited(bed=3, track__rate="veel", times__frames=..., voice__colour="blauw"),
        r": 4 mistakes: .*'bed' must be text, not 3.*",
    ),
    Fault("a null", _edited(script__name=None), r": 'script\.name' must be text, not None\."),
    Fault("no hash", _edited(track__sha256="xyz"), r": 'track': 'sha256' is no hash\."),
    Fault("a way out", _edited(track__suffix="/../../etc/x"), r": 'track': '/../../etc/x' is no suffix\."),
    Fault("no rate", _edited(track__rate=0), r": 'track': 'rate' cannot be 0\."),
    Fault("a text short", _edited(personal__texts=["a"]), r": it has 1 texts for 2 utterances\."),
    Fault(
        "backwards",
        _edited(times__utterances=[{"start": 5, "end": 1}] * 2),
        r": 2 mistakes: 'times\.utterances\[1\]': it runs from frame 5 to 1; .+",
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_damaged_record_is_told_in_a_sentence(small: Made, tmp_path: Path, fault: Fault) -> None:
    path = tmp_path / "a.stem.json"
    write_record(small.record, path)
    path.write_bytes(fault.damage(path.read_bytes()))
    with pytest.raises(ConfigError) as caught:
        read_record(path)
    assert re.fullmatch(re.escape(str(path)) + fault.sentence, caught.value.sentence)


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    for path, sentence in (
        (tmp_path, "it is no build record"),
        (tmp_path / "weg.stem.json", "it cannot be read"),
        (tmp_path / ("x" * 300), "it cannot be read"),
    ):
        with pytest.raises(ConfigError, match=sentence):
            read_record(path)


@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_but_our_own_errors_comes_out(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.stem.json"
    path.write_bytes(content)
    with pytest.raises(StemError):
        read_record(path)


# --- Making it again ---

REMAKE = """
import os, sys
from pathlib import Path
os.umask(int(sys.argv[3], 8))
from stem.track.plan import plan_track
from stem.record.document import read_record, spec_of, differences_from_now
from stem.track.make import make_track
record = read_record(Path(sys.argv[1]))
assert differences_from_now(record) == (), differences_from_now(record)
make_track(plan_track(*spec_of(record)), Path(sys.argv[2]))
"""


@pytest.mark.slow
def test_the_same_bytes_again_elsewhere(made: Made, tmp_path: Path) -> None:
    surroundings = {"LC_ALL": "C", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "2"}
    record = tmp_path / "bewaard" / "klein.stem.json"
    write_record(made.record, record)
    elsewhere = tmp_path / "elders"
    elsewhere.mkdir()
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    target = elsewhere / "opnieuw.mp3"
    command = [sys.executable, "-c", REMAKE, str(record), str(target), "077"]
    subprocess.run(command, env={**os.environ, **home, **surroundings}, cwd=elsewhere, check=True)
    assert target.read_bytes() == made.track.path.read_bytes()


def test_another_value_gives_other_bytes(made: Made, small: Made) -> None:
    assert made.record.track.sha256 != small.record.track.sha256  # the control of the test above
