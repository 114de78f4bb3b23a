"""A voice is heard in several ways, and the one that is picked becomes a voice template that works."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stem.errors import UsageError
from stem.script.dutch.lexicon import Lexicon
from stem.sound.decoding import decode
from stem.track.voice_samples import Choice, check_name, choices, make_samples, template_text
from stem.voices.speakers import Terms
from stem.voices.template import find_voice

pytestmark = pytest.mark.usefixtures("kept_beds", "quick_mp3")


def test_every_speed_comes_at_every_pitch_counted_from_the_voice_s_own() -> None:
    voice = find_voice("google")  # its own speed is 0.85
    assert choices(voice, [1.0, 0.8], [0.0, -1.0]) == (
        Choice(1, 0.85, 0.0),
        Choice(2, 0.85, -1.0),
        Choice(3, 0.68, 0.0),
        Choice(4, 0.68, -1.0),
    )


@pytest.mark.parametrize(
    ("speeds", "pitches", "sentence"),
    [
        ([3.0], [0.0], "A speed of 3 cannot be had."),
        ([1.0], [0.0, -9.0], "A pitch of -9 cannot be had."),
        ([1.0] * 9, [0.0] * 9, "81 ways are too many to choose from."),
    ],
)
def test_what_no_voice_can_do_is_refused(speeds: list[float], pitches: list[float], sentence: str) -> None:
    with pytest.raises(UsageError) as refusal:
        choices(find_voice("zacht"), speeds, pitches)
    assert refusal.value.sentence == sentence
    assert refusal.value.hint


@pytest.mark.slow
def test_a_slower_way_lasts_longer(tmp_path: Path) -> None:
    voice = find_voice("zacht")
    ways = choices(voice, [1.2, 0.9], [0.0])
    made = list(make_samples(voice, ways, Terms(), tmp_path, lexicon=Lexicon({})))
    assert [way for way, _ in made] == list(ways)
    quick, slow = (decode(path).frames for _, path in made)
    # Together with 0.8 s around them and the pause between them, which keep their lengths.
    assert 1.15 < slow / quick < 1.2 / 0.9


def test_the_picked_way_is_a_voice_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "voice_templates"
    folder.mkdir()
    zacht = find_voice("zacht")
    (folder / "kalm.toml").write_text(template_text(zacht, Choice(1, 0.9, -1.5)), encoding="utf-8")
    kalm = find_voice("kalm")
    assert (kalm.speed, kalm.pitch, kalm.chain, kalm.voice) == (0.9, -1.5, zacht.chain, zacht.voice)
    assert kalm.rank == 0, "an own voice does not become the usual one unasked"


def test_a_title_with_quotes_stays_a_title(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "voice_templates"
    folder.mkdir()
    quoted = replace(find_voice("zacht"), title='Mijn "stem"\\')
    (folder / "eigen.toml").write_text(template_text(quoted, Choice(1, 1.0, 0.0)), encoding="utf-8")
    assert find_voice("eigen").title == 'Mijn "stem"\\, op eigen wijze'


@pytest.mark.parametrize("name", ["zacht", "rustig", "../weg", "a/b", ".verborgen"])
def test_a_name_that_would_hide_a_voice_or_leave_the_folder_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as refusal:
        check_name(name, find_voice("zacht"))
    assert refusal.value.hint


def test_nothing_is_built_on_a_voice_without_a_name(tmp_path: Path) -> None:
    loose = tmp_path / "los.toml"
    loose.write_text('inherits = "zacht"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="Only on a voice that has a name"):
        check_name("eigen", find_voice(str(loose)))


@pytest.mark.slow
def test_samples_replace_nothing_unasked(tmp_path: Path) -> None:
    mine = tmp_path / "proef-zacht-01.mp3"
    mine.write_bytes(b"mine")
    ways = choices(find_voice("zacht"), [1.0], [0.0])
    made = [
        path.name
        for _, path in make_samples(find_voice("zacht"), ways, Terms(), tmp_path, lexicon=Lexicon({}))
    ]
    assert made == ["proef-zacht-01-2.mp3"]
    assert mine.read_bytes() == b"mine"
