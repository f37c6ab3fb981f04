"""Orders that no usable row shows for a while: what is said of them, and what is known on their return."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook

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
    _rename_last_row(desk, "#SP-3")
    desk.edit({("#SP-2", "Inventory Allocated"): True})

    plan = desk.run_at("2026-03-02 11:02").plan

    tick = plan.stage_events[plan.stage_events["field"] == "allocated"].iloc[0]
    assert str(tick["seen_from"]) == "2026-03-02 06:00:00"
    assert "between 08:00 and 11:02" in plan.findings["message"].iloc[0]
    assert not [remark for remark in plan.remarks if "Gone" in remark]


def _remarks(desk: ShopDesk, moment: str) -> tuple[str, ...]:
    plan = desk.run_at(moment).plan
    return plan.remarks if plan else ()


def _rename_last_row(desk: ShopDesk, order_id: str) -> None:
    book = load_workbook(desk.workbook)
    book["Orders"].cell(4, 1).value = order_id
    book.save(desk.workbook)
