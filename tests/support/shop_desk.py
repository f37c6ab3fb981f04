"""A small shop: a real workbook, a configuration and a worker whose clock a test moves."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from sheetsync.domain.moments import local_to_serial, scalar_to_local, scalar_to_utc
from sheetsync.resources import copy_rules
from sheetsync.rulebook import load_rules
from sheetsync.worker.one_pass import PassResult
from sheetsync.worker.workshop import Workshop
from tests.support.empty_store import place_empty_store
from tests.support.opened import opened

ZONE = "Africa/Johannesburg"
CONFIG = """\
version: 1
tracker:
  path: tracker.xlsx
  tab: Orders
  timezone: {zone}
rules: rules
mail:
  mode: folder
  folder: mails
"""
HEADINGS = (
    "Order ID", "Order Date & Time", "Customer Name / ID", "SKU(s) Ordered", "Order Priority",
    "Inventory Allocated", "Picking Completed", "Packing Completed", "Shipping Partner Assigned",
    "Dispatched Date", "Tracking Number", "Status", "Handled By", "Notes / Exceptions",
    "Allocated At", "Picked At", "Packed At", "SLA", "SLA Due", "Check",
)  # fmt: skip


def local(text: str) -> datetime:
    """`2026-03-02 09:03` in the shop's zone, as aware UTC."""
    return scalar_to_utc(datetime.fromisoformat(text), ZONE)


class ShopDesk:
    """The shop's folder. `rows` are what staff see; `save` writes them as a workbook."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.yaml"
        self.workbook = folder / "tracker.xlsx"
        folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(CONFIG.format(zone=ZONE))
        copy_rules(folder / "rules")
        place_empty_store(folder / "state.db")
        self.now = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
        self.rows: list[dict[str, Any]] = []
        self._shop: Workshop | None = None

    def order(self, order_id: str, **cells: Any) -> dict[str, Any]:
        """A complete order placed on Monday 2 March at 08:10; `cells` by heading win."""
        row = {
            "Order ID": order_id,
            "Order Date & Time": local("2026-03-02 08:10"),
            "Customer Name / ID": "Thandi Nkosi",
            "SKU(s) Ordered": "MUG-01 x2",
            "Order Priority": "Standard",
            "Handled By": "Lerato",
            **cells,
        }
        self.rows.append(row)
        return row

    def save(self, headings: tuple[str, ...] = HEADINGS) -> None:
        """The workbook as staff would save it: the names that the worker left in it stay."""
        marks = opened(self.workbook).defined_names if self.workbook.exists() else {}
        book = xlsxwriter.Workbook(str(self.workbook))
        for name, defined in marks.items():
            if name.startswith("_sheetsync"):
                book.define_name(name, f"={defined.attr_text}")
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, headings)
        for number, row in enumerate(self.rows, start=1):
            for column, heading in enumerate(headings):
                value = row.get(heading)
                if isinstance(value, datetime):
                    sheet.write_number(
                        number, column, local_to_serial(scalar_to_local(value, ZONE))
                    )
                elif value is not None:
                    sheet.write(number, column, value)
        book.close()

    def edit(self, cells: Mapping[tuple[str, str], Any]) -> None:
        """A person's edits in the workbook as it stands now: (order, heading) -> value."""
        book = opened(self.workbook)
        sheet = book["Orders"]
        heads = {cell.value: place for place, cell in enumerate(sheet[1], start=1)}
        rows = {sheet.cell(r, 1).value: r for r in range(2, sheet.max_row + 1)}
        for (order, heading), value in cells.items():
            shown = scalar_to_local(value, ZONE) if isinstance(value, datetime) else value
            sheet.cell(rows[order], heads[heading]).value = shown
        book.save(self.workbook)

    def open(self) -> AbstractContextManager[Workshop]:
        """The workshop, with this desk's clock; one for all tests of a desk, since opening costs time."""
        if self._shop is None:
            self._shop = Workshop.open(
                self.config, clock=lambda: self.now, wait=lambda _seconds: None, environment={}
            )
        return nullcontext(self._shop)

    def close(self) -> None:
        """Let go of the store."""
        if self._shop is not None:
            self._shop.close()
            self._shop = None

    def run_at(self, moment: str) -> PassResult:
        """One pass at this local moment."""
        self.now = local(moment)
        with self.open() as shop:
            return shop.run_pass(self.now)

    def rules(self) -> Any:
        """The shop's rules."""
        return load_rules(self.folder / "rules")
