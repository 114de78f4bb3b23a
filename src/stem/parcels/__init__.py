"""What a practitioner hands to a client: a covering text, and a zip file that a password opens."""

from pathlib import Path

from stem.parcels.letter import LINE_WIDTH, LetterTrack, covering_text, is_untouched
from stem.parcels.passwords import checked_password, new_password
from stem.parcels.zipping import Member, is_current, is_ours, write_zip
from stem.parcels.zipping import is_untouched as is_zip_untouched

__all__ = [
    "LETTER_NAME",
    "LINE_WIDTH",
    "LetterTrack",
    "Member",
    "checked_password",
    "covering_text",
    "is_current",
    "is_ours",
    "is_untouched",
    "is_zip_untouched",
    "letter_path",
    "new_password",
    "write_zip",
    "zip_path",
]

LETTER_NAME = "lees-mij-eerst.txt"


def letter_path(folder: Path, code: str) -> Path:
    """Return where the text for a client lies, beside the tracks."""
    return folder / f"{code}_{LETTER_NAME}"


def zip_path(folder: Path, code: str) -> Path:
    """Return where the zip file for a client lies, beside the tracks."""
    return folder / f"{code}.zip"
