"""The first rows of the tracker tab with their formats and drop-downs: what a set-up must not overwrite.

A format or a drop-down belongs to cells, not to a column, so whether a person has put one there can
only be seen in the cells. The first rows stand for the column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sheetsync.trackers.google.structure import Json, TabStructure

LOOK_FIELDS: Final = (
    "sheets(properties.sheetId,data(startRow,startColumn,rowData(values(userEnteredValue,note,"
    "dataValidation,userEnteredFormat(backgroundColor,backgroundColorStyle,horizontalAlignment,"
    "verticalAlignment,wrapStrategy,numberFormat,textFormat(bold))))))"
)
"""The mask of `spreadsheets.get` with `look_range` as its range."""
LOOKED_AT: Final = 60
"""Rows below the header that are looked at."""


def look_range(tab: TabStructure, header_row: int) -> str:
    """The rows to be looked at, in A1 notation; `header_row` counts from 1."""
    quoted = tab.title.replace("'", "''")
    return f"'{quoted}'!1:{max(1, min(tab.rows, header_row + LOOKED_AT))}"


@dataclass(frozen=True, slots=True)
class FirstRows:
    """Cells by row and column from 0; a cell that is not there has no format and no value."""

    rows: Mapping[int, Sequence[Json]]
    first_column: int = 0

    @classmethod
    def of(cls, answer: Json, sheet_id: int) -> FirstRows:
        """Read the answer of `spreadsheets.get` for one tab."""
        for sheet in answer.get("sheets", ()):
            if sheet.get("properties", {}).get("sheetId", 0) != sheet_id:
                continue
            for block in sheet.get("data", ()):
                rows = enumerate(block.get("rowData", ()), start=block.get("startRow", 0))
                cells = {row: data.get("values", ()) for row, data in rows}
                return cls(cells, block.get("startColumn", 0))
        return cls({})

    def cell(self, row: int, column: int) -> Json:
        """The cell, {} where nothing stands."""
        cells = self.rows.get(row, ())
        place = column - self.first_column
        return cells[place] if 0 <= place < len(cells) else {}

    def below(self, header_row: int, column: int) -> Iterator[Json]:
        """The cells of a column below the header, whose row counts from 1."""
        return (self.cell(row, column) for row in self.rows if row >= header_row)

    def used_columns(self) -> int:
        """The column behind the last one in which anything stands."""
        ends = [
            self.first_column + place + 1
            for cells in self.rows.values()
            for place, cell in enumerate(cells)
            if cell.get("userEnteredValue")
        ]
        return max(ends, default=0)

    def empty(self) -> bool:
        """Whether nothing at all stands there, so that the template's headings may be written."""
        return self.used_columns() == 0
