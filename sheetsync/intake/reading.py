"""The rows of a file, understood with the tracker's own eyes: new orders, refusals and warnings.

The rows go through `domain.columns.interpret` in blocks, so that a file means at intake what it would
mean in the tracker, in the same words, and a long file is never held twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

import numpy as np
import pandas as pd

from sheetsync.domain.columns import interpret
from sheetsync.domain.columns.reading import ReadingOptions
from sheetsync.domain.model import FINDING_COLUMNS, CellValue, Orders, Sheet
from sheetsync.domain.rules import ColumnRule, Rulebook
from sheetsync.domain.texts import both, clean_id, clean_text, number_text
from sheetsync.errors import UsageError
from sheetsync.intake.mapping import FileColumns
from sheetsync.intake.sources import Line, Source
from sheetsync.intake.values import LONGEST_TEXT, Mask, Values, column_values
from sheetsync.trackers.receipts import NewValue

BLOCK: Final = 5_000
MOST_ROWS: Final = 500_000
UNREAD: Final = frozenset(
    {"unreadable", "ambiguous_date", "date_out_of_range", "error_value", "not_calculated"}
)
"""Findings after which the cell's value is lost, not merely odd."""
_MUST_BE_READ: Final = frozenset({"datetime", "checkbox", "id", "tracking"})
_HEADER_LINE: Final = -1
"""The header stands apart from the first row, so that the two are never read as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a row of the file was not taken. `column` is the heading, `found` the cell as it stands."""

    line: int
    order: str
    column: str
    found: str
    expected: str


@dataclass(slots=True, kw_only=True)
class Oddity:
    """What Check will flag in rows that are taken: the first such sentence, its line, how many rows."""

    sentence: str
    rows: int
    line: int


