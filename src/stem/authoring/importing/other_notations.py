# ruff: noqa: RUF001 - dashes that look alike are what this is about
"""Notations of other programs, row by row, as the ones that importing reads: pauses, headings, lists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from stem.authoring.importing.manuscript import Layout, Note, Row, excerpt
from stem.authoring.importing.pause_marks import pause_mark, read_mark, vocabulary
from stem.authoring.unspoken import is_speaker
from stem.messages import Message

_ODD = re.compile(r"[|/#%@$§^+<\[\\{'=>~♥•⭐\u23f1-\u23f3\u231b\u23f8\U0001f507\U0001f92b…—–]|\.\.|- ")
"""What all that is rewritten below has one of."""

_UNIT = r"(?:ms|s|secs?|seconden|seconds?|tellen|min|minuten|minuut)\b\.?"
_LENGTH = rf"[0-9]{{1,5}}(?:[.,][0-9]{{1,3}})?\s?(?:{_UNIT})?"
_HOURGLASS = "[\u23f1-\u23f3\u231b\u23f8\U0001f507\U0001f92b]\ufe0f?"
_ONE_HOURGLASS = re.compile(_HOURGLASS)
_NOUN = r"(?:pauze|pause|stilte|silence|slnc)"
_PAUSES: tuple[re.Pattern[str], ...] = (
    re.compile(
        rf"(?:{_HOURGLASS}\s*)+(?:(?:korte?|lange?)\s)?(?:{_NOUN}\b)?[:\s]*(?P<length>{_LENGTH}(?!\w))?",
        re.IGNORECASE,
    ),
    re.compile(r"\[\[\s*slnc\s+(?P<ms>[0-9]{1,6})\s*\]\]", re.IGNORECASE),
    re.compile(rf"<#\s*(?P<length>{_LENGTH})\s*#>"),
    re.compile(rf"\\{_NOUN}\{{(?P<length>[^{{}}]{{0,20}})\}}", re.IGNORECASE),
    re.compile(
        rf"(?<!\S)(?P<sign>[#%@$§^+|])\s?(?:{_NOUN}\b\s?)?(?P<length>{_LENGTH})?\s?(?P=sign)(?!\w)",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<!\S)(?<![0-9]\s)[-–—]{{1,3}}\s?(?P<length>{_LENGTH})\s?[-–—]{{1,3}}(?!\S)(?!\s?[0-9])"),
    re.compile(
        rf"(?<=[a-zà-ÿ][.!?…])\s(?:…|\.{{3,}})\s?(?P<length>{_LENGTH})\s?(?:…|\.{{3,}})(?=\s[A-ZÀ-Þ]|\s?$)"
    ),
    re.compile(
        rf"(?<!\S)[=~_^+|>\u2013\u2014-]{{1,3}}\s?(?:(?:korte?|lange?|kleine|even)\s)?{_NOUN}(?:\s[\w,.]{{1,12}}){{0,5}}"
        r"\s?[=~_^+|<\u2013\u2014-]{1,3}(?!\S)",
        re.IGNORECASE,
    ),
)
_GONE: tuple[re.Pattern[str], ...] = (
    re.compile(r"%%.{1,1000}?%%"),
    re.compile(r"<ref\b[^<>]{0,200}>.{0,1000}?</ref>"),
    re.compile(r"\[\[(?:categorie|category|bestand|file|afbeelding):[^\[\]]{1,200}\]\]", re.IGNORECASE),
    re.compile(r"(?<![\w/])/[a-zà-ÿ][a-zà-ÿ ]{2,30}/(?![\w/])"),
    re.compile(r"^#\s?[0-9]{1,3}$"),
    re.compile(r"(?:(?<!\S)#[^\W\d_][\w-]{1,40}(?:\s+|$)){2,}"),
)
_WIKI_HEADING = re.compile(r"(={2,6})\s*([^=\s](?:[^=]{0,78}[^=\s])?)\s*\1")
_WIKI_BOLD = re.compile(r"'''([^'\n]{1,200})'''")
_WIKI_ITALIC = re.compile(r"(?<![\w'])''(?=[^\W\d_])([^'\n]{1,200})''(?![\w'])")
_FRAMED = re.compile(
    r"(?P<sign>[>=~*♥•⭐»+]{1,5}|[-–—]{3,})\s+(?P<inside>[^\W\d_].{0,60}?)\s+[<=~*♥•⭐«+]{1,5}|[-–—]{3,}"
)
_MOST_FRAMED_WORDS = 4
_SENT_FROM = re.compile(
    r"(?:verzonden|verstuurd|sent) (?:vanaf|met|from|via) (?:mijn|my|outlook|gmail)\b.{0,60}", re.IGNORECASE
)

_BB_CLOSES = re.compile(
    r"\[/(?:b|i|u|s|size|colou?r|center|quote|url|font|left|right|justify|code|list)\]", re.IGNORECASE
)
_BB = re.compile(
    r"\[/?(?P<name>b|i|u|s|size|colou?r|center|quote|url|font|left|right|justify|code|list)(?:=[^\[\]]{0,100})?\]|\[\*\]",
    re.IGNORECASE,
)
_BB_SIGNS = {"b": "**", "i": "*", "s": "~~"}

_ORG_KEY = re.compile(r"#\+([A-Za-z_]{2,20}):\s*(.*)")
_ORG_HEADING = re.compile(r"(\*{1,5})\s+(?:TODO |DONE )?(\S.*)")
_TASK = re.compile(r"([-*+]\s+)\[[ xX]\]\s+")
_CALLOUT = re.compile(r">\s*\[!\w{2,20}\][+-]?.*")

_LATEX = re.compile(r"\\(?:(?:sub)*section|chapter|begin|documentclass|text(?:it|bf)|emph)\b\*?\{")
_LATEX_HEADING = re.compile(r"\\(?:(?:sub)*section|chapter|title)\*?\{([^{}]*)\}")
_LATEX_WORDS = re.compile(r"\\(?:text\w{2}|emph|underline)\{([^{}]*)\}")
_LATEX_GONE = re.compile(
    r"(?<!\\)%.*|\\(?:documentclass|usepackage|begin|end|maketitle|label)\b(?:\[[^\[\]]*\])?(?:\{[^{}]*\})*"
)

_TURN = re.compile(
    r"(?P<name>[^\W\d_][\w.-]{1,24}(?: [\w.-]{1,24}){0,2})\s*"
    r"[(\[]?(?P<time>[0-9]{1,2}(?::[0-5][0-9]){1,2})[)\]]?:?"
)
_DASHED_NAME = re.compile(r"(?P<name>[A-ZÀ-Þ]{2,20}(?: [A-ZÀ-Þ0-9]{1,20}){0,2})\s+[-–—]\s+(?=\S)")
_FEWEST_TURNS = 2
_COUNTED = re.compile(r"(?<=[\w.,!?…])[ \t]*\(([0-9]{1,3})\)[.]?$", re.MULTILINE)
_FEWEST_COUNTED = 3
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-5][0-9])(\s*[-–—]\s*)([0-9]{1,2})\.([0-5][0-9])(?=\s|\||$)")
_NUMBERED = re.compile(
    r"(?P<list>(?:[-*+•]\s+)?)(?P<bold>\*\*)?(?P<what>(?:stap|fase|deel|step|onderdeel|oefening)\s+)?"
    r"(?P<number>[0-9]{1,2}|[a-h]|i{1,3}|iv|v)"
    r"(?:[.)]+|(?P<colon>\s?[:–—-]))(?:\*\*)?\s+(?=(?:\*\*)?[^\W\d_\[(\"“„‘'])",
    re.IGNORECASE,
)
_TIMED_TITLE = re.compile(
    r"(?:[(\[]|\s[-–—]\s)(?:[^()\[\]]{0,20}\bmin|[0-9:]+\s*[-–—])[^()\[\]]{0,20}[)\]]?\W*$"
)
_BOLD_TITLE = re.compile(r"\*\*([^*]{1,60})\*\*:?\s*(\([^()]{1,40}\))?")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_CAPITALS = re.compile(r"(?P<title>[A-ZÀ-Þ][A-ZÀ-Þ &'-]{3,60})(?<! )\s*(?P<how>\([^()0-9]{1,80}\))?")
_FEWEST_SMALL = 3
_SAYS = vocabulary("zeg tekst text spreek say regel zin speech")
_WAITS = vocabulary("wacht pauze pause wait stilte silence")
_PAIR = re.compile(r"(?:-\s+)?(?P<key>[a-z_]{2,20}):\s+(?P<value>\S.*)")


def in_known_signs(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """Return rows in which other programs' signs for pauses, comments, headings and lists are known ones."""
    text = "\n".join(row.text for row in rows)
    rows = _by_program(rows, text, layout)
    rows = _without_callouts(rows, layout)
    rows = _without_names(_without_turns(rows, layout), layout)
    rows = _with_pairs(rows, layout)
    if len(_COUNTED.findall(text)) >= _FEWEST_COUNTED:
        rows = [_counted(row, layout) for row in rows]
    if len(_DOTTED.findall(text)) > 1:
        rows = [Row(row.line, _DOTTED.sub(r"\1:\2\3\4:\5", row.text)) for row in rows]
    return _with_titles(_without_numbers([_plain(row, layout) for row in rows], layout), text, layout)


