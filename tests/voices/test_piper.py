# ruff: noqa: RUF001 - phonemes look like letters
"""The natural voice: a phrase is always the same sound, and what is wrong with a voice is one sentence."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import tinyvoice
from hypothesis import HealthCheck, given
from hypothesis import settings as checked
from hypothesis import strategies as st
from onnx import parser
from piper import PiperVoice, SynthesisConfig

from stem.cli.output import in_options
from stem.errors import ConfigError, EngineUnavailable, StemError, SynthesisError
from stem.progress import Cancelled, stage
from stem.sound.clips import Clip, Samples, trimmed
from stem.voices.engines import engine
from stem.voices.engines.piper import Piper, model, noise, pace
from stem.voices.engines.piper import network as network_module
from stem.voices.published import Download, RemoteFile
from stem.voices.template import VoiceTemplate, find_voice, voices

PHRASES = (
    "Laat je schouders zakken, en adem rustig uit.",
    "Adem in.",
    "Uit.",
    "Merk op hoe het voelt om gezien te worden, precies zoals je bent.",
    "En blijf.",
    "Over 10 minuten kom je rustig terug.",
)
STEADY = {"noise_scale": 0, "noise_w_scale": 0}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> VoiceTemplate:
    return tinyvoice.template(tinyvoice.build(tmp_path_factory.mktemp("voice")))


@pytest.fixture(scope="module")
def choir(tmp_path_factory: pytest.TempPathFactory) -> VoiceTemplate:
    return tinyvoice.template(tinyvoice.build(tmp_path_factory.mktemp("voice"), "koor", speakers=3))


@pytest.fixture
def piper() -> Piper:
    return Piper()


def fingerprint(clip: Clip) -> str:
    return hashlib.sha256(clip.samples.tobytes()).hexdigest()


def sound_s(clip: Clip) -> float:
    """The length of the sound itself: without the 20 ms before and the 80 ms after."""
    return clip.frames / clip.rate - 0.1


def share_around(clip: Clip, hz: float) -> float:
    """The part of a clip's power that lies within 15 Hz of a frequency."""
    power = np.abs(np.fft.rfft(clip.samples[:, 0])) ** 2
    near = np.abs(np.fft.rfftfreq(clip.frames, 1 / clip.rate) - hz) < 15
    return float(power[near].sum() / power.sum())


# --- The same phrase, the same sound -----------------------------------------------------------------------


def test_who_hears_that_a_phrase_is_said_changes_nothing_of_it(piper: Piper, shared: VoiceTemplate) -> None:
    said = piper.speak("Ga rustig zitten.", shared)
    with stage(lambda _told: True, "speech"):
        assert np.array_equal(piper.speak("Ga rustig zitten.", shared).samples, said.samples)
    events = itertools.count()
    with pytest.raises(Cancelled), stage(lambda _told: next(events) < 1, "speech"):
        piper.speak("Ga rustig zitten.", shared)


def test_the_registry_gives_the_engine_and_it_works_here() -> None:
    found = engine("piper")
    found.check()
    assert (found.name, found.traits.speed, found.traits.ipa) == ("piper", True, True)
    for package in ("piper-tts", "onnxruntime", "onnx", "numpy"):
        assert f"{package} {metadata.version(package)}" in found.version


def test_piper_alone_never_says_it_twice_in_the_same_way(shared: VoiceTemplate) -> None:
    plain = PiperVoice.load(shared.voice)
    (once,), (again,) = (list(plain.synthesize(PHRASES[0])) for _ in range(2))
    assert not np.array_equal(once.audio_float_array, again.audio_float_array)


def test_the_same_phrase_is_the_same_sound_in_any_order_and_from_any_thread(
    piper: Piper, shared: VoiceTemplate
) -> None:
    queue = list(PHRASES) * 7
    random.Random(1).shuffle(queue)
    with ThreadPoolExecutor(4) as pool:
        clips = list(pool.map(lambda phrase: piper.speak(phrase, shared), queue))
    heard = {(phrase, fingerprint(clip)) for phrase, clip in zip(queue, clips, strict=True)}
    assert len(heard) == len(PHRASES)


def test_the_same_phrase_is_the_same_sound_in_another_process(piper: Piper, shared: VoiceTemplate) -> None:
    program = (
        "import sys, hashlib, tinyvoice, pathlib; from stem.voices.engines.piper import Piper\n"
        "voice = tinyvoice.template(pathlib.Path(sys.argv[1]))\n"
        "for phrase in reversed(sys.argv[2:]):\n"
        "    print(hashlib.sha256(Piper().speak(phrase, voice).samples.tobytes()).hexdigest())\n"
    )
    command = [sys.executable, "-c", program, shared.voice, *PHRASES]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [fingerprint(piper.speak(phrase, shared)) for phrase in reversed(PHRASES)]
    assert done.stderr == ""


