"""The command line: the only part that prints and exits.

stdout carries results (one line a track, or one JSON document); progress, warnings and errors go to stderr.
Exit codes: 0 all made, 1 something failed, 2 wrong usage, 130 interrupted.

    __init__.py  the door: runs a command, and tells every error as one sentence and a hint
    options.py   the options that commands share, and what they mean
    output.py    printing
    language.py  which language is spoken
    words.py     how options are called in texts of other packages, and what Click tells
    help.py      pages of help
    notices.py   what is told of a lookup
    make.py      make, preview, script, plot
    finished.py  info, verify, remake, forget, feed
    voices.py    voices, say, tune, sheet, cut
    scripts.py   scripts, check, new, import
    practice.py  practice, batch, series
    system.py    beds, doctor, cache
    open.py      open: the page in a browser

What takes long to import is imported in the command that needs it, so that `stem --help` answers at once.
"""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

import click

from stem import __version__
from stem.cli import finished, make, open, practice, scripts, system, voices  # noqa: A004 - the command's name
from stem.cli.help import speak
from stem.cli.language import language_of
from stem.cli.notices import told
from stem.cli.output import (
    drop,
    lost_results,
    prepare_streams,
    say,
    say_error,
    say_traceback,
    say_usage,
    say_warning,
    show,
    speaking,
)
from stem.errors import StemError, UsageError
from stem.messages import Message
from stem.programs import ENDINGS, leave_working_folder_out

_DEBUG = "STEM_DEBUG"


def main() -> NoReturn:
    """Run the command line and exit."""
    leave_working_folder_out()
    sys.excepthook = say_traceback
    warnings.showwarning = say_warning
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; every error becomes one sentence and a hint on stderr."""
    with speaking(language_of(arguments, os.environ)):
        try:
            prepare_streams()
            _stop_on_terminate()
            with told():
                code = stem.main(args=list(arguments), prog_name="stem", standalone_mode=False)
        except BaseException as error:
            return _told(error)
    return code if isinstance(code, int) else 0  # a number after a command that called for an exit


def _told(error: BaseException) -> int:
    """Tell what went wrong and return the exit code for it."""
    match error:
        case click.Abort() | KeyboardInterrupt():
            say(
                Message(
                    "Stopped. Nothing half-made is left; "
                    "the same command goes on with the speech that is ready."
                )
            )
            return 130
        case click.ClickException():
            say_usage(error)
            return error.exit_code
        case StemError():
            say_error(error)
            return 2 if isinstance(error, UsageError) else 1
        case BrokenPipeError() | SystemExit():  # click leaves with the latter when it meets the former
            # Whoever read our stdout went away (stem scripts | head): nothing more to say, also not at exit.
            drop(sys.stdout)
        case OSError() if lost := lost_results():
            say_error(lost)
        case _ if os.environ.get(_DEBUG):
            raise error
        case OSError():
            place = f" ({error.filename})" if error.filename else ""
            reason = f"{error.strerror or error}{place}"
            say(Message("Error: the system refused: {reason}.", reason=reason))
        case _:
            mistake = f"{type(error).__name__}: {error}"
            say(Message("Error: stem itself made a mistake ({mistake}).", mistake=mistake))
            say(
                Message(
                    "Hint: set {variable}=1 and give the command again to see where; please report it.",
                    variable=_DEBUG,
                )
            )
    return 1


def _stop_on_terminate() -> None:
    """Let a polite kill clean up as Ctrl-C does."""

    def stop(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    for number in ENDINGS:
        signal.signal(number, stop)


def _show_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        show(Message("stem, version {version}", version=__version__))
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.option(
    "--lang", metavar="nl|en", expose_value=False, help="Speak Dutch or English.  [default: the system's]"
)
def stem() -> None:
    """Turn written guided visualizations into finished audio tracks in Dutch."""


for _command in (
    *make.COMMANDS,
    *finished.COMMANDS,
    *voices.COMMANDS,
    *scripts.COMMANDS,
    *practice.COMMANDS,
    *system.COMMANDS,
    *open.COMMANDS,
):
    stem.add_command(_command)

speak(stem)
