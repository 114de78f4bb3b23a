"""The mistakes in a list as values, so that a table can show where each of them stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from stem.messages import Message
from stem.practice.batch.from_list import Problem
from stem.practice.batch.list_values import counted
from stem.practice.lists import BatchFile, Place


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a list, wherever that stands.

    Attributes:
        text: What is wrong, as a clause that shows nothing of a cell.
        rows: Where, "rows 7, 9 to 12"; empty for the list as a whole.
        column: As a spreadsheet names it, with its head where that may be shown: "D ('duur')".
    """

    text: str
    rows: str = ""
    column: str = ""


def mistakes_in(file: BatchFile, problems: Sequence[Problem]) -> tuple[Mistake, ...]:
    """Return the mistakes in the form of a list and in what it asks for, the same of several rows once.

    Args:
        file: The list.
        problems: From `check_list`.
    """
    whole, places = list[Mistake](), dict[tuple[str, str], list[Place]]()
    for text, place, column in (*map(_of_form, file.problems), *_of_rows(file, problems)):
        if place is None:
            whole.append(Mistake(text))
        else:
            places.setdefault((column, text), []).append(place)
    in_order = sorted(places.items(), key=lambda noted: (min(noted[1]), noted[0][0]))
    found = (*whole, *(Mistake(text, counted(rows), column) for (column, text), rows in in_order))
    if not found and not file.rows:
        return (Mistake(Message("there is not one row with a track in it")),)
    return found


def _of_form(problem: str) -> tuple[str, Place | None, str]:
    """Return what is wrong in the form of a list, where, and in which column; see `lists.table`."""
    facts = problem.facts if isinstance(problem, Message) else {}
    row, text = facts.get("row", facts.get("number")), facts.get("problem")
    if not isinstance(row, int) or not isinstance(text, str):
        return problem, None, ""
    return text, Place("row", row), f"{facts.get('letter', '')}{facts.get('head', '')}"


def _of_rows(file: BatchFile, problems: Iterable[Problem]) -> Iterator[tuple[str, Place | None, str]]:
    for each in problems:
        column = file.heads.get(each.head, "")
        letter = column.facts["letter"] if isinstance(column, Message) else ""
        yield each.text, each.place, f"{letter} ('{each.head}')".strip() if each.head else ""
