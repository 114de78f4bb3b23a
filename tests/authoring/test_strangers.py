"""Texts of many hands in many notations: what is spoken of each, and that nothing disappears in silence."""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem.authoring.importing import Imported, import_file, import_text
from stem.authoring.unspoken import unspoken
from stem.errors import ScriptError
from stem.script.cues import Line, Pause, Source, Utterance
from stem.script.marks import parse_cues
from stem.script.template import find_script

TEXTS = Path(__file__).parents[1] / "data" / "strangers"
REGENERATE = os.environ.get("STEM_REGENERATE") == "1"
NO_WORDS = {"other-keys.json"}
"""What is refused, with what to do."""


def texts() -> list[Path]:
    return sorted(path for path in TEXTS.iterdir() if path.suffix != ".said" and path.name not in NO_WORDS)


def body(script: Imported) -> str:
    return script.template_text.split("+++\n", 2)[2].rstrip("\n")


def said(script: Imported) -> list[str]:
    return [line for line in body(script).split("\n") if line]


def told(script: Imported) -> str:
    return "\n".join(f"{note.line}: {note.found} -> {note.became}" for note in script.notes)


def test_there_are_enough_of_them() -> None:
    paths = texts()
    assert len(paths) >= 45
    assert len({path.suffix for path in paths}) >= 12


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.name)
def test_a_text_is_said_as_it_is_meant(path: Path) -> None:
    """With STEM_REGENERATE=1 in the environment what is said is written instead."""
    script = import_file(path)
    expected = path.with_name(f"{path.name}.said")
    if REGENERATE:
        expected.write_text("\n".join(said(script)) + "\n", encoding="utf-8")
    assert said(script) == expected.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.name)
def test_nothing_disappears_untold(path: Path) -> None:
    """Every line with a word or a number that is neither spoken nor a title is in the report."""
    script = import_file(path)
    kept = set(re.findall(r"\w+", f"{script.title} {body(script)} {told(script)}".casefold()))
    lines = {note.line for note in script.notes}
    subtitles = "times of subtitles" in told(script)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        words = set(re.findall(r"[^\W\d_]{3,}", re.sub(r"<[^<>]*>|\\n", " ", line).casefold()))
        missing = words - kept
        assert not missing or number in lines or (subtitles and path.suffix != ".vtt"), (number, missing)


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.name)
def test_a_second_look_finds_nothing_more(path: Path) -> None:
    script = import_file(path)
    cues = parse_cues([Line(line, Source("x", 1)) for line in body(script).split("\n")])
    for cue in cues:
        if isinstance(cue, Utterance):
            assert [each for each in unspoken(cue.text) if each.kept is not None] == []


# --- documents ------------------------------------------------------------------------------------

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OPEN = "".join(
    f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{part}:1.0"'
    for name, part in (
        ("office", "office"),
        ("text", "text"),
        ("style", "style"),
        ("table", "table"),
        ("fo", "xsl-fo-compatible"),
    )
)


