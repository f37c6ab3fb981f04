"""A sheet that nobody touches is looked at again when a rule begins to hold by the clock alone."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook

from tests.support.shop_desk import ShopDesk

CHECK = """\
row_checks:
  - id: too_long
    when: {%s}
    severity: note
    columns: [status]
    message: This takes long. Ask whether help is needed.
"""


@pytest.mark.parametrize(
    ("when", "quiet", "loud"),
    [
        ("stage: Packing, minutes_in_stage: {more_than: 95}", "10:37", "10:38"),
        ("age: {at_least: 3}", "11:09", "11:11"),
        ("sla_used_percent: {more_than: 50}", "11:01", "11:10"),
        ("ordered_at: {older_than: 2h}", "10:10", "10:11"),
    ],
)
def test_a_check_speaks_as_soon_as_its_span_is_over(tmp_path, when, quiet, loud):
    desk = ShopDesk(tmp_path / "shop")
    file = desk.folder / "rules" / "columns.yaml"
    text = file.read_text()
    assert text.count("row_checks:\n") == 1
    file.write_text(text.replace("row_checks:\n", CHECK % when))
    desk.order("#SP-1", **{"Inventory Allocated": True})
    desk.save()
    desk.run_at("2026-03-02 09:00")
    desk.edit({("#SP-1", "Picking Completed"): True})
    desk.run_at("2026-03-02 09:02")
    for moment in ("09:04", quiet):
        plan = desk.run_at(f"2026-03-02 {moment}").plan
        assert plan is None or "too_long" not in set(plan.findings["rule"])
    assert "too_long" in set(desk.run_at(f"2026-03-02 {loud}").plan.findings["rule"])
    desk.close()


def test_an_order_is_closed_when_its_quiet_time_is_over_not_at_the_next_midnight(tmp_path):
    desk = ShopDesk(tmp_path / "shop")
    file = desk.folder / "rules" / "statuses.yaml"
    text = file.read_text()
    assert text.count("after: 3 working days") == 1
    file.write_text(text.replace("after: 3 working days", "after: 2h"))
    desk.order("#SP-1", **{"Packing Completed": True})
    desk.save()
    desk.run_at("2026-03-02 09:00")
    desk.edit({("#SP-1", "Status"): "Delivered"})
    desk.run_at("2026-03-02 09:02")
    assert desk.run_at("2026-03-02 09:04").outcome == "unchanged"
    changes = desk.run_at("2026-03-02 11:02").plan.changes
    assert changes.loc[changes["column"] == "status", "new"].tolist() == ["Completed"]
    desk.close()


def test_a_breach_of_yesterday_takes_on_its_day_once_and_then_the_sheet_is_quiet_again(tmp_path):
    desk = ShopDesk(tmp_path / "shop")
    desk.order("#SP-1", **{"Inventory Allocated": True})
    desk.save()
    desk.run_at("2026-03-02 09:00")
    desk.edit({("#SP-1", "Picking Completed"): True})
    desk.run_at("2026-03-02 09:03")
    desk.run_at("2026-03-02 16:00")
    today = "Breached: Packing since 09:03, limit 4 h, was due 13:03"
    assert _sla(desk) == today
    assert desk.run_at("2026-03-02 23:59").outcome == "unchanged"

    changes = desk.run_at("2026-03-03 00:00").plan.changes

    assert changes["column"].tolist() == ["sla"]
    later = "Breached: Packing since Mon 2 Mar 09:03, limit 4 h, was due Mon 2 Mar 13:03"
    assert _sla(desk) == later
    before = desk.workbook.read_bytes()
    for moment in ("03 00:02", "03 12:00", "04 00:00", "05 09:00"):
        result = desk.run_at(f"2026-03-{moment}")
        assert result.plan is None or result.plan.changes.empty
    assert desk.workbook.read_bytes() == before
    desk.close()


def _sla(desk: ShopDesk) -> object:
    """The SLA cell of the first order."""
    head, row = list(load_workbook(desk.workbook)["Orders"].iter_rows(max_row=2, values_only=True))
    return row[head.index("SLA")]
