"""Refuses a whole plan when the sheet looks wrong rather than worked on.

A half-deleted sheet, a filter pasted over the tracker or a shifted column must never become
hundreds of writes and mails. Each refusal counts, names the limit and says the way out
(reliability.md, circuit breaker; limits are configuration).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.decision import LIFE, POSITION
from sheetsync.domain.model import EVIDENCE, Memory, Plan
from sheetsync.errors import PlanRefused

DECISIVE: Final = (
    "ordered_at", "priority", "allocated", "picked", "packed", "dispatched_at", "delivered_at", "status",
)  # fmt: skip
"""Columns that stages and limits are decided by."""
WAY_OUT = (
    "Nothing was written and no mail was sent. Put the sheet right, "
    "or, if this is what you mean, run (with your --config): sheetsync sync --accept-mass-change"
)
MARK_WAY_OUT = (
    "Nothing was written and no mail was sent. Use the store it was watched with, or, to go on with this "
    "one, run (with your --config): sheetsync sync --accept-mass-change"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardLimits:
    """When a change is a mass change: a share of the known orders, from `min_rows` rows up."""

    vanished_share: float = 0.2
    changed_share: float = 0.2
    min_rows: int = 10


def guard(
    plan: Plan,
    memory: Memory,
    limits: GuardLimits,
    *,
    tracker: str,
    columns_before: Mapping[str, str] | None = None,
    facts_before: Callable[[], pd.DataFrame] = pd.DataFrame,
) -> None:
    """Raise PlanRefused when `plan` is unsafe to carry out; return when it is safe.

    Args:
        plan: what the pass decided.
        memory: what the store knew before the pass.
        limits: shares of the orders that stood in the sheet at the last pass.
        tracker: name for the message.
        columns_before: column key -> title of what the sheet had at the last pass.
        facts_before: gives the facts of every order as of the last pass; asked only where many
            orders changed, since they take time to load.
    """
    _refuse_other_identity(plan, memory, tracker)
    if memory.baseline_at is None:
        return
    known = (
        memory.orders[memory.orders["missing_since"].isna()]
        if len(memory.orders)
        else memory.orders
    )
    _refuse_unreadable_keys(plan, limits, tracker)
    if not len(known):
        return
    _refuse_lost_columns(plan, columns_before or {}, tracker)
    _refuse_vanished(plan, known, limits, tracker)
    _refuse_emptied_statuses(plan, known, limits, tracker)
    _refuse_unticked(plan, known, limits, tracker)
    if max(len(plan.memory), len(plan.changes)) >= _many(len(known), limits):
        _refuse_other_dates(plan, facts_before(), limits, tracker)
    _refuse_set_back_statuses(plan, known, limits, tracker)


def _many(orders: int, limits: GuardLimits) -> float:
    """From how many orders up a change of `orders` known ones is a mass change."""
    return max(limits.min_rows, limits.changed_share * orders)


def _refuse_other_identity(plan: Plan, memory: Memory, tracker: str) -> None:
    """The sheet carries the mark of the store that watches it, with the number of its last pass."""
    found, ours = plan.orders.sheet.marker, memory.marker
    if found is None or ours is None:
        return
    if found.uuid != ours.uuid:
        raise PlanRefused(
            f"{tracker} is watched by another sheetsync, or is a copy, or this store is not the one it was "
            f"watched with: it would be looked at as for the first time. {MARK_WAY_OUT}"
        )
    if (found.epoch, found.seq) > (ours.epoch, ours.seq):
        raise PlanRefused(
            f"{tracker} was last written by pass {found.seq}, but this store knows only {ours.seq} passes, so it "
            f"is an old backup and would send mails a second time. {MARK_WAY_OUT}"
        )


def _refuse_lost_columns(plan: Plan, before: Mapping[str, str], tracker: str) -> None:
    """A heading that was renamed would read as a whole column taken back."""
    lost = [before[key] for key in DECISIVE if key in before and not plan.orders.has(key)]
    if lost:
        names = " and ".join(f"“{title}”" for title in lost)
        raise PlanRefused(
            f"{tracker}: the heading {names} was there at the last pass and is gone. Name it so again, or add "
            f"its new name to the aliases in columns.yaml. {WAY_OUT}"
        )


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


def _refuse_unticked(plan: Plan, known: pd.DataFrame, limits: GuardLimits, tracker: str) -> None:
    """A column of ticks or dates that was emptied or cut away, not taken back one by one."""
    frame = plan.orders.frame
    now = frame.loc[frame["usable"], ["order_id", *EVIDENCE]].set_index("order_id")
    both = known.index.intersection(now.index)
    for evidence in EVIDENCE:
        before = known.loc[both, f"seen_{evidence}"].to_numpy() == 1
        taken_back = int(np.sum(before & (now.loc[both, evidence].to_numpy() == 0)))
        if taken_back >= limits.min_rows and taken_back / len(both) >= limits.changed_share:
            raise PlanRefused(
                f"{tracker}: {_heading(plan, evidence)} was taken back for {taken_back} of {len(both)} orders since the last "
                f"pass (the limit is {limits.changed_share:.0%} from {limits.min_rows} rows up). {WAY_OUT}"
            )


def _heading(plan: Plan, evidence: str) -> str:
    """The heading, as staff wrote it, of the column that holds this evidence."""
    headings = plan.orders.header.headings
    return headings.get(evidence) or headings.get(f"{evidence}_at") or evidence


def _refuse_emptied_statuses(
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


def _refuse_set_back_statuses(
    plan: Plan, known: pd.DataFrame, limits: GuardLimits, tracker: str
) -> None:
    """Many orders work forward between two passes; many that go back were sorted apart or pasted over."""
    frame = plan.orders.frame
    if "status" not in frame:
        return
    now = frame.loc[frame["usable"], ["order_id", "status"]].set_index("order_id")["status"]
    both = known.index.intersection(now.index)
    position = dict(zip(LIFE, POSITION.tolist(), strict=True))
    before, after = known.loc[both, "status_seen"].map(position), now.loc[both].map(position)
    back = int((after < before).sum())
    if back and back >= _many(len(both), limits):
        raise PlanRefused(
            f"{tracker}: the Status of {back} of {len(both)} orders went back since the last pass (the limit is "
            f"{limits.changed_share:.0%} from {limits.min_rows} rows up). Perhaps one column was sorted without "
            f"the others. {WAY_OUT}"
        )


def _refuse_other_dates(
    plan: Plan, before: pd.DataFrame, limits: GuardLimits, tracker: str
) -> None:
    """When an order was placed stays as it is: another date in many rows belongs to other orders."""
    frame = plan.orders.frame
    if "ordered_at" not in frame or "ordered_at" not in before:
        return
    now = frame.loc[frame["usable"], ["order_id", "ordered_at"]].set_index("order_id")["ordered_at"]
    both = before.index.intersection(now.index)
    was, stands = before.loc[both, "ordered_at"].to_numpy(), now.loc[both].to_numpy()
    known = ~np.isnat(was) & ~np.isnat(stands)
    other, all_known = int(np.sum(known & (was != stands))), int(known.sum())
    if other and other >= _many(all_known, limits):
        raise PlanRefused(
            f"{tracker}: {other} of {all_known} orders show another order date than at the last pass (the limit is "
            f"{limits.changed_share:.0%} from {limits.min_rows} rows up). Perhaps one column was sorted without "
            f"the others, or the time zone in the configuration is another one. {WAY_OUT}"
        )
