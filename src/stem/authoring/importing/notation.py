"""Items to a script template in stem's notation: a sentence a line, pauses on lines of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from stem.authoring.importing.manuscript import Border, Chapter, Item, Mark, Note, Words, excerpt
from stem.authoring.importing.passages import SPOKEN
from stem.authoring.importing.pause_marks import read_worded_pause, speaks_of_timed_silence
from stem.authoring.unspoken import Edge, unspoken
from stem.messages import Message
from stem.script import dutch
from stem.script.cues import PAUSES
from stem.script.rows import begins, joins, stops

_MOST_TITLE_WORDS = 8
_EDGE = 3
"""Sentences at the beginning and at the end, among which a chatbot speaks for itself."""

_MOST_PAUSE_WORDS = 6
_SECONDS = re.compile(r"(?<![\w.,])[0-9]{1,3}\s?(?:s|sec|secs)\b|[0-9](?:\"|\u2033)(?!\w)")
"""What may be a pause without its brackets."""

_MOST_LOOKS = 8
_MOST_TITLES = 3
_JOINS_ON = ","
_LONGEST_END = 80
_TITLE_END = re.compile(r"[^\W\d_]:$|\([^()]*[0-9][^()]*\)$")
_ENDS = ".!?…:;\"”’'»)"  # noqa: RUF001 - real quotes


def tidy(items: Sequence[Item]) -> tuple[list[Item], list[Note]]:
    """Settle what depends on neighbours, and what there is to tell about it.

    Dots give way to a mark beside them and to the end of a paragraph, which is a pause already. A border
    falls away where a transcript broke a sentence. Signs without a letter or digit cannot be said.
    """
    notes: list[Note] = []
    worded: list[Item] = []
    for item in items:
        if isinstance(item, Words) and not dutch.has_words(item.text):
            notes.append(Note(item.line, "left out", excerpt(item.text)))
        elif isinstance(item, Words) and isinstance(_beyond_borders(worded, len(worded), -1), Mark):
            worded.append(Words(item.text.lstrip(" .…"), item.line))
        else:
            worded.append(item)
    settled: list[Item] = []
    for index, item in enumerate(worded):
        if isinstance(item, Mark) and item.dots_s:
            if _gives_way(worded, index, item.dots_s):
                continue
            notes.append(Note(item.line, "changed", item.found, item.text))
        settled.append(item)
    return _rejoined(settled), notes


def look_again(items: Sequence[Item]) -> tuple[list[Item], list[Note]]:
    """Return the items without what is no word for a listener after all, and what there is to tell."""
    sentences = [dutch.sentences(item.text) if isinstance(item, Words) else () for item in items]
    total = sum(map(len, sentences))
    kept: list[Item] = []
    notes: list[Note] = []
    before = 0
    for item, texts in zip(items, sentences, strict=True):
        if not isinstance(item, Words):
            kept.append(item)
            continue
        said: list[str] = []
        for number, text in enumerate(texts, start=before + 1):
            edge: Edge = "first" if number <= _EDGE else "last" if number > total - _EDGE else ""
            pause = read_worded_pause(text.rstrip(".! ")) if len(texts) > 1 else None
            if pause is None:
                said.append(_looked_at(text, item.line, edge, notes))
                continue
            kept += _worded(said, item.line)
            said = []
            notes.append(Note(item.line, "changed", excerpt(text), pause.mark))
            kept.append(Mark(pause.mark, item.line))
        before += len(texts)
        kept += [item] if said == list(texts) else _worded(said, item.line)
    return kept, notes


def _worded(said: Sequence[str], line: int) -> list[Item]:
    """Return as one text the sentences that have words."""
    remains = " ".join(filter(dutch.has_words, said))
    return [Words(remains, line)] if remains else []


def _looked_at(text: str, line: int, edge: Edge, notes: list[Note]) -> str:
    """Return what remains of a sentence."""
    if speaks_of_timed_silence(text):
        if len(text.split()) > _MOST_PAUSE_WORDS:
            notes.append(Note(line, "not understood", excerpt(text), SPOKEN))
        return text  # what is shorter is told already
    if _SECONDS.search(text):
        notes.append(Note(line, "not understood", excerpt(text), SPOKEN))
    doubts: set[str] = set()
    for _ in range(_MOST_LOOKS):
        found = next((each for each in unspoken(text, edge) if each.found not in doubts), None)
        if found is None:
            break
        if found.kept is None:
            doubts.add(found.found)
            notes.append(Note(line, "not understood", excerpt(found.found), SPOKEN))
            continue
        notes.append(Note(line, "left out", excerpt(found.found)))
        text = found.kept
    return text


def template(title: str, items: Iterable[Item]) -> str:
    """Return the whole template: front matter and body."""
    lines: list[str] = []
    for item in items:
        match item:
            case Words(text=text):
                lines += _sentences(text)
            case Mark(text=text):
                # A pause ends what was said before it: the empty line comes behind it.
                ends = text.startswith(("[pauze", "[stilte")) and len(lines) > 1 and not lines[-1]
                if ends and not lines[-2].startswith("##"):
                    lines.insert(-1, text)
                else:
                    lines.append(text)
            case Chapter(title=name):
                lines += ["", f"## {name}", ""]
            case Border():
                lines += [""] if lines and lines[-1] else []
    body: list[str] = []
    for line in lines:
        if line or (body and body[-1]):
            body.append(line)
    # TOML's basic strings escape as JSON's do.
    front = f"+++\ntitle = {json.dumps(title, ensure_ascii=False)}\n+++\n"
    return front + "\n".join(body).strip("\n") + "\n"


def title_like(items: Sequence[Item]) -> list[Note]:
    """Return a note for each paragraph that is spoken but may be a title: short, without a stop."""
    notes = []
    shown = [item for item in items if not (isinstance(item, Border) and item.quiet)]
    for index, item in enumerate(shown):
        before = shown[index - 1] if index else None
        if (
            isinstance(item, Words)
            and isinstance(before, Border | Chapter | None)
            and any(isinstance(after, Border) for after in shown[index + 1 : index + 2])
            and isinstance(_beyond_borders(shown, index, 1), Words)
            and (item.text[-1] not in _ENDS + "," or _TITLE_END.search(item.text[-_LONGEST_END:]))
            and item.text[0].isupper()
            and len(item.text.split()) <= _MOST_TITLE_WORDS
            and len(dutch.sentences(item.text)) == 1
            and not speaks_of_timed_silence(item.text)  # told already
        ):
            remark = Message("spoken as it is; write ## before it when it is a chapter's title")
            notes.append(Note(item.line, "not understood", excerpt(item.text), remark))
    paragraphs = sum(isinstance(item, Words) for item in shown)
    return notes if len(notes) <= max(_MOST_TITLES, paragraphs // 3) else []  # else it is how someone writes


def _gives_way(items: Sequence[Item], index: int, dots_s: float) -> bool:
    """Tell whether the dots at an index are swallowed by a mark beside them or by the paragraph's end."""
    beside = (_beyond_borders(items, index, -1), _beyond_borders(items, index, 1))
    if any(isinstance(item, Mark) and not item.dots_s for item in beside):
        return True
    if isinstance(beside[1], Words) and beside[1].text[0].islower():
        return False  # the sentence goes on, also behind a border
    after = items[index + 1] if index + 1 < len(items) else None
    return isinstance(after, Border | Chapter | None) and dots_s <= PAUSES["alinea"].seconds


