"""A script file is read whole or refused at its line; values stay plain words; the child's limits hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stem.cli.output import in_options
from stem.errors import ScriptError, UnknownNameError, UsageError
from stem.programs import python
from stem.script import rendering
from stem.script.cues import Bell, Heading, Source
from stem.script.marks import parse_cues
from stem.script.template import Filling, Script, ScriptTemplate, find_script, scripts
from stem.script.variables import VORM, Variable

FRONT = """+++
title = "Rust"
summary = "Kort."
bed = "zee"
voice = "zacht"
minutes = [10, 15, 20]

[variables.naam]
default = ""
help = "Wie luistert."

[variables.plek]
choices = ["strand", "bos"]
default = "bos"

[variables.tellen]
type = "number"
default = 4

[variables.kort]
type = "yesno"
default = false
+++
"""
BODY_LINE = FRONT.count("\n") + 1


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with an empty ./scripts."""
    (tmp_path / "scripts").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, body: str, front: str = FRONT, name: str = "rust.j2") -> ScriptTemplate:
    (folder / "scripts" / name).write_text(front + body, encoding="utf-8")
    return find_script(name.removesuffix(".j2"))


def said(template: ScriptTemplate, values: dict[str, str] | None = None, minutes: float | None = None) -> str:
    script = template.render(values or {}, minutes=minutes)
    return "\n".join(line.text for line in script.lines).strip()


def refused(folder: Path, body: str, front: str = FRONT) -> ScriptError:
    with pytest.raises(ScriptError) as caught:
        written(folder, body, front).render({})
    return caught.value


# Files and front matter.


def test_a_file_becomes_a_template(folder: Path) -> None:
    template = written(folder, "Dag.\n")
    assert (template.name, template.path) == ("rust", Path("scripts/rust.j2"))
    assert (template.title, template.summary, template.language) == ("Rust", "Kort.", "nl")
    assert (template.bed, template.voice, template.minutes) == ("zee", "zacht", (10.0, 15.0, 20.0))
    assert template.variables == (
        Variable("naam", "text", "", (), "Wie luistert."),
        Variable("plek", "choice", "bos", ("strand", "bos")),
        Variable("tellen", "number", 4),
        Variable("kort", "yesno", default=False),
        VORM,
    )
    assert (template.body, template.body_line) == ("Dag.\n", BODY_LINE)
    script = template.render({})
    assert (script.title, script.template) == ("Rust", template)
    assert [(line.text, line.source) for line in script.lines if line.text] == [
        ("Dag.", Source(str(Path("scripts/rust.j2")), BODY_LINE))
    ]


def test_windows_files_read_the_same(folder: Path) -> None:
    content = (FRONT + "Dag.\n\nFijn.").replace("\n", "\r\n")
    (folder / "scripts" / "w.j2").write_bytes(b"\xef\xbb\xbf" + content.encode())
    assert said(find_script("w")) == "Dag.\n\nFijn."


def test_a_script_is_found_by_path_and_by_name(folder: Path) -> None:
    written(folder, "Dag.")
    (folder / "los.j2").write_text(FRONT + "Los.", encoding="utf-8")
    assert said(find_script("los.j2")) == "Los."
    assert said(find_script(str(folder / "los.j2"))) == "Los."
    assert find_script("rust").path == Path("scripts/rust.j2")
    assert {"rust"} <= {template.name for template in scripts()}


def test_own_scripts_go_before_those_of_stem(folder: Path, root: Path) -> None:
    of_stem = {path.stem for path in (root / "scripts").glob("*.j2")}
    assert {template.name for template in scripts()} == of_stem
    name = min(of_stem)
    written(folder, "Eigen.", name=f"{name}.j2")
    assert said(find_script(name)) == "Eigen."
    assert [template.title for template in scripts() if template.name == name] == ["Rust"]