def test_threads_that_start_together_load_a_voice_once(piper: Piper, tmp_path: Path) -> None:
    voice = tinyvoice.template(tinyvoice.build(tmp_path, "eenmaal"))
    before = model._loaded.cache_info().misses
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda phrase: piper.speak(phrase, voice), PHRASES))
    assert model._loaded.cache_info().misses == before + 1


def test_without_chance_it_says_what_piper_says(piper: Piper, shared: VoiceTemplate) -> None:
    # With its noise turned off Piper itself is exact: the rewriting changed nothing but the noise.
    config = SynthesisConfig(length_scale=1.3, noise_scale=0.0, noise_w_scale=0.0, normalize_audio=False)
    steady = replace(shared, settings=STEADY)
    for phrase in PHRASES:
        (chunk,) = PiperVoice.load(shared.voice).synthesize(phrase, config)
        expected = trimmed(Clip(chunk.audio_float_array[:, None], chunk.sample_rate))
        assert fingerprint(piper.speak(phrase, steady)) == fingerprint(expected)


def test_with_chance_it_is_as_lively_as_piper(piper: Piper, shared: VoiceTemplate) -> None:
    # The hiss of the tiny voice is 0.06 times a normal draw times the loudness 0.25, on a tone of power
    # 0.25² / 2; on this many samples its deviation is known within a fraction of a percent.
    lively = replace(shared, settings={"noise_scale": 0.6, "noise_w_scale": 0})
    still = replace(shared, settings=STEADY)
    differences = [
        (piper.speak(phrase, lively).samples - piper.speak(phrase, still).samples) for phrase in PHRASES[:1]
    ]
    hiss = np.concatenate(differences)[:, 0]
    assert np.std(hiss[hiss != 0]) == pytest.approx(0.25 * 0.06, rel=0.02)


def test_a_second_take_is_another_take(piper: Piper, shared: VoiceTemplate) -> None:
    # The guard asks for one when it does not like the first; the same again would be of no use.
    loaded = model.load(shared)
    config = SynthesisConfig(length_scale=1.3, noise_scale=0.6, noise_w_scale=0.7)
    symbols = loaded.symbols(PHRASES[0])
    first, second, first_again = (fingerprint(loaded.say(symbols, config, attempt)) for attempt in (0, 1, 0))
    assert first != second
    assert first == first_again


def test_reading_does_not_depend_on_what_was_read_before(shared: VoiceTemplate) -> None:
    # espeak-ng keeps a state of its own between phrases.
    things = ("grond", "garage", "2026", "chaos", "één", "D.", "stilte?", "'s avonds", "lijf!", "uit, en in")
    queue = [f"{verb} de {thing}" for verb in ("Voel", "Zie", "Hoor", "Merk", "Volg") for thing in things]
    loaded = model.load(shared)
    first = {phrase: loaded.symbols(phrase) for phrase in queue}
    random.Random(2).shuffle(queue)
    assert {phrase: loaded.symbols(phrase) for phrase in queue} == first


# --- What a voice template asks ----------------------------------------------------------------------------


def test_a_larger_length_scale_takes_longer(piper: Piper, shared: VoiceTemplate) -> None:
    # In whole hops of 12 ms: a phoneme of 7 hops takes 14 at twice the length, a long mark of 3.5 hops takes
    # 4 and 7. There are a few of those in sixty phonemes.
    once, twice = (
        sound_s(piper.speak(PHRASES[3], replace(shared, settings={**STEADY, "length_scale": scale})))
        for scale in (1.0, 2.0)
    )
    assert twice / once == pytest.approx(2.0, rel=0.02)


def test_speed_divides_the_length_scale_and_changes_nothing_else(piper: Piper, shared: VoiceTemplate) -> None:
    by_speed = replace(shared, settings={"length_scale": 1.5}, speed=1.25)
    by_length = replace(shared, settings={"length_scale": 1.2})
    assert fingerprint(piper.speak(PHRASES[0], by_speed)) == fingerprint(piper.speak(PHRASES[0], by_length))


def test_the_pitch_is_left_to_others(piper: Piper, shared: VoiceTemplate) -> None:
    assert not piper.traits.pitch
    higher = piper.speak("Uit.", replace(shared, pitch=3.0))
    assert fingerprint(higher) == fingerprint(piper.speak("Uit.", shared))


