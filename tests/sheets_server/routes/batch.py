"""spreadsheets.batchUpdate: many requests as one change, and how the spreadsheet stands after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sheets_server.a1 import area
from tests.sheets_server.answers import Call
from tests.sheets_server.book_reply import book_reply
from tests.sheets_server.mask import wanted
from tests.sheets_server.model import Json, invalid
from tests.sheets_server.protecting import watch
from tests.sheets_server.requests.apply import apply_all
from tests.sheets_server.routes.table import route

if TYPE_CHECKING:
    from tests.sheets_server.service import SheetsService


@route("spreadsheets.batchUpdate", "POST", "/v4/spreadsheets/{}:batchUpdate", "write")
def batch_update(service: SheetsService, call: Call) -> Json:
    """Apply all requests or none; a mask in the URL is for the whole reply."""
    book, given = service.book(call, writes=True), call.json
    requests = flattened(given.get("requests"))
    if not requests:
        raise invalid("Must specify at least one request.")
    fields = call.one("fields")
    mask = wanted(fields, "BatchUpdateSpreadsheetResponse")
    ranges = given.get("responseRanges") or []
    shown: list[Any] = []
    replies = apply_all(
        book, requests, watch(book), lambda: shown.extend(area(book, text) for text in ranges)
    )
    found: Json = {}
    if not mask or "spreadsheetId" in mask:
        found["spreadsheetId"] = book.id
    if not mask or "replies" in mask:
        found["replies"] = replies
    if given.get("includeSpreadsheetInResponse") and (not mask or "updatedSpreadsheet" in mask):
        found["updatedSpreadsheet"] = book_reply(
            book,
            shown or None,
            mask.get("updatedSpreadsheet", {}),
            masked=bool(mask),
            grid=bool(given.get("responseIncludeGridData")),
        )
    return found


def flattened(given: Any) -> list[Json]:
    """The requests; a list within the list, as gspread-formatting sends it, counts as its items."""
    found: list[Json] = []
    for one in given or []:
        if isinstance(one, list):
            found += flattened(one)
        elif isinstance(one, dict):
            found.append(one)
        else:
            raise invalid(f"Invalid value at 'requests': {one!r}")
    return found
