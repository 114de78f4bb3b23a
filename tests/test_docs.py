"""What the documents say is so: examples are run, commands exist, and everything that exists is explained."""

from __future__ import annotations

import dataclasses
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

import stem.cli
from stem.config import load_config
from stem.errors import StemError
from stem.script import dutch, front_matter, limits, marks, sandbox, variables
from stem.script.cues import PAUSES, SAFETY_RULES, Bell, Breath, Cue, Heading, Pause, Safe, Utterance
from stem.script.template import find_script
from stem.sound.beds import BEDS
from stem.voices.template import voices

ROOT = Path(__file__).resolve().parent.parent
NOTATION = (ROOT / "docs" / "notation.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
FRONT = '+++\ntitle = "Voorbeeld"\n+++\n'
"""Stands before an example without settings; the page says so."""

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PART = re.compile(r"\{# (\S+\.j2) #\}\n")
_VALUES = re.compile(r"# (\w+=.*)\n")


@dataclass(frozen=True)
class Example:
    """A script on the page, what it is filled in with, and what the page says becomes of it."""

    source: str
    parts: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str], ...]
    outcome: str

    def outcome_here(self) -> str:
        """Run it in the working folder."""
        for name, source in self.parts:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(source, encoding="utf-8")
        Path("eigen.j2").write_text(self.source, encoding="utf-8")
        values = dict(self.values)
        minutes = values.pop("minuten", None)
        try:
            template = find_script("eigen.j2")
            filled = template.render(values, minutes=None if minutes is None else float(minutes))
            lines = [_line(cue) for cue in marks.parse_cues(filled.lines)]
        except StemError as error:
            lines = [f"Error: {error.sentence}", *([f"Hint: {error.hint}"] if error.hint else [])]
        return "".join(f"{line}\n" for line in lines)


def _line(cue: Cue) -> str:
    match cue:
        case Utterance(text=text):
            return text
        case Breath(text=text, seconds=length_s):
            return f"{text} ({length_s:g} s)"
        case Pause(name=name, seconds=length_s):
            return f"    ({name}, {length_s:g} s)"
        case Bell():
            return "    (bel)"
        case Heading(title=title):
            return f"## {title}"
        case Safe(rules=rules):
            return f"    (veilig {' '.join(rules)})"


def fenced(language: str, page: str) -> list[str]:
    return [found[2] for found in _FENCE.finditer(page) if found[1] == language]


def examples(page: str) -> list[Example]:
    """Return what each "text" block says of the "jinja" block before it."""
    found: list[Example] = []
    source, parts = "", list[tuple[str, str]]()
    for language, content in _FENCE.findall(page):
        part = _PART.match(content)
        if language == "jinja" and part:
            parts.append((part[1], content))
        elif language == "jinja":
            source = content if content.startswith("+++") else FRONT + content
        elif language == "text" and source:
            given = _VALUES.match(content)
            pairs = [pair.partition("=") for pair in given[1].split(", ")] if given else []
            values = tuple((name, value) for name, _, value in pairs)
            outcome = content[given.end() :] if given else content
            found.append(Example(source, tuple(parts), values, outcome))
    return found


def rows(page: str, *header: str) -> list[list[str]]:
    """Return the cells of the table with these headings, without the code marks around them."""
    wanted = f"| {' | '.join(header)} |\n"
    assert wanted in page, wanted
    lines = page.partition(wanted)[2].partition("\n\n")[0].split("\n")[1:]
    cells = [re.split(r"(?<!\\) \| ", line.strip("| \n")) for line in lines if line]
    return [[cell.strip().strip("`").replace("\\|", "|") for cell in row] for row in cells]


