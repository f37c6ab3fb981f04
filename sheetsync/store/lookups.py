"""Finding an order for somebody who calls, and all that the last pass left about it: no sheet is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from sqlalchemy import Connection, Engine, Table, select

from sheetsync.domain.followups.model import FollowUp
from sheetsync.domain.model import MEMORY_MOMENTS
from sheetsync.domain.moments import as_aware
from sheetsync.domain.own_cells import OWN_COLUMNS
from sheetsync.domain.parcels.numbers import squeeze
from sheetsync.domain.texts import fold
from sheetsync.store import frames
from sheetsync.store.archive import take_out
from sheetsync.store.engine import reading, writing
from sheetsync.store.follow_ups import FollowUpBook
from sheetsync.store.memory import unpacked_moments
from sheetsync.store.outbox import Outbox, OutboxRow
from sheetsync.store.tables import archived_order, change_log, order_fact, order_memory, order_seen

By: TypeAlias = Literal["order", "tracking", "customer", "part"]
Rows: TypeAlias = Iterable[tuple[str, str]]
"""Order ID and the JSON that holds its cells."""
Unpack: TypeAlias = Callable[[str], Mapping[str, str]]
PEOPLE: Final = ("customer", "customer_email")
"""Columns by which a customer is found."""
_SHORTEST_PART: Final = 3
_SEEN_PLACES: Final = [
    MEMORY_MOMENTS.index(n) for n in ("status_since", "first_seen", "missing_since")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An order that may be meant, and by what it was found."""

    order_id: str
    by: By
    cells: Mapping[str, str]
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the store keeps of one order. `cells` are as the last pass left them, its own columns among them.

    `facts` are those of the last pass (moments as seconds since 1970). Moments are aware UTC.
    """

    order_id: str
    cells: Mapping[str, str]
    facts: Mapping[str, Any]
    status_since: datetime | None
    first_seen: datetime | None
    missing_since: datetime | None
    archived_at: datetime | None
    messages: tuple[OutboxRow, ...]
    follow_ups: tuple[FollowUp, ...]


class Lookups:
    """Looking orders of one tracker up in an open store."""

    def __init__(self, engine: Engine, path: Any, tracker_id: int) -> None:
        self._engine, self._path, self._tracker_id = engine, path, tracker_id

    def hits(self, wanted: str) -> list[Hit]:
        """The orders that `wanted` names: an Order ID, a tracking number, a customer; the best way that finds any.

        An archived order is found where no other is.
        """
        with reading(self._engine, self._path) as connection:
            rows = _rows(connection, self._tracker_id, order_seen, "cells")
            found = _best(_search(rows, json.loads, wanted, archived=False))
            if found:
                return _as_they_stand(connection, self._tracker_id, found)
            rows = _rows(connection, self._tracker_id, archived_order, "packed")
            return _best(_search(rows, _put_away, wanted, archived=True))

    def kept(self, order_id: str) -> Kept | None:
        """All about one order; None where nothing is kept of it."""
        with reading(self._engine, self._path) as connection:
            closed = connection.execute(
                select(archived_order.c.archived_at).where(
                    archived_order.c.tracker_id == self._tracker_id,
                    archived_order.c.order_id == order_id,
                )
            ).scalar()
            if closed is None:
                return self._kept(connection, order_id, None)
        with writing(self._engine, self._path) as connection:
            trial = connection.begin_nested()
            take_out(connection, self._tracker_id, [order_id])
            found = self._kept(connection, order_id, closed)
            trial.rollback()
        return found

    def _kept(
        self, connection: Connection, order_id: str, archived_at: datetime | None
    ) -> Kept | None:
        def one(table: Any, *names: str) -> Any:
            columns = [table.c[name] for name in names]
            mine = (table.c.tracker_id == self._tracker_id, table.c.order_id == order_id)
            return connection.execute(select(*columns).where(*mine)).one_or_none()

        memory = one(order_memory, "moments")
        if memory is None:
            return None
        seen, fact = one(order_seen, "cells", "ours"), one(order_fact, "facts")
        since, first, missing = _moments(memory.moments)
        return Kept(
            order_id=order_id,
            cells=_cells(seen, self._own(connection, order_id)),
            facts=json.loads(fact.facts) if fact is not None else {},
            status_since=since, first_seen=first, missing_since=missing, archived_at=archived_at,
            messages=Outbox(self._engine, self._path, self._tracker_id).of_order(order_id),
            follow_ups=FollowUpBook(self._engine, self._path, self._tracker_id).of_order(order_id),
        )  # fmt: skip

    def _own(self, connection: Connection, order_id: str) -> dict[str, str]:
        """What the worker meant to stand last in each of its own columns."""
        query = select(change_log.c.column, change_log.c.new).where(
            change_log.c.tracker_id == self._tracker_id, change_log.c.order_id == order_id,
            change_log.c.column.in_(OWN_COLUMNS), change_log.c.by == "worker",
        )  # fmt: skip
        rows = connection.execute(query.order_by(change_log.c.id)).all()
        return {row.column: row.new for row in rows}


def _moments(packed: bytes) -> list[datetime | None]:
    moments = unpacked_moments([packed])[0][_SEEN_PLACES]
    return [None if np.isnat(moment) else as_aware(moment) for moment in moments]


def _cells(seen: Any, own: Mapping[str, str]) -> dict[str, str]:
    """What a look at the row would show: what people typed, over it what the pass wrote there."""
    typed: dict[str, str] = json.loads(seen.cells) if seen is not None else {}
    ours: dict[str, str] = json.loads(seen.ours) if seen is not None and seen.ours else {}
    return {key: text for key, text in {**typed, **ours, **own}.items() if text}


def _as_they_stand(connection: Connection, tracker_id: int, hits: list[Hit]) -> list[Hit]:
    """The hits with the Status that the last pass left, which it may have written after its look."""
    status: dict[str, str] = {}
    for ids in frames.chunks([hit.order_id for hit in hits]):
        query = select(order_fact.c.order_id, order_fact.c.facts).where(
            order_fact.c.tracker_id == tracker_id, order_fact.c.order_id.in_(ids)
        )
        for order, facts in connection.execute(query):
            status[order] = json.loads(facts).get("status", "")
    return [
        replace(hit, cells={**hit.cells, "status": status[hit.order_id]})
        if status.get(hit.order_id)
        else hit
        for hit in hits
    ]


def _rows(connection: Connection, tracker_id: int, table: Table, name: str) -> Rows:
    query = select(table.c.order_id, table.c[name]).where(table.c.tracker_id == tracker_id)
    found = frames.by_column(connection, query)
    return zip(found["order_id"], found[name], strict=True)


def _put_away(packed: str) -> Mapping[str, str]:
    """The cells of an archived order."""
    rows = json.loads(packed).get(order_seen.name, [])
    cells: Mapping[str, str] = json.loads(rows[0]["cells"]) if rows else {}
    return cells


def _search(rows: Rows, unpack: Unpack, wanted: str, *, archived: bool) -> Iterator[Hit]:
    """Every order that fits in some way. A row is parsed only where its text can hold what is looked for."""
    name, number = fold(wanted), squeeze(wanted)
    needle = _dense(max(name.split(), key=len, default=""))
    for order, text in rows:
        by = _by_id(fold(order).lstrip("#"), name.lstrip("#"))
        if by is None and text.isascii() and needle not in _dense(text):
            continue
        cells = unpack(text)
        by = by or _by_cells(cells, name, number)
        if by is not None:
            yield Hit(order_id=order, by=by, cells=cells, archived=archived)


def _by_id(own: str, wanted: str) -> By | None:
    if own == wanted:
        return "order"
    if not wanted or not own.endswith(wanted):
        return None
    before = own[-len(wanted) - 1]
    return "part" if len(wanted) >= _SHORTEST_PART or not before.isalnum() else None


def _by_cells(cells: Mapping[str, str], name: str, number: str) -> By | None:
    if squeeze(cells.get("tracking", "")) == number:
        return "tracking"
    people = [fold(cells.get(key, "")) for key in PEOPLE]
    if name in people:
        return "customer"
    words = set(name.split())
    some = len(name) >= _SHORTEST_PART and any(words <= set(each.split()) for each in people)
    return "part" if some else None


def _best(found: Iterator[Hit]) -> list[Hit]:
    """The hits of the surest kind, in the order of the store."""
    hits = list(found)
    for by in ("order", "tracking", "customer", "part"):
        mine = [hit for hit in hits if hit.by == by]
        if mine:
            return mine
    return []


def _dense(text: str) -> str:
    return "".join(text.casefold().split()).replace("-", "")
