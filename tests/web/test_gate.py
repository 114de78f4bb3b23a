"""The gate: a table of hostile requests through a real socket, of which none is let in."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

import pytest
from hostilerequests import OTHER_HOSTS, OTHER_ORIGINS, OTHER_SITES
from pagehelp import practice_in
from soundfiles import wav

from stem import Project, TrackSpec
from stem.web.app import make_app
from stem.web.gate import HEADERS, LINK, OPEN, POLICY, Gate
from stem.web.passes import LINK_LASTS_S, Passes
from stem.web.server import bound, served
from stem.web.site import Site

if TYPE_CHECKING:
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass
class House:
    """A server with a gate, and behind it what writes down who came in."""

    port: int
    passes: Passes
    gate: Gate
    came_in: list[str] = field(default_factory=list)
    usual: str = "/"

    def ask(self, raw: bytes) -> HTTPResponse:
        return self.answer(raw)[0]

    def answer(self, raw: bytes) -> tuple[HTTPResponse, str]:
        """Send some bytes; return the answer and its body."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as talk:
            talk.sendall(raw)
            answer = HTTPResponse(talk, method=raw.split(maxsplit=1)[0].decode("latin-1"))
            answer.begin()
            return answer, answer.read().decode()

    @property
    def good(self) -> dict[str, str]:
        """The headers of a page of ours that is opened."""
        return {
            "Host": f"127.0.0.1:{self.port}",
            "Cookie": f"stem_{self.port}={self.passes.cookie}",
            "Sec-Fetch-Site": "same-origin",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        }

    def request(
        self,
        method: str = "GET",
        target: str = "",
        changed: dict[str, str | None] | None = None,
        *,
        extra: Iterable[str] = (),
        body: bytes = b"",
        version: str = "HTTP/1.1",
    ) -> bytes:
        """Return a request; without changes it is a good one."""
        heads: dict[str, str | None] = {**self.good}
        if method == "POST":
            heads |= {"Origin": f"http://127.0.0.1:{self.port}", "Content-Length": str(len(body))}
        heads |= changed or {}
        lines = [f"{method} {target or self.usual} {version}"]
        lines += [f"{name}: {value}" for name, value in heads.items() if value is not None]
        lines += extra
        filled = "\r\n".join(lines).replace("PORT", str(self.port)).replace("COOKIE", self.passes.cookie)
        return f"{filled}\r\n\r\n".encode("latin-1") + body


@contextmanager
def a_house(of_pages: WSGIApplication | None = None) -> Iterator[House]:
    listening = bound(0)
    port = listening.getsockname()[1]
    passes, came_in = Passes(port), list[str]()

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        came_in.append(environ["PATH_INFO"])
        if of_pages is not None:
            return list(of_pages(environ, start_response))
        environ["wsgi.input"].read()
        start_response(
            "200 OK", [("Content-Type", "text/plain"), ("Server", "x"), ("Cache-Control", "public")]
        )
        return [b"in"]

    gate = Gate(app, port, passes)
    with served(gate, listening):
        yield House(port, passes, gate, came_in)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with a_house() as found:
        yield found


ODD_METHODS = [
    "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "Post", "HEADX", "DEBUG",
]  # fmt: skip

WRONG_COOKIES = [
    None, "", "stem_PORT=", "stem_PORT=x", "stem_PORT=COOKIEx", "stem_PORT=xCOOKIE", "stem_1=COOKIE",
    "stem=COOKIE", "Stem_PORT=COOKIE", "stem_PORT=COOKIE; stem_PORT=x", "stem_PORT =COOKIE,x=1",
    "a=stem_PORT=COOKIE", '"stem_PORT"=COOKIE', "stem_PORT=\xff\xfe", "COOKIE", "stem_PORT=%00COOKIE",
]  # fmt: skip


