"""Draws the tracker tab: headings, drop-downs, formats, colours; the template's, and that of every copy.

It is drawn from the same rules that the worker reads, so a heading, a drop-down or a note cannot say one
thing in the sheet and another in the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from sheetsync.domain.rules import ColumnRule, Rulebook
from sheetsync.trackers.excel.highlighting import first_word_test
from sheetsync.trackers.looks import (
    ACKNOWLEDGEMENTS,
    CALM,
    HAIR,
    INK,
    LOOKS,
    PAPER,
    ROW_TINT,
    STATUS_LOOKS,
    TEAL,
    TEXT_TYPES,
    TICK_INK,
    band,
    heading_note,
)

LAST_ROW: Final = 1_048_576
"""Drop-downs and highlighting hold for the whole column, so that no order is ever outside."""
FILTERED_TO: Final = 5_000
"""The filter reaches to here; it grows with rows that are added beyond."""


def draw_orders(
    book: xlsxwriter.Workbook,
    sheet: Worksheet,
    columns: Sequence[ColumnRule],
    rules: Rulebook,
    *,
    filtered_to: int = FILTERED_TO,
) -> list[Format]:
    """Draw the tab without orders; the format of each column's cells."""
    sheet.set_row(0, 42)
    bodies = [_body(book, column) for column in columns]
    for index, column in enumerate(columns):
        options = {"hidden": True} if column.template == "hidden" else {}
        sheet.set_column(index, index, column.width, bodies[index], options)
        sheet.write_string(0, index, column.title, _heading(book, column))
        if column.help:
            sheet.write_comment(0, index, heading_note(column), _note_look(column))
        _drop_down(sheet, index, column, rules)
    sheet.set_default_row(20)  # every row as high as the next: nothing jumps while people tick
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, filtered_to - 1, len(columns) - 1)
    _quiet_text_numbers(sheet, columns)
    sheet.set_tab_color(f"#{TEAL}")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    _highlight(book, sheet, columns)
    return bodies


def _heading(book: xlsxwriter.Workbook, column: ColumnRule) -> Format:
    return book.add_format(
        {"bold": True, "font_color": f"#{PAPER}", "bg_color": f"#{band(column)}", "text_wrap": True, "valign": "vcenter",
         "align": "center" if column.type == "checkbox" else "left", "border": 1, "border_color": "#FFFFFF",
         "italic": column.owner == "worker", "indent": 0 if column.type == "checkbox" else 1}
    )  # fmt: skip


def _body(book: xlsxwriter.Workbook, column: ColumnRule) -> Format:
    look: dict[str, object] = {
        "valign": "vcenter",
        "font_color": f"#{INK}",
        "align": "left",
        "indent": 1,
    }
    if column.type in TEXT_TYPES:
        look["num_format"] = "@"
    if column.type == "datetime":
        look |= {"num_format": "yyyy-mm-dd hh:mm", "align": "left"}
    if column.type == "checkbox":
        look |= {
            "align": "center",
            "indent": 0,
            "font_color": f"#{TICK_INK}",
            "bold": True,
            "font_size": 14,
        }
    if column.key == "check":
        look["valign"] = "top"  # of several lines the first and worst is the one that shows
    if column.key == "status":
        look |= {"align": "center", "indent": 0}
    if column.owner == "worker":
        look |= {"bg_color": f"#{CALM}", "bottom": 1, "bottom_color": f"#{HAIR}"}
    return book.add_format(look)


def _quiet_text_numbers(sheet: Worksheet, columns: Sequence[ColumnRule]) -> None:
    """Numbers kept as text on purpose get no green corner."""
    places = [i for i, column in enumerate(columns) if column.type in TEXT_TYPES]
    names = [xl_col_to_name(place) for place in places]
    ranges = " ".join(f"{name}2:{name}{LAST_ROW}" for name in names)
    sheet.ignore_errors({"number_stored_as_text": ranges})


def _note_look(column: ColumnRule) -> dict[str, object]:
    lines = 2 + len(heading_note(column)) // 34
    return {"author": "sheetsync", "x_scale": 1.9, "height": 22 + 17 * lines, "color": "#FFFBE6",
            "font_size": 9, "font_name": "Calibri"}  # fmt: skip


