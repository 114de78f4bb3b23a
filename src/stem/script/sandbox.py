"""The child process in which templates are compiled and rendered; what a template may do is decided here.

A template may come from anyone. The inner wall is Jinja's sandbox with a list of what is allowed; the outer
one is this process: it has little memory and time, and may write no files. The parent reads the templates
and hands them over, so nothing here opens one. JSON comes in on standard input, goes out on standard output.

Each line of the result says where it was written. To know that, an extension puts a mark (control characters,
which `script` keeps out of all sources) at every start of a line and before every expression.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from functools import partial
from types import TracebackType
from typing import Any, NoReturn

import jinja2
from jinja2 import filters, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context, LoopContext, Macro, StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from stem.script import dutch
from stem.script.limits import limit, start_clock
from stem.script.line_marks import MARK, lines_of
from stem.script.masking import Mask

LONGEST_OUTPUT = 500_000
"""Characters, with a mark of its place at each line; an hour of speech is about 40,000.

100 dense pages, of 50 rows of 60, are 300,000.
"""

LONGEST_TEXT = 20_000
"""Characters of one value that a template makes."""

MOST_STEPS = 1_000
LARGEST_NUMBER = 1e12
_ALLOWED_NODES: frozenset[type[nodes.Node]] = frozenset(
    {
        *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Include, nodes.Macro, nodes.With),
        *(nodes.If, nodes.For, nodes.Assign, nodes.AssignBlock, nodes.Name, nodes.Const, nodes.CondExpr),
        *(nodes.Tuple, nodes.List, nodes.Dict, nodes.Pair, nodes.Keyword, nodes.Slice, nodes.Concat),
        *(nodes.Getitem, nodes.Getattr, nodes.Filter, nodes.Test, nodes.Call, nodes.Compare, nodes.Operand),
        *(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Neg, nodes.Pos),
        *(nodes.And, nodes.Or, nodes.Not),
    }
)
_AS_WRITTEN = {"Mod": "%", "Pow": "**", "FromImport": "from", "CallBlock": "call", "FilterBlock": "filter"}
"""Where the name of a refused node is not how it looks in a template."""

_FILTERS = (
    "abs count d default first float int items last length list lower max min reverse round sort trim unique "
    "upper"
)
_TESTS = (
    "boolean defined divisibleby eq even false float ge gt in integer le lt mapping ne none number odd "
    "sequence string true undefined == != < <= > >="
)
_LOOP_MEMBERS = frozenset({"first", "index", "index0", "last", "length", "nextitem", "previtem", "revindex"})

_NO_MARKS = {1: None, 2: None}


class Marked(str):
    """Text made by a block or macro: a plain value to compare and filter, with its marks when it is printed.

    Attributes:
        marked: The same text with the marks of the lines that it was made from.
    """

    __slots__ = ("marked",)

    marked: str

    @classmethod
    def joined(cls, pieces: Iterable[str]) -> Marked:
        """Return the pieces as one text."""
        marked = "".join(pieces)
        if len(marked) > LONGEST_OUTPUT:
            raise OverflowError(f"the text grows beyond {LONGEST_OUTPUT:,} characters")
        text = cls(MARK.sub("", marked))
        text.marked = marked
        return text


class LineMarks(Extension):
    """Marks in the text which line of which template it comes from."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens with a mark at each start of a line, and before each expression.

        Jinja's trim_blocks drops the line break after a tag or comment also when words stand before it on the
        line, and so glues the last word to the next line's first. There the break is put back.
        """
        environment = self.environment
        assert isinstance(environment, ScriptEnvironment)
        index = environment.index_of(stream.name)
        worded, line, adjacent = False, 1, False
        for token in stream:
            # Comments are gone from the stream: they show as text that goes on at a later line.
            if worded and adjacent and token.lineno > line and token.value not in {"{%-", "{{-"}:
                yield Token(line, "data", f"\x01{index}:{line}\x02\n")
                worded = False
            adjacent = token.type == "data" or (token.type == "variable_end" and token.value[0] != "-")
            line = token.lineno
            if token.type == "data":
                *ended, last = token.value.split("\n")
                worded = bool(last.strip()) or (worded and not ended)
                line += len(ended)
                lines = enumerate((*ended, last), start=token.lineno)
                marked = "\n".join(f"\x01{index}:{number}\x02{text}" for number, text in lines)
                yield Token(token.lineno, "data", marked)
                continue
            if token.type == "variable_begin":
                worded = True
                yield Token(line, "data", f"\x01{index}:{line}\x02")
            yield token
            if token.type == "block_end" and token.value == "%}\n" and worded:
                yield Token(line, "data", f"\x01{index}:{line}\x02\n")
                worded = False


def _nodes_below(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield all of a tree but its root, in the order of the template, in half the time of Jinja's walk."""
    waiting = [*node.iter_child_nodes()][::-1]
    while waiting:
        yield (at := waiting.pop())
        waiting += [*at.iter_child_nodes()][::-1]


