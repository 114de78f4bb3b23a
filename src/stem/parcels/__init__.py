"""What a practitioner hands to a client: a covering text, and a zip file that a password opens."""

from stem.parcels.letter import LINE_WIDTH, LetterTrack, covering_text
from stem.parcels.passwords import checked_password, new_password
from stem.parcels.zipping import Member, is_current, write_zip

__all__ = [
    "LINE_WIDTH",
    "LetterTrack",
    "Member",
    "checked_password",
    "covering_text",
    "is_current",
    "new_password",
    "write_zip",
]
