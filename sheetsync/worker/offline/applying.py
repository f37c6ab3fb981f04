"""From merged texts to a plan: the changes, and what the guard says of the sheet as it would stand then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sheetsync.domain.grid import frame_of, object_array
from sheetsync.domain.guard import Trip
from sheetsync.domain.merge.copies import Copy, copy_of
from sheetsync.domain.merge.values import NewValue, box_columns, value_of
from sheetsync.domain.model import CHANGE_COLUMNS, WRITABLE, CellValue, Memory, Orders, Plan, Sheet
from sheetsync.domain.moments import local_to_serial
from sheetsync.domain.plan import make_plan
from sheetsync.domain.rules import ColumnRule
from sheetsync.worker.rules_in_force import RulesInForce

if TYPE_CHECKING:
    from sheetsync.worker.workshop import Workshop

_STATUS: Final = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One cell that shall hold another text."""

    order_id: str
    column: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """The tracker as it stands, and all that a plan over it needs."""

    plan: Plan
    memory: Memory
    force: RulesInForce
    side: Copy

    @property
    def orders(self) -> Orders:
        """The orders of the tracker."""
        return self.plan.orders

    @property
    def rules(self) -> Mapping[str, ColumnRule]:
        """The rules' columns."""
        return self.force.rules.columns

    def untouchable(self) -> dict[str, set[str]]:
        """Per column the orders whose cell cannot be written: a formula, or a cell not to be touched."""
        sheet, header = self.orders.sheet, self.orders.header
        cells = set(sheet.formulas) | set(sheet.unwritable)
        if not cells:
            return {}
        keys = {index: key for key, index in header.columns.items()}
        rows = self.orders.frame["row"].to_numpy()[self.side.places].tolist()
        orders = dict(zip(rows, self.side.ids.tolist(), strict=True))
        found: dict[str, set[str]] = {}
        for row, column in cells:
            if row in orders and column in keys:
                found.setdefault(keys[column], set()).add(orders[row])
        return found

    def own_values(self) -> dict[tuple[str, str], str]:
        """What the worker wrote last into dates that people may fill in, too.

        Not Status: of a typed one and a tick the later act wins, and which was later nobody knows.
        """
        known = self.memory.orders
        keys = [
            key for key in WRITABLE
            if key in self.side.columns and self.rules[key].owner == "shared" and key != _STATUS
        ]  # fmt: skip
        return {
            (str(order), key): text
            for key in keys
            for order, text in zip(
                known.index.tolist(), known[f"written_{key}"].tolist(), strict=True
            )
            if text
        }


def stand(shop: Workshop, at: datetime) -> Standing:
    """The tracker as it stands at `at`. Raises PlanRefused while the guard holds it, TrackerError."""
    plan, memory, force = shop.plan(at)
    shop.guard(plan, memory, force)
    return Standing(
        plan=plan, memory=memory, force=force, side=copy_of(plan.orders, force.rules.columns)
    )


def changes_frame(standing: Standing, wanted: Sequence[Wanted], rule: str) -> pd.DataFrame:
    """The changes (CHANGE_COLUMNS) that make these cells hold their texts, in sheet order."""
    orders, side = standing.orders, standing.side
    boxes = box_columns(orders, standing.rules)
    ids = pd.Index([want.order_id for want in wanted], dtype=object)
    places = side.places[side.ids.get_indexer(ids)] if len(wanted) else np.array([], dtype=np.intp)
    rows = orders.frame["row"].to_numpy()[places].astype(np.int64)
    order = sorted(range(len(wanted)), key=lambda i: (int(rows[i]), wanted[i].column))
    columns: dict[str, Any] = {
        "order_id": object_array([wanted[i].order_id for i in order]),
        "row": rows[order],
        "column": object_array([wanted[i].column for i in order]),
        "expected": object_array([orders.raw[wanted[i].column][int(places[i])] for i in order]),
        "new": object_array(
            [value_of(wanted[i].text, standing.rules[wanted[i].column], boxes) for i in order]
        ),
        "rule": object_array([rule] * len(order)),
    }
    return frame_of({name: columns[name] for name in CHANGE_COLUMNS})


def with_changes(standing: Standing, changes: pd.DataFrame) -> Plan:
    """The plan of a write that is no pass: these changes and nothing else."""
    base = standing.plan
    return replace(
        base, baseline=False, changes=changes, notices=(), stage_events=base.stage_events.iloc[:0],
        pauses=base.pauses.iloc[:0], memory=base.memory.iloc[:0],
        escalations=base.escalations.iloc[:0], facts=base.facts.iloc[:0], tabs=(), remarks=(),
    )  # fmt: skip


def trips_after(
    shop: Workshop, standing: Standing, changes: pd.DataFrame, added: Iterable[Mapping[str, NewValue]], at: datetime
) -> tuple[Trip, ...]:  # fmt: skip
    """What the guard would say of the sheet once these changes and rows stand in it."""
    sheet = _sheet_after(standing.orders, changes, added)
    plan = make_plan(sheet, standing.memory, standing.force.rules, at, shop.plan_options)
    return shop.trips(plan, standing.memory, standing.force)


def _sheet_after(
    orders: Orders, changes: pd.DataFrame, added: Iterable[Mapping[str, NewValue]]
) -> Sheet:
    sheet, places = orders.sheet, orders.header.columns
    rows = list(sheet.rows)
    at = {number: index for index, number in enumerate(sheet.row_numbers)}
    touched: dict[int, list[CellValue]] = {}
    columns = (changes[name] for name in ("row", "column", "new"))
    for row, column, new in zip(*(list(values) for values in columns), strict=True):
        cells = touched.setdefault(at[int(row)], list(rows[at[int(row)]]))
        _put(cells, places[str(column)], new, sheet)
    for index, cells in touched.items():
        rows[index] = cells
    numbers = list(sheet.row_numbers)
    for values in added:
        cells = []
        for key, value in values.items():
            if key in places:
                _put(cells, places[key], value, sheet)
        rows.append(cells)
        numbers.append(numbers[-1] + 1)
    return replace(sheet, rows=rows, row_numbers=numbers, fingerprint="")


def _put(cells: list[CellValue], place: int, value: Any, sheet: Sheet) -> None:
    cells.extend([None] * (place + 1 - len(cells)))
    if isinstance(value, datetime):
        value = local_to_serial(value, sheet.date_system)
    cells[place] = value
