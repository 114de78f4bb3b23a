"""What a template may do, what it may not, and that each line of its text knows where it was written."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from typing import Any

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem.script import sandbox
from stem.script.dutch import forms


def rendered(
    body: str, vorm: str = "je", parts: dict[str, str] | None = None, **values: object
) -> dict[str, Any]:
    request = {
        "templates": {"a.j2": body, **(parts or {})},
        "refused": {"buiten.j2": "it lies outside"},
        "personal": ["naam"],
        "fillings": [
            {"vorm": vorm, "values": {"naam": "Anna", "leeg": "", "aantal": 3, "vorm": vorm}},
        ],
    }
    (answer,) = sandbox.render_all(request)
    assert json.loads(json.dumps(answer)) is not None
    return answer


def text(body: str, vorm: str = "je", parts: dict[str, str] | None = None) -> str:
    answer = rendered(body, vorm, parts)
    assert "lines" in answer, answer
    return "\n".join(row for _, _, row in answer["lines"])


def places(body: str, parts: dict[str, str] | None = None) -> list[tuple[int, int, str]]:
    """Return (template, line, text) of each line with words."""
    answer = rendered(body, parts=parts)
    assert "lines" in answer, answer
    return [(index, line, row.strip()) for index, line, row in answer["lines"] if row.strip()]


def refusal(body: str) -> tuple[str, int | None]:
    answer = rendered(body)
    assert "problem" in answer, answer
    return answer["problem"], answer["line"]


@pytest.mark.parametrize(
    ("body", "je", "u"),
    [
        ("{{ Je }} voelt {{ jezelf }}.", "Je voelt jezelf.", "U voelt uzelf."),
        ("Wat {{ inv('voel') }}?", "Wat voel je?", "Wat voelt u?"),
        ("{{ stel_voor('dan eens') }}.", "Stel je dan eens voor.", "Stelt u zich dan eens voor."),
        ("{{ ju('dag', 'goedendag') | hoofdletter }}.", "Dag.", "Goedendag."),
        ("{{ eigen('mijn oma') }}", "je oma", "uw oma"),
        ("{{ noem('Welkom') }}", "Welkom, Anna.", "Welkom, Anna."),
    ],
)
def test_a_template_speaks_in_both_forms(body: str, je: str, u: str) -> None:
    assert [text(body), text(body, "u")] == [je, u]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Dag{{ ', ' ~ naam if naam }}.", "Dag, Anna."),
        ("Dag{{ ', ' ~ leeg if leeg }}.", "Dag."),
        ("{% if naam %}ja{% elif leeg %}nee{% else %}niets{% endif %}", "ja"),
        ("{% for n in range(2, 5) %}{{ n }}{{ ', ' if not loop.last }}{% endfor %}", "2, 3, 4"),
        ("{% for n in [] %}x{% else %}leeg{% endfor %}", "leeg"),
        ("{% set x = aantal * 2 + 1 %}{{ x }} {{ x / 2 }} {{ x // 2 }} {{ -x }}", "7 3,5 3 -7"),
        ("{% set m = {'a': {'b': 'c'}} %}{{ m.a.b }}{{ m['a']['b'] }}", "cc"),
        ("{% set l = ['x', 'y', 'z'] %}{{ l[1] }}{{ l[:2] | join }}{{ l | last }}", "yxyz"),
        ("{% for k, v in {'a': 1} | items %}{{ k }}{{ v }}{% endfor %}", "a1"),
        (
            "{% macro dag(wie, hoe='rustig') %}Dag {{ wie }}, {{ hoe }}.{% endmacro %}{{ dag('jij') }}",
            "Dag jij, rustig.",
        ),
        ("{% set x %}dag {{ naam }}{% endset %}{{ x | upper }}{{ '!' if x == 'dag Anna' }}", "DAG ANNA!"),
        ("{% set x %}{{ leeg }}{% endset %}{% if x %}fout{% else %}leeg{% endif %}", "leeg"),
        ("{% with x = 2 %}{{ x }}{% endwith %}", "2"),
        ("{{ naam | lower }} {{ 'IJs' | length }} {{ nooit | default('toch') }}", "anna 3 toch"),
        ("{% if nooit is defined %}x{% else %}y{% endif %}{% if aantal is odd %}z{% endif %}", "yz"),
        ("{% if 'n' in naam and not leeg or false %}ja{% endif %}", "ja"),
        ("{% raw %}{{ rauw }}{% endraw %}", "{{ rauw }}"),
        ("{# niets #}iets", "iets"),
    ],
)
def test_what_scripts_need_works(body: str, expected: str) -> None:
    assert text(body) == expected


# Line mapping: where was each line written?


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("een\ntwee\n\nvier", [(1, "een"), (2, "twee"), (4, "vier")]),
        ("{# a\nb\n#}\nvier\nvijf", [(4, "vier"), (5, "vijf")]),
        ("{% if naam %}\n  twee\n  drie\n{% endif %}\nvijf", [(2, "twee"), (3, "drie"), (5, "vijf")]),
        ("{% if leeg %}\ntwee\n{% else %}\nvier\n{% endif %}\nzes", [(4, "vier"), (6, "zes")]),
        (
            "{% for n in range(2) %}\ntwee\ndrie\n{% endfor %}\nvijf",
            [(2, "twee"), (3, "drie")] * 2 + [(5, "vijf")],
        ),
        ("een\n{{ naam }}\ndrie", [(1, "een"), (2, "Anna"), (3, "drie")]),
        ("{{ naam }}", [(1, "Anna")]),
        ("\n\n{% if naam %}{{ naam }}{% endif %}", [(3, "Anna")]),
        ("{% if naam %}\n{{ naam }}\n{% endif %}\n{{ naam }}", [(2, "Anna"), (4, "Anna")]),
        ("een\n{{\n  naam\n}}\nvijf", [(1, "een"), (2, "Anna"), (5, "vijf")]),
        (
            "een\n\n{%- if naam %}\n vier\n{%- endif -%}\n\n zeven\nacht",
            [(1, "een"), (4, "vierzeven"), (8, "acht")],
        ),
        ("een   \n{{- naam -}}\n   drie\nvier", [(1, "eenAnnadrie"), (4, "vier")]),
        ("{% set x %}\ntwee\ndrie\n{% endset %}\n{{ x }}\nzes", [(2, "twee"), (3, "drie"), (6, "zes")]),
        (
            "{% macro m(a) %}\ntwee {{ a }}\n\nvier\n{% endmacro %}\n{{ m(1) }}\nzeven {{ m(2) }}\nacht",
            [(2, "twee 1"), (4, "vier"), (7, "zeven twee 2"), (4, "vier"), (8, "acht")],
        ),
        ("{% raw %}\ntwee\n{% endraw %}\nvier", [(2, "twee"), (4, "vier")]),
        ("een\r\ntwee\r\n{{ naam }}", [(1, "een"), (2, "twee"), (3, "Anna")]),
        ("{{ 'a\\nb' }}\ntwee", [(1, "a"), (1, "b"), (2, "twee")]),
    ],
)
def test_each_line_knows_where_it_was_written(body: str, expected: list[tuple[int, str]]) -> None:
    assert [(line, row) for _, line, row in places(body)] == expected


def test_included_lines_know_their_own_file() -> None:
    parts = {"deel/b.j2": "b een\n{{ naam }}\n{% include 'c.j2' %}\nb vier\n", "c.j2": "c een\n"}
    body = 'een\n{% include "deel/b.j2" %}\ndrie {{ aantal }}\n'
    expected = [
        (0, 1, "een"),
        (1, 1, "b een"),
        (1, 2, "Anna"),
        (2, 1, "c een"),
        (1, 4, "b vier"),
        (0, 3, "drie 3"),
    ]
    assert places(body, parts) == expected


OPENERS = {"{% if naam %}": "{% endif %}", "{% for i in range(2) %}": "{% endfor %}"}
ROWS = (
    *(
        "tekst N",
        "  tekst N",
        "{{ N }}",
        "tekst {{ N }}",
        "tekst N{# x #}",
        "tekst N {% if naam %}en{% endif %}",
    ),
    *("{{ m(N) }}", "", "{# x #}", "{% set x = N %}", "{% if leeg %}weg{% endif %}", *OPENERS),
)


@given(st.lists(st.sampled_from(ROWS), max_size=15))
def test_a_line_that_says_its_number_is_placed_there(rows: list[str]) -> None:
    body = "{% macro m(n) %}tekst {{ n }}{% endmacro %}\n"
    body += "".join(row.replace("N", str(number)) + "\n" for number, row in enumerate(rows, start=2))
    body += "".join(f"{OPENERS[row]}\n" for row in reversed(rows) if row in OPENERS)
    for _, line, row in places(body):
        number = int("".join(character for character in row if character.isdigit()))
        assert line == (1 if rows[number - 2] == "{{ m(N) }}" else number)
        assert row.count("tekst") <= 1  # no two lines are glued together


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Dag{% if naam %}, {{ naam }}{% endif %}\nFijn", "Dag, Anna\nFijn"),
        ("Dag{% if leeg %}, {{ naam }}{% endif %}\nFijn", "Dag\nFijn"),
        ("Dag{# x #}\nFijn", "Dag\nFijn"),
        ("{{ naam }}{# x #}\n{{ naam }}", "Anna\nAnna"),
        ("Dag{# x #}\n{% if naam %}\nFijn\n{% endif %}", "Dag\nFijn"),
        ("Dag{% set x = 1 %}\nFijn", "Dag\nFijn"),
        ("{% if leeg %}weg{% endif %}\nFijn", "Fijn"),
        ("Dag{% if naam -%}\n  , jij{% endif %}", "Dag, jij"),
        ("Dag\n{%- if naam %}, jij{% endif %}", "Dag, jij"),
        ("Dag\n{{- ', jij' }}", "Dag, jij"),
        ("een\n{{ leeg }}\ntwee", "een\ntwee"),
        ("een\n\n{{ leeg }}\ntwee", "een\n\ntwee"),
        ("een\n{% if naam %}\n\ntwee\n{% endif %}\ndrie", "een\n\ntwee\ndrie"),
        ("een\n{% if leeg %}\n\nweg\n\n{% endif %}\ndrie", "een\ndrie"),
    ],
)
def test_tags_leave_no_empty_lines_and_glue_no_words(body: str, expected: str) -> None:
    assert text(body) == expected


# Mistakes: the problem, the line, and what was probably meant.


@pytest.mark.parametrize(
    ("body", "problem", "line"),
    [
        ("\n{{ nam }}", "there is no variable or helper 'nam'", 2),
        ("\n{% if nam %}{% endif %}", "'nam'", 2),
        ("\n{{ 'a' ~ nam }}", "'nam'", 2),
        ("\n{{ nam + 1 }}", "'nam'", 2),
        ("\n{{ stelvoor('x') }}", "'stelvoor'", 2),
        ("\n{{ nam.x }}{{ nam['x'] }}", "'nam'", 2),
        ("\n\n{{ naam | capitalize }}", "there is no filter 'capitalize'", 3),
        ("\n{% if naam is leuk %}{% endif %}", "there is no test 'leuk'", 2),
        ("een\n{% if naam %}\nx", "'endif'", 3),
        ("een\n{{ naam", "unexpected end of template", 2),
        ("\n{{ naam }", "unexpected '}'", 2),
        ("\n{% eindig %}", "unknown tag 'eindig'", 2),
        ("{% macro m() %}\n\n{{ inv() }}\n{% endmacro %}\n{{ m() }}", "missing 1 required", 3),
        ("\n{{ inv('voel je') }}", "inv() takes one verb", 2),
        ("\n{{ inv }}", "holds a helper", 2),
        ("\n{{ [1] }}", "holds a list", 2),
        ("\n{{ none }}", "holds nothing", 2),
        ("\n{{ naam == 'x' }}", "holds yes or no", 2),
        ("\n{{ 1 / 0 }}", "division by zero", 2),
        ("\n{{ naam < 3 }}", "'<' not supported", 2),
        ("\n{{ naam.upper() }}", "'.upper' cannot be used here", 2),
        ("\n{{ naam() }}", "only helpers and macros", 2),
        ("\n{% include 'weg.j2' %}", "'weg.j2' cannot be included: not found", 2),
        ("\n{% include 'buiten.j2' %}", "'buiten.j2' cannot be included: it lies outside", 2),
        ("{% include 'a.j2' %}", "nested too deeply", None),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "nested too deeply", None),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "nested too deeply", None),
    ],
)
def test_a_mistake_is_told_with_its_line(body: str, problem: str, line: int | None) -> None:
    found, place = refusal(body)
    assert problem in found
    if line is not None:
        assert place == line


def test_a_mistake_in_an_include_is_told_with_its_own_file() -> None:
    for part, problem in (("een\n{{ weg }}\n", "'weg'"), ("een\n{% if %}\n", "expected an expression")):
        answer = rendered("een\n\n{% include 'b.j2' %}", parts={"b.j2": part})
        assert problem in answer["problem"]
        assert (answer["template"], answer["line"]) == (1, 2)


def test_what_was_probably_meant_can_be_looked_up() -> None:
    answer = rendered("{{ nam }}")
    assert answer["unknown"] == "nam"
    assert {"naam", "jezelf", "inv", "range"} <= set(answer["known"])
    assert "hoofdletter" in rendered("{{ naam | hoofdleter }}")["known"]


# Hostile templates. Each of these does harm, or reaches what it should not, in plain Jinja.

ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''['__class__'] }}",
    "{{ inv.__globals__ }}",
    "{{ inv['__globals__'] }}",
    "{{ range.__init__ }}",
    "{{ self }}",
    "{{ self._TemplateReference__context }}",
    "{{ loop }}",
    "{% for x in [1] %}{{ loop.__init__ }}{% endfor %}",
    "{% for x in [1] %}{{ loop._iterable }}{% endfor %}",
    "{{ naam.format(1) }}",
    "{{ '%s' % naam }}",
    "{{ '{0.__class__}'.format(naam) }}",
    "{{ naam | attr('upper') }}",
    "{{ naam | map('upper') | list }}",
    "{{ [1] | map(attribute='real') | list }}",
    "{{ naam | format }}",
    "{{ naam | pprint }}",
    "{{ naam | tojson }}",
    "{{ naam | replace('', naam) }}",
    "{{ lipsum() }}",
    "{{ cycler('a') }}",
    "{{ joiner() }}",
    "{{ namespace(a=1) }}",
    "{{ dict(a=1) }}",
    "{% set ns.x = 1 %}",
    "{{ caller() }}",
    "{{ varargs }}",
    "{% import 'b.j2' as b %}",
    "{% from 'b.j2' import x %}",
    "{% extends 'b.j2' %}",
    "{% block x %}{% endblock %}",
    "{% include naam %}",
    "{% include 'a' ~ '.j2' %}",
    "{% include ['a.j2', 'b.j2'] %}",
    "{% include 'weg.j2' ignore missing %}",
    "{% include 'a.j2' without context %}",
    "{% include '/etc/hostname' %}",
    "{% include '../geheim.j2' %}",
    "{% call inv() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% autoescape true %}x{% endautoescape %}",
    "{% for x in [1] recursive %}{% endfor %}",
    "{% do inv() %}",
    "{% debug %}",
    "{{ naam['upper']() }}",
    "{{ naam.upper() }}",
    "{{ (naam ~ 'x').encode }}",
    "{{ [].append(1) }}",
    "{{ [1].__add__([2]) }}",
    "{{ ().__class__.__bases__[0].__subclasses__() }}",
    "{{ inv.__code__.co_code }}",
    "{{ ju.__defaults__ }}",
    "{{ noem.__closure__ }}",
    "{{ aantal.real }}",
    "{{ aantal.__doc__ }}",
    "{{ naam | xmlattr }}",
    "{{ naam | urlize }}",
    "{{ [naam] | groupby('x') }}",
    "{{ naam is callable }}",
    "{{ naam | center(99999999) }}",
    "{{ naam | indent(99999999) }}",
    "{{ naam | wordwrap(1) }}",
]
BOMBS = [
    "{{ 9 ** 9 ** 9 }}",
    "{% if false %}{{ 9 ** 9 ** 9 }}{% endif %}",
    "{% if false %}{{ 'a' * 999999999 }}{% endif %}{{ 'a' * 999999999 }}",
    "{% if false %}{% set x = 999999999 * 'a' %}{% endif %}{{ [0] * 999999999 }}",
    "{{ 1000000000 * 1000000000 }}",
    "{{ 1e308 * 1e308 }}",
    "{{ (1e308 * 10) - (1e308 * 10) }}",
    "{{ 'a' ~ 9 ** 99999999 }}",
    "{{ range(100000000) | join }}",
    "{{ range(1001) }}",
    "{% for a in range(1000) %}{% for b in range(1000) %}veel tekst{% endfor %}{% endfor %}",
    "{% macro m() %}{% for a in range(200) %}{{ range(999) | join }}{% endfor %}{% endmacro %}{{ m() }}",
    "{% set x %}{% for a in range(1000) %}{% for b in range(1000) %}x{% endfor %}{% endfor %}{% endset %}",
    "{% macro m(x) %}{{ m(x ~ x) }}{% endmacro %}{{ m('ab') }}",
    "{% macro m(x) %}{{ m(x + x) }}{% endmacro %}{{ m('ab') }}",
    "{% macro m(x) %}{{ m(x + x) }}{% endmacro %}{{ m([1, 2]) }}",
    "{% macro m(x) %}{{ m([x, x] | join) }}{% endmacro %}{{ m('ab') }}",
    "{{ " + "9" * 5000 + " }}",
    "{{ 1.5 // 1e-320 }}",
]


@pytest.mark.parametrize("body", ESCAPES + BOMBS)
def test_a_hostile_template_is_refused_with_a_sentence(body: str) -> None:
    problem, _ = refusal(body)
    assert problem
    assert "\n" not in problem
    assert "object at 0x" not in problem


def test_plain_jinja_would_let_many_of_them_through() -> None:
    """The control: the table above can fail."""
    assert len(ESCAPES + BOMBS) >= 80
    plain = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.debug"])
    plain.globals |= {**forms("je"), "naam": "Anna", "aantal": 3}
    through = []
    for body in ESCAPES:
        if "99999999" in body:
            continue
        with contextlib.suppress(Exception):
            plain.from_string(body).render()
            through.append(body)
    assert len(through) >= 25
    assert "{{ ().__class__.__bases__[0].__subclasses__() }}" in through


@pytest.mark.parametrize(
    "body", ["{{ '\\x01' ~ '9:9\\x02' }}x", "{{ '\\x019:9\\x02x' }}", "{{ ['\\x01', '9:9\\x02x'] | join }}"]
)
def test_marks_cannot_be_forged(body: str) -> None:
    answer = rendered(body)
    assert [(index, line) for index, line, _ in answer["lines"]] == [(0, 1)]


TOKENS = (
    *("{{", "}}", "{%", "%}", "{#", "#}", "-", "(", ")", "[", "]", "|", ".", ",", "~", "+", "*", "**", "="),
    *("if", "endif", "for", "in", "endfor", "set", "macro", "endmacro", "include", "is", "not", "loop"),
    *("naam", "x", "'a'", "1", "join", "upper", "é", " ", "\n"),
)


@given(st.lists(st.sampled_from(TOKENS), max_size=25).map("".join))
def test_token_soup_gives_lines_or_a_problem(soup: str) -> None:
    answer = rendered(soup)
    assert ("lines" in answer) != ("problem" in answer)


# The process itself.


def child(body: str, seconds: float = 4.0, prelude: str = "") -> tuple[int, dict[str, Any] | None]:
    fillings = [{"vorm": "je", "values": {}}]
    request: dict[str, object] = {
        "templates": {"a.j2": body},
        "refused": {},
        "personal": [],
        "fillings": fillings,
    }
    request["seconds"] = seconds
    code = f"from stem.script import limits, sandbox\n{prelude}\nsandbox.main()"
    done = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(request).encode(), capture_output=True, check=False
    )
    return done.returncode, json.loads(done.stdout)[0] if done.stdout else None


def test_the_process_answers_in_json() -> None:
    assert child("Dag {{ je }}.") == (0, {"lines": [[0, 1, "Dag je."]]})


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no alarm; the parent's clock is the limit there"
)
def test_a_busy_loop_is_stopped_at_its_line() -> None:
    loops = (
        "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}\n{% set x = 1 %}\n"
    )
    _, answer = child(f"een\n{loops}{{% endfor %}}{{% endfor %}}{{% endfor %}}", seconds=0.3)
    assert answer is not None
    assert "more than 0.3 seconds" in answer["problem"]
    assert answer["line"] in {2, 3}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits address space")
def test_memory_is_limited() -> None:
    hungry = "sandbox.filters.FILTERS['upper'] = lambda text: 'x' * (limits.MEMORY_BYTES + 1)"
    _, answer = child("een\n{{ 'x' | upper }}", prelude=hungry)
    assert answer is not None
    assert answer["problem"] == "it needs too much memory"
    assert answer["line"] == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on files")
def test_no_file_can_be_written(tmp_path: Any) -> None:
    target = tmp_path / "x"
    writing = f"sandbox.filters.FILTERS['upper'] = lambda text: open({str(target)!r}, 'w').write('x' * 99999)"
    _, answer = child("{{ 'x' | upper }}", prelude=writing)
    assert answer is not None
    assert "too large" in answer["problem"]
    assert target.stat().st_size == 0
