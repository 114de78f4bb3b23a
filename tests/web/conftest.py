"""What tests of the page share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="package")
def opened(no_real_home: None) -> Iterator[Browser]:
    """A browser for all tests here; each has a window of its own (`looking`)."""
    from pagebrowser import browser

    with browser() as made:
        yield made
