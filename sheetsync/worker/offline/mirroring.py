"""Keeps two trackers in step, an Excel file and a Google Sheet or any two, by the merge of a copy that comes back.

What one side changed goes to the other; what both changed stays as it is on either side and is a conflict in
the first one's tab. Rows are added, never deleted. Each side is written as by any import: planned, guarded,
committed, under that tracker's lease, over cells that hold what is expected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import pandas as pd

from sheetsync.domain.merge.agree import agreed, empty_copy, with_cells
from sheetsync.domain.merge.copies import Copy
from sheetsync.domain.merge.three_way import CONFLICT, TAKEN, Merge, merge
from sheetsync.domain.merge.values import NewValue, box_columns, value_of
from sheetsync.domain.model import Receipt
from sheetsync.domain.rules import ColumnRule
from sheetsync.errors import PlanRefused, TrackerError, UsageError
from sheetsync.store.offline import SUPERSEDED, Conflict, CopyLine
from sheetsync.trackers.base import WriteBatch
from sheetsync.worker.offline.applying import (
    Standing,
    Wanted,
    changes_frame,
    stand,
    trips_after,
    with_changes,
)
from sheetsync.worker.offline.conflicts import conflicts_tab
from sheetsync.worker.offline.turns import own_turn
from sheetsync.worker.one_pass import no_step

if TYPE_CHECKING:
    from sheetsync.worker.workshop import Workshop

RULE: Final = "mirror"
_ALREADY: Final = "the order is already in the tracker"
_SECOND: Final = timedelta(seconds=1)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """What came of a step: cells and rows that each side got, new conflicts, and what could not be written."""

    first: tuple[int, int]
    second: tuple[int, int]
    conflicts: int
    missed: int = 0
    why: str = ""


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
        first, here, into_first, wanted_first, there, there_name=second.name, rows=not one_way
    )
    side_second = _side(
        second, there, into_second, wanted_second, here, there_name=first.name, rows=True
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


def carry_out_mirror(
    plan: MirrorPlan, *, who: str, step: Callable[[str], None] = no_step
) -> Mirrored:
    """Do a step. Raises TrackerError where a side cannot be written now; the next step does the rest."""
    got_second = _write(plan, plan.second, who, (), step)
    step("second")
    got_first = _write(plan, plan.first, who, plan.conflicts, step)
    step("first")
    base = agreed(plan.base, _after(plan.first, got_first), _after(plan.second, got_second))
    shop = plan.first.shop
    line = CopyLine(
        id=plan.id, made_at=plan.at, made_by=who, about={"mirror": plan.second.shop.name},
        returned_at=plan.at,
    )  # fmt: skip
    shop.store.offline(shop.state.id).keep(line, base)
    missed = [*got_first.missed, *got_second.missed]
    return Mirrored(
        first=got_first.counts, second=got_second.counts, conflicts=len(plan.conflicts),
        missed=len(missed), why=missed[0][2] if missed else "",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Got:
    """What one side got: cells and rows that stand there now, and (order, column, why) of what does not."""

    cells: Mapping[tuple[str, str], str]
    rows: frozenset[str]
    missed: tuple[tuple[str, str, str], ...] = ()

    @property
    def counts(self) -> tuple[int, int]:
        return len(self.cells), len(self.rows)


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
            f"{side.shop.name} is not brought into step: {told} Put the other one right; if it is meant so, run "
            "it once with --approve."
        )


def _write(
    plan: MirrorPlan, side: Side, who: str, conflicts: Sequence[Conflict], step: Callable[[str], None]
) -> _Got:  # fmt: skip
    if side.idle and not conflicts:
        return _Got(cells={}, rows=frozenset())
    with own_turn(side.shop, RULE):
        return _under_lease(plan, side, who, conflicts, step)


def _under_lease(
    plan: MirrorPlan, side: Side, who: str, conflicts: Sequence[Conflict], step: Callable[[str], None]
) -> _Got:  # fmt: skip
    shop = side.shop
    offline = shop.store.offline(shop.state.id)
    last = shop.store.passes(shop.state.id, 1)
    # A moment of its own: two lines of the log about one cell never share one.
    at = max(plan.at, last[0].started_at + _SECOND) if last else plan.at
    number = offline.commit(
        replace(with_changes(side.standing, side.changes), at=at), conflicts, away_since=plan.since
    )
    step("committed")
    heading = side.standing.orders.header.headings
    tab = conflicts_tab(shop, at, lambda key: heading.get(key, key)) if conflicts else None
    batch = WriteBatch(
        changes=side.changes, header=side.standing.orders.header,
        fingerprint=side.standing.orders.sheet.fingerprint,
        tabs=(tab,) if tab is not None else (),
        marker=shop.state.marker if tab is not None else None,
    )  # fmt: skip
    shop.store.go_on()
    tracker = shop.tracker(side.standing.force.rules)
    try:
        receipt = tracker.write(batch)
        rows = tracker.append(side.rows) if side.rows and not receipt.deferred else None
    except TrackerError as problem:
        shop.store.fail_pass(shop.state.id, str(problem), now=at, pass_id=number, outcome="failed")
        raise
    got = _got(side, receipt, rows)
    words = f"{got.counts[0]} cells, {got.counts[1]} rows added, {len(conflicts)} conflicts"
    offline.close(number, receipt, now=at, note=(RULE, who, words))
    return got


def _got(side: Side, receipt: Receipt, rows: Receipt | None) -> _Got:
    wanted = {(want.order_id, want.column): want.text for want in side.wanted}
    lines = zip(*(receipt.outcomes[n].tolist() for n in ("order_id", "column", "outcome", "reason")), strict=True)  # fmt: skip
    missed = [(str(o), str(c), str(why)) for o, c, what, why in lines if what != "applied"]
    late = {(order, column) for order, column, _ in missed}
    failed: dict[str, str] = {}
    if rows is not None:
        each = zip(*(rows.outcomes[n].tolist() for n in ("order_id", "outcome", "reason")), strict=True)  # fmt: skip
        failed = {str(o): str(why) for o, what, why in each if what in ("dropped", "deferred", "failed") and why != _ALREADY}  # fmt: skip
    elif side.rows:
        failed = dict.fromkeys(side.texts, receipt.deferred)
    missed += [(order, "", why) for order, why in failed.items()]
    return _Got(
        cells={cell: text for cell, text in wanted.items() if cell not in late},
        rows=frozenset(side.texts.keys() - failed.keys()),
        missed=tuple(missed),
    )


def _after(side: Side, got: _Got) -> Copy:
    rows = {order: side.texts[order] for order in sorted(got.rows)}
    return with_cells(side.standing.side, got.cells, rows)
