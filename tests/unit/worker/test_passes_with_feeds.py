"""Feeds and whole passes over a real workbook: Status follows, logs tell, an undo takes back, nothing is lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

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


def test_a_courier_is_found_by_tracking_number_and_a_delivery_moves_status_on(feeds):
    feeds.shop.type_in(
        "#SP-1", allocated="x", picked="x", packed="x", dispatched_at=datetime(2026, 3, 9, 8, 9)
    )
    feeds.leave("dhl", "Tracking Number,Carrier Status,Delivered Date,Last Update\n"
                "1234567890,Delivered,2026-03-09 08:11,2026-03-09 08:11\n")  # fmt: skip
    feeds.settle()
    cells = feeds.cells()["#SP-1"]
    assert (cells["carrier_status"], cells["delivered_at"]) == (
        "Delivered",
        datetime(2026, 3, 9, 8, 11),
    )
    assert feeds.shop.cell("#SP-1", "status") == "Delivered"


def test_what_a_feed_wrote_is_logged_as_the_feeds_and_not_as_a_persons(feeds):
    feeds.leave("pay", "Order ID,Payment Status\n#SP-1,Paid\n")
    feeds.leave("web", f"{ORDERS}#SP-3,2026-03-09 08:00,Ann,MUG-01 x2\n")
    feeds.settle()
    feeds.shop.type_in("#SP-3", handler="Thabo")
    feeds.settle()
    with feeds.shop.workshop() as shop, shop.store.audit(shop.state.id) as entries:
        lines = [
            (e.order, e.what, e.by, e.rule)
            for e in entries
            if e.kind in {"cell", "order"} or "feed" in e.rule
        ]
    told = {line for line in lines if "feed:" in line[3]}
    assert {(order, what) for order, what, _, _ in told} == {
        ("#SP-1", "payment_status"),
        ("#SP-3", "appeared"),
    }
    people = {(order, what) for order, what, by, _ in lines if by == "person"}
    assert people == {("#SP-3", "handler")}


def test_undoing_the_pass_takes_the_feeds_cells_back_and_they_stay_away(feeds):
    from sheetsync.worker.undo import carry_out_undo, look_at_undo

    feeds.leave("pay", "Order ID,Payment Status\n#SP-1,Paid\n")
    feeds.settle()
    with feeds.shop.workshop() as shop:
        number = next(
            p.line.id for p in shop.store.undoing(shop.state.id).passes(9) if p.cells == 1
        )
        carry_out_undo(shop, look_at_undo(shop, number, feeds.shop.now))
    assert "payment_status" not in feeds.cells()["#SP-1"]
    feeds.settle()
    assert "payment_status" not in feeds.cells()["#SP-1"]


def test_sync_status_tells_of_each_source_and_of_one_that_fell_silent(feeds):
    feeds.leave("dhl", f"{CARRIER}1234567890,In transit,,2026-03-09 08:00\nx,,,soon\n")
    feeds.settle()
    tab = feeds.shop.tab("Sync Status")
    at = tab.index("dhl (carrier)")
    assert tab[at + 1] == "a.csv"
    assert tab[at + 4 : at + 6] == ["2 / 1 / 1", "well"]
    feeds.shop.now += timedelta(hours=24)
    feeds.settle()
    tab = feeds.shop.tab("Sync Status")
    assert tab[tab.index("dhl (carrier)") + 5] == "stale since 2026-03-10 08:12"
    assert any(text.startswith("The feed dhl is stale since") for text in tab)


def test_a_held_tracker_keeps_the_news_for_later(feeds):
    feeds.leave("pay", "Order ID,Payment Status\n#SP-1,Paid\n")
    with feeds.shop.sheet() as sheet:
        title = sheet["A1"].value
        sheet["A1"].value = "Something else"
    assert feeds.look("08:12").outcome == "held"
    with feeds.shop.sheet() as sheet:
        sheet["A1"].value = title
    feeds.settle()
    assert feeds.cells()["#SP-1"]["payment_status"] == "Paid"


def test_an_open_workbook_puts_cells_and_rows_off_and_loses_none(feeds):
    feeds.leave("pay", "Order ID,Payment Status\n#SP-1,Paid\n")
    feeds.leave("web", f"{ORDERS}#SP-3,2026-03-09 08:00,Ann,MUG-01 x2\n")
    lock = feeds.shop.folder / ".~lock.tracker.xlsx#"
    lock.write_bytes(b"Lerato,,,,;")
    assert feeds.look("08:12").outcome == "deferred"
    lock.unlink()
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
