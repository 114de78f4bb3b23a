"""How the speech in a file came about, in IPTC's terms: what programs look for to know synthetic sound.

The terms are those of the vocabulary "Digital Source Type", written as the addresses that they are there.
That someone spoke is not claimed: where a recording comes from, nobody here can know.
"""

from __future__ import annotations

from collections.abc import Mapping

from stem.messages import Message

_SCHEME = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED = f"{_SCHEME}trainedAlgorithmicMedia"
RULES = f"{_SCHEME}algorithmicMedia"
WITH_TRAINED = f"{_SCHEME}compositeWithTrainedAlgorithmicMedia"
WITH_RULES = f"{_SCHEME}compositeSynthetic"

TOLD: Mapping[str, Message] = {
    TRAINED: Message("a computer voice that was trained on recordings"),
    RULES: Message("a computer voice made by rules, which no recordings trained"),
    WITH_TRAINED: Message("recordings, and a computer voice that was trained on recordings"),
    WITH_RULES: Message("recordings, and a computer voice made by rules"),
}
"""What each of them says of the speech."""


def term_of(address: str) -> str:
    """Return the term without the vocabulary that it is of; of another vocabulary the whole address."""
    return address.removeprefix(_SCHEME)
