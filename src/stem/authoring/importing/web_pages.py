"""A web page that was saved (HTML): words as rows; headings, stress and tables as Markdown writes them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from stem.authoring.importing.grids import bar_row
from stem.authoring.importing.manuscript import Manuscript, Note, Row, excerpt

_UNSAID = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "object"})
_AROUND = frozenset({"nav", "footer", "aside", "form", "button", "select", "figcaption"})
"""What stands around the text of a page: left out, and told."""

_STRUCK = frozenset({"del", "s", "strike"})
_SIGNS = {"em": "*", "i": "*", "strong": "**", "b": "**"}
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "source", "wbr", "col"})
_ROWS = frozenset({"br", "hr"})
_BLOCKS = frozenset(
    {
        "p",
        "div",
        "li",
        "ul",
        "ol",
        "blockquote",
        "section",
        "article",
        "header",
        "main",
        "body",
        "html",
        "head",
    }
    | {"table", "tbody", "thead", "pre", "dl", "dt", "dd", "figure", "title", "tr"}
)
_HEADING = re.compile("h[1-6]")


def read_page(text: str) -> Manuscript:
    """Return what a web page says: no scripts, menus or comments."""
    page = _Page()
    page.feed(text)
    page.close()
    page.end_row()
    return Manuscript(tuple(page.rows), tuple(page.notes), page.title)


class _Page(HTMLParser):
    """Takes in the tags and the texts of a page; a row grows in `parts`."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.notes: list[Note] = []
        self.title: str | None = None
        self.parts: list[str] = []
        self.cells: list[list[str]] | None = None
        self.before = ""
        self.leaving = ""
        """The tag within which nothing is spoken, and how many of its kind are open."""
        self.left: list[str] = []
        self.open = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - of the parser
        """Open a tag."""
        if self.leaving:
            self.open += tag == self.leaving
        elif tag in _UNSAID | _AROUND | _STRUCK or (tag == "title" and self.title is None):
            self.leaving, self.open, self.left = tag, 1, []
        elif tag in _SIGNS:
            self.parts.append(_SIGNS[tag])
        elif tag in _ROWS:
            self.end_row()
        elif tag in {"td", "th"}:
            self.cells = [*(self.cells or []), []]
            self.parts = []
        elif tag in _BLOCKS or _HEADING.fullmatch(tag):
            self._part()
            if tag == "tr":
                self.cells = []
            self.before = "- " if tag == "li" else f"{'#' * int(tag[1])} " if _HEADING.fullmatch(tag) else ""

    def handle_endtag(self, tag: str) -> None:
        """Close a tag."""
        if self.leaving:
            self.open -= tag == self.leaving
            if not self.open:
                self._end_leaving()
        elif tag in _SIGNS:
            self.parts.append(_SIGNS[tag])
        elif tag in {"td", "th"}:
            self.end_row()
        elif tag == "tr" and self.cells is not None:
            cells, self.cells = self.cells, None
            self.rows.append(Row(self.getpos()[0], bar_row(cells)))
        elif tag in _BLOCKS or _HEADING.fullmatch(tag):
            self._part()

    def handle_data(self, data: str) -> None:
        """Take in a text."""
        (self.left if self.leaving else self.parts).append(data)

    def handle_comment(self, data: str) -> None:
        """Leave out a comment."""
        if data.strip():
            self.notes.append(Note(self.getpos()[0], "left out", excerpt(data)))

    def end_row(self) -> None:
        """End the row that grows."""
        text = " ".join("".join(self.parts).split())
        self.parts = []
        text = re.sub(r"(\*{1,2})([^*]*)\1", lambda found: f"{found[1]}{found[2].strip()}{found[1]}", text)
        if not text.strip("* "):
            return
        if self.cells:
            self.cells[-1].append(text)
        else:
            self.rows.append(Row(self.getpos()[0], self.before + text))
            self.before = ""

    def _part(self) -> None:
        """End the paragraph that grows."""
        self.end_row()
        if (
            self.cells is None
            and self.rows
            and self.rows[-1].text
            and not self.rows[-1].text.startswith("| ")
        ):
            self.rows.append(Row(self.getpos()[0], ""))

    def _end_leaving(self) -> None:
        text = " ".join("".join(self.left).split())
        if self.leaving == "title":
            self.title = text or None
        elif text and self.leaving not in _UNSAID:
            self.notes.append(Note(self.getpos()[0], "left out", excerpt(text)))
        self.leaving = ""
