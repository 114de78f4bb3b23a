"""Takes docs/pictures/, what the page looks like: PYTHONPATH=tests python docs/page_pictures.py."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from pagebrowser import browser, looking, open_site
from pagehelp import practice_in
from PIL import Image
from playwright.sync_api import Page, expect

PICTURES = Path(__file__).parent / "pictures"
COLOURS = 64
MADE_MS = 300_000


def take(page: Page, name: str) -> None:
    """Save what is in the window, small."""
    with Image.open(io.BytesIO(page.screenshot())) as taken:
        few = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(PICTURES / f"{name}.png", optimize=True)


def main() -> None:
    """Go the whole way on the page, from choosing to listening."""
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_site(practice_in(Path(folder))) as (site, address),
        browser() as opened,
        looking(opened, site) as page,
    ):
        expect(page.locator("h1")).to_have_text("Welke oefening?")
        take(page, "kiezen")
        page.goto(f"{address}/maken/aankomen")
        page.get_by_label("Naam", exact=False).first.fill("Anna")
        page.get_by_label("Code van de cliënt").fill("c017")
        expect(page.locator("#tekst")).to_contain_text("Anna")
        page.evaluate("window.scrollTo(0, 0); document.activeElement.blur()")
        take(page, "invullen")
        page.get_by_role("button", name="Maak de opname").click()
        page.get_by_role("link", name="Luister").click(timeout=MADE_MS)
        expect(page.locator("#zinnen")).to_be_visible()
        page.locator("#zinnen button").nth(6).click()
        expect(page.locator("#vorm")).to_be_visible()
        page.wait_for_timeout(1500)
        page.evaluate("window.scrollTo(0, 0)")
        take(page, "luisteren")


if __name__ == "__main__":
    main()
