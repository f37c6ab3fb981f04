"""A Spreadsheet as a reply: the ranges, the grid data and the fields that were asked for."""

from __future__ import annotations

from collections.abc import Sequence

from tests.sheets_server.areas import Area
from tests.sheets_server.grid_json import grid_data
from tests.sheets_server.mask import Wanted, picked
from tests.sheets_server.model import Book, Json, Sheet
from tests.sheets_server.sheet_json import book_json, sheet_json
from tests.sheets_server.values import View


def book_reply(
    book: Book, areas: Sequence[Area] | None, mask: Wanted, *, masked: bool, grid: bool
) -> Json:
    """The spreadsheet; with `areas`, only the tabs they lie in. A mask alone decides about grid data."""
    found: Json = picked(book_json(book), mask)
    if mask and "sheets" not in mask:
        return found
    below: Wanted = mask.get("sheets", {})
    with_data = (not below or "data" in below) if masked else grid
    view = View(book)
    found["sheets"] = [
        _sheet(view, sheet, _of(sheet, areas), below, with_data=with_data)
        for sheet in book.sheets
        if areas is None or any(one.sheet is sheet for one in areas)
    ]
    return found


def _of(sheet: Sheet, areas: Sequence[Area] | None) -> list[Area]:
    if areas is None:
        return [Area(sheet, 0, sheet.row_count, 0, sheet.column_count)]
    return [one for one in areas if one.sheet is sheet]


def _sheet(view: View, sheet: Sheet, areas: list[Area], mask: Wanted, *, with_data: bool) -> Json:
    found: Json = {}
    if not mask or set(mask) - {"data"}:
        found = picked(sheet_json(view.book, sheet), mask)
    if with_data:
        found["data"] = [grid_data(view, area, mask.get("data", {})) for area in areas]
    return found
