"""Try an installed stem as its first user does.

    python packaging/smoke.py [--root FOLDER] COMMAND [WORDS]

COMMAND is what starts stem; everything happens in a home of its own with a space and an é in its name, below
FOLDER when the command runs with another root. Made are a track, a batch of two and the first page; doctor
must find nothing wrong, and afterwards nothing of stem may lie outside the user's folders.
"""

import argparse
import http.cookiejar
import os
import signal
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path

SCRIPT = """\
+++
title = "Kort"
bed = "zee"
[variables.naam]
type = "text"
holds = "name"
default = ""
+++
Welkom{% if naam %}, {{ naam }}{% endif %}.
"""
LIST = "code,script,naam\nk01,kort.j2,Anna\nk02,kort.j2,Bo\n"
PATIENCE_S = 300


def main() -> None:
    """Try it, and say what was seen."""
    # Who starts this in the background has Ctrl-C ignored, in every child too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path, default=Path("/"))
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    place = options.root / tempfile.gettempdir().lstrip("/") if options.root != Path("/") else None
    with tempfile.TemporaryDirectory(prefix="stem thé ", dir=place, ignore_cleanup_errors=True) as name:
        trial = Trial(options.command, options.root, Path(name))
        trial.make_home()
        version = trial.stem("--version").split()[-1]
        trial.doctor()
        trial.track()
        trial.batch()
        trial.page()
    print(f"smoke: stem {version} works as {' '.join(options.command)}")


class Trial:
    """A stem, and the home it is tried in."""

    def __init__(self, command: Sequence[str], root: Path, home: Path) -> None:
        self.command = command
        self.home = home
        seen = Path("/", home.relative_to(root)) if root != Path("/") else home
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("STEM_", "PYTHON", "XDG_"))
            },
            "HOME": str(seen),
            "USERPROFILE": str(seen),
            "STEM_LANG": "nl",
            "PWD": str(seen),
        }
        self.seen = seen

    def make_home(self) -> None:
        """Put in what is made: one script and one list."""
        self.home.chmod(0o777)
        (self.home / "kort.j2").write_text(SCRIPT, encoding="utf-8")
        (self.home / "lijst.csv").write_text(LIST, encoding="utf-8")

    def stem(self, *words: str) -> str:
        """Run stem to its end and return what it prints."""
        done = subprocess.run(
            [*self.command, *words],
            cwd=self.home,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE_S,
            check=False,
        )
        if done.returncode != 0:
            sys.exit(
                f"smoke: stem {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done.stdout

    def doctor(self) -> None:
        """See that all works; it ends with 1 when something does not."""
        found = self.stem("doctor").splitlines()
        if len(found) < 10:
            sys.exit(f"smoke: doctor looks at {found} alone")

    def track(self) -> None:
        """Make a track and compare it with its record."""
        made = self.stem("make", "kort.j2", "--record", "--captions", "vtt").split("  ")[0]
        self.stem("verify", made)

    def batch(self) -> None:
        """Make two tracks with two workers."""
        self.stem("batch", "lijst.csv", "--jobs", "2", "--dry-run")
        self.stem("batch", "lijst.csv", "--jobs", "2", "-o", "lijst")
        tracks = [path for path in (self.home / "lijst").rglob("*.mp3") if path.stat().st_size > 50_000]
        if len(tracks) != 2:
            sys.exit(f"smoke: the batch made {tracks}")

    def page(self) -> None:
        """Open the page by its link, as a browser does, and close stem as Ctrl-C does."""
        page = subprocess.Popen(
            [*self.command, "open", "--no-browser", str(self.seen)],
            cwd=self.home,
            env=self.environment,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )
        try:
            assert page.stdout is not None
            address = page.stdout.readline().strip()
            jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
            browser = urllib.request.build_opener(jar)
            browser.open(address, timeout=60).close()  # lets this browser in, and sends it on
            with browser.open(urllib.parse.urljoin(address, "/"), timeout=60) as answer:
                text = answer.read().decode("utf-8")
            if "praktijk" not in text:
                sys.exit(f"smoke: the first page is not that of a practice:\n{text[:2000]}")
        finally:
            if sys.platform == "win32":
                page.terminate()
            else:
                os.killpg(page.pid, signal.SIGINT)
            page.wait(60)


if __name__ == "__main__":
    main()
