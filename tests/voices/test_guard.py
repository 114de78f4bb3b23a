"""The guard: every fault is made in a real take, and told; without it the take would have been used."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem.errors import SynthesisError
from stem.script.dutch.pace import expected_seconds
from stem.sound.clips import Clip, Samples, trimmed
from stem.voices.engines import espeak
from stem.voices.engines.guard import is_believable, judged
from stem.voices.template import find_voice

PHRASE = "Laat je schouders zakken en adem rustig uit."
CLAUSES = "Ja! Nee? Goed."
RATE = 22_050

ODD = (
    *("Ja.", "Uit.", "p", "Mmm.", "Hmm.", "Ssst.", "Pssst.", "Haaa", "10", "1000", "1.000.000", "12345678"),
    *(
        "20 %",
        "1,5 meter.",
        "½",
        "¼",
        "€ 5",
        "10:30",
        "2026",
        "24/7",
        "www.stem.nl",
        "C&A",
        "A.",
        "'t",
        "m'n",
    ),
    *("ADHD", "GGZ", "MBCT", "DVD", "zzp", "pH", "Ø", "ë", "Björn", "Wójcik", "van 't Hof", "Siobhán", "Ñ"),
    *(
        "één, twee, drie, vier",
        "10, 9, 8, 7, 6, 5, 4, 3, 2, 1",
        "Ha ha ha",
        CLAUSES,
        "Nu - even - niets.",
        '"Ja", zei hij.',
    ),
    *(
        "arbeidsongeschiktheidsverzekeringsmaatschappij",
        "En... blijf.",
        "Hij (of zij) komt.",
        "Adem in; adem uit: rust.",
    ),
)


def raw_take(phrase: str, name: str = "zacht") -> Clip:
    voice = find_voice(name)
    return espeak._take(phrase, Path(voice.voice), espeak.Settings(rate=100))


@pytest.fixture(scope="module")
def honest() -> Clip:
    return raw_take(PHRASE)


def loud_frame(samples: Samples, part: float) -> int:
    """Return a frame at the top of a wave in the loud sound nearest to `part` of the way."""
    level = np.convolve(np.abs(samples[:, 0]), np.ones(220) / 220, "same")
    loud = np.flatnonzero(level > 0.6 * level.max())
    near = int(loud[np.argmin(np.abs(loud - part * len(samples)))])
    return near + int(np.argmax(np.abs(samples[near : near + 220, 0])))


def once_more(samples: Samples) -> Samples:
    return np.concatenate([samples, samples, samples])


def with_hole(samples: Samples) -> Samples:
    """Nothing for 0.9 s, between two words."""
    level = np.convolve(np.abs(samples[:, 0]), np.ones(440) / 440, "same")
    middle = slice(len(samples) // 3, 2 * len(samples) // 3)
    quiet = middle.start + int(np.argmin(level[middle]))
    hole = np.zeros((int(0.9 * RATE), 1), np.float32)
    return np.concatenate([samples[:quiet], hole, samples[quiet:]])


def too_loud(samples: Samples) -> Samples:
    """As an engine does that multiplies by 2 and writes 16 bits."""
    louder = np.clip(samples * 2 / np.abs(samples).max(), -1, 1)
    whole = np.round(louder * 32767)
    return np.asarray(whole / 32768, dtype=np.float32)


def with_a_gap_in_the_numbers(samples: Samples) -> Samples:
    broken = samples.copy()
    broken[1234] = np.nan
    return broken


Fault = Callable[[Samples], Samples]
FAULTS: dict[str, tuple[Fault, str]] = {
    "it stops halfway, in silence": (
        lambda s: s[: len(s) // 4] * np.linspace(1, 0, len(s) // 4, dtype=np.float32)[:, None] ** 0.25,
        r"lasts 1\.\d s, which does not fit the text \(about 4\.\d s\)",
    ),
    "it is said three times": (once_more, r"lasts 1\d\.\d s, which does not fit the text"),
    "it falls silent": (with_hole, r"falls silent for (0\.9|1\.0) s in the middle"),
    "it is clipped": (too_loud, "the take is clipped"),
    "its start is cut": (lambda s: s[loud_frame(s, 0.1) :], "starts in the middle of a sound"),
    "its end is cut": (lambda s: s[: loud_frame(s, 0.9)], "stops in the middle of a sound"),
    "it is empty": (lambda s: s[:0], "no sound came"),
    "it is silence": (lambda s: 0 * s, "no sound came"),
    "it has no numbers": (with_a_gap_in_the_numbers, "samples that are not numbers"),
}
REFUSED_BY_TRIMMING = {"it is empty", "it is silence", "it has no numbers"}


@pytest.mark.parametrize("name", FAULTS)
def test_a_bad_take_is_tried_once_more_and_then_told(honest: Clip, name: str) -> None:
    spoil, sentence = FAULTS[name]
    bad = Clip(spoil(honest.samples), honest.rate)
    takes: list[int] = []

    def always() -> Clip:
        takes.append(1)
        return bad

    def first_time() -> Clip:
        takes.append(1)
        return bad if len(takes) == 1 else honest

    with pytest.raises(SynthesisError, match=sentence) as caught:
        judged(always, PHRASE, "piper")
    assert len(takes) == 2
    assert caught.value.sentence.startswith(f"The voice engine 'piper' could not say \"{PHRASE}\": ")
    takes.clear()
    np.testing.assert_array_equal(judged(first_time, PHRASE, "piper").samples, trimmed(honest).samples)
    assert len(takes) == 2
    if name not in REFUSED_BY_TRIMMING:
        assert trimmed(bad).frames > 0  # the naive way takes it


def test_a_good_take_is_taken_at_once(honest: Clip) -> None:
    takes = [honest]
    np.testing.assert_array_equal(judged(takes.pop, PHRASE, "espeak").samples, trimmed(honest).samples)


def test_what_a_take_raises_is_not_tried_again() -> None:
    takes: list[int] = []

    def broken() -> Clip:
        takes.append(1)
        raise SynthesisError("google", PHRASE, "the network is gone")

    with pytest.raises(SynthesisError, match="the network is gone"):
        judged(broken, PHRASE, "google")
    assert len(takes) == 1


def test_odd_phrases_raise_no_alarm() -> None:
    raise_no_alarm(ODD)


@pytest.mark.slow
def test_sentences_of_all_scripts_raise_no_alarm(root: Path) -> None:
    text = " ".join(path.read_text(encoding="utf-8") for path in sorted((root / "scripts").glob("*.j2")))
    plain = re.sub(r"(?s)---.*?---|\{.*?\}|\[.*?\]|[#*_]", " ", text)
    sentences = [each.strip() for each in re.split(r"(?<=[.!?])\s+|\n", plain)]
    chosen = list(dict.fromkeys(each for each in sentences if re.match(r"[A-Z]\w+ .*\.$", each)))[:300:8]
    assert len(chosen) == 38
    raise_no_alarm(chosen)


def raise_no_alarm(phrases: Sequence[str]) -> None:
    """Fail when the guard hears a fault in what two voices say, in turn."""
    with ThreadPoolExecutor() as pool:
        jobs = [(phrase, ("zacht", "rustig")[number % 2]) for number, phrase in enumerate(phrases)]
        for (phrase, _), take in zip(jobs, pool.map(lambda job: raw_take(*job), jobs), strict=True):
            judged(lambda: take, phrase, "espeak")  # noqa: B023


def test_a_comma_explains_a_silence_and_no_sign_does_not() -> None:
    halves = [raw_take(word).samples for word in ("Adem in", "adem uit")]
    between = np.zeros((RATE, 1), np.float32)
    take = Clip(np.concatenate([halves[0], between, halves[1]]), RATE)
    judged(lambda: take, "Adem in, adem uit.", "espeak")
    with pytest.raises(SynthesisError, match="falls silent"):
        judged(lambda: take, "Adem in en adem weer uit.", "espeak")


def test_a_slow_voice_may_be_silent_for_longer(honest: Clip) -> None:
    holed = Clip(with_hole(honest.samples), RATE)
    judged(lambda: holed, PHRASE, "espeak", pace=0.7)


def tone(hz: float, peak: float, rate: int = 48_000) -> Clip:
    """As long as PHRASE, with soft ends; in 16 bits."""
    count = round(expected_seconds(PHRASE) * rate)
    wave = peak * np.sin(2 * np.pi * hz * np.arange(count) / rate)
    wave *= np.minimum(1, np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.2 * rate))
    return Clip((np.round(np.clip(wave, -1, 1) * 32767) / 32768).astype(np.float32)[:, None], rate)


@pytest.mark.parametrize("hz", [100, 440, 5000])
def test_full_scale_is_no_clipping(hz: float) -> None:
    # Two samples beside the top of a tone of 100 Hz are 2.8 steps of 16 bits lower at 48,000 Hz.
    judged(lambda: tone(hz, 1.0), PHRASE, "espeak")


@pytest.mark.parametrize("hz", [100, 440])
def test_one_decibel_over_full_scale_is_clipping(hz: float) -> None:
    with pytest.raises(SynthesisError, match="clipped"):
        judged(lambda: tone(hz, 10 ** (1 / 20)), PHRASE, "espeak")


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_cut_ends_are_heard_at_any_rate(rate: int) -> None:
    whole = tone(200, 0.5, rate)
    cut = Clip(whole.samples[: -rate // 3], rate)
    with pytest.raises(SynthesisError, match="stops in the middle"):
        judged(lambda: cut, PHRASE, "espeak")
    backwards = Clip(cut.samples[::-1].copy(), rate)
    with pytest.raises(SynthesisError, match="starts in the middle"):
        judged(lambda: backwards, PHRASE, "espeak")


def test_a_take_is_believed_between_half_and_twice_its_expected_length() -> None:
    phrase = "Laat je schouders zakken."

    def take(factor: float) -> Clip:
        count = round(expected_seconds(phrase) * factor * 1000)
        return Clip(np.zeros((count, 1), np.float32), 1000)

    believed = [is_believable(take(factor), phrase) for factor in (0.45, 0.55, 1, 1.9, 2.1)]
    assert believed == [False, True, True, True, False]
    assert is_believable(take(0.4), phrase, pace=2.0)


@given(phrase=st.text(max_size=60), pace=st.floats(0.4, 3.0))
def test_any_phrase_has_a_length_that_is_believed(phrase: str, pace: float) -> None:
    count = round(expected_seconds(phrase) / pace * 8000)
    assert is_believable(Clip(np.zeros((count, 1), np.float32), 8000), phrase, pace)
