"""Writing: texts are listed, begun, read in, changed, renamed and removed; nothing that is typed is lost."""

from __future__ import annotations

import html
import io
import re
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pagehelp import TEXT, TRIAL, Visitor, practice_in, visiting
from werkzeug.test import TestResponse

from stem.files import packaged_folder
from stem.script import rendering
from stem.web.turns import Turn


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    with visiting(practice_in(tmp_path / "praktijk")) as made:
        file(made, "mijn-oefening").unlink()  # with which every practice begins
        file(made).write_text(TEXT, encoding="utf-8")
        yield made


def scripts(visitor: Visitor) -> Path:
    folder = visitor.site.folder
    assert folder is not None
    return folder / "scripts"


def file(visitor: Visitor, name: str = "rust") -> Path:
    return scripts(visitor) / f"{name}.j2"


def revision(visitor: Visitor, address: str = "/teksten/rust") -> str:
    found = re.search(r'name="was" value="(\w+)"', visitor.get(address).text)
    assert found is not None
    return found[1]


def shown(page: str) -> str:
    """Return what a text area holds, as a browser reads it."""
    found = re.search(r"<textarea[^>]*>\n(.*)</textarea>", page, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


# The list, and new texts


def test_texts_are_listed_with_how_they_are(visitor: Visitor) -> None:
    file(visitor, "stuk").write_text("geen kop", encoding="utf-8")
    file(visitor, "twee").write_text(TEXT.replace("Dat was", "Dat is uw STILTE, dat was"), "utf-8")
    page = visitor.get("/teksten").text
    assert re.findall(r'<a href="/teksten/(\w+)">([^<]*)</a>', page) == [
        ("rust", "Even rust"), ("twee", "Even rust"), ("stuk", "stuk"),
    ]  # fmt: skip
    states = [visitor.told(f"/teksten/{name}/staat")["state"] for name in ("rust", "twee", "stuk")]
    assert states == ["in orde", "2 dingen", "nog niet te maken"]
    file(visitor, "stuk").write_text(TEXT, encoding="utf-8")
    assert visitor.told("/teksten/stuk/staat") == {"state": "in orde"}


def test_a_practice_without_texts_is_told_how_to_begin(visitor: Visitor) -> None:
    file(visitor).unlink()
    assert "Nog geen eigen teksten." in visitor.get("/teksten").text


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Mijn rust", "mijn-rust"),
        ("Één béétje 'zon'!", "een-beetje-zon"),
        ('<b>"x"</b>\\', "b-x-b"),
        ("../../etc/passwd", "etc-passwd"),
        ("Rust", "rust-2"),
        ("Tegenover", "tegenover-2"),  # ours is not hidden by it
        ("静か", "tekst"),
    ],
)
def test_a_new_text_begins_in_order_and_hides_nothing(visitor: Visitor, title: str, name: str) -> None:
    answer = visitor.post("/teksten/nieuw/leeg", {"naam": title})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/teksten/{name}")
    assert sorted(path.name for path in scripts(visitor).glob("*.j2")) == sorted(["rust.j2", f"{name}.j2"])
    page = visitor.get(f"/teksten/{name}").text
    assert (
        f'<h1 id="titel">{html.escape(title)}</h1>'.replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
        in page
    )
    if name == "mijn-rust":
        assert visitor.told(f"/teksten/{name}/staat") == {"state": "in orde"}
        assert visitor.get(f"/maken/{name}").status_code == 200


@pytest.mark.parametrize("title", ["", "  ", "...", "\x00"])
def test_a_new_text_has_a_name(visitor: Visitor, title: str) -> None:
    assert visitor.post("/teksten/nieuw/leeg", {"naam": title}).status_code in {400, 409}
    assert list(scripts(visitor).glob("*.j2")) == [file(visitor)]


