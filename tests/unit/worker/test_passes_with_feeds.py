"""Feeds and whole passes over a real workbook: Status follows, logs tell, an undo takes back, nothing is lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sheetsync.worker.undo import carry_out_undo, look_at_undo
from tests.support.feed_shop import ORDERS, FeedShop, feed_shop


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[FeedShop, object]:
    shop = feed_shop(
        tmp_path_factory.mktemp("feeds") / "shop",
        {"order_id": "#SP-1", "tracking": "1234567890", "carrier": "DHL", "vendor": "Acme"},
        {"order_id": "#SP-2", "tracking": "2222222222", "payment_status": "Failed"},
    )
    return shop, shop.shop.snapshot()


@pytest.fixture
def feeds(made) -> FeedShop:
    shop, snapshot = made
    shop.shop.restore(snapshot)
    shop.shop.now = shop.shop.at("08:10")
    return shop


CARRIER = "Tracking Number,Carrier Status,ETA,Last Update\n"


def test_status_follows_a_delivery_the_log_names_the_feed_and_an_undo_takes_its_cells_back(feeds):
    feeds.shop.type_in(
        "#SP-1", allocated="x", picked="x", packed="x", dispatched_at=datetime(2026, 3, 9, 8, 9)
    )
    feeds.leave("dhl", "Tracking Number,Carrier Status,Delivered Date,Last Update\n"
                "1234567890,Delivered,2026-03-09 08:11,2026-03-09 08:11\n")  # fmt: skip
    feeds.leave("web", f"{ORDERS}#SP-3,2026-03-09 08:00,Ann,MUG-01 x2\n")
    feeds.settle()
    cells = feeds.cells()["#SP-1"]
    assert (cells["carrier_status"], cells["delivered_at"]) == (
        "Delivered",
        datetime(2026, 3, 9, 8, 11),
    )
    assert feeds.shop.cell("#SP-1", "status") == "Delivered"
    with feeds.shop.workshop() as shop:
        with shop.store.audit(shop.state.id) as entries:
            lines = [(e.order, e.what, e.by, e.run) for e in entries if "feed:" in e.rule]
        told = {(order, what) for order, what, _, _ in lines}
        filled = ("carrier_status", "carrier_update", "delivered_at")
        assert told == {("#SP-3", "appeared"), *(("#SP-1", what) for what in filled)}
        assert {by for _, _, by, _ in lines} == {"worker"}
        carry_out_undo(shop, look_at_undo(shop, int(lines[0][3]), feeds.shop.now))
    feeds.settle()
    assert not {"carrier_status", "carrier_update"} & feeds.cells()["#SP-1"].keys()
    assert "#SP-3" in feeds.cells()
    with (
        feeds.shop.workshop() as shop,
        shop.store.audit(shop.state.id, order_id="#SP-3") as entries,
    ):
        assert [e.by for e in entries if e.what == "appeared"] == ["worker"]


def test_sync_status_tells_of_each_source_and_of_one_that_fell_silent(feeds):
    feeds.leave("dhl", f"{CARRIER}1234567890,In transit,,2026-03-09 08:00\nx,,,soon\n")
    feeds.settle()
    tab = feeds.shop.tab("Sync Status")
    at = tab.index("dhl")
    assert tab[at + 3] == "a.csv"
    assert tab[at + 4 : at + 6] == ["2 / 1 / 1", "well"]
    feeds.shop.now += timedelta(hours=24)
    feeds.settle()
    tab = feeds.shop.tab("Sync Status")
    assert tab[tab.index("dhl") + 5] == "stale since 2026-03-10 08:12"
    assert any(text.startswith("The feed dhl is stale since") for text in tab)


def test_an_open_workbook_and_a_held_tracker_put_news_off_and_lose_none(feeds):
    feeds.leave("pay", "Order ID,Payment Status\n#SP-1,Paid\n")
    feeds.leave("web", f"{ORDERS}#SP-3,2026-03-09 08:00,Ann,MUG-01 x2\n")
    lock = feeds.shop.folder / ".~lock.tracker.xlsx#"
    lock.write_bytes(b"Lerato,,,,;")
    assert feeds.look("08:12").outcome == "deferred"
    lock.unlink()
    with feeds.shop.sheet() as sheet:
        sheet["A1"].value = "Something else"
    assert feeds.look("08:14").outcome == "held"
    with feeds.shop.sheet() as sheet:
        sheet["A1"].value = "Order ID"
    feeds.settle()
    assert feeds.cells()["#SP-1"]["payment_status"] == "Paid"
    assert "#SP-3" in feeds.cells()


def test_what_stands_below_the_orders_forbids_new_rows_and_nothing_else(feeds):
    feeds.leave("pay", "Order ID,Payment Status\n#SP-1,Paid\n")
    feeds.leave("web", f"{ORDERS}#SP-3,2026-03-09 08:00,Ann,MUG-01 x2\n")
    with feeds.shop.sheet() as sheet:
        sheet["D9"].value = "a small table of mine"
    done = feeds.look("08:12")
    assert any("could not be added" in remark for remark in done.remarks)
    assert feeds.cells()["#SP-1"]["payment_status"] == "Paid"
    with feeds.shop.sheet() as sheet:
        sheet["D9"].value = None
    feeds.settle()
    assert "#SP-3" in feeds.cells()


def test_a_feed_with_wrong_settings_is_told_and_stops_no_other(feeds):
    feeds.shop.configure(more="feeds:\n  pay: {kind: payments, folder: in/pay, stable: 0s}\n"
                         "  bad: {kind: carrier, folder: in/dhl, columns: {Foo: no_such}}\n"
                         "  gone: {kind: stock, folder: in/nowhere}\n")  # fmt: skip
    feeds.leave("pay", "Order ID,Payment Status\n#SP-1,Paid\n")
    done = feeds.look("08:12")
    assert feeds.cells()["#SP-1"]["payment_status"] == "Paid"
    assert any("feeds.bad.columns" in r and "no_such" in r for r in done.remarks)
    assert any("There is no folder" in r for r in done.remarks)
    assert any("There is no folder" in text for text in feeds.shop.tab("Sync Status"))
