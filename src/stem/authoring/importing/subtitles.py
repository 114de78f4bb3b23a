"""Subtitle files (SRT, VTT, SBV): their words, and the silences between them as pauses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from stem import units
from stem.authoring.importing.manuscript import Manuscript, Note, Row, excerpt
from stem.authoring.importing.pause_marks import pause_mark, read_mark
from stem.messages import Message, Plural
from stem.script.rows import stops

SHORTEST_GAP_S = 1.5
"""Of silence between two sentences; stem pauses for 1 s there by itself."""

SHORTEST_GAP_INSIDE_S = 0.7
"""Inside a sentence, where people only take breath in less."""

_CLOCK = r"[0-9]{1,2}(?::[0-5][0-9]){1,2}(?:[.,][0-9]{1,3})?"
_TIMES = re.compile(rf"\s*(?P<start>{_CLOCK})\s*(?:-->|,)\s*(?P<end>{_CLOCK})(?:\s.*)?")
_ARROW = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}")
_SBV = re.compile(rf"\s*{_CLOCK},{_CLOCK}\s*")
_BLOCK = re.compile(r"(?:WEBVTT|NOTE|STYLE|REGION|X-TIMESTAMP-MAP)\b.*")
_TAG = re.compile(r"</?(?:[cibuv]|lang|ruby|rt|font)\b[^<>]*>|<[0-9:.]+>|\{\\[^{}]*\}")
_ASS_FIELDS = 9
_TTML = re.compile(
    r"<p\b(?=[^<>]{0,300}\bbegin=\"([0-9:.]{5,15})\")(?=[^<>]{0,300}\bend=\"([0-9:.]{5,15})\")[^<>]{0,300}>(.{0,1000}?)</p>"
)
_BETWEEN = re.compile(
    r"\[[A-Z][^\[\]]*\]|(?:Title|Format|Style|ScriptType|PlayRes[XY]|WrapStyle|Collisions|Comment):.*|</?[a-z?!][^<>]*>"
)
_ALONE = re.compile(r"[\[(][^\[\]()]*[\])]")
_LONGEST_S = 600.0


def read_subtitles(rows: Sequence[Row]) -> Manuscript | None:
    """Return the words of subtitles with their silences; None for a text without the times of subtitles."""
    rows = [each for row in rows for each in _as_cues(row)]
    if not any(_ARROW.match(row.text) or _SBV.fullmatch(row.text) for row in rows):
        return None
    reader = _Reader(rows)
    reader.read()
    return Manuscript(tuple(reader.read_rows), tuple(reader.notes))


def _as_cues(row: Row) -> list[Row]:
    """Return a row of ASS or TTML, which holds times and words together, as rows of SRT."""
    fields = row.text.split(",", _ASS_FIELDS)
    if row.text.startswith("Dialogue:") and len(fields) > _ASS_FIELDS:
        words = fields[_ASS_FIELDS].replace("\\N", " ").replace("\\n", " ")
        return [Row(row.line, f"{fields[1]} --> {fields[2]}"), Row(row.line, words), Row(row.line, "")]
    timed = [(found[1], found[2], found[3]) for found in _TTML.finditer(row.text)]
    return [
        Row(row.line, text)
        for start, end, words in timed
        for text in (f"{start} --> {end}", re.sub(r"<br\s*/?>", " ", words), "")
    ] or [row]


@dataclass
class _Reader:
    rows: Sequence[Row]
    read_rows: list[Row] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    pauses: int = 0
    first_line: int = 0
    end_s: float | None = None
    start_s: float | None = None
    """Of the cue; None for the first one."""

    said: str = ""
    in_block: bool = False
    in_cue: bool = False

    def read(self) -> None:
        for index, row in enumerate(self.rows):
            following = self.rows[index + 1].text if index + 1 < len(self.rows) else ""
            times = _TIMES.fullmatch(row.text)
            if times is not None:
                self._begin(row, units.parse_seconds(times["start"]), units.parse_seconds(times["end"]))
            elif not row.text.strip():
                self.in_block = self.in_cue = False
            elif row.text.isdecimal() and _TIMES.fullmatch(following):
                continue  # the number of what comes
            elif _TIMES.fullmatch(following) and not (index and self.rows[index - 1].text.strip()):
                self.notes.append(Note(row.line, "left out", excerpt(row.text)))  # its name
            elif self.end_s is None and _BETWEEN.match(row.text.strip()):
                self.notes.append(Note(row.line, "left out", excerpt(row.text)))
            elif self.in_block or (not self.in_cue and _BLOCK.match(row.text)):
                self.in_block = True
                self.notes.append(Note(row.line, "left out", excerpt(row.text)))
            else:
                self._say(row)
        became = Plural("1 silence, as a pause", "{count} silences, as pauses", self.pauses)
        self.notes.append(Note(self.first_line, "changed", Message("times of subtitles"), became))

    def _begin(self, row: Row, start_s: float, end_s: float) -> None:
        self.in_cue, self.in_block = True, False
        self.first_line = self.first_line or row.line
        if self.end_s is not None:
            gap_s = round(start_s - self.end_s, 1)
            ended = stops(self.said)
            if gap_s > _LONGEST_S:
                self.notes.append(Note(row.line, "not understood", excerpt(row.text)))
            elif gap_s >= (SHORTEST_GAP_S if ended else SHORTEST_GAP_INSIDE_S):
                self.read_rows.append(Row(row.line, pause_mark(gap_s) or ""))
                self.pauses += 1
        self.start_s = start_s if self.end_s is not None else None
        self.end_s = max(end_s, self.end_s or 0.0)

    def _say(self, row: Row) -> None:
        text = " ".join(_TAG.sub("", row.text).split())
        alone = _ALONE.fullmatch(text) is not None
        meaning = read_mark(text[1:-1], square=True) if alone else None
        if meaning is not None and meaning.kind == "bell":
            self.read_rows.append(Row(row.line, text))
        elif alone or "\N{EIGHTH NOTE}" in text or "\N{BEAMED EIGHTH NOTES}" in text:
            self.notes.append(Note(row.line, "left out", excerpt(text)))
            self.end_s = self.start_s  # it counts as silence
        elif text and text != self.said:  # captions that roll repeat the row above
            self.read_rows.append(Row(row.line, text))
            self.said = text
