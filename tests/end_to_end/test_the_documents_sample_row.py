"""The documents' own sample row, on a workbook that has nothing but its eight headings."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from sheetsync.cli.main import run
from tests.support.shop import Shop, read_tab

HEADINGS = (
    "Order ID", "Status", "Picking", "Packing", "Dispatched", "Courier", "Tracking No.", "Notes",
)  # fmt: skip
ROW = (
    "#SP-20491", "In Transit", "✅", "✅", "✅", "FastTrack", "FT239845Z", "Delivered 2 days early",
)  # fmt: skip
QUESTION = "Notes mention a delivery, but Status says that the parcel is still on its way."


def shop_with_the_row(folder: Path, *more: str) -> Shop:
    """A workbook with the documents' headings and row, and perhaps more headings."""
    shop = Shop(folder, headings=(*HEADINGS, *more))
    book = openpyxl.load_workbook(shop.workbook)
    book["Orders"].append(ROW)
    book.save(shop.workbook)
    return shop


def test_every_column_of_the_sample_is_read_by_its_alias(tmp_path: Path):
    shop = shop_with_the_row(tmp_path / "shop")

    result = shop.look()

    assert result.outcome == "done", result.problem
    assert result.plan is not None
    assert sorted(result.plan.orders.header.columns) == sorted(
        ("order_id", "status", "picked", "packed", "dispatched_at", "carrier", "tracking", "notes")
    )
    order = result.plan.orders.frame.iloc[0]
    assert (order["order_id"], order["status"], order["carrier"]) == (
        "#SP-20491", "In Transit", "FastTrack",
    )  # fmt: skip
    assert [order[e] for e in ("picked", "packed", "dispatched")] == [1, 1, 1]


def test_the_row_stays_as_it_is_and_nothing_is_sent(tmp_path: Path):
    shop = shop_with_the_row(tmp_path / "shop")
    for minute in ("08:00", "08:02", "16:00"):
        shop.look(shop.at(minute))
    shop.look(shop.at("10:00", day=30))

    assert read_tab(shop.workbook, "Orders") == [list(HEADINGS), list(ROW)]
    assert shop.mails() == []


def test_check_asks_about_the_contradiction_where_there_is_a_check_column(tmp_path: Path):
    shop = shop_with_the_row(tmp_path / "shop", "Check")
    shop.look()
    assert QUESTION in str(shop.cell("#SP-20491", "check"))
    assert shop.orders()["#SP-20491"]["Status"] == "In Transit"


def test_without_a_check_column_the_command_and_the_status_tab_ask(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    shop = shop_with_the_row(tmp_path / "shop")
    shop.look()

    assert run(["check", "--config", str(shop.config), "--format", "json"]) == 0

    findings = json.loads(capsys.readouterr().out)
    asked = [f for f in findings if f["rule"] == "notes_say_delivered"]
    assert [(f["order_id"], f["severity"]) for f in asked] == [("#SP-20491", "note")]
    assert QUESTION in asked[0]["message"]
    assert any(QUESTION in text for text in shop.tab("Sync Status"))


def test_what_cannot_be_measured_says_so_and_is_never_shown_as_fine(tmp_path: Path):
    shop = shop_with_the_row(tmp_path / "shop", "SLA")
    shop.look()
    sla = str(shop.orders()["#SP-20491"]["SLA"])
    assert sla.startswith(("Not evaluated", "Unsure"))
