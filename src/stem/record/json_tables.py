"""Dataclasses as what JSON has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from stem.tables import LATER


def as_tables(item: Any) -> Any:
    """Return a dataclass as tables and lists; what is None is left out, and minus infinity is null.

    So is what came later and is empty.
    """
    if is_dataclass(item):
        told = (each for each in fields(item) if getattr(item, each.name) or each.metadata != LATER)
        pairs = ((each.name, getattr(item, each.name)) for each in told)
        return {name: as_tables(value) for name, value in pairs if value is not None}
    if isinstance(item, Mapping):
        return {key: as_tables(value) for key, value in item.items()}
    if isinstance(item, tuple | list):
        return [as_tables(each) for each in item]
    return None if item == -math.inf else item
