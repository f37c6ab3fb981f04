"""What people changed between two reads stands in the change log, and nothing else does."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from openpyxl import load_workbook

from tests.support.shop_desk import ShopDesk, local


@pytest.fixture
def desk(tmp_path):
    desk = ShopDesk(tmp_path)
    desk.order("#1", **{"Notes / Exceptions": "Gift"})
    desk.order("#2", **{"Inventory Allocated": True})
    desk.save()
    desk.run_at("2026-03-02 09:00")
    yield desk
    desk.close()


@contextmanager
def by_hand(desk):
    """The tab in the hands of a person; saved in the end."""
    book = load_workbook(desk.workbook)
    yield book["Orders"]
    book.save(desk.workbook)


def lines(desk, order):
    with desk.open() as shop:
        return shop.store.history(shop.state.id, order).changes


def edits(desk, order, moment):
    """The lines (column, old, new) of people about an order that the pass at `moment` logs."""
    desk.run_at(moment)
    now = local(moment)
    return [
        (line["column"], line["old"], line["new"])
        for line in lines(desk, order)
        if line["by"] != "worker" and line["seen_at"] == now
    ]


def test_the_first_look_sees_no_edit(tmp_path):
    desk = ShopDesk(tmp_path)
    desk.order("#1", **{"Inventory Allocated": True, "Status": "On Hold"})
    desk.save()
    assert edits(desk, "#1", "2026-03-02 09:00") == []
    desk.close()


def test_every_column_that_people_fill_is_followed(desk):
    desk.edit({
        ("#1", "Notes / Exceptions"): "Gift, no invoice", ("#1", "Customer Name / ID"): "Thandi M.",
        ("#1", "Handled By"): "Sizwe", ("#1", "Order Priority"): "Bulk",
    })  # fmt: skip
    assert edits(desk, "#1", "2026-03-02 09:02") == [
        ("customer", "Thandi Nkosi", "Thandi M."),
        ("handler", "Lerato", "Sizwe"),
        ("notes", "Gift", "Gift, no invoice"),
        ("priority", "Standard", "Bulk"),
    ]
    assert edits(desk, "#2", "2026-03-02 09:04") == []


def test_a_tick_and_its_taking_back_are_a_persons(desk):
    desk.edit({("#1", "Inventory Allocated"): True})
    assert edits(desk, "#1", "2026-03-02 09:02") == [("allocated", "No", "Yes")]
    desk.edit({("#1", "Inventory Allocated"): False})
    assert edits(desk, "#1", "2026-03-02 09:04")[0] == ("allocated", "Yes", "No")


def test_a_status_typed_and_cleared_is_a_persons_but_ours_is_not(desk):
    desk.edit({("#1", "Status"): "On Hold"})
    assert edits(desk, "#1", "2026-03-02 09:02") == [("status", "Pending", "On Hold")]
    desk.edit({("#1", "Status"): None})
    assert edits(desk, "#1", "2026-03-02 09:04") == [("status", "On Hold", "")]
    assert edits(desk, "#1", "2026-03-02 09:06") == []


def test_what_the_worker_just_filled_in_and_a_person_cleared_at_once_is_told(desk):
    desk.edit({("#1", "Status"): None})
    assert edits(desk, "#1", "2026-03-02 09:02") == [("status", "Pending", "")]


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


def test_the_workers_own_columns_tell_who_wrote_into_them(desk):
    desk.edit({("#1", "Check"): "looks good"})
    assert edits(desk, "#1", "2026-03-02 09:02") == [("check", "OK", "looks good")]
    (put_right,) = [line for line in lines(desk, "#1") if line["old"] == "looks good"]
    assert (put_right["by"], put_right["new"]) == ("worker", "OK")
    desk.edit({("#1", "Check"): "looks good"})
    assert edits(desk, "#1", "2026-03-02 09:04") == [("check", "OK", "looks good")]


def test_a_change_is_told_with_the_interval_in_which_it_happened(desk):
    desk.edit({("#1", "Handled By"): "Sizwe"})
    desk.run_at("2026-03-02 09:05")
    line = lines(desk, "#1")[-1]
    assert (line["column"], line["by"]) == ("handler", "person")
    assert (line["seen_from"], line["seen_at"]) == (
        local("2026-03-02 09:00"),
        local("2026-03-02 09:05"),
    )


def test_a_column_that_appears_tells_of_no_edit(desk):
    with by_hand(desk) as sheet:
        sheet.cell(row=1, column=21, value="Payment Status")
        sheet.cell(row=2, column=21, value="Paid")
    assert edits(desk, "#1", "2026-03-02 09:02") == []
    desk.edit({("#1", "Payment Status"): "Failed"})
    assert edits(desk, "#1", "2026-03-02 09:04") == [("payment_status", "Paid", "Failed")]


def test_a_row_that_was_out_of_sight_was_changed_by_nobody_knows_whom(desk):
    desk.edit({("#1", "Order ID"): "#2"})
    desk.run_at("2026-03-02 09:02")
    with by_hand(desk) as sheet:
        sheet.cell(row=2, column=1, value="#1")
    desk.edit({("#1", "Handled By"): "Sizwe"})
    desk.run_at("2026-03-02 09:04")
    told = [line for line in lines(desk, "#1") if line["column"] == "handler"]
    assert [(line["by"], line["new"]) for line in told] == [("unknown", "Sizwe")]