@dataclass(slots=True, kw_only=True, eq=False)
class Reading:
    """What a file came to: `new` orders by Order ID in the order of the file, and all that is odd.

    `already` counts orders that the tracker has. `warnings` speak of new orders only.
    """

    source: Source
    columns: FileColumns
    rows: int = 0
    already: int = 0
    new: dict[str, dict[str, NewValue]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    warnings: dict[str, Oddity] = field(default_factory=dict)
    odd: dict[str, dict[int, str]] = field(default_factory=dict)
    """Sentence by line of the file, of every row that was looked at, gathered by what it is about."""

    @property
    def refused_rows(self) -> int:
        """How many rows of the file were refused."""
        return len({refusal.line for refusal in self.refusals})

    def warn(self, sentence: str, line: int, *, about: str = "") -> None:
        """Note something odd about the row in `line`; it becomes a warning if the row is taken.

        What is `about` the same is counted together, and told in the words of the first.
        """
        self.odd.setdefault(about or sentence, {}).setdefault(line, sentence)

    def settle(self) -> None:
        """Once every row is sorted: a refused row has its reason, so only taken ones are warned of."""
        taken = set(self.lines.values())
        for about, sentences in self.odd.items():
            lines = sorted(taken.intersection(sentences))
            if lines:
                first = lines[0]
                self.warnings[about] = Oddity(
                    sentence=sentences[first], rows=len(lines), line=first
                )

    def refuse(self, line: int, order: str, column: str, found: CellValue, expected: str) -> None:
        """Note why a row is not taken."""
        shown = shown_cell(found)
        self.refusals.append(
            Refusal(line=line, order=order, column=column, found=shown, expected=expected)
        )


def read_orders(
    source: Source,
    columns: FileColumns,
    rules: Rulebook,
    present: frozenset[str],
    *,
    timezone: str,
    options: ReadingOptions,
    now: datetime,
) -> Reading:
    """Every row of the file, sorted into new, already there (`present`) and refused.

    Times without a zone are wall-clock times of `timezone`. Raises UsageError for a damaged file.
    """
    reading = Reading(source=source, columns=columns)
    fitted = dataclasses.replace(rules, columns=columns.columns)
    seen: dict[str, list[int]] = {}
    for block in in_blocks(_body(source, columns, reading)):
        sheet = sheet_of(source, columns, block, timezone)
        orders = interpret(sheet, fitted, now, options)
        values = column_values(orders, fitted.columns, timezone)
        _take(reading, orders, values, fitted, present=present, seen=seen)
    _refuse_doubled(reading, seen)
    reading.settle()
    _warn_of_missing_columns(reading, rules)
    reading.refusals.sort(key=lambda refusal: refusal.line)
    return reading


def _body(source: Source, columns: FileColumns, reading: Reading) -> Iterator[Line]:
    """The rows below the header; one with more cells than headings is refused."""
    for number, cells in source.lines():
        if number <= columns.header.row_number:
            continue
        reading.rows += 1
        if reading.rows > MOST_ROWS:
            raise UsageError(
                f"{source.name} has more than {MOST_ROWS:,} rows. Split it into several files."
            )
        if source.even and len(cells) != columns.width:
            beyond = [cell for cell in cells[columns.width :] if cell]
            if beyond:
                words = (
                    f"The row has {len(cells)} cells but there are {columns.width} headings. Put a text "
                    "that holds the separator into quotes."
                )
                order = cell_at(cells, columns.header.columns["order_id"])
                reading.refuse(number, shown_cell(order), "", beyond[0], words)
                continue
            if len(cells) < columns.width:
                reading.warn("The row has fewer cells than headings; the rest is blank.", number)
        yield number, cells


def in_blocks(lines: Iterator[Line]) -> Iterator[list[Line]]:
    """The rows, some thousands at a time."""
    while block := list(islice(lines, BLOCK)):
        yield block


def sheet_of(source: Source, columns: FileColumns, block: Sequence[Line], timezone: str) -> Sheet:
    """Some rows of the file as a sheet under its headings, so that they are read as a tracker is."""
    header = columns.header
    headings: list[CellValue] = [None] * (max(header.columns.values()) + 1)
    for key, index in header.columns.items():
        headings[index] = header.headings[key]
    rows = [[cell if cell != "" else None for cell in cells] for _, cells in block]
    return Sheet(
        tracker=source.name,
        tab="",
        rows=[headings, *rows],
        row_numbers=[_HEADER_LINE, *(number for number, _ in block)],
        timezone=timezone,
        date_system=source.date_system,
    )


def _take(
    reading: Reading,
    orders: Orders,
    values: Mapping[str, Values],
    rules: Rulebook,
    *,
    present: frozenset[str],
    seen: dict[str, list[int]],
) -> None:
    """Sort the rows of one block into the reading; `seen` gathers the lines of every Order ID."""
    frame = orders.frame
    ids = frame["order_id_read"].to_numpy(object)
    lines = frame["row"].to_numpy(np.int64)
    known = np.fromiter((order in present for order in ids), dtype=bool, count=len(ids))
    reading.already += int(known.sum())
    refused = _refuse_unread(reading, orders, rules, set(lines[known].tolist()))
    refused |= _refuse_long(reading, values, orders, known)
    _warn_of_blanks(reading, values, orders, rules.columns, ~known)
    for place in np.flatnonzero(~known).tolist():
        order, line = ids[place], int(lines[place])
        if order:
            seen.setdefault(order, []).append(line)
        if not order or line in refused or order in reading.new:
            continue
        row = {key: column[place] for key, column in values.items() if column[place] is not None}
        reading.new[order], reading.lines[order] = row, line


def _refuse_unread(
    reading: Reading, orders: Orders, rules: Rulebook, known_lines: set[int]
) -> set[int]:
    """Refuse rows with a value that cannot be made out; what is merely odd becomes a warning."""
    refused: set[int] = set()
    places = dict(zip(orders.frame["row"].tolist(), range(len(orders.frame)), strict=True))
    columns = [orders.findings[name].tolist() for name in FINDING_COLUMNS]
    for order, line, key, rule, severity, words in zip(*columns, strict=True):
        if line in known_lines or rule == "doubled_order_id":
            continue
        if rule == "not_an_order" or is_lost(rules.columns[key], severity, rule):
            place = places.get(line)
            cell: Any = None if place is None or key not in orders.raw else orders.raw[key][place]
            refused.add(line)
            reading.refuse(line, order, orders.header.headings.get(key, ""), cell, words)
        elif severity != "note":
            reading.warn(words, line, about=f"{key} {rule}")
    return refused


def is_lost(rule: ColumnRule, severity: str, why: str) -> bool:
    """Whether a finding means that the value of the cell is lost, and with it the row."""
    return (
        severity == "error"
        and why in UNREAD
        and (
            rule.required or rule.type in _MUST_BE_READ or why in {"error_value", "not_calculated"}
        )
    )


def _refuse_long(
    reading: Reading, values: Mapping[str, Values], orders: Orders, known: Mask
) -> set[int]:
    """A text that no cell of a workbook holds is refused before anything is written."""
    refused: set[int] = set()
    ids, lines = orders.frame["order_id_read"].tolist(), orders.frame["row"].tolist()
    for key, column in values.items():
        for place, value in enumerate(column.tolist()):
            if known[place] or not isinstance(value, str) or len(value) * 2 <= LONGEST_TEXT:
                continue
            units = len(value.encode("utf-16-le", errors="replace")) // 2
            if units > LONGEST_TEXT:
                words = f"The text has {units:,} characters and a cell holds {LONGEST_TEXT:,}. Shorten it."
                heading = orders.header.headings[key]
                reading.refuse(lines[place], ids[place], heading, value, words)
                refused.add(lines[place])
    return refused


def _warn_of_blanks(
    reading: Reading,
    values: Mapping[str, Values],
    orders: Orders,
    columns: Mapping[str, ColumnRule],
    new: Mask,
) -> None:
    """Required cells that are blank are taken, and named: the checks will flag them."""
    lines = orders.frame["row"].to_numpy(np.int64)
    for key, column in values.items():
        if not columns[key].required or key == "order_id":
            continue
        nothing = pd.isna(pd.Series(column, dtype=object)) & pd.isna(pd.Series(orders.raw[key]))
        words = f"{orders.header.headings[key]} is blank; Check will ask for it."
        for line in lines[nothing.to_numpy() & new].tolist():
            reading.warn(words, line)


def _warn_of_missing_columns(reading: Reading, rules: Rulebook) -> None:
    missing = [
        rule.title
        for key, rule in rules.columns.items()
        if rule.required and key not in reading.columns.header.columns
    ]
    if missing and reading.new:
        words = f"The file has no column {both(missing)}; Check will ask for it."
        reading.warnings[words] = Oddity(
            sentence=words, rows=len(reading.new), line=reading.columns.header.row_number
        )


def _refuse_doubled(reading: Reading, seen: Mapping[str, Sequence[int]]) -> None:
    heading = reading.columns.header.headings["order_id"]
    for order, lines in seen.items():
        if len(lines) < 2:
            continue
        reading.new.pop(order, None)
        reading.lines.pop(order, None)
        for line in lines:
            others = [str(other) for other in lines if other != line][:3]
            words = f"The same order stands in line {both(others)} too. Keep one of them."
            reading.refuse(line, order, heading, order, words)


def cell_at(cells: Sequence[CellValue], index: int) -> CellValue:
    """The cell at that place; None beyond the end of a short row."""
    return cells[index] if index < len(cells) else None


def shown_cell(cell: CellValue) -> str:
    """A cell in the report: as it stands, on one line, cut to a length that can be read."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return number_text(cell)
    if not isinstance(cell, str):
        return getattr(cell, "text", "a formula without a result")
    text = clean_id(clean_text(cell))
    return text if len(text) <= 200 else f"{text[:199]}…"
