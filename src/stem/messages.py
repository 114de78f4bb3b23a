"""Texts for people, kept apart from the facts in them and from how a face calls what can be chosen.

A hint names what to choose: on the command line that is an option, on a page a field, in a program an
argument. So a text is a template with names in braces; facts fill in some, and how something is called
the others. As a string it has the plain words of `PLAIN`; a face with its own asks for them (`told`).

Facts are never read as templates: braces in what a user wrote are shown as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Self

PLAIN: Mapping[str, str] = MappingProxyType(
    {
        # A setting by itself, as in "Leave out the profile."
        "bed_level": "a background level of",
        "bells": "the bells",
        "code": "The code",
        "dask": "A cluster",
        "destination": "the destination",
        "exact_or_audio": "the exact times, or the sound",
        "fill": "Another voice",
        "format": "the format",
        "page": "the page",
        "profile": "the profile",
        "profile_kind": "profile",
        # A setting before its value, as in "For example: code = c017"; the last goes without a name
        "bed_is": "background =",
        "code_is": "code =",
        "destination_is": "destination =",
        "duration_is": "length =",
        "fill_is": "fill =",
        "format_is": "format =",
        "jobs_is": "jobs =",
        "link_is": "link =",
        "series_is": "series =",
        "voice_is": "voice =",
        "value_of": "",
        # Where a setting is given, as in "Choose another name for the output."
        "as_name": "for it",
        "for_download": "for the download",
        "for_output": "for the output",
        "in_names": "",
        "on_command_line": "for the whole list",
        # What to ask for
        "let_replace": "let it be replaced",
        "name_in_feed": "allowing names in the feed",
        "offline": "when it is to stay offline",
        "replace_it": "let it be replaced",
        "replacing": "replacing it",
        "to_go_online": "to go online",
        "use_force": "let it be replaced",
        # To begin again
        "The_same": "The next try",
        "Try_again": "Try again",
        "Try_again_later": "Try again later",
        "the_same": "the next try",
        "try_again": "try again",
        # What to do, before what it is done with
        "allow_voice": "the voice",
        "forget": "the code",
        "get_voice": "the voice",
        "make_sheet": "one of the script",
        "say": "let it say something",
        "say_text": "the text",
        "sheet_again": "the sheet again",
        # By what means, after what to do
        "by_cd": "",
        "by_init": ".",
        "by_outside": ".",
        "force_replaces": "",
    }
)
"""How settings and deeds are called where there are no options and commands."""


class Message(str):
    """A text that faces may tell in words of their own.

    Attributes:
        template: The text, with names in braces.
        facts: What stands in place of them, where `PLAIN` does not have the name; messages among them.

    Example:
        >>> hint = Message("Get {name} again, or choose another folder {for_output}.", name="{a}.mp3")
        >>> print(hint)
        Get {a}.mp3 again, or choose another folder for the output.
        >>> hint.told({"for_output": "with -o"})
        'Get {a}.mp3 again, or choose another folder with -o.'
    """

    __slots__ = ("facts", "template")

    template: str
    facts: Mapping[str, object]

    def __new__(cls, template: str, /, **facts: object) -> Self:
        """Make a message; its value is what is told in plain words."""
        message = super().__new__(cls, cls.text(template, facts, PLAIN))
        message.template, message.facts = template, facts
        return message

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """Return what a copy is made of."""
        return (self.template,), dict(self.facts)

    def told(self, words: Mapping[str, str]) -> str:
        """Return the text with a face's own words for the names of `PLAIN`."""
        return self.text(self.template, self.facts, words)

    def with_facts(self, change: Callable[[str], str]) -> Self:
        """Return the message with other facts: something in them may not be shown."""
        changed = {
            name: fact.with_facts(change) if isinstance(fact, Message) else change(str(fact))
            for name, fact in self.facts.items()
        }
        return type(self)(self.template, **changed)

    @classmethod
    def text(cls, template: str, facts: Mapping[str, object], words: Mapping[str, str]) -> str:
        """Return a template filled in."""
        return template.format_map({**words, **{name: told(fact, words) for name, fact in facts.items()}})


def told(text: object, words: Mapping[str, str] = PLAIN) -> str:
    """Return a text in a face's words; what is no message is told as it is."""
    return text.told(words) if isinstance(text, Message) else str(text)


def joined(separator: str, texts: Sequence[str]) -> str:
    """Return texts as one; it is a message when one of them is."""
    if not any(isinstance(text, Message) for text in texts):
        return separator.join(texts)
    names = [f"text{number}" for number in range(len(texts))]
    return Message(separator.join(f"{{{name}}}" for name in names), **dict(zip(names, texts, strict=True)))
