"""What all tests of the page have in common."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module", autouse=True)
def sound_is_not_the_point(quick_mp3: None) -> None:
    """Tracks are encoded in half the time: other tests judge what a file sounds like."""
