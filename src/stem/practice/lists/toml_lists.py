"""TOML -> rows: a table [[track]] for each track, and [defaults] for what most of them share."""

from __future__ import annotations

from collections.abc import Mapping

from stem.errors import ConfigError, did_you_mean
from stem.messages import Message
from stem.practice.lists.cells import flaw, tidy, tidy_head
from stem.practice.lists.rows import (
    LONGEST_HEAD,
    LONGEST_TOML,
    MOST_PROBLEMS,
    MOST_ROWS,
    TOLD_HEADS,
    BatchFile,
    Place,
    Row,
)
from stem.practice.lists.xlsx_values import number_text
from stem.tables import TomlError, parse_toml

_TABLES = ("defaults", "track")


def read_toml(name: str, content: bytes) -> BatchFile:
    """Return the list in a TOML file.

    Raises:
        ConfigError: when it is no TOML, or has too many tracks.
    """
    document = _document(name, content)
    tracks = document.get("track", document.get("tracks", []))
    if isinstance(tracks, list) and len(tracks) > MOST_ROWS:
        raise ConfigError(
            name,
            [Message("it has more than {most_rows:,} tracks", most_rows=MOST_ROWS)],
            hint=Message("Cut it in parts."),
        )
    problems = [problem for key, value in document.items() if (problem := _misplaced(key, value, document))]
    defaults = document.get("defaults", {})
    defaults = _texts("[defaults]", defaults, problems) if isinstance(defaults, dict) else {}
    rows = []
    for number, track in enumerate(tracks if isinstance(tracks, list) else [], start=1):
        if len(problems) > MOST_PROBLEMS:
            break
        if isinstance(track, dict):
            texts = _texts(Message("track {number}", number=number), track, problems)
            rows.append(Row(Place("track", number), {**_emptied(track, defaults), **texts}))
        else:
            problems.append(
                Message("track {number}: it is no table; begin each track with [[track]]", number=number)
            )
    if not rows and not problems:
        problems.append(Message("there is no track in it; begin each track with [[track]]"))
    heads = dict.fromkeys([*defaults, *(head for row in rows for head in row.cells)], "")
    return BatchFile(name, heads, tuple(rows), defaults, tuple(problems))


def _document(name: str, content: bytes) -> dict[str, object]:
    try:
        return parse_toml(content.decode("utf-8-sig"), longest=LONGEST_TOML)
    except UnicodeDecodeError as error:
        raise ConfigError(
            name, [Message("it is not UTF-8 text")], hint=Message("Save it as UTF-8.")
        ) from error
    except TomlError as error:
        place = f"{name}:{error.line}" if error.line else name
        raise ConfigError(place, [error.problem]) from error


def _misplaced(key: str, value: object, document: Mapping[str, object]) -> str:
    """Return what is wrong with a key that stands outside all tables; empty when nothing is."""
    if key == "tracks" and "track" in document:
        return Message("some tracks begin with [[track]] and some with [[tracks]]; use [[track]] for all")
    if key in {"track", "tracks"}:
        good = isinstance(value, list)
        return (
            "" if good else Message("'{key}' is no list of tables; begin each track with [[{key}]]", key=key)
        )
    if key == "defaults":
        good = isinstance(value, dict)
        return "" if good else Message("'defaults' is no table; write [defaults] above what all tracks share")
    if not isinstance(value, dict | list):
        known = tidy_head(key) in TOLD_HEADS
        what = f"'{tidy_head(key)}'" if known else Message("a value")
        return Message("{what} stands outside the tables; put it under [defaults] or a [[track]]", what=what)
    hint = did_you_mean(key[:LONGEST_HEAD], _TABLES)
    return Message("a table has a name that is not known ({hint:aside})", hint=hint)


def _texts(place: str, table: Mapping[str, object], problems: list[str]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for number, (key, value) in enumerate(table.items(), start=1):
        head = tidy_head(key)
        text = _text(value)
        phrase = flaw(text) if text is not None else _NOT_ONE_VALUE
        if not head or len(head) > LONGEST_HEAD or flaw(head):
            phrase = Message("a name has 1 to {longest_head} plain characters", longest_head=LONGEST_HEAD)
        elif head in texts:
            phrase = Message("it is there twice, with other capitals or spaces; keep one")
        if phrase:
            named = (
                f"'{head}'" if head in TOLD_HEADS else Message("key {number}", number=number)
            )  # which may be a client's name
            problems.append(Message("{place}, {named}: {phrase}", place=place, named=named, phrase=phrase))
        elif text:
            texts[head] = text
    return texts


def _emptied(track: Mapping[str, object], defaults: Mapping[str, str]) -> dict[str, str]:
    """Return what a track says "" for, where [defaults] say something: that does not hold for this track."""
    heads = {tidy_head(key) for key, value in track.items() if _text(value) == ""}
    return dict.fromkeys(sorted(heads & defaults.keys()), "")


_NOT_ONE_VALUE = Message("this is no text, number, true or false; write one value, in quotation marks")


def _text(value: object) -> str | None:
    """Return a value as it would stand in a cell; None when it would not."""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, int | float):
        return number_text(value)
    return tidy(value) if isinstance(value, str) else None
