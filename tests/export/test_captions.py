"""Words stand when they sound and are gone in the silence, in files that other programs read the same."""

from __future__ import annotations

import html
import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stem import units
from stem.characters import without_controls
from stem.export.captions import (
    FORMATS,
    Line,
    TrackInfo,
    WordTime,
    as_lrc,
    as_srt,
    as_vtt,
    captions,
    clause_times,
    is_long,
    timed_lines,
)
from stem.export.captions.lines import LINGER_S, LONGEST_S, SHORTEST_S, WIDEST
from stem.script.cues import Heading, Pause, Source, Utterance
from stem.script.dutch import has_words, sentences, spoken
from stem.script.dutch.pace import expected_seconds
from stem.script.timeline import Timeline, place
from stem.sound.clips import LEAD_S, TAIL_S, Samples
from stem.track.make import make_track
from stem.track.plan import plan_sentence
from stem.voices.template import find_voice

AT = Source("rust.j2", 1)
ABOUT = TrackInfo("Even rust", "Praktijk De Linde", "Zeven dagen", 120.0)
LONG = (
    "Als je merkt dat je aandacht is afgedwaald naar wat er vandaag allemaal is gebeurd, "
    "dan mag je dat rustig opmerken, en weer terugkomen bij je adem."
)
KNOWN = {spoken(LONG): (WordTime(LONG.index("dan mag"), 6.25), WordTime(LONG.index("en weer"), 10.5))}
WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=15)
TEXTS = st.lists(WORDS, min_size=1, max_size=30).map(" ".join).filter(lambda text: has_words(spoken(text)))
HOSTILE = ("<i>een</i> & <00:01.000>", "a --> b", "[00:01.00]twee", "{\\an8}drie", "&amp; &lt;", "NOTE", "7")


def timeline(*texts: str, pause_s: float = 5.0, length_s: float | None = None) -> Timeline:
    """Place sentences, each as long as is expected or `length_s`, with pauses after them, from the start."""
    cues = [
        cue
        for text in texts
        for cue in (Utterance.of(text, AT), Pause("kort", pause_s, pause_s, pause_s, AT))
    ]
    lengths = {
        spoken(text): units.frames(expected_seconds(spoken(text)) if length_s is None else length_s)
        for text in texts
    }
    return place(cues, lengths, title="Rust", pre_roll_s=0.0, post_roll_s=1.0)


def one_line(line: Line) -> str:
    return line.text.replace("\n", " ")


# What stands when


def test_a_sentence_stands_from_its_first_sound_until_it_ends() -> None:
    told = captions(timeline("Kijk eens om je heen.", "Wat zie je?"))
    assert [line.text for line in told] == ["Kijk eens om je heen.", "Wat zie je?"]
    first, second = timeline("Kijk eens om je heen.", "Wat zie je?").utterances
    assert told[0].start_s == pytest.approx(units.seconds(first.start) + LEAD_S)
    assert told[0].end_s == units.seconds(first.end)
    assert told[1].start_s == pytest.approx(units.seconds(second.start) + LEAD_S)
    assert all(line.exact for line in told)


def test_a_short_word_stands_long_enough_to_be_read_but_not_over_the_next() -> None:
    alone, last = captions(timeline("Nu.", "Ja.", length_s=0.3))
    assert alone.end_s - alone.start_s == pytest.approx(0.3 - LEAD_S + LINGER_S)
    assert last.end_s - last.start_s < SHORTEST_S
    close, _ = captions(timeline("Nu.", "Ja.", pause_s=0.1, length_s=0.3))
    assert close.end_s == pytest.approx(0.3 + 0.1 + LEAD_S)


def test_a_sentence_too_wide_for_one_line_is_broken_where_it_breathes() -> None:
    told = captions(timeline("Luister op een veilige plek, niet in het verkeer of bij machines."))
    assert [line.text for line in told] == [
        "Luister op een veilige plek,\nniet in het verkeer of bij machines."
    ]
    (linked,) = captions(timeline("Praat er rustig over met iemand die je vertrouwt."))
    assert linked.text == "Praat er rustig over\nmet iemand die je vertrouwt."


def test_an_article_stays_with_its_noun() -> None:
    for line in captions(timeline("Misschien zie je hoe langzaam een grote oude rivier stroomt.")):
        assert not re.search(r" (de|het|een)\n", line.text)


