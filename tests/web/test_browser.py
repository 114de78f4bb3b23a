"""The page in a real browser: the whole way, its states in both widths and both lights, and what goes wrong.

Whatever is looked at, nothing is asked of another machine and no error comes to the console: `looking` sees
to that.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path

import pytest
from chromium import NEEDS_BROWSER
from pagebrowser import (
    faults,
    judge_in_every_look,
    looking,
    open_site,
    small_targets,
    to,
    unsure,
)
from pagehelp import SHORT, practice_in
from playwright.sync_api import Browser, Page, expect

from stem import OutputError, Project, Report
from stem.web import forms
from stem.web.site import Site
from stem.web.workshop import Run

pytestmark = [NEEDS_BROWSER, pytest.mark.slow]

MOST_CLICKS = 6
MADE_MS = 180_000
ASKS_A_NAME = SHORT.replace('default = ""', 'default = ""\nlabel = "Naam van de luisteraar"')
LENGTHS = ASKS_A_NAME.replace("[pauze]", "[pauze ruim]\nLuister even.\n[pauze ruim]")
"""A script that has a length to choose."""
LENGTH = "75"


@pytest.fixture(scope="module")
def practice(no_real_home: None, quick_mp3: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice with a track, and a text of its own that has a mistake."""
    folder = practice_in(tmp_path_factory.mktemp("praktijk_waarvan_de_naam_op_geen_smal_scherm_past"))
    (folder / "scripts" / "stuk.j2").write_text("geen kop", encoding="utf-8")
    (folder / "scripts" / "thuiskomen.j2").write_text(LENGTHS, encoding="utf-8")
    project = Project(folder)
    script = project.script("thuiskomen")
    usual = {each.name: each.value for each in forms.fields(script, {}, {})}
    chosen = {"v-naam": "Anna", "stem": "zacht", "achtergrond": "none", "duur": LENGTH}
    asked = forms.asked(script, usual | chosen, {"zacht": ""})
    assert project.single("c017", asked.spec).make(workers=1).exit_code == 0
    return folder


@pytest.fixture
def site(practice: Path) -> Iterator[Site]:
    with open_site(practice) as (made, _):
        yield made


def address(site: Site, path: str) -> str:
    return f"http://127.0.0.1:{site.port}{path}"


PAGES = [
    "/",
    "/maken/even-andere-ogen",  # has words to choose from
    "/maken/voeten-op-de-grond",  # has a note for who makes it
    "/opnames",
    "/taken",
    "/clienten",
    "/vergeten",
    "/privacy",
    "/nergens",
]


def test_every_page_can_be_used_by_all(opened: Browser, site: Site) -> None:
    with looking(opened, site, expected="status of 404") as page:
        track = page.goto(address(site, "/opnames")) and page.locator(".rows a").first.get_attribute("href")
        for path in [*PAGES, str(track), f"{track}/opnieuw", f"{track}/vergeten"]:
            page.goto(address(site, path))
            for folded in page.locator("details > summary").all()[:3]:
                folded.click()
            judge_in_every_look(page, path)


