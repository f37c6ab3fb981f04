"""The change log: every cell that we meant to write or saw a person edit. Append only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from sheetsync.domain.cell_texts import MOMENT_COLUMNS, cell_text
from sheetsync.domain.feeds.news import feed_rule
from sheetsync.domain.guard.brought_in import BROUGHT_BY, Cell
from sheetsync.domain.model import Memory, Plan
from sheetsync.domain.own_cells import OWN_COLUMNS
from sheetsync.domain.person_edits import Edit
from sheetsync.store import frames
from sheetsync.store.tables import change_log, pass_log
from sheetsync.store.upsert import insert_new


def log_changes(  # noqa: PLR0917 - one pass, and what it saw
    connection: Connection,
    tracker_id: int,
    pass_id: int,
    plan: Plan,
    edits: Sequence[Edit] | None,
    memory: Memory | None = None,
) -> None:
    """Append the plan's intents and the edits seen since the read that `memory` is of.

    To the edits come those of the worker's own columns, which an intent puts right. An intent that was
    logged and still waits to be written (a workbook in use all night) is not logged again, unless a person
    has been at the cell: then what was meant had been written, in a pass that was killed before it knew.
    """
    # Only a pass adds the rows of feeds: an undo or an import logs its own cells, whatever waits meanwhile.
    rows = _new_rows(plan) if memory is not None else []
    intents, edits = [*_intents(plan), *rows], edits or ()
    orders = sorted({row["order_id"] for row in intents} | {edit.order_id for edit in edits})
    newest = _newest(connection, tracker_id, orders)
    found = [edit for edit in edits if not _by_undo(edit, newest)]
    found += [edit for row in intents if (edit := _edit_of_own(row, newest, memory)) is not None]
    edited = {(edit.order_id, edit.column) for edit in found}
    seen_from = memory.last_pass_at if memory is not None else None
    common = {"tracker_id": tracker_id, "pass_id": pass_id, "seen_at": plan.at}
    lines = [{**common, **_edit_line(edit), "seen_from": seen_from} for edit in found]
    lines += [
        {**common, **row, "seen_from": None}
        for row in intents
        if (row["order_id"], row["column"]) in edited or not _waits(row, newest)
    ]
    insert_new(connection, change_log, lines)


@dataclass(frozen=True, slots=True)
class _Line:
    """The newest line about a cell; whether its pass wrote all that it meant to, or nothing."""

    old: str
    new: str
    by: str
    written: bool
    waits: bool


def _by_undo(edit: Edit, newest: Mapping[Cell, _Line]) -> bool:
    """Whether the worker wrote this itself, outside a pass."""
    line = newest.get((edit.order_id, edit.column))
    return line is not None and line.by == "worker" and _alike(line.new, edit.new)


def _alike(written: str, read: str) -> bool:
    """Whether a cell that was written so is read so: a tick is written ✓ or TRUE, and read Yes."""
    return written == read or (written, read) in {("✓", "Yes"), ("", "No")}


def _edit_of_own(
    row: Mapping[str, str], newest: Mapping[Cell, _Line], memory: Memory | None
) -> Edit | None:
    """The edit that an intent in one of the worker's own columns puts right, if there was one."""
    order, column, stands = row["order_id"], row["column"], row["old"]
    line = newest.get((order, column))
    if column not in OWN_COLUMNS or (line is not None and line.by != "worker"):
        return None
    if line is None:
        if not stands or memory is None or not _watched(memory, order, column):
            return None
    elif stands == line.new or (stands == line.old and not line.written):
        return None
    return Edit(order_id=order, column=column, old=line.new if line else "", new=stands,
                by="person")  # fmt: skip


def _watched(memory: Memory, order: str, column: str) -> bool:
    """Whether the read before saw this cell, in which the worker never wrote: so it was blank."""
    return order in memory.orders.index and (memory.columns is None or column in memory.columns)


def _waits(row: Mapping[str, str], newest: Mapping[Cell, _Line]) -> bool:
    line = newest.get((row["order_id"], row["column"]))
    return (
        line is not None
        and line.waits
        and line.by == "worker"
        and (line.old, line.new) == (row["old"], row["new"])
    )


def _new_rows(plan: Plan) -> list[dict[str, str]]:
    """One line for each row that a feed adds, under what a person's new row is logged as."""
    added = plan.fed.additions if plan.fed is not None else ()
    common = {"column": "appeared", "old": "", "new": "", "by": "worker"}
    return [{"order_id": a.order_id, **common, "rule": feed_rule(a.source)} for a in added]


def _intents(plan: Plan) -> list[dict[str, str]]:
    changes = plan.changes
    system = plan.orders.sheet.date_system
    return [
        {
            "order_id": str(order),
            "column": str(column),
            "old": cell_text(old, moment=column in MOMENT_COLUMNS, date_system=system),
            "new": cell_text(new, moment=column in MOMENT_COLUMNS, date_system=system),
            "by": "worker",
            "rule": str(rule),
        }
        for order, column, old, new, rule in zip(
            changes["order_id"].tolist(),
            changes["column"].tolist(),
            list(changes["expected"]),
            list(changes["new"]),
            changes["rule"].tolist(),
            strict=True,
        )
    ]


def _edit_line(edit: Edit) -> dict[str, str]:
    return {"order_id": edit.order_id, "column": edit.column, "old": edit.old, "new": edit.new,
            "by": edit.by, "rule": ""}  # fmt: skip


def _newest(connection: Connection, tracker_id: int, orders: list[str]) -> dict[Cell, _Line]:
    found: dict[Cell, _Line] = {}
    log, passed = change_log.c, pass_log.c
    columns = (log.order_id, log.column, log.old, log.new, log.by, passed.phase, passed.outcome)
    for ids in frames.chunks(orders):
        rows = connection.execute(
            select(*columns)
            .outerjoin(pass_log, passed.id == log.pass_id)
            .where(log.tracker_id == tracker_id, log.order_id.in_(ids))
            .order_by(log.id)
        )
        for order, column, old, new, by, phase, outcome in rows:
            closed = phase == "closed"
            found[order, column] = _Line(old, new, by, closed and outcome == "ok", not closed)
    return found


def brought_in(connection: Connection, tracker_id: int, orders: Sequence[str]) -> dict[Cell, str]:
    """Cells of these orders that were last written by a feed or an import, and what was written there."""
    log, found = change_log.c, {}
    for ids in frames.chunks(orders):
        rows = connection.execute(
            select(log.order_id, log.column, log.new, log.by, log.rule)
            .where(log.tracker_id == tracker_id, log.order_id.in_(ids))
            .order_by(log.id)
        )
        for order, column, new, by, rule in rows:
            found[order, column] = new, by == "worker" and rule.partition(":")[0] in BROUGHT_BY
    return {cell: new for cell, (new, by_us) in found.items() if by_us}
