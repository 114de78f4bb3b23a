"""What the makers of a voice tell of it: what it learnt from, and its licence; kept beside the voice."""

from __future__ import annotations

import logging
from pathlib import Path

from stem.errors import OutputError
from stem.files import write_whole
from stem.messages import Message
from stem.voices.http import LastingFault, PassingFault, Web
from stem.voices.published import card_path
from stem.voices.template import VoiceTemplate

_LOGGER = logging.getLogger(__name__)

_MOST_BYTES = 20_000
_NO_TEXT = Message("it is no text")
_LINES = "\r\n\t"


def fetch_card(voice: VoiceTemplate, address: str, web: Web) -> None:
    """Fetch it, unless it is there; that it cannot be had is told and no more: the voice speaks without.

    Nothing is published about its content, so it is a short text or nothing; nobody but people read it.
    """
    final = card_path(Path(voice.voice))
    if final.exists():
        return
    try:
        content, problem = _asked(address, web)
        if not problem:
            write_whole(final, content)
    except (PassingFault, LastingFault, OutputError) as fault:
        problem = fault.problem
    if problem:
        _LOGGER.warning(
            Message(
                "What the makers of the voice '{voice}' tell of it could not be fetched: {problem}.",
                voice=voice.name,
                problem=problem,
            )
        )


def _asked(address: str, web: Web) -> tuple[bytes, str]:
    """Return what is there, and what is wrong with it."""
    content = b""
    with web.answer(address, {}) as response:
        for block in web.blocks(response):
            content += block
            if len(content) > _MOST_BYTES:
                return b"", Message("it has more than {limit} bytes", limit=_MOST_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return b"", _NO_TEXT
    shown = all(sign.isprintable() or sign in _LINES for sign in text)
    return content, "" if shown and text.strip() else _NO_TEXT
