"""What a build record holds; the JSON document has the same tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from stem.config import Config
from stem.export.captions import FORMATS as CAPTIONS
from stem.export.formats import FORMATS
from stem.export.stems import PARTS
from stem.messages import Message
from stem.script.dutch import spoken
from stem.script.edits import Edit
from stem.script.timeline import Chapter, PlacedPause, PlacedUtterance, Timeline
from stem.script.variables import may_be_words
from stem.sound.loudness import Loudness
from stem.tables import LATER
from stem.track.spec import TrackSpec

_HASH = re.compile("[0-9a-f]{64}")

_SUFFIXES = frozenset(each.suffix for each in FORMATS.values())
_ENDING = re.compile(rf"\.(?:{'|'.join(CAPTIONS)})|(?:-[1-9][0-9]{{0,3}})?\.png|-(?:{'|'.join(PARTS)})\.flac")
"""Of all that is written beside a track; a picture gets a number when its name is taken."""

_MOST_FILLED = 100_000
"""Characters of all that was filled in; a value has 2,000 at most."""

_MOST_FRAMES = 2**53
"""Whole numbers up to here are exact wherever they are read."""


def is_suffix(text: str) -> bool:
    """Tell whether a track's name may end so: as one of the formats, in small letters or capitals."""
    return text.lower() in _SUFFIXES


def is_ending(text: str) -> bool:
    """Tell whether the name of something that stem writes beside a track ends so."""
    return _ENDING.fullmatch(text) is not None


def _check_span(start: int, end: int) -> None:
    if not 0 <= start <= end <= _MOST_FRAMES:
        raise ValueError(Message("it runs from frame {start} to {end}", start=start, end=end))


def _check_hash(sha256: str) -> None:
    if not _HASH.fullmatch(sha256):
        raise ValueError(Message("'sha256' is no hash"))


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
        _check_span(self.start, self.end)


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

    def __post_init__(self) -> None:
        for at in (self.frames, *self.bells):
            if not 0 <= at <= _MOST_FRAMES:
                raise ValueError(Message("it cannot have a frame {at}", at=at))
        for pause in self.pauses:
            _check_span(pause.start, pause.end)
        for chapter in self.chapters:
            _check_span(chapter.start, chapter.end)


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
        if not is_suffix(self.suffix):
            raise ValueError(Message("'{suffix}' is no suffix", suffix=self.suffix))
        _check_hash(self.sha256)
        if self.rate <= 0:
            raise ValueError(Message("'rate' cannot be {rate}", rate=self.rate))


@dataclass(frozen=True, slots=True)
class FileBeside:
    """A file that was made with the track, such as its captions.

    Attributes:
        ending: What its name has behind the track's, which it shares: "-stem.flac", ".vtt".
        sha256: Of its content, in hexadecimal.
    """

    ending: str
    sha256: str

    def __post_init__(self) -> None:
        if not is_ending(self.ending):
            raise ValueError(
                Message("nothing that is made with a track is called '{ending}'", ending=self.ending)
            )
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
        free: The names of the variables that took words of one's own: no choice, number, or yes or no. None
            in a record of before these were told.
        edits: The sentences that were said otherwise.
    """

    values: dict[str, str] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    code: str = ""
    speech: tuple[str, ...] = ()
    free: tuple[str, ...] | None = None
    edits: tuple[Edit, ...] = field(default=(), metadata=LATER)

    def __post_init__(self) -> None:
        if sum(map(len, (self.code, *self.values, *self.values.values()))) > _MOST_FILLED:
            raise ValueError(Message("more was filled in than can be"))

    @property
    def words(self) -> dict[str, str]:
        """What was filled in as words of one's own, by the name of its variable."""
        if self.free is None:
            return {name: value for name, value in self.values.items() if may_be_words(name, value)}
        return {name: value for name, value in self.values.items() if name in self.free}

    @property
    def is_someones(self) -> bool:
        """Whether words of anyone's own are said."""
        return bool(self.edits) or any(self.words.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredients:
    """What a track is made from, its words apart.

    Attributes:
        versions: Of everything that has a say in the bytes of a track, by name.
        script: What was read.
        asked: What was asked for, without values and changes of sentences, which are personal; a voice that
            nobody chose is named.
        filled: The names of the variables that were filled in.
        edited: How many sentences were changed.
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
    edited: int = field(default=0, metadata=LATER)


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
            raise ValueError(
                Message(
                    "it has {count} texts for {spoken_count} utterances",
                    count=len(self.personal.texts),
                    spoken_count=spoken_count,
                )
            )

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
