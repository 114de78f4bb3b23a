"""Asks web servers for files: patiently, safely, and believing little of what they say.

Only what may be over in a moment is to be tried again: no connection, silence, a lost connection, and the
answers 408, 425, 429 and 5xx. A certificate that is not in order, a web page instead of a file, a redirect to
an unsafe address and every other answer end it at once.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from stem.messages import Message

OK, PARTIAL, BAD_RANGE = 200, 206, 416
_NOT_FOUND, _GONE, _SERVER_FAULT = 404, 410, 500
_BUSY = {408, 425, 429}

_BLOCK_BYTES = 1 << 15
_MOST_REDIRECTS = 5
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_DELAY = re.compile(r"\d{1,9}", re.ASCII)

GOES_ON = Message("{The_same} goes on where this one stopped.")
OTHER_ADDRESS = Message("Name another address {for_download}, or look for a newer stem.")
_OFFLINE = Message(
    "Check the connection, or name another address {for_download}. "
    "The voice 'zacht' speaks without downloading anything."
)
_LOG_IN = Message(
    "This network may want you to log in first: open a page in a web browser, then {try_again}."
)


class PassingFault(Exception):  # noqa: N818 - the name says what to do: try again
    """What went wrong may be over in a moment.

    Attributes:
        problem: What went wrong, without a full stop.
        hint: What to do when it is not over after some tries.
        wait_s: Seconds that the server asks to wait; None when it does not say.
    """

    def __init__(self, problem: str, *, hint: str = GOES_ON, wait_s: float | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint
        self.wait_s = wait_s


class LastingFault(Exception):  # noqa: N818 - the name says what to do: stop
    """What went wrong would go wrong again.

    Attributes:
        problem: What went wrong, without a full stop.
        hint: What to do about it.
    """

    def __init__(self, problem: str, *, hint: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a server, and how often to try again.

    Attributes:
        connect_s: Seconds to wait for a connection.
        silence_s: Seconds to wait for the next bytes.
        tries: Tries in a row that bring nothing new, the first included.
        backoff_s: Longest wait before the second try; it doubles with each try. The wait itself is drawn
            evenly from zero up ("full jitter"), so that many machines do not come back all at once.
        longest_wait_s: Longest wait between tries; a server that asks for more is not waited for.
    """

    connect_s: float = 15.0
    silence_s: float = 30.0
    tries: int = 4
    backoff_s: float = 2.0
    longest_wait_s: float = 20.0

    def wait_s(self, failures: int, asked_s: float | None) -> float:
        """Return the seconds to wait after `failures` in a row; what the server asked goes before."""
        if asked_s is not None:
            return asked_s
        longest = min(self.longest_wait_s, self.backoff_s * 2 ** (failures - 1))
        return random.uniform(0.0, longest)  # noqa: S311 - jitter is no secret


