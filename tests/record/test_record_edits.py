"""A track of which sentences are changed: in its record and nowhere else, made again, compared, forgotten."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mutagen.id3 import ID3

from stem import Change, ConfigError, Edit, Project, Sidecars, TrackSpec, UsageError, cli
from stem.practice.forget.matching import reasons
from stem.practice.setup import begin_practice
from stem.project import read_edits
from stem.record.document import read_record
from stem.script.cues import Pause
from stem.script.edits import SafetySentenceError
from stem.script.pacing import UnreachableLengthError

pytestmark = pytest.mark.usefixtures("quick_mp3")

SCRIPT = """+++
title = "Proef"
bed = "none"
[variables.naam]
default = ""
+++
## Begin
{{ noem("Welkom") }}
Ga zitten. [pauze 1]
## Midden
[veilig V3]
Stoppen kan altijd. [pauze voel]
Kijk rond.
## Einde
Ga zitten.
Dat was het.
"""
WORDS = "Zwaantje houdt van koffie."
EDITS = (
    Edit("Ga zitten.", 2, WORDS),
    Edit("Welkom, Anna.", pause_s=1.5),
    Edit("Staat er niet.", text="Xanthippe."),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice with a track of which sentences are changed, and one of a client of which none is."""
    folder = tmp_path_factory.mktemp("made")
    begin_practice(folder / "praktijk", name="De Linde", country="NL")
    (folder / "praktijk" / "scripts" / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        project = Project(folder / "praktijk")
        project.make(project.plan(spec()), beside=Sidecars(captions=("vtt",), record=True))
        assert project.single("c017", replace(spec(), edits=())).make(workers=1).exit_code == 0
    return folder


def spec(**asked: Any) -> TrackSpec:
    short = {"profile": "acx", "cover": "none"}
    return TrackSpec(
        "proef", **{"values": {"naam": "Anna"}, "voice": "rustig", **short, "edits": EDITS, **asked}
    )


@pytest.fixture
def project(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    shutil.copytree(made / "praktijk", tmp_path / "praktijk")
    shutil.copytree(made / "cache", tmp_path / "cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path / "praktijk")
    return Project(tmp_path / "praktijk")


def record_file(project: Project, name: str = "proef") -> Path:
    return project.folder / "output" / f"{name}.stem.json"


def test_what_is_changed_is_said_and_stands_in_the_record_as_personal(project: Project) -> None:
    document = json.loads(record_file(project).read_bytes())
    personal = document.pop("personal")
    assert personal["texts"] == [
        *("Welkom, Anna.", "Ga zitten.", "Stoppen kan altijd.", "Kijk rond.", WORDS, "Dat was het.")
    ]
    assert [each["sentence"] for each in personal["edits"]] == [each.sentence for each in EDITS]
    assert any("Change 3 is of a sentence" in remark for remark in personal["remarks"])
    assert document["edited"] == 3
    for word in ("Zwaantje", "koffie", "Anna", "Xanthippe"):
        assert word not in json.dumps(document)
    assert read_record(record_file(project)).personal.edits == EDITS  # type: ignore[union-attr]
    plain = json.loads(record_file(project, "c017_proef").read_bytes())
    assert "edits" not in plain["personal"]
    assert "edited" not in plain


def test_what_is_changed_is_in_no_tag_and_no_name(project: Project) -> None:
    track = project.folder / "output" / "proef.mp3"
    assert b"Dat was het." in track.read_bytes() + str(ID3(track).getall("USLT")).encode()
    for word in ("Zwaantje", "koffie", "Xanthippe"):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert word.encode(encoding) not in track.read_bytes()
        assert not any(word in str(path) for path in project.folder.parent.rglob("*"))
    assert WORDS in track.with_suffix(".vtt").read_text(
        encoding="utf-8"
    )  # as other sentences that are personal


def test_the_rest_of_the_track_stays_where_it_was(project: Project) -> None:
    longer = (Edit("Stoppen kan altijd.", text="Stoppen kan altijd, op elk moment dat je wilt."),)
    for length_s in (None, 27.0):
        before, after = (
            project.preview(project.plan(spec(edits=edits, duration_s=length_s))).timeline
            for edits in ((), longer)
        )
        assert after.frames == before.frames
        starts = [[each.start for each in timeline.utterances] for timeline in (before, after)]
        assert starts[0] == starts[1]
        assert after.utterances[2].end > before.utterances[2].end


def test_a_script_s_own_words_are_no_secret_for_being_said_elsewhere(project: Project) -> None:
    plan = project.plan(spec(values={}, edits=(Edit("Ga zitten.", text="Dat was het."),)))
    assert plan.personal == frozenset()
    assert project.plan(spec(values={}, edits=EDITS[:1])).personal == {WORDS}


@pytest.mark.slow
def test_it_is_made_again_byte_for_byte_and_is_in_order(project: Project) -> None:
    first = (project.folder / "output" / "proef.mp3").read_bytes()
    assert project.verify("output/proef.mp3").in_order
    again = project.remake(record_file(project), target="weer.mp3")
    assert again.is_same
    assert again.differences == ()
    assert (project.folder / "weer.mp3").read_bytes() == first


@pytest.mark.slow
def test_without_what_is_personal_the_changes_have_to_be_given_again(project: Project) -> None:
    project.make(
        project.plan(spec(values={})),
        "open.mp3",
        beside=Sidecars(record=True, anonymous=True),
        overwrite=True,
    )
    record = project.folder / "open.stem.json"
    assert b"Zwaantje" not in record.read_bytes()
    with pytest.raises(UsageError, match="does not tell which sentences were changed"):
        project.remake(record)
    assert project.remake(record, Change(edits=EDITS), "weer.mp3").is_same
    plain = project.remake(record, Change(edits=()), "kaal.mp3")
    assert not plain.is_same
    assert any("left out" in each for each in plain.differences)
    assert "edited" not in json.loads((project.folder / "kaal.stem.json").read_bytes())


@pytest.mark.slow
def test_a_batch_of_one_keeps_tells_and_replaces(project: Project) -> None:
    def status(edits: tuple[Edit, ...]) -> tuple[str, tuple[str, ...]]:
        (outcome,) = project.single("c017", spec(edits=edits)).rehearse().outcomes
        return outcome.status, outcome.reasons

    assert status(())[0] == "kept"
    assert status(EDITS) == ("changed", ("Other sentences are changed in it.",))
    record = record_file(project, "c017_proef")
    batch = project.again(record, Change(edits=EDITS))
    assert batch.make(workers=1).exit_code == 0
    assert status(EDITS)[0] == "kept"
    assert status(EDITS[:1])[0] == status(())[0] == "changed"
    assert project.again(record).asked.jobs[0].spec.edits == EDITS
    rows = b"code;script;naam\nc017;proef;Anna\nc018;proef;Bert\n"  # a list does not know of changes
    batch = project.batch("lijst.csv", replace(spec(), script="", values={}, edits=()), content=rows)
    assert [job.spec.edits for job in batch.asked.jobs] == [EDITS, ()]
    assert [outcome.status for outcome in batch.rehearse().outcomes] == ["kept", "new"]


@pytest.mark.slow
def test_another_length_stands_in_the_name_too(project: Project) -> None:
    old = project.single("c019", spec(edits=(), duration_s=24.0)).asked.jobs[0].target
    assert old.name == "c019_proef_0,4min.mp3"
    for suffix in (".mp3", ".stem.json"):  # as if it had been made so
        record_file(project, "c017_proef").with_name(f"c017_proef{suffix}").rename(old.with_suffix(suffix))
    again = project.again(record_file(project, old.stem), Change(duration_s=30.0))
    assert old.is_file()  # until the other is there
    (made,) = again.make(workers=1).outcomes
    assert made.path.name == "c019_proef_0,5min.mp3"
    assert made.seconds == pytest.approx(30.0)
    assert sorted(path.name for path in old.parent.glob("c019*")) == [
        *("c019_proef_0,5min.mp3", "c019_proef_0,5min.stem.json")
    ]
    old.touch()  # someone else has the name
    same = project.again(record_file(project, made.path.stem), Change(duration_s=24.0)).asked.jobs[0]
    assert (same.target, same.former) == (made.path, None)


def test_who_is_named_in_a_changed_sentence_is_found_and_forgotten(project: Project) -> None:
    for wanted in ("Zwaantje", "xanthippe", "Anna"):
        (found,) = project.tracks_of([wanted], [record_file(project).parent]).found[:1]
        assert found.record_path.name in {"proef.stem.json", "c017_proef.stem.json"}
    (found,) = project.tracks_of(["Zwaantje"]).found
    assert found.reasons == ("a sentence that was changed",)
    personal = read_record(record_file(project)).personal
    assert personal is not None
    assert reasons(replace(personal, values={}), ["koffie"]) == ("a sentence that was changed",)
    assert project.forget(project.tracks_of(["Zwaantje"])).phrases >= 2
    assert not record_file(project).exists()
    assert record_file(project, "c017_proef").exists()


def test_a_feed_takes_no_track_with_a_changed_sentence(project: Project) -> None:
    folder = project.folder / "los"
    project.make(
        project.plan(spec(values={}, edits=EDITS[:1])), "los/proef.mp3", beside=Sidecars(record=True)
    )
    with pytest.raises(UsageError):
        project.feed(folder, "https://example.org/")


def test_a_length_out_of_reach_by_a_change_is_told_with_the_nearest(project: Project) -> None:
    wanted = spec(duration_s=30.0, profile=None)
    shortest, longest = project.lengths(replace(wanted, edits=()))[0]
    wanted = replace(wanted, duration_s=(shortest + longest) // 2)
    slow = (Edit("Stoppen kan altijd.", pause_s=60),)
    with pytest.raises(UnreachableLengthError) as refusal:
        project.plan(replace(wanted, edits=slow))
    assert refusal.value.nearest_s is not None
    nearest = project.plan(replace(wanted, duration_s=refusal.value.nearest_s, edits=slow))
    assert any(isinstance(cue, Pause) and cue.seconds == 60 for cue in nearest.cues)
    with pytest.raises(SafetySentenceError):
        project.plan(spec(edits=(Edit("Stoppen kan altijd.", text=""),)))


FILE = """[[edit]]
sentence = "Ga zitten."
nth = 2
text = "Zwaantje houdt van koffie."

[[edit]]
sentence = "Welkom, Anna."
pause_s = 1.5
"""


@pytest.mark.slow
def test_the_command_line_takes_a_file_of_changes(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.folder / "anders.toml").write_text(FILE, encoding="utf-8")
    assert read_edits("anders.toml") == EDITS[:2]
    asked = ["proef", "-s", "naam=Anna", "--voice", "rustig", "--profile", "acx", "--edits", "anders.toml"]
    assert cli.run(["make", *asked, "--cover", "none", "-o", "een.mp3", "--record"]) == 0
    assert "koffie" not in capsys.readouterr().err
    assert cli.run(["preview", *asked]) == 0
    assert WORDS in capsys.readouterr().out
    other = ["--edits", "anders.toml", "-o", "twee.mp3"]
    assert cli.run(["remake", "output/proef.stem.json", *other]) == 0
    assert (project.folder / "een.mp3").read_bytes() == (project.folder / "twee.mp3").read_bytes()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[[edit]]\nsentence = "Zwaantje."\n', "'edit[1]': it changes nothing"),
        ('[[edit]]\nsentence = "Zwaantje."\ntext = ["Zwaantje"]\n', "'edit[1].text' must be text"),
        ('[[edit]]\nsentence = "Zwaantje."\npause_s = "Zwaantje"\n', "'edit[1].pause_s' must be a number"),
        ('[[edit]]\ntext = "Zwaantje"\n', "'edit[1].sentence' is missing"),
        (
            '[[edit]]\nsentence = "x"\ntekst = "Zwaantje"\n',
            "unknown key 'edit[1].tekst' (did you mean 'text'?)",
        ),
        ('[[edit]]\nsentence = "x"\ntext = "[Zwaantje]"\n', "'edit[1]': '[' cannot stand"),
        ('[[edits]]\nsentence = "Zwaantje"\n', "unknown key 'edits' (did you mean 'edit'?)"),
        ("edit = 3\n", "'edit' must be a list"),
        ('[[edit]]\nsentence = "Zwaantje\n', "the quotation mark at the end is missing"),
    ],
)
def test_a_mistake_in_a_file_of_changes_is_told_by_its_number_without_its_words(
    project: Project, text: str, problem: str
) -> None:
    (project.folder / "anders.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refusal:
        read_edits("anders.toml")
    assert problem in str(refusal.value)
    assert "Zwaantje" not in str(refusal.value)
