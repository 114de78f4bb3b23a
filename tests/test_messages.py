"""Texts whose words for options are a face's own."""

from __future__ import annotations

import ast
import pickle
import re
from collections.abc import Iterator
from dataclasses import dataclass
from gettext import NullTranslations
from pathlib import Path
from string import Formatter

import pytest

import stem
import stem.cli
from stem.cli.words import OPTIONS
from stem.errors import KINDS, StemError
from stem.messages import PLAIN, Message, Plural, enumerated, joined, message_of, told
from stem.web.words import PAGE

WORDS = dict(PLAIN) | {"for_output": "with -o", "voice_is": "--voice"}


def test_a_message_is_a_string_in_plain_words() -> None:
    message = Message("Choose {what} {for_output}.", what="another")

    assert message == "Choose another for the output."
    assert f"{message}" == "Choose another for the output."
    assert told(message, WORDS) == "Choose another with -o."


def test_what_is_no_message_is_told_as_it_is() -> None:
    assert told("{for_output}", WORDS) == "{for_output}"


def test_facts_are_no_templates() -> None:
    message = Message("{what} {for_output}", what="{for_output} {0} {{x}}")

    assert message.told(WORDS) == "{for_output} {0} {{x}} with -o"


def test_messages_in_a_message_are_told_in_the_same_words() -> None:
    inner = Message("{voice_is} {name}", name="{zacht}")
    outer = Message("Wrong: {problem}; say {for_output}.", problem=inner)

    assert outer == "Wrong: voice = {zacht}; say for the output."
    assert outer.told(WORDS) == "Wrong: --voice {zacht}; say with -o."


def test_joined_texts_are_a_message_only_when_one_of_them_is() -> None:
    assert type(joined("; ", ["een {x}", "twee"])) is str
    assert joined("\n", ["{een}", Message("twee {for_output}")]) == "{een}\ntwee for the output"
    assert told(joined(", ", ["{een}", Message("twee {for_output}")]), WORDS) == "{een}, twee with -o"
    assert joined(", ", []) == ""


def test_facts_are_changed_and_the_rest_stays() -> None:
    message = Message("an {outer} {for_output}: {inner}", outer="an", inner=Message("an {fact}", fact="an"))

    hidden = message.with_facts(lambda fact: fact.replace("an", "..."))

    assert hidden.told(WORDS) == "an ... with -o: an ..."


def test_a_message_travels_whole() -> None:
    message = Message("{what} {for_output}", what=Message("{name}", name="a"))

    again = pickle.loads(pickle.dumps(message))

    assert type(again) is Message
    assert (again, again.template, again.facts) == (message, message.template, message.facts)


def test_every_name_is_called_something_on_the_command_line() -> None:
    assert OPTIONS.keys() == PLAIN.keys()


def test_the_page_calls_nothing_that_nobody_tells() -> None:
    assert PAGE.keys() == PLAIN.keys()


@dataclass(frozen=True)
class Read:
    """A module of stem, read once for all tests.

    Attributes:
        literals: Line and text of its strings that are no docstrings; f-strings in parts.
        calls: What is called by its plain name, and where.
    """

    literals: tuple[tuple[int, str], ...]
    calls: tuple[tuple[str, ast.Call], ...]

    def texts(self) -> Iterator[tuple[ast.Call, list[ast.expr]]]:
        """Yield where messages are made, and of what templates."""
        for name, call in self.calls:
            if name in TEMPLATES:
                yield call, call.args[: TEMPLATES[name]]


@pytest.fixture(scope="module")
def below() -> dict[Path, Read]:
    """The modules outside cli/, read."""
    source = Path(stem.__file__).parent
    paths = [path for path in sorted(source.rglob("*.py")) if "cli" not in path.relative_to(source).parts]
    return {path.relative_to(source): read(path) for path in paths}


