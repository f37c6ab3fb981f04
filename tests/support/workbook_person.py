"""Somebody who edits a small workbook beside the tracker, with openpyxl and no care at all."""

from __future__ import annotations

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

    def _rows(self) -> list[list[Any]]:
        book = openpyxl.load_workbook(self.path)
        rows = [[cell.value for cell in row] for row in book["Orders"].iter_rows()]
        book.close()
        return rows

    def _save(self, rows: list[list[Any]]) -> None:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.title = "Orders"
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                if value is None:
                    continue
                cell = sheet.cell(number, column)
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"
        book.properties.created = book.properties.modified = datetime(2026, 1, 1)
        book.save(self.path)
