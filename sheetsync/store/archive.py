"""Orders taken out of the tables that every pass loads, and put back when their row comes back.

What was logged of them (changes, stages, messages) stays where it is. An archived order is remembered
as it was: should somebody put its row into the tracker again, nothing is mailed or stamped anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, select

from sheetsync.store import frames
from sheetsync.store.tables import (
    Moment,
    archived_order,
    change_log,
    customer_told,
    escalation,
    order_fact,
    order_memory,
    order_seen,
    pause,
    vendor_asked,
)
from sheetsync.store.upsert import insert_new

_LIVE: Final[tuple[Table, ...]] = (
    order_memory, order_fact, order_seen, pause, escalation, customer_told, vendor_asked,
)  # fmt: skip
"""The tables with rows of one order each that every pass loads."""
_BYTES: Final = "hex:"
WORKER: Final = "worker"
"""Who did it, where no person asked for it."""
Rewrite = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Table name and row -> the row that takes its place."""


def put_away(
    connection: Connection, tracker_id: int, closed: Mapping[str, datetime], now: datetime
) -> int:
    """Move these orders (with the moment each was closed) into the archive; how many there were."""
    known = _known(connection, tracker_id, sorted(closed))
    for ids in frames.chunks(known):
        packed: dict[str, dict[str, list[dict[str, Any]]]] = {order: {} for order in ids}
        for table in _LIVE:
            for row in connection.execute(select(table).where(*_mine(table, tracker_id, ids))):
                values = {name: _plain(value) for name, value in row._asdict().items()}
                packed[values["order_id"]].setdefault(table.name, []).append(values)
        rows = [
            {"tracker_id": tracker_id, "order_id": order, "closed_at": closed[order],
             "archived_at": now, "packed": _json(tables)}
            for order, tables in packed.items()
        ]  # fmt: skip
        insert_new(connection, archived_order, rows)
        for table in _LIVE:
            connection.execute(delete(table).where(*_mine(table, tracker_id, ids)))
    return len(known)


def take_out(connection: Connection, tracker_id: int, orders: Sequence[str]) -> list[str]:
    """Put those of `orders` that are archived back into the live tables; which they were."""
    found = archived_among(connection, tracker_id, orders)
    for ids in frames.chunks(found):
        query = select(archived_order.c.packed).where(*_mine(archived_order, tracker_id, ids))
        rows: dict[str, list[dict[str, Any]]] = {}
        for packed in connection.execute(query).scalars():
            for name, lines in json.loads(packed).items():
                rows.setdefault(name, []).extend(_from_plain(line) for line in lines)
        for table in _LIVE:
            insert_new(
                connection, table, [_moments(table, row) for row in rows.get(table.name, [])]
            )
        connection.execute(delete(archived_order).where(*_mine(archived_order, tracker_id, ids)))
    return found


def take_back(
    connection: Connection, tracker_id: int, orders: Sequence[str], now: datetime
) -> None:
    """Take out those of `orders` that are archived, because their rows are in the tracker again."""
    found = take_out(connection, tracker_id, orders)
    said = dict.fromkeys(found, "its row is in the tracker again")
    note_orders(connection, tracker_id, "unarchive", WORKER, now, said)


def archived_among(connection: Connection, tracker_id: int, orders: Iterable[str]) -> list[str]:
    """Which of these orders are in the archive."""
    any_at_all = select(archived_order.c.order_id).where(archived_order.c.tracker_id == tracker_id)
    if connection.execute(any_at_all.limit(1)).first() is None:
        return []
    found: list[str] = []
    for ids in frames.chunks(sorted(set(orders))):
        found += connection.execute(any_at_all.where(archived_order.c.order_id.in_(ids))).scalars()
    return found


def note_orders(  # noqa: PLR0917 - what was done, by whom, when, to which orders
    connection: Connection,
    tracker_id: int,
    act: str,
    who: str,
    now: datetime,
    said: Mapping[str, str],
) -> None:
    """Keep for ever that this was done to these orders; `said` maps an order to what exactly."""
    rows = [
        {"tracker_id": tracker_id, "pass_id": 0, "seen_at": now, "order_id": order, "column": act,
         "old": "", "new": words, "by": WORKER if who == WORKER else "person",
         "rule": "" if who == WORKER else who, "seen_from": None}
        for order, words in sorted(said.items())
    ]  # fmt: skip
    insert_new(connection, change_log, rows)


def rewrite_archived(
    connection: Connection, tracker_id: int, orders: Sequence[str] | None, rewrite: Rewrite
) -> int:
    """Let `rewrite` replace the rows kept of these orders, or of all; in how many something changed."""
    query = select(archived_order.c.order_id, archived_order.c.packed).where(
        archived_order.c.tracker_id == tracker_id
    )
    parts = [query] if orders is None else [
        query.where(archived_order.c.order_id.in_(ids)) for ids in frames.chunks(orders)
    ]  # fmt: skip
    changed = 0
    for part in parts:
        for order, packed in connection.execute(part).all():
            tables = json.loads(packed)
            new = _json({n: [rewrite(n, row) for row in rows] for n, rows in tables.items()})
            if new != packed:
                changed += 1
                connection.execute(
                    archived_order.update()
                    .where(*_mine(archived_order, tracker_id, [order]))
                    .values(packed=new)
                )
    return changed


def _known(connection: Connection, tracker_id: int, orders: Sequence[str]) -> list[str]:
    found: list[str] = []
    for ids in frames.chunks(orders):
        query = select(order_memory.c.order_id).where(*_mine(order_memory, tracker_id, ids))
        found += connection.execute(query).scalars()
    return found


def _mine(table: Table, tracker_id: int, ids: Sequence[str]) -> tuple[Any, ...]:
    return (table.c.tracker_id == tracker_id, table.c.order_id.in_(ids))


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return _BYTES + bytes(value).hex()
    return int(value.timestamp()) if isinstance(value, datetime) else value


def _from_plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: bytes.fromhex(value.removeprefix(_BYTES))
        if name == "moments" and isinstance(value, str)
        else value
        for name, value in row.items()
    }


def _moments(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """The row as the table takes it: moments that are read one at a time are datetimes."""
    return {
        name: value
        if value is None or not isinstance(table.c[name].type, Moment)
        else datetime.fromtimestamp(value, tz=UTC)
        for name, value in row.items()
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