def test_a_script_of_stem_is_read_once_and_again_when_it_is_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = folder / "ours"
    ours.mkdir()
    monkeypatch.setattr("stem.script.template.packaged_folder", lambda _kind: ours)
    file = ours / "rust.j2"
    file.write_text(FRONT + "Dag.", encoding="utf-8")
    assert find_script("rust") is find_script("rust")
    file.write_text(FRONT + "Dag dan.", encoding="utf-8")
    assert said(find_script("rust")) == "Dag dan."
    file.write_text("geen kop", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(ScriptError, match="no front matter"):
            find_script("rust")


@pytest.mark.parametrize(
    "name", ["rsut", "weg.j2", "scripts", "scripts/weg.j2", "", ".", "x" * 5000, "a\0b", "/"]
)
def test_a_script_that_is_not_there_is_an_unknown_name(folder: Path, name: str) -> None:
    written(folder, "Dag.")
    with pytest.raises(UnknownNameError) as caught:
        find_script(name)
    assert caught.value.kind == "script"
    assert "rust" in caught.value.known


@pytest.mark.parametrize(
    ("front", "line", "problem"),
    [
        ("", 1, "no front matter"),
        ('title = "x"\n', 1, "no front matter"),
        ('+++\ntitle = "x"\n', 1, "not closed"),
        ("+++\n+++\n", 1, "'title' is missing"),
        ('+++\ntitle = "x"\n\nbed = \n+++\n', 4, "no TOML"),
        ('+++\ntitle = "x"\ntitle = "y"\n+++\n', 3, "no TOML"),
        ('+++\ntitle = "x"\nlanguage = "en"\n+++\n', 3, "Dutch only"),
        ('+++\ntitle = "..."\n+++\n', 2, "'title' is empty"),
        ('+++\ntitle = "x"\n\ntitel = "y"\n+++\n', 4, "unknown key 'titel' (did you mean 'title'?)"),
        ('+++\ntitle = "x"\nminutes = ["a"]\n+++\n', 3, "'minutes[1]' must be a number"),
        ('+++\ntitle = "x"\nminutes = [0]\n+++\n', 3, "no track has"),
        ('+++\ntitle = "x"\n[variables.a]\ndefalt = ""\n+++\n', 4, "unknown key 'variables.a.defalt'"),
        (
            '+++\ntitle = "x"\n[variables.a]\n[variables.b]\ntype = "txt"\n+++\n',
            4,
            "type 'txt' is not one of",
        ),
        ('+++\ntitle = "x"\n[variables.a]\ntype = "choice"\n+++\n', 3, "needs choices"),
        ('+++\ntitle = "x"\n[variables.a]\ntype = "number"\ndefault = "4"\n+++\n', 3, "default is no number"),
        (
            '+++\ntitle = "x"\n[variables.a]\ntype = "number"\ndefault = true\n+++\n',
            3,
            "default is no number",
        ),
        ('+++\ntitle = "x"\n[variables.a]\ndefault = [1]\n+++\n', 3, "default is no text"),
        ('+++\ntitle = "x"\n[variables.a]\nchoices = ["b"]\ndefault = "c"\n+++\n', 3, "is no choice"),
        ('+++\ntitle = "x"\n[variables.a]\ndefault = "[bel]"\n+++\n', 3, "cannot stand in the value"),
        ('+++\ntitle = "x"\n[variables.je]\n+++\n', 3, "no name for a variable"),
        ('+++\ntitle = "x"\n[variables.minuten]\n+++\n', 3, "no name for a variable"),
        ('+++\ntitle = "x"\n[variables.noem]\n+++\n', 3, "no name for a variable"),
        ('+++\ntitle = "x"\nimagery = 1\n+++\n', 3, "'imagery' must be true or false"),
        ('+++\ntitle = "x"\nsteps_over = true\nimagery = false\n+++\n', 3, "that is imagery"),
        ('+++\ntitle = "x"\n[variables.a]\nmax_length = 0\n+++\n', 3, "1 or more"),
        ('+++\ntitle = "x"\n[variables.a]\nminimum = 1\n+++\n', 3, "are for a number"),
        ('+++\ntitle = "x"\n[variables.a]\ndefault = "abc"\nmax_length = 2\n+++\n', 3, "longer than 2"),
        (
            '+++\ntitle = "x"\n[variables.a]\ntype = "number"\ndefault = 9\nmaximum = 8\n+++\n',
            3,
            "is no possible value",
        ),
        (
            '+++\ntitle = "x"\n[variables.a]\ntype = "number"\nminimum = 9\nmaximum = 8\n+++\n',
            3,
            "'minimum' is more than 'maximum'",
        ),
        ('+++\ntitle = "x"\n[variables.in]\n+++\n', 3, "no name for a variable"),
        ('+++\ntitle = "x"\n[variables.Naam]\n+++\n', 3, "no name for a variable"),
        (
            '+++\ntitle = "x"\n[variables.vorm]\nchoices = ["je", "jullie"]\n+++\n',
            3,
            'choice of "je" and "u"',
        ),
    ],
)
def test_a_mistake_in_the_front_matter_has_its_line(
    folder: Path, front: str, line: int, problem: str
) -> None:
    with pytest.raises(ScriptError) as caught:
        written(folder, "Dag.", front)
    assert problem in caught.value.problem
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (FRONT.encode() + b"Dag.\nCaf\xe9.", BODY_LINE + 1, "not UTF-8"),
        (FRONT.encode() + b"Dag.\n\x01", BODY_LINE + 1, "control character (U+0001)"),
        (FRONT.encode() + "Dag.\u2028Nu.".encode(), BODY_LINE, "control character (U+2028)"),
        (FRONT.encode() + b"Dag. " * 200_000, None, "larger than"),
    ],
)
def test_a_file_that_is_no_text_is_refused(
    folder: Path, content: bytes, line: int | None, problem: str
) -> None:
    (folder / "scripts" / "x.j2").write_bytes(content)
    with pytest.raises(ScriptError) as caught:
        find_script("x")
    assert problem in caught.value.problem
    assert caught.value.line == line


