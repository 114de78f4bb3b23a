"""The voice that speaks is the one that was asked for, or the best that is here; nothing leaves unasked."""

from __future__ import annotations

import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tinyvoice

from stem.cli.output import in_options
from stem.errors import ConfigError, EngineUnavailable, UnknownNameError, UsageError
from stem.script.dutch.lexicon import Lexicon
from stem.voices.engines import engine
from stem.voices.recordings.engine import voice_of
from stem.voices.recordings.sheets import SheetLine
from stem.voices.speakers import (
    EMBEDDED,
    Ensemble,
    Sending,
    Speaker,
    Terms,
    better_voice,
    can_speak,
    choose_voice,
    expected_pace,
    recordings_folder,
)
from stem.voices.template import VoiceTemplate, find_voice, models_folder

NO_WORDS = Lexicon({})


def install(name: str) -> None:
    """Lay a tiny voice where the files of a downloaded one belong."""
    voice = find_voice(name)
    models_folder().mkdir(parents=True)
    tinyvoice.build(models_folder(), Path(voice.voice).stem)


def test_without_a_wish_the_best_that_is_installed_speaks() -> None:
    assert choose_voice("").name == EMBEDDED
    assert better_voice(choose_voice("")) == find_voice("alex")
    install("nathalie")
    assert choose_voice("").name == "nathalie"
    assert better_voice(choose_voice("")) == find_voice("alex")


def test_the_very_best_has_none_that_is_better() -> None:
    assert better_voice(find_voice("alex")) is None


def test_a_wish_is_followed_also_for_a_voice_that_is_not_installed() -> None:
    assert choose_voice("rdh").name == "rdh"
    assert not can_speak(choose_voice("rdh"))
    with pytest.raises(UnknownNameError, match="ales"):
        choose_voice("ales")


def test_a_voice_without_its_engine_cannot_speak() -> None:
    assert not can_speak(replace(find_voice("zacht"), engine="bestaat-niet"))