def read(path: Path) -> Read:
    nodes = tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    documentation = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    literals = tuple(
        (node.lineno, node.value)
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    )
    calls = tuple(
        (node.func.id, node)
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )
    return Read(literals, calls)


def test_options_and_commands_are_named_in_cli_alone(below: dict[Path, Read]) -> None:
    """And in the page, before it opens: what keeps it from that is told by the command that opens it."""
    commands = "|".join(stem.cli.stem.commands)
    telling = re.compile(rf"(?:^|[\s(\"'])(?:--[a-z]|-[os](?=[\s.,;]|$))|\bstem (?:{commands})\b(?! is\b)")
    wrong = [
        f"{path}:{line}: {text}"
        for path, module in below.items()
        if "web" not in path.parts
        for line, text in module.literals
        if telling.search(text) and not re.search(r"pip install|:root \{", text)
    ]
    assert wrong == []


TEMPLATES = {"Message": 1, "Plural": 2}
"""How many of the first arguments are templates."""

NO_LITERALS = {"Message(error.kind)", "Message(kind)"}
"""What is translated where it stands: a word of `errors.KINDS`."""


def test_a_catalogue_can_be_made_of_the_source(below: dict[Path, Read]) -> None:
    """Babel reads calls, and no names, sums or f-strings."""
    wrong = [
        f"{path}:{call.lineno}: {ast.unparse(call)}"
        for path, module in below.items()
        for call, templates in module.texts()
        for template in templates
        if not (isinstance(template, ast.Constant) and isinstance(template.value, str))
        and path.name != "messages.py"
        and ast.unparse(call) not in NO_LITERALS
    ]
    assert wrong == []


def test_errors_are_made_of_messages(below: dict[Path, Read]) -> None:
    """No sentence is put together, or left untranslated, where an error is made."""
    kinds = {kind.__name__ for kind in classes_of_errors()}
    wrong = [
        f"{path}:{text.lineno}: {ast.unparse(text)}"
        for path, module in below.items()
        for name, call in module.calls
        if name in kinds - {"UnknownNameError"}
        for argument in (*call.args, *(keyword.value for keyword in call.keywords))
        for text in spoken(argument)
    ]
    assert wrong == []


def classes_of_errors() -> set[type[StemError]]:
    found, todo = set[type[StemError]](), [StemError]
    while todo:
        found.add(kind := todo.pop())
        todo += kind.__subclasses__()
    return found


def spoken(argument: ast.expr) -> Iterator[ast.expr]:
    """Yield the texts for people that an expression holds as they are."""
    match argument:
        case ast.Constant(value=str(text)) if " " in text.strip():
            yield argument
        case ast.JoinedStr(values=parts):
            if any(
                isinstance(part, ast.Constant) and re.search("[a-z]{2}", str(part.value)) for part in parts
            ):
                yield argument
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*spoken(body), *spoken(orelse))
        case ast.List(elts=items) | ast.Tuple(elts=items):
            for item in items:
                yield from spoken(item)


def test_every_kind_of_name_can_be_translated(below: dict[Path, Read]) -> None:
    kinds = {
        call.args[0].value
        for module in below.values()
        for name, call in module.calls
        if name == "UnknownNameError" and isinstance(call.args[0], ast.Constant)
    }
    assert kinds == set(KINDS)


def test_templates_name_what_is_known(below: dict[Path, Read]) -> None:
    unused = set(PLAIN)
    for path, module in below.items():
        for call, templates in module.texts():
            facts = {keyword.arg for keyword in call.keywords}
            if len(templates) == 2:
                facts.add("count")
            if all(isinstance(template, ast.Constant) for template in templates):
                text = "".join(
                    str(template.value) for template in templates if isinstance(template, ast.Constant)
                )
                fields = {field for _, field, _, _ in Formatter().parse(text) if field}
                assert fields | {"count"} >= facts, f"{path}:{call.lineno}"
                assert fields <= PLAIN.keys() | facts, f"{path}:{call.lineno}"
                assert not facts & PLAIN.keys(), f"{path}:{call.lineno}"
        names = (re.findall(r"\{(\w+)\}", text) for _, text in module.literals)
        unused -= set().union(*names)
    assert unused <= {"value_of", "Try_again_later"}, "nobody tells them"


