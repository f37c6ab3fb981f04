"""When a worker is killed: the schedule of a world, which comes from its seed alone.

Real time is not exact: the same seed aims at the same moments, but what the worker and the people have
done by then may differ from run to run.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Final

MOMENT: Final = "at a random moment"
VANISHES: Final = "as a request got lost on its way"
ARRIVED: Final = "as a request arrived"
CARRIED_OUT: Final = "as a request was carried out"
PASS_DONE: Final = "as a pass was done"
PAUSED: Final = "after it was stopped amid a request and woken"
REQUESTS: Final = (ARRIVED, VANISHES, CARRIED_OUT, PASS_DONE)
MAILS: Final = (
    "at the greeting of a mail server", "as a mail named its sender", "as a mail was let in",
    "amid DATA", "as a mail was taken", "as a mail was answered for",
)  # fmt: skip
_STORE_IS_MADE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Aim:
    """Kill at the `count`-th time that `point` comes, `late` so many seconds later.

    For a random moment `share` says when: 1 is as long after its start as workers take for a first pass.
    """

    point: str
    count: int = 1
    share: float = 0.0
    late: float = 0.0
    pause: float = 0.0
    """Seconds for which the worker is stopped before."""
    fresh: bool = False
    """Whether the worker is a Python process of its own; else one forked from a warm one."""

    @property
    def wants_mail(self) -> bool:
        """Whether it needs a mail that is due."""
        return self.point in MAILS

    def __str__(self) -> str:
        when = f"{self.share:.0%}" if self.point == MOMENT else f"number {self.count}"
        late = f", {self.late * 1000:.0f} ms later" if self.late else ""
        late = f" for {self.pause:.1f} s{late}" if self.pause else late
        return f"{self.point}, {when}{late}{', a fresh process' if self.fresh else ''}"


def aims(seed: int, kills: int, fresh_every: int = 10) -> list[Aim]:
    """The aims of a world, one for each worker; every `fresh_every`-th is a process that Python starts for it.

    The first worker meets its end amid the very first look: while it makes its store, or at a request.
    """
    dice = Random(f"{seed}/aims")
    first = Aim(dice.choice(REQUESTS[:3]), dice.randrange(1, 7))
    if dice.random() < _STORE_IS_MADE:
        first = Aim(MOMENT, share=dice.uniform(0.0, 0.7))
    points = _shuffled(dice, kills - 1)
    rest = [
        _aim(dice, point, fresh=n % fresh_every == 0) for n, point in enumerate(points, start=1)
    ]
    return [first, *rest]


def _shuffled(dice: Random, kills: int) -> list[str]:
    """So many points: every one comes round before any comes again."""
    points: list[str] = []
    while len(points) < kills:
        deck = [*MAILS, *REQUESTS, PAUSED, *[MOMENT] * 5]
        dice.shuffle(deck)
        points += deck
    return points[:kills]


def _aim(dice: Random, point: str, *, fresh: bool) -> Aim:
    if point == MOMENT:
        return Aim(point, share=dice.uniform(0.0, 1.2), fresh=fresh)
    if point == PAUSED:
        pause, late = dice.uniform(0.5, 3.5), dice.uniform(0.0, 0.6)
        return Aim(point, dice.randint(1, 6), pause=pause, late=late, fresh=fresh)
    most = {PASS_DONE: 2, MAILS[0]: 1}.get(point, 3 if point in MAILS else 7)
    late = dice.choice((0.0, 0.0, dice.uniform(0.0, 0.05)))
    if point == VANISHES:  # it shall not live to hear of it
        late = 0.0
    return Aim(point, dice.randint(1, most), late=late, fresh=fresh)


@dataclass(slots=True)
class Trigger:
    """Kills the worker that it is told of when its aim comes. The servers call `reached` in their threads."""

    _aim: Aim | None = None
    _worker: int = 0
    _left: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    fired: threading.Event = field(default_factory=threading.Event)

    def aim(self, aim: Aim | None) -> None:
        """Before the worker starts: count what comes from now on. None lets it live."""
        with self._lock:
            self._aim, self._worker = aim, 0
            self._left = aim.count if aim is not None else 0
            self.fired.clear()

    def at(self, worker: int) -> None:
        """The worker has this process number."""
        with self._lock:
            self._worker = worker

    def reached(self, point: str) -> bool:
        """A point was reached; whether the aim was this one."""
        with self._lock:
            if self._aim is None or self._aim.point != point or self.fired.is_set():
                return False
            self._left -= 1
            if self._left:
                return False
            aim, worker = self._aim, self._worker
        if aim.pause and worker:
            _signal(worker, signal.SIGSTOP)
            threading.Timer(aim.pause, self._wake, (worker,)).start()
        if aim.pause + aim.late:
            threading.Timer(aim.pause + aim.late, self.kill, (worker,)).start()
        else:
            self.kill(worker)
        return True

    def _wake(self, worker: int) -> None:
        with self._lock:
            if worker == self._worker and not self.fired.is_set():
                _signal(worker, signal.SIGCONT)

    def kill(self, worker: int) -> None:
        """End this worker as by kill -9, once; not where another one has come after it."""
        with self._lock:
            known = worker and worker == self._worker
            if self._aim is not None and known and not self.fired.is_set():
                self.fired.set()
                _signal(worker, signal.SIGKILL)


def _signal(worker: int, number: int) -> None:
    with suppress(ProcessLookupError):  # it has just ended
        os.kill(worker, number)
