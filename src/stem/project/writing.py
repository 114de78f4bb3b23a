"""A practice's own scripts while someone writes them: read, kept, looked at before they are kept, removed.

Only files that lie in the folder's scripts/ themselves: no links, and not what they include.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stem.errors import OutputError, ScriptError, StemError, UnknownNameError, UsageError
from stem.files import output_error, packaged_folder, publish, write_whole
from stem.messages import Message
from stem.project.scripts import Scripts
from stem.script.cues import PAUSES, override_pauses
from stem.script.dutch import has_words
from stem.script.includes import LARGEST_FILE, SUFFIX, template_text
from stem.script.template import ScriptTemplate, script_of

if TYPE_CHECKING:
    from stem.authoring.check import Checked
    from stem.track.outline import Outline
    from stem.track.spec import TrackSpec

_MOST_WAYS = 400
_MOST_S = 10.0
"""How much of a text is looked at while someone writes it; a long one of ours has 126 ways, and takes 3 s."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the file of a script holds.

    Attributes:
        text: With a line feed at each line's end.
        revision: Tells whether it is still the same; see `Project.save_text`.
    """

    text: str
    revision: str


class Writing(Scripts):
    """What a project does with scripts that someone writes."""

    def own_scripts(self) -> Mapping[str, Path]:
        """Return the files of the folder's own scripts by name, also of those with mistakes."""
        paths = sorted((self.folder / "scripts").glob(f"*{SUFFIX}"))
        return {path.stem: path for path in paths if path.is_file() and not path.is_symlink()}

    def own_text(self, name: str) -> Written:
        """Return what an own script holds, with its mistakes.

        Raises:
            UnknownNameError: when there is none of that name.
            ScriptError: when it cannot be read, is too large, or is no UTF-8 text.
        """
        path = self._own(name)
        content = _content(path)
        text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
        if len(content) > LARGEST_FILE or "\ufffd" in text or "\0" in text:
            template_text(content, path)  # which tells where
        return Written(text, _revision(content))

    def revision(self, name: str) -> str:
        """Return what an own script is known by as it is now, whatever its file holds.

        Raises:
            UnknownNameError: when there is none of that name.
            ScriptError: when it cannot be read.
        """
        return _revision(_content(self._own(name)))

    def save_text(self, name: str, text: str, revision: str) -> str:
        """Replace an own script, whole or not at all, and return its new revision.

        Args:
            name: The script.
            text: What it is to hold, mistakes and all.
            revision: That of the text which it was made of.

        Raises:
            UnknownNameError: when there is none of that name any more.
            ChangedFileError: when its file is another one by now.
            ScriptError: when it could not be read again: too large, or with characters that nobody sees.
            OutputError: when it cannot be written.
        """
        from stem.practice.edited import ChangedFileError, being_changed

        path = self._own(name)
        with being_changed(path):
            before = _content(path)
            if _revision(before) != revision:
                raise ChangedFileError(path)
            content = _checked(text, path, "\r\n" if b"\r\n" in before else "\n")
            write_whole(path, content)
        return _revision(content)

    def add_script(self, title: str, text: str = "") -> str:
        """Keep a new script under a free name that is made of its title, and return that.

        Args:
            title: It gets this title; when empty, the text is kept as it is.
            text: By default a commented starting point.

        Raises:
            UsageError: when that is no title.
            ScriptError: when the text could not be read again.
            OutputError: when it cannot be written.
        """
        from stem.authoring.starting import name_of, starting_point, titled

        title = " ".join("".join(sign if sign.isprintable() else " " for sign in title).split())
        if not has_words(title) and (title or not text):
            raise UsageError(Message("A script has a title of one line, with words in it."))
        text = titled(text or starting_point(), title) if title else text
        home = self.folder / "scripts"
        wanted = name_of(title or _title_of(text, home / f"tekst{SUFFIX}"))
        numbered = (f"{wanted}-{number}" for number in itertools.count(2))
        name = next(each for each in itertools.chain([wanted], numbered) if not self._is_taken(each))
        path = home / f"{name}{SUFFIX}"
        write_whole(path, _checked(text, path), overwrite=False)
        return name

    def rename_script(self, name: str, title: str) -> str:
        """Give an own script a name that is made of a title, and return that; nothing is replaced.

        Raises:
            UnknownNameError: when there is no own script of that name.
            OutputError: when the name is taken, or the system refuses.
        """
        from stem.authoring.starting import name_of

        path, wanted = self._own(name), name_of(title)
        target = path.with_name(f"{wanted}{SUFFIX}")
        if wanted == name:
            return name
        if self._is_taken(wanted):
            hint = Message("Choose another name.")
            raise OutputError(target, Message("another script has that name"), hint=hint)
        publish(path, target, overwrite=False)
        return wanted

    def remove_script(self, name: str, revision: str) -> None:
        """Remove an own script.

        Raises:
            UnknownNameError: when there is none of that name.
            ChangedFileError: when its file is another one by now.
            OutputError: when the system refuses.
        """
        from stem.practice.edited import ChangedFileError, being_changed

        path = self._own(name)
        with being_changed(path):
            if _revision(_content(path)) != revision:
                raise ChangedFileError(path)
            try:
                path.unlink()
            except OSError as error:
                raise output_error(path, error) from error

    def script_of_text(self, name: str, text: str) -> ScriptTemplate:
        """Return the script that an own one would be with this text.

        Raises:
            UnknownNameError: when there is no own script of that name.
            ScriptError: when it has mistakes.
        """
        return script_of(text, self._own(name))

    def check_text(self, name: str, text: str) -> Checked:
        """Check what an own script would be with this text; what would take too long is left out.

        Raises:
            UnknownNameError: when there is no own script of that name; or no bed or voice.
            ScriptError: for a mistake that keeps it from being read at all.
        """
        from stem.authoring.check import check_template

        script = self.script_of_text(name, text)
        pauses = override_pauses(PAUSES, self.settings.pauses)
        return check_template(script, name, pauses, self.folder, most_ways=_MOST_WAYS, most_s=_MOST_S)

    def outline_text(self, spec: TrackSpec, text: str) -> Outline:
        """Return what a track would say of an own script with this text; see `outline`.

        Raises:
            StemError: for whatever is wrong with the text, or with what was asked but the length.
        """
        from stem.track.outline import outline

        return outline(spec, self.settings, self.folder, self.script_of_text(spec.script, text))

    def read_in(self, content: bytes) -> tuple[str, str, tuple[str, ...]]:
        """Turn the bytes of a text with other pause marks into a script; see `import_script`.

        Returns:
            Its title, its text, and line by line what became of the marks.

        Raises:
            ScriptError: when it cannot be a script.
        """
        from stem.authoring.importing import import_content, report_lines

        imported = import_content(content, "tekst")
        return imported.title, imported.template_text, tuple(report_lines(imported))

    def _own(self, name: str) -> Path:
        """Return the file of an own script, by membership."""
        own = self.own_scripts()
        if name not in own:
            raise UnknownNameError("script", name, own)
        return own[name]

    def _is_taken(self, name: str) -> bool:
        """Tell whether a script has a name, ours among them: a new one must not hide it."""
        homes = (self.folder / "scripts", packaged_folder("scripts"))
        return any(os.path.lexists(home / f"{name}{SUFFIX}") for home in homes)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ScriptError(Message("it cannot be read ({reason})", reason=error.strerror), path) from error


def _revision(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _checked(text: str, path: Path, line_end: str = "\n") -> bytes:
    """Return what is written to a file; ScriptError when it could not be read again."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    content = plain.replace("\n", line_end).encode("utf-8", "surrogatepass")
    template_text(content, path)
    return content


def _title_of(text: str, path: Path) -> str:
    try:
        return script_of(text, path).title
    except StemError:
        return ""
