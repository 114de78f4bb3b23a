"""Every script of the catalogue is in order in every way, lasts as long as it offers to, and leaves room."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stem import units
from stem.authoring.check import check_script
from stem.authoring.lint import lint
from stem.config import Config
from stem.script.cues import PAUSES, Heading, Utterance
from stem.script.marks import parse_cues
from stem.script.pacing import Measure, measure
from stem.script.series import all_series
from stem.script.template import Filling, Script, find_script
from stem.track.plan import Plan, plan_all, plan_track
from stem.track.preview import expected_timeline
from stem.track.spec import TrackSpec
from stem.voices.template import find_voice

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.stem for path in (ROOT / "scripts").glob("*.j2"))

CATALOGUE = {
    "aankomen": (5, 3),
    "als-het-schuurt": (10, 13),
    "behoefte": (10, 13),
    "dichtbij-met-ruimte": (12, 15),
    "door-andere-ogen": (15, 12, 20),
    "een-plek-van-jou": (8, 6, 12),
    "eigen-oefening": (10, 5, 15),
    "even-andere-ogen": (6, 5, 8),
    "gedragen": (10, 13),
    "grens": (10, 13),
    "kamer-vol-mensen": (10, 13),
    "naar-de-nacht": (15, 25),
    "niets-te-verdienen": (12, 15),
    "nieuwe-sporen": (5, 8),
    "tegenover": (10, 13),
    "terug-naar-nu": (3, 5),
    "veilige-basis": (8, 6, 12),
    "voeten-op-de-grond": (6, 8),
    "wat-al-veilig-is": (8, 12),
    "wat-is-hechting": (4, 6),
}
TEXTS = {
    "naam": ("", "Anna", "Jean-Luc d'Arc", "Zoë", "ijsbrand"),
    "figuur": ("", "mijn oma", "oma Riet", "de buurman"),
    "situatie": ("", "het gesprek met mijn chef", "kamer vol onbekenden", "grens aangeven"),
    "wie": ("", "mijn zus"),
    "thema": ("", "even niets hoeven"),
    "plek": ("", "het strandje bij mijn oma"),
    "zien": ("", "de golven"),
    "horen": ("", "de meeuwen"),
    "voelen": ("", "zand onder mijn voeten"),
    **{f"zin_{number}": ("", "Voel de grond.") for number in range(1, 7)},
}
UNCLEAN = re.compile(r"  | ,|,\.|[{}\[\]/]|\.\.|\s$|^\s|^[a-z,]")
"""Two spaces, an orphan comma, template code, a mark, a slash, or a sentence that starts small."""

FOR_PRACTITIONERS = {"gedragen", "voeten-op-de-grond"}
QUIET = {"naar-de-nacht", "eigen-oefening"}
"""For falling asleep, and to be filled with words of one's own: more silence than in what is guided."""


def test_the_catalogue_is_complete() -> None:
    assert {name: find_script(name).minutes for name in NAMES} == CATALOGUE
    assert {name for name in NAMES if find_script(name).practitioner_only} == FOR_PRACTITIONERS
    for name in NAMES:
        template = find_script(name)
        assert template.summary, name
        assert template.audience, name
        assert template.basis, name


def test_a_series_is_made_of_scripts_that_exist() -> None:
    (week,) = all_series()
    assert (week.name, len(week.scripts)) == ("zeven-dagen", 7)
    assert set(week.scripts) <= set(NAMES)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_script_is_in_order_however_it_is_filled_in(name: str) -> None:
    checked = check_script(name, PAUSES)
    assert checked.findings == ()
    assert checked.ways >= 4


@pytest.mark.slow
@settings(max_examples=12)
@given(st.data())
def test_any_combination_of_values_gives_a_script_without_errors(data: st.DataObject) -> None:
    template = find_script(data.draw(st.sampled_from(NAMES)))
    values = {
        variable.name: st.sampled_from(
            ("ja", "nee") if variable.type == "yesno" else variable.choices or TEXTS[variable.name]
        )
        for variable in template.variables
    }
    filling = st.builds(Filling, st.fixed_dictionaries(values), st.sampled_from(template.minutes))
    fillings = data.draw(st.lists(filling, min_size=5, max_size=10))  # for one child: it takes 0.1 s to begin
    for filled, script in zip(fillings, template.render_all(fillings), strict=True):
        assert isinstance(script, Script), script
        cues = parse_cues(script.lines)
        vorm, called = filled.values["vorm"], filled.values.get("naam", "")
        found = lint(template, cues, vorm=vorm, minutes=filled.minutes, name=called)
        assert [finding for finding in found if finding.severity == "error"] == []
        for cue in cues:
            if isinstance(cue, Utterance | Heading):
                text = cue.text if isinstance(cue, Utterance) else cue.title
                assert not UNCLEAN.search(text), text


