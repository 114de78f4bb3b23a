"""Google's online voice, by way of gTTS: phrases go to Google, at most 100 characters at a time.

gTTS makes the requests; they are sent from here, because gTTS itself does not look at certificates, follows
every redirect, waits for ever, and takes what comes back for sound. Nothing here asks whether something may
be sent: that is decided before an engine is told to speak.
"""

from __future__ import annotations

import base64
import json
import logging
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from stem import units
from stem.errors import AudioError, ConfigError, EngineUnavailable, SynthesisError
from stem.files import output_error, temporary_folder
from stem.installation import missing_hint
from stem.messages import Message
from stem.progress import apart
from stem.sound.clips import Clip, Samples
from stem.sound.decoding import decode, mpeg
from stem.tables import from_table
from stem.voices.engines import Traits, guard
from stem.voices.engines.google_chunks import pieces
from stem.voices.http import OK, PassingFault, is_passing, retry_after_s
from stem.voices.template import VoiceTemplate

_PACKAGE = "gTTS"
_FORMAT = 1
"""To be raised when the same answers of Google become another clip."""
_DUTCH = "nl"
_RATE = 24_000
"""Hertz: Google's own."""
_PACE = 1.35
"""Google speaks Dutch at about 150 words a minute; `engines.expected_seconds` is at 110."""
_SLOW_PACE = 0.8

_APART_S = 0.5
_CONNECT_S = 6.0
_READ_S = 10.0
_WHOLE_S = 30.0
"""The most that a whole answer may take, however steadily it drips."""
_WAITS_S = (5.0, 15.0, 20.0)
"""The longest waits between the tries; the real ones are drawn from 0 up to these ("full jitter")."""
_LONGEST_WAIT_S = _WAITS_S[-1]
_MOST_BYTES = 1_000_000
"""Of an answer: 100 characters take at most 20 s, which are 160 kB at 64 kbit/s and 215 kB as Base64."""
_READ_BYTES = 65_536

