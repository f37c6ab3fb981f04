"""Which entries of developer metadata a DataFilter means."""

from __future__ import annotations

from tests.sheets_server import a1
from tests.sheets_server.areas import Area, area_of, line_range
from tests.sheets_server.model import Book, Json, Metadata, invalid

Location = tuple[int | None, str, int, int]
"""Sheet, dimension, start and end, as an entry has them."""

_TYPES = {"": "SHEET", "ROWS": "ROW", "COLUMNS": "COLUMN"}


def matching(book: Book, filters: list[Json]) -> list[Metadata]:
    """The entries that any of the filters matches, each once, in the order they were made."""
    found = {id(entry) for one in filters for entry in _matched(book, one)}
    return [entry for entry in book.metadata if id(entry) in found]


def _matched(book: Book, one: Json) -> list[Metadata]:
    given = [name for name, value in one.items() if value is not None]
    if given == ["developerMetadataLookup"]:
        return _looked_up(book, one["developerMetadataLookup"])
    if given == ["gridRange"]:
        area = area_of(book, one["gridRange"])
        return [entry for entry in book.metadata if _crosses(entry, area)]
    if given == ["a1Range"]:
        area = a1.area(book, one["a1Range"])
        return [entry for entry in book.metadata if _crosses(entry, area)]
    raise invalid(
        "A data filter must have exactly one of developerMetadataLookup, gridRange and a1Range."
    )


def _crosses(entry: Metadata, area: Area) -> bool:
    if entry.sheet_id != area.sheet.id:
        return False
    first, last = (
        (area.left, area.right) if entry.dimension == "COLUMNS" else (area.top, area.bottom)
    )
    return not entry.dimension or (entry.start < last and first < entry.end)


def _looked_up(book: Book, lookup: Json) -> list[Metadata]:
    place = lookup.get("metadataLocation")
    location = location_of(book, place) if place is not None else None
    exact = lookup.get("locationMatchingStrategy") == "EXACT_LOCATION"
    if lookup.get("locationMatchingStrategy") and location is None:
        raise invalid("metadataLocation must be specified with a locationMatchingStrategy.")
    wanted = {
        "id": lookup.get("metadataId"),
        "key": lookup.get("metadataKey"),
        "value": lookup.get("metadataValue"),
        "visibility": lookup.get("visibility"),
    }
    return [
        entry
        for entry in book.metadata
        if all(value is None or getattr(entry, name) == value for name, value in wanted.items())
        and lookup.get("locationType") in {None, type_of(entry)}
        and (location is None or _is_at(entry, location, exact=exact))
    ]


def type_of(entry: Metadata) -> str:
    """The locationType of an entry."""
    return "SPREADSHEET" if entry.sheet_id is None else _TYPES[entry.dimension]


def _is_at(entry: Metadata, location: Location, *, exact: bool) -> bool:
    sheet_id, dimension, start, end = location
    if exact or sheet_id is None or entry.sheet_id is None:
        return (entry.sheet_id, entry.dimension, entry.start, entry.end) == location
    if entry.sheet_id != sheet_id:
        return False
    if not dimension or not entry.dimension or entry.dimension != dimension:
        return True
    return entry.start < end and start < entry.end


def location_of(book: Book, given: Json | None) -> Location:
    """A DeveloperMetadataLocation as an entry keeps it. Raises ApiError for none or several."""
    named = {k: v for k, v in (given or {}).items() if v is not None and k != "locationType"}
    if len(named) != 1 or named.get("spreadsheet") is False:
        raise invalid("Exactly one of spreadsheet, sheetId and dimensionRange must be specified.")
    if "spreadsheet" in named:
        return (None, "", 0, 0)
    if "sheetId" in named:
        return (book.sheet(named["sheetId"]).id, "", 0, 0)
    found = named["dimensionRange"]
    sheet, dimension, start, end = line_range(book, found)
    if found.get("endIndex") is None or end - start != 1:
        raise invalid("A dimensionRange of developer metadata must be a single row or column.")
    if end > (sheet.row_count if dimension == "ROWS" else sheet.column_count):
        raise invalid(f"dimensionRange.endIndex[{end}] is beyond the grid.")
    return (sheet.id, dimension, start, end)