def test_an_own_version_is_a_copy_and_replaces_nothing(visitor: Visitor) -> None:
    answer = visitor.post("/teksten/nieuw/versie", {"van": "aankomen"})
    assert answer.headers["Location"] == "/teksten/aankomen-eigen"
    ours = (packaged_folder("scripts") / "aankomen.j2").read_text("utf-8").partition("+++\n")[2]
    body = ours.partition("+++\n")[2]
    assert file(visitor, "aankomen-eigen").read_text("utf-8").endswith(body)
    assert visitor.told("/teksten/aankomen-eigen/staat") == {"state": "in orde"}  # what it includes is found
    file(visitor, "aankomen-eigen").write_text("van mij", encoding="utf-8")
    again = visitor.post("/teksten/nieuw/versie", {"van": "aankomen"})
    assert again.headers["Location"] == "/teksten/aankomen-eigen-2"
    assert file(visitor, "aankomen-eigen").read_text("utf-8") == "van mij"


@pytest.mark.parametrize("name", ["", "../scripts/aankomen", "/etc/passwd", "delen/terug", "\x00"])
def test_an_own_version_is_of_a_text_of_ours(visitor: Visitor, name: str) -> None:
    assert visitor.post("/teksten/nieuw/versie", {"van": name}).status_code == 409
    assert list(scripts(visitor).glob("*.j2")) == [file(visitor)]


# The editor


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "\n\neerst leeg",
        "</textarea><script>alert(1)</script>&amp; &",
        "een\u00adafbreekstreep, een\u200djoiner en \u202eomgekeerd\x1b",
        "",
        "geen einde",
    ],
)
def test_a_text_is_shown_as_it_is(visitor: Visitor, text: str) -> None:
    file(visitor).write_bytes(text.encode())
    page = visitor.get("/teksten/rust")
    assert page.status_code == 200
    assert shown(page.text) == text
    assert page.text.count("<script") == 2


def test_no_page_about_texts_holds_what_the_policy_forbids(visitor: Visitor) -> None:
    pages = [visitor.get(path).text for path in ("/teksten", "/teksten/rust", "/teksten/rust/beheer")]
    pages.append(upload(visitor, b"Dag.").text)
    for page in pages:
        assert not re.search(r"""\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?://""", page)


def test_a_text_is_kept_whole(visitor: Visitor) -> None:
    told = visitor.told("/teksten/rust/bewaar", {"tekst": "een\r\ntwee", "was": revision(visitor)})
    assert file(visitor).read_bytes() == b"een\ntwee"
    again = visitor.told("/teksten/rust/bewaar", {"tekst": TEXT, "was": told["revision"]})
    assert file(visitor).read_text("utf-8") == TEXT
    assert (again["title"], again["revision"]) == ("Even rust", revision(visitor))
    assert [path.name for path in scripts(visitor).iterdir() if path.is_file()] == ["rust.j2"]


def test_a_file_keeps_the_ends_of_its_lines(visitor: Visitor) -> None:
    file(visitor).write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert shown(visitor.get("/teksten/rust").text) == TEXT
    visitor.told("/teksten/rust/bewaar", {"tekst": TEXT + "Dag.\n", "was": revision(visitor)})
    assert file(visitor).read_bytes() == (TEXT + "Dag.\n").replace("\n", "\r\n").encode()


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(visitor: Visitor) -> None:
    mine: dict[str, object] = {"tekst": TEXT + "Van mij.\n", "was": revision(visitor)}
    file(visitor).write_text("van een ander", encoding="utf-8")
    answer = visitor.post("/teksten/rust/bewaar", mine)
    assert answer.status_code == 409
    assert "intussen ergens anders veranderd" in str(answer.json)
    page = visitor.post("/teksten/rust", mine)  # where there is no script in the browser
    assert page.status_code == 409
    assert shown(page.text) == mine["tekst"]
    assert f'name="was" value="{mine["was"]}"' in page.text
    assert file(visitor).read_text("utf-8") == "van een ander"
    kept = visitor.post("/teksten/nieuw/houden", mine)
    assert kept.headers["Location"] == "/teksten/even-rust"
    assert file(visitor, "even-rust").read_text("utf-8") == mine["tekst"]


