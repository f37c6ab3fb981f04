"""Writing cells: updateCells, appendCells, repeatCell, setDataValidation."""

from __future__ import annotations

import functools
import math
from typing import Any, Final

from tests.sheets_server.areas import Area, area_of, corner_of, sheet_of
from tests.sheets_server.colours import settled
from tests.sheets_server.model import Book, Json, Sheet, invalid, unsupported
from tests.sheets_server.references import offset
from tests.sheets_server.requests.apply import kind
from tests.sheets_server.requests.fields import Tree, merged, tree, with_twins
from tests.sheets_server.shifting import check_growth

TEXT_LIMIT: Final = 50_000
_WRITABLE: Final = (
    "userEnteredValue",
    "userEnteredFormat",
    "note",
    "dataValidation",
    "textFormatRuns",
    "chipRuns",
)
_READ_ONLY: Final = ("effectiveValue", "effectiveFormat", "formattedValue", "hyperlink")


@functools.lru_cache(maxsize=1024)
def cell_mask(mask: str | None) -> Tree:
    """The fields of cells that a request writes. Raises ApiError for those nobody can write."""
    if mask and mask.strip() == "*":
        return {name: {} for name in _WRITABLE}
    found = tree(mask, "CellData")
    for name in found:
        if name in _READ_ONLY:
            raise invalid(f"The field {name} of a cell is read-only.")
        if name not in _WRITABLE:
            raise unsupported(f"{name} of a cell")
    return with_twins(found, "CellData")


def written(old: Json | None, new: Json | None, mask: Tree) -> Json | None:
    """The cell after writing the masked fields of `new` over `old`; None for an empty one."""
    cell = dict(old) if old else {}
    if "userEnteredValue" in mask:
        cell.pop("textFormatRuns", None)
        cell.pop("chipRuns", None)
    for name, below in mask.items():
        value: Any = new.get(name) if new else None
        if name == "userEnteredValue":
            value = typed_value(value, below)
        elif value is not None and name != "note":
            value = settled(value)
        if below and name != "userEnteredValue":
            value = merged(cell.get(name), value, below)
        if value is None or value in ({}, "", []):
            cell.pop(name, None)
        else:
            cell[name] = value
    return cell or None


def typed_value(value: Json | None, below: Tree) -> Json | None:
    """A value as a cell keeps it: exactly one kind, or None to clear it."""
    given = {k: v for k, v in (value or {}).items() if v is not None and (not below or k in below)}
    if not given:
        return None
    if len(given) > 1:
        raise invalid(
            f"A userEnteredValue must have exactly one kind of value, not {sorted(given)}."
        )
    [(name, found)] = given.items()
    if name == "stringValue":
        check_text(found)
        return {name: found} if found else None
    if name == "formulaValue" and not found.startswith("="):
        raise invalid(f"A formulaValue must begin with '=': {found!r}.")
    if name == "numberValue" and not math.isfinite(found):
        raise invalid("A numberValue must be finite.")
    if name not in {"formulaValue", "numberValue", "boolValue"}:
        raise invalid(f"A userEnteredValue cannot be an {name}.")
    return given


def check_text(text: str) -> None:
    """Refuse more characters than a cell holds."""
    if len(text) > TEXT_LIMIT:
        raise invalid(
            f"Your input contains more than the maximum of {TEXT_LIMIT} characters in a single cell."
        )


@kind("updateCells")
def update_cells(book: Book, body: Json) -> None:
    """Write rows of cells over a range, or from a corner on."""
    mask = cell_mask(body.get("fields"))
    rows = [(row or {}).get("values") or [] for row in body.get("rows") or []]
    if body.get("range") is not None:
        area = area_of(book, body["range"])
        _check_fits(rows, area)
        _write_area(area, rows, mask)
    elif body.get("start") is not None:
        sheet, top, left = corner_of(book, body["start"])
        _check_fits(rows, Area(sheet, top, sheet.row_count, left, sheet.column_count))
        _write_rows(sheet, top, left, rows, mask)
    else:
        raise invalid("Either a range or a start must be specified.")


def _check_fits(rows: list[list[Json]], area: Area) -> None:
    if len(rows) > area.bottom - area.top:
        raise invalid(
            f"Attempting to write row: {area.bottom}, "
            f"beyond the last requested row of: {area.bottom - 1}"
        )
    if any(len(values) > area.right - area.left for values in rows):
        raise invalid(
            f"Attempting to write column: {area.right}, "
            f"beyond the last requested column of: {area.right - 1}"
        )


