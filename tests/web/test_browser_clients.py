"""Lists and sending in a real browser: a list that is dropped, its states in both widths and both lights."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import pyzipper
from chromium import NEEDS_BROWSER
from pagebrowser import faults, judge, judge_in_every_look, looking, open_site, to
from pagehelp import TRIAL, practice_in
from playwright.sync_api import Browser, FilePayload, Page, expect

from stem import BatchProgress, Cancelled, Project, Report
from stem.web.site import Site
from stem.web.workshop import Run

pytestmark = [NEEDS_BROWSER, pytest.mark.slow]

MADE_MS = 180_000
GOOD = "code;script;naam\nc020;proef;Anna\nc021;proef;Bea\n"
WRONG = "code;script;duur\n;proef;lang\nc021;preof;\n"


@pytest.fixture(scope="module")
def made(no_real_home: None, quick_mp3: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice with a track that can be sent, and one that cannot."""
    folder = practice_in(tmp_path_factory.mktemp("praktijk"))
    (folder / "scripts" / "proef.j2").write_text(TRIAL, encoding="utf-8")
    together = TRIAL.replace('bed = "none"', 'bed = "none"\npractitioner_only = true')
    (folder / "scripts" / "samen.j2").write_text(together, encoding="utf-8")
    rows = b"code;script;naam\nc017;proef;Anna\nc017;samen;\n"
    assert Project(folder).batch("lijst.csv", content=rows).make(workers=1).exit_code == 0
    return folder


@pytest.fixture
def site(made: Path, tmp_path: Path) -> Iterator[Site]:
    with open_site(Path(shutil.copytree(made, tmp_path / "praktijk"))) as (site, _):
        yield site


def address(site: Site, path: str) -> str:
    return f"http://127.0.0.1:{site.port}{path}"


