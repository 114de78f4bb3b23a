"""A voice's network ready to run: rewritten once, so that its noise can be fed, and kept like that.

To rewrite it takes Python three times its size in memory, and most of a second. What is kept starts sooner,
and in hardly more memory than Piper itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from stem.errors import ConfigError, OutputError
from stem.files import cache_folder, output_error, publish, temporary_beside
from stem.messages import Message
from stem.voices.content import content_hash
from stem.voices.engines.piper import noise

GET_AGAIN = Message("Get the voice's two files again.")

_KIND = "networks"
_FORMAT = 1
"""To be raised when a network is rewritten in another way."""
_MOST = 4
"""So many are kept, those that were used last: a voice has 60 MB."""
_LONGEST_REASON = 120


def ready(path: Path) -> Any:
    """Return the network in a file as a session of onnxruntime, which reads its noise from inputs.

    Raises:
        ConfigError: when there is no network in it that can be used.
        OutputError: when there is no room to rewrite it.
        OSError: when the file cannot be read.
    """
    kept = _place(path)
    if kept is None:
        return _anew(path, Path(tempfile.gettempdir()) / _KIND)
    if kept.is_file():
        with suppress(ConfigError):  # it is damaged
            session = _session(kept, path)
            with suppress(OSError):
                os.utime(kept)
            return session
    try:
        return _anew(path, kept, keep=True)
    except OutputError:  # where nothing can be kept, there may be room elsewhere
        return _anew(path, Path(tempfile.gettempdir()) / _KIND)


def _place(path: Path) -> Path | None:
    """Return where a network is kept, by its content; None when it cannot be."""
    content = content_hash(path)
    if not content:
        return None
    facts = [_FORMAT, content, version("onnx"), version("onnxruntime")]
    with suppress(OutputError):
        return cache_folder(_KIND) / f"{hashlib.sha256(json.dumps(facts).encode()).hexdigest()}.onnx"
    return None


def _anew(path: Path, place: Path, *, keep: bool = False) -> Any:
    with temporary_beside(place) as rewritten:
        _rewrite(path, rewritten)  # behind it, all of Python's copies are gone
        session = _session(rewritten, path)
        if keep:
            publish(rewritten, place, overwrite=True)
            _sweep(place.parent)
    return session


def _rewrite(path: Path, target: Path) -> None:
    network = _network(path)
    noise.made_repeatable(network, path)
    try:
        target.write_bytes(network.SerializeToString())
    except OSError as error:
        raise output_error(target, error) from error


def _sweep(folder: Path) -> None:
    """Remove those that were not used for longest."""
    with suppress(OSError):  # another run was quicker
        used = sorted(folder.glob("*.onnx"), key=lambda each: -each.stat().st_mtime_ns)
        for path in used[_MOST:]:
            path.unlink()


def _network(path: Path) -> Any:
    """Return the network in a file; no other file that it may name is read."""
    import onnx

    damaged = ConfigError(path, [Message("it is damaged, or no .onnx file at all")], hint=GET_AGAIN)
    content = path.read_bytes()
    try:
        network = onnx.load_model_from_string(content)
    except Exception as error:  # what protobuf raises is not onnx's to promise
        raise damaged from error
    if not network.graph.node:  # some bytes happen to read as a network of nothing
        raise damaged
    return network


def _session(rewritten: Path, path: Path) -> Any:
    """Return a network ready to run, one thread a phrase; `path` is the file that it was before.

    Two phrases at once on two cores are quicker than one phrase on both.
    """
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # else it also writes to stderr what it raises
    try:
        return onnxruntime.InferenceSession(str(rewritten), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        told = ValueError(str(error).replace(f"Load model from {rewritten} failed:", ""))
        problem = Message("onnxruntime cannot use it ({error})", error=reason_of(told))
        raise ConfigError(path, [problem], hint=GET_AGAIN) from error


def reason_of(error: Exception) -> str:
    """Return the reason in a library's error, in one line without a full stop."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return line.rpartition(" : ")[2].strip(" .")[:_LONGEST_REASON]  # "[ONNXRuntimeError] : 1 : FAIL : reason"
