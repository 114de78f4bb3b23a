"""A practice's folder begins with files that work as they are, and takes nothing away."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stem.config import Config, load_config
from stem.errors import StemError, UsageError
from stem.filenames import safe_name
from stem.practice.batch import BatchOptions, jobs_of_list, rehearse
from stem.practice.lists import read_batch_file
from stem.practice.setup import LIST_NAME, begin_practice
from stem.script.dutch.lexicon import load_lexicon
from stem.track.spec import TrackSpec

FILES = {"stem.toml", LIST_NAME, "scripts/mijn-oefening.j2", "lexicon.toml"}


def names(folder: Path, paths: tuple[Path, ...]) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in paths}


def test_a_folder_that_is_not_there_begins_whole(tmp_path: Path) -> None:
    folder = tmp_path / "nieuwe" / "praktijk"
    begun = begin_practice(folder, name="De Linde", country="BE")
    assert names(folder, begun.written) == FILES
    assert begun.kept == ()
    config = load_config(folder)
    assert (config.practice, config.country, config.series) == ("De Linde", "BE", "zeven-dagen")
    assert load_lexicon(folder) == load_lexicon(tmp_path)


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "stem.toml").write_text("mine = [", encoding="utf-8")
    (tmp_path / LIST_NAME).mkdir()
    begun = begin_practice(tmp_path, name="", country="NL")
    assert names(tmp_path, begun.kept) == {"stem.toml", LIST_NAME}
    assert (tmp_path / "stem.toml").read_text(encoding="utf-8") == "mine = ["
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    again = begin_practice(tmp_path, name="Anders", country="BE")
    assert again.written == ()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_the_example_is_a_list_that_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin_practice(tmp_path, name="", country="NL")
    monkeypatch.chdir(tmp_path)
    config = load_config(tmp_path)
    wishes = BatchOptions(TrackSpec("", voice="zacht", bed="none"), Path(config.output))
    asked = jobs_of_list(read_batch_file(LIST_NAME, Path(LIST_NAME).read_bytes()), wishes, config)
    report = rehearse(asked, config)
    assert [outcome.status for outcome in report.outcomes] == ["new"]
    own = jobs_of_list(read_batch_file(LIST_NAME, b"code;script\nc1;mijn-oefening\n"), wishes, config)
    assert rehearse(own, config).exit_code == 0


def test_excel_opens_the_list_in_columns_with_accents(tmp_path: Path) -> None:
    """Dutch Excel goes by the mark of UTF-8 and by semicolons; it ends its lines with CR and LF."""
    begin_practice(tmp_path, name="", country="NL")
    content = (tmp_path / LIST_NAME).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n") == 2
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert {len(row) for row in rows} == {5}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    st.text(max_size=101)
    | st.sampled_from(['De "Stille" \\ plek — ñ', "\\", '"""', "@country@", "a\\u0041", " "])
)
def test_any_name_of_one_line_stands_in_the_settings_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    folder = tmp_path_factory.mktemp("praktijk")
    if not name.isprintable() or len(name) > 100:
        with pytest.raises(UsageError):
            begin_practice(folder, name=name, country="NL")
        assert list(folder.iterdir()) == []
        return
    begin_practice(folder, name=name, country="NL")
    assert load_config(folder).practice == name.strip()


def test_a_country_without_numbers_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(StemError):
        begin_practice(tmp_path / "praktijk", name="", country="FR")
    assert not (tmp_path / "praktijk").exists()


def test_the_settings_say_what_holds_anyway(tmp_path: Path) -> None:
    """Nothing in a new folder differs from having none, but for the series that is made by itself."""
    begin_practice(tmp_path, name="", country="NL")
    assert load_config(tmp_path) == Config(series="zeven-dagen")
    assert safe_name(LIST_NAME) == LIST_NAME
