# ruff: noqa: RUF001 - phonetic signs look like letters
"""Words that voices read wrong are respelled, each once, and only where they stand as words."""

from __future__ import annotations

import re
from pathlib import Path

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonemes import phonemes

from stem.errors import ConfigError
from stem.script.dutch import differences, lexicon, spoken
from stem.script.dutch.lexicon import Entry, Lexicon, load_lexicon

PACKAGED = Path(lexicon.__file__).with_name(lexicon.FILE_NAME)
SMALL = Lexicon(
    {
        "healing": Entry("hieling"),
        "chakra": Entry("tsjakra"),
        "trigger": Entry("trikker", "trˈɪɡər"),
        "triggert": Entry("trikkurt"),
        "place": Entry("pleis"),
        "safe place": Entry("seef plees"),
        "hieling": Entry("nooit tweemaal"),
        "adhd": Entry("a-dee-ha-dee"),
        "ACT": Entry("ekt"),
        "Jade": Entry("Djeed"),
        "ijs": Entry("ijsje"),
        "e-mail": Entry("iemeel"),
        "mail": Entry("meel"),
    }
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Een healing.", "Een hieling."),
        ("Healing en HEALING.", "Hieling en hieling."),
        ("Rust, healing! Healing?", "Rust, hieling! Hieling?"),
        ("healings, chakra's, Chakra's", "hielings, tsjakra's, Tsjakra's"),
        ("healingen, selfhealing, healing2, healing_", "healingen, selfhealing, healing2, healing_"),
        ("healing-kracht en na-healing", "hieling-kracht en na-hieling"),
        ("triggers, triggert, triggerts", "trikkers, trikkurt, trikkurts"),
        ("een safe place, een place", "een seef plees, een pleis"),
        ("safe, place", "safe, pleis"),
        ("e-mail en mail", "iemeel en meel"),
        ("ADHD met adhd, Adhd.", "A-dee-ha-dee met a-dee-ha-dee, A-dee-ha-dee."),
        ("Ik heb ADHD. ADHD is druk.", "Ik heb a-dee-ha-dee. A-dee-ha-dee is druk."),
        ("een act van ACT. ACT", "een act van ekt. Ekt"),
        ("Act of aCT", "Act of aCT"),
        ("het jade van Jade en JADE, Jade's", "het jade van Djeed en Djeed, Djeed's"),
        ("IJs", "IJsje"),
        ("İhealing ıjs ſafe", "İhealing ıjs ſafe"),
        ("", ""),
    ],
)
def test_words_are_respelled_where_they_stand_as_words(text: str, expected: str) -> None:
    assert SMALL.applied(text) == expected


def test_phonemes_are_given_only_where_asked_for_and_known() -> None:
    assert SMALL.applied("Trigger en healing.") == "Trikker en hieling."
    assert SMALL.applied("Trigger, triggers, healing.", ipa=True) == "[[trˈɪɡər]], [[trˈɪɡərs]], hieling."


@given(st.text(alphabet="healing chakrpfsotADHTrigem-'.,?2", max_size=60), st.booleans())
def test_only_words_of_the_lexicon_change(text: str, ipa: bool) -> None:  # noqa: FBT001 - hypothesis fills it in
    said = SMALL.applied(text, ipa=ipa)
    known = {word.lower() for key in SMALL.entries for word in re.findall(r"\w+", key)}
    known |= {f"{word}s" for word in known}
    changed = [word for pair in differences(text, said) for word in re.findall(r"\w+", pair[0].lower())]
    kept = re.findall(r"\w+", said.lower())
    assert all(word in known | set(kept) or word == "s" for word in changed)
    assert Lexicon().applied(text) == text


def test_a_name_is_added_as_it_stands_in_what_is_spoken() -> None:
    named = SMALL.plus("Máxima.", "Maksima!").plus("joyce", "Dzjojs").plus("Anne’s Jan", "Annes Jan")
    assert named.applied(spoken("Dag, Máxima! Joyce?")) == "Dag, Maksima! Dzjojs?"
    assert named.applied(spoken("Dag, Anne’s Jan.")) == "Dag, Annes Jan."
    assert named.applied("healing") == "hieling"
    assert SMALL.plus("JADE", "sjade").applied("Jade, JADE") == "Jade, sjade"  # takes the place of Jade


@pytest.mark.parametrize(
    ("word", "respelling"), [("", "Sjaan"), ("Sjaan", ""), ("…", "Sjaan"), ("Sjaan", "[[]]")]
)
def test_nothing_is_added_for_nothing(word: str, respelling: str) -> None:
    assert SMALL.plus(word, respelling) is SMALL


# Files