# Values.


def test_values_are_read_by_their_type(folder: Path) -> None:
    body = "{{ naam }}|{{ plek }}|{{ tellen + 1 }}|{{ 'kort' if kort else 'lang' }}|{{ je }}"
    template = written(folder, body)
    assert said(template) == "|bos|5|lang|je"
    given = {"naam": " Anna  Marie ", "plek": "STRAND", "tellen": "2,5", "kort": "Ja", "vorm": "u"}
    assert said(template, given) == "Anna Marie|strand|3,5|kort|u"
    assert said(template, {"naam": "Zoe\u0308"}) == "Zoë|bos|5|lang|je"


@pytest.mark.parametrize(
    ("name", "value", "sentence", "hint"),
    [
        ("plek", "stad", "is no choice for 'plek'", "'strand'"),
        ("plek", "strnd", "is no choice for 'plek'", "'strand'"),
        ("vorm", "jij", "is no choice for 'vorm'", "je, u"),
        ("tellen", "vier", "What is given for 'tellen' is not a number", "2,5"),
        ("tellen", "1e9", "is not a number", "2,5"),
        ("tellen", "nan", "is not a number", "2,5"),
        ("tellen", "9" * 400, "is not a number", "2,5"),
        ("kort", "misschien", "neither yes nor no", "ja"),
        ("naam", "[bel]", "'[' cannot stand in the value of 'naam'", "plain words"),
        ("naam", "{{ je }}", "'{' cannot stand", "plain words"),
        ("naam", "## Kop", "'#' cannot stand", "plain words"),
        ("naam", "a]", "']' cannot stand", "plain words"),
        ("naam", "Anna\nBart", "control character (U+000A)", "one line"),
        ("naam", "An\u200bna", "control character (U+200B)", "one line"),
        ("naam", "An\udcffna", "control character (U+DCFF)", "one line"),
        ("naam", "x" * 2001, "longer than 2,000", ""),
    ],
)
def test_a_value_that_cannot_be_right_is_refused(
    folder: Path, name: str, value: str, sentence: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        written(folder, "Dag.").render({name: value})
    assert sentence in caught.value.sentence
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("limit", "good", "bad", "message"),
    [
        ("max_length = 4", "Anna", "Annie", "longer than 4 characters. Say it in fewer words."),
        ('type = "number"\nminimum = 2', "2", "1,9", "is no possible value for 'a'. It is 2 or more."),
        ('type = "number"\nmaximum = 8', "-3", "8,1", "value for 'a'. It is 8 or less."),
        ('type = "number"\nminimum = 2.5\nmaximum = 8', "2,5", "9", "It is 2.5 or more and 8 or less."),
    ],
)
def test_a_value_keeps_within_its_limits(folder: Path, limit: str, good: str, bad: str, message: str) -> None:
    template = written(folder, "Dag {{ a }}.", f'+++\ntitle = "x"\n[variables.a]\n{limit}\n+++\n')
    assert said(template, {"a": good}) == f"Dag {good}."
    with pytest.raises(UsageError) as caught:
        template.render({"a": bad})
    assert message in f"{caught.value.sentence} {caught.value.hint}"


