# ruff: noqa: RUF001 - dashes that look alike are what this is about
"""Numbers to call and of accounts, which are said digit by digit."""

from __future__ import annotations

import re

from stem.script.dutch.clock import Rewriting

_EMERGENCY_BEFORE = "als|bel|belt|bellen|bij|dag|en|in|is|kan|kun|kunt|met|of|om|op|staat|via|voor|wanneer"
_SHORTEST, _LONGEST = 8, 14
"""Digits of the numbers in use."""


def _said_telephone(match: re.Match[str]) -> str:
    """Say a telephone number digit by digit: groups as they are written, long ones in twos."""
    groups = re.findall(r"\d+", match[0])
    if not _SHORTEST <= sum(map(len, groups)) <= _LONGEST or not all(map(_is_group, groups)):
        return match[0]
    said = _in_groups(groups)
    return f"plus {said}" if match[0].lstrip("(").startswith("+") else said


def _in_groups(groups: list[str]) -> str:
    twos = [re.findall(r"\d\d?", group) if len(group) > 4 else [group] for group in groups]  # noqa: PLR2004
    return ", ".join(" ".join(part) for parts in twos for part in parts)


def _is_group(digits: str) -> bool:
    return len(digits) > 1 or digits in {"6", "0", "4"}  # +31 6 12345678, +31 (0)6, 0 800


def _said_account(match: re.Match[str]) -> str:
    groups = re.findall(r"[A-Z]+|\d{1,4}", match[0])
    return ", ".join(" ".join(group) for group in groups)


_BETWEEN = r"[ ./–-]{1,3}"
_FIRST = r"(?<![\w.,:/+-])"
_LAST = r"(?![\w/-]|[.,]\d)"

TELEPHONES: tuple[Rewriting, ...] = (
    (r"(?<!\w)[A-Z]{2}\d\d ?[A-Z]{4}(?: ?\d{4}){2} ?\d\d(?!\w)", _said_account),
    (
        rf"{_FIRST}(?:\+|00)\d\d(?:{_BETWEEN})?\(0\) ?\d{{1,4}}(?:{_BETWEEN}\d{{1,10}}){{0,5}}{_LAST}",
        _said_telephone,
    ),
    (
        rf"{_FIRST}\((?:\+\d{{1,3}}|0\d{{1,4}})\)(?:{_BETWEEN})?\d{{2,10}}(?:{_BETWEEN}\d{{1,10}}){{0,4}}{_LAST}",
        _said_telephone,
    ),
    (rf"{_FIRST}(?:\+|0)\d{{1,4}}(?:{_BETWEEN}\d{{1,10}}){{1,5}}{_LAST}", _said_telephone),
    (rf"{_FIRST}(?:0|\+\d|00\d\d)\d{{9,10}}{_LAST}", _said_telephone),
    (
        rf"(?<![\w.,:/-])(1)(1)([23])(?= ?(?:[.,;:!?)]|$)(?!\d)| (?:{_EMERGENCY_BEFORE})\b| [A-Z])",
        r"\1 \2 \3",
    ),
)
