"""Repeats the pass: cadence by `schedule`, due time from the store, back-off after trouble, clean stop.

`schedule` knows no persistence and no clock changes, so it only wakes us; whether a pass is due is
asked of the stored due time. SIGTERM and SIGINT finish the pass under way, SIGHUP reads the
configuration and the rules anew. This is the one place below the command line that asks the clock.
"""

from __future__ import annotations

import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from types import FrameType
from typing import Protocol

import schedule

from sheetsync.errors import SheetsyncError
from sheetsync.worker.log import WorkerLog
from sheetsync.worker.one_pass import PassResult

BACK_OFF_FIRST = timedelta(seconds=2)
BACK_OFF_MOST = timedelta(minutes=15)
CLOCK_DRIFT = 60.0
WAKE_AT_MOST = 5.0
EXIT_DEFECT = 70


class Job(Protocol):
    """What the daemon repeats: a workshop with one tracker."""

    @property
    def every(self) -> timedelta:
        """The time from one pass to the next."""

    @property
    def heartbeat_url(self) -> str:
        """The monitor's address, "" for none."""

    @property
    def heartbeat_inside(self) -> bool:
        """Whether the monitor stands in the own network."""

    def run_pass(self, now: datetime, *, next_try: datetime | None = None) -> PassResult:
        """Do one pass; `next_try` is when the next one follows should the tracker be busy."""

    def reload(self) -> str:
        """Read configuration and rules anew; says what is wrong with the rules, "" when they are good.

        Raises SheetsyncError and changes nothing when the configuration is bad.
        """


def wall_clock() -> datetime:
    """Now, as aware UTC with whole seconds."""
    return datetime.now(tz=UTC).replace(microsecond=0)


@dataclass(slots=True, kw_only=True)
class Daemon:
    """One tracker's worker process. `clock` and `dice` are arguments so that a test can be the clock."""

    job: Job
    log: WorkerLog
    clock: Callable[[], datetime] = wall_clock
    dice: Random = field(default_factory=Random)
    _bell: tuple[socket.socket, socket.socket] = field(default_factory=socket.socketpair)
    _stop: bool = False
    _signal: str = ""
    _reload: bool = False
    _failures: int = 0
    _skipped: int = 0
    _due: datetime | None = None
    _last: int = 0

    def run(self, *, passes: int | None = None) -> int:
        """Repeat until a signal, or for `passes` passes.

        Returns the exit code: 0 after a clean stop, that of the last pass when `passes` are done.
        """
        scheduler = schedule.Scheduler()
        done = 0

        def tick() -> None:
            nonlocal done
            if self._due is None or self.clock() >= self._due:
                done += 1
                self._one(last=done == passes)

        scheduler.every(1).seconds.do(tick)
        with self._signals(), self._bell[0], self._bell[1]:
            self.log.started(self.job.every)
            tick()
            while not self._stop and (passes is None or done < passes):
                self._sleep()
                if self._reload:
                    self._do_reload()
                if not self._stop:
                    scheduler.run_pending()
        self.log.stopped(self._signal)
        return 0 if self._stop else self._last

    def stop(self) -> None:
        """Finish the pass under way, then return from `run`; from another thread or a signal."""
        self._stop = True
        self._ring()

    def _ring(self) -> None:
        """End the sleep. A byte, not a lock: a signal may come while the loop holds any lock."""
        with suppress(OSError):  # the daemon has ended already
            self._bell[1].send(b"!")

    def _one(self, *, last: bool) -> None:
        now = self.clock()
        following = now + self.job.every
        started = time.monotonic()
        self._beat("/start")
        try:
            result = self.job.run_pass(now, next_try=None if last else following)
        except SheetsyncError as problem:
            self._last = problem.exit_code
            self._failed(now, str(problem))
            return
        except Exception as defect:  # noqa: BLE001 - one bad pass must not end the daemon; it is told
            self._last = EXIT_DEFECT
            self.log.defect(defect)
            self._failed(now, f"{type(defect).__name__}: {defect}")
            return
        self._last = result.exit_code
        self._ended(result, time.monotonic() - started)
        if result.outcome == "failed":
            self._failed(now, result.problem)
            return
        # A held tracker is read as often as any other: it may be put right, or approved, at any moment.
        self._failures = 0
        self._due = following
        self._beat("/fail" if result.outcome == "held" else "")

    def _ended(self, result: PassResult, seconds: float) -> None:
        """Tell of a pass; one that another worker's lease forbade is only counted."""
        self._skipped = self._skipped + 1 if result.outcome == "skipped" else 0
        if self._skipped:
            self.log.skipped(result.problem, self._skipped)
        else:
            self.log.passed(result, seconds)

    def _failed(self, now: datetime, problem: str) -> None:
        self._failures += 1
        ceiling = min(BACK_OFF_MOST, BACK_OFF_FIRST * 2 ** min(self._failures, 12))
        wait = timedelta(seconds=self.dice.uniform(1.0, max(ceiling.total_seconds(), 1.0)))
        self._due = now + max(wait, BACK_OFF_FIRST)
        self.log.failed(problem, self._due - now, self._failures)
        self._beat("/fail")

    def _sleep(self) -> None:
        wall, steady = self.clock(), time.monotonic()
        wait = WAKE_AT_MOST if self._due is None else (self._due - wall).total_seconds()
        if select.select([self._bell[0]], [], [], min(max(wait, 0.05), WAKE_AT_MOST))[0]:
            self._bell[0].recv(4096)
        drift = (self.clock() - wall).total_seconds() - (time.monotonic() - steady)
        if abs(drift) > CLOCK_DRIFT:
            self.log.clock_jumped(drift)
            self._due = self.clock()

    def _do_reload(self) -> None:
        self._reload = False
        try:
            alarm = self.job.reload()
        except SheetsyncError as problem:
            self.log.reload_failed(str(problem))
            return
        self.log.reloaded(alarm)
        self._due = self.clock()

    def _beat(self, ending: str) -> None:
        url = self.job.heartbeat_url
        if not url:
            return
        # These take a while to import, and most workers have no monitor.
        from requests import RequestException  # noqa: PLC0415

        from sheetsync.worker.monitor import call_monitor  # noqa: PLC0415

        try:
            call_monitor(url.rstrip("/") + ending, inside=self.job.heartbeat_inside)
        except RequestException as problem:
            self.log.heartbeat_failed(type(problem).__name__)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        caught = [signal.SIGTERM, signal.SIGINT]
        before = {number: signal.signal(number, self._on_stop) for number in caught}
        if hasattr(signal, "SIGHUP"):
            before[signal.SIGHUP] = signal.signal(signal.SIGHUP, self._on_hangup)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self._stop:
            raise KeyboardInterrupt
        self._signal = signal.Signals(number).name
        self.stop()

    def _on_hangup(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._reload = True
        self._ring()