def test_every_state_can_be_used_by_all(opened: Browser, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    may_go_on = threading.Event()

    def fails(_events: object) -> Report:
        raise OutputError("output", "the disk is full")

    def waits(_events: object) -> Report:
        assert may_go_on.wait(120)
        return Report(())

    failed = site.workshop.ask(Run("Aankomen", "c017", "aankomen", fails))
    making = site.workshop.ask(Run("Aankomen", "c018", "aankomen", waits))
    waiting = site.workshop.ask(Run("Aankomen", "c019", "aankomen", waits))
    stopped = site.workshop.ask(Run("Aankomen", "", "aankomen", waits))
    site.workshop.stop(stopped)

    def judged(heading: str) -> None:
        expect(page.locator("h1")).to_have_text(heading)
        judge_in_every_look(page, heading)

    with looking(opened, site) as page:
        for run, heading in (
            (failed, "Niet gelukt"), (making, "Je opname wordt gemaakt"),
            (waiting, "Je opname wordt gemaakt"), (stopped, "Gestopt"),
        ):  # fmt: skip
            page.goto(address(site, f"/taken/{run.id}"))
            judged(heading)
        page.goto(address(site, "/taken"))
        judged("Wat er gemaakt wordt")
        page.goto(address(site, "/vergeten"))
        page.get_by_label("Code of naam").fill("anna")
        page.keyboard.press("Enter")
        judged("Wat is er van anna?")
        page.goto(address(site, "/maken/thuiskomen"))
        page.get_by_label("Code van de cliënt").fill("c017")
        page.get_by_label("Hoe lang?").fill(LENGTH)
        page.get_by_role("button", name="Maak de opname").click()
        judged("Er is al een opname van deze oefening. Vervangen?")
        page.goto(address(site, "/maken/thuiskomen"))
        page.get_by_label("Naam van de luisteraar").fill("Anna")
        page.get_by_label("Code van de cliënt").fill("c017")
        page.get_by_label("Hoe lang?").fill(LENGTH)
        page.get_by_role("radio", name="Geen achtergrond").check()
        page.get_by_role("button", name="Maak de opname").click()
        judged("Deze opname is er al")
        page.get_by_role("link", name="Luister").click()
        page.get_by_role("button", name="Toon in de map").click()
        judged("Waar het bestand staat")
        page.get_by_role("button", name="Sluit stem").click()
        judged("Er wordt nog een opname gemaakt. Toch sluiten?")
        page.get_by_role("main").get_by_role("button", name="Sluit stem").click()
        judged("stem is gesloten")
    may_go_on.set()


def test_the_welcome_can_be_used_by_all(opened: Browser, tmp_path: Path) -> None:
    place = tmp_path / "OneDrive" / "praktijk"
    with open_site(None, place) as (site, _), looking(opened, site, by_link=True) as page:
        expect(page.locator("h1")).to_have_text("Welkom. Hoe heet je praktijk?")
        expect(page.get_by_text("Let op: deze map wordt naar internet gekopieerd")).to_be_visible()
        judge_in_every_look(page, "Welkom")
        page.get_by_label("Naam van je praktijk").fill("De Linde")
        page.get_by_role("button", name="Begin").click()
        expect(page.locator("h1")).to_have_text("Welke oefening?")


NOT_PLAIN = {
    "in half a colour": "style.color = 'rgb(0 0 0 / 0.3)'",
    "fading": "style.opacity = '0.3'",
    "in a box that fades": "parentElement.style.opacity = '0.3'",
    "before a picture": "style.backgroundImage = 'linear-gradient(red, red)'",
    "before half a colour": "style.backgroundColor = 'rgb(255 0 0 / 0.5)'",
    "in a colour of another space": "style.color = 'oklch(0.2 0.1 20)'",
    "out of its box": "style.position = 'fixed'",
    "too light": "style.color = '#666'",
}


def test_the_judge_of_pages_finds_what_is_wrong_and_leaves_a_contrast_that_is_not_plain_to_axe(
    opened: Browser, site: Site
) -> None:
    with looking(opened, site) as page:
        page.goto(address(site, "/privacy"))
        for what, change in {"plain": "id = 'x'", **NOT_PLAIN}.items():
            page.evaluate(
                f"""() => {{
                    const text = document.createElement('p'), box = document.createElement('div');
                    text.textContent = 'tekst';
                    box.append(text);
                    box.style.background = 'rgb(250, 250, 250)';
                    document.querySelector('main').append(box);
                    text.{change};
                }}"""
            )
            assert len(unsure(page)) == (what in NOT_PLAIN), what
            page.evaluate("() => document.querySelector('main').lastElementChild.remove()")
        page.evaluate(
            """() => {
                const box = document.createElement('p');
                box.textContent = 'grijs';
                box.style.color = '#666';
                const field = document.createElement('input');
                const small = document.createElement('button');
                small.textContent = 'klein';
                small.style.minHeight = small.style.padding = '0';
                document.querySelector('main').append(box, field, small);
            }"""
        )
        found = " ".join(faults(page))
        assert "color-contrast-enhanced" in found
        assert "label" in found
        assert any("klein" in each for each in small_targets(page))
        # A colour that is hardly to be read at all, in one of the lights.
        page.reload()
        page.emulate_media(color_scheme="dark")
        assert faults(page) == []
        page.evaluate("() => { document.querySelector('h1').style.color = '#444'; }")
        assert "color-contrast" in " ".join(faults(page))


def test_no_colour_depends_on_the_width() -> None:
    """So that both lights of a wide page tell of those of a narrow one (`judge_in_every_look`)."""
    style = resources.files("stem.web").joinpath("static", "stem.css").read_text("utf-8")
    narrow = re.findall(r"@media [^{]*width[^{]*\{((?:[^{}]*\{[^{}]*\})*)", style)
    assert len(narrow) == style.count("width: 40rem)") + style.count("width: 60rem)")
    assert not re.search("colou?r|background|opacity|filter|var\\(", "".join(narrow))


def counted(page: Page) -> list[str]:
    """Count clicks from here on."""
    clicks: list[str] = []
    page.expose_function("counted", lambda where: clicks.append(where))  # noqa: PLW0108 - it is written upon
    page.context.add_init_script(
        "addEventListener('click', (e) => e.isTrusted && e.detail && counted('x'), true)"
    )
    page.reload()
    return clicks


def test_a_text_that_was_overtaken_is_asked_for_again(opened: Browser, tmp_path: Path) -> None:
    with open_site(practice_in(tmp_path)) as (site, _), looking(opened, site) as page:
        page.goto(f"http://127.0.0.1:{site.port}/maken/aankomen")
        expect(page.locator("#tekst")).to_contain_text("Welkom", timeout=20_000)
        page.route("**/tekst", lambda route: route.fulfill(json={"overtaken": True}), times=1)
        page.get_by_label("Naam van de luisteraar").fill("Anna")
        expect(page.locator("#tekst")).to_contain_text("Welkom, Anna.", timeout=20_000)


def with_short_aankomen(folder: Path) -> Path:
    """Begin a practice where the first of ours is of half a minute, for what is made to its end."""
    practice_in(folder)
    short = ASKS_A_NAME.replace("Thuiskomen", "Aankomen")
    (folder / "scripts" / "aankomen.j2").write_text(short, encoding="utf-8")
    return folder


@contextmanager
def busy(site: Site) -> Iterator[None]:
    """Let what is asked to be made wait its turn: half a minute of sound is made before one can look."""
    may_go_on = threading.Event()

    def waits(_events: object) -> Report:
        assert may_go_on.wait(120)
        return Report(())

    site.workshop.ask(Run("Iets anders", "", "aankomen", waits))
    try:
        yield
    finally:
        may_go_on.set()


def test_the_whole_way_in_a_few_clicks(opened: Browser, tmp_path: Path) -> None:
    with open_site(with_short_aankomen(tmp_path)) as (site, _), looking(opened, site, by_link=True) as page:
        clicks = counted(page)
        page.get_by_role("link", name="Aankomen").first.click()
        page.wait_for_url("**/maken/aankomen")  # until it hears what is filled in
        page.get_by_label("Naam van de luisteraar").fill("Anna")
        expect(page.locator("#tekst")).to_contain_text("Welkom, Anna.", timeout=20_000)
        page.get_by_label("Code van de cliënt").fill("c017")
        with busy(site):
            page.get_by_role("button", name="Maak de opname").click()
            expect(page.locator("h1")).to_have_text("Je opname wordt gemaakt")
        expect(page.locator("h1")).to_have_text("Klaar", timeout=MADE_MS)
        page.get_by_role("link", name="Luister").click()
        expect(page.locator("#zinnen")).to_contain_text("Welkom, Anna.")
        page.get_by_role("button", name="Kijk eerst rustig om je heen.").click()
        page.wait_for_function("() => !document.getElementById('geluid').paused")
        page.wait_for_function("() => document.getElementById('geluid').currentTime > 5")
        expect(page.locator(".line[aria-current]")).to_have_count(1)
        assert len(clicks) <= MOST_CLICKS
        assert "Anna" not in page.url + page.title()
    names = sorted(path.name for path in (tmp_path / "output").iterdir())
    assert names == ["c017_aankomen_1min.mp3", "c017_aankomen_1min.stem.json"]


def test_making_goes_on_over_a_reload_a_second_tab_and_a_closed_page(opened: Browser, tmp_path: Path) -> None:
    with open_site(practice_in(tmp_path)) as (site, _):
        with looking(opened, site) as page:
            page.goto(address(site, "/maken/door-andere-ogen"))  # a long one: it is still made at the end
            page.get_by_role("button", name="Maak de opname").dblclick()
            expect(page.locator("h1")).to_have_text("Je opname wordt gemaakt")
            run = page.url
            assert len(site.workshop.runs) == 1
            page.reload()
            expect(page.locator("h1")).to_have_text("Je opname wordt gemaakt")
            second = page.context.new_page()
            second.goto(address(site, "/"))
            expect(second.locator("#bezig")).to_contain_text("Bezig: Door andere ogen")
            assert faults(second) == []
            second.get_by_role("link", name="Bekijk").click()
            assert second.url == run
        assert not site.workshop.runs[0].is_over
        with looking(opened, site) as page:
            page.goto(run)
            begun = time.monotonic()
            page.get_by_role("button", name="Stop").click()
            expect(page.locator("h1")).to_have_text("Gestopt", timeout=10_000)
            assert time.monotonic() - begun < 5
    assert [path.name for path in (tmp_path / "output").iterdir()] == []


def test_the_back_button_finds_the_form_as_it_was(opened: Browser, site: Site) -> None:
    with looking(opened, site, expected="status of 400") as page:
        page.goto(address(site, "/maken/aankomen"))
        page.get_by_label("Naam van de luisteraar").fill("Anna[")
        expect(page.locator('[id="v-naam-fout"]')).to_be_visible()
        assert faults(page) == []
        page.get_by_role("button", name="Maak de opname").click()
        expect(page.get_by_label("Naam van de luisteraar")).to_have_value("Anna[")
        expect(page.get_by_label("Naam van de luisteraar")).to_be_focused()
        assert faults(page) == []
        page.go_back()
        expect(page.get_by_role("button", name="Maak de opname")).to_be_enabled()


def test_the_slider_jumps_over_lengths_that_cannot_be_had_and_a_name_that_is_markup_is_only_a_name(
    opened: Browser, site: Site
) -> None:
    with looking(opened, site) as page:
        page.goto(address(site, "/maken/aankomen"))
        slider = page.get_by_label("Hoe lang?")
        ranges = page.evaluate("JSON.parse(document.getElementById('duur').dataset.bereik)")
        assert len(ranges) == 2
        slider.focus()
        seen = set()
        for _ in range(12):
            page.keyboard.press("ArrowLeft")
            seen.add(int(slider.input_value()))
        assert all(any(low <= value <= high for low, high in ranges) for value in seen)
        assert min(seen) == ranges[0][0]
        expect(page.locator("#totaal")).to_contain_text("Samen 3 minuten,", timeout=20_000)
        page.get_by_label("Naam van de luisteraar").fill("<img src=x onerror=document.title=1>")
        expect(page.locator("#tekst")).to_contain_text("<img src=x", timeout=20_000)
        assert page.locator("main img").count() == 0
        assert page.title() == "Aankomen"


def test_the_page_cannot_be_written_as_markup(opened: Browser, site: Site) -> None:
    with looking(opened, site, expected="rusted") as page:
        page.goto(address(site, "/privacy"))
        refused = page.evaluate(
            "() => { try { document.body.innerHTML = '<b>x</b>'; return false; } catch { return true; } }"
        )
        assert refused


def test_the_whole_way_by_keyboard(opened: Browser, site: Site) -> None:
    with looking(opened, site, by_link=True) as page:
        to(page, "Naar de inhoud", 1)
        to(page, "^Aankomen$")
        page.keyboard.press("Enter")
        page.wait_for_url("**/maken/aankomen")
        to(page, "Naam van de luisteraar")
        page.keyboard.type("Anna")
        to(page, "Code van de cliënt")
        page.keyboard.type("c017")
        to(page, "Maak de opname")
        with busy(site):
            page.keyboard.press("Enter")
            page.wait_for_url("**/taken/*")
            to(page, "Stop")
            page.keyboard.press("Enter")
            expect(page.locator("h1")).to_have_text("Gestopt", timeout=20_000)
            to(page, "Probeer opnieuw")
            page.keyboard.press("Enter")
            expect(page.locator("h1")).to_have_text("Je opname wordt gemaakt")
            to(page, "Stop")
            page.keyboard.press("Enter")
            expect(page.locator("h1")).to_have_text("Gestopt", timeout=20_000)
        to(page, "^Opnames$")
        page.keyboard.press("Enter")
        page.wait_for_url("**/opnames")
        to(page, "^Thuiskomen")
        page.keyboard.press("Enter")
        page.wait_for_url("**/opnames/*")
        to(page, "Kijk eerst rustig om je heen.")
        page.keyboard.press("Enter")
        page.wait_for_function("() => !document.getElementById('geluid').paused")


def test_the_shape_of_the_sound_is_drawn_and_a_click_plays_from_there(opened: Browser, site: Site) -> None:
    with looking(opened, site) as page:
        page.goto(address(site, "/opnames"))
        page.locator(".rows a").first.click()
        shape = page.locator("#vorm")
        expect(shape).to_be_visible()
        assert shape.get_attribute("aria-hidden") == "true"
        assert page.locator("#vorm .bars").get_attribute("d").count("M") == 1_200  # type: ignore[union-attr]
        page.wait_for_function("() => document.getElementById('geluid').duration > 0")
        box = shape.bounding_box()
        assert box is not None
        shape.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
        page.wait_for_function("() => !document.getElementById('geluid').paused")
        at_s, whole_s = page.evaluate(
            "() => ['currentTime', 'duration'].map((each) => document.getElementById('geluid')[each])"
        )
        assert at_s == pytest.approx(whole_s / 2, abs=5)
        page.wait_for_function("() => document.querySelector('#vorm .played').width.baseVal.value > 500")
        assert faults(page) == []


def test_without_javascript_a_track_can_be_asked_for(opened: Browser, tmp_path: Path) -> None:
    with open_site(practice_in(tmp_path)) as (site, _), looking(opened, site, script=False) as page:
        page.goto(address(site, "/maken/aankomen"))
        expect(page.locator("#tekst")).to_contain_text("Welkom.")
        page.get_by_role("button", name="Maak de opname").click()
        expect(page.locator("h1")).to_have_text("Je opname wordt gemaakt")
        page.get_by_role("button", name="Stop").click()


def test_a_server_that_is_gone_is_told_and_the_form_stays(opened: Browser, practice: Path) -> None:
    with open_site(practice) as (site, _):
        context = opened.new_context()
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{site.port}/open/{site.passes.new_link()}")
        page.wait_for_selector("text=Welke oefening?")
        page.goto(address(site, "/maken/aankomen"))
        page.get_by_label("Naam van de luisteraar").fill("Anna")
        expect(page.locator("#tekst")).to_contain_text("Anna", timeout=20_000)
    page.evaluate("() => dispatchEvent(new Event('focus'))")
    expect(page.locator("#weg")).to_be_visible(timeout=40_000)
    assert page.get_by_label("Naam van de luisteraar").input_value() == "Anna"
    context.close()


EVIL = """<!doctype html><title>evil</title><body><script>
window.tries = (async () => {
  const tries = [];
  for (const [path, how] of [["/", {}], ["/sluiten", {method: "POST"}], ["/bezig.json", {}],
                             ["/maken/aankomen", {method: "POST", body: new URLSearchParams({code: "x"})}]]) {
    await fetch("OURS" + path, {mode: "no-cors", credentials: "include", ...how}).catch(() => {});
    try { await fetch("OURS" + path, {credentials: "include", ...how}); tries.push(path); } catch {}
  }
  const frame = document.createElement("iframe");
  frame.src = "OURS/";
  document.body.append(frame);
  const picture = new Image();
  picture.src = "OURS/static/stem.svg";
  await picture.decode().then(() => tries.push("picture"), () => {});
  return tries;
})();
</script><form method="post" action="OURS/sluiten"><button>Post</button></form>"""


@contextmanager
def evil_page(ours: str) -> Iterator[str]:
    class Evil(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(EVIL.replace("OURS", ours).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Evil) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def test_pages_of_others_get_nothing(opened: Browser, practice: Path) -> None:
    """From another port, where browsers do send our cookie, and from another name."""
    with open_site(practice) as (site, ours), evil_page(ours) as evil:
        context = opened.new_context()
        page = context.new_page()
        answers: list[int] = []
        page.on("response", lambda answer: answers.append(answer.status))
        for name in ("127.0.0.1", "localhost"):
            page.goto(f"{ours}/open/{site.passes.new_link()}")
            page.wait_for_selector("text=Welke oefening?")
            page.goto(evil.replace("127.0.0.1", name))
            assert page.evaluate("() => window.tries") == [], name
            answers.clear()
            page.get_by_role("button", name="Post").click()
            page.wait_for_selector("text=Dit mag niet")
            assert set(answers) == {403}, name  # that of the frame may come late
            assert not site.closed.is_set()
            assert site.workshop.runs == ()
        context.close()