def test_a_long_sentence_is_split_by_clause_and_says_that_it_guesses() -> None:
    told = captions(timeline(LONG))
    assert [one_line(line) for line in told] == [
        "Als je merkt dat je aandacht is afgedwaald naar wat er vandaag allemaal is gebeurd,",
        "dan mag je dat rustig opmerken, en weer terugkomen bij je adem.",
    ]
    assert [line.exact for line in told] == [False, False]
    assert told[0].end_s == told[1].start_s
    share = len(told[0].text) / len(LONG)
    assert told[1].start_s / told[1].end_s == pytest.approx(share, abs=0.05)


def test_a_long_sentence_is_split_at_the_times_that_are_known() -> None:
    told = captions(timeline(LONG), KNOWN)
    assert [line.start_s for line in told] == pytest.approx([LEAD_S, 6.25, 10.5])
    assert all(line.exact for line in told)
    guessed = captions(timeline(LONG), {spoken(LONG): KNOWN[spoken(LONG)][:1]})
    assert [line.exact for line in guessed] == [True, False, False]


def test_a_known_time_counts_in_the_words_of_the_voice() -> None:
    text = LONG.replace("vandaag", "om 20.15 uur")
    phrase = spoken(text)
    assert phrase.index("dan mag") != text.index("dan mag")
    known = {phrase: (WordTime(phrase.index("dan mag"), 7.5), WordTime(phrase.index("en weer"), 12.0))}
    starts = {line.text.split()[0]: line.start_s for line in captions(timeline(text), known)}
    assert (starts["dan"], starts["en"]) == pytest.approx((7.5, 12.0))


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 1e9, float("nan"), float("inf")])
def test_a_time_outside_its_sentence_is_no_time(seconds: float) -> None:
    known = {spoken(LONG): (WordTime(LONG.index("dan mag"), seconds),)}
    assert captions(timeline(LONG), known) == captions(timeline(LONG))


def test_what_is_said_slowly_is_split_where_it_rests() -> None:
    assert len(captions(timeline("Adem in, en weer uit.", length_s=LONGEST_S))) == 1
    slow = captions(timeline("Adem in, en weer uit.", length_s=LONGEST_S + 1))
    assert [line.text for line in slow] == ["Adem in,", "en weer uit."]
    assert len(captions(timeline("Mmm mmm.", length_s=20))) == 1


def test_only_a_long_sentence_needs_times() -> None:
    (long,) = timeline(LONG).utterances
    (short,) = timeline("Wat zie je?").utterances
    assert (is_long(long), is_long(short)) == (True, False)


@settings(max_examples=40)
@given(texts=st.lists(TEXTS, min_size=1, max_size=4), pause_s=st.floats(0, 10))
def test_every_word_stands_once_while_it_sounds(texts: list[str], pause_s: float) -> None:
    placed = timeline(*texts, pause_s=pause_s)
    told = captions(placed)
    assert [line.start_s for line in told] == sorted(line.start_s for line in told)
    assert all(one.start_s < one.end_s <= two.start_s for one, two in pairwise(told))
    rest = list(told)
    for utterance in placed.utterances:
        start_s, end_s = units.seconds(utterance.start), units.seconds(utterance.end)
        own = [line for line in rest if start_s <= line.start_s < end_s]
        rest = rest[len(own) :]
        assert " ".join(map(one_line, own)) == " ".join(utterance.text.split())
        assert own[0].start_s == pytest.approx(start_s + LEAD_S)
        assert end_s <= own[-1].end_s + 1e-9
        assert own[-1].end_s <= end_s + LINGER_S + 1e-9
    assert rest == []


@settings(max_examples=40)
@given(text=TEXTS)
def test_no_line_is_wider_than_the_eye_takes_in_unless_a_word_is(text: str) -> None:
    assume(max(map(len, text.split())) <= WIDEST)
    for line in captions(timeline(text)):
        shown = line.text.split("\n")
        assert len(shown) <= 2
        # Signs without words, such as a row of dashes, are not parted from the word they stand with.
        assert all(len(part) <= WIDEST or len([*filter(has_words, part.split())]) <= 1 for part in shown)


def test_a_word_that_is_too_long_is_left_whole() -> None:
    (line,) = captions(timeline("lang" * 30))
    assert line.text == "lang" * 30


# Clauses in the sound


