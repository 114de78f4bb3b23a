"""What the makers of a voice tell of it: what it learnt from, and its licence; kept beside the voice."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path

from stem.errors import OutputError
from stem.files import write_whole
from stem.messages import Message
from stem.voices.http import LastingFault, PassingFault, Web
from stem.voices.origins import found_in
from stem.voices.published import Download, RemoteFile, card_path
from stem.voices.template import VoiceTemplate

_LOGGER = logging.getLogger(__name__)

_MOST_BYTES = 20_000
_NO_TEXT = Message("it is no text")
_LINES = "\r\n\t"


def fetch_card(voice: VoiceTemplate, wanted: Download, source: str | Path, web: Web) -> None:
    """Fetch it, unless it is there; that it cannot be had is told and no more: the voice speaks without.

    Nothing is published about its content, so it is a short text or nothing; nobody but people read it.
    """
    final, card = card_path(Path(voice.voice)), RemoteFile(wanted.card)
    if not wanted.card or final.exists():
        return
    try:
        if isinstance(source, Path):
            content = _read(source, wanted.place(card), final.name)
        else:
            content = _asked(wanted.address(card, source), web)
        problem = _misfit(content)
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


def _read(folder: Path, *places: str) -> bytes:
    """Return what is in a folder of the user's; nothing when there is none."""
    found = found_in(folder, *places)
    with suppress(OSError):
        if found is not None:
            with found.open("rb") as file:
                return file.read(_MOST_BYTES + 1)
    return b""


def _asked(address: str, web: Web) -> bytes:
    """Return what is at an address, or as much of it as is too much."""
    content = b""
    with web.answer(address, {}) as response:
        for block in web.blocks(response):
            content += block
            if len(content) > _MOST_BYTES:
                break
    return content


def _misfit(content: bytes) -> str:
    """Return what is wrong with it."""
    if len(content) > _MOST_BYTES:
        return Message("it has more than {limit} bytes", limit=_MOST_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _NO_TEXT
    shown = all(sign.isprintable() or sign in _LINES for sign in text)
    return "" if shown and text.strip() else _NO_TEXT
