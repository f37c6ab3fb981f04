"""The optional tabs of the template: hidden until somebody wants them, each switching on what needs it."""

from __future__ import annotations

import xlsxwriter

from sheetsync.domain.optional_tabs import OptionalTab


def write_optional_tab(book: xlsxwriter.Workbook, tab: OptionalTab) -> None:
    """Add one optional tab with its headings, its purpose as a note, frozen header and filter."""
    sheet = book.add_worksheet(tab.title)
    heading = book.add_format(
        {"bold": True, "font_color": "#FFFFFF", "bg_color": "#4A6572", "valign": "vcenter", "indent": 1,
         "border": 1, "border_color": "#FFFFFF"}
    )  # fmt: skip
    body = book.add_format({"valign": "vcenter", "font_color": "#22313F", "indent": 1})
    sheet.set_row(0, 28)
    for index, title in enumerate(tab.headings):
        sheet.set_column(index, index, max(14.0, len(title) + 4.0), body)
        sheet.write_string(0, index, title, heading)
    sheet.write_comment(
        0, 0, tab.purpose, {"author": "sheetsync", "x_scale": 1.9, "height": 60, "font_size": 9}
    )
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, 0, len(tab.headings) - 1)
    sheet.set_tab_color("#B8C4CC")
    sheet.hide()
