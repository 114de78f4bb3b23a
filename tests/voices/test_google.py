"""Google's voice: whatever comes back over the line, only the phrase's own sound becomes a clip.

A stand-in on this machine answers in Google's form; gTTS makes the requests to it as it does to Google. The
faults stand in one table, with the sentence that the person sees.
"""

from __future__ import annotations

import base64
import functools
import gzip
import io
import json
import logging
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import tracemalloc
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from typing import Any

import gtts
import lameenc
import numpy as np
import pytest

from stem import files, units
from stem.cli.output import in_options
from stem.errors import ConfigError, EngineUnavailable, StemError, SynthesisError
from stem.progress import Cancelled, Progress, stage
from stem.sound.clips import LEAD_S, TAIL_S, Clip, Samples, conform
from stem.voices.cache import CachedEngine
from stem.voices.engines import engine
from stem.voices.engines import google as google_module
from stem.voices.engines.espeak import Espeak
from stem.voices.engines.google import Google
from stem.voices.engines.google_chunks import pieces
from stem.voices.template import VoiceTemplate, find_voice

RATE = 24_000
NAME = "Sjaantje"
EARLIER = "Adem rustig in."
PHRASE = f"Dag {NAME}, fijn dat je er bent."
LONG = (
    "Merk op hoe het voelt om gezien te worden, precies zoals je bent. "
    "Laat je schouders zakken, en adem rustig uit."
)
SMALL_WAIT_S = 7.0


# ------------------------------------------------------------------------------------------------------------
# What Google would say


@functools.cache
def spoken(text: str) -> Clip:
    """Return a text said by the embedded voice at about Google's pace and at its rate."""
    zacht = find_voice("zacht")
    return conform(Espeak().speak(text, replace(zacht, settings={"rate": 130})), RATE)


def mp3(samples: Samples, kbps: int = 32) -> bytes:
    """Return an MP3 as Google's are: MPEG-2 Layer III, one channel, 24 kHz, no tags."""
    encoder = lameenc.Encoder()
    encoder.set_in_sample_rate(RATE)
    encoder.set_out_sample_rate(RATE)
    encoder.set_channels(1)
    encoder.set_bit_rate(kbps)
    encoder.silence()
    whole = np.round(np.clip(samples, -1, 1) * 32_767).astype(np.int16)
    return bytes(encoder.encode(whole.tobytes()) + encoder.flush())


