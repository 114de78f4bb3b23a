"""A list of tracks is read as it was meant, or every mistake is told with its place and without a name."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from stem.errors import ConfigError
from stem.practice.lists import LARGEST_FILE, LONGEST_CELL, BatchFile, Place, Row, read_batch_file
from stem.practice.lists.rows import column_name
from stem.practice.lists.xlsx_values import moment_text, number_text

MARCH = dt.datetime(2024, 3, 5)  # noqa: DTZ001 - a spreadsheet knows no zones
HEADS = ("code", "script", "naam", "duur")


def made(*rows: Sequence[object], change: Callable[[Any], None] | None = None) -> bytes:
    """Return a workbook of one sheet with these rows; `change` may do more to it."""
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    if change is not None:
        change(workbook)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def zipped(parts: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def repacked(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a workbook with one of its parts changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped(parts | {part: change(parts[part])})


def texts(found: BatchFile) -> list[dict[str, str]]:
    return [dict(row.cells) for row in found.rows]


SHEET = "xl/worksheets/sheet1.xml"
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def as_excel_writes_it(strings: Sequence[str], rows: str, after: str = "") -> bytes:
    """Return a workbook with the parts and the shared strings of Excel itself, which openpyxl does not write.

    Styles: 1 is h:mm, 2 is [h]:mm:ss, 3 is 000.
    """
    shared = "".join(f'<si><t xml:space="preserve">{text}</t></si>' for text in strings)
    kinds = {"workbook": "sheet.main", "worksheets/sheet1": "worksheet", "styles": "styles"}
    kinds |= {"sharedStrings": "sharedStrings"}
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(
            f'<Override PartName="/xl/{part}.xml" ContentType="{XLSX_TYPE}.{kind}+xml"/>'
            for part, kind in kinds.items()
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><workbookPr/><sheets>'
        '<sheet name="Blad1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}.xml"/>'
            for n, (kind, target) in enumerate(
                [
                    ("worksheet", "worksheets/sheet1"),
                    ("styles", "styles"),
                    ("sharedStrings", "sharedStrings"),
                ],
                start=1,
            )
        )
        + "</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{SPREADSHEET}"><numFmts count="1"><numFmt numFmtId="164" '
        'formatCode="000"/></numFmts><fonts count="1"><font/></fonts><fills count="1"><fill><patternFill '
        'patternType="none"/></fill></fills><borders count="1"><border/></borders><cellXfs count="4">'
        '<xf numFmtId="0"/><xf numFmtId="20"/><xf numFmtId="46"/><xf numFmtId="164"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{SPREADSHEET}">{shared}</sst>',
        SHEET: f'<worksheet xmlns="{SPREADSHEET}"><dimension ref="A1:D4"/><sheetData>{rows}</sheetData>'
        f"{after}</worksheet>",
    }
    declared = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
    return zipped({name: (declared + xml).encode() for name, xml in parts.items()})


# As programs write it


def test_a_list_of_dutch_excel_is_read() -> None:
    content = (
        b"Code;Script;Naam;Duur;Achtergrond\r\n"
        b"c017;bodyscan;Zo\xeb;12,5 min;zee\r\n"
        b'c018;bodyscan;"Jansen; ""An""";;\r\n'
        b";;;;\r\n"
        b"c019;adem;\x80 Andr\xe9;0:12:00;\r\n"
    )
    found = read_batch_file("clients.csv", content)
    assert found == BatchFile(
        "clients.csv",
        {
            "code": "column A",
            "script": "column B",
            "naam": "column C",
            "duur": "column D",
            "achtergrond": "column E",
        },
        (
            Row(
                Place("row", 2),
                {
                    "code": "c017",
                    "script": "bodyscan",
                    "naam": "Zoë",
                    "duur": "12,5 min",
                    "achtergrond": "zee",
                },
            ),
            Row(Place("row", 3), {"code": "c018", "script": "bodyscan", "naam": 'Jansen; "An"'}),
            Row(Place("row", 5), {"code": "c019", "script": "adem", "naam": "€ André", "duur": "0:12:00"}),
        ),
    )


EXCEL_STRINGS = ("Code", "Script", "Naam", "Duur", "bodyscan", "Zoë_x000D_\nJansen")
EXCEL_ROWS = (
    '<row r="1" spans="1:4"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
    '<c r="C1" t="s"><v>2</v></c><c r="D1" t="s"><v>3</v></c></row>'
    '<row r="2" spans="1:4"><c r="A2" s="3"><v>17</v></c><c r="B2" t="s"><v>4</v></c>'
    '<c r="C2" t="s"><v>5</v></c><c r="D2" s="1"><v>0.52083333333333337</v></c></row>'
    '<row r="4"><c r="A4"><v>18</v></c><c r="B4" t="s"><v>4</v></c><c r="C4" t="b"><v>1</v></c>'
    '<c r="D4" s="2"><v>1.25</v></c></row>'
)


