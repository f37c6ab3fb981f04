"""Reads everything that the store logged as audit entries, in the order in which it happened."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Table, func, select

from sheetsync.domain.audit import KINDS, Entry, Kind
from sheetsync.domain.explain.history import ACTS
from sheetsync.store.tables import (
    Moment,
    archived_order,
    change_log,
    delivery_event,
    escalation,
    follow_up,
    order_memory,
    outbox,
    outbox_order,
    pass_log,
    stage_event,
)

_AT_A_TIME: Final = 2_000
_KIND_PLACE: Final = {kind: place for place, kind in enumerate(KINDS)}


def audit_entries(
    connection: Connection,
    tracker_id: int,
    *,
    since: datetime | None = None,
    order_id: str | None = None,
) -> Iterator[Entry]:
    """Every entry of a tracker from `since` on (aware UTC), or only those of one order, oldest first."""
    asked = _Asked(connection, tracker_id, since, order_id)
    streams = [_stages(asked), _changes(asked), _escalations(asked), _mails(asked),
               _deliveries(asked), _said(asked), _tasks_opened(asked), _tasks_closed(asked)]  # fmt: skip
    if order_id is None:
        streams.append(_passes(asked))
    return heapq.merge(*streams, key=_moment)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for, and from where it is read."""

    connection: Connection
    tracker_id: int
    since: datetime | None
    order_id: str | None

    def rows(self, query: Select[Any], table: Table, moment: ColumnElement[Any]) -> Iterator[Any]:
        """The rows of `table` from the moment asked for on, oldest first, a few at a time."""
        query = query.where(table.c.tracker_id == self.tracker_id).order_by(moment, table.c.id)
        if self.since is not None:
            query = query.where(moment >= self.bound(moment))
        options = {"yield_per": _AT_A_TIME}
        yield from self.connection.execute(query, execution_options=options)

    def bound(self, moment: ColumnElement[Any]) -> Any:
        """The moment asked for as this column keeps moments."""
        since = self.since or datetime.fromtimestamp(0, tz=UTC)
        return since if isinstance(moment.type, Moment) else int(since.timestamp())

    def of_order(self, query: Select[Any], column: ColumnElement[Any]) -> Select[Any]:
        """Only the order asked for, if one was."""
        return query if self.order_id is None else query.where(column == self.order_id)

    def of_mail(self, query: Select[Any]) -> Select[Any]:
        """Only mails about the order asked for, if one was."""
        if self.order_id is None:
            return query
        mine = select(outbox_order.c.outbox_id).where(
            outbox_order.c.tracker_id == self.tracker_id, outbox_order.c.order_id == self.order_id
        )
        return query.where(outbox.c.id.in_(mine))

    def orders_of(self, ids: Sequence[int]) -> dict[int, str]:
        """Mail number -> its orders, joined by semicolons."""
        rows = self.connection.execute(
            select(outbox_order.c.outbox_id, outbox_order.c.order_id)
            .where(outbox_order.c.outbox_id.in_(ids))
            .order_by(outbox_order.c.outbox_id, outbox_order.c.order_id)
        )
        found: dict[int, list[str]] = {}
        for mail, order in rows:
            found.setdefault(mail, []).append(order)
        return {mail: "; ".join(orders) for mail, orders in found.items()}


def _passes(asked: _Asked) -> Iterator[Entry]:
    for row in asked.rows(select(pass_log), pass_log, pass_log.c.started_at):
        counts = f"{row.changes} cells, {row.mails} mails, rules {row.rules_hash[:12]}"
        said = [
            counts,
            *(["first look"] if row.baseline else []),
            *([row.error] if row.error else []),
        ]
        yield Entry(
            at=_utc(row.started_at), kind="pass", number=row.id, run=str(row.id), what="pass",
            new=row.outcome or row.phase, by="worker", detail="; ".join(said),
        )  # fmt: skip


def _stages(asked: _Asked) -> Iterator[Entry]:
    logged = func.coalesce(stage_event.c.seen_to, stage_event.c.at, 0)
    query = asked.of_order(select(stage_event, logged.label("logged")), stage_event.c.order_id)
    for row in asked.rows(query, stage_event, logged):
        yield Entry(
            at=_utc(row.logged), since=_utc(row.seen_from), kind="stage", number=row.id,
            run=str(row.pass_id), order=row.order_id, what=row.field, old=row.old, new=row.new,
            by=row.source, detail=f"counts from {_utc(row.at)}" if row.at is not None else "",
        )  # fmt: skip


def _changes(asked: _Asked) -> Iterator[Entry]:
    query = asked.of_order(select(change_log), change_log.c.order_id)
    for row in asked.rows(query, change_log, change_log.c.seen_at):
        yield Entry(
            at=_utc(row.seen_at), since=_utc(row.seen_from), kind=_kind(row),
            number=row.id, run=str(row.pass_id or ""), order=row.order_id, what=row.column,
            old=row.old, new=row.new, by=row.by, rule=row.rule,
        )  # fmt: skip


