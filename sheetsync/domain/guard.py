"""Refuses a whole plan when the sheet looks wrong rather than worked on.

A half-deleted sheet, a filter pasted over the tracker or a shifted column must never become
hundreds of writes and mails. Each refusal counts, names the limit and says the way out
(reliability.md, circuit breaker; limits are configuration).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sheetsync.domain.model import Memory, Plan
from sheetsync.errors import PlanRefused

WAY_OUT = (
    "Nothing was written and no mail was sent. Put the sheet right, "
    "or, if this is what you mean, run: sheetsync sync --accept-mass-change"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardLimits:
    """When a change is a mass change: a share of the known orders, from `min_rows` rows up."""

    vanished_share: float = 0.2
    changed_share: float = 0.2
    min_rows: int = 10


def guard(plan: Plan, memory: Memory, limits: GuardLimits, *, tracker: str) -> None:
    """Raise PlanRefused when `plan` is unsafe to carry out; return when it is safe.

    Args:
        plan: what the pass decided.
        memory: what the store knew before the pass.
        limits: shares of the orders that stood in the sheet at the last pass.
        tracker: name for the message.
    """
    if memory.baseline_at is None:
        return
    known = (
        memory.orders[memory.orders["missing_since"].isna()]
        if len(memory.orders)
        else memory.orders
    )
    if not len(known):
        return
    _refuse_vanished(plan, known, limits, tracker)
    _refuse_unreadable_keys(plan, limits, tracker)
    _refuse_changed_statuses(plan, known, limits, tracker)


def _refuse_vanished(plan: Plan, known: pd.DataFrame, limits: GuardLimits, tracker: str) -> None:
    index = known.index
    here = set(plan.orders.frame["order_id_read"])
    vanished = [order for order in index if order not in here]
    share = len(vanished) / len(index)
    if len(vanished) == len(index) or (
        len(vanished) >= limits.min_rows and share >= limits.vanished_share
    ):
        raise PlanRefused(
            f"{tracker}: {len(vanished)} of {len(index)} orders are gone from the sheet "
            f"(the limit is {limits.vanished_share:.0%} from {limits.min_rows} rows up). {WAY_OUT}"
        )


def _refuse_unreadable_keys(plan: Plan, limits: GuardLimits, tracker: str) -> None:
    frame = plan.orders.frame
    bad = int((~frame["usable"]).sum())
    if bad >= limits.min_rows and bad > len(frame) / 2:
        raise PlanRefused(
            f"{tracker}: {bad} of {len(frame)} rows have no usable Order ID (blank, unreadable or "
            f"doubled), so this is probably the wrong sheet or a pasted copy. {WAY_OUT}"
        )


def _refuse_changed_statuses(
    plan: Plan, known: pd.DataFrame, limits: GuardLimits, tracker: str
) -> None:
    frame = plan.orders.frame
    if "status" not in frame:
        return
    before = known["status_seen"]
    now = frame.loc[frame["usable"], ["order_id", "status"]].set_index("order_id")["status"]
    both = before.index.intersection(now.index)
    if not len(both):
        return
    old, new = before.loc[both].to_numpy(object), now.loc[both].to_numpy(object)
    emptied = int(np.sum((new == "") & (old != "")))
    if emptied >= limits.min_rows and emptied / len(both) >= limits.changed_share:
        raise PlanRefused(
            f"{tracker}: the Status of {emptied} of {len(both)} orders was emptied since the last pass "
            f"(the limit is {limits.changed_share:.0%} from {limits.min_rows} rows up). {WAY_OUT}"
        )
