"""The Guide tab of the template: one page that a new colleague reads in three minutes."""

from __future__ import annotations

import xlsxwriter

from sheetsync.domain.rules import ColumnRule, Rulebook

STEPS = (
    ("1  Receive", "One row per order. Order ID, date, customer, SKUs and priority come first."),
    ("2  Allocate", "Tick Inventory Allocated when the stock is set aside."),
    ("3  Pick", "Put your name in Handled By and tick Picking Completed when all items are in the tote."),
    ("4  Pack", "Tick Packing Completed when the parcel is closed and labelled."),
    ("5  Ship", "Choose the shipping partner, paste the tracking number, fill Dispatched Date."),
    ("6  Deliver", "Fill Delivered Date when the carrier or the customer confirms it."),
)
PROMISES = (
    "Sort, filter, insert and move columns as you like: orders are found by their Order ID.",
    "What you type stands. The worker fills blanks and its own grey columns only.",
    "Status moves on by itself when you tick or date something. You may type it too.",
    "To pause an order choose On Hold, Payment Failed or Backordered; clear the cell to go on.",
    "SLA says since when and until when. Check says what to mend. Next Action says what comes next.",
    "Type ACK in Ack to say that you have seen a breach: higher levels then wait four hours.",
)


def write_guide(book: xlsxwriter.Workbook, columns: list[ColumnRule], rules: Rulebook) -> None:
    """Add the Guide tab: the six stages, the rules of the house, the limits and every column."""
    sheet = book.add_worksheet("Guide")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 2)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, 2, 96)
    ink = "#22313F"
    title = book.add_format({"bold": True, "font_size": 22, "font_color": "#1F6F78"})
    lead = book.add_format({"font_size": 11, "font_color": "#5B6B78", "text_wrap": True, "valign": "top"})
    heading = book.add_format({"bold": True, "font_size": 13, "font_color": "#1F6F78", "bottom": 2, "bottom_color": "#1F6F78"})
    label = book.add_format({"bold": True, "font_color": ink, "valign": "top", "text_wrap": True})
    text = book.add_format({"font_color": ink, "text_wrap": True, "valign": "top"})
    sheet.set_row(1, 34)
    sheet.write_string(1, 1, "How this tracker works", title)
    sheet.merge_range(2, 1, 2, 2, "You tick and type. sheetsync reads the sheet every minute or two, stamps the times, "
                      "keeps Status in step, and tells the right people once when an order is late.", lead)  # fmt: skip
    sheet.set_row(2, 34)
    row = _section(sheet, 4, "The six stages", STEPS, heading, label, text)
    row = _section(sheet, row + 1, "Good to know", [("•", line) for line in PROMISES], heading, label, text)
    limits = [(t.id.capitalize(), _limits(t.lines)) for t in rules.targets if t.stage]
    row = _section(sheet, row + 1, "Time limits (edit rules/sla.yaml)", limits, heading, label, text)
    about = [(c.title, f"{c.help}{_owner(c)}") for c in columns]
    _section(sheet, row + 1, "Every column", about, heading, label, text)
    sheet.set_tab_color("#F6C244")
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _section(sheet, row, name, lines, heading, label, text):  # noqa: ANN001, ANN202 - drawing helper
    sheet.set_row(row, 24)
    sheet.write_string(row, 1, name, heading)
    sheet.write_blank(row, 2, None, heading)
    for left, right in lines:
        row += 1
        sheet.write_string(row, 1, left, label)
        sheet.write_string(row, 2, right, text)
        sheet.set_row(row, 16 * (1 + len(right) // 105) + 3)
    return row + 1


def _limits(lines) -> str:  # noqa: ANN001 - TargetLine tuple
    parts = []
    for line in lines:
        who = ", ".join(str(t.operand).capitalize() for t in line.when.tests) or "otherwise"
        if line.within:
            parts.append(f"{who}: {line.within.text}")
    return ";  ".join(parts)


def _owner(column: ColumnRule) -> str:
    return {"staff": "", "worker": " (filled by sheetsync)", "shared": " (filled by staff or sheetsync)"}[column.owner]
