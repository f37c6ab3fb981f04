"""Rectangles of cells: a GridRange of the API checked against the grid it lies in, and written again."""

from __future__ import annotations

from dataclasses import dataclass

from tests.sheets_server.model import Book, Json, Sheet, invalid

_AXES = {
    "ROWS": ("startRowIndex", "endRowIndex"),
    "COLUMNS": ("startColumnIndex", "endColumnIndex"),
}


@dataclass(frozen=True, slots=True)
class Area:
    """Rows `top` up to, not including, `bottom`; columns `left` up to, not including, `right`."""

    sheet: Sheet
    top: int
    bottom: int
    left: int
    right: int

    def holds(self, top: int, bottom: int, left: int, right: int) -> bool:
        """Whether that rectangle lies wholly inside."""
        return (
            self.top <= top and bottom <= self.bottom and self.left <= left and right <= self.right
        )

    def meets(self, other: Area) -> bool:
        """Whether both share a cell."""
        return (
            self.sheet is other.sheet
            and self.top < other.bottom
            and other.top < self.bottom
            and self.left < other.right
            and other.left < self.right
        )

    def json(self) -> Json:
        """The GridRange with its four bounds."""
        return grid_range(self.sheet.id, self.top, self.bottom, self.left, self.right)


def letters(column: int) -> str:
    """The name of a column by its index from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def grid_range(sheet_id: int, top: int, bottom: int, left: int, right: int) -> Json:
    """A GridRange as the API prints it: the sheet with id 0 is not named."""
    found: Json = {"sheetId": sheet_id} if sheet_id else {}
    return found | {
        "startRowIndex": top,
        "endRowIndex": bottom,
        "startColumnIndex": left,
        "endColumnIndex": right,
    }


def printed(found: Json) -> Json:
    """A range or coordinate as the API prints it: without nulls, sheet 0 not named."""
    return {k: v for k, v in found.items() if v is not None and (k != "sheetId" or v)}


def sheet_of(book: Book, found: Json) -> Sheet:
    """The tab that a range, a coordinate or a request names; without a name it is the one with id 0."""
    return book.sheet(found.get("sheetId") or 0)


def bounds(found: Json, dimension: str) -> tuple[int | None, int | None]:
    """Start and end of a GridRange along ROWS or COLUMNS, None where it is open."""
    start, end = _AXES[dimension]
    return found.get(start), found.get(end)


def with_bounds(found: Json, dimension: str, start: int | None, end: int | None) -> Json:
    """The GridRange with other bounds along one dimension; open ends stay open."""
    names = _AXES[dimension]
    kept = {k: v for k, v in found.items() if k not in names}
    return kept | {k: v for k, v in zip(names, (start, end), strict=True) if v is not None}


def area_of(book: Book, found: Json | None) -> Area:
    """The cells of a GridRange; open ends reach the end of the grid. Raises ApiError beyond the grid."""
    if found is None:
        raise invalid("A range must be specified.")
    sheet = sheet_of(book, found)
    top, bottom = bounds(found, "ROWS")
    left, right = bounds(found, "COLUMNS")
    area = Area(
        sheet,
        top or 0,
        sheet.row_count if bottom is None else bottom,
        left or 0,
        sheet.column_count if right is None else right,
    )
    _check(area)
    return area


def _check(area: Area) -> None:
    sheet = area.sheet
    if area.top < 0 or area.left < 0:
        raise invalid("GridRange indexes must be >= 0")
    if area.bottom > sheet.row_count or area.right > sheet.column_count:
        raise beyond(area)
    if area.bottom <= area.top:
        raise invalid(
            f"GridRange.startRowIndex[{area.top}] must be before endRowIndex[{area.bottom}]"
        )
    if area.right <= area.left:
        raise invalid(
            f"GridRange.startColumnIndex[{area.left}] must be before endColumnIndex[{area.right}]"
        )


def beyond(area: Area) -> Exception:
    """The refusal of an area that does not lie within its grid."""
    first, last = f"{letters(area.left)}{area.top + 1}", f"{letters(area.right - 1)}{area.bottom}"
    return invalid(
        f"Range ({area.sheet.title}!{first}:{last}) exceeds grid limits. "
        f"Max rows: {area.sheet.row_count}, max columns: {area.sheet.column_count}"
    )


def corner_of(book: Book, found: Json) -> tuple[Sheet, int, int]:
    """Sheet, row and column of a GridCoordinate. Raises ApiError beyond the grid."""
    sheet = sheet_of(book, found)
    row, column = found.get("rowIndex") or 0, found.get("columnIndex") or 0
    if row >= sheet.row_count:
        raise invalid(
            f"GridCoordinate.rowIndex[{row}] is after last row in grid[{sheet.row_count - 1}]"
        )
    if column >= sheet.column_count:
        raise invalid(
            f"GridCoordinate.columnIndex[{column}] is after last column in "
            f"grid[{sheet.column_count - 1}]"
        )
    return sheet, row, column


def line_range(book: Book, found: Json | None) -> tuple[Sheet, str, int, int]:
    """Sheet, dimension, start and end of a DimensionRange; open ends reach the end of the grid."""
    if found is None:
        raise invalid("A range must be specified.")
    sheet = sheet_of(book, found)
    dimension = found.get("dimension") or ""
    if dimension not in _AXES:
        raise invalid("range.dimension must be specified.")
    count = sheet.row_count if dimension == "ROWS" else sheet.column_count
    start = found.get("startIndex") or 0
    end = found["endIndex"] if found.get("endIndex") is not None else count
    if start < 0 or end < 0:
        raise invalid("DimensionRange indexes must be >= 0")
    if end <= start:
        raise invalid(f"range.startIndex[{start}] must be before endIndex[{end}]")
    return sheet, dimension, start, end
