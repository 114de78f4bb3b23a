"""A practice's folder, and all that can be done in it: the way in for the command line and for programs.

folder.py       the folder and its settings
scripts.py      scripts: listing, checking, beginning, importing
writing.py      own scripts while someone writes them
tracks.py       tracks: plan, preview, make, remake, own recordings
recordings.py   recordings of one's own voice
voices.py       voices and backgrounds: listing, getting, hearing
practice.py     settings, and the practice's own list of words
finished.py     finished tracks: what is in them, verifying, forgetting, a feed
batches.py      lists and series
values_file.py  a file with what is filled in
edits_file.py   a file with sentences that are changed
"""

from __future__ import annotations

from stem.project.batches import Batches
from stem.project.edits_file import read_edits
from stem.project.finished import Finished
from stem.project.folder import RECORDINGS
from stem.project.practice import Practice
from stem.project.recordings import OwnRecordings
from stem.project.values_file import read_values, without_values
from stem.project.voices import Voices
from stem.project.writing import Writing

__all__ = ["RECORDINGS", "Project", "read_edits", "read_values", "without_values"]


class Project(Voices, OwnRecordings, Finished, Batches, Practice, Writing):
    """A folder with a practice's settings, scripts, voices, lexicon, recordings and tracks.

    What is relative, in settings, in a spec or in an argument that is a text, is relative to the folder. Two
    projects, of one folder or of two, can be at work in one process, also in several threads.

    Example:
        >>> project = stem.Project("praktijk")
        >>> plan = project.plan(stem.TrackSpec("kort", values={"naam": "Anna"}, voice="zacht", bed="none"))
        >>> print(stem.preview(plan).text().splitlines()[0])
        Kort moment  (voice zacht, bed none)
        >>> track = project.make(plan, "anna.mp3")
        >>> track.path.name, track.audio().frame_rate
        ('anna.mp3', 44100)

    Attributes:
        folder: As it was given.
        settings: What its stem.toml says; it is read once.
    """
