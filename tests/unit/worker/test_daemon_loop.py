"""The daemon's loop with a job and a clock of the test's: cadence, back-off, jumps, exit codes."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from sheetsync.errors import StoreError, TrackerBusy
from sheetsync.worker.daemon import BACK_OFF_MOST, Daemon
from sheetsync.worker.log import WorkerLog
from sheetsync.worker.one_pass import PassResult

START = datetime(2026, 3, 9, 6, 0, tzinfo=UTC)


@dataclass
class FakeJob:
    """A job whose passes end as listed; the last ending stays."""

    endings: list[Any]
    every: timedelta = timedelta(seconds=10)
    heartbeat_url: str = ""
    heartbeat_inside: bool = False
    passes: list[datetime] = field(default_factory=list)
    promised: list[datetime | None] = field(default_factory=list)
    reloads: int = 0
    during: Callable[[], None] = lambda: None

    def run_pass(self, now: datetime, *, next_try: datetime | None = None) -> PassResult:
        self.passes.append(now)
        self.promised.append(next_try)
        self.during()
        ending = self.endings.pop(0) if len(self.endings) > 1 else self.endings[0]
        if isinstance(ending, Exception):
            raise ending
        return PassResult(outcome=ending, at=now, problem="" if ending == "done" else "why")

    def reload(self) -> str:
        self.reloads += 1
        return ""


class Clock:
    """A clock that is a little later at each look, so that nobody waits for it."""

    def __init__(self, step: float) -> None:
        self.now, self.step = START, timedelta(seconds=step)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


def daemon(job: FakeJob, step: float = 4.0) -> tuple[Daemon, io.StringIO]:
    stream = io.StringIO()
    log = WorkerLog("tracker.xlsx", "json", stream)
    return Daemon(job=job, log=log, clock=Clock(step), dice=Random(1)), stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_pass_follows_the_other_when_its_time_has_come():
    job = FakeJob(["done"])
    worker, _ = daemon(job, step=11)
    assert worker.run(passes=3) == 0
    gaps = [b - a for a, b in zip(job.passes, job.passes[1:], strict=False)]
    assert all(gap >= timedelta(seconds=10) for gap in gaps)


@pytest.mark.parametrize("ending", ["done", "deferred"])
def test_a_pass_is_told_when_the_next_one_follows_and_that_time_is_kept(ending: str):
    job = FakeJob([ending], every=timedelta(seconds=1))
    worker, _ = daemon(job, step=0.3)
    worker.run(passes=3)
    *promised, last = job.promised
    for moment, told, following in zip(job.passes, promised, job.passes[1:], strict=False):
        assert told == moment + job.every
        assert told <= following <= told + timedelta(seconds=9)
    assert last is None, "nobody looks again after the last pass, as with --once"


@pytest.mark.parametrize(
    ("ending", "code"),
    [("done", 0), ("unchanged", 0), ("deferred", 75), ("held", 3), ("failed", 1),
     (StoreError("disk"), 1), (TrackerBusy("open"), 75), (ValueError("ours"), 70)],
)  # fmt: skip
def test_after_one_pass_it_leaves_with_the_code_of_that_pass(ending: Any, code: int):
    worker, _ = daemon(FakeJob([ending]))
    assert worker.run(passes=1) == code


def test_a_defect_is_told_with_its_place_and_the_daemon_goes_on():
    job = FakeJob([ValueError("ours"), "done"])
    worker, stream = daemon(job)
    assert worker.run(passes=2) == 0
    events = [line["event"] for line in lines(stream)]
    assert events[:3] == ["start", "defect", "failed"]
    assert "ValueError: ours" in lines(stream)[1]["message"]


def test_trouble_is_tried_again_ever_later_up_to_a_quarter_of_an_hour():
    worker, stream = daemon(FakeJob(["failed"]), step=300)
    worker.run(passes=7)
    told = [line for line in lines(stream) if line["event"] == "failed"]
    waits = [int(line["message"].split("again in ")[1].split(" s")[0]) for line in told]
    assert [line["times"] for line in told] == list(range(1, 8))
    assert all(2 <= wait <= BACK_OFF_MOST.total_seconds() for wait in waits)
    assert max(waits[:2]) <= 8
    assert max(waits) > 30


def test_a_good_pass_ends_the_back_off():
    worker, stream = daemon(FakeJob(["failed", "failed", "done", "failed", "done"]), step=60)
    worker.run(passes=4)
    assert [line["times"] for line in lines(stream) if line["event"] == "failed"] == [1, 2, 1]


def test_a_stop_from_another_thread_ends_the_sleep_at_once():
    job = FakeJob(["done"], every=timedelta(hours=1))
    worker, stream = daemon(job, step=0.001)
    ender = threading.Timer(0.2, worker.stop)
    ender.start()
    assert worker.run() == 0
    ender.join()
    assert len(job.passes) == 1
    assert lines(stream)[-1]["event"] == "stop"


def test_a_stop_amid_a_pass_lets_it_finish_and_takes_no_other():
    job = FakeJob(["done"], every=timedelta(0))
    worker, _ = daemon(job)
    job.during = worker.stop
    assert worker.run() == 0
    assert len(job.passes) == 1


def test_a_stop_after_the_end_is_no_trouble():
    worker, _ = daemon(FakeJob(["done"]))
    worker.run(passes=1)
    worker.stop()


def test_a_clock_that_jumps_makes_it_look_at_once():
    job = FakeJob(["done"], every=timedelta(hours=20))
    worker, stream = daemon(job, step=3600)
    worker.run(passes=2)
    assert any(line["event"] == "clock" for line in lines(stream))


def test_a_tracker_that_another_worker_has_is_looked_at_again_in_time_and_counted():
    job = FakeJob(["skipped", "skipped", "done", "skipped"])
    worker, stream = daemon(job, step=11)
    assert worker.run(passes=4) == 75
    told = [(line["event"], line.get("times")) for line in lines(stream)]
    assert told == [
        ("start", None), ("skipped", 1), ("skipped", 2), ("pass", None), ("skipped", 1), ("stop", None),
    ]  # fmt: skip
    assert {line["level"] for line in lines(stream)} == {"info"}
