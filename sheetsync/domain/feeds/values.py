"""A cell as a feed's text and back: moments `YYYY-MM-DD HH:MM:SS`, ticks `Yes`, numbers their digits."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from sheetsync.domain.feeds.news import NewCell
from sheetsync.domain.grid import Cells, object_array
from sheetsync.domain.model import Orders
from sheetsync.domain.moments import canonical_local, to_local
from sheetsync.domain.rules import ColumnRule
from sheetsync.domain.texts import number_text

TICK: Final = "✓"
TICKED: Final = "Yes"
_TICK_OF_DATE: Final = {"dispatched_at": "dispatched", "delivered_at": "delivered"}


def column_texts(key: str, rule: ColumnRule, orders: Orders, timezone: str) -> Cells:
    """The typed column `key` as text per row, "" for blank or unreadable; moments as local of `timezone`."""
    typed = orders.frame[key]
    match rule.type:
        case "datetime":
            moments = typed.to_numpy("datetime64[s]")
            texts = canonical_local(to_local(moments, timezone))
            return _ticked_dates(key, orders, object_array(texts.tolist()), np.isnat(moments))
        case "checkbox":
            return object_array([TICKED if tick == 1 else "" for tick in typed.tolist()])
        case "number":
            return object_array(["" if n != n else number_text(n) for n in typed.tolist()])  # noqa: PLR0124 - NaN
        case _:
            return typed.to_numpy(object)


def _ticked_dates(key: str, orders: Orders, texts: Cells, undated: npt.NDArray[np.bool_]) -> Cells:
    """A tick where a date belongs says yes, time unknown."""
    if key in _TICK_OF_DATE:
        ticked = orders.frame[_TICK_OF_DATE[key]].to_numpy() == 1
        texts[undated & ticked] = TICKED
    return texts


def typed_value(text: str, rule: ColumnRule) -> NewCell:
    """A text of `column_texts` as it goes into a cell."""
    if text == TICKED and rule.type in {"checkbox", "datetime"}:
        return TICK
    if rule.type == "datetime":
        return datetime.fromisoformat(text)
    if rule.type == "number":
        number = float(text)
        return int(number) if number.is_integer() else number
    return text