def choose(page: Page, site: Site, text: str) -> None:
    """Choose a list, and wait for what is told of it."""
    page.goto(address(site, "/clienten"))
    file: FilePayload = {"name": "lijst.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.get_by_label("Sleep je lijst hierheen, of kies haar").set_input_files([file])
    page.get_by_role("button", name="Kijk de lijst na").click()
    page.wait_for_url("**/clienten/*")


def drop(page: Page, text: str) -> None:
    """Drop a list where it says so, once the page hears it."""
    page.locator("#sleep").wait_for()
    page.wait_for_load_state()
    data = page.evaluate_handle(
        """(text) => {
            const data = new DataTransfer();
            data.items.add(new File([text], 'clienten van de praktijk.csv', {type: 'text/csv'}));
            return data;
        }""",
        text,
    )
    page.dispatch_event("#sleep", "dragover", {"dataTransfer": data})
    page.dispatch_event("#sleep", "drop", {"dataTransfer": data})
    page.wait_for_url("**/clienten/*")


def waits(events: Callable[[BatchProgress], bool]) -> Report:
    while events(BatchProgress(0, 1)):
        time.sleep(0.05)
    raise Cancelled


def test_every_state_can_be_used_by_all(opened: Browser, site: Site) -> None:
    def judged(heading: str, judges: Callable[[Page, str], None] = judge_in_every_look) -> None:
        expect(page.locator("h1")).to_contain_text(heading)
        judges(page, heading)

    expected = "status of 4"  # what is refused is a page too
    with looking(opened, site, expected=expected) as page:
        page.goto(address(site, "/clienten"))
        page.get_by_text("Nog geen lijst?").click()
        judged("Cliënten")
        page.get_by_role("button", name="Download lijst.csv").click()
        expect(page.get_by_role("alert").first).to_have_text(
            "Kies eerst een oefening voor de voorbeeldlijst."
        )
        judged("Cliënten", judge)
        choose(page, site, WRONG)
        judged("De lijst heeft nog 3 fouten")
        blocking = site.workshop.ask(Run("Iets anders", "", "proef", waits))
        choose(page, site, GOOD)
        judged("Proefronde: 2 opnames")
        page.get_by_role("button", name="Maak de 2 opnames").click()
        judged("2 opnames worden gemaakt")
        page.get_by_role("button", name="Stop de rest").click()
        judged("Gestopt")
        site.workshop.stop(blocking)
        page.goto(address(site, "/clienten/weg"))
        judged("Deze lijst is er niet meer")
        page.goto(address(site, "/clienten/reeks/zeven-dagen"))
        judged("Zeven dagen")
        page.get_by_label("Code van de cliënt").fill("../x")
        page.get_by_role("button", name="Kijk wat er gemaakt wordt").click()
        expect(page.locator("#code-fout")).to_contain_text("geen code")
        judged("Zeven dagen", judge)
        page.goto(address(site, "/opnames"))
        page.locator(".rows a").first.click()
        page.get_by_role("link", name="Maak klaar om te sturen").click()
        judged("Klaarmaken om te sturen c017")
        page.get_by_role("button", name="Maak de zip").click()
        judged("Klaar om te sturen c017")
        page.go_back()
        page.reload()
        judged("Klaarmaken om te sturen c017", judge)
        expect(page.get_by_text("Er is al een zip van deze cliënt")).to_be_visible()


def test_the_whole_way_from_a_dropped_list_to_a_zip_file(opened: Browser, site: Site) -> None:
    with looking(opened, site) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(address(site, "/clienten"))
        drop(page, WRONG)
        expect(page.locator("tbody tr")).to_have_count(3)
        expect(page.locator("tbody tr").first).to_contain_text("rij 2")
        page.get_by_role("link", name="Neem een lijst").click()
        drop(page, GOOD)
        expect(page.locator("tbody tr")).to_have_count(2)
        page.get_by_role("button", name="Maak de 2 opnames").dblclick()
        expect(page.locator("h1")).to_have_text("2 opnames worden gemaakt")
        expect(page.locator("#rijen progress:visible").first).to_be_visible(timeout=MADE_MS)
        expect(page.locator("#bezig")).to_be_hidden()
        expect(page.locator("h1")).to_have_text("Klaar", timeout=MADE_MS)
        assert len(site.workshop.runs) == 1
        assert faults(page) == []
        page.get_by_role("link", name="Sturen (c021, Proef)").click()
        page.get_by_role("button", name="Maak de zip").dblclick()
        expect(page.locator("h1")).to_have_text("Klaar om te sturen c021")
        password = page.locator("#wachtwoord").inner_text()
        page.get_by_role("button", name="Kopieer").click()
        expect(page.locator("#gekopieerd")).to_contain_text("Gekopieerd.")
        assert page.evaluate("navigator.clipboard.readText()") == password
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Download de zip").click()
        with pyzipper.AESZipFile(waiting.value.path()) as archive:
            archive.setpassword(password.encode())
            assert archive.namelist() == ["lees-mij-eerst.txt", "c021_proef.mp3"]
            assert archive.testzip() is None
        assert waiting.value.suggested_filename == "c021.zip"
        assert not re.search("c021|Bea", page.url + page.title())


def test_short_and_long_lists_are_dropped_and_stay_quick(opened: Browser, site: Site) -> None:
    site.workshop.ask(Run("Iets anders", "", "proef", waits))
    with looking(opened, site) as page:
        for count in (1, 1_000):
            page.goto(address(site, "/clienten"))
            begun = time.monotonic()
            drop(page, "code;script\n" + "".join(f"k{number:04};proef\n" for number in range(count)))
            expect(page.locator("tbody tr")).to_have_count(count)
            assert time.monotonic() - begun < 20.0  # 2 s on a quiet machine
            page.locator(".actions button.main").click()
            expect(page.locator("#stap")).to_contain_text("Wacht op zijn beurt")
            page.wait_for_function("() => performance.getEntriesByType('resource').length > 4")
            expect(page.locator("tbody tr").last).to_contain_text("wacht")
            page.get_by_role("button", name="Stop de rest").click()
            expect(page.locator("h1")).to_have_text("Gestopt")


def test_the_whole_way_by_keyboard_and_a_reload_amid_it(opened: Browser, site: Site) -> None:
    with looking(opened, site, by_link=True) as page:
        to(page, "^Cliënten$")
        page.keyboard.press("Enter")
        page.wait_for_url("**/clienten")
        to(page, "Sleep je lijst hierheen")
        file: FilePayload = {"name": "x.csv", "mimeType": "text/csv", "buffer": GOOD.encode()}
        page.locator("#lijst").set_input_files([file])
        to(page, "Kijk de lijst na")
        page.keyboard.press("Enter")
        page.wait_for_url("**/clienten/*")
        to(page, "Maak de 2 opnames")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("2 opnames worden gemaakt")
        page.reload()
        to(page, "Stop de rest")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Gestopt", timeout=20_000)
        page.goto(address(site, "/opnames"))
        to(page, "^Proef")
        page.keyboard.press("Enter")
        page.wait_for_url("**/opnames/*")
        to(page, "Maak klaar om te sturen")
        page.keyboard.press("Enter")
        page.wait_for_url("**/sturen")
        to(page, "Maak de zip")
        page.keyboard.press("Enter")
        expect(page.locator("#wachtwoord")).to_be_visible()
        to(page, "Kopieer")
        to(page, "Download de zip")


def test_a_list_that_is_too_large_is_told_at_once_and_without_javascript_one_can_be_sent(
    opened: Browser, site: Site
) -> None:
    with looking(opened, site) as page:
        page.goto(address(site, "/clienten"))
        page.evaluate(
            """() => {
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(70_000_000)], 'x.csv'));
                document.getElementById('lijst').files = data.files;
            }"""
        )
        page.get_by_role("button", name="Kijk de lijst na").click()
        expect(page.locator("#lijst-fout")).to_contain_text("te groot")
        assert page.url.endswith("/clienten")
    with looking(opened, site, script=False) as page:
        choose(page, site, GOOD)
        expect(page.locator("h1")).to_have_text("Proefronde: 2 opnames")
