"""Passes over a small sheet with a tab Vendors, without a store: who is asked, and what leaves at once.

What the store does with the records is modelled in a few lines, so that a property can run through many days.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sheetsync.domain.feeds.news import Fed, News
from sheetsync.domain.memory import first_memory
from sheetsync.domain.model import Memory, Plan, Sheet, TabRows
from sheetsync.domain.moments import local_to_serial
from sheetsync.domain.plan import PlanOptions, make_plan
from sheetsync.domain.rules import Rulebook, VendorRules
from sheetsync.domain.vendors.memory import (
    Asked,
    AskedBefore,
    Reply,
    UnsentLetter,
    from_plain,
    to_plain,
)
from tests.support.orders_builder import ZONE, at, local, shipped_rules
from tests.support.told_world import Row
from tests.support.whole_plans import remembered, written

KEYS = (
    "order_id", "ordered_at", "customer", "skus", "special_handling", "dispatched_at", "status", "handler",
    "vendor", "vendor_confirmed", "vendor_confirmed_at", "vendor_note", "vendor_ship_at", "dispatch_by",
    "ship_to", "notes", "sla", "check",
)  # fmt: skip
GOOD = {
    "ordered_at": local("08:05"), "customer": "Thandi Nkosi", "skus": "MUG-01 x2", "handler": "Thabo",
}  # fmt: skip
HEADINGS = (
    "Vendor ID", "Name", "Email", "Channel", "Locale", "Time Zone", "Confirm SLA (h)", "Ship SLA (h)",
    "Backup Contact", "Ships To Customer",
)  # fmt: skip
ACME = ("V7", "Acme Traders", "acme@example.org", "", "", "", 8, 24, "", "")
KAROO = ("V9", "Karoo Stoneware", "karoo@example.org", "", "de", "", None, None, "", "Yes")


def asking_rules(**changed: Any) -> Rulebook:
    """The shipped rules with letters to vendors switched on, at any hour and without lists."""
    rules = shipped_rules()
    block: dict[str, Any] = {"mode": "send", "quiet": None, "digest_from": 0, **changed}
    vendors: VendorRules = replace(rules.notifications.vendors, **block)
    return replace(rules, notifications=replace(rules.notifications, vendors=vendors))


class VendorWorld:
    """A sheet of orders by their ID; `look` does a pass and then delivers what is due."""

    def __init__(self, rules: Rulebook | None = None) -> None:
        self.rules = rules or asking_rules()
        self.orders: dict[str, dict[str, Any]] = {}
        self.vendors: list[tuple[Any, ...]] = [ACME, KAROO]
        self.lines: list[tuple[Any, ...]] = []
        self.outbox: dict[str, Row] = {}
        self.memory: Memory = first_memory()
        self.replies: list[Reply] = []
        self.plan: Plan | None = None
        self.now = at("08:00")
        self.look()

    def add(self, order_id: str, vendor: str = "V7", **cells: Any) -> None:
        """An order of a vendor."""
        self.orders[order_id] = {**GOOD, "order_id": order_id, "vendor": vendor, **cells}

    def look(self, *, minutes: int = 0, hours: int = 0) -> Plan:
        """One pass so much later; every change stands in its cell afterwards."""
        self.now += timedelta(minutes=minutes, hours=hours)
        rows = [[_cell(cells.get(key)) for key in KEYS] for cells in self.orders.values()]
        options = PlanOptions(timezone=ZONE)
        plan = make_plan(self._sheet(rows), self.memory, self.rules, self.now, options)
        after = written(rows, plan)
        for cells, row in zip(self.orders.values(), after, strict=True):
            cells.update(zip(KEYS, row, strict=True))
        self._keep(plan)
        self.plan = plan
        return plan

    def answer(self, order_id: str, **cells: str) -> None:
        """An answer by mail that was proved and kept: it waits as a feed's news."""
        record = self.asked(order_id)
        key = f"reply {len(self.replies)}"
        said = {**cells, "vendor": record.named} if cells else {}
        reply = Reply(
            action_key=key, order_id=order_id, epoch=record.epoch, at=self.now, cells=said
        )
        self.replies.append(reply)
        news = News(
            source="vendor replies", kind="answers", keyed="order_id", key=order_id, digest=len(self.replies),
            packed=_packed(said), changed_at=self.now,
        )  # fmt: skip
        if said:
            fed = Fed(number=1, news=(news,), written=self.memory.fed.written)
            self.memory = replace(self.memory, fed=fed)
        self._vendors()

    def asked(self, order_id: str) -> Asked:
        """How it stands with the vendor of an order."""
        return self.memory.vendors.asked[order_id]

    def letters(self, kind: str = "") -> list[tuple[str, str, tuple[str, ...]]]:
        """Kind, recipient and orders of every letter that left, oldest first."""
        return [
            (row.notice.kind, row.notice.recipient, row.notice.orders)
            for row in self.outbox.values()
            if row.state == "sent"
            and (row.notice.kind == kind if kind else row.notice.audience == "vendor")
        ]

    def check(self, order_id: str) -> str:
        """What Check says of an order."""
        return str(self.orders[order_id].get("check") or "")

    def _sheet(self, rows: list[list[Any]]) -> Sheet:
        heading = [self.rules.columns[key].title for key in KEYS]
        tabs = {"Vendors": _tab("Vendors", HEADINGS, self.vendors)}
        if self.lines:
            head = ("Order ID", "SKU", "Product", "Quantity", "Price", "Vendor")
            tabs["Order Lines"] = _tab("Order Lines", head, self.lines)
        return Sheet(
            tracker="shop", tab="Orders", rows=[heading, *rows], row_numbers=range(1, len(rows) + 2),
            timezone=ZONE, tabs=tabs,
        )  # fmt: skip

    def _keep(self, plan: Plan) -> None:
        for key, reason in plan.asked.withdrawn:
            row = self.outbox[key]
            assert row.state in ("pending", "held")
            row.state, row.words = "superseded", reason
        for notice in plan.notices:
            if notice.audience != "vendor" and not any(
                "|vendors|" in key for key in notice.members
            ):
                continue
            assert notice.key not in self.outbox, f"{notice.key} was decided twice"
            self.outbox[notice.key] = Row(notice, notice.stands, notice.reason)
        self.replies = [r for r in self.replies if r.action_key not in plan.asked.settled]
        before = self.memory.vendors
        kept = {order: from_plain(to_plain(each)) for order, each in plan.asked.asked.items()}
        since = before.since or (self.now if plan.asked.active else None)
        self.memory = replace(
            remembered(plan, self.memory), last_pass_at=self.now,
            baseline_at=self.memory.baseline_at or self.now,
            vendors=AskedBefore(since=since, asked={**before.asked, **kept}, secret=b"secret"),
            columns=frozenset(plan.orders.header.columns),
            fed=Fed() if plan.fed is None else Fed(written=plan.fed.written),
        )  # fmt: skip
        for row in self.outbox.values():
            if row.state == "pending" and (row.notice.not_before or self.now) <= self.now:
                row.state = "sent"
        self._vendors()

    def _vendors(self) -> None:
        unsent = tuple(
            UnsentLetter(
                key=key, kind=row.notice.kind, vendor=row.notice.context["vendor_key"],
                facts=row.notice.context["facts"], epochs=row.notice.context["epochs"],
            )
            for key, row in self.outbox.items()
            if row.state in ("pending", "held") and row.notice.audience == "vendor"
        )  # fmt: skip
        vendors = replace(self.memory.vendors, unsent=unsent, replies=tuple(self.replies))
        self.memory = replace(self.memory, vendors=vendors)


def _packed(cells: dict[str, str]) -> str:
    return json.dumps(cells, sort_keys=True)


def _tab(title: str, heading: tuple[str, ...], rows: list[tuple[Any, ...]]) -> TabRows:
    return TabRows(title=title, rows=[heading, *rows], row_numbers=range(1, len(rows) + 2))


def _cell(value: Any) -> Any:
    return local_to_serial(value) if isinstance(value, datetime) else value
