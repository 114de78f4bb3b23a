"""Passwords of zip files: which ones will do, and new ones that can be told by telephone.

Whoever has the file may guess as long as they like: no server counts the wrong tries, and the format asks for
only 1,000 rounds of PBKDF2 with SHA-1. One graphics card of 2025 tries about 20 million passwords a second
(John the Ripper's figures for 10,240 rounds of the same, times ten). A word with a digit falls at once; at
that pace the passwords made here keep one card busy for 2,800 years on average.
"""

from __future__ import annotations

import secrets
from functools import cache
from importlib import resources

from stem.errors import UsageError
from stem.messages import Message

MIN_LENGTH = 15
"""Characters: what NIST SP 800-63B-4 (2025) asks of a password that nothing else stands beside."""

MAX_LENGTH = 99
"""Characters: 7-Zip opens nothing that was locked with more."""

_MIN_DIFFERENT = 6
"""Different characters: "aaaaaaaaaaaaaaa" is long, and still tried first."""

_WORDS = 5
_DIGITS = 5

_HINT = Message("Five words that have nothing to do with each other do well: molen-tafel-kaars-...")


def new_password() -> str:
    """Return a new password of five plain Dutch words and a number: "molen-tafel-kaars-vogel-emmer-40716".

    Example:
        >>> len(stem.new_password().split("-"))
        6

    61.6 bits: five times one of 512 words, and one of 100,000 numbers. The words are short and mean no harm,
    no two differ by one letter, and none has an ei, ij, au, ou or c, which are heard one way and written two.
    """
    words = (secrets.choice(_words()) for _ in range(_WORDS))
    return f"{'-'.join(words)}-{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"


def checked_password(password: str) -> str:
    """Return a password as it was given, if a zip file can have it.

    Zip files say nothing of the alphabet of their password: 7-Zip takes the code page of Windows, others take
    UTF-8, so that one and the same letter with an accent opens the file in one program and not in the other.
    Plain ASCII is the same everywhere.

    Raises:
        UsageError: when it is too short, too long or too simple, or has a sign that not every program takes
            alike. The sentence does not repeat the password.
    """
    if not password.isascii():
        raise UsageError(
            Message(
                "The password has a letter with an accent, or another sign that not every "
                "program writes alike."
            ),
            hint=Message("Use a to z, digits, spaces and the plain signs of the keyboard."),
        )
    if not password.isprintable():
        raise UsageError(
            Message("The password has a sign that cannot be seen."),
            hint=Message("Type it instead of pasting it."),
        )
    if password != password.strip():
        raise UsageError(
            Message("The password starts or ends with a space."), hint=Message("Leave that space out.")
        )
    if len(password) < MIN_LENGTH:
        raise UsageError(
            Message(
                "The password has {count} characters; it takes at least {min_length}.",
                count=len(password),
                min_length=MIN_LENGTH,
            ),
            hint=_HINT,
        )
    if len(password) > MAX_LENGTH:
        raise UsageError(
            Message(
                "The password has {count} characters; 7-Zip takes at most {max_length}.",
                count=len(password),
                max_length=MAX_LENGTH,
            ),
            hint=_HINT,
        )
    if len(set(password)) < _MIN_DIFFERENT:
        raise UsageError(Message("The password repeats the same few characters."), hint=_HINT)
    return password


@cache
def _words() -> tuple[str, ...]:
    text = (resources.files("stem.practice.handout") / "words.txt").read_text(encoding="ascii")
    return tuple(text.split())
