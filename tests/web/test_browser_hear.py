"""Hearing and the practice's own page in a real browser: by keyboard, in both widths and both lights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pagebrowser import NEEDS_BROWSER, WIDTHS, browser, faults, looking, open_site, small_targets
from pagehelp import practice_in, with_short_script
from playwright.sync_api import Browser, Page, expect

from stem.web.site import Site

pytestmark = [NEEDS_BROWSER, pytest.mark.slow]

PLAYS = "() => window.heard.some((each) => !each.paused && each.duration > 0.5)"
WATCHED = """
window.heard = [];
const Plain = window.Audio;
window.Audio = function () { const made = new Plain(); window.heard.push(made); return made; };
"""


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    with browser() as made:
        yield made


@pytest.fixture
def site(tmp_path: Path, kept_beds: None) -> Iterator[Site]:
    with open_site(with_short_script(practice_in(tmp_path))) as (made, _):
        yield made


def go(page: Page, site: Site, path: str) -> None:
    page.goto(f"http://127.0.0.1:{site.port}{path}")


def judge(page: Page, width: str) -> None:
    assert faults(page) == []
    assert small_targets(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width][0]


def to(page: Page, name: str, most: int = 90) -> None:
    """Go on with Tab until something has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        told = page.evaluate(
            """() => { const at = document.activeElement;
            return at.ariaLabel ?? (at.labels?.[0] ?? at).innerText }"""
        )
        if re.search(name, told or ""):
            return
    pytest.fail(f"{name} cannot be reached by Tab")


def test_what_can_be_heard_is_heard_by_keyboard_and_a_second_press_stops(opened: Browser, site: Site) -> None:
    with looking(opened, site, expected="status of 400") as page:
        page.context.add_init_script(WATCHED)
        go(page, site, "/maken/thuiskomen")
        page.locator('[name="v-naam"]').focus()
        to(page, "Hoor de naam", 3)
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").filter(has_text="Vul eerst de naam in.")).to_be_visible()
        judge(page, "wide")
        page.locator('[name="v-naam"]').fill("Sjaan")
        expect(page.locator("#tekst")).to_contain_text("Welkom, Sjaan.")
        to(page, "Hoor de naam", 3)
        for name, most in (
            ("Hoor de naam", 0), ("Hoor Zacht", 9), ("Hoor Bruine ruis", 40), ("Hoor Welkom, Sjaan", 12),
        ):  # fmt: skip
            if most:
                to(page, name, most)
            page.keyboard.press("Enter")
            page.wait_for_function(PLAYS)
            expect(page.locator(":focus")).to_have_text("Stop")
            page.keyboard.press("Enter")
            page.wait_for_function("() => window.heard.every((each) => each.paused)")
            expect(page.locator(":focus")).to_contain_text("Hoor")
        assert page.locator("#hoor-fout").is_hidden()
        assert len(page.evaluate("window.heard")) == 1
        page.get_by_role("button", name="Hoor Dat was het.").click()
        page.wait_for_function(PLAYS)
        expect(page.get_by_role("button", name="Hoor Dat was het.")).to_be_visible()  # it came to its end


@pytest.mark.parametrize("light", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_where_something_is_heard_can_be_used_by_all(
    opened: Browser, site: Site, width: str, light: str
) -> None:
    with looking(opened, site, width=width, dark=light == "dark") as page:
        for path in ("/maken/thuiskomen",):
            go(page, site, path)
            judge(page, width)
