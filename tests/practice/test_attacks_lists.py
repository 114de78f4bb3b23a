"""Attacks on what is read as a table: lists, settings, files of values; each with what is expected."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from openpyxl import Workbook

from stem import cli
from stem.authoring.lint.wording import judged
from stem.config import Config, load_config
from stem.errors import ConfigError, StemError
from stem.practice.batch import BatchOptions, Failure, jobs_of_list, run_batch
from stem.practice.lists import read_batch_file
from stem.practice.lists.cells import tidy
from stem.practice.overview import overview_page
from stem.script.dutch.lexicon import load_lexicon
from stem.script.template import find_script
from stem.tables import TomlError, load_toml, parse_toml
from stem.track.spec import TrackSpec
from stem.units import parse_seconds
from stem.voices.template import find_voice

NAME = "Xanthippe"
SCRIPT = """+++
title = "Proef"
imagery = false
bed = "none"
minutes = [0.6]
[variables.naam]
default = ""
[variables.plek]
type = "choice"
choices = ["bos", "zee"]
default = "bos"
[variables.keer]
type = "number"
default = 3
maximum = 9
+++
{{ noem("Welkom") }}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    return tmp_path


def problems_of(name: str, content: bytes, names: str = "") -> str:
    """Return what is told of a list; it has to be an error."""
    with pytest.raises(StemError) as caught:
        jobs_of_list(
            read_batch_file(name, content),
            BatchOptions(TrackSpec("", voice=None), Path("out"), names),
            Config(),
        )
    return f"{caught.value.sentence} {caught.value.hint}"


# --- what stands in a list is not told

WRONG_CELLS = [
    # head, cell -> told
    ("script", NAME, "row 2, column B ('script'): there is no such script (There is: "),
    ("script", f"{NAME}.j2", "row 2, column B ('script'): there is no such script"),
    ("script", f"map/{NAME}", "row 2, column B ('script'): there is no such script"),
    ("script", "proeff", "(Did you mean 'proef'?)"),
    ("stem", NAME, "row 2, column C ('stem'): there is no such voice (There is: "),
    ("stem", f"{NAME} de Vries", "row 2, column C ('stem'): there is no such voice"),
    ("stem", f"{NAME}.toml", "row 2, column C ('stem'): "),
    ("stem", f"{NAME}.onnx", "row 2, column C ('stem'): "),
    ("stem", f"{NAME}/", "row 2, column C ('stem'): "),
    ("stem", f"~{NAME}/", "row 2, column"),
    ("achtergrond", NAME, "row 2, column C ('achtergrond'): there is no such bed (There is: "),
    ("achtergrond", f"{NAME}.mp3", "row 2, column C ('achtergrond'): there is no file '…'"),
    ("achtergrond", f"muziek/{NAME}.mp3", "row 2, column C ('achtergrond'): there is no file"),
    ("achtergrond", f"zee+{NAME}", "row 2, column C ('achtergrond'): there is no such bed"),
    ("achtergrond", f"zee:{NAME}", "row 2, column C ('achtergrond'): "),
    ("achtergrond", f"zee:{NAME}+regen", "row 2, column C ('achtergrond'): "),
    ("achtergrond", f"{NAME}+{NAME}", "row 2, column C ('achtergrond'): "),
    ("achtergrond", f"+{NAME}", "row 2, column C ('achtergrond'): "),
    ("vorm", NAME, "row 2, column C ('vorm'): what is given is no choice for 'vorm' (There is: je, u)"),
    ("vorm", f"{NAME}  de Vries", "row 2, column C ('vorm'): what is given is no choice for 'vorm'"),
    (
        "plek",
        NAME.upper(),
        "row 2, column C ('plek'): what is given is no choice for 'plek' (There is: bos, zee)",
    ),
    ("keer", NAME, "row 2, column C ('keer'): what is given for 'keer' is not a number"),
    ("keer", "612345678", "row 2, column C ('keer'): what is given is no possible value for 'keer'"),
    ("duur", NAME, "row 2, column C ('duur'): that is no length of time"),
    ("wachtwoord", NAME[:5], "row 2, column C ('wachtwoord'): the password has 5 characters"),
    (NAME, "a", "column C: no script of this list has a variable of that name (there is "),
    (NAME, "=A1", "row 2, column C: a formula stands there"),
    (f"{NAME};{NAME}", "a;b", "row 1, column D: it has the name of column C"),
]


@pytest.mark.parametrize(("head", "cell", "told"), WRONG_CELLS)
def test_a_cell_in_the_wrong_column_is_not_told(head: str, cell: str, told: str) -> None:
    heads, cells = ("script", cell) if head == "script" else (f"script;{head}", f"proef;{cell}")
    text = f"code;{heads}\nc1;{cells}\n"
    found = problems_of("klanten.csv", text.encode())
    assert told in found
    hidden = cell if cell.isdecimal() else NAME
    assert hidden.casefold() not in found.casefold()
    assert "6.12346e+08" not in found


