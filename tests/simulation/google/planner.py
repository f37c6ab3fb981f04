"""A planner as small as can be that still asks everything of a guarded write.

It fills blanks (Picked At), keeps columns of its own right (SLA, Check), advances a shared column while
nobody else has typed there (Status), and names doubled orders in both rows. It remembers, as
the store does, what it meant to write and what was confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from zlib import crc32

import pandas as pd

from sheetsync.domain.columns import find_header
from sheetsync.domain.model import CHANGE_COLUMNS, DOUBLED_ORDER_RULE, HeaderMap, Receipt, Sheet
from sheetsync.domain.moments import local_to_serial
from sheetsync.trackers.base import WriteBatch
from sheetsync.trackers.matching import order_key, same
from tests.simulation.google.little_tracker import COLUMNS, SEARCH_ROWS

Line: TypeAlias = tuple[str, int, str, Any, Any, str]
"""Order, row, column, expected, new, rule."""
Row: TypeAlias = tuple[int, dict[str, Any]]
_STEPS: Final = ("Pending", "Picked", "Shipped")


@dataclass
class Planner:
    """`telling` puts the Order ID into every value, so that a value in a wrong row tells itself."""

    telling: bool = True
    stamps: dict[str, datetime] = field(default_factory=dict)
    written: dict[tuple[str, str], Any] = field(default_factory=dict)
    confirmed: dict[tuple[str, str], Any] = field(default_factory=dict)
    meant: dict[tuple[str, str], set[Any]] = field(default_factory=dict)
    """Every value ever meant for an order's cell: what the audit holds a write against."""
    taken: set[tuple[str, str, Any]] = field(default_factory=set)
    """Values that were taken for ours when a plan was made: in the sheet stood what was meant to be there."""

    def plan(self, sheet: Sheet, now: datetime) -> WriteBatch:
        """What should change, given the cells as they stand. Raises PlanRefused without a header."""
        header = find_header(sheet.rows, sheet.row_numbers, COLUMNS, SEARCH_ROWS)
        return self.plan_under(sheet, header, now)

    def plan_under(self, sheet: Sheet, header: HeaderMap, now: datetime) -> WriteBatch:
        """The same under a header that is known."""
        orders: dict[str, list[Row]] = {}
        for number, cells in _rows(sheet, header):
            if key := order_key(cells["order_id"]):
                orders.setdefault(key, []).append((number, cells))
        lines: list[Line] = []
        for key, rows in orders.items():
            wanted = self._of_one(key, rows[0], now) if len(rows) == 1 else _of_doubled(key, rows)
            lines += [line for line in wanted if line[2] in header.columns]
        lines.sort(key=lambda line: line[:3])
        return WriteBatch(changes=frame_of(lines), header=header, fingerprint=sheet.fingerprint)

    def commit(self, batch: WriteBatch) -> None:
        """Remember what is meant, before anything is sent."""
        changes = batch.changes
        for order, column, new in zip(
            changes["order_id"], changes["column"], changes["new"], strict=True
        ):
            self.written[order, column] = stored(new)
            self.meant.setdefault((order, column), set()).add(stored(new))

    def learn(self, receipt: Receipt) -> None:
        """Remember what was confirmed."""
        outcomes = receipt.outcomes
        for order, column, outcome in zip(
            outcomes["order_id"], outcomes["column"], outcomes["outcome"], strict=True
        ):
            if outcome == "applied" and (order, column) in self.written:
                self.confirmed[order, column] = self.written[order, column]

    def is_ours(self, order: str, column: str, value: Any) -> bool:
        """Whether a cell holds what the worker wrote there last, or meant to."""
        place = (order, column)
        return any(place in known and same(known[place], value) for known in self._memories)

    @property
    def _memories(self) -> tuple[dict[tuple[str, str], Any], ...]:
        return self.written, self.confirmed

    def _of_one(self, key: str, row: Row, now: datetime) -> Iterator[Line]:
        number, cells = row
        ticked = cells.get("picked") is True
        for column, wanted in (
            ("sla", self._sla(key, ticked, now)),
            ("check", self._check(key, cells)),
        ):
            if not same(cells.get(column), wanted):
                yield key, number, column, cells.get(column), wanted, column
        if ticked:
            self.stamps.setdefault(key, self._moment(key, now))
            if same(cells.get("picked_at"), None):
                yield key, number, "picked_at", cells.get("picked_at"), self.stamps[key], "stamp"
        status = cells.get("status")
        step = int(ticked) + int(ticked and bool(cells.get("notes")))
        if same(status, None) or (status in _STEPS[:step] and self.is_ours(key, "status", status)):
            self.taken.add((key, "status", status))
            yield key, number, "status", status, _STEPS[step], "evidence"

    def _moment(self, key: str, now: datetime) -> datetime:
        own = timedelta(seconds=crc32(key.encode()) % 50) if self.telling else timedelta()
        return (now + own).replace(tzinfo=None)

    def _sla(self, key: str, ticked: bool, now: datetime) -> str:
        due = (int(now.timestamp()) // 60 + crc32(key.encode()) % 12) // 12
        return f"{'OK' if ticked else 'Late'} {due % 100}" + self._of(key)

    def _check(self, key: str, cells: Mapping[str, Any]) -> str | None:
        if same(cells.get("customer"), None):
            return "Customer is missing" + self._of(key)
        if "?" in str(cells.get("notes")):
            return "Notes ask something" + self._of(key)
        return None

    def _of(self, key: str) -> str:
        return f" ({key})" if self.telling else ""


def _of_doubled(key: str, rows: Sequence[Row]) -> Iterator[Line]:
    words = f"{key} stands in rows {', '.join(str(number) for number, _ in rows)}"
    for number, cells in rows:
        if not same(cells.get("check"), words):
            yield key, number, "check", cells.get("check"), words, DOUBLED_ORDER_RULE


def _rows(sheet: Sheet, header: HeaderMap) -> Iterator[Row]:
    for number, row in zip(sheet.row_numbers, sheet.rows, strict=True):
        if number > header.row_number:
            yield (
                number,
                {
                    key: row[place] if place < len(row) else None
                    for key, place in header.columns.items()
                },
            )


def stored(new: Any) -> Any:
    """A new value as it stands in a cell: a moment is a serial number there, empty text a blank."""
    if isinstance(new, datetime):
        return local_to_serial(new, 1900)
    return None if isinstance(new, str) and not new else new


def frame_of(lines: Sequence[Line]) -> pd.DataFrame:
    """A frame of CHANGE_COLUMNS."""
    values = list(zip(*lines, strict=True)) or [()] * len(CHANGE_COLUMNS)
    frame = {
        name: pd.Series(list(column), dtype="int64" if name == "row" else object)
        for name, column in zip(CHANGE_COLUMNS, values, strict=True)
    }
    return pd.DataFrame(frame)