def test_a_workbook_of_dutch_excel_is_read() -> None:
    found = read_batch_file("clients.xlsx", as_excel_writes_it(EXCEL_STRINGS, EXCEL_ROWS))
    assert found == BatchFile(
        "clients.xlsx",
        {"code": "column A", "script": "column B", "naam": "column C", "duur": "column D"},
        (
            Row(
                Place("row", 2), {"code": "017", "script": "bodyscan", "naam": "Zoë Jansen", "duur": "12:30"}
            ),
            Row(Place("row", 4), {"code": "18", "script": "bodyscan", "naam": "ja", "duur": "30:00:00"}),
        ),
    )


@pytest.mark.parametrize(
    "content",
    [
        "code;naam\r\nc1;Zoë\r\n".encode("cp1252"),
        "code;naam\r\nc1;Zoë\r\n".encode(),
        "\ufeffcode;naam\r\nc1;Zoë\r\n".encode(),
        "\ufeffcode\tnaam\r\nc1\tZoë\r\n".encode("utf-16-le"),
        "\ufeffcode\tnaam\r\nc1\tZoë\r\n".encode("utf-16-be"),
        "sep=;\r\ncode;naam\r\nc1;Zoë\r\n".encode(),
        "SEP=|\ncode|naam\nc1|Zoë\n".encode(),
        '"sep=,"\ncode,naam\nc1,Zoë'.encode(),
        "code,naam\rc1,Zoë\r".encode(),
        "code, naam\nc1, Zoë\n\x1a".encode(),
        ' CODE ,"Naam"\n="c1","Zoë"\n'.encode(),
        "code\xa0;\u200bnaam;;\r\nc1;Zoë;;\r\n".encode(),
        'code,naam\nc1,"Zoë\n"\n,\n\n'.encode(),
        'code;"naam"\nc1;\t Zoë \xa0'.encode(),
        made(["Code", "Naam"], ["c1", "Zoë"]),
        made(["code", None, "naam", None], [], ["", "", " "], ["c1", None, "Zoë"]),
        "[[track]]\nCode = 'c1'\nnaam = ' Zoë '\nduur = ''".encode(),
        "\ufeff[[tracks]]\r\ncode = 'c1'\r\n'Naam ' = 'Zoë'".encode(),
    ],
)
def test_the_same_list_in_every_dress(content: bytes) -> None:
    name = "list.toml" if b"[[" in content else "list.csv"
    found = read_batch_file(name, content)
    assert (texts(found), found.problems) == ([{"code": "c1", "naam": "Zoë"}], ())


def test_rows_are_counted_as_excel_shows_them() -> None:
    text = 'script;naam\r\n\r\n"a";"Anna\r\nBert\nCas"\r\n;\r\nb;Dirk\r\n'
    found = read_batch_file("list.csv", text.encode())
    assert [str(row.place) for row in found.rows] == ["row 3", "row 5"]
    assert found.rows[0].cells["naam"] == "Anna Bert Cas"
    found = read_batch_file("list.csv", b"sep=;\r\n" + text.encode())
    assert [str(row.place) for row in found.rows] == ["row 3", "row 5"]
    found = read_batch_file("list.csv", b"\n\n" + text.encode())
    assert [str(row.place) for row in found.rows] == ["row 5", "row 7"]


def test_defaults_of_toml_are_read() -> None:
    toml = read_batch_file("list.toml", b"[defaults]\nduur = 'x'\nbed = 'y'\n[[track]]\nbed = 'z'")
    assert toml.defaults == {"duur": "x", "bed": "y"}