class Dutch(NullTranslations):
    """A small catalogue."""

    def gettext(self, message: str) -> str:
        return {
            "Choose another folder {for_output}, not {folder}.": "Kies {for_output} wat anders dan {folder}.",
            "for the output": "voor de opname",
            "{place}: {problem}.": "{plaats}: {problem}.",
            "the disk is full": "de schijf is vol",
            "It takes {length_s:.1f} s ({hint:aside})": "Het duurt {length_s:.1f} s ({hint:aside})",
            "Did you mean it?": "Bedoelde je dat?",
        }.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        known = {"{count} tracks: {how}": ("{count} opname: {how}", "{count} opnames: {how}")}
        return known[msgid2][n != 1] if msgid2 in known else super().ngettext(msgid1, msgid2, n)


def test_a_message_is_told_in_another_language_when_it_is_told() -> None:
    message = Message("Choose another folder {for_output}, not {folder}.", folder="{map}")

    assert message == "Choose another folder for the output, not {map}."
    assert told(message, PLAIN, Dutch()) == "Kies voor de opname wat anders dan {map}."
    assert told(message, OPTIONS, Dutch()) == "Kies with -o wat anders dan {map}."
    assert told("{map}", PLAIN, Dutch()) == "{map}"
    assert told(Message("", a="b"), PLAIN, Dutch()) == ""


def test_messages_in_a_message_are_told_in_its_language() -> None:
    message = Message("{place}: {what}.", place="a.mp3", what=Message("the disk is full"))

    assert told(message, PLAIN, Dutch()) == "a.mp3: de schijf is vol."
    assert (
        told(joined("; ", [message, message]), PLAIN, Dutch())
        == "a.mp3: de schijf is vol.; a.mp3: de schijf is vol."
    )


def test_numbers_have_plurals() -> None:
    one, more = (Plural("1 track: {how}", "{count} tracks: {how}", count, how="a") for count in (1, 2))

    assert (one, more) == ("1 track: a", "2 tracks: a")
    assert [told(each, PLAIN, Dutch()) for each in (one, more)] == ["1 opname: a", "2 opnames: a"]
    again = pickle.loads(pickle.dumps(more))
    assert (type(again), told(again, PLAIN, Dutch())) == (Plural, "2 opnames: a")
    assert told(more.with_facts(str.upper), PLAIN, Dutch()) == "2 opnames: A"


def test_what_a_catalogue_has_wrong_is_told_in_english() -> None:
    message = Message("{place}: {problem}.", place="a.mp3", problem=Message("the disk is full"))

    assert told(message, PLAIN, Dutch()) == "a.mp3: de schijf is vol."


def test_numbers_are_written_as_the_template_says_also_when_they_may_not_be_shown() -> None:
    message = Message(
        "It takes {length_s:.1f} s ({hint:aside})", length_s=7.25, hint=Message("Did you mean it?")
    )

    assert message == "It takes 7.2 s (did you mean it?)"
    assert told(message, PLAIN, Dutch()) == "Het duurt 7.2 s (bedoelde je dat?)"
    assert message.with_facts(lambda fact: fact.replace("7.2", "...")) == "It takes ... s (did you mean it?)"


def test_texts_in_a_row_are_a_part_of_a_sentence() -> None:
    assert enumerated([]) == ""
    assert enumerated(["a"]) == "a"
    assert enumerated(["a", "{b}", "c"]) == "a and {b} and c"
    assert message_of(ValueError(Message("{a}", a="{b}"))).told(PLAIN) == "{b}"  # type: ignore[attr-defined]
    assert message_of(ValueError("x")) == "x"
