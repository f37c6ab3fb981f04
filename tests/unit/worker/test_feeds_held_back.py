"""A feed that would change very many orders at once waits for a person; all else goes on."""

from __future__ import annotations

from datetime import datetime

import pytest
from click.testing import CliRunner

from sheetsync.cli.main import cli, run
from sheetsync.domain.guard import GuardLimits
from sheetsync.worker import approving
from tests.support.feed_shop import ORDERS, FeedShop, feed_shop

CARRIER = "Tracking Number,Delivered Date,Last Update\n"
COUNT = 24


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[FeedShop, object]:
    """Twenty-four orders under way, of which eight came by the shop's feed."""
    shop = feed_shop(
        tmp_path_factory.mktemp("held") / "shop",
        *({"order_id": f"#SP-{n}", "tracking": f"{1000 + n}", "status": "Shipped"} for n in range(16)),
    )  # fmt: skip
    shop.leave("web", f"{ORDERS}{orders('07:30')}")
    shop.settle()
    return shop, shop.shop.snapshot()


@pytest.fixture
def feeds(made) -> FeedShop:
    shop, snapshot = made
    shop.shop.restore(snapshot)
    shop.shop.now = shop.shop.at("09:00")
    return shop


def orders(clock: str, count: int = 8) -> str:
    return "".join(f"WEB-{n},2026-03-09 {clock},Ann,MUG-01 x1\n" for n in range(count))


def delivered(count: int, clock: str = "08:50") -> str:
    return CARRIER + "".join(
        f"{1000 + n},2026-03-09 {clock},2026-03-09 {clock}\n" for n in range(count)
    )


def paid(count: int, word: str) -> str:
    return "Order ID,Payment Status\n" + "".join(f"#SP-{n},{word}\n" for n in range(count))


def filled(feeds: FeedShop, key: str) -> int:
    return sum(key in row for row in feeds.cells().values())


def call(feeds: FeedShop, *words: str, answer: str = "") -> tuple[int, str]:
    """The exit code of a command, and all that it said."""
    command = [*words, "--config", str(feeds.shop.config)]
    result = CliRunner().invoke(cli, command, input=answer, standalone_mode=False)
    return int(result.return_value or 0), " ".join((result.stdout + result.stderr).split())


def mails(feeds: FeedShop) -> list[str]:
    with feeds.shop.workshop() as shop:
        latest = shop.store.outbox(shop.state.id, frozenset({"feed-held"})).latest(20)
    return [row.subject for row in latest]


def test_it_is_held_back_told_and_mailed_once_and_all_else_goes_on(feeds):
    feeds.leave("dhl", delivered(14))
    feeds.leave("pay", paid(3, "Paid"))
    feeds.shop.type_in("#SP-1", allocated="✓")
    done = feeds.look("09:02")
    assert done.outcome == "done"
    (told,) = [text for text in done.remarks if "feed dhl" in text]
    assert told.startswith(
        "The feed dhl would count 14 of 24 orders as delivered (the limit is 50% from 10 rows up)."
    )
    tab = feeds.shop.tab("Sync Status")
    assert told in tab
    assert tab[tab.index("dhl") + 5] == "held back"
    feeds.settle()
    assert (filled(feeds, "delivered_at"), filled(feeds, "payment_status")) == (0, 3)
    assert feeds.shop.cell("#SP-1", "allocated_at") is not None
    feeds.shop.type_in("#SP-2", allocated="✓")
    feeds.settle()
    assert (filled(feeds, "delivered_at"), len(set(mails(feeds)))) == (0, 1)
    assert "The feed dhl would count 14" in call(feeds, "status")[1]
    with feeds.shop.workshop() as shop:
        assert shop.state.state == "active"


def test_what_was_approved_is_written_and_no_later_pass_is_held_for_it(feeds):
    feeds.leave("dhl", delivered(14))
    feeds.settle()
    code, said = call(feeds, "approve", answer="y\n")
    assert code == 0
    assert "would count 14 of 24 orders as delivered" in said
    assert "Delivered Date" in said
    assert filled(feeds, "delivered_at") == 14
    assert feeds.settle()[0].outcome == "done"
    assert feeds.shop.cell("#SP-3", "status") == "Delivered"
    assert call(feeds, "approve")[1] == "Nothing is held back: the next pass goes on by itself."


def test_an_approval_holds_only_for_the_news_that_were_shown(feeds):
    feeds.leave("dhl", delivered(14))
    feeds.settle()
    with feeds.shop.workshop() as shop:
        shown = approving.look(shop, feeds.shop.now)
        approving.approve(shop, shown, who="Lerato", now=feeds.shop.now)
        feeds.leave("dhl", delivered(15), "b.csv")
        assert (
            approving.carry_out(shop, clock=lambda: feeds.shop.now, wait=lambda _: None)
            == "changed"
        )
        assert shop.store.approval(shop.state.id) is None
    assert filled(feeds, "delivered_at") == 0