_NO_CONNECTION_HINT = Message(
    "Mend the connection, or choose a voice that speaks on this machine. {Try_again_later}."
)
_LIMITED = Message("Google says no more for this connection for now (429)")
_LIMITED_HINT = Message("Wait an hour, or choose a voice that speaks on this machine. {Try_again_later}.")
_LATER_HINT = Message(
    "Try again in a while, or choose a voice that speaks on this machine. {Try_again_later}."
)
_LOGIN_HINT = Message(
    "Perhaps this network wants a login first: open a web page and see. Or choose another network, "
    "or choose a voice that speaks on this machine. {Try_again_later}."
)
_CHANGED_HINT = Message(
    "Google may have changed its service: try pip install --upgrade {package}, "
    "or choose a voice that speaks on this machine. {Try_again_later}.",
    package=_PACKAGE,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a voice template may set for Google.

    Attributes:
        slow: Google's slow way of reading, word by word; `speed` of the template sounds better.
    """

    slow: bool = False


class Google:
    """The engine "google": `voice` is "nl". One request at a time, half a second apart."""

    name = "google"
    traits = Traits(sends_to="Google (translate.google.com)", at_once=1)

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        draw: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """Take gTTS into use; nothing is sent.

        Args:
            clock: Gives seconds that only go forward.
            sleep: Waits a number of seconds.
            draw: Gives a number between two others; tries are spread with it.
        """
        try:
            self.version = f"{metadata.version(_PACKAGE)}/{_FORMAT}"
        except metadata.PackageNotFoundError as error:
            raise EngineUnavailable(
                self.name,
                Message("{package} is not installed", package=_PACKAGE),
                hint=missing_hint(_PACKAGE),
            ) from error
        self._clock = clock
        self._sleep = sleep
        self._draw = draw
        self._turn = threading.Lock()
        self._earliest = clock()

    def check(self) -> None:
        """Try whether a request can be made; it is not sent.

        Raises:
            EngineUnavailable: when gTTS is damaged, or another than this engine knows.
        """
        _request("ja", slow=False)

    def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
        """Send one phrase to Google and return what it says; see `engines.Engine`.

        No error about the network holds a word of the phrase.
        """
        settings = from_table(Settings, voice.settings, voice.path)
        if voice.voice != _DUTCH:
            raise ConfigError(
                voice.path,
                [Message('\'voice\' must be "{dutch}", not "{voice}"', dutch=_DUTCH, voice=voice.voice)],
            )
        spoken = [piece for piece in pieces(phrase) if any(map(str.isalnum, piece.text))]
        if not spoken:
            raise SynthesisError(self.name, phrase, Message("there is nothing to say in it"))
        sound: list[Samples] = []
        for piece in spoken:
            sound.append(self._say(piece.text, slow=settings.slow).samples)
            if piece is not spoken[-1]:
                sound.append(np.zeros((units.frames(piece.rest_s, _RATE), 1), np.float32))
        return Clip(np.concatenate(sound), _RATE)

    def remarks(self, phrase: str, voice: VoiceTemplate) -> tuple[str, ...]:
        """Return nothing: what Google makes of a phrase is only known by asking."""
        return ()

    def _say(self, text: str, *, slow: bool) -> Clip:
        """Return the trimmed clip of one piece, judged."""
        request = _request(text, slow=slow)
        pace = _SLOW_PACE if slow else _PACE

        def take() -> Clip:
            sound = self._sound(request)
            return _decoded(sound, text) if sound else Clip(np.zeros((0, 1), np.float32), _RATE)

        return guard.judged(take, text, self.name, pace)

    def _sound(self, request: Any) -> bytes:
        """Return the MP3 in the answer to a request; empty when Google has no sound for it.

        What may pass is tried again: at most four times, with waits of at most 20 s.

        Raises:
            EngineUnavailable: when it does not pass.
        """
        with self._turn:
            for longest_s in (*_WAITS_S, None):
                try:
                    return _mp3(apart(partial(self._answer, request)))
                except PassingFault as error:
                    asked_s = error.wait_s or 0.0
                    if longest_s is None or asked_s > _LONGEST_WAIT_S:
                        raise EngineUnavailable(self.name, error.problem, hint=error.hint) from error
                    apart(partial(self._sleep, max(asked_s, self._draw(0.0, longest_s))))
        raise AssertionError  # the last round returns or raises

    def _answer(self, request: Any) -> bytes:
        """Send a request once, and return the body of the answer.

        Raises:
            EngineUnavailable: when there is no answer and trying again is no use.
            PassingFault: when it may be of use.
        """
        import requests
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        if (early_s := self._earliest - self._clock()) > 0.0:
            self._sleep(early_s)
        try:
            return self._exchange(request)
        except requests.exceptions.SSLError as error:
            reason = Message("no safe connection with Google can be made, so nothing was sent")
            raise EngineUnavailable(self.name, reason, hint=_LOGIN_HINT) from error
        except (requests.exceptions.Timeout, ReadTimeoutError) as error:
            raise PassingFault(Message("Google does not answer in time"), hint=_LATER_HINT) from error
        except requests.exceptions.ConnectionError as error:
            raise PassingFault(
                Message("there is no connection with Google"), hint=_NO_CONNECTION_HINT
            ) from error
        except HTTPError as error:
            raise PassingFault(
                Message("the connection with Google breaks off"), hint=_NO_CONNECTION_HINT
            ) from error
        except OSError as error:  # also the root of what requests raises
            reason = Message("no request can be sent from this machine ({fault})", fault=type(error).__name__)
            hint = Message(
                "Look at the settings HTTPS_PROXY and REQUESTS_CA_BUNDLE, "
                "or choose a voice that speaks on this machine."
            )
            raise EngineUnavailable(self.name, reason, hint=hint) from error
        finally:
            self._earliest = self._clock() + _APART_S

    def _exchange(self, request: Any) -> bytes:
        """Send a request and return the body of the answer, whatever requests and urllib3 raise."""
        import requests

        with requests.Session() as session:
            # Proxies and certificates as the machine has them; verifying cannot be switched off there.
            surroundings = session.merge_environment_settings(request.url, {}, True, None, None)
            # The adapter and not the session: that follows redirects, and reads their bodies even when told
            # not to. Cookies are neither kept nor sent this way.
            adapter = session.get_adapter(request.url)
            with adapter.send(request, timeout=(_CONNECT_S, _READ_S), **surroundings) as response:
                _judge(response.status_code, response.headers)
                return self._body(response.raw)

    def _body(self, raw: Any) -> bytes:
        """Read an answer, up to the most that it may be and the longest that it may take."""
        until = self._clock() + _WHOLE_S
        body = bytearray()
        while part := raw.read1(_READ_BYTES, decode_content=False):
            body += part
            if len(body) > _MOST_BYTES:
                raise _strange(Message("it is far too long"))
            if self._clock() > until:
                raise PassingFault(Message("Google does not answer in time"), hint=_LATER_HINT)
        return bytes(body)


def _strange(what: str) -> EngineUnavailable:
    """Return the error for an answer that is none."""
    return EngineUnavailable(
        Google.name, Message("the answer is not Google's speech: {what}", what=what), hint=_CHANGED_HINT
    )


def _request(text: str, *, slow: bool) -> Any:
    """Let gTTS make the request for one piece.

    Raises:
        EngineUnavailable: when gTTS is damaged, or another than this engine knows.
    """
    log = logging.getLogger("gtts.tts")
    level = log.level
    log.setLevel(logging.WARNING)  # it would tell the text to whoever listens for debugging
    try:
        import gtts

        # Its own preparation loses full stops ("rust." is taken for "st.") and makes texts longer than 100.
        spoken = gtts.gTTS(text, lang=_DUTCH, slow=slow, lang_check=False, pre_processor_funcs=[])
        (request,) = spoken._prepare_requests()  # noqa: SLF001 - what is public sends it too
    except (ImportError, AttributeError, TypeError, ValueError, AssertionError) as error:
        reason = Message("{package} is damaged, or another version than stem knows", package=_PACKAGE)
        raise EngineUnavailable(
            Google.name,
            reason,
            hint=Message("Install it again: pip install {package}==2.5.4", package=_PACKAGE),
        ) from error
    finally:
        log.setLevel(level)
    return request


def _judge(status: int, headers: Any) -> None:
    """Judge an answer by its status and headers, before anything of it is read.

    Raises:
        EngineUnavailable: when it is none, and will be none the next time.
        PassingFault: when it may be one the next time.
    """
    wait_s = retry_after_s(headers.get("Retry-After", ""))
    if 300 <= status < 400:  # noqa: PLR2004 - redirects (RFC 9110, 15.4)
        target = urlsplit(headers.get("Location", ""))
        if target.path.startswith("/sorry/"):  # Google's page for those who ask too much
            raise EngineUnavailable(Google.name, _LIMITED, hint=_LIMITED_HINT)
        reason = Message(
            "the network sends us on to {hostname} instead of to Google",
            hostname=target.hostname or "another page",
        )
        raise EngineUnavailable(Google.name, reason, hint=_LOGIN_HINT)
    if status == 429:  # noqa: PLR2004 - too many requests
        raise PassingFault(_LIMITED, hint=_LIMITED_HINT, wait_s=wait_s)
    if is_passing(status):
        raise PassingFault(
            Message("Google's service is out of order ({status})", status=status),
            hint=_LATER_HINT,
            wait_s=wait_s,
        )
    if status != OK:
        raise EngineUnavailable(
            Google.name, Message("Google refuses the request ({status})", status=status), hint=_CHANGED_HINT
        )
    if "html" in headers.get("Content-Type", "").lower():
        raise EngineUnavailable(
            Google.name, Message("a web page came instead of Google's speech"), hint=_LOGIN_HINT
        )
    if headers.get("Content-Encoding", "identity") != "identity":  # a small answer may unpack to anything
        raise _strange(Message("it is packed, which was not asked for"))


_JSON_STRING = re.compile(rb'null|"[^"\\]*(?:\\.[^"\\]*)*"')


def _mp3(body: bytes) -> bytes:
    r"""Return the MP3 in an answer; empty when Google has no sound for the text.

    The answer is JSON behind a guard line, with the sound in JSON in it: `)]}'` and
    `[["wrb.fr","jQ1olc","[\"//NExAA...\"]",null,...`.

    Raises:
        EngineUnavailable: when it is no such answer.
        PassingFault: when its sound is not whole.
    """
    import gtts

    mark = b'"%s",' % gtts.gTTS.GOOGLE_TTS_RPC.encode()
    if mark not in body:
        raise _strange(Message("there is no sound in it"))
    try:
        content = _JSON_STRING.match(body, body.index(mark) + len(mark))
        told = json.loads(json.loads(content[0] if content else b"") or "[]")
        text = told[0] if told else ""
        sound = base64.b64decode(text or "", validate=True)
    except (ValueError, TypeError, KeyError) as error:  # binascii.Error is a ValueError
        raise PassingFault(Message("Google's sound comes in damaged"), hint=_LATER_HINT) from error
    end = mpeg.end_of_frames(sound)
    if sound and not end:
        raise _strange(Message("its sound is not MP3"))
    if end != len(sound):
        raise PassingFault(Message("Google's sound comes in cut off"), hint=_LATER_HINT)
    return sound


def _decoded(sound: bytes, text: str) -> Clip:
    """Return a whole MP3 as one channel at Google's rate, untrimmed."""
    try:
        with temporary_folder() as folder:
            path = folder / "answer.mp3"
            path.write_bytes(sound)
            clip = decode(path, _RATE)
    except OSError as error:
        raise output_error(Path(gettempdir()), error) from error
    except AudioError as error:
        raise SynthesisError(
            Google.name,
            text,
            Message("its sound cannot be used ({problem})", problem=error.problem),
            hint=error.hint,
        ) from error
    return Clip(clip.samples.mean(axis=1, keepdims=True), clip.rate)
