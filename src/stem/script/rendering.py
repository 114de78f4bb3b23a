"""Templates filled in: the parent's side of the child process in `sandbox`."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from stem.characters import visible
from stem.errors import ScriptError, nearest
from stem.messages import Message
from stem.programs import python_main
from stem.script.complaints import complaint
from stem.script.includes import Parts
from stem.script.ready_child import COMMAND, answer_of_ready
from stem.script.variables import Value, Variable

TIME_LIMIT_S = 5.0
"""Wall clock for filling in one template; a long script takes 0.1 s."""

_AT_ONCE = 200
"""So many fillings go to one child: it takes 0.1 s to begin and 30 ms to compile, then 1 ms for each."""

_MOST_SLOW = 3
"""So many fillings may run out of time, or be broken off; those that come after are not tried."""

_LONGEST_PROBLEM = 500
"""Characters; a template can make a sentence about itself as long as it likes."""


def answers_of(
    parts: Parts, values: Sequence[Mapping[str, Value]], personal: Sequence[str], path: Path
) -> Iterator[dict[str, Any] | ScriptError]:
    """Yield the sandbox's answer to each filling, or the error when it gave none."""
    fillings = [{"vorm": each["vorm"], "values": each} for each in values]
    request = {
        "templates": {part.name: part.text for part in parts.found},
        "refused": parts.refused,
        "personal": personal,
        "seconds": TIME_LIMIT_S * 0.8,
    }
    slow: list[dict[str, Any] | ScriptError] = []
    for first in range(0, len(fillings), _AT_ONCE):
        some = fillings[first : first + _AT_ONCE]
        try:
            yield from _ask_child({**request, "fillings": some}, path)
        except ScriptError as error:
            if len(some) == 1:
                yield error
                continue
            for one in some:  # one of them broke it off: the others have their answers
                if len(slow) >= _MOST_SLOW:
                    yield slow[-1]
                    continue
                begun = time.monotonic()
                answer: dict[str, Any] | ScriptError
                try:
                    (answer,) = _ask_child({**request, "fillings": [one]}, path)
                except ScriptError as its_error:
                    answer = its_error
                if isinstance(answer, ScriptError) or time.monotonic() - begun > TIME_LIMIT_S / 2:
                    slow.append(answer)
                yield answer


def _ask_child(request: Mapping[str, object], path: Path) -> list[dict[str, Any]]:
    """Return the sandbox's answers, one a filling.

    Raises:
        ScriptError: when the child took too long or came to its end without an answer.
    """
    try:
        content = json.dumps(request).encode()
        answer = answer_of_ready(content, TIME_LIMIT_S)
        if answer is None:
            answer = subprocess.run(  # noqa: S603 - our own interpreter; what a user wrote goes to its input
                python_main(*COMMAND),
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=TIME_LIMIT_S,
                check=False,
                start_new_session=True,
            ).stdout
        answers: list[dict[str, Any]] = json.loads(answer)
    except subprocess.TimeoutExpired as error:
        problem = Message("it takes more than {time_limit_s:g} seconds to fill in", time_limit_s=TIME_LIMIT_S)
        raise ScriptError(
            problem, path, hint=Message("Look for a loop that goes round too often.")
        ) from error
    except OSError as error:
        raise ScriptError(
            Message("it cannot be filled in: no process could be started ({reason})", reason=error.strerror),
            path,
        ) from error
    except ValueError as error:
        hint = Message(
            "It asks for too much memory or time; look for loops and for macros that call "
            "themselves. If there are none, something else ended it: try again."
        )
        raise ScriptError(Message("filling it in was broken off"), path, hint=hint) from error
    return answers


def error_of(answer: Mapping[str, Any], parts: Parts, variables: Iterable[Variable]) -> ScriptError:
    """Return the error that the sandbox describes."""
    hint = ""
    if answer["unknown"]:
        meant = nearest(answer["unknown"], answer["known"])
        names = ", ".join(variable.name for variable in variables)
        if meant is not None:
            hint = Message("Did you mean '{meant}'?", meant=meant)
        elif "variable" in answer["problem"]:
            hint = Message(
                "The variables are {names}; a new one is declared as [variables.{unknown}].",
                names=names,
                unknown=answer["unknown"],
            )
        else:
            hint = Message("There is: {known}.", known=", ".join(sorted(answer["known"])))
    problem = complaint(visible(answer["problem"][:_LONGEST_PROBLEM]), parts.refused)
    return ScriptError(problem, parts.found[answer["template"]].path, answer["line"], hint=hint)
