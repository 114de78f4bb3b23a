"""Writing in a real browser: marks at the cursor, findings at their line, and what is typed is not lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import NEEDS_BROWSER
from pagebrowser import judge_in_every_look, looking, open_site
from pagehelp import TEXT, practice_in
from playwright.sync_api import Browser, Dialog, Page, expect

from stem.web.site import Site

pytestmark = [NEEDS_BROWSER, pytest.mark.slow]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    folder = practice_in(tmp_path)
    rust(folder).write_text(TEXT, encoding="utf-8")
    (folder / "scripts" / "stuk.j2").write_bytes("één".encode("cp1252"))
    with open_site(folder) as (made, _):
        yield made


def rust(folder: Path | None) -> Path:
    assert folder is not None
    return folder / "scripts" / "rust.j2"


def address(site: Site, path: str = "/teksten/rust") -> str:
    return f"http://127.0.0.1:{site.port}{path}"


def looked(page: Page) -> None:
    """Wait until a text is looked at, and what it says is shown."""
    for name in ("bevindingen", "tekst"):
        page.wait_for_function("(name) => document.getElementById(name).dataset.bij", arg=name)


def to_line(page: Page, number: int) -> None:
    """Put the cursor at the end of a line."""
    page.evaluate(
        """(number) => {
            const box = document.getElementById('tekstvak');
            const end = box.value.split('\\n').slice(0, number).join('\\n').length;
            box.focus();
            box.setSelectionRange(end, end);
        }""",
        number,
    )


def selected(page: Page) -> str:
    return str(
        page.evaluate(
            """() => {
                const box = document.getElementById('tekstvak');
                return box.value.slice(box.selectionStart, box.selectionEnd);
            }"""
        )
    )


def test_every_page_about_texts_can_be_used_by_all(opened: Browser, site: Site) -> None:
    with looking(opened, site, expected="status of 409") as page:
        page.goto(address(site, "/teksten"))
        expect(page.locator(".state.good")).to_have_count(2)
        judge_in_every_look(page, "list")
        page.locator("#bestand").set_input_files(
            {"name": "x.txt", "mimeType": "text/plain", "buffer": b"Dag. (pauze 5 seconden)\n\nAdem uit.\n"}
        )
        page.get_by_role("button", name="Haal de tekst op").click()
        expect(page.locator("h1")).to_have_text("Dit is ervan gemaakt")
        judge_in_every_look(page, "read in")
        page.goto(address(site, "/teksten/stuk"))
        judge_in_every_look(page, "unreadable")
        page.goto(address(site, "/teksten/rust/beheer"))
        judge_in_every_look(page, "another name")
        page.goto(address(site))
        looked(page)
        judge_in_every_look(page, "in order")
        page.locator("details > summary").click()
        page.locator("#tekstvak").fill(TEXT.replace("Dat was", "Dat is UW huis, dat was"))
        expect(page.locator(".finding")).to_have_count(2)
        judge_in_every_look(page, "with findings")
        rust(site.folder).write_text("van een ander", encoding="utf-8")
        page.get_by_role("button", name="Bewaar", exact=True).click()
        expect(page.locator("#botsing")).to_be_visible()
        judge_in_every_look(page, "changed meanwhile")
        page.on("dialog", lambda dialog: dialog.accept())


def test_a_text_is_begun_written_mended_kept_and_made(opened: Browser, site: Site) -> None:
    assert site.folder is not None
    file = site.folder / "scripts" / "stille-tijd.j2"
    with looking(opened, site, by_link=True) as page:
        page.get_by_role("link", name="Teksten").click()
        page.get_by_label("Naam van de oefening").fill("Stille tijd")
        page.get_by_role("button", name="Begin").click()
        expect(page.locator("h1")).to_have_text("Stille tijd")
        page.wait_for_load_state()  # it hears what is filled in from then on
        page.locator("#tekstvak").fill(TEXT.replace("Even rust", "Stille tijd"))
        expect(page.locator("#stand")).to_have_text("Nog niet bewaard.")
        expect(page.locator("#tekst")).to_contain_text("Denk aan thee.")
        to_line(page, 14)
        page.get_by_role("button", name="ruim 20 seconden").click()
        expect(page.locator("#tekstvak")).to_have_value(
            TEXT.replace("Even rust", "Stille tijd").replace("[pauze voel]", "[pauze ruim]\n[pauze voel]")
        )
        expect(page.locator("#tekst")).to_contain_text("28 seconden stil")
        page.get_by_label("Wat helpt").select_option("zee")
        expect(page.locator("#tekst")).to_contain_text("Denk aan zee.")
        page.get_by_role("button", name="Hoofdstuk").click()
        assert selected(page) == "Titel"
        page.keyboard.press("Control+z")
        page.locator("#tekstvak").fill(page.locator("#tekstvak").input_value().replace("voel]", "vol]"))
        page.locator(".finding", has_text="Regel 16").click()
        assert selected(page) == "[pauze vol]"
        page.keyboard.type("[pauze voel]")
        expect(page.locator("#oordeel")).to_have_text("In orde.")
        page.get_by_role("button", name="Bewaar", exact=True).click()
        expect(page.locator("#stand")).to_have_text("Bewaard.")
        assert file.read_text("utf-8") == page.locator("#tekstvak").input_value()
        assert "[pauze ruim]\n[pauze voel]" in file.read_text("utf-8")
        page.get_by_role("link", name="Maak er een opname van").click()
        expect(page.locator("h1")).to_have_text("Stille tijd")
        expect(page.get_by_role("button", name="Maak de opname")).to_be_visible()


def test_a_line_far_down_is_brought_into_view(opened: Browser, site: Site) -> None:
    long = TEXT + "".join(
        f"Dit is zin {number}, en die is gewoon.\n[pauze kort]\n" for number in range(20, 200)
    )
    rust(site.folder).write_text(f"{long}[pauz]\n", encoding="utf-8")
    with looking(opened, site, width="narrow") as page:
        page.goto(address(site))
        page.locator(".finding").click()
        assert selected(page) == "[pauz]"
        assert page.evaluate(
            """() => {
                const box = document.getElementById('tekstvak');
                return box.scrollTop + box.clientHeight > box.scrollHeight - 60;
            }"""
        )


def test_what_is_typed_stays_when_the_file_is_another_or_stem_is_gone(opened: Browser, site: Site) -> None:
    with looking(opened, site) as page:
        page.goto(address(site))
        looked(page)
        mine = TEXT.replace("Dat was het.", "Dat is van mij.")
        page.locator("#tekstvak").fill(mine)
        asked: list[str] = []

        def stay(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        page.on("dialog", stay)
        page.get_by_role("link", name="Opnames").click()
        page.wait_for_timeout(300)
        assert asked == ["beforeunload"]
        assert page.url == address(site)
        second = page.context.new_page()
        second.goto(address(site))
        second.locator("#tekstvak").fill(TEXT.replace("Dat was het.", "Van de tweede."))
        second.get_by_role("button", name="Bewaar", exact=True).click()
        expect(second.locator("#stand")).to_have_text("Bewaard.")
        second.close()
    # What comes to the console from here on is the browser's own word for a refusal.
    with looking(opened, site, expected="Failed to load resource") as page:
        page.goto(address(site))
        looked(page)
        page.locator("#tekstvak").fill(mine)
        rust(site.folder).write_text("van een ander", encoding="utf-8")
        page.context.set_offline(True)
        page.get_by_role("button", name="Bewaar", exact=True).click()
        expect(page.locator("#probleem-tekst")).to_contain_text("stem antwoordt niet")
        page.context.set_offline(False)
        page.get_by_role("button", name="Bewaar", exact=True).click()
        expect(page.locator("#probleem-tekst")).to_contain_text("intussen ergens anders veranderd")
        expect(page.locator("#tekstvak")).to_have_value(mine)
        page.get_by_role("button", name="Bewaar mijn tekst als een nieuwe tekst").click()
        page.wait_for_url(address(site, "/teksten/even-rust"))
        expect(page.locator("#tekstvak")).to_have_value(mine)
    assert rust(site.folder).read_text("utf-8") == "van een ander"


def test_a_text_is_written_with_the_keyboard_alone(opened: Browser, site: Site) -> None:
    def to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if name in str(
                page.evaluate("() => document.activeElement.textContent + document.activeElement.id")
            ):
                return
        raise AssertionError(name)

    with looking(opened, site) as page:
        page.goto(address(site, "/teksten"))
        to("Even rust")
        while page.evaluate("() => document.activeElement.getAttribute('href')") != "/teksten/rust":
            to("Even rust")
        page.keyboard.press("Enter")
        page.wait_for_url(address(site))
        looked(page)
        to("tekstvak")
        page.keyboard.press("Control+End")
        page.keyboard.type("Dag, en [pauz].")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Shift+Tab")  # over the folded safety lines
        assert "jouw of uw" in str(page.evaluate("() => document.activeElement.textContent"))
        page.keyboard.press("Enter")
        assert page.locator("#tekstvak").input_value().endswith("Dag, en [pauz].{{ uw }}")
        expect(page.locator(".finding")).to_have_count(1)
        to("Regel 23")
        page.keyboard.press("Enter")
        assert selected(page) == "Dag, en [pauz].{{ uw }}"
        page.keyboard.type("Dag.")
        page.keyboard.press("Control+s")
        expect(page.locator("#stand")).to_have_text("Bewaard.")
        assert rust(site.folder).read_text("utf-8") == TEXT + "Dag."
