"""The value that a text of a merge puts into the tracker, in the tracker's own way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias

from sheetsync.domain.merge.copies import TICKED
from sheetsync.domain.model import Orders
from sheetsync.domain.rules import ColumnRule

TICK: Final = "✓"
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,15})?(e[+-]?\d{1,3})?", re.IGNORECASE)

NewValue: TypeAlias = str | int | float | bool | datetime | None


def value_of(text: str, rule: ColumnRule, boxes: frozenset[str] = frozenset()) -> NewValue:
    """The cell that this text of a side stands for; None empties it.

    `boxes` are the keys of tick columns whose cells in the tracker are boxes: TRUE and FALSE.
    """
    if rule.type == "checkbox" and text in ("", TICKED):
        return bool(text) if rule.key in boxes else (TICK if text else None)
    if not text:
        return None
    if rule.type == "datetime":
        if text == TICKED:
            return TICK
        return datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else text
    if rule.type == "number" and _NUMBER.fullmatch(text):
        number = float(text)
        return int(number) if number.is_integer() else number
    return text


def box_columns(orders: Orders, rules: Mapping[str, ColumnRule]) -> frozenset[str]:
    """The tick columns of the tracker that are boxes: some cell of them is TRUE or FALSE."""
    return frozenset(
        key
        for key, rule in rules.items()
        if rule.type == "checkbox"
        and key in orders.raw
        and any(type(cell) is bool for cell in orders.raw[key].tolist())
    )
