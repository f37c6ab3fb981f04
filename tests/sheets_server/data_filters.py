"""DataFilters as areas: by A1 range, by GridRange, or by the developer metadata bound to cells."""

from __future__ import annotations

from tests.sheets_server.a1 import area
from tests.sheets_server.areas import Area, area_of
from tests.sheets_server.metadata_lookup import matching
from tests.sheets_server.model import Book, Json, Metadata, invalid


def areas_of(book: Book, found: Json | None) -> list[Area]:
    """The areas one DataFilter means; metadata that is nowhere means none."""
    given = {name: value for name, value in (found or {}).items() if value is not None}
    if len(given) != 1:
        raise invalid(
            "A data filter must have exactly one of a1Range, gridRange and developerMetadataLookup."
        )
    [(name, value)] = given.items()
    if name == "a1Range":
        return [area(book, value)]
    if name == "gridRange":
        return [area_of(book, value)]
    places = [_place(book, entry) for entry in matching(book, [given])]
    return [one for one in places if one is not None]


def _place(book: Book, entry: Metadata) -> Area | None:
    if entry.sheet_id is None:
        return None
    sheet = book.sheet(entry.sheet_id)
    whole = Area(sheet, 0, sheet.row_count, 0, sheet.column_count)
    if entry.dimension == "ROWS":
        return Area(sheet, entry.start, entry.end, whole.left, whole.right)
    if entry.dimension == "COLUMNS":
        return Area(sheet, whole.top, whole.bottom, entry.start, entry.end)
    return whole
