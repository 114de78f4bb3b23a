"""Names that a voice may read wrong are asked about, without being shown; others are left alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stem.config import Config
from stem.messages import dutch, told
from stem.script.dutch import unsaid
from stem.track.plan import Plan, plan_track
from stem.track.spec import TrackSpec

SCRIPT = """+++
title = "Proef"
bed = "none"
[variables.naam]
default = ""
+++
{{ noem("Welkom") }}
Ga rustig zitten.
"""

FAMILIAR = ("", "Anna", "Wilhelmina", "Noor", "Sem", "Jan-Willem", "Mohammed", "Lieke", "Nguyễn")
UNCOMMON = ("Szymon", "Xochitl", "Siobhan", "Saoirse", "Aoife", "Wacek")


def planned(folder: Path, monkeypatch: pytest.MonkeyPatch, **values: str) -> Plan:
    monkeypatch.chdir(folder)
    (folder / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    return plan_track(TrackSpec("proef.j2", values, voice="zacht"), Config())


@pytest.mark.parametrize("name", FAMILIAR)
def test_a_familiar_name_is_left_alone(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert planned(tmp_path, monkeypatch, naam=name).doubts == ()


@pytest.mark.parametrize("name", UNCOMMON)
def test_an_uncommon_name_is_asked_about_and_not_shown(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (asked,) = planned(tmp_path, monkeypatch, naam=name).doubts
    for sentence in (told(asked), told(asked, language=dutch())):
        assert name not in sentence
    assert told(asked, language=dutch()).startswith("Hoe klinkt de naam?")


def test_a_name_known_in_phonemes_alone_is_asked_about_for_a_voice_that_does_not_read_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, asked in (("Wojciech", 1), ("Maciej", 1), ("Naomi", 0), ("Vincent", 0)):
        plan = planned(tmp_path, monkeypatch, naam=name)
        assert plan.doubts == (), name
        other = replace(plan, voice=replace(plan.voice, engine="pocket"))
        assert len(other.doubts) == asked, name


def test_who_tells_how_it_sounds_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = planned(tmp_path, monkeypatch, naam="Szymon", naam_uitspraak="sjimon")
    assert asked.doubts == ()


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("Adem in… en — rustig — uit: € 5, 20 °C, ½ uur, café.", ()),
        ("Het is ⊕ en ⊕ en ₿.", ("⊕", "₿")),
        ("Zeg привет of 你好.", ("привет", "你好")),
        ("Een hart 💚 is geen woord.", ()),
    ],
)
def test_what_no_voice_can_say_is_found(text: str, signs: tuple[str, ...]) -> None:
    assert unsaid(text) == signs
