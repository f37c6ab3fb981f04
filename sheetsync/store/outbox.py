"""The outbox of one tracker: notices decided, and what became of each.

Every change of state is compare-and-swap on the state and the owner of the lease, in a
transaction of its own, so two deliverers (or one that wakes late) can never both act on a row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, func, insert, or_, select, update

from sheetsync.store.engine import reading, writing
from sheetsync.store.tables import delivery_event, ledger, outbox, outbox_order, suppression
from sheetsync.store.upsert import insert_new

_WAITING: Final = ("pending", "retry")
_CLAIMED: Final = ("claimed", "in_data")
_MAY_HAVE_ARRIVED: Final = ("sent", "in_data", "in_doubt")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One notice in the outbox, with its frozen facts. Moments are aware UTC."""

    id: int
    dedupe_key: str
    message_id: str
    """"" until the message was composed for the first time; the same on every resend."""
    kind: str
    audience: str
    channel: str
    recipient: str
    recipient_name: str
    subject: str
    context: Mapping[str, Any]
    orders: tuple[str, ...]
    level: int
    state: str
    attempts: int
    not_before: datetime | None
    expires_at: datetime | None
    last_error: str
    transport: str
    provider_ref: str
    created_at: datetime
    changed_at: datetime
    sent_at: datetime | None


