"""Hearing and the practice's own page in a real browser: by keyboard, in both widths and both lights."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import NEEDS_BROWSER
from pagebrowser import judge, judge_in_every_look, looking, open_site, to
from pagehelp import practice_in, with_short_script
from playwright.sync_api import Browser, Page, expect

from stem.web.site import Site

pytestmark = [NEEDS_BROWSER, pytest.mark.slow]

PAGES = ("/maken/thuiskomen", "/praktijk", "/praktijk/uitspraak", "/praktijk/stemmen", "/praktijk/computer")

PLAYS = "() => window.heard.some((each) => !each.paused && each.duration > 0.5)"
WATCHED = """
window.heard = [];
const Plain = window.Audio;
window.Audio = function () { const made = new Plain(); window.heard.push(made); return made; };
"""


@pytest.fixture
def site(tmp_path: Path, kept_beds: None) -> Iterator[Site]:
    with open_site(with_short_script(practice_in(tmp_path))) as (made, _):
        yield made


def go(page: Page, site: Site, path: str) -> None:
    page.goto(f"http://127.0.0.1:{site.port}{path}")


def test_what_can_be_heard_is_heard_by_keyboard_and_a_second_press_stops(opened: Browser, site: Site) -> None:
    with looking(opened, site, expected="status of 400") as page:
        page.context.add_init_script(WATCHED)
        go(page, site, "/maken/thuiskomen")
        page.locator('[name="v-naam"]').focus()
        to(page, "Hoor de naam", 3)
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").filter(has_text="Vul eerst de naam in.")).to_be_visible()
        judge(page)
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


def test_pages_where_something_is_heard_can_be_used_by_all(opened: Browser, site: Site) -> None:
    with looking(opened, site) as page:
        for path in PAGES:
            go(page, site, path)
            judge_in_every_look(page, path)


def test_a_practice_is_set_up_by_keyboard(opened: Browser, site: Site) -> None:
    with looking(opened, site, by_link=True, expected="status of 4") as page:
        page.context.add_init_script(WATCHED)
        to(page, "^Praktijk$", 8)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Praktijk")
        to(page, "Naam van je praktijk", 20)
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type("De Eik")
        to(page, "begin van elke oefening", 6)
        page.keyboard.type("Welkom bij deze opname.")
        to(page, "Hoor wat hier staat", 3)
        page.keyboard.press("Enter")
        page.wait_for_function(PLAYS)
        page.keyboard.press("Enter")
        to(page, "^Bewaar$")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").filter(has_text="Bewaard.")).to_be_visible()
        expect(page.get_by_label("Naam van je praktijk")).to_have_value("De Eik")
        judge(page)

        page.locator('[name="intro"]').fill("Welkom [pauzee]")
        page.get_by_role("button", name="Bewaar").click()
        expect(page.get_by_role("alert").first).to_be_visible()
        judge(page)

        go(page, site, "/praktijk/uitspraak")
        to(page, "Zo is het geschreven", 20)
        page.keyboard.type("Sjaan")
        to(page, "Zo klinkt het", 1)
        page.keyboard.type("sjahan")
        to(page, "Hoor hoe het nieuwe woord klinkt", 1)
        page.keyboard.press("Enter")
        page.wait_for_function(PLAYS)
        to(page, "Zet in de lijst", 1)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Bewaar Sjaan")).to_be_visible()
        judge(page)
        page.get_by_role("button", name="Haal Sjaan weg").click()
        expect(page.get_by_text("Nog geen eigen woorden.")).to_be_visible()

        go(page, site, "/praktijk/computer")
        page.get_by_role("button", name="Kijk of alles werkt").click()
        expect(page.get_by_role("status").filter(has_text="Alles werkt.")).to_be_visible()
        judge(page)


def test_a_voice_on_its_way_in_is_shown_and_stopped(opened: Browser, site: Site) -> None:
    may_go_on = threading.Event()

    def get(on_progress: Callable[[int, int | None], None]) -> None:
        on_progress(20_000_000, 60_000_000)
        assert may_go_on.wait(120)
        on_progress(60_000_000, 60_000_000)

    site.fetcher.begin("alex", "Alex", get)
    with looking(opened, site, width="narrow") as page:
        go(page, site, "/praktijk/stemmen")
        expect(page.get_by_text("20 van 60 MB binnen")).to_be_visible()
        judge(page)
        page.get_by_role("button", name="Stop met Alex").click()
        expect(page.get_by_text("Wat al binnen is, blijft staan")).to_be_visible()
        judge(page)
        may_go_on.set()
