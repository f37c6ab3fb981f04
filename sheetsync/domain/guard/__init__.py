"""Refuses a whole plan when the sheet looks wrong rather than worked on.

A half-deleted sheet, a filter pasted over the tracker or a shifted column must never become
hundreds of writes and mails. Each breaker counts, names the limit and says the way out
(reliability.md, circuit breaker; limits are configuration): `identity.py` asks whose sheet it is,
`rows.py` which rows and columns are there, `cells.py` what stands in them, `mails.py` how many
messages one pass makes. `approval.py` tells two plans apart for somebody who was shown one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

import pandas as pd

from sheetsync.domain.guard.cells import (
    emptied_cells,
    emptied_statuses,
    moved_on,
    other_dates,
    other_recipients,
    rows_by_order,
    set_back,
    unticked,
)
from sheetsync.domain.guard.identity import other_identity
from sheetsync.domain.guard.limits import GuardLimits, Trip, at_least
from sheetsync.domain.guard.mails import too_many_mails
from sheetsync.domain.guard.rows import gone_orders, lost_columns, unreadable_keys, vanished
from sheetsync.domain.model import EVIDENCE, Memory, Plan
from sheetsync.errors import PlanRefused

__all__ = ["GuardLimits", "Trip", "gone_orders", "guard", "refusal", "too_many_mails", "tripped"]

_NOTHING: Final = "Nothing was written and no mail about orders was sent."
_WAYS_OUT: Final = {
    "approve": f"{_NOTHING} Put the sheet right, or, if this is what you mean, run (with your --config): "
    "sheetsync approve",
    "adopt": f"{_NOTHING} Use the store it was watched with, or, to go on with this one, run (with your "
    "--config): sheetsync adopt",
    "either": f"{_NOTHING} Is it the same sheet, run (with your --config): sheetsync approve. Is it another one "
    "that shall be watched from now on, run: sheetsync adopt",
}


def tripped(
    plan: Plan,
    memory: Memory,
    limits: GuardLimits,
    *,
    columns_before: Mapping[str, str] | None = None,
    facts_before: Callable[[], pd.DataFrame] = pd.DataFrame,
    recipient_columns: Collection[str] = (),
) -> tuple[Trip, ...]:
    """Every breaker that `plan` trips, the weightiest first; none when it is safe.

    Args:
        plan: what the pass decided.
        memory: what the store knew before the pass.
        limits: shares of the orders that stood in the sheet at the last pass.
        columns_before: column key -> title of what the sheet had at the last pass.
        facts_before: gives the facts of every order as of the last pass; asked only where they are
            needed, since they take time to load.
        recipient_columns: keys of columns whose text decides who gets mails; none where the cells
            have not changed since the last pass.
    """
    stranger = other_identity(plan, memory)
    if memory.baseline_at is None or any(trip.settle == "adopt" for trip in stranger):
        return stranger
    known = _in_sight(memory)
    keys = (*stranger, *unreadable_keys(plan, limits))
    if not len(known):
        return keys
    now = rows_by_order(plan)
    trips = [
        *keys,
        *lost_columns(plan, columns_before or {}),
        *vanished(plan, known, limits),
        *emptied_statuses(plan, now, known, limits),
        *unticked(plan, now, known, limits),
        *set_back(now, known, limits),
        *moved_on(now, known, limits),
    ]
    many = max(len(plan.memory), len(plan.changes)) >= at_least(len(known), limits)
    if many or recipient_columns:
        facts = facts_before()
        trips += [
            *(other_dates(now, facts, limits) if many else ()),
            *(emptied_cells(plan, now, facts, limits) if many else ()),
            *other_recipients(now, facts, recipient_columns, limits),
        ]
    return tuple(trips)


def guard(
    plan: Plan,
    memory: Memory,
    limits: GuardLimits,
    *,
    tracker: str,
    columns_before: Mapping[str, str] | None = None,
    facts_before: Callable[[], pd.DataFrame] = pd.DataFrame,
    recipient_columns: Collection[str] = (),
) -> None:
    """Raise PlanRefused when `plan` is unsafe to carry out; `tracker` is its name for the message."""
    trips = tripped(
        plan,
        memory,
        limits,
        columns_before=columns_before,
        facts_before=facts_before,
        recipient_columns=recipient_columns,
    )
    if trips:
        raise refusal(trips, tracker)


def refusal(trips: tuple[Trip, ...], tracker: str) -> PlanRefused:
    """What was found, in sentences that end with the way out."""
    ways = {trip.settle for trip in trips}
    way = next(_WAYS_OUT[settle] for settle in ("adopt", "either", "approve") if settle in ways)
    sentences = " ".join(trip.sentence for trip in trips)
    return PlanRefused(f"{tracker}: {sentences} {way}")


def _in_sight(memory: Memory) -> pd.DataFrame:
    """The orders that stood in the sheet at the last pass."""
    orders = memory.orders
    names = ["status_seen", "written_status", *(f"seen_{evidence}" for evidence in EVIDENCE)]
    return orders.loc[orders["missing_since"].isna(), names] if len(orders) else orders
