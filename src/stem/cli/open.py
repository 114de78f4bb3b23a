"""The command that opens the page: open. What it tells is for who never used a terminal, so in Dutch."""

from __future__ import annotations

import os

import click

from stem.cli.output import say, show

_PRIVATE_UMASK = 0o077


@click.command("open")
@click.argument("folder", required=False)
@click.option("--port", type=click.IntRange(1, 65535), help="Where the page is.  [default: 7836 or near it]")
@click.option("--no-browser", is_flag=True, help="Print the address; open no browser.")
@click.option("--shortcut", is_flag=True, help="Put an icon on the desktop that does the same.")
def open_page(folder: str | None, port: int | None, no_browser: bool, shortcut: bool) -> None:
    """Open the page of the practice in FOLDER in a browser: all of stem, in Dutch, on this computer alone."""
    os.umask(_PRIVATE_UMASK)
    if shortcut:
        from stem.web.shortcut import write_shortcut

        show(str(write_shortcut(folder)))
        say("Er staat een pictogram op het bureaublad. Klik er twee keer op om stem te openen.")
        return
    from stem.web.life import open_page as opened

    def on_link(address: str, is_here: bool) -> None:
        _show_page(address, no_browser=no_browser)
        if is_here:
            say("Laat dit venster open zolang je stem gebruikt. Sluit stem op de pagina.")

    if opened(folder, port=port, on_link=on_link):
        say("stem is gesloten.")


def _show_page(address: str, *, no_browser: bool) -> None:
    import webbrowser

    if no_browser or not webbrowser.open(address):
        show(address)
        say("Open dit adres in een browser. Het is één keer te gebruiken, binnen vijf minuten.")


COMMANDS = (open_page,)
