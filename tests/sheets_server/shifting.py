"""Rows and columns put in, deleted or dragged: the cells move, and with them all that names them."""

from __future__ import annotations

from typing import Final

from tests.sheets_server.decorations import rewrite_formulas, shift_decorations
from tests.sheets_server.groups import shift_groups
from tests.sheets_server.model import Book, Json, Sheet, invalid
from tests.sheets_server.references import after_shift
from tests.sheets_server.spans import Deleted, Inserted, Moved, Shift

CELL_LIMIT: Final = 10_000_000
_INHERITED: Final = ("userEnteredFormat", "dataValidation")
_FROZEN: Final = {"ROWS": "frozenRowCount", "COLUMNS": "frozenColumnCount"}
_WORD: Final = {"ROWS": "row", "COLUMNS": "column"}

Cells = list[Json | None]


def line_count(sheet: Sheet, dimension: str) -> int:
    """How many rows, or columns, the grid has."""
    return sheet.row_count if dimension == "ROWS" else sheet.column_count


def insert_lines(
    book: Book, sheet: Sheet, dimension: str, at: int, count: int, *, inherit_before: bool | None
) -> None:
    """Put in empty lines. They look like the line before or after them, or like nothing for None."""
    model = None if inherit_before is None else at - 1 if inherit_before else at
    check_growth(book, sheet, dimension, count)
    cells = _inherited(sheet, dimension, model)
    dimensions = _dimensions(sheet, dimension)
    width = dimensions.get(model) if model is not None else None
    _resize(sheet, dimension, count)
    if dimension == "ROWS":
        if at < len(sheet.rows) or cells:
            _pad(sheet, at)
            sheet.rows[at:at] = [list(cells) for _ in range(count)]
    else:
        sheet.rows = [_widened(row, at, cells[n], count) for n, row in enumerate(sheet.rows)]
    shift = Inserted(at, count)
    _follow(book, sheet, dimension, shift)
    if width:
        _dimensions(sheet, dimension).update(dict.fromkeys(range(at, at + count), width))


def delete_lines(book: Book, sheet: Sheet, dimension: str, start: int, end: int) -> None:
    """Delete lines with all that is on them. Raises ApiError where no line that scrolls would remain."""
    count, word = line_count(sheet, dimension), _WORD[dimension]
    if end > count:
        raise invalid(
            f"Cannot delete a {word} that doesn't exist. Tried to delete {word} index "
            f"{max(start, count)} but there are only {count} {word}s."
        )
    shift = Deleted(start, end)
    frozen = sheet.grid.get(_FROZEN[dimension], 0)
    if count - max(frozen, 0) <= end - max(start, frozen):
        raise invalid(f"Sorry, it is not possible to delete all non-frozen {word}s.")
    if dimension == "ROWS":
        sheet.rows = sheet.rows[:start] + sheet.rows[end:]
    else:
        sheet.rows = [row[:start] + row[end:] if len(row) > start else row for row in sheet.rows]
    _resize(sheet, dimension, start - end)
    _follow(book, sheet, dimension, shift)


def move_lines(book: Book, sheet: Sheet, dimension: str, start: int, end: int, *, to: int) -> None:
    """Drag lines before the line `to`, counted as before the move."""
    if start <= to <= end:
        return
    _check_merges(sheet, dimension, start, end, to)
    if dimension == "ROWS":
        _pad(sheet, max(end, to) if min(start, to) < len(sheet.rows) else 0)
        sheet.rows = _dragged(sheet.rows, start, end, to)
    else:
        sheet.rows = [_dragged_cells(row, start, end, to) for row in sheet.rows]
    _follow(book, sheet, dimension, Moved(start, end, to))


def check_growth(book: Book, sheet: Sheet, dimension: str, count: int) -> None:
    """Refuse a workbook of more cells than Sheets allows."""
    more = count * (sheet.column_count if dimension == "ROWS" else sheet.row_count)
    if more > 0 and more + sum(s.row_count * s.column_count for s in book.sheets) > CELL_LIMIT:
        raise invalid(
            "This action would increase the number of cells in the workbook above the limit of "
            f"{CELL_LIMIT} cells."
        )


