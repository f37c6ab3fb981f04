"""Developer metadata: createDeveloperMetadata, updateDeveloperMetadata, deleteDeveloperMetadata."""

from __future__ import annotations

from typing import Final

from tests.sheets_server.metadata_lookup import location_of, matching
from tests.sheets_server.model import Book, Json, Metadata, invalid
from tests.sheets_server.requests.apply import kind
from tests.sheets_server.requests.fields import tree
from tests.sheets_server.sheet_json import metadata_json

_LIMIT: Final = 30_000
_VISIBILITIES: Final = ("DOCUMENT", "PROJECT")


@kind("createDeveloperMetadata")
def create_developer_metadata(book: Book, body: Json) -> Json:
    """Bind a key and a value to the spreadsheet, a tab, a row or a column."""
    given = body.get("developerMetadata") or {}
    location = location_of(book, given.get("location"))
    entry = Metadata(
        _new_id(book, given.get("metadataId")),
        given.get("metadataKey") or "",
        given.get("metadataValue"),
        given.get("visibility") or "",
        *location,
    )
    _check(entry)
    book.metadata.append(entry)
    _check_limit(book, entry.sheet_id)
    return {"developerMetadata": metadata_json(entry)}


def _new_id(book: Book, given: int | None) -> int:
    taken = [entry.id for entry in book.metadata]
    if given is None:
        return book.fresh_id(iter(taken))
    if given <= 0:
        raise invalid("metadataId must be positive.")
    if given in taken:
        raise invalid(
            f"Cannot add developer metadata with ID [{given}] because developer metadata with "
            "that ID already exists."
        )
    return given


def _check(entry: Metadata) -> None:
    if not entry.key:
        raise invalid("metadataKey must be specified.")
    if entry.visibility not in _VISIBILITIES:
        raise invalid("visibility must be specified.")


def _check_limit(book: Book, sheet_id: int | None) -> None:
    used = sum(len(e.key) + len(e.value or "") for e in book.metadata if e.sheet_id == sheet_id)
    if used > _LIMIT:
        raise invalid(f"Developer metadata would exceed the limit of {_LIMIT} characters.")


@kind("updateDeveloperMetadata")
def update_developer_metadata(book: Book, body: Json) -> Json:
    """Change what the mask names of every entry the filters match."""
    mask = tree(body.get("fields"), "DeveloperMetadata")
    given = body.get("developerMetadata") or {}
    entries = matching(book, _filters(body.get("dataFilters")))
    location = location_of(book, given.get("location")) if "location" in mask else None
    for entry in entries:
        if "metadataKey" in mask:
            entry.key = given.get("metadataKey") or ""
        if "metadataValue" in mask:
            entry.value = given.get("metadataValue")
        if "visibility" in mask:
            entry.visibility = given.get("visibility") or ""
        if location:
            entry.sheet_id, entry.dimension, entry.start, entry.end = location
        _check(entry)
        _check_limit(book, entry.sheet_id)
    return {"developerMetadata": [metadata_json(e) for e in entries]} if entries else {}


def _filters(given: list[Json] | None) -> list[Json]:
    if not given:
        raise invalid("At least one data filter must be specified.")
    return given


@kind("deleteDeveloperMetadata")
def delete_developer_metadata(book: Book, body: Json) -> Json:
    """Delete every entry the filter matches."""
    entries = matching(book, _filters([body["dataFilter"]] if body.get("dataFilter") else None))
    gone = {id(entry) for entry in entries}
    book.metadata = [entry for entry in book.metadata if id(entry) not in gone]
    return {"deletedDeveloperMetadata": [metadata_json(e) for e in entries]} if entries else {}