def _drop_down(sheet: Worksheet, index: int, column: ColumnRule, rules: Rulebook) -> None:
    options: dict[str, object] = {
        "validate": "list",
        "error_type": "information",
        "ignore_blank": True,
    }
    if column.type == "checkbox":
        options |= {
            "source": ["✓"],
            "error_title": column.title,
            "error_message": "Choose ✓, or leave it blank.",
        }
    elif column.key == "carrier":
        options["source"] = list(rules.carriers)
        options["error_message"] = (
            "This carrier is not in rules/carriers.yaml. Keep it all the same?"
        )
    elif column.key == "handler":
        options["source"] = "=Staff!$A$2:$A$200"
        options["error_message"] = (
            "This name is not on the hidden tab Staff (unhide it to add names). Keep it all the same?"
        )
    elif column.key == "vendor":
        options["source"] = "=Vendors!$B$2:$B$500"
        options["error_message"] = "This vendor is not on the Vendors tab. Keep it all the same?"
    elif column.key == "ack":
        options["source"] = list(ACKNOWLEDGEMENTS)
    elif column.type == "choice" and column.choices:
        options["source"] = list(column.choices)
        options["error_message"] = f"Choose one of: {', '.join(column.choices)}."[:255]
    else:
        return
    sheet.data_validation(1, index, LAST_ROW - 1, index, options)


def _highlight(book: xlsxwriter.Workbook, sheet: Worksheet, columns: Sequence[ColumnRule]) -> None:
    """Colour is conditional formatting that keys on the first word of SLA, Check and Status."""
    place = {column.key: index for index, column in enumerate(columns)}
    for key, looks in ((key, looks) for key, looks in LOOKS.items() if key in place):
        for word, look in looks.items():
            test = first_word_test(place[key], 2, word)
            _rule(book, sheet, (place[key], place[key]), test, _dxf(look.fill, look.ink, look.bold))
    for word, look in STATUS_LOOKS.items() if "status" in place else ():
        status = place["status"]
        test = f'${xl_col_to_name(status)}2="{word}"'
        _rule(book, sheet, (status, status), test, _dxf(look.fill, look.ink, look.bold))
    _hide_midnight(book, sheet, columns)
    if "sla" in place:
        letter = xl_col_to_name(place["sla"])
        _rule(
            book,
            sheet,
            (0, len(columns) - 1),
            f'LEFT(${letter}2,8)="Breached"',
            {"bg_color": f"#{ROW_TINT}"},
        )


def _dxf(fill: str, ink: str, bold: bool) -> dict[str, object]:  # noqa: FBT001 - bold or not
    return {"bg_color": f"#{fill}", "font_color": f"#{ink}", "bold": bold}


def _hide_midnight(
    book: xlsxwriter.Workbook, sheet: Worksheet, columns: Sequence[ColumnRule]
) -> None:
    """A day without a time is shown as a day; a time is always shown.

    A program that lets one rule win keeps the tint of a late row because of the first of the two.
    """
    sla = next((i for i, column in enumerate(columns) if column.key == "sla"), None)
    for index, column in enumerate(columns):
        if column.type != "datetime":
            continue
        name = f"${xl_col_to_name(index)}2"
        look: dict[str, object] = {"num_format": "yyyy-mm-dd"}
        test = f"ISNUMBER({name}),MOD({name},1)=0"
        if sla is not None:
            late = f'LEFT(${xl_col_to_name(sla)}2,8)="Breached"'
            tinted = look | {"bg_color": f"#{ROW_TINT}"}
            _rule(book, sheet, (index, index), f"AND({late},{test})", tinted)
        _rule(book, sheet, (index, index), f"AND({test})", look)


def _rule(
    book: xlsxwriter.Workbook,
    sheet: Worksheet,
    span: tuple[int, int],
    test: str,
    look: dict[str, object],
) -> None:
    sheet.conditional_format(
        1, span[0], LAST_ROW - 1, span[1],
        {"type": "formula", "criteria": f"={test}", "format": book.add_format(look)},
    )  # fmt: skip
