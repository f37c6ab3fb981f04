"""Promises of evidence that hold whatever staff do between two passes."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetsync.domain.evidence import observe
from sheetsync.domain.model import STAMPS
from tests.support.orders_builder import (
    WatchedTracker,
    at,
    local,
    order,
    orders_of,
    remembered,
    shipped_rules,
    watched,
)

IDS = ("#SP-1", "#SP-2")
STATUSES = (
    "", "Pending", "Allocated", "packing", "Ready", "Shipped", "In Transit", "Delivered",
    "Completed", "In Progress", "On Hold", "Cancelled", "Delayed", "Returned", "Shiped",
)  # fmt: skip
TYPED_TIMES = (None, "later", *(local(f"07:{minute}") for minute in (10, 20, 30)))

FEW = settings(max_examples=settings().max_examples // 4)
"""Every example is a tracker living through several passes."""

tick = st.tuples(
    st.sampled_from(IDS),
    st.sampled_from(("allocated", "picked", "packed")),
    st.sampled_from((True, True, False, "maybe")),
)
date = st.tuples(
    st.sampled_from(IDS),
    st.sampled_from(("dispatched_at", "delivered_at", "picked_at")),
    st.sampled_from((*TYPED_TIMES, True)),
)
status = st.tuples(st.sampled_from(IDS), st.just("status"), st.sampled_from(STATUSES))
edit = st.one_of(tick, date, status, status)
step = st.tuples(
    st.lists(edit, max_size=3),
    st.sampled_from((2, 2, 2, 10, 20, 180)),
    st.booleans(),
    st.booleans(),
)
days = st.lists(step, min_size=1, max_size=5)


def lived_through(steps: list[Any]) -> tuple[WatchedTracker, Any]:
    """A tracker after some passes, and the moment of the last one."""
    tracker = watched(*(order(key) for key in IDS))
    now = at("08:00")
    for edits, minutes, write, confirm in steps:
        now += timedelta(minutes=minutes)
        for key, column, value in edits:
            tracker[key][column] = value
        tracker.look(now, write=write, confirm=confirm)
    return tracker, now


@FEW
@given(days)
def test_once_staff_stop_one_pass_settles_everything(steps: list[Any]) -> None:
    tracker, now = lived_through(steps)
    tracker.look(now + timedelta(minutes=2))

    seen = tracker.look(now + timedelta(minutes=4))
    quiet = tracker.look(now + timedelta(minutes=6))

    assert seen.cells.empty
    assert quiet.cells.empty
    assert not quiet.memory_changed.any()
    assert quiet.stage_events.empty


@FEW
@given(days, st.lists(edit, min_size=1, max_size=4))
def test_what_a_person_just_typed_is_never_a_target(steps: list[Any], edits: list[Any]) -> None:
    tracker, now = lived_through(steps)
    tracker.look(now + timedelta(minutes=2))
    before = deepcopy(tracker.rows)
    for key, column, value in edits:
        tracker[key][column] = value
    last = {(key, column): value for key, column, value in edits}
    typed = {
        (key, column): value
        for (key, column), value in last.items()
        if value not in (None, "") and value != _cell(before, key, column)
    }

    seen = tracker.look(now + timedelta(minutes=4))

    for change in seen.cells.to_dict("records"):
        value = typed.get((change["order_id"], change["column"]))
        assert value is None or _is_ours(tracker, change, value)


def _cell(rows: list[dict[str, Any]], key: str, column: str) -> Any:
    return next(row for row in rows if row["order_id"] == key).get(column)


def _is_ours(tracker: WatchedTracker, change: dict[str, Any], value: Any) -> bool:
    """A person typed exactly what the worker had written there before."""
    past = tracker.memory.orders.loc[change["order_id"]]
    seen = {past[f"written_{change['column']}"], past[f"confirmed_{change['column']}"]}
    return change["column"] == "status" and str(value).strip().casefold() in {
        text.casefold() for text in seen if text
    }


@FEW
@given(days)
def test_a_replayed_pass_writes_the_same(steps: list[Any]) -> None:
    """Killed after the commit, before the write: the next pass wants the same stamps."""
    tracker, now = lived_through(steps)
    first = observe(tracker.orders(), tracker.memory, shipped_rules(), now + timedelta(minutes=2))
    memory = remembered(tracker.memory, first, now + timedelta(minutes=2))

    again = observe(tracker.orders(), memory, shipped_rules(), now + timedelta(minutes=4))

    assert _stamp_cells(first.cells) == _stamp_cells(again.cells)
    pd.testing.assert_frame_equal(first.stamps, again.stamps)


def _stamp_cells(cells: pd.DataFrame) -> list[tuple[Any, ...]]:
    stamps = cells[cells["column"].isin(STAMPS)]
    return list(stamps[["order_id", "column", "new"]].itertuples(index=False, name=None))


@FEW
@given(days, st.permutations(range(4)))
def test_the_order_of_rows_does_not_matter(steps: list[Any], places: list[int]) -> None:
    tracker, now = lived_through(steps)
    rows = [*tracker.rows, order("#SP-3", picked=True), order("#SP-4", status="Ready")]
    moved = [rows[place] for place in places]
    now += timedelta(minutes=2)

    one = observe(orders_of(rows), tracker.memory, shipped_rules(), now)
    other = observe(orders_of(moved), tracker.memory, shipped_rules(), now)

    back = np.argsort(places)
    for name in ("derived", "shown", "standing", "stage", "stay", "open_order", "exception"):
        assert getattr(one, name).tolist() == getattr(other, name)[back].tolist()
    pd.testing.assert_frame_equal(one.memory, other.memory.loc[one.memory.index])
    pd.testing.assert_frame_equal(one.stage_events, other.stage_events)
    assert _cells(one.cells) == _cells(other.cells)


def _cells(cells: pd.DataFrame) -> set[tuple[Any, ...]]:
    return set(cells[["order_id", "column", "new"]].itertuples(index=False, name=None))


@FEW
@given(days)
def test_equal_inputs_give_an_equal_answer_and_stay_as_they_were(steps: list[Any]) -> None:
    tracker, now = lived_through(steps)
    orders, memory = tracker.orders(), tracker.memory
    kept = replace(memory, orders=memory.orders.copy(), pauses=memory.pauses.copy())

    one = observe(orders, memory, shipped_rules(), now + timedelta(minutes=2))
    other = observe(tracker.orders(), kept, shipped_rules(), now + timedelta(minutes=2))

    pd.testing.assert_frame_equal(memory.orders, kept.orders)
    for name in ("cells", "findings", "memory", "pauses", "stage_events", "stamps", "ticks"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def test_planted_times_are_found_again_within_one_interval() -> None:
    """Known stage times, played through a pass every two minutes, recomputed blind."""
    rng = np.random.default_rng(7)
    count, period = 60, 120
    lengths = np.round(rng.exponential(12 * 60, size=(count, 4))).astype(int) + period + 1
    truth = np.cumsum(lengths, axis=1) + rng.integers(0, 900, size=(count, 1))
    start = at("08:00")
    tracker = watched(*(order(f"#SP-{place}") for place in range(count)))
    columns = ("allocated", "picked", "packed", "dispatched_at")
    stamps = None
    for second in range(period, int(truth.max()) + period, period):
        done = truth <= second
        fresh = done & (truth > second - period)
        for place, stage in np.argwhere(fresh):
            tracker.rows[place][columns[stage]] = True
        if fresh.any():
            stamps = tracker.look(start + timedelta(seconds=second)).stamps
        else:
            tracker.memory = replace(tracker.memory, last_pass_at=start + timedelta(seconds=second))

    assert stamps is not None
    zero = np.datetime64(start.replace(tzinfo=None), "s")
    found = np.column_stack([(stamps[key] - zero).dt.total_seconds() for key in STAMPS[:4]])
    late = found - truth
    assert (late >= 0).all()
    assert (late < period).all()
    lengths_found = np.diff(found, axis=1)
    error = lengths_found - np.diff(truth, axis=1)
    assert np.abs(error).max() < period
    assert abs(error.mean()) < 20
    low = np.column_stack([(stamps[f"{key}_from"] - zero).dt.total_seconds() for key in STAMPS[:4]])
    assert ((low < truth) & (truth <= found)).all()
