"""A long recording is cut where its sentences are; what is in doubt is told, and nothing after it shifts."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studio import RATE, Sound, click, room, silence, speech, write

from stem.errors import AudioError, OutputError
from stem.script.dutch.pace import expected_seconds
from stem.sound.decoding import Recording, decode
from stem.voices.recordings.alignment import find_sentences
from stem.voices.recordings.cutting import MARGIN_S, Cut, cut, report_lines, write_pieces
from stem.voices.recordings.engine import Recordings, voice_of
from stem.voices.recordings.sheets import SheetLine

TEXTS = (
    "Welkom.",
    "Straks sta je in gedachten tegenover iemand die rustig is.",
    "Het gaat alleen om kijken, en om merken wat dat doet.",
    "Luister alleen op een plek waar je veilig zit of ligt.",
    "En ook niet bij machines.",
    "Je ogen mogen dicht, of gewoon open blijven.",
    "Je kunt op elk moment stoppen.",
    "Open dan je ogen, beweeg je voeten en kijk om je heen.",
    "Niets hoeft te lukken.",
    "Weinig voelen is ook goed, en spanning mag er ook zijn.",
    "Dat is je anker.",
    "Misschien is er een plek die rustig is, of gewoon neutraal.",
)
LINES = tuple(SheetLine(number, text, text) for number, text in enumerate(TEXTS, start=1))
SLACK_S = 0.03
"""Of a burst's edge: windows of 10 ms, and the softest end of a sound in noise at -40 dB."""


@dataclass(frozen=True)
class Reading:
    """A long recording, and where each sentence is in it.

    Attributes:
        sound: Shape (frames,).
        spans: Number of a sentence -> first frame and the frame after the last, for each time it was read.
    """

    sound: Sound
    spans: dict[int, list[tuple[int, int]]]


def reading(
    *parts: int | float | Sound,  # noqa: PYI041 - a whole number is a sentence, another one a silence
    below_db: float = 40.0,
    seed: int = 1,
) -> Reading:
    """Read sentences by number, with a pause of 1.2 to 3 s after each.

    Other parts are a silence in seconds (a float, instead of the pause) and any other sound.
    """
    rng = np.random.default_rng(seed)
    sounds: list[Sound] = [silence(1.0)]
    spans: dict[int, list[tuple[int, int]]] = {}
    for place, part in enumerate(parts):
        at = sum(map(len, sounds))
        if isinstance(part, float):
            sounds.append(silence(part))
            continue
        sound = speech(TEXTS[part - 1]) if isinstance(part, int) else part
        if isinstance(part, int):
            spans.setdefault(part, []).append((at, at + len(sound)))
        sounds.append(sound)
        if place + 1 == len(parts) or not isinstance(parts[place + 1], float):
            sounds.append(silence(rng.uniform(1.2, 3.0)))
    whole = np.concatenate(sounds)
    return Reading(whole + room(len(whole), below_db, seed), spans)


def cut_up(made: Reading, folder: Path) -> tuple[Recording, Cut]:
    recording = Recording.open(write(folder / "opname.wav", made.sound))
    return recording, cut(recording, LINES)


def check(made: Reading, found: Cut) -> set[int]:
    """Check that every piece without doubt holds one reading of its sentence and nothing else.

    Returns:
        The numbers that are in doubt.
    """
    slack = round(SLACK_S * RATE)
    margin = round(MARGIN_S * RATE) + slack
    assert [piece.number for piece in found.pieces] == [line.number for line in LINES]
    for piece in found.pieces:
        if piece.doubt:
            continue
        fits = [
            start - margin <= piece.start <= start + slack and end - slack <= piece.end <= end + margin
            for start, end in made.spans.get(piece.number, [])
        ]
        assert any(fits), f"{piece.number} is elsewhere"
        others = [span for number, spans in made.spans.items() if number != piece.number for span in spans]
        assert all(end <= piece.start or piece.end <= start for start, end in others)
    return {piece.number for piece in found.pieces if piece.doubt}


ALL = tuple(range(1, len(TEXTS) + 1))


@pytest.mark.parametrize("below_db", [25, 40, 200])
def test_every_sentence_is_found_however_long_the_pauses(tmp_path: Path, below_db: float) -> None:
    made = reading(*ALL, below_db=below_db)
    _, found = cut_up(made, tmp_path)
    assert check(made, found) == set()
    assert found.left == ()
    assert report_lines(found, LINES) == ()


