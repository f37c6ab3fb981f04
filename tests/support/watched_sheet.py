"""Forty orders in a tracker in memory, watched by a real pass and a real store: for accidents of a whole sheet."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from copy import copy
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sheetsync.domain.guard import GuardLimits
from sheetsync.domain.model import Sheet
from sheetsync.domain.moments import local_to_serial
from sheetsync.domain.plan import PlanOptions
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import TrackerError
from sheetsync.messages.compose import Composer
from sheetsync.messages.deliver import DeliveryReport, deliver
from sheetsync.messages.outbox import DeliveryPolicy
from sheetsync.messages.render import Renderer
from sheetsync.rulebook import load_rules
from sheetsync.store.store import Store, sqlite_url
from sheetsync.trackers.memory import MemoryTracker
from sheetsync.worker.holding import ALERTS
from sheetsync.worker.one_pass import PassResult, Ports, one_pass
from sheetsync.worker.publish import Publisher
from tests.support.empty_store import place_empty_store
from tests.support.shop import HEADINGS, ROOT, TITLES, ZONE, good_order, local
from tests.support.working_day import Tray

LIFE = ("Pending", "Allocated", "Packing", "Ready", "Shipped")
HANDLERS = ("Thabo", "Lerato")


@cache
def shipped_rules() -> Rulebook:
    return load_rules(ROOT / "rules")


class Flaky(MemoryTracker):
    """A tracker whose answers can be short: each entry of `short` drops that many rows from one reading."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.short: list[int] = []
        self.trouble: TrackerError | None = None
        self.reads = 0

    def fingerprint(self) -> str:
        if self.trouble is not None:
            raise self.trouble
        return super().fingerprint()

    def read(self) -> Sheet:
        self.reads += 1
        if self.trouble is not None:
            raise self.trouble
        if not self.short:
            return super().read()
        whole, drop = self.cells, self.short.pop(0)
        self.cells = whole[: len(whole) - drop] if drop > 0 else whole[:1] + whole[1 - drop :]
        try:
            return super().read()
        finally:
            self.cells = whole


class WatchedSheet:
    """The sheet and its worker. `look` does a pass two minutes after the last one."""

    def __init__(
        self, folder: Path, *, limits: GuardLimits | None = None, rules: Rulebook | None = None,
        orders: int = 40,
    ) -> None:  # fmt: skip
        self.rules = rules or shipped_rules()
        self.limits = limits or GuardLimits()
        self.now = datetime.fromisoformat("2026-03-09T06:10:00+00:00")
        rows = [[order(n).get(key) for key in _keys()] for n in range(orders)]
        self.tracker = Flaky(
            [list(HEADINGS), *rows], columns=self.rules.columns, timezone=ZONE, name="the tracker"
        )
        self._file = folder / "state.db"
        place_empty_store(self._file)
        self.store = Store.open(sqlite_url(self._file), now=self.now)
        self.id = self.store.tracker("the tracker", "memory", uuid="u" * 32, now=self.now).id
        self.tray = Tray()

    def twin(self, folder: Path) -> WatchedSheet:
        """The same sheet and the same store once more, in another folder."""
        twin = copy(self)
        folder.mkdir(exist_ok=True)
        with closing(sqlite3.connect(self._file)) as old:
            twin._file = folder / "state.db"
            with closing(sqlite3.connect(twin._file)) as new:
                old.backup(new)
        twin.store = Store.open(sqlite_url(twin._file), now=self.now)
        twin.tracker = copy(self.tracker)
        twin.tracker.cells = self.copy()
        twin.tracker.tabs = dict(self.tracker.tabs)
        twin.tracker.short = []
        twin.tray = Tray()
        return twin

    # -- the worker ---------------------------------------------------------------------------------

    def look(self, minutes: int = 2) -> PassResult:
        self.now += timedelta(minutes=minutes)
        return one_pass(self.ports(), self.store.tracker_state(self.id), self.rules, self.now)

    def ports(self) -> Ports:
        return Ports(
            tracker=self.tracker, store=self.store,
            deliver=self._deliver(None), alert=self._deliver(ALERTS),
            publisher=Publisher(timezone=ZONE, every=timedelta(minutes=2), mail_mode="to a tray",
                                tracker="memory", kpi_every=timedelta(days=40)),
            options=PlanOptions(timezone=ZONE), limits=self.limits,
        )  # fmt: skip

    def _deliver(self, kinds: frozenset[str] | None) -> Callable[[datetime], DeliveryReport]:
        def work(now: datetime) -> DeliveryReport:
            composer = Composer(
                renderer=Renderer(None), sender="orders@example.org", secret=b"s" * 32
            )
            return deliver(
                self.store.outbox(self.id, kinds), self.tray, now, composer=composer, owner="o",
                policy=DeliveryPolicy(alone=True),
            )  # fmt: skip

        return work

    def subjects(self) -> list[str]:
        """The subjects of all mails that left."""
        return [str(letter.message["Subject"]) for letter in self.tray.letters]

    def close(self) -> None:
        self.store.close()

    # -- staff --------------------------------------------------------------------------------------

    def column(self, key: str) -> list[Any]:
        place = self.tracker.cells[0].index(TITLES[key])
        return [row[place] if place < len(row) else None for row in self.tracker.cells[1:]]

    def put(self, key: str, values: Iterable[Any]) -> None:
        """Type these values down a column, from the first order on."""
        place = self.tracker.cells[0].index(TITLES[key])
        for row, value in zip(self.tracker.cells[1:], values, strict=False):
            row.extend([None] * (place + 1 - len(row)))
            row[place] = value

    def put_back(self, cells: list[list[Any]]) -> None:
        self.tracker.cells = [list(row) for row in cells]

    def copy(self) -> list[list[Any]]:
        return [list(row) for row in self.tracker.cells]


def order(number: int) -> Mapping[str, Any]:
    """Orders placed a minute apart, from just come in to shipped; nothing is late within the day."""
    done = number % 5
    shipped = done > 3
    return good_order({
        "order_id": f"#SP-{number:02}",
        "ordered_at": local_to_serial(local("07:30") + timedelta(minutes=number), 1900),
        "allocated": done > 0 or None,
        "picked": done > 1 or None,
        "packed": done > 2 or None,
        "carrier": "FastTrack" if shipped else None,
        "dispatched_at": local_to_serial(local("07:50") + timedelta(minutes=number), 1900) if shipped else None,
        "tracking": f"FT{number:06}Z" if shipped else None,
        "status": LIFE[done],
        "handler": HANDLERS[number % 2],
    })  # fmt: skip


def _keys() -> list[str]:
    by_title = {title: key for key, title in TITLES.items()}
    return [by_title[heading] for heading in HEADINGS]
