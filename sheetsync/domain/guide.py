"""The Guide tab: one page that a new colleague reads in three minutes, the same on Excel and Google."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from sheetsync.domain.conditions.describe import describe, field_name
from sheetsync.domain.rules import ColumnRule, Condition, Rulebook, Span, TargetRule, Test
from sheetsync.domain.tabs import Box, Tab

TITLE: Final = "Guide"
HEADING: Final = "How this tracker works"
LEAD: Final = (
    "You tick and type. sheetsync reads the sheet every minute or two, notes when each stage was "
    "done, keeps Status in step, and tells the right people once when an order is late."
)
CHARACTERS: Final = (24, 92, 18)
"""The widths of the three text columns."""
COLOUR: Final = "F6C244"
STEPS: Final = (
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
PROMISES: Final = (
    ("Move freely", "Sort, filter, insert and move columns as you like: orders are found by their Order ID."),
    ("Your typing stands", "sheetsync fills blank cells and its own grey columns. It never overwrites what a person typed."),
    ("Status follows", "Status moves on by itself when you tick or date something. You may type it too."),
    ("Pause", "Choose On Hold, Payment Failed or Backordered and the time stops. Clear the cell to go on."),
    ("Late or wrong?", "SLA says since when and until when. Check says what to mend. Next Action says what comes next."),
    ("Acknowledge", "Write ACK under Ack to say that you are on it: reminders to others then wait for four hours."),
    ("More tabs", "Hidden tabs (Staff, Vendors, Stock ...) are for your own notes; names on Staff are offered in Handled By. sheetsync does not read them yet."),
)  # fmt: skip
FILLED_BY: Final = {"staff": "You", "worker": "sheetsync", "shared": "You or sheetsync"}


Line = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Section:
    """One block of the page: three headings, and lines of label, text and aside."""

    headings: Line
    lines: tuple[Line, ...]


def sections(columns: Sequence[ColumnRule], rules: Rulebook) -> tuple[Section, ...]:
    """The six stages, the rules of the house, the limits and every column."""
    limits = [(t.stage, _limits(t, rules), _counted(t, rules)) for t in rules.targets if t.stage]
    about = [(c.title, _about(c), FILLED_BY[c.owner]) for c in columns]
    return (
        Section(("The six stages", "What to do", ""), _pairs(STEPS)),
        Section(("Good to know", "", ""), _pairs(PROMISES)),
        Section(("Time limits", "Change them in rules/sla.yaml", ""), tuple(limits)),
        Section(("Every column", "", "Filled in by"), tuple(about)),
    )


def line_height(line: Line) -> int:
    """Points that a line needs for its longest text."""
    pairs = zip(line, CHARACTERS, strict=True)
    return 15 * max(ceil(len(text) / (1.1 * wide)) for text, wide in pairs) + 6


def guide_tab(columns: Sequence[ColumnRule], rules: Rulebook) -> Tab:
    """The page as a worker-owned tab."""
    boxes = [
        Box(row=1, column=1, value=HEADING, style="title", width=3),
        Box(row=2, column=1, value=LEAD, style="sentence", width=3),
    ]
    heights: list[tuple[int, float]] = [(1, 36), (2, 36)]
    row = 4
    for section in sections(columns, rules):
        row += 1
        heights.append((row, 24))
        boxes += _boxes(row, section.headings, ("heading",) * 3)
        for line in section.lines:
            row += 1
            heights.append((row, line_height(line)))
            boxes += _boxes(row, line, ("strong", "wrapped", "label"))
        row += 1
    return Tab(
        title=TITLE,
        kind="guide",
        boxes=tuple(boxes),
        column_widths=(3.0, *map(float, CHARACTERS)),
        row_heights=tuple(heights),
        tab_colour=COLOUR,
    )


def _boxes(row: int, line: Line, styles: Sequence[str]) -> list[Box]:
    return [
        Box(row=row, column=column, value=text, style=style)
        for column, (text, style) in enumerate(zip(line, styles, strict=True), start=1)
    ]


def _pairs(lines: Iterable[tuple[str, str]]) -> tuple[Line, ...]:
    return tuple((label, text, "") for label, text in lines)


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