def _counted(row: Row, layout: Layout) -> Row:
    """Read the number behind a row as seconds, where several rows have one: "Adem in (4)"."""
    found = _COUNTED.search(row.text)
    mark = pause_mark(float(found[1])) if found else None
    if found is None or mark is None:
        return row
    layout.notes.append(Note(row.line, "changed", found[0].strip(), mark))
    return Row(row.line, f"{row.text[: found.start()]} {mark}")


def _by_program(rows: Sequence[Row], text: str, layout: Layout) -> list[Row]:
    """Return rows without the signs of one kind of file: BBCode, Org, LaTeX."""
    changed = list(rows)
    if "[/" in text and _BB_CLOSES.search(text):
        changed = [Row(row.line, _without_bbcode(row.text)) for row in changed]
    if "#+" in text and any(_ORG_KEY.match(row.text) for row in rows[:5]):
        changed = [_org(row) for row in changed]
    if "\\" in text and _LATEX.search(text):
        changed = [_latex(row, layout) for row in changed]
    return changed


def _without_bbcode(text: str) -> str:
    plain = _BB.sub(lambda found: _BB_SIGNS.get((found["name"] or "").casefold(), ""), text)
    return plain.strip()


def _org(row: Row) -> Row:
    key = _ORG_KEY.fullmatch(row.text)
    if key is not None:
        return Row(row.line, f"{key[1].capitalize()}: {key[2]}")
    heading = _ORG_HEADING.fullmatch(row.text)
    return row if heading is None else Row(row.line, f"#{'#' * len(heading[1])} {heading[2]}")


