"""Carrier news and whole passes over a real workbook: filled once, never over a person's value, and no provider's
trouble is anybody else's."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta

import pytest

from sheetsync.carriers.making import Surroundings
from sheetsync.carriers.provider import WebhookRefused
from sheetsync.worker.parcel_news import take_call
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
from tests.support.shop import ZONE, Shop

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


def test_two_providers_fill_their_own_parcels_once_and_nothing_that_a_person_typed(shop, server):
    shop.shop.type_in("#SP-2", carrier_status="Driver called, comes at 5")
    done = settle(shop)
    assert told(shop, "#SP-1") == {
        "carrier_status": "In transit",
        "carrier_update": datetime(2026, 3, 9, 8, 0),
    }
    assert told(shop, "#SP-2") == {
        "carrier_status": "Driver called, comes at 5",
        "carrier_update": datetime(2026, 3, 9, 8, 5),
    }
    assert not told(shop, "#SP-3")
    assert any(
        "ship was asked about 1 parcel, and had news of 1." in line for r in done for line in r.news
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


@pytest.mark.parametrize("fault", ["busy 600"])
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
    settle(shop, minutes=20)
    assert told(shop, "#SP-1")["carrier_status"] == "In transit", "it caught up"
    assert "does not answer" not in shop.shop.tab("Sync Status")


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
    words = '=HYPERLINK("http://evil")\r\nX-Header: 1 \u202e<b>' + "A" * 50_000
    server.easypost = [tracker("error", "2026-03-09T06:05:00Z")]
    server.easypost[0]["tracking_details"][0]["message"] = words
    done = settle(shop)
    assert not told(shop, "#SP-1")
    assert not told(shop, "#SP-3")
    cells = told(shop, "#SP-2")
    assert cells["carrier_status"].startswith("Exception: =HYPERLINK")
    assert "\n" not in cells["carrier_status"]
    assert len(cells["carrier_status"]) < 160
    assert "delivered_at" not in cells
    assert any("scanned in the future" in remark for r in done for remark in r.remarks)


def test_a_key_that_is_missing_is_told_and_stops_nothing(shop, server):
    shop.shop.now += timedelta(minutes=2)
    done = shop.shop.look(environment={"POST": KEY})
    assert done.outcome == "done"
    shop.shop.now += timedelta(minutes=2)
    shop.shop.look(environment={"POST": KEY})
    assert told(shop, "#SP-2")["carrier_status"] == "In transit"
    assert any("environment variable SHIP" in text for text in shop.shop.tab("Sync Status"))


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


def test_a_providers_own_call_is_news_once_however_often_it_comes(shop, server):
    body = json.dumps({"msg": tracking("OutForDelivery", "2026-03-09T06:01:00Z")}).encode()
    digest = hmac.new(b"hook", body, hashlib.sha256).digest()
    headers = {"aftership-hmac-sha256": base64.b64encode(digest).decode()}
    shop.shop.configure(more=config(server, ", webhook_secret: env:HOOK"))
    with shop.shop.workshop(environment=KEYS) as workshop:
        around = Surroundings(
            environment={**KEYS, "HOOK": "hook"}, clock=lambda: shop.shop.now, timezone=ZONE
        )
        rules = workshop.rules(shop.shop.now).rules
        feeds = workshop.store.feeds(workshop.state.id)
        call = (workshop.config, workshop.store, workshop.state.id, rules, around, "ship")
        assert take_call(*call, headers, body) == take_call(*call, headers, body) == ()
        assert [news.cells["carrier_status"] for news in feeds.everything("carrier")] == [
            "Out for delivery"
        ]
        assert feeds.fed().number == 1
        with pytest.raises(WebhookRefused):
            take_call(*call, headers, body + b" ")
        late = json.dumps({"msg": tracking("Delivered", "2033-01-01T00:00:00Z")}).encode()
        signed = base64.b64encode(hmac.new(b"hook", late, hashlib.sha256).digest()).decode()
        (sentence,) = take_call(*call, {"aftership-hmac-sha256": signed}, late)
        assert "in the future" in sentence
    settle(shop)
    assert told(shop, "#SP-1")["carrier_status"] == "Out for delivery"


def test_people_and_files_alone_bring_news_and_their_words_are_understood(shop, server):
    shop.shop.configure(
        more="feeds:\n  ft: {kind: carrier, folder: in/dhl, stable: 0s}\ncarriers:\n  hand: {kind: manual}\n  file: {kind: file}\n"
    )
    shop.leave(
        "dhl", "Tracking Number,Carrier Status,Last Update\nFT239845Z,Carded,2026-03-09 08:09\n"
    )
    shop.shop.type_in("#SP-1", carrier_status="RS")
    settle(shop)
    assert "could not" in shop.shop.cell("#SP-3", "check")
    assert "brings the parcel back" in shop.shop.cell("#SP-1", "check")
    assert server.asked == []


def test_a_key_is_in_no_file_that_is_left(shop, server):
    server.faults = ["status 401", "status 500"]
    done = settle(shop)
    left = [path for path in shop.shop.folder.rglob("*") if path.is_file()]
    assert not [path.name for path in left if KEY.encode() in path.read_bytes()]
    assert KEY not in repr(done)
