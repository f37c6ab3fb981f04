"""One letter on request: what it would say now, and to whom, whatever was told before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np

from sheetsync.domain.milestones.contact import BUILT_IN, Contact
from sheetsync.domain.milestones.facts import FactSource
from sheetsync.domain.milestones.kinds import KINDS
from sheetsync.domain.milestones.memory import ASKED, Telling
from sheetsync.domain.milestones.writing import Desk, Find, write
from sheetsync.domain.model import Notice, Orders
from sheetsync.domain.moments import Moments
from sheetsync.domain.rules import Rulebook

_BY_STATUS: Final = {
    "Delayed": "delayed", "Delivery Failed": "delivery_failed", "Backordered": "out_of_stock",
    "Out for Delivery": "out_for_delivery",
}  # fmt: skip
_BY_EVIDENCE: Final = (
    ("delivered", "delivered"), ("dispatched", "shipped"), ("packed", "packed"),
    ("allocated", "processing"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A letter that somebody asked for. `lacks`: facts that it cannot do without and the row does not have.

    `cannot`: why it cannot go to this customer at all; "" where it can.
    """

    notice: Notice
    telling: Telling
    contact: Contact
    lacks: str
    cannot: str


def kind_by_row(orders: Orders, row: int, status: str) -> str:
    """The letter that says what the row says: by its status, else by the furthest evidence."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    frame = orders.frame
    reached = (kind for tick, kind in _BY_EVIDENCE if int(frame[tick].to_numpy()[row]) == 1)
    return next(reached, "order_confirmed")


def row_of(orders: Orders, order_id: str) -> int | None:
    """The row of an order that can be used; None where there is none."""
    frame = orders.frame
    found = np.flatnonzero(
        (frame["order_id"].to_numpy(object) == order_id) & frame["usable"].to_numpy(bool)
    )
    return int(found[0]) if len(found) else None


def ask(  # noqa: PLR0917 - the order, then what is known of it
    orders: Orders,
    stamps: Mapping[str, Moments],
    rules: Rulebook,
    row: int,
    kind: str,
    before: Telling | None,
    cycle: int,
    *,
    now: datetime,
    timezone: str,
    find: Find,
    who: str,
    channels: Collection[str] = BUILT_IN,
) -> Asked:
    """The letter of `kind` about the order in `row`; `before` is what is known of the kind for this order."""
    facts = FactSource(orders=orders, rules=rules, stamps=stamps, timezone=timezone)
    desk = Desk(facts=facts, rules=rules.notifications, now=now, find=find, channels=channels)
    rule = next((r for r in rules.notifications.milestones if r.template == kind), None)
    contact, context = desk.told(row, kind)
    number = before.number + 1 if before is not None and before.cycle == cycle else 0
    once_per = rule.once_per if rule is not None else KINDS[kind].once_per
    telling = Telling(cycle=cycle, number=number, of=facts.revision(row, once_per))
    order_id = str(orders.frame["order_id"].to_numpy()[row])
    written = write(kind, order_id, telling, contact, context)
    needs = rule.needs if rule is not None else KINDS[kind].needs
    missing = "" if context["order_id"] else "The Order ID does not look like one."
    return Asked(
        notice=replace(written, context={**written.context, ASKED: who}),
        telling=telling,
        contact=contact,
        lacks=facts.lacking(context, needs),
        cannot=contact.skipped or contact.held or missing,
    )
