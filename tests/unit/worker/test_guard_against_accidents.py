"""Accidents of a whole sheet are refused before anything is written or sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.shop_desk import HEADINGS, ShopDesk, local

LIFE = ("Pending", "Allocated", "Packing", "Ready", "Shipped")


@pytest.fixture
def desk(tmp_path):
    """Forty orders, each placed a minute after the other, seen once."""
    desk = ShopDesk(tmp_path / "shop")
    for number in range(40):
        done = number % 5
        desk.order(f"#SP-{number:02}", **{
            "Order Date & Time": local("2026-03-02 07:00") + timedelta(minutes=number),
            "Inventory Allocated": done > 0 or None,
            "Picking Completed": done > 1 or None,
            "Packing Completed": done > 2 or None,
            "Dispatched Date": local("2026-03-02 08:30") if done > 3 else None,
            "Shipping Partner Assigned": "FastTrack" if done > 3 else None,
            "Tracking Number": f"FT{number:06}Z" if done > 3 else None,
            "Status": LIFE[done],
        })  # fmt: skip
    desk.save()
    assert desk.run_at("2026-03-02 09:00").outcome == "done"
    yield desk
    desk.close()


def column(desk: ShopDesk, heading: str) -> list[object]:
    return [row.get(heading) for row in desk.rows]


def put_back(desk: ShopDesk, heading: str, values: list[object]) -> None:
    for row, value in zip(desk.rows, values, strict=True):
        row[heading] = value
    desk.save()


def test_order_ids_that_slipped_by_one_row_are_refused(desk):
    ids = column(desk, HEADINGS[0])
    put_back(desk, HEADINGS[0], ids[1:] + ids[:1])
    before = desk.workbook.read_bytes()
    result = desk.run_at("2026-03-02 09:02")
    assert result.outcome == "held"
    assert "40 of 40 orders show another order date" in result.problem
    assert desk.workbook.read_bytes() == before
    put_back(desk, HEADINGS[0], ids)
    assert desk.run_at("2026-03-02 09:04").outcome == "done"


def test_a_status_column_sorted_without_the_others_is_refused(desk):
    put_back(desk, "Status", column(desk, "Status")[::-1])
    result = desk.run_at("2026-03-02 09:02")
    assert result.outcome == "held"
    assert "went back" in result.problem


def test_another_time_zone_in_the_configuration_is_refused(desk):
    desk.config.write_text(desk.config.read_text().replace("Africa/Johannesburg", "Europe/London"))
    desk.close()
    result = desk.run_at("2026-03-02 09:02")
    assert result.outcome == "held"
    assert "time zone" in result.problem


def test_many_orders_that_move_on_are_work_and_no_accident(desk):
    put_back(desk, "Status", ["Shipped"] * 16 + column(desk, "Status")[16:])
    desk.rows.reverse()
    desk.save()
    assert desk.run_at("2026-03-02 09:02").outcome == "done"


def test_a_status_filled_down_over_the_column_is_refused(desk):
    put_back(desk, "Status", ["Shipped"] * 40)
    result = desk.run_at("2026-03-02 09:02")
    assert result.outcome == "held"
    assert "Status went forward for 32 of 40 orders" in result.problem


def test_what_the_worker_itself_wrote_is_no_mass_change(desk):
    """Thirty ticks after a weekend: the next pass finds thirty statuses that went forward by our own hand."""
    put_back(desk, "Inventory Allocated", [True] * 40)
    assert desk.run_at("2026-03-02 09:02").outcome == "done"
    put_back(desk, "Picking Completed", [True] * 40)
    assert desk.run_at("2026-03-02 09:04").outcome == "done"
    assert desk.run_at("2026-03-02 09:06").outcome != "held"
