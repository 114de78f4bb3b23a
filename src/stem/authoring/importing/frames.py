"""What stands around a script: a chatbot's words, notes for who records, labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from stem.authoring.importing.front_matter import LIST_SIGN
from stem.authoring.importing.manuscript import Layout, Note, Row
from stem.authoring.importing.passages import SPOKEN
from stem.authoring.importing.pause_marks import read_mark
from stem.authoring.unspoken import is_direction, is_notes, is_said_by_chatbot, is_speaker, split_label

_MOST_FIRST_ROWS = 4
_MOST_LAST_ROWS = 8
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_BOLD = re.compile(r"(?:\*\*|__)([^*_]+)(?:\*\*|__)\s*:?")
_RULE = re.compile(r"([-*_=])(?:\s*\1){2,}|```.*")
_SILENT_LABELS = re.compile(
    r"(?:achtergrond)?(?:muziek|geluid|music|sound|sfx|fx|regie|achtergrond|background|opname)\w*|user|gebruiker|prompt",
    re.IGNORECASE,
)
_NOTE_LABELS = re.compile(
    r"tips?|n\.?b\.?|noot|voetnoot|opmerking(?:en)?|aanwijzing(?:en)?|note|todo|to-do|p\.?s\.?|bron|"
    r"(?:noot|instructies?|tips?|aanwijzing(?:en)?|opmerking(?:en)?) (?:voor|aan|bij)(?: (?:de|het))? \w+",
    re.IGNORECASE,
)
"""Before what is said to who reads aloud."""

_MAIL_KEY = re.compile(
    r"(?:van|aan|cc|bcc|onderwerp|betreft|datum|verzonden|bijlagen?|from|to|subject|date|sent|reply-to):(?:\s.*)?",
    re.IGNORECASE,
)
_FEWEST_MAIL_KEYS = 2
_GREETING = re.compile(
    r"(?:hoi|hallo|ha|hi|hey|hé|dag|beste|lieve|geachte|goede(?:morgen|middag|navond)|dear)\b[^.!?]{0,40},",
    re.IGNORECASE,
)
_ENCLOSED = re.compile(
    r"(?:hierbij|bijgaand|bijgevoegd|in de bijlage|zoals (?:afgesproken|beloofd|besproken)|hieronder|"
    r"onderstaand|"
    r"dit is de (?:tekst|versie))\b",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?i:(?:(?:met|een|veel|hele)\s)?(?:(?:vriendelijke|hartelijke|warme|lieve|zonnige|hele|veel|fijne|goede|mooie|zachte|"
    r"innige|kind|warm|best|many)\s){0,2}"
    r"(?:groet|groeten|groetjes|liefs|m\.?v\.?g\.?|hartelijks|regards|wishes|sincerely|knuffels?|kusjes|x{1,3})"
    r"(?: (?:van|uit) .{1,40})?)"
    r"(?:[,!.]*|,?\s(?!in |van |voor )[A-ZÀ-Þ][\w.-]*"
    r"(?: (?:(?:en|&|de|van|der|den) )*[A-ZÀ-Þ][\w.-]*){0,3})[.!]?"
)
"""Of a letter: "Liefs, Anna", or "Met vriendelijke groet," with the name in the rows below."""

_MOST_SIGNED_ROWS = 8
_STEP = re.compile(r"(?:stap|fase|deel|step|part|phase|oefening)\s", re.IGNORECASE)
_BARE = " \t-\u2013\u2014*_~=\u2022\u00b7.|/\\<>:()[]{}#@\"'"
_SCENE = re.compile(r"(?:INT|EXT)\. |CUT TO:|FADE (?:IN|OUT)\b")
_FOOTNOTE = re.compile(r"\[\^\w{1,10}\]:|[\u00b9\u00b2\u00b3\u2074-\u2079]+\s?\w")
_YAML_KEY = re.compile(r"[a-z_]+:")
_MOST_CUE_WORDS, _LONGEST_CUE = 3, 60
_PLAIN = 8
"""How deep a heading is that is a plain row; one in bold is a step higher, those with # stand above both."""

_FEWEST_TURNS = 2