def test_a_text_that_is_gone_keeps_what_was_typed(visitor: Visitor) -> None:
    mine: dict[str, object] = {"tekst": "Van mij.\n", "was": revision(visitor)}
    file(visitor).unlink()
    assert visitor.post("/teksten/rust/bewaar", mine).status_code == 404
    page = visitor.post("/teksten/rust", mine)
    assert (page.status_code, shown(page.text)) == (404, mine["tekst"])
    assert "deze tekst is er niet meer" in page.text
    assert list(scripts(visitor).glob("*.j2")) == []


def test_without_a_script_in_the_browser_a_text_is_kept_and_looked_at(visitor: Visitor) -> None:
    text = TEXT.replace("Dat was het.", "Dat was het, {{ nam }}.")
    page = visitor.post("/teksten/rust", {"tekst": text, "was": revision(visitor)})
    assert page.status_code == 200
    assert file(visitor).read_text("utf-8") == text
    assert "Bewaard." in page.text
    assert "Regel 22" in page.text
    assert revision(visitor) in page.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TEXT + "x\x00y\n", "U+0000"),
        (TEXT + "x\u202ey\n", "U+202E"),
        ("a" * 20_000, "10.000"),
        ("regel\n" * 100_000, "500.000"),
    ],
)
def test_what_could_not_be_read_again_is_not_kept(visitor: Visitor, text: str, told: str) -> None:
    answer = visitor.post("/teksten/rust/bewaar", {"tekst": text, "was": revision(visitor)})
    assert answer.status_code == 400
    assert told in str(answer.json).replace(",", ".")
    assert file(visitor).read_text("utf-8") == TEXT
    page = visitor.post("/teksten/rust", {"tekst": text, "was": revision(visitor)})
    assert page.status_code == 400
    assert shown(page.text) == text


def test_a_text_of_two_megabytes_is_refused_before_it_is_read(visitor: Visitor) -> None:
    form: dict[str, object] = {"tekst": "x" * 2_000_001, "was": revision(visitor)}
    for path in ("", "/bewaar", "/nakijken", "/gezegd"):
        assert visitor.post(f"/teksten/rust{path}", form).status_code == 413
    assert file(visitor).read_text("utf-8") == TEXT


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("één".encode("cp1252"), "UTF-8"),
        (b"a\n\x00b", "regel 2"),
        (b"\xff\xfea\x00", "UTF-8"),
        (b"x" * 500_001, "500"),
    ],
)
def test_a_file_that_is_no_text_is_told_and_left_alone(visitor: Visitor, content: bytes, told: str) -> None:
    file(visitor).write_bytes(content)
    page = visitor.get("/teksten/rust")
    assert page.status_code == 409
    assert told.casefold() in page.text.casefold()
    assert file(visitor).read_bytes() == content
    assert visitor.told("/teksten/rust/staat") == {"state": "nog niet te maken"}
    was = revision(visitor, "/teksten/rust/beheer")
    assert visitor.post("/teksten/rust/weg", {"was": was}).status_code == 303
    assert not file(visitor).exists()


# What is wrong, and what is said


@pytest.mark.parametrize(
    ("change", "line", "part"),
    [
        (("[pauze voel]", "[pauz voel]"), 15, "[pauz voel]"),
        (('"Even rust"', "Even rust"), 2, "TOML"),
        (("imagery = false", "imagery = 3"), 3, "imagery"),
        (("+++\n{{", "{{"), 1, "niet afgesloten"),
        (("{{ wat }}", "{{ wat"), 15, ""),
        (("{{ wat }}", "{{ wet }}"), 14, "wet"),
        (("Dat was het.", "Dat was je moeder."), 22, "'je'"),
        (('bed = "none"', 'bed = "onbekend"'), 0, "onbekend"),
        (("[pauze voel]", '{% include "weg.j2" %}'), 15, "weg.j2"),
    ],
)
def test_what_is_wrong_is_told_at_its_line(
    visitor: Visitor, change: tuple[str, str], line: int, part: str
) -> None:
    told = visitor.told("/teksten/rust/nakijken", {"tekst": TEXT.replace(*change)})
    assert told["state"] in {"1 ding", "nog niet te maken"}
    (found,) = told["findings"]
    assert found["line"] == line
    assert part in found["text"] + found["hint"]
    assert file(visitor).read_text("utf-8") == TEXT


