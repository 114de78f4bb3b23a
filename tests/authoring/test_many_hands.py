"""Texts as people write them, in as many notations: what is spoken, how long the pauses are, what is told.

`tests/data/many-hands.txt` holds them: the name of a file, its text, and behind `---` what must come of it. A
line is spoken; `(5)` is a pause of 5 seconds, `(~)` one of any length; a line with `?` may be spoken or not,
and one with `!` must be told.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from stem.authoring.importing import Imported, import_file, import_text
from stem.script.cues import Line, Pause, Source, Utterance
from stem.script.marks import parse_cues

TEXTS = Path(__file__).parents[1] / "data" / "many-hands.txt"
FEWEST = 72
SELF = {"zin", "alinea", "bel"}
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OPEN = (
    "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{part}:1.0"'
        for name, part in (("office", "office"), ("text", "text"), ("style", "style"), ("table", "table"))
    )
    + ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
)


def texts() -> Iterator[tuple[str, str, list[str]]]:
    for block in re.split(r"^=== ", TEXTS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, rest = block.split("\n", 1)
        text, _, expected = rest.rpartition("\n---\n")
        yield head.strip(), text, expected.split("\n")


def runs(text: str, run: Callable[[str, str], str]) -> str:
    parts = re.split(r"(\{\w+(?::[^}]*)?\})", text)
    told = (re.fullmatch(r"\{(\w+):?([^}]*)\}", part) for part in parts)
    return "".join(
        run(found[1], html.escape(found[2])) if found else run("", html.escape(part))
        for part, found in zip(parts, told, strict=True)
        if part
    )


class Document:
    """Word's and LibreOffice's XML of a few signs: # heading, * list, | table |, {kind:text}."""

    def __init__(self, text: str, *, is_word: bool) -> None:
        self.is_word = is_word
        self.asides: dict[str, list[str]] = {"comment": [], "note": [], "header": [], "del": []}
        self.body = "".join(map(self.line, self.blocks(text)))

    def blocks(self, text: str) -> list[list[str]]:
        found: list[list[str]] = []
        for line in text.split("\n"):
            if found and line[:1] in "|*" and line[:1] and found[-1][0][:1] == line[0]:
                found[-1].append(line)
            else:
                found.append([line])
        return found

    def line(self, block: list[str]) -> str:
        first = block[0]
        run = self.word_run if self.is_word else self.libre_run
        p, row, cell, table = ("w:p", "w:tr", "w:tc", "w:tbl")
        if not self.is_word:
            p, row, cell, table = ("text:p", "table:table-row", "table:table-cell", "table:table")
        if first.startswith("|"):
            rows = [
                "".join(
                    f"<{cell}><{p}>{runs(part.strip(), run)}</{p}></{cell}>"
                    for part in line.strip("| ").split("|")
                )
                for line in block
            ]
            return f"<{table}>{''.join(f'<{row}>{each}</{row}>' for each in rows)}</{table}>"
        if first.startswith("*"):
            look = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>' if self.is_word else ""
            return "".join(f"<{p}>{look}{runs(line[2:], run)}</{p}>" for line in block)
        if first.startswith("# "):
            inner = runs(first[2:], run)
            if self.is_word:
                return f'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr>{inner}</w:p>'
            return f'<text:h text:outline-level="1">{inner}</text:h>'
        return "".join(f"<{p}>{runs(line, run)}</{p}>" for line in block)

    def word_run(self, kind: str, text: str) -> str:
        if kind in {"comment", "note", "header"}:
            self.asides[kind].append(text)
            name = {"comment": "comment", "note": "footnote", "header": ""}[kind]
            place = f'<w:{name}Reference w:id="{len(self.asides[kind])}"/>' if name else ""
            return f"<w:r>{place}</w:r>"
        look = {"strike": "<w:strike/>", "hidden": "<w:vanish/>"}.get(kind, "")
        inner = {"br": "<w:br/>", "tab": "<w:tab/>", "del": f"<w:delText>{text}</w:delText>"}.get(
            kind, f'<w:t xml:space="preserve">{text}</w:t>'
        )
        whole = f"<w:r><w:rPr>{look}</w:rPr>{inner}</w:r>"
        return f"<w:{kind}>{whole}</w:{kind}>" if kind in {"del", "ins"} else whole

    def libre_run(self, kind: str, text: str) -> str:
        self.asides.get(kind, []).append(text)
        return {
            "": text,
            "strike": f'<text:span text:style-name="T1">{text}</text:span>',
            "comment": f"<office:annotation><text:p>{text}</text:p></office:annotation>",
            "note": f"<text:note><text:note-body><text:p>{text}</text:p></text:note-body></text:note>",
            "del": "<text:change/>",
        }[kind]

    def files(self) -> Iterator[tuple[str, str]]:
        if not self.is_word:
            gone = "".join(
                f"<text:deletion><text:p>{text}</text:p></text:deletion>" for text in self.asides["del"]
            )
            look = '<style:text-properties style:text-line-through-style="solid"/>'
            yield (
                "content.xml",
                (
                    f"<office:document-content{OPEN}><office:automatic-styles>"
                    f"<style:style style:name='T1'>{look}"
                    f"</style:style></office:automatic-styles><office:body><office:text><text:tracked-changes>{gone}"
                    f"</text:tracked-changes>{self.body}</office:text></office:body></office:document-content>"
                ),
            )
            return
        yield "word/document.xml", f"<w:document {WORD}><w:body>{self.body}</w:body></w:document>"
        for name, tag in (("comment", "comment"), ("note", "footnote"), ("header", "hdr")):
            paragraphs = [
                f'<w:{tag} w:id="{number}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:{tag}>'
                for number, text in enumerate(self.asides[name], start=1)
            ]
            file = {"comment": "comments", "note": "footnotes", "header": "header1"}[name]
            yield f"word/{file}.xml", f"<w:all {WORD}>{''.join(paragraphs)}</w:all>"


