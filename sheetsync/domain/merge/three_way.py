"""The merge itself: what became of every cell that the file or the tracker changed since the export.

| file | tracker | outcome |
|---|---|---|
| as exported | changed | kept: the tracker's stands |
| changed | as exported | taken |
| changed | changed to the same | same |
| changed | changed otherwise | conflict: a person chooses |
| changed | worker's own column, no such row or column, unreadable | refused, with the reason |

Nothing is deleted: what the file lost, and what only the file has, is told as rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.grid import Cells, Places, frame_of, object_array
from sheetsync.domain.merge.copies import Copy
from sheetsync.domain.merge.rows import Rows, sort_rows
from sheetsync.domain.rules import ColumnRule

TAKEN: Final = "taken"
KEPT: Final = "kept"
SAME: Final = "same"
CONFLICT: Final = "conflict"
REFUSED: Final = "refused"
OUTCOMES: Final = (TAKEN, KEPT, SAME, CONFLICT, REFUSED)

MERGE_COLUMNS: Final = ("order_id", "column", "base", "theirs", "ours", "outcome", "reason")
"""One line per cell that either side changed, all text; sorted by order and column."""

OURS_ALONE: Final = "sheetsync fills this column in, so it is never taken from a file"
NO_COLUMN: Final = "the tracker has no such column"
UNREADABLE: Final = "what the file says there cannot be read"
NO_ROW: Final = "the order is no longer in the tracker"
DOUBLED_HERE: Final = "the Order ID stands in more than one row of the tracker"
FORMULA: Final = "a formula stands there in the tracker"
TURNED_BACK: Final = "the file has again what was exported; the tracker has what came back since"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Merge:
    """What a merge came to: `cells` is a frame of MERGE_COLUMNS, `rows` what became of whole rows.

    `lost_columns` were exported and are not in the file, `no_columns` are in the file and not in the tracker.
    """

    cells: pd.DataFrame
    rows: Rows
    lost_columns: tuple[str, ...] = ()
    no_columns: tuple[str, ...] = ()

    def of(self, outcome: str) -> pd.DataFrame:
        """The cells with this outcome."""
        return self.cells[(self.cells["outcome"] == outcome).to_numpy(bool)]

    def count(self, outcome: str) -> int:
        """How many cells have this outcome."""
        return int((self.cells["outcome"] == outcome).sum())

    @property
    def changes_nothing(self) -> bool:
        """Whether the file brings nothing that is not in the tracker already."""
        return not (self.count(TAKEN) or self.count(CONFLICT) or self.rows.added)


def merge(
    base: Copy,
    theirs: Copy,
    ours: Copy,
    columns: Mapping[str, ColumnRule],
    *,
    without: Collection[str] = (),
    untouchable: Mapping[str, Collection[str]] | None = None,
    own_values: Mapping[tuple[str, str], str] | None = None,
    exported: Copy | None = None,
) -> Merge:
    """Merge what the file says into what stands in the tracker, given what was exported.

    Args:
        base: as exported.
        theirs: the file.
        ours: the tracker as it stands.
        columns: the rules' columns, which tell the owners.
        without: column keys that are left out, whatever the file says.
        untouchable: per column the orders whose cell in the tracker cannot be written.
        own_values: what the worker itself wrote last into cells of people, by order and column: where it
            still stands there, nobody in the tracker changed it.
        exported: what went out, where `base` is what came back since: a cell that the file has again as it
            went out is not taken, since it may never have heard of the return.
    """
    keys = [key for key in theirs.columns if key not in without]
    rows = sort_rows(base, theirs, ours, [k for k in keys if columns[k].owner != "worker"])
    judge = _Judge(
        base=base, theirs=theirs, ours=ours, columns=columns, untouchable=untouchable or {},
        own=own_values or {}, exported=exported,
    )  # fmt: skip
    parts = [part for key in keys for part in judge.column(key, rows)]
    return Merge(
        cells=_sorted(parts),
        rows=rows,
        lost_columns=tuple(
            k for k in base.columns if k not in theirs.columns and k not in without and k in columns
        ),
        no_columns=tuple(k for k in keys if k not in ours.columns),
    )


@dataclass(frozen=True, slots=True)
class _Aligned:
    """One column of the orders at hand, on all three sides."""

    ids: Cells
    base: Cells
    theirs: Cells
    ours: Cells


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Judge:
    """Judges one column after the other."""

    base: Copy
    theirs: Copy
    ours: Copy
    columns: Mapping[str, ColumnRule]
    untouchable: Mapping[str, Collection[str]]
    own: Mapping[tuple[str, str], str]
    exported: Copy | None

    def column(self, key: str, rows: Rows) -> list[pd.DataFrame]:
        """The lines of one column: of orders on all sides, and of those that the tracker lacks."""
        found = []
        if len(rows.in_both):
            found.append(self._in_both(key, rows.in_both))
        if len(rows.gone):
            found.append(self._gone(key, rows.gone))
        return [part for part in found if len(part)]

    def _in_both(self, key: str, places: Places) -> pd.DataFrame:
        side = self._aligned(key, places)
        worker = self.columns[key].owner == "worker"
        by_file = side.theirs != side.base
        by_us = side.ours != side.base
        wanted = by_file if worker else by_file | by_us
        at = np.flatnonzero(wanted)
        by_file, by_us = by_file[at], by_us[at]
        picked = _Aligned(side.ids[at], side.base[at], side.theirs[at], side.ours[at])
        alike = picked.theirs == picked.ours
        if self.own and by_us.any():
            by_us = by_us & ~self._is_own(key, picked)
        conditions = [alike & by_file, ~by_file, ~by_us]
        outcome = np.select(conditions, [0, 1, 2], 3)
        lines = object_array([SAME, KEPT, TAKEN, CONFLICT])[outcome]
        reasons = self._refusals(key, picked, places[at], worker=worker)
        refused = (reasons != "") & np.isin(outcome, (2, 3))
        lines[refused] = REFUSED
        reasons[~refused] = ""
        if self.exported is not None:
            went_out = _at(self.exported, key, self.theirs.ids[places[at]])
            back = (lines == TAKEN) & np.asarray(picked.theirs == went_out, dtype=bool)
            lines[back], reasons[back] = CONFLICT, TURNED_BACK
        return _lines(key, picked, lines, reasons)

    def _aligned(self, key: str, places: Places) -> _Aligned:
        ids = self.theirs.ids[places]
        return _Aligned(
            ids=np.asarray(ids, dtype=object),
            base=_at(self.base, key, ids),
            theirs=self.theirs.columns[key][places],
            ours=_at(self.ours, key, ids),
        )

    def _is_own(self, key: str, picked: _Aligned) -> npt.NDArray[np.bool_]:
        """Where what stands in the tracker is what the worker wrote, and no person."""
        stands = zip(picked.ids.tolist(), picked.ours.tolist(), strict=True)
        own = [self.own.get((order, key)) == text and bool(text) for order, text in stands]
        return np.array(own, dtype=bool)

    def _refusals(self, key: str, picked: _Aligned, places: Places, *, worker: bool) -> Cells:
        reasons = object_array([""] * len(picked.ids))
        if worker:
            reasons[:] = OURS_ALONE
            return reasons
        if key not in self.ours.columns:
            reasons[:] = NO_COLUMN
            return reasons
        if (orders := self.untouchable.get(key)) is not None:
            held = np.array([order in orders for order in picked.ids.tolist()], dtype=bool)
            reasons[held] = FORMULA
        unreadable = self.theirs.unreadable.get(key)
        if unreadable is not None:
            reasons[unreadable[places]] = UNREADABLE
        return reasons

    def _gone(self, key: str, places: Places) -> pd.DataFrame:
        """What the file changed in orders that the tracker does not show any more."""
        if self.columns[key].owner == "worker":
            return _lines(
                key, _Aligned(*[object_array([])] * 4), object_array([]), object_array([])
            )
        side = self._aligned(key, places)
        at = np.flatnonzero(side.theirs != side.base)
        picked = _Aligned(side.ids[at], side.base[at], side.theirs[at], side.ours[at])
        doubled = [order in self.ours.doubled for order in picked.ids.tolist()]
        reasons = object_array([DOUBLED_HERE if twice else NO_ROW for twice in doubled])
        return _lines(key, picked, object_array([REFUSED] * len(at)), reasons)


def _at(side: Copy, key: str, ids: pd.Index[Any]) -> Cells:
    """The cells of these orders on one side; "" where it lacks the order or the column."""
    blank = object_array([""] * len(ids))
    if key not in side.columns:
        return blank
    places = side.ids.get_indexer(ids)
    there = places >= 0
    if there.all():
        return side.columns[key][places]
    blank[there] = side.columns[key][places[there]]
    return blank


def _lines(key: str, side: _Aligned, outcome: Cells, reason: Cells) -> pd.DataFrame:
    columns: dict[str, npt.NDArray[Any]] = {
        "order_id": side.ids, "column": object_array([key] * len(side.ids)), "base": side.base,
        "theirs": side.theirs, "ours": side.ours, "outcome": outcome, "reason": reason,
    }  # fmt: skip
    return frame_of({name: columns[name] for name in MERGE_COLUMNS})


def _sorted(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """All lines, in an order that does not depend on that of the rows."""
    if not parts:
        return frame_of({name: object_array([]) for name in MERGE_COLUMNS})
    every = pd.concat(parts, ignore_index=True)
    places = sorted(
        range(len(every)),
        key=list(
            zip(every["order_id"].tolist(), every["column"].tolist(), strict=True)
        ).__getitem__,
    )
    return every.iloc[places].reset_index(drop=True)
