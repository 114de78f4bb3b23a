"""Dutch: the words of je and u, sentences, and how written text is handed to a voice.

Templates are rendered in a child process that imports this: it uses the standard library only.
"""

from stem.script.dutch.address import FORMS, forms
from stem.script.dutch.differences import differences
from stem.script.dutch.own_words import called, capitalized, is_several, own
from stem.script.dutch.sentences import has_words, sentences
from stem.script.dutch.speech import spoken, unsaid

__all__ = [
    "FORMS",
    "called",
    "capitalized",
    "differences",
    "forms",
    "has_words",
    "is_several",
    "own",
    "sentences",
    "spoken",
    "unsaid",
]
