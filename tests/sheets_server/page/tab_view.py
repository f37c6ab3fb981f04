"""A tab as the page draws it: sizes, looks, texts, ticks, lists, notes, merges, charts."""

from __future__ import annotations

from typing import Any, Final

from tests.sheets_server.a1 import area, title
from tests.sheets_server.conditional import conditional_format
from tests.sheets_server.formula_values import Fault
from tests.sheets_server.model import ApiError, Book, Json, Sheet
from tests.sheets_server.number_formats import DATE_TYPES
from tests.sheets_server.page.charts import chart_views
from tests.sheets_server.page.looks import band_colour, cell_css, css_colour, wrapping
from tests.sheets_server.values import View, format_of, plain_number

MOST_ROWS: Final = 1000
_SPARE_ROWS: Final = 25
_LEAST_ROWS: Final = 40
_ROW_HEIGHT: Final = 21
_COLUMN_WIDTH: Final = 100


def tabs_view(book: Book) -> list[Json]:
    """The strip of tabs, in their order."""
    return [
        {
            "id": sheet.id,
            "title": sheet.title,
            "colour": css_colour(sheet.properties.get("tabColorStyle")),
            "hidden": bool(sheet.properties.get("hidden")),
        }
        for sheet in sorted(book.sheets, key=lambda sheet: sheet.index)
    ]


def tab_view(book: Book, sheet: Sheet) -> Json:
    """All that is drawn of one tab. Looks are listed once; a cell names its look by number."""
    view = View(book)
    rows = _shown_rows(sheet)
    looks = _Looks()
    cells = [
        [_cell(view, sheet, (row, column), looks) for column in range(sheet.column_count)]
        for row in range(rows)
    ]
    return {
        "id": sheet.id,
        "title": sheet.title,
        "rowCount": sheet.row_count,
        "rows": [_line(sheet.row_dimensions.get(row), _ROW_HEIGHT) for row in range(rows)],
        "columns": [
            _line(sheet.column_dimensions.get(column), _COLUMN_WIDTH)
            for column in range(sheet.column_count)
        ],
        "frozenRows": sheet.grid.get("frozenRowCount", 0),
        "frozenColumns": sheet.grid.get("frozenColumnCount", 0),
        "gridlines": not sheet.grid.get("hideGridlines", False),
        "filtered": _filtered(sheet),
        "looks": looks.listed,
        "cells": cells,
        "merges": [_merge(area, sheet) for area in sheet.merges],
        "charts": chart_views(view, sheet),
    }


class _Looks:
    """Looks by number, in the order in which they were met."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], int] = {}

    def number(self, css: str, wrap: str) -> int:
        return self._known.setdefault((css, wrap), len(self._known))

    @property
    def listed(self) -> list[list[str]]:
        return [[css, wrap] for css, wrap in self._known]


def _shown_rows(sheet: Sheet) -> int:
    """Rows up to the last one that holds a value, and some to type into below."""
    last = 0
    for number, cells in enumerate(sheet.rows, start=1):
        if any(cell and "userEnteredValue" in cell for cell in cells):
            last = number
    spare = last + _SPARE_ROWS if not sheet.grid.get("hideGridlines") else sheet.row_count
    return min(sheet.row_count, max(spare, _LEAST_ROWS), MOST_ROWS)


def _line(own: Json | None, usual: int) -> int:
    """A width or height in pixels, 0 where it is hidden."""
    if own is None:
        return usual
    return (
        0 if own.get("hiddenByUser") or own.get("hiddenByFilter") else own.get("pixelSize", usual)
    )


def _cell(view: View, sheet: Sheet, place: tuple[int, int], looks: _Looks) -> Json:
    """One cell: `s` its look; where it has them `t` its text, `e` what editing begins with, `n` its note,
    `k` a tick or a list, `v` whether it is ticked, `o` what the list offers."""
    cell = sheet.cell(*place) or {}
    value = view.value(sheet, *place) if "userEnteredValue" in cell else None
    rule = conditional_format(view, sheet, *place) if sheet.conditional_formats else {}
    own = cell.get("userEnteredFormat", {})
    css = cell_css(own, rule, band_colour(sheet, *place), value)
    found: Json = {"s": looks.number(css, wrapping(own))}
    if value is not None:
        found["t"] = view.shown(sheet, *place)
        typed = _typed(cell, value, found["t"])
        if typed != found["t"]:
            found["e"] = typed
    if note := cell.get("note"):
        found["n"] = note
    return found | _control(view, sheet, cell.get("dataValidation"), value)


def _typed(cell: Json, value: Any, shown: str) -> str:
    """What somebody finds who opens the cell: a formula as it is, a number with all its digits."""
    formula = cell["userEnteredValue"].get("formulaValue")
    if formula is not None:
        return str(formula)
    dated = (format_of(cell) or {}).get("type") in DATE_TYPES
    if dated or isinstance(value, (bool, str, Fault)):
        return shown
    return str(plain_number(value))


def _control(view: View, sheet: Sheet, validation: Json | None, value: Any) -> Json:
    """A tick box, or a list with what it offers."""
    if not validation:
        return {}
    condition = validation.get("condition") or {}
    offered = [one.get("userEnteredValue", "") for one in condition.get("values") or []]
    kind = condition.get("type")
    if kind == "BOOLEAN":
        ticked = value is True or (bool(offered) and value == offered[0])
        return (
            {"k": "tick", "v": ticked}
            if value is None or isinstance(value, bool) or offered
            else {}
        )
    if kind in ("ONE_OF_LIST", "ONE_OF_RANGE") and validation.get("showCustomUi"):
        return {
            "k": "list",
            "o": offered if kind == "ONE_OF_LIST" else _named(view, sheet, offered),
        }
    return {}


def _named(view: View, sheet: Sheet, offered: list[str]) -> list[str]:
    """What stands in the range that a list is taken from."""
    text = offered[0].removeprefix("=").replace("$", "") if offered else ""
    try:
        found = area(view.book, text if "!" in text else f"{title(sheet.title)}!{text}")
    except ApiError:
        return []
    rows = range(found.top, min(found.bottom, len(found.sheet.rows)))
    columns = range(found.left, found.right)
    shown = (view.shown(found.sheet, row, column) for row in rows for column in columns)
    return [text for text in shown if text]


def _merge(area: Json, sheet: Sheet) -> list[int]:
    """Top, left, bottom, right; the last two are behind the last row and column."""
    return [
        area.get("startRowIndex", 0),
        area.get("startColumnIndex", 0),
        area.get("endRowIndex", sheet.row_count),
        area.get("endColumnIndex", sheet.column_count),
    ]


def _filtered(sheet: Sheet) -> list[int] | None:
    """The row and the columns that carry the buttons of the filter."""
    area = (sheet.basic_filter or {}).get("range")
    if area is None:
        return None
    last = area.get("endColumnIndex", sheet.column_count)
    return [area.get("startRowIndex", 0), area.get("startColumnIndex", 0), last]
