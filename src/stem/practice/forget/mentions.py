"""Own texts and sets of own recordings in which a name or a code stands: no record tells whose they are.

A text may hold a word that is a name too: each is shown with the place, and goes when someone says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from stem.messages import Message
from stem.practice.forget import ownership
from stem.practice.forget.matching import holds, words
from stem.practice.forget.removal import Piece, content_hash, folder_id, judged
from stem.script.includes import LARGEST_FILE, SUFFIX
from stem.voices.recordings.sets import RecordingSet, forget_set, sets_in
from stem.voices.recordings.sheets import INDEX_NAME

_MOST_PLACES = 3
_PARTS = str.maketrans("-_", "  ")


@dataclass(frozen=True, slots=True)
class Mention:
    """An own text, or a set of own recordings, that may be about someone.

    Example:
        >>> plan = stem.TrackSpec("kort", values={"naam": "Anna"}, voice="zacht", bed="none")
        >>> kept = project.keep_as_script(plan)
        >>> [(found.path.name, found.places) for found in project.mentions(["anna"])]
        [('kort-eigen.j2', ('line 8',))]

    Attributes:
        path: The text's file, or the folder of the recordings.
        places: Where the name or code stands in it: "its name", "line 4".
        sha256: Of the text, as it was read.
        recordings: The set, when it is one.
    """

    path: Path
    places: tuple[str, ...]
    sha256: str = ""
    recordings: RecordingSet | None = None

    def remove(self) -> tuple[str, ...]:
        """Remove it, and return why something of it stays, as clauses about that; nothing when all went."""
        if self.recordings is not None:
            stays = forget_set(self.recordings)
            return tuple(Message("{name} is no part of it", name=path.name) for path in stays)
        try:
            piece = Piece(self.path, folder_id(self.path.parent), ownership.of_content(self.sha256))
        except OSError:  # the folder is gone, and the text with it
            return ()
        reason = judged(piece, removing=True)
        return (reason,) if reason else ()


def mentions(wanted: Sequence[str], texts: Path, recordings: Path) -> tuple[Mention, ...]:
    """Find own texts and recordings in which one of the names or codes stands; nothing is removed.

    Args:
        wanted: Names and codes; each is looked for as whole words.
        texts: The folder of own texts; also the folders in it. Links are not followed.
        recordings: The folder of own recordings.
    """
    asked = [each for each in wanted if words(each)]
    return (*_texts(asked, texts), *_sets(asked, recordings))


def _texts(wanted: Sequence[str], folder: Path) -> Iterator[Mention]:
    for path in sorted(folder.rglob(f"*{SUFFIX}")):
        with suppress(OSError):  # what cannot be read is no text of a track either
            sha256 = content_hash(path, LARGEST_FILE)
            if sha256:
                text = path.read_text(encoding="utf-8-sig", errors="replace")
                places = (*_name(wanted, path.stem), *_lines(wanted, text))
                if places:
                    yield Mention(path, places, sha256)


def _sets(wanted: Sequence[str], folder: Path) -> Iterator[Mention]:
    for each in sets_in(folder, ()):
        places = (*_name(wanted, each.folder.name), *_sentences(wanted, each))
        if places:
            yield Mention(each.folder, places, recordings=each)


def _sentences(wanted: Sequence[str], recordings: RecordingSet) -> tuple[str, ...]:
    if recordings.problem is not None:  # its index cannot be read as one
        with suppress(OSError):
            text = (recordings.folder / INDEX_NAME).read_text(encoding="utf-8", errors="replace")
            return _lines(wanted, text)
    said = sorted(recordings.index.items())
    return _first(
        Message("sentence {number}", number=number) for number, text in said if _is_in(text, wanted)
    )


def _name(wanted: Sequence[str], name: str) -> tuple[str, ...]:
    """Return that a name is in that of a file or folder, whose words are joined by dashes."""
    parted = [each.translate(_PARTS) for each in wanted]
    return (Message("its name"),) if _is_in(name.translate(_PARTS), [*wanted, *parted]) else ()


def _lines(wanted: Sequence[str], text: str) -> tuple[str, ...]:
    lines = enumerate(text.splitlines(), start=1)
    return _first(Message("line {number}", number=number) for number, line in lines if _is_in(line, wanted))


def _first(places: Iterator[str]) -> tuple[str, ...]:
    return tuple(place for place, _ in zip(places, range(_MOST_PLACES), strict=False))


def _is_in(text: str, wanted: Sequence[str]) -> bool:
    return any(words(each) and holds(text, each) for each in wanted)
