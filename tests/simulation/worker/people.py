"""The people at the sheet, and what they remember of it: every row bears a slip of its own in a staff column.

The slip is a row's hidden identity. It travels with the row and no rule knows its heading, so whose cell a
cell is can be told without asking the worker or an Order ID.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, TypeAlias

from tests.simulation.worker.grounds import Rows, serial
from tests.support.shop import HEADINGS, OWN, SHARED, TITLES

SLIP: Final = "Till slip"
HEAD: Final = (*HEADINGS, SLIP)
ORDER: Final = TITLES["order_id"]
TICKS: Final = ("allocated", "picked", "packed")
EXCEPTIONS: Final = ("Delayed", "Payment Failed", "Delivery Failed", "Backordered")
_STATUSES: Final = (
    *EXCEPTIONS,
    "On Hold",
    "Cancelled",
    "Shipped",
    "Delivered",
    "Packing",
    "Packign",
    "",
)
_SCRIBBLES: Final = tuple(TITLES[key] for key in ("sla", "check", "next_action"))
_CLEARED: Final = tuple(
    heading for heading in HEADINGS if heading not in {TITLES[key] for key in OWN}
)
_WEIGHTY: Final = tuple(TITLES[key] for key in (*TICKS, "status"))
_RENAMED: Final = "Anything"
Cell: TypeAlias = tuple[str, str]
"""(slip, heading)"""


class People:
    """Several people as one: what they do next is in the dice. `moment` is the wall clock in the sheet's zone."""

    def __init__(
        self, dice: Random, moment: Callable[[], datetime], note: Callable[[str], None]
    ) -> None:
        self._dice, self._moment, self._note = dice, moment, note
        self._orders = self._slips = 0
        self._history: list[tuple[str, str, Any]] = []
        """(slip, heading, value) of what stood somewhere once."""
        self.lost_heading = ""
        self.wiped: dict[Cell, Any] = {}
        """What was cleared by mistake, to be put back."""

    # -- the sheet at the beginning -------------------------------------------------------------

    def first_rows(self, orders: int) -> Rows:
        """A sheet that people have worked in for a while."""
        return [list(HEAD), *(self._row(list(HEAD)) for _ in range(orders))]

    def _row(self, head: list[Any], done: int | None = None) -> list[Any]:
        self._orders += 1
        done = self._dice.randrange(4) if done is None else done
        ago = timedelta(hours=self._dice.randrange(30), minutes=self._dice.randrange(60))
        order = {
            "order_id": f"#SP-{self._orders:03}", "ordered_at": serial(self._moment() - ago),
            "customer": f"Customer {self._orders}", "skus": "MUG-01 x2",
            "priority": self._dice.choice(("Standard", "Expedited", "Bulk")),
            "handler": self._dice.choice(("Thabo", "Lerato")),
            **dict.fromkeys(TICKS[:done], True), "carrier": "FastTrack" if done == 3 else None,
        }  # fmt: skip
        cells = {TITLES[key]: value for key, value in order.items()} | {SLIP: self._slip()}
        return [cells.get(heading) for heading in head]

    def _slip(self) -> str:
        self._slips += 1
        return f"slip {self._slips}"

    def throw(self, dice: Random) -> None:
        """Other dice decide what is done next."""
        self._dice = dice

    # -- acts -----------------------------------------------------------------------------------

    def act(self, rows: Rows) -> None:
        """One act on these rows, in place."""
        calm = (
            self._tick, self._tick, self._tick, self._untick, self._type_status, self._raise_exception, self._raise_exception,
            self._note_down, self._ack, self._dispatch, self._deliver, self._mistype, self._scribble,
            self._sort, self._sort, self._insert, self._insert_empty, self._delete, self._double_row,
            self._double_id, self._paste_back, self._type_stamp, self._swap, self._hand_over,
        )  # fmt: skip
        rare = (self._rename_heading, self._clear_range, self._clear_range)
        act = self._dice.choice(rare if self._dice.random() < 0.08 else calm)
        width = len(rows[0])
        for row in rows:
            row.extend([None] * (width - len(row)))
        for row in rows[1:]:
            for heading, value in zip(rows[0], row, strict=True):
                if value is not None:
                    self._history.append((row[-1], str(heading), value))
        self._history = self._history[-400:]
        told = act(rows)
        self._note(f"{act.__name__.lstrip('_')}: {told}")

    def mend(self, rows: Rows) -> None:
        """Put right what was a mistake: the heading that was renamed, the range that was cleared."""
        head = rows[0]
        if self.lost_heading:
            head[head.index(_RENAMED)] = self.lost_heading
            self.lost_heading = ""
        for (slip, heading), value in self.wiped.items():
            for row in rows[1:]:
                if row and row[-1] == slip:
                    row.extend([None] * (len(head) - len(row)))
                    if row[head.index(heading)] is None:
                        row[head.index(heading)] = value
        self.wiped.clear()

    def _pick(self, rows: Rows) -> list[Any]:
        return self._dice.choice([row for row in rows[1:] if row[-1] is not None])

    def _put(self, rows: Rows, key: str, value: Any) -> str:
        row = self._pick(rows)
        return self._type(rows, row, TITLES[key], value)

    @staticmethod
    def _type(rows: Rows, row: list[Any], heading: str, value: Any) -> str:
        if heading not in rows[0]:
            return f"no {heading}"
        row[rows[0].index(heading)] = value
        return f"{row[-1]} {heading} = {value!r}"

    def _tick(self, rows: Rows) -> str:
        row = self._pick(rows)
        left = [h for k in TICKS if (h := TITLES[k]) in rows[0] and not row[rows[0].index(h)]]
        return self._type(rows, row, left[0], True) if left else "all done"

    def _untick(self, rows: Rows) -> str:
        return self._put(rows, self._dice.choice(TICKS), None)

    def _type_status(self, rows: Rows) -> str:
        return self._put(rows, "status", self._dice.choice(_STATUSES) or None)

    def _raise_exception(self, rows: Rows) -> str:
        return self._put(rows, "status", self._dice.choice(EXCEPTIONS))

    def _note_down(self, rows: Rows) -> str:
        words = ("Fragile!", "=1+1", "Delivered early?", "ring first", "@lead")
        return self._put(rows, "notes", self._dice.choice(words))

    def _ack(self, rows: Rows) -> str:
        return self._put(rows, "ack", self._dice.choice(("ACK", "ACK 2h", "later", None)))

    def _dispatch(self, rows: Rows) -> str:
        return self._put(rows, "dispatched_at", serial(self._moment()))

    def _deliver(self, rows: Rows) -> str:
        return self._put(rows, "delivered_at", serial(self._moment()))

    def _mistype(self, rows: Rows) -> str:
        key = self._dice.choice(("picked", "dispatched_at", "priority"))
        return self._put(rows, key, "hmm?")

    def _hand_over(self, rows: Rows) -> str:
        return self._put(rows, "handler", self._dice.choice(("Thabo", "Lerato", "Nobody")))

    def _type_stamp(self, rows: Rows) -> str:
        key = self._dice.choice(("allocated_at", "picked_at"))
        return self._put(rows, key, serial(self._moment() - timedelta(minutes=20)))

    def _scribble(self, rows: Rows) -> str:
        return self._type(rows, self._pick(rows), self._dice.choice(_SCRIBBLES), "scribble")

    def _paste_back(self, rows: Rows) -> str:
        """An old value comes back where it stood once, by an undo or a paste."""
        if not self._history:
            return "nothing"
        slip, heading, value = self._dice.choice(self._history)
        row = next((row for row in rows[1:] if row[-1] == slip), None)
        if row is None or heading in {SLIP, ORDER}:
            return "nothing"
        return self._type(rows, row, heading, value)

    def _sort(self, rows: Rows) -> str:
        heading = self._dice.choice(
            (ORDER, TITLES["customer"], TITLES["priority"], TITLES["status"])
        )
        if heading not in rows[0]:
            return "nothing"
        column, backward = rows[0].index(heading), self._dice.random() < 0.5
        rows[1:] = sorted(rows[1:], key=lambda row: str(row[column]), reverse=backward)
        return heading

    def _swap(self, rows: Rows) -> str:
        """Two rows change places, as by dragging one."""
        first, second = (self._dice.randrange(1, len(rows)) for _ in range(2))
        rows[first], rows[second] = rows[second], rows[first]
        return f"rows {first}, {second}"

    def _insert(self, rows: Rows) -> str:
        row = self._row(rows[0], self._dice.choice((0, 0, 1)))
        rows.insert(self._dice.randrange(1, len(rows) + 1), row)
        return str(row[-1])

    def _insert_empty(self, rows: Rows) -> str:
        rows.insert(self._dice.randrange(1, len(rows) + 1), [None] * len(rows[0]))
        return ""

    def _delete(self, rows: Rows) -> str:
        if len(rows) < 9:
            return "too few"
        return str(rows.pop(self._dice.randrange(1, len(rows)))[-1])

    def _double_row(self, rows: Rows) -> str:
        row = list(self._pick(rows))
        was, row[-1] = row[-1], self._slip()
        rows.append(row)
        return f"{was} as {row[-1]}"

    def _double_id(self, rows: Rows) -> str:
        column = rows[0].index(ORDER)
        return self._type(rows, self._pick(rows), ORDER, self._pick(rows)[column])

    def _rename_heading(self, rows: Rows) -> str:
        if self.lost_heading:
            return "one is enough"
        found = [h for h in (TITLES["status"], TITLES["picked"], TITLES["sla"]) if h in rows[0]]
        self.lost_heading = self._dice.choice(found)
        rows[0][rows[0].index(self.lost_heading)] = _RENAMED
        return self.lost_heading

    def _clear_range(self, rows: Rows) -> str:
        """Somebody presses Delete over a block of cells."""
        heading = self._dice.choice(
            [h for h in self._dice.choice((_CLEARED, _WEIGHTY)) if h in rows[0]] or [ORDER]
        )
        column, first = rows[0].index(heading), self._dice.choice((1, 1, 4, 8))
        for row in rows[first : first + self._dice.choice((3, 6, 20))]:
            if row[-1] is not None and row[column] is not None:
                self.wiped[str(row[-1]), heading] = row[column]
                row[column] = None
        return f"{heading} from row {first}"


WORKERS: Final = frozenset(TITLES[key] for key in (*OWN, *SHARED))
"""Headings under which the worker may write at all."""
