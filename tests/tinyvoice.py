"""A real Piper voice of a few kilobytes, built in a moment: each phoneme is a tone of its own.

It has what the voices that people speak with have: the same inputs, the noise drawn inside the model (for the
lengths of the phonemes, and in the sound), their phonemes, and a settings file beside it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper, parser
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

from stem.voices.template import VoiceTemplate

RATE = 22_050
HOP = 256
"""Frames of sound that the model makes at a time, as those of Piper do."""

_SYMBOLS = 256
_SOUNDING = 7.0
"""Hops of a phoneme at length_scale 1: 81 ms."""
_SILENT = {"^": 6.0, "$": 10.0, " ": 2.0, ",": 20.0, ":": 20.0, ";": 20.0, ".": 12.0, "!": 12.0, "?": 12.0}
_NO_LENGTH = "_ˈˌ"
_LONGER = "ːˑ"

# RandomNormalLike stands where it does in Piper: once for the lengths, once for the sound.
_GRAPH = """
<ir_version: 8, opset_import: ["" : 15]>
tinyvoice (int64[1, ids] input, int64[1] input_lengths, float[3] scales SPEAKER)
    => (float[1, 1, 1, frames] output)
{
    first = Constant <value_ints = [0]> ()
    second = Constant <value_ints = [1]> ()
    zero = Constant <value_int = 0> ()
    one = Constant <value_int = 1> ()
    two = Constant <value_int = 2> ()
    noise_scale = Gather (scales, zero)
    length_scale = Gather (scales, one)
    noise_w = Gather (scales, two)
    symbols = Squeeze (input, first)

    usual = Gather (hops, symbols)
    chance = RandomNormalLike (usual)
    wavering = Mul (chance, noise_w)
    tenth = Constant <value_float = 0.1> ()
    little = Mul (wavering, tenth)
    factor = Exp (little)
    calm = Mul (usual, length_scale)
    wanted = Mul (calm, factor)
    whole = Ceil (wanted)
    lengths = Cast <to = 7> (whole)
    ends = CumSum (lengths, zero)
    total = ReduceMax <keepdims = 0> (ends)
    times = Range (zero, total, one)
    down = Unsqueeze (times, second)
    across = Unsqueeze (ends, first)
    over = GreaterOrEqual (down, across)
    counted = Cast <to = 7> (over)
    which = ReduceSum <keepdims = 0> (counted, second)
    said = Gather (symbols, which)

    steps = Gather (cycles, said)
    PITCHED
    begun = CumSum <exclusive = 1> (pitched, zero)
    column = Unsqueeze (begun, second)
    speed = Unsqueeze (pitched, second)
    within = Mul (speed, inside)
    turns = Add (column, within)
    angles = Mul (turns, circle)
    tones = Sin (angles)
    breath = RandomNormalLike (tones)
    loudness = Mul (noise_scale, tenth)
    hiss = Mul (breath, loudness)
    voiced = Add (tones, hiss)
    heard = Gather (loud, said)
    gains = Unsqueeze (heard, second)
    sound = Mul (voiced, gains)
    shape = Constant <value_ints = [1, 1, 1, -1]> ()
    output = Reshape (sound, shape)
}
"""
_ONE_SPEAKER = "pitched = Mul (steps, same)"
_MANY_SPEAKERS = """
    number = Cast <to = 1> (sid)
    higher = Mul (number, half)
    times_higher = Add (higher, same)
    pitched = Mul (steps, times_higher)
