"""What a practitioner hands to a client: a covering text, and a zip file that a password opens."""

from pathlib import Path

from stem.practice.handout.letter import LINE_WIDTH, LetterTrack, covering_text, is_untouched
from stem.practice.handout.passwords import checked_password, new_password
from stem.practice.handout.zip_file import Member, is_current, is_ours, write_zip
from stem.practice.handout.zip_file import is_untouched as is_zip_untouched

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
