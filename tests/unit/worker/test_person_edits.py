"""What people changed between two reads stands in the change log, and nothing else does."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from sheetsync.domain.moments import scalar_to_local
from sheetsync.worker.one_pass import one_pass
from tests.support.shop_desk import ZONE, ShopDesk, local
from tests.support.watched_sheet import WatchedSheet

NUMBERS = iter(range(1, 14))


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """One shop for all tests: each has orders of its own, and the clock goes on."""
    desk = ShopDesk(tmp_path_factory.mktemp("edits"))
    for number in range(1, 14):
        desk.order(f"#{number}", **{"Notes / Exceptions": "Gift"})
        desk.order(f"#{number}b", **{"Inventory Allocated": True})
    desk.save()
    desk.run_at("2026-03-02 09:00")
    yield desk
    desk.close()


@pytest.fixture
def order(desk):
    """An order that no other test has touched; with a `b` behind it, one that was ticked before."""
    return f"#{next(NUMBERS)}"


@contextmanager
def by_hand(desk):
    """The tab in the hands of a person; saved in the end."""
    book = load_workbook(desk.workbook)
    yield book["Orders"]
    book.save(desk.workbook)


def lines(desk, order):
    with desk.open() as shop:
        return shop.store.history(shop.state.id, order).changes


def look(desk):
    """The next pass, two minutes later."""
    desk.now += timedelta(minutes=2)
    with desk.open() as shop:
        shop.run_pass(desk.now)


def edits(desk, order):
    """The lines (column, old, new) of people about an order that the next pass logs."""
    look(desk)
    return [
        (line["column"], line["old"], line["new"])
        for line in lines(desk, order)
        if line["by"] != "worker" and line["seen_at"] == desk.now
    ]


def words(moment):
    return f"{scalar_to_local(moment, ZONE):%Y-%m-%d %H:%M:%S}"


def test_the_first_look_sees_no_edit(desk):
    for order in ("#1", "#1b"):
        assert not [n for n in lines(desk, order) if n["seen_at"] == local("2026-03-02 09:00")
                    and n["by"] != "worker"]  # fmt: skip


def test_every_column_that_people_fill_is_followed(desk, order):
    desk.edit({
        (order, "Notes / Exceptions"): "Gift, no invoice", (order, "Customer Name / ID"): "Thandi M.",
        (order, "Handled By"): "Sizwe", (order, "Order Priority"): "Bulk",
    })  # fmt: skip
    assert edits(desk, order) == [
        ("customer", "Thandi Nkosi", "Thandi M."),
        ("handler", "Lerato", "Sizwe"),
        ("notes", "Gift", "Gift, no invoice"),
        ("priority", "Standard", "Bulk"),
    ]
    assert edits(desk, order) == []


def test_a_tick_and_its_taking_back_are_a_persons(desk, order):
    desk.edit({(order, "Inventory Allocated"): True})
    assert edits(desk, order) == [("allocated", "No", "Yes")]
    desk.edit({(order, "Inventory Allocated"): False})
    assert edits(desk, order)[0] == ("allocated", "Yes", "No")


def test_a_status_typed_and_cleared_is_a_persons_but_ours_is_not(desk, order):
    desk.edit({(order, "Status"): "On Hold"})
    assert edits(desk, order) == [("status", "Pending", "On Hold")]
    desk.edit({(order, "Status"): None})
    assert edits(desk, order) == [("status", "On Hold", "")]
    assert edits(desk, order) == []


def test_what_the_worker_just_filled_in_and_a_person_cleared_at_once_is_told(desk, order):
    desk.edit({(order, "Status"): "On Hold"})
    look(desk)
    desk.edit({(order, "Status"): None})
    look(desk)
    desk.edit({(order, "Status"): None})
    assert edits(desk, order) == [("status", "Pending", "")]


def test_a_date_typed_is_told_with_its_value(desk, order):
    desk.edit({(f"{order}b", "Dispatched Date"): local("2026-03-02 08:55")})
    assert edits(desk, f"{order}b") == [("dispatched_at", "", "2026-03-02 08:55:00")]


def test_a_time_typed_over_our_stamp_is_told_with_both(desk, order):
    desk.edit({(order, "Inventory Allocated"): True})
    look(desk)
    ours = desk.now
    desk.edit({(order, "Allocated At"): local("2026-03-02 08:30")})
    assert edits(desk, order) == [("allocated_at", words(ours), "2026-03-02 08:30:00")]


def test_a_date_filled_by_a_claim_is_the_workers_only_the_status_is_typed(desk, order):
    desk.edit({(f"{order}b", "Status"): "Shipped"})
    assert [column for column, _, _ in edits(desk, f"{order}b")] == ["status"]


def test_the_workers_own_columns_tell_who_wrote_into_them(desk, order):
    for _ in range(2):
        desk.edit({(order, "Check"): "looks good"})
        assert edits(desk, order) == [("check", "OK", "looks good")]
    put_right = [line for line in lines(desk, order) if line["old"] == "looks good"]
    assert [(line["by"], line["new"]) for line in put_right] == [("worker", "OK")] * 2


def test_a_change_is_told_with_the_interval_in_which_it_happened(desk, order):
    before = desk.now
    desk.edit({(order, "Handled By"): "Sizwe"})
    look(desk)
    line = lines(desk, order)[-1]
    assert (line["column"], line["by"]) == ("handler", "person")
    assert (line["seen_from"], line["seen_at"]) == (before, desk.now)


def test_a_column_that_appears_tells_of_no_edit(desk, order):
    with by_hand(desk) as sheet:
        sheet.cell(row=1, column=21, value="Payment Status")
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row=row, column=21, value="Paid")
    assert edits(desk, order) == []
    desk.edit({(order, "Payment Status"): "Failed"})
    assert edits(desk, order) == [("payment_status", "Paid", "Failed")]


def test_a_row_that_was_out_of_sight_was_changed_by_nobody_knows_whom(desk, order):
    with by_hand(desk) as sheet:
        (row,) = [r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 1).value == order]
        sheet.cell(row=row, column=1, value=f"{order}b")
    look(desk)
    with by_hand(desk) as sheet:
        sheet.cell(row=row, column=1, value=order)
    desk.edit({(order, "Handled By"): "Sizwe"})
    look(desk)
    moves = [n for n in lines(desk, order) if n["column"] in ("gone", "back")]
    assert [(n["column"], n["new"]) for n in moves] == [
        ("gone", ""), ("back", ""),
    ]  # fmt: skip
    told = [line for line in lines(desk, order) if line["column"] == "handler"]
    assert [(line["by"], line["new"]) for line in told] == [("unknown", "Sizwe")]


def test_rows_that_come_go_and_come_back_are_told(desk, order):
    with by_hand(desk) as sheet:
        copy = [cell.value for cell in sheet[2]]
        copy[0] = f"{order}new"
        sheet.append(copy)
    look(desk)
    with by_hand(desk) as sheet:
        sheet.delete_rows(sheet.max_row)
    look(desk)
    with by_hand(desk) as sheet:
        sheet.append(copy)
    look(desk)
    coming_and_going = ("appeared", "gone", "back")
    # A copy that is pasted back later may bring along an SLA that has changed since: an edit of its own.
    told = [n for n in lines(desk, f"{order}new")
            if n["by"] == "person" and n["column"] in coming_and_going]  # fmt: skip
    assert [n["column"] for n in told] == list(coming_and_going)
    assert told[0]["seen_from"] == told[0]["seen_at"] - timedelta(minutes=2)


def test_a_cell_cleared_after_a_killed_pass_had_filled_it_is_told_as_filled_again(tmp_path):
    """The killed pass never learnt that it had written: its line is not one that still waits."""
    sheet = WatchedSheet(tmp_path)
    sheet.put("status", [None])

    def step(name: str) -> None:
        if name == "written":
            raise KeyboardInterrupt

    state = sheet.store.tracker_state(sheet.id)
    with pytest.raises(KeyboardInterrupt):
        one_pass(replace(sheet.ports(), step=step), state, sheet.rules, sheet.now)
    sheet.look()
    sheet.put("status", [None])
    sheet.look()
    told = [
        (line["by"], line["old"], line["new"])
        for line in sheet.store.history(sheet.id, "#SP-00").changes
        if line["column"] == "status"
    ]
    sheet.close()
    assert told == [
        ("worker", "", "Pending"), ("person", "Pending", ""), ("worker", "", "Pending"),
    ]  # fmt: skip
