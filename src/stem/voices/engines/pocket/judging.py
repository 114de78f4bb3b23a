"""Which take is used: one that is whole, as far as its sound and its length tell.

A language model of speech leaves out parts, and says parts twice. Its sound is faultless then, so that only
its length can tell, and that the better the more is known of how fast the voice reads: its pace is measured
on a few short sentences, once, and kept.
"""

from __future__ import annotations

import hashlib
import json
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

from stem.errors import AudioError, SynthesisError
from stem.messages import Message
from stem.script.dutch.pace import expected_seconds
from stem.sound.clips import Clip, trimmed
from stem.voices.engines.guard import judged
from stem.voices.paces import kept_pace

Draw = Callable[[str, int], Clip | None]
"""Says a phrase, in another way for each attempt; untrimmed; None when no end to it was found."""

TRIES = 4
"""Of long sentences, others heard two of three takes of the smaller Dutch model lose a part."""

_FITS = (0.75, 1.35)
"""Of the length that the text predicts at the voice's own pace. A sentence differs from that by 7 % (standard
deviation), a pace measured on five by 3 %; one said twice is 2, and without its last third 0.67."""
_ODD_S = 0.2
"""By so much more a word or an abbreviation differs."""

_USUAL = 1.5
"""Of a voice that cannot be measured: voices read aloud at about 165 words a minute by themselves."""
_PACES = (0.75, 3.0)
"""No voice reads slower or quicker."""

MEASURED = (
    "Laat je adem rustig komen en gaan.",
    "Voel hoe je voeten op de grond staan.",
    "Je schouders mogen zakken.",
    "Merk op wat er is en laat het zijn.",
    "Je hoeft nu nergens heen.",
)
"""Short and without a comma, in which the least is lost; the median of five stands when two are wrong."""


def whole(draw: Draw, phrase: str, engine: str, files: Sequence[Path]) -> Clip:
    """Return a take that nothing is wrong with, trimmed.

    Args:
        draw: Says a phrase.
        phrase: What should be heard.
        engine: The engine's name, for the error.
        files: What the voice is made of, for its pace.

    Raises:
        SynthesisError: when there is none among `TRIES`; it says what is wrong with the last.
        StemError: whatever `draw` raises; nothing is tried again then.
    """
    wrong = SynthesisError(engine, phrase, Message("the voice found no end to it"))
    for attempt in range(TRIES):
        raw = draw(phrase, attempt)
        if raw is None:
            continue
        pace = _pace(draw, files)
        try:
            clip = judged(lambda raw=raw: raw, phrase, engine, pace)  # type: ignore[misc]
        except SynthesisError as error:
            wrong = error
            continue
        length_s, expected_s = clip.frames / clip.rate, expected_seconds(phrase) / pace
        shortest, longest = _FITS
        if shortest * expected_s - _ODD_S <= length_s <= longest * expected_s + _ODD_S:
            return clip
        problem = Message(
            "the take lasts {length_s:.1f} s, which does not fit the text (about {expected_s:.1f} s)",
            length_s=length_s,
            expected_s=expected_s,
        )
        hint = Message("Say it in other words, or choose another voice.")
        wrong = SynthesisError(engine, phrase, problem, hint=hint)
    raise wrong


_known: dict[str, float] = {}


def _pace(draw: Draw, files: Sequence[Path]) -> float:
    """Return how fast a voice reads by itself, measured once for its files as they are."""
    facts = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files if path.is_file()]
    name = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    if name not in _known:
        pace = kept_pace(name, _PACES, lambda: _middle(draw))
        _known[name] = _USUAL if pace is None else pace
    return _known[name]


def _middle(draw: Draw) -> float | None:
    """Say the sentences, and return the pace in the middle of theirs; None when most were without sound."""
    paces = [pace for phrase in MEASURED if (pace := _measured(draw(phrase, 0), phrase)) is not None]
    return statistics.median(paces) if len(paces) > len(MEASURED) // 2 else None


def _measured(raw: Clip | None, phrase: str) -> float | None:
    """Return the pace of a take; None of one without sound."""
    if raw is None:
        return None
    try:
        clip = trimmed(raw)
    except AudioError:
        return None
    return expected_seconds(phrase) * clip.rate / clip.frames
