"""Commands for who writes scripts: scripts, check, new, import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

import stem
from stem.cli.options import force_option, json_option, project
from stem.cli.output import in_options, print_json, say, say_error, show
from stem.cli.words import SEVERITIES
from stem.errors import StemError
from stem.messages import Message, Plural, joined


@click.command()
@click.option(
    "--long", "long", is_flag=True, help="Also for whom each is, when not, and what to ask afterwards."
)
@json_option
def scripts(long: bool, as_json: bool) -> None:
    """List the scripts, and the series made of them."""
    here = project()
    if as_json:
        print_json(stem.documents.scripts_document(here.scripts(), here.all_series()))
        return
    for item in here.scripts():
        for line in _lines(item, long=long):
            show(line)
    for one in here.all_series():
        show()
        show(Message("Series {name}: {about}", name=one.name, about=f"{_sentence(one.title)} {one.summary}"))
        show(f"    {', '.join(one.scripts)}")
        show(Message("    Make them all: stem series {name} --code CODE", name=one.name))


def _lines(item: stem.ScriptTemplate, *, long: bool) -> Iterator[str]:
    lengths = f" ({', '.join(f'{minutes:g}' for minutes in item.minutes)} min)" if item.minutes else ""
    yield f"{item.name}{lengths}: {_sentence(item.title)} {item.summary}"
    if item.practitioner_only:
        yield "    Alleen samen met een behandelaar."
    told = {"Voor wie": item.audience, "Wanneer niet": item.not_for, "Vraag erna": item.ask} if long else {}
    yield from (f"    {head}: {text}" for head, text in told.items() if text)
    for variable in item.variables:
        choices = f" ({', '.join(variable.choices)})" if variable.choices else ""
        yield f"    -s {variable.name}={variable.default or '...'}{choices}  {variable.help}"


def _sentence(title: str) -> str:
    """Return a title as a sentence: one that asks has its mark."""
    return title if title.endswith(("?", "!", ".")) else f"{title}."


@click.command()
@click.argument("scripts", nargs=-1, required=True)
@json_option
def check(scripts: Sequence[str], as_json: bool) -> None:
    """Check SCRIPTS (names, or .j2 files) in every form: marks, pacing, safety and wording."""
    here = project()
    done: list[stem.Checked] = []
    broken: dict[str, StemError] = {}
    for name in scripts:
        try:
            done.append(here.check(name))
        except StemError as error:
            broken[name] = error
            say_error(error)
        else:
            if not as_json:
                _tell(done[-1])
    if as_json:
        print_json(stem.documents.check_document(done, broken))
    if broken or not all(checked.in_order for checked in done):
        raise click.exceptions.Exit(1)


def _tell(checked: stem.Checked) -> None:
    for finding in checked.findings:
        place = f"{finding.source.path}:{finding.source.line}"
        kind, hint = SEVERITIES[finding.severity], finding.hint
        told = joined(" ", [kind, f"{finding.rule}:", Message("{problem}.", problem=finding.problem), hint])
        show(f"{place}: {in_options(told)}".rstrip())
    show(
        Plural(
            "{name}: {verdict} (1 way to fill it in)",
            "{name}: {verdict} ({count} ways to fill it in)",
            checked.ways,
            name=checked.name,
            verdict=Message("in order") if checked.in_order else Message("not in order"),
        )
    )


@click.command()
@click.argument("name")
@force_option
def new(name: str, force: bool) -> None:
    """Write NAME.j2, a commented starting point for a script of your own."""
    path = project().new_script(name, overwrite=force)
    show(str(path))
    say(Message("Change the words, then: stem check {path}", path=path))


@click.command(name="import")
@click.argument("file")
@click.option("-o", "--output", metavar="FILE", help="Where the script goes.  [default: FILE with .j2]")
@force_option
def import_(file: str, output: str | None, force: bool) -> None:
    """Turn a text with other pause marks into a script: FILE is txt, md, docx, odt, SSML or JSON."""
    path, told = project().import_script(file, output, overwrite=force)
    for line in told:
        say(line)
    show(str(path))


COMMANDS = (scripts, check, new, import_)