def test_what_is_wrong_in_a_part_of_another_file_is_told_there(visitor: Visitor) -> None:
    file(visitor, "deel").write_text("Dat is u.\n", encoding="utf-8")
    told = visitor.told(
        "/teksten/rust/nakijken", {"tekst": TEXT.replace("[pauze voel]", '{% include "deel.j2" %}')}
    )
    (found,) = told["findings"]
    assert (found["line"], found["place"]) == (0, "In deel.j2, regel 1")


def test_what_would_be_said_follows_the_text_and_the_values(visitor: Visitor) -> None:
    told = visitor.told("/teksten/rust/gezegd", {"tekst": TEXT})
    assert [each["text"] for each in told["lines"] if each["kind"] == "said"] == [
        "Dag.", "Denk aan thee.", "Kijk rustig rond.", "En nog eens.", "Luister even.", "Dat was het.",
    ]  # fmt: skip
    fields = {each["name"]: each["value"] for each in told["fields"]}
    assert fields == {"v-wat": "thee", "v-naam": "", "v-naam_uitspraak": "", "v-vorm": "je", "duur": ""}
    form: dict[str, object] = {"tekst": TEXT, "v-naam": "Anna", "v-wat": "zee", "duur": "120"}
    other = visitor.told("/teksten/rust/gezegd", form)
    assert "Dag, Anna." in str(other["lines"])
    assert "Denk aan zee." in str(other["lines"])
    assert other["total"] != told["total"]
    assert visitor.told("/teksten/rust/gezegd", form | {"v-wat": "thee{{"})["wrong"].keys() == {"v-wat"}


def test_a_text_that_cannot_be_filled_in_says_why_and_the_page_goes_on(visitor: Visitor) -> None:
    told = visitor.told("/teksten/rust/gezegd", {"tekst": TEXT.replace("{{ wat }}", "{{ wet }}")})
    assert told["problem"].startswith("Regel 14: ")
    assert "lines" not in told
    assert "Regel 1: " in visitor.told("/teksten/rust/gezegd", {"tekst": "x"})["problem"]


ATTACKS = [
    "{{ ''.__class__.__mro__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id') }}",
    "{{ self._TemplateReference__context }}",
    '{% include "../geheim.j2" %}',
    '{% include "/etc/passwd" %}',
    '{% include "geheim.txt" %}',
    '{% import "os" as os %}',
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ 'x' * 100000000 }}",
    "{{ 9**9**9**9 }}",
    "{% for i in range(100000) %}{{ 'woord ' * 100 }}{% endfor %}",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_text_of_a_stranger_runs_nothing_and_reads_nothing(visitor: Visitor, attack: str) -> None:
    (scripts(visitor).parent / "geheim.j2").write_text("GEHEIM", encoding="utf-8")
    (scripts(visitor) / "geheim.txt").write_text("GEHEIM", encoding="utf-8")
    form: dict[str, object] = {"tekst": f"{TEXT}{attack}\n"}
    said = visitor.told("/teksten/rust/gezegd", form)
    found = visitor.told("/teksten/rust/nakijken", form)
    assert said["problem"]
    assert found["state"] == "nog niet te maken"
    for telling in ("GEHEIM", "root:", "uid=", "<class"):
        assert telling not in str(said) + str(found)


ENDLESS = "{% for a in range(999) %}" * 3 + "{% endfor %}" * 3


