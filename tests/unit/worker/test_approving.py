"""`approve` shows exactly what it lets through, asks, is bound to what was shown, and is kept for ever."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from sheetsync.cli.main import cli, run
from sheetsync.errors import PlanRefused
from sheetsync.worker import approving
from tests.support.shop import Shop, last_row


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Shop, object]:
    """Twenty-four orders seen twice, of which twelve are then deleted."""
    shop = Shop(tmp_path_factory.mktemp("approving") / "shop")
    shop.add(*({"order_id": f"#SP-{n:02}", "allocated": n % 2 or None} for n in range(24)))
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-23", picked=True)
    shop.look(shop.at("08:12"))
    with shop.sheet() as sheet:
        sheet.delete_rows(2, 12)
    shop.type_in("#SP-20", allocated=True)
    assert shop.look(shop.at("08:14")).outcome == "held"
    return shop, shop.snapshot()


@pytest.fixture
def shop(made) -> Shop:
    shop, snapshot = made
    shop.restore(snapshot)
    shop.now = shop.at("08:14")
    return shop


def call(shop: Shop, *words: str, answer: str = ""):
    return CliRunner().invoke(cli, [*words, "--config", str(shop.config)], input=answer)


def acts(shop: Shop) -> list[tuple[str, str, str, str]]:
    with closing(sqlite3.connect(shop.folder / "state.db")) as raw:
        return raw.execute(
            'SELECT "column", rule, old, new FROM change_log WHERE "column" = \'approve\' ORDER BY id'
        ).fetchall()


def test_it_shows_reason_cells_and_orders_and_no_means_no(shop):
    before = shop.workbook.read_bytes()
    answer = call(shop, "approve", answer="n\n")
    shown = " ".join((answer.stdout + answer.stderr).split())
    assert "12 of 24 orders are gone from the sheet" in shown
    assert "12 orders would be taken as gone from the sheet (not as cancelled): #SP-00" in shown
    assert "Allocated At" in shown
    assert "#SP-20: (blank) →" in shown
    assert "would be sent" in shown
    assert "stays held" in shown
    assert shop.workbook.read_bytes() == before
    assert acts(shop) == []


def test_yes_lets_it_through_at_once_and_is_kept_with_who(shop):
    answer = call(shop, "approve", answer="y\n")
    assert "cells written" in answer.stdout, answer.stdout + str(answer.exception)
    assert len(shop.orders()) == 12
    assert shop.cell("#SP-20", "allocated_at")
    (act,) = acts(shop)
    assert act[0] == "approve"
    assert "@" in act[1]
    assert "12 of 24 orders are gone" in act[2]
    assert "12 orders taken as gone" in act[3]
    with shop.workshop() as workshop:
        assert workshop.state.state == "active"
        assert workshop.store.approval(workshop.state.id) is None
    assert run(["sync", "--config", str(shop.config)]) == 0


def test_an_approval_holds_only_for_what_was_shown(shop):
    with shop.workshop() as workshop:
        shown = approving.look(workshop, shop.now)
        approving.approve(workshop, shown, who="Lerato", now=shop.now)
        shop.type_in("#SP-22", allocated=True)
        assert workshop.run_pass(shop.at("08:16")).outcome == "held"
        assert workshop.store.approval(workshop.state.id) is None
        again = approving.look(workshop, shop.at("08:16"))
        assert again.proposal.token != shown.proposal.token
        approving.approve(workshop, again, who="Lerato", now=shop.now)
        assert workshop.run_pass(shop.at("08:18")).outcome == "done"


def test_a_note_of_a_person_elsewhere_and_the_passing_of_minutes_are_no_other_plan(shop):
    with shop.workshop() as workshop:
        shown = approving.look(workshop, shop.now)
        approving.approve(workshop, shown, who="Lerato", now=shop.now)
        shop.type_in("#SP-22", notes="ring first")
        assert workshop.run_pass(shop.at("08:19")).outcome == "done"


def test_a_running_worker_takes_the_approval_with_its_next_pass(shop):
    with shop.workshop() as daemon, daemon.alone(), shop.workshop() as desk:
        shown = approving.look(desk, shop.now)
        approving.approve(desk, shown, who="Lerato", now=shop.now)
        passes = []

        def wait(_seconds: float) -> None:
            passes.append(daemon.run_pass(shop.at("08:16")).outcome)

        assert approving.carry_out(desk, clock=lambda: shop.now, wait=wait) == "by the worker"
        assert passes == ["done"]


def test_it_does_not_wait_for_ever_for_a_worker_that_does_not_look(shop):
    with shop.workshop() as daemon, daemon.alone(), shop.workshop() as desk:
        approving.approve(desk, approving.look(desk, shop.now), who="Lerato", now=shop.now)
        moments = iter([shop.at("08:14"), shop.at("08:15"), shop.at("08:20")])
        taken = approving.carry_out(desk, clock=lambda: next(moments), wait=lambda _s: None)
        assert taken == "not yet"


def test_where_nothing_is_held_it_says_so(shop):
    run(["approve", "--yes", "--config", str(shop.config)])
    assert "Nothing is held back" in call(shop, "approve", "--yes").stdout


def test_whose_sheet_it_is_cannot_be_approved(shop):
    for file in shop.folder.glob("state.db*"):
        file.unlink()
    with shop.workshop() as workshop, pytest.raises(PlanRefused, match="sheetsync adopt"):
        approving.look(workshop, shop.now)


def test_nothing_is_added_to_a_held_tracker(shop, tmp_path, capsys):
    new = tmp_path / "new.csv"
    new.write_text(
        "Order ID,Order Date & Time,Customer Name / ID,SKU(s) Ordered\n#SP-90,2026-03-09 08:00,T,M x1\n"
    )
    before = shop.workbook.read_bytes()
    assert run(["intake", str(new), "--config", str(shop.config)]) == 3
    assert "12 of 24 orders are gone" in " ".join(capsys.readouterr().err.split())
    assert shop.workbook.read_bytes() == before
    assert run(["intake", str(new), "--dry-run", "--config", str(shop.config)]) == 0


class TestStatus:
    """`sheetsync status` tells from the store alone how a tracker stands."""

    def test_a_held_tracker_says_why_since_when_and_what_was_approved(self, shop):
        with shop.workshop() as workshop:
            shown = approving.look(workshop, shop.now)
            approving.approve(workshop, shown, who="Lerato", now=shop.now)
        shop.workbook.unlink()
        told = " ".join(call(shop, "status").stdout.split())
        assert "tracker.xlsx: held since 2026-03-09 08:14" in told
        assert "12 of 24 orders are gone from the sheet" in told
        assert "Approved by Lerato" in told
        assert "Last good one: 2026-03-09 08:12" in told
        assert "Outbox: 1 sent" in told
        assert "Next try: by 2026-03-09 08:16 (overdue: does a worker run?)" in told

    def test_a_watched_one_and_its_outbox_for_programs(self, shop):
        run(["approve", "--yes", "--config", str(shop.config)])
        told = call(shop, "status", "--format", "json").stdout
        assert '"standing": "watched"' in told
        assert '"why": ""' in told

    def test_trouble_is_told_with_the_last_sentence(self, shop):
        run(["approve", "--yes", "--config", str(shop.config)])
        shop.workbook.write_bytes(b"no workbook")
        run(["sync", "--config", str(shop.config)])
        told = " ".join(call(shop, "status").stdout.split())
        assert "in trouble" in told
        assert "1 pass in a row did not end well" in told

    def test_before_the_first_look(self, tmp_path):
        shop = Shop(tmp_path / "new")
        assert "not looked at yet" in call(shop, "status").stdout


def test_last_row_is_one_of_the_twelve_left(shop):
    with shop.sheet() as sheet:
        assert last_row(sheet) == 13
