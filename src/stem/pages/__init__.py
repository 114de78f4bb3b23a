"""Pages and letters from Jinja templates, which lie beside the modules that fill them.

What all pages share stands in `base.html.j2`: the policy, colours, type and paper. No text that a page is
given becomes markup, and none of its characters goes unseen.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from stem.characters import visible

if TYPE_CHECKING:
    import jinja2


def render(template: Path, shown: Callable[[str], str] = visible, **given: object) -> str:
    """Return a template, filled in.

    Args:
        template: Its file; what is in one that ends in .html.j2 is a page, of which every text is escaped.
        shown: Makes a text what people can see all of, before it is escaped.
        given: What the template calls by name.
    """
    return _environment(template.parent, shown).get_template(template.name).render(given)


@cache
def _environment(folder: Path, shown: Callable[[str], str]) -> jinja2.Environment:
    import jinja2  # a tenth of a start: only for those who write pages

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([folder, Path(__file__).parent]),
        autoescape=jinja2.select_autoescape(["html.j2"], default=False),
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: shown(value) if isinstance(value, str) and not _is_markup(value) else value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["sha256"] = _digest
    return environment


def _is_markup(value: object) -> bool:
    """Tell whether a text is a part of the page that was made already, by a macro or a block."""
    return hasattr(value, "__html__")


def _digest(text: str) -> str:
    """Return a script's or a style's hash as a content policy names it."""
    return b64encode(sha256(text.encode()).digest()).decode()
