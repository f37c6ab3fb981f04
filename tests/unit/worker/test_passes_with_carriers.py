"""Carrier news and whole passes over a real workbook: filled once, never over a person's value, and no provider's
trouble is anybody else's."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.support.carrier_server import (
    AFTERSHIP,
    EASYPOST,
    KEY,
    aftership_tracking,
    carrier_server,
    checkpoint,
    detail,
    easypost_tracker,
)
from tests.support.feed_shop import MORE, FeedShop, headings
from tests.support.shop import Shop

UPS, FEDEX = "1Z999AA10123456784", "986578788855"
KEYS = {"SHIP": KEY, "POST": KEY}


def config(server, more=""):
    return (
        "feeds:\n  dhl: {kind: carrier, folder: in/dhl, stable: 0s}\n"
        "carriers:\n"
        f"  ship: {{kind: aftership, key: env:SHIP, base_url: '{server.address}{AFTERSHIP}', only: [UPS], timeout: 500ms{more}}}\n"
        f"  post: {{kind: easypost, key: env:POST, base_url: '{server.address}{EASYPOST}', only: [FedEx], timeout: 500ms}}\n"
        "  hand: {kind: manual}\n"
    ).replace("500ms", "1s")


@pytest.fixture(scope="module")
def running():
    with carrier_server() as server:
        yield server


@pytest.fixture(scope="module")
def made(tmp_path_factory, running):
    shop = Shop(
        tmp_path_factory.mktemp("carriers") / "shop", headings=headings(), more=config(running)
    )
    sent = {"allocated": "x", "picked": "x", "packed": "x", "handler": "Lerato",
            "dispatched_at": datetime(2026, 3, 9, 7, 0)}  # fmt: skip
    shop.add(
        {"order_id": "#SP-1", "carrier": "UPS", "tracking": UPS, **sent},
        {"order_id": "#SP-2", "carrier": "FedEx", "tracking": FEDEX, **sent},
        {"order_id": "#SP-3", "carrier": "FastTrack", "tracking": "FT239845Z", **sent},
        {
            "order_id": "#SP-4",
            "carrier": "UPS",
            "status": "Cancelled",
            "tracking": "1Z5R89390357567127",
            **sent,
        },
    )
    (shop.folder / "in" / "dhl").mkdir(parents=True)
    assert shop.look(shop.at("08:10"), environment=KEYS).outcome == "done"
    return FeedShop(shop), shop.snapshot()


@pytest.fixture
def server(running):
    running.aftership = [tracking("InTransit", "2026-03-09T06:00:00Z")]
    running.easypost = [tracker("in_transit", "2026-03-09T06:05:00Z")]
    running.unregistered, running.faults, running.asked = {}, [], []
    return running


@pytest.fixture
def shop(made, server):
    shop, snapshot = made
    shop.shop.restore(snapshot)
    shop.shop.now = shop.shop.at("08:10")
    return shop


def tracking(tag, at, message="", **more):
    return aftership_tracking(UPS, tag, checkpoints=[checkpoint(at, tag, message)], **more)


def tracker(status, at, **more):
    made = easypost_tracker(FEDEX, status, tracking_details=[detail(at, status)], **more)
    return made | {"carrier": "FedEx"}


class Killed(Exception):
    pass


def killing(boundary):
    """Ends a pass there."""

    def step(name):
        if name == boundary:
            raise Killed

    return step


def settle(shop, *, minutes=2):
    """Passes of one worker, until nothing is new."""
    done = []
    with shop.shop.workshop(environment=KEYS) as worker:
        while not done or done[-1].outcome != "unchanged":
            assert len(done) < 8, [(r.outcome, r.problem) for r in done]
            shop.shop.now += timedelta(minutes=minutes)
            done.append(worker.run_pass(shop.shop.now))
    return done


def told(shop, order):
    cells = shop.cells()[order]
    return {key: cells[key] for key in (*MORE[:3], "delivered_at") if key in cells}


def test_two_providers_fill_their_own_parcels_once_and_a_quiet_pass_asks_nobody(shop, server):
    done = settle(shop)
    assert told(shop, "#SP-1") == {
        "carrier_status": "In transit",
        "carrier_update": datetime(2026, 3, 9, 8, 0),
    }
    assert told(shop, "#SP-2")["carrier_update"] == datetime(2026, 3, 9, 8, 5)
    assert not told(shop, "#SP-3")
    assert any(
        "ship was asked about 1 parcels, 1 of them have news." in line
        for r in done
        for line in r.news
    )
    assert sorted(server.numbers_asked) == sorted([UPS, FEDEX])
    asked = len(server.asked)
    settle(shop)
    assert len(server.asked) == asked, "nobody is asked again so soon"
    assert shop.shop.cell("#SP-1", "status") == "Shipped"


def test_later_news_go_in_once_and_the_same_again_changes_nothing(shop, server):
    settle(shop)
    server.aftership = [tracking("OutForDelivery", "2026-03-09T08:00:00Z")]
    shop.shop.now += timedelta(hours=3)
    settle(shop)
    assert told(shop, "#SP-1")["carrier_status"] == "Out for delivery"
    shop.shop.now += timedelta(hours=3)
    done = settle(shop)
    assert [r.outcome for r in done] == ["unchanged"], "an answer without news makes no pass"
    server.aftership = [tracking("InTransit", "2026-03-09T05:00:00Z")]
    shop.shop.now += timedelta(hours=3)
    settle(shop)
    assert told(shop, "#SP-1")["carrier_status"] == "Out for delivery", (
        "older news never replace newer ones"
    )


def test_a_delivery_closes_the_order_and_its_parcel_is_asked_about_no_more(shop, server):
    server.aftership = [tracking("Delivered", "2026-03-09T06:09:00Z")]
    settle(shop)
    assert told(shop, "#SP-1")["delivered_at"] == datetime(2026, 3, 9, 8, 9)
    assert shop.shop.cell("#SP-1", "status") == "Delivered"
    server.asked.clear()
    shop.shop.now += timedelta(hours=30)
    settle(shop)
    assert UPS not in server.numbers_asked


def test_what_a_person_typed_stays(shop, server):
    shop.shop.type_in("#SP-1", carrier_status="Driver called, comes at 5")
    settle(shop)
    assert told(shop, "#SP-1")["carrier_status"] == "Driver called, comes at 5"
    assert told(shop, "#SP-1")["carrier_update"] == datetime(2026, 3, 9, 8, 0)


@pytest.mark.parametrize("fault", ["garbage", "busy 600"])
def test_a_provider_that_is_down_stops_no_other_and_is_named_on_sync_status(shop, server, fault):
    server.faults = [fault]
    done = settle(shop, minutes=0.5)
    assert {r.outcome for r in done} == {"done", "unchanged"}
    assert not told(shop, "#SP-1")
    assert told(shop, "#SP-2")["carrier_status"] == "In transit"
    tab = shop.shop.tab("Sync Status")
    assert any(text.startswith("ship: ship ") and "since 2026-03-09 08:10" in text for text in tab)
    assert "does not answer" in tab
    assert tab[tab.index("post") + 5] == "well"
    assert not any(KEY in text for text in tab)


def test_a_provider_that_comes_back_catches_up(shop, server):
    server.faults = ["status 503"]
    settle(shop)
    assert told(shop, "#SP-1")["carrier_status"] == "In transit"
    assert not any("outage" in text for text in shop.shop.tab("Sync Status"))


def test_a_provider_that_is_down_for_long_is_stale_since(shop, server):
    settle(shop)
    server.faults = ["status 500"] * 9
    for _ in range(3):
        shop.shop.now += timedelta(hours=4)
        shop.shop.look(environment=KEYS)
    tab = shop.shop.tab("Sync Status")
    assert tab[tab.index("ship") + 5].startswith("stale since 2026-03-09 1")
    assert any(
        "The news of ship are stale since" in text and "it answered last at" in text for text in tab
    )
    assert told(shop, "#SP-1")["carrier_status"] == "In transit", "what was known stays"
    server.faults = ["status 500"] * 9
    shop.shop.now += timedelta(days=6)
    shop.shop.look(environment=KEYS)
    check = shop.shop.cell("#SP-1", "check")
    assert "Unsure: The courier has scanned nothing for more than 5 days." in check
    assert "But the news of ship are stale since 2026-03-09 14:12." in check


def test_a_provider_that_lies_touches_no_row(shop, server):
    server.aftership = [
        tracking("Delivered", "2031-01-01T00:00:00Z"),
        aftership_tracking("FT239845Z", "Delivered", checkpoints=[checkpoint("2026-03-09T06:00:00Z", "Delivered")]),
        aftership_tracking(FEDEX, "Delivered", checkpoints=[checkpoint("2026-03-09T06:00:00Z", "Delivered")]),
    ]  # fmt: skip
    done = settle(shop)
    assert not told(shop, "#SP-1")
    assert not told(shop, "#SP-3")
    assert "delivered_at" not in told(shop, "#SP-2")
    assert any("scanned in the future" in remark for r in done for remark in r.remarks)


def test_hostile_words_of_a_courier_are_text_in_one_cell(shop, server):
    words = '=HYPERLINK("http://evil")\r\nX-Header: 1 \u202e<b>' + "A" * 50_000
    server.aftership = [tracking("Exception", "2026-03-09T06:00:00Z", words)]
    settle(shop)
    cell = told(shop, "#SP-1")["carrier_status"]
    assert cell.startswith("Exception: =HYPERLINK")
    assert "\n" not in cell
    assert len(cell) < 160


def test_a_key_that_is_missing_is_told_and_stops_nothing(shop, server):
    shop.shop.now += timedelta(minutes=2)
    done = shop.shop.look(environment={"POST": KEY})
    assert done.outcome == "done"
    shop.shop.now += timedelta(minutes=2)
    shop.shop.look(environment={"POST": KEY})
    assert told(shop, "#SP-2")["carrier_status"] == "In transit"
    assert any("environment variable SHIP" in text for text in shop.shop.tab("Sync Status"))


def test_a_file_of_the_same_news_and_a_provider_both_count_and_the_later_one_wins(shop, server):
    shop.leave(
        "dhl",
        f"Tracking Number,Carrier Status,Last Update\n{UPS},Carded,2026-03-09 08:09\nFT239845Z,Line haul,2026-03-09 08:01\n",
    )
    settle(shop)
    assert told(shop, "#SP-3")["carrier_status"] == "Line haul"
    assert "#SP-1" in shop.cells()


def test_no_pass_of_a_worker_that_goes_on_waits_for_a_slow_provider(shop, server):
    server.faults, server.slow = ["slow", "slow"], 0.4
    with shop.shop.workshop(environment=KEYS) as worker:
        worker.read_long_feeds_beside()
        results = []
        until = datetime.now() + timedelta(seconds=8)
        while not told(shop, "#SP-2") and datetime.now() < until:
            shop.shop.now += timedelta(minutes=6)
            results.append(worker.run_pass(shop.shop.now))
    assert told(shop, "#SP-2")["carrier_status"] == "In transit"
    assert results[0].outcome in {"done", "unchanged"}
    assert "failed" not in {r.outcome for r in results}


def test_a_worker_killed_after_it_heard_the_news_doubles_and_loses_none(shop, server):
    shop.shop.now += timedelta(minutes=2)
    for boundary in ("planned", "written"):
        with pytest.raises(Killed):
            shop.shop.look(step=killing(boundary), environment=KEYS)
        shop.shop.now += timedelta(minutes=10)
    settle(shop)
    assert told(shop, "#SP-1")["carrier_status"] == "In transit"
    assert server.numbers_asked.count(UPS) == 1
    with (
        shop.shop.workshop() as workshop,
        workshop.store.audit(workshop.state.id, order_id="#SP-1") as entries,
    ):
        assert [e.what for e in entries if e.rule == "feed:ship"] == [
            "carrier_status",
            "carrier_update",
        ]