def test_a_text_without_end_does_not_hold_the_page(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "TIME_LIMIT_S", 0.5)
    form: dict[str, object] = {"tekst": TRIAL + ENDLESS}
    answers: list[object] = []
    asking = [
        threading.Thread(target=lambda: answers.append(visitor.post("/teksten/rust/nakijken", form).json))
        for _ in range(5)
    ]
    for thread in asking:
        thread.start()
        time.sleep(0.05)
    begun = time.monotonic()
    assert visitor.get("/teksten/rust").status_code == 200
    for thread in asking[1:4]:
        thread.join(2.0)
    assert answers == [{"overtaken": True}] * 3
    assert time.monotonic() - begun < 4.0
    for thread in asking:
        thread.join()
    assert [each["state"] for each in answers if isinstance(each, dict) and "state" in each] == [
        "nog niet te maken"
    ] * 2


def test_more_ways_than_can_be_looked_at_are_not_all_tried(visitor: Visitor) -> None:
    choices = ", ".join(f'"{number}x"' for number in range(20))
    many = "".join(f'[variables.v{each}]\ntype = "choice"\nchoices = [{choices}]\n' for each in range(9))
    text = TEXT.replace("[variables.naam]", f"{many}[variables.naam]")
    begun = time.monotonic()
    told = visitor.told("/teksten/rust/nakijken", {"tekst": text})
    assert "400 manieren" in told["note"]
    assert time.monotonic() - begun < 30.0


def test_who_is_overtaken_leaves_at_once() -> None:
    turn, go_on, begun = Turn(), threading.Event(), threading.Event()
    told: list[str | None] = []

    def first() -> str:
        begun.set()
        assert go_on.wait(10)
        return "first"

    threads = [threading.Thread(target=lambda: told.append(turn.take(first)))]
    threads[0].start()
    assert begun.wait(10)
    for name in ("second", "third"):
        thread = threading.Thread(target=lambda name=name: told.append(turn.take(lambda: name)))
        thread.start()
        threads.append(thread)
        time.sleep(0.1)
    threads[1].join(5)
    assert told == [None]
    go_on.set()
    for thread in threads:
        thread.join(5)
    assert sorted(filter(None, told)) == ["first", "third"]


# Another name, and away


def test_a_text_gets_another_name_that_is_free(visitor: Visitor) -> None:
    assert visitor.get("/teksten/rust/beheer").status_code == 200
    answer = visitor.post("/teksten/rust/naam", {"naam": "../Stille Tijd"})
    assert answer.headers["Location"] == "/teksten/stille-tijd"
    assert [path.name for path in scripts(visitor).glob("*.j2")] == ["stille-tijd.j2"]
    assert file(visitor, "stille-tijd").read_text("utf-8") == TEXT
    for taken in ("aankomen", "Ander!"):
        file(visitor, "ander").write_text("x", encoding="utf-8")
        refused = visitor.post("/teksten/stille-tijd/naam", {"naam": taken})
        assert refused.status_code == 409
        assert "een andere tekst heeft die naam al" in refused.text
    assert visitor.post("/teksten/stille-tijd/naam", {"naam": " "}).status_code == 400
    assert file(visitor, "ander").read_text("utf-8") == "x"


def test_a_text_is_removed_after_a_question_and_not_when_it_changed(visitor: Visitor) -> None:
    page = visitor.get("/teksten/rust/beheer").text
    assert "Terughalen kan niet." in page
    was = revision(visitor, "/teksten/rust/beheer")
    file(visitor).write_text("nieuw", encoding="utf-8")
    assert visitor.post("/teksten/rust/weg", {"was": was}).status_code == 409
    assert visitor.post("/teksten/rust/weg").status_code == 409
    assert file(visitor).read_text("utf-8") == "nieuw"
    was = revision(visitor, "/teksten/rust/beheer")
    assert visitor.post("/teksten/rust/weg", {"was": was}).headers["Location"] == "/teksten"
    assert not file(visitor).exists()
    assert visitor.get("/teksten/rust").status_code == 404


