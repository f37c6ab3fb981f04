"""Cells that no change may touch, with the reason in words; sparse, for rows that hold something.

Writing inside a merge, an array, a data table or a table's header or totals row would damage the
workbook or lose what people see.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sheetsync.errors import TrackerRefused
from sheetsync.trackers.excel import markup
from sheetsync.trackers.excel.grid import Area, FormulaArea, Scan, cell_name, parse_area
from sheetsync.trackers.excel.package import Package

MAX_CELLS: Final = 500_000

_ARRAY: Final = {
    "array": "a formula that fills several cells",
    "data-table": "a data table (what-if analysis)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFact:
    """A table of a sheet: its range, and the rows that belong to the table itself."""

    name: str
    part: str
    area: Area
    header_rows: int
    totals_rows: int


def read_tables(package: Package, sheet_part: str) -> tuple[TableFact, ...]:
    """The tables of a sheet, found by relationship."""
    return tuple(_table(package, part) for part in package.related(sheet_part, "table"))


def untouchable(
    scan: Scan, tables: Sequence[TableFact], numbers: Sequence[int], width: int
) -> dict[tuple[int, int], str]:
    """(row number, column index) -> why not, for the rows `numbers` (ascending), `width` columns."""
    found: dict[tuple[int, int], str] = {}
    for area, reason, keep_first in _blocks(scan, tables):
        rows = numbers[bisect_left(numbers, area.first_row) : bisect_right(numbers, area.last_row)]
        columns = range(area.first_column, min(area.last_column + 1, width))
        if len(found) + len(rows) * len(columns) > MAX_CELLS:
            raise TrackerRefused(
                f"More than {MAX_CELLS:,} cells of the tracker tab are merged or part of formulas that "
                f"fill several cells ({_name(area)}). Unmerge them; every order needs cells of its own."
            )
        for row in rows:
            for column in columns:
                if not (keep_first and (row, column) == area[:2]):
                    found.setdefault((row, column), reason)
    return found


def _blocks(scan: Scan, tables: Sequence[TableFact]) -> Iterator[tuple[Area, str, bool]]:
    """(cells, reason, whether the first cell stays writable)."""
    for area in scan.merges:
        yield area, f"it is inside the merged cells {_name(area)}", True
    for formula in scan.formula_areas:
        yield _formula_block(formula)
    for table in tables:
        yield from _table_blocks(table)


def _formula_block(formula: FormulaArea) -> tuple[Area, str, bool]:
    home = cell_name(formula.row, formula.column)
    if formula.kind in _ARRAY:
        return formula.area, f"it belongs to {_ARRAY[formula.kind]}, in {home}", False
    cell = Area(formula.row, formula.column, formula.row, formula.column)
    return cell, f"it holds a formula that other cells share ({_name(formula.area)})", False


def _table_blocks(table: TableFact) -> Iterator[tuple[Area, str, bool]]:
    area = table.area
    if table.header_rows:
        last = area.first_row + table.header_rows - 1
        header = area._replace(last_row=last)
        yield header, f"it is a heading of the table {table.name!r}", False
    if table.totals_rows:
        totals = area._replace(first_row=area.last_row - table.totals_rows + 1)
        yield totals, f"it is in the totals row of the table {table.name!r}", False


def _table(package: Package, part: str) -> TableFact:
    root = markup.tree(package.read(part), part)
    attributes = root.attributes
    area = parse_area(attributes.get("ref", ""))
    if root.name != "table" or area is None:
        raise markup.damaged(part, "a table has no readable place")
    return TableFact(
        name=attributes.get("displayName") or attributes.get("name", ""),
        part=part,
        area=area,
        header_rows=_count(attributes.get("headerRowCount"), 1),
        totals_rows=_count(attributes.get("totalsRowCount"), 0),
    )


def _count(text: str | None, default: int) -> int:
    return int(text[:3]) if text and text.isdecimal() else default


def _name(area: Area) -> str:
    first = cell_name(area.first_row, area.first_column)
    return f"{first}:{cell_name(area.last_row, area.last_column)}"
