"""A practitioner's list of tracks: a row a track, from Excel, LibreOffice, another program's CSV, or TOML.

All mistakes in the form of the file are collected, with row and column, so that the caller can add what it
finds wrong with the values and tell all at once. No problem shows what a cell holds, which may be a client's
name.

    rows.py         what comes out: Place, Row, BatchFile
    cells.py        a text as it may stand in a cell
    table.py        rows under heads
    csv_lists.py    CSV
    xlsx.py         XLSX
    xlsx_values.py  a number or time as it is seen in a cell
    toml_lists.py   TOML
"""

from __future__ import annotations

import re
from pathlib import PurePath

from stem.errors import ConfigError
from stem.messages import Message
from stem.practice.lists.csv_lists import AS_TABLE, read_separated
from stem.practice.lists.rows import LARGEST_FILE, LONGEST_CELL, MOST_ROWS, BatchFile, Place, Row
from stem.practice.lists.table import KNOWN_HEADS
from stem.practice.lists.toml_lists import read_toml
from stem.practice.lists.xlsx import read_workbook

__all__ = [
    "KNOWN_HEADS",
    "LARGEST_FILE",
    "LONGEST_CELL",
    "MOST_ROWS",
    "BatchFile",
    "Place",
    "Row",
    "read_batch_file",
]

_LOCKED = "EncryptedPackage".encode("utf-16-le")
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (rb"%PDF", Message("a PDF")),
    (rb"\{\\rtf", Message("an RTF document")),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\x00{4}|II\*\x00|MM\x00\*|RIFF.{4}WEBP", Message("a picture")),
    (rb".{4}ftyp(?:hei|hev|mif1|msf1|avif)", Message("a picture")),
    (rb"RIFF|ID3|\xff\xfb|OggS|fLaC|.{4}ftypM4A", Message("a sound")),
    (rb"\x1f\x8b|7z\xbc\xaf|Rar!", Message("a packed file")),
)
"""How files begin that are often taken for a list, as expressions."""

_THE_LIST = Message("Choose the list itself: a file that ends in .xlsx or .csv.")


def read_batch_file(name: str, content: bytes) -> BatchFile:
    """Return the list of tracks in a file; the content tells its kind, but .toml is told by the name.

    Args:
        name: The file, as errors are to name it.
        content: All of it.

    Raises:
        ConfigError: when nothing can be read in it at all, or more than 20 MB or 100,000 rows.
    """
    if PurePath(name).name.startswith("~$"):
        problem = Message("it is what Excel notes down while a list is open")
        raise ConfigError(name, [problem], hint=Message("Name the list itself, without ~$."))
    if len(content) > LARGEST_FILE:
        raise ConfigError(
            name,
            [Message("it is larger than {largest_file} MB", largest_file=LARGEST_FILE // 1000000)],
            hint=Message("Is it a list at all?"),
        )
    if content.startswith(b"PK\x03\x04"):
        return read_workbook(name, content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):  # both old workbooks and locked new ones
        if _LOCKED in content:
            raise ConfigError(
                name, [Message("it is locked with a password")], hint=Message("Save it without.")
            )
        raise ConfigError(name, [Message("it is a workbook of an old Excel (.xls)")], hint=AS_TABLE)
    for start, kind in _FOREIGN:
        if re.match(start, content, re.DOTALL):
            raise ConfigError(name, [Message("it is {kind}, no list", kind=kind)], hint=_THE_LIST)
    if name.casefold().endswith(".toml"):
        return read_toml(name, content)
    return read_separated(name, content)
