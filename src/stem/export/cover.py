"""Covers: someone's own picture made fit for a track, or a calm one drawn for its title.

Both are square baseline JPEGs without a word of what else was in the file: a photo tells where it was taken.
A drawn cover is the same bytes for the same title.

The title's letters are Lato Bold (lato_bold.OFL.txt): those that Pillow brings have no accents.
"""

from __future__ import annotations

import io
import math
import random
import unicodedata
import warnings
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from stem.errors import UsageError
from stem.messages import Message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

SIDE = 1000
"""Pixels; of a drawn cover, and of a picture at most."""

_SMALLEST = 100
_MOST_PIXELS = 80_000_000
"""More than phones make; 320 MB when it is decoded."""
_MOST_BYTES = 60_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 88
_LONGEST_PHOTO = 1.8
"""Width by height, or the other way: 16:9 and a little. What is longer is a logo or a banner."""
_WHITE = (255, 255, 255)
_16_BITS = 257
"""From 16 bits to 8: 65535 becomes 255."""


@dataclass(frozen=True, slots=True)
class _Palette:
    """Colours as "rrggbb": the sky from top to horizon, its disc, the nearest wave, the letters.

    Letters and sky are at least 4.5 apart in contrast, where letters can stand (WCAG 2.2, 1.4.3).
    """

    top: str
    horizon: str
    disc: str
    near: str
    ink: str


_PALETTES = (
    _Palette("c3dedd", "f4f0e4", "fffaf0", "2f6f73", "113f43"),  # sea
    _Palette("f0c4a8", "fcebdc", "fff8ee", "8a5a6b", "54293c"),  # dawn
    _Palette("27365a", "6f6a93", "f5e6cb", "161f38", "fcf4e6"),  # evening
    _Palette("bfd8ba", "f2f2e0", "fcf8e2", "2f5d46", "183d2b"),  # wood
    _Palette("10243b", "3a6678", "e9eff0", "0a1626", "eef4f2"),  # night
    _Palette("d2c7e8", "f8eef0", "fffaf2", "5c4f86", "362b5c"),  # lavender
    _Palette("e8d4ae", "fbf3e3", "fffdf5", "8c6a43", "523819"),  # sand
    _Palette("3b3355", "825a76", "fbe2c4", "241d38", "fef4e8"),  # dusk
)

_MARGIN = 84
_TITLE_TOP = 96
_TITLE_HEIGHT = 500
_LARGEST, _LEAST = 176, 92
"""Of the letters, in pixels: shown at a tenth of the size, nine pixels are the least that can be read."""
_MOST_LINES = 5
_LINE_HEIGHT = 1.08
_LONGEST_TITLE = 120
_WAVES = 5
_FIRST_WAVE = 0.66
_NEXT_WAVE = 0.065
_GROUND = 650
"""Pixels from the top: no wave rises above, for the first one is 0.048 high at most."""
_ROWS = 25
"""Rows that are drawn at a time: what a processor holds near itself."""
_SOFT = 0.5 / SIDE
"""How far an edge reaches beyond itself; see `_inside`."""