def test_a_script_tells_for_whom_it_is(folder: Path) -> None:
    plain = written(folder, "Dag.")
    assert (plain.imagery, plain.steps_over, plain.practitioner_only) == (True, False, False)
    assert (plain.basis, plain.audience) == ("", "")
    front = (
        '+++\ntitle = "x"\nsteps_over = true\npractitioner_only = true\n'
        'basis = "Nieuwe sporen."\naudience = "Iedereen."\n+++\n'
    )
    full = written(folder, "Dag.", front)
    assert (full.imagery, full.steps_over, full.practitioner_only) == (True, True, True)
    assert (full.basis, full.audience) == ("Nieuwe sporen.", "Iedereen.")


def test_the_listener_is_called_by_the_variable_naam(folder: Path) -> None:
    template = written(folder, "{{ noem('Welkom') }}")
    assert [said(template), said(template, {"naam": "anna"})] == ["Welkom.", "Welkom, Anna."]
    assert said(written(folder, "{{ noem('Dag') }}", '+++\ntitle = "x"\n+++\n')) == "Dag."


def test_an_unknown_variable_is_told_with_the_nearest(folder: Path) -> None:
    with pytest.raises(UnknownNameError) as caught:
        written(folder, "Dag.").render({"nam": "Anna"})
    assert (caught.value.kind, caught.value.hint) == ("variable", "Did you mean 'naam'?")


@pytest.mark.parametrize("values", [{}, {"wie": ""}, {"wie": "  "}])
def test_a_required_variable_must_be_given(folder: Path, values: dict[str, str]) -> None:
    front = (
        '+++\ntitle = "x"\n[variables.wie]\nchoices = ["", "hij"]\nhelp = "Over wie?"\ntype = "text"\n+++\n'
    )
    template = written(folder, "Dag {{ wie }}.", front)
    assert template.variables[0].required
    with pytest.raises(UsageError) as caught:
        template.render(values)
    assert "needs a value for 'wie'" in caught.value.sentence
    assert "hij" in caught.value.sentence
    assert "-s wie=... Over wie?" in in_options(caught.value.hint)
    assert said(template, {"wie": "zij"}) == "Dag zij."


def test_a_script_may_prefer_u(folder: Path) -> None:
    front = '+++\ntitle = "x"\n[variables.vorm]\nchoices = ["je", "u"]\ndefault = "u"\n+++\n'
    template = written(folder, "Dag {{ je }}.", front)
    assert (said(template), said(template, {"vorm": "je"})) == ("Dag u.", "Dag je.")


