"""How fast a voice reads by itself: measured once, and kept by the content of its files."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path

from stem.script.dutch.pace import expected_seconds
from stem.sound.clips import trimmed
from stem.voices.content import content_hash
from stem.voices.engines import SAMPLE
from stem.voices.engines.piper.model import Model, library
from stem.voices.paces import kept_pace
from stem.voices.published import settings_path

_USUAL = 1.5
"""Of a voice that cannot be measured: voices read aloud at about 165 words a minute by themselves."""
_SLOWEST, _QUICKEST = 0.75, 3.0
"""No voice reads slower or quicker; one that seems to has a fault, and its takes are to be refused."""

_measuring = threading.Lock()
_known: dict[str, float] = {}


def own_pace(model: Model, path: Path, speaker: int | None) -> float:
    """Return the pace of a voice at length_scale 1; 1.0 is that of `expected_seconds` without its pauses.

    Args:
        model: The voice.
        path: Its file.
        speaker: Which of its speakers.
    """
    facts = json.dumps([content_hash(path), content_hash(settings_path(path)), speaker])
    name = hashlib.sha256(facts.encode()).hexdigest()
    with _measuring:  # threads that start together measure it once
        if name not in _known:
            pace = kept_pace(name, (_SLOWEST, _QUICKEST), lambda: _measured(model, speaker))
            _known[name] = _USUAL if pace is None else pace
        return _known[name]


def _measured(model: Model, speaker: int | None) -> float | None:
    """Say a few sentences; None when that goes wrong: who asked for a phrase is then told what did."""
    config = library().SynthesisConfig(
        speaker_id=speaker, length_scale=1.0, noise_scale=0.6, noise_w_scale=0.7
    )
    try:
        clips = [trimmed(model.say(model.symbols(each), config, 0)) for each in SAMPLE]
    except Exception:  # noqa: BLE001 - what a network raises is not onnxruntime's to promise
        return None
    expected_s = sum(expected_seconds(each, pauses=False) for each in SAMPLE)
    return expected_s / sum(clip.frames / clip.rate for clip in clips)
