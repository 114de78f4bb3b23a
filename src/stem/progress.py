"""How far work is, told while it lasts; whoever is told can stop it.

A callback is called at once, and then several times a second in every stage. It stops the work by returning
False, which raises `Cancelled`, or by raising an exception, which comes out unchanged. Either way nothing is
left: no file, no temporary folder, no thread and no child process.

Who does the work far below knows nothing of stages: it calls `beat` as often as it can, and whoever opened a
stage with `stage` hears of it. In a thread that opened none, nobody does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from threading import Event, Thread
from typing import Literal, TypeAlias, TypeVar

from stem.errors import StemError
from stem.messages import Message

_S = TypeVar("_S")
_T = TypeVar("_T")
_LOOK_S = 0.1

Stage: TypeAlias = Literal["bed", "speech", "mix", "check", "files"]
"""In this order; "files" is what stands beside a track, and all that gets its name."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a track is.

    Example:
        >>> told = []
        >>> plan = project.plan(stem.TrackSpec("kort", voice="zacht", bed="none"))
        >>> track = project.make(plan, events=told.append)
        >>> list(dict.fromkeys(each.stage for each in told))
        ['bed', 'speech', 'mix', 'check', 'files']

    Attributes:
        stage: What is being done.
        done: How much of it; the unit is the stage's own.
        total: How much there is to do in this stage, above 0.
    """

    stage: Stage
    done: float
    total: float = 1.0

    @property
    def share(self) -> float:
        """The share of the stage that is done, 0 to 1."""
        return min(self.done / self.total, 1.0)


Events: TypeAlias = Callable[[Progress], object] | None
"""Called with how far the work is; returning False stops it."""


class Cancelled(StemError):  # noqa: N818 - it is what was asked for, and reads so where it is caught
    """The work was stopped because someone asked for it; nothing half-made is left.

    Example:
        >>> plan = project.plan(stem.TrackSpec("kort", voice="zacht", bed="none"))
        >>> try:
        ...     project.make(plan, events=lambda progress: False)
        ... except stem.Cancelled as stopped:
        ...     print(stopped.sentence)
        Stopped; nothing half-made is left.
    """

    def __init__(
        self, sentence: str = Message("Stopped; nothing half-made is left."), *, hint: str = ""
    ) -> None:
        super().__init__(sentence, hint=hint)


@dataclass(slots=True)
class _Heard:
    """A stage that is going on: who hears of it, what was told last, and which part of it is being done.

    Threads may count what they have done meanwhile.
    """

    events: Callable[[Progress], object]
    told: Progress
    start: float = 0.0
    end: float = 1.0
    counted: Callable[[], float] | None = None


_heard: ContextVar[_Heard | None] = ContextVar("heard", default=None)


@contextmanager
def stage(events: Events, name: Stage) -> Iterator[None]:
    """Let `events` hear of what is done within, from the start to the end of a stage.

    Raises:
        Cancelled: when whoever hears of it wants it stopped.
        Exception: whatever the callback raises.
    """
    token = _heard.set(None if events is None else _Heard(events, Progress(name, 0.0)))
    try:
        beat()
        yield
        beat(1.0)
    finally:
        _heard.reset(token)


@contextmanager
def part(number: int, of: int) -> Iterator[None]:
    """Let shares that are told within be those of one of several equal parts; the first is number 0."""
    heard = _heard.get()
    if heard is None:
        yield
        return
    step = (heard.end - heard.start) / of
    start = heard.start + number * step
    token = _heard.set(replace(heard, start=start, end=start + step))
    try:
        beat(0.0)
        yield
    finally:
        _heard.reset(token)


@contextmanager
def counting(share: Callable[[], float]) -> Iterator[None]:
    """Let every `beat` within that tells no share tell this one: what other threads have done."""
    heard = _heard.get()
    token = _heard.set(None if heard is None else replace(heard, counted=share))
    try:
        yield
    finally:
        _heard.reset(token)


def beat(share: float | None = None, of: float = 1.0) -> None:
    """Tell that work goes on, and how much of it is done when that is known.

    Args:
        share: Of the stage, or of the part of it, 0 to 1.
        of: How much there is to do, when it can be counted.

    Raises:
        Cancelled: when whoever hears of it wants it stopped.
        Exception: whatever the callback raises.
    """
    heard = _heard.get()
    if heard is None:
        return
    if share is None and heard.counted is not None:
        share = heard.counted()
    if share is not None:
        done = heard.start + (heard.end - heard.start) * min(share, 1.0)
        heard.told = replace(heard.told, done=done * of, total=of)
    if heard.events(heard.told) is False:
        raise Cancelled


def awaited(future: Future[_T]) -> _T:
    """Return what another thread finds, and tell meanwhile that work goes on.

    Raises:
        Cancelled: when whoever hears of it wants it stopped; the other thread is not.
        Exception: whatever the callback raises, or the other thread.
    """
    while not future.done():
        beat()
        wait([future], _LOOK_S)
    return future.result()


def in_order(work: Callable[[_S], _T], items: Iterable[_S], at_once: int) -> Iterator[_T]:
    """Yield what comes of each item, in order; several are worked on at once, each in a thread.

    At a stop, what is being done ends too, at its next `beat`. At most two more than are worked on wait to be
    yielded.

    Args:
        work: Called once for each.
        items: What is to be done.
        at_once: How many threads.

    Raises:
        Cancelled: as `awaited`.
        Exception: the first that `work` raises, in the order of the items.
    """
    is_over = Event()

    def watched(item: _S) -> _T:
        with stage(lambda _told: not is_over.is_set(), "mix"):
            return work(item)

    with ThreadPoolExecutor(at_once, "stem") as pool:
        waiting = deque[Future[_T]]()
        try:
            for item in items:
                waiting.append(pool.submit(watched, item))
                if len(waiting) > at_once + 1:
                    yield awaited(waiting.popleft())
            while waiting:
                yield awaited(waiting.popleft())
        except BaseException:
            is_over.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def beside(work: Callable[[], _T]) -> Iterator[Callable[[], _T]]:
    """Let work go on in a thread, and lend what waits for what comes of it, as `awaited` does.

    Who waits hears how much of it is done. When this is left, the work ends at its next `beat`.
    """
    is_over = Event()
    told = Progress("bed", 0.0)

    def heard(progress: Progress) -> bool:
        nonlocal told
        told = progress
        return not is_over.is_set()

    def watched() -> _T:
        with stage(heard, "bed"):
            return work()

    def outcome() -> _T:
        while not future.done():
            beat(told.share)
            wait([future], _LOOK_S)
        return future.result()

    with ThreadPoolExecutor(1, "stem") as pool:
        try:  # also when a signal comes while the thread begins
            future = pool.submit(watched)
            yield outcome
        finally:
            is_over.set()


def apart(work: Callable[[], _T], end: Callable[[], object] = lambda: None) -> _T:
    """Return what comes of work that cannot tell that it goes on, such as waiting for a service.

    When someone hears of it, it is done in a thread of its own: at a stop that thread is left to itself.

    Args:
        work: Called once.
        end: Called at a stop; makes the work come to its end, where that can be.

    Raises:
        Cancelled: as `awaited`.
    """
    if _heard.get() is None:
        return work()
    future: Future[_T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it comes out of `awaited`
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        return awaited(future)
    except BaseException:
        end()
        raise
