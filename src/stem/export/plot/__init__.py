"""One picture of a finished track, for who listens: what sounds when, how loud, how high and low.

    hoofdstukken   the chapters
    wat er klinkt  voice, silence and bells as bars
    hoe luid       loudness, the voice before the background
    hoog en laag   spectrogram

The file is decoded and heard once, block after block, and what is kept is what a picture can show: a night
takes little more memory than a minute.

    spectra.py   what is kept of the sound
    picture.py   the drawing
    labels.py    what is written in it
    contents.py  what is known besides the sound

Conventions:
    Times are seconds from the start of the track. What stands in the picture is Dutch.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from stem.errors import OutputError, UsageError
from stem.export.plot.contents import Shown
from stem.export.plot.spectra import LONGEST_S, Floats, Heard, voice_spans
from stem.export.tags import ChapterMark, read_chapters, title_without_words
from stem.files import output_error, publish, temporary_beside
from stem.installation import missing_hint
from stem.messages import Message
from stem.sound.beds import BELLS

__all__ = ["LONGEST_S", "SUFFIXES", "WIDTH_PX", "Shown", "check_drawing", "draw"]

SUFFIXES = (".png", ".svg")

WIDTH_PX = 1600
"""Of every picture; how high it is depends on its chapters."""


_SETTINGS = "matplotlibrc"
"""What matplotlib reads from the working folder while it is imported; nothing of ours can prevent it."""


def check_drawing(target: Path) -> None:
    """Find out, before anything is made, whether a picture could be drawn.

    Raises:
        UsageError: when the name is not that of a kind of picture that is drawn here.
        OutputError: when the library that draws is not installed, or would take settings from the folder.
    """
    if target.suffix.lower() not in SUFFIXES:
        raise UsageError(
            Message("{target}: a picture is a .png or a .svg file.", target=target),
            hint=Message("Give its name that ending."),
        )
    if "matplotlib" not in sys.modules and Path(_SETTINGS).exists():
        problem = Message(
            "matplotlib, which draws it, would read the file {settings} of this folder", settings=_SETTINGS
        )
        raise OutputError(target, problem, hint=Message("Move that file away, or work in another folder."))
    try:
        with _quiet_library():
            import matplotlib.figure  # noqa: F401 - of the optional extra "plot"
    except ImportError as error:
        hint = missing_hint("'stem-meditatie[plot]'")
        raise OutputError(
            target, Message("matplotlib, which draws it, is not installed"), hint=hint
        ) from error


def draw(path: Path, target: Path, shown: Shown | None = None, *, overwrite: bool = True) -> None:
    """Draw a picture of a track; the same track gives the same bytes.

    Args:
        path: The track: any sound file that is read here.
        target: The picture, .png or .svg.
        shown: What is known from its making. Without it, chapters are read from the file, and where the voice
            is, is estimated from the loudness; the picture says so.
        overwrite: Whether a file that is there may be replaced.

    Raises:
        UsageError: when the target is no .png or .svg.
        AudioError: when the track cannot be read, or is longer than `LONGEST_S`.
        OutputError: when matplotlib is not installed or the picture cannot be written.
    """
    check_drawing(target)
    from stem.export.plot.picture import Picture  # needs the library that was looked for above

    heard = Heard.of(path)
    picture = Picture(path.stem, heard, shown or _found(path, heard.momentary))
    with _quiet_library(), temporary_beside(target) as temporary:
        try:
            picture.save(temporary, target.suffix.lower()[1:])
        except OSError as error:
            raise output_error(temporary, error) from error
        publish(temporary, target, overwrite=overwrite)


def _found(path: Path, momentary: Floats) -> Shown:
    """Return what a file tells, and where the voice seems to be, unless it tells that there is none."""
    title = title_without_words(path)
    if not title:
        return _estimated(momentary, read_chapters(path))
    return Shown() if title in BELLS else Shown(bed=title)


def _estimated(momentary: Floats, chapters: tuple[ChapterMark, ...]) -> Shown:
    utterances = voice_spans(momentary)
    pauses = tuple((before[1], after[0]) for before, after in pairwise(utterances))
    return Shown(utterances=utterances, pauses=pauses, chapters=chapters, estimated=True)


@contextmanager
def _quiet_library() -> Iterator[None]:
    """Keep from the user what matplotlib tells about its fonts and folders."""
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