def test_toml_tells_numbers_and_truths_as_a_spreadsheet_would() -> None:
    content = b"[[track]]\na = 12\nb = 12.0\nc = 7.5\nd = true\ne = false\n[[track]]\n"
    found = read_batch_file("list.toml", content)
    assert texts(found) == [{"a": "12", "b": "12", "c": "7.5", "d": "ja", "e": "nee"}, {}]
    assert [str(row.place) for row in found.rows] == ["track 1", "track 2"]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (12.0, "General", "12"),
        (7.5, "General", "7.5"),
        (0.1 + 0.2, "0.00", "0.3"),
        (31612345678, "General", "31612345678"),
        (True, "General", "ja"),
        (False, "General", "nee"),
        (7, "000", "007"),
        (7, '"c"000', "c007"),
        (12, '0" min"', "12 min"),
        (12, "General\\ \\m\\i\\n", "12 min"),
        (0.5, "0%", "50%"),
        (-3, "00", "-03"),
        (0.25, "# ?/?", "0.25"),
        (1.5e20, "0.00E+00", "150000000000000000000"),
        (dt.time(12, 0), "h:mm", "12:00"),
        (dt.time(7, 30), "h:mm", "7:30"),
        (dt.time(7, 30), "hh:mm", "07:30"),
        (dt.time(0, 12, 30), "h:mm:ss", "0:12:30"),
        (dt.time(0, 12, 30), "mm:ss", "12:30"),
        (dt.time(13, 5), "h:mm AM/PM", "1:05 PM"),
        (dt.timedelta(minutes=12), "[h]:mm:ss", "0:12:00"),
        (dt.timedelta(hours=30), "[h]:mm:ss", "30:00:00"),
        (dt.timedelta(minutes=90), "[mm]:ss", "90:00"),
        (dt.timedelta(seconds=90), '[s]" s"', "90 s"),
        (MARCH, "yyyy-mm-dd", "2024-03-05"),
        (MARCH, "mm-dd-yy", "5-3-2024"),
        (MARCH, "dddd d mmmm yyyy", "dinsdag 5 maart 2024"),
        (MARCH.replace(hour=9, minute=7), "d/m/yy\\ h:mm", "5/3/24 9:07"),
    ],
)
def test_a_cell_of_a_workbook_is_read_as_it_is_seen(value: object, number_format: str, text: str) -> None:
    def give_format(workbook: Any) -> None:
        workbook.active["B2"].number_format = number_format

    content = made(["script", "duur"], ["a", value], change=give_format)
    assert texts(read_batch_file("list.xlsx", content)) == [{"script": "a", "duur": text}]


def test_minutes_count_beside_hours_and_seconds_and_months_elsewhere() -> None:
    moment = MARCH.replace(hour=13, minute=9, second=7, microsecond=250_000)
    assert moment_text(moment, "m-d m:s") == "3-5 9:7"
    assert moment_text(moment, "mmm ddd h:m A/P") == "mrt di 1:9 PM"
    assert moment_text(moment, "ss.00") == "07,25"
    assert moment_text(dt.date(2024, 3, 5), '[$-413]d\\ mmm\\ "in" y;@') == "5 mrt in 24"
    assert number_text(5, "[Red]0;-0") == "5"


def test_the_first_sheet_that_is_seen_and_filled_is_read() -> None:
    def add_sheets(workbook: Any) -> None:
        workbook.active.sheet_state = "hidden"
        workbook.create_sheet("leeg")
        workbook.create_sheet("lijst").append(["script"])
        workbook["lijst"].append(["a"])
        workbook.create_sheet("notities").append(["bel Anna"])

    found = read_batch_file("list.xlsx", made(["script"], ["hidden"], change=add_sheets))
    assert (texts(found), found.problems) == ([{"script": "a"}], ())


