"""Draws a copy as a workbook that looks and works like the template, and carries its mark."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sheetsync.domain.grid import Cells
from sheetsync.domain.rules import ColumnRule, Rulebook
from sheetsync.trackers.looks import INK, TEAL
from sheetsync.worker.offline import marks
from sheetsync.worker.offline.guide_tab import write_guide
from sheetsync.worker.offline.orders_tab import LAST_ROW, draw_orders

LONGEST_TEXT: Final = 32_767
_MOST: Final = 9.99e307
"""A workbook holds no larger number."""
_BROKEN: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_STAFF: Final = 199
_VENDORS: Final = 499
_OURS: Final = {
    "validate": "custom",
    "value": "=FALSE",
    "error_type": "warning",
    "error_title": "sheetsync fills this in",
    "error_message": "What is typed here is not taken over when the copy comes back. Type it all the same?",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """What is drawn: `columns` in the tracker's order, and per key the cells to write (None: blank)."""

    tab: str
    columns: Sequence[ColumnRule]
    cells: Mapping[str, Cells]
    mark: marks.Mark
    facts: Sequence[tuple[str, str]]
    """What the tab About this copy tells: label and text."""
    orders: int
    made: datetime


def draw(path: Path | IO[bytes], drawing: Drawing, rules: Rulebook) -> None:
    """Write the workbook. Raises OSError where the file cannot be written."""
    # Row by row into a temporary file: a hundred thousand orders take no more memory than one.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    book = xlsxwriter.Workbook(path, options)
    book.set_properties({"title": "Order tracker, offline copy", "author": "sheetsync",
                         "created": drawing.made.replace(tzinfo=None)})  # fmt: skip
    book.set_custom_property(marks.PROPERTY, drawing.mark.text)
    book.define_name(marks.NAME, f'="{drawing.mark.text}"')
    sheet = book.add_worksheet(drawing.tab)
    bodies = draw_orders(
        book, sheet, drawing.columns, rules, filtered_to=max(drawing.orders + 1, 2)
    )
    _ours(sheet, drawing.columns)
    _write_rows(sheet, drawing, bodies)
    write_guide(book, list(drawing.columns), rules)
    _about(book, drawing)
    _lists(book, drawing)
    sheet.activate()
    book.close()


def written(cells: Cells) -> Cells:
    """The cells as a workbook can hold them: no text too long, no broken character."""
    out = cells.copy()
    for place, cell in enumerate(cells.tolist()):
        if isinstance(cell, str) and (len(cell) * 2 > LONGEST_TEXT or not cell.isascii()):
            out[place] = _storable(cell)
    return out


def _storable(text: str) -> str:
    text = _BROKEN.sub("\ufffd", text)
    if len(text) * 2 <= LONGEST_TEXT:
        return text
    units = text.encode("utf-16-le")
    if len(units) // 2 <= LONGEST_TEXT:
        return text
    return units[: 2 * (LONGEST_TEXT - 1)].decode("utf-16-le", "ignore") + "…"


def _ours(sheet: Worksheet, columns: Sequence[ColumnRule]) -> None:
    """Whoever types into a column of the worker's is told; sorting and inserting stay possible."""
    for index, column in enumerate(columns):
        if column.owner == "worker":
            sheet.data_validation(1, index, LAST_ROW - 1, index, dict(_OURS))


def _write_rows(sheet: Worksheet, drawing: Drawing, bodies: Sequence[Format]) -> None:
    table = [drawing.cells[column.key].tolist() for column in drawing.columns]
    string, number = sheet.write_string, sheet.write_number
    for row, cells in enumerate(zip(*table, strict=True), start=1):
        for column, cell in enumerate(cells):
            if cell is None:
                continue
            if type(cell) is str:
                string(row, column, cell, bodies[column])
            else:
                number(row, column, cell, bodies[column])


def _about(book: xlsxwriter.Workbook, drawing: Drawing) -> None:
    sheet = book.add_worksheet(marks.TAB)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 92)
    title = book.add_format({"bold": True, "font_size": 16, "font_color": f"#{TEAL}"})
    label = book.add_format({"bold": True, "font_color": f"#{INK}", "valign": "top"})
    text = book.add_format({"font_color": f"#{INK}", "text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, "An offline copy of the tracker", title)
    sheet.set_row(0, 30)
    for row, (name, words) in enumerate(drawing.facts, start=2):
        sheet.set_row(row, 16.0 * (1 + len(words) // 90) + 2)
        sheet.write_string(row, 0, name, label)
        sheet.write_string(row, 1, words, text)
    sheet.set_tab_color("#B8C4CC")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _lists(book: xlsxwriter.Workbook, drawing: Drawing) -> None:
    """The hidden tabs that the drop-downs of Handled By and Vendor offer: the names in this copy only."""
    keys = {column.key for column in drawing.columns}
    for key, title, column, most in (("handler", "Staff", 0, _STAFF), ("vendor", "Vendors", 1, _VENDORS)):  # fmt: skip
        if key not in keys:
            continue
        sheet = book.add_worksheet(title)
        sheet.write_string(0, column, "Name")
        for row, name in enumerate(_names(drawing.cells[key])[:most], start=1):
            sheet.write_string(row, column, name)
        sheet.hide()


def _names(cells: Cells) -> list[str]:
    names: list[Any] = sorted({cell for cell in cells.tolist() if isinstance(cell, str) and cell})
    return names


def cells_to_write(raw: Cells, typed: np.ndarray, texts: Cells, rule: ColumnRule) -> Cells:
    """The cells of one column for a workbook: dates as serials, ticks as ✓, texts as they stand.

    `typed` are the values as read, `texts` those by which cells are compared.
    """
    out = np.full(len(texts), None, dtype=object)
    filled = np.asarray(texts != "", dtype=bool)
    match rule.type:
        case "datetime":
            _fill_dates(out, raw, typed, texts)
        case "checkbox":
            out[filled] = texts[filled]
            out[np.asarray(typed == 1, dtype=bool)] = "✓"
        case "number":
            known = ~np.isnan(typed.astype(float))
            out[filled] = texts[filled]
            # With the digits by which it is compared, so that no second rounding makes another number of it.
            numbers = [(float(text), text) for text in texts[known].tolist()]
            out[known] = [n if abs(n) < _MOST else text for n, text in numbers]
        case _:
            out[filled] = texts[filled]
            stands = [type(cell) is str for cell in raw.tolist()]
            as_typed = filled & np.array(stands, dtype=bool)
            out[as_typed] = raw[as_typed]
    return out


def _fill_dates(out: Cells, raw: Cells, local: np.ndarray, texts: Cells) -> None:
    """Serial numbers where a date was read (`local`, naive), the text as it stands elsewhere."""
    known = ~np.isnat(local)
    for place in np.flatnonzero(np.asarray(texts != "", dtype=bool) & ~known).tolist():
        out[place] = raw[place] if type(raw[place]) is str else texts[place]
    days = local[known].astype("datetime64[s]").astype("int64") / 86_400.0 + 25_569
    out[known] = np.round(days, 10).astype(object)