WRONG_LISTS = [
    ("klanten.csv", f"coda;{NAME};zee\n{NAME};proef;zee\n", "the script is missing"),
    ("klanten.toml", f"[[track]]\ncode='c1'\nscript='{NAME}'", "track 1 ('script'): there is no such script"),
    ("klanten.toml", f"[[track]]\ncode='c1'\nscript='proef'\n{NAME}='a'", "a name: no script of this list"),
    (
        "klanten.toml",
        f"[defaults]\n{NAME}='a'\n[[track]]\ncode='c1'\nscript='proef'",
        "[defaults], a name: no",
    ),
    ("klanten.toml", f"[defaults]\nstem='{NAME}'\n[[track]]\ncode='c1'\nscript='proef'", "no such voice"),
    ("klanten.toml", f"{NAME}='a'\n[[track]]\ncode='c1'", "a value stands outside the tables"),
    ("klanten.toml", f"[{NAME}]\na='a'\n[[track]]\ncode='c1'", "a table has a name that is not known"),
    ("klanten.toml", f"[[track]]\ncode='c1'\n{NAME}=['a']", "track 1, key 2: this is no text"),
    ("klanten.toml", f"[[track]]\n{NAME}=1\n{NAME}.a=2", "klanten.toml:3: "),
    ("klanten.toml", f"[[track]]\na={{{NAME}=1, {NAME}=2}}", "what is named there is there already"),
    ("klanten.toml", f"[{NAME}]\n[{NAME}]", "klanten.toml:2: what is named there is there already"),
]


@pytest.mark.parametrize(("name", "text", "told"), WRONG_LISTS)
def test_a_list_in_another_form_than_meant_is_not_told(name: str, text: str, told: str) -> None:
    found = problems_of(name, text.encode())
    assert told in found
    assert NAME.casefold() not in found.casefold()


def test_tracks_of_one_name_are_told_without_the_name() -> None:
    text = f"code;script;naam\nc1;proef;{NAME}\nc1;proef;{NAME}\n"
    found = problems_of("klanten.csv", text.encode(), names="{code}_{naam}")
    assert "rows 2 and 3 would all be of one name" in found
    assert NAME not in found


WRONG_VALUES = [
    (f"{NAME} = 'a'", "waarden.toml: a name in it is no variable here."),
    (f"vorm = '{NAME}'", "What is given is no choice for 'vorm'."),
    (f"keer = '{NAME}'", "What is given for 'keer' is not a number."),
    ("keer = 612345678", "What is given is no possible value for 'keer'."),
    (f"naam = 'a'\n{NAME} = ['a']", "waarden.toml: value 2 must be a text"),
    (f"a = {{{NAME} = 1, {NAME} = 2}}", "waarden.toml:1: what is named there is there already"),
]