def cover_from(path: Path) -> bytes:
    """Return a picture as a cover: upright, square, in sRGB, at most 1000 pixels wide, nothing told about it.

    Of a photo the middle is kept; a longer picture is kept whole, on the colour of its edge. Transparency
    becomes white.

    Args:
        path: A PNG, JPEG or WebP; its content decides, not its name.

    Raises:
        UsageError: when it cannot be read, is no such picture, or is too large or too small.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        if not path.is_file():
            raise _unfit(path, Message("there is no such file"))
        if path.stat().st_size > _MOST_BYTES:
            raise _unfit(
                path, Message("it is larger than {most_bytes} MB", most_bytes=_MOST_BYTES // 1000000)
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we judge the size ourselves
            with Image.open(path, formats=_FORMATS) as picture:
                _check_size(path, picture)
                return _jpeg(_squared(_upright_srgb(picture)))
    except Image.DecompressionBombError as error:
        raise _unfit(
            path,
            Message("it has more than {most_pixels} million pixels", most_pixels=_MOST_PIXELS // 1000000),
        ) from error
    except UnidentifiedImageError as error:
        raise _unfit(path, Message("it is no PNG, JPEG or WebP picture")) from error
    except OSError as error:
        problem = (
            Message("it cannot be read ({reason})", reason=error.strerror)
            if error.strerror
            else Message("it is damaged or cut off")
        )
        raise _unfit(path, problem) from error
    except (ValueError, SyntaxError, LookupError, TypeError, EOFError, MemoryError, OverflowError) as error:
        raise _unfit(path, Message("it is damaged")) from error


def generated(title: str, seed_text: str | None = None) -> bytes:
    """Return a calm cover: a sky, a disc and waves in soft colours, and the title, readable at 100 pixels.

    Args:
        title: What stands on it; emoji and letters that Lato has not are left out. It is there for all to
            see, so it must name no client.
        seed_text: What colours and shapes are drawn by; the title unless given. Tracks that share it, as the
            name of their album, share one picture.
    """
    from PIL import Image, ImageDraw

    dice = random.Random(seed_text if seed_text is not None else title)  # noqa: S311 - shapes, no secrets
    palette = dice.choice(_PALETTES)
    lines, font = _set(_shown(title))
    tops = [_TITLE_TOP + number * font.size * _LINE_HEIGHT for number in range(len(lines) + 1)]
    picture = Image.fromarray(_landscape(palette, dice, tops[-1] / SIDE))
    draw = ImageDraw.Draw(picture)
    for line, top in zip(lines, tops[:-1], strict=True):
        draw.text((_MARGIN, top), line, font=font, fill=f"#{palette.ink}")
    return _jpeg(picture)


# --- a picture of someone's own


def _unfit(path: Path, problem: str) -> UsageError:
    return UsageError(
        Message("{path} cannot be the cover: {problem}.", path=path, problem=problem),
        hint=Message("Give a PNG, JPEG or WebP of 600 pixels or more."),
    )


def _check_size(path: Path, picture: Image) -> None:
    width, height = picture.size
    if width * height > _MOST_PIXELS:
        raise _unfit(
            path,
            Message("it has more than {most_pixels} million pixels", most_pixels=_MOST_PIXELS // 1000000),
        )
    if min(width, height) < _SMALLEST:
        raise _unfit(path, Message("{width} by {height} pixels is too small", width=width, height=height))


def _upright_srgb(picture: Image) -> Image:
    """Return the picture as it is meant to be seen, in plain sRGB."""
    import numpy as np
    from PIL import Image, ImageOps

    profile = picture.info.get("icc_profile")
    picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG is decoded no larger than it needs be
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut off at 255
        upright = Image.fromarray((np.asarray(upright) // _16_BITS).clip(0, 255).astype(np.uint8))
    if upright.has_transparency_data:
        solid = Image.new("RGBA", upright.size, _WHITE)
        solid.alpha_composite(upright.convert("RGBA"))
        upright = solid.convert("RGB")
    return _from_profile(upright, profile)


def _from_profile(picture: Image, profile: bytes | None) -> Image:
    """Convert colours by the picture's own profile; a damaged one counts for nothing."""
    from PIL import ImageCms

    if profile:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                picture, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return picture.convert("RGB")


def _squared(picture: Image) -> Image:
    from PIL import Image, ImageOps

    width, height = picture.size
    if max(width, height) <= _LONGEST_PHOTO * min(width, height):
        side = min(SIDE, width, height)
        return ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS)
    side = min(SIDE, max(width, height))
    return ImageOps.pad(picture, (side, side), Image.Resampling.LANCZOS, color=_edge_colour(picture))


