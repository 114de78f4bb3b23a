"""What was filled in is left out of what is told about a mistake, and nothing else changes."""

from __future__ import annotations

from stem.messages import Message
from stem.script.masking import Mask


def test_a_message_in_which_nothing_is_hidden_can_still_be_told_in_another_language() -> None:
    mask = Mask({"naam": "Anna"}, ["Welkom."])
    told = Message("it took more than {timeout_s:.0f} s", timeout_s=30)
    assert mask(told) is told
    assert mask("'Anna' is too long") == "'{naam}' is too long"
