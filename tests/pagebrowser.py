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
LIGHTS: tuple[Literal["light", "dark"], ...] = ("light", "dark")


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
    expected: str = "",
) -> Iterator[Page]:
    """Lend a page that came in by a link; in the end nothing went elsewhere and nothing was complained of.

    Args:
        opened: The browser.
        site: What is looked at.
        width: Of the window.
        dark: Whether it is dark.
        script: Whether there is JavaScript.
        expected: Part of complaints that there may be; empty for none.
    """
    wide, high = WIDTHS[width]
    context = opened.new_context(
        viewport={"width": wide, "height": high},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    page = context.new_page()
    asked, complaints = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(link(site.port, site.passes.new_link()))
    page.wait_for_url(f"http://127.0.0.1:{site.port}/*")
    page.wait_for_selector("h1")
    try:
        yield page
    finally:
        context.close()
    outside = [
        url for url in asked if not url.startswith((f"http://127.0.0.1:{site.port}/", "blob:", "data:"))
    ]
    assert outside == [], outside
    unexpected = [text for text in complaints if not expected or expected not in text]
    assert unexpected == [], unexpected


def unsure(page: Page) -> list[str]:
    """Return texts whose contrast axe has to judge."""
    return list(page.evaluate(_UNSURE))


def faults(page: Page) -> list[str]:
    """Return what axe finds wrong with a page, with contrast judged by 7:1.

    Of its work, contrast is three quarters, and on most pages nothing about it is in doubt.
    """
    page.wait_for_load_state()
    is_unsure = bool(unsure(page))
    # The second leaves what is below 4.5:1 to the first.
    rules = {name: {"enabled": is_unsure} for name in ("color-contrast", "color-contrast-enhanced")}
    if page.evaluate("() => typeof axe") == "undefined":
        page.evaluate(Axe().axe_script)
    # What it finds right is not told: that would be most of the work.
    found = page.evaluate(
        "async (options) => (await axe.run(options)).violations",
        {"rules": rules, "resultTypes": ["violations"]},
    )
    return [
        f"{each['id']}: {node['html'][:120]} {node['any'][0]['message'] if node['any'] else ''}"
        for each in found
        for node in each["nodes"]
    ]


def looks(page: Page) -> Iterator[tuple[str, Literal["light", "dark"]]]:
    """Show a page in every width and light, one after the other; yield which, for who judges it."""
    for width, (wide, high) in WIDTHS.items():
        page.set_viewport_size({"width": wide, "height": high})
        for light in LIGHTS:
            page.emulate_media(color_scheme=light, reduced_motion="reduce")
            yield width, light


def judge_in_every_look(page: Page, what: str) -> None:
    """Fail when a page cannot be used by all, in any width and light.

    Between the lights only colours differ: what else axe looks at, it sees in both widths, and both lights.
    """
    for width, light in looks(page):
        is_for_axe = (width, light) in {("wide", "light"), ("narrow", "dark")} or bool(unsure(page))
        judge(page, f"{what}, {width} and {light}", is_for_axe=is_for_axe)
    assert page.locator("h1").count() == 1, what


def judge(page: Page, what: str = "", *, is_for_axe: bool = True) -> None:
    """Fail when a page cannot be used by all as it looks now."""
    if is_for_axe:
        assert faults(page) == [], what
    assert small_targets(page) == [], what
    size = page.viewport_size
    assert size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], what


def small_targets(page: Page) -> list[str]:
    """Return what can be pressed and is less than 44 pixels high or wide; links amid a text may be."""
    return list(
        page.evaluate(
            """() => [...document.querySelectorAll(
                    'a, button, summary, select, input:not([type=hidden]), label.choice')]
                .filter((each) => each.checkVisibility() && !each.closest('p:not([class]) > a'))
                .filter((each) => !(each.matches('input') && each.closest('label')))
                .filter((each) => !each.matches('.skip'))
                .map((each) => [each.outerHTML.slice(0, 120), each.getBoundingClientRect()])
                .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
                .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""
        )
    )


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