def bursts(*lengths_s: float, rest_s: float = 0.25, rate: int = 22_050) -> tuple[Samples, list[float]]:
    """Return a tone with rests, as a clip is, and when each burst after the first starts in seconds."""
    parts, starts, at_s = [np.zeros(units.frames(LEAD_S, rate))], [], LEAD_S
    for length_s in lengths_s:
        starts.append(at_s)
        times = np.arange(units.frames(length_s, rate)) / rate
        parts += [0.3 * np.sin(2 * np.pi * 220 * times), np.zeros(units.frames(rest_s, rate))]
        at_s += length_s + rest_s
    sound = np.concatenate([*parts[:-1], np.zeros(units.frames(TAIL_S, rate))])
    return sound.astype(np.float32)[:, np.newaxis], starts[1:]


def test_a_clause_begins_where_a_rest_ends() -> None:
    phrase = "Kijk eens om je heen, rustig en zacht, en kom terug."
    sound, starts = bursts(1.9, 1.6, 1.2)
    times = clause_times(phrase, sound, 22_050)
    assert [phrase[time.character :].split(maxsplit=1)[0] for time in times] == ["rustig", "en"]
    # The level is that of 10 ms around a frame: half of that before a burst, it is loud already.
    assert [time.seconds for time in times] == pytest.approx(starts, abs=0.006)


def test_the_closure_of_a_consonant_is_no_rest() -> None:
    sound, _ = bursts(1.5, 1.5, rest_s=0.05)
    assert clause_times("Kijk eens rond, en kom terug.", sound, 22_050) == ()


@pytest.mark.parametrize(
    ("phrase", "lengths_s"),
    [
        ("Kijk eens rond.", (1.0, 1.0)),  # no second clause
        ("Kijk, luister, en voel.", (1.0, 1.0)),  # fewer rests than clauses
        ("Kijk eens rustig om je heen, en kom.", (0.2, 4.0)),  # a rest far from the comma
    ],
)
def test_what_does_not_fit_gives_no_times(phrase: str, lengths_s: tuple[float, ...]) -> None:
    assert clause_times(phrase, bursts(*lengths_s)[0], 22_050) == ()


def test_silence_and_nothing_give_no_times() -> None:
    assert clause_times("Kijk, nu.", np.zeros((4_000, 1), np.float32)) == ()
    assert clause_times("Kijk, nu.", np.zeros((0, 1), np.float32)) == ()


def test_the_clauses_of_a_real_voice_are_heard() -> None:
    from stem.sound.clips import conform
    from stem.voices.engines import engine, say

    voice = find_voice("zacht")
    speaker = engine(voice.engine)
    one, two = "Kijk eens rustig om je heen,", "en merk op wat je ziet."
    whole, tail = (conform(say(speaker, phrase, voice)) for phrase in (f"{one} {two}", two))
    (time,) = clause_times(f"{one} {two}", whole.samples)
    # What follows the comma lasts as long as the same words alone, but for its tune at the start: 6 %.
    assert units.seconds(whole.frames) - time.seconds == pytest.approx(
        units.seconds(tail.frames) - LEAD_S, rel=0.06
    )


# Files

VTT_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
VTT_ARROW = re.compile(rf"{VTT_TIME} --> {VTT_TIME}")
SRT_ARROW = re.compile(r"(\d{2}):([0-5]\d):([0-5]\d),(\d{3}) --> (\d{2}):([0-5]\d):([0-5]\d),(\d{3})")
LRC_TAG = re.compile(r"\[(ti|ar|al|length):([^\[\]]+)\]")
LRC_LINE = re.compile(r"\[(\d{2,}):([0-5]\d)\.(\d{2})\]([^\[\]<>]*)")


def seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, whole, ms = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + whole + ms / 1000


def read_vtt(written: bytes) -> list[tuple[str, float, float, str]]:
    """Read WebVTT by the grammar of the standard; anything else in it is an error."""
    blocks = written.decode().removesuffix("\n").split("\n\n")
    assert blocks[0] == "WEBVTT"
    found = []
    for block in blocks[1:]:
        lines = block.split("\n")
        assert all(lines)
        if lines[0] == "NOTE":
            assert "-->" not in block
            continue
        times = VTT_ARROW.fullmatch(lines[1])
        assert times is not None, block
        text = "\n".join(lines[2:])
        assert lines[2:]
        assert not re.search(r"[<>\r\0]|&(?!amp;|lt;|gt;)", text)
        groups = times.groups()
        found.append((lines[0], seconds(groups[:4]), seconds(groups[4:]), html.unescape(text)))
    return found


