"""The Guide tab of the template: one page that a new colleague reads in three minutes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sheetsync.domain.conditions.describe import describe, field_name
from sheetsync.domain.rules import ColumnRule, Condition, Rulebook, Span, TargetRule, Test

STEPS = (
    ("1  Receive", "One row per order. Order ID, date, customer, SKUs and priority come first."),
    ("2  Allocate", "Tick Inventory Allocated when the stock is set aside."),
    (
        "3  Pick",
        "Put your name in Handled By and tick Picking Completed when all items are picked.",
    ),
    ("4  Pack", "Tick Packing Completed when the parcel is closed and labelled."),
    ("5  Ship", "Choose the shipping partner, paste the tracking number, fill in Dispatched Date."),
    ("6  Deliver", "Fill in Delivered Date when the carrier or the customer confirms it."),
)
PROMISES = (
    ("Move freely", "Sort, filter, insert and move columns as you like: orders are found by their Order ID."),
    ("Your typing stands", "sheetsync fills blank cells and its own grey columns. It never overwrites what a person typed."),
    ("Status follows", "Status moves on by itself when you tick or date something. You may type it too."),
    ("Pause", "Choose On Hold, Payment Failed or Backordered and the time stops. Clear the cell to go on."),
    ("Late or wrong?", "SLA says since when and until when. Check says what to mend. Next Action says what comes next."),
    ("Acknowledge", "Write ACK under Ack to say that you are on it: reminders to others then wait for four hours."),
    ("More tabs", "Hidden tabs (Staff, Vendors, Stock ...) are for your own notes; names on Staff are offered in Handled By. sheetsync does not read them yet."),
)  # fmt: skip
FILLED_BY = {"staff": "You", "worker": "sheetsync", "shared": "You or sheetsync"}
TEAL, INK, SOFT, LINE = "#1F6F78", "#22313F", "#5B6B78", "#E3E8EC"
_CHARACTERS = (24, 92, 18)
"""The widths of the three text columns."""


@dataclass(frozen=True, slots=True)
class _Looks:
    heading: Format
    label: Format
    text: Format
    aside: Format


def write_guide(book: xlsxwriter.Workbook, columns: list[ColumnRule], rules: Rulebook) -> None:
    """Add the Guide tab: the six stages, the rules of the house, the limits and every column."""
    sheet = book.add_worksheet("Guide")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 3)
    for index, width in enumerate(_CHARACTERS, start=1):
        sheet.set_column(index, index, width)
    looks = _looks(book)
    _opening(book, sheet)
    row = _section(sheet, 5, ("The six stages", "What to do", ""), _pairs(STEPS), looks)
    row = _section(sheet, row, ("Good to know", "", ""), _pairs(PROMISES), looks)
    limits = [(t.stage, _limits(t, rules), _counted(t, rules)) for t in rules.targets if t.stage]
    row = _section(sheet, row, ("Time limits", "Change them in rules/sla.yaml", ""), limits, looks)
    about = [(c.title, _about(c), FILLED_BY[c.owner]) for c in columns]
    _section(sheet, row, ("Every column", "", "Filled in by"), about, looks)
    sheet.set_tab_color("#F6C244")
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
    sheet.write_string(1, 1, "How this tracker works", title)
    words = (
        "You tick and type. sheetsync reads the sheet every minute or two, notes when each stage was "
        "done, keeps Status in step, and tells the right people once when an order is late."
    )
    sheet.merge_range(2, 1, 2, 3, words, lead)
    sheet.set_row(2, 36)


def _pairs(lines: Iterable[tuple[str, str]]) -> list[tuple[str, str, str]]:
    return [(label, text, "") for label, text in lines]


def _section(
    sheet: Worksheet,
    row: int,
    headings: tuple[str, str, str],
    lines: Sequence[tuple[str, str, str]],
    looks: _Looks,
) -> int:
    """Write one block of lines from `row` on; returns the row at which the next block begins."""
    sheet.set_row(row, 24)
    for index, text in enumerate(headings, start=1):
        sheet.write_string(row, index, text, looks.heading)
    for line in lines:
        row += 1
        for index, (text, look) in enumerate(
            zip(line, (looks.label, looks.text, looks.aside), strict=True), start=1
        ):
            sheet.write_string(row, index, text, look)
        deep = max(
            ceil(len(text) / (1.1 * wide)) for text, wide in zip(line, _CHARACTERS, strict=True)
        )
        sheet.set_row(row, 15 * deep + 6)
    return row + 2


def _limits(target: TargetRule, rules: Rulebook) -> str:
    parts = [
        f"{_who(line.when.tests, rules) or 'all others'}: {_span(line.within)}"
        for line in target.lines
        if line.within
    ]
    return ";  ".join(parts)


def _who(tests: Sequence[Test], rules: Rulebook) -> str:
    """`UPS or FedEx`: the cases of one line in the names that staff know."""
    words = []
    for test in tests:
        name = field_name(test.field, rules, {})
        words.append(_one(test, rules).removeprefix(f"{name} is "))
    return " and ".join(words)


def _one(test: Test, rules: Rulebook) -> str:
    return describe(Condition(tests=(test,)), rules, {}) or field_name(test.field, rules, {})


def _span(span: Span) -> str:
    if span.working_days:
        return f"{span.working_days} working day{'s' if span.working_days > 1 else ''}"
    for seconds, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count, rest = divmod(span.seconds, seconds)
        if count and not rest:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return span.text


def _about(column: ColumnRule) -> str:
    hidden = " Hidden until you unhide it." if column.template == "hidden" else ""
    return column.help.removesuffix(" Filled in by itself.") + hidden


def _counted(target: TargetRule, rules: Rulebook) -> str:
    opening = rules.calendars[target.calendar]
    return "day and night" if opening.always else "in open hours"
