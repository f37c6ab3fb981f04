"""Which rows and columns are there: orders that vanished, Order IDs that are none, headings that are gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from sheetsync.domain.guard.limits import GuardLimits, Trip, limit_words
from sheetsync.domain.model import Memory, Plan

DECISIVE: Final = (
    "ordered_at", "priority", "allocated", "picked", "packed", "dispatched_at", "delivered_at", "status",
)  # fmt: skip
"""Columns that stages and limits are decided by."""


def gone_orders(plan: Plan, memory: Memory) -> tuple[str, ...]:
    """Orders that stood in the sheet at the last pass and do not now.

    Absence is believed only when it was seen in two readings, one right after the other.
    """
    orders = memory.orders
    known = orders.index[orders["missing_since"].isna()] if len(orders) else orders.index
    here = set(plan.orders.frame["order_id_read"])
    return tuple(order for order in known if order not in here)


def vanished(plan: Plan, known: pd.DataFrame, limits: GuardLimits) -> tuple[Trip, ...]:
    """Very many orders that stood in the sheet at the last pass do not now."""
    here = set(plan.orders.frame["order_id_read"])
    lost = tuple(order for order in known.index if order not in here)
    many = len(lost) >= limits.min_rows and len(lost) / len(known) >= limits.vanished_share
    if not many and len(lost) != len(known):
        return ()
    sentence = (
        f"{len(lost)} of {len(known)} orders are gone from the sheet "
        f"({limit_words(limits.vanished_share, limits)})."
    )
    return (Trip(breaker="vanished", sentence=sentence, orders=lost),)


def unreadable_keys(plan: Plan, limits: GuardLimits) -> tuple[Trip, ...]:
    """Most rows have no Order ID that can be used: a wrong tab, or a block pasted over the key column."""
    frame = plan.orders.frame
    bad = int((~frame["usable"]).sum())
    if bad < limits.min_rows or bad <= len(frame) / 2:
        return ()
    sentence = (
        f"{bad} of {len(frame)} rows have no usable Order ID (blank, unreadable or doubled), so this is "
        "probably the wrong sheet or a pasted copy."
    )
    return (Trip(breaker="keys", sentence=sentence),)


def lost_columns(plan: Plan, before: Mapping[str, str]) -> tuple[Trip, ...]:
    """A heading that was renamed would read as a whole column taken back."""
    lost = [before[key] for key in DECISIVE if key in before and not plan.orders.has(key)]
    if not lost:
        return ()
    names = " and ".join(f"“{title}”" for title in lost)
    sentence = (
        f"The heading {names} was there at the last pass and is gone. Name it so again, or add its new name "
        "to the aliases in columns.yaml."
    )
    return (Trip(breaker="columns", sentence=sentence),)
