"""Rows put in another order: sortRange, randomizeRange, deleteDuplicates."""

from __future__ import annotations

import random
from typing import Any

from tests.sheets_server.areas import Area, area_of
from tests.sheets_server.formula_values import Fault
from tests.sheets_server.model import Book, Json, invalid, unsupported
from tests.sheets_server.references import offset
from tests.sheets_server.requests.apply import kind
from tests.sheets_server.values import View

_COLOURS = (
    "backgroundColor",
    "backgroundColorStyle",
    "foregroundColor",
    "foregroundColorStyle",
    "dataSourceColumnReference",
)


@kind("sortRange")
def sort_range(book: Book, body: Json) -> None:
    """Sort the rows of a range: numbers, then text without case, then booleans; blanks always last."""
    specs = body.get("sortSpecs") or []
    if not specs:
        raise invalid("At least one sortSpec must be specified.")
    sort_area(book, area_of(book, body.get("range")), specs)


def sort_area(book: Book, area: Area, specs: list[Json]) -> None:
    """Sort the rows of an area by SortSpecs, the first being the weightiest."""
    order = list(range(area.top, min(area.bottom, max(area.top, len(area.sheet.rows)))))
    view = View(book)
    for spec in reversed(specs):
        column, falling = _spec(area, spec)
        keys = {row: _key(view.value(area.sheet, row, column)) for row in order}
        full = [row for row in order if keys[row] is not None]
        full.sort(key=lambda row: keys[row], reverse=falling)
        order = full + [row for row in order if keys[row] is None]
    rearrange(book, area, order)


def _spec(area: Area, spec: Json) -> tuple[int, bool]:
    if any(spec.get(name) is not None for name in _COLOURS):
        raise unsupported("sorting by colour")
    column = spec.get("dimensionIndex") or 0
    if not area.left <= column < area.right:
        raise invalid(
            f"sortSpec.dimensionIndex[{column}] must lie within the range's columns "
            f"[{area.left}, {area.right})."
        )
    order = spec.get("sortOrder") or "ASCENDING"
    if order not in {"ASCENDING", "DESCENDING"}:
        raise invalid(f"sortSpec.sortOrder cannot be {order}.")
    return column, order == "DESCENDING"


def _key(value: Any) -> tuple[int, Any] | None:
    """How a value ranks; None for a blank."""
    if value is None:
        return None
    if isinstance(value, bool):
        return (2, value)
    if isinstance(value, (int, float)):
        return (0, value)
    return (3, value.text) if isinstance(value, Fault) else (1, value.casefold())


def rearrange(book: Book, area: Area, order: list[int]) -> None:
    """Put the rows of an area in this order (indices as before): whole cells move, row sizes stay."""
    sheet = area.sheet
    _check_merges(area)
    moves = {old: area.top + place for place, old in enumerate(order)}
    if all(old == new for old, new in moves.items()):
        return
    sheet.rows.extend([] for _ in range(area.top + len(order) - len(sheet.rows)))
    before = sheet.rows[area.top : area.top + len(order)]
    right = min(area.right, max((len(row) for row in before), default=0))
    for old, new in moves.items():
        if old != new:
            carried = _carried(before[old - area.top][area.left : right], new - old)
            carried += [None] * (right - area.left - len(carried))
            row = before[new - area.top]
            head = row[: area.left] + [None] * (area.left - len(row))
            sheet.rows[new] = head + carried + row[right:]
    if book.row_metadata_follows_sort and (area.left, area.right) == (0, sheet.column_count):
        for entry in book.metadata:
            if entry.sheet_id == sheet.id and entry.dimension == "ROWS" and entry.start in moves:
                entry.start = moves[entry.start]
                entry.end = entry.start + 1


def _carried(cells: list[Json | None], down: int) -> list[Json | None]:
    """Cells in their new row: a formula's references go along, as in a copy."""
    now = list(cells)
    for place, cell in enumerate(cells):
        if cell is not None and "formulaValue" in cell.get("userEnteredValue", ()):
            formula = offset(cell["userEnteredValue"]["formulaValue"], down, 0)
            now[place] = cell | {"userEnteredValue": {"formulaValue": formula}}
    return now


def _check_merges(area: Area) -> None:
    for merge in area.sheet.merges:
        tall = merge["endRowIndex"] - merge["startRowIndex"] > 1
        inside = merge["startRowIndex"] < area.bottom and area.top < merge["endRowIndex"]
        beside = merge["startColumnIndex"] < area.right and area.left < merge["endColumnIndex"]
        if tall and inside and beside:
            raise invalid("You can't sort a range that contains vertically merged cells.")


@kind("randomizeRange")
def randomize_range(book: Book, body: Json) -> None:
    """Shuffle the rows of a range; the same book and range give the same order."""
    area = area_of(book, body.get("range"))
    order = list(range(area.top, area.bottom))
    random.Random(f"{book.id} {book.version} {area.top} {area.bottom}").shuffle(order)
    rearrange(book, area, order)


@kind("deleteDuplicates")
def delete_duplicates(book: Book, body: Json) -> Json:
    """Take out rows of a range whose text was seen above, in any case; the rest closes up."""
    area = area_of(book, body.get("range"))
    columns = _compared(area, body.get("comparisonColumns") or [])
    seen, kept, removed, view = set(), [], [], View(book)
    for row in range(area.top, area.bottom):
        key = tuple(view.shown(area.sheet, row, column).casefold() for column in columns)
        (removed if key in seen and any(key) else kept).append(row)
        seen.add(key)
    rearrange(book, area, kept + removed)
    for row in range(area.bottom - len(removed), area.bottom):
        for column in range(area.left, area.right):
            if area.sheet.cell(row, column) is not None:
                area.sheet.put(row, column, None)
    return {"duplicatesRemovedCount": len(removed)} if removed else {}


def _compared(area: Area, ranges: list[Json]) -> list[int]:
    if any(found.get("dimension") != "COLUMNS" for found in ranges):
        raise invalid("comparisonColumns must be of the dimension COLUMNS.")
    columns = [
        column
        for found in ranges
        for column in range(found.get("startIndex") or 0, found.get("endIndex") or area.right)
    ] or list(range(area.left, area.right))
    if min(columns) < area.left or max(columns) >= area.right:
        raise invalid("comparisonColumns must lie within the range.")
    return columns
