"""The picture shows what is in the sound, in words, and is the same every time; what is guessed is said."""

from __future__ import annotations

import logging
import math
import struct
import sys
import wave
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from stem import units
from stem.errors import AudioError, OutputError, StemError, UsageError
from stem.export.mp3 import write_mp3
from stem.export.plot import Shown, check_drawing, draw
from stem.export.plot.labels import number, plain, shortened, width
from stem.export.plot.spectra import BANDS_HZ, Spectra, voice_spans
from stem.export.tags import MP3, NO_WORDS, ChapterMark, Tags, tag
from stem.script.timeline import Chapter, PlacedPause, PlacedUtterance, Timeline
from stem.sound.clips import Samples

SPOKEN = ((1.0, 3.0), (6.0, 8.0))
PAUSES = ((3.0, 6.0), (8.0, 14.0))
RATE = 11_025
"""Hertz of the sounds here: less to listen to."""


def tone(hertz: float, length_s: float, amplitude: float = 0.5, rate: int = RATE) -> Samples:
    time = np.arange(units.frames(length_s, rate)) / rate
    return (amplitude * np.sin(2 * np.pi * hertz * time)).astype(np.float32)[:, np.newaxis]


def spoken(length_s: float = 15.0) -> Samples:
    """Return noise that is 26 dB louder where the voice is."""
    sound = np.random.default_rng(5).uniform(-0.01, 0.01, (units.frames(length_s, RATE), 1))
    for start, end in SPOKEN:
        sound[units.frames(start, RATE) : units.frames(end, RATE)] *= 20
    return sound.astype(np.float32)


