"""A script on paper or on a screen: a quiet page that can play its track, and the same as plain text."""

from stem.authoring.printout.page import TEXT_WIDTH, as_html, as_text

__all__ = ["TEXT_WIDTH", "as_html", "as_text"]
