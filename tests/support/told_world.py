"""Passes over a small sheet without a store: the orders, what was told, and an outbox that delivers at once.

What the store does with tellings is modelled in a few lines, so that a property can run through many days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sheetsync.domain.memory import first_memory
from sheetsync.domain.milestones.memory import ToldBefore, Unsent
from sheetsync.domain.model import Memory, Notice, Plan, Sheet
from sheetsync.domain.moments import local_to_serial
from sheetsync.domain.plan import PlanOptions, make_plan
from sheetsync.domain.rules import NotificationRules, Rulebook
from tests.support.orders_builder import ZONE, at, local, shipped_rules
from tests.support.whole_plans import remembered, written

KEYS = (
    "order_id", "ordered_at", "customer", "skus", "allocated", "picked", "packed", "carrier",
    "dispatched_at", "tracking", "status", "delivered_at", "customer_email", "customer_channel",
    "customer_language", "customer_timezone", "eta", "new_eta", "delay_cause", "next_step", "alternatives",
    "notes", "sla", "check",
)  # fmt: skip
GOOD = {
    "ordered_at": local("08:05"), "customer": "Thandi Nkosi", "skus": "MUG-01 x2",
    "customer_email": "thandi@example.org",
}  # fmt: skip


def telling_rules(**changed: Any) -> Rulebook:
    """The shipped rules with notices switched on."""
    rules = shipped_rules()
    notifications: NotificationRules = replace(rules.notifications, **{"mode": "send", **changed})
    return replace(rules, notifications=notifications)


@dataclass
class Row:
    """One notice in the outbox of the world."""

    notice: Notice
    state: str
    words: str = ""


class World:
    """A sheet of orders by their ID; `look` does a pass and then delivers what is due."""

    def __init__(self, rules: Rulebook | None = None, columns: tuple[str, ...] = KEYS) -> None:
        self.rules, self.columns = rules or telling_rules(), columns
        self.orders: dict[str, dict[str, Any]] = {}
        self.outbox: dict[str, Row] = {}
        self.memory: Memory = first_memory()
        self.plan: Plan | None = None
        self.now = at("08:00")

    def add(self, order_id: str, **cells: Any) -> None:
        """An order of somebody who can be written to."""
        self.orders[order_id] = {**GOOD, "order_id": order_id, **cells}

    def look(self, now: datetime | None = None, *, minutes: int = 0) -> Plan:
        """One pass; every change stands in its cell afterwards."""
        self.now = now or self.now + timedelta(minutes=minutes)
        rows = [[_cell(cells.get(key)) for key in self.columns] for cells in self.orders.values()]
        plan = make_plan(
            self._sheet(rows), self.memory, self.rules, self.now, PlanOptions(timezone=ZONE)
        )
        self._write(written(rows, plan))
        self._keep(plan)
        self._deliver()
        self.plan = plan
        return plan

    def states(self, kind: str = "") -> list[tuple[str, str]]:
        """Kind and state of every notice, oldest first."""
        return [
            (row.notice.kind, row.state)
            for row in self.outbox.values()
            if not kind or row.notice.kind == kind
        ]

    def sent(self) -> list[str]:
        """The kinds that were sent, oldest first."""
        return [row.notice.kind for row in self.outbox.values() if row.state == "sent"]

    def waiting(self) -> dict[str, str]:
        """What the last pass said is waited for, by kind."""
        assert self.plan is not None
        return {each.kind: each.lacks for each in self.plan.tellings.waiting}

    def _sheet(self, rows: list[list[Any]]) -> Sheet:
        heading = [self.rules.columns[key].title for key in self.columns]
        return Sheet(
            tracker="shop", tab="Orders", rows=[heading, *rows],
            row_numbers=range(1, len(rows) + 2), timezone=ZONE,
        )  # fmt: skip

    def _write(self, rows: list[list[Any]]) -> None:
        for cells, row in zip(self.orders.values(), rows, strict=True):
            cells.update(zip(self.columns, row, strict=True))

    def _keep(self, plan: Plan) -> None:
        before = self.memory.customers
        for each in plan.tellings.withdrawn:
            row = self.outbox[each.key]
            row.state, row.words = "superseded", each.reason
        for notice in plan.notices:
            if notice.audience == "customer":
                assert notice.key not in self.outbox, f"{notice.key} was decided twice"
                self.outbox[notice.key] = Row(notice, notice.stands, notice.reason)
        kept = remembered(plan, self.memory)
        since = before.since or (self.now if plan.tellings.active else None)
        told = ToldBefore(since=since, told={**before.told, **plan.tellings.told})
        baseline = self.memory.baseline_at or self.now
        self.memory = replace(
            kept, last_pass_at=self.now, baseline_at=baseline, customers=told,
            columns=frozenset(plan.orders.header.columns),
        )  # fmt: skip

    def _deliver(self) -> None:
        for row in self.outbox.values():
            at_last = row.notice.not_before is None or row.notice.not_before <= self.now
            if row.state == "pending" and at_last:
                row.state = "sent"
        waits = [
            Unsent(
                key=key, kind=row.notice.kind, order_id=row.notice.orders[0],
                channel=row.notice.channel, recipient=row.notice.recipient, state=row.state,
                reason=row.words, context=row.notice.context,
            )
            for key, row in self.outbox.items()
            if row.state in ("pending", "retry", "held")
        ]  # fmt: skip
        self.memory = replace(
            self.memory, customers=replace(self.memory.customers, unsent=tuple(waits))
        )


def _cell(value: Any) -> Any:
    return local_to_serial(value) if isinstance(value, datetime) else value
