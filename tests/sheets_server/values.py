"""What cells hold, seen as the API gives it: effective values, formatted text, rendered rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.sheets_server.areas import Area
from tests.sheets_server.formula_values import KINDS, Fault, Value
from tests.sheets_server.formulas import Workings
from tests.sheets_server.locales import Locale, locale_of
from tests.sheets_server.model import Book, Json, Sheet, invalid
from tests.sheets_server.number_formats import DATE_TYPES, pattern_of, shown_number

_OPTIONS: Final = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
_EXACT: Final = 2**53
Render = Callable[[Json, int, int], Any]
"""Gives what an answer shows for a cell that holds a value, at its row and column."""


def plain_number(value: float) -> float | int:
    """A number as JSON prints it: whole ones without a point."""
    return int(value) if value == int(value) and abs(value) < _EXACT else value


def value_json(value: Value) -> Json | None:
    """A computed value as an ExtendedValue; None for a blank."""
    if value is None:
        return None
    if isinstance(value, Fault):
        kind, message = KINDS.get(value.text, ("ERROR", "Error"))
        return {"errorValue": {"type": kind, "message": message}}
    if isinstance(value, bool):
        return {"boolValue": value}
    return (
        {"stringValue": value} if isinstance(value, str) else {"numberValue": plain_number(value)}
    )


def format_of(cell: Json | None) -> Json | None:
    """The NumberFormat of a cell, where it has one."""
    return (
        cell["userEnteredFormat"].get("numberFormat")
        if cell and "userEnteredFormat" in cell
        else None
    )


def shown_value(value: Value, number_format: Json | None, locale: Locale) -> str:
    """The text a cell shows."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Fault):
        return value.text
    return shown_number(value, pattern_of(number_format, locale), locale)


class View:
    """One look at a book; make a new one after every change."""

    def __init__(self, book: Book) -> None:
        self.book, self.locale = book, locale_of(book.locale)
        self.workings = Workings(book)

    def value(self, sheet: Sheet, row: int, column: int) -> Value:
        """The value of a cell."""
        return self.workings.value(sheet, row, column)

    def shown(self, sheet: Sheet, row: int, column: int) -> str:
        """The text a cell shows, "" for a blank."""
        found = self.value(sheet, row, column)
        return shown_value(found, format_of(sheet.cell(row, column)), self.locale)

    def rendered(self, area: Area, option: str, date_option: str) -> list[list[Any]]:
        """The values of an area by a ValueRenderOption, empty ends of rows and of the area left out."""
        render = self._render(area.sheet, option or "FORMATTED_VALUE", date_option)
        top, left, right = area.top, area.left, area.right
        rows: list[list[Any]] = []
        for down, cells in enumerate(area.sheet.rows[top : area.bottom]):
            line: list[Any] = []
            filled = 0
            for place, cell in enumerate(cells[left:right], left):
                typed = cell.get("userEnteredValue") if cell else None
                if not typed:
                    line.append("")
                    continue
                value = typed.get("stringValue")  # most cells, and the same by every option
                if value is None:
                    value = render(cell, top + down, place)
                line.append(value)
                if value != "":
                    filled = len(line)
            rows.append(line[:filled])
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def _render(self, sheet: Sheet, option: str, date_option: str) -> Render:
        """What fits the options; cells without formulas take the short way."""
        if option not in _OPTIONS:
            raise invalid(f"Invalid value at 'value_render_option': {option}")
        if option == "FORMULA":
            return lambda cell, row, column: _typed(cell)
        workings, locale = self.workings, self.locale
        if option == "FORMATTED_VALUE":
            return lambda cell, row, column: shown_value(
                workings.value(sheet, row, column), format_of(cell), locale
            )
        dates_as_text = date_option == "FORMATTED_STRING"

        def unformatted(cell: Json, row: int, column: int) -> Any:
            [(name, value)] = cell["userEnteredValue"].items()
            if name == "formulaValue":
                value = workings.value(sheet, row, column)
            if isinstance(value, str) or value is True or value is False:
                return value
            if value is None or isinstance(value, Fault):
                return value.text if value else ""
            if dates_as_text and (found := format_of(cell)) and found.get("type") in DATE_TYPES:
                return shown_value(value, found, locale)
            return plain_number(value)

        return unformatted


def _typed(cell: Json) -> Any:
    [(name, value)] = cell["userEnteredValue"].items()
    return plain_number(value) if name == "numberValue" else value
