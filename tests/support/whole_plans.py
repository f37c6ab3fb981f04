"""Plans of whole sheets, told so that two can be compared, and what a sheet is after one was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from sheetsync.domain.memory import first_memory
from sheetsync.domain.model import CellError, Memory, Orders, Plan, Sheet
from sheetsync.domain.moments import local_to_serial
from sheetsync.domain.plan import PlanOptions, make_plan
from tests.support.orders_builder import shipped_rules

ZONE = "Africa/Johannesburg"
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
KEYS = (
    "order_id", "ordered_at", "customer", "skus", "priority", "allocated", "picked", "packed",
    "carrier", "dispatched_at", "tracking", "status", "handler", "notes", "promised_at",
    "delivered_at", "ack", "picked_at", "sla", "sla_due", "check", "next_action",
)  # fmt: skip
PLAIN: dict[str, tuple[Any, ...]] = {
    "ordered_at": (46_089.4, 46_091.25, 46_000.0, "2026-03-09 08:00"),
    "customer": ("Thandi", "Sipho", " Ayanda "),
    "skus": ("MUG-01 x2", "TEE-L x1; MUG-01 x1", "MUG"),
    "priority": ("Standard", "Expedited", "bulk", ""),
    "carrier": ("DHL", "FastTrack", "Ox Cart"),
    "tracking": ("1234567890", "FT123456K", "123 456 789-0"),
    "status": ("On Hold", "Backordered", "Cancelled", "Shipped", "Delayed"),
    "handler": ("Thabo", "Lerato"),
    "promised_at": (46_092.0, 46_095.0),
    "ack": ("2h", "later"),
}
"""Cells that fit their column; ticks and dates are added by `cells_of`."""
ODD: tuple[Any, ...] = (
    "", None, " ", 0, 1, True, False, 46_091.5, 1e20, "yes", "x", "2026-02-30", "01/02/2026",
    CellError("#REF!"), "na\u00efve", "line\nbreak",
)  # fmt: skip
"""Cells that people and formulas leave anywhere."""


def cells_of(key: str) -> tuple[Any, ...]:
    """Cells that fit the column `key`."""
    dates = (46_090.5, 46_091.6) if key.endswith("_at") else (True, False)
    return PLAIN.get(key, dates if key not in {"sla", "check", "next_action", "notes"} else ("",))


def sheet_of(rows: Sequence[Sequence[Any]]) -> Sheet:
    """A sheet with a heading row of KEYS, then these rows."""
    heading = [shipped_rules().columns[key].title for key in KEYS]
    return Sheet(
        tracker="shop",
        tab="Orders",
        rows=[heading, *rows],
        row_numbers=range(1, len(rows) + 2),
        timezone=ZONE,
    )


def plan_of(rows: Sequence[Sequence[Any]], memory: Memory | None = None) -> Plan:
    """The plan of these rows at NOW."""
    options = PlanOptions(timezone=ZONE)
    return make_plan(sheet_of(rows), memory or first_memory(), shipped_rules(), NOW, options)


def written(rows: Sequence[Sequence[Any]], plan: Plan) -> list[list[Any]]:
    """The rows once every change of `plan` stands in its cell."""
    after = [list(row) for row in rows]
    places = plan.changes["column"].map(plan.orders.header.columns).tolist()
    news = plan.changes["new"].tolist()
    for row, place, new in zip(plan.changes["row"].tolist(), places, news, strict=True):
        after[row - 2][place] = local_to_serial(new) if isinstance(new, datetime) else new
    return after


def remembered(plan: Plan, before: Memory | None = None) -> Memory:
    """What memory holds once every change of `plan` is confirmed."""
    old = before or first_memory()
    changed = plan.memory.copy()
    for column in changed.columns:
        if column.startswith("confirmed_"):
            changed[column] = changed["written_" + column.removeprefix("confirmed_")]
    kept = old.orders.loc[old.orders.index.difference(changed.index)]
    ended = old.pauses[~old.pauses["order_id"].isin(plan.pauses["order_id"])]
    return Memory(
        baseline_at=old.baseline_at or NOW,
        last_pass_at=NOW,
        orders=_joined(kept, changed),
        pauses=_joined(ended, plan.pauses).reset_index(drop=True),
        escalations=_joined(old.escalations, plan.escalations).reset_index(drop=True),
    )


def told(value: Any) -> Any:
    """Anything in a plan as plain text with types, so that two plans can be compared."""
    match value:
        case pd.DataFrame():
            columns = {name: told(value[name].to_numpy()) for name in value.columns}
            return {"index": told(value.index.to_numpy()), **columns}
        case np.ndarray():
            return [str(value.dtype), *map(repr, value.tolist())]
        case Orders() | Plan() | Memory():
            return {each.name: told(getattr(value, each.name)) for each in fields(value)}
        case dict():
            return {key: told(each) for key, each in value.items()}
        case _:
            return repr(value)


def by_order(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """The lines of a frame without their row numbers, in an order of their own."""
    rest = frame.drop(columns="row", errors="ignore").reset_index()
    rest = rest.drop(columns="index", errors="ignore")
    return sorted(tuple(map(repr, line)) for line in rest.itertuples(index=False))


def _joined(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in (old, new) if len(frame)]
    return pd.concat(filled) if filled else new
