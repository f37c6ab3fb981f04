"""People at the sheet who never stop: they type, tick, sort, insert, move and delete rows, and keep the truth.

Every act is done at once, under the server's lock, as Google applies a request. Whoever acts in the
midst of a request of the worker's calls `act` from the server's hook.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from random import Random
from typing import Any, Final

from tests.simulation.kills.shop_rules import HANDLERS
from tests.simulation.kills.truth import BOXES, STAMPS, Order, Truth
from tests.support.google_sheets import SheetPerson
from tests.support.shop import TITLES

FIRST: Final = 48
"""Orders that stand there in the beginning."""
_MOVES_A_PASS: Final = 10
_DELETED_A_PASS: Final = 2
_OWN_COLUMNS: Final = 3
_WORDS: Final = ("ring first", "fragile", "=1+1", "call Ann", "two parcels", "+27 11", "@home")


class People:
    """`now` tells the time, to people in `zone`; `note` is told each thing they do."""

    def __init__(
        self,
        person: SheetPerson,
        seed: int,
        now: Callable[[], datetime],
        zone: tzinfo,
        note: Callable[[str], None],
    ) -> None:
        self.truth, self._note_down = Truth(), note
        self._person, self._now, self._zone = person, now, zone
        self._dice = Random(f"{seed}/people")
        self._moved = self._deleted = self._columns = self._made = 0
        self._acts: list[tuple[Callable[[], None], int]] = [
            (self._note, 26), (self._move_on, 22), (self._sort, 16), (self._move_rows, 8),
            (self._new_order, 8), (self.be_late, 5), (self._retype_stamp, 5), (self._delete, 3),
            (self._hold, 2), (self._own_column, 1),
        ]  # fmt: skip

    def open_shop(self) -> None:
        """The orders of the first look, nothing done on them yet."""
        for _ in range(FIRST):
            self._append()

    def passed(self) -> None:
        """A pass was finished: people may move as many orders on again."""
        self._moved = self._deleted = 0

    def act(self) -> None:
        """Do one thing, as the dice fall."""
        self.truth.acts += 1
        act = self._dice.choices([one for one, _ in self._acts], [w for _, w in self._acts])[0]
        self._note_down(f"people {act.__name__.strip('_').replace('_', ' ')}")
        act()

    def be_late(self) -> None:
        """Somebody ticks what was picked hours ago, and types when: its limit is over already."""
        order = self._one(lambda order: not order.rests and order.stage == 0)
        if order is None or self._over():
            return
        ago = self._local() - timedelta(hours=5, minutes=len(self.truth.due()))
        self._type(order, allocated_at=ago - timedelta(hours=1), picked_at=ago)
        self._tick(order, "allocated", "picked")
        order.late = order.rests = True

    # -- acts ---------------------------------------------------------------------------------------

    def _note(self) -> None:
        order = self._one()
        if order is not None:
            key = self._dice.choice(("notes", "notes", "customer", "skus"))
            self._type(order, **{key: f"{self._dice.choice(_WORDS)} {self._dice.randrange(1000)}"})

    def _move_on(self) -> None:
        order = self._one(lambda order: not order.rests and order.stage < 4)
        if order is None or self._over():
            return
        if order.stage < 3:
            self._tick(order, BOXES[order.stage])
        else:
            number = f"FT{int(order.order_id[3:]):06d}Z"
            left = self._now().astimezone(self._zone).replace(tzinfo=None, microsecond=0)
            self._type(order, dispatched_at=left, carrier="FastTrack", tracking=number)

    def _hold(self) -> None:
        order = self._one(lambda order: not order.rests and order.stage < 4)
        if order is not None and not self._over():
            self._type(order, status="On Hold")
            order.rests = True

    def _retype_stamp(self) -> None:
        """Somebody knows the true time of a tick better, by a minute or a few."""
        order = self._one(lambda order: not order.rests and 0 < order.stage < 4)
        if order is not None:
            key = STAMPS[BOXES[order.stage - 1]]
            earlier = order.ticked[BOXES[order.stage - 1]].astimezone(self._zone)
            moment = earlier.replace(tzinfo=None, microsecond=0)
            self._type(order, **{key: moment - timedelta(seconds=order.stage)})

    def _sort(self) -> None:
        width = self._person.sheet.column_count
        area = {"sheetId": self._person.sheet.id, "startRowIndex": 1, "startColumnIndex": 0,
                "endRowIndex": len(self._person.sheet.rows), "endColumnIndex": width}  # fmt: skip
        key = self._dice.choice(("order_id", "customer", "notes", "status", "handler", "picked_at"))
        place = self._person.places().get(TITLES[key], 0)
        order = self._dice.choice(("ASCENDING", "DESCENDING"))
        self._note_down(f"  by {key}, {order}")
        self._person.ask(
            "sortRange", range=area, sortSpecs=[{"dimensionIndex": place, "sortOrder": order}]
        )

    def _move_rows(self) -> None:
        rows = len(self._person.sheet.rows)
        first, to = self._dice.randrange(1, rows - 3), self._dice.randrange(1, rows)
        end = first + self._dice.randrange(1, 4)
        if not first <= to <= end:
            self._note_down(f"  {first} to {end} before {to}")
            self._person.ask(
                "moveDimension", source=self._person.span("ROWS", first, end), destinationIndex=to
            )

    def _new_order(self) -> None:
        self._append(before=self._dice.randrange(1, len(self._person.sheet.rows)))

    def _delete(self) -> None:
        order = self._one(lambda order: not order.late)
        if order is not None and self._deleted < _DELETED_A_PASS:
            self._deleted += 1
            self._note_down(f"  {order.order_id}")
            self._person.delete_order(order.order_id)
            del self.truth.orders[order.order_id]
            self.truth.deleted.add(order.order_id)

    def _own_column(self) -> None:
        if self._columns < _OWN_COLUMNS:
            self._columns += 1
            place = self._dice.randrange(1, len(self._person.places()))
            self._person.insert_column(place, f"Mine {self._columns}")

    # -- hands --------------------------------------------------------------------------------------

    def _append(self, before: int = 0) -> None:
        self._made += 1
        order = Order(f"#K-{self._made}", HANDLERS[self._made % len(HANDLERS)])
        self._note_down(f"  {order.order_id} before {before}")
        row = before or max(len(self._person.sheet.rows), 1)
        if before:
            self._person.insert_row(before)
        self.truth.orders[order.order_id] = order
        order.typed = {
            "ordered_at": self._local() - timedelta(hours=10, minutes=self._made % 60),
            "customer": f"Customer {self._made}", "skus": "MUG-01 x2", "priority": "Standard",
            "handler": order.handler,
        }  # fmt: skip
        places = self._person.places()
        for key, value in {"order_id": order.order_id, **order.typed}.items():
            self._person.put(row, places[TITLES[key]], value)
        self.truth.keystrokes += len(order.typed)

    def _type(self, order: Order, **cells: Any) -> None:
        for key, value in cells.items():
            self._note_down(f"  {order.order_id}: {key} = {value!r}")
            self._person.type_in(order.order_id, key, value)
            order.typed[key] = value
            self.truth.keystrokes += 1

    def _tick(self, order: Order, *boxes: str) -> None:
        self._moved += 1
        for box in boxes:
            self._type(order, **{box: True})
            order.ticked[box] = self._now()

    def _over(self) -> bool:
        """Whether more at once would look like an accident to the guard."""
        return self._moved >= _MOVES_A_PASS

    def _one(self, fits: Callable[[Order], bool] = lambda _order: True) -> Order | None:
        found = [order for order in self.truth.orders.values() if fits(order)]
        return self._dice.choice(found) if found else None

    def _local(self) -> datetime:
        """Now, as people type it: by the minute."""
        return self._now().astimezone(self._zone).replace(tzinfo=None, second=0, microsecond=0)
