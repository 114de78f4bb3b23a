"""The gate: every request goes through it, and every answer gets its headers there.

It stands round the whole application, so that no page, file or mistake can be outside it. What it asks, in
this order: the name under which we are called, the method, the site that the request comes from, and the
cookie of this run. The name is all that is left against a page whose name was made to mean this machine; the
site keeps out pages on other ports of it, to which browsers do give our cookie.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from stem.web.passes import Passes

    _ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

SAFE = frozenset({"GET", "HEAD"})
UNSAFE = frozenset({"POST"})

OPEN = "/open/"
"""Where a link leads that is good once: whoever has one needs no cookie."""

LINK = "/link"
"""Where a program of the same user asks for such a link."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer, a browser calls our own forms' origin "null"
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
}

_STYLE = (
    "body{font:1.125rem/1.6 system-ui,sans-serif;max-width:34rem;margin:15vh auto 0;padding:0 1.5rem;"
    "background:#faf6ef;color:#2b2420}h1{font:500 1.9rem/1.25 Palatino,Georgia,serif}"
    "@media(prefers-color-scheme:dark){body{background:#1d1a17;color:#f0e8dd}}"
)
_REFUSAL = (
    '<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>stem</title>{more}'
    '<link rel="icon" href="data:,">'
    '<meta name="viewport" content="width=device-width"><style>{style}</style></head>'
    "<body><main><h1>{title}</h1><p>{text}</p></main></body></html>"
)
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_REFUSAL_POLICY = POLICY.replace("style-src 'self'", f"style-src 'sha256-{_STYLE_HASH}'")
_TO_FIRST_PAGE = '<meta http-equiv="refresh" content="0;url=/">'

NOT_FOR_YOU = ("Dit mag niet", "stem geeft alleen antwoord aan zijn eigen pagina.")
OLD_TAB = (
    "Deze pagina hoort bij een vorige keer",
    "Open stem opnieuw, met het pictogram op je bureaublad of zoals je het de eerste keer deed.",
)
USED_LINK = (
    "Deze link is al gebruikt",
    "Open stem opnieuw, met het pictogram op je bureaublad of zoals je het de eerste keer deed.",
)
WELCOME = ("stem wordt geopend", "Een ogenblik.")


class Gate:
    """Lets in what comes from our own pages, and refuses all else.

    Attributes:
        seen: When something was let in last, on the clock of `time.monotonic`.
    """

    def __init__(self, app: WSGIApplication, port: int, passes: Passes) -> None:
        self._app = app
        self._host = f"127.0.0.1:{port}"
        self._other_name = f"localhost:{port}"
        self._passes = passes
        self.seen = time.monotonic()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        refusal = self._refusal(environ)
        if refusal is not None:
            return refusal(environ, start_response)
        self.seen = time.monotonic()

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: _ExcInfo | None = None
        ) -> Callable[[bytes], object]:
            return start_response(status, _with_ours(headers), exc_info)

        return self._app(environ, start)

    def _refusal(self, environ: WSGIEnvironment) -> _Page | None:
        """Return what is answered in place of the application; None for what may go on to it."""
        host, method = environ.get("HTTP_HOST"), environ["REQUEST_METHOD"]
        if host == self._other_name and method == "GET":
            return _Page(
                "200 OK", WELCOME, more=f'<meta http-equiv="refresh" content="0;url=http://{self._host}/">'
            )
        if host != self._host or environ.get("QUERY_STRING") or not _is_path(environ):
            return _Page("403 Forbidden", NOT_FOR_YOU)
        if method not in SAFE | UNSAFE:
            return _Page("405 Method Not Allowed", NOT_FOR_YOU)
        if not self._is_from_us(environ, method):
            return _Page("403 Forbidden", NOT_FOR_YOU)
        return self._without_pass(environ, method)

    def _is_from_us(self, environ: WSGIEnvironment, method: str) -> bool:
        """Tell whether a request comes from our own pages, or from whoever typed the address."""
        site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
        if method in UNSAFE:
            ours = f"http://{self._host}"
            return site in {None, "same-origin", "none"} and (
                origin == ours or (origin is None and site == "same-origin")
            )
        return site in {None, "same-origin", "none"} or (method == "GET" and _is_navigation(environ))

    def _without_pass(self, environ: WSGIEnvironment, method: str) -> _Page | None:
        """Return what is answered to who has no cookie; None to who has, or needs none."""
        cookies, path = environ.get("HTTP_COOKIE", ""), environ["PATH_INFO"]
        if method == "GET" and path.startswith(OPEN):
            if self._passes.redeem(path.removeprefix(OPEN)):
                # No redirect: a browser that comes from elsewhere gives no strict cookie along on one.
                return _Page("200 OK", WELCOME, self._passes.set_cookie, _TO_FIRST_PAGE)
            if not self._passes.is_browser(cookies):
                return _Page("403 Forbidden", USED_LINK)
            return _Page("200 OK", WELCOME, more=_TO_FIRST_PAGE)
        if self._passes.is_browser(cookies):
            return None
        if method == "POST" and path == LINK and self._passes.is_program(cookies):
            return None
        again = environ.get("HTTP_SEC_FETCH_SITE") in {
            "cross-site",
            "same-site",
        }  # then without a strict cookie
        return _Page("403 Forbidden", OLD_TAB, more=_TO_FIRST_PAGE if again and method == "GET" else "")


class _Page:
    """A page of the gate's own, which needs no other file."""

    def __init__(self, status: str, told: tuple[str, str], cookie: str = "", more: str = "") -> None:
        self._status = status
        self._body = _REFUSAL.format(more=more, style=_STYLE, title=told[0], text=told[1]).encode()
        self._cookie = [("Set-Cookie", cookie)] if cookie else []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(self._body))),
            ("Content-Security-Policy", _REFUSAL_POLICY),
            *self._cookie,
        ]
        start_response(self._status, _with_ours(headers))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self._body]


def _is_path(environ: WSGIEnvironment) -> bool:
    """Tell whether what was asked for is a path and nothing else; a proxy is asked for whole addresses."""
    return str(environ.get("REQUEST_URI", "/")).startswith("/") and environ["PATH_INFO"].startswith("/")


def _is_navigation(environ: WSGIEnvironment) -> bool:
    """Tell whether someone follows a link to a page: nothing of it can be read from where the link stood."""
    return (
        environ.get("HTTP_SEC_FETCH_MODE") == "navigate" and environ.get("HTTP_SEC_FETCH_DEST") == "document"
    )


def _with_ours(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers of an answer with those of the house; only the policy may be a stricter one."""
    names = {name.casefold() for name in HEADERS}
    kept = [(name, value) for name, value in headers if name.casefold() not in {*names, "server"}]
    has_policy = any(name.casefold() == "content-security-policy" for name, _ in kept)
    return [*kept, *HEADERS.items(), *([] if has_policy else [("Content-Security-Policy", POLICY)])]
