"""What commands share in being asked: the options that decide what a track says."""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from click.core import ParameterSource

import stem
from stem.characters import RETYPE
from stem.cli.output import ask, say, say_error
from stem.errors import StemError, UsageError
from stem.messages import Message, message_of

if TYPE_CHECKING:
    from stem import Edit, Project, TrackSpec, Variable


_Option: TypeAlias = Callable[[Callable[..., None]], Callable[..., None]]

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
force_option = click.option("--force", is_flag=True, help="Replace a file that is there already.")


voice_option = click.option(
    "--voice", metavar="VOICE", help="Who speaks (see: stem voices), or a folder with own recordings."
)
online_options = (
    click.option("--allow-online", is_flag=True, help="A voice may send the text to its service."),
    click.option("--offline", is_flag=True, help="No voice may send anything, whatever stem.toml says."),
)

no_cache_option = click.option(
    "--no-cache", is_flag=True, help="Speak everything anew, and keep nothing of it."
)


def online(*, allow: bool, offline: bool) -> bool | None:
    """Return whether text may leave the machine; None when the command line says nothing of it.

    Raises:
        UsageError: when it says both.
    """
    if allow and offline:
        sentence = Message("--allow-online and --offline exclude each other.")
        raise UsageError(sentence, hint=Message("Give one of them."))
    return allow if allow or offline else None


def project() -> Project:
    """Return the folder where stem is run."""
    return stem.Project()


@dataclass(frozen=True, slots=True)
class Request:
    """The options of a command that needs a script, as given."""

    script: str = ""
    values: tuple[str, ...] = ()
    values_file: str | None = None
    edits_file: str | None = None
    ask: bool = False
    voice: str | None = None
    fill: str | None = None
    bed: str | None = None
    bed_level: float | None = None
    bed_start: str | None = None
    bed_once: bool = False
    bed_credit: str = ""
    duck: float | None = None
    bells: tuple[str, ...] = ()
    bell_sound: str | None = None
    profile: str | None = None
    format: str | None = None
    destination: str | None = None
    seed: int = 1
    pauses: tuple[str, ...] = ()
    pause_scale: float = 1.0
    duration: str | None = None
    artist: str | None = None
    album: str | None = None
    track: str | None = None
    cover: str | None = None
    lyrics: bool = True
    name_in_file: bool = False
    allow_online: bool = False
    offline: bool = False
    no_cache: bool = False

    def spec(self) -> TrackSpec:
        """Return what these options mean; with --ask, ask for the variables that were not given.

        Raises:
            UsageError: when an option cannot be read.
            ConfigError: when the file of values cannot.
        """
        try:
            return self._spec()
        except ValueError as error:
            raise UsageError(Message("{problem:first}.", problem=message_of(error)), hint=RETYPE) from error

    def _spec(self) -> TrackSpec:
        pauses = pairs("--pause", self.pauses, "kort=4").items()
        number, total = _track_number(self.track)
        values = {**_values_of(self.values_file), **pairs("-s", self.values, "naam=Anna")}
        return stem.TrackSpec(
            script=self.script,
            values=self._asked(values) if self.ask else values,
            voice=self.voice,
            fill=self.fill,
            bed=self.bed,
            bed_level_lu=self.bed_level,
            bed_start_s=0.0
            if self.bed_start is None
            else time_of("--bed-start", self.bed_start, "--bed-start 0:12"),
            bed_once=self.bed_once,
            bed_credit=self.bed_credit,
            duck_lu=self.duck,
            bells=self.bells,
            bell=self.bell_sound,
            profile=self.profile,
            format=self.format,
            destination=self.destination,
            seed=self.seed,
            artist=self.artist,
            album=self.album,
            number=number,
            total=total,
            cover=self.cover,
            lyrics=self.lyrics,
            name_in_file=self.name_in_file,
            online=online(allow=self.allow_online, offline=self.offline),
            remember=not self.no_cache,
            edits=edits_of(self.edits_file) or (),
            pauses={name: time_of(f"--pause {name}", text, "--pause kort=4") for name, text in pauses},
            duration_s=None
            if self.duration is None
            else time_of("--duration", self.duration, "--duration 12m"),
            pause_scale=self.pause_scale,
        )

    def _asked(self, given: Mapping[str, str]) -> dict[str, str]:
        """Ask for each variable that was not given, and show the command that says the same."""
        values = dict(given)
        for variable in project().script(self.script).variables:
            if variable.name not in values:
                values[variable.name] = _answer(variable)
        say(Message("The same again: {command}", command=shlex.join(_same_again(values))))
        return values


