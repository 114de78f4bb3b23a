"""A voice made after someone's speaks with that person's consent, and not without; listeners are told."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import consenting
import numpy as np
import pytest
from numpy.typing import NDArray

import stem
from stem.errors import ConfigError
from stem.export.tags import read, source_type
from stem.script.dutch.lexicon import Lexicon
from stem.voices.cloning import check_consent, today
from stem.voices.speakers import Speaker, Terms, choose_voice
from stem.voices.template import find_voice, models_folder

DAY = timedelta(days=1)
SCRIPT = '+++\ntitle = "Proef"\n+++\nWelkom. [pauze 1]\nAnna, ga zitten.\n'


@pytest.fixture(scope="module")
def aloud() -> NDArray[np.float32]:
    return consenting.read_aloud(consenting.consent().sentence)


def problems(text: str) -> tuple[str, ...]:
    voice = find_voice(str(consenting.template(text)))
    with pytest.raises(ConfigError) as caught:
        check_consent(voice)
    assert "consent" in caught.value.hint or "voice" in caught.value.hint
    return caught.value.problems


def test_without_consent_it_says_nothing() -> None:
    (problem,) = problems(consenting.TEMPLATE)
    assert "has no [consent]" in problem


@pytest.mark.skipif(os.name != "posix", reason="the rights of files are others elsewhere")
def test_whatever_is_wrong_with_a_consent_has_its_own_sentence(aloud: NDArray[np.float32]) -> None:
    consenting.kept(aloud)
    consenting.kept(aloud, "open.wav", mode=0o644)
    consenting.kept(aloud[: 22_050 * 2], "kort.wav")
    consenting.kept(np.zeros(22_050 * 10, np.float32), "stil.wav")
    now = today()
    rows: list[tuple[dict[str, object], str]] = [
        ({"date": None}, "the consent has no date"),
        ({"date": "morgen"}, "'consent.date' is no date"),
        ({"date": datetime(2026, 1, 1, 12)}, "'consent.date' is no date"),  # noqa: DTZ001 - TOML's
        ({"date": now + DAY}, f"the consent is of a day to come, {now + DAY}"),
        ({"until": None}, "the consent has no end"),
        ({"until": "ooit"}, "'consent.until' is no date"),
        ({"until": now - DAY}, f"the consent ended on {now - DAY}"),
        ({"who": None}, "'consent.who' is missing"),
        ({"who": "A\\u0007B"}, "'consent.who' cannot be read aloud: it holds U+0007"),
        ({"purpose": " "}, "'consent.purpose' is missing"),
        ({"recording": None}, "the consent has no recording"),
        ({"recording": "weg.wav"}, "the recording of the consent, weg.wav, is not in"),
        ({"recording": "../ik.wav"}, "the recording of the consent, ../ik.wav, is not in"),
        ({"recording": "kort.wav"}, "the recording of the consent, kort.wav, lasts "),
        ({"recording": "stil.wav"}, "the recording of the consent, stil.wav, has no sound in it"),
        ({"recording": "open.wav"}, "others may read the recording of the consent"),
    ]
    for changes, expected in rows:
        found = problems(consenting.TEMPLATE + consenting.table(consenting.consent(**changes)))
        assert len(found) == 1, (changes, found)
        assert found[0].startswith(expected), changes
    voice = find_voice(str(consenting.template(consenting.TEMPLATE + consenting.table(consenting.consent()))))
    check_consent(voice)
    as_text = consenting.consent(date=now.isoformat(), until=now.isoformat())  # its last day
    check_consent(find_voice(str(consenting.template(consenting.TEMPLATE + consenting.table(as_text)))))


@pytest.mark.skipif(os.name != "posix", reason="the rights of files are others elsewhere")
def test_a_state_is_someones_voice_and_lies_where_no_one_else_comes(
    aloud: NDArray[np.float32], tmp_path: Path
) -> None:
    consenting.kept(aloud)
    told = consenting.TEMPLATE.replace("clone = true\n", "") + consenting.table(consenting.consent())
    told += '[settings]\nstate = "ik.safetensors"\n'
    shared = find_voice(str(consenting.template(told, tmp_path)))
    assert shared.clone
    check_consent(shared)  # where the state is nowhere, its engine tells
    state = models_folder() / "ik.safetensors"
    state.write_bytes(b"s")
    state.chmod(0o644)
    with pytest.raises(ConfigError, match=r"others may read .*ik\.safetensors"):
        check_consent(shared)
    state.chmod(0o600)
    check_consent(shared)
    (shared.path.parent / "ik.safetensors").write_bytes(b"s")
    with pytest.raises(ConfigError, match="lies in a folder that others may get"):
        check_consent(shared)
    published = '\n[download]\norigin = "o"\nrevision = "r"\nfolder = "f"\n'
    published += '[[download.files]]\nname = "ik.safetensors"\nmd5 = ""\n'
    assert not find_voice(str(consenting.template(told + published, tmp_path))).clone


def test_that_it_resembles_someone_cannot_be_hidden(tmp_path: Path) -> None:
    whose = f"Gesproken door een computerstem die op {consenting.WHO} lijkt, met toestemming."
    consenting.template(consenting.TEMPLATE + "rank = 99\n" + consenting.table(consenting.consent()))
    assert find_voice("ik").credit == f"{whose} Met een toon."
    child = tmp_path / "voice_templates" / "anders.toml"
    child.parent.mkdir()
    child.write_text('title = "A"\ninherits = "ik"\nclone = false\ncredit = ""\nrank = 99\n')
    heir = find_voice("anders", tmp_path)
    assert (heir.clone, heir.credit) == (True, whose)
    assert choose_voice("", tmp_path).name == "zacht"  # it is never the usual one
    with pytest.raises(ConfigError, match="is not in"):
        Speaker.ready(heir, Lexicon({}), Terms())


def test_it_says_the_lines_that_were_not_recorded(aloud: NDArray[np.float32], tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    project = stem.Project(tmp_path)
    consenting.write(tmp_path / "opnames" / "1.wav", consenting.read_aloud("Welkom."))
    consenting.template(consenting.TEMPLATE)
    own = stem.TrackSpec("proef", voice="opnames/", fill="ik", bed="none", profile="acx", cover="none")
    for spec in (own, stem.TrackSpec("proef", voice="ik")):
        with pytest.raises(ConfigError, match=r"has no \[consent\]"):
            project.plan(spec)
    assert "ik" not in [voice.name for voice in project.speaking_voices()]
    consenting.kept(aloud)
    consenting.template(consenting.TEMPLATE + consenting.table(consenting.consent()))
    assert "ik" in [voice.name for voice in project.speaking_voices()]
    track = project.make(project.plan(own))
    tags = read(track.path).tags
    assert "Ingesproken door een mens." in tags.comment
    assert f"die op {consenting.WHO} lijkt, met toestemming." in tags.comment
    assert tags.source_type == source_type.WITH_RULES