def zipped(path: Path, entries: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def docx(folder: Path, inner: str, **others: str) -> Path:
    document = f"<w:document {WORD}><w:body>{inner}</w:body></w:document>"
    return zipped(folder / "a.docx", {"word/document.xml": document, **others})


def odt(folder: Path, inner: str, styles: str = "") -> Path:
    automatic = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    text = f"<office:body><office:text>{inner}</office:text></office:body>"
    content = f"<office:document-content{OPEN}>{automatic}{text}</office:document-content>"
    return zipped(folder / "a.odt", {"content.xml": content})


def p(text: str, look: str = "") -> str:
    return f"<w:p><w:r><w:rPr>{look}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def table(*rows: tuple[str, ...]) -> str:
    cells = ["".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows]
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def test_each_paragraph_of_word_is_one_whatever_stands_between(tmp_path: Path) -> None:
    inner = p("Inleiding") + p("Ga rustig liggen.") + "<w:p/>" + p("Adem in") + p("adem uit")
    assert body(import_file(docx(tmp_path, inner))).split("\n\n") == [
        "Inleiding",
        "Ga rustig liggen.",
        "Adem in",
        "adem uit",
    ]


def test_paragraphs_that_are_rows_of_pasted_text_are_joined(tmp_path: Path) -> None:
    rows = (
        "Ga nu rustig zitten op een stoel of op een",
        "kussen, en voel hoe de grond je helemaal",
        "draagt.",
    )
    inner = "".join(map(p, rows)) + "<w:p/>" + "".join(map(p, rows))
    assert said(import_file(docx(tmp_path, inner))) == [" ".join(rows)] * 2


@pytest.mark.parametrize("look", ["<w:strike/>", "<w:dstrike/>", "<w:vanish/>"])
def test_struck_out_and_hidden_words_of_word_are_left_out_and_told(tmp_path: Path, look: str) -> None:
    script = import_file(docx(tmp_path, p("Welkom.") + p("Ren hard weg.", look) + p("Blijf.")))
    assert said(script) == ["Welkom.", "Blijf."]
    assert told(script) == "2: Ren hard weg. -> "


def test_struck_out_words_of_libreoffice_are_left_out_and_told(tmp_path: Path) -> None:
    look = '<style:text-properties style:text-line-through-style="solid"/>'
    style = f'<style:style style:name="T1">{look}</style:style>'
    inner = '<text:p>Blijf <text:span text:style-name="T1">nooit </text:span>hier.</text:p>'
    script = import_file(odt(tmp_path, inner, style))
    assert said(script) == ["Blijf hier."]
    assert told(script) == "1: nooit -> "


def test_deleted_text_is_not_spoken_and_inserted_text_is(tmp_path: Path) -> None:
    deleted = "<w:del><w:r><w:delText>Weg.</w:delText></w:r></w:del>"
    inner = f"<w:p>{deleted}<w:ins><w:r><w:t>Erbij.</w:t></w:r></w:ins></w:p>"
    script = import_file(docx(tmp_path, inner, **{"word/vbaProject.bin": "Sub AutoOpen()"}))
    assert said(script) == ["Erbij."]
    assert "deleted text" in told(script)


def test_tables_of_documents_give_their_words_alone_also_within_each_other(tmp_path: Path) -> None:
    inner = table((p("Voel"), p("de grond onder je.")))
    script = import_file(
        docx(
            tmp_path,
            table(
                (p("Tijd"), p("Tekst"), p("Geluid")),
                (p("0:10"), p("Ga rustig zitten.") + p("Adem in"), p("bel")),
                (p("0:40"), p("Adem uit.") + inner, p("zee")),
            ),
        )
    )
    assert said(script) == [
        "Ga rustig zitten.",
        "Adem in",
        "[bel]",
        "Adem uit.",
        "Voel",
        "de grond onder je.",
    ]
    for word in ("| Tijd | Tekst | Geluid |", "0:10", "0:40", "zee"):
        assert f": {word} -> " in told(script)
    opened = (
        "<table:table><table:table-row><table:table-cell><text:p>1</text:p></table:table-cell><table:table-cell>"
        "<text:p>Voel de grond.</text:p></table:table-cell></table:table-row></table:table>"
    )
    assert said(import_file(odt(tmp_path, opened))) == ["Voel de grond."]


def test_ten_thousand_empty_paragraphs_are_none(tmp_path: Path) -> None:
    assert said(import_file(docx(tmp_path, p("Voel.") + "<w:p/>" * 10_000 + p("Ja.")))) == ["Voel.", "Ja."]


def test_a_locked_document_is_called_so(tmp_path: Path) -> None:
    word = tmp_path / "locked.docx"
    word.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64) + "EncryptedPackage".encode("utf-16-le"))
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    libre = zipped(tmp_path / "locked.odt", {"content.xml": "\x8f\x01", "META-INF/manifest.xml": manifest})
    for path in (word, libre):
        with pytest.raises(ScriptError, match="it is locked with a password"):
            import_file(path)


# --- letters and size -----------------------------------------------------------------------------


