"""Pauses: the holds during which a stage clock stands still, counted once where they overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.grid import repeated
from sheetsync.domain.moments import NAT, Moments
from sheetsync.domain.worktime import Numbers, OpenHours
from sheetsync.domain.worktime.openings import Seconds

_APART: Final = 1 << 36
"""Seconds that keep the pauses of two orders apart in one running maximum: 2,000 years."""
_FOR_EVER: Final = np.datetime64(1 << 34, "s")

Texts = npt.NDArray[np.object_]
Bools = npt.NDArray[np.bool_]


def paused(  # noqa: PLR0917 - two pairs of arrays and their places, as the documents name them
    hours: OpenHours,
    order_index: Seconds,
    start: Moments,
    stop: Moments,
    lo: Moments,
    hi: Moments,
) -> Numbers:
    """Open seconds of each order that lie in at least one of its pauses, within `lo`..`hi`.

    Pauses are given as flat arrays; `order_index[i]` is the place of pause i's order in `lo` and
    `hi`. A pause that has not stopped (NaT) lasts to `hi`. An order with a NaT bound has none.
    """
    total = np.zeros(len(lo), dtype=np.float64)
    begin = np.maximum(start, lo[order_index])
    end = np.minimum(np.where(np.isnat(stop), _FOR_EVER, stop), hi[order_index])
    real = end > begin
    if not real.any():
        return total
    index, begin, end = order_index[real], begin[real], end[real]
    order = np.lexsort((begin, index))
    index, begin, end = index[order], begin[order], end[order]
    shifted = end.astype(np.int64) + index * _APART
    reach = np.concatenate([[np.iinfo(np.int64).min], np.maximum.accumulate(shifted)[:-1]])
    fresh = np.maximum(begin.astype(np.int64) + index * _APART, reach)
    counts = shifted > fresh
    begin = (fresh - index * _APART).astype("datetime64[s]")
    np.add.at(total, index[counts], hours.between(begin[counts], end[counts]))
    return total


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holds:
    """The pauses of some rows as flat arrays; `row[i]` is the row of pause i, counted from 0."""

    row: Seconds
    start: Moments
    stop: Moments
    reason: Texts

    @classmethod
    def of(cls, pauses: pd.DataFrame, order_id: Texts, usable: Bools) -> Holds:
        """The pauses (frame of PAUSE_COLUMNS) of the usable orders; those of other orders drop out."""
        names, name_of_pause = np.unique(pauses["order_id"].to_numpy(object), return_inverse=True)
        found = pd.Index(names, dtype=object).get_indexer(pd.Index(order_id, dtype=object))
        place = np.full(len(names), -1, dtype=np.int64)
        mine = np.flatnonzero((found >= 0) & usable)
        place[found[mine]] = mine
        row = place[name_of_pause]
        known = row >= 0
        return cls(
            row=row[known],
            start=pauses["start"].to_numpy("datetime64[s]")[known],
            stop=pauses["stop"].to_numpy("datetime64[s]")[known],
            reason=pauses["reason"].to_numpy(object)[known],
        )

    def chosen(self, keep: Bools) -> Holds:
        """Only the pauses marked in `keep`."""
        return Holds(
            row=self.row[keep],
            start=self.start[keep],
            stop=self.stop[keep],
            reason=self.reason[keep],
        )

    def within(self, positions: Seconds, rows: int) -> Holds:
        """The pauses of the rows at `positions` (of `rows` in all), numbered by place in `positions`."""
        place = np.full(rows, -1, dtype=np.int64)
        place[positions] = np.arange(len(positions))
        there = place[self.row]
        kept = self.chosen(there >= 0)
        return Holds(row=there[there >= 0], start=kept.start, stop=kept.stop, reason=kept.reason)

    def open_seconds(self, hours: OpenHours, lo: Moments, hi: Moments) -> Numbers:
        """Open seconds that each row was paused from `lo` to `hi`."""
        return paused(hours, self.row, self.start, self.stop, lo, hi)

    def standing(self, now: np.datetime64, rows: int) -> tuple[Moments, Texts]:
        """Since when each row is on hold at `now` (NaT: it is not), and the reason ("")."""
        lasting = (self.start <= now) & (np.isnat(self.stop) | (self.stop > now))
        since, reason = np.full(rows, NAT), repeated("", rows)
        order = np.flatnonzero(lasting)[np.argsort(self.start[lasting], kind="stable")[::-1]]
        since[self.row[order]] = self.start[order]
        reason[self.row[order]] = self.reason[order]
        return since, reason


def due_after_holds(
    hours: OpenHours, holds: Holds, start: Moments, limit: Numbers, now: np.datetime64
) -> Moments:
    """When `limit` open seconds have run from `start`, not counting holds up to `now`.

    A hold moves the moment only when it began before it: one that begins after a breach changes
    nothing. Hence a fixed point, reached from below in at most one step per hold of a row.
    """
    due = hours.deadline(start, limit)
    rows = np.unique(holds.row)
    if not len(rows):
        return due
    mine = holds.within(rows, len(start))
    begin, wanted, found = start[rows], limit[rows], due[rows]
    latest = np.full(len(rows), now)
    while True:
        begun = mine.chosen(mine.start < found[mine.row])
        held = begun.open_seconds(hours, begin, latest)
        later = hours.deadline(begin, wanted + held)
        if np.array_equal(later, found, equal_nan=True):
            return _replaced(due, rows, found)
        found = later


def _replaced(moments: Moments, rows: Seconds, values: Moments) -> Moments:
    out = moments.copy()
    out[rows] = values
    return out