@pytest.mark.parametrize(("speaker", "times"), [(None, 1.0), (0, 1.0), (1, 1.5), ("spreker 2", 2.0)])
def test_each_speaker_has_a_voice_of_its_own(
    piper: Piper, choir: VoiceTemplate, speaker: object, times: float
) -> None:
    clip = piper.speak("[[oooooooo]]", replace(choir, settings={"speaker": speaker}))
    assert share_around(clip, times * tinyvoice.hertz("o")) > 0.9


def test_how_loud_a_phrase_is_stays_as_it_is(piper: Piper, shared: VoiceTemplate) -> None:
    # Piper would bring every sentence to full scale. A tone of 0.25 with a hiss of 0.015: five deviations up.
    for phrase in PHRASES:
        assert 0.25 <= np.abs(piper.speak(phrase, shared).samples).max() <= 0.25 + 5 * 0.015


def test_sound_starts_20_ms_in_and_ends_80_ms_before_the_end(piper: Piper, shared: VoiceTemplate) -> None:
    for phrase in PHRASES:
        clip = piper.speak(phrase, shared)
        assert clip.rate == tinyvoice.RATE
        assert clip.samples.shape == (clip.frames, 1)
        assert clip.samples.dtype == np.float32
        loud = np.flatnonzero(np.abs(clip.samples[:, 0]) > np.abs(clip.samples).max() * 10 ** (-54 / 20))
        assert loud[0] / clip.rate == pytest.approx(0.020, abs=0.001)
        assert (clip.frames - 1 - loud[-1]) / clip.rate == pytest.approx(0.080, abs=0.001)


def test_all_mistakes_in_settings_are_told_at_once(piper: Piper, shared: VoiceTemplate) -> None:
    def problems(**settings: object) -> tuple[str, ...]:
        with pytest.raises(ConfigError) as caught:
            piper.speak("Uit.", replace(shared, settings=settings))
        assert caught.value.path == shared.path
        return caught.value.problems

    assert set(problems(length_skale=1.2, noise_scale="veel")) == {
        "unknown key 'length_skale' (did you mean 'length_scale'?)",
        "'noise_scale' must be a number, not \"veel\"",
    }
    (told,) = problems(length_scale=9, noise_w_scale=-1, speaker=True)
    assert told.split("; ") == [
        "'length_scale' must lie between 0.5 and 3, not 9",
        "'noise_w_scale' must lie between 0 and 1.5, not -1",
        "'speaker' must be a number or a name",
    ]


# --- Its own pace ------------------------------------------------------------------------------------------


def at_pace(folder: Path, factor: float) -> VoiceTemplate:
    """A tiny voice that reads so many times as fast."""
    path = tinyvoice.build(folder, "tempo")
    network = onnx.load(path)
    (hops,) = (each for each in network.graph.initializer if each.name == "hops")
    slower: Samples = onnx.numpy_helper.to_array(hops) / np.float32(factor)
    hops.CopyFrom(onnx.numpy_helper.from_array(slower, "hops"))
    path.write_bytes(network.SerializeToString())
    return tinyvoice.template(path)