def _follow(book: Book, sheet: Sheet, dimension: str, shift: Shift) -> None:
    dimensions = _dimensions(sheet, dimension)
    moved = {shift.index(place): kept for place, kept in dimensions.items()}
    moved.pop(None, None)
    dimensions.clear()
    dimensions.update(moved)
    _follow_frozen(sheet, dimension, shift)
    shift_groups(sheet, dimension, shift)
    shift_decorations(book, sheet, dimension, shift)
    for other in book.sheets:
        rewrite_formulas(
            other,
            lambda formula, own=other.title: after_shift(
                formula, own, sheet.title, dimension, shift
            ),
        )


def _follow_frozen(sheet: Sheet, dimension: str, shift: Shift) -> None:
    name = _FROZEN[dimension]
    frozen = sheet.grid.get(name, 0)
    if not frozen or isinstance(shift, Moved):
        return
    now = (
        shift.span(0, frozen)
        if not isinstance(shift, Inserted) or shift.at
        else (0, frozen + shift.count)
    )
    sheet.grid = {k: v for k, v in sheet.grid.items() if k != name}
    if now is not None:
        sheet.grid[name] = now[1]


def _dimensions(sheet: Sheet, dimension: str) -> dict[int, Json]:
    return sheet.row_dimensions if dimension == "ROWS" else sheet.column_dimensions


def _resize(sheet: Sheet, dimension: str, by: int) -> None:
    if dimension == "ROWS":
        sheet.row_count += by
    else:
        sheet.column_count += by


def _pad(sheet: Sheet, count: int) -> None:
    sheet.rows.extend([] for _ in range(count - len(sheet.rows)))


def _look(cell: Json | None) -> Json | None:
    """What a new cell beside this one takes over: its format and its validation."""
    return {k: cell[k] for k in _INHERITED if k in cell} or None if cell else None


def _inherited(sheet: Sheet, dimension: str, model: int | None) -> Cells:
    """Per cell of a new line, what it takes over from the line `model`."""
    if dimension == "COLUMNS":
        return [
            None if model is None or model >= len(row) else _look(row[model]) for row in sheet.rows
        ]
    if model is None or model >= len(sheet.rows):
        return []
    cells = [_look(cell) for cell in sheet.rows[model]]
    return cells if any(cells) else []


def _widened(row: Cells, at: int, cell: Json | None, count: int) -> Cells:
    if at > len(row) or (at == len(row) and cell is None):
        return row
    return row[:at] + [cell] * count + row[at:]


def _dragged(rows: list[Cells], start: int, end: int, to: int) -> list[Cells]:
    block = rows[start:end]
    if to < start:
        return rows[:to] + block + rows[to:start] + rows[end:]
    return rows[:start] + rows[end:to] + block + rows[to:]


def _dragged_cells(row: Cells, start: int, end: int, to: int) -> Cells:
    if len(row) <= min(start, to):
        return row
    row = row + [None] * (max(end, to) - len(row))
    block = row[start:end]
    if to < start:
        return row[:to] + block + row[to:start] + row[end:]
    return row[:start] + row[end:to] + block + row[to:]


def _check_merges(sheet: Sheet, dimension: str, start: int, end: int, to: int) -> None:
    """Refuse to tear a merged cell: by dragging a part of it, or by dropping lines into it."""
    names = (
        ("startRowIndex", "endRowIndex")
        if dimension == "ROWS"
        else (
            "startColumnIndex",
            "endColumnIndex",
        )
    )
    for merge in sheet.merges:
        first, last = merge[names[0]], merge[names[1]]
        inside = start <= first and last <= end
        if (first < end and start < last and not inside) or first < to < last:
            raise invalid(f"You can't move only a part of merged {_WORD[dimension]}s.")
