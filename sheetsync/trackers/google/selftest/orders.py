"""A tracker of three orders on the scratch tab, and a person who edits it beside us through the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import pandas as pd

from sheetsync.domain.columns import find_header
from sheetsync.domain.model import CHANGE_COLUMNS, CellValue, HeaderMap
from sheetsync.domain.rules import ColumnRule, Source
from sheetsync.trackers.base import WriteBatch
from sheetsync.trackers.google.journal import MemoryJournal
from sheetsync.trackers.google.selftest.lab import Cell, Lab, put
from sheetsync.trackers.google.tracker import GoogleTracker
from sheetsync.trackers.receipts import NewValue

_HERE: Final = Source("the selftest", 1)
HEADINGS: Final = ("Order ID", "Customer", "Status", "Picked", "Picked At", "Check")
ORDERS: Final[Sequence[Sequence[Cell]]] = (
    ("000123", "Ann Lee", "Pending", True, None, "old words"),
    ("A-2", "Bob =1+1", "Pending", False, None, None),
    ("A-3", "Çelik & Söhne <ltd>", "Shipped", True, 45000.5, None),
)
COLUMNS: Final[Mapping[str, ColumnRule]] = {
    "order_id": ColumnRule(key="order_id", title="Order ID", type="id", source=_HERE),
    "customer": ColumnRule(key="customer", title="Customer", source=_HERE),
    "status": ColumnRule(
        key="status", title="Status", type="choice", owner="shared",
        choices=("Pending", "Shipped"), source=_HERE,
    ),
    "picked": ColumnRule(key="picked", title="Picked", type="checkbox", source=_HERE),
    "picked_at": ColumnRule(
        key="picked_at", title="Picked At", type="datetime", owner="worker", source=_HERE
    ),
    "check": ColumnRule(key="check", title="Check", owner="worker", source=_HERE),
}  # fmt: skip
_PLACES: Final = {key: place for place, key in enumerate(COLUMNS)}

Line = tuple[str, str, CellValue, NewValue]
"""Order, column, the value that is replaced, the new one."""


class Desk:
    """A fresh tracker of the three orders. `act` is what the person does in the moment before a write."""

    def __init__(self, lab: Lab, timezone: str) -> None:
        self.lab = lab
        self.act: Callable[[], None] | None = None
        lab.fresh([HEADINGS, *ORDERS])
        self.tracker = GoogleTracker(
            lab.api, columns=COLUMNS, timezone=timezone, now=lab.now, wait=lab.api.wait,
            journal=MemoryJournal(), tab=lab.scratch.title, step=self._step,
            copy_title=lab.scratch.copy_title,
        )  # fmt: skip
        self.tracker.read()

    def _step(self, name: str) -> None:
        """Let the person act once, after the second look and before the request leaves."""
        if name == "send" and self.act is not None:
            act, self.act = self.act, None
            act()

    def orders(self) -> dict[CellValue, dict[str, CellValue]]:
        """The tracker as {Order ID: {column: cell}}, found by heading."""
        sheet = self.tracker.read()
        header = find_header(sheet.rows, sheet.row_numbers, COLUMNS)
        out: dict[CellValue, dict[str, CellValue]] = {}
        for number, row in zip(sheet.row_numbers, sheet.rows, strict=True):
            if number > header.row_number:
                cells = {k: row[i] if i < len(row) else None for k, i in header.columns.items()}
                out[cells["order_id"]] = cells
        return out

    # -- the person -----------------------------------------------------------------------------

    def types(self, row: int, column: str, value: Cell) -> None:
        """Type into the cell of a row index, while the columns stand as they were laid."""
        self.lab.done(put(self.lab, row, _PLACES[column], [[value]]))

    def sorts(self) -> None:
        """Sort the orders by Order ID, last first."""
        spec = {"dimensionIndex": 0, "sortOrder": "DESCENDING"}
        span = self.lab.area((1, len(ORDERS) + 1), (0, len(HEADINGS)))
        self.lab.done({"sortRange": {"range": span, "sortSpecs": [spec]}})

    def inserts_column(self) -> None:
        """Put a column of their own between the first two."""
        span = self.lab.span("COLUMNS", 1, 2)
        insert = {"insertDimension": {"range": span, "inheritFromBefore": False}}
        self.lab.done(insert, put(self.lab, 0, 1, [["My notes"]]))

    def doubles(self) -> None:
        """Copy the row of A-2 to below the last one."""
        below = len(ORDERS) + 1
        width = (0, len(HEADINGS))
        copy = {
            "source": self.lab.area((2, 3), width),
            "destination": self.lab.area((below, below + 1), width),
            "pasteType": "PASTE_NORMAL",
        }
        self.lab.done({"copyPaste": copy})


def batch(*lines: Line) -> WriteBatch:
    """A batch of changes."""
    frame = pd.DataFrame(
        {
            "order_id": pd.Series([line[0] for line in lines], dtype=object),
            "row": pd.Series([0] * len(lines), dtype=object),
            "column": pd.Series([line[1] for line in lines], dtype=object),
            "expected": pd.Series([line[2] for line in lines], dtype=object),
            "new": pd.Series([line[3] for line in lines], dtype=object),
            "rule": pd.Series(["selftest"] * len(lines), dtype=object),
        },
        columns=list(CHANGE_COLUMNS),
    )
    return WriteBatch(
        changes=frame, header=HeaderMap(row_number=1, columns={}, headings={}), fingerprint=""
    )


MOMENT: Final = datetime(2026, 11, 22, 9, 30, 15)  # noqa: DTZ001 - a moment in a cell is local time