def test_rows_with_nothing_but_a_colour_cost_little() -> None:
    rows = b"".join(b'<row r="%d" s="1"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 200_000))
    content = repacked(
        made(["script"], ["a"]), SHEET, lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")
    )
    began = time.process_time()
    assert texts(read_batch_file("list.xlsx", content)) == [{"script": "a"}]
    # Seen in 0.6 s; as cells of openpyxl they take ten times that. Generous, for a busy machine.
    assert time.process_time() - began < 4


# What is wrong is told, all at once

NO_HEADS = " must name the columns, as in code;script;naam;duur, and no column is named so"
IN_ONE_CELL = (
    "row 1: the heads stand in one cell, with {} between them; give each a column of its own "
    "(in a CSV file, commas or semicolons do that)"
)
NOT_CLOSED = (
    'row {}: a quotation mark (") opens a cell there and is not closed where the cell ends; close it, or '
    "write each quotation mark within a text twice; the rows from there on were not read"
)
TOO_MANY = (
    "row 2, column C: a column too many: the heads end at column B; put a text with commas in it "
    "between quotation marks"
)
GARBLED = (
    "row {}, column B ('naam'): letters with accents are garbled; write them again, and save the list "
    "as .xlsx or as CSV UTF-8"
)
SHORTENED = (
    "row 2, column B ('code'): a long number stands there in short form, with E+; make the column one of "
    "text and write it in full"
)
NOTE_BESIDE = (
    "row 2, column F: a column too many: the heads end at column D; name the column in the row of heads, "
    "or empty it"
)

CSV_PROBLEMS: list[tuple[str, list[str]]] = [
    ("script,naam\n", ["there is no track under the heads of row 1"]),
    (
        "c017;bodyscan;Anna;12 min\nc018;bodyscan;Bert;\n",
        ["row 1" + NO_HEADS],
    ),
    (
        "code|script|naam\nc1|a|Anna\n",
        [IN_ONE_CELL.format("| signs")],
    ),
    (
        '"code,script,naam"\n"c1,a,Anna"\n',
        [IN_ONE_CELL.format("commas")],
    ),
    (
        "code;script;naam\nc1,a,Anna\nc2,a,Bert\n",
        ["row 2: commas stand between the columns, and semicolons in row 1; use the same in the whole list"],
    ),
    (
        "code,script,naam\nc1,a,Anna\nc2;a;Bert\nc3,a,Cas,\n",
        ["row 3: semicolons stand between the columns, and commas in row 1; use the same in the whole list"],
    ),
    (
        "code\tscript\nc1;a\n",
        ["row 2: semicolons stand between the columns, and tabs in row 1; use the same in the whole list"],
    ),
    (
        "code,script\nc1,a,Jansen, Anna\n",
        [TOO_MANY],
    ),
    (
        "code;;script\nc1;Anna;a\nc2;Bert;a\n",
        ["row 2, column B: column B has no head; name it in row 1, or empty it"],
    ),
    (
        "code;Naam;script;naam \nc1;Anna;a;Bert\n",
        ["row 1, column D: it has the name of column B; give one of them another name"],
    ),
    (f"script;{'x' * 101}\na;b\n", ["row 1, column B: a head of 101 characters; 100 fit"]),
    (
        "script;na\x07am\na;b\n",
        ["row 1, column B: there is an invisible character (U+0007); write the text again"],
    ),
    (
        'code;naam\nc1;Anna\nc2;"Bert\nc3;Cas\n',
        [NOT_CLOSED.format(3)],
    ),
    (
        'code;naam\nc1;"Anna\nc2;"Bert"\nc3;Cas\n',
        [NOT_CLOSED.format(2)],
    ),
    (
        'code;"naam\nc1;Anna\n',
        [NOT_CLOSED.format(1)],
    ),
    ("script;duur\na;=B7*2\n", ["row 2, column B ('duur'): a formula stands there; put its value in"]),
    (
        "script;duur\na;#WAARDE!\nb;#N/B\nc;#DEEL/0!\nd;#NAAM?\n",
        [
            f"row {row}, column B ('duur'): there is an error ({text}) instead of a value; put the value in"
            for row, text in enumerate(("#WAARDE!", "#N/B", "#DEEL/0!", "#NAAM?"), start=2)
        ],
    ),
    (
        "script;duur\na;#######\n",
        ["row 2, column B ('duur'): there are only # signs; make the column wider and save the list again"],
    ),
    (
        "script;code\na;3,16E+10\n",
        [SHORTENED],
    ),
    (
        f"script;naam\na;{'x' * 1_000_000}\nb;y\n",
        ["row 2, column B ('naam'): 1,000,000 characters stand there; 2,000 fit"],
    ),
    (
        f'script;naam\na;"{"x{braces}" * 1_000}"\nb;y\n',
        ["row 2, column B ('naam'): 9,000 characters stand there; 2,000 fit"],
    ),
    (
        "script;naam\na;An\x0bna\n",
        ["row 2, column B ('naam'): there is an invisible character (U+000B); write the text again"],
    ),
    (
        "script;naam\na;Zo\ufffd\n",
        ["row 2, column B ('naam'): a letter cannot be read; save the list as .xlsx or as CSV UTF-8"],
    ),
    (
        "script;naam\na;ZoÃ«\nb;FranÃ§ois en RenÃ©\nc;Zoë\nd;CÔTÉ\n",
        [GARBLED.format(row) for row in (2, 3)],
    ),
]


@pytest.mark.parametrize(("text", "problems"), CSV_PROBLEMS)
def test_mistakes_in_a_csv_are_told(text: str, problems: list[str]) -> None:
    assert list(read_batch_file("list.csv", text.encode()).problems) == problems


def test_letters_that_windows_does_not_know_are_told_by_row() -> None:
    found = read_batch_file("list.csv", b"script;naam\r\na;Zo\xeb\r\nb;Zo\x81\r\n")
    assert found.problems == (
        "row 3, column B ('naam'): a letter cannot be read; save the list as .xlsx or as CSV UTF-8",
    )


@pytest.mark.parametrize("letters", ["mac_roman", "cp1252"])
def test_letters_of_an_old_mac_are_known_from_those_of_windows(letters: str) -> None:
    names = [
        "José",
        "Daniël",
        "Zoë",
        "Renée",
        "Hélène",
        "François",
        "Jürgen",
        "Björn",
        "Anaïs",
        "foto\u2019s",
    ]
    for asked in [names, *([name] for name in names)]:
        content = "".join(f"a;{name}\r\n" for name in asked)
        found = read_batch_file("list.csv", f"script;naam\r\n{content}".encode(letters))
        assert [row["naam"] for row in texts(found)] == asked


@pytest.mark.parametrize("content", ["a;Siân".encode("mac_roman"), "a;Daniël".encode("cp850")])
def test_letters_that_may_be_of_two_kinds_are_told(content: bytes) -> None:
    assert "a letter cannot be read" in read_batch_file("list.csv", b"script;naam\r\n" + content).problems[0]


def test_rows_that_a_filter_hides_are_told() -> None:
    def hide(workbook: Any) -> None:
        for row in (3, 4, 9):
            workbook.active.row_dimensions[row].hidden = True

    rows = [["script", "naam"], ["a", "Anna"], ["a", "Bea"], ["a", "Cas"]]
    assert read_batch_file("list.xlsx", made(*rows)).problems == ()
    assert read_batch_file("list.xlsx", made(*rows, change=hide)).problems == (
        "rows 3, 4 are hidden, by a filter perhaps; show all rows, or delete what is not to be made",
    )


def test_utf_8_with_one_broken_letter_is_not_taken_for_windows() -> None:
    found = read_batch_file("list.csv", b"script;naam\r\na;Zo\xc3\xab\r\nb;Andr\xe9\r\n")
    assert [problem.partition(":")[0] for problem in found.problems] == ["row 2, column B ('naam')"]


def merge(reference: str) -> Callable[[Any], None]:
    return lambda workbook: workbook.active.merge_cells(reference)


def second_list(workbook: Any) -> None:
    workbook.create_sheet("Ouder").append(["naam", "Script"])


def in_one_column(separator: str) -> bytes:
    return made([f"code{separator}script"], [f"c1{separator}a"])


XLSX_PROBLEMS: list[tuple[bytes, list[str]]] = [
    (
        made(HEADS, ["c1", "a", "Anna", "=B7*2"], ["c2", "a", '="Bert"', 12]),
        [
            "row 2, column D ('duur'): a formula stands there; put its value in",
            "row 3, column C ('naam'): a formula stands there; put its value in",
        ],
    ),
    (
        made(HEADS, ["c1", "a", "Anna", "#REF!"]),
        ["row 2, column D ('duur'): there is an error (#REF!) instead of a value; put the value in"],
    ),
    (
        made(HEADS, ["c1", "a", "Anna"], ["c2"], ["c3", "b", "Cas"], change=merge("B2:B3")),
        ["row 2: the cells B2 to B3 are merged; split them, and fill in every row"],
    ),
    (
        made(["Praktijk"], HEADS, ["c1", "a", "Anna"], change=merge("A1:D1")),
        [
            "row 1: the cells A1 to D1 are merged; split them, and fill in every row",
            "row 1" + NO_HEADS,
        ],
    ),
    (
        made(HEADS, ["c1", "a", "Anna"], change=merge("C2:C3")),
        ["row 2: the cells C2 to C3 are merged; split them, and fill in every row"],
    ),
    (made(HEADS, ["c1", "a"], change=merge("F9:G9")), []),
    (
        made(HEADS, ["c1", "a", "Anna", 12, None, "bellen"]),
        [NOTE_BESIDE],
    ),
    (
        made(["script", "=A1"], ["a", "b"]),
        ["row 1, column B: a formula stands there; put its value in"],
    ),
    (
        made(["script", "naam"], ["a", "x" * 2_001]),
        ["row 2, column B ('naam'): 2,001 characters stand there; 2,000 fit"],
    ),
    (
        made(HEADS, ["c1", "a"], change=second_list),
        ["the sheets 'Sheet' and 'Ouder' both have a list; put it in one, or hide the other"],
    ),
    (
        in_one_column(";"),
        [IN_ONE_CELL.format("semicolons")],
    ),
    (made(HEADS), ["there is no track under the heads of row 1"]),
]


@pytest.mark.parametrize(("content", "problems"), XLSX_PROBLEMS)
def test_mistakes_in_a_workbook_are_told(content: bytes, problems: list[str]) -> None:
    assert list(read_batch_file("list.xlsx", content).problems) == problems


TOML_PROBLEMS: list[tuple[str, list[str]]] = [
    ("", ["there is no track in it; begin each track with [[track]]"]),
    (
        "[defualts]\nbed = 'zee'\n[[track]]\nscript = 'a'",
        ["a table has a name that is not known (did you mean 'defaults'?)"],
    ),
    (
        "script = 'a'\n[[track]]\ncode = 'c1'",
        ["'script' stands outside the tables; put it under [defaults] or a [[track]]"],
    ),
    (
        "[[track]]\nnaam = ['Anna', 'Bert']\nduur.min = 12\nkeer = 2024-03-05",
        [
            f"track 1, {head}: this is no text, number, true or false; write one value, in quotation marks"
            for head in ("'naam'", "'duur'", "key 3")
        ],
    ),
    ("[track]\nscript = 'a'", ["'track' is no list of tables; begin each track with [[track]]"]),
    ("tracks = ['a']", ["track 1: it is no table; begin each track with [[track]]"]),
    (
        "[[track]]\nscript = 'a'\n[[tracks]]\nscript = 'b'",
        ["some tracks begin with [[track]] and some with [[tracks]]; use [[track]] for all"],
    ),
    (
        "defaults = 3\n[[track]]\nscript = 'a'",
        ["'defaults' is no table; write [defaults] above what all tracks share"],
    ),
    (
        "[defaults]\nNaam = 'Anna'\nnaam = 'Bert'\n[[track]]\n' ' = 'x'",
        [
            "[defaults], 'naam': it is there twice, with other capitals or spaces; keep one",
            "track 1, key 1: a name has 1 to 100 plain characters",
        ],
    ),
    (
        f"[[track]]\nnaam = '{'x' * 2_500}'",
        ["track 1, 'naam': 2,500 characters stand there; 2,000 fit"],
    ),
]


@pytest.mark.parametrize(("text", "problems"), TOML_PROBLEMS)
def test_mistakes_in_toml_are_told(text: str, problems: list[str]) -> None:
    assert list(read_batch_file("list.toml", text.encode()).problems) == problems


WHOLE = made(HEADS, ["c1", "a", "Anna", 12])
EXCEL = as_excel_writes_it(EXCEL_STRINGS, EXCEL_ROWS)
BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


def with_bomb(part: str) -> bytes:
    return repacked(EXCEL, part, lambda xml: BOMB + xml[xml.find(b"?>") + 2 :])


def far_away(reference: str) -> bytes:
    row = re.sub("[A-Z]", "", reference)
    cell = f'<row r="{row}"><c r="{reference}"><v>1</v></c></row></sheetData>'
    return repacked(WHOLE, SHEET, lambda xml: xml.replace(b"</sheetData>", cell.encode()))


def locked() -> bytes:
    content = bytearray(WHOLE)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), bytes(content)):
            content[found.start() + place] |= 1
    return bytes(content)