@pytest.mark.parametrize("factor", [0.6, 1.4, 1.9])
def test_a_quick_and_a_slow_voice_are_judged_by_their_own_pace(
    piper: Piper, tmp_path: Path, factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice = at_pace(tmp_path, factor)
    takes: list[int] = []
    say = model.Model.say

    def counted(self: model.Model, sentences: Sequence[list[int]], *given: Any) -> Clip:
        takes.append(given[1])
        return say(self, sentences, *given)

    monkeypatch.setattr(model.Model, "say", counted)
    phrases = ("Goed dat je er bent.", "Hoe is de houding, en hoe gaat het met anderen?", "Ja. Nee. Goed.")
    for phrase in phrases:
        assert piper.speak(phrase, voice).frames
    assert takes == [0] * (3 + len(phrases)), "three sentences to measure it, once; no take was the second"
    (kept,) = (Path.home() / "cache" / "stem" / "paces").iterdir()
    assert 0.75 <= json.loads(kept.read_bytes()) <= 3.0
    monkeypatch.setattr(pace, "_known", {})  # as in another run
    takes.clear()
    piper.speak(phrases[0], voice)
    assert takes == [0]
    kept.write_text("1e9")  # what nobody wrote is measured again
    monkeypatch.setattr(pace, "_known", {})
    takes.clear()
    piper.speak(phrases[0], voice)
    assert takes == [0] * 4


def test_a_voice_that_says_next_to_nothing_has_no_pace_of_its_own(piper: Piper, tmp_path: Path) -> None:
    with pytest.raises(SynthesisError, match="which does not fit the text"):
        piper.speak("Laat je schouders zakken, en adem rustig uit.", at_pace(tmp_path, 20.0))


# --- Reading -----------------------------------------------------------------------------------------------


def shown(voice: VoiceTemplate, phrase: str) -> list[str]:
    """What a voice is given to say, as text."""
    loaded = model.load(voice)
    letters = {ids[0]: phoneme for phoneme, ids in loaded.piper.config.phoneme_id_map.items()}
    return ["".join(letters[number] for number in ids if number) for ids in loaded.symbols(phrase)]


@pytest.mark.parametrize("phrase", ["Adem uit", "Adem uit,", "Adem uit:", "Adem uit;", "Adem uit , "])
def test_a_phrase_ends_with_a_stop(shared: VoiceTemplate, phrase: str) -> None:
    assert shown(shared, phrase) == shown(shared, "Adem uit.")
    assert shown(shared, phrase)[0].endswith("t.$")


@pytest.mark.parametrize("stop", ["!", "?"])
def test_a_stop_of_its_own_is_kept(shared: VoiceTemplate, stop: str) -> None:
    assert shown(shared, f"Adem uit{stop}")[0].endswith(f"t{stop}$")


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("Welkom, [[ʃaːn]].", "^ʋˈɛlkɔm, ʃaːn.$"),
        ("Welkom [[ʃaːn]], ga zitten.", "^ʋˈɛlkɔm ʃaːn, ɣˈaː zˈɪtən.$"),
        ("[[ʃaːn]] is er.", "^ʃaːn ɪs ər.$"),
        ("[[ʃaːn]] [[ʃaːn]]", "^ʃaːn ʃaːn.$"),
        ("Is [[ʃaːn]] er?", "^ɪs ʃaːn ər?$"),
    ],
)
def test_phonemes_between_brackets_are_read_as_they_are(
    shared: VoiceTemplate, phrase: str, expected: str
) -> None:
    assert shown(shared, phrase) == [expected]


def test_composed_phonemes_are_those_that_voices_know(shared: VoiceTemplate) -> None:
    assert shown(shared, "[[\u00e7\u00e3]].") == shown(shared, "[[c\u0327a\u0303]].")


def test_the_sentences_of_one_phrase_are_apart(piper: Piper, shared: VoiceTemplate) -> None:
    clip = piper.speak("Ja. Nee. Goed.", replace(shared, settings=STEADY))
    quiet = np.flatnonzero(np.abs(clip.samples[:, 0]) > 1e-4)
    gaps_s = np.diff(quiet)[np.diff(quiet) > 0.2 * clip.rate] / clip.rate
    assert len(gaps_s) == 2
    assert np.all((gaps_s > 0.3) & (gaps_s < 0.75))


@pytest.mark.parametrize("phrase", ["", " ", "...", "—", "\n", "\0", "[[]]", "[[.]]", "[[ˈ]]"])
def test_a_phrase_with_nothing_to_say_is_refused(piper: Piper, shared: VoiceTemplate, phrase: str) -> None:
    with pytest.raises(SynthesisError, match="there is nothing to say in it"):
        piper.speak(phrase, shared)


def test_what_the_voice_lacks_is_told_with_its_word(piper: Piper, tmp_path: Path) -> None:
    poor = tinyvoice.template(tinyvoice.build(tmp_path, "arm", without="xʒ\u0303"))
    assert piper.remarks("Adem in, en uit.", poor) == ()
    assert piper.remarks("Van chaos naar garage, in een genre. Chaos!", poor) == (
        "The voice 'arm' has no sound for 'x' in \"chaos\", and leaves it out.",
        "The voice 'arm' has no sound for 'ʒ' in \"garage\", and leaves it out.",
        "The voice 'arm' has no sound for 'ʒ', '◌\u0303' in \"genre\", and leaves it out.",
        "The voice 'arm' has no sound for 'x' in \"Chaos\", and leaves it out.",
    )
    assert piper.remarks("Welkom, [[ʒaːn]].", poor) == (
        "The voice 'arm' has no sound for 'ʒ' in \"ʒaːn\", and leaves it out.",
    )


