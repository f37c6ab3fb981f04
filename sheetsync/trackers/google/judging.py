"""Which changes still fit the sheet as it was read a moment ago, and where their cells are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from sheetsync.domain.model import CellValue, HeaderMap
from sheetsync.domain.rules import ColumnRule
from sheetsync.trackers.google.journal import Sent
from sheetsync.trackers.google.snapshot import Snapshot, stored
from sheetsync.trackers.matching import row_of, same
from sheetsync.trackers.receipts import NewValue, Verdict, drop_whole_rows, plain, plain_new

LONGEST_TEXT: Final = 50_000
MOVED: Final = "the row was moved at this moment; it comes round in the next pass"
EDITED: Final = "the row was edited at this moment; it comes round in the next pass"
COLUMNS_MOVED: Final = (
    "the columns were changed at this moment; the row comes round in the next pass"
)
NO_COLUMN: Final = "the column is no longer in the tracker"
STALE: Final = "the cell no longer holds what the plan was made from"
FORMULA: Final = "the cell holds a formula, which is staff's"
TWICE: Final = "the cell would be written twice in one pass"
TOO_LONG: Final = (
    f"the text has more than {LONGEST_TEXT:,} characters, the most that a cell can hold"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One line of a changes frame as plain values."""

    order: str
    key: str
    expected: CellValue
    new: NewValue
    row: int
    rule: str


def wanted_of(changes: pd.DataFrame) -> list[Wanted]:
    """The lines of a frame of CHANGE_COLUMNS."""
    names = ("order_id", "column", "expected", "new", "row", "rule")
    return [
        Wanted(
            order=str(order), key=str(key), expected=plain(expected), new=plain_new(new),
            row=int(row), rule=str(rule),
        )
        for order, key, expected, new, row, rule in zip(*(changes[n] for n in names), strict=True)
    ]  # fmt: skip


class Judge:
    """Holds the two looks at the sheet against each other: the one planned from, and the one just now."""

    def __init__(
        self,
        columns: Mapping[str, ColumnRule],
        header: HeaderMap,
        planned: Snapshot,
        now: Snapshot,
    ) -> None:
        self._columns, self._header = columns, header
        self._planned, self._now = planned, now
        top, place = header.row_number, header.columns["order_id"]
        self._steady = planned.row(top) == now.row(top)
        self._then_rows = planned.by_key(place, top)
        self._now_rows = now.by_key(place, top)
        self._headings = now.headings(top)

    def judge(self, wanted: Sequence[Wanted]) -> tuple[list[Verdict], list[Sent]]:
        """A verdict for each, and the cells that really are to be sent, in row order.

        Where one change of an order is dropped, all of them are.
        """
        seen: set[tuple[int, int]] = set()
        judged = [self._one(change, seen) for change in wanted]
        verdicts = drop_whole_rows([w.order for w in wanted], [verdict for verdict, _ in judged])
        sent = [
            self._sent(change, row)
            for change, verdict, (_, row) in zip(wanted, verdicts, judged, strict=True)
            if verdict[0] == "applied"
        ]
        sent = [cell for cell in sent if not same(cell.old, cell.new)]
        return verdicts, sorted(sent, key=lambda cell: (cell.row, cell.column))

    def _one(self, change: Wanted, seen: set[tuple[int, int]]) -> tuple[Verdict, int]:
        row, why = row_of(self._now_rows.get(change.order, ()), change.row, change.rule)
        column = self._header.columns.get(change.key)
        if column is None or why:
            return ("dropped", why or NO_COLUMN), 0
        if not self._steady:
            return ("dropped", COLUMNS_MOVED), 0
        if (row, column) in self._now.formula_texts:
            return ("refused", FORMULA), 0
        if not same(self._now.cell(row, column), change.expected):
            return ("dropped", STALE), 0
        if row not in self._then_rows.get(change.order, ()):
            return ("dropped", MOVED), 0
        if self._planned.row(row) != self._now.row(row) and self._edited(row):
            return ("dropped", EDITED), 0
        if (row, column) in seen:
            return ("refused", TWICE), 0
        if isinstance(change.new, str) and len(change.new) > LONGEST_TEXT:
            return ("refused", TOO_LONG), 0
        seen.add((row, column))
        return ("applied", ""), row

    def _edited(self, row: int) -> bool:
        """Whether a known column of the row differs; staff's own further columns do not matter."""
        places = self._header.columns.values()
        return any(not same(self._planned.cell(row, c), self._now.cell(row, c)) for c in places)

    def _sent(self, change: Wanted, row: int) -> Sent:
        column = self._header.columns[change.key]
        rule, new = self._columns.get(change.key), stored(change.new)
        old = self._now.cell(row, column)
        common = new is None or isinstance(new, bool) or (rule is not None and bool(rule.choices))
        return Sent(
            order=change.order, row=row, column=column, heading=_at(self._headings, column),
            old=old, new=new, common=common,
        )  # fmt: skip


def _at(headings: Sequence[str], column: int) -> str:
    return headings[column] if column < len(headings) else ""
