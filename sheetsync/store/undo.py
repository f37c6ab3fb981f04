"""What one pass did, as the logs keep it, and the commit of an undo, which is a pass of its own.

Nothing that was logged is changed: an undo appends. It does not count as a look at the tracker, so
that what people did since the last look keeps its interval.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd
from sqlalchemy import Connection, Engine, func, select, update

from sheetsync.domain.explain.history import ACTS
from sheetsync.domain.model import ESCALATION_COLUMNS, Plan, Receipt
from sheetsync.domain.own_cells import OWN_COLUMNS
from sheetsync.domain.undo.cells import Cell, WrittenCell, undone_pass
from sheetsync.errors import StoreError, UsageError
from sheetsync.store import frames, trackers
from sheetsync.store.changes import log_changes
from sheetsync.store.engine import reading, writing
from sheetsync.store.memory import packed, save_orders
from sheetsync.store.passes import (
    PassLine,
    close_pass,
    line_of,
    open_line,
    save_escalations,
    save_events,
)
from sheetsync.store.tables import (
    change_log,
    delivery_event,
    escalation,
    order_seen,
    outbox,
    pass_log,
)
from sheetsync.store.upsert import insert_new

_WAITING: Final = ("pending", "retry", "held")
"""States in which a message can still be called off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """A message that a pass decided. `state` is that of the outbox."""

    recipient: str
    recipient_name: str
    subject: str
    state: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PassRecord:
    """What one pass did. `wrote_again`: its cells that a later pass wrote, with that pass's number."""

    line: PassLine
    written: tuple[WrittenCell, ...]
    wrote_again: dict[Cell, int]
    messages: tuple[SentMessage, ...]
    escalations: pd.DataFrame
    every_escalation: pd.DataFrame

    @property
    def waiting(self) -> tuple[SentMessage, ...]:
        """Messages that have not left yet."""
        return tuple(message for message in self.messages if message.state in _WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassToUndo:
    """One line of the list of passes that wrote or sent. `undoes`: the pass that it took back."""

    line: PassLine
    cells: int
    undoes: int | None


def pass_record(connection: Connection, tracker_id: int, number: int) -> PassRecord:
    """What pass `number` did; raises UsageError where this tracker has no such pass."""
    line = _line(connection, tracker_id, number)
    written = _written(connection, tracker_id, number)
    told = select(*(escalation.c[name] for name in ESCALATION_COLUMNS)).where(
        escalation.c.tracker_id == tracker_id
    )
    return PassRecord(
        line=line,
        written=written,
        wrote_again=_wrote_again(connection, tracker_id, number, written),
        messages=_messages(connection, tracker_id, number),
        escalations=_escalations(connection, told.where(escalation.c.pass_id == number)),
        every_escalation=_escalations(connection, told),
    )


def passes_to_undo(connection: Connection, tracker_id: int, count: int) -> list[PassToUndo]:
    """The newest `count` passes that wrote a cell or decided a message, newest first."""
    cells = (
        select(change_log.c.pass_id, func.count().label("cells"), func.min(change_log.c.rule).label("rule"))
        .where(change_log.c.tracker_id == tracker_id, change_log.c.by == "worker")
        .where(change_log.c.column.not_in(tuple(ACTS)))
        .group_by(change_log.c.pass_id)
        .subquery()
    )  # fmt: skip
    rows = connection.execute(
        select(pass_log, cells.c.cells, cells.c.rule)
        .outerjoin(cells, cells.c.pass_id == pass_log.c.id)
        .where(pass_log.c.tracker_id == tracker_id)
        .where((cells.c.cells > 0) | (pass_log.c.mails > 0))
        .order_by(pass_log.c.id.desc())
        .limit(count)
    ).all()
    found = []
    for row in rows:
        values = row._asdict()
        number, rule = values.pop("cells"), values.pop("rule")
        line = PassLine(**values)
        found.append(PassToUndo(line=line, cells=number or 0, undoes=undone_pass(rule or "")))
    return found


def commit_undo(
    connection: Connection, tracker_id: int, plan: Plan, undone: int, cells: Mapping[Cell, str]
) -> int:
    """Make the undo of pass `undone` durable, all or none; the number of the pass that it is.

    `cells`: what each cell goes back to, as the change log writes it.
    """
    state = trackers.get(connection, tracker_id)
    pass_id = open_line(connection, tracker_id, plan)
    save_orders(connection, tracker_id, plan.memory)
    save_events(connection, tracker_id, pass_id, plan.stage_events)
    save_escalations(connection, tracker_id, pass_id, plan.escalations)
    log_changes(connection, tracker_id, pass_id, plan, None)
    _these_are_ours(connection, tracker_id, cells)
    _call_off(connection, tracker_id, undone, pass_id, plan.at)
    trackers.change(
        connection, tracker_id, fingerprint="", seq=state.seq + (1 if len(plan.changes) else 0)
    )
    return pass_id


def close_undo(connection: Connection, pass_id: int, receipt: Receipt, *, now: datetime) -> None:
    """Note what became of the undo; the next pass looks again.

    What a Status held before stays in memory beside what it went back to: see the domain's undo.
    """
    outcomes = receipt.outcomes
    status = (outcomes["column"] == "status") & (outcomes["outcome"] == "applied")
    close_pass(
        connection, pass_id, replace(receipt, outcomes=outcomes[~status]), fingerprint="", now=now
    )


def _these_are_ours(connection: Connection, tracker_id: int, cells: Mapping[Cell, str]) -> None:
    """What stands in these cells afterwards was written by the worker: no person edited it."""
    by_order: dict[str, dict[str, str]] = {}
    for (order, column), text in cells.items():
        if column not in OWN_COLUMNS:
            by_order.setdefault(order, {})[column] = text
    for ids in frames.chunks(sorted(by_order)):
        mine = (order_seen.c.tracker_id == tracker_id) & order_seen.c.order_id.in_(ids)
        for row in connection.execute(select(order_seen).where(mine)).all():
            ours = {**json.loads(row.ours or "{}"), **by_order[row.order_id]}
            connection.execute(
                update(order_seen)
                .where(order_seen.c.tracker_id == tracker_id)
                .where(order_seen.c.order_id == row.order_id)
                .values(ours=packed(ours))
            )


def _line(connection: Connection, tracker_id: int, number: int) -> PassLine:
    try:
        line = line_of(connection, number)
    except StoreError:
        line = None
    if line is None or line.tracker_id != tracker_id:
        raise UsageError(
            f"There was no pass number {number} over this tracker. sheetsync undo, without a number, lists "
            "those that wrote or sent something."
        )
    return line


def _written(connection: Connection, tracker_id: int, number: int) -> tuple[WrittenCell, ...]:
    rows = connection.execute(
        select(change_log.c.order_id, change_log.c.column, change_log.c.old, change_log.c.new)
        .where(change_log.c.tracker_id == tracker_id, change_log.c.pass_id == number)
        .where(change_log.c.by == "worker", change_log.c.column.not_in(tuple(ACTS)))
        .order_by(change_log.c.id)
    )
    return tuple(WrittenCell(**row._asdict()) for row in rows)


def _wrote_again(
    connection: Connection, tracker_id: int, number: int, written: tuple[WrittenCell, ...]
) -> dict[Cell, int]:
    """Cells of `written` whose newest line of the worker is of a later pass, but for undos of this one."""
    mine = {(cell.order_id, cell.column) for cell in written}
    later: dict[Cell, int] = {}
    for ids in frames.chunks(sorted({order for order, _ in mine})):
        rows = connection.execute(
            select(change_log)
            .where(change_log.c.tracker_id == tracker_id, change_log.c.order_id.in_(ids))
            .where(change_log.c.by == "worker", change_log.c.pass_id > number)
            .order_by(change_log.c.id)
        )
        for row in rows:
            if undone_pass(row.rule) != number:
                later[row.order_id, row.column] = row.pass_id
    return {cell: again for cell, again in later.items() if cell in mine}


def _messages(connection: Connection, tracker_id: int, number: int) -> tuple[SentMessage, ...]:
    names = ("recipient", "recipient_name", "subject", "state", "sent_at")
    rows = connection.execute(
        select(*(outbox.c[name] for name in names))
        .where(outbox.c.tracker_id == tracker_id, outbox.c.pass_id == number)
        .order_by(outbox.c.id)
    )
    return tuple(SentMessage(**row._asdict()) for row in rows)


def _escalations(connection: Connection, query: Any) -> pd.DataFrame:
    rows = connection.execute(query.order_by(escalation.c.id)).all()
    columns = list(zip(*rows, strict=True)) or [() for _ in ESCALATION_COLUMNS]
    index = pd.RangeIndex(len(rows))
    data: dict[str, Any] = {}
    for name, values in zip(ESCALATION_COLUMNS, columns, strict=True):
        if name == "at":
            data[name] = frames.moments(values)
        elif name in {"level", "repeat"}:
            data[name] = pd.Series(values, index=index, dtype="int64")
        else:
            data[name] = frames.text_series(values, index)
    return pd.DataFrame(data)


def _call_off(
    connection: Connection, tracker_id: int, undone: int, pass_id: int, at: datetime
) -> None:
    """What the pass decided to send and nobody has begun to hand over does not leave any more."""
    waits = (outbox.c.tracker_id == tracker_id) & (outbox.c.pass_id == undone)
    waits &= outbox.c.state.in_(_WAITING)
    ids = list(connection.execute(select(outbox.c.id).where(waits)).scalars())
    if not ids:
        return
    why = f"called off by pass {pass_id}, the undo of pass {undone}"
    connection.execute(
        update(outbox).where(waits).values(state="superseded", last_error=why, changed_at=at)
    )
    lines = [
        {"tracker_id": tracker_id, "outbox_id": number, "kind": "called_off", "at": at, "detail": why}
        for number in ids
    ]  # fmt: skip
    insert_new(connection, delivery_event, lines)


class Undoing:
    """The undo of one tracker's passes over an open store; each method is one transaction."""

    def __init__(self, engine: Engine, path: Path | None, tracker_id: int) -> None:
        self._engine, self._path, self._tracker_id = engine, path, tracker_id

    def record(self, number: int) -> PassRecord:
        """What pass `number` did; raises UsageError for an unknown one."""
        with reading(self._engine, self._path) as connection:
            return pass_record(connection, self._tracker_id, number)

    def passes(self, count: int) -> list[PassToUndo]:
        """The newest passes that wrote or sent something, newest first."""
        with reading(self._engine, self._path) as connection:
            return passes_to_undo(connection, self._tracker_id, count)

    def commit(self, plan: Plan, undone: int, cells: Mapping[Cell, str]) -> int:
        """See `commit_undo`."""
        with writing(self._engine, self._path) as connection:
            return commit_undo(connection, self._tracker_id, plan, undone, cells)

    def close(self, pass_id: int, receipt: Receipt, *, now: datetime) -> None:
        """See `close_undo`."""
        with writing(self._engine, self._path) as connection:
            close_undo(connection, pass_id, receipt, now=now)
