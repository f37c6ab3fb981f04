"""What stands in the cells: columns that were emptied, set back, shifted or filled down all at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.decision import LIFE, POSITION
from sheetsync.domain.guard.limits import GuardLimits, Trip, at_least, limit_words
from sheetsync.domain.model import EVIDENCE, Plan
from sheetsync.domain.wording import duration_words

_FILLED_BY_STAFF: Final = ("ordered_at", "customer", "priority", "carrier", "tracking", "handler")
_PEOPLE: Final = ("handler", "vendor")
"""Columns of the facts that can name who gets a mail."""
_COMPARED: Final = frozenset({*_FILLED_BY_STAFF, *_PEOPLE, *EVIDENCE, "status"})
_POSITION: Final = dict(zip(LIFE, POSITION.tolist(), strict=True))
_MOSTLY: Final = 0.9
_SINCE: Final = "since the last pass"

Mask = npt.NDArray[np.bool_]


def rows_by_order(plan: Plan) -> pd.DataFrame:
    """The rows that can be used, indexed by Order ID: what the breakers below compare with the past."""
    frame = plan.orders.frame
    names = [name for name in _COMPARED if name in frame]
    return frame.loc[frame["usable"], ["order_id", *names]].set_index("order_id")


def unticked(
    plan: Plan, now: pd.DataFrame, known: pd.DataFrame, limits: GuardLimits
) -> tuple[Trip, ...]:
    """A column of ticks or dates that was emptied or cut away, not taken back one by one."""
    both = known.index.intersection(now.index)
    trips: list[Trip] = []
    for evidence in EVIDENCE:
        before = known.loc[both, f"seen_{evidence}"].to_numpy() == 1
        where = before & (now.loc[both, evidence].to_numpy() == 0)
        what = f"{_heading(plan, evidence)} was taken back for"
        trips += _counted("taken-back", both, where, what, limits)
    return tuple(trips)


def emptied_statuses(
    plan: Plan, now: pd.DataFrame, known: pd.DataFrame, limits: GuardLimits
) -> tuple[Trip, ...]:
    """A Status column that was emptied."""
    before, after = _statuses(now, known)
    where = np.asarray((after == "") & (before != ""), dtype=bool)
    heading = _heading(plan, "status")
    return _counted("emptied", before.index, where, f"{heading} was emptied for", limits)


def set_back(now: pd.DataFrame, known: pd.DataFrame, limits: GuardLimits) -> tuple[Trip, ...]:
    """Many orders work forward between two passes; many that go back were sorted apart or pasted over."""
    before, after = _steps(now, known)
    return _counted(
        "set-back", before.index, (after < before).to_numpy(), "Status went back for", limits,
        hint="Perhaps one column was sorted without the others.",
    )  # fmt: skip


def moved_on(now: pd.DataFrame, known: pd.DataFrame, limits: GuardLimits) -> tuple[Trip, ...]:
    """Much of the sheet goes forward at once: a status filled down over the column."""
    before, after = _steps(now, known)
    where = (after > before).to_numpy()
    count = int(where.sum())
    if count < limits.min_rows or count < limits.moved_share * len(where):
        return ()
    sentence = (
        f"Status went forward for {count} of {len(where)} orders {_SINCE} "
        f"({limit_words(limits.moved_share, limits)}). Perhaps it was filled down over the column."
    )
    return (Trip(breaker="moved-on", sentence=sentence, orders=tuple(before.index[where])),)


def other_dates(now: pd.DataFrame, before: pd.DataFrame, limits: GuardLimits) -> tuple[Trip, ...]:
    """When an order was placed stays as it is: another date in many rows belongs to other orders."""
    if "ordered_at" not in now or "ordered_at" not in before:
        return ()
    both = before.index.intersection(now.index)
    was = before.loc[both, "ordered_at"].to_numpy("datetime64[s]")
    stands = now.loc[both, "ordered_at"].to_numpy("datetime64[s]")
    known = ~np.isnat(was) & ~np.isnat(stands)
    where = known & (was != stands)
    count, all_known = int(where.sum()), int(known.sum())
    if not count or count < at_least(all_known, limits):
        return ()
    sentence = (
        f"{count} of {all_known} orders show another order date than at the last pass "
        f"({limit_words(limits.changed_share, limits)}). {_why((stands - was)[where])}"
    )
    return (Trip(breaker="dates", sentence=sentence, orders=tuple(both[where])),)


def emptied_cells(
    plan: Plan, now: pd.DataFrame, before: pd.DataFrame, limits: GuardLimits
) -> tuple[Trip, ...]:
    """A column of the staff that was filled and now holds nothing, or nothing that can be read."""
    both = before.index.intersection(now.index)
    trips: list[Trip] = []
    for key in _FILLED_BY_STAFF:
        if not plan.orders.has(key) or key not in before or key not in now:
            continue
        where = ~_blank(before.loc[both, key]) & _blank(now.loc[both, key])
        what = f"{_heading(plan, key)} is empty or cannot be read any more for"
        trips += _counted("emptied", both, where, what, limits)
    return tuple(trips)


def other_recipients(
    now: pd.DataFrame, before: pd.DataFrame, columns: Collection[str], limits: GuardLimits
) -> tuple[Trip, ...]:
    """Very many orders that suddenly are somebody else's: their mails would go to other people."""
    both = before.index.intersection(now.index)
    where = np.zeros(len(both), dtype=bool)
    for key in sorted(columns):
        if key in before and key in now:
            old = before.loc[both, key].to_numpy(object)
            where |= np.asarray((old != "") & (old != now.loc[both, key].to_numpy(object)), bool)
    count = int(where.sum())
    if count <= limits.recipients:
        return ()
    sentence = (
        f"{count} of {len(both)} orders are somebody else's than at the last pass (the limit is "
        f"{limits.recipients}), so their mails would go to other people."
    )
    return (Trip(breaker="recipients", sentence=sentence, orders=tuple(both[where])),)


