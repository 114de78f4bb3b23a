"""The drawing: four panels above each other on one axis of time, and a caption for who is no engineer.

Figure and canvas are made here and belong to nobody else: pyplot, which keeps a list of figures, is not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import matplotlib.style
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from stem.export.plot import WIDTH_PX
from stem.export.plot.contents import Shown
from stem.export.plot.labels import DPI, duration, number, numbered, plain, shortened, width, write
from stem.export.plot.spectra import BANDS_HZ, SOFTEST_LUFS, WINDOW_S, Floats, Heard, Span
from stem.export.tags import ChapterMark
from stem.progress import beat
from stem.sound.loudness import STEP_S
from stem.units import format_time

_COLUMNS = 1400
"""Times at which the loudness is shown: one for each dot of the picture, or nearly."""
_SHORT_TERM_S = 3.0
_LINE_POINTS = 300
"""Of the line for all together, so that it stays a line when a track lasts an hour."""
_LONG_PAUSE_S = 4.0
"""From here on a silence is shaded."""
_SHOWN_DB = 70.0

_VOICE, _BED, _PAUSE, _BELL, _ANCHOR = "#3d6b7d", "#a9c9bd", "#f6ecd2", "#c98a3c", "#b5534b"
_PAUSE_BAR, _INK, _FAINT, _LINE = "#e3cf9b", "#333333", "#777777", "#dddddd"
_CHAPTERS = ("#dbe7ea", "#eef2ea")
_SPECTRUM = ("#fcfcfa", "#dfe9e2", "#a9c9bd", "#5b93a0", "#24505f")

_WIDTH_IN = WIDTH_PX / DPI
_LEFT_IN, _RIGHT_IN = 1.55, 0.45
_HEAD_IN, _FOOT_IN = 1.2, 1.15
_PANELS_IN = (0.45, 0.95, 3.1, 2.6)
_GAP_IN = 0.42
"""Between panels; the name of the lower one stands there."""
_LIST_COLUMNS, _LIST_LINES, _LINE_IN = 4, 15, 0.24

_HOUR_S = 3600
_TICKS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
_MOST_TICKS = 14
_PITCHES = {
    100: "laag  100 Hz",
    300: "300 Hz",
    1000: "midden  1000 Hz",
    3000: "3000 Hz",
    10_000: "hoog  10 000 Hz",
}

_CAPTION = (
    "LUFS is de maat voor hoe luid iets voor een mens klinkt: dichter bij 0 is luider, en 10 minder klinkt "
    "ongeveer half zo luid.\n"
    "Hoog en laag: onderaan brommen lage tonen, in het midden ligt de stem, bovenaan sist en ruist het. "
    "Hoe donkerder, hoe sterker."
)


class Picture:
    """A picture of a track.

    Args:
        name: Stands above it.
        heard: The sound.
        shown: What else is known.
    """

    def __init__(self, name: str, heard: Heard, shown: Shown) -> None:
        self._name = name
        self._heard = heard
        self._length_s = max(heard.length_s, 0.01)
        self._shown = replace(shown, chapters=tuple(_within(shown.chapters, self._length_s)))

    def save(self, path: Path, kind: str) -> None:
        """Write the picture to `path` as "png" or "svg", without date or version.

        Raises:
            OSError: when the system refuses.
        """
        metadata = {"Software": None} if kind == "png" else {"Date": None, "Creator": None}
        with _own_style():
            self._drawn().savefig(path, format=kind, dpi=DPI, metadata=metadata)

    def _drawn(self) -> Figure:
        titles = [plain(chapter.title) for chapter in self._shown.chapters]
        listed = not all(map(self._fits, self._shown.chapters, numbered(titles)))
        list_lines = min(-(-len(titles) // _LIST_COLUMNS), _LIST_LINES) if listed else 0
        list_in = (list_lines + 1) * _LINE_IN if listed else 0.0
        height_in = _HEAD_IN + sum(_PANELS_IN) + (len(_PANELS_IN) - 1) * _GAP_IN + _FOOT_IN + list_in
        figure = Figure(figsize=(_WIDTH_IN, height_in), dpi=DPI)
        FigureCanvasAgg(figure)
        self._write_head(figure, height_in)
        panels = self._panels(figure, height_in)
        beat()
        self._draw_chapters(panels[0], titles, listed=listed)
        self._draw_bars(panels[1])
        beat()
        self._draw_loudness(panels[2])
        self._draw_pitch(panels[3])
        beat()
        figure.text(
            _LEFT_IN / _WIDTH_IN, (list_in + 0.25) / height_in, _CAPTION, size=10, color=_FAINT, va="bottom"
        )
        if listed:
            self._write_list(figure, titles, list_lines, height_in)
        return figure

    def _panels(self, figure: Figure, height_in: float) -> list[Axes]:
        """Return the axes of the panels, from above, with what all have in common."""
        top_in = height_in - _HEAD_IN
        panels = []
        for panel_in, name in zip(
            _PANELS_IN, ("Hoofdstukken", "Wat er klinkt", "Hoe luid", "Hoog en laag"), strict=True
        ):
            top_in -= panel_in
            wide = (_WIDTH_IN - _LEFT_IN - _RIGHT_IN) / _WIDTH_IN
            axes = figure.add_axes((_LEFT_IN / _WIDTH_IN, top_in / height_in, wide, panel_in / height_in))
            axes.set_title(name, loc="left", size=12, weight="bold", color=_INK, pad=6)
            axes.set_xlim(0, self._length_s)
            axes.set_xticks(_ticks(self._length_s), labels=[])
            axes.tick_params(length=0, labelsize=10, labelcolor=_INK)
            axes.spines[:].set_visible(False)
            axes.set_axisbelow(True)
            top_in -= _GAP_IN
            panels.append(axes)
        panels[-1].set_xticklabels(map(format_time, _ticks(self._length_s)))
        panels[-1].set_xlabel(
            "tijd (minuten:seconden)" if self._length_s < _HOUR_S else "tijd (uren:minuten:seconden)"
        )
        return panels

    # --- Words ---

    def _write_head(self, figure: Figure, height_in: float) -> None:
        left = _LEFT_IN / _WIDTH_IN
        room = (_WIDTH_IN - _LEFT_IN - _RIGHT_IN) * DPI
        write(
            figure.text(
                left, 1 - 0.46 / height_in, shortened(plain(self._name), 18, room), size=18, color=_INK
            )
        )
        facts = shortened(" · ".join(self._facts()), 11, room)
        write(figure.text(left, 1 - 0.74 / height_in, facts, size=11, color=_FAINT))

    def _facts(self) -> Iterator[str]:
        shown, heard = self._shown, self._heard
        yield f"duurt {format_time(heard.length_s)}"
        if shown.utterances:
            spoken_s = sum(end - start for start, end in shown.utterances)
            yield f"{max(1 - spoken_s / self._length_s, 0):.0%} zonder stem".replace("%", " %")
        if shown.bed:
            yield f"achtergrond: {plain(shown.bed)}"
        if np.isfinite(heard.integrated_lufs):
            yield f"als geheel {number(heard.integrated_lufs)} LUFS"
        if shown.estimated:
            yield (
                "waar de stem klinkt, is geschat uit het geluid"
                if shown.utterances
                else "een stem was niet van de rest te onderscheiden"
            )

    def _write_list(self, figure: Figure, titles: Sequence[str], lines: int, height_in: float) -> None:
        """Write the chapters under the picture, because not all titles fit in it."""
        column_in = (_WIDTH_IN - _LEFT_IN - _RIGHT_IN) / _LIST_COLUMNS
        room = lines * _LIST_COLUMNS
        for place, (chapter, title) in enumerate(zip(self._shown.chapters, titles, strict=True)):
            if place == room:
                break
            text = f"{place + 1}  {format_time(chapter.start_s)}  {title}"
            if place == room - 1 and len(titles) > room:
                text = f"… en nog {len(titles) - place}"
            left = (_LEFT_IN + place // lines * column_in) / _WIDTH_IN
            top = (lines - place % lines) * _LINE_IN / height_in
            write(figure.text(left, top, shortened(text, 10, column_in * DPI - 12), size=10, color=_INK))

    # --- Panels ---

    def _pixels(self, span: Span) -> float:
        return (span[1] - span[0]) / self._length_s * (_WIDTH_IN - _LEFT_IN - _RIGHT_IN) * DPI

    def _fits(self, chapter: ChapterMark, text: str) -> bool:
        return width(text, 10) + 6 <= self._pixels((chapter.start_s, chapter.end_s))

    def _draw_chapters(self, axes: Axes, titles: Sequence[str], *, listed: bool) -> None:
        axes.set(ylim=(0, 1), yticks=[])
        if not titles:
            axes.text(0, 0.5, "geen", size=10, color=_FAINT, va="center", transform=axes.transAxes)
        for place, (chapter, text) in enumerate(zip(self._shown.chapters, numbered(titles), strict=True)):
            axes.axvspan(chapter.start_s, chapter.end_s, color=_CHAPTERS[place % 2], linewidth=0)
            for words in (text, str(place + 1)) if listed else (text,):
                if self._fits(chapter, words):
                    middle = (chapter.start_s + chapter.end_s) / 2
                    write(axes.text(middle, 0.48, words, size=10, color=_INK, ha="center", va="center"))
                    break

    def _draw_bars(self, axes: Axes) -> None:
        shown = self._shown
        names = ("stem", "stilte") + (("bel",) if shown.bells_s else ())
        labels = [f"{name} (geschat)" if shown.estimated and name != "bel" else name for name in names]
        if not shown.utterances and not shown.estimated:
            axes.text(0, 0.5, "geen stem", size=10, color=_FAINT, va="center", transform=axes.transAxes)
            labels = [""] * len(names)
        axes.set(ylim=(-len(names) + 0.5, 0.5))
        axes.set_yticks([-row for row in range(len(names))], labels=labels)
        for row, spans, colour in ((0, shown.utterances, _VOICE), (-1, shown.pauses, _PAUSE_BAR)):
            lengths = [(start, end - start) for start, end in spans]
            # Not snapped to dots: what is narrower than one, in a long track, is a shade of the colour.
            axes.broken_barh(lengths, (row - 0.38, 0.76), color=colour, linewidth=0, snap=False)
        for start, end in shown.pauses:
            text = duration(end - start)
            if end - start >= _LONG_PAUSE_S and width(text, 9) + 6 <= self._pixels((start, end)):
                axes.text((start + end) / 2, -1.03, text, size=9, color=_INK, ha="center", va="center")
        axes.plot(shown.bells_s, [-2] * len(shown.bells_s), "D", color=_BELL, markersize=7, clip_on=False)
        axes.grid(axis="x", color=_LINE, linewidth=0.8)

    def _draw_loudness(self, axes: Axes) -> None:
        heard = self._heard
        speaking, silent = _told_apart(heard.momentary, self._shown.utterances)
        count = max(min(_COLUMNS, len(heard.momentary)), 1)
        voice, bed = (
            _columns(np.where(chosen, heard.momentary, np.nan), WINDOW_S, self._length_s, count)
            for chosen in (speaking, silent)
        )
        times = _middles(self._length_s, count)
        bottom, top = _limits(np.concatenate([voice, bed]))
        for start, end in self._shown.pauses:
            if end - start >= _LONG_PAUSE_S:
                axes.axvspan(start, end, color=_PAUSE, linewidth=0)
        for level, colour in ((voice, _VOICE), (_bridged(bed), _BED)):
            filled = np.nan_to_num(level, nan=bottom)
            axes.fill_between(times, bottom, filled, color=colour, linewidth=0, step="mid")
        points = min(_LINE_POINTS, count)
        course = _columns(heard.short_term, _SHORT_TERM_S, self._length_s, points)
        axes.plot(_middles(self._length_s, points), course, color=_INK, linewidth=1.4)
        axes.set(ylim=(bottom, top), ylabel="LUFS")
        axes.grid(axis="both", color=_LINE, linewidth=0.8)
        self._explain(axes, self._anchor(heard.momentary[speaking]))

    def _anchor(self, spoken_lufs: Floats) -> tuple[float, str] | None:
        """Return the loudness of the voice, and words for it; None when there is no voice."""
        wanted = self._shown.speech_lufs
        if wanted is not None:
            return wanted, f"zo luid hoort de stem te zijn: {number(wanted)}"
        if not len(spoken_lufs):
            return None
        mean = 10 * float(np.log10(np.mean(10 ** (spoken_lufs / 10))))
        return mean, f"zo luid is de stem gemiddeld: {number(mean)}"

    def _explain(self, axes: Axes, anchor: tuple[float, str] | None) -> None:
        mean_s = max(_SHORT_TERM_S, self._length_s / _LINE_POINTS)
        rest = "achtergrond en bel" if self._shown.bells_s else "achtergrond"
        of_voice = [
            Patch(color=_VOICE, label="stem"),
            Patch(color=_PAUSE, label=f"stilte van {_LONG_PAUSE_S:.0f} s of langer"),
        ]
        keys: list[Artist] = [
            *(of_voice if self._shown.utterances else ()),
            Patch(color=_BED, label=rest if self._shown.utterances or self._shown.bed else "alles"),
            Line2D([], [], color=_INK, linewidth=1.4, label=f"alles samen, over {duration(mean_s)}"),
        ]
        if anchor is not None:
            lufs, words = anchor
            keys.append(axes.axhline(lufs, color=_ANCHOR, linewidth=1.2, linestyle=(0, (6, 4)), label=words))
        axes.legend(
            handles=keys,
            loc="lower right",
            bbox_to_anchor=(1.0, 0.98),
            ncols=len(keys),
            columnspacing=1.6,
            borderaxespad=0.2,
            frameon=False,
            fontsize=10,
            labelcolor=_INK,
        )

    def _draw_pitch(self, axes: Axes) -> None:
        powers = self._heard.spectra
        level_db = 10 * np.log10(np.maximum(powers, 1e-14)).T
        loudest = float(np.percentile(level_db, 99.9)) if level_db.size else 0.0
        axes.imshow(
            level_db if level_db.size else np.full((1, 1), -_SHOWN_DB),
            cmap=LinearSegmentedColormap.from_list("stem", _SPECTRUM),
            vmin=loudest - _SHOWN_DB,
            vmax=loudest,
            origin="lower",
            aspect="auto",
            interpolation="hanning",
            extent=(0, max(len(powers), 1) * self._heard.spectrum_s, 0, 1),
        )
        heights = np.log(np.array(list(_PITCHES)) / BANDS_HZ[0]) / np.log(BANDS_HZ[-1] / BANDS_HZ[0])
        axes.set(xlim=(0, self._length_s), ylim=(0, 1))
        axes.set_yticks(heights, labels=_PITCHES.values())


# --- Figures ---


def _within(chapters: Sequence[ChapterMark], length_s: float) -> Iterator[ChapterMark]:
    """Yield the chapters as far as they lie in the track: a file that was cut may tell of more."""
    for chapter in chapters:
        if chapter.start_s < length_s:
            yield replace(chapter, end_s=min(chapter.end_s, length_s))


def _told_apart(momentary: Floats, utterances: Sequence[Span]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which moments have their middle in an utterance, and which lie wholly outside all of them."""
    starts, ends = np.array(utterances).reshape(-1, 2).T
    first = np.arange(len(momentary)) * STEP_S
    middle, last = first + WINDOW_S / 2, first + WINDOW_S
    begun = np.searchsorted(starts, middle, side="right")
    speaking = begun > np.searchsorted(ends, middle, side="right")
    silent = np.searchsorted(starts, last) == np.searchsorted(ends, first, side="right")
    return speaking, silent


