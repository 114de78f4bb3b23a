"""Which background was asked for: read once, and known to nobody else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from stem import files, units
from stem.errors import AudioError, OutputError, UsageError
from stem.messages import Message
from stem.progress import beat, part
from stem.sound.beds.bed import Bed, let_go, loudness
from stem.sound.beds.file_bed import check_own_bed, is_own, load_own_bed
from stem.sound.beds.kept import load_single
from stem.sound.beds.layers import Layer, read_layers, under_lu
from stem.sound.beds.recipes import BEDS
from stem.sound.clips import BLOCK_FRAMES
from stem.sound.segments import AudioSegment, wav_of

GIVEN = "(sound)"
"""The name of music that came as sound: there is no file to name."""


@dataclass(frozen=True, slots=True)
class BedChoice:
    """A background that was looked for and found; none of its sound is made or read yet.

    Attributes:
        name: As it was asked for: "zee+vogels:-6", or the path of a file.
        layers: What it is made of; none when it is music.
        music: What was given as sound, not as a file.
        start_s: Seconds to leave out of the file.
        once: Whether the file is played once, and faded out, instead of repeated.
        credit: Who made it and under which licence, for the tags.
    """

    name: str
    layers: tuple[Layer, ...] = ()
    start_s: float = 0.0
    once: bool = False
    credit: str = ""
    music: AudioSegment | None = None

    @classmethod
    def read(
        cls,
        wish: str | AudioSegment,
        folder: Path = files.HERE,
        *,
        start_s: float = 0.0,
        once: bool = False,
        credit: str = "",
    ) -> BedChoice:
        """Read a wish: a name in `BEDS`, or layers of these, or a sound file, or sound.

        Layers are up to four names with a `+` between them, each with a level in dB beside the others when it
        should not be as loud: "zee+vogels:-6". A file's path is relative to `folder`.

        Raises:
            UnknownNameError: when there is no bed of a name in it.
            UsageError: when it cannot be read as layers, when there is no such file, or when what is no file
                should start later or be played once.
        """
        if not isinstance(wish, str):
            return cls(GIVEN, (), start_s, once, credit.strip(), wish)
        if wish == GIVEN:
            raise UsageError(
                Message("That background was given as sound, not as a file."), hint=Message("Give it again.")
            )
        if is_own(wish):
            try:
                path = files.expanded(wish, folder)
            except OutputError:  # ~nobody: there is no file either
                path = folder / wish
            check_own_bed(path)
            return cls(str(path), (), start_s, once, credit.strip())
        layers = read_layers(wish)
        if start_s or once:
            hint = Message("Leave it out, or give a file: {bed_is} muziek.m4a")
            raise UsageError(
                Message("'{wish}' has no beginning and no end; only music from a file has.", wish=wish),
                hint=hint,
            )
        return cls(wish, layers, credit=credit.strip())

    @property
    def is_file(self) -> bool:
        """Whether it is music from a file."""
        return not self.layers and self.music is None

    @property
    def is_noise(self) -> bool:
        """Whether low bit rates harm it, or it is not the same in mono: all but tones, and any music."""
        return not self.layers or not all(BEDS[layer.name].tonal for layer in self.layers)

    def load(self, seed: int) -> Bed:
        """Return its sound from the cache, or made (at most three seconds a layer) and then cached.

        Cached loops are mapped into memory, read-only. Damaged ones are made again. Where there can be no
        cache, the bed is made every time and held in memory.

        Layers are brought to the loudness of the first, then moved by their levels.

        Args:
            seed: Any whole number; another seed gives another bed of the same kind.

        Raises:
            UsageError: when a file is gone.
            AudioError: when a file cannot be used.
        """
        if self.music is not None:
            with files.temporary_folder() as folder:
                path = folder / "background.wav"
                files.write_whole(path, wav_of(self.music))
                return load_own_bed(path, start_s=self.start_s, once=self.once)
        if not self.layers:
            return load_own_bed(Path(self.name), start_s=self.start_s, once=self.once)
        names = [layer.name for layer in self.layers]
        if len(names) == 1:
            return load_single(names[0], seed)
        singles = []
        for number, name in enumerate(names):
            # One after another: each takes a process of 100 MB and two cores.
            with part(number, len(names)):
                singles.append(load_single(name, seed))
        beat(1.0)
        loops = tuple(loop for single in singles for loop in single.loops)
        gains = tuple(
            units.gain(singles[0].lufs - single.lufs + layer.decibels)
            for layer, single in zip(self.layers, singles, strict=True)
            for _ in single.loops
        )
        sinks_lu = max(BEDS[layer.name].sinks_lu for layer in self.layers)
        return Bed(self.name, loops, loudness(loops, gains), gains, under_lu(self.layers), sinks_lu)

    def sha256(self, seed: int) -> str:
        """Return the SHA-256 of its sound: of a file its bytes, else the samples, with the noise floor's.

        Raises:
            AudioError: when a file cannot be read.
        """
        if self.music is not None:
            return hashlib.sha256(wav_of(self.music)).hexdigest()
        if not self.layers:
            try:
                return files.file_hash(Path(self.name))
            except OSError as error:
                raise AudioError(
                    self.name, Message("it cannot be read ({reason})", reason=error.strerror)
                ) from error
        return _sha256(tuple(layer.name for layer in self.layers), seed)


@lru_cache(maxsize=64)
def _sha256(names: tuple[str, ...], seed: int) -> str:
    """Return the SHA-256 of the samples of layers; it costs a tenth of a second, once for all of a list."""
    digest = hashlib.sha256()
    for bed in (*(load_single(name, seed) for name in names), load_single("none", 0)):
        for loop in bed.loops:  # the noise floor lies under every track
            for start in range(0, len(loop), BLOCK_FRAMES):
                part = loop[start : start + BLOCK_FRAMES]
                digest.update(part.tobytes())
                let_go(part)
    return digest.hexdigest()
