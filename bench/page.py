"""How quick the page is: its start and rest, live text and sound while a track is made, a stop, a change.

    python bench/page.py

The page runs as a program of its own, as for whoever opens it; what is asked of it goes over its socket. Live
text is asked for with another name each time, as by someone who types.
"""

from __future__ import annotations

import html
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))  # where a visitor is at home

from pageprogram import Opened
from warm import YIELDS

from stem.practice.setup import begin_practice

SCRIPT = "door-andere-ogen"
ASKED = 40
POLLS = 500
RUNS = 12
"""More than can be made meanwhile; with other names, or the second would be there at once."""
CHANGED = 10
REST_S = 3.0
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        os.environ["XDG_CONFIG_HOME"] = str(folder / "config")
        os.environ[YIELDS] = "yes"
        begin_practice(folder / "praktijk", name="De Linde", country="NL")
        page = Opened(folder=folder / "praktijk")
        try:
            page.come_in()
            assert page.ask("GET", "/")[0] == 200
            print(f"first page          {time.monotonic() - page.began:6.2f} s")
            time.sleep(REST_S)
            print(f"memory at rest      {memory_mb(page.process.pid):6.0f} MB")
            poll(page)
            tell("live text, idle", texts(page))
            hear(page, "idle")
            make(page)
            mend(page)
            write(page, folder / "praktijk")
        finally:
            page.end()


def poll(page: Opened) -> None:
    """Print what a poll costs."""
    before = cpu_s(page.process.pid)
    for _ in range(POLLS):
        page.ask("GET", "/bezig.json")
    print(f"CPU of a poll       {(cpu_s(page.process.pid) - before) / POLLS * 1e3:6.2f} ms")


def make(page: Opened) -> None:
    """Print how quick live text is while tracks are made, and a stop."""
    runs = [begun(page, f"c{number}", f"Anna{'abcdefghijkl'[number]}") for number in range(RUNS)]
    wait_for(page, runs[0], lambda told: told["percent"] > 0)
    tell("live text, making", texts(page))
    hear(page, "making")
    making = next(run for run in runs if state(page, run)["state"] == "making")
    for run in runs:
        if run != making:
            page.ask("POST", f"{run}/stop", "", **FORM)
    began = time.monotonic()
    page.ask("POST", f"{making}/stop", "", **FORM)
    wait_for(page, making, lambda told: told["state"] == "stopped")
    print(f"stop                {time.monotonic() - began:6.2f} s")


