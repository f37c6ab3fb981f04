"""Keeps two trackers in step, an Excel file and a Google Sheet or any two, by the merge of a copy that comes back.

What one side changed goes to the other; what both changed stays as it is on either side and is a conflict in
the first one's tab. Rows are added, never deleted. Each side is written as by any import: planned, guarded,
committed, under that tracker's lease, over cells that hold what is expected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import pandas as pd

from sheetsync.domain.merge.agree import empty_copy
from sheetsync.domain.merge.copies import Copy
from sheetsync.domain.merge.three_way import CONFLICT, TAKEN, Merge, merge
from sheetsync.domain.merge.values import NewValue, box_columns, value_of
from sheetsync.domain.rules import ColumnRule
from sheetsync.errors import PlanRefused, UsageError
from sheetsync.store.offline import SUPERSEDED, Conflict
from sheetsync.worker.offline.applying import (
    Standing,
    Wanted,
    changes_frame,
    stand,
    trips_after,
)

if TYPE_CHECKING:
    from sheetsync.worker.workshop import Workshop

RULE: Final = "mirror"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """One tracker of a pair, and what it is to get: cells, rows, and what was refused on the way."""

    shop: Workshop
    standing: Standing
    merged: Merge
    wanted: tuple[Wanted, ...]
    changes: pd.DataFrame
    rows: tuple[Mapping[str, NewValue], ...]
    texts: Mapping[str, Mapping[str, str]]
    """The rows as texts, by order."""

    @property
    def name(self) -> str:
        """The file, or the title that the sheet has now."""
        return self.standing.orders.sheet.tracker

    @property
    def idle(self) -> bool:
        """Whether it gets nothing."""
        return not (len(self.changes) or self.rows)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MirrorPlan:
    """What a step would do; nothing has happened yet. `second` gets from the first, `first` from the second."""

    id: str
    base: Copy
    first: Side
    second: Side
    conflicts: tuple[Conflict, ...]
    one_way: bool
    at: datetime
    since: datetime | None
    """When both were brought into step last: what comes over now was done since then."""

    @property
    def on_one_side(self) -> tuple[str, ...]:
        """Orders that were deleted on one side and stand on the other: a person's to decide."""
        return tuple(sorted({*self.first.merged.rows.deleted, *self.second.merged.rows.deleted}))

    @property
    def idle(self) -> bool:
        """Whether both are in step, but for what is open already."""
        return self.first.idle and self.second.idle and not self.conflicts


def look_at_mirror(
    first: Workshop,
    second: Workshop,
    now: datetime,
    *,
    one_way: bool = False,
    approved: bool = False,
) -> MirrorPlan:
    """What one step would do at `now`; nothing is written. Raises PlanRefused, TrackerError, UsageError."""
    if first.state.uuid == second.state.uuid:
        raise UsageError("Both configurations name the same tracker. Name two.")
    here, there = stand(first, now), stand(second, now)
    _refuse_two_zones(here, there)
    copy_id = f"{RULE} {second.state.uuid}"
    offline = first.store.offline(first.state.id)
    known = offline.copy(copy_id)
    base = offline.bases(copy_id).exported if known else empty_copy(tuple(here.side.columns))
    conflicts, decided = _decided(offline.conflicts(only_open=False), copy_id)
    into_first = _merged(base, there, here)
    into_second = _merged(base, here, there)
    wanted_first = () if one_way else _taken(into_first)
    wanted_second = (
        _taken(into_second) + _as_decided(into_first, decided) + _own(second, here, there)
    )
    side_first = _side(
        first,
        here,
        into_first,
        wanted_first,
        there,
        there_name=there.orders.sheet.tracker,
        rows=not one_way,
    )
    side_second = _side(
        second,
        there,
        into_second,
        wanted_second,
        here,
        there_name=here.orders.sheet.tracker,
        rows=True,
    )
    if not approved:
        for side in (side_first, side_second):
            _refuse_accidents(side, now)
    found = _conflicts(into_first, copy_id, now)
    fresh = tuple(c for c in found if _cell(c) not in conflicts and _cell(c) not in decided)
    return MirrorPlan(
        id=copy_id,
        base=base,
        first=side_first,
        second=side_second,
        conflicts=fresh,
        one_way=one_way,
        at=now,
        since=known.made_at if known else None,
    )


def _refuse_two_zones(here: Standing, there: Standing) -> None:
    """What stands in a cell is brought over as it is read there, and would be another moment here."""
    zones = [side.orders.sheet.timezone for side in (here, there)]
    if zones[0] != zones[1]:
        names = [side.orders.sheet.tracker for side in (here, there)]
        raise UsageError(
            f"{names[0]} is kept in the time zone {zones[0]}, and {names[1]} in {zones[1]}: the times of one would be "
            "wrong in the other. Keep both in one zone (tracker: timezone: in config.yaml; in a Google Sheet also File > Settings)."
        )


