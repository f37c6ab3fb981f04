"""The Diff workbook: what an import would do, cell by cell, with the values side by side and in colours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sheetsync.domain.merge.three_way import CONFLICT, KEPT, REFUSED, SAME, TAKEN
from sheetsync.trackers.looks import INK, TEAL
from sheetsync.worker.offline.returning import ImportPlan

LOOKS: Final[Mapping[str, tuple[str, str, str]]] = {
    TAKEN: ("#DFF2E5", "#1E6B3A", "goes into the tracker"),
    CONFLICT: ("#FBE0DE", "#9B1C1C", "changed on both sides: the tracker's stands until somebody chooses on the tab Conflicts"),
    REFUSED: ("#FDEFCF", "#7A4B00", "stays out, with the reason"),
    SAME: ("#E9EDF1", "#566270", "changed on both sides to the same"),
    KEPT: ("#DDEBF7", "#1F3B57", "changed in the tracker only, and stays so"),
}  # fmt: skip
"""Outcome -> ground, ink and what it means; in the order in which the tab Cells lists them."""
_ORDER: Final = (CONFLICT, REFUSED, TAKEN, SAME, KEPT)
_HEADINGS: Final = ("Order ID", "Column", "When exported", "In the file", "In the tracker", "Outcome", "Why")  # fmt: skip
_WIDTHS: Final = (16, 24, 34, 34, 34, 13, 60)
_BROKEN: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_LONGEST: Final = 16_000
BLANK: Final = "(blank)"


def draw_diff(path: Path, found: ImportPlan) -> None:
    """Write the workbook. Raises OSError where the file cannot be written."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    book = xlsxwriter.Workbook(path, options)
    looks = _looks(book)
    _summary(book, found, looks)
    _cells(book, found, looks)
    _rows(book, found, looks)
    book.close()


def _looks(book: xlsxwriter.Workbook) -> dict[str, Format]:
    cell = {"valign": "vcenter", "indent": 1, "text_wrap": True, "bottom": 1, "bottom_color": "#E6E9ED", "font_color": f"#{INK}"}  # fmt: skip
    looks = {
        "title": {"bold": True, "font_size": 18, "font_color": f"#{TEAL}"},
        "heading": {"bold": True, "font_color": "#FFFFFF", "bg_color": f"#{TEAL}", "valign": "vcenter", "indent": 1},
        "cell": cell,
        "strong": {**cell, "bold": True},
        "old": {**cell, "font_color": "#6B7785"},
        "count": {**cell, "bold": True, "num_format": "#,##0", "align": "right", "indent": 1},
    }  # fmt: skip
    formats = {name: book.add_format(look) for name, look in looks.items()}
    for outcome, (ground, ink, _) in LOOKS.items():
        chip = {**cell, "bg_color": ground, "font_color": ink}
        formats[outcome] = book.add_format({**chip, "bold": True, "align": "center", "indent": 0})
        formats[f"{outcome} value"] = book.add_format(chip)
    return formats


def _summary(book: xlsxwriter.Workbook, found: ImportPlan, looks: Mapping[str, Format]) -> None:
    sheet = book.add_worksheet("Summary")
    _set_up(sheet, (16, 12, 90))
    _text(sheet, 0, 0, f"What importing {found.file.path.name} would do", looks["title"])
    sheet.set_row(0, 30)
    about = (
        f"Copy {found.line.id}: {found.line.about.get('selection', '')}. Nothing has been written."
    )
    _text(sheet, 1, 0, about)
    for column, text in enumerate(("Outcome", "Cells", "What it means")):
        _text(sheet, 3, column, text, looks["heading"])
    row = 4
    for outcome in _ORDER:
        _text(sheet, row, 0, outcome, looks[outcome])
        sheet.write_number(row, 1, found.merged.count(outcome), looks["count"])
        _text(sheet, row, 2, LOOKS[outcome][2], looks["cell"])
        row += 1
    for words, count, meaning in (
        ("rows added", len(found.added), "rows that only the file has, added below the last order"),
        ("rows deleted", len(found.merged.rows.deleted), "rows that the file lost: never deleted in the tracker, delete them there if that is meant"),
        ("rows refused", len(found.merged.rows.refused), "rows left out, with the reason"),
    ):  # fmt: skip
        _text(sheet, row, 0, words, looks["strong"])
        sheet.write_number(row, 1, count, looks["count"])
        _text(sheet, row, 2, meaning, looks["cell"])
        row += 1
    for remark in found.remarks:
        row += 1
        _text(sheet, row, 0, f"Note: {remark}")


def _cells(book: xlsxwriter.Workbook, found: ImportPlan, looks: Mapping[str, Format]) -> None:
    sheet = book.add_worksheet("Cells")
    _set_up(sheet, _WIDTHS)
    for column, text in enumerate(_HEADINGS):
        _text(sheet, 0, column, text, looks["heading"])
    sheet.set_row(0, 24)
    row = 0
    for outcome in _ORDER:
        lines = found.merged.of(outcome)
        names = ("order_id", "column", "base", "theirs", "ours", "reason")
        for order, key, base, theirs, ours, why in zip(*(lines[n].tolist() for n in names), strict=True):  # fmt: skip
            row += 1
            sheet.set_row(
                row, _height((order, found.heading(key), base, theirs, ours, outcome, why))
            )
            value = looks[f"{outcome} value"]
            _text(sheet, row, 0, order, looks["strong"])
            _text(sheet, row, 1, found.heading(key), looks["cell"])
            _text(sheet, row, 2, base or BLANK, looks["old"])
            _text(sheet, row, 3, theirs or BLANK, value if outcome != KEPT else looks["cell"])
            _text(sheet, row, 4, ours or BLANK, value if outcome in (KEPT, CONFLICT, SAME) else looks["cell"])  # fmt: skip
            _text(sheet, row, 5, outcome, looks[outcome])
            _text(sheet, row, 6, why, looks["cell"])
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(row, 1), len(_HEADINGS) - 1)


def _rows(book: xlsxwriter.Workbook, found: ImportPlan, looks: Mapping[str, Format]) -> None:
    rows = found.merged.rows
    told = [(str(row["order_id"]), "added", "") for row in found.added]
    told += [(order, "deleted in the file", "still in the tracker; delete it there if that is meant") for order in rows.deleted]  # fmt: skip
    told += [(order, REFUSED, why) for order, why in rows.refused]
    sheet = book.add_worksheet("Rows")
    _set_up(sheet, (18, 22, 90))
    for column, text in enumerate(("Order ID", "Row", "Why")):
        _text(sheet, 0, column, text, looks["heading"])
    kinds = {"added": looks[TAKEN], REFUSED: looks[REFUSED]}
    for row, (order, what, why) in enumerate(told, start=1):
        _text(sheet, row, 0, order, looks["strong"])
        _text(sheet, row, 1, what, kinds.get(what, looks["cell"]))
        _text(sheet, row, 2, why, looks["cell"])
    sheet.freeze_panes(1, 0)


def _height(texts: tuple[str, ...]) -> float:
    """Points for the cell that needs most lines; a very long one is cut off, not the page filled."""
    lines = max(1 + len(text) // (wide - 2) for text, wide in zip(texts, _WIDTHS, strict=True))
    return 15.0 * min(lines, 8) + 3


def _set_up(sheet: Worksheet, widths: tuple[int, ...]) -> None:
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)


def _text(sheet: Worksheet, row: int, column: int, text: str, look: Format | None = None) -> None:
    """Always as text: nothing that stands in an order becomes a formula."""
    sheet.write_string(row, column, _BROKEN.sub("\ufffd", text)[:_LONGEST], look)
