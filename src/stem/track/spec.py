"""What was asked for, before anything is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stem.characters import line_problem
from stem.messages import Message
from stem.script.edits import Edit
from stem.sound.segments import AudioSegment
from stem.tables import LATER


@dataclass(frozen=True, slots=True)
class TrackSpec:
    """What was asked for; None means: as the script or stem.toml says.

    Example:
        >>> spec = stem.TrackSpec("kort", values={"naam": "Anna"}, voice="zacht", pauses={"kort": 4})
        >>> project.plan(spec).phrases[0]
        'Anna, ga zitten zoals het prettig is.'

    Attributes:
        script: A script's name, or a path to a .j2 file.
        values: The script's variables, as text.
        voice: Name of a voice, or a folder with own recordings.
        fill: Name of the voice that says what was not recorded.
        bed: Name of a background, a file with music, or music as a pydub AudioSegment.
        bed_start_s: Where in such a file to begin, in seconds.
        bed_once: Play it once, and fade it out, instead of repeating it.
        bed_credit: Who made it and under which licence, for the tags.
        bed_level_lu: Louder (or, below 0, softer) than the background is by itself.
        duck_lu: How far the background gives way to the voice.
        bells: Where bells sound besides those in the script: "begin", "einde".
        bell: Name of the bell.
        profile: Name of what the track is mastered for.
        format: Name of the kind of file; None for an MP3, or what the destination takes.
        destination: Name of where the track goes.
        seed: Another seed gives another background; the words stay the same.
        pauses: Seconds by name of pause.
        duration_s: The length wanted, in seconds; the pauses are fitted to it.
        pause_scale: A factor for the pauses that may stretch.
        artist: Who the tags name as the maker.
        album: The album in the tags.
        number: The track's number in the album.
        total: How many the album has.
        cover: A picture for the tags; "none" for no picture at all, None for one drawn by the title.
        lyrics: Whether the words go into the tags.
        name_in_file: Whether what was filled in may stand in the tags.
        online: Whether text may be sent to a voice on the internet; None: as stem.toml says.
        remember: Whether what is spoken is kept for the next time.
        edits: Sentences that are said otherwise in this track; they count as someone's own words.
    """

    script: str
    values: Mapping[str, str] = field(default_factory=dict)
    voice: str | None = None
    fill: str | None = None
    bed: str | AudioSegment | None = None
    bed_start_s: float = 0.0
    bed_once: bool = False
    bed_credit: str = ""
    bed_level_lu: float | None = None
    duck_lu: float | None = None
    bells: tuple[str, ...] = ()
    bell: str | None = None
    profile: str | None = None
    format: str | None = None
    destination: str | None = None
    seed: int = 1
    pauses: Mapping[str, float] = field(default_factory=dict)
    duration_s: float | None = None
    pause_scale: float = 1.0
    artist: str | None = None
    album: str | None = None
    number: int | None = None
    total: int | None = None
    cover: str | None = None
    lyrics: bool = True
    name_in_file: bool = False
    online: bool | None = None
    remember: bool = True
    edits: tuple[Edit, ...] = field(default=(), metadata=LATER)

    def __post_init__(self) -> None:
        """Refuse what no tag can hold: it is read on lock screens and in lists, by other programs.

        Raises:
            ValueError: when a name has a control character, or another that nobody sees.
        """
        names = {"artist": self.artist, "album": self.album, "bed-credit": self.bed_credit}
        for name, text in names.items():
            if problem := line_problem(text or ""):
                raise ValueError(
                    Message("the {name} cannot stand in tags: {problem}", name=name, problem=problem)
                )