def _beyond_borders(items: Sequence[Item], index: int, step: int) -> Item | None:
    index += step
    while 0 <= index < len(items) and isinstance(items[index], Border):
        index += step
    return items[index] if 0 <= index < len(items) else None


def _rejoined(items: Sequence[Item]) -> list[Item]:
    """Return the items without borders inside a sentence, and with words that belong together as one."""
    whole: list[Item] = []
    borders: list[Border] = []
    sentence: list[Words] = []
    for item in items:
        if isinstance(item, Border):
            borders.append(item)
            continue
        if not (sentence and isinstance(item, Words) and _goes_on(sentence[-1], item, borders)):
            whole += [*_as_one(sentence), *borders]
            sentence = []
        borders = []
        if isinstance(item, Words):
            sentence.append(item)
        else:
            whole.append(item)
    return whole + _as_one(sentence)


def _as_one(words: Sequence[Words]) -> list[Item]:
    if not words:
        return []
    text = words[0].text
    for part in words[1:]:
        ends = begins(part.text) and not stops(text) and not joins(text)
        text = f"{text}{'.' if ends else ''} {part.text}"
    return [Words(text, words[0].line)]


def _goes_on(before: Words, after: Words, borders: Sequence[Border]) -> bool:
    if not borders or any(border.fixed for border in borders):
        return not borders
    if before.text.endswith(_JOINS_ON):
        return True
    return before.text[-1] not in _ENDS and after.text[0].islower()


def _sentences(text: str) -> list[str]:
    """Return the sentences of a text, none of which begins with the sign of a chapter."""
    lines: list[str] = []
    for sentence in dutch.sentences(text):
        if sentence.startswith("#") and lines:
            lines[-1] = f"{lines[-1]} {sentence}"
        else:
            lines.append(sentence.lstrip("# "))
    return [line for line in lines if line]
