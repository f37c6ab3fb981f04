"""Which cells of a pass can be taken back, and why the others are left."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from sheetsync.domain.cell_texts import MOMENT_COLUMNS
from sheetsync.domain.grid import frame_of, object_array
from sheetsync.domain.model import CHANGE_COLUMNS, CellValue, Orders
from sheetsync.domain.texts import quoted

_TICKED: Final = "Yes"
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCell:
    """One cell that a pass wrote, as the change log keeps it."""

    order_id: str
    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """One cell to take back: `now` is what stands there (as read), `back` what it goes back to."""

    order_id: str
    row: int
    column: str
    now: CellValue
    now_text: str
    back: str | bool | datetime | None
    back_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """One cell that is left as it is, and why."""

    order_id: str
    column: str
    why: str


Cell = tuple[str, str]
"""Order ID and column key."""


def undo_rule(number: int) -> str:
    """The rule under which the change log keeps the undo of pass `number`."""
    return f"undo:{number}"


def undone_pass(rule: str) -> int | None:
    """The pass that a line of the change log took back; None for any other line."""
    kind, _, number = rule.partition(":")
    return int(number) if kind == "undo" and number.isdigit() else None


def judge_cells(
    written: Sequence[WrittenCell],
    wrote_again: Mapping[Cell, int],
    orders: Orders,
    text_of: Callable[[CellValue, str], str],
) -> tuple[list[TakenBack], list[LeftAlone]]:
    """The cells that still hold what the pass wrote, and those that do not, in sheet order.

    Args:
        written: what the pass wrote.
        wrote_again: cells that a later pass wrote, with its number.
        orders: the tracker as it stands.
        text_of: a cell as the change log writes it, given its column.
    """
    taken: list[TakenBack] = []
    left: list[LeftAlone] = []
    rows = _rows(orders)
    for line in written:
        place, why = _place(line, rows, orders)
        now = orders.raw[line.column][place] if place is not None else None
        text = text_of(now, line.column)
        why = why or _moved_on(line, text, wrote_again.get((line.order_id, line.column)))
        if place is None or why:
            left.append(LeftAlone(order_id=line.order_id, column=line.column, why=why))
            continue
        taken.append(
            TakenBack(
                order_id=line.order_id,
                row=int(orders.frame["row"].to_numpy()[place]),
                column=line.column,
                now=now,
                now_text=text,
                back=_value(line.old, line.column)
                if type(now) is not bool
                else line.old == _TICKED,
                back_text=line.old,
            )
        )
    return sorted(taken, key=lambda cell: (cell.row, cell.column)), left


def changes_of(taken: Sequence[TakenBack], number: int) -> pd.DataFrame:
    """The undo of pass `number` as a frame of CHANGE_COLUMNS."""
    columns: dict[str, Any] = {
        "order_id": object_array([cell.order_id for cell in taken]),
        "row": np.array([cell.row for cell in taken], dtype=np.int64),
        "column": object_array([cell.column for cell in taken]),
        "expected": object_array([cell.now for cell in taken]),
        "new": object_array([cell.back for cell in taken]),
        "rule": object_array([undo_rule(number)] * len(taken)),
    }
    return frame_of({name: columns[name] for name in CHANGE_COLUMNS})


def _rows(orders: Orders) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for place, order in enumerate(orders.frame["order_id_read"].to_numpy(object).tolist()):
        rows.setdefault(order, []).append(place)
    return rows


def _place(
    line: WrittenCell, rows: Mapping[str, list[int]], orders: Orders
) -> tuple[int | None, str]:
    """Where the cell stands now; None, and why, where it cannot be written."""
    found = rows.get(line.order_id, [])
    if len(found) != 1 or not orders.frame["usable"].to_numpy(bool)[found[0]]:
        gone = "the order is no longer in the sheet"
        return None, "its Order ID stands on several rows" if found else gone
    if not orders.has(line.column):
        return None, "the sheet has no such column now"
    row = int(orders.frame["row"].to_numpy()[found[0]])
    cell = (row, orders.header.columns[line.column])
    if cell in orders.sheet.formulas:
        return None, "a formula stands there now"
    return found[0], orders.sheet.unwritable.get(cell, "")


def _moved_on(line: WrittenCell, now: str, later: int | None) -> str:
    """Why a cell that can be written is left all the same; "" where it is not."""
    if now == line.old:
        return "it is already as it was before"
    if later is not None:
        return f"pass {later} wrote it again"
    if now != line.new:
        return f"somebody changed it since: it says {quoted(now) if now else 'nothing'}"
    return ""


def _value(text: str, column: str) -> str | datetime | None:
    """A text of the change log as a cell again."""
    if column in MOMENT_COLUMNS and _MOMENT.fullmatch(text):
        return datetime.fromisoformat(text)
    return text or None
