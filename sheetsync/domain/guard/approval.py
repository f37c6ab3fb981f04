"""What a person is shown before letting a held plan through, and the token that binds the answer to it.

A pass plans anew, some seconds or minutes after the person looked. The token is the same as long as
the plan would do the same to the same orders: a stamp that is a minute later is no other plan, one
cell or mail more is.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sheetsync.domain.daily import KIND as DIGEST
from sheetsync.domain.guard.limits import GuardLimits, Trip
from sheetsync.domain.guard.mails import too_many_mails
from sheetsync.domain.guard.rows import gone_orders
from sheetsync.domain.model import EVIDENCE, STAMPS, Memory, Plan

EXAMPLES: Final = 3
_RUNNING: Final = frozenset({"ordered_at", "sla", "sla_due", "check", *STAMPS})
"""Columns whose new text holds moments of the pass itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellsOfColumn:
    """How many cells of one column a plan writes, with (order, what stands there, what then) of a few."""

    column: str
    heading: str
    count: int
    examples: tuple[tuple[str, object, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailsTo:
    """How many mails of one kind go to one address, and about how many orders."""

    kind: str
    recipient: str
    count: int
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Exactly what an approval lets through.

    `gone`: orders that are taken as gone from then on; `changed`: how many others are remembered anew.
    `mails_held`: why the mails would wait for a person all the same, "" where they would leave.
    """

    trips: tuple[Trip, ...]
    cells: tuple[CellsOfColumn, ...]
    mails: tuple[MailsTo, ...]
    mails_held: str
    gone: tuple[str, ...]
    changed: int
    token: str


def proposal(plan: Plan, memory: Memory, trips: tuple[Trip, ...], limits: GuardLimits) -> Proposal:
    """What approving `plan`, made from `memory` and refused for `trips`, lets through."""
    gone = gone_orders(plan, memory)
    return Proposal(
        trips=trips,
        cells=cells_by_column(plan),
        mails=mails_by_recipient(plan),
        mails_held=too_many_mails(plan, limits),
        gone=gone,
        changed=len(plan.memory.index.difference(list(gone))),
        token=token(plan, memory, trips),
    )


def cells_by_column(plan: Plan) -> tuple[CellsOfColumn, ...]:
    """The changes of a plan by column, in the order of the sheet."""
    found: defaultdict[str, list[tuple[str, object, object]]] = defaultdict(list)
    names = ("order_id", "column", "expected", "new")
    for order, column, old, new in zip(*(plan.changes[n].tolist() for n in names), strict=True):
        found[column].append((str(order), old, new))
    headings, places = plan.orders.header.headings, plan.orders.header.columns
    return tuple(
        CellsOfColumn(
            column=key, heading=headings.get(key, key), count=len(cells),
            examples=tuple(cells[:EXAMPLES]),
        )
        for key, cells in sorted(found.items(), key=lambda item: places.get(item[0], 0))
    )  # fmt: skip


def mails_by_recipient(plan: Plan) -> tuple[MailsTo, ...]:
    """The messages of a plan by kind and recipient."""
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for notice in plan.mails:
        found[notice.kind, notice.recipient].append(len(notice.orders))
    return tuple(
        MailsTo(kind=kind, recipient=who, count=len(orders), orders=sum(orders))
        for (kind, who), orders in sorted(found.items())
    )


def token(plan: Plan, memory: Memory, trips: tuple[Trip, ...]) -> str:
    """The same for two plans exactly where they would do the same, but for the moments of the passes."""
    digest = hashlib.sha256()
    for line in _lines(plan, memory, trips):
        digest.update(line.encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()


def _lines(plan: Plan, memory: Memory, trips: tuple[Trip, ...]) -> Iterator[str]:
    for trip in trips:
        yield repr(("trip", trip.breaker, sorted(trip.orders)))
    yield repr(("gone", sorted(gone_orders(plan, memory))))
    names = ("order_id", "column", "rule", "expected", "new")
    for order, column, rule, old, new in zip(
        *(plan.changes[n].tolist() for n in names), strict=True
    ):
        yield repr(("cell", order, column, rule, old, "" if column in _RUNNING else new))
    for added in plan.fed.additions if plan.fed is not None else ():
        yield repr(("row", added.order_id, added.source, sorted(added.texts.items())))
    for notice in sorted(plan.notices, key=lambda notice: notice.key):
        if notice.kind == DIGEST:
            continue  # that its hour came between the look and the word of a person is no news
        yield repr(("mail", notice.kind, notice.level, notice.recipient, sorted(notice.orders)))
    kept = ["status_seen", *(f"seen_{evidence}" for evidence in EVIDENCE)]
    rows = plan.memory.sort_index()
    for order, *values in zip(
        rows.index.tolist(), *(rows[name].tolist() for name in kept), strict=True
    ):
        yield repr(("memory", order, values))
