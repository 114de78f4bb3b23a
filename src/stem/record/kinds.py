"""What a build record holds; the JSON document has the same tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from stem.config import Config
from stem.dutch import spoken
from stem.mastering import Loudness
from stem.specs import TrackSpec
from stem.timeline import Chapter, PlacedPause, PlacedUtterance, Timeline

_HASH = re.compile("[0-9a-f]{64}")


def _check_hash(sha256: str) -> None:
    if not _HASH.fullmatch(sha256):
        raise ValueError("'sha256' is no hash")


@dataclass(frozen=True, slots=True)
class ScriptFacts:
    """What a script was when the track was made.

    Attributes:
        name: For files.
        title: For people.
        parts: SHA-256 of the script's text and of all that it includes, by the name it is included by.
    """

    name: str
    title: str
    parts: dict[str, str]


@dataclass(frozen=True, slots=True)
class VoiceFacts:
    """What a voice was when the track was made.

    Attributes:
        name: Of the voice, or of the folder with recordings.
        engine: Its engine.
        engine_version: That engine's version.
        template_sha256: Of everything that its template says and that is heard or shown.
        files_sha256: Of the content of its files; "" when it has none.
    """

    name: str
    engine: str
    engine_version: str
    template_sha256: str
    files_sha256: str


@dataclass(frozen=True, slots=True)
class Span:
    """From a frame up to another, at `units.SAMPLE_RATE`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"it runs from frame {self.start} to {self.end}")


@dataclass(frozen=True, slots=True)
class Times:
    """When everything happens: a `timeline.Timeline` without words.

    Attributes:
        frames: The track's length.
        utterances: In order.
        pauses: In order.
        bells: The frames at which the bell is struck.
        chapters: In order; their titles never hold what is filled in.
    """

    frames: int
    utterances: tuple[Span, ...]
    pauses: tuple[PlacedPause, ...]
    bells: tuple[int, ...]
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True, slots=True)
class SoundFile:
    """The file that was made.

    Attributes:
        suffix: Of its name; the rest of that is the record's own.
        bytes: Its size.
        sha256: Of its content, in hexadecimal.
        rate: Its sample rate in hertz.
        kbps: Its bit rate.
    """

    suffix: str
    bytes: int
    sha256: str
    rate: int
    kbps: int

    def __post_init__(self) -> None:
        if {"/", "\\", "\0"} & set(self.suffix):
            raise ValueError(f"'{self.suffix}' is no suffix")
        _check_hash(self.sha256)
        if self.rate <= 0:
            raise ValueError(f"'rate' cannot be {self.rate}")


@dataclass(frozen=True, slots=True)
class FileBeside:
    """A file that was made with the track, such as its captions.

    Attributes:
        ending: What its name has behind the track's, which it shares: "-stem.wav", ".vtt".
        sha256: Of its content, in hexadecimal.
    """

    ending: str
    sha256: str

    def __post_init__(self) -> None:
        if not self.ending or {"/", "\\", "\0"} & set(self.ending):
            raise ValueError(f"'{self.ending}' is no ending of a name")
        _check_hash(self.sha256)


@dataclass(frozen=True, slots=True)
class Personal:
    """What was filled in, and whatever may hold it.

    Attributes:
        values: The script's variables, as text.
        texts: What is said, as written: one for each of the utterances in `Times`.
        remarks: What a maker should know about how it is said.
        code: The client's, when the track was made for one.
        speech: Names of the entries that the cache of spoken phrases has because of what was filled in.
    """

    values: dict[str, str] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    code: str = ""
    speech: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredients:
    """What a track is made from, its words apart.

    Attributes:
        versions: Of everything that has a say in the bytes of a track, by name.
        script: What was read.
        asked: What was asked for, without values, which are personal; a voice that nobody chose is named.
        filled: The names of the variables that were filled in.
        settings: What stem.toml said, but for where files go.
        voice: Who spoke.
        fill: Who said what was not recorded.
        house: The practice's own recordings of its words.
        bed: The background: its name, or the path of a file.
        bed_sha256: Of its sound with that of the noise floor, or of the file.
        lexicon_sha256: Of how words were said, a client's name not counted.
        cover_sha256: Of the picture; "" when it was drawn, or there is none.
    """

    versions: dict[str, str]
    script: ScriptFacts
    asked: TrackSpec
    filled: tuple[str, ...]
    settings: Config
    voice: VoiceFacts
    fill: VoiceFacts | None = None
    house: VoiceFacts | None = None
    bed: str
    bed_sha256: str
    lexicon_sha256: str
    cover_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Ingredients):
    """How a track was made; the document has the same tables.

    Attributes:
        levels: How loud everything is, in the units that the names tell.
        times: When everything happens.
        loudness: Of the whole mix, before encoding; minus infinity is null in the document.
        warnings: What a maker should know about it, as sentences.
        track: The file.
        beside: What was made with it.
        personal: None when it was left out.
    """

    levels: dict[str, float]
    times: Times
    loudness: Loudness
    warnings: tuple[str, ...]
    track: SoundFile
    beside: tuple[FileBeside, ...] = ()
    personal: Personal | None = None

    def __post_init__(self) -> None:
        spoken_count = len(self.times.utterances)
        if self.personal is not None and len(self.personal.texts) != spoken_count:
            raise ValueError(f"it has {len(self.personal.texts)} texts for {spoken_count} utterances")

    @property
    def timeline(self) -> Timeline:
        """When everything happens, with its words; these are empty when they were left out."""
        texts = self.personal.texts if self.personal else ("",) * len(self.times.utterances)
        spans = zip(texts, self.times.utterances, strict=True)
        return Timeline(
            self.times.frames,
            tuple(PlacedUtterance(text, spoken(text), span.start, span.end) for text, span in spans),
            self.times.pauses,
            self.times.bells,
            self.times.chapters,
        )
