"""What `spreadsheets.get` says of a book and its tabs, all but the cells."""

from __future__ import annotations

from typing import Any, Final

from tests.sheets_server.model import Book, Json, Metadata, Sheet

_WHITE: Final[Json] = {"red": 1, "green": 1, "blue": 1}

DEFAULT_FORMAT: Final[Json] = {
    "backgroundColor": _WHITE,
    "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
    "verticalAlignment": "BOTTOM",
    "wrapStrategy": "OVERFLOW_CELL",
    "textFormat": {
        "foregroundColor": {},
        "fontFamily": "arial,sans,sans-serif",
        "fontSize": 10,
        "bold": False,
        "italic": False,
        "strikethrough": False,
        "underline": False,
        "foregroundColorStyle": {"rgbColor": {}},
    },
    "backgroundColorStyle": {"rgbColor": _WHITE},
}
_THEME_COLOURS: Final[dict[str, tuple[float, float, float]]] = {
    "TEXT": (0, 0, 0),
    "BACKGROUND": (1, 1, 1),
    "ACCENT1": (0.25882354, 0.52156866, 0.95686275),
    "ACCENT2": (0.91764706, 0.2627451, 0.20784314),
    "ACCENT3": (0.9843137, 0.7372549, 0.015686275),
    "ACCENT4": (0.20392157, 0.65882355, 0.3254902),
    "ACCENT5": (1, 0.42745098, 0.003921569),
    "ACCENT6": (0.27450982, 0.7411765, 0.7764706),
    "LINK": (0.06666667, 0.33333334, 0.8),
}
THEME: Final[Json] = {
    "primaryFontFamily": "Arial",
    "themeColors": [
        {
            "colorType": name,
            "color": {
                "rgbColor": {
                    channel: part
                    for channel, part in zip(("red", "green", "blue"), colour, strict=True)
                    if part
                }
            },
        }
        for name, colour in _THEME_COLOURS.items()
    ],
}


def sheet_properties(sheet: Sheet) -> Json:
    """The SheetProperties of a tab."""
    grid = {"rowCount": sheet.row_count, "columnCount": sheet.column_count}
    return {
        "sheetId": sheet.id,
        "title": sheet.title,
        "index": sheet.index,
        "sheetType": "GRID",
        "gridProperties": grid | {k: v for k, v in sheet.grid.items() if v},
    } | {k: v for k, v in sheet.properties.items() if v is not None and v is not False}


def sheet_json(book: Book, sheet: Sheet) -> Json:
    """The Sheet resource of a tab without its grid data; what a tab does not have is left out."""
    parts: Json = {
        "merges": sheet.merges,
        "conditionalFormats": sheet.conditional_formats,
        "filterViews": sheet.filter_views,
        "protectedRanges": [_with_editors(book, found) for found in sheet.protected_ranges],
        "basicFilter": sheet.basic_filter,
        "charts": sheet.charts,
        "bandedRanges": sheet.banded_ranges,
        "developerMetadata": [
            metadata_json(entry)
            for entry in book.metadata
            if entry.sheet_id == sheet.id and not entry.dimension
        ],
        "rowGroups": sheet.row_groups,
        "columnGroups": sheet.column_groups,
    }
    return {"properties": sheet_properties(sheet)} | {k: v for k, v in parts.items() if v}


def _with_editors(book: Book, found: Json) -> Json:
    """A protected range as a later reading shows it: with the one who made it among its editors."""
    if not found.get("requestingUserCanEdit"):
        return found
    editors = found.get("editors") or {}
    users = list(dict.fromkeys([*editors.get("users", []), book.user]))
    return found | {"editors": editors | {"users": users}}


def book_properties(book: Book) -> Json:
    """The SpreadsheetProperties."""
    return {
        "title": book.title,
        "locale": book.locale,
        "autoRecalc": book.auto_recalc,
        "timeZone": book.timezone,
        "defaultFormat": DEFAULT_FORMAT,
        "spreadsheetTheme": THEME,
    }


def book_json(book: Book) -> Json:
    """The Spreadsheet resource without its sheets."""
    found: Json = {"spreadsheetId": book.id, "properties": book_properties(book)}
    if book.named_ranges:
        found["namedRanges"] = list(book.named_ranges)
    found["spreadsheetUrl"] = f"https://docs.google.com/spreadsheets/d/{book.id}/edit"
    entries = [metadata_json(entry) for entry in book.metadata if entry.sheet_id is None]
    if entries:
        found["developerMetadata"] = entries
    return found


def metadata_json(entry: Metadata) -> Json:
    """The DeveloperMetadata resource of an entry."""
    found: Json = {"metadataId": entry.id, "metadataKey": entry.key}
    if entry.value is not None:
        found["metadataValue"] = entry.value
    return found | {"location": _location(entry), "visibility": entry.visibility}


def _location(entry: Metadata) -> Json:
    if entry.sheet_id is None:
        return {"locationType": "SPREADSHEET", "spreadsheet": True}
    if not entry.dimension:
        return {"locationType": "SHEET", "sheetId": entry.sheet_id}
    span: dict[str, Any] = {"sheetId": entry.sheet_id} if entry.sheet_id else {}
    return {
        "locationType": "ROW" if entry.dimension == "ROWS" else "COLUMN",
        "dimensionRange": span
        | {"dimension": entry.dimension, "startIndex": entry.start, "endIndex": entry.end},
    }


def line_metadata(book: Book, sheet: Sheet, dimension: str) -> dict[int, list[Json]]:
    """Per row, or column, the developer metadata that grid data lists for it."""
    found: dict[int, list[Json]] = {}
    for entry in book.metadata:
        if entry.sheet_id == sheet.id and entry.dimension == dimension:
            found.setdefault(entry.start, []).append(metadata_json(entry))
    return found
