"""Archive, purge and forget: what is done to the orders of one tracker as a whole, each one transaction.

Whoever did it, and to which orders, stays in the change log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, select

from sheetsync.domain.redaction import cutter
from sheetsync.store.archive import WORKER, archived_among, note_orders, put_away
from sheetsync.store.engine import reading, writing
from sheetsync.store.holds import note_act
from sheetsync.store.redact import Counts, redact_orders, redact_values
from sheetsync.store.searching import orders_touched, orders_with
from sheetsync.store.seen import CUTTER
from sheetsync.store.settings import secret
from sheetsync.store.tables import archived_order, change_log

FORGET: Final = "forget"
"""The act under which a wish to be forgotten stands in the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be cut: everything personal in `columns` of `orders`, and `values` wherever they stand.

    `act` and `who` go to the log; `fresh` are random bytes for a secret that the store may lack.
    """

    act: str
    who: str
    orders: Sequence[str]
    columns: frozenset[str]
    values: frozenset[str] = frozenset()
    fresh: bytes = b""


class Care:
    """The care for one tracker's orders over an open store."""

    def __init__(self, engine: Engine, path: Path | None, tracker_id: int) -> None:
        self._engine, self._path, self._tracker_id = engine, path, tracker_id

    def archived(self) -> dict[str, datetime]:
        """Every archived order and when it was closed."""
        query = select(archived_order.c.order_id, archived_order.c.closed_at).where(
            archived_order.c.tracker_id == self._tracker_id
        )
        with reading(self._engine, self._path) as connection:
            return {order: at for order, at in connection.execute(query)}  # noqa: C416 - rows are not tuples to mypy

    def archived_among(self, orders: Sequence[str]) -> list[str]:
        """Which of these orders are archived."""
        with reading(self._engine, self._path) as connection:
            return archived_among(connection, self._tracker_id, orders)

    def archive(self, closed: Mapping[str, datetime], *, who: str, now: datetime) -> int:
        """Move these orders out of the tables that every pass loads; how many there were."""
        with writing(self._engine, self._path) as connection:
            done = put_away(connection, self._tracker_id, closed, now)
            said = {order: f"closed {at:%Y-%m-%d}" for order, at in closed.items()}
            note_orders(connection, self._tracker_id, "archive", who, now, said)
        return done

    def orders_with(self, value: str, columns: frozenset[str]) -> list[str]:
        """The orders that ever held this value (in any case) in one of these columns."""
        with reading(self._engine, self._path) as connection:
            return orders_with(connection, self._tracker_id, value, columns)

    def forgotten(self) -> list[str]:
        """Orders whose personal values were cut at somebody's wish."""
        query = select(change_log.c.order_id).where(
            change_log.c.tracker_id == self._tracker_id, change_log.c.pass_id == 0,
            change_log.c.column == FORGET, change_log.c.order_id != "",
        )  # fmt: skip
        with reading(self._engine, self._path) as connection:
            return sorted(set(connection.execute(query).scalars()))

    def touched_since(self, orders: Sequence[str], since: datetime) -> list[str]:
        """Those of these orders about which something was kept since then."""
        with reading(self._engine, self._path) as connection:
            return orders_touched(connection, self._tracker_id, orders, since)

    def would_cut(self, wish: Wish) -> Counts:
        """How much `cut` would cut; nothing stays changed."""
        with writing(self._engine, self._path) as connection:
            trial = connection.begin_nested()
            counts = self._cut(connection, wish)
            trial.rollback()
        return counts

    def cut(self, wish: Wish, *, now: datetime) -> Counts:
        """Cut personal values to marks, and keep for ever that it was done; how much there was."""
        with writing(self._engine, self._path) as connection:
            counts = self._cut(connection, wish)
            if counts.total or wish.who != WORKER:
                said = dict.fromkeys(wish.orders, "personal values cut")
                note_orders(connection, self._tracker_id, wish.act, wish.who, now, said)
                what = f"{len(wish.orders)} orders, {counts.total} places"
                note_act(connection, self._tracker_id, wish.act, wish.who, now, new=what)
        self._let_go_of_the_log()
        return counts

    def _let_go_of_the_log(self) -> None:
        """SQLite keeps what was written lately beside the file: there, too, the old values must go."""
        if self._path is None:
            return
        raw = self._engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()

    def _cut(self, connection: Connection, wish: Wish) -> Counts:
        cut = cutter(secret(connection, CUTTER, wish.fresh))
        counts = redact_orders(connection, self._tracker_id, wish.orders, wish.columns, cut)
        if not wish.values:
            return counts
        more = redact_values(connection, self._tracker_id, wish.values, cut)
        # The same messages wait in both counts.
        return replace(counts + more, waiting=max(counts.waiting, more.waiting))
