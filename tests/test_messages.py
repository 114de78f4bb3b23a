"""Texts whose words for options are a face's own."""

from __future__ import annotations

import pickle

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
