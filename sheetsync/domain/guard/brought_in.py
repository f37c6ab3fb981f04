"""What a feed or somebody's import put into the tracker since the last pass is no accident of the sheet.

It was looked at on its way in, and let through by a person where that was needed. A cell counts as brought
in for as long as it holds what was written: whatever somebody does to it afterwards is looked at as ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from sheetsync.domain.cell_texts import MOMENT_COLUMNS, cell_text
from sheetsync.domain.guard.cells import rows_by_order
from sheetsync.domain.model import Memory, Orders, Plan

Cell = tuple[str, str]
"""Order ID and column key."""

BROUGHT_BY: Final = frozenset({"feed", "import", "mirror", "conflict"})
"""The first words of the rules under which the log keeps what was brought in."""
_EVIDENCE_OF: Final = {
    "allocated": "allocated", "picked": "picked", "packed": "packed",
    "dispatched_at": "dispatched", "delivered_at": "delivered",
}  # fmt: skip
"""The piece of evidence that a column holds: a tick, or a date."""


def still_there(orders: Orders, brought: Mapping[Cell, str]) -> list[Cell]:
    """Those of the cells that hold what was written into them."""
    usable = np.flatnonzero(orders.frame["usable"].to_numpy(bool))
    ids = orders.frame["order_id"].to_numpy(object)[usable].tolist()
    places = dict(zip(ids, usable.tolist(), strict=True))
    system = orders.sheet.date_system

    def holds(cell: Cell) -> bool:
        order, key = cell
        if order not in places or key not in orders.raw:
            return False
        stands = orders.raw[key][places[order]]
        return cell_text(stands, moment=key in MOMENT_COLUMNS, date_system=system) == brought[cell]

    return sorted(cell for cell in brought if holds(cell))


def as_brought_in(
    plan: Plan, memory: Memory, cells: Collection[Cell]
) -> tuple[Memory, Callable[[pd.DataFrame], pd.DataFrame]]:
    """The past as if these cells had held at the last pass what they hold now: memory, and a way to do so to facts."""
    now = rows_by_order(plan)
    seen = [
        (order, name, now.loc[order, source])
        for order, key in cells
        if (name := _seen_as(key)) and order in memory.orders.index
        if (source := _EVIDENCE_OF.get(key, key)) in now
    ]
    facts = [
        (order, key, now.loc[order, key])
        for order, key in cells
        if key in now and key not in _EVIDENCE_OF
    ]
    return (
        replace(memory, orders=_with(memory.orders, seen)),
        lambda before: _with(before, (f for f in facts if f[0] in before.index and f[1] in before)),
    )


def _seen_as(key: str) -> str:
    """The column of memory that keeps what was seen there; "" where none does."""
    if key == "status":
        return "status_seen"
    return f"seen_{_EVIDENCE_OF[key]}" if key in _EVIDENCE_OF else ""


def _with(frame: pd.DataFrame, cells: Iterable[tuple[str, str, object]]) -> pd.DataFrame:
    """A copy of the frame in which these cells hold these values."""
    columns: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for order, name, value in cells:
        columns[name][order] = value
    changed = frame.copy()
    for name, values in columns.items():
        column = changed[name].copy()
        column.loc[list(values)] = list(values.values())
        changed[name] = column
    return changed
