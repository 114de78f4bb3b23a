"""Every regular expression of stem takes time in proportion to its text, whatever that text is.

The patterns are found, not listed: those of the modules in the modules, those within functions in the source.
Each is attacked with texts made of its own parts: what a repetition takes, thousands of times, after what
comes before it, and before something that fits nowhere.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, TypeAlias

import pytest

import stem
from stem.authoring.importing.pause_marks import LONGEST_CONTENT
from stem.authoring.lint.wording import LONGEST_JUDGED
from stem.script.masking import LEFT_OUT

ROOT = Path(stem.__file__).parent
FUNCTIONS = {"compile", "match", "search", "sub", "subn", "split", "findall", "finditer", "fullmatch"}
ANCHORED = {"match", "fullmatch"}
TAILS = ("", "\x01", "\n", " a.")

MADE_WITHIN = {
    "characters.py: _sought": [],  # one character of a class
    "practice/batch/list_values.py: without": [r"(?<!\w)Anna(?!\w)"],
    "script/dutch/abbreviations.py: _abbreviation": [],  # which a module calls once, and keeps
    "script/dutch/speech.py: compiled": [],  # tables of modules
    "script/dutch/pronunciation.py: pronounced": [],  # the same
    "authoring/importing/passages.py: _read_stress": [
        rf"{sign}(?=[^\s*_])([^\n*_]{{0,298}}[^\s*_]|[^\s*_]){sign}(?![\w*_])" for sign in (r"\*", "_")
    ],
    "authoring/lint/__init__.py: _misnamed": [r"\bAnna\b", "\\bAnna(?:['\u2019]?s\\b|['\u2019](?=\\s\\w))"],
    "script/template.py: _refuse_personal_headings": [r"\b(?:naam|noem)\b"],
    "script/front_matter.py: _line_of": [r"\s*naam\s*="],
    "authoring/lint/wording.py: _wording": [],  # a table of the module
    "practice/lists/__init__.py: read_batch_file": [],  # how files begin, of bytes, without a repetition
    "web/mended.py: respelled": [r"(?<!\w)Anna(?!\w)"],
    "script/masking.py: __call__": [rf"{LEFT_OUT}(?:\s*{LEFT_OUT})+"],
    "script/masking.py: _exact": [r"(?<!\w)Anna(?!\w)"],
    "script/sandbox.py: _place_of_long_number": ["[0-9_]{4301}"],
}
"""What is compiled from what a function is given, by where that is: samples of it."""

HANDED_ON = {"stem.practice.lists.cells: _FLAWS": {"match"}}
"""How patterns are used that stand in a table."""

LONGEST = {
    "stem.authoring.lint.wording: _WORDINGS": LONGEST_JUDGED,
    "stem.practice.lists.xlsx_values: _PARTS": 255,
    "stem.practice.lists.xlsx_values: _NUMBER_PARTS": 255,
    "stem.authoring.importing.layout: _TITLED": 200,
    "stem.authoring.importing.notation: _TITLE_END": 80,
    "stem.authoring.importing.pause_marks: _SECONDS": LONGEST_CONTENT,
    "stem.authoring.importing.print_remains: _BROKEN": 40,
    "stem.authoring.importing.print_remains: _NUMBERED_HEAD": 120,
    "stem.authoring.importing.print_remains: _PAGE": 60,
    "stem.authoring.unspoken: _PARTS": 1_000,
    "stem.units: _CLOCK": 60,
    "stem.units: _PARTS": 60,
}
"""What takes the square of its text, and is never given more than so many characters."""

Node: TypeAlias = Any


@dataclass(frozen=True)
class Use:
    """A pattern, and how it is used at a place."""

    place: str
    pattern: re.Pattern[Any]
    method: str

    def call(self, text: str) -> None:
        """Use the pattern on a text to its end."""
        given: Any = text if isinstance(self.pattern.pattern, str) else text.encode()
        if self.method in ANCHORED:
            getattr(self.pattern, self.method)(given)
        else:
            for _ in self.pattern.finditer(given):
                pass


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Return the nodes of a module."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def sources() -> tuple[tuple[Path, tuple[ast.AST, ...]], ...]:
    """Return the modules that import `re`, each with its nodes."""
    paths = [path for path in sorted(ROOT.rglob("*.py")) if "import re\n" in path.read_text(encoding="utf-8")]
    return tuple((path, nodes_of(path)) for path in paths)


@cache
def methods_by_name(path: Path) -> dict[str, set[str]]:
    """Return how a module uses patterns, by name; a name that is handed on is searched with."""
    found: dict[str, set[str]] = {}
    nodes = nodes_of(path)
    called = {
        node.func.value: node.func.attr
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    attributes = {node.value for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            if node in called:
                found.setdefault(node.id, set()).add(called[node])
            elif node not in attributes:
                found.setdefault(node.id, set()).add("search")
    return found


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")


def patterns_in(value: object, depth: int = 4) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        for item in itertools.chain(value, value.values()):
            yield from patterns_in(item, depth - 1)
    elif depth and isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from patterns_in(item, depth - 1)
    elif depth and type(value).__module__.startswith("stem"):
        names = getattr(type(value), "__dataclass_fields__", ("compiled",))
        for name in names:
            yield from patterns_in(getattr(value, name, None), depth - 1)


def of_modules() -> Iterator[Use]:
    for path in sorted(ROOT.rglob("*.py")):
        name = module_name(path)
        if name in {"stem.__main__", "stem.engines"}:  # which runs, and which warns
            continue
        module = importlib.import_module(name)
        for variable, value in vars(module).items():
            owner = getattr(value, "__module__", name)
            if variable.startswith("__") or (isinstance(owner, str) and owner not in {name, "re"}):
                continue
            for pattern in patterns_in(value):
                place = f"{name}: {variable}"
                used = HANDED_ON.get(place, methods_by_name(path).get(variable, set())) & FUNCTIONS
                yield from (Use(place, pattern, method) for method in sorted(used) or ["search"])


def of_functions() -> Iterator[Use]:
    for path, all_nodes in sources():
        here = path.relative_to(ROOT).as_posix()
        for function in all_nodes:
            if isinstance(function, ast.FunctionDef):
                nodes = list(ast.walk(function))
                used: dict[ast.AST, str] = {
                    each.value: each.attr for each in nodes if isinstance(each, ast.Attribute)
                }
                for node in nodes:
                    yield from within(f"{here}: {function.name}", node, used.get(node, "search"))


def within(place: str, node: ast.AST, used: str) -> Iterator[Use]:
    """Yield the uses of the patterns that a call of `re` within a function makes; `used` of one compiled."""
    if not (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in FUNCTIONS
    ):
        return
    (text, *_) = node.args
    flags = re.NOFLAG
    names = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    for flag in names & {"IGNORECASE", "DOTALL", "MULTILINE", "ASCII", "VERBOSE"}:
        flags |= re.RegexFlag[flag]
    samples = [text.value] if isinstance(text, ast.Constant) else MADE_WITHIN[place]
    method = used if node.func.attr == "compile" else node.func.attr
    yield from (Use(place, re.compile(sample, flags), method) for sample in samples)


@cache
def all_uses() -> tuple[Use, ...]:
    unique = {
        (use.pattern.pattern, use.pattern.flags, use.method if use.method in ANCHORED else ""): use
        for use in (*of_modules(), *of_functions())
    }
    return tuple(unique.values())


def letters(node: Node) -> list[str]:  # noqa: PLR0911 - one for each kind
    """Return a few of the texts that one node takes, unlike each other."""
    kind, value = node
    match kind:
        case codes.LITERAL:
            return [chr(value)]
        case codes.NOT_LITERAL | codes.ANY:
            return [letter for letter in ("a", " ", "\n") if letter != chr(value or 0)][:2]
        case codes.IN if value[0] == (codes.NEGATE, None):
            taken = re.compile(
                "[" + "".join(re.escape(each) for item in value[1:] for each in of_set(item)) + "]"
            )
            return [letter for letter in ("a", " ", "1", ".", "<", "\n") if not taken.match(letter)][:3]
        case codes.IN:
            return [each for item in value for each in of_set(item)][:5]
        case codes.BRANCH:
            return [sample(branch) for branch in value[1]][:6]
        case codes.SUBPATTERN:
            return [sample(value[-1])]
        case codes.ATOMIC_GROUP:
            return [sample(value)]
        case codes.MAX_REPEAT | codes.MIN_REPEAT | codes.POSSESSIVE_REPEAT:
            least, _, body = value
            return [sample(body) * max(least, 1)]
    return [""]


def of_set(item: Node) -> list[str]:
    kind, value = item
    match kind:
        case codes.LITERAL:
            return [chr(value)]
        case codes.RANGE:
            return [chr(value[0]), chr(value[1])]
        case codes.CATEGORY:
            return {
                codes.CATEGORY_DIGIT: ["1"],
                codes.CATEGORY_SPACE: [" ", "\n"],
                codes.CATEGORY_WORD: ["a", "1"],
                codes.CATEGORY_NOT_WORD: [" ", "."],
                codes.CATEGORY_NOT_SPACE: ["a", "."],
                codes.CATEGORY_NOT_DIGIT: ["a", " "],
            }[value]
    return []


def sample(items: Node) -> str:
    return "".join(letters(item)[0] if letters(item) else "" for item in items)


def attacked(items: Node, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield for each repetition what comes before it, and what it takes."""
    for node in items:
        kind, value = node
        match kind:
            case codes.MAX_REPEAT | codes.MIN_REPEAT | codes.POSSESSIVE_REPEAT:
                _, most, body = value
                if most > 1:
                    yield from (
                        (before, unit) for unit in {sample(body), *itertools.chain(*map(letters, body))}
                    )
                yield from attacked(body, before)
            case codes.SUBPATTERN:
                yield from attacked(value[-1], before)
            case codes.ATOMIC_GROUP:
                yield from attacked(value, before)
            case codes.BRANCH:
                for branch in value[1]:
                    yield from attacked(branch, before)
            case codes.ASSERT | codes.ASSERT_NOT:
                yield from attacked(value[1], before)
        before += next(iter(letters(node)), "")


