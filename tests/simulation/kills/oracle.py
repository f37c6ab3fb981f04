"""What must be true of sheet and mails, worked out from the people's truth; nothing of the product is asked.

`after_a_pass` holds whenever a pass was finished, while people go on. `in_the_end` holds once they have
gone home and the worker was let finish.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from sheetsync.domain.moments import local_to_serial
from tests.sheets_server.model import Book
from tests.simulation.kills.shop_rules import PACKING
from tests.simulation.kills.truth import STAMPS, Order, Truth
from tests.support.google_sheets import rows_of
from tests.support.shop import TITLES

SECOND: Final = 1 / 86_400
_A_PASS: Final = timedelta(seconds=15)
"""A stamp tells when the pass began that saw the tick, which may have been made while it was under way."""


WRONG_ROW: Final = "wrong row"
LOST_EDIT: Final = "lost edit"
STAMP: Final = "stamp"
"""It is lost, invented or moved."""
UNSETTLED: Final = "unsettled"
"""Not as it must be once all is quiet."""

STRAY: Final = "a row without Order ID"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something wrong: its kind, the order and the column key, and what it is in words."""

    kind: str
    order_id: str
    column: str
    words: str

    def is_named_in(self, said: str) -> bool:
        """Whether a worker told people of this cell that it could not tell whose it is.

        What follows from a cell, such as SLA from a stamp, is as uncertain as that cell.
        """
        if self.order_id == STRAY:
            return f"” of {STRAY} " in said or "Beside the row of " in said
        if self.kind == UNSETTLED:
            return f"” of {self.order_id} " in said
        return f"“{TITLES.get(self.column)}” of {self.order_id} " in said

    def __str__(self) -> str:
        return f"{self.order_id} {self.column}: {self.words}"


@dataclass(slots=True)
class SheetOracle:
    """Looks at the book itself. `zone` is that of the tracker."""

    book: Book
    truth: Truth
    zone: tzinfo
    found: set[Finding] = field(default_factory=set)
    _stamped: dict[tuple[str, str], float] = field(default_factory=dict)

    def after_a_pass(self) -> None:
        """A pass was just finished: no cell in a wrong row, nothing of people's gone, no stamp moved."""
        for order, row in self._rows():
            self._typed(order, row)
            for box, stamp in STAMPS.items():
                self._stamp(order, box, stamp, row.get(TITLES[stamp]))

    def in_the_end(self, now: datetime) -> None:
        """Nobody types any more: every order is complete and right."""
        self.after_a_pass()
        for order, row in self._rows():
            self._whole(order, row, now)

    def cells(self) -> dict[tuple[str, str], Any]:
        """(Order ID, heading) -> what stands there; nothing is judged."""
        return {
            (str(row.get(TITLES["order_id"]) or STRAY), heading): value
            for row in self._table()
            for heading, value in row.items()
        }

    # -- rows ---------------------------------------------------------------------------------------

    def _table(self) -> list[dict[str, Any]]:
        headings, *rows = rows_of(self.book, self.book.sheets[0].title)
        return [dict(zip(map(str, headings), row, strict=False)) for row in rows if any(row)]

    def _rows(self) -> Iterator[tuple[Order, Mapping[str, Any]]]:
        found = self._table()
        self._say_strays(found)
        found = [row for row in found if row.get(TITLES["order_id"])]
        ids = [str(row[TITLES["order_id"]]) for row in found]
        if sorted(ids) != sorted(self.truth.orders):
            self._say(WRONG_ROW, "rows", "", f"not the people's: {_unlike(ids, self.truth)}")
        for order_id, row in zip(ids, found, strict=True):
            if order_id in self.truth.orders:
                yield self.truth.orders[order_id], row

    def _say_strays(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """What stands in rows without an Order ID; people leave none."""
        for row in rows:
            if not row.get(TITLES["order_id"]):
                cells = {heading: value for heading, value in row.items() if value is not None}
                self._say(WRONG_ROW, STRAY, "", f"{cells}")

    def _typed(self, order: Order, row: Mapping[str, Any]) -> None:
        for key, value in order.typed.items():
            wanted, stands = _cell(value), row.get(TITLES[key])
            if not _same(wanted, stands):
                words = f"somebody typed {wanted!r}, {stands!r} stands there"
                self._say(LOST_EDIT, order.order_id, key, words)

    def _stamp(self, order: Order, box: str, stamp: str, stands: Any) -> None:
        key = (order.order_id, stamp)
        if stands is None or stamp in order.typed:
            self._stamped.pop(key, None)
            return
        if box not in order.ticked:
            self._say(WRONG_ROW, *key, f"it is {stands}, and the box was never ticked")
        elif abs(self._stamped.setdefault(key, stands) - stands) > SECOND / 2:
            self._say(STAMP, *key, f"it was {self._stamped[key]} and is {stands} now")

    # -- the end ------------------------------------------------------------------------------------

    def _whole(self, order: Order, row: Mapping[str, Any], now: datetime) -> None:
        name, status = order.order_id, row.get(TITLES["status"])
        if status != order.status:
            self._say(UNSETTLED, name, "status", f"it is {status!r}, not {order.status!r}")
        for box, moment in order.ticked.items():
            if STAMPS[box] not in order.typed:
                self._in_time(order, box, row.get(TITLES[STAMPS[box]]), moment, now)
        breached = str(row.get(TITLES["sla"]) or "").startswith("Breached")
        if breached != order.late:
            self._say(UNSETTLED, name, "sla", f"it says {row.get(TITLES['sla'])!r}")
        picked, due = row.get(TITLES["picked_at"]), row.get(TITLES["sla_due"])
        if order.status == "Packing" and isinstance(picked, float | int):
            until = picked + PACKING.total_seconds() * SECOND
            if not isinstance(due, float | int) or abs(due - until) > 60 * SECOND:
                self._say(UNSETTLED, name, "sla_due", f"it is {due!r}, picked at {picked}")

    def _in_time(
        self, order: Order, box: str, stands: Any, ticked: datetime, now: datetime
    ) -> None:
        """A stamp of ours lies between its tick and now."""
        first = self._serial(ticked - _A_PASS)
        if not isinstance(stands, float | int) or not first <= stands <= self._serial(now):
            words = f"it is {stands!r}, ticked at {ticked:%H:%M:%S}"
            self._say(STAMP, order.order_id, STAMPS[box], words)

    def _say(self, kind: str, order_id: str, column: str, words: str) -> None:
        self.found.add(Finding(kind, order_id, column, words))

    def _serial(self, moment: datetime) -> float:
        return local_to_serial(moment.astimezone(self.zone).replace(tzinfo=None, microsecond=0))


def _cell(value: Any) -> Any:
    return local_to_serial(value) if isinstance(value, datetime) else value


def _same(wanted: Any, stands: Any) -> bool:
    if isinstance(wanted, float) and isinstance(stands, float | int):
        return abs(wanted - stands) < SECOND / 2
    return bool(wanted == stands)


def _unlike(ids: Sequence[str], truth: Truth) -> str:
    doubled = sorted({i for i in ids if ids.count(i) > 1})
    gone, more = sorted(truth.orders.keys() - set(ids)), sorted(set(ids) - truth.orders.keys())
    return f"doubled {doubled}, gone {gone}, more {more}"
