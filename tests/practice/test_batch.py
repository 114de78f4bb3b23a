"""From a list to tracks: every mistake told at once, names that tell nothing, lengths known before."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
import pyzipper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from soundfiles import buzz, wav

from stem.cli.output import in_options
from stem.config import Config
from stem.documents.batches import batch_document, outcome_line, outcome_rows, summary
from stem.errors import ConfigError, StemError, UnknownNameError, UsageError
from stem.filenames import safe_name, same_name
from stem.practice.batch import (
    BatchOptions,
    BatchProgress,
    JobList,
    Outcome,
    Report,
    jobs_of_list,
    jobs_of_series,
    rehearse,
    run_batch,
)
from stem.practice.batch.handout import hand_over
from stem.practice.batch.list_values import (
    LONGEST_CODE,
    clause,
    code_problem,
    counted,
    duration,
    shows,
    where,
)
from stem.practice.batch.name_patterns import SERIES_NAMES, USUAL_NAMES, checked_pattern, named
from stem.practice.lists import Place, read_batch_file
from stem.progress import Cancelled, Stage
from stem.script.series import Series
from stem.track.plan import plan_track
from stem.track.preview import expected_timeline
from stem.track.ready import UNSURE
from stem.track.spec import TrackSpec
from stem.units import seconds

RARE = "Xanthippe"
SCRIPT = """+++
title = "Proef"
imagery = false
bed = "none"
minutes = [0.6, 1]
[variables.naam]
default = ""
[variables.plek]
type = "choice"
choices = ["bos", "zee"]
default = "bos"
+++
## Begin
{{ noem("Welkom") }}
## Midden
Denk aan de plek {{ plek }}. [pauze voel]
{% if minuten >= 1 %}
Blijf daar nog even. [pauze beeld]
{% endif %}
## Einde
Dank {{ je }} wel.
"""
OTHER = SCRIPT.replace("Proef", "Ander").replace("[variables.plek]", "[variables.lied]", 1)
TOO_LONG = "with this text a track of 9:00 cannot be made: it can last between"

pytestmark = pytest.mark.usefixtures("kept_beds", "quick_mp3")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two scripts."""
    monkeypatch.chdir(tmp_path)
    write_scripts(tmp_path)
    return tmp_path


