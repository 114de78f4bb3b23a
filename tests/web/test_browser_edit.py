"""Mending in a real browser: a sentence changed, heard, made into the track; by keyboard, wide and narrow."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import NEEDS_BROWSER
from pagebrowser import judge_in_every_look, looking, open_site, to
from pagehelp import TRIAL_HEAD, practice_in
from playwright.sync_api import Browser, Page, expect

from stem import Project, TrackSpec
from stem.web.site import Site

pytestmark = [NEEDS_BROWSER, pytest.mark.slow]

SCRIPT = (
    TRIAL_HEAD
    + """## Begin
Dag {{ naam }}. [pauze kort]
[veilig V3]
Stoppen kan altijd. [pauze kort]
## Einde
Kijk eens rond.
Dat was het.
"""
)
PLAYS = "() => window.heard.some((each) => !each.paused && each.duration > 0.5)"
WATCHED = """
window.heard = [];
const Plain = window.Audio;
window.Audio = function () { const made = new Plain(); window.heard.push(made); return made; };
"""
MADE_MS = 180_000


@pytest.fixture(scope="module")
def made(no_real_home: None, quick_mp3: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice with a track."""
    folder = practice_in(tmp_path_factory.mktemp("praktijk"))
    (folder / "scripts" / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    spec = TrackSpec("proef", values={"naam": "Anna"}, voice="zacht", profile="acx")
    assert Project(folder).single("c017", spec).make(workers=1).exit_code == 0
    return folder


@pytest.fixture
def site(made: Path, tmp_path: Path, kept_beds: None) -> Iterator[Site]:
    with open_site(Path(shutil.copytree(made, tmp_path / "praktijk"))) as (site, _):
        yield site


def to_track(page: Page, site: Site) -> str:
    page.goto(f"http://127.0.0.1:{site.port}/opnames")
    page.goto(f"http://127.0.0.1:{site.port}{page.locator('.rows a').first.get_attribute('href')}")
    return page.url


def test_a_sentence_is_changed_heard_and_made_by_keyboard_alone(opened: Browser, site: Site) -> None:
    with looking(opened, site) as page:
        page.context.add_init_script(WATCHED)
        track = to_track(page, site)
        to(page, "^Wijzig: Kijk eens rond")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Wijzig deze zin")
        page.wait_for_load_state()  # it hears what is typed from then on
        to(page, "Zo wordt het gezegd")
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(" ".join(["woord"] * 24))
        expect(page.get_by_text("Deze zin heeft 24 woorden. Korter luistert rustiger.")).to_be_visible()
        page.keyboard.press("Control+A")
        page.keyboard.type("Luister eens naar buiten.")
        expect(page.get_by_text("Korter luistert rustiger.")).to_have_count(0)
        for name in ("Hoor deze zin", "Hoor de zin op zijn plaats"):
            to(page, name, 3)
            page.keyboard.press("Enter")
            page.wait_for_function(PLAYS)
            page.keyboard.press("Enter")
        to(page, "gewoon", 3)
        to(page, "Eigen stilte", 3)
        page.keyboard.type("2,5")
        expect(page.get_by_label("eigen", exact=True)).to_be_checked()
        to(page, "Bewaar de wijziging", 2)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/opnames/[0-9a-f]+#zin-3"))
        expect(page.get_by_text("Wordt: Luister eens naar buiten. Daarna 2,5 seconden stil.")).to_be_visible()
        expect(page.locator(".changes")).to_contain_text("1 wijziging, nog niet in de opname.")
        page.goto(track)
        to(page, "^Maak opnieuw$")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Klaar", timeout=MADE_MS)
        page.get_by_role("link", name="Luister").click()
        expect(page.locator("#zinnen")).to_contain_text("Luister eens naar buiten.")
        expect(page.locator(".changes")).to_have_count(0)
        expect(page.locator(".badge")).to_have_count(1)
        assert "uister" not in page.url + page.title()


def test_every_state_can_be_used_by_all(opened: Browser, site: Site) -> None:
    with looking(opened, site, expected="status of 4") as page:
        track = to_track(page, site)
        judge_in_every_look(page, "track")
        page.goto(f"{track}/zin/2")  # belongs to safety
        expect(page.get_by_role("button", name="Laat deze zin weg")).to_have_count(0)
        judge_in_every_look(page, "safety")
        page.get_by_label("Zo wordt het gezegd").fill("[pauze]")
        page.get_by_role("button", name="Bewaar de wijziging").click()
        expect(page.get_by_role("alert").filter(has_text="Schrijf gewone woorden")).to_be_visible()
        judge_in_every_look(page, "wrong words")
        page.goto(f"{track}/zin/3")
        second = page.context.new_page()
        second.goto(f"{track}/zin/3")
        page.get_by_role("button", name="Laat deze zin weg").click()
        expect(page.get_by_text("Valt weg.")).to_be_visible()
        judge_in_every_look(page, "left out")
        second.get_by_label("voel (8 seconden)").check()
        second.get_by_role("button", name="Bewaar de wijziging").click()
        expect(second.locator("h1")).to_have_text("Deze opname is intussen veranderd")
        judge_in_every_look(second, "changed meanwhile")
        second.close()
        page.goto(f"{track}/zin/1")
        page.get_by_text("Een woord of naam wordt verkeerd gezegd").click()
        page.get_by_label("Het woord", exact=True).fill("Anna")
        page.get_by_label("Zo klinkt het").fill("annah")
        judge_in_every_look(page, "a word")
        page.get_by_role("button", name="Alleen in deze opname").click()
        expect(page.locator(".changes")).to_contain_text("2 wijzigingen, nog niet in de opname.")
        page.get_by_role("link", name="Gooi weg").click()
        expect(page.locator("h1")).to_have_text("2 wijzigingen weggooien?")
        judge_in_every_look(page, "throw away")
        page.get_by_role("button", name="Gooi weg").click()
        expect(page.locator(".changes")).to_have_count(0)
        for path, heading in (
            ("wijzigingen", "Er zijn geen"),
            ("bewaren", "Deze tekst als"),
            ("opnieuw", "Deze opname"),
        ):
            page.goto(f"{track}/{path}")
            expect(page.locator("h1")).to_contain_text(heading)
            judge_in_every_look(page, path)
        page.goto(track)
        page.get_by_role("button", name="Maak een eigen versie").click()
        expect(page.locator("h1")).to_have_text("Je hebt een eigen versie")
        judge_in_every_look(page, "a version of one's own")
