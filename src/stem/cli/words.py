"""What the command line calls things, beside the sentences of its commands.

How options and commands are called: what is told for the names in a message. What columns and cells of tables
are called, and what Click tells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from stem.messages import Message, marked, recognised

OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "The_same": marked("The same command"),
        "Try_again": marked("Give the same command again"),
        "Try_again_later": marked("Try the same command again later"),
        "allow_voice": "stem voices allow",
        "as_name": marked("with --as"),
        "bed_is": "--bed",
        "bed_level": "--bed-level",
        "bells": "--bell",
        "by_cd": marked(" with cd"),
        "by_init": marked(" with: stem practice init"),
        "by_outside": ": --outside",
        "code": "--code",
        "code_is": "--code",
        "dask": "--dask",
        "destination": "--for",
        "destination_is": "--for",
        "duration_is": "--duration",
        "exact_or_audio": marked("--exact, or --audio"),
        "fill": "--fill",
        "fill_is": "--fill",
        "for_download": marked("with --mirror"),
        "for_output": marked("with -o"),
        "force_replaces": marked(" (--force replaces it)"),
        "forget": "stem forget",
        "format": "--format",
        "format_is": "--format",
        "get_voice": "stem voices get",
        "give_consent": "stem voices consent",
        "in_names": marked(" (--names)"),
        "jobs_is": "--jobs",
        "let_replace": marked("let --force replace it"),
        "link_is": "--link",
        "make_sheet": "stem sheet SCRIPT",
        "name_in_feed": "--name-in-feed",
        "offline": marked("with --offline"),
        "page": "--page",
        "on_command_line": marked("on the command line"),
        "profile": "--profile",
        "profile_kind": "--profile",
        "replace_it": marked("replace it with --force"),
        "replacing": marked("with --force"),
        "say": "stem say",
        "series_is": "stem series",
        "say_text": "stem say",
        "sheet_again": marked("it again with stem sheet"),
        "the_same": marked("the same command"),
        "to_go_online": marked("with --allow-online, and without --offline"),
        "try_again": marked("give the same command again"),
        "use_force": marked("use --force"),
        "value_of": "-s ",
        "voice_is": "--voice",
        "who_is": "--who",
        "with_edits": marked("with --edits"),
    }
)
"""By the names of `messages.PLAIN`, all of them."""

STAGES: Mapping[str, str] = MappingProxyType(
    {
        "bed": Message("background"),
        "speech": Message("speaking"),
        "mix": Message("mixing"),
        "check": Message("checking"),
        "files": Message("files"),
    }
)
"""What is being done, by the names of stages."""

HEADS: Mapping[str, str] = MappingProxyType(
    {
        "accent": Message("accent"),
        "bed": Message("bed"),
        "code": Message("code"),
        "file": Message("file"),
        "installed": Message("installed"),
        "leaves": Message("leaves"),
        "length": Message("length"),
        "licence": Message("licence"),
        "name": Message("name"),
        "package": Message("package"),
        "runs": Message("runs"),
        "script": Message("script"),
        "sex": Message("sex"),
        "status": Message("status"),
        "summary": Message("summary"),
        "under_the_voice": Message("under_the_voice"),
        "on_a_phone": Message("on_a_phone"),
        "voice": Message("voice"),
    }
)
"""Of columns, by the keys of rows."""

SEVERITIES: Mapping[str, str] = MappingProxyType({"error": Message("error"), "warning": Message("warning")})

_CLICK = (
    marked("No such command {name}."),
    marked("No such option: {name} Did you mean {others}?"),
    marked("No such option: {name} (Possible options: {others})"),
    marked("No such option: {name}"),
    marked("Missing command."),
    marked("Missing argument '{name}'."),
    marked("Missing option '{name}'."),
    marked("Option {name} requires an argument."),
    marked("Option {name} does not take a value."),
    marked("Got unexpected extra argument ({words})"),
    marked("Got unexpected extra arguments ({words})"),
    marked("Invalid value for '{name}': {problem}"),
    marked("{value} is not a valid integer range."),
    marked("{value} is not a valid integer."),
    marked("{value} is not a valid float."),
    marked("{value} is not in the range {range}."),
    marked("{value} does not match the format {format}."),
)
"""What Click tells that is wrong with a command."""


def click_message(problem: str) -> str:
    """Return what Click tells as a message."""

    def inner(name: str, fact: str) -> str:
        if name == "problem":
            return click_message(fact)
        return Message(fact) if re.fullmatch(r"[A-Z|]+(\.\.\.)?", fact) else fact  # a metavar

    return recognised(problem, _CLICK, inner)


OF_CLICK = (
    marked("Usage: "),
    marked("Options"),
    marked("Commands"),
    marked("Show this message and exit."),
    marked("[OPTIONS]"),
    marked("COMMAND [ARGS]..."),
    marked("SCRIPT"),
    marked("SCRIPTS"),
    marked("FILE"),
    marked("NAME"),
    marked("FOLDER"),
    marked("TEXT"),
    marked("INTEGER"),
    marked("FLOAT"),
    marked("INTEGER RANGE"),
    marked("default: "),
    marked("required"),
)
"""What Click writes in pages of help."""
