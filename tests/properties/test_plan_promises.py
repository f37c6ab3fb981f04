"""Promises of a whole plan, whatever stands in the cells."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetsync.domain.model import Plan
from tests.support.whole_plans import (
    KEYS,
    ODD,
    by_order,
    cells_of,
    plan_of,
    remembered,
    told,
    written,
)

FEW = settings(max_examples=settings().max_examples // 6)
"""Every example decides whole sheets, several times."""
FRAMES = ("changes", "findings", "stage_events", "pauses", "escalations", "memory", "facts")


@st.composite
def order_rows(draw: st.DrawFn) -> list[list[Any]]:
    """Up to six orders with an ID of their own; now and then a cell that does not fit."""
    count = draw(st.integers(min_value=0, max_value=6))
    return [[f"#SP-{number}", *(draw(cell(key)) for key in KEYS[1:])] for number in range(count)]


def cell(key: str) -> st.SearchStrategy[Any]:
    fitting, blank = st.sampled_from(cells_of(key)), st.sampled_from(("", None))
    return st.one_of(fitting, fitting, fitting, blank, st.sampled_from(ODD))


@FEW
@given(order_rows())
def test_the_same_sheet_and_memory_give_the_same_plan_byte_for_byte(rows):
    first = plan_of(rows)
    assert told(plan_of(rows)) == told(first)
    memory, after = remembered(first), written(rows, first)
    assert told(plan_of(after, memory)) == told(plan_of(after, memory))


@FEW
@given(order_rows())
def test_a_plan_that_was_written_leaves_nothing_to_write(rows):
    plan = plan_of(rows)
    again = plan_of(written(rows, plan), remembered(plan))
    assert by_order(again.changes) == []
    assert len(again.escalations) == 0
    assert again.notices == ()


@FEW
@given(order_rows(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, dice):
    sorted_by_staff = list(rows)
    dice.shuffle(sorted_by_staff)
    one, other = plan_of(rows), plan_of(sorted_by_staff)
    assert same_decisions(one) == same_decisions(other)
    later = plan_of(written(rows, one), remembered(one))
    after = plan_of(written(sorted_by_staff, other), remembered(one))
    assert same_decisions(later) == same_decisions(after)


@FEW
@given(order_rows())
def test_deciding_changes_nothing_that_it_was_given(rows):
    plan = plan_of(rows)
    after, memory = written(rows, plan), remembered(plan)
    before = told(memory), repr(after)
    plan_of(after, memory)
    assert (told(memory), repr(after)) == before


def test_orders_that_have_not_changed_cost_no_memory_rows():
    rows = [["#SP-1", 46_091.25, "Thandi", "MUG-01 x2", *[""] * (len(KEYS) - 4)]]
    first = plan_of(rows)
    memory, after = remembered(first), written(rows, first)
    second = plan_of(after, memory)
    third = plan_of(after, remembered(second, memory))
    assert len(third.memory) == 0
    assert len(third.stage_events) == 0


@pytest.mark.parametrize("blank", ["", None, float("nan")])
def test_a_blank_is_a_blank_in_whatever_form_it_comes(blank):
    row = ["#SP-1", 46_091.25, *[blank] * (len(KEYS) - 2)]
    plain = ["#SP-1", 46_091.25, *[""] * (len(KEYS) - 2)]
    one, other = plan_of([row]), plan_of([plain])
    assert told(one.orders.frame) == told(other.orders.frame)
    assert by_order(one.findings) == by_order(other.findings)


def same_decisions(plan: Plan) -> dict[str, Any]:
    """What a plan decides, without where the orders stood."""
    frames = {name: by_order(getattr(plan, name)) for name in FRAMES}
    return {**frames, "notices": repr(plan.notices), "next": plan.next_change_at}