@pytest.mark.parametrize(("text", "told"), WRONG_VALUES)
@pytest.mark.parametrize("command", ["script", "batch"])
def test_what_stands_in_a_file_of_values_is_not_told(
    text: str, told: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("waarden.toml").write_text(text, encoding="utf-8")
    Path("klanten.csv").write_text("code;script\nc1;proef\n", encoding="utf-8")
    words = ("preview", "proef") if command == "script" else ("batch", "klanten.csv", "--dry-run")
    code = cli.run([*words, "--values", "waarden.toml"])
    err = capsys.readouterr().err
    assert code
    assert told in err or command == "batch"
    assert NAME.casefold() not in err.casefold()
    assert "612345678" not in err
    assert "6.12346e+08" not in err


def test_a_wrong_value_on_the_command_line_is_told_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    Path("waarden.toml").write_text("naam = 'Bo'", encoding="utf-8")
    assert cli.run(["preview", "proef", "--values", "waarden.toml", "-s", "vorm=jij"])
    assert "What is given is no choice for 'vorm'." in capsys.readouterr().err


@contextmanager
def threads(_workers: int) -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


def test_what_failed_is_told_without_what_was_filled_in() -> None:
    text = f"code;script;naam\nc1;proef;{NAME}\n"
    asked = jobs_of_list(
        read_batch_file("k.csv", text.encode()), BatchOptions(TrackSpec("", voice="zacht"), Path()), Config()
    )
    failed = Failure(f'The voice could not say "{NAME.upper()}, ga zitten".', f"Leave {NAME} out.")
    report = run_batch(
        asked.jobs, Config(), opened=threads, workers=1, task=lambda _: failed, on_outcome=lambda _: None
    )
    page = overview_page(report, title="Proef", practice="", folder=Path())
    assert 'could not say "…, ga zitten".' in report.outcomes[0].error
    assert NAME.casefold() not in page.casefold()


# --- numbers

NUMBERS = ["9" * 5_000, "-" + "9" * 5_000, "9" * 30, "0x" + "f" * 5_000, "nan", "-inf", "+inf", "1e999"]
READERS: dict[str, Callable[[str], object]] = {
    "stem.toml": lambda number: load_config(written("stem.toml", f"bed_level = {number}")),
    "lexicon.toml": lambda number: load_lexicon(written("lexicon.toml", f"woord = {number}")),
    "scripts/a.j2": lambda number: find_script(
        str(written("scripts/a.j2", f'+++\ntitle = "A"\nminutes = [{number}]\n+++\nA.') / "scripts/a.j2")
    ),
    "a.toml": lambda number: find_voice(str(written("a.toml", f"rank = {number}\n") / "a.toml")),
    "klanten.toml": lambda number: read_batch_file(
        "klanten.toml", f"[[track]]\ncode = 'c1'\nduur = {number}".encode()
    ),
    "waarden.toml": lambda number: load_toml(written("waarden.toml", f"keer = {number}") / "waarden.toml"),
}


def written(name: str, text: str) -> Path:
    Path(name).write_text(text, encoding="utf-8")
    return Path.cwd()


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("reader", READERS)
def test_a_number_without_end_is_told_at_its_line(reader: str, number: str) -> None:
    with pytest.raises(StemError) as caught:
        READERS[reader](number)
    assert f"{reader}:" in caught.value.sentence
    assert "there is not finite" in caught.value.sentence or "more than 18 digits" in caught.value.sentence
    assert len(caught.value.sentence) < 300


@pytest.mark.parametrize(
    "text",
    ["inf = 1", "a = 'nan'", "a = 123456789012345678", "a = 1.5e-7", "a = 1979-05-27T07:32:00.999999Z"],
)
def test_what_looks_like_such_a_number_is_read(text: str) -> None:
    assert len(parse_toml(text)) == 1


# --- time

KEY = ".".join("a" * 20_000)
LONG_TOML = {
    "a key of many parts": f"{KEY} = 1",
    "a head of many parts": f"[{KEY}]\nb.c = 1" + "\nb.d = 1" * 2,
    "a key in a table on a line": f"a = {{{KEY} = 1}}",
    "a key behind quotation marks": f'a = {{b = """x"""", {KEY} = 1}}',
    "a key behind other ones": f"a = {{b = '''x'''', {KEY} = 1}}",
    "a key with quoted parts": '."a"' * 20_000 + " = 1",
    "a key with white space": f"{KEY.replace('.', ' . ')} = 1",
    "brackets": "a = " + "[" * 400 + "]" * 400,
    "tables": "a = " + "{a=" * 200 + "1" + "}" * 200,
    "many numbers": "a = [" + "1," * 1_500_000 + "]",
}


@pytest.mark.parametrize("kind", LONG_TOML)
def test_toml_that_takes_long_is_refused(kind: str) -> None:
    Path("a.toml").write_text(LONG_TOML[kind], encoding="utf-8")
    before = time.thread_time()
    with pytest.raises(ConfigError, match=r"nested too deeply|too many points|longer than"):
        load_toml(Path("a.toml"))
    assert time.thread_time() - before < 1


def test_quotation_marks_without_end_take_no_time() -> None:
    for text in (
        '"""\\"' * 100_000,
        "'''a''" * 100_000,
        '"a\\' * 100_000,
        "#" * 400_000,
        "a='''" + "''\n" * 100_000,
    ):
        before = time.thread_time()
        with pytest.raises(TomlError):
            parse_toml(text + "\n!")
        assert time.thread_time() - before < 2


@cache
def plain_workbook() -> dict[str, bytes]:
    workbook = Workbook()
    workbook.active.append(["code", "script"])
    workbook.active.append(["c1", "proef"])
    stream = io.BytesIO()
    workbook.save(stream)
    with zipfile.ZipFile(stream) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


STRINGS = "xl/sharedStrings.xml"
STRINGS_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def test_a_name_that_is_written_as_an_error_is_not_shown() -> None:
    workbook = Workbook()
    workbook.active.append(["code", "naam"])
    workbook.active.append(["k1", "Wilhelmina"])
    workbook.active["B2"].data_type = "e"
    file = io.BytesIO()
    workbook.save(file)
    told = read_batch_file("klanten.xlsx", file.getvalue()).problems
    assert told == ("row 2, column B ('naam'): there is an error (#) instead of a value; put the value in",)


def workbook_with(part: str, before: bytes, added: bytes) -> bytes:
    """Return a workbook with something more in a part, before what stands there."""
    parts = dict(plain_workbook())
    if part == STRINGS:
        types = parts["[Content_Types].xml"]
        told = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + STRINGS_TYPE + b'"/></Types>'
        parts["[Content_Types].xml"] = types.replace(b"</Types>", told)
        space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        parts[STRINGS] = b'<sst xmlns="' + space + b'"><si><t>a</t></si></sst>'
    assert before in parts[part]
    parts[part] = parts[part].replace(before, added + before, 1)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def many(element: bytes, count: int, *, alike: bool) -> bytes:
    """Return an element many times, its number another one each time when they are not alike."""
    if alike:
        return element.replace(b"0", b"1") * count
    return b"".join(
        element.replace(b"0", b"%d" % (number * 7_919 % 1_000_003 + 1)) for number in range(count)
    )


SHEET, SHEET_END = "xl/worksheets/sheet1.xml", b"</worksheet>"
BOMBS = {
    "merges": (SHEET, SHEET_END, b'<mergeCell ref="B0:B0"/>', 50_000),
    "links": (SHEET, SHEET_END, b'<hyperlink ref="A0"/>', 80_000),
    "columns": (SHEET, b"<sheetData>", b'<col min="0" max="0"/>', 60_000),
    "depth": (SHEET, SHEET_END, b"<a0>", 60_000),
    "cells in a row": (SHEET, b"</row>", b'<c s="0"/>', 200_000),
    "texts": (STRINGS, b"</sst>", b"<si><t>0</t></si>", 510_000),
    "runs": (STRINGS, b"</sst>", b"<r><t>0</t></r>", 150_000),
    "styles": ("xl/styles.xml", b"</cellXfs>", b'<xf numFmtId="0"/>', 60_000),
    "names": ("xl/workbook.xml", b"</workbook>", b'<definedName name="a0">A0</definedName>', 60_000),
    "types": ("[Content_Types].xml", b"</Types>", b'<Override PartName="/a0" ContentType="b"/>', 80_000),
    "attributes": (SHEET, b"><sheetPr", b' a0="0"', 100_000),
    "a long reference": (SHEET, b'A2"', b"A", 50_000),
}


@pytest.mark.parametrize("alike", [True, False])
@pytest.mark.parametrize("kind", BOMBS)
def test_a_workbook_that_takes_long_is_refused(kind: str, alike: bool) -> None:  # noqa: FBT001
    part, before, element, count = BOMBS[kind]
    content = workbook_with(part, before, many(element, count, alike=alike))
    start = time.thread_time()
    with pytest.raises(ConfigError) as caught:
        read_batch_file("klanten.xlsx", content)
    assert time.thread_time() - start < 2
    assert len(caught.value.problems) == 1


LONG_CSV = {
    "heads like ours": "codo;" * 300_000,
    "heads": "code;script;" + "a;" * 300_000,
    "heads in one cell": '"' + "code,x," * 300_000 + '"',
    "columns": "code;script\nc1;proef" + ";x" * 500_000,
    "one cell": "code;script\nc1;" + "x" * 5_000_000,
    "white space": "code;script\nc1;a" + " " * 300_000 + "b\n",
    "no end of a text": 'code;script\nc1;"' + "x;\n" * 300_000,
    "zeros": "code;script\n" + "\0" * 1_000_000,
    "lines": "code;script\n" + "\n" * 200_000,
    "mistakes": "code;script" + ";a" * 20 + "\n" + ("=;" * 22 + "\n") * 20_000,
}


@pytest.mark.parametrize("kind", LONG_CSV)
def test_text_with_separators_takes_no_long_time(kind: str) -> None:
    before = time.thread_time()
    try:
        found = len(read_batch_file("klanten.csv", LONG_CSV[kind].encode()).problems)
    except ConfigError as error:
        found = len(error.problems)
    assert time.thread_time() - before < 4
    assert found < 11_000


@pytest.mark.parametrize(
    "text",
    [
        "je " * 7_000,
        "angstig gehecht " * 1_300,
        "geef je a " * 2_000,
        "hou adem " * 2_000,
        "tel " * 5_000,
        "a" * 20_000,
    ],
)
def test_a_sentence_without_end_is_judged_in_no_time(text: str) -> None:
    before = time.thread_time()
    list(judged(text))
    assert time.thread_time() - before < 0.3


@pytest.mark.parametrize("text", ["1" * 20_000, "1.1" + " " * 20_000 + "x", "1:" * 10_000, "1 " * 10_000])
def test_a_length_without_end_is_none(text: str) -> None:
    before = time.thread_time()
    with pytest.raises(ValueError, match="not a length of time"):
        parse_seconds(text + "!")
    assert time.thread_time() - before < 0.1


@pytest.mark.parametrize(
    "text", ["a" + " " * 60_000 + "\nb", "a" + "\n" * 60_000 + "b", "a" + " " * 60_000 + "b\x01"]
)
def test_white_space_without_end_is_tidied_in_no_time(text: str) -> None:
    before = time.thread_time()
    tidy(text)
    assert time.thread_time() - before < 0.2
