"""No rows, or half of them gone: one bad answer has no effect, and a sheet that stays so holds the tracker."""

from __future__ import annotations

import pytest

from sheetsync.cli.main import run
from tests.end_to_end.bad_google_sheets.damage import state, sync
from tests.sheets_server import faults
from tests.support.google_shop import GoogleShop


@pytest.mark.parametrize("running", [False, True])
def test_one_empty_answer_has_no_effect(shop: GoogleShop, running: bool):
    """Also for a process that starts with it and has nothing to hold it against."""
    service = shop.server.service
    with shop.workshop() as workshop:
        if running:
            workshop.run_pass(shop.at("08:12"))
            shop.type_in("#SP-2", allocated=True)
        service.faults.add(faults.empty_values(), kind="read", path="values:batchGet")
        result = workshop.run_pass(shop.at("12:30"))
    assert (result.outcome, result.problem) == ("done", "")
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    assert service.faults.seen[-1][1] == "empty"


def many(shop: GoogleShop, count: int) -> None:
    shop.add(*({"order_id": f"#M-{n:03}", "allocated": True} for n in range(count)))


@pytest.mark.parametrize("left", [0, 12])
def test_half_or_all_of_the_rows_gone_holds_the_tracker_until_a_person_says_so(
    shop: GoogleShop, capsys: pytest.CaptureFixture[str], left: int
):
    many(shop, 22)
    shop.look(shop.at("08:14"))
    shop.person.delete_rows(1, 24 - left)
    before = state(shop)

    assert sync(shop) == 3
    said = " ".join(capsys.readouterr().err.split())
    assert "orders are gone from the sheet" in said
    assert "sheetsync approve" in said
    assert state(shop) == before
    assert shop.mails_about_orders() == []

    assert run(["approve", "--yes", "--config", str(shop.config)]) == 0
    assert sync(shop) == 0
    assert len(shop.orders()) == left


def test_rows_that_come_back_release_the_hold_by_themselves(shop: GoogleShop):
    many(shop, 22)
    shop.look(shop.at("08:14"))
    whole = shop.book.copy()
    shop.person.delete_rows(1, 12)
    assert shop.look(shop.at("08:16")).outcome == "held"
    shop.book.restore(whole)
    assert shop.look(shop.at("08:18")).outcome == "done"
    assert shop.look(shop.at("08:20")).outcome == "unchanged"