def test_letters_of_an_old_mac_are_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "mac.txt"
    path.write_bytes("Voel hoe één reünie begon, geïnspireerd.\rIdeeën.\r".encode("mac_roman"))
    script = import_file(path)
    assert said(script) == ["Voel hoe één reünie begon, geïnspireerd.", "Ideeën."]
    assert "Mac OS Roman" in told(script)


def test_two_encodings_in_one_file_are_mended_and_told(tmp_path: Path) -> None:
    path = tmp_path / "two.txt"
    path.write_bytes("Één zee.\n".encode() + "Één bos, ideeën.\n".encode("cp1252"))
    script = import_file(path)
    assert said(script) == ["Één zee.", "Één bos, ideeën."]
    assert "-> UTF-8" in told(script)


def test_marks_of_right_to_left_are_no_letters() -> None:
    script = import_text("\u200fWelkom \u202bhier\u202c.\n\u200eAdem in.", "x.txt")
    assert said(script) == ["Welkom hier.", "Adem in."]


def test_one_row_of_two_megabytes_is_refused_in_plain_words() -> None:
    with pytest.raises(ScriptError, match="more than 300,000 characters"):
        import_text("voel de aarde " * 150_000, "x.txt")


def test_json_without_known_names_tells_which_it_does_not_know() -> None:
    with pytest.raises(ScriptError) as caught:
        import_file(TEXTS / "other-keys.json")
    assert "'uitleg', 'opdracht'" in caught.value.hint


# --- properties -----------------------------------------------------------------------------------

ROWS = st.sampled_from(
    [
        *(
            "Ga rustig zitten",
            "Voel de aarde.",
            "adem uit",
            "En weer in,",
            "",
            "",
            "---",
            "10",
            "9... lichter",
        ),
        *(
            "VERTELLER: Blijf hier.",
            "Anna: Kijk rond.",
            "Onthoud: het mag.",
            "- Pauze -",
            "/intro",
            "*zacht*",
        ),
        *("**Duur:** 10 min", "Thema: rust", "## Opnametips", "Samenvatting", "## Slot", "| Tijd | Tekst |"),
        *(
            "| 0:10 | Luister goed. |",
            "(kijk rond)",
            "[naam]",
            "Laat je schou-",
            "ders zakken.",
            "LANG (2:00-3:00)",
        ),
        *(
            "Hoor ~~niet~~ iets.",
            "Blijf \\[pauze\\] even.",
            "Natuurlijk! Hier is je script:",
            "Adem / uit // nu",
        ),
        *(
            "Laat me weten of het goed is!",
            "Pagina 3",
            "0:00:01.000,0:00:02.000",
            "tekst:",
            "1. Stap",
            "[0:30] Zit",
        ),
    ]
)


@given(st.lists(ROWS, min_size=1, max_size=12))
def test_every_word_is_spoken_or_told(rows: list[str]) -> None:
    try:
        script = import_text("\n".join(rows), "proef.txt")
    except ScriptError:
        return
    text = f"{script.title} {body(script)} {told(script)}".replace("\\", " ")
    kept = set(re.findall(r"[^\W\d_]+", text.casefold()))
    words = set(re.findall(r"[^\W\d_]{3,}", " ".join(rows).casefold()))
    assert words - kept <= {"schou", "ders"}


@pytest.mark.parametrize("name", ["aankomen", "tegenover", "dichtbij-met-ruimte"])
def test_a_script_of_ours_comes_back_as_it_is(name: str) -> None:
    """The control: what is meant to be spoken is, every word of it, and nothing is doubted."""
    cues = find_script(name).render({}).cues()
    rows = []
    for cue in cues:
        if isinstance(cue, Utterance):
            rows.append(cue.text)
        elif isinstance(cue, Pause) and cue.name != "zin":
            rows.append("" if cue.name == "alinea" else f"({cue.seconds:g} sec pauze)")
    script = import_text("\n".join(rows), "proef.txt")
    words = " ".join(line for line in said(script) if not line.startswith("["))
    assert words == " ".join(cue.text for cue in cues if isinstance(cue, Utterance))
    assert [note for note in script.notes if note.kind != "changed"] == []