class ScriptCode(CodeGenerator):
    """Compiles only what scripts need."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's
        """Check the whole tree before any of it becomes code."""
        for child in _nodes_below(node):
            if type(child) not in _ALLOWED_NODES:
                name = type(child).__name__
                self.fail(f"scripts do not use '{_AS_WRITTEN.get(name, name.lower())}'", child.lineno)
            # Inside an "if", Jinja would look for these only while rendering, and then lose the line.
            if isinstance(child, nodes.Filter) and child.name not in self.environment.filters:
                self.fail(f"there is no filter '{child.name}'", child.lineno)
            if isinstance(child, nodes.Test) and child.name not in self.environment.tests:
                self.fail(f"there is no test '{child.name}'", child.lineno)
            number = child.value if isinstance(child, nodes.Const) else None
            if isinstance(number, int | float) and abs(number) > LARGEST_NUMBER:
                self.fail("this number is too large", child.lineno)
            if isinstance(child, nodes.For) and child.recursive:
                self.fail("scripts do not use recursive loops", child.lineno)
            if isinstance(child, nodes.Include):
                named = isinstance(child.template, nodes.Const) and isinstance(child.template.value, str)
                if not named or child.ignore_missing or not child.with_context:
                    self.fail('an include is written {% include "name.j2" %} and nothing more', child.lineno)
        # Jinja looks for blocks, parents and imports in the whole tree, for each of them: there are none.
        vars(node)["find_all"] = lambda _type: iter(())
        super().visit_Template(node, frame)

    def visit_CondExpr(self, node: nodes.CondExpr, frame: Frame) -> None:  # noqa: N802 - Jinja's
        """Let `{{ a if b }}` be nothing when b does not hold; strict undefined values would forbid it."""
        if node.expr2 is None:
            node.expr2 = nodes.Const("")
        super().visit_CondExpr(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja's
        """Join with a limit; Jinja's own `~` has none."""
        self.write("environment.limited_join((")
        for operand in node.nodes:
            self.visit(operand, frame)
            self.write(", ")
        self.write("))")


