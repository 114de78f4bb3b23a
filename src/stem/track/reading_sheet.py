"""Own recordings of a script: a numbered sheet to read aloud, and a long recording cut into its sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stem.config import Config
from stem.script.template import ScriptTemplate
from stem.sound.decoding import Recording
from stem.text_files import write_text
from stem.track.plan import sheet_lines
from stem.track.spec import TrackSpec
from stem.voices.recordings import sheets
from stem.voices.recordings.cutting import cut, report_lines, write_pieces
from stem.voices.recordings.sheets import INDEX_NAME, SHEET_NAME, Origin, as_html, as_index, read_index


@dataclass(frozen=True, slots=True)
class Sheet:
    """A reading sheet that was written.

    Attributes:
        paths: The files.
        sentences: How many it has.
    """

    paths: tuple[Path, ...]
    sentences: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """A recording that was cut.

    Attributes:
        paths: A file a sentence.
        sentences: How many there should be.
        remarks: What someone should look at, as sentences.
    """

    paths: tuple[Path, ...]
    sentences: int
    remarks: tuple[str, ...]


def origin(spec: TrackSpec, template: ScriptTemplate) -> Origin:
    """Return what an index tells of where its sentences came from: no one's own words."""
    only_chosen = {each.name for each in template.variables if each.type in {"choice", "yesno"}}
    return Origin(template.name, {name: value for name, value in spec.values.items() if name in only_chosen})


def write_sheet(
    spec: TrackSpec,
    config: Config,
    folder: Path,
    place: Path,
    *,
    is_page: bool,
    overwrite: bool,
    on_written: Callable[[Path], object],
) -> Sheet:
    """Write the sheet of a script, and in a folder the list of its sentences, by which they are known.

    Args:
        spec: What decides the words.
        config: The settings.
        folder: The project's.
        place: A folder, or the file of the sheet alone.
        is_page: Whether it is that file.
        overwrite: Replace an older sheet.
        on_written: Called with each file.

    Raises:
        StemError: as `sheet_lines`; OutputError when a file cannot be written.
    """
    template, lines = sheet_lines(spec, config, folder)
    index = {} if is_page else read_index(place / INDEX_NAME)
    lines = lines if is_page else sheets.renumbered(lines, index)
    sheet = write_text(
        place if is_page else place / SHEET_NAME, as_html(template.title, lines), overwrite=overwrite
    )
    on_written(sheet)
    if is_page:
        return Sheet((sheet,), len(lines))
    listed = write_text(place / INDEX_NAME, as_index(lines, index, origin(spec, template)), overwrite=True)
    on_written(listed)
    return Sheet((sheet, listed), len(lines))


def cut_recording(
    recording: Path, spec: TrackSpec, config: Config, folder: Path, place: Path, *, overwrite: bool
) -> Pieces:
    """Cut a recording of someone reading a script aloud into its sentences; what is in doubt is left out.

    Args:
        recording: The sound file.
        spec: What decides the words.
        config: The settings.
        folder: The project's.
        place: The folder of the pieces.
        overwrite: Replace what is there.

    Raises:
        StemError: as `sheet_lines`, `cut` and `write_pieces`.
    """
    template, lines = sheet_lines(spec, config, folder)
    index = read_index(place / INDEX_NAME)
    lines = sheets.renumbered(lines, index)
    sound = Recording.open(recording)
    found = cut(sound, lines)
    paths = write_pieces(found, sound, place, overwrite=overwrite)
    if paths:
        write_text(place / INDEX_NAME, as_index(lines, index, origin(spec, template)), overwrite=True)
    return Pieces(paths, len(lines), report_lines(found, lines))
