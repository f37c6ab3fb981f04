"""The worker's own tabs: written when what they say changes, never for the sake of a pass."""

from __future__ import annotations

from contextlib import contextmanager

from openpyxl import load_workbook

from tests.support.shop_desk import HEADINGS, ShopDesk, local


@contextmanager
def opened_by_somebody(desk: ShopDesk):
    """As long as this lasts, the workbook is open in LibreOffice on some machine."""
    mark = desk.folder / ".~lock.tracker.xlsx#"
    mark.write_text(",thandi,desk-3,02.03.2026 09:00,file:///home/thandi;")
    try:
        yield
    finally:
        mark.unlink()


def tabs(desk: ShopDesk) -> set[str]:
    return set(load_workbook(desk.workbook, read_only=True).sheetnames)


def test_a_pass_that_only_sends_mail_leaves_the_workbook_alone(tmp_path):
    desk = ShopDesk(tmp_path / "shop")
    without_sla = tuple(h for h in HEADINGS if h not in ("SLA", "SLA Due", "Check"))
    desk.order("#SP-1", **{"Inventory Allocated": True, "Status": "Allocated"})
    desk.save(without_sla)
    desk.run_at("2026-03-02 09:00")
    desk.edit({("#SP-1", "Status"): "Delayed"})
    desk.run_at("2026-03-02 09:02")
    results = [desk.run_at(f"2026-03-02 {hour:02}:30") for hour in range(11, 17)]
    desk.close()
    mailing = [r for r in results if r.plan is not None and r.plan.notices]
    assert mailing
    assert [r.receipt.requests for r in mailing] == [0] * len(mailing)


def test_an_unchanged_sheet_is_not_rewritten_at_midnight(tmp_path):
    desk = ShopDesk(tmp_path / "shop")
    desk.order("#SP-1", **{"Status": "Completed", "Order Date & Time": local("2026-03-02 08:10")})
    desk.save()
    assert desk.run_at("2026-03-02 09:00").cells > 0
    before = desk.workbook.read_bytes()
    for day in (3, 4, 5):
        result = desk.run_at(f"2026-03-{day:02} 00:00")
        assert result.receipt is not None
        assert result.receipt.requests == 0
    desk.close()
    assert desk.workbook.read_bytes() == before


def test_figures_that_an_open_workbook_kept_away_are_made_up_for_as_soon_as_it_is_closed(tmp_path):
    desk = ShopDesk(tmp_path / "shop")
    desk.order("#SP-1")
    desk.save()
    with opened_by_somebody(desk):
        for minute in range(0, 10, 2):
            assert desk.run_at(f"2026-03-02 09:{minute:02}").outcome == "deferred"
    for minute in (10, 12):
        assert desk.run_at(f"2026-03-02 09:{minute}").outcome == "done"
    assert "KPI 2026-03" in tabs(desk)
    assert desk.run_at("2026-03-02 09:14").outcome == "unchanged"
    desk.close()


def test_figures_follow_what_staff_type_where_the_worker_has_nothing_to_write(tmp_path):
    desk = ShopDesk(tmp_path / "shop")
    desk.order("#SP-1", Status="Packing")
    desk.save(HEADINGS[:14])
    desk.run_at("2026-03-02 09:00")
    desk.edit({
        ("#SP-1", "Dispatched Date"): local("2026-03-02 10:30"), ("#SP-1", "Status"): "Shipped",
    })  # fmt: skip
    result = desk.run_at("2026-03-02 11:00")
    assert result.cells == 0
    assert any(title.startswith("KPI") for title in result.receipt.tabs_written)
    desk.close()


def words_of(desk: ShopDesk, tab: str) -> str:
    rows = load_workbook(desk.workbook)[tab].iter_rows(values_only=True)
    return "\n".join(str(cell) for row in rows for cell in row if cell is not None)


def test_a_closed_month_changes_only_with_a_dated_line_that_says_what_was_and_what_is(tmp_path):
    desk = ShopDesk(tmp_path / "shop")
    placed = local("2026-03-02 08:10")
    for number in (1, 2):
        desk.order(f"#SP-{number}", **{"Order Date & Time": placed, "Status": "Shipped"})
    desk.save(tuple(dict.fromkeys((*HEADINGS, "Delivered Date", "Notes / Exceptions"))))
    desk.run_at("2026-03-02 09:00")
    desk.edit({("#SP-1", "Delivered Date"): local("2026-03-05 10:00")})
    desk.run_at("2026-03-05 12:00")
    desk.edit({("#SP-1", "Notes / Exceptions"): "thanks"})
    desk.run_at("2026-04-01 09:00")
    assert "is now" not in words_of(desk, "KPI 2026-03")

    desk.edit({("#SP-2", "Delivered Date"): local("2026-03-06 10:00")})
    desk.run_at("2026-04-02 12:00")
    told = [line for line in words_of(desk, "KPI 2026-03").splitlines() if "is now" in line]
    assert told
    assert all("2026-04-02" in line and "late entries in the tracker" in line for line in told)
    assert any("Orders delivered" in line for line in told), told

    before = words_of(desk, "KPI 2026-03")
    desk.edit({("#SP-1", "Notes / Exceptions"): "thanks again"})
    desk.run_at("2026-04-03 12:00")
    desk.close()
    assert words_of(desk, "KPI 2026-03") == before
