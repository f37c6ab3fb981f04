"""The rows that feeds add, below the last order and after the cells of a pass are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from sheetsync.domain.feeds.news import NewCell
from sheetsync.domain.model import Plan, Receipt
from sheetsync.errors import PlanRefused, TrackerError
from sheetsync.store.store import Store
from sheetsync.trackers.base import Tracker

Rows = Sequence[Mapping[str, NewCell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What came of adding rows; `outcomes` is None where none were to be added or none could be."""

    outcomes: pd.DataFrame | None = None
    orders: tuple[str, ...] = ()
    count: int = 0
    remarks: tuple[str, ...] = ()


def rows_of(plan: Plan) -> Rows:
    """The rows that a plan adds."""
    return [each.cells for each in plan.fed.additions] if plan.fed is not None else []


def add_rows(tracker: Tracker, store: Store, rows: Rows) -> Added:
    """Add the rows in one go; what forbids it is a remark, and they wait for a later pass."""
    if not rows:
        return Added()
    orders = tuple(str(row["order_id"]) for row in rows)
    store.go_on()
    try:
        receipt = tracker.append(rows)
    except (TrackerError, PlanRefused) as problem:
        words = f"{len(rows):,} orders of a feed could not be added: {problem}"
        return Added(orders=orders, remarks=(words,))
    found = receipt.outcomes
    applied = found.loc[found["outcome"] == "applied", "order_id"]
    return Added(outcomes=found, orders=orders, count=applied.nunique())


def outcomes(receipt: Receipt, added: Added) -> pd.DataFrame:
    """What became of every cell of a pass and of its new rows; rows that could not be added have failed."""
    if added.outcomes is not None:
        return pd.concat([receipt.outcomes, added.outcomes], ignore_index=True)
    failed = [(order, "order_id", "failed", "") for order in added.orders]
    lines = pd.DataFrame(failed, columns=list(receipt.outcomes.columns), dtype=object)
    return pd.concat([receipt.outcomes, lines], ignore_index=True) if failed else receipt.outcomes
