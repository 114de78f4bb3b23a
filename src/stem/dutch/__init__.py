"""Dutch: the words of je and u, sentences, and how written text is handed to a voice.

Templates are rendered in a child process that imports this: it uses the standard library only.
"""

from stem.dutch.address import FORMS, capitalized, forms
from stem.dutch.comparing import differences
from stem.dutch.saying import spoken
from stem.dutch.splitting import has_words, sentences

__all__ = ["FORMS", "capitalized", "differences", "forms", "has_words", "sentences", "spoken"]
