"""The pages as a whole: the welcome, what is told when something is wrong, closing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pagehelp import practice_in, visiting

from stem.web.app import LARGEST_FORM, MOST_PARTS
from stem.web.gate import HEADERS, POLICY
from stem.web.welcome import is_copied


def test_without_a_practice_every_page_leads_to_the_welcome(tmp_path: Path) -> None:
    with visiting(None, tmp_path / "praktijk") as visitor:
        for path in ("/", "/opnames", "/taken", "/maken/aankomen"):
            answer = visitor.get(path)
            assert (answer.status_code, answer.headers["Location"]) == (302, "/welkom")
        assert "Hoe heet je praktijk?" in visitor.get("/welkom").text


def test_a_practice_begins(tmp_path: Path) -> None:
    begun: list[Path] = []
    with visiting(None, tmp_path / "ander", tmp_path / "praktijk") as visitor:
        visitor.site.on_begun = begun.append
        answer = visitor.post("/welkom", {"naam": "De Linde", "land": "BE", "plaats": "1"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        assert visitor.get("/welkom").headers["Location"] == "/"
    settings = (tmp_path / "praktijk" / "stem.toml").read_text(encoding="utf-8")
    assert 'practice = "De Linde"' in settings
    assert 'country = "BE"' in settings
    assert begun == [tmp_path / "praktijk"]


@pytest.mark.parametrize(
    "form",
    [
        {"plaats": "7"}, {"plaats": "/etc"}, {"plaats": "../.."}, {"plaats": "-1"}, {"land": "XX"},
        {"naam": "x" * 101}, {"naam": "De\x1bLinde"},
    ],
)  # fmt: skip
def test_a_welcome_with_what_nobody_could_choose_begins_nothing(
    tmp_path: Path, form: dict[str, object]
) -> None:
    with visiting(None, tmp_path / "praktijk") as visitor:
        answer = visitor.post("/welkom", {"naam": "x", "land": "NL", "plaats": "0", **form})
        assert answer.status_code == 400
        assert visitor.site.folder is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told_and_the_name_stays(tmp_path: Path) -> None:
    (tmp_path / "bestand").write_text("x")
    with visiting(None, tmp_path / "bestand" / "praktijk") as visitor:
        answer = visitor.post("/welkom", {"naam": "De Linde"})
        assert answer.status_code == 409
        assert "kan niet worden geschreven" in answer.text
        assert 'value="De Linde"' in answer.text


def test_a_practice_that_is_there_is_opened_and_stays_as_it_is(tmp_path: Path) -> None:
    folder = practice_in(tmp_path / "praktijk")
    before = (folder / "stem.toml").read_bytes()
    with visiting(None, folder) as visitor:
        assert "al van een praktijk" in visitor.get("/welkom").text
        visitor.post("/welkom", {"naam": "Anders", "plaats": "0"})
        assert visitor.site.folder == folder
    assert (folder / "stem.toml").read_bytes() == before


@pytest.mark.parametrize(
    "path",
    [
        "/home/a/OneDrive/praktijk", "/Users/a/Library/Mobile Documents/x", "/Users/a/Dropbox (Werk)/x",
        "/home/a/Google Drive/x", "/Users/a/Library/CloudStorage/x", "/home/a/iCloudDrive/x",
    ],
)  # fmt: skip
def test_a_folder_that_a_cloud_copies_is_warned_of(path: str) -> None:
    assert is_copied(Path(path))
    assert not is_copied(Path("/home/a/stem-praktijk"))


def test_a_page_that_is_not_there_is_told_in_dutch(tmp_path: Path) -> None:
    with visiting(practice_in(tmp_path)) as visitor:
        for path in (
            "/nergens", "/static/../app.py", "/static/app.py", "/static/%2e%2e/app.py", "/taken/../stem.toml",
            "/taken/x", "/taken/x.json", "/static/", "/stem.toml", "/static/stem.css/",
        ):  # fmt: skip
            answer = visitor.get(path)
            assert answer.status_code == 404, path
            assert "Deze pagina is er niet" in answer.text
            assert answer.headers["Content-Security-Policy"] == POLICY


def test_files_of_our_own_have_their_kind(tmp_path: Path) -> None:
    with visiting(practice_in(tmp_path)) as visitor:
        kinds = {
            name: visitor.get(f"/static/{name}").content_type
            for name in ("stem.css", "bezig.js", "taak.js", "stem.svg")
        }
    assert kinds["stem.css"].startswith("text/css")
    assert kinds["bezig.js"].startswith("text/javascript")
    assert kinds["stem.svg"] == "image/svg+xml"


def test_a_page_is_asked_in_the_way_it_works(tmp_path: Path) -> None:
    with visiting(practice_in(tmp_path)) as visitor:
        assert visitor.get("/sluiten").status_code == 405
        assert visitor.post("/taken").status_code == 405
        assert not visitor.site.closed.is_set()


def test_a_form_has_limits(tmp_path: Path) -> None:
    with visiting(None, tmp_path / "praktijk") as visitor:
        assert visitor.post("/welkom", {"naam": "x" * (LARGEST_FORM + 1)}).status_code == 413
        part = b'--grens\r\nContent-Disposition: form-data; name="x"\r\n\r\nx\r\n'
        many = part * (MOST_PARTS * 2) + b"--grens--\r\n"
        answer = visitor.post("/welkom", many, **{"Content-Type": "multipart/form-data; boundary=grens"})
        assert answer.status_code == 413
        assert "Dit is te groot" in answer.text
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_of_stem_is_one_page_without_what_was_filled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with visiting(practice_in(tmp_path)) as visitor:

        def fails() -> None:
            raise ValueError("Anna")

        monkeypatch.setattr(visitor.site.closed, "set", fails)
        answer = visitor.post("/sluiten")
    assert answer.status_code == 500
    assert "stem heeft zelf een fout gemaakt" in answer.text
    assert "ValueError" in answer.text
    assert "Traceback" not in answer.text
    assert "Anna" not in answer.text + caplog.text


def test_a_folder_that_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = practice_in(tmp_path / "praktijk")
    with visiting(folder) as visitor:
        monkeypatch.setattr(
            type(visitor.site.closed), "set", lambda _self: visitor.site.project(), raising=True
        )
        folder.rename(tmp_path / "weg")
        answer = visitor.post("/sluiten")
        monkeypatch.undo()
    assert answer.status_code == 409
    assert f"{folder}: die map is er niet" in answer.text


def test_the_page_closes_at_once_when_nothing_is_being_made(tmp_path: Path) -> None:
    with visiting(practice_in(tmp_path)) as visitor:
        answer = visitor.post("/sluiten")
        assert "stem is gesloten" in answer.text
        assert visitor.site.closed.is_set()


def test_no_page_holds_what_the_policy_forbids_or_a_browser_would_send(tmp_path: Path) -> None:
    paths = [
        *("/", "/maken/aankomen", "/taken", "/opnames", "/privacy", "/x"),
        *("/praktijk", "/praktijk/uitspraak", "/praktijk/stemmen", "/praktijk/computer"),
    ]
    with visiting(practice_in(tmp_path)) as visitor, visiting(None, tmp_path) as newcomer:
        for text in (newcomer.get("/welkom").text, *(visitor.get(path).text for path in paths)):
            assert '<meta name="google" content="notranslate">' in text
            assert not re.search(r"""\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?://""", text)