def test_a_running_worker_takes_the_approval_though_the_sheet_did_not_change(feeds):
    feeds.leave("dhl", delivered(14))
    feeds.settle()
    with feeds.shop.workshop() as daemon, daemon.alone(), feeds.shop.workshop() as desk:
        approving.approve(
            desk, approving.look(desk, feeds.shop.now), who="Lerato", now=feeds.shop.now
        )
        wait = lambda _seconds: daemon.run_pass(feeds.shop.now)  # noqa: E731
        taken = approving.carry_out(desk, clock=lambda: feeds.shop.now, wait=wait)
    assert (taken, filled(feeds, "delivered_at")) == ("by the worker", 14)


def test_what_is_dropped_is_never_written_and_the_same_file_brings_none_of_it_back(feeds, capsys):
    feeds.leave("dhl", delivered(14))
    feeds.settle()
    code, said = call(feeds, "feed", "--drop", "dhl")
    assert (code, said.partition(" will")[0]) == (0, "14 rows of the feed dhl")
    feeds.leave("dhl", delivered(14), "again.csv")
    done = feeds.settle()
    assert filled(feeds, "delivered_at") == 0
    assert not any("held back" in remark for result in done for remark in result.remarks)
    assert call(feeds, "feed", "--drop", "dhl")[1] == "Nothing of the feed dhl waits."
    config = ["--config", str(feeds.shop.config)]
    assert (run(["feed", "--drop", "dlh", *config]), run(["feed", *config])) == (2, 2)
    said = capsys.readouterr().err
    assert "There is no feed dlh. There is acme, dhl, pay, web or wms." in said
    assert "Name a FILE to take" in said


def test_a_mended_file_takes_the_place_of_the_wrong_one(feeds):
    feeds.leave("pay", paid(12, "Failed"))
    feeds.settle()
    assert filled(feeds, "payment_status") == 0
    feeds.leave("pay", paid(12, "Paid"), "mended.csv")
    feeds.settle()
    assert filled(feeds, "payment_status") == 12
    assert "held back" not in call(feeds, "status")[1]


def test_a_file_by_hand_is_held_back_like_any_other_and_shown_beforehand(feeds):
    place = feeds.shop.folder / "many.csv"
    place.write_text(delivered(14))
    for more, expected in (("--dry-run",), 0), ((), 3):
        code, said = call(feeds, "feed", str(place), "--feed", "dhl", *more)
        assert code == expected
        assert "would count 14 of 24 orders as delivered" in said
    assert "nothing was written from the feed" in said
    assert filled(feeds, "delivered_at") == 0


def test_rows_of_a_feed_that_would_all_become_other_ones_are_held_back(feeds):
    feeds.leave("web", f"{ORDERS}{orders('07:30', 16)}", "more.csv")
    feeds.settle()
    feeds.leave("web", f"{ORDERS}{orders('05:30', 16)}", "other.csv")
    (told,) = [text for result in feeds.settle() for text in result.remarks][:1]
    assert "would put another Order Date & Time into 16 of 32 orders" in told
    assert call(feeds, "approve", answer="y\n")[0] == 0
    assert {result.outcome for result in feeds.settle()} <= {"done", "unchanged"}
    assert feeds.shop.cell("WEB-3", "ordered_at") == datetime(2026, 3, 9, 5, 30)


def test_a_couriers_running_news_of_all_orders_are_work(feeds):
    for hour, word in ((8, "Picked up"), (9, "In transit")):
        feeds.leave("dhl", "Tracking Number,Carrier Status,Last Update\n" + "".join(
            f"{1000 + n},{word},2026-03-09 0{hour}:00\n" for n in range(16)), f"{hour}.csv")  # fmt: skip
        feeds.settle()
        assert feeds.cells()["#SP-7"]["carrier_status"] == word


def test_any_change_of_more_orders_than_the_limit_is_held_back(feeds):
    config = feeds.shop.config.read_text()
    feeds.shop.config.write_text(f"{config}\nguard: {{feed_orders: 15, min_rows: 1}}\n")
    feeds.leave("pay", paid(16, "Paid"))
    assert any(
        "would change 16 of 24 orders (the limit is 15)" in r
        for d in feeds.settle()
        for r in d.remarks
    )
    feeds.shop.config.write_text(f"{config}\nguard: {{feed_orders: 16}}\n")
    feeds.shop.type_in("#SP-1", allocated="✓")
    feeds.settle()
    assert filled(feeds, "payment_status") == 16
    assert GuardLimits().feed_orders == 1000
