"""What is written for each cell of a new order: typed by its column, text byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.model import Orders
from sheetsync.domain.moments import to_local
from sheetsync.domain.rules import ColumnRule
from sheetsync.domain.texts import clean_id, clean_text, number_text

LONGEST_TEXT: Final = 32_767
"""UTF-16 units: more than this no cell of a workbook holds."""
TICK: Final = "✓"
_TICK_OF_DATE: Final = {"dispatched_at": "dispatched", "delivered_at": "delivered"}
_AS_WRITTEN: Final = frozenset({"id", "tracking", "link"})

Values = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]


def column_values(
    orders: Orders, columns: Mapping[str, ColumnRule], timezone: str
) -> dict[str, Values]:
    """Per column key the value to write in each order row; None for a blank.

    Dates are naive local moments of `timezone`, ticks ✓, identities and free text as they stand.
    """
    return {key: _values(key, orders, columns[key], timezone) for key in orders.header.columns}


def _values(key: str, orders: Orders, rule: ColumnRule, timezone: str) -> Values:
    frame = orders.frame
    if key == "order_id":
        return _identities(orders.raw[key], frame["order_id_read"].to_numpy(object))
    if rule.type == "datetime":
        return _moments(key, orders, timezone)
    if rule.type == "checkbox":
        return _where(frame[key].to_numpy() == 1, np.full(len(frame), TICK, dtype=object))
    if rule.type == "number":
        return _numbers(frame[key].to_numpy(float), orders.raw[key])
    read = frame[key].to_numpy(object)
    if rule.type in _AS_WRITTEN:
        return _identities(orders.raw[key], read)
    return _where(read != "", read)


def _where(filled: npt.NDArray[np.bool_], values: Values) -> Values:
    """The values, None where a cell is not filled."""
    out = np.full(len(values), None, dtype=object)
    out[filled] = values[filled]
    return out


def _identities(raw: Values, read: Values) -> Values:
    """Text as it was written; what cannot be seen in it is left out, a number becomes its digits."""
    out = np.empty(len(raw), dtype=object)
    for place, (cell, text) in enumerate(zip(raw, read, strict=True)):
        if not isinstance(cell, str):
            out[place] = text or None
            continue
        written = cell.strip()
        out[place] = (written if written.isprintable() else clean_id(written)) or None
    return out


def _moments(key: str, orders: Orders, timezone: str) -> Values:
    """Naive local moments; a tick where a date belongs stays a tick."""
    moments = orders.frame[key].to_numpy("datetime64[s]")
    out: Values = to_local(moments, timezone).astype(object)
    out[np.isnat(moments)] = None
    if key in _TICK_OF_DATE:
        ticked = orders.frame[_TICK_OF_DATE[key]].to_numpy() == 1
        out[np.isnat(moments) & ticked] = TICK
    return out


def _numbers(numbers: npt.NDArray[np.float64], raw: Values) -> Values:
    """Numbers; a text that is none stays text, for the checks to flag."""
    out = np.empty(len(raw), dtype=object)
    blank = pd.isna(pd.Series(raw, dtype=object)).to_numpy()
    for place, number in enumerate(numbers.tolist()):
        if not np.isnan(number):
            out[place] = int(number) if number.is_integer() else number
        elif not blank[place]:
            out[place] = _text(raw[place])
    return out


def _text(cell: Any) -> str | None:
    if isinstance(cell, int | float):
        return number_text(cell)
    return (clean_text(cell) or None) if isinstance(cell, str) else None
