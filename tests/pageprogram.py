"""`stem open` as a program of its own, and a visitor who came in by its link."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import warm

from stem.web.server import bound


class Opened:
    """A `stem open` that runs."""

    def __init__(self, *words: str, folder: Path) -> None:
        self.began = time.monotonic()
        self.process = warm.Python(
            warm.stem("open", "--no-browser", *words),
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ.copy(),
        )
        assert self.process.stdout is not None
        self.link = self.process.stdout.readline().strip()
        self.port = urlsplit(self.link).port or 0
        self.cookie = ""
        self.told = ""

    def ask(self, method: str, path: str, body: str | None = None, **heads: str) -> tuple[int, str]:
        """Ask for a page and return its status and its text."""
        talk = HTTPConnection("127.0.0.1", self.port, timeout=20)
        ours = {
            "Cookie": self.cookie,
            "Origin": f"http://127.0.0.1:{self.port}",
            "Sec-Fetch-Site": "same-origin",
        }
        talk.request(method, path, body, headers={**ours, **heads})
        answer = talk.getresponse()
        self.cookie = (answer.headers["Set-Cookie"] or self.cookie).partition(";")[0]
        body = answer.read().decode(errors="replace")  # it may be sound
        talk.close()
        return answer.status, body

    def come_in(self) -> None:
        """Open the link."""
        assert self.ask("GET", urlsplit(self.link).path)[0] == 200

    def end(self, with_signal: int = signal.SIGTERM) -> int:
        """Send a signal, if it still runs, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        told = self.process.communicate(timeout=20)
        self.told += "".join(told)
        return self.process.returncode


def free_port() -> int:
    """Return a port that was free just now."""
    with bound(0) as listening:
        return int(listening.getsockname()[1])