class Outbox:
    """The outbox of one tracker over an open store.

    With `kinds`, only notices of these kinds; `without` leaves out those to one audience.
    """

    def __init__(
        self,
        engine: Engine,
        path: Any,
        tracker_id: int,
        kinds: frozenset[str] | None = None,
        without: str = "",
    ) -> None:
        self._engine = engine
        self._path = path
        self._tracker_id = tracker_id
        self._kinds = kinds
        self._without = without

    def due(self, now: datetime, limit: int) -> list[OutboxRow]:
        """Rows whose time has come, oldest first, higher levels before lower ones of one moment."""
        query = (
            self._mine()
            .where(outbox.c.state.in_(_WAITING))
            .where(or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now))
            .order_by(outbox.c.created_at, outbox.c.level.desc(), outbox.c.id)
            .limit(limit)
        )
        return self._rows(query)

    def stale(self, now: datetime, *, alone: bool) -> list[OutboxRow]:
        """Rows claimed by a deliverer that is gone, oldest first.

        That is: the lease ran out, or (`alone`: the caller holds the only right to deliver for
        this tracker) any row still claimed.
        """
        query = self._mine().where(outbox.c.state.in_(_CLAIMED)).order_by(outbox.c.id)
        if not alone:
            query = query.where(outbox.c.lease_until <= now)
        return self._rows(query)

    def latest(self, count: int) -> list[OutboxRow]:
        """The newest `count` rows of any state, newest first."""
        return self._rows(self._mine().order_by(outbox.c.id.desc()).limit(count))

    def in_states(self, states: Sequence[str]) -> list[OutboxRow]:
        """All rows in one of these states, oldest first."""
        return self._rows(self._mine().where(outbox.c.state.in_(states)).order_by(outbox.c.id))

    def of_order(self, order_id: str) -> tuple[OutboxRow, ...]:
        """All rows about one order, oldest first."""
        about = select(outbox_order.c.outbox_id).where(
            outbox_order.c.tracker_id == self._tracker_id, outbox_order.c.order_id == order_id
        )
        return tuple(self._rows(self._mine().where(outbox.c.id.in_(about)).order_by(outbox.c.id)))

    def with_message_ids(self, ids: Sequence[str]) -> list[OutboxRow]:
        """The rows with one of these Message-IDs, in the order of the ids."""
        if not ids:
            return []
        found = {
            r.message_id: r for r in self._rows(self._mine().where(outbox.c.message_id.in_(ids)))
        }
        return [found[one] for one in ids if one in found]

    def orders_among(self, candidates: Sequence[str]) -> list[str]:
        """Which of these are orders about which something was said."""
        if not candidates:
            return []
        mine = (
            outbox_order.c.tracker_id == self._tracker_id,
            outbox_order.c.order_id.in_(candidates),
        )
        query = select(outbox_order.c.order_id).where(*mine).distinct()
        with reading(self._engine, self._path) as connection:
            return sorted(str(order) for order in connection.execute(query).scalars())

    def record(self, row_id: int, kind: str, detail: str, now: datetime) -> None:
        """Note what befell a message later on, without moving it."""
        with writing(self._engine, self._path) as connection:
            self._log(connection, row_id, kind, now, detail)

    def counts(self) -> dict[str, int]:
        """How many rows there are in each state."""
        query = (
            self._mine().with_only_columns(outbox.c.state, func.count()).group_by(outbox.c.state)
        )
        with reading(self._engine, self._path) as connection:
            return {str(state): int(count) for state, count in connection.execute(query)}

    def said_to(self, audience: str, start: datetime, end: datetime) -> list[OutboxRow]:
        """Everything decided for one audience from `start` on and before `end`, oldest first."""
        query = (
            self._mine()
            .where(outbox.c.audience == audience)
            .where(outbox.c.created_at >= start)
            .where(outbox.c.created_at < end)
            .order_by(outbox.c.id)
        )
        return self._rows(query)

    def mark(self) -> str:
        """Changes whenever a message is decided, or something becomes of one."""
        newest = [
            select(table.c.id)
            .where(table.c.tracker_id == self._tracker_id)
            .order_by(table.c.id.desc())
            .limit(1)
            for table in (outbox, delivery_event)
        ]
        with reading(self._engine, self._path) as connection:
            return ".".join(str(connection.execute(query).scalar() or 0) for query in newest)

    def claim(self, row: OutboxRow, *, owner: str, until: datetime, now: datetime) -> bool:
        """Take the row for `owner`; False when somebody else moved it first."""
        values = {
            "state": "claimed",
            "lease_owner": owner,
            "lease_until": until,
            "attempts": row.attempts + 1,
            "changed_at": now,
        }
        with writing(self._engine, self._path) as connection:
            return self._swap(connection, row.id, row.state, None, values)

    def mark_in_data(
        self, row_id: int, *, owner: str, message_id: str, transport: str, now: datetime
    ) -> bool:
        """The second mark, just before the message may leave; False when the lease was lost."""
        values = {
            "state": "in_data",
            "message_id": message_id,
            "transport": transport,
            "changed_at": now,
        }
        with writing(self._engine, self._path) as connection:
            return self._swap(connection, row_id, "claimed", owner, values)

    def settle(
        self,
        row_id: int,
        *,
        from_state: str,
        to_state: str,
        now: datetime,
        owner: str | None = None,
        detail: str = "",
        not_before: datetime | None = None,
        provider_ref: str = "",
    ) -> bool:
        """Move a row on and log why, in one transaction; `sent` also enters the ledger.

        `owner` None: the row is waiting or its deliverer is gone. False when it had moved. What became
        of a row that is `owner`'s own is true whoever has the lease by now.
        """
        values: dict[str, Any] = {
            "state": to_state,
            "last_error": "" if to_state == "sent" else detail,
            "lease_owner": "",
            "lease_until": None,
            "provider_ref": provider_ref,
            "changed_at": now,
        }
        if to_state == "retry":
            values["not_before"] = not_before
        if to_state == "sent":
            values["sent_at"] = now
        with writing(self._engine, self._path, under=owner is None) as connection:
            if not self._swap(connection, row_id, from_state, owner, values):
                return False
            if to_state == "sent":
                self._enter_in_ledger(connection, row_id, now)
            self._log(connection, row_id, to_state, now, detail)
        return True

    def thread(self, row: OutboxRow) -> list[str]:
        """Message-IDs of earlier letters about the same one order to the same recipient, oldest first."""
        if len(row.orders) != 1:
            return []
        query = (
            select(outbox.c.message_id)
            .join(outbox_order, outbox_order.c.outbox_id == outbox.c.id)
            .where(
                outbox_order.c.tracker_id == self._tracker_id,
                outbox_order.c.order_id == row.orders[0],
                outbox.c.id < row.id,
                outbox.c.channel == row.channel,
                outbox.c.audience == row.audience,
                outbox.c.recipient == row.recipient,
                outbox.c.state.in_(_MAY_HAVE_ARRIVED),
                outbox.c.message_id.is_not(None),
            )
            .order_by(outbox.c.id)
        )
        with reading(self._engine, self._path) as connection:
            return [str(found.message_id) for found in connection.execute(query)]

    def told_since(self, row: OutboxRow, since: datetime) -> tuple[int, int]:
        """How many letters left to the customer of `row`, and about its order, since then."""
        sent = (
            select(func.count(outbox.c.id.distinct()))
            .where(outbox.c.tracker_id == self._tracker_id)
            .where(outbox.c.audience == row.audience)
            .where(outbox.c.sent_at > since)
        )
        person = sent.where(func.lower(outbox.c.recipient) == row.recipient.lower())
        about = sent.where(outbox_order.c.outbox_id == outbox.c.id).where(
            outbox_order.c.order_id.in_(row.orders)
        )
        with reading(self._engine, self._path) as connection:
            return (
                int(connection.execute(person).scalar_one()),
                int(connection.execute(about).scalar_one()),
            )

    def left_before(self, row: OutboxRow, count: int) -> datetime | None:
        """When the `count`-th newest message to the audience of `row` left by its channel; None: fewer did."""
        query = (
            select(outbox.c.sent_at)
            .where(outbox.c.tracker_id == self._tracker_id, outbox.c.channel == row.channel)
            .where(outbox.c.audience == row.audience, outbox.c.sent_at.is_not(None))
            .order_by(outbox.c.sent_at.desc())
            .offset(count - 1)
            .limit(1)
        )
        with reading(self._engine, self._path) as connection:
            found: datetime | None = connection.execute(query).scalar()
        return found

    def suppressed(self, channel: str, address: str) -> str:
        """Why nothing is sent to this address; "" when it may be."""
        with reading(self._engine, self._path) as connection:
            reason = connection.execute(
                select(suppression.c.reason).where(
                    suppression.c.tracker_id == self._tracker_id,
                    suppression.c.channel == channel,
                    suppression.c.address == address.casefold(),
                )
            ).scalar()
        return "" if reason is None else str(reason)

    def suppress(self, channel: str, address: str, reason: str, now: datetime) -> None:
        """Send nothing more to this address; the first reason stands."""
        row = {
            "tracker_id": self._tracker_id,
            "channel": channel,
            "address": address.casefold(),
            "reason": reason,
            "at": now,
        }
        with writing(self._engine, self._path, under=False) as connection:
            insert_new(connection, suppression, [row])

    def unsuppress(self, channel: str, address: str) -> bool:
        """Allow this address again; whether it was suppressed."""
        with writing(self._engine, self._path) as connection:
            done = connection.execute(
                suppression.delete().where(
                    suppression.c.tracker_id == self._tracker_id,
                    suppression.c.channel == channel,
                    suppression.c.address == address.casefold(),
                )
            )
        return done.rowcount == 1

    def events(self, row_id: int) -> list[tuple[datetime, str, str]]:
        """(moment, kind, detail) of everything that befell one row, oldest first."""
        with reading(self._engine, self._path) as connection:
            rows = connection.execute(
                select(delivery_event.c.at, delivery_event.c.kind, delivery_event.c.detail)
                .where(delivery_event.c.outbox_id == row_id)
                .order_by(delivery_event.c.id)
            )
            return [(row.at, row.kind, row.detail) for row in rows]

    def _mine(self) -> Select[Any]:
        mine = select(outbox).where(outbox.c.tracker_id == self._tracker_id)
        if self._without:
            mine = mine.where(outbox.c.audience != self._without)
        return mine if self._kinds is None else mine.where(outbox.c.kind.in_(sorted(self._kinds)))

    def _rows(self, query: Select[Any]) -> list[OutboxRow]:
        with reading(self._engine, self._path) as connection:
            rows = connection.execute(query).all()
            orders = _orders(connection, [row.id for row in rows])
        return [_row(row._asdict(), tuple(orders.get(row.id, ()))) for row in rows]

    def _swap(
        self,
        connection: Connection,
        row_id: int,
        from_state: str,
        owner: str | None,
        values: Mapping[str, Any],
    ) -> bool:
        statement = update(outbox).where(
            outbox.c.id == row_id,
            outbox.c.tracker_id == self._tracker_id,
            outbox.c.state == from_state,
        )
        if owner is not None:
            statement = statement.where(outbox.c.lease_owner == owner)
        return connection.execute(statement.values(**values)).rowcount == 1

    def _enter_in_ledger(self, connection: Connection, row_id: int, now: datetime) -> None:
        row = connection.execute(
            select(outbox.c.dedupe_key, outbox.c.message_id).where(outbox.c.id == row_id)
        ).one()
        entry = {
            "dedupe_key": row.dedupe_key,
            "tracker_id": self._tracker_id,
            "message_id": row.message_id or "",
            "sent_at": now,
        }
        insert_new(connection, ledger, [entry])

    def _log(
        self, connection: Connection, row_id: int, kind: str, now: datetime, detail: str
    ) -> None:
        connection.execute(
            insert(delivery_event).values(
                tracker_id=self._tracker_id, outbox_id=row_id, kind=kind, at=now, detail=detail
            )
        )


def _orders(connection: Connection, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for start in range(0, len(ids), 500):
        rows = connection.execute(
            select(outbox_order.c.outbox_id, outbox_order.c.order_id)
            .where(outbox_order.c.outbox_id.in_(ids[start : start + 500]))
            .order_by(outbox_order.c.outbox_id, outbox_order.c.order_id)
        )
        for outbox_id, order_id in rows:
            found.setdefault(outbox_id, []).append(order_id)
    return found


def _row(values: dict[str, Any], orders: tuple[str, ...]) -> OutboxRow:
    names = OutboxRow.__dataclass_fields__
    kept = {name: value for name, value in values.items() if name in names}
    kept["context"] = json.loads(values["context"])
    kept["message_id"] = values["message_id"] or ""
    return OutboxRow(**kept, orders=orders)