def read_srt(written: bytes) -> list[tuple[str, float, float, str]]:
    text = written.decode("utf-8-sig")
    assert text.count("\n") == text.count("\r\n") == text.count("\r")
    found = []
    for number, block in enumerate(text.removesuffix("\r\n").split("\r\n\r\n"), 1):
        lines = block.split("\r\n")
        assert all(lines)
        assert lines[0] == str(number)
        times = SRT_ARROW.fullmatch(lines[1])
        assert times is not None, block
        assert lines[2:]
        groups = times.groups()
        found.append((lines[0], seconds(groups[:4]), seconds(groups[4:]), "\n".join(lines[2:])))
    return found


def read_lrc(written: bytes) -> tuple[dict[str, str], list[tuple[float, str]]]:
    head: dict[str, str] = {}
    timed: list[tuple[float, str]] = []
    for line in written.decode().removesuffix("\n").split("\n"):
        if tag := LRC_TAG.fullmatch(line):
            assert not timed
            head[tag[1]] = tag[2]
        else:
            time = LRC_LINE.fullmatch(line)
            assert time is not None, line
            timed.append((int(time[1]) * 60 + int(time[2]) + int(time[3]) / 100, time[4]))
    return head, timed


def test_vtt_holds_every_line_with_its_signs() -> None:
    told = captions(timeline(*HOSTILE, LONG))
    read = read_vtt(as_vtt(told, replace(ABOUT, title="a --> b")))
    assert [(float(number), text) for number, _, _, text in read] == [
        (number, line.text) for number, line in enumerate(told, 1)
    ]
    for (_, start_s, end_s, _), line in zip(read, told, strict=True):
        assert (start_s, end_s) == pytest.approx((line.start_s, line.end_s), abs=0.0005 + 1e-9)


def test_the_note_names_the_lines_that_are_estimated() -> None:
    told = captions(timeline("Welkom.", LONG))
    assert b"naar verhouding: regel 2, 3.\n" in as_vtt(told, ABOUT)
    assert b"NOTE\nEven rust\nDe tijden zijn die van het geluid.\n" in as_vtt(
        captions(timeline("Welkom.", LONG), KNOWN), ABOUT
    )


def test_srt_is_numbered_and_holds_nothing_that_looks_like_markup() -> None:
    told = captions(timeline(*HOSTILE, LONG))
    written = as_srt(told, ABOUT)
    assert written.startswith(b"\xef\xbb\xbf1\r\n")
    read = read_srt(written)
    assert [text for *_, text in read][:4] == [
        "‹i›een‹/i› & ‹00:01.000›",  # noqa: RUF001 - they look alike, and are no markup
        "a --› b",  # noqa: RUF001
        "[00:01.00]twee",
        "(\\an8)drie",
    ]
    assert [start for _, start, _, _ in read] == pytest.approx([line.start_s for line in told], abs=0.00051)


def test_lrc_tells_the_track_and_clears_the_text_in_a_silence() -> None:
    told = captions(timeline("Welkom.", "Kijk rond.", pause_s=5.0))
    head, timed = read_lrc(as_lrc(told, ABOUT))
    assert head == {"ti": "Even rust", "ar": "Praktijk De Linde", "al": "Zeven dagen", "length": "02:00"}
    assert [text for _, text in timed] == ["Welkom.", "", "Kijk rond.", ""]
    assert timed[1][0] == pytest.approx(told[0].end_s, abs=0.00501)
    short = captions(timeline("Welkom.", "Kijk rond.", pause_s=1.0))
    assert [text for _, text in timed_lines(short)] == ["Welkom.", "Kijk rond.", ""]


def test_lrc_leaves_out_what_is_not_known_and_takes_brackets_for_no_tags() -> None:
    head, timed = read_lrc(as_lrc(captions(timeline(*HOSTILE)), replace(ABOUT, album="", title="[x] <y>\nz")))
    assert "al" not in head
    assert head["ti"] == "(x) (y) z"
    assert [text for _, text in timed if text][2] == "(00:01.00)twee"


def test_times_go_on_after_an_hour_and_after_a_hundred_minutes() -> None:
    late = (Line(3599.9996, 3601.0, "Een.", exact=True), Line(6005.004, 6006.0, "Twee.", exact=True))
    assert b"01:00:00.000 --> 01:00:01.000" in as_vtt(late, ABOUT)
    assert b"01:40:05,004 --> 01:40:06,000" in as_srt(late, ABOUT)
    assert b"\n[60:00.00]Een.\n" in as_lrc(late, ABOUT)
    assert b"\n[100:05.00]Twee.\n" in as_lrc(late, ABOUT)


