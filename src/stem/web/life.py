"""The life of the page: from `stem open` until it is closed, or nobody has needed it for half an hour."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import platformdirs

from stem.config import FILE_NAME
from stem.errors import BusyError, OutputError
from stem.files import expanded, write_whole
from stem.web import running
from stem.web.app import make_app
from stem.web.below import kept_ready
from stem.web.gate import Gate
from stem.web.passes import Passes
from stem.web.server import bound, served
from stem.web.site import Site

RESTS_S = 30 * 60.0
"""So long without a page and without work, and it closes by itself."""

_LOOK_S = 1.0
_LAST_ANSWER_S = 0.5
_PRACTICE = "stem-praktijk"


def open_page(
    folder: str | Path | None = None,
    *,
    port: int | None = None,
    on_link: Callable[[str, bool], object],
    rests_s: float = RESTS_S,
) -> bool:
    """Show the page of a folder, and stay until it is closed; one that is open already is shown instead.

    Args:
        folder: Of the practice; None for the one that is meant here.
        port: Where; None for the usual place.
        on_link: Called once, with the address that opens the page, and whether it is open here.
        rests_s: How long it stays when nobody needs it.

    Returns:
        Whether it was here, and is closed now.

    Raises:
        StemError: when a page that is open does not answer, or there is no port.
    """
    wish = None if folder is None else expanded(str(folder))
    found = found_folder(wish)
    with ExitStack() as stack:
        try:
            stack.enter_context(running.alone(found))
        except BusyError:
            on_link(running.link_of_running(found), False)
            return False
        except OutputError:
            pass  # where nothing can be locked, a page can be shown all the same
        listening = bound(port)
        number = listening.getsockname()[1]
        site = Site(Passes(number), number, found, _offered(wish))
        stack.callback(site.workshop.close)
        stack.callback(site.reader.close)
        gate = Gate(make_app(site), number, site.passes)
        stack.enter_context(kept_ready())
        stack.enter_context(served(gate, listening))
        stack.enter_context(_told(found, site))

        def begun(practice: Path) -> None:
            with suppress(BusyError, OutputError):
                stack.enter_context(running.alone(practice))
                stack.enter_context(_told(practice, site))

        site.on_begun = begun
        on_link(running.link(number, site.passes.new_link()), True)
        while not site.closed.wait(_LOOK_S):
            if site.workshop.busy is None and time.monotonic() - gate.seen > rests_s:
                break
        time.sleep(_LAST_ANSWER_S)  # what tells that it is closed goes out
    return True


def found_folder(wish: Path | None) -> Path | None:
    """Return the practice that is meant: the one named, the one here, or the last one; None for none."""
    meant = [wish] if wish is not None else [Path.cwd(), _last()]
    return next(
        (each.absolute() for each in meant if each is not None and (each / FILE_NAME).is_file()), None
    )


def _offered(wish: Path | None) -> tuple[Path, ...]:
    """Return where a practice may begin: not among the documents, which clouds copy."""
    usual = Path.home() / _PRACTICE
    return tuple(dict.fromkeys([*([wish.absolute()] if wish is not None else []), usual]))


@contextmanager
def _told(folder: Path | None, site: Site) -> Iterator[None]:
    """Let others find the page, and remember its folder."""
    if folder is not None:
        with suppress(OutputError):
            write_whole(_remembered(), os.fsencode(folder))
    with ExitStack() as stack:
        with suppress(OutputError):  # then a second one opens a page of its own
            stack.enter_context(running.told(folder, site.port, site.passes.secret))
        yield


def _remembered() -> Path:
    return platformdirs.user_config_path("stem", appauthor=False) / "last-folder"


def _last() -> Path | None:
    try:
        return Path(os.fsdecode(_remembered().read_bytes()))
    except OSError:
        return None