def test_the_length_decides_which_blocks_are_spoken(folder: Path) -> None:
    template = written(folder, "{% if minuten >= 15 %}lang{% else %}kort{% endif %} {{ minuten }}")
    assert said(template) == "kort 10"
    assert said(template, minutes=20) == "lang 20"
    assert said(template, minutes=12.5) == "kort 12,5"
    assert "'minuten'" in refused(folder, "{{ minuten }}", '+++\ntitle = "x"\n+++\n').problem


@settings(max_examples=25, deadline=None)
@given(value=st.text(max_size=40))
def test_no_value_becomes_a_mark_or_code(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    path = tmp_path_factory.mktemp("s") / "a.j2"
    path.write_text(FRONT + "{{ naam }}\nDag {{ naam }}.\n", encoding="utf-8")
    template = find_script(str(path))
    try:
        lines = template.render({"naam": value}).lines
    except UsageError:
        return
    assert lines[-1].source.line == BODY_LINE + 1
    cues = parse_cues(lines[-1:])
    assert not any(isinstance(cue, Bell | Heading) for cue in cues)


# Mistakes in templates, at their line in the file.


@pytest.mark.parametrize(
    ("body", "line", "problem", "hint"),
    [
        ("Dag.\n{{ nam }}", 1, "no variable or helper 'nam'", "Did you mean 'naam'?"),
        ("Dag.\n{{ stelvoor('x') }}", 1, "'stelvoor'", "Did you mean 'stel_voor'?"),
        ("Dag.\n{{ quux }}", 1, "'quux'", "[variables.quux]"),
        ("Dag.\n{{ naam | uper }}", 1, "no filter 'uper'", "Did you mean 'upper'?"),
        ("Dag.\n{{ naam | capitalize }}", 1, "no filter 'capitalize'", "hoofdletter"),
        ("Dag.\n{% if naam %}\n", 1, "'endif'", ""),
        ("Dag.\n\n{{ naam.upper() }}", 2, "only mappings", ""),
    ],
)
def test_a_mistake_has_the_line_of_the_file(
    folder: Path, body: str, line: int, problem: str, hint: str
) -> None:
    error = refused(folder, body)
    assert problem in error.problem
    assert hint in error.hint
    assert str(error).startswith(f"{Path('scripts/rust.j2')}:{BODY_LINE + line}: ")


# Includes.


def test_parts_are_included_from_beside_the_script_and_from_stem(folder: Path, root: Path) -> None:
    (folder / "scripts" / "delen").mkdir()
    (folder / "scripts" / "delen" / "dag.j2").write_text(
        "Dag {{ naam }}.\n{% include 'nu.j2' %}", encoding="utf-8"
    )
    (folder / "scripts" / "nu.j2").write_text('+++\ntitle = "x"\n+++\nNu.', encoding="utf-8")
    script = written(folder, "{% include 'delen/dag.j2' %}\nEinde.").render({"naam": "Anna"})
    assert [(line.text, line.source) for line in script.lines if line.text] == [
        ("Dag Anna.", Source(str(Path("scripts/delen/dag.j2")), 1)),
        ("Nu.", Source(str(Path("scripts/nu.j2")), 4)),
        ("Einde.", Source(str(Path("scripts/rust.j2")), BODY_LINE + 1)),
    ]
    of_stem = "delen/eigen-ogen.j2"
    lines = written(folder, f"{{% include '{of_stem}' %}}").render({}).lines
    assert {Path(line.source.path) for line in lines if line.text} == {root / "scripts" / of_stem}


def test_a_mistake_in_a_part_is_told_at_its_own_line(folder: Path) -> None:
    (folder / "scripts" / "deel.j2").write_text("Een.\n{{ nam }}\n", encoding="utf-8")
    error = refused(folder, "Dag.\n{% include 'deel.j2' %}")
    assert (error.path, error.line) == (Path("scripts/deel.j2"), 2)


@pytest.mark.parametrize(
    "name", ["../geheim.j2", "{secret}", "link.j2", "map/geheim.j2", "rond.j2", "scripts", "weg.j2"]
)
def test_nothing_outside_the_folders_can_be_included(folder: Path, name: str) -> None:
    secret = folder / "geheim.j2"
    secret.write_text("GEHEIM", encoding="utf-8")
    (folder / "scripts" / "link.j2").symlink_to(secret)
    (folder / "scripts" / "map").symlink_to(folder)
    (folder / "scripts" / "rond.j2").symlink_to("rond.j2")
    error = refused(folder, f'Dag.\n{{% include "{name.format(secret=secret)}" %}}')
    assert "cannot be included" in error.problem
    assert error.line == BODY_LINE + 1
    assert "GEHEIM" not in str(error)


def test_includes_without_end_are_refused(folder: Path) -> None:
    (folder / "scripts" / "a.j2").write_text("{% include 'b.j2' %}", encoding="utf-8")
    (folder / "scripts" / "b.j2").write_text("{% include 'a.j2' %}", encoding="utf-8")
    assert "nested too deeply" in refused(folder, "{% include 'a.j2' %}").problem
    assert "nested too deeply" in refused(folder, "{% include 'rust.j2' %}").problem
    for number in range(60):
        (folder / "scripts" / f"p{number}.j2").write_text(
            f"{{% include 'p{number + 1}.j2' %}}", encoding="utf-8"
        )
    assert "more than 50" in refused(folder, "{% include 'p0.j2' %}").problem


# The child process.


def test_a_template_cannot_take_long(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "TIME_LIMIT_S", 0.8)
    loop = "{% for a in range(1000) %}\n"
    error = refused(folder, "Dag.\n" + loop * 5 + "{% set x = 1 %}\n" + "{% endfor %}" * 5)
    assert "seconds to fill in" in error.problem


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("import time; time.sleep(60)", "more than 1 seconds"),
        ("import os; os.abort()", "broken off"),
        ("print('[]'[:1])", "broken off"),
        ("raise SystemExit(3)", "broken off"),
        ("import sys; sys.stdin.read(); print('x' * 10**6)", "broken off"),
    ],
)
def test_a_child_that_comes_to_its_end_is_no_traceback(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: str, problem: str
) -> None:
    monkeypatch.setattr(rendering, "TIME_LIMIT_S", 1.0)
    monkeypatch.setattr(rendering, "python_main", lambda *_: python("-c", code))
    assert problem in refused(folder, "Dag.").problem