@given(texts=st.lists(TEXTS | st.sampled_from(HOSTILE), min_size=1, max_size=4), title=TEXTS)
def test_whatever_is_said_the_files_are_valid(texts: list[str], title: str) -> None:
    told = captions(timeline(*texts))
    about = replace(ABOUT, title=title)
    # What nobody sees is left out.
    seen = [without_controls(line.text) for line in told]
    assert [text for *_, text in read_vtt(as_vtt(told, about))] == seen
    assert len(read_srt(as_srt(told, about))) == len(told)
    assert len([text for _, text in read_lrc(as_lrc(told, about))[1] if text]) == len(told)


def test_a_name_stands_only_where_it_is_said() -> None:
    told = captions(timeline("Welkom, Zwaantje.", "Kijk rond."))
    for write in FORMATS.values():
        written = write(told, ABOUT).decode()
        assert written.count("Zwaantje") == 1
        assert "Welkom, Zwaantje." in written


def converted(path: Path) -> list[tuple[float, str]]:
    """Return when a file's lines start, and their text, as ffmpeg understands it; without empty ones."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-i", str(path), "-f", "srt", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stderr == b""
    cues = re.findall(r"^(.+) --> .+\n(.+)$", done.stdout.decode().replace("\r", ""), re.MULTILINE)
    return [(seconds(re.split("[:,]", start)), text) for start, text in cues]


# An hour of sentences and pauses with lengths that no millisecond divides; the last word is what counts.
HOUR = timeline(*(f"Zin nummer {number} van dit uur." for number in range(345)), pause_s=7.1303)


@pytest.mark.parametrize("name", FORMATS)
def test_after_an_hour_another_program_shows_the_words_within_20_ms_of_the_sound(
    name: str, tmp_path: Path
) -> None:
    assert units.seconds(HOUR.frames) > 3600
    told = captions(HOUR)
    path = tmp_path / f"uur.{name}"
    path.write_bytes(FORMATS[name](told, replace(ABOUT, length_s=units.seconds(HOUR.frames))))
    read = converted(path)
    assert [text for _, text in read] == [line.text for line in told]
    sound_s = [units.seconds(utterance.start) + LEAD_S for utterance in HOUR.utterances]
    apart_s = np.abs(np.array([start_s for start_s, _ in read]) - sound_s)
    assert apart_s.max() <= (0.005 if name == "lrc" else 0.0005) + 1e-6  # half of the last digit


@pytest.mark.slow
def test_words_appear_with_their_sound_in_a_finished_track(tmp_path: Path) -> None:
    texts = sentences("Welkom. Kijk eens rustig om je heen. Wat zie je nu? Dank je wel.")
    cues = [cue for text in texts for cue in (Utterance.of(text, AT), Pause("kort", 2.003, 2.003, 2.003, AT))]
    plan = replace(
        plan_sentence("Rust.", find_voice("zacht")), title="Rust", cues=(Heading("Rust", AT), *cues)
    )
    track = make_track(plan, tmp_path / "rust.mp3")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-i", str(track.path)]
    command += ["-ac", "1", "-ar", "44100", "-f", "f32le", "-"]
    sound = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.float32)
    read = read_vtt(as_vtt(captions(track.timeline), ABOUT))
    for _, start_s, end_s, _ in read:
        # Without a bed there is a noise floor at -70 dBFS; what is 15 dB above that for 2 ms is the voice.
        onset_s = start_s - 0.25 + np.argmax(level_db(sound, start_s - 0.25, start_s + 0.25) > -55) / 1000
        assert onset_s == pytest.approx(start_s, abs=0.020)
        assert level_db(sound, end_s + LINGER_S, end_s + 1.5).max() < -55
    assert len(read) == len(texts)


def level_db(sound: Samples, start_s: float, stop_s: float) -> Samples:
    """Return the level of every millisecond, measured over 2 ms from there on, in dB of full scale."""
    starts = np.arange(units.frames(start_s), units.frames(stop_s), units.SAMPLE_RATE / 1000).astype(int)
    windows = np.lib.stride_tricks.sliding_window_view(sound, units.frames(0.002))[starts]
    return np.asarray(10 * np.log10(np.square(windows).mean(axis=1) + 1e-12), np.float32)
