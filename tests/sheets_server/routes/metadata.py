"""Developer metadata read: developerMetadata.get and search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sheets_server.answers import Call
from tests.sheets_server.metadata_lookup import matching
from tests.sheets_server.model import ApiError, Json
from tests.sheets_server.routes.table import route
from tests.sheets_server.sheet_json import metadata_json

if TYPE_CHECKING:
    from tests.sheets_server.service import SheetsService


@route(
    "spreadsheets.developerMetadata.get", "GET", "/v4/spreadsheets/{}/developerMetadata/{}", "read"
)
def metadata_get(service: SheetsService, call: Call) -> Json:
    """One entry by its id."""
    book = service.book(call)
    for entry in book.metadata:
        if str(entry.id) == call.ids[1]:
            return metadata_json(entry)
    raise ApiError(404, "NOT_FOUND", f"Developer metadata with ID [{call.ids[1]}] does not exist.")


@route(
    "spreadsheets.developerMetadata.search",
    "POST",
    "/v4/spreadsheets/{}/developerMetadata:search",
    "read",
)
def metadata_search(service: SheetsService, call: Call) -> Json:
    """All entries that any filter matches, each with the filters that do."""
    book, filters = service.book(call), call.json.get("dataFilters") or []
    found = [
        {
            "developerMetadata": metadata_json(entry),
            "dataFilters": [one for one in filters if entry in matching(book, [one])],
        }
        for entry in matching(book, filters)
    ]
    return {"matchedDeveloperMetadata": found} if found else {}