def own_file(text: str) -> Path:
    folder = platformdirs.user_config_path("stem", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / lexicon.FILE_NAME
    path.write_text(text, encoding="utf-8")
    return path


def test_a_later_file_goes_before_an_earlier_one(tmp_path: Path) -> None:
    assert load_lexicon(tmp_path).applied("healing, flow, Joyce") == "hieling, floo, Djojs"
    own_file('healing = "eigen"\nflow = "eigen"\njoyce = "Eigen"\n')
    (tmp_path / lexicon.FILE_NAME).write_text('Flow = "hier"\n"m.b.t." = "over"\n', encoding="utf-8")
    both = load_lexicon(tmp_path)
    assert both.applied("healing, flow, Flow, Joyce") == "eigen, flow, hier, Eigen"
    assert both.applied(spoken("m.b.t. rust")) == "over rust."


def test_an_entry_may_have_phonemes_as_people_type_them(tmp_path: Path) -> None:
    (tmp_path / lexicon.FILE_NAME).write_text('goal = { as = "gool", ipa = "g\'o:l" }\n', encoding="utf-8")
    assert load_lexicon(tmp_path).applied("goal", ipa=True) == "[[ɡˈoːl]]"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("healing = 3", "'healing' must be said as text, not 3"),
        ("healing = {}", "'healing' does not say what it is said as: 'as' is missing"),
        ('healing = ""', "'healing' is said as \"\", which no voice can say"),
        ('healing = "[[x]]"', "'healing' is said as \"[[x]]\", which no voice can say"),
        ('healing = { as = "x", iap = "y" }', "'healing' has an unknown key 'iap' (did you mean 'ipa'?)"),
        ('healing = { as = "x", ipa = 1 }', "the 'ipa' of 'healing' must be text, not 1"),
        ('healing = { as = "x", ipa = "HI@" }', "the 'ipa' of 'healing' has what is no phonetic sign: H I @"),
        ('"…" = "x"', "'…' has no letters"),
        ('"café" = "x"\n"café." = "y"', "'café.' and 'café' are one word"),
        ("body.scan = 1", "'body' has an unknown key 'scan' (there is: as, ipa)"),
    ],
)
def test_a_mistake_is_told_with_what_was_probably_meant(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / lexicon.FILE_NAME
    path.write_text(line, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_lexicon(tmp_path)
    assert problem in caught.value.problems
    assert caught.value.path == path
    assert "healing" in caught.value.hint


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = own_file('a = 1\nb = ""\nc = { ipa = "é!" }\ngoed = "goet"\n')
    with pytest.raises(ConfigError, match="4 mistakes") as caught:
        load_lexicon(tmp_path)
    assert caught.value.path == path


def test_a_file_that_is_no_toml_is_refused_at_its_line(tmp_path: Path) -> None:
    own_file('a = "b"\nrust rust\n')
    with pytest.raises(ConfigError, match=r"lexicon\.toml:2: ") as caught:
        load_lexicon(tmp_path)
    assert caught.value.hint == 'A line reads: "healing" = "hieling"'


# What came with stem


def test_every_packaged_word_stands_as_it_is_spoken(tmp_path: Path) -> None:
    entries = load_lexicon(tmp_path).entries
    assert len(entries) > 100
    for word, entry in entries.items():
        assert spoken(word).rstrip(".") == word
        assert spoken(entry.respelling) == f"{entry.respelling}."


def test_every_packaged_word_is_heard_as_its_line_says(tmp_path: Path) -> None:
    lines = [line for line in PACKAGED.read_text(encoding="utf-8").splitlines() if " = " in line]
    entries = load_lexicon(tmp_path).entries
    before = phonemes(list(entries))
    after = phonemes([entry.respelling for entry in entries.values()])
    for line, entry, wrong, right in zip(lines, entries.values(), before, after, strict=True):
        heard = entry.ipa if entry.ipa and right == wrong else right  # only the stress was wrong
        assert line.endswith(f"  # {wrong} -> {heard}")
        assert wrong != heard


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Een healing van je chakra's.", "Een hieling van je tsjakra's."),
        ("Mindfulness bij ADHD.", "Majnd-foel-nes bij a-dee-ha-dee."),
        ("Lig in savasana.", "Lig in savassana."),
        ("Dag, Jacqueline en Sjaan.", "Dag, Zjaklien en Sjaan."),
        ("Volg je ademhaling, ca. 5 min.", "Volg je adem-haling, circa 5 minuten."),
        ("Yoga, zen, mantra, trauma, coach, privé.", "Yoga, zen, mantra, trauma, coach, privé."),
    ],
)
def test_words_of_the_trade_are_said_right(tmp_path: Path, written: str, said: str) -> None:
    assert load_lexicon(tmp_path).applied(spoken(written)) == said


TRAPS = {
    "tegenover": "teːɣənˈoːvər",
    "bijvoorbeeld": "bɛɪvˈɔːrbeːlt",
    "voorbijgaan": "vɔːrbˈɛɪɣaːn",
    "ernaar": "ɛrnˈaːr",
    "alsof": "ɑlsˈɔf",
    "allebei": "ɑləbˈɛɪ",
    "terwijl": "tɛrʋˈɛɪl",
    "vooraf": "vɔːrˈɑf",
    "voorgoed": "vɔːrɣˈut",
    "respect": "rɛspˈɛkt",
    "volwassen": "vɔlʋˈɑsən",
    "hardop": "hɑrtˈɔp",
    "elkaar": "ɛlkˈaːr",
    "ruzie": "rˈyzi",
    "matras": "maːtrˈɑs",
    "welterusten": "ʋɛltərˈɵstən",
}


@pytest.mark.parametrize(("word", "heard"), TRAPS.items())
def test_words_of_the_scripts_have_their_stress_where_people_put_it(
    tmp_path: Path, word: str, heard: str
) -> None:
    assert load_lexicon(tmp_path).applied(word, ipa=True) == f"[[{heard}]]"
    assert phonemes([word]) != [heard]  # else it needs no place here


def test_a_numeral_is_written_so_that_it_is_heard(root: Path) -> None:
    """An "een" that is counted is "één" or "eentje": a voice says 'n."""
    said = "".join(path.read_text(encoding="utf-8") for path in (root / "scripts").rglob("*.j2"))
    assert not re.search(r"\bof er een (?:bij|die)\b|\bgeen van drie\b|\been van de\b", said)