def mend(page: Opened) -> None:
    """Print how soon a changed sentence of a long track is heard, and how soon the track is whole again."""
    first_s = made(page, begun(page, "c15"))
    track = re.findall(r'href="(/opnames/\w+)"', page.ask("GET", "/opnames")[1])[0]
    numbers = sorted({int(each) for each in re.findall(rf"{track}/zin/(\d+)", page.ask("GET", track)[1])})
    change(page, f"{track}/zin/{numbers[5]}", {"tekst": "Eén zin anders.", "pauze": "gewoon"})
    page.ask("POST", f"{track}/opnieuw", urlencode({"versie": hidden(page, track, "versie")}), **FORM)
    again = re.findall(r'href="(/taken/\w+)"', page.ask("GET", "/taken")[1])[0]
    print(f"made                {first_s:6.2f} s, again after a change {made(page, again):.2f} s")
    alone, placed = list[float](), list[float]()
    for number in numbers[5 :: len(numbers) // CHANGED][:CHANGED]:
        words = {"tekst": f"Dit is nu zin {number}, en die klinkt anders.", "pauze": "gewoon"}
        about = {name: hidden(page, f"{track}/zin/{number}", name) for name in ("versie", "zin", "keer")}
        place = {"soort": "plek", "opname": track.rpartition("/")[2]} | about
        alone.append(heard(page, {"soort": "zin", "stem": "zacht", **words}))
        placed.append(heard(page, place | words | {"tekst": f"{words['tekst']} Echt waar."}))
        change(page, f"{track}/zin/{number}", words)
    tell("change, by itself", sorted(alone))
    tell("change, in place", sorted(placed))


def change(page: Opened, address: str, words: dict[str, str]) -> None:
    """Gather a change of the sentence of a page."""
    about = {name: hidden(page, address, name) for name in ("versie", "zin", "keer")}
    assert page.ask("POST", address, urlencode({"doe": "bewaar"} | about | words), **FORM)[0] == 303


def made(page: Opened, run: str) -> float:
    """Return how long a run that was just asked for takes."""
    began = time.monotonic()
    wait_for(page, run, lambda told: told["state"] == "made")
    return time.monotonic() - began


def write(page: Opened, practice: Path) -> None:
    """Print how soon an editor shows what will be said, and what is wrong, of the longest script."""
    page.ask("POST", "/teksten/nieuw/versie", urlencode({"van": SCRIPT}), **FORM)
    (path,) = (practice / "scripts").glob(f"{SCRIPT}*.j2")
    text = path.read_text(encoding="utf-8")
    for what, asked in (("live text, editor", "gezegd"), ("findings, editor", "nakijken")):
        took = list[float]()
        for number in range(CHANGED):
            body = urlencode({"tekst": f"{text}\nEn {'nog ' * number}iets.\n"})
            began = time.monotonic()
            status, told = page.ask("POST", f"/teksten/{path.stem}/{asked}", body, **FORM)
            took.append(time.monotonic() - began)
            assert status == 200
            assert {"lines", "findings"} & set(json.loads(told))
        tell(what, sorted(took))


def hidden(page: Opened, address: str, name: str) -> str:
    """Return what a form of a page holds without showing it."""
    return html.unescape(re.findall(rf'name="{name}" value="([^"]*)"', page.ask("GET", address)[1])[0])


def hear(page: Opened, when: str) -> None:
    """Print how long it takes before there is sound: something new, something known, a background."""
    page.ask("POST", "/hoor/straks", "", **FORM)
    heard(page, {"soort": "zin", "tekst": "Welkom.", "stem": "zacht"})
    letters = [f"{one}{other}" for one in "abcde" for other in "klmn"]
    fresh = [f"Kijk eerst rustig om je heen, {when}{each}." for each in letters]
    for kind in ("new", "known"):
        took = sorted(heard(page, {"soort": "zin", "tekst": each, "stem": "zacht"}) for each in fresh)
        tell(f"hear {kind}, {when}", took)
    bed = {"soort": "achtergrond", "achtergrond": "zee"}
    heard(page, bed)
    tell(f"hear sea, {when}", sorted(heard(page, bed) for _ in fresh))


def heard(page: Opened, asked: dict[str, str]) -> float:
    """Return how long it took before something could be heard."""
    began = time.monotonic()
    status, _ = page.ask("POST", "/hoor", urlencode(asked), **FORM)
    assert status == 200
    return time.monotonic() - began


def begun(page: Opened, code: str, name: str = "") -> str:
    """Begin with a track and return the address of its run."""
    asked = {"code": code, "nummer": code, "v-naam": name}
    page.ask("POST", f"/maken/{SCRIPT}", urlencode(asked), **FORM)
    _, body = page.ask("GET", "/taken")
    return body.split('href="/taken/')[1].split('"')[0].join(["/taken/", ""])


def texts(page: Opened) -> list[float]:
    """Return how long each of many live texts took."""
    took = list[float]()
    for number in range(ASKED):
        body = urlencode({"v-naam": f"Anna{'abcdefghij'[number % 10]}{'klmno'[number // 10]}"})
        began = time.monotonic()
        status, told = page.ask("POST", f"/maken/{SCRIPT}/tekst", body, **FORM)
        took.append(time.monotonic() - began)
        assert status == 200
        assert "lines" in json.loads(told)
    return sorted(took)


def tell(what: str, took: list[float]) -> None:
    """Print the middle and the 95th percentile."""
    print(f"{what:18}  {took[len(took) // 2]:6.2f} s (p50) {took[int(len(took) * 0.95)]:6.2f} s (p95)")


def state(page: Opened, run: str) -> dict[str, object]:
    """Return how far a run is."""
    told: dict[str, object] = json.loads(page.ask("GET", f"{run}.json")[1])
    return told


def wait_for(page: Opened, run: str, is_so: object) -> None:
    """Look until something is so."""
    while not is_so(state(page, run)):  # type: ignore[operator]
        time.sleep(0.02)


def cpu_s(process: int) -> float:
    """Return how much processor time a process had."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def memory_mb(process: int) -> float:
    """Return how much memory is a process's own, shares counted in parts."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1e3


if __name__ == "__main__":
    main()
