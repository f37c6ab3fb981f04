"""Feeds over a tracker in memory and a real store, without the rest of a pass: quick enough to try a thousand days.

`Desk.turn` does what a pass does about feeds: plan, commit, write, add rows, close; a kill can come in between.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd

from sheetsync.config import parse_config
from sheetsync.domain.columns import interpret
from sheetsync.domain.feeds.news import FedPlan
from sheetsync.domain.feeds.planning import plan_feeds
from sheetsync.domain.feeds.reconcile import Difference, differences
from sheetsync.domain.memory import first_memory
from sheetsync.domain.model import CellValue, Memory, Orders
from sheetsync.domain.rules import Rulebook
from sheetsync.feeds.taking import Outcome, take_file
from sheetsync.feeds.way import Way, way_of
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from sheetsync.store import Store
from sheetsync.store.engine import writing
from sheetsync.store.feed_waiting import commit_fed
from sheetsync.store.feeds import Feeds
from sheetsync.trackers.base import WriteBatch
from sheetsync.trackers.memory import MemoryTracker

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
ZONE = "Africa/Johannesburg"
KEYS = ("order_id", "ordered_at", "customer", "skus", "allocated", "dispatched_at", "tracking", "status", "vendor",
        "vendor_confirmed", "promised_at", "carrier_status", "eta", "carrier_update", "delivered_at", "payment_status",
        "notes")  # fmt: skip
CONFIG = """version: 1
tracker: {path: tracker.xlsx, timezone: Africa/Johannesburg}
feeds:
  web: {kind: orders}
  dhl: {kind: carrier}
  ups: {kind: carrier}
  pay: {kind: payments}
  acme: {kind: answers}
  wms: {kind: stock}
"""
ORDERS = "Order ID,Order Date & Time,Customer Name / ID,SKU(s) Ordered\n"
_NUMBERS = count(1)


@cache
def rules() -> Rulebook:
    """The shipped rules."""
    return load_rules(rules_folder())


@contextmanager
def store_in(folder: Path) -> Iterator[Store]:
    """A store for any number of desks."""
    with Store.open(f"sqlite:///{folder / 'state.db'}", now=NOW) as store:
        yield store


class Killed(Exception):
    """The worker ended here."""


@dataclass
class Desk:
    """One tracker over a shared store; `config` is the text of config.yaml."""

    folder: Path
    store: Store
    orders: Sequence[Mapping[str, Any]] = ()
    config: str = CONFIG
    now: datetime = NOW
    seen: set[str] = field(default_factory=set)
    last: FedPlan = field(init=False)

    def __post_init__(self) -> None:
        self.number = next(_NUMBERS)
        name = f"t{self.number}"
        self.id = self.store.tracker(name, name, uuid=name, now=NOW).id
        self.settings = parse_config(self.config, self.folder / "config.yaml")
        head: list[CellValue] = [rules().columns[key].title for key in KEYS]
        rows = [[order.get(key) for key in KEYS] for order in self.orders]
        self.tracker = MemoryTracker([head, *rows], columns=rules().columns, timezone=ZONE)

    @property
    def feeds(self) -> Feeds:
        return self.store.feeds(self.id)

    def way(self, feed: str) -> Way:
        return way_of(feed, self.settings.feeds[feed], self.settings, rules())

    def give(
        self, feed: str, content: str | bytes, name: str = "", *, dry_run: bool = False
    ) -> Outcome:
        """A file of a feed, taken."""
        place = self.folder / (name or f"{self.number}-{feed}-{next(_NUMBERS)}.csv")
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self.take(feed, place, dry_run=dry_run)

    def take(self, feed: str, place: Path, *, dry_run: bool = False) -> Outcome:
        self.now += timedelta(minutes=1)
        return take_file(place, self.way(feed), self.feeds, self.now, dry_run=dry_run)

    def turn(self, *, kill: str = "") -> int:
        """What a pass does about feeds; how many cells and rows it wrote. `kill` names where it ends."""
        self.now += timedelta(minutes=1)
        memory = dataclasses.replace(self._memory(), fed=self.feeds.fed())
        orders = self._read()
        plan = plan_feeds(orders, memory, rules())
        _end(kill, "planned")
        with writing(self.store._engine, self.store._path) as connection:
            commit_fed(connection, self.id, plan, plan.number)
        self.seen |= set(orders.frame["order_id_read"])
        _end(kill, "committed")
        batch = WriteBatch(
            changes=plan.changes, header=orders.header, fingerprint=orders.sheet.fingerprint
        )
        outcomes = [self.tracker.write(batch).outcomes]
        _end(kill, "written")
        if plan.additions:
            outcomes.append(self.tracker.append([each.cells for each in plan.additions]).outcomes)
        _end(kill, "added")
        self.feeds.close(plan, pd.concat(outcomes, ignore_index=True))
        self.last = plan
        return len(plan.changes) + len(plan.additions)

    def settle(self) -> int:
        """Turns until nothing is written; how many cells and rows were."""
        written = 0
        for _ in range(6):
            done = self.turn()
            written += done
            if not done:
                return written
        raise AssertionError("it writes again and again")

    def settle_with_plans(self) -> list[FedPlan]:
        """The plans of the turns until nothing is written."""
        plans = []
        while self.turn():
            plans.append(self.last)
        return [*plans, self.last]

    def type_in(self, order: str, **cells: Any) -> None:
        """A person types."""
        for key, value in cells.items():
            self.tracker.type_in(order, key, value)

    def cells(self) -> dict[str, dict[str, Any]]:
        """Order ID -> column key -> cell, blanks left out."""
        orders = self._read()
        ids = orders.frame["order_id_read"].tolist()
        return {
            order: {
                k: orders.raw[k][p]
                for k in KEYS
                if k in orders.raw and orders.raw[k][p] not in (None, "")
            }
            for p, order in enumerate(ids)
        }

    def cell(self, order: str, key: str) -> Any:
        """One cell; None for a blank."""
        return self.cells()[order].get(key)

    def differences(self) -> tuple[Difference, ...]:
        """What reconcile would list."""
        orders = self._read()
        usable = orders.frame[orders.frame["usable"]]
        status = pd.Series(
            usable["status"].tolist(), index=usable["order_id"].tolist(), dtype=object
        )
        return differences(orders, status, self.feeds.everything(), rules())

    def _read(self) -> Orders:
        return interpret(self.tracker.read(), rules(), self.now)

    def _memory(self) -> Memory:
        memory = first_memory()
        known = pd.Index(sorted(self.seen), dtype=object, name="order_id")
        blank = pd.DataFrame("", index=known, columns=memory.orders.columns, dtype=object)
        return dataclasses.replace(memory, orders=blank)


def _end(kill: str, step: str) -> None:
    if kill == step:
        raise Killed(step)