def test_a_voice_that_sends_text_away_is_never_chosen_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "voice_templates"
    folder.mkdir()
    (folder / "zacht.toml").write_text('inherits = "google"\nrank = 99\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert choose_voice("").name == "rustig"


def test_nothing_is_sent_without_leave() -> None:
    google = find_voice("google")
    with pytest.raises(EngineUnavailable, match="sends what it says to Google") as refusal:
        Speaker.ready(google, NO_WORDS, Terms())
    assert "--allow-online" in in_options(refusal.value.hint)


def test_what_would_be_sent_is_counted_before_it_is() -> None:
    speaker = Speaker.ready(find_voice("google"), NO_WORDS, Terms(online=True))
    sent = speaker.sending(["Welkom.", "Welkom.", "Dank je wel."])
    assert sent == Sending("Google (translate.google.com)", phrases=2, characters=19, kept=True)
    assert str(sent) == (
        "2 phrases (19 characters, with what you filled in) to be sent to Google (translate.google.com); "
        "what comes back is kept, so that nothing is sent twice."
    )
    forgetful = Speaker.ready(find_voice("google"), NO_WORDS, Terms(online=True, remember=False))
    assert str(forgetful.sending(["Welkom."])) == (
        "1 phrase (7 characters, with what you filled in) to be sent to Google (translate.google.com); "
        "what comes back is not kept."
    )
    assert speaker.sending([]) is None


def test_a_local_voice_sends_nothing() -> None:
    assert Speaker.ready(find_voice("zacht"), NO_WORDS, Terms()).sending(["Welkom."]) is None


def test_words_of_the_lexicon_are_said_as_it_has_them() -> None:
    zacht = find_voice("zacht")
    knowing = Speaker.ready(zacht, NO_WORDS.plus("healing", "hieling"), Terms())
    plain = Speaker.ready(zacht, NO_WORDS, Terms())
    assert np.array_equal(knowing.say("Dit is healing.").samples, plain.say("Dit is hieling.").samples)


def test_with_no_memory_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    zacht = find_voice("zacht")
    Speaker.ready(zacht, NO_WORDS, Terms(remember=False)).say("Welkom.")
    assert not (tmp_path / "cache").exists()
    Speaker.ready(zacht, NO_WORDS, Terms()).say("Welkom.")
    assert (tmp_path / "cache").exists()


@pytest.fixture
def recorded(tmp_path: Path) -> VoiceTemplate:
    """Two of three sentences, recorded."""
    texts = ("Welkom.", "Dank je.", "Dag.")
    lines = [SheetLine(number, text, text) for number, text in enumerate(texts, start=1)]
    reader = find_voice("rustig")
    for line in (lines[0], lines[2]):
        clip = engine(reader.engine).speak(line.phrase, reader)
        sound = np.pad(clip.samples[:, 0], clip.rate // 2)
        with wave.open(str(tmp_path / f"{line.number}.wav"), "wb") as file:
            file.setparams((1, 2, clip.rate, 0, "NONE", ""))
            file.writeframes((32_767 * sound).astype("<i2").tobytes())
    return voice_of(tmp_path, lines)[0]


def test_recordings_say_what_they_have_and_the_other_voice_the_rest(recorded: VoiceTemplate) -> None:
    company = Ensemble((recorded, find_voice("zacht")), NO_WORDS, Terms())
    phrases = ["Welkom.", "Dank je.", "Dag.", "Welkom."]
    parts = [(speaker.voice.name, said) for speaker, said in company.parts(phrases)]
    assert parts == [(recorded.name, ("Welkom.", "Dag.")), ("zacht", ("Dank je.",))]


def test_a_recording_is_found_by_what_is_written_whatever_the_lexicon(recorded: VoiceTemplate) -> None:
    speaker = Speaker.ready(recorded, NO_WORDS.plus("Welkom", "welkomm"), Terms())
    assert speaker.say("Welkom.").frames > 0


def test_only_a_voice_that_can_say_anything_has_a_pace(recorded: VoiceTemplate) -> None:
    assert expected_pace(recorded, NO_WORDS, Terms()) is None
    pace = expected_pace(find_voice("zacht"), NO_WORDS, Terms())
    assert pace == pytest.approx(0.95, abs=0.1)  # its rate is 95 where `expected_seconds` was measured at 100


@pytest.mark.parametrize("name", ["google", "alex"])
def test_to_know_a_pace_nothing_is_sent_or_needed(name: str) -> None:
    assert expected_pace(find_voice(name), NO_WORDS, Terms()) == 1.0


def test_a_known_voice_goes_before_a_folder_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("rustig", "opnames"):
        (tmp_path / name).mkdir()
    assert recordings_folder("rustig") is None
    assert recordings_folder("rustig/") == Path("rustig/")
    assert recordings_folder("opnames") == Path("opnames")
    assert recordings_folder("") is None
    monkeypatch.setenv("HOME", str(tmp_path))
    assert recordings_folder("~/opnames") == tmp_path / "opnames"
    with pytest.raises(UsageError, match="can only say the sentences of their own script"):
        choose_voice("opnames/")


def test_an_engine_that_is_not_there_is_a_mistake_of_the_template() -> None:
    voice = replace(find_voice("zacht"), engine="espek")
    with pytest.raises(
        ConfigError, match=r"zacht.toml: 'engine' must be the name of a voice engine"
    ) as refusal:
        Speaker.ready(voice, NO_WORDS, Terms())
    assert "espeak" in refusal.value.hint


def test_remarks_are_told_once(tmp_path: Path) -> None:
    voice = tinyvoice.template(tinyvoice.build(tmp_path, without="s"))
    remarks = Ensemble((voice,), NO_WORDS, Terms()).remarks(["Dit is goed.", "Dit is goed."])
    assert len(remarks) == len(set(remarks)) > 0
