"""Dwell: what is known is counted, what is not is named."""

from __future__ import annotations

import numpy as np
import pytest

from sheetsync.domain.sla.dwell import DWELL_COLUMNS, stage_dwell
from tests.support.clock_scene import Desk, aware, judge_of, moment, rulebook, target

RULES = rulebook(target("Picking", "2h"), target("Packing", "4h"))
DONE = {"allocated": 1, "picked": 1, "packed": 1}
TIMES = {
    "ordered_at": "2026-11-20 08:00", "allocated_at": "2026-11-20 08:30",
    "picked_at": "2026-11-20 09:00", "packed_at": "2026-11-20 14:00",
}  # fmt: skip


def dwell(desk: Desk, now: str = "2026-11-27 12:00"):
    return stage_dwell(
        orders=desk.orders, stamps=desk.stamps, pauses=desk.pauses, rules=desk.rules,
        judge=judge_of(desk.fields(), len(desk.rows)), hours=desk.hours(now), now=aware(now),
    )  # fmt: skip


def packing(**changes):
    desk = Desk(RULES).add(stage="Dispatch", **{**DONE, **TIMES, **changes})
    frame = dwell(desk)
    return frame[frame["stage"] == "Packing"].iloc[0]


def test_a_stage_that_ended_at_its_limit_is_met_and_a_second_later_is_missed():
    assert (packing()["seconds"], packing()["outcome"]) == (4 * 3600, "met")
    late = packing(packed_at="2026-11-20 14:00:01")
    assert (late["seconds"], late["outcome"], late["limit"]) == (4 * 3600 + 1, "missed", 4 * 3600)
    assert late["ended_at"] == moment("2026-11-20 14:00:01")


def test_only_stages_that_ended_are_listed_in_the_declared_columns():
    frame = dwell(Desk(RULES).add(stage="Dispatch", **DONE, **TIMES))
    assert tuple(frame.columns) == DWELL_COLUMNS
    assert list(frame["stage"]) == ["Allocation", "Picking", "Packing"]
    assert list(frame["outcome"]) == ["", "met", "met"]
    assert frame["seconds"][0] == 1800
    assert np.isnan(frame["limit"][0])


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"picked": 0, "picked_at": ""}, "unmeasured"),
        ({"picked_at": ""}, "unmeasured"),
        ({"packed_at": ""}, "unmeasured"),
        ({"packed_at": "2026-11-20 08:50"}, "negative"),
        ({"packed_at": "2026-12-24 08:50"}, "unmeasured"),
        ({"packed_at": "2026-11-20 14:00:30", "packed_at_from": "2026-11-20 13:59:30"}, "unsure"),
        ({"packed_at": "2026-11-20 09:00", "packed_at_from": "2026-11-20 08:58"}, "unsure"),
        ({"packed": 0, "packed_at": "", "dispatched_at": "2026-11-21 10:00"}, "skipped"),
    ],
)
def test_what_is_not_known_exactly_enough_is_named(changes, outcome):
    assert packing(**changes)["outcome"] == outcome


def test_a_skipped_stage_ends_with_the_next_evidence():
    line = packing(packed=0, packed_at="", dispatched_at="2026-11-21 10:00")
    assert line["ended_at"] == moment("2026-11-21 10:00")
    assert np.isnan(line["seconds"])


def test_a_hold_is_left_out_of_the_dwell():
    desk = Desk(RULES).add(stage="Dispatch", **DONE, **TIMES)
    frame = dwell(desk.hold("2026-11-20 10:00", "2026-11-20 11:00"))
    assert frame["seconds"][2] == 3 * 3600


def test_unusable_rows_and_trackers_without_targets_are_fine():
    assert len(dwell(Desk(RULES).add(stage="", usable=False, **DONE, **TIMES))) == 0
    frame = dwell(Desk(rulebook()).add(stage="Dispatch", **DONE, **TIMES))
    assert list(frame["seconds"]) == [1800, 1800, 5 * 3600]
    assert len(dwell(Desk(RULES))) == 0
