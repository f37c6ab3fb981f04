"""Cells put into a range or taken out of one: those behind it make room or close up."""

from __future__ import annotations

from tests.sheets_server.areas import Area, area_of
from tests.sheets_server.model import Book, Json, invalid
from tests.sheets_server.requests.apply import kind
from tests.sheets_server.requests.cutting import check_torn, empty, follow_cut
from tests.sheets_server.requests.pasting import Block, inside, moved


@kind("insertRange")
def insert_range(book: Book, body: Json) -> None:
    """Put in empty cells; those in the way go down or right, at most as far as the grid ends."""
    area, dimension = area_of(book, body.get("range")), _shift_dimension(body)
    sheet, rest = area.sheet, _rest(area, dimension)
    down = area.bottom - area.top if dimension == "ROWS" else 0
    right = area.right - area.left if dimension == "COLUMNS" else 0
    kept = Area(sheet, rest.top, rest.bottom - down, rest.left, rest.right - right)
    lost = Area(
        sheet,
        max(rest.top, rest.bottom - down) if down else rest.top,
        rest.bottom,
        max(rest.left, rest.right - right) if right else rest.left,
        rest.right,
    )
    if any("userEnteredValue" in (cell or {}) for row in _cells(lost) for cell in row):
        raise invalid("The cells put in would push cells with content off the grid.")
    _slide(book, kept, down, right, rest)


@kind("deleteRange")
def delete_range(book: Book, body: Json) -> None:
    """Take cells out; those below or to the right close up."""
    area, dimension = area_of(book, body.get("range")), _shift_dimension(body)
    rest = _rest(area, dimension)
    down = area.bottom - area.top if dimension == "ROWS" else 0
    right = area.right - area.left if dimension == "COLUMNS" else 0
    kept = Area(area.sheet, area.top + down, rest.bottom, area.left + right, rest.right)
    area.sheet.merges = [found for found in area.sheet.merges if not inside(area, found)]
    _slide(book, kept, -down, -right, rest)


def _shift_dimension(body: Json) -> str:
    dimension = body.get("shiftDimension")
    if dimension not in {"ROWS", "COLUMNS"}:
        raise invalid("shiftDimension must be specified.")
    return dimension


def _rest(area: Area, dimension: str) -> Area:
    """The cells of the area and all that lie behind it along the dimension."""
    sheet = area.sheet
    if dimension == "ROWS":
        return Area(sheet, area.top, sheet.row_count, area.left, area.right)
    return Area(sheet, area.top, area.bottom, area.left, sheet.column_count)


def _cells(area: Area) -> Block:
    return [row[area.left : area.right] for row in area.sheet.rows[area.top : area.bottom]]


def _slide(book: Book, kept: Area, down: int, right: int, rest: Area) -> None:
    """Move the kept cells within `rest` and leave the others of it empty."""
    check_torn(rest)
    sheet = kept.sheet
    block = [
        [sheet.cell(row, column) for column in range(kept.left, kept.right)]
        for row in range(kept.top, kept.bottom)
    ]
    merges = [found for found in sheet.merges if inside(kept, found)]
    sheet.merges = [found for found in sheet.merges if found not in merges]
    empty(rest)
    for below, cells in enumerate(block):
        for beside, cell in enumerate(cells):
            if cell is not None:
                sheet.put(kept.top + down + below, kept.left + right + beside, cell)
    sheet.merges += [moved(found, sheet.id, (down, right)) for found in merges]
    if kept.top < kept.bottom and kept.left < kept.right:
        follow_cut(book, kept, sheet, (down, right))