def _track_number(text: str | None) -> tuple[int | None, int | None]:
    """Read "3" or "3/7".

    Raises:
        UsageError: when it is neither.
    """
    if text is None:
        return None, None
    found = re.fullmatch(r"(\d{1,3})(?:/(\d{1,3}))?", text.strip())
    number, total = (int(found[1]), int(found[2] or 0)) if found else (0, 0)
    if number < 1 or (total and total < number):
        sentence = Message("--track: '{text}' is not the number of a track.", text=text)
        raise UsageError(sentence, hint=Message("For example: {example}", example="--track 3/7"))
    return number, total or None


def _same_again(values: Mapping[str, str]) -> list[str]:
    """Return the words of the command that is running, with `values` in place of asking for them."""
    context = click.get_current_context()
    words = ["stem", context.info_name or "", *_arguments(context)]
    for name, value in values.items():
        words += ["-s", f"{name}={value}"]
    for option in context.command.params:
        name = str(option.name)
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if not isinstance(option, click.Option) or not given or name in {"values", "values_file", "ask"}:
            continue
        value = context.params[name]
        if option.is_flag:
            words.append(option.opts[-1])
        else:
            each = value if isinstance(value, tuple) else (value,)
            words += [word for one in each for word in (option.opts[-1], str(one))]
    return words


def _arguments(context: click.Context) -> list[str]:
    arguments = [each for each in context.command.params if isinstance(each, click.Argument)]
    return [str(context.params[str(argument.name)]) for argument in arguments]


_SCRIPT = click.argument("script")
_ASK = click.option("--ask", is_flag=True, help="Ask for each variable.")
_VALUES = (
    click.option("-s", "--set", "values", multiple=True, metavar="NAME=VALUE", help="Fill in a variable."),
    click.option("--values", "values_file", metavar="FILE", help="A TOML file with variables."),
)
edits_option = click.option(
    "--edits", "edits_file", metavar="FILE", help="A TOML file with sentences that are said otherwise."
)
_LENGTH = (
    click.option("--duration", metavar="TIME", help="The length wanted: 12m, 12:00 or 720s."),
    click.option(
        "--pause-scale", default=1.0, metavar="FACTOR", help="Longer or shorter pauses: 1.2 is slower."
    ),
    click.option(
        "--pause", "pauses", multiple=True, metavar="NAME=TIME", help="Another named pause, like kort=4."
    ),
)
_WORDS = (_SCRIPT, *_VALUES, edits_option, _ASK, *_LENGTH)
_TRACK = click.option("--track", metavar="N/TOTAL", help="The track's number in the album: 3/7")
_SOUND = (
    voice_option,
    click.option("--fill", metavar="VOICE", help="Who says what is missing among own recordings."),
    click.option("--bed", metavar="BED|FILE", help="The background (see: stem beds), or music of your own."),
    click.option("--bed-start", metavar="TIME", help="Where in your music to begin: 0:12"),
    click.option("--bed-once", is_flag=True, help="Play your music once, and fade it out."),
    click.option("--bed-credit", default="", metavar="TEXT", help="Who made the music, for the tags."),
    click.option("--bed-level", type=float, metavar="LU", help="Louder, or below 0 softer: -4"),
    click.option("--duck", type=float, metavar="LU", help="How far it gives way to the voice: 4"),
    click.option(
        "--bell", "bells", multiple=True, metavar="begin|einde", help="A bell there too; may be repeated."
    ),
    click.option("--bell-sound", metavar="BELL", help="Which bell; see: stem beds"),
    click.option("--profile", metavar="PROFILE", help="What it is mastered for; see: stem profiles"),
    click.option("--format", metavar="FORMAT", help="The kind of file: mp3, m4a, opus, flac or wav."),
    click.option("--for", "destination", metavar="WHERE", help="Where it goes; see: stem profiles"),
    click.option(
        "--seed",
        default=1,
        show_default=True,
        type=click.IntRange(0, 2**31 - 1),
        help="Another seed gives another background.",
    ),
    click.option("--artist", metavar="NAME", help="Who the tags name as the maker."),
    click.option("--album", metavar="NAME", help="The album in the tags."),
    click.option("--cover", metavar="FILE|none", help="A picture; without it one is drawn by the title."),
    click.option("--lyrics/--no-lyrics", default=True, help="Whether the words go into the tags."),
    click.option("--name-in-file", is_flag=True, help="What you filled in may stand in the tags."),
    *online_options,
)