@functools.cache
def answer_sound(text: str) -> bytes:
    """Return what the stand-in says."""
    return mp3(np.pad(spoken(text).samples, ((0, RATE // 10), (0, 0))))


def wrapped(payload: str | None) -> bytes:
    """Return a body in Google's form: a guard line, then JSON; the payload is JSON in it."""
    frames = [
        ["wrb.fr", "jQ1olc", payload, None, None, None, "generic"],
        ["di", 55],
        ["af.httprm", 54, "-3", 9],
    ]
    return b")]}'\n\n" + json.dumps(frames, separators=(",", ":")).encode()


def told(sound: bytes) -> bytes:
    return wrapped(json.dumps([base64.b64encode(sound).decode()]))


# ------------------------------------------------------------------------------------------------------------
# The stand-in


@dataclass
class Seen:
    """A request that the stand-in got."""

    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def parameters(self) -> list[Any]:
        """What the request asks for: the text, the language, whether slow."""
        rpc = json.loads(urllib.parse.parse_qs(self.body)["f.req"][0])
        parameters: list[Any] = json.loads(rpc[0][0][1])
        return parameters

    @property
    def text(self) -> str:
        return str(self.parameters[0])


Answer = Callable[["Handler", str], None]


@dataclass
class StandIn:
    """What the stand-in was told to answer, and what it saw.

    Attributes:
        script: For the next requests; when it is used up, the phrase's sound.
        forever: For all requests, when there is nothing in the script.
    """

    url: str = ""
    script: list[Answer] = field(default_factory=list)
    forever: Answer | None = None
    seen: list[Seen] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)

    def next(self) -> Answer:
        with self.lock:
            return self.script.pop(0) if self.script else self.forever or good

    @property
    def texts(self) -> list[str]:
        return [request.text for request in self.seen]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        stand_in = self.server.stand_in
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        seen = Seen(self.command, self.path, dict(self.headers), body)
        with stand_in.lock:
            stand_in.seen.append(seen)
            stand_in.at_once += 1
            stand_in.most_at_once = max(stand_in.most_at_once, stand_in.at_once)
        self.close_connection = True
        try:
            stand_in.next()(self, seen.text)
        finally:
            with stand_in.lock:
                stand_in.at_once -= 1

    def do_GET(self) -> None:
        self.server.stand_in.seen.append(Seen(self.command, self.path, dict(self.headers), ""))
        self.reply(b"<html>log in</html>", kind="text/html")

    def reply(
        self, body: bytes, status: int = 200, kind: str = "application/json; charset=utf-8", **headers: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Set-Cookie", "NID=follow-me; Path=/")
        self.send_header("Connection", "close")  # or a client sends its next request where nobody listens
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Keep the tests' output clean."""


class Server(ThreadingHTTPServer):
    daemon_threads = False
    stand_in: StandIn

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what many of these tests are about."""


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[StandIn]:
    server = Server(("127.0.0.1", 0), Handler)
    scheme = "http"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        # The handshake comes with the first read, in the request's own thread.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "https"
    server.stand_in = StandIn(url=f"{scheme}://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.stand_in
    finally:
        server.stand_in.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def good(handler: Handler, text: str) -> None:
    handler.reply(told(answer_sound(text)))


def body(content: bytes, kind: str = "application/json; charset=utf-8") -> Answer:
    return lambda handler, text: handler.reply(content, kind=kind)


def status(code: int, **headers: str) -> Answer:
    return lambda handler, text: handler.reply(b"<html>no</html>", code, "text/html", **headers)


def sound(change: Callable[[bytes], bytes]) -> Answer:
    """Answer with the right sound, changed."""
    return lambda handler, text: handler.reply(told(change(answer_sound(text))))


def samples(change: Callable[[Samples], Samples]) -> Answer:
    """Answer with the right samples, changed, as a faultless MP3."""
    return lambda handler, text: handler.reply(told(mp3(change(spoken(text).samples))))


def half_the_base64(handler: Handler, text: str) -> None:
    handler.reply(wrapped(json.dumps([base64.b64encode(answer_sound(text)).decode()[:1001]])))


def strange_base64(handler: Handler, text: str) -> None:
    """Put signs between that Base64 does not have; a lenient reader skips them."""
    handler.reply(
        wrapped(json.dumps(["**".join(base64.b64encode(answer_sound(text)).decode().partition("/"))]))
    )


def unfinished(handler: Handler, text: str) -> None:
    """Stop in the middle, in such a way that HTTP does not show it."""
    content = told(answer_sound(text))
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])


def broken_off(handler: Handler, text: str) -> None:
    content = told(answer_sound(text))
    handler.reply(content[: len(content) // 2], Content_Length=str(len(content)))


def broken_off_in_parts(handler: Handler, text: str) -> None:
    """Announce 4096 bytes of a chunked answer, send ten, and hang up."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"1000\r\n" + b")]}'\n\n[[\"w")


def hung_up(handler: Handler, text: str) -> None:
    """Close the connection without a word."""


def silent(handler: Handler, text: str) -> None:
    """Never answer."""
    handler.server.stand_in.closing.wait(20)


DRIPS = 200


def dripping(handler: Handler, text: str) -> None:
    """Send a byte now and then, for a second; all of a line that drips for ever shows in its first part."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(DRIPS))
    handler.end_headers()
    for _ in range(DRIPS):
        handler.wfile.write(b" ")
        handler.server.stand_in.closing.wait(0.005)


LINE = b"A" * 1023 + b"\n"
HUGE_BYTES = 24 * 2**20


def huge(handler: Handler, text: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(HUGE_BYTES))
    handler.end_headers()
    for _ in range(HUGE_BYTES // (64 * len(LINE))):
        handler.wfile.write(64 * LINE)


BOMB = gzip.compress(LINE * (HUGE_BYTES // len(LINE)), 1)


def packed(handler: Handler, text: str) -> None:
    handler.reply(BOMB, Content_Encoding="gzip")


def to_login(handler: Handler, text: str) -> None:
    status(302, Location=f"http://{handler.headers['Host']}/login?who=hotel")(handler, text)


def to_sorry(handler: Handler, text: str) -> None:
    status(302, Location="https://www.google.com/sorry/index?continue=x")(handler, text)


# ------------------------------------------------------------------------------------------------------------
# The engine under test


@dataclass
class Time:
    """Time that goes on when it is slept through, and by `tick` whenever it is looked at."""

    now: float = 0.0
    tick: float = 0.0
    waits: list[float] = field(default_factory=list)

    def clock(self) -> float:
        self.now += self.tick
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    @property
    def long_waits(self) -> list[float]:
        """Those between tries, without the throttle's."""
        return [wait for wait in self.waits if wait > 0.5]


def latest(low: float, high: float) -> float:
    """Draw the longest wait."""
    assert low == 0.0
    return high


@pytest.fixture
def time_() -> Time:
    return Time()


@pytest.fixture
def google(time_: Time) -> Google:
    return Google(time_.clock, time_.sleep, latest)


@pytest.fixture
def voice() -> VoiceTemplate:
    return find_voice("google")


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def lead_to(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let gTTS take the stand-in for Google."""
    monkeypatch.setattr("gtts.tts._translate_url", lambda tld="com", path="": f"{url}/{tld}/{path}")


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with serving() as there:
        lead_to(there.url, monkeypatch)
        yield there


def plain_gtts(text: str, timeout_s: float = 10.0) -> bytes:
    """Return what gTTS by itself takes for sound."""
    written = io.BytesIO()
    gtts.gTTS(text, lang="nl", lang_check=False, timeout=timeout_s).write_to_fp(written)
    return written.getvalue()


# ------------------------------------------------------------------------------------------------------------
# When all is well


def test_a_phrase_is_said_trimmed_on_one_channel(
    google: Google, voice: VoiceTemplate, stand_in: StandIn
) -> None:
    clip = google.speak(PHRASE, voice)
    expected = spoken(PHRASE)
    assert clip.rate == RATE
    assert clip.samples.dtype == np.float32
    assert clip.samples.shape[1] == 1
    # Trimming finds the same limits but for what MP3 smears: less than one of its frames (24 ms).
    assert clip.frames == pytest.approx(expected.frames, abs=0.024 * RATE)
    # The encoder delays; where it fits best, what is left of the difference is what 32 kbit/s loses.
    size = 2 ** (clip.frames + expected.frames).bit_length()
    said, meant = (np.fft.rfft(each.samples[:, 0], size) for each in (clip, expected))
    lag = (int(np.argmax(np.fft.irfft(said * meant.conj()))) + size // 2) % size - size // 2
    assert abs(lag) < 0.024 * RATE
    assert stand_in.texts == [PHRASE]


def test_a_long_phrase_is_its_pieces_with_rests_between(
    google: Google, voice: VoiceTemplate, stand_in: StandIn
) -> None:
    whole = google.speak(LONG, voice)
    first, second = pieces(LONG)
    assert stand_in.texts == [first.text, second.text]
    rest = np.zeros((units.frames(first.rest_s, RATE), 1), np.float32)
    alone = [google.speak(piece.text, voice).samples for piece in (first, second)]
    np.testing.assert_array_equal(whole.samples, np.concatenate([alone[0], rest, alone[1]]))
    # From the last sound of the one to the first of the other, as every joint of stem's clips.
    silence = np.flatnonzero(np.abs(whole.samples[:, 0]) > 0)
    gap = int(np.diff(silence).max())
    assert len(rest) <= gap <= len(rest) + (LEAD_S + TAIL_S) * RATE


def test_a_phrase_without_anything_to_say_is_not_sent(
    google: Google, voice: VoiceTemplate, stand_in: StandIn
) -> None:
    with pytest.raises(SynthesisError, match="there is nothing to say in it"):
        google.speak(" ... — !", voice)
    assert stand_in.seen == []


def test_the_request_is_gtts_own_and_holds_nothing_but_the_phrase(
    google: Google, voice: VoiceTemplate, stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    for phrase in (EARLIER, PHRASE):
        google.speak(phrase, voice)
    plain_gtts(PHRASE)
    ours, plain = stand_in.seen[1:]
    assert (ours.method, ours.path, ours.body) == (plain.method, plain.path, plain.body)
    assert ours.path == "/com/_/TranslateWebserverUi/data/batchexecute"
    assert ours.parameters == [PHRASE, "nl", None, "null"]
    assert set(ours.headers) <= set(plain.headers)
    assert "Cookie" not in ours.headers  # though the answer before set one
    assert "Authorization" not in ours.headers


def test_what_gtts_would_change_in_a_text_goes_as_it_is(
    google: Google, voice: VoiceTemplate, stand_in: StandIn
) -> None:
    phrase = "Voel de rust. En blijf!Nog even."
    google.speak(phrase, voice)
    plain_gtts(phrase)
    assert stand_in.texts == [phrase, "Voel de rust En blijf! Nog even."]


def test_slow_is_a_setting(google: Google, voice: VoiceTemplate, stand_in: StandIn) -> None:
    google.speak(PHRASE, replace(voice, settings={"slow": True}))
    assert stand_in.seen[0].parameters == [PHRASE, "nl", True, "null"]


def test_a_sound_at_a_higher_bit_rate_is_as_good(
    google: Google, voice: VoiceTemplate, stand_in: StandIn
) -> None:
    stand_in.script = [body(told(mp3(spoken(PHRASE).samples, kbps=64)))]
    assert google.speak(PHRASE, voice).frames == pytest.approx(spoken(PHRASE).frames, abs=0.024 * RATE)


def test_an_answer_in_numbered_parts_is_read_as_well(
    google: Google, voice: VoiceTemplate, stand_in: StandIn
) -> None:
    inner = told(answer_sound(PHRASE)).partition(b"\n\n")[2]
    stand_in.script = [body(b')]}\'\n\n%d\n%s\n25\n[["e",4,null,null,131]]\n' % (len(inner), inner))]
    assert google.speak(PHRASE, voice).frames > 0


# ------------------------------------------------------------------------------------------------------------
# When something is wrong


@dataclass(frozen=True)
class Fault:
    """A fault on the line.

    Attributes:
        name: What is wrong.
        answer: What the stand-in does.
        sentence: What the person reads, as a pattern; "" when it heals by trying again.
        error: Of which kind it is.
        requests: How many the stand-in sees.
        waits: The waits between the tries, when the longest are drawn.
        times: How often the stand-in does it; 0 for always.
        plain: Whether gTTS by itself takes the answer for sound.
        tick: Seconds that pass whenever the clock is looked at.
        read_s: How long the engine waits for the stand-in.
    """

    name: str
    answer: Answer
    sentence: str = ""
    error: type[StemError] = EngineUnavailable
    requests: int = 1
    waits: tuple[float, ...] = ()
    times: int = 0
    plain: bool = False
    tick: float = 0.0
    read_s: float = 10.0


ALL_WAITS = (5.0, 15.0, 20.0)
BAD_SOUND = {"error": SynthesisError, "requests": 2, "plain": True}
LASTING = {"requests": 4, "waits": ALL_WAITS}
HEALING = {"requests": 2, "waits": (5.0,), "times": 1}


def fault(name: str, answer: Answer, sentence: str = "", *kinds: dict[str, Any], **facts: Any) -> Fault:
    together = {key: value for kind in (*kinds, facts) for key, value in kind.items()}
    return Fault(name, answer, sentence, **together)


FAULTS = (
    # Answers that are no answer
    fault(
        "a web page",
        body(b"<html>hello</html>", "text/html"),
        "a web page came instead of Google's speech",
        plain=True,
    ),
    fault(
        "a web page dressed as JSON",
        body(b"<html>hello</html>"),
        "not Google's speech: there is no sound in it",
        plain=True,
    ),
    fault("an empty body", body(b""), "not Google's speech: there is no sound in it", plain=True),
    fault(
        "a picture",
        body(b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png"),
        "not Google's speech: there is no sound in it",
    ),
    fault(
        "a bare MP3",
        lambda handler, text: handler.reply(answer_sound(text), kind="audio/mpeg"),
        "not Google's speech: there is no sound in it",
    ),
    fault(
        "other JSON",
        body(b'{"error": {"code": 13}}'),
        "not Google's speech: there is no sound in it",
        plain=True,
    ),
    fault(
        "no content",
        lambda handler, text: handler.reply(b"", 204),
        r"Google refuses the request \(204\)",
        plain=True,
    ),
    fault(
        "a login page elsewhere",
        to_login,
        "the network sends us on to 127.0.0.1 instead of to Google",
        plain=True,
    ),
    fault(
        "a redirect to nowhere",
        status(302),
        "the network sends us on to another page instead of to Google",
        plain=True,
    ),
    fault(
        "packed up to burst", packed, "not Google's speech: it is packed, which was not asked for", plain=True
    ),
    fault("far too long", huge, "not Google's speech: it is far too long", plain=True),
    fault("bad request", status(400), r"Google refuses the request \(400\)"),
    fault("forbidden", status(403), r"Google refuses the request \(403\)"),
    fault("not found", status(404), r"Google refuses the request \(404\)"),
    # Answers without the phrase's sound
    fault(
        "no sound at all",
        body(wrapped(None)),
        "could not say .*: no sound came",
        error=SynthesisError,
        requests=2,
    ),
    fault(
        "a list without sound",
        body(wrapped("[]")),
        "could not say .*: no sound came",
        error=SynthesisError,
        requests=2,
    ),
    fault("an empty sound", body(wrapped('[""]')), "could not say .*: no sound came", BAD_SOUND),
    fault(
        "a WAV as sound",
        sound(lambda _: b"RIFF\x24\0\0\0WAVEfmt " + bytes(28)),
        "not Google's speech: its sound is not MP3",
        plain=True,
    ),
    fault(
        "noise as sound",
        sound(lambda _: np.random.default_rng(1).bytes(20_000)),
        "not Google's speech: its sound is not MP3",
        plain=True,
    ),
    fault(
        "JSON in JSON that is none", body(wrapped('["//NExAA')), "Google's sound comes in damaged", LASTING
    ),
    fault("a number for sound", body(wrapped("[7]")), "Google's sound comes in damaged", LASTING),
    fault("an object for sound", body(wrapped('{"sound": 7}')), "Google's sound comes in damaged", LASTING),
    fault(
        "strange signs in the Base64", strange_base64, "Google's sound comes in damaged", LASTING, plain=True
    ),
    fault("half the Base64", half_the_base64, "Google's sound comes in damaged", LASTING),
    fault("half the JSON", unfinished, "Google's sound comes in damaged", LASTING),
    fault("half the JSON once", unfinished, "", HEALING),
    fault(
        "cut in a frame",
        sound(lambda whole: whole[: len(whole) // 2 + 7]),
        "Google's sound comes in cut off",
        LASTING,
        plain=True,
    ),
    fault("cut in a frame once", sound(lambda whole: whole[:-7]), "", HEALING, plain=True),
    fault(
        "bytes lost inside",
        sound(lambda whole: whole[:900] + whole[950:]),
        "Google's sound comes in cut off",
        LASTING,
        plain=True,
    ),
    fault("silence", samples(np.zeros_like), "could not say .*: no sound came", BAD_SOUND),
    fault("silence once", samples(np.zeros_like), "", requests=2, times=1, plain=True),
    fault(
        "far too short",
        samples(lambda whole: whole[: len(whole) // 4]),
        "could not say .*: the take lasts 0.[0-9] s, which does not fit",
        BAD_SOUND,
    ),
    fault(
        "the sound of another phrase",
        body(told(answer_sound(LONG))),
        "could not say .*: the take lasts [0-9.]+ s, which does not fit",
        BAD_SOUND,
    ),
    fault(
        "said three times",
        samples(lambda whole: np.tile(whole, (3, 1))),
        "could not say .*: the take lasts [0-9.]+ s, which does not fit",
        BAD_SOUND,
    ),
    fault(
        "a gap in the middle",
        samples(lambda whole: np.insert(whole, [len(whole) // 2] * 2 * RATE, 0, axis=0)),
        "could not say .*: the take",
        BAD_SOUND,
    ),
    # A line that fails
    fault(
        "too many requests", status(429), r"Google says no more for this connection for now \(429\)", LASTING
    ),
    fault("too many requests once", status(429), "", HEALING),
    fault("too many requests, wait 7 s", status(429, Retry_After="7"), "", requests=2, waits=(7.0,), times=1),
    fault(
        "too many requests, wait 7 s, for ever",
        status(429, Retry_After="7"),
        r"for now \(429\)",
        requests=4,
        waits=(7.0, 15.0, 20.0),
    ),
    fault("too many requests, wait an hour", status(429, Retry_After="3600"), r"for now \(429\)"),
    fault(
        "too many requests, wait till 2099",
        status(429, Retry_After="Thu, 01 Jan 2099 00:00:00 GMT"),
        r"for now \(429\)",
    ),
    fault("too many requests, wait nonsense", status(429, Retry_After="soon"), "", HEALING),
    fault("Google's page for who asks too much", to_sorry, r"for now \(429\)"),
    fault("request time-out", status(408), "", HEALING),
    fault("too early", status(425), "", HEALING),
    fault("server error", status(500), r"Google's service is out of order \(500\)", LASTING),
    fault("server error twice", status(500), "", requests=3, waits=(5.0, 15.0), times=2),
    fault("unavailable", status(503), r"Google's service is out of order \(503\)", LASTING),
    fault(
        "unavailable, wait an hour",
        status(503, Retry_After="3600"),
        r"Google's service is out of order \(503\)",
    ),
    fault("never an answer", silent, "Google does not answer in time", LASTING, read_s=0.2),
    fault("no answer once", silent, "", HEALING, read_s=2.0),
    fault("an answer that drips", dripping, "Google does not answer in time", LASTING, tick=4.0, plain=True),
    fault("broken off halfway", broken_off, "the connection with Google breaks off", LASTING),
    fault("broken off halfway once", broken_off, "", HEALING),
    fault("broken off in parts", broken_off_in_parts, "the connection with Google breaks off", LASTING),
    fault("hung up without a word", hung_up, "there is no connection with Google", LASTING),
    fault("hung up once", hung_up, "", HEALING),
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the clips are of what `earlier` said; nowhere yet."""
    return tmp_path_factory.mktemp("kept") / "speech"


@pytest.fixture
def earlier(kept: Path, google: Google, voice: VoiceTemplate, stand_in: StandIn) -> None:
    """An earlier run has said something; in truth it did so once for all of these tests."""
    clips = files.cache_folder("speech")
    if not kept.exists():
        CachedEngine(google).speak(EARLIER, voice)
        shutil.copytree(clips, kept)
        stand_in.seen = []
    else:
        shutil.copytree(kept, clips, dirs_exist_ok=True)


@pytest.mark.usefixtures("earlier")
@pytest.mark.parametrize("row", FAULTS, ids=lambda row: row.name)
def test_a_fault_never_becomes_sound_and_the_next_run_goes_on(
    row: Fault, stand_in: StandIn, voice: VoiceTemplate, time_: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    time_.tick = row.tick
    answer_sound(PHRASE)  # made beforehand: the stand-in answers at once
    engine = CachedEngine(Google(time_.clock, time_.sleep, latest))
    monkeypatch.setattr(google_module, "_READ_S", row.read_s)
    stand_in.script = [row.answer] * row.times
    stand_in.forever = None if row.times else row.answer

    if row.sentence:
        with pytest.raises(row.error, match=row.sentence) as caught:
            engine.speak(PHRASE, voice)
        if row.error is EngineUnavailable:
            assert not any(name in f"{caught.value} {caught.value.hint}" for name in (NAME, "fijn"))
            assert in_options(caught.value.hint).endswith("Try the same command again later.")
    else:
        assert engine.speak(PHRASE, voice).frames == pytest.approx(spoken(PHRASE).frames, abs=0.024 * RATE)
    assert stand_in.texts == [PHRASE] * row.requests
    if not row.tick:
        assert time_.long_waits == list(row.waits)

    stand_in.script, stand_in.forever, stand_in.seen = [], None, []
    monkeypatch.setattr(google_module, "_READ_S", 10.0)
    next_run = CachedEngine(Google(time_.clock, time_.sleep, latest))
    for phrase in (EARLIER, PHRASE):
        next_run.speak(phrase, voice)
    assert EARLIER not in stand_in.texts  # what was done is not lost
    assert next_run.made == (1 if row.sentence else 0)


@pytest.mark.parametrize("row", FAULTS, ids=lambda row: row.name)
def test_what_gtts_by_itself_takes_for_sound(row: Fault, stand_in: StandIn) -> None:
    answer_sound(PHRASE)
    stand_in.forever = row.answer
    try:
        plain_gtts(PHRASE, row.read_s)
        accepted = True
    except Exception:  # noqa: BLE001 - whatever it raises, it is no sound
        accepted = False
    assert accepted == row.plain


def test_gtts_by_itself_takes_23_of_the_faults_for_sound() -> None:
    assert (sum(row.plain for row in FAULTS), len(FAULTS)) == (23, 57)


@pytest.mark.parametrize("answer", [huge, packed], ids=["huge", "packed"])
def test_an_answer_without_end_fills_no_memory(
    answer: Answer, google: Google, voice: VoiceTemplate, stand_in: StandIn
) -> None:
    google.check()  # what is imported is no part of it
    stand_in.forever = answer
    tracemalloc.start()
    try:
        with pytest.raises(EngineUnavailable):
            google.speak(PHRASE, voice)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The most that an answer may be, twice while it grows; what else runs here takes less than as much again.
    assert peak < 4 * google_module._MOST_BYTES < HUGE_BYTES / 5


def test_nobody_answers(
    google: Google, voice: VoiceTemplate, time_: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        lead_to(f"http://127.0.0.1:{taken.getsockname()[1]}", monkeypatch)
        with pytest.raises(EngineUnavailable, match="there is no connection with Google") as caught:
            google.speak(PHRASE, voice)
    assert time_.long_waits == list(ALL_WAITS)
    assert NAME not in str(caught.value)
    assert caught.value.hint.startswith("Mend the connection, or choose a voice that speaks on this machine.")


def test_nobody_knows_the_name(google: Google, voice: VoiceTemplate, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(EngineUnavailable, match="there is no connection with Google"):
        google.speak(PHRASE, voice)


def test_certificates_that_are_not_there_are_told(
    google: Google, voice: VoiceTemplate, stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_to(stand_in.url.replace("http:", "https:"), monkeypatch)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nothing.pem"))
    with pytest.raises(
        EngineUnavailable, match=r"no request can be sent from this machine \(OSError\)"
    ) as caught:
        google.speak(PHRASE, voice)
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint
    assert stand_in.seen == []


def test_a_proxy_that_is_none_is_told(
    google: Google, voice: VoiceTemplate, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://")
    with pytest.raises(
        EngineUnavailable, match=r"no request can be sent from this machine \(InvalidProxyURL\)"
    ):
        google.speak(PHRASE, voice)


def test_a_failure_in_the_middle_of_a_long_phrase_is_a_failure(
    google: Google, voice: VoiceTemplate, stand_in: StandIn
) -> None:
    stand_in.script = [good, status(403)]
    with pytest.raises(EngineUnavailable, match="refuses the request"):
        google.speak(LONG, voice)
    assert google.speak(LONG, voice).frames > 0


# ------------------------------------------------------------------------------------------------------------
# Safe connections


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine that nobody but itself vouches for."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not here to make a certificate with")
    path = tmp_path_factory.mktemp("tls") / "own.pem"
    kind = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1"
    files = [
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-out",
        str(path),
        "-keyout",
        str(path.with_suffix(".key")),
    ]
    subprocess.run([openssl, *kind.split(), *files], check=True, capture_output=True)
    return path


@pytest.fixture
def safe_stand_in(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with serving(certificate) as there:
        lead_to(there.url, monkeypatch)
        yield there


def test_a_certificate_that_nobody_vouches_for_gets_not_a_word(
    google: Google, voice: VoiceTemplate, safe_stand_in: StandIn, time_: Time
) -> None:
    sentence = "no safe connection with Google can be made, so nothing was sent"
    with pytest.raises(EngineUnavailable, match=sentence) as caught:
        google.speak(PHRASE, voice)
    assert safe_stand_in.seen == []
    assert time_.waits == []  # trying again would not make it safe
    assert NAME not in str(caught.value)
    assert "login" in caught.value.hint


def test_gtts_by_itself_tells_everything_to_whoever_answers(safe_stand_in: StandIn) -> None:
    plain_gtts(PHRASE)
    assert safe_stand_in.texts == [PHRASE]


def test_a_certificate_that_the_machine_trusts_is_good(
    google: Google,
    voice: VoiceTemplate,
    safe_stand_in: StandIn,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    google.speak(PHRASE, voice)
    assert safe_stand_in.texts == [PHRASE]


def test_a_certificate_of_another_host_is_refused(
    google: Google,
    voice: VoiceTemplate,
    safe_stand_in: StandIn,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    lead_to(safe_stand_in.url.replace("127.0.0.1", "127.0.0.1.localhost"), monkeypatch)
    here = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", int(safe_stand_in.url.rpartition(":")[2])))
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: here)
    with pytest.raises(EngineUnavailable, match="no safe connection"):
        google.speak(PHRASE, voice)
    assert safe_stand_in.seen == []


# ------------------------------------------------------------------------------------------------------------
# With patience


def test_requests_are_half_a_second_apart(
    google: Google, voice: VoiceTemplate, stand_in: StandIn, time_: Time
) -> None:
    google.speak(LONG, voice)  # in two pieces
    google.speak(EARLIER, voice)
    assert time_.waits == [0.5, 0.5]  # no time passes but in waiting; the first goes at once
    time_.now += 0.3
    google.speak(EARLIER, voice)
    assert time_.waits[2:] == [pytest.approx(0.2)]
    time_.now += 0.6
    google.speak(EARLIER, voice)
    assert len(time_.waits) == 3


def test_waits_are_drawn_from_nothing_up_to_the_longest(
    voice: VoiceTemplate, stand_in: StandIn, time_: Time
) -> None:
    drawn: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        drawn.append((low, high))
        return 0.6 + len(drawn)

    stand_in.forever = status(500)
    with pytest.raises(EngineUnavailable):
        Google(time_.clock, time_.sleep, draw).speak(PHRASE, voice)
    assert drawn == [(0.0, longest) for longest in ALL_WAITS]
    assert time_.long_waits == [1.6, 2.6, 3.6]


def test_a_stop_does_not_wait_for_an_answer(google: Google, voice: VoiceTemplate, stand_in: StandIn) -> None:
    stand_in.forever = silent
    stopped_at: list[float] = []

    def events(_told: Progress) -> bool:
        if stand_in.seen:
            stopped_at.append(time.monotonic())
        return not stopped_at

    with pytest.raises(Cancelled), stage(events, "speech"):
        google.speak(PHRASE, voice)
    assert time.monotonic() - stopped_at[0] < 1.0
    assert stand_in.texts == [PHRASE]


def test_many_threads_ask_one_at_a_time(google: Google, voice: VoiceTemplate, stand_in: StandIn) -> None:
    phrases = [EARLIER, PHRASE, "En blijf.", "Adem rustig uit."]
    for phrase in phrases:
        answer_sound(phrase)

    def slowly(handler: Handler, text: str) -> None:
        handler.server.stand_in.closing.wait(0.03)
        good(handler, text)

    stand_in.forever = slowly
    with ThreadPoolExecutor(4) as pool:
        clips = list(pool.map(lambda phrase: google.speak(phrase, voice), phrases))
    assert stand_in.most_at_once <= 2  # the one before may still be hanging up; unguarded there are four
    assert sorted(stand_in.texts) == sorted(phrases)
    for clip, phrase in zip(clips, phrases, strict=True):
        assert clip.frames == pytest.approx(spoken(phrase).frames, abs=0.024 * RATE)


# ------------------------------------------------------------------------------------------------------------
# In confidence


OFFLINE = """
import sys

def guard(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        print(event)
        raise SystemExit(3)

sys.addaudithook(guard)
from stem.voices.engines import engine
from stem.voices.template import find_voice

google = engine("google")
google.check()
google.remarks("Adem in.", find_voice("google"))
if "speak" in sys.argv:
    google.speak("Adem in.", find_voice("google"))
"""


def test_nothing_is_sent_before_something_is_said() -> None:
    quiet, loud = (
        subprocess.run(
            [sys.executable, "-c", OFFLINE, *arguments], capture_output=True, text=True, check=False
        )
        for arguments in ([], ["speak"])
    )
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    assert (loud.returncode, loud.stdout) == (3, "socket.getaddrinfo\n")  # so the guard does see it


def test_no_log_holds_a_word_of_the_phrase(
    google: Google, voice: VoiceTemplate, stand_in: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stand_in.script = [status(503), good]
    google.speak(PHRASE, voice)
    stand_in.forever = status(403)
    with pytest.raises(EngineUnavailable):
        google.speak(PHRASE, voice)
    assert NAME not in caplog.text
    assert logging.getLogger("gtts.tts").level == logging.NOTSET  # others hear of it what they did
    with pytest.raises(gtts.gTTSError):
        plain_gtts(PHRASE)
    assert NAME in caplog.text


# ------------------------------------------------------------------------------------------------------------
# What it is


def test_it_is_found_by_its_name_and_tells_where_phrases_go() -> None:
    google = engine("google")
    assert isinstance(google, Google)
    assert google.name == "google"
    assert google.traits.sends_to == "Google (translate.google.com)"
    assert google.traits.at_once == 1
    assert not google.traits.speed
    assert google.version.startswith(f"{metadata.version('gtts')}/")


def test_it_remarks_nothing(google: Google, voice: VoiceTemplate) -> None:
    assert google.remarks(PHRASE, voice) == ()


@pytest.mark.parametrize("language", ["en", "nl-NL", "nl.toml", ""])
def test_it_speaks_dutch_only(language: str, google: Google, voice: VoiceTemplate, stand_in: StandIn) -> None:
    with pytest.raises(ConfigError, match=re.escape(f'\'voice\' must be "nl", not "{language}"')):
        google.speak(PHRASE, replace(voice, voice=language))
    assert stand_in.seen == []


def test_it_knows_no_other_settings(google: Google, voice: VoiceTemplate, stand_in: StandIn) -> None:
    with pytest.raises(ConfigError, match="sloww"):
        google.speak(PHRASE, replace(voice, settings={"sloww": True}))
    assert stand_in.seen == []


def test_gtts_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    with pytest.raises(EngineUnavailable, match="gTTS is not installed"):
        Google()


def test_gtts_of_another_kind_is_told(
    google: Google, voice: VoiceTemplate, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    google.check()
    monkeypatch.delattr(gtts.gTTS, "_prepare_requests")
    with pytest.raises(
        EngineUnavailable, match="gTTS is damaged, or another version than stem knows"
    ) as caught:
        google.check()
    assert "pip install" in caught.value.hint


def test_the_voice_template_chooses_itself_never_and_says_what_it_is(voice: VoiceTemplate) -> None:
    assert (voice.engine, voice.voice, voice.sex, voice.rank) == ("google", "nl", "female", 0)
    assert "naar Google" in voice.summary
    assert "Google" in voice.credit
    assert "unofficial" in voice.licence
    assert voice.download is None
