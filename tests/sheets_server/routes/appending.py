"""spreadsheets.values.append: Google looks for a table near the range and writes below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sheets_server.a1 import area, text_of
from tests.sheets_server.answers import Call
from tests.sheets_server.areas import Area
from tests.sheets_server.model import Json, Sheet
from tests.sheets_server.putting import put_values, rows_of
from tests.sheets_server.requests.cells import grow
from tests.sheets_server.routes.table import route
from tests.sheets_server.routes.writing import response_options, written_back
from tests.sheets_server.shifting import insert_lines

if TYPE_CHECKING:
    from tests.sheets_server.service import SheetsService


@route("spreadsheets.values.append", "POST", "/v4/spreadsheets/{}/values/{}:append", "write")
def values_append(service: SheetsService, call: Call) -> Json:
    """Write rows below the table that the range touches, or at the range's start where there is none."""
    book, given = service.book(call, writes=True), call.json
    with service.change(book):
        asked = area(book, call.ids[1])
        table = table_at(asked)
        rows = rows_of(given)
        top, left = (table.bottom, table.left) if table else (asked.top, asked.left)
        if table and call.one("insertDataOption") == "INSERT_ROWS" and rows:
            insert_lines(book, asked.sheet, "ROWS", top, len(rows), inherit_before=True)
        width = max(map(len, rows), default=0)
        grow(book, asked.sheet, top + len(rows), left + width)
        target = Area(asked.sheet, top, top + max(len(rows), 1), left, left + max(width, 1))
        updates = put_values(book, target, given, call.one("valueInputOption"))
    updates |= written_back(book, updates, response_options(call))
    return {
        "spreadsheetId": book.id,
        **({"tableRange": text_of(table)} if table else {}),
        "updates": updates,
    }


def table_at(asked: Area) -> Area | None:
    """The last block of filled cells that lies in the range or reaches into it; None where all is blank."""
    filled = _filled(asked.sheet)
    inside = [
        cell
        for cell in filled
        if asked.top <= cell[0] < asked.bottom and asked.left <= cell[1] < asked.right
    ]
    return _block(asked.sheet, max(inside), filled) if inside else None


def _filled(sheet: Sheet) -> set[tuple[int, int]]:
    return {
        (row, column)
        for row, cells in enumerate(sheet.rows)
        for column, cell in enumerate(cells)
        if cell and "userEnteredValue" in cell
    }


def _block(sheet: Sheet, start: tuple[int, int], filled: set[tuple[int, int]]) -> Area:
    """The rectangle around all filled cells that hang together with one, corners counting."""
    seen, waiting = {start}, [start]
    while waiting:
        row, column = waiting.pop()
        for near_row in (row - 1, row, row + 1):
            for near in (column - 1, column, column + 1):
                cell = (near_row, near)
                if cell in filled and cell not in seen:
                    seen.add(cell)
                    waiting.append(cell)
    rows, columns = [row for row, _ in seen], [column for _, column in seen]
    return Area(sheet, min(rows), max(rows) + 1, min(columns), max(columns) + 1)
