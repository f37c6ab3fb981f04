"""One pass and the next over a real workbook: what is read, written and sent when nothing has changed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from sheetsync.cli.main import run
from sheetsync.cli.plan_view import plan_json
from tests.support.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path / "shop")
    shop.add({"order_id": "#SP-1", "allocated": "✓"}, {"order_id": "#SP-2"})
    return shop


def test_an_unchanged_sheet_costs_one_look_no_parse_no_write_and_no_mail(shop: Shop):
    shop.look(shop.at("08:10"))
    before = shop.workbook.read_bytes()
    steps: list[str] = []
    with shop.workshop(steps.append) as workshop:
        for minute in range(12, 40, 2):
            shop.now = shop.at(f"08:{minute}")
            result = workshop.run_pass(shop.now)
            assert (result.outcome, result.plan) == ("unchanged", None)
            assert result.delivery is not None
            assert result.delivery.lines == ()
    assert set(steps) == {"read", "deliver", "delivered"}
    assert shop.workbook.read_bytes() == before


def test_the_first_pass_sends_nothing_and_invents_no_time(tmp_path: Path):
    shop = Shop(tmp_path / "shop")
    shop.add(
        {"order_id": "#SP-1", "allocated": "✓", "picked": "✓", "packed": "✓", "carrier": "DHL"},
        {"order_id": "#SP-2", "status": "Delivery Failed"},
        {"order_id": "#SP-3"},
    )
    result = shop.look(shop.at("08:10", day=30))
    assert result.plan is not None
    assert result.plan.baseline
    assert result.plan.notices == ()
    assert shop.mails() == []
    for order in ("#SP-1", "#SP-2", "#SP-3"):
        for stamp in ("allocated_at", "picked_at", "packed_at"):
            assert shop.cell(order, stamp) is None
    shop.look(shop.at("08:12", day=30))
    assert shop.mails() == []


def test_the_same_sheet_memory_rules_and_moment_give_the_same_plan_byte_for_byte(shop: Shop):
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked="✓")
    plans = []
    for _ in range(2):
        with shop.workshop() as workshop:
            plans.append(plan_json(workshop.plan(shop.at("13:00"))[0]))
    assert plans[0] == plans[1]
    assert '"Breached' in plans[0] or "Unsure" in plans[0]


def test_a_plan_is_only_looked_at(shop: Shop, capsys: pytest.CaptureFixture[str]):
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked="✓")
    before = shop.workbook.read_bytes()
    assert run(["plan", "--config", str(shop.config), "--at", "2026-03-09T12:20"]) == 0
    assert "Packing" in capsys.readouterr().out
    assert shop.workbook.read_bytes() == before
    assert shop.mails() == []
    assert shop.look(shop.at("08:12")).cells


def test_what_waits_only_for_time_is_looked_at_when_the_time_has_come(shop: Shop):
    shop.look(shop.at("08:10"))
    first = shop.look(shop.at("11:16"))
    assert first.outcome == "unchanged"
    due = shop.look(shop.at("11:17"))
    assert due.outcome == "done"
    assert str(shop.cell("#SP-2", "sla")).startswith("At risk")


def test_only_a_tab_deferred_is_written_once_the_workbook_is_free(shop: Shop):
    shop.look(shop.at("08:10"))
    lock = shop.folder / ".~lock.tracker.xlsx#"
    lock.write_bytes(b"Lerato,,,,;")
    shop.edit_rules("escalation.yaml", "floor_lead: [lead@example.org]", "floor_lead: [lead at]")
    assert shop.look(shop.at("08:12")).outcome == "deferred"
    lock.unlink()
    assert shop.look(shop.at("08:14")).outcome == "done"
    assert "The rules are broken" in " ".join(shop.tab("Sync Status"))
    assert shop.look(shop.at("08:16")).outcome == "unchanged"


def test_a_reload_that_names_another_store_is_refused(shop: Shop):
    from sheetsync.errors import UsageError

    with shop.workshop() as workshop:
        shop.configure(more="store: {url: 'sqlite:///other.db'}\n")
        with pytest.raises(UsageError, match="another workbook or store"):
            workshop.reload()
        assert workshop.run_pass(shop.now + timedelta(minutes=1)).outcome == "done"
