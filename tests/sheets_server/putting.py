"""Values put into cells as the values endpoints do: what counts as written, and what is refused."""

from __future__ import annotations

from typing import Any, Final

from tests.sheets_server.a1 import Span, exceeds, text_of
from tests.sheets_server.areas import Area, letters
from tests.sheets_server.model import ApiError, Book, Json, Sheet, invalid
from tests.sheets_server.requests.cells import check_text
from tests.sheets_server.requests.seen import typed

_OPTIONS: Final = ("RAW", "USER_ENTERED")


def put_values(book: Book, area: Area, given: Json, option: str, place: int | None = None) -> Json:
    """Write a ValueRange into an area; gives the UpdateValuesResponse. Nulls leave a cell as it is."""
    _check_option(option)
    rows = rows_of(given)
    _check_fits(area, rows)
    where = "" if place is None else f"Invalid data[{place}]: "
    changed: set[tuple[int, int]] = set()
    for down, row in enumerate(rows):
        for right, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, (dict, list)):
                shape = "struct_value" if isinstance(value, dict) else "list_value"
                raise invalid(f"{where}Invalid values[{down}][{right}]: {shape} {value}")
            put_one(book, area.sheet, (area.top + down, area.left + right), value, option)
            changed.add((down, right))
    return _reply(book, area, rows, changed)


def rows_of(given: Json) -> list[list[Any]]:
    """The values of a ValueRange as rows. Raises ApiError for what is no list of lists."""
    values = given.get("values")
    if values is None:
        return []
    if not isinstance(values, list):
        raise _no_list("data.values", values)
    for place, row in enumerate(values):
        if not isinstance(row, list):
            raise _no_list(f"data.values[{place}]", row)
    if given.get("majorDimension") != "COLUMNS":
        return values
    height = max(map(len, values), default=0)
    return [[col[row] if row < len(col) else None for col in values] for row in range(height)]


def _no_list(field: str, value: Any) -> ApiError:
    shown = f'"{value}"' if isinstance(value, str) else value
    text = f"Invalid value at '{field}' (type.googleapis.com/google.protobuf.ListValue), {shown}"
    violation = {"field": field, "description": text}
    detail = {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [violation],
    }
    return ApiError(400, "INVALID_ARGUMENT", text, [detail])


def _check_option(option: str) -> None:
    if option not in _OPTIONS:
        raise invalid("'valueInputOption' is required but not specified")


def _check_fits(area: Area, rows: list[list[Any]]) -> None:
    """A single cell is where writing begins; a larger range must hold all that is written."""
    height, width = len(rows), max(map(len, rows), default=0)
    if area.bottom - area.top == 1 and area.right - area.left == 1:
        if area.top + height > area.sheet.row_count or area.left + width > area.sheet.column_count:
            raise exceeds(
                area.sheet, Span(area.top, area.top + height, area.left, area.left + width)
            )
        return
    beyond = ""
    if height > area.bottom - area.top:
        beyond = f"row [{area.bottom + 1}]"
    elif width > area.right - area.left:
        beyond = f"column [{letters(area.right)}]"
    if beyond:
        raise invalid(
            f"Requested writing within range [{text_of(area)}], but tried writing to {beyond}"
        )


def put_one(book: Book, sheet: Sheet, cell: tuple[int, int], value: Any, option: str) -> None:
    """Put one value that is not null into a cell; "" takes the old one out."""
    row, column = cell
    old = sheet.cell(row, column)
    rest = {k: v for k, v in old.items() if k not in _GOES} if old else {}
    if isinstance(value, bool):
        new: Json = {"userEnteredValue": {"boolValue": value}}
    elif isinstance(value, (int, float)):
        new = {"userEnteredValue": {"numberValue": value}}
    elif value == "":
        if old is None:
            return
        new = {}
    else:
        check_text(value)
        raw = option == "RAW"
        new = {"userEnteredValue": {"stringValue": value}} if raw else typed(book, value, rest)
    sheet.put(row, column, rest | new)


_GOES: Final = ("userEnteredValue", "textFormatRuns", "chipRuns")
"""What a new value takes out of a cell."""


def _reply(book: Book, area: Area, rows: list[list[Any]], changed: set[tuple[int, int]]) -> Json:
    height, width = max(len(rows), 1), max(max(map(len, rows), default=1), 1)
    found = Area(area.sheet, area.top, area.top + height, area.left, area.left + width)
    reply: Json = {"spreadsheetId": book.id, "updatedRange": text_of(found)}
    if changed:
        reply["updatedRows"] = len({row for row, _ in changed})
        reply["updatedColumns"] = len({column for _, column in changed})
        reply["updatedCells"] = len(changed)
    return reply


def totals(book: Book, replies: list[Json]) -> Json:
    """The totals over several writes: rows and columns that were written in any of them count once."""
    rows, columns, tabs, cells = set(), set(), set(), 0
    for reply in replies:
        tab, _, place = reply["updatedRange"].rpartition("!")
        if not reply.get("updatedCells"):
            continue
        first, _, last = place.partition(":")
        top, left = _row_and_column(first)
        bottom, right = _row_and_column(last or first)
        tabs.add(tab)
        rows |= {(tab, row) for row in range(top, bottom + 1)}
        columns |= {(tab, column) for column in range(left, right + 1)}
        cells += reply["updatedCells"]
    found = {
        "totalUpdatedRows": len(rows),
        "totalUpdatedColumns": len(columns),
        "totalUpdatedCells": cells,
        "totalUpdatedSheets": len(tabs),
    }
    return {name: count for name, count in found.items() if count}


def _row_and_column(cell: str) -> tuple[int, int]:
    name = cell.rstrip("0123456789")
    column = 0
    for letter in name:
        column = column * 26 + ord(letter) - 64
    return int(cell[len(name) :]), column


def clear_values(area: Area) -> None:
    """Take the values out of an area and leave all else."""
    sheet = area.sheet
    for row in range(area.top, min(area.bottom, len(sheet.rows))):
        cells = sheet.rows[row]
        for column in range(area.left, min(area.right, len(cells))):
            cell = cells[column]
            if cell is not None and "userEnteredValue" in cell:
                cells[column] = {k: v for k, v in cell.items() if k not in _GOES} or None
