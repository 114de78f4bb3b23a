"""Filtering, done by what scipy has compiled for it, and without the package around that.

Importing `scipy.signal` takes most of a second, the larger part of a short track's work; the compiled parts
of it that are used here take a hundredth of that. What comes out is the same to the last bit.
"""

from __future__ import annotations

import math
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

_Signal = NDArray[np.float64]
_Kind = TypeVar("_Kind", np.float32, np.float64)


def through_sections(sections: _Signal, signal: NDArray[Any], state: _Signal) -> tuple[_Signal, _Signal]:
    """Send channels through second-order sections, one after the other; return what comes out, and the state.

    Args:
        sections: Shape (sections, 6): b0, b1, b2, 1.0, a1, a2.
        signal: Shape (channels, frames); float32 or float64.
        state: Of the filters, shape (sections, channels, 2): zeros at the beginning.
    """
    if not signal.size:
        return signal.astype(np.float64), state.copy()
    compiled = _compiled("signal/_sosfilt")
    if compiled is None:
        from scipy.signal import sosfilt

        return sosfilt(sections, signal, zi=state)  # type: ignore[no-any-return]
    filtered = np.array(signal, np.float64, order="C")
    own = np.array(np.moveaxis(state, 0, 1), np.float64, order="C")  # by channel
    compiled._sosfilt(np.ascontiguousarray(sections), filtered, own)  # noqa: SLF001
    return filtered, np.moveaxis(own, 1, 0)


def smoothed(signal: _Signal, pole: float) -> _Signal:
    """Return a signal of shape (frames,) as a filter with one pole follows it."""
    numerator, denominator = np.array([1 - pole]), np.array([1, -pole])
    compiled = _compiled("signal/_sigtools")
    if compiled is None:
        from scipy.signal import lfilter

        return np.asarray(lfilter(numerator, denominator, signal))
    return np.asarray(compiled._linear_filter(numerator, denominator, signal, -1))  # noqa: SLF001


def convolved(signal: NDArray[_Kind], response: NDArray[_Kind]) -> NDArray[_Kind]:
    """Return a signal of shape (frames,) with a response of shape (frames,) to each of its frames.

    By overlapping and adding, in blocks as long as scipy takes them.
    """
    compiled = _compiled("fft/_pocketfft/pypocketfft")
    short, long = sorted((signal, response), key=len)
    if compiled is None or len(short) < 2:  # noqa: PLR2004 - no transform is needed
        from scipy.signal import oaconvolve

        return np.asarray(oaconvolve(signal, response))
    size = len(signal) + len(response) - 1
    block = compiled.good_size(_best_block(len(long), len(short)), False)
    if block < len(long):
        step = block - len(short) + 1
        count = math.ceil((len(long) + 1) / step)
        count += step * count < size
    else:
        block = step = compiled.good_size(size, True)
        count = 1
    rows = [_in_rows(each, step, count if each is long else 1, block) for each in (signal, response)]
    spectra = [compiled.r2c(each, (1,), True, 0, None, 1) for each in rows]
    heard = compiled.c2r(spectra[0] * spectra[1], (1,), block, False, 2, None, 1)
    whole, over = heard[:, :step], heard[:-1, step:]
    whole[1:, : block - step] += over
    return np.asarray(whole.reshape(-1)[:size])


def _best_block(long: int, short: int) -> int:
    """Return the frames that make least work: N with N / K = ln(2 e N), where K of them overlap.

    As many as the whole, when that is less work still.
    """
    if short >= long / 2:
        return long
    overlap = short - 1
    frames = 10.0 * overlap
    for _ in range(60):  # each comes nearer by the share of K in N
        frames = overlap * math.log(2 * math.e * frames)
    return math.ceil(frames)


def _in_rows(values: NDArray[_Kind], step: int, count: int, block: int) -> NDArray[_Kind]:
    """Return so many rows, each with the next `step` values, and zeros after them."""
    rows = np.zeros((count, block), values.dtype)
    if count == 1:
        rows[0, : len(values)] = values
        return rows
    padded = np.zeros(count * step, values.dtype)
    padded[: len(values)] = values
    rows[:, :step] = padded.reshape(count, step)
    return rows


@cache
def _compiled(part: str) -> Any:
    """Return a compiled part of scipy; None where it is built in another way."""
    scipy = find_spec("scipy")
    folder, _, name = part.rpartition("/")
    places = [str(Path(place) / folder) for place in (scipy and scipy.submodule_search_locations) or ()]
    found = PathFinder.find_spec(name, places)
    if found is None or found.loader is None:
        return None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module