SOUND_AND_SETTINGS = [
    "/hoor", "/hoor/straks", "/praktijk", "/praktijk/uitspraak", "/praktijk/uitspraak/weg",
    "/praktijk/stemmen/alex/haal", "/praktijk/stemmen/alex/stop", "/praktijk/computer/leeg",
    "/praktijk/computer/nakijken", "/praktijk/plaat", "/praktijk/opname/intro", "/vergeten",
    "/vergeten/voorgoed",
]  # fmt: skip
FROM_ELSEWHERE: list[dict[str, str | None]] = [
    {"Origin": "http://evil.test", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"},
    {"Origin": "null"},
    {"Cookie": None},
    {"Host": "evil.test:PORT"},
]


def hostile_to_sound_and_settings(house: House) -> Iterator[tuple[str, bytes]]:
    """Yield the same of what makes sound, changes settings, or sends for a voice."""
    ask = house.request
    for target in SOUND_AND_SETTINGS:
        for changed in FROM_ELSEWHERE:
            yield f"{target}, {changed}", ask("POST", target, changed)
        for method in ("GET", "HEAD"):  # as sound or a picture of another site
            other_site = {
                "Sec-Fetch-Site": "cross-site",
                "Sec-Fetch-Mode": "no-cors",
                "Sec-Fetch-Dest": "audio",
            }
            yield f"{method} {target}", ask(method, target, dict(other_site))
        yield f"{target}?", ask("POST", f"{target}?tekst=Anna")


def hostile(house: House) -> Iterator[tuple[str, bytes]]:
    """Yield what outsiders may send, each good but for one thing."""
    ask = house.request
    for host in OTHER_HOSTS:
        yield f"host {host}", ask(changed={"Host": host})
        if "PORT" in host:
            yield f"host {host}, post", ask("POST", changed={"Host": host})
    yield "no host", ask(changed={"Host": None}, version="HTTP/1.0")
    yield "two hosts", ask(extra=["Host: evil.test"])
    yield "host in the target", ask(target="http://evil.test/")
    yield "ours in the target", ask(target="http://127.0.0.1:PORT/", changed={"Host": "evil.test"})
    yield "forwarded", ask(changed={"Host": "evil.test"}, extra=["X-Forwarded-Host: 127.0.0.1:PORT"])
    yield (
        "forwarded by the standard",
        ask(changed={"Host": "evil.test"}, extra=["Forwarded: host=127.0.0.1:PORT"]),
    )
    yield "underscore", ask(changed={"Host": "evil.test"}, extra=["Ho_st: 127.0.0.1:PORT"])
    for origin in OTHER_ORIGINS:
        yield f"origin {origin}", ask("POST", changed={"Origin": origin})
    yield "two origins", ask("POST", extra=["Origin: http://evil.test"])
    yield "neither", ask("POST", changed={"Origin": None, "Sec-Fetch-Site": None})
    yield "typed, no origin", ask("POST", changed={"Origin": None, "Sec-Fetch-Site": "none"})
    yield (
        "other port, post",
        ask("POST", changed={"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"}),
    )
    yield "other site, our origin", ask("POST", changed={"Sec-Fetch-Site": "cross-site"})
    yield "other port, our origin", ask("POST", changed={"Sec-Fetch-Site": "same-site"})
    for method in ODD_METHODS:
        yield method, ask(method)
    yield "method by a header", ask("PUT", extra=["X-HTTP-Method-Override: GET"])
    for cookie in WRONG_COOKIES:
        yield f"cookie {cookie!r}", ask(changed={"Cookie": cookie})
    yield "cookie of a program", ask(changed={"Cookie": f"stem_PORT={house.passes.secret}"})
    yield "program, elsewhere", ask("POST", "/sluiten", {"Cookie": f"stem_PORT={house.passes.secret}"})
    yield "program, no post", ask("GET", LINK, {"Cookie": f"stem_PORT={house.passes.secret}"})
    for site in OTHER_SITES:
        yield str(site), ask(changed=dict(site))
    yield "head from elsewhere", ask("HEAD", changed={"Sec-Fetch-Site": "cross-site"})
    for target in ("/?naam=Anna", "/?", "//evil.test/?x", "*"):
        if target != "/?":
            yield f"target {target}", ask(target=target)
    for target in (OPEN, f"{OPEN}x", f"{OPEN}../", f"{OPEN}%00", f"{OPEN}{'x' * 5000}", f"{OPEN}%ff"):
        yield f"link {target[:20]}", ask(target=target, changed={"Cookie": None})
    yield "link, post", ask("POST", f"{OPEN}{house.passes.new_link()}", {"Cookie": None})
    yield (
        "smuggled",
        ask("POST", body=b"0\r\n\r\n", extra=["Transfer-Encoding: chunked", "Transfer-Encoding: x"]),
    )
    yield "two lengths", ask("POST", extra=["Content-Length: 5"], body=b"")
    yield "length with a sign", ask("POST", changed={"Content-Length": "+5"}, body=b"12345")
    yield "length below 0", ask("POST", changed={"Content-Length": "-5"})
    yield "huge body", ask("POST", changed={"Content-Length": "900000000"})
    yield "huge head", ask(extra=[f"X-Long: {'x' * 20_000}"])
    yield "a thousand heads", ask(extra=[f"X-{number}: xxxxxxxxxxxxxxx" for number in range(1000)])
    yield "bare newline", ask(extra=["X-A: b\nHost: evil.test"])
    yield "space in a head", ask(extra=["Host : evil.test"])
    yield "folded head", ask(extra=["X-A: b", " c: d", "Sec-Fetch-Site : x"])
    yield "no version", b"GET /\r\n\r\n"
    yield "nonsense", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"


PAGES = ["/", "/clienten", "/clienten/0123456789abcdef/maak", "/clienten/0123456789abcdef/sturen"]


@pytest.mark.parametrize("page", PAGES)
def test_nothing_hostile_is_let_in(page: str) -> None:
    with a_house() as house:
        house.usual = page
        table = list(hostile(house))
        assert len(table) >= 80
        table += hostile_to_sound_and_settings(house) if page == "/" else []  # it has addresses of its own
        let_in = []
        for name, raw in table:
            answer = house.ask(raw)
            if house.came_in or answer.status < 400:
                let_in.append((name, answer.status, house.came_in))
                house.came_in.clear()
    assert let_in == []


TEXTS = [
    ("GET", "/teksten"), ("GET", "/teksten/rust"), ("GET", "/teksten/rust/beheer"),
    ("GET", "/teksten/rust/staat"),
    ("POST", "/teksten/rust"), ("POST", "/teksten/rust/bewaar"), ("POST", "/teksten/rust/nakijken"),
    ("POST", "/teksten/rust/gezegd"), ("POST", "/teksten/rust/naam"), ("POST", "/teksten/rust/weg"),
    ("POST", "/teksten/nieuw/leeg"), ("POST", "/teksten/nieuw/versie"), ("POST", "/teksten/nieuw/ophalen"),
    ("POST", "/teksten/nieuw/houden"),
]  # fmt: skip


def test_nothing_hostile_comes_near_a_text(tmp_path: Path) -> None:
    """The same table, over every address of texts, with the real pages behind the gate."""
    folder = practice_in(tmp_path)
    text = folder / "scripts" / "rust.j2"
    text.write_text('+++\ntitle = "Rust"\n+++\nDag.\n', encoding="utf-8")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    site = Site(Passes(1), 1, folder)
    try:
        with a_house(make_app(site)) as house:
            let_in = [
                (name, path)
                for method, path in TEXTS
                for name, raw in hostile(house)
                if raw.startswith(f"{method} / ".encode())
                and (house.ask(raw.replace(b" / ", f" {path} ".encode(), 1)).status < 400 or house.came_in)
            ]
            assert let_in == []
            assert house.ask(house.request(target="/teksten/rust")).status == 200
    finally:
        site.workshop.close()
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_our_own_pages_are_let_in(house: House) -> None:
    house.came_in.clear()
    origin = f"http://127.0.0.1:{house.port}"
    good = [
        house.request(),
        house.request(changed={"Sec-Fetch-Site": "none"}),  # typed, or a bookmark
        house.request(changed={"Sec-Fetch-Site": None, "Sec-Fetch-Mode": None, "Sec-Fetch-Dest": None}),
        house.request("HEAD"),
        house.request(changed={"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "audio"}),
        house.request("POST"),
        house.request("POST", changed={"Origin": None}),
        house.request("POST", changed={"Sec-Fetch-Site": None, "Origin": origin}),
        house.request(
            changed={"Sec-Fetch-Site": "cross-site"}
        ),  # a link in a mail; the cookie is there already
        house.request(changed={"Cookie": f"other=1; stem_{house.port}={house.passes.cookie}; more=2"}),
    ]
    assert [house.ask(raw).status for raw in good] == [200] * len(good)
    assert len(house.came_in) == len(good)


def test_a_program_with_the_secret_may_ask_for_a_link_and_nothing_else(house: House) -> None:
    house.came_in.clear()
    cookie = {"Cookie": house.passes.cookie_header(house.passes.secret), "Sec-Fetch-Site": None}
    assert house.ask(house.request("POST", LINK, cookie)).status == 200
    assert house.came_in == [LINK]


def test_a_link_is_good_once_and_gives_the_cookie(house: House) -> None:
    bare = {"Cookie": None, "Sec-Fetch-Site": "none"}
    link = house.request(target=OPEN + house.passes.new_link(), changed=bare)
    first, second = house.ask(link), house.ask(link)
    assert (first.status, second.status) == (200, 403)
    cookie = first.headers["Set-Cookie"]
    assert cookie == f"stem_{house.port}={house.passes.cookie}; HttpOnly; SameSite=Strict; Path=/"
    assert second.headers["Set-Cookie"] is None
    assert (
        first.headers["Location"] is None
    )  # on a redirect from elsewhere a browser leaves a strict cookie out


def test_a_link_is_good_for_five_minutes() -> None:
    now = [0.0]
    passes = Passes(1, clock=lambda: now[0])
    early, late = passes.new_link(), passes.new_link()
    now[0] = LINK_LASTS_S - 1
    assert passes.redeem(early)
    now[0] = LINK_LASTS_S + 1
    assert not passes.redeem(late)
    assert not passes.redeem("")


def test_many_links_leave_the_last_ones() -> None:
    passes = Passes(1)
    links = [passes.new_link() for _ in range(50)]
    assert not passes.redeem(links[0])
    assert passes.redeem(links[-1])


def test_who_clicks_the_link_again_in_a_browser_that_is_in_gets_the_page(house: House) -> None:
    again = house.request(target=f"{OPEN}used")
    assert house.ask(again).status == 200


def test_secrets_of_a_run_are_its_own_and_long() -> None:
    one, other = Passes(7836), Passes(7836)
    assert len({one.cookie, one.secret, other.cookie, other.secret, one.new_link(), one.new_link()}) == 6
    assert min(map(len, (one.cookie, one.secret, one.new_link()))) >= 43  # 32 bytes


def test_localhost_is_sent_on_to_the_first_name_without_a_word_of_the_request(house: House) -> None:
    house.came_in.clear()
    _, body = house.answer(house.request(target="/evil", changed={"Host": f"localhost:{house.port}"}))
    assert f'url=http://127.0.0.1:{house.port}/"' in body
    assert "evil" not in body
    assert house.came_in == []


@pytest.mark.parametrize("status", [200, 403, 405])
def test_every_answer_has_the_headers(house: House, status: int) -> None:
    raw = {200: house.request(), 403: house.request(changed={"Cookie": None}), 405: house.request("PUT")}[
        status
    ]
    answer = house.ask(raw)
    assert answer.status == status
    for name, value in HEADERS.items():
        assert answer.headers.get_all(name) == [value]
    assert answer.headers["Server"] is None
    policies = answer.headers.get_all("Content-Security-Policy") or []
    assert len(policies) == 1
    if status == 200:
        assert policies == [POLICY]
    for needed in (
        "default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'", "trusted-types 'none'", "form-action 'self'",
    ):  # fmt: skip
        assert needed in policies[0]
    assert "unsafe" not in policies[0]
    assert answer.headers["Access-Control-Allow-Origin"] is None


def test_a_page_may_have_a_stricter_policy() -> None:
    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [("Content-Security-Policy", "sandbox; default-src 'none'")])
        return [b""]

    passes = Passes(1)
    told: list[tuple[str, str]] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "HTTP_HOST": "127.0.0.1:1",
        "HTTP_COOKIE": f"stem_1={passes.cookie}",
    }
    Gate(app, 1, passes)(environ, lambda _status, headers, _error=None: told.extend(headers))  # type: ignore[arg-type]
    assert dict(told)["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_who_comes_from_a_link_elsewhere_without_a_cookie_is_sent_to_the_first_page_once(
    house: House,
) -> None:
    from_mail = house.request(changed={"Cookie": None, "Sec-Fetch-Site": "cross-site"})
    own = house.request(changed={"Cookie": None, "Sec-Fetch-Site": "same-origin"})
    assert "refresh" in house.answer(from_mail)[1]
    assert "refresh" not in house.answer(own)[1]


def test_only_what_was_let_in_counts_as_someone_being_there(house: House) -> None:
    before = house.gate.seen
    house.ask(house.request(changed={"Cookie": None}))
    assert house.gate.seen == before
    house.ask(house.request())
    assert house.gate.seen > before


def test_the_server_listens_on_this_machine_alone() -> None:
    listening = bound(0)
    try:
        assert listening.getsockname()[0] == "127.0.0.1"
        assert listening.family == socket.AF_INET
    finally:
        listening.close()


def test_a_server_ends_and_leaves_its_port() -> None:
    with a_house() as house:
        port = house.port
        assert house.ask(house.request()).status == 200
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
    bound(port).close()


class AimedHouse(House):
    """A house of which outsiders want one page."""

    aim = "/"

    def request(self, method: str = "GET", target: str = "/", *more: Any, **other: Any) -> bytes:
        return super().request(method, self.aim if target == "/" else target, *more, **other)


def test_nothing_hostile_reaches_a_recording(tmp_path: Path) -> None:
    """The same table, over every address of own recordings, with the real pages behind the gate."""
    folder = practice_in(tmp_path)
    made = Project(folder).new_recordings(TrackSpec("aankomen")).folder
    for name in ("2.wav", ".vorige-2.wav"):
        (made / name).write_bytes(wav())
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    listening = bound(0)
    port = listening.getsockname()[1]
    site = Site(Passes(port), port, folder)
    house = AimedHouse(port, site.passes, Gate(make_app(site), port, site.passes))
    let_in = []
    with served(house.gate, listening):
        _, page = house.answer(house.request(target="/stem"))
        own = page.partition('<h2><a href="')[2].partition('"')[0]
        ends = ("", "/2", "/2/oordeel", "/2/vorige", "/knippen", "/vergeten", "/maken")
        for house.aim in ("/stem", "/stem/nieuw/aankomen", *(own + end for end in ends)):
            assert house.ask(house.request()).status in {200, 405}  # ours comes in
            let_in += [(house.aim, name) for name, raw in hostile(house) if house.ask(raw).status < 400]
        others = hostile_to_sound_and_settings(house)  # these have addresses of their own
        let_in += [("", name) for name, raw in others if house.ask(raw).status < 400]
    site.workshop.close()
    assert let_in == []
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