@pytest.mark.parametrize("example", examples(NOTATION), ids=lambda example: example.outcome[:40])
def test_an_example_becomes_what_the_page_says(
    example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert example.outcome_here() == example.outcome


def test_every_example_is_run() -> None:
    sources = {example.source.removeprefix(FRONT) for example in examples(NOTATION)}
    parts = {source for example in examples(NOTATION) for _, source in example.parts}
    assert sources | parts == set(fenced("jinja", NOTATION))
    assert fenced("text", NOTATION)[0] == FRONT
    assert {language for language, _ in _FENCE.findall(NOTATION)} == {"jinja", "text", "toml"}


def test_settings_on_the_page_are_read(tmp_path: Path) -> None:
    (settings,) = fenced("toml", NOTATION)
    (tmp_path / "stem.toml").write_text(settings, encoding="utf-8")
    assert load_config(tmp_path).pauses == {"kort": 4}


# Everything that exists is explained


def test_the_table_of_pauses_is_the_table_of_pauses() -> None:
    table = rows(NOTATION, "name", "seconds", "at least", "at most", "for")
    found = {row[0]: tuple(map(float, row[1:4])) for row in table}
    assert found == {
        name: (pause.seconds, pause.shortest_s, pause.longest_s) for name, pause in PAUSES.items()
    }


def test_the_safety_lines_are_the_safety_lines() -> None:
    assert {row[0]: row[1] for row in rows(NOTATION, "line", "what it says")} == SAFETY_RULES


def test_the_guide_tells_for_whom_each_exercise_is() -> None:
    """From the same lines as `stem scripts --long`."""
    guide = (ROOT / "HANDLEIDING.md").read_text(encoding="utf-8")
    told = rows(guide, "Oefening", "Voor wie", "Wanneer niet", "Wat je erna vraagt")
    names = [path.stem for path in (ROOT / "scripts").glob("*.j2")]
    known = [[each.name, each.audience, each.not_for, each.ask] for each in map(find_script, names)]
    assert sorted(told) == sorted(known)
    assert all(all(cells) for cells in known)


def test_every_mark_is_explained() -> None:
    explained = {re.findall(r"\w+|##", row[0])[0] for row in rows(NOTATION, "mark", "what it does")}
    assert explained == {"##", *re.findall(r"\[(\w+)", marks._ALL_MARKS)}
    for mark, _ in rows(NOTATION, "mark", "what it does"):
        lines = [marks.Line(text, marks.Source("eigen.j2", 1)) for text in (mark, "Luister.")]
        assert len(marks.parse_cues(lines)) > 1, mark


@pytest.mark.parametrize("vorm", dutch.FORMS)
def test_every_word_and_helper_is_explained_and_gives_what_the_page_says(vorm: str) -> None:
    table = rows(NOTATION, "write", "with je", "with u")
    column = 1 + dutch.FORMS.index(vorm)
    for row in table:
        fillings = [{"vorm": vorm, "values": {"vorm": vorm}}]
        (answer,) = sandbox.render_all(
            {"templates": {"a.j2": row[0]}, "refused": {}, "personal": [], "fillings": fillings}
        )
        assert answer["lines"][0][2] == row[column], row
    explained = {re.findall(r"\w+", row[0])[0] for row in table}
    assert set(dutch.forms(vorm)) <= explained


def test_every_setting_is_explained() -> None:
    whole_script, variable = (
        {row[0] for row in rows(NOTATION.split(heading)[1], "key", "default", "what it says")}
        for heading in ("\n## Settings\n", "\n## Variables\n")
    )
    assert whole_script == {field.name for field in dataclasses.fields(front_matter.Front)}
    assert variable == {field.name for field in dataclasses.fields(variables.Declared)}


def test_every_filter_and_test_is_explained() -> None:
    listed = dict(re.findall(r"^(Filters|Tests)[^:]*: ((?:`\w+`[,\s]*)+)\.", NOTATION, re.MULTILINE))
    environment = sandbox.ScriptEnvironment({"templates": {}, "refused": {}, "personal": []})
    named = {name for name in environment.tests if name.isalnum()}
    assert set(re.findall(r"\w+", listed["Filters"])) == set(environment.filters)
    assert set(re.findall(r"\w+", listed["Tests"])) == named


def test_the_voice_is_given_what_the_page_says() -> None:
    table = rows(NOTATION, "written", "said")
    assert len(table) > 2
    assert [dutch.spoken(written) for written, _ in table] == [said for _, said in table]


def test_limits_on_the_page_are_the_limits() -> None:
    assert f"{sandbox.LONGEST_OUTPUT:,} characters" in NOTATION
    assert f"{limits.MEMORY_BYTES // 2**20} MB" in NOTATION


# Commands


def commands(page: str) -> list[str]:
    """Return the lines with a stem command: in fenced and indented blocks, and between code marks."""
    blocks = [content for language, content in _FENCE.findall(page) if language in {"sh", "console"}]
    indented = re.findall(r"^ {4}(.*)$", re.sub(_FENCE, "", page), re.MULTILINE)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.split("\n")] + indented
    inline = [" ".join(code.split()) for code in re.findall(r"(?<!`)`([^`]+)`(?!`)", page)]
    found = [re.split(r" #| \| | > | && ", line)[0].strip() for line in lines + inline]
    return [line for line in found if re.match(r"(py -m )?(\.venv/bin/)?stem \w", line)]


