"""Orders that no usable row shows for a while: what is said of them, and what is known on their return."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.support.shop import Shop
from tests.support.shop_desk import ShopDesk


@pytest.fixture
def desk(tmp_path):
    desk = ShopDesk(tmp_path / "shop")
    desk.order("#SP-1")
    desk.order("#SP-2")
    desk.order("#SP-3")
    desk.save()
    desk.run_at("2026-03-02 08:00")
    yield desk
    desk.close()


def test_a_doubled_order_is_not_told_as_gone_and_its_later_tick_keeps_a_wide_interval(desk):
    desk.edit({("#SP-3", "Order ID"): "#SP-2"})
    told = [*_remarks(desk, "2026-03-02 08:02"), *_remarks(desk, "2026-03-02 08:04")]
    assert [remark for remark in told if "Gone from the sheet" in remark] == [
        "Gone from the sheet since the last pass (kept in the store, not cancelled): #SP-3"
    ]
    _set_last_row(desk, {1: "#SP-3"})
    desk.edit({("#SP-2", "Inventory Allocated"): True})

    plan = desk.run_at("2026-03-02 11:02").plan

    tick = plan.stage_events[plan.stage_events["field"] == "allocated"].iloc[0]
    assert str(tick["seen_from"]) == "2026-03-02 06:00:00"
    assert "between 08:00 and 11:02" in plan.findings["message"].iloc[0]
    assert not [remark for remark in plan.remarks if "Gone" in remark]


def test_a_reused_order_id_is_escalated_anew_and_not_at_once(desk):
    """Another order gets the number of a deleted one: its own clocks, stamps and escalations."""
    desk.edit({("#SP-3", "Picking Completed"): True})
    desk.run_at("2026-03-02 08:02")
    first = [desk.run_at(f"2026-03-02 {hour}:30").plan for hour in (13, 16)]
    assert "#SP-3" in {order for plan in first for order in plan.escalations["order_id"]}
    _set_last_row(desk, dict.fromkeys(range(1, 21)))
    desk.run_at("2026-03-02 16:32")
    _set_last_row(desk, {1: "#SP-3", 2: datetime(2026, 3, 3, 8, 50), 5: "Standard"})

    plan = desk.run_at("2026-03-03 09:00").plan

    assert "#SP-3" not in set(plan.escalations["order_id"])
    assert plan.memory.loc["#SP-3", "cycle"] == 1
    cells = plan.changes[plan.changes["order_id"] == "#SP-3"].set_index("column")["new"]
    assert cells["status"] == "Pending"
    assert "picked_at" not in cells.index
    assert not plan.findings["message"].str.contains("no longer ticked").any()
    desk.edit({("#SP-3", "Picking Completed"): True})
    desk.run_at("2026-03-03 09:02")
    late = [desk.run_at(f"2026-03-03 {hour}:30").plan for hour in (13, 16)]
    assert "#SP-3" in {order for plan in late for order in plan.escalations["order_id"]}


def _remarks(desk: ShopDesk, moment: str) -> tuple[str, ...]:
    plan = desk.run_at(moment).plan
    return plan.remarks if plan else ()


def _set_last_row(desk: ShopDesk, cells: Mapping[int, Any]) -> None:
    book = load_workbook(desk.workbook)
    for column, value in cells.items():
        book["Orders"].cell(4, column).value = value
    book.save(desk.workbook)


def test_an_emptied_sheet_is_refused_although_an_order_was_on_hold(tmp_path):
    shop = Shop(tmp_path / "shop")
    shop.add(*({"order_id": f"#SP-{number}", "status": "On Hold"} for number in range(1, 13)))
    assert shop.look(shop.at("08:00")).outcome == "done"
    with shop.sheet() as sheet:
        sheet.delete_rows(2, 12)

    emptied = shop.look(shop.at("08:02"))
    assert (emptied.outcome, emptied.exit_code) == ("held", 3)
    assert "12 of 12 orders are gone" in emptied.problem