def test_no_python_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    assert "no process could be started" in refused(folder, "Dag.").problem


def test_the_working_folder_and_the_environment_bring_in_no_modules(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json.py", "jinja2.py", "sitecustomize.py"):
        (folder / name).write_text("raise SystemExit('kaping')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("PYTHONSTARTUP", str(folder / "json.py"))
    assert said(written(folder, "Dag {{ je }}.")) == "Dag je."


def test_stem_runs_from_a_folder_on_the_path(folder: Path, root: Path) -> None:
    """As from an unpacked wheel: nothing installed, only PYTHONPATH."""
    written(folder, "Dag {{ je }}.")
    libraries = [place for place in sys.path if place.endswith("site-packages")]
    path = os.pathsep.join([str(root / "src"), *libraries])
    code = (
        "from stem.script.template import find_script; print(find_script('rust').render({}).lines[-1].text)"
    )
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "Dag je.\n"


# Many fillings at once.


def test_many_fillings_give_what_each_gives_by_itself(folder: Path) -> None:
    template = written(folder, "{{ noem('Dag') }}\n{% if minuten > 12 %}Rustig, {{ plek }}.{% endif %}\n")
    fillings = [
        Filling(
            {"naam": f"Bo{'o' * number}", "plek": ("bos", "strand")[number % 2]}, (None, 10, 20)[number % 3]
        )
        for number in range(12)
    ]
    together = template.render_all(fillings)
    alone = tuple(template.render(filling.values, minutes=filling.minutes) for filling in fillings)
    assert together == alone
    assert template.render_all([]) == ()


def test_more_fillings_than_one_child_is_given_keep_their_order(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "_AT_ONCE", 3)
    template = written(folder, "Dag {{ naam }}.\n")
    rendered = template.render_all([Filling({"naam": f"N{number}"}) for number in range(8)])
    assert [script.lines[0].text for script in rendered if isinstance(script, Script)] == [
        f"Dag N{number}." for number in range(8)
    ]


def test_a_filling_that_goes_wrong_is_the_only_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its values, by what the template does with them, and by a child that does not come to an end."""
    monkeypatch.setattr(rendering, "TIME_LIMIT_S", 0.5)
    for_ever = "{% for a in range(999) %}{% for b in range(999) %}{% for c in range(999) %}"
    body = (
        "{% if naam == 'stuk' %}{{ tellen.weg.weg }}{% endif %}\n"
        f"{{% if naam == 'lang' %}}{for_ever}{'{% endfor %}' * 3}{{% endif %}}\nDag {{{{ naam }}}}.\n"
    )
    template = written(folder, body)
    names = ("Anna", "[x]", "stuk", "lang", "Bo")
    first, wrong, broken, long, last = template.render_all([Filling({"naam": name}) for name in names])
    assert isinstance(first, Script)
    assert isinstance(last, Script)
    assert first.lines[-1].text == "Dag Anna."
    assert last.lines[-1].text == "Dag Bo."
    assert isinstance(wrong, UsageError)
    assert isinstance(broken, ScriptError)
    assert broken.line == BODY_LINE
    assert isinstance(long, ScriptError)


def test_all_wrong_values_are_told_by_their_variable(folder: Path) -> None:
    front = FRONT.replace("[variables.plek]", '[variables.wie]\nhelp = "Wie."\n\n[variables.plek]')
    template = written(folder, "Dag.\n", front=front)
    wrong = template.wrong_values({"nam": "x", "naam": "[x]", "plek": "berg", "tellen": "vier", "kort": "ja"})
    assert set(wrong) == {"nam", "naam", "plek", "tellen", "wie"}
    assert isinstance(wrong["nam"], UnknownNameError)
    assert "needs a value for 'wie'" in wrong["wie"].sentence
    assert template.wrong_values({"wie": "Bo"}) == {}
    assert set(template.wrong_values({"wie": ""})) == {"wie"}


# Everything that stem brings along.


def test_stems_own_scripts_can_be_read_in_both_forms(root: Path) -> None:
    for path in sorted((root / "scripts").glob("*.j2")):
        template = find_script(str(path))
        names = ("", "Anna") if any(each.name == "naam" for each in template.variables) else (None,)
        called = [{} if naam is None else {"naam": naam} for naam in names]
        ways = [Filling({"vorm": vorm, **values}) for vorm in ("je", "u") for values in called]
        for script in template.render_all(ways):
            assert isinstance(script, Script), script
            assert parse_cues(script.lines)


@settings(max_examples=30, deadline=None)
@given(
    body=st.lists(
        st.sampled_from(
            ["{{ naam }}", "{% if naam %}", "{% endif %}", "[", "pauze", "]", "##", "\n", "{{", "a. "]
        )
    ).map("".join)
)
def test_any_template_gives_cues_or_a_told_error(tmp_path_factory: pytest.TempPathFactory, body: str) -> None:
    path = tmp_path_factory.mktemp("s") / "a.j2"
    path.write_text(FRONT + body, encoding="utf-8")
    try:
        parse_cues(find_script(str(path)).render({"naam": "Anna"}).lines)
    except ScriptError as error:
        told = error
    else:
        return
    assert told.path in (path, str(path))
    assert told.hint or told.line