def write_scripts(folder: Path) -> None:
    (folder / "scripts").mkdir()
    (folder / "scripts" / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    (folder / "scripts" / "ander.j2").write_text(OTHER.replace("{{ plek }}", "{{ lied }}"), encoding="utf-8")


def asked(text: str, config: Config | None = None, name: str = "clients.csv", **wished: object) -> JobList:
    """Read a list as it stands in a file."""
    wishes = replace(BatchOptions(TrackSpec("", voice="zacht"), Path("out")), **wished)  # type: ignore[arg-type]
    return jobs_of_list(read_batch_file(name, text.encode()), wishes, config or Config())


def problems(
    text: str, config: Config | None = None, name: str = "clients.csv", **wished: object
) -> list[str]:
    """Return what is told of a list that is not in order."""
    with pytest.raises(ConfigError) as caught:
        asked(text, config, name, **wished)
    assert not Path("out").exists()
    return list(caught.value.problems)


def table(*rows: Sequence[str]) -> str:
    """Return rows as Dutch Excel saves them."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue()


# --- lists


def test_a_list_becomes_jobs_in_its_order() -> None:
    heads = ("Code", "Script", "Duur", "Naam", "Plek", "Vorm")
    found = asked(
        table(
            heads,
            ("c2", "proef", "0:36", 'Bo, of "Bob"', "", "u"),
            ("c1", "ander", "", "", "", ""),
            ("", "", "", "", "", ""),
            ("c1", "proef", "", "Anna\nMaria", "zee", ""),
        )
    )
    first, second, third = found.jobs
    assert [str(job.place) for job in found.jobs] == ["row 2", "row 3", "row 5"]
    assert [job.target.name for job in found.jobs] == [
        "c2_proef_0,6min.mp3",
        "c1_ander_0,6min.mp3",
        "c1_proef_0,6min.mp3",
    ]
    assert (first.spec.duration_s, second.spec.duration_s) == (36, None)
    assert first.spec.values == {"naam": 'Bo, of "Bob"', "vorm": "u"}
    assert second.spec.values == {}
    assert third.spec.values == {"naam": "Anna Maria", "plek": "zee"}


def test_toml_has_usual_values_that_a_track_may_change_and_that_only_hold_where_they_fit() -> None:
    text = """
        [defaults]
        script = "proef"
        duur = "0:36"
        plek = "zee"
        [[track]]
        code = "c1"
        [[track]]
        code = "c2"
        script = "ander"
        plek = ""
        [[track]]
        code = "c3"
        duur = "0:38"
        plek = "bos"
    """
    found = asked(text, name="clients.toml")
    assert [job.spec.script for job in found.jobs] == ["proef", "ander", "proef"]
    assert [job.spec.duration_s for job in found.jobs] == [36, 36, 38]
    assert [job.spec.values for job in found.jobs] == [{"plek": "zee"}, {}, {"plek": "bos"}]


def test_what_holds_for_the_whole_batch_goes_before_a_row_but_its_values_after() -> None:
    text = table(("code", "script", "duur", "plek"), ("c1", "proef", "99", "zee"), ("c2", "proef", "99", ""))
    spec = TrackSpec("", voice="zacht", duration_s=36, values={"plek": "bos", "naam": "allen"})
    found = asked(text, spec=spec)
    assert [job.spec.duration_s for job in found.jobs] == [36, 36]
    assert [job.spec.values["plek"] for job in found.jobs] == ["zee", "bos"]


MISTAKES = (
    # code, script, duur, naam, plek, stem, achtergrond, wachtwoord -> what is told, with its column
    ("../x", "", "", "", "", "", "", "", "column A ('code'): a path stands there"),
    ("C:\\x", "", "", "", "", "", "", "", "column A ('code'): a path stands there"),
    ("..", "", "", "", "", "", "", "", "column A ('code'): a path stands there"),
    ("a/b", "", "", "", "", "", "", "", "column A ('code'): a path stands there"),
    ("", "", "", "", "", "", "", "", "column A ('code'): there is no code"),
    ("anna de v", "", "", "", "", "", "", "", "column A ('code'): that cannot be a code"),
    ("nul", "", "", "", "", "", "", "", "column A ('code'): that cannot be a code"),
    ("x" * 61, "", "", "", "", "", "", "", "column A ('code'): a code has at most 60"),
    ("c-xanthippe", "", "", RARE, "", "", "", "", "column A ('code'): the code holds what is filled in"),
    ("", "proeff", "", "", "", "", "", "", "column B ('script'): there is no such script"),
    ("", "-", "", "", "", "", "", "", "column B ('script'): the script is missing"),
    ("", "", "kort", "", "", "", "", "", "column C ('duur'): that is no length of time"),
    ("", "", "30:00:00", "", "", "", "", "", "column C ('duur'): that is in hours"),
    ("", "", "0", "", "", "", "", "", "column C ('duur'): a track lasts more than 0"),
    ("", "", "9", "", "", "", "", "", f"column C ('duur'): {TOO_LONG}"),
    ("", "", "", "{{ naam }}", "", "", "", "", "column D ('naam'): '{' cannot stand"),
    ("", "", "", "=A1", "", "", "", "", "column D ('naam'): a formula stands there"),
    ("", "", "", "x" * 1_000_000, "", "", "", "", "column D ('naam'): 1,000,000 characters stand there"),
    ("", "", "", "", "berg", "", "", "", "column E ('plek'): what is given is no choice for 'plek'"),
    ("", "ander", "", "", "zee", "", "", "", "column E ('plek'): the script 'ander' has no such variable"),
    ("", "", "", "", "", "zachtt", "", "", "column F ('stem'): there is no such voice (Did you mean"),
    ("", "", "", "", "", "", "zeee", "", "column G ('achtergrond'): there is no such bed (Did you mean"),
    ("", "", "", "", "", "", "weg.mp3", "", "column G ('achtergrond'): there is no file '…'"),
    ("", "", "", "", "", "", "", "kort", "column H ('wachtwoord'): the password has 4 characters"),
)  # fmt: skip


def told_rows(problem: str) -> set[int]:
    """Return the rows that a mistake stands in: "rows 2 to 4 and 9, column A ('code'): ..."."""
    place = problem.partition(" column")[0]
    runs = re.findall(r"(\d+)(?: to (\d+))?", place)
    return {number for first, last in runs for number in range(int(first), int(last or first) + 1)}


def test_every_mistake_of_every_row_is_told_at_once() -> None:
    heads = ("code", "script", "duur", "naam", "plek", "stem", "achtergrond", "wachtwoord")
    rows = []
    for number, (*cells, told) in enumerate(MISTAKES, start=2):
        row = list(cells)
        row[0] = row[0] or (f"r{number}" if "no code" not in told else "")
        row[1] = {"": "proef", "-": ""}.get(row[1], row[1])
        rows.append(row)
    found = problems(table(heads, *rows), spec=TrackSpec(""))
    for number, (*_, told) in enumerate(MISTAKES, start=2):
        assert any(number in told_rows(problem) for problem in found if told in problem), told
    assert not any(RARE in problem or "anna" in problem for problem in found), "a name is not repeated"


def test_a_script_that_is_not_there_in_row_7_of_500() -> None:
    rows = [(f"c{row}", "proeff" if row == 7 else "proef") for row in range(2, 501)]
    (found,) = problems(table(("code", "script"), *rows))
    assert found == "row 7, column B ('script'): there is no such script (Did you mean 'proef'?)"


def test_the_same_mistake_in_many_rows_is_told_once() -> None:
    rows = [(f"c{row}", "proef", "kort" if row not in {5, 9} else "") for row in range(2, 12)]
    (found,) = problems(table(("code", "script", "duur"), *rows))
    assert found.startswith("rows 2 to 4, 6 to 8, 10 and 11, column C ('duur'): that is no length of time")


def test_wrong_heads_are_told_once_for_the_list() -> None:
    found = problems(table(("code", "script", "nam", "duur", "duration"), ("c1", "proef", "x", "", "")))
    assert found == [
        "column C: no script of this list has a variable of that name (did you mean 'naam'?)",
        "the columns 'duur' and 'duration' mean the same",
    ]
    usual = problems('[defaults]\nfoo = "x"\nscript = "proef"\n[[track]]\ncode = "c1"', name="x.toml")
    assert len(usual) == 1
    assert usual[0].startswith("[defaults], a name: no script of this list")


def test_what_is_filled_in_for_all_is_known_to_a_script() -> None:
    with pytest.raises(UnknownNameError, match="'nam'"):
        asked(table(("code", "script"), ("c1", "proef")), spec=TrackSpec("", {"nam": "Bo"}, voice="zacht"))


def test_tracks_of_one_name_and_clients_of_one_code_are_told() -> None:
    heads = ("code", "script", "naam")
    same = problems(table(heads, *[("c1", "proef", name) for name in "ABC"]))
    assert len(same) == 1
    assert same[0].startswith("rows 2 to 4 would all be c1_proef_0,6min.mp3")
    assert (
        len(asked(table(heads, *[("c1", "proef", name) for name in "ABC"]), names="{code}-{number}").jobs)
        == 3
    )
    (capitals,) = problems(table(heads, ("c1", "proef", ""), ("C1", "ander", "")))
    assert capitals.startswith("rows 2 and 3: c1 and C1 are one name on many disks")


def test_a_client_has_one_password() -> None:
    heads = ("code", "script", "wachtwoord")
    good, other = "molen-tafel-kaars-12345", "vogel-emmer-molen-54321"
    assert asked(table(heads, ("c1", "proef", good), ("c1", "ander", ""))).passwords == {"c1": good}
    (found,) = problems(table(heads, ("c1", "proef", good), ("c1", "ander", other)))
    assert found == "row 3, column C ('wachtwoord'): this code has another password in an earlier row"
    assert good not in found
    assert other not in found


def test_a_mistake_in_the_settings_is_that_of_no_row(folder: Path) -> None:
    text = table(("code", "script"), ("c1", "proef"), ("c2", "proef"))
    (gone,) = problems(text, Config(intro="weg.wav"))
    assert "'intro' names a sound file that is not there" in gone
    (folder / "stil.wav").write_bytes(b"RIFF")
    (broken,) = problems(text, Config(intro="stil.wav"))
    assert "stil.wav" in broken
    assert "row" not in broken


def test_a_voice_that_cannot_speak_here_is_told_by_row(folder: Path) -> None:
    (folder / "opnames").mkdir()
    rows = [
        (f"c{row}", "proef", voice) for row, voice in enumerate(("zacht", "google", "nathalie", "opnames/"))
    ]
    found = problems(table(("code", "script", "stem"), *rows), spec=TrackSpec(""))
    assert [problem.partition(": ")[0] for problem in found] == [
        f"row {row}, column C ('stem')" for row in (3, 4, 5)
    ]
    online, absent, unrecorded = found
    assert "--allow-online" in in_options(online)
    assert "stem voices get nathalie" in in_options(absent)
    assert "not recorded" in unrecorded


def recorded(folder: Path) -> None:
    """Record what the script says to nobody, and to Bea."""
    opnames = folder / "opnames"
    opnames.mkdir()
    said = ["Welkom.", "Denk aan de plek bos.", "Dank je wel.", "Welkom, Bea."]
    lines = [f'{number} = "{text}"' for number, text in enumerate(said, 1)]
    (opnames / "blad.toml").write_text("[zinnen]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    for number in range(1, len(said) + 1):
        (opnames / f"{number:03}.wav").write_bytes(wav(buzz(1.0, 44_100), rate=44_100))


def test_whether_a_name_was_recorded_is_asked_of_that_name(folder: Path) -> None:
    recorded(folder)
    heads = ("code", "script", "naam", "stem")
    bea, rare, nobody = ("c1", "proef", "Bea", "opnames/"), ("c2", "proef", RARE, "opnames/"), ("c3", "proef")
    assert len(asked(table(heads, bea, nobody), spec=TrackSpec("")).jobs) == 2
    (missing,) = problems(table(heads, bea, rare, nobody), spec=TrackSpec(""))
    assert missing.startswith("row 3, column D ('stem'): opnames: 1 sentence is not recorded: 5 (")
    assert RARE not in missing


def test_a_voice_fills_in_where_own_recordings_speak(folder: Path) -> None:
    recorded(folder)
    heads = ("code", "script", "naam", "stem")
    own, other = ("c1", "proef", RARE, "opnames/"), ("c2", "proef", RARE, "zacht")
    fill = TrackSpec("", fill="rustig")
    found = asked(table(heads, own, other), spec=fill)
    assert [job.spec.fill for job in found.jobs] == ["rustig", None]
    (none,) = problems(table(heads, other), spec=fill)
    assert "--fill is for what is missing among own recordings" in in_options(none)


def test_a_track_may_leave_empty_what_most_fill_in() -> None:
    defaults = '[defaults]\nscript = "proef"\nnaam = "Bea"\nplek = "zee"\nstem = "rustig"\n'
    tracks = '[[track]]\ncode = "c1"\n[[track]]\ncode = "c2"\nnaam = ""\nplek = " "\nstem = ""\n'
    first, second = asked(defaults + tracks, name="lijst.toml", spec=TrackSpec("")).jobs
    assert (first.spec.values, first.spec.voice) == ({"naam": "Bea", "plek": "zee"}, "rustig")
    assert (second.spec.values, second.spec.voice) == ({}, None)


@pytest.mark.parametrize("wished", [TrackSpec("", voice="zaht"), TrackSpec("", bed="bruinn")])
def test_a_row_is_not_blamed_for_what_holds_for_all(wished: TrackSpec) -> None:
    with pytest.raises(UnknownNameError, match="There is no") as caught:
        asked(table(("code", "script"), ("c1", "proef")), spec=wished)
    assert "row" not in caught.value.sentence


def test_a_name_may_be_pronounced_otherwise_but_not_without_a_name() -> None:
    heads = ("code", "script", "naam", "naam_uitspraak")
    assert len(asked(table(heads, ("c1", "proef", "Sjaan", "sjaan"))).jobs) == 1
    (found,) = problems(table(heads, ("c1", "proef", "", "sjaan")))
    assert found.startswith("row 2, column D ('naam_uitspraak'): ")


@pytest.mark.parametrize(
    "text", ["n.v.t.", "N.v.t", "geen", "-", "Onbekend", "n/a", "?", "x", "nog invullen"]
)
def test_a_name_that_says_that_there_is_none_is_told_and_not_spoken(text: str) -> None:
    (found,) = problems(table(("code", "script", "naam"), ("c1", "proef", text), ("c2", "proef", "Nina")))
    assert found == (
        "row 2, column C ('naam'): that says that there is no name, and would be spoken; leave the cell empty"
    )


# --- codes and lengths


@pytest.mark.parametrize("code", ["3-jan", "3-jan-26", "jan-26", "1-okt", "3-1-2026", "2026-01-03"])
def test_a_code_that_excel_made_a_date_of_is_told(code: str) -> None:
    assert "a date stands there" in code_problem(code)
    assert code_problem("3-1a") == code_problem("c-2026") == code_problem("mei-lan") == ""


@given(st.text(max_size=70))
def test_a_code_is_a_file_name_or_is_refused(code: str) -> None:
    problem = code_problem(code)
    if not problem:
        assert safe_name(code) == code
        assert len(code) <= LONGEST_CODE
        assert Path(code).name == code
        assert not set(code) & set('/\\:*?"<>|% ')
    else:
        assert not code.strip() or len(code) < 3 or code not in problem


@pytest.mark.parametrize(
    ("code", "text", "is_shown"),
    [
        ("anna01", "Anna", True),
        ("c-rene", "René", True),
        ("zoë", "Zoe", True),
        ("annadevries", "Anna de Vries", True),
        ("AB-vries", "Anna de Vries", True),
        ("bo1", "Bo", True),
        ("c017", "Anna", False),
        ("de-12", "Anna de Vries", False),
        ("op-3", "een feest op kantoor", False),
        ("c1", "", False),
        ("an-4", "Anna", False),
    ],
)
def test_a_code_that_shows_a_name_is_known(code: str, text: str, is_shown: bool) -> None:  # noqa: FBT001
    assert shows(code, text) == is_shown


@pytest.mark.parametrize(
    ("text", "length_s"),
    [
        ("12", 720),
        ("3,5", 210),
        ("2.5", 150),
        ("12:30", 750),
        ("12 min", 720),
        ("90 s", 90),
        ("1:02:03", 3723),
    ],
)
def test_lengths_as_people_write_them(text: str, length_s: float) -> None:
    assert duration(text) == length_s


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("30:00:00", "write 30 min"),
        ("03:00:00", "write 3 min"),
        ("12:30:00", "write 12 min 30 s"),
        ("-3", "that is no length"),
        ("-3 min", "more than 0"),
        ("0", "more than 0"),
        ("0:00", "more than 0"),
        ("721", "at most 12 hours"),
        ("13 uur", "at most 12 hours"),
        ("1e3", "no length"),
        ("nan", "no length"),
        (RARE, "no length"),
        ("9" * 400, "no length"),
    ],
)
def test_what_is_no_length_is_refused_without_repeating_it(text: str, advice: str) -> None:
    with pytest.raises(ValueError) as caught:
        duration(text)
    assert advice in str(caught.value) or "more than 0 minutes, and at most 12 hours" in str(caught.value)
    assert RARE not in str(caught.value)


def test_two_hours_may_be_meant() -> None:
    assert duration("2:00:00") == 7200


def test_places_are_told_as_people_do() -> None:
    assert counted([Place("row", 7)]) == "row 7"
    assert counted([Place("track", 3), Place("track", 4)]) == "tracks 3 and 4"
    assert counted([Place("row", number) for number in (9, 2, 3, 4)]) == "rows 2 to 4 and 9"
    assert where([Place("row", 7)], "duur", {"duur": "column D"}) == "row 7, column D ('duur')"
    assert where([Place("track", 7)], "duur", {"duur": ""}) == "track 7 ('duur')"
    assert clause(UsageError("It is wrong.", hint="Mend it.")) == "it is wrong (Mend it)"


# --- names


FIELDS = st.lists(
    st.sampled_from(["{code}", "{script}", "{minutes}min", "{number}", "{plek}", "_", "-", " x "])
)


@given(
    pattern=FIELDS,
    code=st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True),
    minutes=st.none() | st.floats(0.1, 99),
)
def test_no_file_bears_a_name_unless_asked_and_every_name_is_legal(
    pattern: list[str], code: str, minutes: float | None
) -> None:
    values = {"naam": RARE, "plek": "bos/../zee"}
    whole = checked_pattern("".join(["{code}", *pattern]), frozenset(values))
    name = named(whole, code=code, script="proef", minutes=minutes, number=3, values=values)
    assert RARE not in name
    assert "{" not in name
    assert safe_name(name) == name
    assert name.startswith(safe_name(code)[:1])
    with_name = named("{code} {naam}", code=code, script="proef", minutes=minutes, number=3, values=values)
    assert with_name.endswith(RARE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=6)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["c1", "C1", "c1_proef", "ﬁ", "fi"]), st.sampled_from(["proef", "ander"])),
        min_size=1,
        max_size=6,
    )
)
def test_every_track_has_a_file_of_its_own_or_it_is_told(rows: list[tuple[str, str]]) -> None:
    text = table(("code", "script"), *rows)
    try:
        jobs = asked(text).jobs
    except ConfigError as error:
        told = error.problems
        codes = {code for code, _ in rows}
        doubles = len(set(rows)) < len(rows) or len({same_name(code) for code in codes}) < len(codes)
    else:
        told, doubles = (), False
        assert len({same_name(job.target.name) for job in jobs}) == len(rows)
    assert all("would all be" in each or "one name on many disks" in each for each in told)
    assert bool(told) == doubles


def test_minutes_are_as_short_as_they_can_be() -> None:
    def name(minutes: float | None) -> str:
        return named(USUAL_NAMES, code="c1", script="s", minutes=minutes, number=1, values={})

    assert [name(minutes) for minutes in (12.0, 3.5, None)] == ["c1_s_12min", "c1_s_3,5min", "c1_s"]


def test_a_pattern_has_the_code_and_nothing_unknown() -> None:
    assert checked_pattern(SERIES_NAMES, frozenset()) == SERIES_NAMES
    with pytest.raises(UsageError, match="has no "):
        checked_pattern("{script}", frozenset())
    with pytest.raises(UsageError, match="not known"):
        checked_pattern("{code}{naam}", frozenset())


# --- series


def test_a_series_is_numbered_in_one_album_of_one_voice_and_one_background() -> None:
    series = Series("twee", "Twee dagen", "", ("proef", "ander"))
    wishes = BatchOptions(TrackSpec("", values={"naam": "Anna", "plek": "zee"}), Path("out"))
    found = jobs_of_series(series, "c017", wishes, Config(voice="rustig"))
    assert [job.target.name for job in found.jobs] == ["c017_01_proef_0,6min.mp3", "c017_02_ander_0,6min.mp3"]
    assert [(job.spec.number, job.spec.total, job.spec.album) for job in found.jobs] == [
        (1, 2, "Twee dagen"),
        (2, 2, "Twee dagen"),
    ]
    assert {(job.spec.voice, job.spec.bed) for job in found.jobs} == {("rustig", "none")}
    assert found.jobs[1].spec.values == {"naam": "Anna"}


def test_what_a_series_cannot_have_is_told() -> None:
    series = Series("twee", "Twee dagen", "", ("proef", "ander"))

    def ask(code: str = "c017", **spec: object) -> JobList:
        return jobs_of_series(series, code, BatchOptions(TrackSpec("", **spec), Path("out")), Config())  # type: ignore[arg-type]

    with pytest.raises(UsageError, match="a path stands there"):
        ask("../x")
    with pytest.raises(UnknownNameError):
        ask(values={"nam": "Anna"})
    with pytest.raises(UsageError, match="is no choice for 'plek'"):
        ask(values={"plek": "berg"})
    with pytest.raises(UsageError, match="the code holds what is filled in for 'naam'"):
        ask("c-anna", values={"naam": "Anna"})
    with pytest.raises(ConfigError, match="naam_uitspraak is given without naam"):
        ask(values={"naam_uitspraak": "sjaan"})
    said = ask(values={"naam": "Sjaan", "naam_uitspraak": "sjaan"}).jobs
    assert all("naam_uitspraak" in job.spec.values for job in said)
    with pytest.raises(ConfigError) as caught:
        ask(duration_s=540)
    assert [problem.partition(":")[0] for problem in caught.value.problems] == ["track 1", "track 2"]


# --- lengths


def test_what_is_expected_is_what_the_plan_says_and_rows_of_other_names_are_planned_once() -> None:
    rows = [
        (f"c{row}", "proef", f"Naam{chr(97 + row % 26)}", ("zee", "bos")[row % 2]) for row in range(2, 40)
    ]
    found = asked(table(("code", "script", "naam", "plek"), *rows))
    assert len({id(each.plan) for each in found.expected}) == 2
    exact = seconds(expected_timeline(plan_track(found.jobs[0].spec, Config())).frames)
    assert found.expected[0].seconds == pytest.approx(exact, abs=1e-6)
    report = rehearse(found, Config())
    assert [outcome.status for outcome in report.outcomes] == ["new"] * 38
    assert report.exit_code == 0
    assert not Path("out").exists()


def test_what_is_no_name_is_planned_as_it_is() -> None:
    rows = [("c1", "proef", "lang " * 300), ("c2", "proef", "Bo"), ("c3", "proef", "")]
    long, name, none = asked(table(("code", "script", "naam"), *rows)).expected
    assert long.seconds is not None
    assert name.seconds is not None
    assert none.seconds is not None
    assert none.seconds < name.seconds < none.seconds + 2 < long.seconds


def test_a_length_at_the_edge_is_left_to_the_voice() -> None:
    usual = asked(table(("code", "script"), ("c1", "proef"))).jobs[0]
    with pytest.raises(StemError) as caught:
        expected_timeline(plan_track(replace(usual.spec, duration_s=600), Config()))
    longest_s = caught.value.longest_s  # type: ignore[attr-defined]
    near, far = longest_s * (1 + UNSURE / 2), longest_s * (1 + 2 * UNSURE)
    assert asked(table(("code", "script", "duur"), ("c1", "proef", f"{near:.2f} s"))).jobs
    assert problems(table(("code", "script", "duur"), ("c1", "proef", f"{far:.2f} s")))


# --- telling


def outcome(status: Any = "made", **facts: Any) -> Outcome:
    made = Outcome(
        "row 2", "c1", "proef", status, Path("out/c1.mp3"), "Proef", 65.2, -18.04, -1.5, "zacht", "zee"
    )
    return replace(made, **facts)


def test_lines_rows_and_sums() -> None:
    failed = outcome(
        "failed", seconds=None, integrated_lufs=float("-inf"), voice="", bed="", error="No.", hint="Yes."
    )
    report = Report((outcome(), failed, outcome("kept")))
    assert outcome_line(outcome()) == "c1.mp3  1:05  made"
    assert outcome_line(failed) == "c1.mp3  failed"
    assert [row["LUFS"] for row in outcome_rows(report)] == ["-18.0", "-", "-18.0"]
    assert summary(report, dry_run=False) == "3 tracks: 1 made, 1 kept, 1 failed; 2:10 in all."
    assert (
        summary(Report((outcome("new"),)), dry_run=True)
        == "1 track: 1 new; 1:05 in all, expected; nothing was made."
    )
    assert (report.exit_code, Report((outcome(),)).exit_code) == (1, 0)
    document = batch_document(report)
    assert document["failed"] == [
        {
            "script": "proef",
            "code": "c1",
            "place": "row 2",
            "error": "No.",
            "hint": "Yes.",
            "problems": [],
        }
    ]
    tracks = document["tracks"]
    assert isinstance(tracks, list)
    assert [(each["code"], each["status"]) for each in tracks] == [("c1", "made"), ("c1", "kept")]


# --- running and handing over


@contextmanager
def here(_workers: int) -> Iterator[Executor]:
    """Lend a thread of this process: what processes do is tested elsewhere."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def run_here(found: JobList, config: Config | None = None) -> Report:
    return run_batch(found.jobs, config or Config(), opened=here, workers=1, on_outcome=lambda _: None)


HANDED = table(
    ("code", "script", "naam"), ("c1", "proef", RARE), ("c1", "ander", RARE), ("c2", "proef", "Bo")
)
PASSWORD = "molen-tafel-kaars-12345"


@pytest.mark.slow
def test_how_far_each_job_is_can_be_heard_and_stopped(folder: Path) -> None:
    jobs = asked(table(("code", "script"), ("c1", "proef"), ("c2", "ander"))).jobs
    heard: list[BatchProgress] = []

    def events(told: BatchProgress) -> bool:
        heard.append(told)
        return not any(each.progress for each in told.making)

    with pytest.raises(Cancelled):
        run_batch(jobs, Config(), workers=1, on_outcome=lambda _: None, events=events)
    assert heard[0] == BatchProgress(0, 2)
    (making,) = heard[-1].making
    assert (making.place, making.code) == (jobs[0].place, "c1")
    assert making.progress is not None
    assert making.progress.stage in get_args(Stage)
    assert list((folder / "out").iterdir()) == []


def test_a_batch_is_made_once_and_handed_over_once(folder: Path) -> None:
    found = asked(HANDED, captions=("vtt",))
    report = run_here(found)
    assert [each.status for each in report.outcomes] == ["made"] * 3
    out = folder / "out"
    files = {path.name: path.read_bytes() for path in out.iterdir()}
    assert {path.suffix for path in out.iterdir()} == {".mp3", ".json", ".vtt"}
    assert not any(RARE in name for name in files)

    # Nothing has changed, also seen from a list in another order with other heads.
    again = run_here(asked(table(("naam", "CODE", "script"), ("Bo", "c2", "proef")), captions=("vtt",)))
    assert [each.status for each in again.outcomes] == ["kept"]
    changed = rehearse(asked(HANDED.replace(RARE, "Bea"), captions=("vtt",)), Config())
    assert [each.status for each in changed.outcomes] == ["changed", "changed", "kept"]
    assert changed.outcomes[0].reasons == ("Something else is filled in for naam.",)
    unseen = Config(
        help=("Bel de praktijk.",), names="{code}_{script}_{minutes}min", series="twee", output="weg"
    )
    assert [each.status for each in rehearse(asked(HANDED, unseen), unseen).outcomes] == ["kept"] * 3
    intro = Config(intro="Welkom bij De Linde.")
    assert [each.reasons for each in rehearse(asked(HANDED, intro), intro).outcomes] == [
        ("stem.toml has changed: intro.",)
    ] * 3
    assert {name: (out / name).read_bytes() for name in files} == files

    # A text and a zip file for each client.
    passwords = {"c1": PASSWORD, "c2": PASSWORD[::-1]}
    handed = hand_over(found.jobs, report, Config(help=("Bel de praktijk.",)), passwords)
    assert {path.name for path in handed.written} == {
        *("c1_lees-mij-eerst.txt", "c1.zip", "c2_lees-mij-eerst.txt", "c2.zip")
    }
    assert handed.exit_code == 0
    with pyzipper.AESZipFile(out / "c1.zip") as archive:
        archive.setpassword(PASSWORD.encode())
        names = archive.namelist()
        text = archive.read(names[0]).decode()
        assert archive.read("c1_proef_0,6min.mp3") == files["c1_proef_0,6min.mp3"]
    assert sorted(names) == [
        *("c1_ander_0,6min.mp3", "c1_ander_0,6min.vtt", "c1_proef_0,6min.mp3", "c1_proef_0,6min.vtt"),
        "lees-mij-eerst.txt",
    ]
    assert text.index("113") < text.index("Bel de praktijk.")
    assert RARE not in text
    zipped = (out / "c1.zip").read_bytes()
    second = hand_over(found.jobs, report, Config(help=("Bel de praktijk.",)), passwords)
    assert (second.written, second.own, dict(second.left)) == ((), (), {})
    assert (out / "c1.zip").read_bytes() == zipped

    # What is the user's stays, and one client's mishap is that of one.
    (out / "c1.zip").write_bytes(b"of mine")
    (out / "c1_lees-mij-eerst.txt").write_text("Dag!", encoding="utf-8")
    (out / "c2_lees-mij-eerst.txt").unlink()
    third = hand_over(found.jobs, report, Config(), passwords)
    assert (out / "c1.zip").read_bytes() == b"of mine"
    assert (out / "c1_lees-mij-eerst.txt").read_text(encoding="utf-8") == "Dag!"
    assert [path.name for path in third.own] == ["c1_lees-mij-eerst.txt"]
    assert list(third.left) == ["c1"]
    assert "no zip file of stem's" in third.left["c1"]
    assert {path.name for path in third.written} == {"c2_lees-mij-eerst.txt", "c2.zip"}
    assert third.exit_code == 1

    # With --force a text is renewed; who lacks a track gets nothing.
    for name in ("c1_lees-mij-eerst.txt", "c1.zip", "c2.zip"):
        (out / name).unlink()
    lacking = Report((report.outcomes[0], replace(report.outcomes[1], status="failed"), report.outcomes[2]))
    fourth = hand_over([replace(job, force=True) for job in found.jobs], lacking, Config())
    assert fourth.left == {"c1": "nothing was put together, for row 3 failed"}
    assert [path.name for path in fourth.written] == ["c2_lees-mij-eerst.txt"]
    assert not (out / "c1_lees-mij-eerst.txt").exists()


def test_what_is_for_use_with_a_practitioner_does_not_go_home_unasked(folder: Path) -> None:
    guided = SCRIPT.replace('bed = "none"', 'bed = "none"\npractitioner_only = true')
    (folder / "scripts" / "samen.j2").write_text(guided, encoding="utf-8")
    found = asked(table(("code", "script"), ("c1", "proef"), ("c1", "samen"), ("c2", "samen")))
    for job in found.jobs:
        job.target.parent.mkdir(parents=True, exist_ok=True)
        job.target.write_bytes(b"sound")
    report = Report(tuple(outcome(path=job.target) for job in found.jobs))
    passwords = {"c1": PASSWORD, "c2": PASSWORD}
    handed = hand_over(found.jobs, report, Config(), passwords)
    assert handed.held == (found.jobs[1].target, found.jobs[2].target)
    assert {path.name for path in handed.written} == {"c1_lees-mij-eerst.txt", "c1.zip"}
    assert "behandelaar kan" not in (folder / "out" / "c1_lees-mij-eerst.txt").read_text(encoding="utf-8")
    with pyzipper.AESZipFile(folder / "out" / "c1.zip") as archive:
        assert not any("samen" in name for name in archive.namelist())

    asked_for = hand_over(found.jobs, report, Config(), passwords, also_guided=True)
    assert asked_for.held == ()
    with pyzipper.AESZipFile(folder / "out" / "c1.zip") as archive:
        assert any("samen" in name for name in archive.namelist())
    text = (folder / "out" / "c2_lees-mij-eerst.txt").read_text(encoding="utf-8")
    assert "Luister alleen samen met je behandelaar." in text


@pytest.mark.parametrize(("vorm", "default", "form"), [("", "u", "u"), ("je", "u", "je"), ("", "je", "je")])
def test_the_text_addresses_a_client_as_the_tracks_do(
    folder: Path, vorm: str, default: str, form: str
) -> None:
    own = f'[variables.vorm]\ntype = "choice"\nchoices = ["je", "u"]\ndefault = "{default}"\n'
    script = SCRIPT.replace("[variables.plek]", own + "[variables.plek]")
    (folder / "scripts" / "proef.j2").write_text(script, encoding="utf-8")
    found = asked(table(("code", "script", "vorm"), ("c1", "proef", vorm)))
    report = Report((outcome(path=found.jobs[0].target),))
    (letter,) = hand_over(found.jobs, report, Config()).written
    text = letter.read_text(encoding="utf-8")
    assert ("uw telefoon" in text) == (form == "u")


def test_a_text_that_no_one_changed_is_renewed_and_changed_words_go_along(folder: Path) -> None:
    found = asked(table(("code", "script"), ("c1", "proef")))
    (job,) = found.jobs
    job.target.parent.mkdir(parents=True)
    job.target.write_bytes(b"sound")
    report = Report((outcome(path=job.target),))
    (letter,) = hand_over(found.jobs, report, Config()).written
    assert "zip-bestand" not in letter.read_text(encoding="utf-8")

    # Who packs the tracks afterwards sends along how the parcel is opened; the parcel holds the same text.
    packed = hand_over(found.jobs, report, Config(), {"c1": PASSWORD})
    assert [path.name for path in packed.written] == ["c1_lees-mij-eerst.txt", "c1.zip"]
    assert "zip-bestand" in letter.read_text(encoding="utf-8")
    again = hand_over(found.jobs, report, Config())
    assert (again.written, again.kept, again.own) == ((), (letter,), ())

    own = letter.read_text(encoding="utf-8").replace("Je opname", "Dag! Je opname", 1).encode()
    letter.write_bytes(own)
    mine = hand_over(found.jobs, report, Config(help=("Bel ons.",)), {"c1": PASSWORD})
    assert (mine.own, [path.name for path in mine.written]) == ((letter,), ["c1.zip"])
    assert letter.read_bytes() == own
    with pyzipper.AESZipFile(letter.with_name("c1.zip")) as archive:
        archive.setpassword(PASSWORD.encode())
        assert archive.read("lees-mij-eerst.txt") == own