def without_chatbot(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """Leave out what a chatbot says before its script, and all from where it offers more behind it."""
    worded = [index for index, row in enumerate(rows) if row.text and not _RULE.fullmatch(row.text)]
    gone = {index for index in worded[:_MOST_FIRST_ROWS] if is_said_by_chatbot(rows[index].text, "first")}
    tail = worded[max(len(worded) - _MOST_LAST_ROWS, 1) :]
    offer = next((index for index in tail if is_said_by_chatbot(rows[index].text, "last")), None)
    if offer is not None:
        gone |= {index for index in worded if index >= offer}
    return _without(rows, gone, layout)


def without_letter(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """Leave out the head of a mail with its greeting, and from the closing of a letter all below it."""
    worded = [index for index, row in enumerate(rows) if row.text and not _RULE.fullmatch(row.text)]
    head = next((n for n, index in enumerate(worded) if not _MAIL_KEY.fullmatch(rows[index].text)), 0)
    gone = set(worded[:head]) if head >= _FEWEST_MAIL_KEYS else set()
    rest = worded[len(gone) :]
    greeted = rest[0] if len(rest) > 1 and _GREETING.fullmatch(rows[rest[0]].text) else None
    enclosed = next(
        (index for index in rest[: _FEWEST_MAIL_KEYS + 1] if _ENCLOSED.match(rows[index].text)), None
    )
    if greeted is not None and (gone or enclosed is not None):
        gone.add(greeted)
    elif greeted is not None:
        layout.tell("not understood", rows[greeted], SPOKEN)
    if enclosed is not None and (gone or greeted is not None):
        gone |= {index for index in rest if index <= enclosed}
    tail = rest[max(len(rest) - _MOST_SIGNED_ROWS, 1) :]
    closing = next((index for index in tail if _closes(rows[index].text)), None)
    if closing is not None:
        gone |= {index for index in tail if index >= closing}
    return _without(rows, gone, layout)


def _closes(text: str) -> bool:
    found = _CLOSING.fullmatch(text.strip("*_ ~🙏💛❤️🌿✨"))
    return found is not None and text[:1].isupper()


def without_notes(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """Leave out the chapters that are notes: to the next heading that is as high, or to a rule.

    Under a heading that is a plain row they end with the paragraph; when the heading has one to itself, with
    the next one.
    """
    gone: set[int] = set()
    depth = 0
    plain = False
    begun = False
    for index, row in enumerate(rows):
        heading = _HEADING.fullmatch(row.text)
        title = heading[2] if heading else bold[1] if (bold := _BOLD.fullmatch(row.text)) else row.text
        level = len(heading[1]) if heading else _PLAIN - 1 if bold else _PLAIN
        if is_notes(title) and (depth == 0 or level <= depth):
            depth, plain, begun = level, level == _PLAIN, False
            gone.add(index)
        elif (
            _RULE.fullmatch(row.text)
            or (level < _PLAIN and level <= depth)
            or (not row.text and plain and begun)
        ):
            depth = 0
        elif depth and row.text:
            begun = True
            gone.add(index)
    if all(index in gone for index, row in enumerate(rows) if row.text):
        return list(rows)  # nothing would remain: it is the text
    return _without(rows, gone, layout)


def without_labels(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """Take the labels off the rows that begin with one; what may be words of a sentence is told."""
    found = [(index, label) for index, row in enumerate(rows) if (label := split_label(_unlisted(row.text)))]
    times = Counter(name.casefold() for _, (name, _, _) in found)
    changed = _without_cues(rows, layout)
    for index, (name, rest, certain) in found:
        row = rows[index]
        turns = times[name.casefold()] >= _FEWEST_TURNS and name[0].isupper()
        if rest and _NOTE_LABELS.fullmatch(name):
            layout.tell("left out", row)
            changed[index] = Row(row.line, "")
            continue
        if not (certain or turns or (len(name) == 1 and len(found) > _FEWEST_TURNS)):
            if (
                rest
                and row.text[0] not in "*_([{<"
                and (" " not in name or name.istitle() or _STEP.match(name))
            ):
                layout.tell("not understood", row, SPOKEN)
            continue
        silent = is_direction(name) or _SILENT_LABELS.fullmatch(name)
        pause = read_mark(rest, square=True) or read_mark(f"{name} {rest}") if silent else None
        if pause is not None and pause.kind != "silent":
            layout.tell("changed", row, pause.mark)
            changed[index] = Row(row.line, pause.mark)
        elif silent:
            layout.tell("left out", row)
            changed[index] = Row(row.line, "")
        else:
            layout.notes.append(Note(row.line, "left out", row.text.removesuffix(rest).strip()))
            changed[index] = Row(row.line, rest)
    return changed


def _without_cues(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """Leave out the rows that say who speaks, or where, as in plays: "VERTELLER (V.O.)", "INT. KAMER"."""
    names = [row.text[:_LONGEST_CUE].partition("(")[0].rstrip() for row in rows]
    times = Counter(name for name in names if name.isupper() and len(name.split()) <= _MOST_CUE_WORDS)
    gone = {
        index
        for index, (row, name) in enumerate(zip(rows, names, strict=True))
        if _SCENE.match(row.text)
        or (times[name] and row.text[-1] not in ".!?" and (times[name] >= _FEWEST_TURNS or is_speaker(name)))
        or _FOOTNOTE.match(row.text)
        or _YAML_KEY.fullmatch(row.text)
    }
    return _without(rows, gone, layout)


def bare(text: str) -> str:
    """Return a row without the signs that people put around a word for a pause: "- Pauze -", "/intro"."""
    return text.strip(_BARE)


def _unlisted(text: str) -> str:
    sign = LIST_SIGN.match(text)
    return text if sign is None or sign[0][0].isdecimal() else text[sign.end() :]


def _without(rows: Sequence[Row], gone: set[int], layout: Layout) -> list[Row]:
    for index in sorted(gone):
        layout.tell("left out", rows[index])
    return [Row(row.line, "") if index in gone else row for index, row in enumerate(rows)]
