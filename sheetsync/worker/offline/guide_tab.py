"""The Guide tab in a workbook: one page that a new colleague reads in three minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sheetsync.domain.guide import (
    CHARACTERS,
    COLOUR,
    HEADING,
    LEAD,
    TITLE,
    Section,
    line_height,
    sections,
)
from sheetsync.domain.rules import ColumnRule, Rulebook

TEAL, INK, SOFT, LINE = "#1F6F78", "#22313F", "#5B6B78", "#E3E8EC"


@dataclass(frozen=True, slots=True)
class _Looks:
    heading: Format
    label: Format
    text: Format
    aside: Format


def write_guide(book: xlsxwriter.Workbook, columns: Sequence[ColumnRule], rules: Rulebook) -> None:
    """Add the Guide tab: the six stages, the rules of the house, the limits and every column."""
    sheet = book.add_worksheet(TITLE)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 3)
    for index, width in enumerate(CHARACTERS, start=1):
        sheet.set_column(index, index, width)
    looks = _looks(book)
    _opening(book, sheet)
    row = 5
    for section in sections(columns, rules):
        row = _section(sheet, row, section, looks)
    sheet.set_tab_color(f"#{COLOUR}")
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5)
    sheet.fit_to_pages(1, 0)


def _looks(book: xlsxwriter.Workbook) -> _Looks:
    cell = {"valign": "vcenter", "text_wrap": True, "bottom": 1, "bottom_color": LINE}
    return _Looks(
        heading=book.add_format(
            {"bold": True, "font_size": 12, "font_color": "#FFFFFF", "bg_color": TEAL,
             "valign": "vcenter", "indent": 1}
        ),
        label=book.add_format({**cell, "bold": True, "font_color": INK, "indent": 1}),
        text=book.add_format({**cell, "font_color": INK, "indent": 1}),
        aside=book.add_format({**cell, "font_color": SOFT, "italic": True, "indent": 1}),
    )  # fmt: skip


def _opening(book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
    title = book.add_format(
        {"bold": True, "font_size": 22, "font_color": TEAL, "valign": "vcenter"}
    )
    lead = book.add_format({"font_color": SOFT, "text_wrap": True, "valign": "top"})
    sheet.set_row(1, 36)
    sheet.write_string(1, 1, HEADING, title)
    sheet.merge_range(2, 1, 2, 3, LEAD, lead)
    sheet.set_row(2, 36)


def _section(sheet: Worksheet, row: int, section: Section, looks: _Looks) -> int:
    """Write one block of lines from `row` on; returns the row at which the next block begins."""
    sheet.set_row(row, 24)
    for index, text in enumerate(section.headings, start=1):
        sheet.write_string(row, index, text, looks.heading)
    for line in section.lines:
        row += 1
        for index, (text, look) in enumerate(
            zip(line, (looks.label, looks.text, looks.aside), strict=True), start=1
        ):
            sheet.write_string(row, index, text, look)
        sheet.set_row(row, line_height(line))
    return row + 2