def test_a_pause_within_a_sentence_does_not_split_it(tmp_path: Path) -> None:
    third = speech(TEXTS[2])
    comma = len(speech("Het gaat alleen om kijken,"))
    paused = np.concatenate([third[:comma], silence(0.8), third[comma:]])
    made = reading(1, 2, paused, *ALL[3:])
    _, found = cut_up(made, tmp_path)
    start = made.spans[2][0][1]
    made.spans[3] = [(start, made.spans[4][0][0])]
    assert all(piece.doubt == "" for piece in found.pieces)
    third_piece = found.pieces[2]
    assert third_piece.end - third_piece.start >= len(paused)
    assert (
        check(Reading(made.sound, made.spans | {3: [(third_piece.start, third_piece.end)]}), found) == set()
    )


def test_clicks_are_no_sentence(tmp_path: Path) -> None:
    made = reading(click(), 1, 2, click(), *ALL[2:], click())
    _, found = cut_up(made, tmp_path)
    assert check(made, found) == set()
    assert found.left == ()


@dataclass(frozen=True)
class Slip:
    """Something that went otherwise while reading.

    Attributes:
        parts: What was read.
        doubtful: Numbers that must be in doubt.
        sure: Numbers that must not: what lies further on has not shifted.
        told: Something that must be told.
    """

    name: str
    parts: tuple[int | float | Sound, ...]
    doubtful: set[int]
    sure: set[int]
    told: str


@cache
def slips() -> tuple[Slip, ...]:
    cough = room(round(0.35 * RATE), -3, seed=9)
    start_of_8 = speech(TEXTS[7])[: round(1.3 * RATE)]
    return (
        Slip("said twice", (*ALL[:6], 6, *ALL[6:]), {6}, {1, 2, 10, 11, 12}, "6 at 0:"),
        Slip("skipped", (*ALL[:5], *ALL[6:]), {6}, {1, 2, 10, 11, 12}, "Not found: 6; skipped"),
        Slip("three skipped", (*ALL[:4], *ALL[7:]), {5, 6, 7}, {1, 2, 11, 12}, "Not found: 5-7"),
        Slip(
            "begun again",
            (*ALL[:7], start_of_8, *ALL[7:]),
            set(),
            {1, 2, 3, 11, 12},
            "belongs to no sentence",
        ),
        Slip("a cough", (*ALL[:7], cough, *ALL[7:]), set(), {1, 2, 3, 10, 11, 12}, "belongs to no sentence"),
        Slip("read on", (*ALL[:4], 0.05, *ALL[4:]), {4, 5}, {1, 2, 10, 11, 12}, ""),
        Slip("hardly a pause", (*ALL[:9], 0.25, *ALL[9:]), {9, 10}, {1, 2, 3, 12}, ""),
        Slip("stopped halfway", ALL[:7], set(ALL[7:]), {1, 2, 3, 4}, "Not found: 8-12"),
        Slip("begun late", ALL[5:], set(ALL[:5]), {10, 11, 12}, "Not found: 1-5"),
    )


@pytest.mark.parametrize("number", range(9))
def test_a_slip_is_told_and_shifts_nothing(tmp_path: Path, number: int) -> None:
    slip = slips()[number]
    made = reading(*slip.parts)
    _, found = cut_up(made, tmp_path)
    doubtful = check(made, found)
    report = report_lines(found, LINES)
    assert slip.doubtful <= doubtful, slip.name
    assert slip.sure.isdisjoint(doubtful), (slip.name, report)
    assert any(slip.told in line for line in report), (slip.name, report)
    # The naive way, a piece a pause, gives what follows to the wrong sentence or has no piece for some.
    spans = sorted(span for spans in made.spans.values() for span in spans)
    naive = dict(zip(ALL, spans, strict=False))
    if slip.name in {"said twice", "skipped", "three skipped", "begun late"}:
        assert naive.get(11) not in made.spans[11]


def test_a_recording_in_which_nobody_speaks_is_refused(tmp_path: Path) -> None:
    for name, sound in {
        "stil.wav": silence(3.0),
        "ruis.wav": room(3 * RATE, 30),
        "kort.wav": silence(0.005),
    }.items():
        recording = Recording.open(write(tmp_path / name, sound))
        with pytest.raises(AudioError, match=rf"{name}: (there is no speech in it|it is shorter than 50 ms)"):
            cut(recording, LINES)