"""


def hertz(phoneme: str) -> float:
    """Return the tone of a phoneme."""
    (number,) = DEFAULT_PHONEME_ID_MAP[phoneme]
    return 150.0 + 5.0 * float(number)


def model(*, speakers: int = 1) -> onnx.ModelProto:
    """Return the voice's model; each speaker is half of the first one's pitch higher than the one before."""
    many = speakers > 1
    text = _GRAPH.replace("SPEAKER", ", int64[1] sid" if many else "")
    built = parser.parse_model(text.replace("PITCHED", _MANY_SPEAKERS if many else _ONE_SPEAKER))
    hops, loud, cycles = np.zeros((3, _SYMBOLS), np.float32)
    for phoneme, (number, *_) in DEFAULT_PHONEME_ID_MAP.items():
        silent = phoneme in _SILENT or phoneme in _NO_LENGTH
        hops[number] = _SILENT.get(phoneme, 0.0 if phoneme in _NO_LENGTH else _SOUNDING)
        loud[number] = 0.0 if silent else 0.25
        cycles[number] = hertz(phoneme) * HOP / RATE
    hops[[DEFAULT_PHONEME_ID_MAP[mark][0] for mark in _LONGER]] = _SOUNDING / 2
    tables: dict[str, NDArray[np.float32]] = {
        "hops": hops,
        "loud": loud,
        "cycles": cycles,
        "inside": np.arange(HOP, dtype=np.float32)[None, :] / np.float32(HOP),
        "circle": np.array(2 * math.pi, np.float32),
        "half": np.array(0.5, np.float32),
        "same": np.array(1.0, np.float32),
    }
    used = {name for node in built.graph.node for name in node.input}
    built.graph.initializer.extend(
        numpy_helper.from_array(table, name) for name, table in tables.items() if name in used
    )
    onnx.checker.check_model(built, full_check=True)
    return built


def settings(*, speakers: int = 1, without: str = "") -> dict[str, object]:
    """Return what stands in the .json beside the model; `without` are phonemes that the voice lacks."""
    known = {phoneme: ids for phoneme, ids in DEFAULT_PHONEME_ID_MAP.items() if phoneme not in without}
    return {
        "audio": {"sample_rate": RATE, "quality": "medium"},
        "espeak": {"voice": "nl"},
        "language": {"code": "nl_NL", "family": "nl"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": known,
        "num_symbols": _SYMBOLS,
        "num_speakers": speakers,
        "speaker_id_map": {f"spreker {number}": number for number in range(speakers)} if speakers > 1 else {},
        "piper_version": "1.0.0",
    }


def build(folder: Path, name: str = "klein", *, speakers: int = 1, without: str = "") -> Path:
    """Write a voice, and return the path of its .onnx."""
    path = folder / f"{name}.onnx"
    path.write_bytes(model(speakers=speakers).SerializeToString())
    told = json.dumps(settings(speakers=speakers, without=without), ensure_ascii=False)
    path.with_name(f"{path.name}.json").write_text(told, encoding="utf-8")
    return path


def template(path: Path, **own: object) -> VoiceTemplate:
    """Return a voice template for it; `own` are its settings."""
    return VoiceTemplate(
        name=path.stem,
        title=path.stem.capitalize(),
        summary="Een stem van tonen.",
        engine="piper",
        sex="female",
        voice=str(path.absolute()),
        settings=own,
        chain=(),
        credit="Gesproken door tonen.",
        path=path.with_suffix(".toml"),
    )


TEMPLATE = """
title = "Klein"
summary = "Een stem van tonen."
engine = "piper"
sex = "female"
voice = "klein.onnx"
licence = "CC0"
credit = "Gesproken door tonen."
rank = 99
"""


def installed(
    site: Path,
    name: str = "stem-voice-klein",
    *,
    entry: str = "",
    templates: Mapping[str, str] | None = None,
    settings: Mapping[str, object] | None = None,
) -> Path:
    """Install a package with a tiny voice as pip would, and return its folder; its own code would end a test.

    Args:
        site: Where packages are installed.
        name: Of the package.
        entry: What it says that its folder is; "" for the right one.
        templates: Their texts by name; None for the right one.
        settings: What stands in its .json; None for the right ones.
    """
    module = name.replace("-", "_")
    folder = site / module
    folder.mkdir()
    (folder / "__init__.py").write_text("raise SystemExit('the package was run')")
    build(folder)
    if settings is not None:
        (folder / "klein.onnx.json").write_text(json.dumps(settings))
    for voice, text in ({"klein": TEMPLATE} if templates is None else templates).items():
        (folder / f"{voice}.toml").write_text(text, encoding="utf-8")
    info = site / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[stem.voices]\nklein = {entry or module}\n")
    (info / "RECORD").write_text("".join(f"{module}/{each.name},,\n" for each in folder.iterdir()))
    return folder
