"""Find what people read in the source, and keep the Dutch catalogue up to date with it: `make messages`.

Babel reads and writes catalogues. Its own way of finding texts misses those within a call within a call, so
that is done here, on Python's syntax tree: what stands in `Message`, `Plural` and `marked`, and in what Click
shows, which is `help`, `metavar` and the docstring of a command.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parent.parent / "src" / "stem"
DUTCH = SOURCE / "locale" / "nl" / "LC_MESSAGES" / "stem.po"

_CALLS = {"Message": 1, "marked": 1, "Plural": 2}
"""How many texts each begins with."""

_SHOWN_BY_CLICK = {"help", "metavar"}
_COMMANDS = {"command", "group"}


def texts(
    source: IO[bytes],
    _keywords: Collection[str],
    _tags: Collection[str],
    options: Mapping[str, Any],  # noqa: ARG001 - so Babel calls it
) -> Iterator[tuple[int, str, str | tuple[str, str], list[str]]]:
    """Yield what people read in a module: a method of extraction, as Babel wants it."""
    for node in ast.walk(ast.parse(source.read())):
        if isinstance(node, ast.Call):
            kind = _name(node.func)
            found = [_literal(each) for each in node.args[: _CALLS.get(kind, 0)]]
            match [each for each in found if each]:
                case [one]:
                    yield node.lineno, "gettext", one, []
                case [one, many]:
                    yield node.lineno, "ngettext", (one, many), []
            for given in node.keywords:
                text = _literal(given.value)
                if given.arg in _SHOWN_BY_CLICK and text and kind in {"option", "argument", *_COMMANDS}:
                    yield node.lineno, "gettext", text, []
        if isinstance(node, ast.FunctionDef) and _is_command(node):
            yield node.lineno, "gettext", inspect.cleandoc(ast.get_docstring(node) or ""), []


_METHODS: Any = [("**.py", texts)]


def _name(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")


def _literal(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_command(function: ast.FunctionDef) -> bool:
    calls = [each for each in function.decorator_list if isinstance(each, ast.Call)]
    return any(_name(call.func) in _COMMANDS for call in calls)


def found() -> Catalog:
    """Return all that people read, in English."""
    catalogue = Catalog(project="stem", charset="utf-8")
    keywords = {"gettext": None, "ngettext": (1, 2)}
    every = extract_from_dir(str(SOURCE), method_map=_METHODS, keywords=keywords)
    for place, _line, text, _comments, _context in every:
        catalogue.add(text, locations=[(f"src/stem/{place}", 1)], flags=())
    return catalogue


def known() -> Catalog:
    """Return the Dutch catalogue."""
    with DUTCH.open("rb") as source:
        return read_po(source, locale="nl")


def write(catalogue: Catalog) -> None:
    """Write the Dutch catalogue, and compile it."""
    with DUTCH.open("wb") as target:
        write_po(target, catalogue, width=110, include_lineno=False, sort_by_file=True, ignore_obsolete=True)
    with DUTCH.with_suffix(".mo").open("wb") as target:
        write_mo(target, catalogue)


def wrong() -> Iterator[str]:
    """Yield what is wrong with the catalogue: it is not that of the source, or not all of it has Dutch."""
    ids = [{message.id for message in catalogue if message.id} for catalogue in (found(), known())]
    yield from (f"not in the catalogue: {text!r}" for text in ids[0] - ids[1])
    yield from (f"not in the source: {text!r}" for text in ids[1] - ids[0])
    yield from (f"without Dutch: {text!r}" for text in untranslated(known()))


def main() -> None:
    """Bring the catalogue up to date and compile it; with --check, only tell what is wrong with it."""
    if sys.argv[1:] == ["--check"]:
        problems = sorted(wrong())
        print("\n".join(problems))
        sys.exit(bool(problems))
    catalogue = known()
    made = catalogue.creation_date, catalogue.revision_date
    catalogue.update(found(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    for message in catalogue:
        message.flags.discard("python-format")  # "100 % of it"
    catalogue.creation_date, catalogue.revision_date = made
    write(catalogue)
    print(f"{len(catalogue)} messages, {len(list(untranslated(catalogue)))} without Dutch")


def untranslated(catalogue: Catalog) -> Iterator[str]:
    """Yield what has no Dutch."""
    for message in catalogue:
        dutch = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and (not all(dutch) or message.fuzzy):
            yield str(message.id)


if __name__ == "__main__":
    main()