def _merged(base: Copy, theirs: Standing, ours: Standing) -> Merge:
    return merge(
        base, theirs.side, ours.side, ours.rules, untouchable=ours.untouchable(),
        own_values=ours.own_values(),
        without=tuple(key for key in theirs.side.columns if key not in ours.rules),
    )  # fmt: skip


def _taken(merged: Merge) -> tuple[Wanted, ...]:
    lines = merged.of(TAKEN)
    names = (lines[name].tolist() for name in ("order_id", "column", "theirs"))
    return tuple(Wanted(order_id=o, column=c, text=t) for o, c, t in zip(*names, strict=True))


def _watched(shop: Workshop) -> bool:
    """Whether a worker looks after this side, too."""
    return shop.state.baseline_at is not None


def _own(shop: Workshop, here: Standing, there: Standing) -> tuple[Wanted, ...]:
    """The worker's own columns for a side that no worker looks after: it shows what the first one's worker says."""
    if _watched(shop):
        return ()
    found = []
    both = here.side.ids.intersection(there.side.ids)
    places, others = here.side.ids.get_indexer(both), there.side.ids.get_indexer(both)
    for key in here.side.columns:
        if key not in there.side.columns or there.rules[key].owner != "worker":
            continue
        texts, stands = here.side.columns[key][places], there.side.columns[key][others]
        found += [
            Wanted(order_id=str(order), column=key, text=text)
            for order, text, other in zip(
                both.tolist(), texts.tolist(), stands.tolist(), strict=True
            )
            if text != other
        ]
    return tuple(found)


def _cell(found: Conflict) -> tuple[str, ...]:
    return found.order_id, found.column, found.theirs, found.ours


def _decided(
    every: Sequence[Conflict], copy_id: str
) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    """The pair's conflicts that are open, and those in which a person said that the first side's value stands."""
    mine = [found for found in every if found.copy_id == copy_id and found.choice != SUPERSEDED]
    open_ = {_cell(found) for found in mine if found.settled_at is None}
    return open_, {_cell(found) for found in mine if found.choice == "tracker"}


def _as_decided(merged: Merge, decided: set[tuple[str, ...]]) -> tuple[Wanted, ...]:
    lines = merged.of(CONFLICT)
    names = (lines[name].tolist() for name in ("order_id", "column", "theirs", "ours"))
    return tuple(
        Wanted(order_id=cell[0], column=cell[1], text=cell[3])
        for cell in zip(*names, strict=True)
        if cell in decided
    )


def _conflicts(merged: Merge, copy_id: str, at: datetime) -> tuple[Conflict, ...]:
    lines = merged.of(CONFLICT)
    names = ("order_id", "column", "base", "theirs", "ours")
    return tuple(
        Conflict(copy_id=copy_id, found_at=at, **dict(zip(names, values, strict=True)))
        for values in zip(*(lines[name].tolist() for name in names), strict=True)
    )


def _side(
    shop: Workshop,
    ours: Standing,
    merged: Merge,
    wanted: tuple[Wanted, ...],
    theirs: Standing,
    *,
    there_name: str,
    rows: bool,
) -> Side:
    texts = _rows(merged, theirs.side, ours, shop) if rows else {}
    boxes = box_columns(ours.orders, ours.rules)
    return Side(
        shop=shop, standing=ours, merged=merged, wanted=wanted,
        changes=changes_frame(ours, wanted, f"{RULE}:{there_name}"),
        rows=tuple(_as_values(order, row, ours.rules, boxes) for order, row in texts.items()),
        texts=texts,
    )  # fmt: skip


def _rows(merged: Merge, theirs: Copy, ours: Standing, shop: Workshop) -> dict[str, dict[str, str]]:
    watched = _watched(shop)
    keys = [
        key for key in theirs.columns
        if key in ours.side.columns and (ours.rules[key].owner != "worker" or not watched)
    ]  # fmt: skip
    return {
        str(theirs.ids[place]): {key: theirs.columns[key][place] for key in keys}
        for place in merged.rows.added
    }


def _as_values(
    order: str, row: Mapping[str, str], rules: Mapping[str, ColumnRule], boxes: frozenset[str]
) -> Mapping[str, NewValue]:
    cells = {key: value_of(text, rules[key], boxes) for key, text in row.items()}
    return {
        "order_id": order,
        **{k: v for k, v in cells.items() if v is not None and v is not False},
    }


def _refuse_accidents(side: Side, now: datetime) -> None:
    few = len(side.changes) + len(side.rows) < side.shop.limits.min_rows
    if few or not _watched(side.shop):
        return
    trips = trips_after(side.shop, side.standing, side.changes, side.rows, now)
    if trips:
        told = " ".join(trip.sentence for trip in trips)
        raise PlanRefused(
            f"{side.name} is not brought into step: {told} Put the other one right; if it is meant so, run "
            "it once with --approve."
        )
