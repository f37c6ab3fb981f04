"""Whole spreadsheets: spreadsheets.get, getByDataFilter, create, and sheets.copyTo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sheets_server.a1 import area
from tests.sheets_server.answers import Call
from tests.sheets_server.areas import Area
from tests.sheets_server.book_reply import book_reply
from tests.sheets_server.data_filters import areas_of
from tests.sheets_server.duplicating import duplicate, duplicate_metadata
from tests.sheets_server.mask import wanted
from tests.sheets_server.model import ApiError, Book, Json
from tests.sheets_server.requests.apply import apply_all
from tests.sheets_server.routes.table import route
from tests.sheets_server.sheet_json import sheet_properties

if TYPE_CHECKING:
    from tests.sheets_server.service import SheetsService


@route("spreadsheets.get", "GET", "/v4/spreadsheets/{}", "read")
def spreadsheets_get(service: SheetsService, call: Call) -> Json:
    """The spreadsheet, with or without the cells of some ranges."""
    book = service.book(call)
    areas = [area(book, text) for text in call.query["ranges"]] if "ranges" in call.query else None
    return _answer(book, call, areas, grid=call.yes("includeGridData"))


@route("spreadsheets.getByDataFilter", "POST", "/v4/spreadsheets/{}:getByDataFilter", "read")
def spreadsheets_get_by_data_filter(service: SheetsService, call: Call) -> Json:
    """The spreadsheet, its ranges named by data filters."""
    book, given = service.book(call), call.json
    filters = given.get("dataFilters")
    areas = [one for found in filters for one in areas_of(book, found)] if filters else None
    return _answer(book, call, areas, grid=bool(given.get("includeGridData")))


def _answer(book: Book, call: Call, areas: list[Area] | None, *, grid: bool) -> Json:
    fields = call.one("fields")
    return book_reply(book, areas, wanted(fields, "Spreadsheet"), masked=bool(fields), grid=grid)


@route("spreadsheets.create", "POST", "/v4/spreadsheets", "write")
def spreadsheets_create(service: SheetsService, call: Call) -> Json:
    """A new spreadsheet with the tabs and cells that the body gives."""
    given = call.json
    properties = given.get("properties") or {}
    book = service.new_book(properties.get("title") or "Untitled spreadsheet")
    try:
        _fill(book, properties, given)
    except ApiError:
        service.forget(book.id)
        raise
    return _answer(book, call, None, grid=False)


def _fill(book: Book, properties: Json, given: Json) -> None:
    book.locale = properties.get("locale") or book.locale
    book.timezone = properties.get("timeZone") or book.timezone
    tabs = given.get("sheets") or []
    if not tabs:
        return
    book.sheets.clear()
    apply_all(book, [_add_request(tab, place) for place, tab in enumerate(tabs)])
    writes = [
        _write_request(sheet.id, data)
        for sheet, tab in zip(book.sheets, tabs, strict=True)
        for data in tab.get("data") or []
    ]
    if writes:
        apply_all(book, writes)


def _add_request(tab: Json, place: int) -> Json:
    usual = {"title": f"Sheet{place + 1}"} | ({} if place else {"sheetId": 0})
    return {"addSheet": {"properties": usual | (tab.get("properties") or {})}}


def _write_request(sheet_id: int, data: Json) -> Json:
    start = {
        "sheetId": sheet_id,
        "rowIndex": data.get("startRow") or 0,
        "columnIndex": data.get("startColumn") or 0,
    }
    rows = data.get("rowData") or []
    return {"updateCells": {"start": start, "rows": rows, "fields": "*"}}


@route("spreadsheets.sheets.copyTo", "POST", "/v4/spreadsheets/{}/sheets/{}:copyTo", "write")
def sheets_copy_to(service: SheetsService, call: Call) -> Json:
    """Copy a tab into another spreadsheet, or into the same one, as `Copy of ...` at the end."""
    book = service.book(call)
    source = book.sheet(int(call.ids[1]))
    goal = service.book(call, book_id=call.json.get("destinationSpreadsheetId") or "", writes=True)
    with service.change(goal):
        title, number = f"Copy of {source.title}", 2
        while goal.titled(title):
            title, number = f"Copy of {source.title} {number}", number + 1
        twin = duplicate(goal, source, goal.fresh_id(s.id for s in goal.sheets), title)
        twin.index = len(goal.sheets)
        goal.sheets.append(twin)
        duplicate_metadata(goal, list(book.metadata), source, twin)
    return sheet_properties(twin)