def write_wav(path: Path, sound: Samples, rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(sound.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.rint(sound * 32_767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wav(tmp_path_factory.mktemp("track") / "zee.wav", spoken())


CHAPTERS = (ChapterMark("Aankomen", 0.0, 7.0), ChapterMark("Terugkomen", 7.0, 15.0))
KNOWN = Shown(SPOKEN, PAUSES, CHAPTERS, bells_s=(14.5,), speech_lufs=-18.0, bed="zee+regen")


@pytest.fixture(scope="module")
def drawn(track: Path) -> Mapping[str, Path]:
    """The picture of what is known of that track, in both formats."""
    pictures = {suffix: track.with_suffix(suffix) for suffix in (".png", ".svg")}
    for picture in pictures.values():
        draw(track, picture, KNOWN)
    return pictures


# --- Hearing ---


def spectra(sound: Samples, block: int = 65_536, rate: int = RATE) -> tuple[NDArray[np.float64], float]:
    heard = Spectra(rate)
    for start in range(0, len(sound), block):
        heard.add(sound[start : start + block])
    return heard.rows(), heard.row_s


@pytest.mark.parametrize("band", [20, 48, 70])
@pytest.mark.parametrize("rate", [11_025, 44_100])
def test_a_tone_has_its_power_in_its_band(band: int, rate: int) -> None:
    middle_hz = math.sqrt(BANDS_HZ[band] * BANDS_HZ[band + 1])
    rows, _ = spectra(tone(middle_hz, 2.0, 0.5, rate), rate=rate)
    mean = rows[2:-2].mean(axis=0)  # the outermost windows hang over the ends
    assert mean.sum() == pytest.approx(0.5**2 / 2, rel=0.01)  # a sine's mean square
    assert mean.argmax() == band
    # A Hann window shows a tone on four lines: at the middle of band 20 (161 Hz) these are 43 Hz, five bands.
    assert mean[band - 3 : band + 4].sum() > 0.99 * mean.sum()


def test_noise_has_as_much_power_in_the_bands_as_it_has() -> None:
    noise = np.random.default_rng(1).standard_normal((units.frames(60, 44_100), 2)).astype(np.float32) * 0.1
    rows, _ = spectra(noise, rate=44_100)
    expected = 0.1**2 * np.diff(BANDS_HZ) / 22_050  # white: by width
    # A narrow band has the ripple of one line: two channels of 1300 windows, so 2 %; five times that.
    assert rows.mean(axis=0) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("block", [1, 511, 1000])
def test_blocks_do_not_show_in_the_spectra(block: int) -> None:
    sound = spoken(0.5)
    assert np.array_equal(spectra(sound, block)[0], spectra(sound)[0])


def test_a_night_has_no_more_spectra_than_an_hour_and_all_are_in_their_place() -> None:
    rate, length_s, burst_s = 8000, 900.0, 600.0
    sound = np.zeros((units.frames(length_s, rate), 1), np.float32)
    burst = tone(1000, 2.0, 0.5, rate)
    start = units.frames(burst_s, rate)
    sound[start : start + len(burst)] = burst
    rows, row_s = spectra(sound, rate=rate)
    assert 2048 <= len(rows) <= 4097
    assert len(rows) * row_s == pytest.approx(length_s, abs=2 * row_s)
    loud = np.flatnonzero(rows.sum(axis=1) > 0.01) * row_s
    assert loud[0] == pytest.approx(burst_s, abs=2 * row_s)
    assert loud[-1] == pytest.approx(burst_s + 2.0, abs=2 * row_s)
    # The power of two seconds is still there, in the mean of fewer rows.
    assert rows.sum() * row_s == pytest.approx(0.125 * 2.0, rel=0.02)


def test_the_voice_is_found_by_its_loudness() -> None:
    level = np.full(150, -40.0)
    level[20:50] = level[80:120] = -18.0
    level[100:103] = -30.0  # a breath, not a pause
    assert np.array(voice_spans(level)) == pytest.approx(np.array([(2.15, 5.15), (8.15, 12.15)]))


@pytest.mark.parametrize(
    "level",
    [np.zeros(0), np.full(50, -20.0), np.full(50, -np.inf), np.linspace(-22, -18, 50)],
    ids=["nothing", "even", "silence", "a little uneven"],
)
def test_where_all_is_alike_no_voice_is_claimed(level: NDArray[np.float64]) -> None:
    assert voice_spans(level) == ()


# --- What is known ---


def test_a_timeline_is_shown_in_seconds() -> None:
    rate = units.SAMPLE_RATE
    timeline = Timeline(
        frames=15 * rate,
        utterances=(PlacedUtterance("Ja.", "ja", rate, 3 * rate),),
        pauses=(PlacedPause("lang", 3 * rate, 6 * rate),),
        bells=(rate // 2,),
        chapters=(Chapter("Begin", 0, 15 * rate),),
    )
    expected = Shown(((1.0, 3.0),), ((3.0, 6.0),), (ChapterMark("Begin", 0.0, 15.0),), (0.5,), -18.0, "zee")
    assert Shown.of(timeline, speech_lufs=-18.0, bed="zee") == expected
    assert not expected.estimated


# --- The picture ---


def test_voice_pauses_and_spectrum_stand_at_their_time(drawn: Mapping[str, Path]) -> None:
    from matplotlib.image import imread

    picture = drawn[".png"]
    assert imread(picture).shape[1] == 1600
    voice, pause = (61, 107, 125), (227, 207, 155)
    dots = np.rint(imread(picture)[200:290, 155:1555, :3] * 255)  # where "Wat er klinkt" is
    times = (np.arange(1400) + 0.5) / 1400 * 15.0
    edge_s = 2 * 15.0 / 1400  # a bar's edge may share a dot with what is beside it
    for colour, spans in ((voice, SPOKEN), (pause, PAUSES)):
        seen = (dots == colour).all(axis=2).any(axis=0)  # the words in a pause hide no whole column of it
        inside = np.logical_or.reduce(
            [(times > start + edge_s) & (times < end - edge_s) for start, end in spans]
        )
        beside = np.logical_and.reduce(
            [(times < start - edge_s) | (times > end + edge_s) for start, end in spans]
        )
        assert seen[inside].all()
        assert not seen[beside].any()


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_same_track_gives_the_same_bytes_whatever_the_users_style(
    suffix: str, track: Path, drawn: Mapping[str, Path], tmp_path: Path
) -> None:
    import matplotlib as mpl

    first, second = drawn[suffix], tmp_path / f"2{suffix}"
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "svg.hashsalt": "other"}):
        draw(track, second, KNOWN)
        assert mpl.rcParams["font.size"] == 30  # what was the user's still is
    assert first.read_bytes() == second.read_bytes()
    assert b"20" + b"26" not in first.read_bytes()[:2000]  # no date
    assert mpl.__version__.encode() not in first.read_bytes()


def words(picture: Path) -> str:
    """Return what an SVG says: letters are outlines, with the words in a comment beside them."""
    return picture.read_text(encoding="utf-8")


def test_the_picture_says_what_it_shows(drawn: Mapping[str, Path]) -> None:
    said = words(drawn[".svg"])
    for text in (
        "Aankomen",
        "Terugkomen",
        "Hoe luid",
        "Hoog en laag",
        "stilte",
        "bel",
        "0:10",
        "zee+regen",
        "\N{MINUS SIGN}18",
    ):
        assert text in said
    assert "LUFS is de maat voor hoe luid" in said
    assert "geschat" not in said


def test_what_is_estimated_is_said_to_be(track: Path, tmp_path: Path) -> None:
    draw(track, tmp_path / "zee.svg")
    said = words(tmp_path / "zee.svg")
    assert "stem (geschat)" in said
    assert "waar de stem klinkt, is geschat uit het geluid" in said
    assert "hoort de stem te zijn" not in said


def test_a_background_by_itself_has_no_voice_in_its_picture(tmp_path: Path) -> None:
    write_mp3(tmp_path / "a.mp3", [spoken().repeat(2, axis=1)])
    tag(tmp_path / "a.mp3", Tags(title="zee", artist="", album="", language=NO_WORDS), (), MP3)
    draw(tmp_path / "a.mp3", tmp_path / "a.svg")
    said = words(tmp_path / "a.svg")
    assert "geen stem" in said
    assert "achtergrond: zee" in said
    assert "geschat" not in said
    assert "zonder stem" not in said


def test_titles_of_any_kind_and_number_fit(
    track: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    titles = [
        "🌊 De zee",
        "kost $5$ of $6",
        "日本語",
        "",
        "Een lange titel die niet past " * 9,
        "$\\frac$ voor 5",
    ] * 15
    edges = np.linspace(0, 15, len(titles) + 1)
    chapters = tuple(map(ChapterMark, titles, edges[:-1].tolist(), edges[1:].tolist()))
    draw(track, tmp_path / "zee.svg", Shown(SPOKEN, PAUSES, chapters))  # a warning would be an error here
    said = words(tmp_path / "zee.svg")
    assert "1  0:00  De zee" in said
    assert "kost $5$ of $6" in said
    assert "… en nog 31" in said  # 90 chapters, 60 places, one of them for this line
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    ("sound", "rate"),
    [
        (np.zeros((2_205, 1), np.float32), 44_100),
        (np.zeros((RATE, 1), np.float32), RATE),
        (tone(440, 2.0), RATE),
        (np.repeat(tone(440, 0.5, 0.1, 96_000), 6, axis=1), 96_000),
    ],
    ids=["50 ms", "silence", "two seconds", "six channels"],
)
def test_every_sound_has_a_picture(sound: Samples, rate: int, tmp_path: Path) -> None:
    draw(write_wav(tmp_path / "kort.wav", sound, rate), tmp_path / "kort.svg")
    assert "een stem was niet van de rest te onderscheiden" in words(tmp_path / "kort.svg")


def test_chapters_past_the_end_of_a_file_that_was_cut_are_left_out(track: Path, tmp_path: Path) -> None:
    chapters = (ChapterMark("Begin", 0, 60), ChapterMark("Later", 60, 90))
    draw(track, tmp_path / "zee.svg", Shown(chapters=chapters))
    assert "1  Begin" in words(tmp_path / "zee.svg")
    assert "Later" not in words(tmp_path / "zee.svg")


# --- Words ---


def test_words_are_cut_where_the_room_ends() -> None:
    long = "Een heel lange titel van een hoofdstuk"
    for room in (50, 100, 200):
        cut = shortened(long, 10, room)
        assert width(cut, 10) <= room
        assert cut.endswith("…")
        assert long.startswith(cut[:-1])
    assert shortened(long, 10, width(long, 10)) == long
    assert plain("a🌊\ufe0f\u200d b\n語") == "a b"
    assert [number(value) for value in (-18.0, -18.34, 0.5)] == [
        "\N{MINUS SIGN}18",
        "\N{MINUS SIGN}18,3",
        "0,5",
    ]


# --- Refusals ---


def test_other_kinds_of_pictures_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"zee\.jpg: a picture is a \.png or a \.svg file\."):
        draw(tmp_path / "not there.mp3", tmp_path / "zee.jpg")


def test_without_matplotlib_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(OutputError, match="matplotlib, which draws it, is not installed") as caught:
        check_drawing(Path("zee.png"))
    assert caught.value.hint == "Install it: pip install 'stem-meditatie[plot]'"


@pytest.mark.parametrize("fault", ["no sound", "too low", "no folder"])
def test_what_goes_wrong_leaves_an_older_picture_and_nothing_else(
    fault: str, track: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "zee.png"
    picture.write_bytes(b"older")
    source, target, kind = track, picture, AudioError
    expected: type[StemError] = kind
    if fault == "no sound":
        source = tmp_path / "zee.txt"
        source.write_text("geen geluid")
    elif fault == "too low":
        source = write_wav(tmp_path / "laag.wav", tone(100, 1.0, 0.5, 4000), 4000)
    else:
        target, expected = picture / "in een bestand.png", OutputError
    before = sorted(tmp_path.iterdir())
    with pytest.raises(expected):
        draw(source, target, KNOWN)
    assert picture.read_bytes() == b"older"
    assert sorted(tmp_path.iterdir()) == before


def test_a_png_says_nothing_about_its_maker(drawn: Mapping[str, Path]) -> None:
    content, at, kinds = drawn[".png"].read_bytes(), 8, set()
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        kinds.add(kind)
        at += length + 12
    assert kinds == {b"IHDR", b"pHYs", b"IDAT", b"IEND"}
