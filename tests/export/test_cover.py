"""A picture becomes a cover or is refused in a sentence; a drawn one can be read and is always the same."""

from __future__ import annotations

import hashlib
import io
import os
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms, PngImagePlugin

from stem.errors import UsageError
from stem.export import cover as covers
from stem.export.cover import SIDE, cover_from, generated

RARE = "Zwaantje-Quirien"
DUTCH = "aàáäâbcçdeéèëêfghiïíìjklmnñoöóôpqrstuüúùvwxyzßæ’‘“”–…!?&,.:;()0123456789€"  # noqa: RUF001 - of Dutch


def opened(cover: bytes) -> Image.Image:
    return Image.open(io.BytesIO(cover))


def pixels(cover: bytes) -> NDArray[np.int16]:
    return np.asarray(opened(cover)).astype(np.int16)


def markers(jpeg: bytes) -> list[int]:
    """The markers of a JPEG up to its first scan (ITU-T T.81, B.1.1.3)."""
    found: list[int] = []
    at = 2
    while not found or found[-1] != 0xDA:
        assert jpeg[at] == 0xFF
        found.append(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return found


def assert_cover(cover: bytes) -> None:
    """Square, RGB, baseline, with nothing in it but the picture."""
    picture = opened(cover)
    assert (picture.format, picture.mode) == ("JPEG", "RGB")
    assert picture.width == picture.height <= SIDE
    # JFIF, quantization, baseline, Huffman tables, scan: no EXIF (E1), profile (E2), comment (FE).
    assert set(markers(cover)) == {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}


def saved(path: Path, picture: Image.Image, **options: Any) -> Path:
    picture.save(path, **options)
    return path


def near(cover: bytes, across: float, down: float) -> tuple[int, ...]:
    """The colour at a place, given in sides."""
    side = opened(cover).width - 1
    return tuple(int(level) for level in pixels(cover)[round(down * side), round(across * side)])


def close(colour: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return (
        max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) <= 4
    )  # what a JPEG moves a flat colour


RED, BLUE, GREEN, WHITE = (255, 0, 0), (0, 0, 255), (0, 120, 90), (255, 255, 255)


# --- a picture of someone's own


@pytest.mark.parametrize(
    ("kind", "size", "side"),
    [
        *((kind, (300, 300), 300) for kind in ("PNG", "JPEG", "WEBP")),
        ("PNG", (1000, 1000), 1000),
        ("JPEG", (4000, 3000), 1000),
        ("WEBP", (1600, 900), 900),
        ("PNG", (900, 200), 900),
    ],
)
def test_a_picture_becomes_square_and_no_larger(
    tmp_path: Path, kind: str, size: tuple[int, int], side: int
) -> None:
    cover = cover_from(saved(tmp_path / "no.suffix", Image.new("RGB", size, GREEN), format=kind))
    assert_cover(cover)
    assert opened(cover).width == side
    assert close(near(cover, 0.5, 0.5), GREEN)


def test_of_a_photo_the_middle_is_kept(tmp_path: Path) -> None:
    photo = Image.new("RGB", (900, 600), RED)
    photo.paste(BLUE, (150, 0, 750, 600))
    cover = cover_from(saved(tmp_path / "photo.png", photo))
    assert all(close(near(cover, across, 0.5), BLUE) for across in (0.01, 0.5, 0.99))


@pytest.mark.parametrize("turned", [False, True])
def test_a_logo_is_kept_whole_on_its_own_colour(tmp_path: Path, *, turned: bool) -> None:
    logo = Image.new("RGB", (900, 300), GREEN)
    logo.paste(WHITE, (0, 100, 100, 200))  # what cutting would take away
    logo.paste(WHITE, (800, 100, 900, 200))
    cover = cover_from(
        saved(tmp_path / "logo.png", logo.transpose(Image.Transpose.ROTATE_90) if turned else logo)
    )
    places = [(0.05, 0.5), (0.95, 0.5), (0.5, 0.05), (0.5, 0.95)]
    colours = [near(cover, *(place[::-1] if turned else place)) for place in places]
    assert [close(colour, WHITE) for colour in colours] == [True, True, False, False]
    assert close(colours[2], GREEN)
    assert close(colours[3], GREEN)


def test_a_photo_is_turned_upright_and_tells_nothing(tmp_path: Path) -> None:
    lying = Image.new("RGB", (600, 600), RED)
    lying.paste(BLUE, (0, 0, 600, 300))  # above in the file; shown at the right
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, RARE
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 5.0, 1.0)})  # where it was taken
    path = saved(tmp_path / "photo.jpg", lying, exif=exif, comment=RARE.encode())
    assert RARE.encode() in path.read_bytes()
    cover = cover_from(path)
    assert_cover(cover)
    assert RARE.encode() not in cover
    assert close(near(cover, 0.9, 0.5), (0, 0, 254))
    assert close(near(cover, 0.1, 0.5), (254, 0, 0))


