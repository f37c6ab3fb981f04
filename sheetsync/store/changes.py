"""The change log: every cell that we meant to write or saw a person edit. Append only."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from sheetsync.domain.model import STAMPS, CellError, DateSystem, Plan, Uncalculated
from sheetsync.domain.moments import canonical_local, serials_to_local
from sheetsync.store import frames
from sheetsync.store.tables import change_log
from sheetsync.store.upsert import insert_new

EDIT_COLUMNS: Final = ("order_id", "column", "old", "new")
"""What a frame of edits seen has; a further column `by` (person, unknown) is optional."""
_MOMENT_COLUMNS: Final = frozenset({"ordered_at", "sla_due", *STAMPS})


def log_changes(
    connection: Connection,
    tracker_id: int,
    pass_id: int,
    plan: Plan,
    person_edits: pd.DataFrame | None,
) -> None:
    """Append the plan's intents and the edits seen.

    An intent that was logged and still waits to be written (a workbook in use all night) is not
    logged again every pass.
    """
    common = {"tracker_id": tracker_id, "pass_id": pass_id, "seen_at": plan.at}
    intents = _intents(plan)
    last = _last_intents(connection, tracker_id, sorted({row["order_id"] for row in intents}))
    lines = [
        row
        for row in intents
        if last.get((row["order_id"], row["column"])) != (row["old"], row["new"])
    ]
    lines += _edits(person_edits)
    insert_new(connection, change_log, [{**common, **line} for line in lines])


def _intents(plan: Plan) -> list[dict[str, str]]:
    changes = plan.changes
    system = plan.orders.sheet.date_system
    return [
        {
            "order_id": str(order),
            "column": str(column),
            "old": cell_text(old, column, system),
            "new": cell_text(new, column, system),
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


def _edits(edits: pd.DataFrame | None) -> list[dict[str, str]]:
    if edits is None or edits.empty:
        return []
    by = edits["by"].tolist() if "by" in edits.columns else ["person"] * len(edits)
    columns = [frames.text_list(edits[name]) for name in EDIT_COLUMNS]
    return [
        {"order_id": order, "column": column, "old": old, "new": new, "by": who, "rule": ""}
        for order, column, old, new, who in zip(*columns, by, strict=True)
    ]


def _last_intents(
    connection: Connection, tracker_id: int, orders: list[str]
) -> dict[tuple[str, str], tuple[str, str]]:
    """(order, column) -> (old, new) of the newest line about that cell, if it is an intent."""
    last: dict[tuple[str, str], tuple[str, str]] = {}
    for ids in frames.chunks(orders):
        rows = connection.execute(
            select(change_log)
            .where(change_log.c.tracker_id == tracker_id, change_log.c.order_id.in_(ids))
            .order_by(change_log.c.id)
        )
        for row in rows:
            cell = (row.order_id, row.column)
            if row.by == "worker":
                last[cell] = (row.old, row.new)
            else:
                last.pop(cell, None)
    return last


def cell_text(value: Any, column: str, date_system: DateSystem) -> str:
    """A cell as words for the log: moments as local `YYYY-MM-DD HH:MM:SS`, ticks as Yes or No."""
    if value is None or value is pd.NaT or isinstance(value, Uncalculated):
        return ""
    if isinstance(value, CellError):
        return value.text
    if isinstance(value, (bool, np.bool_)):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (int, float, np.number)):
        return _number_text(float(value), column, date_system)
    return str(value)


def _number_text(value: float, column: str, date_system: DateSystem) -> str:
    if np.isnan(value):
        return ""
    if column in _MOMENT_COLUMNS:
        local = canonical_local(serials_to_local(np.array([value]), date_system))[0]
        if local:
            return str(local)
    return str(int(value)) if value.is_integer() else repr(value)
