"""Somebody who edits a small workbook beside the tracker, with openpyxl and no care at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl

from tests.support.workbooks import COLUMNS


class WorkbookPerson:
    """Edits by loading and saving the whole workbook; enough for a workbook without finesse."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def type_in(self, order: str, column: str, value: Any) -> None:
        """Type into a cell of an order."""
        rows = self._rows()
        heading = COLUMNS[column].title
        for row in rows[1:]:
            if row[0] == order:
                row[rows[0].index(heading)] = value
        self._save(rows)

    def sort_orders(self, *, reverse: bool = False) -> None:
        """Sort the rows below the header by Order ID."""
        rows = self._rows()
        self._save([rows[0], *sorted(rows[1:], key=lambda row: str(row[0]), reverse=reverse)])

    def insert_column(self, index: int, heading: str) -> None:
        """Insert a column."""
        rows = self._rows()
        for number, row in enumerate(rows):
            row.insert(index, None if number else heading)
        self._save(rows)

    def delete_order(self, order: str) -> None:
        """Delete an order's rows."""
        self._save([row for row in self._rows() if row[0] != order])

    def copy_order(self, order: str) -> None:
        """Copy an order's row to the end."""
        rows = self._rows()
        self._save([*rows, *[list(row) for row in rows if row[0] == order]])

    def write_tab(self, title: str, rows: Sequence[Sequence[Any]]) -> None:
        """Put a tab beside the orders, or write the one there anew."""
        with self._opened() as book:
            if title in book.sheetnames:
                del book[title]
            _fill(book.create_sheet(title), rows)

    def rename_tab(self, title: str, new: str) -> None:
        """Give a tab another name."""
        with self._opened() as book:
            sheet = book[title]
            sheet.title = "between"  # openpyxl takes a change of case for a second tab of that name
            sheet.title = new

    def remove_tab(self, title: str) -> None:
        """Delete a tab."""
        with self._opened() as book:
            del book[title]

    @contextmanager
    def _opened(self) -> Iterator[openpyxl.Workbook]:
        book = openpyxl.load_workbook(self.path)
        yield book
        book.properties.modified = datetime(2026, 1, 1)
        book.save(self.path)

    def _rows(self) -> list[list[Any]]:
        book = openpyxl.load_workbook(self.path)
        rows = [[cell.value for cell in row] for row in book["Orders"].iter_rows()]
        book.close()
        return rows

    def _save(self, rows: list[list[Any]]) -> None:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.title = "Orders"
        _fill(sheet, rows)
        book.properties.created = book.properties.modified = datetime(2026, 1, 1)
        book.save(self.path)


def _fill(sheet: Any, rows: Sequence[Sequence[Any]]) -> None:
    """Write the rows from A1; a text that begins with = stays a text."""
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            if value is None:
                continue
            cell = sheet.cell(number, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
