"""The page in a real browser, Debian's Chromium; where there is none, tests that need it are skipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import CHROMIUM, FLAGS
from playwright.sync_api import Browser, Page, expect, sync_playwright

from stem.web.app import make_app
from stem.web.gate import Gate
from stem.web.passes import Passes
from stem.web.running import link
from stem.web.server import bound, served
from stem.web.site import Site

_PATIENCE_MS = 30_000
"""The machine may have much else to do."""

_UNSURE = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
expect.set_options(timeout=_PATIENCE_MS)
WIDTHS = {"wide": (1280, 900), "narrow": (390, 844)}
_LOOKS: tuple[tuple[str, Literal["light", "dark"], bool], ...] = (
    ("wide", "light", True), ("wide", "dark", False), ("narrow", "dark", True),
)  # fmt: skip
"""Widths and lights, and whether axe looks."""

_LOADS_AXE = f"globalThis.loadAxe = () => {{{Axe().axe_script}}};"
"""A page that is not judged only has it passed over."""


@contextmanager
def browser(*flags: str) -> Iterator[Browser]:
    """Lend a browser that goes nowhere by itself, begun with more flags when need be."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def open_site(folder: Path | None, *offered: Path) -> Iterator[tuple[Site, str]]:
    """Serve the page of a practice; lend it with its address."""
    with bound(0) as listening:
        port = int(listening.getsockname()[1])
        site = Site(Passes(port), port, folder, offered)
        try:
            with served(Gate(make_app(site), port, site.passes), listening):
                yield site, f"http://127.0.0.1:{port}"
        finally:
            site.workshop.close()
            site.reader.close()