def split(line: str) -> list[list[str]]:
    """Return the words of each command in a line; "stem voices, stem beds" are two."""
    words = re.sub(r"^(py -m )?(\.venv/bin/)?stem ", "", line)
    return [shlex.split(part) for part in re.split(r", (?:\S*/)?stem ", words)]


MOST_OF_A_PICTURE = 120_000
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_commands_on_a_page_exist_with_their_options_and_names(path: Path) -> None:
    wrong: list[str] = []
    for line in commands(path.read_text(encoding="utf-8")):
        for words in split(line):
            try:
                values = parsed(stem.cli.stem, words)
            except click.ClickException as error:
                wrong.append(f"{line}: {error.format_message()}")
                continue
            wrong += [f"{line}: no {what}" for what in unknown_names(values)]
    assert wrong == []


def parsed(group: click.Group, words: list[str]) -> dict[str, object]:
    """Return what click reads from the words of a command, without running it.

    "stem COMMAND --help" has nothing to read, and a command that is only mentioned needs no arguments.
    """
    context = click.Context(group, info_name="stem")
    if words[0].isupper():
        return {}
    name, command, rest = group.resolve_command(context, words)
    assert command is not None
    if isinstance(command, click.Group) and rest:
        return parsed(command, rest)
    return command.make_context(name, rest, parent=context, resilient_parsing=not rest).params


def unknown_names(values: dict[str, object]) -> list[str]:
    """Return the scripts, voices and beds that a command names and that do not exist.

    CAPITALS stand for any name, and a file is the reader's own.
    """
    scripts = {path.stem for path in (ROOT / "scripts").glob("*.j2")}
    given = values.get("scripts", values.get("script"))
    wanted = [
        *(("script", str(name), scripts) for name in (given if isinstance(given, tuple) else [given])),
        ("voice", str(values.get("voice")), {voice.name for voice in voices()}),
        *(("bed", layer.partition(":")[0], set(BEDS)) for layer in str(values.get("bed")).split("+")),
    ]
    return [
        f"{kind} named {name}"
        for kind, name, known in wanted
        if name != "None" and not name.isupper() and not re.search(r"[./]", name) and name not in known
    ]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pictures_and_pages_that_a_page_names_are_there_and_pictures_are_small(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    for picture, target in re.findall(r"(!?)\[[^\]]*\]\((?!https?:|#)([^)#]+)", page):
        assert (path.parent / target).is_file(), target
        assert not picture or (path.parent / target).stat().st_size < MOST_OF_A_PICTURE, target


def test_the_readme_shows_how_a_track_is_made() -> None:
    assert any(line.startswith("stem make ") for line in commands(README))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("stem maak door-andere-ogen", "No such command"),
        ("stem make door-andere-ogen --stem zacht", "No such option"),
        ("stem make --seed 2", "Missing argument"),
        ("stem make door-andere-ogen --seed x", "not a valid integer"),
    ],
)
def test_a_command_that_does_not_exist_is_seen(line: str, problem: str) -> None:
    with pytest.raises(click.ClickException) as caught:
        parsed(stem.cli.stem, *split(line))
    assert problem in caught.value.format_message()


def test_a_name_that_does_not_exist_is_seen() -> None:
    values = parsed(stem.cli.stem, *split("stem make ogen --voice luid --bed regenbui"))
    assert unknown_names(values) == ["script named ogen", "voice named luid", "bed named regenbui"]


def test_scripts_and_settings_in_the_readme_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = [block.replace("\n    ", "\n") for block in re.findall(r"(?:\n(?: {4}.*)?)+(?=\n)", README)]
    scripts = [f"{FRONT}{block.strip()}" for block in blocks if block.strip().startswith("## ")]
    settings = [block for block in blocks if "[pauses]" in block]
    assert scripts
    assert settings
    for block in scripts:
        Path("eigen.j2").write_text(block, encoding="utf-8")
        assert marks.parse_cues(find_script("eigen.j2").render({}).lines)
    for block in settings:
        Path("stem.toml").write_text(block, encoding="utf-8")
        assert load_config(tmp_path).voice in {voice.name for voice in voices()}
