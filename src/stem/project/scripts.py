"""Scripts of a project: what there is, checking, and beginning new ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stem.project.folder import Folder
from stem.script.series import Series, all_series, find_series
from stem.script.template import ScriptTemplate, find_script, scripts
from stem.text_files import write_text

if TYPE_CHECKING:
    from stem.authoring.check import Checked


class Scripts(Folder):
    """What a project does with scripts."""

    def scripts(self) -> tuple[ScriptTemplate, ...]:
        """Return every script that has a name; see `script.template.scripts`."""
        return scripts(self.folder)

    def script(self, name_or_path: str) -> ScriptTemplate:
        """Return a script; see `script.template.find_script`."""
        return find_script(name_or_path, self.folder)

    def all_series(self) -> tuple[Series, ...]:
        """Return the series; see `script.series.all_series`."""
        return all_series(self.folder)

    def series(self, name: str) -> Series:
        """Return a series; see `script.series.find_series`."""
        return find_series(name, self.folder)

    def check(self, script: str) -> Checked:
        """Check a script in every form; see `authoring.check.check_script`."""
        from stem.authoring.check import check_script
        from stem.script.cues import PAUSES, override_pauses

        return check_script(script, override_pauses(PAUSES, self.settings.pauses), self.folder)

    def new_script(self, name: str, *, overwrite: bool = False) -> Path:
        """Write a commented starting point for a script, NAME.j2, and return its path.

        Raises:
            UsageError: when it is no name for a file.
            OutputError: when it cannot be written, or is there already.
        """
        from stem.authoring.starting import file_of, starting_point

        return write_text(self.path(file_of(name)), starting_point(), overwrite=overwrite)

    def own_version(self, script: str) -> Path:
        """Copy a script to the project's own, under a name and a title that are free, and return its path.

        What it includes is found from there as before.

        Raises:
            UnknownNameError: when there is none of that name.
            OutputError: when it cannot be written.
        """
        from stem.authoring.own_versions import copied, free_place, taken_titles

        template = self.script(script)
        text = copied(template, taken_titles(self.folder))
        return write_text(free_place(self.folder, template.name), text, overwrite=False)

    def import_script(
        self, file: str | Path, target: str | Path | None = None, *, overwrite: bool = False
    ) -> tuple[Path, tuple[str, ...]]:
        """Turn a text with other pause marks (txt, md, docx, odt, SSML, JSON) into a script.

        Args:
            file: The text.
            target: The script; by default beside the text, with the suffix .j2.
            overwrite: Replace what is there.

        Returns:
            Its path, and line by line what became of the marks.

        Raises:
            ScriptError: when it cannot be a script.
            OutputError: when it cannot be written, or is there already.
        """
        from stem.authoring.importing import import_file, report_lines

        source = self.path(file)
        imported = import_file(source)
        path = self.path(target or source.with_suffix(".j2"))
        written = write_text(path, imported.template_text, overwrite=overwrite)
        return written, tuple(report_lines(imported))
