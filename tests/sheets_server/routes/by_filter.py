"""Values by data filters: batchGetByDataFilter, batchUpdateByDataFilter, batchClearByDataFilter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sheets_server.a1 import text_of
from tests.sheets_server.answers import Call
from tests.sheets_server.areas import Area
from tests.sheets_server.data_filters import areas_of
from tests.sheets_server.model import Json
from tests.sheets_server.putting import clear_values, put_values, totals
from tests.sheets_server.routes.reading import value_range
from tests.sheets_server.routes.table import route
from tests.sheets_server.routes.writing import written_back
from tests.sheets_server.values import View

if TYPE_CHECKING:
    from tests.sheets_server.service import SheetsService


@route(
    "spreadsheets.values.batchGetByDataFilter",
    "POST",
    "/v4/spreadsheets/{}/values:batchGetByDataFilter",
    "read",
)
def batch_get(service: SheetsService, call: Call) -> Json:
    """The values of all areas that the filters mean, each with the filters that meant it."""
    book, given = service.book(call), call.json
    found: dict[str, tuple[Area, list[Json]]] = {}
    for one in given.get("dataFilters") or []:
        for place in areas_of(book, one):
            found.setdefault(text_of(place), (place, []))[1].append(one)
    view = View(book)
    options = (
        given.get("majorDimension") or "",
        given.get("valueRenderOption") or "",
        given.get("dateTimeRenderOption") or "",
    )
    ranges = [
        {"valueRange": value_range(view, place, *options), "dataFilters": filters}
        for place, filters in found.values()
    ]
    return {"spreadsheetId": book.id} | ({"valueRanges": ranges} if ranges else {})


@route(
    "spreadsheets.values.batchUpdateByDataFilter",
    "POST",
    "/v4/spreadsheets/{}/values:batchUpdateByDataFilter",
    "write",
)
def batch_update(service: SheetsService, call: Call) -> Json:
    """Write values over all areas that the filters mean, all or none."""
    book, given = service.book(call, writes=True), call.json
    option = given.get("valueInputOption") or ""
    with service.change(book):
        replies = [
            put_values(book, place, one, option, number) | {"dataFilter": one["dataFilter"]}
            for number, one in enumerate(given.get("data") or [])
            for place in areas_of(book, one.get("dataFilter"))
        ]
    shown = [
        {
            k: v
            for k, v in (reply | written_back(book, reply, given)).items()
            if k != "spreadsheetId"
        }
        for reply in replies
    ]
    return {"spreadsheetId": book.id, **totals(book, replies), "responses": shown}


@route(
    "spreadsheets.values.batchClearByDataFilter",
    "POST",
    "/v4/spreadsheets/{}/values:batchClearByDataFilter",
    "write",
)
def batch_clear(service: SheetsService, call: Call) -> Json:
    """Take the values out of all areas that the filters mean."""
    book, given = service.book(call, writes=True), call.json
    with service.change(book):
        found = [place for one in given.get("dataFilters") or [] for place in areas_of(book, one)]
        for place in found:
            clear_values(place)
    return {"spreadsheetId": book.id, "clearedRanges": [text_of(place) for place in found]}
