"""Rows and columns: insert, append, delete, move, size and hide, and their groups."""

from __future__ import annotations

from typing import Final

from tests.sheets_server.areas import line_range, sheet_of
from tests.sheets_server.groups import deepen, groups_of
from tests.sheets_server.model import Book, Json, Sheet, invalid, unsupported
from tests.sheets_server.requests.apply import kind
from tests.sheets_server.requests.fields import merged, tree
from tests.sheets_server.shifting import (
    check_growth,
    delete_lines,
    insert_lines,
    line_count,
    move_lines,
)

SIZES: Final = {"ROWS": 21, "COLUMNS": 100}
"""Pixels of a row and of a column that nobody resized."""


@kind("insertDimension")
def insert_dimension(book: Book, body: Json) -> None:
    """Put in empty rows or columns, which look like those before or after them."""
    sheet, dimension, start, end = line_range(book, body.get("range"))
    before, count = bool(body.get("inheritFromBefore")), line_count(sheet, dimension)
    if body["range"].get("startIndex") is None or body["range"].get("endIndex") is None:
        raise invalid("Both the start and end indexes of the range must be bounded.")
    if before and start == 0:
        raise invalid("range.startIndex must be > 0 if inheritFromBefore is true.")
    if start > count or (start == count and not before):
        side = "true" if before else "false"
        raise invalid(
            f"range.startIndex[{start}] must be less than the grid size[{count}] "
            f"if inheritFromBefore is {side}."
        )
    insert_lines(book, sheet, dimension, start, end - start, inherit_before=before)


@kind("appendDimension")
def append_dimension(book: Book, body: Json) -> None:
    """Add rows or columns at the end of the grid."""
    sheet, dimension = sheet_of(book, body), body.get("dimension")
    length = body.get("length") or 0
    if dimension not in SIZES or length <= 0:
        raise invalid("A dimension and a length greater than 0 must be specified.")
    check_growth(book, sheet, dimension, length)
    if dimension == "ROWS":
        sheet.row_count += length
    else:
        sheet.column_count += length


@kind("deleteDimension")
def delete_dimension(book: Book, body: Json) -> None:
    """Delete rows or columns."""
    sheet, dimension, start, end = line_range(book, body.get("range"))
    delete_lines(book, sheet, dimension, start, end)


@kind("moveDimension")
def move_dimension(book: Book, body: Json) -> None:
    """Drag rows or columns elsewhere; the destination counts as before the move."""
    sheet, dimension, start, end = line_range(book, body.get("source"))
    count, to = line_count(sheet, dimension), body.get("destinationIndex") or 0
    if end > count or not 0 <= to <= count:
        raise invalid(
            f"The source [{start}, {end}) and the destination[{to}] must lie within the grid "
            f"size[{count}]."
        )
    move_lines(book, sheet, dimension, start, end, to=to)


@kind("updateDimensionProperties")
def update_dimension_properties(book: Book, body: Json) -> None:
    """Set the size of lines, or hide and show them."""
    if body.get("dataSourceSheetRange") is not None:
        raise unsupported("data sources")
    mask = tree(body.get("fields"), "DimensionProperties")
    for name in mask:
        if name not in {"pixelSize", "hiddenByUser"} and body.get("fields") != "*":
            raise unsupported(f"writing {name} of a row or column")
    sheet, dimension, start, end = _lines_within(book, body.get("range"))
    new = body.get("properties") or {}
    if "pixelSize" in mask and (new.get("pixelSize") or 0) < 0:
        raise invalid("pixelSize must be >= 0")
    kept = _properties(sheet, dimension)
    for line in range(start, end):
        now = merged(kept.get(line), new, mask)
        _store(kept, line, now, SIZES[dimension])


@kind("autoResizeDimensions")
def auto_resize_dimensions(book: Book, body: Json) -> None:
    """Make lines as large as their content: about 7 pixels a character, rows of one line of text."""
    if body.get("dataSourceSheetDimensions") is not None:
        raise unsupported("data sources")
    sheet, dimension, start, end = _lines_within(book, body.get("dimensions"))
    kept = _properties(sheet, dimension)
    for line in range(start, end):
        size = _width(sheet, line) if dimension == "COLUMNS" else SIZES["ROWS"]
        _store(kept, line, (kept.get(line) or {}) | {"pixelSize": size}, SIZES[dimension])


def _width(sheet: Sheet, column: int) -> int:
    longest = 0
    for row in sheet.rows:
        cell = row[column] if column < len(row) else None
        for value in ((cell or {}).get("userEnteredValue") or {}).values():
            longest = max(longest, *(len(line) for line in str(value).split("\n")))
    return 7 * longest + 8 if longest else SIZES["COLUMNS"]


def _lines_within(book: Book, found: Json | None) -> tuple[Sheet, str, int, int]:
    sheet, dimension, start, end = line_range(book, found)
    count = line_count(sheet, dimension)
    if end > count:
        raise invalid(f"range.endIndex[{end}] is beyond the grid size[{count}].")
    return sheet, dimension, start, end


def _properties(sheet: Sheet, dimension: str) -> dict[int, Json]:
    return sheet.row_dimensions if dimension == "ROWS" else sheet.column_dimensions


def _store(kept: dict[int, Json], line: int, now: Json, size: int) -> None:
    """Keep only what differs from the default."""
    now = {k: v for k, v in now.items() if v is not False and (k, v) != ("pixelSize", size)}
    kept.pop(line, None)
    if now:
        kept[line] = now


@kind("addDimensionGroup")
def add_dimension_group(book: Book, body: Json) -> Json:
    """Group lines; groups nest and join as their ranges say."""
    sheet, dimension, start, end = _lines_within(book, body.get("range"))
    deepen(sheet, dimension, start, end, 1)
    control = "rowGroupControlAfter" if dimension == "ROWS" else "columnGroupControlAfter"
    sheet.grid = sheet.grid | {control: True}
    return {"dimensionGroups": list(groups_of(sheet, dimension))}


@kind("deleteDimensionGroup")
def delete_dimension_group(book: Book, body: Json) -> Json:
    """Take one level of grouping away from lines."""
    sheet, dimension, start, end = _lines_within(book, body.get("range"))
    if not deepen(sheet, dimension, start, end, -1):
        raise invalid(f"There is no group over {dimension} [{start}, {end}).")
    left = groups_of(sheet, dimension)
    return {"dimensionGroups": list(left)} if left else {}


@kind("updateDimensionGroup")
def update_dimension_group(book: Book, body: Json) -> None:
    """Collapse or expand a group: its lines are hidden or shown."""
    group = body.get("dimensionGroup") or {}
    mask = tree(body.get("fields"), "DimensionGroup")
    sheet, dimension, start, end = _lines_within(book, group.get("range"))
    if "collapsed" not in mask:
        raise invalid("Only collapsed of a dimension group can be updated.")
    groups, kept = groups_of(sheet, dimension), _properties(sheet, dimension)
    for place, found in enumerate(groups):
        span = found["range"]
        same = (span["startIndex"], span["endIndex"]) == (start, end)
        if same and found["depth"] == group.get("depth", found["depth"]):
            bare = {k: v for k, v in found.items() if k != "collapsed"}
            groups[place] = bare | ({"collapsed": True} if group.get("collapsed") else {})
            break
    else:
        raise invalid(f"There is no group over {dimension} [{start}, {end}).")
    for line in range(start, end):
        hidden = {"hiddenByUser": bool(group.get("collapsed"))}
        _store(kept, line, (kept.get(line) or {}) | hidden, SIZES[dimension])
