"""Attacks by scripts and by what is filled in: each is refused with one sentence that gives nobody away.

By kind: what an include may read, what an error may tell, characters that nobody sees, numbers without end,
and work that grows faster than the script.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from stem import units
from stem.errors import ConfigError, ScriptError, StemError, UsageError, nearest
from stem.script import dutch, sandbox
from stem.script.cues import Line, Source
from stem.script.marks import parse_cues
from stem.script.series import all_series
from stem.script.template import ScriptTemplate, find_script
from stem.track.spec import TrackSpec
from stem.track.words import Reader

VALUES = {"naam": "Annabél de Vries", "figuur": "d'oma Roosmarijn", "kort": "Jo"}
LETTERS = ("annab", "vries", "roosm", "lebann", "seirv", "naab", "nnab", "jo'")
"""Enough of the values to know whose they are, in any size of letters, without accents, also turned round."""

FRONT = """+++
title = "Proef"
[variables.naam]
default = ""
[variables.figuur]
default = ""
[variables.kort]
default = ""
[variables.rij]
type = "number"
default = 0
+++
"""
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes among files")


def read(folder: Path, body: str, front: str = FRONT) -> ScriptTemplate:
    path = folder / "proef.j2"
    path.write_text(front + body, encoding="utf-8")
    return find_script(str(path))


def answers(folder: Path, bodies: list[str]) -> list[StemError | None]:
    """Return what is told of each of many bodies of a script; they are filled in by one process."""
    branches = "".join(f"{{% if rij == {row} %}}\n{body}\n{{% endif %}}\n" for row, body in enumerate(bodies))
    template = read(folder, branches + "Dag.\n")
    specs = [(TrackSpec("", {**VALUES, "rij": str(row)}), 1.0) for row in range(len(bodies))]
    return [text if isinstance(text, StemError) else None for text in Reader({}).texts_of(template, specs)]


# Includes: scripts below the script's own folder, and nothing else.

INCLUDES = {
    "clients.csv": "does not end in .j2",
    ".env": "does not end in .j2",
    ".ssh/id_rsa": "does not end in .j2",
    "rapport.J2": "does not end in .j2",
    "stem.toml": "does not end in .j2",
    ".geheim.j2": "not to be hidden",
    ".map/deel.j2": "not to be hidden",
    "map/.geheim.j2": "not to be hidden",
    "./deel.j2": "below the folder",
    "map/../deel.j2": "below the folder",
    "map//deel.j2": "below the folder",
    "lijst.j2": "a link to a file of another kind",
    "verborgen.j2": "a link to a file of another kind",
    "buitenshuis/geheim.j2": "outside the folder",
    "pijp.j2": "it is no file",
    "C:deel.j2": "below the folder",
    "map/\u200bdeel.j2": "that nobody sees",
}


@pytest.fixture(scope="module")
def included(tmp_path_factory: pytest.TempPathFactory) -> dict[str, StemError | None]:
    """What is told of each include, one that is in order among them."""
    home = tmp_path_factory.mktemp("includes") / "huis"
    names = (*INCLUDES, "map/deel.j2", "../geheim.j2")
    for name in names:
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not name.startswith(("lijst", "verborgen", "pijp")):
            path.write_text("GEHEIM", encoding="utf-8")
    (home / "buitenshuis" / "geheim.j2").unlink()
    (home / "buitenshuis").rmdir()
    (home / "buitenshuis").symlink_to(home.parent)
    (home / "lijst.j2").symlink_to("clients.csv")
    (home / "verborgen.j2").symlink_to(".geheim.j2")
    os.mkfifo(home / "pijp.j2")
    return dict(zip(names, answers(home, [f'{{% include "{name}" %}}' for name in names]), strict=True))


@posix_only
@pytest.mark.parametrize(("name", "reason"), INCLUDES.items())
def test_only_scripts_below_the_folder_are_included(
    included: dict[str, StemError | None], name: str, reason: str
) -> None:
    assert included["map/deel.j2"] is None
    error = included[name]
    assert isinstance(error, ScriptError)
    assert reason in error.problem
    assert "GEHEIM" not in str(error)


@posix_only
def test_a_script_is_no_link_to_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "id_rsa").write_text("GEHEIM", encoding="utf-8")
    (tmp_path / "sleutel.j2").symlink_to("id_rsa")
    with pytest.raises(ScriptError, match="a link to a file of another kind") as caught:
        find_script(str(tmp_path / "sleutel.j2"))
    assert "GEHEIM" not in str(caught.value)


SERIES = {
    "scripts = ['../../clients']": "below the folder",
    "scripts = ['/etc/passwd']": "below the folder",
    "scripts = ['.geheim.j2']": "not to be hidden",
    "scripts = ['map\\a.j2']": "below the folder",
    'scripts = ["a\\u202e"]': "nobody sees (U+202E)",
    'scripts = ["a"]\nsummary = "\\u001b]0;x\\u0007"': "nobody sees (U+001B)",
}


@pytest.mark.parametrize(("rows", "reason"), SERIES.items())
def test_a_series_names_scripts_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "scripts" / "reeksen"
    folder.mkdir(parents=True)
    (folder / "x.toml").write_text(f'title = "X"\n{rows}\n', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        all_series()
    assert reason in caught.value.sentence


@posix_only
@pytest.mark.parametrize(("kind", "reason"), [("link", "outside the folder"), ("pipe", "it is no file")])
def test_a_series_is_a_file_of_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "scripts" / "reeksen" / "x.toml"
    path.parent.mkdir(parents=True)
    if kind == "link":
        (tmp_path / "elders.toml").write_text('title = "X"\nscripts = ["a"]\n', encoding="utf-8")
        path.symlink_to(tmp_path / "elders.toml")
    else:
        os.mkfifo(path)
        monkeypatch.setattr("stem.tables.load_toml", pytest.fail)  # it would wait for ever
    with pytest.raises(ConfigError, match=reason):
        all_series()


# What was filled in stands in no error: templates, marks and headings.

LEAKS = {
    "{{ rij[naam] }}": "{naam}",
    "{{ inv(naam ~ ' x') }}": "'{naam} x'",
    "{{ inv(naam | upper) }}": "'{naam}'",
    "{{ inv(naam[:6]) ~ inv(naam[:6] ~ ' y') }}": "'… y'",
    "{{ inv(naam | reverse | join ~ '.') }}": "'….'",
    "{{ inv(figuur) }}": "'{figuur}'",
    "{{ inv(figuur ~ naam) }}": "{figuur}{naam}",
    "{{ inv(kort ~ '!') }}": "'{kort}!'",
    "{{ ['a'] | sort(attribute=naam) | join }}": "{naam}",
    "{{ [{}] | unique(attribute=naam) | list | join }}": "{naam}",
    "{{ {'a': 1}[naam] }}": "{naam}",
    "{{ {'a': 1}[figuur | lower] }}": "{figuur}",
    "{{ {'a': 1}[eigen('mijn ' ~ naam)] }}": "{naam}",
    "{{ {'a': 1}[naam ~ figuur ~ kort] }}": "{naam}",
    "[pauze {{ naam }}]": "'[pauze {naam}]'",
    "[pauze {{ naam | upper }}]": "'[pauze {naam}]'",
    "[pauze {{ figuur }}]": "{figuur}",
    "[pauz {{ naam | reverse | join }}]": "'[pauz …]'",
    "[stilte {{ naam }} lang en breed en hoog]": "{naam}",
    "[adem {{ naam }}]": "'[adem {naam}]'",
    "[veilig {{ naam }}]": "'[veilig {naam}]'",
    "[{{ naam }}]": "'[{naam}]'",
    "[{{ naam | lower }} 8]": "'[{naam} 8]'",
    "Dag [{{ naam }}": "'[{naam}'",
    "{{ '# ' ~ naam }}": "chapter starts",
    "{{ '### ' ~ naam | reverse | join }}": "chapter starts",
    "{% set x = '## ' ~ naam %}{{ x }}": "a heading holds what is filled in",
    "{% set x = naam %}\n## Dag {{ x }}": "a heading holds what is filled in",
    "## Dag {{\nnaam }}": "a heading holds what is filled in",
    "{% if rij %}## Bij {{ figuur }}{% endif %}": "a heading holds what is filled in",
    "{% macro m() %}{{ kort }}{% endmacro %}\n## Dag {{ m() }}.": "a heading holds what is filled in",
}


@pytest.fixture(scope="module")
def leaks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, StemError | None]:
    told = answers(tmp_path_factory.mktemp("leaks"), ["Dag.", *LEAKS])
    return dict(zip(LEAKS, told[1:], strict=True))


@pytest.mark.parametrize(("body", "said"), LEAKS.items())
def test_no_error_tells_what_was_filled_in(leaks: dict[str, StemError | None], body: str, said: str) -> None:
    error = leaks[body]
    assert isinstance(error, ScriptError)
    told = f"{error.sentence} {error.hint}"
    letters = "".join(letter for text in told.casefold() for letter in dutch_letters(text))
    assert [piece for piece in LETTERS if piece in letters] == []
    assert said in told


def dutch_letters(text: str) -> str:
    return text.translate(str.maketrans("éèëïö", "eeeio"))


WRONG_VALUES = [
    ("vorm", "Annabel"),
    ("rij", "Annabel"),
    ("rij", "12345678901"),
    ("ja", "Annabel"),
    ("klein", "47"),
    ("Annabel", "naam"),
]


@pytest.mark.parametrize(("name", "value"), WRONG_VALUES)
def test_a_value_in_the_wrong_place_is_not_repeated(tmp_path: Path, name: str, value: str) -> None:
    more = '[variables.ja]\ntype = "yesno"\ndefault = true\n[variables.klein]\ntype = "number"\nmaximum = 9\n'
    front = FRONT.replace("default = 0\n+++", f"default = 0\n{more}default = 1\n+++")
    with pytest.raises(UsageError) as caught:
        read(tmp_path, "Dag.", front).render({name: value})
    assert value == "naam" or value not in f"{caught.value.sentence} {caught.value.hint}"
    assert "Annabel" not in f"{caught.value.sentence} {caught.value.hint}"


# Characters that nobody sees.

HIDDEN = ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\x9b", "\u061c", "\u200e", "\u202e", "\u2028", "\u2066"]
HIDDEN += ["\u3164", "\ue000", "\ufdd0", "\U000e0041"]
ESCAPED = [f"\\U{ord(sign):08x}" for sign in HIDDEN]
WHERE = {
    'title = "Rust{}"': "'title'",
    'title = "Rust"\nsummary = "{}[2J"': "'summary'",
    'title = "Rust"\nbed = "{}"': "'bed'",
    'title = "Rust"\n[variables.naam]\nhelp = "Wie{}?"': "'variables.naam.help'",
    'title = "Rust"\n[variables.naam]\ndefault = "An{}na"': "'variables.naam.default'",
    'title = "Rust"\n[variables.naam]\nchoices = ["An{}na"]': "'variables.naam.choices'",
    'title = "Rust"\n[variables."na{}am"]': "'variables'",
}


@pytest.mark.parametrize("escape", ["\\u001b", "\\u202e", "\\u200b", "\\u00ad", "\\U000e0041"])
@pytest.mark.parametrize(("front", "where"), WHERE.items())
def test_front_matter_holds_nothing_that_nobody_sees(
    tmp_path: Path, front: str, where: str, escape: str
) -> None:
    with pytest.raises(ScriptError) as caught:
        read(tmp_path, "Dag.", f"+++\n{front.format(escape)}\n+++\n")
    assert caught.value.problem.startswith(where)
    assert f"U+{ord(escape.encode().decode('unicode_escape')):04X}" in caught.value.problem
    assert caught.value.problem.isprintable()


@pytest.mark.parametrize("title", ["Rust\\nen ruimte", "Rust\\r\\u2029x", "\\u3164"])
def test_a_title_is_one_line_of_words(tmp_path: Path, title: str) -> None:
    with pytest.raises(ScriptError, match="'title'"):
        read(tmp_path, "Dag.", f'+++\ntitle = "{title}"\n+++\n')


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, StemError | None]:
    told = answers(tmp_path_factory.mktemp("made"), [f"Dag {{{{ '{escape}' }}}}." for escape in ESCAPED])
    return dict(zip(HIDDEN, told, strict=True))


@pytest.mark.parametrize("sign", HIDDEN, ids=ascii)
def test_a_template_makes_no_character_that_nobody_sees(made: dict[str, StemError | None], sign: str) -> None:
    error = made[sign]
    assert isinstance(error, ScriptError)
    assert f"U+{ord(sign):04X}" in error.problem
    assert error.problem.isprintable()


@pytest.mark.parametrize("sign", [sign for sign in HIDDEN if sign > "\x85" and sign != "\u2028"], ids=ascii)
def test_a_template_holds_no_character_that_nobody_sees(tmp_path: Path, sign: str) -> None:
    with pytest.raises(ScriptError, match=rf"U\+{ord(sign):04X}"):
        read(tmp_path, f"Dag {sign}.")


@pytest.mark.parametrize("sign", ["\u3164", "\ue000", "\uf8ff", "\ufdd0", "\uffff", "\u034f"], ids=ascii)
def test_a_value_holds_no_character_that_nobody_sees(tmp_path: Path, sign: str) -> None:
    with pytest.raises(UsageError, match=rf"U\+{ord(sign):04X}"):
        read(tmp_path, "Dag.").render({"naam": f"An{sign}na"})


def test_an_error_shows_a_control_character_by_its_number(tmp_path: Path) -> None:
    with pytest.raises(ScriptError) as caught:
        read(tmp_path, r"{{ inv('\x1b]0;x\x07') }}").render({})
    assert "U+001B]0;xU+0007" in caught.value.problem
    assert caught.value.sentence.isprintable()


# Numbers: nothing endless, nothing in powers of ten, nothing that Python cannot read.

NUMBERS = {
    "{{ " + "9" * 5000 + " }}": "thousands of digits",
    "{% if false %}{{ " + "9" * 5000 + " }}{% endif %}": "thousands of digits",
    "{{ 0x" + "f" * 5000 + " }}": "too large",
    "{{ 1e400 }}": "too large",
    "{{ 1e400 | upper }}": "too large",
    "{{ 9e15 }}": "too large",
    "{{ 'nan' | float }}": "too large a number",
    "{{ 'inf' | float }}": "too large a number",
    "{{ '-inf' | float | lower }}": "too large a number",
    "{{ 'nan' | float | trim }}": "too large a number",
    "{{ '1e300' | int }}": "too large a number",
    "{{ '1e300' | float | hoofdletter }}": "too large a number",
    "{{ ('f' ~ 'ffffffffffffffff') | int(base=16) }}": "too large a number",
    "{{ ['nan' | float, 1] | max }}": "too large a number",
}


def alone(body: str) -> dict[str, object]:
    request = {
        "templates": {"a.j2": body},
        "refused": {},
        "personal": [],
        "fillings": [{"vorm": "je", "values": {"vorm": "je"}}],
    }
    (answer,) = sandbox.render_all(request)
    return answer


@pytest.mark.parametrize(("body", "problem"), NUMBERS.items(), ids=[body[:30] for body in NUMBERS])
def test_a_template_says_no_number_without_end(body: str, problem: str) -> None:
    answer = alone(f"Dag.\n{body}")
    assert problem in str(answer.get("problem"))
    assert answer["line"] == 2


@pytest.mark.parametrize(
    ("body", "said"), [("{{ 0.00001 }}", "0,00001"), ("{{ 999999 * 1000001 }}", "999999999999")]
)
def test_numbers_are_written_out(body: str, said: str) -> None:
    assert alone(body)["lines"] == [(0, 1, said)]


@pytest.mark.parametrize("bound", ["minimum = nan", "maximum = inf", "minimum = -inf", "maximum = 1e300"])
def test_a_bound_is_a_number(tmp_path: Path, bound: str) -> None:
    with pytest.raises(ScriptError):
        read(tmp_path, "Dag.", f'+++\ntitle = "x"\n[variables.a]\ntype = "number"\n{bound}\n+++\n')


@pytest.mark.parametrize("minutes", [float("nan"), float("inf")])
def test_a_script_lasts_some_number_of_minutes(tmp_path: Path, minutes: float) -> None:
    with pytest.raises(UsageError):
        read(tmp_path, "{{ minuten }}").render({}, minutes=minutes)


# Time: bounds come before rules, and what a rule does grows no faster than the text.


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("## " + "{{ " * 20_000, "line is longer"),
        ("a" * 10_001, "line is longer"),
        ("{{ 'aaaaaaaaaa' ~ " * 1_000, "line is longer"),
    ],
)
def test_a_line_without_end_is_refused_before_any_rule(tmp_path: Path, body: str, problem: str) -> None:
    with pytest.raises(ScriptError, match=problem):
        read(tmp_path, body).render({})


@pytest.mark.parametrize(
    ("text", "problem"),
    [("woord " * 2_000, "line is longer"), ("woord\n" * 1_000, "sentence is longer")],
)
def test_what_a_template_makes_has_lines_and_sentences(text: str, problem: str) -> None:
    lines = [Line(row, Source("a.j2", number)) for number, row in enumerate(text.split("\n"), start=1)]
    with pytest.raises(ScriptError, match=problem):
        parse_cues(lines)


@pytest.mark.parametrize(
    ("front", "problem"),
    [
        ("#\n" * 10_001, "longer than 20,000"),
        (f"minutes = {[*range(1, 22)]}", "'minutes' holds more"),
        (
            "\n".join(f'[variables.v{number}]\ndefault = ""' for number in range(101)),
            "'variables' holds more",
        ),
        (f"[variables.a]\nchoices = {[str(number) for number in range(201)]}", "choices' holds more"),
    ],
)
def test_front_matter_has_bounds(tmp_path: Path, front: str, problem: str) -> None:
    with pytest.raises(ScriptError, match=problem):
        read(tmp_path, "Dag.", f'+++\ntitle = "x"\n{front}\n+++\n')


def test_includes_are_counted_before_they_are_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[Path] = []
    resolve = Path.resolve

    def counted(path: Path, *, strict: bool = False) -> Path:
        looked_up.append(path)
        return resolve(path, strict=strict)

    monkeypatch.setattr(Path, "resolve", counted)
    names = "\n".join(f'{{% include "w{number}.j2" %}}' for number in range(600))
    with pytest.raises(ScriptError, match="cannot be included"):
        read(tmp_path, names).render({})
    assert len(looked_up) < 500


def test_fillings_that_run_out_of_time_are_not_all_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stem.script.rendering.TIME_LIMIT_S", 0.01)  # no process is begun in that time
    template = read(tmp_path, "Dag {{ naam }}.")
    began = time.perf_counter()
    specs = [(TrackSpec("", {"naam": f"Anna {row}"}), 1.0) for row in range(150)]
    told = list(Reader({}).texts_of(template, specs))
    assert all(isinstance(error, ScriptError) and "seconds" in error.problem for error in told)
    assert time.perf_counter() - began < 1.5  # else 150 times 0.01 s, and as many beginnings


def read_time(text: str) -> None:
    with contextlib.suppress(ValueError):
        units.parse_seconds(f"8{' ' * len(text)}?")


GROWING: dict[str, tuple[Callable[[str], object], str, int]] = {
    "sentences of stops": (dutch.sentences, " .", 20_000),
    "sentences of words": (dutch.sentences, "Aa. ", 5_000),
    "times": (read_time, " ", 2_000),
    "names": (lambda text: nearest(text, [text[1:] + "b"]), "".join(map(chr, range(0x4E00, 0x4E96))), 3_000),
    "addresses": (dutch.spoken, "www.", 1_000),
    "brackets": (dutch.spoken, "(a)", 1_000),
}


@pytest.mark.parametrize("kind", GROWING)
def test_work_grows_no_faster_than_the_text(kind: str) -> None:
    work, piece, size = GROWING[kind]

    def least_s(size: int) -> float:
        times = []
        for turn in range(3):  # another text each time: what was said is remembered
            text = f"a{turn}{size}" + piece * (size // len(piece))
            began = time.process_time()
            work(text)
            times.append(time.process_time() - began)
        return min(times)

    least_s(100)
    small, middle, large = (least_s(factor * size) for factor in (1, 2, 4))
    assert large < 10 * small + 0.01, (small, middle, large)  # the square would be sixteen


def test_a_heading_may_have_a_word_that_was_filled_in_too(tmp_path: Path) -> None:
    """What the template says itself gives nobody away: here 'Roosmarijn'."""
    body = '## {{ "Roosmarijn in bloei" if rij != 7 else "Dag" }}\n{{ figuur }} mag er zijn.'
    assert answers(tmp_path, [body]) == [None]
