"""The real worker over parts that count their steps: only where its tracker and its mails go is ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sheetsync.config import Config
from sheetsync.domain.model import Receipt, Sheet
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import TrackerBusy
from sheetsync.messages.compose import Composer
from sheetsync.messages.deliver import DeliveryReport, deliver
from sheetsync.messages.outbox import DeliveryPolicy
from sheetsync.messages.render import Renderer
from sheetsync.messages.transports import Transport
from sheetsync.store.outbox import Outbox
from sheetsync.store.store import Store
from sheetsync.trackers.base import Tracker, WriteBatch
from sheetsync.trackers.receipts import NewValue
from sheetsync.worker.holding import ALERTS
from sheetsync.worker.which_tracker import Bench
from sheetsync.worker.workshop import Workshop
from tests.simulation.worker.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHORT: Final = "sheet answered in part"
AWAY: Final = "sheet not reached"
_DAYS: Final = timedelta(days=40)
_RENDERERS: Final[dict[Path | None, Renderer]] = {}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a worker works with. Each `fault` gives what goes wrong the next time, "" for nothing."""

    clock: Callable[[], datetime]
    wait: Callable[[float], None]
    tracker: Callable[[Rulebook, Bench, Steps], Tracker]
    way: Callable[[Steps], Transport]
    read_fault: Callable[[], str]
    was_read: Callable[[], None]
    """Told just after the sheet was read."""
    meant: Callable[[WriteBatch], None]
    """Told what is about to be written."""
    holds: bool
    """Whether mails about orders are of the kind that is held when in doubt."""


class WatchedTracker:
    """A tracker whose reads and writes are steps, and which may be away or answer in part."""

    def __init__(self, tracker: Tracker, steps: Steps, around: Surroundings) -> None:
        self.inner, self._steps, self._around = tracker, steps, around

    @property
    def name(self) -> str:
        """As the tracker is called."""
        return self.inner.name

    def fingerprint(self) -> str:
        """As the tracker gives it."""
        self._steps.at("tracker: look")
        return self.inner.fingerprint()

    def in_the_way(self) -> tuple[str, ...]:
        """As the tracker says."""
        return self.inner.in_the_way()

    def read(self) -> Sheet:
        """The sheet; or a part of it, where the dice say so."""
        self._steps.at("tracker: read")
        fault = self._around.read_fault()
        if fault == AWAY:
            raise TrackerBusy("The sheet is not reached at this moment. The next pass tries again.")
        sheet = self.inner.read()
        self._around.was_read()
        if fault != SHORT:
            return sheet
        half = len(sheet.rows) // 2
        return replace(
            sheet, rows=sheet.rows[:half], row_numbers=sheet.row_numbers[:half],
            fingerprint=f"{sheet.fingerprint}/part",
        )  # fmt: skip

    def write(self, batch: WriteBatch) -> Receipt:
        """Write; what is meant is told first."""
        self._steps.at("tracker: write")
        self._around.meant(batch)
        receipt = self.inner.write(batch)
        self._steps.at("tracker: written", effect=bool(receipt.requests))
        return receipt

    def append(self, rows: Sequence[Mapping[str, NewValue]]) -> Receipt:
        """As the tracker does."""
        return self.inner.append(rows)


class SimWorker(Workshop):
    """The workshop of one worker process; `steps` are those of its present pass."""

    def __init__(self, config: Config, store: Store, *, steps: Steps, around: Surroundings) -> None:
        self.steps, self.around = steps, around
        super().__init__(
            config, store, clock=around.clock, wait=around.wait, environment={},
            step=lambda name: steps.at(f"pass: {name}", effect=name == "swapped"), kpi_every=_DAYS,
        )  # fmt: skip

    def tracker(self, rules: Rulebook) -> Tracker:
        """The tracker of the world, watched; kept between passes."""
        if self._tracker is None:
            inner = self.around.tracker(rules, self._bench(), self.steps)
            self._tracker = WatchedTracker(inner, self.steps, self.around)
        return self._tracker

    def transport(self) -> Transport:
        """The way to the world's mail server."""
        return self.around.way(self.steps)

    def composer(self) -> Composer:
        """The composer that every worker makes; templates are compiled once for all of them."""
        made = super().composer()
        return replace(made, renderer=_RENDERERS.setdefault(self.config.templates, made.renderer))

    def deliver(
        self, now: datetime, kinds: frozenset[str] | None = None, *, without: str = ""
    ) -> DeliveryReport:
        """As every worker delivers; where the world says so, no mail about an order is sent when in doubt."""
        policy = DeliveryPolicy(alone=True)
        if self.around.holds:
            policy = replace(policy, resend_kinds=ALERTS)
        return deliver(
            self.outbox(kinds, without), self.transport(), now, policy=policy, composer=self.composer(),
            owner=f"desk {id(self):x}, step {len(self.steps.names)}", step=self._step,
        )  # fmt: skip

    def outbox(self, kinds: frozenset[str] | None, without: str = "") -> Outbox:
        """What waits."""
        return self.store.outbox(self._tracker_id, kinds, without=without)
