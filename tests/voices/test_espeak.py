"""The voice that is always there: the same on every run, path and thread, and honest when it fails."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import espeakng_loader
import numpy as np
import pytest
from numpy.typing import NDArray

from stem.errors import ConfigError, EngineUnavailable, SynthesisError
from stem.script.dutch.pace import expected_seconds
from stem.sound.clips import Clip
from stem.voices.engines import espeak as espeak_module
from stem.voices.engines import measured_pace, say
from stem.voices.engines.espeak import Espeak
from stem.voices.template import VoiceTemplate, find_voice

pytestmark = pytest.mark.usefixtures("every_child_is_begun")

PHRASES = (
    "Laat je schouders zakken, en adem rustig uit.",
    "Adem in.",
    "Uit.",
    "Merk op hoe het voelt om gezien te worden, precies zoals je bent.",
    "En blijf.",
    "Over 10 minuten kom je rustig terug.",
)


SENTENCES = (
    *PHRASES,
    "Een kind leert van nature of de wereld veilig is, en of er iemand komt als het huilt.",
    "Die eerste ervaringen worden een kaart waarmee je later anderen tegemoet gaat.",
    "Soms klopt die kaart niet meer met de plek waar je nu bent.",
    "Wat ooit beschermde, kan nu in de weg zitten.",
    "Dat is geen fout, het was een slimme oplossing.",
    "Langzaam kan er iets nieuws bij komen.",
    "Je hoeft er niets voor te verdienen.",
    "Zoek een houding waarin je lichaam kan rusten.",
    "Misschien zit je op een stoel, misschien lig je op een bed.",
    "Welke kleuren zie je om je heen?",
    "Hoor je iets buiten de kamer?",
    "Denk aan een plek waar je graag bent.",
    "Het licht is er zacht, en de lucht is fris.",
    "Je loopt een paar stappen en blijft dan staan.",
    "Iemand wacht daar op je, zonder haast.",
    "Hoe kijkt deze persoon naar jou?",
    "Laat dat even binnenkomen, zo veel als vandaag past.",
    "Als het te veel wordt, doe je een stap terug.",
    "Je bepaalt zelf hoe dichtbij dit komt.",
    "Neem nog even de tijd.",
    "Wat wil je hiervan meenemen?",
    "Straks gaat de dag gewoon weer verder.",
    "Strek je armen, draai met je schouders en gaap als je dat wilt.",
    "Tot een volgende keer.",
)
"""Sentences as scripts have them; what follows after PHRASES took no part in fitting `expected_seconds`."""


@pytest.fixture
def espeak() -> Espeak:
    return Espeak()


@pytest.fixture(params=["zacht", "rustig"])
def voice(request: pytest.FixtureRequest) -> VoiceTemplate:
    return find_voice(request.param)


def fingerprint(clip: Clip) -> str:
    return hashlib.sha256(clip.samples.tobytes()).hexdigest()


def test_it_works_on_this_machine(espeak: Espeak) -> None:
    espeak.check()


def test_the_same_phrase_is_the_same_sound_in_any_order_and_from_any_thread(espeak: Espeak) -> None:
    voice = find_voice("zacht")
    queue = list(PHRASES) * 3
    random.Random(1).shuffle(queue)
    with ThreadPoolExecutor(4) as pool:
        clips = list(pool.map(lambda phrase: espeak.speak(phrase, voice), queue))
    heard = {(phrase, fingerprint(clip)) for phrase, clip in zip(queue, clips, strict=True)}
    assert len(heard) == len(PHRASES)


def test_a_worker_that_was_killed_is_told_as_that(
    espeak: Espeak, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = tmp_path / "worker.py"
    killed.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    monkeypatch.setattr(espeak_module, "_WORKER", str(killed))
    with pytest.raises(SynthesisError, match="espeak-ng was stopped by signal 9") as caught:
        espeak.speak("Dag.", find_voice("zacht"))
    assert "try again" in caught.value.hint


def test_sound_starts_20_ms_in_and_ends_80_ms_before_the_end(espeak: Espeak, voice: VoiceTemplate) -> None:
    for phrase in PHRASES:
        clip = espeak.speak(phrase, voice)
        assert clip.samples.shape == (clip.frames, 1)
        loud = np.flatnonzero(np.abs(clip.samples[:, 0]) > np.abs(clip.samples).max() * 10 ** (-54 / 20))
        assert loud[0] / clip.rate == pytest.approx(0.020, abs=0.001)
        assert (clip.frames - 1 - loud[-1]) / clip.rate == pytest.approx(0.080, abs=0.001)
        assert 0.05 < np.abs(clip.samples).max() < 1.0


def test_the_voices_differ_in_pitch_as_their_sexes_do(espeak: Espeak) -> None:
    def pitch_hz(name: str) -> float:
        clip = espeak.speak("Aaaah, mooi zo.", find_voice(name))
        vowel = clip.samples[clip.frames // 5 : clip.frames // 5 + clip.rate // 5, 0]
        correlation = np.correlate(vowel, vowel, "full")[len(vowel) :]
        lowest, highest = clip.rate // 300, clip.rate // 60
        return clip.rate / (lowest + 1 + float(np.argmax(correlation[lowest:highest])))

    assert 60 < pitch_hz("rustig") < 115
    assert 120 < pitch_hz("zacht") < 200


def test_a_higher_rate_takes_less_time(espeak: Espeak) -> None:
    voice = find_voice("zacht")
    quick = replace(voice, settings={**voice.settings, "rate": 200})
    slow_s, quick_s = (espeak.speak(PHRASES[0], each).frames for each in (voice, quick))
    assert quick_s / slow_s == pytest.approx(0.5, abs=0.1)


def pitch_hz(clip: Clip, lowest_hz: float, highest_hz: float) -> NDArray[np.float64]:
    """The fundamental of every 20 ms, by normalized autocorrelation over 80 ms; no number where unvoiced."""
    x = clip.samples[:, 0].astype(np.float64)
    frame = clip.rate * 8 // 100
    lags = np.arange(int(clip.rate / highest_hz), int(clip.rate / lowest_hz) + 1)
    power = np.concatenate([[0.0], np.cumsum(np.square(x))])
    found = []
    for first in range(0, len(x) - frame - lags[-1], clip.rate // 50):
        here, starts = x[first : first + frame], first + lags
        there = np.correlate(x[starts[0] : starts[-1] + frame], here, "valid")
        likeness = there / np.sqrt((here @ here) * (power[starts + frame] - power[starts]) + 1e-9)
        loud = np.sqrt(np.mean(here**2)) > 0.05 * np.abs(x).max()
        found.append(clip.rate / lags[np.argmax(likeness)] if loud and likeness.max() > 0.85 else np.nan)
    return np.array(found)


@pytest.mark.parametrize(("name", "lowest_hz", "highest_hz"), [("zacht", 110, 200), ("rustig", 58, 115)])
def test_a_voice_moves_by_the_semitones_asked_for(
    espeak: Espeak, name: str, lowest_hz: float, highest_hz: float
) -> None:
    voice = find_voice(name)

    def contour(semitones: float, parameter: int = 45) -> NDArray[np.float64]:
        moved = replace(voice, pitch=semitones, settings={**voice.settings, "pitch": parameter})
        factor = 2 ** ((semitones + 0.21 * (parameter - 45)) / 12)
        return pitch_hz(espeak.speak(PHRASES[0], moved), lowest_hz * factor, highest_hz * factor)

    plain = contour(0)

    def semitones_to(other: NDArray[np.float64]) -> float:
        # At its usual pitch: espeak moves the whole tune by as many hertz, so what is high moves by less.
        usual = np.abs(plain / np.nanmedian(plain) - 1) < 0.04
        both = min(len(plain), len(other))
        return float(np.nanmedian(12 * np.log2(other[:both] / plain[:both])[usual[:both]]))

    for semitones in (-6, -3, 2, 6):
        assert semitones_to(contour(semitones)) == pytest.approx(semitones, abs=0.3)
    assert semitones_to(contour(0, parameter=70)) < 5.5  # 50 steps are an octave for a voice without a tune


def test_a_pitch_out_of_reach_is_told_with_what_can_be_had(espeak: Espeak) -> None:
    voice = replace(find_voice("zacht"), settings={"pitch": 20}, pitch=-6.0)
    with pytest.raises(ConfigError, match=r"'pitch' must lie between -3\.\d and 1\d\.\d semitones"):
        espeak.speak("Adem in.", voice)


@pytest.fixture(scope="module")
def plain() -> tuple[Clip, float]:
    """The first phrase as `zacht` says it, and the middle of its pitch in hertz."""
    clip = Espeak().speak(PHRASES[0], find_voice("zacht"))
    return clip, float(np.nanmedian(pitch_hz(clip, 110, 200)))


@pytest.mark.parametrize("speed", [0.6, 0.8, 1.4])
def test_a_voice_speaks_at_the_speed_asked_for_with_the_same_pitch(
    espeak: Espeak, plain: tuple[Clip, float], speed: float
) -> None:
    # At 0.6 and 0.8 this needs rates that espeak does not have: 57 and 76.
    voice = find_voice("zacht")
    other = espeak.speak(PHRASES[0], replace(voice, speed=speed))
    assert other.frames / plain[0].frames == pytest.approx(1 / speed, rel=0.04)
    assert np.nanmedian(pitch_hz(other, 110, 200)) == pytest.approx(plain[1], rel=0.02)
    loud = np.flatnonzero(np.abs(other.samples[:, 0]) > np.abs(other.samples).max() * 10 ** (-54 / 20))
    assert loud[0] / other.rate == pytest.approx(0.020, abs=0.001)
    assert (other.frames - 1 - loud[-1]) / other.rate == pytest.approx(0.080, abs=0.001)


@pytest.mark.parametrize(
    "deep",
    [
        "x" * 200,
        "Mappen met Hoofdletters/en spaties",
        "a+b",
        "praktijk-ë-日本",
    ],
)
def test_any_folder_gives_the_same_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, espeak: Espeak, deep: str
) -> None:
    voice = find_voice("zacht")
    expected = fingerprint(espeak.speak(PHRASES[0], voice))
    folder = tmp_path / deep
    home = shutil.copytree(Path(espeakng_loader.get_library_path()).parent, folder / "loader")
    moved = shutil.copy(voice.voice, folder / "Zacht+1.espeak")
    library = home / Path(espeakng_loader.get_library_path()).name
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: str(library))
    assert fingerprint(espeak.speak(PHRASES[0], replace(voice, voice=str(moved)))) == expected
    espeak.check()


@pytest.mark.parametrize("phrase", ["", " ", "...", "—", "\n", "\0"])
def test_a_phrase_with_nothing_to_say_is_refused(espeak: Espeak, phrase: str) -> None:
    with pytest.raises(SynthesisError, match="nothing to say"):
        espeak.speak(phrase, find_voice("zacht"))


def test_a_nul_does_not_cut_the_phrase(espeak: Espeak) -> None:
    voice = find_voice("zacht")
    cut = espeak.speak("Adem in\0 en adem uit.", voice)
    whole = espeak.speak("Adem in  en adem uit.", voice)
    np.testing.assert_array_equal(cut.samples, whole.samples)


def test_text_that_looks_like_markup_or_phonemes_is_no_command() -> None:
    voice_file = Path(find_voice("zacht").voice)

    def length_s(phrase: str) -> float:
        clip = espeak_module._take(phrase, voice_file, espeak_module.Settings())
        return clip.frames / clip.rate

    plain_s = length_s("dan is er rust")
    assert length_s("dan [[d'Ar]] is er rust") > plain_s + 0.2  # read out as letters
    assert plain_s + 1 < length_s("dan is <break time='9s'/> er rust") < plain_s + 8


def test_a_take_that_does_not_fit_its_text_is_refused_by_name(espeak: Espeak) -> None:
    with pytest.raises(SynthesisError, match="does not fit the text") as caught:
        espeak.speak("привет", find_voice("zacht"))  # read out letter by letter, each with its alphabet
    assert caught.value.phrase == "привет"


@pytest.mark.parametrize(
    "phrase",
    [
        "Ja.",
        "Mmm.",
        "Uit.",
        "20 %",
        "1,5 meter.",
        "12345678",
        "Om 10 uur.",
        "www.stem.nl",
        "C&A",
        "ADHD",
        "één, twee, drie, vier",
        "Björn",
        "10, 9, 8, 7, 6, 5, 4, 3, 2, 1",
        "Wat is hechting eigenlijk?",
        "arbeidsongeschiktheidsverzekeringsmaatschappij",
    ],
)
def test_honest_takes_are_believed(espeak: Espeak, phrase: str) -> None:
    for settings in ({"rate": 80}, {"rate": 150}):
        espeak.speak(phrase, replace(find_voice("zacht"), settings=settings))


@pytest.mark.parametrize(("name", "rate"), [("zacht", 80), ("rustig", 130)])
def test_the_length_of_much_speech_is_expected_within_three_percent(
    espeak: Espeak, name: str, rate: int
) -> None:
    # One sentence is off by 7 % (standard deviation), the mean of these fifteen by a quarter of that, 1.8 %.
    voice = find_voice(name)
    changed = replace(voice, settings={**voice.settings, "rate": rate})
    pace = measured_pace(partial(say, espeak, voice=changed))
    expected_s = sum(expected_seconds(sentence) for sentence in SENTENCES[::2]) / pace
    with ThreadPoolExecutor() as pool:
        clips = list(pool.map(lambda sentence: espeak.speak(sentence, changed), SENTENCES[::2]))
    assert sum(clip.frames / clip.rate for clip in clips) == pytest.approx(expected_s, rel=0.03)


def test_wrong_settings_are_told_all_at_once(espeak: Espeak) -> None:
    voice = replace(find_voice("zacht"), settings={"rate": "fast", "pich": 3})
    with pytest.raises(ConfigError) as caught:
        espeak.speak("Adem in.", voice)
    assert len(caught.value.problems) == 2
    with pytest.raises(ConfigError) as caught:
        espeak.speak("Adem in.", replace(voice, settings={"rate": 10, "volume": 999}))
    assert "'rate' must lie between 80 and 450" in caught.value.sentence
    assert "'volume'" in caught.value.sentence


def test_a_file_that_is_no_voice_is_named(espeak: Espeak, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.espeak"
    for content in ("", "hello\n", "\0\1\2", "name x\nlanguage en\n", "language nl\nptich 80 90\n"):
        wrong.write_text(content)
        with pytest.raises(ConfigError, match=r"wrong\.espeak"):
            espeak.speak("Adem in.", replace(find_voice("zacht"), voice=str(wrong)))
    with pytest.raises(ConfigError, match="'voice' must name an espeak voice file"):
        espeak.speak("Adem in.", replace(find_voice("zacht"), voice="nl"))


Damage = Callable[[Path], object]


@pytest.mark.parametrize(
    "damage",
    [
        lambda home: next(home.glob("libespeak*")).write_bytes(b"no library"),
        lambda home: next(home.glob("libespeak*")).unlink(),
        lambda home: shutil.rmtree(home / "espeak-ng-data"),
        lambda home: (home / "espeak-ng-data" / "phondata").unlink(),
        lambda home: (home / "espeak-ng-data" / "nl_dict").unlink(),
        lambda home: os.truncate(home / "espeak-ng-data" / "nl_dict", 300),
        lambda home: os.truncate(home / "espeak-ng-data" / "phontab", 300),
        lambda home: os.truncate(home / "espeak-ng-data" / "phonindex", 300),
    ],
)
def test_a_damaged_installation_is_told_with_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, espeak: Espeak, damage: Damage
) -> None:
    source = Path(espeakng_loader.get_library_path())
    home = tmp_path / "loader"
    (home / "espeak-ng-data" / "lang" / "gmw").mkdir(parents=True)
    for part in ("phontab", "phonindex", "phondata", "intonations", "nl_dict", "lang/gmw/nl"):
        shutil.copy(source.parent / "espeak-ng-data" / part, home / "espeak-ng-data" / part)
    shutil.copy(source, home / source.name)
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: str(home / source.name))
    espeak.check()
    damage(home)
    with pytest.raises(EngineUnavailable) as caught:
        espeak.check()
    assert "pip install" in caught.value.hint
    with pytest.raises((EngineUnavailable, SynthesisError)):
        espeak.speak(PHRASES[0], find_voice("zacht"))


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_ends_the_worker_too(tmp_path: Path) -> None:
    marker = tmp_path / "worker.pid"
    # A worker that never answers; the engine itself is the real one.
    slow = tmp_path / "slow.py"
    slow.write_text(f"import os, time\nopen({str(marker)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)\n")
    program = tmp_path / "program.py"
    program.write_text(
        "from stem.voices.engines import espeak\n"
        "from stem.voices.template import find_voice\n"
        f"espeak._WORKER = {str(slow)!r}\n"
        "espeak.Espeak().speak('Adem in.', find_voice('zacht'))\n"
    )
    running = subprocess.Popen([sys.executable, str(program)], stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + 20
    while not (marker.exists() and marker.read_text()) and time.monotonic() < deadline:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, complaint = running.communicate(timeout=10)
    assert b"KeyboardInterrupt" in complaint
    worker = int(marker.read_text())
    while is_running(worker) and time.monotonic() < deadline:  # killed; the system needs a moment
        time.sleep(0.01)
    assert not is_running(worker)


def test_a_worker_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak_module, "_TIMEOUT_S", 0.2)
    with pytest.raises(subprocess.TimeoutExpired):
        espeak_module._run([sys.executable, "-c", "import time; time.sleep(60)"], b"Welkom.", tmp_path)
