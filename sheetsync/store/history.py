"""What happened to one order, for `explain`: events, changes, messages, escalations and pauses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Table, select

from sheetsync.store.tables import (
    change_log,
    escalation,
    order_fact,
    outbox,
    outbox_order,
    pause,
    stage_event,
)

Line: TypeAlias = Mapping[str, Any]
_SECONDS: Final = ("at", "seen_from", "seen_to", "start", "stop")


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Lines as mappings of column name -> value, oldest first; moments are aware UTC or None.

    `facts` are those of the last pass (moments as seconds since 1970), empty for an unknown order.
    """

    facts: Line
    events: tuple[Line, ...]
    changes: tuple[Line, ...]
    messages: tuple[Line, ...]
    escalations: tuple[Line, ...]
    pauses: tuple[Line, ...]


def history(connection: Connection, tracker_id: int, order_id: str) -> History:
    """Everything the store knows of one order."""
    facts = connection.execute(
        select(order_fact.c.facts).where(
            order_fact.c.tracker_id == tracker_id, order_fact.c.order_id == order_id
        )
    ).scalar()
    return History(
        facts=json.loads(facts) if facts else {},
        events=_lines(connection, stage_event, tracker_id, order_id),
        changes=_lines(connection, change_log, tracker_id, order_id),
        messages=_messages(connection, tracker_id, order_id),
        escalations=_lines(connection, escalation, tracker_id, order_id),
        pauses=_lines(connection, pause, tracker_id, order_id),
    )


def _lines(
    connection: Connection, table: Table, tracker_id: int, order_id: str
) -> tuple[Line, ...]:
    rows = connection.execute(
        select(table)
        .where(table.c.tracker_id == tracker_id, table.c.order_id == order_id)
        .order_by(table.c.id)
    )
    return tuple(_line(row._asdict()) for row in rows)


def _messages(connection: Connection, tracker_id: int, order_id: str) -> tuple[Line, ...]:
    rows = connection.execute(
        select(outbox)
        .join(outbox_order, outbox_order.c.outbox_id == outbox.c.id)
        .where(outbox_order.c.tracker_id == tracker_id, outbox_order.c.order_id == order_id)
        .order_by(outbox.c.id)
    )
    return tuple(row._asdict() for row in rows)


def _line(values: dict[str, Any]) -> Line:
    return {
        name: datetime.fromtimestamp(value, tz=UTC)
        if name in _SECONDS and isinstance(value, int)
        else value
        for name, value in values.items()
    }
