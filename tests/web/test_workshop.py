"""Runs: one after another, with progress that only grows, a quick stop, and a reason for what fails."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pagehelp import practice_in, visiting

from stem import Cancelled, Outcome, Progress, Report, StemError
from stem.files import output_error
from stem.practice.batch import BatchProgress, JobProgress
from stem.practice.lists import Place
from stem.web.words import length
from stem.web.workshop import WEIGHTS, Make, Run, Workshop

PLACE = Place("track", 1)


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    made = Workshop()
    yield made
    made.close()


def until(met: Callable[[], object], within_s: float = 10.0) -> None:
    end = time.monotonic() + within_s
    while not met():
        assert time.monotonic() < end
        time.sleep(0.005)


def told(stage: str, done: float) -> BatchProgress:
    return BatchProgress(0, 1, (JobProgress(PLACE, "c017", Progress(stage, done)),))  # type: ignore[arg-type]


def outcome(status: str = "made", **more: str) -> Outcome:
    return Outcome("track 1", "c017", "kort", status, Path("c017_kort.mp3"), **more)  # type: ignore[arg-type]


def run_of(make: Make) -> Run:
    return Run("Kort", "c017", "kort", make)


def waits_for(go_on: threading.Event) -> Make:
    """Return what makes a track as soon as it may, and can be stopped until then."""

    def make(events: Callable[[BatchProgress], bool]) -> Report:
        while not go_on.wait(0.01):
            if not events(told("mix", 0.5)):
                raise Cancelled
        return Report((outcome(),))

    return make


def test_runs_are_made_one_at_a_time_in_order(workshop: Workshop) -> None:
    gates = [threading.Event() for _ in range(3)]
    runs = [workshop.ask(run_of(waits_for(gate))) for gate in gates]
    until(lambda: runs[0].state == "making")
    assert [run.state for run in runs] == ["making", "waiting", "waiting"]
    assert [workshop.ahead_of(run) for run in runs] == [0, 1, 2]
    assert workshop.busy is runs[0]
    for gate, run in zip(gates, runs, strict=True):
        gate.set()
        until(lambda run=run: run.is_over)  # type: ignore[misc]
    assert [run.state for run in runs] == ["made"] * 3
    assert runs[0].track == Path("c017_kort.mp3")
    assert workshop.busy is None


def test_progress_goes_through_the_stages_and_never_back(workshop: Workshop) -> None:
    shares: list[float] = []

    def make(events: Callable[[BatchProgress], bool]) -> Report:
        for stage in WEIGHTS:
            for done in (0.0, 0.5, 1.0, 0.2):
                events(told(stage, done))
                shares.append(run.share)
        events(BatchProgress(0, 1))
        shares.append(run.share)
        return Report((outcome(),))

    run = run_of(make)
    workshop.ask(run)
    until(lambda: run.is_over)
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] == pytest.approx(1.0)
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)


def test_sentences_are_counted_while_they_are_spoken(tmp_path: Path) -> None:
    go_on, begun = threading.Event(), threading.Event()

    def make(events: Callable[[BatchProgress], bool]) -> Report:
        events(BatchProgress(0, 1, (JobProgress(PLACE, "c017", Progress("speech", 11.0, 60.0)),)))
        begun.set()
        assert go_on.wait(30)
        events(told("mix", 0.5))
        begun.clear()
        assert begun.wait(30)
        return Report((outcome(),))

    with visiting(practice_in(tmp_path)) as visitor:
        run = visitor.site.workshop.ask(run_of(make))
        assert begun.wait(30)
        assert visitor.told(f"/taken/{run.id}.json")["stage"] == "De zinnen worden gesproken (zin 12 van 60)"
        go_on.set()
        until(lambda: run.stage == "mix")
        assert "zin" not in visitor.told(f"/taken/{run.id}.json")["stage"]
        until(lambda: not begun.is_set())
        begun.set()


def test_what_is_being_made_is_stopped_and_the_next_one_begins(workshop: Workshop) -> None:
    go_on = threading.Event()
    first, second = workshop.ask(run_of(waits_for(go_on))), workshop.ask(run_of(waits_for(go_on)))
    until(lambda: first.state == "making")
    workshop.stop(first)
    until(lambda: first.is_over, 1.0)
    assert first.state == "stopped"
    until(lambda: second.state == "making")


def test_what_waits_is_stopped_at_once(workshop: Workshop) -> None:
    workshop.ask(run_of(waits_for(threading.Event())))
    second = workshop.ask(run_of(waits_for(threading.Event())))
    workshop.stop(second)
    assert second.state == "stopped"


def test_a_form_that_is_sent_twice_makes_one_run(workshop: Workshop) -> None:
    go_on = threading.Event()
    first = workshop.ask(run_of(waits_for(go_on)), "7")
    assert workshop.ask(run_of(waits_for(go_on)), "7") is first
    assert workshop.ask(run_of(waits_for(go_on)), "8") is not first
    assert len(workshop.runs) == 2


def test_a_failure_says_why_and_can_be_tried_again(workshop: Workshop) -> None:
    tries: list[int] = []

    def make(_events: object) -> Report:
        tries.append(1)
        if len(tries) == 1:
            told = output_error(Path("output"), OSError(errno.ENOSPC, ""))
            return Report((outcome("failed", error=told.sentence, hint=told.hint),))
        return Report((outcome(),))

    run = workshop.ask(run_of(make))
    until(lambda: run.is_over)
    assert run.state == "failed"
    assert run.failure is not None
    assert run.failure.sentence == "output kan niet worden geschreven: de schijf is vol."
    assert "Maak daar ruimte" in run.failure.advice
    again = workshop.again(run)
    until(lambda: again.is_over)
    assert (again.state, run.state) == ("made", "failed")


def test_trying_again_twice_makes_one_run(workshop: Workshop) -> None:
    workshop.ask(run_of(waits_for(threading.Event())))
    run = workshop.ask(run_of(waits_for(threading.Event())))
    workshop.stop(run)
    assert workshop.again(run) is workshop.again(run)
    assert len(workshop.runs) == 3


@pytest.mark.parametrize(
    ("error", "sentence", "english"),
    [
        (StemError("Something else.", hint="Do this."), "Dit is niet gelukt.", "Something else. Do this."),
        (KeyError("Anna"), "stem heeft zelf een fout gemaakt.", "KeyError"),
    ],
)
def test_an_error_is_told_and_work_goes_on(
    workshop: Workshop, error: Exception, sentence: str, english: str
) -> None:
    def make(_events: object) -> Report:
        raise error

    run = workshop.ask(run_of(make))
    after = workshop.ask(run_of(lambda _events: Report((outcome(),))))
    until(lambda: after.is_over)
    assert run.failure is not None
    assert run.failure.sentence == sentence
    assert english in run.failure.english
    assert "Anna" not in run.failure.english
    assert after.state == "made"


def test_closing_stops_everything(workshop: Workshop) -> None:
    runs = [workshop.ask(run_of(waits_for(threading.Event()))) for _ in range(2)]
    until(lambda: runs[0].state == "making")
    before = time.monotonic()
    workshop.close()
    assert time.monotonic() - before < 1.0
    assert runs[0].state == "stopped"


def test_time_left_is_told_from_ten_seconds_on(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run("Kort", "", "kort", lambda _events: Report(()), state="making", share=0.25, began=100.0)
    now = [105.0]
    monkeypatch.setattr("stem.web.workshop.time.monotonic", lambda: now[0])
    assert run.left_s is None
    now[0] = 120.0
    assert run.left_s == pytest.approx(60.0)


def test_old_runs_are_forgotten(workshop: Workshop) -> None:
    for _ in range(120):
        run = workshop.ask(run_of(lambda _events: Report((outcome(),))))
        until(lambda run=run: run.is_over)  # type: ignore[misc]
    assert len(workshop.runs) <= 51


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 seconden"), (1, "1 seconde"), (60, "1 minuut"), (80, "1 minuut en 20 seconden"),
        (480, "8 minuten"), (119.6, "2 minuten"),
    ],
)  # fmt: skip
def test_lengths_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert length(seconds) == said
