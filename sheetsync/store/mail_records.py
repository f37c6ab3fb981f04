"""One message, or one pass, with everything the store kept around it: for `explain`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from sheetsync.errors import StoreError
from sheetsync.store.passes import PassLine, line_of
from sheetsync.store.tables import (
    change_log,
    delivery_event,
    escalation,
    outbox,
    outbox_order,
    stage_event,
)

Line = Mapping[str, Any]
_SECONDS = ("at", "seen_from", "seen_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRecord:
    """One message: its row with `context` unpacked, its orders, what became of it, oldest first."""

    row: Line
    orders: tuple[str, ...]
    events: tuple[Line, ...]
    escalations: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassLines:
    """One pass: its line, and the lines that it appended to each log, in their order."""

    line: PassLine
    changes: tuple[Line, ...]
    events: tuple[Line, ...]
    escalations: tuple[Line, ...]
    messages: tuple[Line, ...]


def mail_record(connection: Connection, tracker_id: int, ref: int | str) -> MailRecord | None:
    """The message with this number or Message-ID (with or without <>); None for an unknown one."""
    query = select(outbox).where(outbox.c.tracker_id == tracker_id)
    if isinstance(ref, int):
        query = query.where(outbox.c.id == ref)
    else:
        query = query.where(outbox.c.message_id == f"<{ref.strip('<> ')}>")
    found = connection.execute(query).one_or_none()
    if found is None:
        return None
    row = found._asdict()
    members = [str(key) for key in json.loads(row["members"])]
    told = select(escalation).where(
        escalation.c.tracker_id == tracker_id, escalation.c.key.in_(members)
    )
    orders = select(outbox_order.c.order_id).where(outbox_order.c.outbox_id == row["id"])
    events = select(delivery_event).where(delivery_event.c.outbox_id == row["id"])
    return MailRecord(
        row=row | {"context": json.loads(row["context"])},
        orders=tuple(connection.execute(orders.order_by(outbox_order.c.order_id)).scalars()),
        events=_lines(connection, events.order_by(delivery_event.c.id)),
        escalations=_lines(connection, told.order_by(escalation.c.id)),
    )


def pass_lines(connection: Connection, tracker_id: int, number: int) -> PassLines:
    """What pass `number` logged; raises StoreError where this tracker has no such pass."""

    def of(table: Table) -> tuple[Line, ...]:
        mine = (table.c.tracker_id == tracker_id, table.c.pass_id == number)
        return _lines(connection, select(table).where(*mine).order_by(table.c.id))

    line = line_of(connection, number)
    if line.tracker_id != tracker_id:
        raise StoreError(
            f"Pass {number} was over another tracker. sheetsync undo lists the passes."
        )
    return PassLines(
        line=line,
        changes=of(change_log), events=of(stage_event), escalations=of(escalation),
        messages=of(outbox),
    )  # fmt: skip


def _lines(connection: Connection, query: Any) -> tuple[Line, ...]:
    rows: Sequence[Any] = connection.execute(query).all()
    return tuple(
        {
            name: datetime.fromtimestamp(value, tz=UTC)
            if name in _SECONDS and isinstance(value, int)
            else value
            for name, value in row._asdict().items()
        }
        for row in rows
    )