def _write_area(area: Area, rows: list[list[Json]], mask: Tree) -> None:
    """Cells without data are cleared of the masked fields."""
    sheet = area.sheet
    _write_rows(sheet, area.top, area.left, rows, mask)
    for place in range(area.top, min(area.bottom, len(sheet.rows))):
        given = len(rows[place - area.top]) if place - area.top < len(rows) else 0
        for column in range(area.left + given, min(area.right, len(sheet.rows[place]))):
            old = sheet.rows[place][column]
            if old is not None:
                sheet.put(place, column, written(old, None, mask))


def _write_rows(sheet: Sheet, top: int, left: int, rows: list[list[Json]], mask: Tree) -> None:
    for down, values in enumerate(rows):
        for right, new in enumerate(values):
            old = sheet.cell(top + down, left + right)
            cell = written(old, new, mask)
            if cell is not None or old is not None:
                sheet.put(top + down, left + right, cell)


@kind("appendCells")
def append_cells(book: Book, body: Json) -> None:
    """Write rows below the last one with data, growing the grid where it ends."""
    if body.get("tableId") is not None:
        raise unsupported("tables")
    sheet = sheet_of(book, body)
    mask = cell_mask(body.get("fields"))
    rows = [(row or {}).get("values") or [] for row in body.get("rows") or []]
    top = first_free_row(sheet)
    width = max((len(values) for values in rows), default=0)
    grow(book, sheet, top + len(rows), width)
    _write_rows(sheet, top, 0, rows, mask)


def first_free_row(sheet: Sheet) -> int:
    """The index of the row below the last one that holds a value."""
    for place in range(len(sheet.rows) - 1, -1, -1):
        if any(cell and "userEnteredValue" in cell for cell in sheet.rows[place]):
            return place + 1
    return 0


def grow(book: Book, sheet: Sheet, rows: int, columns: int) -> None:
    """Make the grid at least so large."""
    if rows > sheet.row_count:
        check_growth(book, sheet, "ROWS", rows - sheet.row_count)
        sheet.row_count = rows
    if columns > sheet.column_count:
        check_growth(book, sheet, "COLUMNS", columns - sheet.column_count)
        sheet.column_count = columns


@kind("repeatCell")
def repeat_cell(book: Book, body: Json) -> None:
    """Write one cell all over a range; a formula's references go along."""
    area, mask, new = (
        area_of(book, body.get("range")),
        cell_mask(body.get("fields")),
        body.get("cell"),
    )
    formula = ((new or {}).get("userEnteredValue") or {}).get("formulaValue")
    blank = written(None, new, mask)
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            old = area.sheet.cell(row, column)
            if formula and "userEnteredValue" in mask and new:
                there = offset(formula, row - area.top, column - area.left)
                cell = written(old, new | {"userEnteredValue": {"formulaValue": there}}, mask)
            else:
                cell = written(old, new, mask) if old else blank
            if cell is not None or old is not None:
                area.sheet.put(row, column, cell)


@kind("setDataValidation")
def set_data_validation(book: Book, body: Json) -> None:
    """Put a rule on every cell of a range, or take the rules away where none is given."""
    area, rule = area_of(book, body.get("range")), settled(body.get("rule"))
    if rule and not (rule.get("condition") or {}).get("type"):
        raise invalid("A data validation rule must have a condition with a type.")
    own = bool(rule) and rule["condition"]["type"] == "CUSTOM_FORMULA"
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            old = area.sheet.cell(row, column)
            there = _rule_at(rule, row - area.top, column - area.left) if own else rule
            if there:
                area.sheet.put(row, column, (old or {}) | {"dataValidation": there})
            elif old and "dataValidation" in old:
                kept = {k: v for k, v in old.items() if k != "dataValidation"}
                area.sheet.put(row, column, kept)


def _rule_at(rule: Json, down: int, right: int) -> Json:
    """A rule by formula as it reads at a cell so far from the range's first."""
    if not (down or right):
        return rule
    values = [
        {**value, "userEnteredValue": offset(value.get("userEnteredValue", ""), down, right)}
        for value in rule["condition"].get("values") or []
    ]
    return rule | {"condition": rule["condition"] | {"values": values}}
