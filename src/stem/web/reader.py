"""The reader: a process of its own that reads aloud what someone wants to hear, also while a track is made.

It begins when it is needed, stays warm, and ends when nobody asked it anything for a while: a voice takes
memory. It does one thing at a time, and leaves what it is doing as soon as something else is asked: who
clicks on another sentence does not want the first any more. What was asked is in its memory alone.
"""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import os
import signal
import threading
import traceback
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal, TypeAlias

from stem import Cancelled, Change, Project, StemError
from stem.messages import Message
from stem.programs import SAFE_PATH, without_working_folder
from stem.progress import Progress, stage
from stem.web.below import kept_ready

RESTS_S = 10 * 60.0
"""So long without being asked anything, and it ends."""

_LONGEST_S = 90.0
"""What takes longer, hangs; the making of a background on a slow machine takes a quarter of it."""

_TRIES = 2
_END_S = 3.0
_AFTER_THE_PAGE = 5
"""Of niceness: it comes after the page itself, and before the making of a track."""

_PRIVATE_UMASK = 0o077
_SPAWNED = multiprocessing.get_context("spawn")  # a fork of a program with threads may hang


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that someone wants to hear.

    Example:
        `Asked("sentence", "Welkom, Sjaan.", voice="zacht", name="Sjaan", said_as="sjaan")`

    Attributes:
        kind: A sentence, a name alone and in a sentence, the two sentences by which voices are compared,
            twelve seconds of a background, or a sentence in its place in a track.
        text: The sentence, without marks, or the name of the background.
        voice: Name of the voice, or own recordings; empty for the usual one. A background has none.
        name: A name, which the sentence may hold.
        said_as: How that name sounds, as a Dutch reader would spell it; empty when it is read well.
        level_lu: How much louder than usual the background is, or, below 0, softer.
        record: Of the track.
        change: What is to be another way in it.
        nth: Which of the sentences of that text; the text is that of the script.
        fill: Name of the voice that says what was not recorded; empty for the usual one.
    """

    kind: Literal["sentence", "name", "voice", "background", "place"]
    text: str = ""
    voice: str = ""
    name: str = ""
    said_as: str = ""
    level_lu: float = 0.0
    record: Path | None = None
    change: Change | None = None
    nth: int = 1
    fill: str = ""


_SILENCE = Asked("background", "none")

Answer: TypeAlias = bytes | StemError | None
"""A WAV file, why there is none, or None when something else was asked meanwhile."""


class Reader:
    """Reads aloud, by a process that is begun when it is needed, and begun again when something killed it.

    Any thread may ask; so may several at once, of which the last is answered with sound.
    """

    def __init__(self, rests_s: float = RESTS_S) -> None:
        self._rests_s = rests_s
        self._lock = threading.Lock()
        self._process: _Process | None = None
        self._is_over = False

    def say(self, folder: Path, asked: Asked) -> bytes | None:
        """Return the sound of something, a WAV file; None when something else was asked meanwhile.

        Sentences are remembered as those of a track are, so that the track is made the sooner. A name, and a
        sentence that holds it, are not: no record would tell that they are there.

        Args:
            folder: Of the practice: its voices, its lexicon, and what its settings allow.
            asked: What.

        Raises:
            StemError: when it cannot be heard: there are no words in it, there is no such voice or
                background, the voice cannot speak here or may not, or the process ends each time.
        """
        for _ in range(_TRIES):
            process = self._begun()
            try:
                answer = process.ask(folder, asked)
            except TimeoutError as error:
                self._drop(process)
                raise StemError(
                    Message("It took too long before there was sound."), hint=Message("Try it again.")
                ) from error
            except (EOFError, OSError):  # it came to its rest just now, or was killed
                self._drop(process)
                continue
            if isinstance(answer, StemError):
                raise answer
            return answer
        raise StemError(
            Message("What reads aloud was ended from outside, each time that it was tried."),
            hint=Message("Perhaps there was too little memory. Close other programs, and try it again."),
        )

    def wake(self, folder: Path) -> None:
        """Begin the process, for who may want to hear something soon; nothing is waited for.

        It makes what lies under every sound, and what takes time at its begin is over by then.
        """
        if self._process is None:
            threading.Thread(target=self._warm, args=(folder,), name="stem-wake", daemon=True).start()

    def _warm(self, folder: Path) -> None:
        with suppress(StemError):  # who wants to hear something is told
            self.say(folder, _SILENCE)

    def close(self) -> None:
        """End the process for good."""
        with self._lock:
            self._is_over = True
            process, self._process = self._process, None
        if process is not None:
            process.end()

    def _begun(self) -> _Process:
        with self._lock:
            if self._is_over:
                raise StemError(Message("The page is closed."))
            if self._process is None:
                self._process = _Process(self._rests_s)
            return self._process

    def _drop(self, process: _Process) -> None:
        with self._lock:
            if self._process is process:
                self._process = None
        process.end()


class _Process:
    """The process, from here: each question has a number, and its answer the same one."""

    def __init__(self, rests_s: float) -> None:
        theirs_to_hear, self._tells = _SPAWNED.Pipe(duplex=False)
        self._hears, theirs_to_tell = _SPAWNED.Pipe(duplex=False)
        self._process = _SPAWNED.Process(
            target=_read_aloud, args=(theirs_to_hear, theirs_to_tell, rests_s), daemon=True
        )
        try:
            with without_working_folder():
                self._process.start()
        except OSError as error:
            raise StemError(
                Message("What reads aloud cannot be started ({reason}).", reason=error.strerror)
            ) from error
        finally:  # so that an end over there is heard here
            theirs_to_hear.close()
            theirs_to_tell.close()
        self._numbers = itertools.count()
        self._answers: dict[int, Answer] = {}
        self._telling, self._hearing = threading.Lock(), threading.Lock()

    def ask(self, folder: Path, asked: Asked) -> Answer:
        """Return the answer to a question; what was asked before it and is not answered yet, ends.

        Raises:
            EOFError: when the process is gone.
            OSError: likewise.
            TimeoutError: when it hangs.
        """
        with self._telling:
            number = next(self._numbers)
            self._tells.send((number, folder, asked))
        with self._hearing:
            while number not in self._answers:
                if not self._hears.poll(_LONGEST_S):
                    raise TimeoutError
                answered, answer = self._hears.recv()
                self._answers[answered] = answer
            return self._answers.pop(number)

    def end(self) -> None:
        """Let it end by itself, which leaves nothing behind; else end it."""
        with self._telling:
            self._tells.close()
        self._process.join(_END_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(_END_S)
        with self._hearing:  # who waits for an answer has heard the end of it by now
            self._hears.close()


def _read_aloud(hears: Connection, tells: Connection, rests_s: float) -> None:
    """Answer questions until there are none for a while, or nobody is left to ask them."""
    _settle()
    asked = deque[tuple[int, Path, Asked]]()

    def goes_on(_progress: Progress) -> bool:
        while hears.poll():
            newer = hears.recv()
            if newer[-1] == _SILENCE:  # nobody waits for that
                tells.send((newer[0], None))
            else:
                asked.append(newer)
        return not asked

    with kept_ready(), suppress(EOFError, OSError):  # the page is gone
        while asked or hears.poll(rests_s):
            number, folder, wish = asked.popleft() if asked else hears.recv()
            answer: Answer = None
            try:
                with stage(goes_on, "speech"):
                    answer = _sound(Project(folder), wish)
            except Cancelled:
                pass
            except StemError as error:
                answer = error
            except EOFError:
                return
            except Exception as error:
                answer = _mistake(error)
            tells.send((number, answer))


def _settle() -> None:
    """Be a process that is in nobody's way."""
    if hasattr(os, "nice"):
        os.nice(_AFTER_THE_PAGE)
    os.environ.pop(SAFE_PATH, None)  # it was for us: a voice's own program has modules beside it
    os.umask(_PRIVATE_UMASK)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the page tells us by its end
    logging.getLogger("stem").addHandler(logging.NullHandler())


def _sound(project: Project, asked: Asked) -> bytes:
    if asked.kind == "background":
        return project.bed_sound(asked.text, level_lu=asked.level_lu)
    if asked.kind == "place":
        assert asked.record is not None
        assert asked.change is not None
        spec, settings = project.asked(asked.record, asked.change)
        return project.in_place(spec, asked.text, asked.nth, settings)
    if asked.kind == "voice":
        return project.sound_of(project.sample(asked.voice))
    if asked.kind == "name":
        plan = project.word(asked.name, asked.said_as or None, asked.voice or None, remember=False)
        return project.sound_of(plan)
    said_as = (asked.name, asked.said_as) if asked.name and asked.said_as else None
    is_personal = bool(asked.name) and asked.name.casefold() in asked.text.casefold()
    voice, fill, remember = asked.voice or None, asked.fill, not is_personal
    plan = project.sentence(asked.text, voice, fill=fill, said_as=said_as, remember=remember)
    return project.sound_of(plan)


def _mistake(error: Exception) -> StemError:
    """Return a mistake of stem itself: its kind and place; its own words could hold what was filled in."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__}, {Path(place.filename).name}:{place.lineno}"
    return StemError(Message("What reads aloud made a mistake ({where}).", where=where))
