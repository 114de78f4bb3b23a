"""Recording oneself in a real browser, whose microphone hears a file: what is said comes out as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from chromium import CHROMIUM, FLAGS, NEEDS_BROWSER
from pagebrowser import browser, faults, judge_in_every_look, looking, open_site, to
from pagehelp import practice_in, with_short_script
from playwright.sync_api import Browser, Page, expect
from soundfiles import wav
from studio import RATE, level_where_it_sounds, recorded, room, speech

from stem import Project, RecordingSet, TrackSpec
from stem.sound.decoding import decode
from stem.web import verdicts
from stem.web.site import Site

pytestmark = [NEEDS_BROWSER, pytest.mark.slow]

MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""One that may be used; a browser without a window has nobody to ask."""

LOOK = "Kijk eerst rustig om je heen."
LEAD_S = 1.5
"""Before the sentence, from the moment that the microphone opens; Spreek comes after half a second."""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the microphone hears each time that it opens: the sentence, then a quiet room."""
    sentence = recorded(LOOK, LEAD_S, 30.0, 50.0)
    path = tmp_path_factory.mktemp("microfoon") / "zin.wav"
    path.write_bytes(wav(sentence[:, None], rate=RATE))
    return path


@pytest.fixture(scope="module")
def opened(said: Path) -> Iterator[Browser]:
    hears = f"--use-file-for-fake-audio-capture={said}%noloop"
    with browser(*MICROPHONE, hears) as made:
        yield made


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    folder = with_short_script(practice_in(tmp_path / "praktijk"))
    with open_site(folder) as (made, _):
        yield made


def the_set(site: Site) -> RecordingSet:
    (found,) = site.project().recordings()
    return found


def begun(page: Page, site: Site) -> None:
    """Begin a set by mouse, and skip its first sentence."""
    page.goto(f"http://127.0.0.1:{site.port}/stem")
    page.get_by_role("link", name="Nieuwe opname van een oefening").click()
    page.get_by_role("link", name="Thuiskomen").click()
    page.get_by_role("button", name="Zin voor zin opnemen").click()
    expect(page.locator("#nummer")).to_have_text("Zin 1 van 3")
    page.wait_for_load_state()  # the keys work from then on
    page.keyboard.press("ArrowRight")
    expect(page.locator("#zin")).to_have_text(LOOK)


def recorded_by_keys(page: Page, for_s: float) -> None:
    page.keyboard.press("Space")
    expect(page.locator("#lamp")).to_have_text("Spreek")
    page.wait_for_timeout(for_s * 1000)
    page.keyboard.press("Space")


WHOLE_S = LEAD_S + len(speech(LOOK)) / RATE + 0.7


def test_a_sentence_is_recorded_as_it_was_said_and_judged_at_once(opened: Browser, site: Site) -> None:
    with looking(opened, site) as page:
        begun(page, site)
        expect(page.locator("#daarna")).to_have_text(re.compile("daarna .* stilte"))
        recorded_by_keys(page, WHOLE_S)
        expect(page.locator("#oordeel .word")).to_have_text("Goed.")
        expect(page.locator("#gedaan")).to_have_text("1 van 3 ingesproken")
        kept = the_set(site).takes[2]
        assert kept.name == "2.webm"
        heard = decode(kept, RATE).samples[:, 0].astype(np.float64)
        level, wanted = (level_where_it_sounds(each) for each in (heard, speech(LOOK)))
        assert 20 * np.log10(level / wanted) == pytest.approx(0.0, abs=0.5)
        page.keyboard.press("Enter")
        expect(page.locator("#nummer")).to_have_text("Zin 3 van 3")
        assert page.url.endswith("/3")
        page.keyboard.press("ArrowLeft")
        expect(page.locator("#oordeel .word")).to_have_text("Goed.")
        # The file is silent by now: what cannot be used takes nothing's place.
        before = kept.read_bytes()
        page.keyboard.press("n")
        expect(page.locator("#lamp")).to_have_text("Spreek")
        page.wait_for_timeout(1500)
        page.keyboard.press("Space")
        expect(page.locator("#oordeel .word")).to_have_text("Nog een keer.")
        expect(page.locator("#oordeel")).to_contain_text("die van daarvoor staat er nog")
        assert kept.read_bytes() == before
        page.get_by_role("button", name="Luister").click()
        page.reload()
        expect(page.locator("#oordeel .word")).to_have_text("Goed.")
        page.get_by_role("button", name="Probeer eerst de microfoon").click()
        expect(page.locator("#peil-woord")).to_have_text("goed")
        page.reload()
        # From the beginning once more, and stopped in the middle of a word.
        recorded_by_keys(page, LEAD_S + 0.2)
        expect(page.locator("#oordeel")).to_have_class("verdict bad")
        told = page.locator("#oordeel").inner_text()
        assert any(verdicts.TOLD[kind][0] in told for kind in ("early", "short"))
        page.get_by_role("link", name="Alle zinnen").click()
        expect(page.get_by_role("link", name="Ga verder")).to_have_attribute("href", re.compile("/3$"))
        page.get_by_role("link", name="Maak met mijn stem").click()
        expect(page.get_by_role("radio", name="Mijn stem. 1 zin ingesproken.")).to_be_checked()
        expect(page.locator("#tekst")).to_contain_text(LOOK)
        expect(page.get_by_label("Wat je niet hebt ingesproken, zegt")).to_be_visible()
        page.locator("input[name=stem][value=zacht]").check()
        expect(page.get_by_label("Wat je niet hebt ingesproken, zegt")).to_be_hidden()
        assert faults(page) == []


def test_a_take_that_cannot_be_sent_stays_until_it_can(opened: Browser, site: Site) -> None:
    with looking(opened, site, expected="ERR_FAILED") as page:
        begun(page, site)
        page.route("**/2", lambda route: route.abort())
        recorded_by_keys(page, WHOLE_S)
        expect(page.locator("#probleem")).to_contain_text("Je opname staat nog op deze pagina")
        page.keyboard.press("ArrowRight")
        expect(page.locator("#nummer")).to_have_text("Zin 2 van 3")
        assert faults(page) == []
        page.unroute("**/2")
        page.get_by_role("button", name="Probeer nog eens te bewaren").click()
        expect(page.locator("#oordeel .word")).to_have_text("Goed.")
        assert the_set(site).takes.keys() == {2}


def test_a_microphone_that_may_not_be_used_is_told(opened: Browser, site: Site) -> None:
    refuses = [*FLAGS, MICROPHONE[0], f"{MICROPHONE[1]}=deny"]
    strict = opened.browser_type.launch(executable_path=CHROMIUM, args=refuses)
    with closing(strict), looking(strict, site) as page:
        begun(page, site)
        page.keyboard.press("Space")
        expect(page.locator("#probleem")).to_contain_text("De microfoon mag niet worden gebruikt")
        assert faults(page) == []
        expect(page.get_by_role("button", name="Opnemen")).to_be_enabled()


STAND_IN = """
navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", sessionStorage.how); };
"""
PROBLEMS = {
    "NotFoundError": "geen microfoon gevonden",
    "NotReadableError": "is bezet of doet het niet",
    "AbortError": "kan niet worden geopend",
}


def test_other_troubles_with_a_microphone_have_their_own_words(opened: Browser, site: Site) -> None:
    with looking(opened, site) as page:
        begun(page, site)
        page.add_init_script(STAND_IN)
        page.reload()
        for name, told in PROBLEMS.items():
            page.evaluate(f"() => {{ sessionStorage.how = '{name}'; }}")
            page.keyboard.press("Space")
            expect(page.locator("#probleem")).to_contain_text(told)
        page.add_init_script("delete globalThis.MediaRecorder")
        page.reload()
        page.keyboard.press("Space")
        expect(page.locator("#probleem")).to_contain_text("Deze browser kan hier niet opnemen")


KEEPS_STREAMS = """
const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wish) => {
  window.wished = wish.audio;
  return (window.opened = await real(wish));
};
"""


def test_a_microphone_that_falls_away_ends_the_take_and_nothing_is_kept(opened: Browser, site: Site) -> None:
    with looking(opened, site) as page:
        begun(page, site)
        page.add_init_script(KEEPS_STREAMS)
        page.reload()
        page.keyboard.press("Space")
        expect(page.locator("#lamp")).to_have_text("Spreek")
        plain = page.evaluate("() => window.wished")
        assert plain == {
            "echoCancellation": False, "noiseSuppression": False, "autoGainControl": False, "channelCount": 1,
        }  # fmt: skip
        page.evaluate("() => window.opened.getAudioTracks()[0].dispatchEvent(new Event('ended'))")
        expect(page.locator("#probleem")).to_contain_text("de microfoon viel weg, of de computer ging slapen")
        assert the_set(site).takes == {}
        recorded_by_keys(page, WHOLE_S)  # it is opened anew
        expect(page.locator("#oordeel .word")).to_have_text("Goed.")
        kept = the_set(site).takes
        page.keyboard.press("n")
        expect(page.locator("#lamp")).to_have_text("Spreek")
        page.evaluate("() => window.opened.getAudioTracks()[0].dispatchEvent(new Event('ended'))")
        expect(page.locator("#probleem")).to_contain_text("Wat je daarvoor opnam, staat er nog.")
        expect(page.locator("#oordeel .word")).to_have_text("Goed.")
        assert the_set(site).takes == kept
        page.get_by_role("button", name="Probeer eerst de microfoon").click()
        expect(page.locator("#meter")).to_be_visible()
        page.evaluate("() => window.opened.getAudioTracks()[0].dispatchEvent(new Event('ended'))")
        expect(page.locator("#probleem")).to_contain_text("De microfoon is weggevallen.")
        expect(page.locator("#meter")).to_be_hidden()
        assert faults(page) == []


def test_every_page_of_ones_own_voice_can_be_used_by_all(opened: Browser, site: Site) -> None:
    project = Project(site.folder or "")
    made = project.new_recordings(TrackSpec("aankomen"), "rustig")
    (made.folder / "2.wav").write_bytes(wav(recorded("Er hoeft nu even niets.")[:, None], rate=RATE))
    (made.folder / ".vorige-2.wav").write_bytes(wav(room(RATE, 20)[:, None], rate=RATE))

    with looking(opened, site) as page:
        home = f"http://127.0.0.1:{site.port}"
        page.goto(f"{home}/stem")
        judge_in_every_look(page, "stem")
        address = str(page.locator(".card a").first.get_attribute("href"))
        for path in ("/stem/nieuw", "/stem/nieuw/aankomen", address, f"{address}/knippen"):
            page.goto(home + path)
            judge_in_every_look(page, path.replace(address, "set"))
        page.goto(f"{home}{address}/vergeten")
        judge_in_every_look(page, "vergeten")
        page.goto(f"{home}{address}/2")
        page.locator("summary").click()
        expect(page.locator("#oordeel .word")).to_have_text("Goed.")
        judge_in_every_look(page, "zin")
        page.get_by_role("button", name="Nog eens").click()
        expect(page.locator("#lamp")).to_have_text("Spreek")
        judge_in_every_look(page, "spreek")
        page.get_by_role("button", name="Stop").click()
        expect(page.locator("#oordeel")).to_have_class("verdict bad")
        judge_in_every_look(page, "fout")
        page.goto(f"{home}{address}/maken")
        judge_in_every_look(page, "maken")


def test_the_whole_of_it_by_keyboard_without_keys_of_its_own(opened: Browser, site: Site) -> None:
    with looking(opened, site) as page:
        page.goto(f"http://127.0.0.1:{site.port}/stem")
        for name, end in (("Nieuwe opname", "nieuw"), ("^Thuiskomen", "thuiskomen"), ("Zin voor zin", "1")):
            to(page, name)
            page.keyboard.press("Enter")
            page.wait_for_url(f"**/{end}")
        to(page, "Sneltoetsen")
        page.keyboard.press("Space")
        page.evaluate("() => document.activeElement.blur()")
        page.keyboard.press("ArrowRight")
        expect(page.locator("#nummer")).to_have_text("Zin 1 van 3")
        to(page, "Sla over")
        page.keyboard.press("Enter")
        expect(page.locator("#nummer")).to_have_text("Zin 2 van 3")
        to(page, "Opnemen")
        page.keyboard.press("Space")
        expect(page.locator("#lamp")).to_have_text("Spreek")
        page.wait_for_timeout(WHOLE_S * 1000)
        page.keyboard.press("Enter")
        expect(page.locator("#oordeel .word")).to_have_text("Goed.")
        to(page, "Goed, volgende")
        page.keyboard.press("Enter")
        expect(page.locator("#nummer")).to_have_text("Zin 3 van 3")
        expect(page.locator("#nummer")).to_be_focused()