def _counted(  # noqa: PLR0917 - what tripped, where, and in which words
    breaker: str, orders: pd.Index[Any], where: Mask, what: str, limits: GuardLimits, hint: str = ""
) -> tuple[Trip, ...]:
    count = int(where.sum())
    if not count or count < at_least(len(where), limits):
        return ()
    sentence = (
        f"{what} {count} of {len(where)} orders {_SINCE} "
        f"({limit_words(limits.changed_share, limits)}).{' ' if hint else ''}{hint}"
    )
    return (Trip(breaker=breaker, sentence=sentence, orders=tuple(orders[where])),)


def _statuses(now: pd.DataFrame, known: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Status at the last pass and now; what we wrote ourselves since counts as no change."""
    both = known.index.intersection(now.index) if "status" in now else known.index[:0]
    before = known.loc[both, "status_seen"]
    after = now.loc[both, "status"] if "status" in now else before
    ours = (after == known.loc[both, "written_status"]) & (after != "")
    return before, after.where(~ours, before)


def _steps(now: pd.DataFrame, known: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    before, after = _statuses(now, known)
    return before.map(_POSITION), after.map(_POSITION)


def _blank(column: pd.Series) -> Mask:
    if column.dtype.kind == "M":
        return np.asarray(column.isna(), dtype=bool)
    return np.asarray(column.to_numpy(object) == "", dtype=bool)


def _heading(plan: Plan, key: str) -> str:
    """The heading, as staff wrote it, of the column that holds this."""
    headings = plan.orders.header.headings
    return headings.get(key) or headings.get(f"{key}_at") or key


def _why(shifts: npt.NDArray[np.timedelta64]) -> str:
    """Dates that all moved by the same span were not typed: the zone or the kind of dates is another."""
    values, counts = np.unique(shifts, return_counts=True)
    if counts.max() >= _MOSTLY * len(shifts):
        seconds = int(values[counts.argmax()].astype("timedelta64[s]").astype("int64"))
        way = "later" if seconds > 0 else "earlier"
        return (
            f"All are {duration_words(abs(seconds))} {way}, so the time zone in the configuration or of the sheet "
            "is another one, or the file counts its days otherwise."
        )
    return (
        "Perhaps one column was sorted without the others, or the time zone or the order of day and month "
        "is another one."
    )
