"""What the sandbox tells that is wrong with a template, as templates of sentences for people.

The child fills its sentences in and takes out what nobody may read; here they are recognised, so that they
can be told in another language. What is not, such as a rare sentence of Python's own, is told as it came.
"""

from __future__ import annotations

from collections.abc import Mapping

from stem.messages import marked, recognised

_KNOWN = (
    marked("there is no variable or helper '{name}'"),
    marked("there is no filter '{name}'"),
    marked("there is no test '{name}'"),
    marked("scripts do not use recursive loops"),
    marked("scripts do not use '{name}'"),
    marked("this number is too large"),
    marked('an include is written {{% include "name.j2" %}} and nothing more'),
    marked("'{name}' cannot be included: {reason}"),
    marked("'{name}' cannot be used here; only mappings and 'loop' have members"),
    marked("only helpers and macros can be called, with ( )"),
    marked("'{name}' works on numbers only"),
    marked("this calculation gives too large a number"),
    marked("this makes a text longer than {most} characters"),
    marked("this makes a text or list longer than {most}"),
    marked("the text grows beyond {most} characters"),
    marked("range() may have {most} steps at most"),
    marked("{{{{ }}}} holds {kind}, which cannot be spoken"),
    marked("it holds a number of thousands of digits"),
    marked("it is nested too deeply, or calls or includes itself without end"),
    marked("it needs too much memory"),
    marked("it takes more than {seconds} seconds to fill in"),
    # Of Jinja
    marked("unexpected '{sign}'"),
    marked("unexpected char '{sign}' at {place}"),
    marked("expected token '{wanted}', got '{found}'"),
    marked("unexpected end of template"),
    marked("unknown tag '{name}'"),
    marked("encountered unknown tag '{name}'"),
    marked("division by zero"),
)
_KINDS = (
    marked("yes or no"),
    marked("nothing"),
    marked("a list"),
    marked("a table"),
    marked("a helper"),
    marked("no text"),
    marked("not found"),
)


def complaint(problem: str, refused: Mapping[str, str]) -> str:
    """Return what the sandbox tells as a message.

    Args:
        problem: As it came from there.
        refused: Why a text may not be included, by its name.
    """

    def inner(name: str, fact: str) -> str:
        if name == "reason" and fact in refused.values():
            return next(why for why in refused.values() if why == fact)
        return recognised(fact, _KINDS) if name in {"kind", "reason"} else fact

    return recognised(problem, _KNOWN, inner)
