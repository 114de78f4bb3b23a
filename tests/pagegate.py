"""What outsiders may send to the page: a house with a gate, and a table of hostile requests."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import TYPE_CHECKING

from stem.web.gate import LINK, OPEN, Gate
from stem.web.passes import Passes
from stem.web.server import bound, served

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


@dataclass
class House:
    """A server with a gate, and behind it what writes down who came in.

    Attributes:
        port: Of the server.
        passes: Who may come in.
        gate: Its gate.
        came_in: What was asked for by who came in.
        aim: What outsiders want, when they want nothing else.
    """

    port: int
    passes: Passes
    gate: Gate
    came_in: list[str] = field(default_factory=list)
    aim: str = "/"

    def ask(self, raw: bytes) -> HTTPResponse:
        return self.answer(raw)[0]

    def answer(self, raw: bytes) -> tuple[HTTPResponse, str]:
        """Send some bytes; return the answer and its body."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as talk:
            talk.sendall(raw)
            answer = HTTPResponse(talk, method=raw.split(maxsplit=1)[0].decode("latin-1"))
            answer.begin()
            return answer, answer.read().decode(errors="replace")

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
        target: str = "/",
        changed: dict[str, str | None] | None = None,
        *,
        extra: Iterable[str] = (),
        body: bytes = b"",
        version: str = "HTTP/1.1",
    ) -> bytes:
        """Return a request; without changes it is a good one."""
        target = self.aim if target == "/" else target
        heads: dict[str, str | None] = {**self.good}
        if method == "POST":
            heads |= {"Origin": f"http://127.0.0.1:{self.port}", "Content-Length": str(len(body))}
        heads |= changed or {}
        lines = [f"{method} {target} {version}"]
        lines += [f"{name}: {value}" for name, value in heads.items() if value is not None]
        lines += extra
        filled = "\r\n".join(lines).replace("PORT", str(self.port)).replace("COOKIE", self.passes.cookie)
        return f"{filled}\r\n\r\n".encode("latin-1") + body


@contextmanager
def a_house() -> Iterator[House]:
    listening = bound(0)
    port = listening.getsockname()[1]
    passes, came_in = Passes(port), list[str]()

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        came_in.append(environ["PATH_INFO"])
        environ["wsgi.input"].read()
        start_response(
            "200 OK", [("Content-Type", "text/plain"), ("Server", "x"), ("Cache-Control", "public")]
        )
        return [b"in"]

    gate = Gate(app, port, passes)
    with served(gate, listening):
        yield House(port, passes, gate, came_in)


OTHER_HOSTS = [
    "evil.test", "evil.test:PORT", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:1", "127.0.0.1:PORT.evil.test",
    "127.0.0.1:PORT@evil.test", "evil.test@127.0.0.1:PORT", "127.0.0.2:PORT", "127.1:PORT", "0.0.0.0:PORT",
    "[::1]:PORT", "[::ffff:127.0.0.1]:PORT", "2130706433:PORT", "0x7f000001:PORT", "127.0.0.1.:PORT",
    "127.0.0.1.nip.io:PORT", "x.localhost:PORT", "localhost.evil.test:PORT", "LOCALHOST.:PORT",
    "127.0.0.1:PORT/", "127.0.0.1:PORT#", "127.0.0.1:PORT, evil.test", "http://127.0.0.1:PORT", "",
    "127.0.0.1:0PORT", "127.0.0.1:+PORT", "127.0.0.1:\tPORT",
]  # fmt: skip

OTHER_ORIGINS = [
    "null", "http://evil.test", "http://127.0.0.1:1", "http://127.0.0.1", "https://127.0.0.1:PORT",
    "http://localhost:PORT", "http://127.0.0.1:PORT.evil.test", "http://127.0.0.1:PORT/", "HTTP://127.0.0.1:PORT",
    "http://evil.test http://127.0.0.1:PORT", "http://127.0.0.1:PORT, http://evil.test", "file://", "",
    "http://user@127.0.0.1:PORT", "chrome-extension://abcdef", "http://[::1]:PORT", " ",
]  # fmt: skip

ODD_METHODS = [
    "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "Post", "HEADX", "DEBUG",
]  # fmt: skip

WRONG_COOKIES = [
    None, "", "stem_PORT=", "stem_PORT=x", "stem_PORT=COOKIEx", "stem_PORT=xCOOKIE", "stem_1=COOKIE",
    "stem=COOKIE", "Stem_PORT=COOKIE", "stem_PORT=COOKIE; stem_PORT=x", "stem_PORT =COOKIE,x=1",
    "a=stem_PORT=COOKIE", '"stem_PORT"=COOKIE', "stem_PORT=\xff\xfe", "COOKIE", "stem_PORT=%00COOKIE",
]  # fmt: skip

OTHER_SITES = [
    {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
    for site in ("cross-site", "same-site")
    for mode, dest in [
        ("no-cors", "image"), ("cors", "empty"), ("no-cors", "script"), ("no-cors", "audio"),
        ("navigate", "iframe"), ("navigate", "object"), ("websocket", "empty"),
    ]
] + [
    {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": None, "Sec-Fetch-Dest": None}
    for site in ("cross-site", "same-site", "", "Same-Origin", "same-origin, cross-site", "x")
]  # fmt: skip


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
