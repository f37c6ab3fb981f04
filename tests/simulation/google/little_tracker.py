"""The small order tracker that everything in this folder plays on."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Final

from sheetsync.domain.rules import ColumnRule, Source
from sheetsync.trackers.google.safety_copy import SAFETY_MARK
from sheetsync.trackers.google.safety_copy import TITLE as SAFETY_COPY
from sheetsync.trackers.google.structure import COLUMN_MARK, TAB_MARK, TRACKER_TAB
from tests.sheets_server.model import Book, Metadata, Sheet
from tests.sheets_server.people_dice import TAB, TITLES
from tests.sheets_server.trail import TRAIL, Trail, Typed, cell_of, entered_of

_AT = Source("columns.yaml", 1)
_STATUSES = ("Pending", "Picked", "Shipped", "On Hold", "Cancelled")
COLUMNS: Final[Mapping[str, ColumnRule]] = {
    "order_id": ColumnRule(key="order_id", title="Order ID", type="id", required=True, source=_AT),
    "customer": ColumnRule(key="customer", title="Customer", source=_AT),
    "notes": ColumnRule(key="notes", title="Notes", source=_AT),
    "status": ColumnRule(
        key="status", title="Status", owner="shared", choices=_STATUSES, source=_AT
    ),
    "picked": ColumnRule(key="picked", title="Picked", type="checkbox", source=_AT),
    "picked_at": ColumnRule(
        key="picked_at", title="Picked At", type="datetime", owner="worker", source=_AT
    ),
    "sla": ColumnRule(key="sla", title="SLA", owner="worker", source=_AT),
    "check": ColumnRule(key="check", title="Check", owner="worker", source=_AT),
}
OWN: Final = ("sla", "check")
"""The worker's own columns: what a person types there is put right again."""
FILLED: Final = ("status", "picked_at")
"""Columns in which the worker writes, and in which a person's value stands."""
SHEET_ID: Final = 77
COPY_ID: Final = 78
SEARCH_ROWS: Final = 4
"""People put one row above the header at most; looking further would only take time."""

_ORDERS: Final[tuple[tuple[Typed, ...], ...]] = (
    ("0001", "Ann Lee", "ring first 1", None, True, None, None, None, "030 1"),
    ("A-2", "Bob", None, "Pending", False, None, None, None, "030 2"),
    ("A-3", None, "why? 3", "On Hold", True, 45999.5, None, None, None),
    ("A-4", "Dee", "=1+1 4", None, False, None, None, "from before", "030 4"),
    ("A-5", "Eve", None, None, True, None, None, None, None),
    ("A-6", "Flo", "fragile 6", "Cancelled", None, None, None, None, "030 6"),
)


def little_book(dice: Random | None = None, *, marked: bool = True) -> Book:
    """A spreadsheet with the tab Orders; with dice, rows in any order and a few orders more.

    `marked` puts the marks of a set-up on its columns, so that they are found under any heading.
    """
    sheet = Sheet(id=SHEET_ID, title=TAB, index=0, row_count=40, column_count=12)
    sheet.rows.append([_heading(role, title) for role, title in TITLES.items()])
    orders = list(_ORDERS)
    if dice is not None:
        for _ in range(dice.randrange(5)):
            key = f"A-{dice.randrange(10, 1000)}"
            orders.append((key, "Gus", None, None, dice.random() < 0.5))
        dice.shuffle(orders)
    sheet.rows += [[cell_of(value, Trail()) for value in order] for order in orders]
    copy = Sheet(id=COPY_ID, title=SAFETY_COPY, index=1, row_count=60, column_count=20)
    copy.properties["hidden"] = True
    book = Book(id="little-tracker", title="Little tracker", sheets=[sheet, copy], next_id=1000)
    if marked:
        book.metadata = _marks()
    return book


def _heading(role: str, title: str) -> dict:
    return {"userEnteredValue": entered_of(title), TRAIL: Trail(role=role)}


def _marks() -> list[Metadata]:
    marks = [
        Metadata(499, TAB_MARK, SAFETY_MARK, "DOCUMENT", COPY_ID),
        Metadata(500, TAB_MARK, TRACKER_TAB, "DOCUMENT", SHEET_ID),
    ]
    for place, key in enumerate(COLUMNS):
        marks.append(
            Metadata(
                501 + place, COLUMN_MARK, key, "DOCUMENT", SHEET_ID, "COLUMNS", place, place + 1
            )
        )
    return marks
