"""Pages of help in the language that is spoken: Click shows a copy of a command, made when it is asked."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Sequence
from gettext import NullTranslations

import click

from stem.cli.output import spoken
from stem.messages import ENGLISH


class _Formatter(click.HelpFormatter):
    """Writes what Click itself has to say on a page."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, spoken().gettext("Usage: ") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        super().write_heading(spoken().gettext(heading))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(name, _of_click(text)) for name, text in rows], col_max, col_spacing)


def _of_click(text: str) -> str:
    language = spoken()
    text = language.gettext(text) if text else ""
    return text.replace("[default: ", f"[{language.gettext('default: ')}").replace(
        "[required]", f"[{language.gettext('required')}]"
    )


class Context(click.Context):
    """What a command runs in; it tells how the command is used."""

    formatter_class = _Formatter

    def get_help(self) -> str:
        """Return the page of help of the command."""
        return _in(spoken(), self.command).get_help(self)

    def get_usage(self) -> str:
        """Return the line that tells how the command is used."""
        return _in(spoken(), self.command).get_usage(self)


def speak(command: click.Command) -> None:
    """Let a command, and what belongs to it, give its help in the language that is spoken."""
    command.context_class = Context
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        speak(each)


def _in(language: NullTranslations, command: click.Command) -> click.Command:
    """Return a command in a language; to be shown, not to be run."""
    if language is ENGLISH:
        return command
    shown = copy.copy(command)
    shown.help = language.gettext(inspect.cleandoc(command.help)) if command.help else None
    shown.options_metavar = language.gettext(command.options_metavar or "")
    shown.params = [_param_in(language, each) for each in command.params]
    if isinstance(shown, click.Group):
        shown.subcommand_metavar = language.gettext(shown.subcommand_metavar)
        shown.commands = {name: _in(language, each) for name, each in shown.commands.items()}
    return shown


def _param_in(language: NullTranslations, param: click.Parameter) -> click.Parameter:
    shown = copy.copy(param)
    if isinstance(shown, click.Option):
        shown.help = language.gettext(shown.help) if shown.help else None
        shown.metavar = language.gettext(shown.make_metavar())
    elif param.metavar is not None:
        shown.metavar = language.gettext(param.metavar)
    else:
        shown.name = language.gettext(str(param.name).upper())
    return shown