def imported(name: str, text: str, folder: Path) -> Imported:
    path = folder / name
    if path.suffix in {".docx", ".odt"}:
        with zipfile.ZipFile(path, "w") as archive:
            for part, content in Document(text, is_word=path.suffix == ".docx").files():
                archive.writestr(part, content)
    else:
        path.write_text(text, encoding="utf-8")
    return import_file(path)


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:[’'][^\W_]+)*", text.casefold())  # noqa: RUF001 - real quotes


def came(script: Imported) -> list[str]:
    """Return the words and the written pauses of a script in order."""
    body = script.template_text.split("+++\n", 2)[2].split("\n")
    found: list[str] = []
    for cue in parse_cues([Line(line, Source("x", 1)) for line in body]):
        if isinstance(cue, Utterance):
            found += words(cue.text)
        elif isinstance(cue, Pause) and cue.name not in SELF:
            found.append(f"({cue.seconds:g})")
    return found


def fits(wanted: str, seconds: str) -> bool:
    bounds = wanted.strip("()").split("-")
    low, high = (0.0, 999.0) if bounds == ["~"] else (float(bounds[0]), float(bounds[-1]))
    return low <= float(seconds.strip("()")) <= high


def faults(script: Imported, expected: list[str]) -> Iterator[str]:
    """Yield what is spoken or lost without being told, and what should have been told."""
    report = "\n".join(f"{note.found} {note.became}" for note in script.notes)
    told = " ".join(words(report))
    wanted: list[str] = []
    free: set[int] = set()
    for line in filter(None, map(str.strip, expected)):
        if line.startswith("! "):
            if " ".join(words(line)) not in told and line[2:] not in report:
                yield f"untold: {line[2:]}"
            continue
        new = [line] if line.startswith("(") else words(line)
        free |= set(range(len(wanted), len(wanted) + len(new))) if line.startswith("?") else set()
        wanted += new
    got = came(script)
    plain = [["()" if word.startswith("(") else word for word in each] for each in (wanted, got)]
    for kind, a, b, c, d in SequenceMatcher(None, plain[0], plain[1], autojunk=False).get_opcodes():
        if kind == "equal":
            pairs = [pair for pair in zip(wanted[a:b], got[c:d], strict=True) if pair[0].startswith("(")]
            yield from (f"not {pair[0]} but {pair[1]}" for pair in pairs if not fits(*pair))
            continue
        lost = [word for place, word in enumerate(wanted[a:b], start=a) if place not in free]
        said = [word for word in got[c:d] if not word.startswith("(")]
        yield from (f"lost: {word}" for word in lost if word.startswith("(") or word not in told)
        if said and " ".join(said) not in told:
            yield f"spoken: {' '.join(said)}"


def test_what_many_hands_write_is_said_as_it_is_meant_or_told(tmp_path: Path) -> None:
    found = {name: list(faults(imported(name, text, tmp_path), expected)) for name, text, expected in texts()}
    assert len(found) >= FEWEST
    assert {name: each for name, each in found.items() if each} == {}


# --- pauses ---------------------------------------------------------------------------------------

SAID = (
    "Ga rustig zitten",
    "Voel nu de grond",
    "Laat je schouders zakken",
    "Kijk naar het water",
    "Hoor de wind",
)
TIMED = (
    *("[pauze {}]", "[pauze: {} sec]", "[{}s]", "(pauze {} sec)", "({} sec)", "({} s stilte)", "({} tellen)"),
    *(
        "{{pauze {}}}",
        "{{{{pauze|{}}}}}",
        "<pauze {}>",
        "<break time='{}s'/>",
        "<{}s>",
        "<#{}#>",
        "[P{}]",
        "[p={}]",
    ),
    *(
        "*pauze {} sec*",
        "**(pauze {} sec)**",
        "_{} seconden stilte_",
        "#pauze {}#",
        "%{} sec%",
        "\\pauze{{{}}}",
    ),
    *("— {} sec —", "- pauze {} sec -", "/{}s", "⏸ {}s", "⏳ {} sec", "(pauze, {} sec)", "(wacht {} tellen)"),
    *(
        "[stilte van {} seconden]",
        '({}")',
        "({}'')",
        "[[slnc {}000]]",
        "<{}000>",
        "(pauze={}000ms)",
        "\\[pauze {}\\]",
    ),
    *("(tel in stilte tot {})", "[pauze - {} sec.]", "({}-{} sec)", "[PAUZE {} SEC]", "(± {} seconden rust)"),
    *(
        "(rust {}s)",
        "[even stil, {} sec]",
        "~{} sec~",
        "== {} sec ==",
        "|{}|",
        "^{}^",
        "@{} s@",
        "[wait: {}]",
        "({})",
    ),
)
UNTIMED = (
    *(
        "[pauze]",
        "(pauze)",
        "*stilte*",
        "(...)",
        "[…]",
        "(P)",
        "[PP]",
        "⏸",
        "⏳⏳",
        "(korte pauze)",
        "[lange stilte]",
    ),
    *(
        "<pauze>",
        "{{stilte}}",
        "- Pauze -",
        "=pauze=",
        "(pauze om te voelen)",
        "[stilte: laat het zakken]",
        "//",
        "||",
    ),
    *("(adempauze)", "[even wachten]", "(wacht tot het stil is)", "~ pauze ~", "§", "(3 ademhalingen)"),
)
MARKS = st.one_of(
    st.tuples(st.sampled_from(TIMED), st.sampled_from((2, 5, 8, 12, 20))),
    st.tuples(st.sampled_from(UNTIMED), st.just(0)),
)


@given(
    st.lists(
        st.tuples(MARKS, st.sampled_from((" ", "\n", "\n\n")), st.sampled_from(("", "."))),
        min_size=4,
        max_size=4,
    )
)
def test_no_pause_is_lost_untold(written: list[tuple[tuple[str, int], str, str]]) -> None:
    text = ""
    for said, ((mark, seconds), space, stop) in zip(SAID, written, strict=False):
        text += f"{said}{stop}{space}{mark.format(seconds, seconds)}{space}"
    script = import_text(f"{text}{SAID[-1]}.", "proef.txt")
    report = "\n".join(note.found for note in script.notes)
    got = " ".join(came(script))
    for said, after, ((mark, seconds), _, _) in zip(SAID, SAID[1:], written, strict=False):
        between = re.search(f"{said.casefold()}(.*){after.casefold()}", got)
        pauses = [float(each) for each in re.findall(r"\(([0-9.]+)\)", between[1])] if between else []
        assert (
            sum(pauses) == seconds or (pauses and not seconds) or mark.format(seconds, seconds) in report
        ), (mark, got)
