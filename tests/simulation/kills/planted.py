"""Workers with a fault on purpose, to see that the count finds it: the real daemon over a shop that delivers wrongly."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sheetsync.messages.deliver import DeliveryReport, deliver
from sheetsync.messages.outbox import DeliveryPolicy
from sheetsync.store.outbox import Outbox
from sheetsync.trackers.google.guarded import GuardedWrite
from sheetsync.trackers.google.tracker import GoogleTracker
from sheetsync.worker.daemon import Daemon, wall_clock
from sheetsync.worker.log import WorkerLog
from sheetsync.worker.workshop import Workshop
from tests.simulation.google.planted import JournalForgotten, NoVerify


class _MarksFirst(Outbox):
    """Notes that a mail was sent before it is: a kill in between loses it."""

    def mark_in_data(self, row_id: int, **mark: Any) -> bool:
        """Both marks at once."""
        done = super().mark_in_data(row_id, **mark)
        return done and self.settle(
            row_id, from_state="in_data", to_state="sent", owner=mark["owner"], now=mark["now"]
        )


class _ForgetsOne(Outbox):
    """Forgets now and then that a mail was sent: it leaves again."""

    def settle(self, row_id: int, *, to_state: str, **more: Any) -> bool:
        """Every fifth is not noted, unless it was taken over from a worker that is gone."""
        if to_state == "sent" and row_id % 5 == 0 and more.get("owner"):
            return False
        return super().settle(row_id, to_state=to_state, **more)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a worker."""

    outbox: type[Outbox] = Outbox
    write: type[GuardedWrite] = GuardedWrite


PLANTED: Final[Mapping[str, Fault]] = {
    "marked before it is sent": Fault(outbox=_MarksFirst),
    "not always marked": Fault(outbox=_ForgetsOne),
    "no look after a write": Fault(write=NoVerify),
    "the journal is forgotten": Fault(write=JournalForgotten),
}


class _Faulty(Workshop):
    fault: Fault

    def deliver(
        self, now: datetime, kinds: frozenset[str] | None = None, *, without: str = ""
    ) -> DeliveryReport:
        """As the workshop does, over the wrong outbox."""
        store = self.store
        return deliver(
            self.fault.outbox(store._engine, store._path, self._tracker_id, kinds, without=without),
            self.transport(),
            now,
            composer=self.composer(),
            owner=uuid.uuid4().hex[:12],
            policy=DeliveryPolicy(alone=True, lease=timedelta(minutes=10)),
        )


def run_planted(name: str, arguments: list[str]) -> int:
    """As `sheetsync run`, with this fault planted: in a process of its own, which ends with it."""
    fault = PLANTED[name]
    GoogleTracker.guarded_write = fault.write
    workshop = type("Faulty", (_Faulty,), {"fault": fault}).open(
        Path(arguments[-1]), clock=wall_clock, wait=time.sleep, environment=os.environ
    )
    with workshop, workshop.alone():
        return Daemon(job=workshop, log=WorkerLog(workshop.name, "json")).run()
