"""Texts whose words for options are a face's own."""

from __future__ import annotations

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import stem.cli
from stem.cli.words import OPTIONS
from stem.messages import PLAIN, Message, joined, told

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


@pytest.fixture
def below(root: Path) -> dict[Path, ast.Module]:
    """The modules outside cli/, read."""
    source = root / "src" / "stem"
    paths = [path for path in sorted(source.rglob("*.py")) if "cli" not in path.relative_to(source).parts]
    return {path.relative_to(root): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def test_options_and_commands_are_named_in_cli_alone(below: dict[Path, ast.Module]) -> None:
    commands = "|".join(stem.cli.stem.commands)
    telling = re.compile(rf"(?:^|[\s(\"'])(?:--[a-z]|-[os](?=[\s.,;]|$))|\bstem (?:{commands})\b(?! is\b)")
    wrong = [
        f"{path}:{line}: {text}"
        for path, module in below.items()
        for line, text in literals(module)
        if telling.search(text) and not re.search(r"pip install|:root \{", text)
    ]
    assert wrong == []


def literals(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of the strings in a module that are no docstrings, f-strings in parts."""
    documentation = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value


def test_templates_name_what_is_known(below: dict[Path, ast.Module]) -> None:
    unused = set(PLAIN)
    for path, module in below.items():
        for call in ast.walk(module):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Message":
                template = call.args[0]
                facts = {keyword.arg for keyword in call.keywords}
                if isinstance(template, ast.Constant):
                    fields = {field for _, field, _, _ in Formatter().parse(str(template.value)) if field}
                    assert fields >= facts, f"{path}:{call.lineno}"
                    assert fields <= PLAIN.keys() | facts, f"{path}:{call.lineno}"
                    assert not facts & PLAIN.keys(), f"{path}:{call.lineno}"
        names = (re.findall(r"\{(\w+)\}", text) for _, text in literals(module))
        unused -= set().union(*names)
    assert unused <= {"value_of", "Try_again_later"}, "nobody tells them"