def _kind(row: Any) -> Kind:
    return "cell" if row.pass_id and row.column not in ACTS else "act"


def _escalations(asked: _Asked) -> Iterator[Entry]:
    decided = func.coalesce(escalation.c.at, 0)
    query = asked.of_order(select(escalation, decided.label("decided")), escalation.c.order_id)
    for row in asked.rows(query, escalation, decided):
        again = f", time {row.repeat + 1}" if row.repeat else ""
        yield Entry(
            at=_utc(row.decided), kind="escalation", number=row.id, run=str(row.pass_id),
            order=row.order_id, what=f"{row.stay}, level {row.level}{again}", new=row.outcome,
            by="worker", rule=row.policy, detail=row.recipients,
        )  # fmt: skip


def _mails(asked: _Asked) -> Iterator[Entry]:
    query = asked.of_mail(select(outbox))
    for part in _parts(asked.rows(query, outbox, outbox.c.created_at)):
        orders = asked.orders_of([row.id for row in part])
        for row in part:
            whom = (
                f"{row.recipient_name} <{row.recipient}>" if row.recipient_name else row.recipient
            )
            yield Entry(
                at=_utc(row.created_at), kind="mail", number=row.id, run=str(row.pass_id or ""),
                order=orders.get(row.id, ""), what=row.subject, new="decided", by="worker",
                rule=row.kind, detail=whom,
            )  # fmt: skip


def _deliveries(asked: _Asked) -> Iterator[Entry]:
    query = asked.of_mail(
        select(delivery_event, outbox.c.subject, outbox.c.pass_id, outbox.c.message_id)
        .join(outbox, outbox.c.id == delivery_event.c.outbox_id)
    )  # fmt: skip
    for part in _parts(asked.rows(query, delivery_event, delivery_event.c.at)):
        orders = asked.orders_of(sorted({row.outbox_id for row in part}))
        for row in part:
            yield Entry(
                at=_utc(row.at), kind="delivery", number=row.id, run=str(row.pass_id or ""),
                order=orders.get(row.outbox_id, ""), what=row.subject, new=row.kind, by="worker",
                detail="; ".join(filter(None, (f"mail {row.outbox_id}", row.message_id, row.detail))),
            )  # fmt: skip


def _said(asked: _Asked) -> Iterator[Entry]:
    query = asked.of_order(select(follow_up), follow_up.c.order_id)
    for row in asked.rows(query.where(follow_up.c.kind == "said"), follow_up, follow_up.c.at):
        yield Entry(
            at=_utc(row.at), kind="said", number=row.id, order=row.order_id, what=row.channel,
            new=row.text, by="person", rule=row.who, detail=row.direction,
        )  # fmt: skip


def _tasks_opened(asked: _Asked) -> Iterator[Entry]:
    query = asked.of_order(select(follow_up), follow_up.c.order_id)
    for row in asked.rows(query.where(follow_up.c.kind == "task"), follow_up, follow_up.c.at):
        yield Entry(
            at=_utc(row.at), kind="task", number=row.id, order=row.order_id, what=row.text,
            new="opened", by="worker", rule=row.reason, detail=row.channel,
        )  # fmt: skip


def _tasks_closed(asked: _Asked) -> Iterator[Entry]:
    query = asked.of_order(select(follow_up), follow_up.c.order_id)
    query = query.where(follow_up.c.kind == "task", follow_up.c.closed_at.is_not(None))
    for row in asked.rows(query, follow_up, follow_up.c.closed_at):
        yield Entry(
            at=_utc(row.closed_at), kind="task", number=row.id, order=row.order_id, what=row.text,
            new="closed", by="person" if row.closed_by else "worker", rule=row.reason,
            detail=row.closed_by,
        )  # fmt: skip


def _parts(rows: Iterator[Any], size: int = 500) -> Iterator[list[Any]]:
    while part := list(islice(rows, size)):
        yield part


def _utc(moment: datetime | int | None) -> str:
    if moment is None:
        return ""
    aware = datetime.fromtimestamp(moment, tz=UTC) if isinstance(moment, int) else moment
    return f"{aware:%Y-%m-%dT%H:%M:%SZ}"


def _moment(entry: Entry) -> tuple[str, int, int]:
    return (entry.at, _KIND_PLACE[entry.kind], entry.number)


def known_orders(connection: Connection, tracker_id: int) -> list[str]:
    """Every Order ID that the store ever saw in this tracker, archived ones included."""
    found: set[str] = set()
    for table in (order_memory, archived_order):
        query = select(table.c.order_id).where(table.c.tracker_id == tracker_id)
        found.update(connection.execute(query).scalars())
    return sorted(found)
