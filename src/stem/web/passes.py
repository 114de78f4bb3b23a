"""Who may come in while the page is open: a link that is good once, then a cookie of this run.

All of it is in memory alone and ends with the run. Only the secret by which a second `stem open` asks for a
link of its own also stands in a file, which only its owner can read.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie

LINK_LASTS_S = 300.0
_MOST_LINKS = 20
_BYTES = 32


class Passes:
    """The links, the cookie and the secret of one run.

    Attributes:
        cookie: What a browser that came by a link is known by.
        secret: What a program of the same user that asks for a link is known by.
    """

    def __init__(self, port: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.cookie = secrets.token_urlsafe(_BYTES)
        self.secret = secrets.token_urlsafe(_BYTES)
        self._name = f"stem_{port}"  # browsers send a cookie to all ports of a machine
        self._clock = clock
        self._ends: dict[str, float] = {}
        self._changing = threading.Lock()

    @property
    def set_cookie(self) -> str:
        """The header that gives a browser its cookie: until it is closed, and for this address alone."""
        return f"{self._name}={self.cookie}; HttpOnly; SameSite=Strict; Path=/"

    def cookie_header(self, value: str) -> str:
        """Return the header by which a program shows a cookie, or the secret in its place."""
        return f"{self._name}={value}"

    def new_link(self) -> str:
        """Return a token that `redeem` takes once, for five minutes."""
        now, token = self._clock(), secrets.token_urlsafe(_BYTES)
        with self._changing:
            alive = [(each, end) for each, end in self._ends.items() if end > now]
            self._ends = {**dict(alive[1 - _MOST_LINKS :]), token: now + LINK_LASTS_S}
        return token

    def redeem(self, token: str) -> bool:
        """Tell whether a token is good, and let it be good no more."""
        with self._changing:
            found = next((each for each in self._ends if _same(each, token)), None)
            return found is not None and self._ends.pop(found) > self._clock()

    def is_browser(self, cookies: str) -> bool:
        """Tell whether a header with cookies has that of this run."""
        return self._has(cookies, self.cookie)

    def is_program(self, cookies: str) -> bool:
        """Tell whether it has the secret."""
        return self._has(cookies, self.secret)

    def _has(self, cookies: str, value: str) -> bool:
        try:
            found = SimpleCookie(cookies).get(self._name)
        except CookieError:
            return False
        return found is not None and _same(value, found.value)


def _same(known: str, given: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(known.encode(), given.encode("utf-8", "surrogatepass"))
