"""What is wrong with a text, as its writer sees it: at which line, how badly, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stem import Checked, ScriptError, StemError
from stem.web import words

_KINDS = {"error": "Fout", "warning": "Let op"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to do.

    Attributes:
        line: Of the text itself; 0 when it is somewhere else.
        place: Where it is, in words; may be empty.
        kind: How bad it is, in a word.
        text: What it is, as a sentence.
        hint: What to do about it.
    """

    line: int
    place: str
    kind: str
    text: str
    hint: str

    @property
    def sentences(self) -> str:
        """All of it."""
        return " ".join(filter(None, (f"{self.place}:" if self.place else "", self.text, self.hint)))


def findings(checked: Checked, path: Path) -> tuple[Finding, ...]:
    """Return what a check of the script of a file found."""
    return tuple(
        Finding(
            *_place(each.source.path, each.source.line, str(path)),
            _KINDS[each.severity],
            _sentence(each.problem),
            words.in_dutch(each.hint),
        )
        for each in checked.findings
    )


def refusal(error: StemError, path: Path | None = None) -> Finding:
    """Return what keeps a text from being filled in at all, or from being kept.

    Args:
        error: What was told.
        path: The file of the text; by default the one that the error is about.
    """
    if isinstance(error, ScriptError):
        place = _place(str(error.path), error.line, str(path or error.path))
        text = " ".join(map(_sentence, error.problems))
        return Finding(*place, _KINDS["error"], text, words.in_dutch(error.hint))
    return Finding(0, "", _KINDS["error"], words.in_dutch(error.sentence), words.in_dutch(error.hint))


def state(count: int, *, is_whole: bool) -> str:
    """Return in a word or two how a text is."""
    if not count and not is_whole:
        return "niet alles nagekeken"
    return {0: "in orde", 1: "1 ding"}.get(count, f"{count} dingen")


def _place(of_finding: str, line: int | None, path: str) -> tuple[int, str]:
    if line is None:
        return 0, ""
    if of_finding == path:
        return line, f"Regel {line}"
    return 0, f"In {Path(of_finding).name}, regel {line}"


def _sentence(problem: str) -> str:
    told = words.in_dutch(problem).rstrip(".")
    return f"{told[:1].upper()}{told[1:]}."