def test_what_a_png_says_beside_its_picture_is_left_out(tmp_path: Path) -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", RARE)
    path = saved(tmp_path / f"{RARE}.png", Image.new("RGB", (200, 200), RED), pnginfo=told)
    assert RARE.encode() in path.read_bytes()
    assert RARE.encode() not in cover_from(path)


@pytest.mark.parametrize(
    ("picture", "wanted"),
    [
        (Image.new("RGBA", (200, 200), (0, 0, 0, 0)), WHITE),
        (Image.new("LA", (200, 200), (90, 0)), WHITE),
        (Image.new("1", (200, 200), 1), WHITE),
        (Image.new("L", (200, 200), 90), (90, 90, 90)),
        (Image.fromarray(np.full((200, 200), 90 * 257, np.uint16)), (90, 90, 90)),
        (Image.new("P", (200, 200), 0), (0, 0, 0)),
    ],
    ids=lambda what: getattr(what, "mode", ""),
)
def test_every_kind_of_picture_keeps_its_colour(
    tmp_path: Path, picture: Image.Image, wanted: tuple[int, ...]
) -> None:
    cover = cover_from(saved(tmp_path / "picture.png", picture))
    assert_cover(cover)
    assert close(near(cover, 0.5, 0.5), wanted)


def test_a_picture_of_a_printer_keeps_its_colour(tmp_path: Path) -> None:
    cover = cover_from(saved(tmp_path / "print.jpg", Image.new("CMYK", (200, 200), (0, 255, 255, 0))))
    assert close(near(cover, 0.5, 0.5), RED)