def _edge_colour(picture: Image) -> tuple[int, ...]:
    """Return the colour that most of the picture's long edges have."""
    import numpy as np

    pixels = np.asarray(picture)
    long_edges = (pixels[0], pixels[-1]) if picture.width > picture.height else (pixels[:, 0], pixels[:, -1])
    return tuple(int(level) for level in np.median(np.concatenate(long_edges), axis=0))


def _jpeg(picture: Image) -> bytes:
    """Return a baseline JPEG: not every player reads a progressive one. Letters keep their colour (4:4:4)."""
    written = io.BytesIO()
    picture.info = {}  # a comment or a profile would be written along
    picture.save(written, "JPEG", quality=_QUALITY, subsampling=0, progressive=False, optimize=True)
    return written.getvalue()


# --- a drawn one


def _landscape(palette: _Palette, dice: random.Random, title_end: float) -> NDArray[np.uint8]:
    """Return the picture without letters, of shape (SIDE, SIDE, 3).

    Lengths are in sides of the picture. It is drawn some rows at a time: all at once takes 100 MB. The disc
    rises no higher than under the title, which ends at `title_end`.
    """
    import numpy as np

    across = np.arange(SIDE)[None, :] / SIDE
    colours = (palette.top, palette.horizon, palette.disc, palette.near)
    top, horizon, disc, near = (_rgb(colour)[:, None, None] for colour in colours)
    disc_x, disc_y, radius = dice.uniform(0.25, 0.8), dice.uniform(0.62, 0.7), dice.uniform(0.1, 0.14)
    waves = [_wave(across, dice) for _ in range(_WAVES)]
    dither = _dither()
    drawn = np.empty((SIDE, SIDE, 3), np.uint8)
    for first, last in pairwise([*range(0, _GROUND, _ROWS), *range(_GROUND, SIDE, _ROWS), SIDE]):
        rows = np.arange(first, last)
        down = rows[:, None] / SIDE
        canvas = _mixed(top, horizon, (down / 0.8).clip(0, 1) ** 1.7)
        depth = radius - np.hypot(across - disc_x, down - max(disc_y, title_end + radius + 0.07))
        canvas = _mixed(canvas, disc, 0.25 * np.exp(-((depth / 0.11).clip(None, 0) ** 2)))
        if depth.max() >= -_SOFT:
            canvas = _mixed(canvas, disc, 0.75 * _inside(depth))
        for number, wave in enumerate(waves if first >= _GROUND else (), 1):
            below = down - wave - _FIRST_WAVE - number * _NEXT_WAVE
            if below.max() < -_SOFT:
                continue  # it lies lower than these rows
            colour = _mixed(horizon, near, np.array(0.18 + 0.82 * (number / _WAVES) ** 1.3))
            lit = _mixed(colour, horizon, 0.22 * np.exp(-(below / 0.05).clip(0)))
            canvas = _mixed(canvas, lit, _inside(below))
        shades = (canvas + dither[rows % len(dither)]).clip(0, 255).astype(np.uint8)
        drawn[first:last] = shades.transpose(1, 2, 0)
    return drawn


def _wave(across: NDArray[np.float64], dice: random.Random) -> NDArray[np.float64]:
    """Return a gentle line: three sines, each shorter and lower than the one before."""
    import numpy as np

    line = np.zeros_like(across)
    for times, height in ((1, 0.03), (2, 0.012), (3, 0.006)):
        turns = times * dice.uniform(0.6, 1.1) * across + dice.random()
        line += dice.uniform(0.5, 1.0) * height * np.sin(2 * math.pi * turns)
    return line


def _rgb(colour: str) -> NDArray[np.float64]:
    import numpy as np

    return np.array([int(colour[at : at + 2], 16) for at in (0, 2, 4)], np.float64)