class ScriptEnvironment(ImmutableSandboxedEnvironment):
    """Jinja with an allow-list.

    Args:
        request: As `main` gets it.
    """

    code_generator_class = ScriptCode
    concat = staticmethod(Marked.joined)
    intercepted_binops = frozenset({"+", "-", "*", "/", "//"})

    def __init__(self, request: Mapping[str, Any]) -> None:
        self.sources: dict[str, str] = dict(request["templates"])
        self.refused: Mapping[str, str] = request["refused"]
        self.filled: dict[str, object] = {}
        self.mask = Mask({})
        self._personal: list[str] = request["personal"]
        self._callables: list[object] = []
        self._indexes = {name: index for index, name in enumerate(self.sources)}
        super().__init__(
            extensions=[LineMarks],
            undefined=StrictUndefined,
            loader=jinja2.FunctionLoader(self._load),
            # Constants are folded while compiling, where 9**9**9 in a dead branch burns the processor; that
            # `finalize` takes the context keeps the compiler from folding what is printed.
            optimized=False,
            finalize=_printed,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self.filters = {name: filters.FILTERS[name] for name in _FILTERS.split()}
        self.filters |= {"hoofdletter": dutch.capitalized, "join": joined}
        self.filters |= {name: _bounding(self.filters[name]) for name in ("float", "int")}
        self.tests = {name: self.tests[name] for name in _TESTS.split()}
        self.globals = {}

    def fill(self, filling: Mapping[str, Any]) -> Iterator[str]:
        """Return the pieces of the script, filled in; what one filling holds, no other sees."""
        name = str(filling["values"].get("naam", ""))
        helpers: dict[str, object] = dutch.forms(filling["vorm"], name) | {"range": short_range}
        self._callables = [helper for helper in helpers.values() if not isinstance(helper, str)]
        self.filled = helpers | filling["values"]
        own = {key: value for key, value in filling["values"].items() if key in self._personal}
        anyones = [str(value) for key, value in filling["values"].items() if key not in own]
        self.mask = Mask(own, (*self.sources.values(), *anyones))
        template = self.get_template(next(iter(self.sources)))
        # Not Template.generate: it rewrites tracebacks by running code, and the plain ones have all we need.
        return template.root_render_func(template.new_context(self.filled))

    def index_of(self, name: str | None) -> int:
        """Return the place of a template in the request."""
        return self._indexes[name or ""]

    def _load(self, name: str) -> tuple[str, str, None]:
        if name not in self.sources:
            raise TemplateNotFound(
                name, f"'{name}' cannot be included: {self.refused.get(name, 'not found')}"
            )
        return self.sources[name], name, None  # some syntax errors know the file's name only

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a member of a mapping or of `loop`; nothing else has members."""
        if isinstance(obj, LoopContext) and attribute in _LOOP_MEMBERS:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return what a mapping, list or text holds at `argument`."""
        if isinstance(obj, Undefined):
            return obj[argument]  # raises, with the name
        if isinstance(obj, Mapping) or (isinstance(obj, list | tuple | str) and isinstance(argument, int)):
            try:
                return obj[argument]
            except (LookupError, TypeError):
                return self.undefined(obj=obj, name=argument)
        raise SecurityError(f"'.{argument}' cannot be used here; only mappings and 'loop' have members")

    def is_safe_callable(self, obj: Any) -> bool:
        """Let helpers and macros be called, and undefined names complain for themselves."""
        if isinstance(obj, Macro | Undefined) or obj in self._callables:
            return True
        raise SecurityError("only helpers and macros can be called, with ( )")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate within bounds."""
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if not (numbers or operator == "+" or isinstance(left, Undefined) or isinstance(right, Undefined)):
            raise SecurityError(f"'{operator}' works on numbers only")
        result = super().call_binop(context, operator, left, right)
        return _bounded(result)

    def limited_join(self, values: tuple[Any, ...]) -> str:
        """Return the values as one text: the operator `~`."""
        return joined(values)


def _bounded(result: Any) -> Any:
    if isinstance(result, int | float) and not abs(result) <= LARGEST_NUMBER:
        raise OverflowError("this calculation gives too large a number")
    if isinstance(result, str | list | tuple) and len(result) > LONGEST_TEXT:
        raise OverflowError(f"this makes a text or list longer than {LONGEST_TEXT:,}")
    return result


def _bounding(convert: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments, **named: _bounded(convert(*arguments, **named))


def joined(values: Iterable[Any], separator: str = "") -> str:
    """Return the values as one text, unless it is too long: the filter `join` and the operator `~`."""
    pieces = [_text(value) for value in values]
    if sum(len(piece) + len(separator) for piece in pieces) > LONGEST_TEXT + len(separator):
        raise OverflowError(f"this makes a text longer than {LONGEST_TEXT:,} characters")
    return separator.join(pieces)


def short_range(*bounds: int) -> range:
    """Return range(*bounds), when that is not too long to speak."""
    steps = range(*bounds)
    if len(steps) > MOST_STEPS:
        raise OverflowError(f"range() may have {MOST_STEPS:,} steps at most")
    return steps


def _text(value: Any) -> str:
    """Return a value as it is spoken; numbers with a decimal comma."""
    if isinstance(value, Undefined):
        return str(value)  # raises, with the name
    if isinstance(value, str):
        return value.translate(_NO_MARKS)
    if isinstance(value, int | float) and not isinstance(value, bool):
        _bounded(value)
        written = f"{value:.12g}"
        return (f"{value:.12f}".rstrip("0").rstrip(".") if "e" in written else written).replace(".", ",")
    kinds = {bool: "yes or no", type(None): "nothing", list: "a list", dict: "a table"}
    kind = kinds.get(type(value), "a helper" if callable(value) else "no text")
    raise TypeError(f"{{{{ }}}} holds {kind}, which cannot be spoken")


@jinja2.pass_context
def _printed(_context: Context, value: Any) -> str:
    return value.marked if isinstance(value, Marked) else _text(value)


def render_all(
    request: Mapping[str, Any], start_clock: Callable[[], None] = lambda: None
) -> list[dict[str, Any]]:
    """Fill one script in, once for each filling; see `main` for what comes in and goes out."""
    environment = ScriptEnvironment(request)
    return [_render(environment, filling, start_clock) for filling in request["fillings"]]


def _render(
    environment: ScriptEnvironment, filling: Mapping[str, Any], start_clock: Callable[[], None]
) -> dict[str, Any]:
    pieces: list[str] = []
    length = 0
    try:
        start_clock()
        events = environment.fill(filling)
        for piece in events:
            pieces.append(piece)
            length += len(piece)
            if length > LONGEST_OUTPUT:
                _throw_into(events, OverflowError(f"the text grows beyond {LONGEST_OUTPUT:,} characters"))
        return {"lines": lines_of("".join(pieces), environment.sources.values())}
    except Exception as error:  # noqa: BLE001 - whatever a template does wrong is told, with its line
        return _failure(error, environment)


def _throw_into(events: Iterator[str], error: Exception) -> NoReturn:
    """Raise the error where the template is, so that its traceback has the line."""
    assert isinstance(events, Generator)
    events.throw(error)
    raise error


_UNDEFINED = re.compile(r"'(\w+)' is undefined")
_NO_FILTER = re.compile(r"there is no (filter|test) '(.*)'")


def _failure(error: Exception, environment: ScriptEnvironment) -> dict[str, Any]:
    """Return what the parent needs to write a ScriptError."""
    problem = (str(error) or type(error).__name__).strip().rstrip(".")
    index, line = _place(error.__traceback__, environment)
    if isinstance(error, TemplateSyntaxError):
        index, line = environment.index_of(error.name), error.lineno
        problem = (error.message or problem).rstrip(".")
    elif "integer string conversion" in problem:
        problem = "it holds a number of thousands of digits"
        index, line = _place_of_long_number(environment)
    elif isinstance(error, RecursionError):
        problem = "it is nested too deeply, or calls or includes itself without end"
    elif isinstance(error, MemoryError):
        problem = "it needs too much memory"
    unknown, known = "", list[str]()
    undefined = _UNDEFINED.match(problem) if isinstance(error, UndefinedError) else None
    missing = _NO_FILTER.match(problem) if isinstance(error, TemplateSyntaxError) else None
    if undefined:
        unknown, known = undefined[1], [*environment.filled]
        problem = f"there is no variable or helper '{unknown}'"
    elif missing:
        unknown, known = missing[2], [*(environment.filters if missing[1] == "filter" else environment.tests)]
    elif not isinstance(error, TemplateSyntaxError):
        problem = environment.mask(problem)
    problem = problem[:1].lower() + problem[1:]
    return {"problem": problem, "template": index, "line": line, "unknown": unknown, "known": known}


def _place_of_long_number(environment: ScriptEnvironment) -> tuple[int, int | None]:
    """Return the template and line of a number that Python does not even read."""
    most = sys.get_int_max_str_digits()
    for index, source in enumerate(environment.sources.values()):
        if found := re.search(rf"[0-9_]{{{most + 1}}}", source):
            return index, source.count("\n", 0, found.start()) + 1
    return 0, None


def _place(trace: TracebackType | None, environment: ScriptEnvironment) -> tuple[int, int | None]:
    """Return the template and line of the innermost frame that is a template's; the outer ones include it."""
    index, line = 0, None
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            index = environment.index_of(template.name)
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return index, line


def main() -> None:
    """Render the one script that is described on standard input.

    In: templates (name to source, the script first), refused (include name to reason), personal (the names of
    variables whose values no error tells), seconds, and fillings, each with vorm and values.
    Out: for each filling lines (template index, line, text), or problem, template, line, unknown and known
    (for a hint).
    """
    request = json.load(sys.stdin.buffer)
    limit(request["seconds"], len(request["fillings"]))
    answers = render_all(request, partial(start_clock, request["seconds"]))
    sys.stdout.write(json.dumps(answers))
    sys.stdout.flush()
