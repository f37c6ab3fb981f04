"""Loads the whole recorded history of one tracker, for a replay; nothing is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, func, select

from sheetsync.domain.cell_texts import cell_text
from sheetsync.domain.explain.history import ACTS
from sheetsync.domain.kpi.facts import FACT_COLUMNS
from sheetsync.domain.model import EVIDENCE, STAMPS
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.rehearsal.recorded import LoggedChange, LoggedMail, Recorded
from sheetsync.errors import UsageError
from sheetsync.store import frames, trackers
from sheetsync.store.events import load_events
from sheetsync.store.memory import load_memory
from sheetsync.store.tables import (
    archived_order,
    change_log,
    order_fact,
    order_seen,
    outbox,
    outbox_order,
)

_LEFT: Final = ("sent", "in_doubt", "claimed", "in_data", "pending", "retry")
"""States of messages that left, or are on their way."""
_NO_CELL: Final = frozenset(
    {"dispatch_by", "status", "first_seen", "errors", "error_columns", "exceptions"}
)
"""Facts that are worked out rather than read from a cell of that name."""  # fmt: skip
_CELLS: Final = tuple(
    key for key in FACT_COLUMNS if key not in _NO_CELL and not key.endswith(("_from", "_certainty"))
)


def load_recorded(
    connection: Connection, tracker_id: int, *, now: datetime, timezone: str
) -> Recorded:
    """Everything on record; raises UsageError where there was no pass yet."""
    state = trackers.get(connection, tracker_id)
    if state.baseline_at is None:
        raise UsageError(
            "There was no pass over this tracker yet, so there is no history to replay. "
            "Let the worker watch for a while first."
        )
    memory = load_memory(connection, state, now=now, timezone=timezone)
    cells = _seen_cells(connection, tracker_id)
    facts = _cells_of_facts(connection, tracker_id, set(memory.orders.index) - set(cells), timezone)
    found = {**facts, **cells}
    return Recorded(
        memory=memory,
        columns=memory.columns or frozenset(key for texts in found.values() for key in texts),
        cells=found,
        changes=_changes(connection, tracker_id),
        events=load_events(connection, tracker_id),
        mails=_mails(connection, tracker_id),
        thin=len(facts),
        archived=_archived(connection, tracker_id),
    )


def _seen_cells(connection: Connection, tracker_id: int) -> dict[str, Mapping[str, str]]:
    rows = connection.execute(
        select(order_seen.c.order_id, order_seen.c.cells, order_seen.c.ours)
        .where(order_seen.c.tracker_id == tracker_id)
        .order_by(order_seen.c.order_id)
    )
    return {
        row.order_id: {**json.loads(row.cells), **(json.loads(row.ours) if row.ours else {})}
        for row in rows
    }


def _cells_of_facts(
    connection: Connection, tracker_id: int, orders: set[str], timezone: str
) -> dict[str, Mapping[str, str]]:
    """Orders last seen by an older sheetsync, which kept what reports need and no more."""
    found: dict[str, Mapping[str, str]] = {}
    for ids in frames.chunks(sorted(orders)):
        rows = connection.execute(
            select(order_fact.c.order_id, order_fact.c.facts)
            .where(order_fact.c.tracker_id == tracker_id, order_fact.c.order_id.in_(ids))
        )  # fmt: skip
        for row in rows:
            found[row.order_id] = _texts(json.loads(row.facts), timezone)
    return found


_FROM_OUTSIDE: Final = frozenset({"import", "conflict", "mirror", "feed"})


def _texts(facts: Mapping[str, Any], timezone: str) -> Mapping[str, str]:
    texts: dict[str, str] = {}
    for key in _CELLS:
        value = facts.get(key)
        if value is None or value == "":
            continue
        if FACT_COLUMNS[key] == "moment":
            value = scalar_to_local(datetime.fromtimestamp(value, tz=UTC), timezone)
        elif FACT_COLUMNS[key] == "tick":
            value = value == 1
        texts[key] = cell_text(value, moment=False, date_system=1900)
    for evidence, stamp in zip(EVIDENCE, STAMPS, strict=True):
        if texts.get(evidence) != "Yes":
            texts.pop(stamp, None)
    if facts.get("status"):
        texts["status"] = str(facts["status"])
    return texts


def _changes(connection: Connection, tracker_id: int) -> list[LoggedChange]:
    columns = change_log.c
    rows = connection.execute(
        select(columns.seen_at.label("at"), columns.seen_from, columns.order_id, columns.column,
               columns.old, columns.new, columns.by, columns.rule)
        .where(columns.tracker_id == tracker_id, columns.column.not_in(tuple(ACTS)))
        .order_by(columns.seen_at, columns.id)
    )  # fmt: skip
    return [LoggedChange(**{**row._asdict(), "by": _whose(row.by, row.rule)}) for row in rows]


def _whose(by: str, rule: str) -> str:
    """Whose doing a line is: what came with a copy, a mirror or a feed, no rule of ours decided."""
    return "person" if rule.partition(":")[0] in _FROM_OUTSIDE else by


def _mails(connection: Connection, tracker_id: int) -> list[LoggedMail]:
    named: dict[int, list[str]] = {}
    links = select(outbox_order.c.outbox_id, outbox_order.c.order_id).where(
        outbox_order.c.tracker_id == tracker_id
    )
    for link in connection.execute(links.order_by(outbox_order.c.order_id)):
        named.setdefault(link.outbox_id, []).append(link.order_id)
    rows = connection.execute(
        select(outbox)
        .where(outbox.c.tracker_id == tracker_id, outbox.c.state.in_(_LEFT))
        .where(outbox.c.kind == "escalation")
        .order_by(outbox.c.id)
    )
    return [
        LoggedMail(
            at=row.created_at, not_before=row.not_before, recipient=row.recipient,
            subject=row.subject, level=row.level, orders=tuple(named.get(row.id, ())),
        )
        for row in rows
    ]  # fmt: skip


def _archived(connection: Connection, tracker_id: int) -> int:
    query = select(func.count()).select_from(archived_order)
    return int(
        connection.execute(query.where(archived_order.c.tracker_id == tracker_id)).scalar_one()
    )