def _latex(row: Row, layout: Layout) -> Row:
    text = _taken(_LATEX_GONE, row.text, row, layout)
    text = _LATEX_HEADING.sub(r"## \1", text)
    return Row(row.line, _LATEX_WORDS.sub(r"\1", text).strip())


def _taken(pattern: re.Pattern[str], text: str, row: Row, layout: Layout) -> str:
    """Return a text without what a pattern finds in it; all is told."""
    for found in pattern.finditer(text):
        if found[0].strip():
            layout.notes.append(Note(row.line, "left out", excerpt(found[0].strip())))
    return pattern.sub("", text)


def _plain(row: Row, layout: Layout) -> Row:
    """Return a row without comments, and with its pauses as stem writes them."""
    text = row.text
    if not _ODD.search(text):
        if _SENT_FROM.fullmatch(text):
            layout.tell("left out", row)
            return Row(row.line, "")
        return row
    for pattern in _GONE:
        text = _taken(pattern, text, row, layout)
    for pattern in _PAUSES:
        text = pattern.sub(_as_pause(row, layout), text)
    heading = _WIKI_HEADING.fullmatch(text)
    if heading is not None:
        return Row(row.line, f"## {heading[2]}")
    text = _TASK.sub(r"\1", _WIKI_ITALIC.sub(r"*\1*", _WIKI_BOLD.sub(r"**\1**", text)))
    framed = _FRAMED.fullmatch(text)
    if framed is not None and framed["inside"] and len(framed["inside"].split()) <= _MOST_FRAMED_WORDS:
        meaning = read_mark(framed["inside"], square=True)
        if meaning is None or meaning.kind == "silent":
            layout.tell("left out", row)
            return Row(row.line, "")
    return Row(row.line, text.strip())