@pytest.mark.parametrize(
    "name",
    ["aankomen", "weg", "link", ".rust", "rust.j2", "delen", "..", "..%2Frust", "a%00", "RUST", "%ff",
     "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "scripts%2Frust"],
)  # fmt: skip
def test_a_text_is_found_by_membership_alone(visitor: Visitor, name: str, tmp_path: Path) -> None:
    (tmp_path / "elders.j2").write_text(TEXT, encoding="utf-8")
    (scripts(visitor) / "link.j2").symlink_to(tmp_path / "elders.j2")
    for path in ("", "/beheer", "/staat"):
        assert visitor.get(f"/teksten/{name}{path}").status_code == 404, path
    for path in ("", "/bewaar", "/nakijken", "/gezegd", "/naam", "/weg"):
        form: dict[str, object] = {"tekst": "x", "was": "y", "naam": "z"}
        assert visitor.post(f"/teksten/{name}{path}", form).status_code == 404, path
    assert (tmp_path / "elders.j2").read_text("utf-8") == TEXT


# From elsewhere


def upload(visitor: Visitor, content: bytes, name: str = "Anna de Vries.docx") -> TestResponse:
    head = f'Content-Disposition: form-data; name="bestand"; filename="{name}"\r\n\r\n'
    body = b"--x\r\n" + head.encode() + content + b"\r\n--x--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    return visitor.post("/teksten/nieuw/ophalen", body, **kind)


def word_document(*paragraphs: str) -> bytes:
    kind = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr(
            "word/document.xml", f'<w:document xmlns:w="{kind}"><w:body>{body}</w:body></w:document>'
        )
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        word_document("Ga rustig zitten. (pauze 5 seconden)", "Adem uit."),
        b"Ga rustig zitten. (pauze 5 seconden)\n\nAdem uit.\n",
        b"WEBVTT\n\n00:01.000 --> 00:04.000\nGa rustig zitten. (pauze 5 seconden)\n\nAdem uit.\n",
    ],
)
def test_a_text_from_elsewhere_is_shown_first_and_kept_when_asked(visitor: Visitor, content: bytes) -> None:
    page = upload(visitor, content).text
    assert "(pauze 5 seconden) -&gt; [pauze 5]" in page
    text = shown(page)
    assert "Ga rustig zitten.\n[pauze 5]\n" in text
    assert "WEBVTT" not in text
    assert "Anna" not in page  # the sender's name of a file is nobody's title
    assert list(scripts(visitor).glob("*.j2")) == [file(visitor)]
    kept = visitor.post("/teksten/nieuw/houden", {"naam": "Rustig zitten", "tekst": text})
    assert kept.headers["Location"] == "/teksten/rustig-zitten"
    assert '<h1 id="titel">Rustig zitten</h1>' in visitor.get("/teksten/rustig-zitten").text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Kies eerst een bestand"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04 kapot", "Word"),
        (b"Dag.\x00", "geen tekst"),
        (b"x " * 1_500_000, "tekens"),
        (b"<script>alert(1)</script>", ""),
    ],
)
def test_what_is_no_text_is_told(visitor: Visitor, content: bytes, told: str) -> None:
    page = upload(visitor, content).text
    assert told in page
    assert "<script>alert" not in page
    assert list(scripts(visitor).glob("*.j2")) == [file(visitor)]


def test_a_file_that_is_too_large_is_refused(visitor: Visitor) -> None:
    assert upload(visitor, b"x" * 21_000_001).status_code == 413
    assert visitor.post("/teksten/nieuw/ophalen").status_code == 400


@pytest.mark.parametrize(("title", "text"), [("Naam", " "), ("...", "x"), ("Naam", "x\x00")])
def test_what_cannot_be_kept_comes_back(visitor: Visitor, title: str, text: str) -> None:
    answer = visitor.post("/teksten/nieuw/houden", {"naam": title, "tekst": text})
    assert answer.status_code in {400, 409}
    if text.strip():
        assert shown(answer.text) == text
    assert list(scripts(visitor).glob("*.j2")) == [file(visitor)]