def _requesting(options: Sequence[_Option], command: Callable[..., None]) -> Callable[..., None]:
    """Give a command options that it is handed as one `Request`."""
    names = Request.__dataclass_fields__

    @functools.wraps(command)
    def with_request(**given: Any) -> None:
        request = Request(**{name: given.pop(name) for name in names if name in given})
        try:
            command(request, **given)
        except StemError as error:
            if request.values_file is None:
                raise
            raise _without_values(error, request) from None

    wrapped: Callable[..., None] = with_request
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped


def words_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the script, and the options that decide its words."""
    return _requesting(_WORDS, command)


def script_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the script, and the options that decide its words and its sound."""
    return _requesting((*_WORDS, *_SOUND, _TRACK, no_cache_option), command)


def batch_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that hold for many tracks at once."""
    return _requesting((*_VALUES, *_LENGTH, *_SOUND), command)


def pairs(option: str, given: Sequence[str], example: str) -> dict[str, str]:
    """Read "key=value" options.

    Raises:
        UsageError: when one has no equals sign or no key, or a key is given twice.
    """
    found: dict[str, str] = {}
    for text in given:
        key, equals, value = text.partition("=")
        key = key.strip()
        if not equals or not key:
            sentence = Message("What stands after {option} has no key and value.", option=option)
            raise UsageError(sentence, hint=Message("For example: {example}", example=f"{option} {example}"))
        if key in found:
            sentence = Message("'{key}' is given twice with {option}.", key=key, option=option)
            raise UsageError(sentence, hint=Message("Give it once."))
        found[key] = value
    return found


def time_of(option: str, text: str, example: str) -> float:
    """Read an option that is a length of time.

    Raises:
        UsageError: when it cannot be read.
    """
    from stem.units import parse_seconds

    try:
        return parse_seconds(text)
    except ValueError as error:
        sentence = Message("{option}: {problem}.", option=option, problem=message_of(error))
        raise UsageError(sentence, hint=Message("For example: {example}", example=example)) from error


def _values_of(file: str | None) -> dict[str, str]:
    """Read a file of values; none without a file."""
    from stem.project import read_values

    return {} if file is None else read_values(file)


def edits_of(file: str | None) -> tuple[Edit, ...] | None:
    """Read a file of changed sentences; None without a file."""
    from stem.project import read_edits

    return None if file is None else read_edits(file)


def _without_values(error: StemError, request: Request) -> StemError:
    """Return an error that shows nothing of a file of values; the command line is seen anyway."""
    from stem.project import without_values

    assert request.values_file is not None
    on_line = {text.partition("=")[0].strip() for text in request.values}
    return without_values(error, request.values_file, on_line)


def _answer(variable: Variable) -> str:
    """Ask for one variable until the answer can be used."""
    if variable.help:
        say()
        say(variable.help)
    if variable.choices:
        say(f"({', '.join(variable.choices)})")
    default = variable.default
    usual = ("nee", "ja")[default] if isinstance(default, bool) else default
    while True:
        answer = ask(variable.name, None if usual is None else str(usual))
        try:
            variable.read(answer)
        except UsageError as error:
            say_error(error)
        else:
            return answer
