"""A copy of a small shop's tracker: exported, edited by somebody with openpyxl, brought back."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl

from sheetsync.worker.offline.applying import Standing, stand
from sheetsync.worker.offline.exporting import export
from sheetsync.worker.offline.importing import Imported, carry_out_import
from sheetsync.worker.offline.returning import Asked, ImportPlan, look_at_import
from sheetsync.worker.offline.selecting import Selection
from tests.support.shop import TITLES, Shop, last_row, places, put, rows_of

WHO = "lerato@desk"


def take_out(shop: Shop, path: Path, **selection: str) -> Any:
    """Export at the shop's clock."""
    with shop.workshop() as workshop:
        return export(workshop, path, Selection(**selection), now=shop.now, by=WHO)


def look(shop: Shop, path: Path, **asked: Any) -> ImportPlan:
    """What importing a file would do at the shop's clock."""
    with shop.workshop() as workshop:
        return look_at_import(workshop, path, shop.now, Asked(**asked))


def bring_back(shop: Shop, path: Path, **asked: Any) -> Imported:
    """Import a file at the shop's clock."""
    with shop.workshop() as workshop:
        found = look_at_import(workshop, path, shop.now, Asked(**asked))
        return carry_out_import(workshop, found, who=WHO)


def outcomes(found: ImportPlan) -> dict[tuple[str, str], str]:
    """Order and column key -> outcome."""
    lines = found.merged.cells
    names = ("order_id", "column", "outcome")
    return {(o, c): what for o, c, what in zip(*(lines[n] for n in names), strict=True)}


class CopyHands:
    """Somebody's hands in a copy; every change is saved at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def edit(self, work: Any, target: Path | None = None) -> None:
        """Do `work` on the Orders tab and save, perhaps elsewhere."""
        book = openpyxl.load_workbook(self.path)
        work(book["Orders"])
        book.save(target or self.path)

    def type_in(self, order: str, **cells: Any) -> None:
        """Type into cells by column key; None clears."""
        self.edit(lambda sheet: self._type(sheet, order, cells))

    def type_all(self, cells: Mapping[str, Mapping[str, Any]]) -> None:
        """Type into cells of several orders, saved once."""

        def work(sheet: Any) -> None:
            for order, row in cells.items():
                self._type(sheet, order, row)

        self.edit(work)

    def _type(self, sheet: Any, order: str, cells: Mapping[str, Any]) -> None:
        columns, rows = places(sheet), rows_of(sheet)
        for key, value in cells.items():
            put(sheet, rows[order], columns[TITLES[key]], value)

    def add(self, **cells: Any) -> None:
        """Add a row at the end, by column key."""

        def work(sheet: Any) -> None:
            columns, row = places(sheet), last_row(sheet) + 1
            for key, value in cells.items():
                put(sheet, row, columns[TITLES[key]], value)

        self.edit(work)

    def delete(self, order: str) -> None:
        """Delete the row of an order."""
        self.edit(lambda sheet: sheet.delete_rows(rows_of(sheet)[order]))

    def turn(self) -> None:
        """Bring the rows into the opposite order."""

        def work(sheet: Any) -> None:
            last = last_row(sheet)
            rows = [[cell.value for cell in sheet[n]] for n in range(2, last + 1)]
            for number, cells in enumerate(reversed(rows), start=2):
                for column, value in enumerate(cells, start=1):
                    sheet.cell(number, column).value = value

        self.edit(work)


class Away:
    """A shop of twelve orders and the copy `copy.xlsx` of it, with somebody's hands in either."""

    def __init__(self, folder: Path, shop: Shop | None = None) -> None:
        self.shop = shop or Shop(folder / "shop")
        self.shop.add(*(order(n) for n in range(1, 13)))
        self.shop.look(self.shop.at("08:10"))
        self.shop.now = self.shop.at("08:12")
        self.path = folder / "copy.xlsx"
        self.exported = take_out(self.shop, self.path)
        self.hands = CopyHands(self.path)
        self._morning = self._state()
        self._standing: Standing | None = None

    def back(self, clock: str = "16:00", **asked: Any) -> Imported:
        """Import the copy at that time."""
        self.shop.now = self.shop.at(clock)
        return bring_back(self.shop, self.path, **asked)

    def look(self, clock: str = "16:00", **asked: Any) -> ImportPlan:
        """What importing it would do. A tracker that nobody touched since the morning is looked at once."""
        self.shop.now = self.shop.at(clock)
        with self.shop.workshop() as workshop:
            untouched = self._state() == self._morning
            if untouched and self._standing is None:
                self._standing = stand(workshop, self.shop.now)
            known = self._standing if untouched else None
            return look_at_import(workshop, self.path, self.shop.now, Asked(**asked), known)

    def _state(self) -> tuple[bytes, int]:
        """The workbook, and how many passes there were."""
        with self.shop.workshop() as workshop:
            passes = len(workshop.store.passes(workshop.state.id, 100))
        workbook = self.shop.workbook
        return workbook.read_bytes() if workbook.exists() else b"", passes


def order(number: int) -> dict[str, Any]:
    """One of the orders."""
    return {
        "order_id": f"#SP-{number}", "notes": f"note {number}", "handler": "Lerato" if number % 2 else "Sipho",
        "allocated": "✓" if number % 3 else None, "vendor": "Acme" if number % 4 == 0 else "Bolt",
    }  # fmt: skip


def saved_at(path: Path, moment: datetime) -> None:
    """Let the workbook say that it was saved at that moment."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    core = parts["docProps/core.xml"].decode()
    core = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{moment:%Y-%m-%dT%H:%M:%SZ}", core)
    parts["docProps/core.xml"] = core.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)


def strict(path: Path) -> None:
    """The workbook in the namespaces of Strict Open XML, as Excel's save-as has them."""
    old, new = "http://schemas.openxmlformats.org", "http://purl.oclc.org/ooxml"
    swaps = (
        (f"{old}/spreadsheetml/2006/main", f"{new}/spreadsheetml/main"),
        (f"{old}/officeDocument/2006/relationships/custom-properties", f"{new}/officeDocument/relationships/customProperties"),
        (f"{old}/officeDocument/2006/relationships", f"{new}/officeDocument/relationships"),
        (f"{old}/officeDocument/2006/custom-properties", f"{new}/officeDocument/customProperties"),
        (f"{old}/officeDocument/2006/docPropsVTypes", f"{new}/officeDocument/docPropsVTypes"),
    )  # fmt: skip
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            swapped = data
            for before, after in swaps:
                swapped = swapped.replace(before.encode(), after.encode())
            archive.writestr(name, swapped)