def _mixed(
    under: NDArray[np.float64], over: NDArray[np.float64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    mixed = over - under
    if mixed.shape[-2:] != share.shape:
        return under + mixed * share
    mixed *= share  # a picture's worth of new memory takes as long as the sum
    mixed += under
    return mixed


def _inside(depth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much of each pixel lies inside an edge, given how deep it lies, in sides: soft over one."""
    return (depth * SIDE + 0.5).clip(0, 1)


def _dither() -> NDArray[np.float64]:
    """Return 8 rows of a pattern from 0 to 1 that hides the steps of soft gradients: Bayer's matrix."""
    import numpy as np

    matrix = np.zeros((1, 1))
    for _ in range(3):
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return np.tile((matrix + 0.5) / matrix.size, (1, SIDE // 8))


# --- its letters


@cache
def _font(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    letters = resources.files("stem.export").joinpath("lato_bold.ttf").read_bytes()
    return ImageFont.truetype(io.BytesIO(letters), size, layout_engine=ImageFont.Layout.BASIC)


def _shown(title: str) -> str:
    """Return the title in the letters that the font has: accents it lacks fall off, emoji and the like go."""
    words = "".join(map(_drawable, unicodedata.normalize("NFC", title))).split()
    shown = " ".join(words)
    return shown if len(shown) <= _LONGEST_TITLE else shown[:_LONGEST_TITLE].rstrip() + "…"


def _drawable(letter: str) -> str:
    """Return a letter, what it stands for (of "ĳ" two), or it without its accent; else nothing."""
    if letter.isspace():
        return " "
    plain, bare = unicodedata.normalize("NFKC", letter), unicodedata.normalize("NFKD", letter)[0]
    return next((known for known in (letter, plain, bare) if all(map(_has, known))), "")


@cache
def _has(letter: str) -> bool:
    drawn = _font(_LEAST).getmask(letter)
    return bool(drawn.getbbox()) and (drawn.size, bytes(drawn)) != _missing()


@cache
def _missing() -> tuple[tuple[int, int], bytes]:
    """Return what the font draws for a letter that it has not."""
    drawn = _font(_LEAST).getmask("\uffff")
    return drawn.size, bytes(drawn)


def _set(title: str) -> tuple[list[str], FreeTypeFont]:
    """Return the title's lines, evenly long, in the largest letters in which they fit."""
    for size in range(_LARGEST, _LEAST - 1, -4):
        font = _font(size)
        lines = _wrapped(title.split(), font, SIDE - 2 * _MARGIN)
        fits = max((font.getlength(line) for line in lines), default=0) <= SIDE - 2 * _MARGIN
        if fits and len(lines) <= _MOST_LINES and len(lines) * size * _LINE_HEIGHT <= _TITLE_HEIGHT:
            return _evened(lines, font), font
    font = _font(_LEAST)
    lines = _wrapped(_broken(title.split(), font), font, SIDE - 2 * _MARGIN)
    kept = lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        kept[-1] = _cut(kept[-1], font)
    return kept, font


def _wrapped(words: list[str], font: FreeTypeFont, width: float) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _evened(lines: list[str], font: FreeTypeFont) -> list[str]:
    """Return as many lines, as evenly long as they can be."""
    words = " ".join(lines).split()
    even = lines
    for width in range(SIDE - 2 * _MARGIN, 0, -10):
        narrower = _wrapped(words, font, width)
        if len(narrower) > len(lines) or max(map(font.getlength, narrower), default=0) > width:
            break
        even = narrower
    return even


def _broken(words: list[str], font: FreeTypeFont) -> list[str]:
    """Return the words, those too long for a line in pieces."""
    pieces: list[str] = []
    for word in words:
        rest = word
        while font.getlength(rest) > SIDE - 2 * _MARGIN:
            length = next(
                n for n in range(len(rest), 0, -1) if font.getlength(rest[:n] + "-") <= SIDE - 2 * _MARGIN
            )
            pieces.append(rest[:length] + "-")
            rest = rest[length:]
        pieces.append(rest)
    return pieces


def _cut(line: str, font: FreeTypeFont) -> str:
    shorter = line.rstrip("…-")
    while font.getlength(shorter + "…") > SIDE - 2 * _MARGIN:
        shorter = shorter[:-1].rstrip()
    return shorter + "…"
