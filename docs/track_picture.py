"""Draws docs/track.png, the picture in docs/sound.md: python docs/track_picture.py (needs matplotlib)."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from stem import units
from stem.config import Config
from stem.sound.clips import Samples
from stem.track.plan import plan_track
from stem.track.spec import TrackSpec
from stem.track.stages import mixed, speak
from stem.voices.takes import Takes

STEP = units.frames(0.25)


def levels(blocks: list[Samples]) -> np.ndarray:
    """Return the RMS in dBFS of every quarter of a second."""
    whole = np.concatenate(blocks)[:, 0]
    steps = whole[: len(whole) // STEP * STEP].reshape(-1, STEP).astype(np.float64)
    return np.asarray(20 * np.log10(np.sqrt(np.square(steps).mean(axis=1)) + 1e-5))


def main() -> None:
    """Speak and mix the main script, once with its voice and once with the background alone."""
    with Takes() as takes:
        plan = speak(plan_track(TrackSpec("door-andere-ogen"), Config()), takes)
        mix = mixed(plan, takes, plan.bed.load(plan.seed))
        both = levels(list(mix.blocks()))
        silent = np.zeros((1, 1), np.float32)
        bed = levels(list(type(mix)(mix.timeline, lambda _: silent, mix.bed, None, mix.levels).blocks()))
    minutes = np.arange(len(both)) * 0.25 / 60
    figure, axes = plt.subplots(figsize=(12, 3.6), dpi=100)
    axes.fill_between(minutes, -70, both, color="#3d6b7d", linewidth=0, label="stem")
    axes.fill_between(minutes, -70, bed, color="#a9c9bd", linewidth=0, label="achtergrond")
    for chapter in mix.timeline.chapters:
        start = units.seconds(chapter.start) / 60
        axes.axvline(start, color="#888888", linewidth=0.6)
        axes.text(start + 0.04, -8.5, chapter.title, fontsize=7, rotation=25, color="#333333")
    axes.set(xlim=(0, minutes[-1]), ylim=(-70, 0), xlabel="minuten", ylabel="niveau (dBFS)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right", frameon=True, fontsize=8)
    figure.tight_layout()
    figure.savefig(Path(__file__).parent / "track.png", metadata={"Software": None})


if __name__ == "__main__":
    main()
