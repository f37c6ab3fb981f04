"""The same files give the same sheet in a workbook and on Google, and a worker killed amid them doubles nothing."""

from __future__ import annotations

from datetime import datetime

import pytest

from sheetsync.domain.moments import local_to_serial
from tests.support.feed_shop import FEEDS, ORDERS, FeedShop, headings
from tests.support.google_sheets import book_of, served
from tests.support.google_shop import GoogleShop
from tests.support.shop import Shop

FILES = {
    "web": f"{ORDERS}#SP-3,2026-03-09 08:00,=1+1,MUG-01 x2\n#SP-1,2026-03-01 08:00,Eve,TEE-L x9\n",
    "dhl": "Tracking Number,Carrier Status,ETA,Last Update\n1234567890,In transit,2026-03-12,2026-03-09 08:00\n",
    "pay": "Order ID,Payment Status\n#SP-1,Paid\n#SP-2,Paid\n#SP-3,Pending\n",
    "wms": "SKU,On Hand\nMUG-01,5\n",
}


def filled(shop: Shop) -> FeedShop:
    shop.add(
        {"order_id": "#SP-1", "tracking": "1234567890", "carrier": "DHL"},
        {"order_id": "#SP-2", "payment_status": "Failed"},
    )
    feeds = FeedShop(shop)
    feeds.look("08:10")
    for feed, content in FILES.items():
        feeds.leave(feed, content)
    return feeds


def plain(cells):
    """Dates as their serials, as Google has them."""
    return {
        order: {
            key: local_to_serial(datetime.fromisoformat(str(value))) if hasattr(value, "year") else value
            for key, value in row.items()
        }
        for order, row in cells.items()
    }  # fmt: skip


def test_the_same_files_give_the_same_cells_on_excel_and_on_google(tmp_path):
    excel = filled(Shop(tmp_path / "excel", headings=headings(), more=FEEDS))
    excel.settle()
    with served(book_of([headings()])) as server:
        google = filled(GoogleShop(tmp_path / "google", server, rows=[headings()], more=FEEDS))
        google.settle()
        assert plain(google.cells()) == plain(excel.cells())
        assert "MUG-01" in google.shop.tab("Stock Levels")
    cells = excel.cells()
    assert cells["#SP-3"]["customer"] == "=1+1"
    assert (cells["#SP-1"]["payment_status"], cells["#SP-2"]["payment_status"]) == (
        "Paid",
        "Failed",
    )
    assert cells["#SP-3"]["payment_status"] == "Pending"


class Crash(BaseException):
    """The process ends here."""


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    feeds = filled(Shop(tmp_path_factory.mktemp("kill") / "shop", headings=headings(), more=FEEDS))
    return feeds, feeds.shop.snapshot()


@pytest.mark.parametrize("step", ["committed", "added"])
def test_a_worker_killed_amid_feeds_is_completed_by_the_next(before, step):
    feeds, snapshot = before
    feeds.shop.restore(snapshot)

    def die(name):
        if name == step:
            raise Crash

    with pytest.raises(Crash), feeds.shop.workshop(die) as worker:
        worker.run_pass(feeds.shop.at("08:12"))
    feeds.shop.now = feeds.shop.at("08:12")
    feeds.settle()
    cells = feeds.cells()
    assert list(cells) == ["#SP-1", "#SP-2", "#SP-3"]
    assert cells["#SP-1"]["carrier_status"] == "In transit"
    assert [cells[order]["payment_status"] for order in cells] == ["Paid", "Failed", "Pending"]
    assert [feeds.left(feed) for feed in FILES] == [["done/a.csv"]] * 4