def attacks(pattern: re.Pattern[Any]) -> list[Callable[[int], str]]:
    """Return what makes a text of about so many characters, of each kind that may take long."""
    items = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE.value)
    found = dict.fromkeys(attacked(items))
    units = dict.fromkeys([*(unit for _, unit in found), *(a + b for a, b in found), sample(items)])
    shapes = [("", unit) for unit in units if unit] + [(a, b) for a, b in found if a and b]

    def shape(before: str, unit: str, tail: str) -> Callable[[int], str]:
        return lambda length: before + unit * (length // len(unit)) + tail

    made = [shape(before, unit, tail) for before, unit in dict.fromkeys(shapes) for tail in TAILS]
    pairs = itertools.pairwise(dict.fromkeys(unit for _, unit in found if unit))

    def two(first: str, second: str) -> Callable[[int], str]:
        return lambda length: (
            first * (length // 2 // len(first)) + second * (length // 2 // len(second)) + "\x01"
        )

    return made + [two(first, second) for first, second in pairs]


def taken_s(use: Use, text: str, tries: int = 1) -> float:
    """Return the least processor time that a use takes."""
    found = []
    for _ in range(tries):
        before = time.thread_time()
        use.call(text)
        found.append(time.thread_time() - before)
    return min(found)


def grows(use: Use, attack: Callable[[int], str]) -> str:
    """Return how the time grows when it does so faster than the text; empty when it does not."""
    for length in (12, 18, 24, 300):  # what doubles with every letter must not go on
        most_s = length * 30e-6
        if taken_s(use, attack(length)) > most_s and taken_s(use, attack(length), 3) > most_s:
            return f"{length} characters take over {most_s} s"
    if use.place in LONGEST:
        text = attack(LONGEST[use.place])
        taken = taken_s(use, text)
        if taken >= 0.05:
            taken = taken_s(use, text, 3)
        return "" if taken < 0.05 else f"its longest text takes {taken:.2f} s"
    if taken_s(use, attack(2_000)) < 0.0004:  # 200 ns a character
        return ""
    ratio = 0.0
    for tries in (1, 3, 5):
        short_s, long_s = (taken_s(use, attack(length), tries) for length in (1_000, 4_000))
        ratio = long_s / short_s
        if ratio < 8:
            return ""
    return f"4 times the text takes {ratio:.0f} times as long"


def slow(use: Use) -> Iterator[str]:
    for attack in attacks(use.pattern):
        if growth := grows(use, attack):
            yield f"{use.place}: {use.pattern.pattern[:70]!r} by {use.method}, of {attack(30)!r}: {growth}"
            return


def test_every_pattern_is_found() -> None:
    uses = all_uses()
    assert len(uses) > 150
    known = {use.pattern.pattern for use in uses}
    for path, nodes in sources():
        for node in nodes:
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and (node.func.attr, isinstance(node.func.value, ast.Name)) == ("compile", True)
                and ast.unparse(node.func) == "re.compile"
                and isinstance(node.args[0], ast.Constant)
            ):
                assert node.args[0].value in known, f"{path.name}:{node.lineno}"


@pytest.mark.parametrize(
    "pattern",
    [r"a+b", r"\s+$", r"(?:a|a)*b", r"(a+)+b", r"x*\w+:", r"<.*>", r"\w+@\w+\.nl"],
)
def test_the_attacks_find_what_is_slow(pattern: str) -> None:
    assert list(slow(Use("here", re.compile(pattern), "search")))


@pytest.mark.parametrize("number", range(4))
def test_every_pattern_takes_time_in_proportion(number: int) -> None:
    found = [told for use in all_uses()[number::4] for told in slow(use)]
    assert not found, "\n".join(found)
