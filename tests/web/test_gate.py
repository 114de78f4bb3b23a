"""The gate: a table of hostile requests through a real socket, of which none is let in."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pagegate import House, a_house, hostile

from stem.web.gate import HEADERS, LINK, OPEN, POLICY, Gate
from stem.web.passes import LINK_LASTS_S, Passes
from stem.web.server import bound

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with a_house() as found:
        yield found


def test_nothing_hostile_is_let_in() -> None:
    with a_house() as house:
        table = list(hostile(house))
        assert len(table) >= 80
        let_in = []
        for name, raw in table:
            answer = house.ask(raw)
            if house.came_in or answer.status < 400:
                let_in.append((name, answer.status, house.came_in))
                house.came_in.clear()
    assert let_in == []


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
