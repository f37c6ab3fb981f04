"""Values written and cleared: spreadsheets.values.update, batchUpdate, clear, batchClear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sheets_server.a1 import area, text_of
from tests.sheets_server.answers import Call
from tests.sheets_server.model import Book, Json
from tests.sheets_server.putting import clear_values, put_values, rows_of, totals
from tests.sheets_server.routes.reading import value_range
from tests.sheets_server.routes.table import route
from tests.sheets_server.values import View

if TYPE_CHECKING:
    from tests.sheets_server.service import SheetsService


@route("spreadsheets.values.update", "PUT", "/v4/spreadsheets/{}/values/{}", "write")
def values_update(service: SheetsService, call: Call) -> Json:
    """Write values over one range."""
    book, given = service.book(call, writes=True), call.json
    rows_of(given)
    with service.change(book):
        found = area(book, call.ids[1])
        reply = put_values(book, found, given, call.one("valueInputOption"))
    return reply | written_back(book, reply, response_options(call))


@route("spreadsheets.values.batchUpdate", "POST", "/v4/spreadsheets/{}/values:batchUpdate", "write")
def values_batch_update(service: SheetsService, call: Call) -> Json:
    """Write values over several ranges, all or none."""
    book, given = service.book(call, writes=True), call.json
    option = given.get("valueInputOption") or ""
    with service.change(book):
        replies = [
            put_values(book, area(book, one.get("range") or ""), one, option, place)
            for place, one in enumerate(given.get("data") or [])
        ]
    shown = [reply | written_back(book, reply, given) for reply in replies]
    return {"spreadsheetId": book.id, **totals(book, replies), "responses": shown}


@route("spreadsheets.values.clear", "POST", "/v4/spreadsheets/{}/values/{}:clear", "write")
def values_clear(service: SheetsService, call: Call) -> Json:
    """Take the values out of one range; formats and notes stay."""
    book = service.book(call, writes=True)
    with service.change(book):
        found = area(book, call.ids[1])
        clear_values(found)
    return {"spreadsheetId": book.id, "clearedRange": text_of(found)}


@route("spreadsheets.values.batchClear", "POST", "/v4/spreadsheets/{}/values:batchClear", "write")
def values_batch_clear(service: SheetsService, call: Call) -> Json:
    """Take the values out of several ranges."""
    book, given = service.book(call, writes=True), call.json
    with service.change(book):
        found = [area(book, text) for text in given.get("ranges") or []]
        for one in found:
            clear_values(one)
    return {"spreadsheetId": book.id, "clearedRanges": [text_of(one) for one in found]}


def written_back(book: Book, reply: Json, options: Json) -> Json:
    """The values just written, read again, where the caller asked for them."""
    if not options.get("includeValuesInResponse"):
        return {}
    found = area(book, reply["updatedRange"])
    back = value_range(
        View(book),
        found,
        "",
        options.get("responseValueRenderOption") or "",
        options.get("responseDateTimeRenderOption") or "",
    )
    return {"updatedData": back}


def response_options(call: Call) -> Json:
    return {
        "includeValuesInResponse": call.yes("includeValuesInResponse"),
        "responseValueRenderOption": call.one("responseValueRenderOption"),
        "responseDateTimeRenderOption": call.one("responseDateTimeRenderOption"),
    }