@pytest.mark.parametrize("name", NAMES)
def test_a_script_reaches_every_length_it_offers_and_leaves_room_and_longer_is_roomier(name: str) -> None:
    ways: tuple[dict[str, str], ...] = ({}, {"vorm": "u", "naam": "Annemarie"})
    specs = [
        TrackSpec(name, values, duration_s=minutes * 60)
        for values in ways
        for minutes in sorted(CATALOGUE[name])
    ]
    found: list[Measure] = []
    for spec, plan in zip(specs, plan_all(specs, Config()), strict=True):
        assert isinstance(plan, Plan), plan
        timeline = expected_timeline(plan)
        assert timeline.frames == units.frames(spec.duration_s or 0.0)
        found.append(measured := measure(timeline))
        # Published scripts have 32 (half an hour) to 72 words a minute (three minutes) in all.
        assert (20 if name in QUIET else 40) < measured.words_per_minute < 75
        assert 0.3 < measured.silence_share < (0.85 if name in QUIET else 0.6)
    # A longer one has more silence and fewer words a minute.
    for shorter, longer in pairwise(found[: len(CATALOGUE[name])]):
        assert longer.silence_share > shorter.silence_share
        assert longer.words_per_minute < shorter.words_per_minute


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_script_reaches_one_unbroken_range(name: str) -> None:
    """From four fifths to one and a half times its usual length."""
    usual_s = 60 * CATALOGUE[name][0]
    ends_s = [round(0.8 * usual_s), round(1.5 * usual_s), *(60 * minutes for minutes in CATALOGUE[name])]
    lengths_s = sorted({*ends_s, *range(min(ends_s), max(ends_s), max(10, round(usual_s / 10)))})
    values = {"vorm": "u", "naam": "Annemarie"}
    specs = [TrackSpec(name, values, duration_s=length_s) for length_s in lengths_s]
    for length_s, plan in zip(lengths_s, plan_all(specs, Config(), in_outline=True), strict=True):
        assert isinstance(plan, Plan), plan
        assert expected_timeline(plan).frames == units.frames(length_s)


@pytest.mark.parametrize("name", NAMES)
def test_a_script_without_an_asked_length_lasts_about_what_it_says(name: str) -> None:
    timeline = expected_timeline(plan_track(TrackSpec(name), Config()))
    assert units.seconds(timeline.frames) / 60 == pytest.approx(CATALOGUE[name][0], rel=0.1)


def test_a_voice_from_flanders_speaks_as_people_do_there() -> None:
    template = find_script("wat-al-veilig-is")
    here, there = (template.render({}, flemish=flemish) for flemish in (False, True))
    said = [" ".join(line.text for line in script.lines) for script in (here, there)]
    assert "kop soep" in said[0]
    assert "tas soep" in said[1]
    assert {find_voice(name).is_flemish for name in ("nathalie", "rdh", "nathalie-licht", "rdh-licht")} == {
        True
    }
    assert {find_voice(name).is_flemish for name in ("zacht", "rustig", "pim", "ronnie", "alex")} == {False}
    spoken = [
        plan_track(TrackSpec("wat-al-veilig-is", voice=name), Config()).phrases for name in ("zacht", "rdh")
    ]
    assert ["tas soep" in " ".join(phrases) for phrases in spoken] == [False, True]
    assert {" ".join(text.split()[:3]) for text in said[1].split("[veilig V1] ")[1:]} == {
        "Luister liefst waar"
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_script_says_zetel_where_it_says_stoel(name: str) -> None:
    template = find_script(name)
    fillings = [Filling({}, minutes, flemish) for minutes in template.minutes for flemish in (False, True)]
    for filling, script in zip(fillings, template.render_all(fillings), strict=True):
        assert isinstance(script, Script), script
        other = "stoel" if filling.flemish else "zetel"
        assert not re.search(rf"\b{other}\b", " ".join(line.text for line in script.lines))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_said_is_clean_text(name: str) -> None:
    ways: list[dict[str, str]] = [{}, {"naam": "Anna"}, {"vorm": "u"}, {"vorm": "u", "naam": "ijsbrand"}]
    for script in find_script(name).render_all([Filling(values) for values in ways]):
        assert isinstance(script, Script), script
        said = [cue.text for cue in parse_cues(script.lines) if isinstance(cue, Utterance)]
        assert said
        assert [text for text in said if UNCLEAN.search(text)] == []