@contextmanager
def looking(
    opened: Browser,
    site: Site,
    *,
    width: str = "wide",
    dark: bool = False,
    script: bool = True,
    by_link: bool = False,
    expected: str = "",
) -> Iterator[Page]:
    """Lend a page that may come in; in the end nothing went elsewhere and nothing was complained of.

    Args:
        opened: The browser.
        site: What is looked at.
        width: Of the window.
        dark: Whether it is dark.
        script: Whether there is JavaScript.
        by_link: Whether it came in by a link, and shows the first page; else it is empty, and has the cookie
            that a link would have brought: coming in is three pages, a third of many a test's work.
        expected: Part of complaints that there may be; empty for none.
    """
    wide, high = WIDTHS[width]
    context = opened.new_context(
        viewport={"width": wide, "height": high},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    context.add_init_script(_LOADS_AXE)
    page = context.new_page()
    asked, complaints = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    home = f"http://127.0.0.1:{site.port}"
    if by_link:
        page.goto(link(site.port, site.passes.new_link()))
        page.wait_for_url(f"{home}/*")
        page.wait_for_selector("h1")
    else:
        context.add_cookies(
            [{"name": f"stem_{site.port}", "value": site.passes.cookie, "url": home, "sameSite": "Strict"}]
        )
    try:
        yield page
    finally:
        context.close()
    outside = [url for url in asked if not url.startswith((f"{home}/", "blob:", "data:"))]
    assert outside == [], outside
    unexpected = [text for text in complaints if not expected or expected not in text]
    assert unexpected == [], unexpected


def unsure(page: Page) -> list[str]:
    """Return texts whose contrast axe has to judge."""
    return list(page.evaluate(_UNSURE))


_SMALL = """() => [...document.querySelectorAll(
        'a, button, summary, select, input:not([type=hidden]), label.choice')]
    .filter((each) => each.checkVisibility() && !each.closest('p:not([class]) > a'))
    .filter((each) => !(each.matches('input') && each.closest('label')))
    .filter((each) => !each.matches('.skip'))
    .map((each) => [each.outerHTML.slice(0, 120), each.getBoundingClientRect()])
    .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
    .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""


def small_targets(page: Page) -> list[str]:
    """Return what can be pressed and is less than 44 pixels high or wide; links amid a text may be."""
    return list(page.evaluate(_SMALL))


_SEEN = f"""() => {{
    const shown = [...document.body.querySelectorAll('*')].map((each) =>
        each.checkVisibility({{ visibilityProperty: true }}) ? getComputedStyle(each).display : '');
    return {{
        unsure: ({_UNSURE})(),
        small: ({_SMALL})(),
        width: document.documentElement.scrollWidth,
        shown: shown.join(' '),
    }};
}}"""
"""All that is asked of a page in one look."""

_CONTRAST = ["color-contrast", "color-contrast-enhanced"]
"""The second leaves what is below 4.5:1 to the first."""

_OF_LOOKS = ["link-in-text-block", "p-as-heading", "scrollable-region-focusable"]
"""Rules of axe about sizes and colours; others are about what is there, and whether it is shown."""


def faults(page: Page) -> list[str]:
    """Return what axe finds wrong with a page, with contrast judged by 7:1."""
    page.wait_for_load_state()
    return _faults(page, is_unsure=bool(unsure(page)))


def _faults(page: Page, *, is_unsure: bool, only_of_looks: bool = False) -> list[str]:
    """Return what axe finds wrong.

    Of its work, contrast is three quarters, and on most pages nothing about it is in doubt.

    Args:
        page: What is judged.
        is_unsure: Whether the contrast is.
        only_of_looks: Whether all else was judged in another look.
    """
    # What it finds right is not told: that would be most of the work.
    how: dict[str, object] = {"resultTypes": ["violations"]}
    if only_of_looks:
        how["runOnly"] = _OF_LOOKS + _CONTRAST * is_unsure
    else:
        how["rules"] = {name: {"enabled": is_unsure} for name in _CONTRAST}
    found = page.evaluate(
        "async (how) => { if (!globalThis.axe) loadAxe(); return (await axe.run(how)).violations; }", how
    )
    return [
        f"{each['id']}: {node['html'][:120]} {node['any'][0]['message'] if node['any'] else ''}"
        for each in found
        for node in each["nodes"]
    ]


def judge_in_every_look(page: Page, what: str) -> None:
    """Fail when a page cannot be used by all, in any width and light.

    Between the lights only colours differ, and between the widths only places: axe looks at a narrow page in
    the other light, and only at places and colours when nothing else is shown there than on a wide one.
    """
    known = set[str]()
    for width, light, is_for_axe in _LOOKS:
        wide, high = WIDTHS[width]
        page.set_viewport_size({"width": wide, "height": high})
        page.emulate_media(color_scheme=light)
        judge(page, f"{what}, {width} and {light}", is_for_axe=is_for_axe, known=known)
    if len(known) > 1:
        page.emulate_media(color_scheme="light")
        judge(page, f"{what}, narrow and light", is_for_axe=False)
    assert page.locator("h1").count() == 1, what


def judge(page: Page, what: str = "", *, is_for_axe: bool = True, known: set[str] | None = None) -> None:
    """Fail when a page cannot be used by all as it looks now.

    Args:
        page: What is judged.
        what: Tells what it is.
        is_for_axe: Whether axe looks at it too; it does where a contrast is in doubt.
        known: What was shown when axe looked at all of it; what it looks at now is added.
    """
    page.wait_for_load_state()
    seen = page.evaluate(_SEEN)
    if is_for_axe or seen["unsure"]:
        known = set() if known is None else known
        found = _faults(page, is_unsure=bool(seen["unsure"]), only_of_looks=seen["shown"] in known)
        assert found == [], what
        known.add(seen["shown"])
    assert seen["small"] == [], what
    size = page.viewport_size
    assert size is not None
    assert seen["width"] <= size["width"], what


def to(page: Page, name: str, most: int = 90) -> None:
    """Go on with Tab until something has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        told = page.evaluate(
            """() => { const at = document.activeElement;
            return at === document.body ? '' : at.ariaLabel ?? (at.labels?.[0] ?? at).innerText }"""
        )
        if re.search(name, told or ""):
            return
    pytest.fail(f"{name} cannot be reached by Tab")