def linear_profile() -> bytes:
    """sRGB's profile, but with levels in proportion to light."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", profile, 128)[0]
    for entry in range(132, 132 + 12 * count, 12):
        name, start, _ = struct.unpack_from(">4sII", profile, entry)
        if name in {b"rTRC", b"gTRC", b"bTRC"}:
            struct.pack_into(">4sIHHi", profile, start, b"para", 0, 0, 0, 1 << 16)  # a power of 1
    return bytes(profile)


@pytest.mark.parametrize(("profile", "level"), [("linear", 188), ("rubbish", 128)])
def test_the_colours_of_a_profile_become_srgb(tmp_path: Path, profile: str, level: int) -> None:
    # Half of the light is level 188 in sRGB (IEC 61966-2-1): 1.055 * 0.502 ** (1 / 2.4) - 0.055 = 0.737.
    given = linear_profile() if profile == "linear" else b"rubbish"
    path = saved(tmp_path / "p.png", Image.new("RGB", (200, 200), (128, 128, 128)), icc_profile=given)
    assert close(near(cover_from(path), 0.5, 0.5), (level, level, level))


def png_that_promises(width: int, height: int) -> bytes:
    def piece(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    ends = piece(b"IDAT", zlib.compress(bytes(100))) + piece(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", header) + ends


def as_bytes(kind: str) -> bytes:
    written = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 300, 3), np.uint8)).save(written, kind)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "it is no PNG, JPEG or WebP picture"),
        (b"<svg/>", "it is no PNG, JPEG or WebP picture"),
        (as_bytes("GIF"), "it is no PNG, JPEG or WebP picture"),
        (as_bytes("TIFF"), "it is no PNG, JPEG or WebP picture"),
        (as_bytes("JPEG")[:5000], "it is damaged or cut off"),
        (as_bytes("PNG")[:5000], "it is damaged or cut off"),
        (png_that_promises(100_000, 100_000), "it has more than 80 million pixels"),
        (png_that_promises(10_000, 9_000), "it has more than 80 million pixels"),
        (png_that_promises(500, 500), "it is damaged or cut off"),
        (png_that_promises(500, 50), "500 by 50 pixels is too small"),
    ],
)
def test_what_cannot_be_a_cover_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    path = tmp_path / "foto.jpg"
    path.write_bytes(content)
    with pytest.raises(UsageError) as refusal:
        cover_from(path)
    assert refusal.value.sentence == f"{path} cannot be the cover: {problem}."
    assert refusal.value.hint == "Give a PNG, JPEG or WebP of 600 pixels or more."


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "nothing.png", tmp_path / "pipe"):
        with pytest.raises(UsageError, match="there is no such file"):
            cover_from(path)


def test_a_file_too_large_is_not_even_opened(tmp_path: Path) -> None:
    with (tmp_path / "film.jpg").open("wb") as file:
        file.truncate(60_000_001)
    with pytest.raises(UsageError, match="it is larger than 60 MB"):
        cover_from(tmp_path / "film.jpg")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_damage_gives_a_cover_or_a_sentence(tmp_path: Path, kind: str) -> None:
    whole, dice, path = as_bytes(kind), random.Random(1), tmp_path / "picture"
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(5):
            damaged[dice.randrange(min(len(whole), 700))] = dice.randrange(256)
        path.write_bytes(damaged)
        try:
            cover = cover_from(path)
        except UsageError:
            continue
        assert_cover(cover)


# --- a drawn one


def contrast(one: NDArray[np.integer], other: NDArray[np.integer]) -> NDArray[np.float64]:
    """The contrast ratio of colours of levels 0 to 255 (WCAG 2.2)."""
    level = np.arange(256) / 255
    linear = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)

    def luminance(colour: NDArray[np.integer]) -> NDArray[np.float64]:
        return np.asarray(linear[colour] @ np.array([0.2126, 0.7152, 0.0722]) + 0.05)

    first, second = luminance(one), luminance(other)
    return np.asarray(np.maximum(first, second) / np.minimum(first, second))


def test_a_drawn_cover_is_a_cover_of_full_size() -> None:
    cover = generated("Een veilige plek")
    assert_cover(cover)
    assert opened(cover).size == (SIDE, SIDE)
    assert len(cover) < 150_000  # it goes into every track of an album


def test_the_same_title_gives_the_same_bytes_elsewhere_too() -> None:
    code = (
        "import hashlib; from stem.export.cover import generated\n"
        "print(hashlib.sha256(generated('Rust')).hexdigest())"
    )
    other = {**os.environ, "PYTHONHASHSEED": "1"}
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60, env=other)
    assert run.stdout.decode().strip() == hashlib.sha256(generated("Rust")).hexdigest()


def test_titles_get_different_pictures_and_tracks_of_an_album_can_share_one() -> None:
    assert len({near(generated(title), 0.5, 0.02) for title in ("a", "b", "c", "d")}) > 1
    one, other = (pixels(generated(title, "Zeven dagen")) for title in ("Dag een", "Dag twee"))
    assert np.array_equal(one[SIDE * 3 // 4 :], other[SIDE * 3 // 4 :])  # the waves, under the titles
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("palette", covers._PALETTES, ids=lambda palette: palette.near)
@pytest.mark.parametrize("title_end", [0.2, 0.6])
def test_letters_stand_out_from_every_sky(palette: covers._Palette, title_end: float) -> None:
    picture = covers._landscape(palette, random.Random(1), title_end)
    behind = picture[: round(title_end * SIDE)]
    assert contrast(behind, covers._rgb(palette.ink).astype(int)).min() >= 4.5


@pytest.mark.parametrize(
    "title", ["Tegenover", "Een veilige plek", "De stap naar de ander: dichtbij en ver weg"]
)
def test_a_title_can_be_read_at_a_hundred_pixels(title: str) -> None:
    """Small letters of the least size are still five pixels high there: as a 10-point text on a screen."""
    _, font = covers._set(title)
    _, top, _, bottom = font.getbbox("x")
    assert (bottom - top) * 100 / SIDE >= 4.5
    small = opened(generated(title)).resize((100, 100), Image.Resampling.LANCZOS)
    dice = random.Random(title)
    ink = covers._rgb(dice.choice(covers._PALETTES).ink)
    apart = np.abs(np.asarray(small, np.float64) - ink).max(axis=2)
    assert (apart < 60).sum() > 10 * len(title.replace(" ", "")) / 2  # letters survive: several pixels each


def test_letters_stay_inside_the_margins() -> None:
    for title in ("Hottentottententententoonstelling", "W" * 400, "één twee " * 40, "Ik"):
        lines, font = covers._set(covers._shown(title))
        assert max(font.getlength(line) for line in lines) <= SIDE - 2 * covers._MARGIN
        assert len(lines) * font.size * covers._LINE_HEIGHT <= covers._TITLE_HEIGHT


def test_dutch_letters_are_all_there() -> None:
    for letters in (DUTCH, DUTCH.upper()):
        assert covers._shown(letters) == letters[: covers._LONGEST_TITLE]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Rust 🌊 en 🧘🏽‍♀️ruimte", "Rust en ruimte"),
        ("Kust\0\nlijn\t ", "Kust lijn"),
        ("\u202eRust\u202c", "Rust"),
        ("IJsvogel, ĳs", "IJsvogel, ijs"),
        ("Čapek", "Capek"),
        ("e\u0301e\u0301n", "één"),
        ("مرحبا", ""),
        ("🌊", ""),
        ("een " * 100, ("een " * 30).rstrip() + "…"),
    ],
)
def test_what_cannot_be_drawn_falls_off(title: str, shown: str) -> None:
    assert covers._shown(title) == shown


def test_a_title_without_letters_gives_a_picture_without_letters() -> None:
    assert_cover(generated("🌊"))
    assert_cover(generated(""))


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec="utf-16"), max_size=200))
def test_any_title_is_set_in_a_few_lines_that_keep_its_letters(title: str) -> None:
    shown = covers._shown(title)
    lines, font = covers._set(shown)
    assert len(lines) <= covers._MOST_LINES
    assert all(font.getlength(line) <= SIDE - 2 * covers._MARGIN for line in lines)
    kept = "".join(lines).removesuffix("…").replace(" ", "").replace("-", "")
    assert shown.replace(" ", "").replace("-", "").startswith(kept)