def _as_pause(row: Row, layout: Layout) -> Callable[[re.Match[str]], str]:
    def write(found: re.Match[str]) -> str:
        parts = found.groupdict()
        mark: str | None = "[pauze kort]" * len(_ONE_HOURGLASS.findall(found[0]))
        if parts.get("ms"):
            mark = pause_mark(int(parts["ms"]) / 1000)
        elif parts.get("length"):
            meaning = read_mark(f"pauze {parts['length']}")
            mark = meaning.mark if meaning is not None else None
        elif not mark:
            meaning = read_mark(found[0].strip("#%@$§^+|=~_<>-\u2013\u2014 "), square=True)
            mark = meaning.mark if meaning is not None and meaning.kind == "pause" else None
        bare_row = found[0].strip() == row.text and (parts.get("length") or "").strip().isdecimal()
        if not mark or (bare_row and found[0].strip()[0] in "-–—"):  # a page number
            return found[0]
        layout.notes.append(Note(row.line, "changed", excerpt(found[0].strip()), mark))
        return f" {mark} "

    return write


def _without_callouts(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """Leave out the quoted boxes of Markdown that begin with "> [!note]": they are for the reader."""
    kept: list[Row] = []
    inside = False
    for row in rows:
        inside = row.text.startswith(">") and (inside or _CALLOUT.fullmatch(row.text) is not None)
        if inside:
            layout.tell("left out", row)
        kept.append(Row(row.line, "") if inside else row)
    return kept


def _without_turns(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """Put the time of "Spreker 1 (00:03)" before the row that is said then, as transcripts write it."""
    turns = [_TURN.fullmatch(row.text) if ":" in row.text else None for row in rows]
    times = Counter(turn["name"] for turn in turns if turn)
    plain = list(rows)
    for index, (row, turn) in enumerate(zip(rows, turns, strict=True)):
        if turn is None or not (times[turn["name"]] >= _FEWEST_TURNS or is_speaker(turn["name"])):
            continue
        layout.notes.append(Note(row.line, "left out", turn["name"]))
        after = next((n for n in range(index + 1, len(rows)) if rows[n].text), None)
        plain[index] = Row(row.line, "")
        if after is not None and turns[after] is None:
            plain[after] = Row(rows[after].line, f"[{turn['time']}] {rows[after].text}")
    return plain


def _without_names(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """Take off the names in capitals before a dash, as in "SANNE - Adem uit"."""
    found = [_DASHED_NAME.match(row.text) for row in rows]
    times = Counter(match["name"] for match in found if match)
    plain = []
    for row, match in zip(rows, found, strict=True):
        if match is None or times[match["name"]] < _FEWEST_TURNS:
            plain.append(row)
            continue
        layout.notes.append(Note(row.line, "left out", match[0].strip()))
        plain.append(Row(row.line, row.text[match.end() :]))
    return plain


def _with_pairs(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """Read "zeg: x" and "wacht: 5", where a text is of such pairs, as YAML files are."""
    pairs = [_PAIR.fullmatch(row.text) for row in rows]
    keys = Counter(pair["key"] for pair in pairs if pair)
    if not any(keys[key] > 1 for key in _SAYS):
        return list(rows)
    plain: list[Row] = []
    for row, pair in zip(rows, pairs, strict=True):
        key, value = (pair["key"], pair["value"].strip("\"'")) if pair else ("", "")
        meaning = read_mark(f"pauze {value}") if key in _WAITS else None
        if key in _SAYS:
            layout.notes.append(Note(row.line, "left out", f"{key}:"))
            plain.append(Row(row.line, value))
        elif meaning is not None:
            layout.tell("changed", row, meaning.mark)
            plain.append(Row(row.line, meaning.mark))
        else:
            plain.append(row)
    return plain


def _with_titles(rows: list[Row], text: str, layout: Layout) -> list[Row]:
    """Make titles of the first row, and of those with a remark in brackets, if they alone are in capitals."""
    if sum(map(str.isupper, text)) * _FEWEST_SMALL > sum(map(str.isalpha, text)):
        return rows
    first = next((index for index, row in enumerate(rows) if row.text), None)
    for index, row in enumerate(rows):
        found = _CAPITALS.fullmatch(row.text)
        if found is None or not (index == first or found["how"]):
            continue
        if found["how"]:
            layout.notes.append(Note(row.line, "left out", excerpt(found["how"])))
        rows[index] = Row(
            row.line, f"{'#' if index == first and not found['how'] else '##'} {found['title']}"
        )
    return rows


def _without_numbers(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """Take off the numbers of a list that counts up from one; a countdown is spoken."""
    found = [(index, match) for index, row in enumerate(rows) if (match := _NUMBERED.match(row.text))]
    listed: list[tuple[int, re.Match[str]]] = []
    run: list[tuple[int, re.Match[str]]] = []
    for index, match in [*found, (-1, None)]:
        expected = len(run) + 1
        if match is not None and run and _follows(run[0][1], match, expected):
            run.append((index, match))
            continue
        listed += run if len(run) > 1 else []
        run = [(index, match)] if match is not None and _follows(match, match, 1) else []
    plain = list(rows)
    places = {index for index, _ in listed}
    for index, match in listed:
        row = rows[index]
        rest = row.text[match.end() :]
        titled = _BOLD_TITLE.fullmatch(f"{match['bold'] or ''}{rest}")
        below = next((n for n in range(index + 1, len(rows)) if rows[n].text), None)
        if titled is not None and not titled[2] and (below is None or below in places):
            titled = None
        if titled is None and (
            (match["number"].isdecimal() and _TIMED_TITLE.search(rest)) or row.text.endswith("**")
        ):
            continue  # a chapter
        remark = Message("the number of a list")
        layout.notes.append(Note(row.line, "left out", excerpt(match[0].strip("* ")), remark))
        if titled is not None and titled[2]:
            layout.notes.append(Note(row.line, "left out", titled[2]))
        around = [*rows[index - 1 : index], *rows[index + 1 : index + 3]]
        if titled is not None or _titles(match, rest, around, listed=index + 2 in places):
            plain[index] = Row(row.line, f"## {titled[1] if titled else rest}")
        else:
            plain[index] = Row(row.line, f"- {match['bold'] or ''}{rest}")
    return plain


def _titles(match: re.Match[str], rest: str, around: Sequence[Row], *, listed: bool) -> bool:
    """Tell whether what a number stands before is a title: few words, no stop, and a text below it."""
    if len(rest.split()) > _MOST_FRAMED_WORDS or rest[-1] in ".!?…:)]":
        return False
    texts = [row.text for row in around]
    roman = match["number"].isupper()
    apart = len(texts) == 3 and (roman or not texts[0]) and not texts[1] and bool(texts[2]) and not listed  # noqa: PLR2004
    return bool(match["what"]) or (apart and match["number"] == match["number"].upper())


def _follows(first: re.Match[str], match: re.Match[str], expected: int) -> bool:
    """Tell whether a number of a list is the one that is expected, and written as the first one."""
    same = [(m["what"] or "").strip().casefold() for m in (first, match)]
    kinds = [m["number"].isdecimal() for m in (first, match)]
    if same[0] != same[1] or kinds[0] != kinds[1] or (match["colon"] and not match["what"]):
        return False
    number = match["number"].casefold()
    if number.isdecimal():
        return int(number) == expected
    return (
        ord(number[0]) - ord("a") + 1 == expected
        if len(number) == 1 and number != "i"
        else _ROMAN.get(number) == expected
    )
