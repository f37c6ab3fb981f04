"""Cutting personal values out of everything the store keeps, while counts, times and keys stay.

This is the one way in which a line of the change log may change, and only its two values: the triggers
let it through while a mark stands among the settings, which nobody outside this transaction ever sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    select,
    update,
)

from sheetsync.domain.redaction import Redactor
from sheetsync.store import frames
from sheetsync.store.archive import rewrite_archived
from sheetsync.store.settings import WHOLE_STORE, put_setting
from sheetsync.store.tables import (
    change_log,
    delivery_event,
    escalation,
    order_fact,
    order_seen,
    outbox,
    outbox_order,
    pass_log,
    setting,
)

_GATE: Final = "redacting"
WAITING: Final = ("pending", "retry", "claimed", "in_data", "held")
"""Messages that may still leave: they are not cut, for they would say nothing to anybody."""
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was cut: lines of the log, orders as last seen, facts, archived orders, messages.

    `waiting` messages were left as they are, since they may still leave.
    """

    log: int = 0
    seen: int = 0
    facts: int = 0
    archived: int = 0
    mails: int = 0
    other: int = 0
    waiting: int = 0

    def __add__(self, other: Counts) -> Counts:
        names = Counts.__dataclass_fields__
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def total(self) -> int:
        """Rows of the store in which something was cut."""
        return self.log + self.seen + self.facts + self.archived + self.mails + self.other


def redact(
    connection: Connection,
    tracker_id: int,
    redactor: Redactor,
    orders: Sequence[str],
    *,
    everywhere: bool = False,
) -> Counts:
    """Cut what `redactor` cuts in all that is kept of `orders`; `everywhere`: its values in all the rest."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    counts = Counts()
    for ids in frames.chunks(orders):
        counts += _of_orders(connection, tracker_id, redactor, ids)
    if everywhere:
        counts += _of_orders(connection, tracker_id, redactor, None)
        counts += _unbound(connection, tracker_id, redactor)
    return counts


def _of_orders(
    connection: Connection, tracker_id: int, redactor: Redactor, ids: Sequence[str] | None
) -> Counts:
    def mine(table: Table) -> ColumnElement[bool]:
        here = table.c.tracker_id == tracker_id
        return here if ids is None else and_(here, table.c.order_id.in_(ids))

    cell, cells, facts = redactor.cell, redactor.cells, redactor.facts
    with _gate(connection):
        log = _rewrite(connection, change_log, ("id",), mine(change_log), lambda row: {
            "old": cell(row["column"], row["old"]), "new": cell(row["column"], row["new"])})  # fmt: skip
    key = ("tracker_id", "order_id")
    seen = _rewrite(connection, order_seen, key, mine(order_seen), lambda row: {
        "cells": cells(row["cells"]), "ours": cells(row["ours"]) if row["ours"] else ""})  # fmt: skip
    kept = _rewrite(connection, order_fact, key, mine(order_fact), lambda row: {
        "facts": cells(row["facts"])})  # fmt: skip
    told = _rewrite(connection, escalation, ("id",), mine(escalation), lambda row: {
        "recipients": redactor.text(row["recipients"])})  # fmt: skip
    archived = rewrite_archived(connection, tracker_id, ids, _archived(redactor))
    about = outbox.c.tracker_id == tracker_id
    if ids is not None:
        about &= outbox.c.id.in_(
            select(outbox_order.c.outbox_id).where(
                outbox_order.c.tracker_id == tracker_id, outbox_order.c.order_id.in_(ids)
            )
        )
    text = redactor.text
    mails = _rewrite(
        connection, outbox, ("id",), about & outbox.c.state.not_in(WAITING),
        lambda row: {
            "recipient": text(row["recipient"]), "recipient_name": text(row["recipient_name"]),
            "subject": text(row["subject"]), "context": facts(row["context"]),
            "last_error": text(row["last_error"]),
        },
    )  # fmt: skip
    waiting = _would_change(connection, about & outbox.c.state.in_(WAITING), redactor)
    return Counts(
        log=log, seen=seen, facts=kept, archived=archived, mails=mails, other=told, waiting=waiting
    )


def _unbound(connection: Connection, tracker_id: int, redactor: Redactor) -> Counts:
    """What belongs to no order: errors of passes, details of deliveries."""
    other = 0
    for table, name in ((pass_log, "error"), (delivery_event, "detail")):
        rewritten = partial(_one_text, redactor, name)
        other += _rewrite(connection, table, ("id",), table.c.tracker_id == tracker_id, rewritten)
    return Counts(other=other)


def _one_text(redactor: Redactor, name: str, row: Row) -> dict[str, str]:
    return {name: redactor.text(row[name])}


def _archived(redactor: Redactor) -> Callable[[str, dict[str, Any]], dict[str, Any]]:
    texts = {"cells": redactor.cells, "facts": redactor.cells, "recipients": redactor.text}

    def rewrite(table: str, row: dict[str, Any]) -> dict[str, Any]:
        del table
        return {
            name: texts[name](value) if name in texts and value else value
            for name, value in row.items()
        }

    return rewrite


def _would_change(connection: Connection, where: ColumnElement[bool], redactor: Redactor) -> int:
    rows = connection.execute(
        select(outbox.c.recipient, outbox.c.recipient_name, outbox.c.context).where(where)
    ).all()
    return sum(
        redactor.text(to) != to or redactor.text(name) != name or redactor.facts(facts) != facts
        for to, name, facts in rows
    )


def _rewrite(
    connection: Connection,
    table: Table,
    key: Sequence[str],
    where: ColumnElement[bool],
    rewritten: Callable[[Row], dict[str, str]],
) -> int:
    """Let `rewritten` replace columns of the rows that it changes; how many these were."""
    changed = []
    for found in connection.execute(select(table).where(where)):
        row = found._asdict()
        values = rewritten(row)
        if any(row[name] != value for name, value in values.items()):
            keys = {f"b_{name}": row[name] for name in key}
            changed.append(keys | {f"v_{name}": value for name, value in values.items()})
    if changed:
        names = [name.removeprefix("v_") for name in changed[0] if name.startswith("v_")]
        statement = update(table).values({name: bindparam(f"v_{name}") for name in names})
        for name in key:
            statement = statement.where(table.c[name] == bindparam(f"b_{name}"))
        connection.execute(statement, changed)
    return len(changed)


@contextmanager
def _gate(connection: Connection) -> Iterator[None]:
    """Within, the two values of a line of the change log may be replaced."""
    put_setting(connection, WHOLE_STORE, _GATE, "")
    yield
    connection.execute(
        delete(setting).where(setting.c.tracker_id == WHOLE_STORE, setting.c.key == _GATE)
    )
