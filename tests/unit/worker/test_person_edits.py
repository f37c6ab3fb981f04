"""What people changed between two passes stands in the change log, and nothing else does."""

from __future__ import annotations

import pytest

from sheetsync.domain.person_edits import person_edits
from tests.support.shop_desk import ShopDesk, local


@pytest.fixture
def desk(tmp_path):
    desk = ShopDesk(tmp_path)
    desk.order("#1")
    desk.order("#2", **{"Inventory Allocated": True})
    desk.save()
    desk.run_at("2026-03-02 09:00")
    yield desk
    desk.close()


def edits(desk, order, moment):
    """The lines (column, old, new) of people about an order that this pass finds."""
    desk.now = local(moment)
    with desk.open() as shop:
        plan, memory, _ = shop.plan(desk.now)
        shop.run_pass(desk.now)
    found = person_edits(plan, memory)
    mine = found[found["order_id"] == order]
    return [tuple(line) for line in mine[["column", "old", "new"]].to_numpy().tolist()]


def test_the_first_look_sees_no_edit(tmp_path):
    desk = ShopDesk(tmp_path)
    desk.order("#1", **{"Inventory Allocated": True, "Status": "On Hold"})
    desk.save()
    assert edits(desk, "#1", "2026-03-02 09:00") == []
    desk.close()


def test_a_tick_and_its_taking_back_are_a_persons(desk):
    desk.edit({("#1", "Inventory Allocated"): True})
    assert edits(desk, "#1", "2026-03-02 09:02") == [("allocated", "No", "Yes")]
    desk.edit({("#1", "Inventory Allocated"): False})
    assert edits(desk, "#1", "2026-03-02 09:04") == [("allocated", "Yes", "No")]


def test_a_status_typed_and_cleared_is_a_persons_but_ours_is_not(desk):
    desk.edit({("#1", "Status"): "On Hold"})
    assert edits(desk, "#1", "2026-03-02 09:02") == [("status", "Pending", "On Hold")]
    desk.edit({("#1", "Status"): None})
    assert edits(desk, "#1", "2026-03-02 09:04") == [("status", "On Hold", "")]
    assert edits(desk, "#1", "2026-03-02 09:06") == []


def test_a_date_typed_is_told_with_its_value(desk):
    desk.edit({("#2", "Dispatched Date"): local("2026-03-02 08:55")})
    assert edits(desk, "#2", "2026-03-02 09:02") == [("dispatched_at", "", "2026-03-02 08:55:00")]


def test_a_time_typed_over_our_stamp_is_told_with_both(desk):
    desk.edit({("#1", "Inventory Allocated"): True})
    desk.run_at("2026-03-02 09:02")
    desk.edit({("#1", "Allocated At"): local("2026-03-02 08:30")})
    assert edits(desk, "#1", "2026-03-02 09:04") == [
        ("allocated_at", "2026-03-02 09:02:00", "2026-03-02 08:30:00")
    ]


def test_a_date_filled_by_a_claim_is_the_workers_only_the_status_is_typed(desk):
    desk.edit({("#2", "Status"): "Shipped"})
    assert [column for column, _, _ in edits(desk, "#2", "2026-03-02 09:02")] == ["status"]


def test_a_pass_keeps_them_in_the_change_log(desk):
    desk.edit({("#1", "Inventory Allocated"): True})
    desk.run_at("2026-03-02 09:02")
    with desk.open() as shop:
        changes = shop.store.history(shop.state.id, "#1").changes
    by_people = [(line["column"], line["new"]) for line in changes if line["by"] == "person"]
    assert by_people == [("allocated", "Yes")]