def test_the_pieces_become_recordings_and_the_doubtful_ones_are_missing(tmp_path: Path) -> None:
    made = reading(*ALL[:3], *ALL[4:7])
    lines = LINES[:7]
    stereo = np.stack([0 * made.sound, made.sound], axis=1)
    recording = Recording.open(write(tmp_path / "opname.flac", stereo))
    found = cut(recording, lines)
    folder = tmp_path / "opnames"
    paths = write_pieces(found, recording, folder)
    sure = {piece.number: piece for piece in found.pieces if not piece.doubt}
    assert 4 not in sure
    assert sorted(folder.iterdir()) == sorted(paths)
    assert [path.name for path in paths] == [f"{number:03d}.wav" for number in sure]
    whole = decode(recording.path, None).samples[:, 1]
    for path, piece in zip(paths, sure.values(), strict=True):
        with wave.open(str(path)) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 3, RATE)
        # Half a step of 24 bits, and that of the 32-bit integers in which a 64th of the sound was decoded.
        np.testing.assert_allclose(
            decode(path, None).samples[:, 0], whole[piece.start : piece.end], atol=2.0**-24 + 2.0**-25
        )
    voice, missing = voice_of(folder, lines)
    assert {line.number for line in missing} == {line.number for line in lines} - sure.keys()
    engine = Recordings()
    for line in lines:
        if line.number in sure:
            assert engine.speak(line.phrase, voice).frames / RATE == pytest.approx(
                0.1 + len(speech(line.text)) / RATE, abs=0.05
            )


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    made = reading(*ALL[:4])
    recording = Recording.open(write(tmp_path / "opname.wav", made.sound))
    found = cut(recording, LINES[:4])
    folder = tmp_path / "opnames"
    paths = write_pieces(found, recording, folder)
    assert len(paths) == 4
    paths[1].write_bytes(b"mine")
    before = {path: path.read_bytes() for path in paths}
    with pytest.raises(
        OutputError, match=r"there are recordings of the same numbers: 001\.wav, 002\.wav, 003\.wav"
    ):
        write_pieces(found, recording, folder)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert write_pieces(found, recording, folder, overwrite=True) == paths
    assert paths[1].read_bytes() != b"mine"
    # Another name with the same number would make two of one sentence.
    (folder / "3 opnieuw.m4a").write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"the same numbers: 3 opnieuw\.m4a\."):
        write_pieces(found, recording, folder, overwrite=True)


def test_sound_above_full_scale_is_not_cut_off(tmp_path: Path) -> None:
    made = reading(*ALL[:4])
    loud = Reading(made.sound * 8, made.spans)
    recording = Recording.open(write(tmp_path / "opname.wav", loud.sound, "-c:a", "pcm_f32le"))
    found = cut(recording, LINES[:4])
    assert found.peak > 1.5
    peaks = [
        np.abs(decode(path, None).samples).max() for path in write_pieces(found, recording, tmp_path / "o")
    ]
    assert 0.5 < max(peaks) <= 1.0


def test_a_recording_that_shrinks_meanwhile_is_told(tmp_path: Path) -> None:
    made = reading(*ALL[:4])
    recording = Recording.open(write(tmp_path / "opname.wav", made.sound))
    found = cut(recording, LINES[:4])
    write(recording.path, made.sound[: len(made.sound) // 2])
    with pytest.raises(
        AudioError, match=r"it changed while it was being cut|of 27.4 s, 13.7 s can be decoded"
    ):
        write_pieces(found, recording, tmp_path / "opnames")


@given(
    seed=st.integers(0, 10_000),
    pace=st.floats(0.6, 1.7),
    skipped=st.sets(st.integers(0, 39), max_size=2),
)
@settings(max_examples=6)
def test_any_calm_reader_is_followed_and_no_sentence_is_given_to_another(
    seed: int, pace: float, skipped: set[int]
) -> None:
    # Lengths of sentences as scripts have them, read with a spread of 8 %, each with a pause somewhere.
    rng = np.random.default_rng(seed)
    expected = rng.uniform(0.9, 7.5, 40)
    bursts: list[tuple[float, float]] = []
    owner: list[int] = []
    at = 1.0
    for number, length in enumerate(expected):
        if number in skipped:
            continue
        spoken = length / pace * np.exp(0.08 * rng.standard_normal())
        split = rng.uniform(0.3, 0.7) * spoken
        bursts += (
            [(at, at + split), (at + split + 0.3, at + spoken + 0.3)] if length > 4 else [(at, at + spoken)]
        )
        owner += [number] * (2 if length > 4 else 1)
        at = bursts[-1][1] + rng.uniform(1.5, 3.0)
    found = find_sentences(np.array(bursts), expected)
    sure = {number: each for number, each in enumerate(found) if each.span is not None and each.margin > 4}
    assert all({owner[burst] for burst in each.bursts} == {number} for number, each in sure.items())
    assert len(sure) >= 30 if not skipped else len(sure) >= 15


def test_one_sentence_is_found_too() -> None:
    (found,) = find_sentences(np.array([[1.0, 6.0]]), np.array([expected_seconds(TEXTS[1])]))
    assert found.span == (1.0, 6.0)