def test_a_sound_that_is_lacking_is_left_out_in_silence(
    piper: Piper, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    poor = tinyvoice.template(tinyvoice.build(tmp_path, "arm", without="x"))
    assert shown(poor, "chaos") == ["^ˈaːɔs.$"]
    piper.speak("chaos", poor)
    assert capfd.readouterr() == ("", "")
    with pytest.raises(SynthesisError, match="nothing to say"):
        piper.speak("[[xx]]", poor)


@checked(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(phrase=st.text(max_size=40))
def test_any_text_is_said_or_refused_in_one_sentence(shared: VoiceTemplate, phrase: str) -> None:
    speaker = Piper()
    with suppress(SynthesisError):
        assert np.isfinite(speaker.speak(phrase, shared).samples).all()
    speaker.remarks(phrase, shared)


# --- The noise ---------------------------------------------------------------------------------------------


def rewritten(text: str) -> tuple[onnxruntime.InferenceSession, tuple[str, ...]]:
    network = parser.parse_model(f'<ir_version: 8, opset_import: ["" : 15]> {text}')
    names = noise.made_repeatable(network, Path("network.onnx"))
    options = ["CPUExecutionProvider"]
    return onnxruntime.InferenceSession(network.SerializeToString(), providers=options), names


def test_noise_has_the_shape_mean_and_deviation_that_the_network_wants() -> None:
    session, names = rewritten(
        "one (float[a, b] x) => (float[a, b] like, float[50, 40] fixed) {\n"
        "like = RandomNormalLike <mean = 3.0, scale = 2.0> (x)\n"
        "fixed = RandomNormal <shape = [50, 40]> () }"
    )
    fed = noise.for_sentence(names, range(20), 1.0, (None, 0))
    like, fixed = session.run(None, {"x": np.zeros((100, 30), np.float32), **fed})
    assert (like.shape, fixed.shape) == ((100, 30), (50, 40))
    # Of 3000 and 2000 draws: four standard errors.
    assert like.mean() == pytest.approx(3, abs=4 * 2 / 3000**0.5)
    assert like.std() == pytest.approx(2, abs=4 * 2 / 6000**0.5)
    assert fixed.mean() == pytest.approx(0, abs=4 / 2000**0.5)
    assert abs(np.corrcoef(like.ravel()[:2000], fixed.ravel())[0, 1]) < 4 / 2000**0.5


def test_noise_that_falls_short_is_repeated() -> None:
    session, (name,) = rewritten("one (float[a] x) => (float[a] y) { y = RandomNormalLike (x) }")
    short = np.array([1, 2, 3], np.float32)
    (found,) = session.run(None, {"x": np.zeros(8, np.float32), name: short})
    np.testing.assert_array_equal(found, [1, 2, 3, 1, 2, 3, 1, 2])


def test_noise_within_a_branch_is_found_too() -> None:
    session, (name,) = rewritten(
        "one (bool c, float[a] x) => (float[a] y) { y = If (c) <\n"
        "then_branch = t () => (float[a] z) { z = RandomNormalLike (x) },\n"
        "else_branch = e () => (float[a] w) { w = Identity (x) } > }"
    )
    fed = {"x": np.zeros(4, np.float32), name: np.arange(4, dtype=np.float32)}
    np.testing.assert_array_equal(session.run(None, {"c": np.array(True), **fed})[0], [0, 1, 2, 3])
    np.testing.assert_array_equal(session.run(None, {"c": np.array(False), **fed})[0], [0, 0, 0, 0])


def test_other_phrases_speakers_and_attempts_have_other_noise() -> None:
    def begin(*symbols: int, speaker: int | None = None, attempt: int = 0, length: float = 1.0) -> bytes:
        (fed,) = noise.for_sentence(["n"], symbols, length, (speaker, attempt)).values()
        return fed[:100].tobytes()

    different = [begin(1), begin(2), begin(1, 2), begin(1, speaker=0), begin(1, attempt=1)]
    assert len(set(different)) == len(different)
    assert begin(1, length=2.5) == begin(1)


# --- The network that is kept ------------------------------------------------------------------------------


def test_a_network_is_rewritten_once_and_kept_for_the_next_run(
    piper: Piper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    rewrite = network_module._rewrite

    def counted(path: Path, target: Path) -> None:
        made.append(path)
        rewrite(path, target)

    monkeypatch.setattr(network_module, "_rewrite", counted)
    place = Path.home() / "cache" / "stem" / "networks"
    voice = tinyvoice.template(tinyvoice.build(tmp_path))

    def said_in_another_run() -> str:
        model._loaded.cache_clear()
        return fingerprint(piper.speak("Adem in.", voice))

    first = said_in_another_run()
    (kept,) = place.iterdir()
    assert said_in_another_run() == first
    assert len(made) == 1
    kept.write_bytes(kept.read_bytes()[:-1000])  # by a power cut
    assert said_in_another_run() == first
    assert len(made) == 2
    for number in range(5):
        other = tinyvoice.build(tmp_path, f"stem-{number}", without="x")
        changed = onnx.load(other)
        changed.doc_string = str(number)
        other.write_bytes(changed.SerializeToString())
        piper.speak("Uit.", tinyvoice.template(other))
    assert len(list(place.iterdir())) == 4
    shutil.rmtree(place)
    place.touch()  # nothing can be kept there
    assert said_in_another_run() == first
    assert len(made) == 8


# --- What can be wrong -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """Something that is wrong with a voice, and what the person is told."""

    name: str
    harm: Callable[[Path], VoiceTemplate | None]
    sentence: str
    hint: str = ""
    kind: type[StemError] = ConfigError


AGAIN = "Get the voice's two files again."
DAMAGED = r".*klein\.onnx: it is damaged, or no \.onnx file at all\."
DAMAGED_JSON = r".*klein\.onnx\.json: it is damaged\."


def told(change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    """Change the voice's .json."""

    def harm(path: Path) -> None:
        settings = tinyvoice.settings()
        change(settings)
        path.with_name(f"{path.name}.json").write_text(json.dumps(settings), encoding="utf-8")

    return harm


def instead(content: bytes) -> Callable[[Path], None]:
    """Put something else in the place of the .onnx."""
    return lambda path: _write(path, content)


def settings_instead(content: bytes) -> Callable[[Path], None]:
    return lambda path: _write(path.with_name(f"{path.name}.json"), content)


def network(change: Callable[[str], str]) -> Callable[[Path], None]:
    """Put another network in the place of the voice's."""
    return lambda path: _write(path, parser.parse_model(change(OTHER)).SerializeToString())


def asking(**settings: object) -> Callable[[Path], VoiceTemplate]:
    """Let the voice template ask for something."""
    return lambda path: tinyvoice.template(path, **settings)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def not_fetched(path: Path) -> VoiceTemplate:
    path.unlink()
    files = (RemoteFile(path.name, "0" * 32, 1000),)
    return replace(tinyvoice.template(path), download=Download("1", "nl", files, ("http://127.0.0.1",)))


OTHER = """<ir_version: 8, opset_import: ["" : 15]>
voice (int64[1, n] input, int64[1] input_lengths, float[3] scales) => (float[m] output) {
    shape = Constant <value_ints = [22050]> ()
    sound = ConstantOfShape <value = float[1] {0.0}> (shape)
    output = Identity (sound)
}"""

FAULTS = [
    Fault(
        "no .onnx",
        Path.unlink,
        r"The voice engine 'piper' cannot be used: there is no file .*klein\.onnx\.",
        "A voice is two files in one folder, such as stem.onnx and stem.onnx.json.",
        EngineUnavailable,
    ),
    Fault(
        "no .json",
        lambda path: path.with_name(f"{path.name}.json").unlink(),
        r"The voice engine 'piper' cannot be used: there is no file .*klein\.onnx\.json\.",
        "A voice is two files in one folder, such as stem.onnx and stem.onnx.json.",
        EngineUnavailable,
    ),
    Fault(
        "not downloaded",
        not_fetched,
        r"The voice engine 'piper' cannot be used: the voice 'klein' has not been downloaded yet\.",
        "Download it: stem voices get klein",
        EngineUnavailable,
    ),
    Fault("a folder", folder_instead, r".*klein\.onnx: it cannot be read \(Is a directory\)\."),
    Fault("empty", instead(b""), DAMAGED, AGAIN),
    Fault("cut off", cut, DAMAGED, AGAIN),
    Fault(
        "a web page",
        instead(b"<!DOCTYPE html><html><body>Not found</body></html>"),
        DAMAGED,
        AGAIN,
    ),
    Fault(
        "noise",
        instead(random.Random(1).randbytes(5000)),
        DAMAGED,
        AGAIN,
    ),
    Fault(
        "an unknown layer",
        network(lambda text: text.replace("Identity", "Zing")),
        r".*klein\.onnx: onnxruntime cannot use it \(.*Zing.*\)\.",
        AGAIN,
    ),
    Fault(
        "another network",
        network(lambda text: text.replace("scales", "picture")),
        r".*klein\.onnx: it is a neural network, but no Piper voice\.",
    ),
    Fault(
        "chance of another kind",
        network(lambda text: text.replace("Identity", "RandomUniformLike")),
        r".*klein\.onnx: no two takes of it are alike: it draws lots with RandomUniformLike\.",
    ),
    Fault(
        "no sound",
        network(lambda text: text),
        r"The voice engine 'piper' could not say \"Adem in\.\": no sound came.*",
        kind=SynthesisError,
    ),
    Fault(
        "no numbers",
        network(lambda text: text.replace("0.0", "nan")),
        r"The voice engine 'piper' could not say \"Adem in\.\": the take has samples that are not numbers\.",
        "Say it in other words, or choose another voice.",
        SynthesisError,
    ),
    Fault(
        "another voice's .json",
        told(lambda settings: settings.update(phoneme_id_map={key: [999] for key in "^$_.aːdəmɪn "})),
        r"The voice engine 'piper' could not say \"Adem in\.\": the voice's network stopped \(.+\)\.",
        "Perhaps its .onnx and .json do not belong together.",
        SynthesisError,
    ),
    Fault(".json cut off", settings_instead(b'{"audio": {'), r".*klein\.onnx\.json: it is damaged\.", AGAIN),
    Fault(".json empty", settings_instead(b""), r".*klein\.onnx\.json: it is damaged\.", AGAIN),
    Fault(
        ".json of bytes", settings_instead(b"\xff\xfe\x00"), r".*klein\.onnx\.json: it is damaged\.", AGAIN
    ),
    Fault(".json a list", settings_instead(b"[1, 2]"), r".*klein\.onnx\.json: it is damaged\.", AGAIN),
    Fault(".json deep", settings_instead(b"[" * 10**5), r".*klein\.onnx\.json: it is damaged\.", AGAIN),
    Fault(
        ".json of something else",
        settings_instead(b"{}"),
        r".*klein\.onnx\.json: it is not the settings of a Piper voice: 'num_symbols' is missing\.",
        AGAIN,
    ),
    Fault(
        "another language",
        told(lambda settings: settings.update(espeak={"voice": "en-us"})),
        r".*klein\.onnx\.json: the voice speaks 'en-us', and stem's texts are Dutch \('nl'\)\.",
    ),
    Fault(
        "letters for phonemes",
        told(lambda settings: settings.update(phoneme_type="text")),
        r".*klein\.onnx\.json: the voice reads 'text', and stem has phonemes of espeak for it\.",
    ),
    Fault(
        "unknown phonemes",
        told(lambda settings: settings.update(phoneme_type="runes")),
        r".*klein\.onnx\.json: its phonemes are of a kind that Piper does not know\.",
    ),
    Fault(
        "more speakers than there are",
        told(lambda settings: settings.update(num_speakers=2)),
        r".*klein\.onnx\.json: its 'num_speakers', 2, does not fit the network in klein\.onnx\.",
        AGAIN,
    ),
    Fault(
        "three mistakes",
        told(
            lambda settings: settings.update(
                audio={"sample_rate": "22050"}, num_speakers=0, phoneme_id_map={"^": [1], "$": [2], ".": [10]}
            )
        ),
        r".*klein\.onnx\.json: 3 mistakes: 'sample_rate' must be a whole number between 8000 and 192000, not "
        r"'22050'; 'num_speakers' must be a whole number between 1 and 100000, not 0; 'phoneme_id_map' lacks "
        r"'_'\.",
    ),
    Fault(
        "phonemes without numbers",
        told(lambda settings: settings.update(phoneme_id_map={"a": 1}, speaker_id_map=[])),
        r".*klein\.onnx\.json: 2 mistakes: its speakers must be whole numbers; 'phoneme_id_map' must be a "
        r"table of lists of whole numbers\.",
    ),
    Fault(
        "a second speaker",
        asking(speaker=1),
        r".*klein\.toml: 'settings\.speaker': the voice has no speaker 1; it has one, 0\.",
    ),
    Fault(
        "a named speaker",
        asking(speaker="Anna"),
        r".*klein\.toml: 'settings\.speaker': the voice has no speaker 'Anna'\.",
        "It has one speaker, without a name.",
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_whatever_is_wrong_with_a_voice_is_one_sentence_and_passes(
    piper: Piper, tmp_path: Path, fault: Fault, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tinyvoice.build(tmp_path)
    before = fingerprint(piper.speak("Adem in.", tinyvoice.template(path)))
    voice = fault.harm(path) or tinyvoice.template(path)
    with pytest.raises(fault.kind) as caught:
        piper.speak("Adem in.", voice)
    assert re.fullmatch(fault.sentence, caught.value.sentence), caught.value.sentence
    assert in_options(caught.value.hint) == fault.hint
    assert capfd.readouterr() == ("", "")
    if path.is_dir():
        path.rmdir()
    assert fingerprint(piper.speak("Adem in.", tinyvoice.template(tinyvoice.build(tmp_path)))) == before


@pytest.mark.parametrize(
    ("speaker", "problem", "hint"),
    [
        (3, "the voice has no speaker 3; its speakers are 0 to 2", ""),
        (-1, "the voice has no speaker -1; its speakers are 0 to 2", ""),
        ("spreker 7", "the voice has no speaker 'spreker 7'", "Did you mean 'spreker"),
    ],
)
def test_a_speaker_that_is_not_there_is_refused(
    piper: Piper, choir: VoiceTemplate, speaker: object, problem: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        piper.speak("Adem in.", replace(choir, settings={"speaker": speaker}))
    assert caught.value.problems == (f"'settings.speaker': {problem}",)
    assert caught.value.hint.startswith(hint)


def test_a_voice_that_changed_is_loaded_again(piper: Piper, tmp_path: Path) -> None:
    voice = tinyvoice.template(tinyvoice.build(tmp_path))
    before = piper.speak("[[oooooooo]]", voice)
    other = onnx.load(voice.voice)
    (cycles,) = (each for each in other.graph.initializer if each.name == "cycles")
    doubled: Samples = 2 * onnx.numpy_helper.to_array(cycles)
    cycles.CopyFrom(onnx.numpy_helper.from_array(doubled, "cycles"))
    other.doc_string = "higher"  # so that its size differs, should the clock be too coarse
    Path(voice.voice).write_bytes(other.SerializeToString())
    after = piper.speak("[[oooooooo]]", voice)
    assert share_around(before, tinyvoice.hertz("o")) > 0.9
    assert share_around(after, 2 * tinyvoice.hertz("o")) > 0.9


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version

    def version(package: str) -> str:
        if package == "piper-tts":
            raise metadata.PackageNotFoundError(package)
        return real(package)

    monkeypatch.setattr(metadata, "version", version)
    with pytest.raises(EngineUnavailable) as caught:
        engine("piper")
    assert caught.value.sentence == "The voice engine 'piper' cannot be used: piper-tts is not installed."
    assert caught.value.hint == "Install it: pip install 'stem-meditatie[piper]'"


@pytest.mark.parametrize("package", ["onnx", "onnxruntime", "piper"])
def test_a_part_that_cannot_be_loaded_is_told(
    piper: Piper, shared: VoiceTemplate, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)  # the import system's own way to block one
    for attempt in (piper.check, lambda: piper.speak("Uit.", shared), lambda: piper.remarks("Uit.", shared)):
        with pytest.raises(EngineUnavailable, match="it cannot be loaded") as caught:
            attempt()
        assert package in caught.value.reason
        assert caught.value.hint.startswith("Install it again: pip install ")


# --- The voices that come with stem ------------------------------------------------------------------------


NATURAL = ("alex", "nathalie", "nathalie-licht", "pim", "rdh", "rdh-licht", "ronnie")


def test_the_natural_voices_tell_what_they_are() -> None:
    found = {voice.name: voice for voice in voices() if voice.engine == "piper"}
    assert tuple(found) == NATURAL
    assert max(found.values(), key=lambda voice: voice.rank).name == "alex"
    for voice in found.values():
        assert voice.accent in {"Netherlands", "Flanders"}
        assert voice.licence.startswith("CC0")
        assert voice.credit.startswith("Gesproken door een computerstem: Piper")
        assert ("research-only" in voice.licence) == ("alleen voor onderzoek" in voice.credit)


@pytest.mark.parametrize("name", NATURAL)
def test_a_natural_voice_says_how_to_get_it_until_it_is_there(piper: Piper, name: str) -> None:
    voice = find_voice(name)
    assert voice.download is not None
    assert not voice.installed
    with pytest.raises(EngineUnavailable) as caught:
        piper.speak("Adem in.", voice)
    assert in_options(caught.value.hint) == f"Download it: stem voices get {name}"
    model_file, settings_file = voice.download.files
    assert model_file.name == Path(voice.voice).name
    assert settings_file.name == f"{model_file.name}.json"
    assert all(re.fullmatch("[0-9a-f]{32}", file.md5) for file in voice.download.files)
    locale, who, quality = model_file.name.removesuffix(".onnx").split("-")
    assert voice.download.folder == f"nl/{locale}/{who}/{quality}"
    folder = Path(voice.voice).parent
    assert folder.is_relative_to(Path.home())  # the test's own
    folder.mkdir(parents=True)
    tinyvoice.build(folder, Path(voice.voice).stem)
    assert replace(voice).installed
    assert piper.speak("Adem in.", voice).frames