REFUSED: list[tuple[str, bytes | Callable[[], bytes], str]] = [
    ("a.csv", b"", "a.csv: there is nothing in it."),
    ("a.csv", b"\xef\xbb\xbf \r\n\t\r\n", "a.csv: there is nothing in it."),
    ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "a.csv: it is a picture, no list."),
    ("a.csv", b"RIFF\x24\x00\x00\x00WEBPVP8 ", "a.csv: it is a picture, no list."),
    ("a.csv", b"\x00\x00\x00\x24ftypheic\x00", "a.csv: it is a picture, no list."),
    ("a.csv", b"BM\x36\x10\x00\x00\x00\x00\x00\x00\x36", "a.csv: it is a picture, no list."),
    ("a.csv", b"RIFF\x24\x00\x00\x00WAVEfmt ", "a.csv: it is a sound, no list."),
    ("a.xlsx", b"{\\rtf1\\ansi", "a.xlsx: it is an RTF document, no list."),
    ("a.xlsx", b"%PDF-1.7 ...", "a.xlsx: it is a PDF, no list."),
    ("a.csv", b"ID3\x04\x00", "a.csv: it is a sound, no list."),
    ("a.csv", b"\xff\xfb\x90\x64", "a.csv: it is a sound, no list."),
    ("a.csv", b"code,naam\nc1,An\x00na\n", "a.csv: it is no list: what is in it is not text."),
    ("a.csv", "code;naam".encode("utf-16-le"), "a.csv: it is no list: what is in it is not text."),
    ("a.csv", "\ufeffcode;naam".encode("utf-16-le")[:-1], "a.csv: its text is damaged or cut off."),
    ("a.csv", b"\x03\x04\x05\x06 code", "a.csv: it is no list: what is in it is not text."),
    ("a.xls", b"<html><table><tr><td>code", "a.xls: it is a web page or XML, whatever its name says."),
    ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls: it is a workbook of an old Excel (.xls)."),
    (
        "a.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "a.xlsx: it is locked with a password.",
    ),
    ("a.xlsx", locked(), "a.xlsx: it is locked with a password."),
    ("~$a.xlsx", b"\x05Maria", "~$a.xlsx: it is what Excel notes down while a list is open."),
    ("a.docx", zipped({"word/document.xml": b""}), "a.docx: it is a document of Word, no workbook (.xlsx)."),
    (
        "a.ods",
        zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""}),
        "a.ods: it is a document of LibreOffice (.ods), no workbook (.xlsx).",
    ),
    (
        "a.xlsb",
        zipped({"xl/workbook.bin": b""}),
        "a.xlsb: it is a binary workbook (.xlsb), no workbook (.xlsx).",
    ),
    ("a.csv", zipped({"clients.csv": b"code"}), "a.csv: it is a zip file, no workbook (.xlsx)."),
    ("a.xlsx", WHOLE[: len(WHOLE) // 2], "a.xlsx: this workbook is damaged."),
    ("a.xlsx", b"PK\x03\x04", "a.xlsx: this workbook is damaged."),
    ("a.xlsx", zipped({"xl/workbook.xml": b"<x/>"}), "a.xlsx: this workbook is damaged."),
    ("a.xlsx", with_bomb(SHEET), "a.xlsx: this workbook is damaged."),
    ("a.xlsx", with_bomb("xl/sharedStrings.xml"), "a.xlsx: this workbook is damaged."),
    ("a.xlsx", with_bomb("xl/workbook.xml"), "a.xlsx: this workbook is damaged."),
    (
        "a.xlsx",
        lambda: repacked(WHOLE, SHEET, lambda xml: xml + bytes(50_000_000)),
        "a.xlsx: it unpacks to more than 50 MB.",
    ),
    (
        "a.xlsx",
        WHOLE + b"PK\x01\x02" * 2_001,
        "a.xlsx: there are too many files in this workbook.",
    ),
    ("a.xlsx", made(), "a.xlsx: no sheet that can be seen has anything in it."),
    (
        "a.xlsx",
        far_away("B100002"),
        "a.xlsx: there is something in row 100,002; a list has at most 100,000 rows.",
    ),
    (
        "a.xlsx",
        far_away("XFD7"),
        "a.xlsx: there is something in column XFD; a list has at most 500 columns.",
    ),
    ("a.csv", b"code" + b",x" * 500, "a.csv: row 1 has 501 columns; 500 fit."),
    ("a.csv", b"code\n" + b"x\n" * 100_001, "a.csv: it has more than 100,000 rows."),
    ("a.csv", b"code\n" + b"x" * LARGEST_FILE, "a.csv: it is larger than 20 MB."),
    ("a.toml", b"[[track]]\ncode = \n", "a.toml:2: invalid value."),
    ("a.toml", b"[[track]]\nnaam = 'Zo\xeb'", "a.toml: it is not UTF-8 text."),
    ("a.toml", b"a = " + b"[" * 10_000, "a.toml:1: it is nested too deeply."),
    ("a.toml", b"a = 1" + b"0" * 5_000, "a.toml:1: a whole number there has more than 18 digits."),
    ("a.toml", b"track = [" + b"{}," * 100_001 + b"]", "a.toml: it has more than 100,000 tracks."),
]


@pytest.mark.parametrize(("name", "content", "sentence"), REFUSED, ids=[sentence for *_, sentence in REFUSED])
def test_what_cannot_be_read_at_all_is_refused(
    name: str, content: bytes | Callable[[], bytes], sentence: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read_batch_file(name, content if isinstance(content, bytes) else content())
    assert caught.value.sentence == sentence


def test_everything_is_told_at_once_in_the_order_of_the_rows() -> None:
    text = "script;naam;naam;duur\n;;;\na;Anna;;=1\nb;##;;x\nc;Cas;;#REF!;x\n"
    found = read_batch_file("list.csv", text.encode())
    assert [problem.partition(":")[0] for problem in found.problems] == [
        "row 1, column C",
        "row 3, column D ('duur')",
        "row 4, column B ('naam')",
        "row 5, column D ('duur')",
        "row 5, column E",
    ]
    assert texts(found) == [
        {"script": "a", "naam": "Anna"},
        {"script": "b", "duur": "x"},
        {"script": "c", "naam": "Cas"},
    ]


# Properties

WORDS = st.text(
    st.characters(codec="cp1252", exclude_categories=["Cc"], exclude_characters="#=\xad"), max_size=30
).filter(lambda text: not re.search("[\x80-\uffff]{2}", text) and "E" not in text)
"""What stands in a cell; without rows of accents, which may be garbled, and what Excel means something by."""

GRIDS = st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=6)


def expected(grid: list[list[str]]) -> list[dict[str, str]]:
    rows = [
        {head: text.strip() for head, text in zip(HEADS, row, strict=False) if text.strip()} for row in grid
    ]
    return [row for row in rows if row]


@given(
    grid=GRIDS,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    separator=st.sampled_from(",;\t"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    line_end=st.sampled_from(["\r\n", "\n", "\r"]),
    told=st.booleans(),
)
@settings(max_examples=50)
def test_every_csv_is_read_as_it_was_written(
    grid: list[list[str]], encoding: str, separator: str, quoting: Any, line_end: str, *, told: bool
) -> None:
    file = io.StringIO(newline="")
    file.write(f"sep={separator}{line_end}" if told else "")
    writer = csv.writer(file, delimiter=separator, quoting=quoting, lineterminator=line_end)
    writer.writerows([HEADS[:3], *grid])
    # Without a mark, signs that no word has tell of other letters than those of Windows.
    assume(encoding != "cp1252" or not re.search("[^\0-\x7féëïèöüêáóçÉ\u2019]", file.getvalue()))
    found = read_batch_file("list.csv", file.getvalue().encode(encoding))
    assert texts(found) == expected(grid)
    assert found.problems == (() if found.rows else ("there is no track under the heads of row 1",))


@given(grid=GRIDS)
@settings(max_examples=20)
def test_every_workbook_is_read_as_it_was_written(grid: list[list[str]]) -> None:
    found = read_batch_file("list.xlsx", made(HEADS[:3], *grid))
    assert texts(found) == expected(grid)


@given(
    name=st.sampled_from(["a.csv", "a.toml", "a.xlsx", ""]),
    start=st.sampled_from(
        [b"", b"\xff\xfe", b"PK\x03\x04", b"sep=", b"code;script\n", b"[[track]]\n", WHOLE]
    ),
    content=st.binary(max_size=200),
)
@example("a.csv", b"sep=\n", b"code")
@example("a.csv", b'sep="\n', b'code"script\n')
@example("a.csv", b"sep= \n", b"code script\n")
@settings(max_examples=150)
def test_no_bytes_break_it(name: str, start: bytes, content: bytes) -> None:
    try:
        found = read_batch_file(name, start + content)
    except ConfigError:
        return
    assert found.rows or found.problems


@given(
    part=st.sampled_from(
        [SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "[Content_Types].xml"]
    ),
    place=st.floats(0, 1, exclude_max=True),
    put=st.binary(max_size=4),
    lost=st.integers(0, 8),
)
@settings(max_examples=40)
def test_no_damage_to_a_workbook_breaks_it(part: str, place: float, put: bytes, lost: int) -> None:
    def damage(xml: bytes) -> bytes:
        at = int(place * len(xml))
        return xml[:at] + put + xml[at + lost :]

    try:
        found = read_batch_file("list.xlsx", repacked(EXCEL, part, damage))
    except ConfigError:
        return
    assert found.rows or found.problems


@given(
    st.text(min_size=LONGEST_CELL, max_size=LONGEST_CELL + 1),
    st.sampled_from(["=", "#N/B", "\x07", "\ufffd"]),
)
@settings(max_examples=15)
def test_no_problem_shows_what_a_cell_holds(text: str, wrong: str) -> None:
    secret = "Xantippe"
    rows = [
        f'a;"{secret} {text.replace(chr(34), "")}"',
        f"b;={secret}",
        f"c;{secret}{wrong}",
        f'd;"{secret}',
        secret,
    ]
    content = "\n".join(["script;naam", *rows]).encode("utf-8", errors="replace")
    try:
        found = read_batch_file("list.csv", content)
        told = found.problems
    except ConfigError as error:
        told = (error.sentence, error.hint)
    assert secret not in " ".join(told)


@given(st.integers(1, 16_384))
def test_columns_are_named_as_a_spreadsheet_does(number: int) -> None:
    value = 0
    for letter in column_name(number):
        value = value * 26 + ord(letter) - 64
    assert value == number
