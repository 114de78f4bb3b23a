"""What makes a print-out play its track: the player, its script, its style and the policy that allows them.

The script is one file of our own. It reads times from the page and makes no words or markup of anything, and
the page's policy lets this script run and no other.
"""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

_HINT = "Klik op een zin of op een tijd om vanaf daar te luisteren."
_LABEL = "Het geluid bij deze tekst"
_MISSING = "Het geluid is niet gevonden. Zet het bestand weer naast deze pagina, onder dezelfde naam."


def policy() -> str:
    """Return what a page with the player may load; `file:` because a page in a folder has no origin."""
    digest = b64encode(sha256(_script().encode()).digest()).decode()
    return f"media-src 'self' file:; script-src 'sha256-{digest}'"


def add_player(parent: ET.Element, audio: str) -> None:
    """Add the player and its hint.

    Args:
        parent: Gets them as its last children.
        audio: Path of the sound, from the folder of the page on, with slashes.
    """
    hint = ET.SubElement(parent, "p", {"class": "hint"})
    hint.text = _HINT
    bar = ET.SubElement(parent, "div", {"class": "player"})
    # "./" in front: a name such as "les 1: rust.mp3" would be taken for the address of something else.
    # As bytes, for a file's name need not be text.
    source = f"./{quote(os.fsencode(audio))}"
    ET.SubElement(
        bar, "audio", {"controls": "", "preload": "metadata", "src": source, "aria-label": _LABEL}
    ).text = ""
    ET.SubElement(bar, "p", {"role": "status", "hidden": ""}).text = _MISSING


def add_script(body: ET.Element) -> None:
    """Add the script as the last thing on the page, where it finds all others."""
    ET.SubElement(body, "script").text = _script()


@cache
def _script() -> str:
    return Path(__file__).with_name("player.js").read_text(encoding="utf-8")


# The sentence that sounds has a line under it too: colour alone tells some people nothing (WCAG 2.2, 1.4.1).
# On paper a player is of no use.
STYLE = """
:root { --lit: #f0e4c3; }
.hint { margin: -1.5rem 0 .5rem; color: var(--soft); font-size: 1rem; }
.player {
  position: sticky; top: 0; z-index: 1; margin-bottom: 2rem; padding: .75rem 0; background: var(--paper);
}
.player audio { display: block; width: 100%; }
.player p { margin: .5rem 0 0; font-size: 1rem; }
button {
  position: absolute; left: -4.5rem; width: 3.5rem; margin: 0; padding: 0; border: 0;
  background: none; color: inherit; font: inherit; text-align: right;
}
button time { position: static; }
button, span[data-start] { cursor: pointer; }
button:hover time { color: var(--ink); text-decoration: underline; }
button:focus-visible { outline: 2px solid currentcolor; border-radius: 2px; }
span[data-start] { border-radius: .2em; }
span[aria-current] {
  background-color: var(--lit); box-shadow: 0 0 0 .15em var(--lit);
  text-decoration: underline 1px var(--soft); text-underline-offset: .25em;
  -webkit-box-decoration-break: clone; box-decoration-break: clone;
}
@media screen and (max-width: 40rem) { button { position: static; display: block; text-align: left; } }
@media screen and (prefers-color-scheme: dark) { :root { --lit: #40382a; } }
@media print {
  .hint, .player { display: none; }
  button { left: -16mm; width: 12mm; }
  span[aria-current] { background: none; box-shadow: none; text-decoration: none; }
}
"""