class Web:
    """A line to web servers, through the proxies and with the certificates that this machine is set to use.

    Raises from its methods nothing but PassingFault and LastingFault.
    """

    def __init__(self, patience: Patience) -> None:
        import requests

        self._patience = patience
        self._session = requests.Session()
        # Else it looks where a redirect leads, and for that reads a body which may have no end, unasked.
        self._session.get_redirect_target = lambda _response: None
        # Packed files could not be gone on with in the middle.
        self._session.headers.update({"Accept-Encoding": "identity", "User-Agent": "stem"})

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def answer(self, address: str, headers: Mapping[str, str]) -> Any:
        """Ask for a file, following redirects, and return an answer that may hold it.

        Args:
            address: A safe one, see `is_safe`.
            headers: To send along. With a Range, the answers 206 and 416 are the caller's to judge.

        Returns:
            A response of requests, of which the body (see `blocks`) is still to come; the caller closes it.
        """
        here = address
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._asked(here, headers)
            try:
                if not response.is_redirect:
                    self._judge(response, ranged="Range" in headers)
                    return response
                here = self._next(here, response)
            except BaseException:
                response.close()
                raise
            response.close()  # its body is not read: it could be of any length
        raise LastingFault(
            Message("{address} sends us round in circles", address=host(address)), hint=OTHER_ADDRESS
        )

    def blocks(self, response: Any) -> Iterator[bytes]:
        """Yield the body as it came over the line: that it is packed is only a claim."""
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        try:
            yield from response.raw.stream(_BLOCK_BYTES, decode_content=False)
        except ReadTimeoutError as error:
            raise self._silence(response.url) from error
        except HTTPError as error:
            raise lost(response.url) from error

    def _asked(self, address: str, headers: Mapping[str, str]) -> Any:
        """Ask for one address, once."""
        import requests
        from urllib3.exceptions import ProtocolError

        times = (self._patience.connect_s, self._patience.silence_s)
        try:
            return self._session.get(
                address, headers=headers, stream=True, allow_redirects=False, timeout=times
            )
        except requests.exceptions.SSLError as error:
            raise _insecure(address, error) from error
        except requests.exceptions.ProxyError as error:
            problem = Message("the proxy that this computer is set to use does not let us through")
            raise PassingFault(problem, hint=_OFFLINE) from error
        except requests.exceptions.ReadTimeout as error:
            raise self._silence(address) from error
        except requests.exceptions.ConnectionError as error:
            if error.args and isinstance(error.args[0], ProtocolError):  # there was one
                raise lost(address) from error
            raise PassingFault(
                Message("there is no connection to {address}", address=host(address)), hint=_OFFLINE
            ) from error
        except (OSError, ValueError) as error:  # an address without sense; certificates that are not there
            raise LastingFault(
                Message("{address} cannot be asked ({error})", address=host(address), error=error),
                hint=OTHER_ADDRESS,
            ) from error

    def _next(self, address: str, response: Any) -> str:
        """Return the address that a redirect leads to."""
        location: str = response.headers["Location"]
        try:
            # Headers are read as Latin-1, and mostly meant as UTF-8.
            following = urljoin(address, location.encode("latin-1").decode())
            if is_safe(following, after=address):
                return following
            place = f"{urlsplit(following).scheme}://{host(following)}"  # no more: the rest may be a key
        except ValueError:  # it may not even be text
            place = Message("nowhere")
        raise LastingFault(
            Message(
                "{address} sends us on to {place}, which is not safe", address=host(address), place=place
            ),
            hint=_LOG_IN,
        )

    def _judge(self, response: Any, *, ranged: bool) -> None:
        """Raise when an answer does not hold the file."""
        status, at = response.status_code, host(response.url)
        if status == OK or (ranged and status == PARTIAL):
            if response.headers.get("Content-Type", "").lower().startswith("text/html"):
                raise LastingFault(
                    Message("{at} answers with a web page instead of the file", at=at), hint=_LOG_IN
                )
        elif is_passing(status):
            asked_s = retry_after_s(response.headers.get("Retry-After", ""))
            if asked_s is not None and asked_s > self._patience.longest_wait_s:
                problem = Message(
                    "{at} is busy and asks to come back in {asked_s} ({status})",
                    at=at,
                    asked_s=_spelled(asked_s),
                    status=status,
                )
                raise LastingFault(problem, hint=GOES_ON)
            raise PassingFault(
                Message("{at} is busy or out of order ({status})", at=at, status=status), wait_s=asked_s
            )
        elif status in {_NOT_FOUND, _GONE}:
            raise LastingFault(
                Message("it is not to be found at {at} ({status})", at=at, status=status), hint=OTHER_ADDRESS
            )
        elif not (ranged and status == BAD_RANGE):
            raise LastingFault(
                Message("{at} does not give it ({status})", at=at, status=status), hint=OTHER_ADDRESS
            )

    def _silence(self, address: str) -> PassingFault:
        return PassingFault(
            Message(
                "{address} has sent nothing for {silence_s}",
                address=host(address),
                silence_s=_spelled(self._patience.silence_s),
            )
        )


def lost(address: str) -> PassingFault:
    """Return the fault of a connection that ended too soon."""
    return PassingFault(Message("the connection to {address} was lost", address=host(address)))


def host(address: str) -> str:
    """Return the name of the machine in a web address."""
    return urlsplit(address).hostname or "nowhere"


def is_safe(address: str, *, after: str) -> bool:
    """Tell whether nobody on the way can read or change what is sent; within this machine that is nobody.

    Args:
        address: A web address.
        after: The one that led to it: only this machine sends us on to an open address on this machine.

    Raises:
        ValueError: when it is no address at all.
    """
    if urlsplit(address).scheme == "https":
        return bool(urlsplit(address).hostname)
    return all(urlsplit(each).scheme == "http" and host(each) in _LOOPBACK for each in (address, after))


def is_passing(status: int) -> bool:
    """Tell whether what a status tells may be over in a moment."""
    return status in _BUSY or status >= _SERVER_FAULT


def retry_after_s(header: str) -> float | None:
    """Read a Retry-After header (RFC 9110, 10.2.3): seconds, or a date; None when it says neither."""
    text = header.strip()
    if _DELAY.fullmatch(text):
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _insecure(address: str, error: Exception) -> PassingFault | LastingFault:
    """Tell a bad certificate from a secure connection that was cut while it was made."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):  # OpenSSL's own name for it; the cause lies four wraps deep
        return LastingFault(
            Message("the certificate of {address} is not to be trusted", address=host(address)),
            hint=Message("Look at the date of this computer. {or_else}", or_else=_LOG_IN),
        )
    return PassingFault(
        Message("no secure connection to {address} can be made", address=host(address)), hint=_OFFLINE
    )


def _spelled(time_s: float) -> str:
    """Write a wait in words."""
    minutes = round(time_s / 60)
    if minutes > 1:
        return Message("{minutes} minutes", minutes=minutes)
    return Message("{time_s:.3g} seconds", time_s=time_s)
