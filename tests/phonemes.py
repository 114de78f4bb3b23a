"""What espeak-ng reads: the real library, in a process of its own, since it is one global state."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

from stem.voices.engines.espeak_phonemes import typed

_READER = """
import ctypes, json, os, sys
import espeakng_loader
path = str(espeakng_loader.get_library_path())
espeak = ctypes.CDLL(path)
espeak.espeak_Initialize(2, 0, os.path.dirname(path).encode(), 0x8000)
espeak.espeak_SetVoiceByName(b"nl")
silent = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(lambda *_: 0)
espeak.espeak_SetSynthCallback(silent)
espeak.espeak_Synth(b".\\0", ctypes.c_size_t(2), 0, 1, 0, 0x101, None, None)  # phonemes are read from now on
espeak.espeak_TextToPhonemes.restype = ctypes.c_char_p
found = []
for text in json.load(sys.stdin):
    held = ctypes.create_string_buffer(text.encode())
    place, clauses = ctypes.c_void_p(ctypes.addressof(held)), []
    while place.value:
        clauses.append(espeak.espeak_TextToPhonemes(ctypes.byref(place), 1, 0x02).decode().strip())
    found.append(" | ".join(filter(None, clauses)))
json.dump(found, sys.stdout)
"""


def phonemes(texts: Sequence[str]) -> list[str]:
    """Return the Dutch phonemes of each text in the International Phonetic Alphabet, clauses parted by |."""
    done = subprocess.run(
        [sys.executable, "-c", _READER],
        input=json.dumps([typed(text) for text in texts]),
        capture_output=True,
        text=True,
        check=True,
    )
    read: list[str] = json.loads(done.stdout)
    assert len(read) == len(texts)
    return read
