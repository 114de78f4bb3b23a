"""What is told of a lookup, as of a folder's own voice in place of stem's: each sentence once, on stderr."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from stem.cli.output import say
from stem.messages import Message


class _Teller(logging.Handler):
    """Tells each sentence once."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        # What is a message already has its facts; as a string it is English.
        sentence = record.msg if isinstance(record.msg, Message) else record.getMessage()
        if sentence not in self._told:
            self._told.add(sentence)
            say(sentence)


@contextmanager
def told() -> Iterator[None]:
    """Tell what modules of stem log."""
    logger, teller = logging.getLogger("stem"), _Teller()
    logger.addHandler(teller)
    try:
        yield
    finally:
        logger.removeHandler(teller)
