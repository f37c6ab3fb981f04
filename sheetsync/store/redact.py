"""Cutting personal values out of everything the store keeps, while counts, times and keys stay.

This is the one way in which a line of the change log may change, and only its two values: the triggers
let it through while a mark stands among the settings, which nobody outside this transaction ever sees.
"""

from __future__ import annotations

import json
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

from sheetsync.domain.explain.history import ACTS
from sheetsync.domain.followups.model import BY_A_PERSON
from sheetsync.domain.merge.copies import Copy
from sheetsync.domain.redaction import Cut, Redactor
from sheetsync.store import frames
from sheetsync.store.archive import rewrite_archived
from sheetsync.store.offline import forget_in_copies
from sheetsync.store.searching import personal_values
from sheetsync.store.settings import WHOLE_STORE, put_setting
from sheetsync.store.tables import (
    change_log,
    delivery_event,
    escalation,
    feed_row,
    feed_written,
    follow_up,
    inbound,
    merge_conflict,
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
_MAIL_TEXTS: Final = ("recipient", "recipient_name", "subject", "context", "last_error")
Row = Mapping[str, Any]
Of = Callable[[str], Redactor]
"""What cuts the texts of an order."""


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
    copies: int = 0
    waiting: int = 0

    def __add__(self, other: Counts) -> Counts:
        names = Counts.__dataclass_fields__
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def total(self) -> int:
        """Rows of the store in which something was cut."""
        return (
            self.log
            + self.seen
            + self.facts
            + self.archived
            + self.mails
            + self.other
            + self.copies
        )


def redact_orders(
    connection: Connection,
    tracker_id: int,
    orders: Sequence[str],
    columns: frozenset[str],
    cut: Cut,
) -> Counts:
    """Cut `columns` of these orders, and what stood there ever wherever else it is quoted of them."""
    _overwrite(connection)
    counts = Counts()
    named = frozenset(orders)
    counts += Counts(copies=forget_in_copies(connection, tracker_id, lambda _copy: named))
    for ids in frames.chunks(orders):
        values = personal_values(connection, tracker_id, ids, columns)
        each = {
            order: Redactor(columns=columns, cut=cut, values=values.get(order, frozenset()))
            for order in ids
        }
        counts += _of_orders(connection, tracker_id, each.__getitem__, ids)
    return counts


def redact_values(
    connection: Connection, tracker_id: int, values: frozenset[str], cut: Cut
) -> Counts:
    """Cut these values wherever they stand."""
    _overwrite(connection)
    redactor = Redactor(columns=frozenset(), cut=cut, values=values)
    found = _of_orders(connection, tracker_id, lambda _order: redactor, None)
    found += Counts(copies=forget_in_copies(connection, tracker_id, partial(_named_in, redactor)))
    return found + _unbound(connection, tracker_id, redactor)


def _named_in(redactor: Redactor, copy: Copy) -> set[str]:
    """The orders of a kept copy in which something would be cut: they leave it as a whole."""
    orders: set[str] = set()
    for key, cells in copy.columns.items():
        spelled = {text for text in set(cells.tolist()) if redactor.cell(key, text) != text}
        if spelled:
            orders.update(
                order
                for order, text in zip(copy.ids, cells.tolist(), strict=True)
                if text in spelled
            )
    return orders


def _overwrite(connection: Connection) -> None:
    """Let SQLite overwrite what is replaced, where it would only forget where it stood."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def _of_orders(
    connection: Connection, tracker_id: int, of: Of, ids: Sequence[str] | None
) -> Counts:
    def mine(table: Table) -> ColumnElement[bool]:
        here = table.c.tracker_id == tracker_id
        return here if ids is None else and_(here, table.c.order_id.in_(ids))

    with _gate(connection):
        log = _rewrite(connection, change_log, ("id",), mine(change_log), partial(_change, of))
    key = ("tracker_id", "order_id")
    mails, waiting = _mails(connection, tracker_id, of, ids)
    return Counts(
        log=log,
        seen=_rewrite(connection, order_seen, key, mine(order_seen), partial(_seen, of)),
        facts=_rewrite(connection, order_fact, key, mine(order_fact), partial(_facts, of)),
        other=_fed(connection, tracker_id, of, ids)
        + _rewrite(connection, escalation, ("id",), mine(escalation), partial(_told, of))
        + _rewrite(connection, merge_conflict, ("id",), mine(merge_conflict), partial(_disputed, of))
        + _rewrite(connection, follow_up, ("id",), mine(follow_up), partial(_said, of))
        + _rewrite(
            connection, inbound, ("tracker_id", "action_key"), mine(inbound), partial(_came, of)
        ),
        archived=rewrite_archived(connection, tracker_id, ids, partial(_archived, of)),
        mails=mails, waiting=waiting,
    )  # fmt: skip


def _fed(connection: Connection, tracker_id: int, of: Of, ids: Sequence[str] | None) -> int:
    """What feeds said of these orders, and wrote into their rows."""
    said = ("tracker_id", "source", "keyed", "key")
    count = 0
    for table, key, names in (
        (feed_row, said, ("cells",)), (feed_written, ("tracker_id", "order_id"), ("written", "before")),
    ):  # fmt: skip
        where = table.c.tracker_id == tracker_id
        where = where if ids is None else and_(where, table.c.order_id.in_(ids))
        count += _rewrite(connection, table, key, where, partial(_packed, of, names))
    return count


def _packed(of: Of, names: Sequence[str], row: Row) -> dict[str, str]:
    cells = of(row["order_id"]).cells
    return {name: cells(row[name]) for name in names}


def _change(of: Of, row: Row) -> dict[str, str]:
    cell = of(row["order_id"]).cell if row["column"] not in ACTS else _as_it_is
    return {side: cell(row["column"], row[side]) for side in ("old", "new")}


def _as_it_is(_column: str, text: str) -> str:
    return text


def _seen(of: Of, row: Row) -> dict[str, str]:
    cells = of(row["order_id"]).cells
    return {"cells": cells(row["cells"]), "ours": cells(row["ours"]) if row["ours"] else ""}


def _facts(of: Of, row: Row) -> dict[str, str]:
    return {"facts": of(row["order_id"]).cells(row["facts"])}


def _disputed(of: Of, row: Row) -> dict[str, str]:
    cell = of(row["order_id"]).cell
    return {side: cell(row["column"], row[side]) for side in ("base", "theirs", "ours")}


def _said(of: Of, row: Row) -> dict[str, str]:
    """What was said about an order that is forgotten goes as a whole: nobody knows what else it tells.

    So do tasks that a message opened, which hold a number or an answer. Those of the rules are the rules' own words.
    """
    redactor = of(row["order_id"])
    whole = redactor.columns and (row["kind"] == "said" or row["reason"] in BY_A_PERSON)
    return {"text": redactor.cut(row["text"]) if whole else redactor.text(row["text"])}


def _came(of: Of, row: Row) -> dict[str, str]:
    """What somebody outside sent us: its cells by column, whatever else by what is looked for."""
    redactor = of(row["order_id"])
    payload = json.loads(row["payload"])
    cells = payload.get("cells")
    if isinstance(cells, dict):
        left = {key: redactor.cell(key, str(text)) for key, text in cells.items()}
        payload = payload | {"cells": left}
    packed = json.dumps(payload, ensure_ascii=False, sort_keys=True)
    return {"payload": redactor.facts(packed), "detail": redactor.text(row["detail"])}


def _told(of: Of, row: Row) -> dict[str, str]:
    return {"recipients": of(row["order_id"]).text(row["recipients"])}


def _archived(of: Of, table: str, row: dict[str, Any]) -> dict[str, Any]:
    kinds = {order_seen.name: _seen, order_fact.name: _facts, escalation.name: _told}
    return row | kinds[table](of, row) if table in kinds else row


def _mails(
    connection: Connection, tracker_id: int, of: Of, ids: Sequence[str] | None
) -> tuple[int, int]:
    """Messages that were cut, and those that would have been but may still leave."""
    about = outbox.c.tracker_id == tracker_id
    links = select(outbox_order.c.outbox_id, outbox_order.c.order_id).where(
        outbox_order.c.tracker_id == tracker_id
    )
    orders: dict[int, list[str]] = {}
    if ids is not None:
        for mail, order in connection.execute(links.where(outbox_order.c.order_id.in_(ids))):
            orders.setdefault(mail, []).append(order)
        about &= outbox.c.id.in_(list(orders))

    def cut(row: Row) -> dict[str, str]:
        left = {name: row[name] for name in _MAIL_TEXTS}
        for order in orders.get(row["id"], [""]):
            redactor = of(order)
            left = {
                name: redactor.facts(text) if name == "context" else redactor.text(text)
                for name, text in left.items()
            }
        return left

    done = _rewrite(connection, outbox, ("id",), about & outbox.c.state.not_in(WAITING), cut)
    waiting = connection.execute(select(outbox).where(about & outbox.c.state.in_(WAITING)))
    rows = [row._asdict() for row in waiting]
    return done, sum(any(row[k] != v for k, v in cut(row).items()) for row in rows)


def _unbound(connection: Connection, tracker_id: int, redactor: Redactor) -> Counts:
    """What belongs to no order: errors of passes, details of deliveries."""
    other = 0
    for table, name in ((pass_log, "error"), (delivery_event, "detail")):
        rewritten = partial(_one_text, redactor, name)
        other += _rewrite(connection, table, ("id",), table.c.tracker_id == tracker_id, rewritten)
    return Counts(other=other)


def _one_text(redactor: Redactor, name: str, row: Row) -> dict[str, str]:
    return {name: redactor.text(row[name])}


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
