"""What a practice says of itself: its settings, and its own list of words; both keep their comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stem.config import load_config
from stem.project.folder import Folder

if TYPE_CHECKING:
    from stem.errors import StemError
    from stem.practice.own_words import OwnWord
    from stem.practice.settings import Values


class Practice(Folder):
    """What a project does with the settings and the words of a practice.

    Who changes one of the two gives the mark that it had when it was read: a file that someone else has
    changed since is left alone.
    """

    @property
    def settings_mark(self) -> str:
        """By what it is known whether stem.toml has changed."""
        from stem.practice.settings import settings_mark

        return settings_mark(self.folder)

    def wrong_settings(self, changes: Values) -> dict[str, StemError]:
        """Return what is wrong with new settings, by name; nothing is written."""
        from stem.practice.settings import wrong_settings

        return wrong_settings(self.settings, changes, self.folder)

    def change_settings(self, changes: Values, mark: str) -> None:
        """Write new settings into stem.toml, and read it again; see `practice.settings.change_settings`.

        Example:
            >>> project.change_settings({"practice": "De Linde"}, project.settings_mark)
            >>> project.settings.practice
            'De Linde'
        """
        from stem.practice.settings import change_settings

        change_settings(self.settings, changes, mark, self.folder)
        self.settings = load_config(self.folder)

    def keep_picture(self, picture: bytes) -> str:
        """Keep a picture for the tags in the folder, and return its name; see `practice.settings`."""
        from stem.practice.settings import keep_picture

        return keep_picture(picture, self.folder)

    def keep_recording(self, recording: bytes, name: str) -> str:
        """Keep a recording of opening or closing words in the folder; see `practice.settings`."""
        from stem.practice.settings import keep_recording

        return keep_recording(recording, name, self.folder)

    @property
    def words_mark(self) -> str:
        """By what it is known whether the own list of words has changed."""
        from stem.practice.own_words import words_mark

        return words_mark(self.folder)

    def words(self) -> tuple[OwnWord, ...]:
        """Return the practice's own words; see `practice.own_words.own_words`."""
        from stem.practice.own_words import own_words

        return own_words(self.folder)

    def put_word(self, word: OwnWord, mark: str, *, instead_of: str = "") -> None:
        """Add a word to the own list, or change it there; see `practice.own_words.put_word`."""
        from stem.practice.own_words import put_word

        put_word(word, mark, self.folder, instead_of=instead_of)

    def drop_word(self, word: str, mark: str) -> None:
        """Take a word out of the own list; see `practice.own_words.drop_word`."""
        from stem.practice.own_words import drop_word

        drop_word(word, mark, self.folder)
