"""A column that is added, or found under a new heading, says nothing about when its ticks were made."""

from __future__ import annotations

from openpyxl import load_workbook

from tests.support.shop_desk import HEADINGS, ShopDesk

PICKED = "Picking Completed"


def without(*headings: str) -> tuple[str, ...]:
    return tuple(heading for heading in HEADINGS if heading not in headings)


def cells(desk: ShopDesk, order: str) -> dict[str, object]:
    headings, *rows = load_workbook(desk.workbook)["Orders"].iter_rows(values_only=True)
    return next(dict(zip(headings, row, strict=True)) for row in rows if row[0] == order)


def test_ticks_of_a_column_never_watched_before_get_no_time_and_move_no_typed_status(tmp_path):
    desk = ShopDesk(tmp_path / "shop")
    for number in range(12):
        typed = {"Inventory Allocated": True, "Status": "Allocated" if number else "Pending"}
        desk.order(f"#SP-{number}", **typed)
    desk.save(without(PICKED))
    desk.run_at("2026-03-02 09:00")
    for row in desk.rows:
        row[PICKED] = True
    desk.save()
    result = desk.run_at("2026-03-02 09:02")
    assert result.outcome == "done"
    assert not result.plan.stage_events["field"].eq("picked").any()
    row = cells(desk, "#SP-0")
    assert (row["Picked At"], row["Status"]) == (None, "Pending")
    assert row["SLA"] == "Not evaluated: Picking was ticked before watching began"
    desk.edit({("#SP-0", "Packing Completed"): True})
    desk.run_at("2026-03-02 09:04")
    row = cells(desk, "#SP-0")
    assert row["Packed At"] is not None
    assert row["Status"] == "Ready"
    desk.close()


def test_words_of_a_status_column_never_watched_before_date_nothing(tmp_path):
    desk = ShopDesk(tmp_path / "shop")
    desk.order("#SP-1", **{"Inventory Allocated": True, "Status": "Shipped"})
    desk.save(without("Status"))
    desk.run_at("2026-03-02 09:00")
    desk.save()
    desk.run_at("2026-03-02 09:02")
    row = cells(desk, "#SP-1")
    assert (row["Dispatched Date"], row["Status"]) == (None, "Shipped")
    desk.close()


def test_the_worker_s_own_columns_added_later_get_the_times_seen_before(tmp_path):
    desk = ShopDesk(tmp_path / "shop")
    desk.order("#SP-1")
    desk.save(HEADINGS[:14])
    desk.run_at("2026-03-02 09:00")
    desk.edit({("#SP-1", "Inventory Allocated"): True})
    desk.run_at("2026-03-02 09:02")
    desk.rows[0] |= {"Inventory Allocated": True, "Status": "Picking"}
    desk.save()
    desk.run_at("2026-03-02 09:30")
    assert cells(desk, "#SP-1")["Allocated At"].isoformat() == "2026-03-02T09:02:00"
    desk.close()
