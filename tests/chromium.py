"""The browser that tests have: Debian's Chromium; where there is none, tests that need it are skipped."""

from __future__ import annotations

import shutil

import pytest

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""The first is the same engine without what surrounds a page, for two thirds of the work."""

NEEDS_BROWSER = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium: apt-get install chromium-headless-shell"
)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
    # What runs once need not be made fast first.
    "--js-flags=--no-opt,--no-maglev,--no-sparkplug",
]  # fmt: skip
