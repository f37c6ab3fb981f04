"""The value that a cell of the file puts into the tracker: what it means, in the tracker's own way."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

import numpy as np

from sheetsync.domain.merge.copies import Copy, raw_text
from sheetsync.domain.model import Orders
from sheetsync.domain.moments import to_local
from sheetsync.domain.rules import ColumnRule
from sheetsync.domain.texts import clean_id

TICK: Final = "✓"
_TICK_OF_DATE: Final = {"dispatched_at": "dispatched", "delivered_at": "delivered"}
_AS_WRITTEN: Final = frozenset({"id", "tracking", "link"})

NewValue: TypeAlias = str | int | float | bool | datetime | None


class FileValues:
    """Reads new values from the orders of a file.

    `box_columns` are the keys of tick columns whose cells in the tracker are boxes (TRUE and FALSE).
    """

    def __init__(self, orders: Orders, side: Copy, box_columns: frozenset[str]) -> None:
        self._orders, self._side, self._boxes = orders, side, box_columns
        self._places = {str(order): int(place) for order, place in zip(side.ids, side.places, strict=True)}  # fmt: skip

    def value(self, order_id: str, rule: ColumnRule) -> NewValue:
        """What the file says of this order in this column; None empties the cell."""
        return self.at(self._places[order_id], rule)

    def row(self, place: int, rules: dict[str, ColumnRule]) -> dict[str, NewValue]:
        """A row that only the file has: every filled cell of these columns, and its Order ID."""
        at = int(self._side.places[place])
        cells = {key: self.at(at, rule) for key, rule in rules.items() if key in self._side.columns}
        filled = {
            key: value for key, value in cells.items() if value is not None and value is not False
        }
        return {"order_id": str(self._side.ids[place]), **filled}

    def at(self, place: int, rule: ColumnRule) -> NewValue:
        """The value of one cell of the file's frame."""
        key, frame = rule.key, self._orders.frame
        raw = self._orders.raw[key][place]
        value = frame[key].to_numpy()[place]
        if rule.type == "datetime":
            return self._moment(key, place, value, raw)
        if rule.type == "checkbox":
            return self._tick(key, int(value), raw)
        if rule.type == "number":
            number = float(value)
            if np.isnan(number):
                return raw_text(raw) or None
            return int(number) if number.is_integer() else number
        if rule.type in _AS_WRITTEN and isinstance(raw, str):
            return clean_id(raw) or None
        return str(value) or None

    def _moment(self, key: str, place: int, value: Any, raw: Any) -> NewValue:
        if not np.isnat(value):
            local = to_local(np.array([value], dtype="datetime64[s]"), self._orders.sheet.timezone)
            moment: datetime = local.astype(object)[0]
            return moment
        ticked = key in _TICK_OF_DATE and (
            int(self._orders.frame[_TICK_OF_DATE[key]].to_numpy()[place]) == 1
        )
        return TICK if ticked else (raw_text(raw) or None)

    def _tick(self, key: str, tick: int, raw: Any) -> NewValue:
        if tick < 0:
            return raw_text(raw) or None
        if key in self._boxes:
            return tick == 1
        return TICK if tick == 1 else None


def box_columns(orders: Orders, rules: dict[str, ColumnRule]) -> frozenset[str]:
    """The tick columns of the tracker that are boxes: some cell of them is TRUE or FALSE."""
    return frozenset(
        key
        for key, rule in rules.items()
        if rule.type == "checkbox"
        and key in orders.raw
        and any(type(cell) is bool for cell in orders.raw[key].tolist())
    )
