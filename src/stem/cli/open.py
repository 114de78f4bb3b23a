"""The command that opens the page: open. What it tells is for who never used a terminal, so in Dutch."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from stem.cli.output import say, show
from stem.errors import OutputError
from stem.messages import Message

_PRIVATE_UMASK = 0o077


@click.command("open")
@click.argument("folder", required=False)
@click.option("--port", type=click.IntRange(1, 65535), help="Where the page is.  [default: 7836 or near it]")
@click.option("--no-browser", is_flag=True, help="Print the address; open no browser.")
@click.option("--shortcut", is_flag=True, help="Put an icon on the desktop that does the same.")
def open_page(folder: str | None, port: int | None, no_browser: bool, shortcut: bool) -> None:
    """Open the page of the practice in FOLDER in a browser: all of stem, in Dutch, on this computer alone."""
    from stem.files import expanded

    os.umask(_PRIVATE_UMASK)
    wish = None if folder is None else expanded(folder)
    if shortcut:
        _write_shortcut(wish)
        return
    from stem.web.life import open_page as opened

    def on_link(address: str, is_here: bool) -> None:
        _show_page(address, no_browser=no_browser)
        if is_here:
            say("Laat dit venster open zolang je stem gebruikt. Sluit stem op de pagina.")

    if opened(wish, port=port, on_link=on_link):
        say("stem is gesloten.")


def _show_page(address: str, *, no_browser: bool) -> None:
    import webbrowser

    if no_browser or not webbrowser.open(address):
        show(address)
        say("Open dit adres in een browser. Het is één keer te gebruiken, binnen vijf minuten.")


def _write_shortcut(folder: Path | None) -> None:
    import platformdirs

    from stem.cli.shortcut import shortcut_of

    name, content, mode = shortcut_of(sys.platform, folder)
    path = platformdirs.user_desktop_path() / name
    from stem.text_files import write_text

    try:
        write_text(path, content, overwrite=False)
        path.chmod(mode)
    except OSError as error:
        raise OutputError(path, Message("it cannot be made to start")) from error
    show(str(path))
    say("Er staat een pictogram op het bureaublad. Klik er twee keer op om stem te openen.")


COMMANDS = (open_page,)
