"""Values read: spreadsheets.values.get, batchGet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sheets_server.a1 import area, text_of
from tests.sheets_server.answers import Call
from tests.sheets_server.areas import Area
from tests.sheets_server.model import Json, invalid
from tests.sheets_server.routes.table import route
from tests.sheets_server.values import View

if TYPE_CHECKING:
    from tests.sheets_server.service import SheetsService


@route("spreadsheets.values.get", "GET", "/v4/spreadsheets/{}/values/{}", "read")
def values_get(service: SheetsService, call: Call) -> Json:
    """The values of one range."""
    book = service.book(call)
    found = area(book, call.ids[1])
    return value_range(
        View(book),
        found,
        call.one("majorDimension"),
        call.one("valueRenderOption"),
        call.one("dateTimeRenderOption"),
    )


@route("spreadsheets.values.batchGet", "GET", "/v4/spreadsheets/{}/values:batchGet", "read")
def values_batch_get(service: SheetsService, call: Call) -> Json:
    """The values of several ranges, all of one moment."""
    book = service.book(call)
    found = [area(book, text) for text in call.query.get("ranges", [])]
    options = (
        call.one("majorDimension"),
        call.one("valueRenderOption"),
        call.one("dateTimeRenderOption"),
    )
    view = View(book)
    reply: Json = {"spreadsheetId": book.id}
    if found:
        reply["valueRanges"] = [value_range(view, one, *options) for one in found]
    return reply


def value_range(view: View, found: Area, major: str, option: str, date_option: str) -> Json:
    """A ValueRange; without any value in the area it has no `values`."""
    rows = view.rendered(found, option, date_option)
    if major == "COLUMNS":
        rows = turned(rows)
    elif major not in {"", "ROWS", "DIMENSION_UNSPECIFIED"}:
        raise invalid(f"Invalid value at 'major_dimension': {major}")
    reply: Json = {"range": text_of(found), "majorDimension": major or "ROWS"}
    if rows:
        reply["values"] = rows
    return reply


def turned(rows: list[list[object]]) -> list[list[object]]:
    """Rows as columns, without empty ends."""
    width = max(map(len, rows), default=0)
    columns = [[row[place] if place < len(row) else "" for row in rows] for place in range(width)]
    for column in columns:
        while column and isinstance(column[-1], str) and not column[-1]:
            column.pop()
    return columns
