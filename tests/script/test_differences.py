"""A track is made again when it would be another one, and only then; what was filled in is not told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from conftest import lend
from soundfiles import buzz, wav

from stem import __version__
from stem.config import Config
from stem.export.cover import generated
from stem.practice.batch import Job
from stem.practice.batch.job import make
from stem.practice.batch.jobs import Done
from stem.practice.lists import Place
from stem.record.changes import Inventory, changes
from stem.record.document import read_document, record_path
from stem.record.model import Ingredients
from stem.track.choices import Choices
from stem.track.spec import TrackSpec

RARE = "Xanthippe"
SCRIPT = """+++
title = "Proef"
imagery = false
bed = "none"
[variables.naam]
default = ""
+++
{% include "deel.j2" %}
{{ noem("Welkom") }}
"""


@dataclass(frozen=True)
class Made:
    """A track with its record, and what it was made from."""

    folder: Path
    spec: TrackSpec
    config: Config
    document: dict[str, Any]

    def changes(
        self,
        spec: TrackSpec | None = None,
        config: Config | None = None,
        document: dict[str, Any] | None = None,
        code: str = "c1",
    ) -> tuple[str, ...]:
        """Return why it would be another one now."""
        wanted = spec or self.spec
        now = self.ingredients(wanted, config or self.config)
        return changes(document or self.document, now, wanted.values, code)

    def ingredients(self, wanted: TrackSpec, settings: Config) -> Ingredients:
        """Return what it would be made of now."""
        choices = Choices(settings)
        chosen = choices.chosen(wanted)
        assert chosen.voice is not None
        house = choices.house(wanted.pauses).voice
        return Inventory().ingredients(
            wanted,
            settings,
            template=chosen.template,
            voice=chosen.voice,
            by_wish=chosen.by_wish,
            fill=chosen.fill,
            house=house,
            bed=chosen.bed,
            cover=chosen.cover,
        )


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, made_beds: Path) -> Iterator[Made]:
    """Make one track; nothing of it depends on where it is made."""
    folder = tmp_path_factory.mktemp("comparing")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        lend(made_beds)
        (folder / "proef.j2").write_text(SCRIPT, encoding="utf-8")
        (folder / "deel.j2").write_text("Dag.\n", encoding="utf-8")
        (folder / "in.wav").write_bytes(wav(buzz()))
        (folder / "lexicon.toml").write_text('Sjoukje = "sjouk-je"\n', encoding="utf-8")
        spec = TrackSpec("proef.j2", {"naam": RARE}, voice="zacht")
        (folder / "plaat.png").write_bytes(generated("Proef"))
        config = Config(intro="in.wav", output="weg", cover="plaat.png")
        job = Job(Place("row", 2), "c1", spec, config, folder / "c1.mp3")
        assert make(job) == Done()
        yield Made(folder, spec, config, dict(read_document(record_path(job.target))))


@pytest.fixture
def made(first: Made, monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    """The track; what a test changes of its files is put back."""
    monkeypatch.chdir(first.folder)
    before = {path: path.read_bytes() for path in first.folder.iterdir() if path.is_file()}
    yield first
    for path, content in before.items():
        path.write_bytes(content)


pytestmark = pytest.mark.usefixtures("kept_beds")


def test_nothing_has_changed_as_long_as_nothing_has(made: Made) -> None:
    assert made.changes() == ()
    elsewhere = replace(made.config, output="elders", series="s", names="{code}", help=("Bel ons.",))
    assert made.changes(config=elsewhere) == ()


def test_files_that_changed(made: Made) -> None:
    for name, content, reason in (
        ("proef.j2", SCRIPT.encode() + b"\n", "The text proef.j2 has changed."),
        ("deel.j2", b"Goedendag.\n", "The text deel.j2 has changed."),
        ("in.wav", wav(buzz(3.0)), "The practice's own recordings have changed."),
        ("lexicon.toml", b'Sjoukje = "sjoukje"\n', "The lexicon has changed."),
        ("plaat.png", generated("Anders"), "The picture has changed."),
    ):
        path = made.folder / name
        before = path.read_bytes()
        path.write_bytes(content)
        assert made.changes() == (reason,), name
        path.write_bytes(before)
    assert made.changes() == ()


def test_what_is_asked_otherwise(made: Made) -> None:
    def of(**asked: Any) -> tuple[str, ...]:
        return made.changes(replace(made.spec, **asked))

    assert of(duration_s=60.0) == ("Something else is asked for: duration_s.",)
    assert of(album="A", artist="B") == ("Something else is asked for: album, artist.",)
    assert of(voice="rustig") == ("Something else is asked for: voice.", "The voice has changed.")
    assert of(bed="drone") == (
        "Something else is asked for: bed.",
        "Another background is asked for.",
        "The background 'none' has changed.",
    )
    assert made.changes(config=replace(made.config, practice="De Linde", outro="Dag.")) == (
        "stem.toml has changed: outro, practice.",
    )
    assert made.changes(code="c2") == ("It was made under another code.",)


def test_what_is_filled_in_is_compared_and_not_told(made: Made) -> None:
    assert made.changes(replace(made.spec, values={"naam": "Anna"})) == (
        "Something else is filled in for naam.",
    )
    more = made.changes(replace(made.spec, values={"naam": RARE, "vorm": "u"}))
    assert more == ("Other variables are filled in.", "Something else is filled in for vorm.")
    assert not any(RARE in reason or "Anna" in reason for reason in more)


def test_a_record_that_lacks_something_is_no_reason_to_stop(made: Made) -> None:
    document = deepcopy(made.document)
    document["versions"]["stem"] = "0.0.1"
    document["versions"]["weg"] = "1"
    assert made.changes(document=document) == (
        f"stem was 0.0.1 and is {__version__}.",
        "weg was 1 and is absent.",
    )
    anonymous = {key: value for key, value in made.document.items() if key != "personal"}
    assert made.changes(document=anonymous) == ("What was filled in was left out of its record.",)
    now = made.ingredients(made.spec, made.config)
    wrong: tuple[object, ...] = (None, [], {}, "x", 3)
    for name in ("versions", "script", "asked", "settings", "voice", "house", "bed", "filled"):
        for value in wrong:
            damaged = changes({**made.document, name: value}, now, made.spec.values, "c1")
            assert len(damaged) == 1, (name, value)
            assert damaged[0].endswith(".")
    odd = made.changes(document={**made.document, "personal": {"values": ["x"], "code": "c1"}})
    assert odd == ("Something else is filled in for naam.",)


def test_a_record_holds_a_name_in_one_place_only(made: Made) -> None:
    """What is compared is what may be left out of a record."""
    public = {key: value for key, value in made.document.items() if key != "personal"}
    assert RARE not in json.dumps(public, ensure_ascii=False)