def _columns(lufs: Floats, window_s: float, length_s: float, count: int) -> Floats:
    """Return the mean loudness of each column of the picture; NaN for one that nothing is known of.

    Args:
        lufs: Of each window of `window_s`, every `STEP_S`; NaN for those that do not count.
        window_s: In seconds.
        length_s: Of the picture.
        count: How many columns.
    """
    middles = np.arange(len(lufs)) * STEP_S + window_s / 2
    columns = np.minimum((middles / length_s * count).astype(int), count - 1)
    known = ~np.isnan(lufs)
    powers = 10 ** (np.maximum(lufs[known], SOFTEST_LUFS) / 10)
    windows = np.bincount(columns[known], minlength=count)
    sums = np.bincount(columns[known], weights=powers, minlength=count)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(10 * np.log10(sums / windows))


def _middles(length_s: float, count: int) -> Floats:
    """Return the times of the middles of `count` columns."""
    return (np.arange(count) + 0.5) * length_s / count


def _bridged(level: Floats) -> Floats:
    """Return `level` with straight lines where it is not known: the background goes on behind the voice."""
    known = np.flatnonzero(~np.isnan(level))
    return np.interp(np.arange(len(level)), known, level[known]) if len(known) else level


def _limits(levels: Floats) -> tuple[float, float]:
    """Return the lowest and the highest LUFS of the picture, in fives."""
    known = levels[~np.isnan(levels)]
    low, high = np.percentile(known, (3, 100)) if len(known) else (-60.0, -10.0)
    return 5 * float(np.floor(min(low - 3, -45) / 5)), 5 * float(np.ceil(max(high + 2, -10) / 5))


def _ticks(length_s: float) -> Floats:
    """Return the times that are written along the axis."""
    step = next((step for step in _TICKS_S if length_s / step < _MOST_TICKS), _TICKS_S[-1])
    return np.arange(0, length_s + 1e-6, step)


@contextmanager
def _own_style() -> Iterator[None]:
    """Draw in matplotlib's default style, whatever the user's own is, and name the parts of an SVG alike."""
    with matplotlib.style.context(["default", {"svg.hashsalt": "stem", "svg.fonttype": "path"}]):
        yield