def test_pages_come_from_our_own_templates_and_no_setting_opens_the_debugger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    monkeypatch.setenv("FLASK_ENV", "development")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "fault.html").write_text("eigen")
    monkeypatch.chdir(tmp_path)
    with visiting(practice_in(tmp_path)) as visitor:
        assert "Deze pagina is er niet" in visitor.get("/x").text
        monkeypatch.setattr(visitor.site.closed, "set", lambda: 1 / 0)
        answer = visitor.post("/sluiten")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "debugger" not in answer.text.casefold()


def test_templates_refuse_what_is_not_there_and_show_what_nobody_sees(tmp_path: Path) -> None:
    from stem.web.app import make_app
    from stem.web.passes import Passes
    from stem.web.site import Site

    site = Site(Passes(1), 1, tmp_path)
    try:
        environment = make_app(site).jinja_env
    finally:
        site.workshop.close()
    with pytest.raises(Exception, match="is undefined"):
        environment.from_string("{{ nothing }}").render()
    assert environment.from_string("{{ name }}").render(name="a\x1bb\u202ec") == "aU+001BbU+202Ec"
    assert environment.get_template("fault.html").environment.autoescape


def test_every_answer_of_the_pages_has_the_headers(tmp_path: Path) -> None:
    with visiting(practice_in(tmp_path)) as visitor:
        for answer in (visitor.get("/taken"), visitor.get("/static/stem.css"), visitor.get("/bezig.json")):
            assert answer.status_code == 200
            assert {name: answer.headers[name] for name in HEADERS} == HEADERS
