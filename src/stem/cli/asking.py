"""What commands share in being asked: the options that decide what a track says."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stem.cli.telling import say, say_error
from stem.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from stem.config import Config
    from stem.planning import TrackSpec
    from stem.variables import Variable


USUAL_BELL = "klankschaal"

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
force_option = click.option("--force", is_flag=True, help="Replace a file that is there already.")


voice_option = click.option(
    "--voice", metavar="VOICE", help="Who speaks (see: stem voices), or a folder with own recordings."
)
online_options = (
    click.option("--allow-online", is_flag=True, help="A voice may send the text to its service."),
    click.option("--offline", is_flag=True, help="No voice may send anything, whatever stem.toml says."),
)


def online(*, allow: bool, offline: bool) -> bool | None:
    """Return whether text may leave the machine; None when the command line says nothing of it.

    Raises:
        UsageError: when it says both.
    """
    if allow and offline:
        raise UsageError("--allow-online and --offline exclude each other.", hint="Give one of them.")
    return allow if allow or offline else None


def config() -> Config:
    """Return the settings of the folder where stem is run."""
    from stem.config import load_config

    return load_config(Path.cwd())


@dataclass(frozen=True, slots=True)
class Request:
    """The options of a command that needs a script, as given."""

    script: str
    values: tuple[str, ...]
    values_file: str | None
    ask: bool
    voice: str | None
    fill: str | None
    bed: str | None
    bed_level: float | None
    duck: float | None
    bells: tuple[str, ...]
    bell_sound: str
    profile: str | None
    seed: int
    pauses: tuple[str, ...]
    pause_scale: float
    duration: str | None
    allow_online: bool
    offline: bool
    no_cache: bool

    def spec(self) -> TrackSpec:
        """Return what these options mean; with --ask, ask for the variables that were not given.

        Raises:
            UsageError: when an option cannot be read.
            ConfigError: when the file of values cannot.
        """
        from stem.planning import TrackSpec

        pauses = pairs("--pause", self.pauses, "kort=4").items()
        values = {**_values_of(self.values_file), **pairs("-s", self.values, "naam=Anna")}
        return TrackSpec(
            script=self.script,
            values=self._asked(values) if self.ask else values,
            voice=self.voice,
            fill=self.fill,
            bed=self.bed,
            bed_level_lu=self.bed_level,
            duck_lu=self.duck,
            bells=self.bells,
            bell=self.bell_sound,
            profile=self.profile,
            seed=self.seed,
            online=online(allow=self.allow_online, offline=self.offline),
            remember=not self.no_cache,
            pauses={name: time_of(f"--pause {name}", text, "--pause kort=4") for name, text in pauses},
            duration_s=None
            if self.duration is None
            else time_of("--duration", self.duration, "--duration 12m"),
            pause_scale=self.pause_scale,
        )

    def _asked(self, given: Mapping[str, str]) -> dict[str, str]:
        """Ask for each variable that was not given, and show the command that says the same."""
        from stem.script import find_script

        values = dict(given)
        for variable in find_script(self.script).variables:
            if variable.name not in values:
                values[variable.name] = _answer(variable)
        command = ["stem", click.get_current_context().info_name or "", self.script]
        for name, value in values.items():
            command += ["-s", f"{name}={value}"]
        options = {
            "--voice": self.voice,
            "--fill": self.fill,
            "--bed": self.bed,
            "--bed-level": _number(self.bed_level),
            "--duck": _number(self.duck),
            "--profile": self.profile,
            "--duration": self.duration,
        }
        for option, chosen in options.items():
            command += [] if chosen is None else [option, chosen]
        for place in self.bells:
            command += ["--bell", place]
        command += [] if self.bell_sound == USUAL_BELL else ["--bell-sound", self.bell_sound]
        for pause in self.pauses:
            command += ["--pause", pause]
        command += [] if self.pause_scale == 1 else ["--pause-scale", f"{self.pause_scale:g}"]
        command += [] if self.seed == 1 else ["--seed", str(self.seed)]
        command += ["--allow-online"] * self.allow_online + ["--offline"] * self.offline
        command += ["--no-cache"] * self.no_cache
        say(f"The same again: {shlex.join(command)}")
        return values


def script_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the script and its options, handed over as one `Request`."""
    options = (
        click.argument("script"),
        click.option(
            "-s", "--set", "values", multiple=True, metavar="NAME=VALUE", help="Fill in a variable."
        ),
        click.option("--values", "values_file", metavar="FILE", help="A TOML file with variables."),
        click.option("--ask", is_flag=True, help="Ask for each variable."),
        click.option("--duration", metavar="TIME", help="The length wanted: 12m, 12:00 or 720s."),
        click.option(
            "--pause-scale", default=1.0, metavar="FACTOR", help="Longer or shorter pauses: 1.2 is slower."
        ),
        click.option(
            "--pause", "pauses", multiple=True, metavar="NAME=TIME", help="Another named pause, like kort=4."
        ),
        voice_option,
        click.option("--fill", metavar="VOICE", help="Who says what is missing among own recordings."),
        click.option("--bed", metavar="BED", help="The background; see: stem beds"),
        click.option("--bed-level", type=float, metavar="LU", help="Louder, or below 0 softer: -4"),
        click.option("--duck", type=float, metavar="LU", help="How far it gives way to the voice: 4"),
        click.option(
            "--bell", "bells", multiple=True, metavar="begin|einde", help="A bell there too; may be repeated."
        ),
        click.option(
            "--bell-sound", default=USUAL_BELL, show_default=True, metavar="BELL", help="See: stem beds"
        ),
        click.option("--profile", metavar="PROFILE", help="What it is mastered for; see: stem profiles"),
        click.option(
            "--seed",
            default=1,
            show_default=True,
            type=click.IntRange(0, 2**31 - 1),
            help="Another seed gives another background.",
        ),
        *online_options,
        click.option("--no-cache", is_flag=True, help="Speak everything anew, and keep nothing of it."),
    )
    names = Request.__dataclass_fields__

    @functools.wraps(command)
    def with_request(**given: Any) -> None:
        asked = {name: given.pop(name) for name in names}
        command(Request(**asked), **given)

    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(options), with_request)


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
            raise UsageError(
                f"What stands after {option} has no key and value.", hint=f"For example: {option} {example}"
            )
        if key in found:
            raise UsageError(f"'{key}' is given twice with {option}.", hint="Give it once.")
        found[key] = value
    return found


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"


def time_of(option: str, text: str, example: str) -> float:
    """Read an option that is a length of time.

    Raises:
        UsageError: when it cannot be read.
    """
    from stem.units import parse_seconds

    try:
        return parse_seconds(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}.", hint=f"For example: {example}") from error


def _values_of(file: str | None) -> dict[str, str]:
    """Read a TOML file of values; a number or a truth value becomes the text that -s takes."""
    if file is None:
        return {}
    from stem.tables import load_toml

    table = load_toml(Path(file))
    odd = [key for key, value in table.items() if not isinstance(value, str | int | float)]
    if odd:
        raise ConfigError(file, [f"'{key}' must be a text, a number, true or false" for key in odd])
    return {
        key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in table.items()
    }


def _answer(variable: Variable) -> str:
    """Ask for one variable until the answer can be used."""
    if variable.help:
        say(f"\n{variable.help}")
    if variable.choices:
        say(f"({', '.join(variable.choices)})")
    default = variable.default
    shown = ("nee", "ja")[default] if isinstance(default, bool) else default
    while True:
        answer = str(
            click.prompt(variable.name, default=shown, show_default=shown not in {None, ""}, err=True)
        )
        try:
            variable.read(answer)
        except UsageError as error:
            say_error(error)
        else:
            return answer
