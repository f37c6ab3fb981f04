"""The providers that need no network: made-up news, people and feeds, and Karrio where it is installed."""

from __future__ import annotations

import importlib.util
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from sheetsync.carriers.aftership import AfterShip
from sheetsync.carriers.easypost import EasyPost
from sheetsync.carriers.karrio import Karrio, load_karrio
from sheetsync.carriers.making import Surroundings, allowed, make_provider
from sheetsync.carriers.parcels import TrackResult
from sheetsync.carriers.provider import Unasked
from sheetsync.carriers.simulated import Simulated
from sheetsync.config import parse_config
from sheetsync.errors import ConfigError, UsageError
from tests.unit.carriers.conftest import RULES, ZONE, parcel

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


def simulated(now):
    return Simulated(name="demo", clock=lambda: now)


def test_the_same_parcel_always_tells_the_same_story_and_time_moves_it_on():
    one = parcel("AB1", since=NOW)
    states = []
    for hours in range(0, 120, 2):
        (found,) = simulated(NOW + timedelta(hours=hours)).fetch([one])
        (again,) = simulated(NOW + timedelta(hours=hours)).fetch([one])
        assert found == again
        states.append(found.state if isinstance(found, TrackResult) else "")
    assert states[0] == ""
    assert list(dict.fromkeys(states))[:4] == ["", "info_received", "picked_up", "in_transit"]


def test_one_parcel_in_five_has_trouble_and_the_others_arrive():
    parcels = [parcel(f"AB{n}", since=NOW) for n in range(200)]
    seen = {a.state for a in simulated(NOW + timedelta(days=9)).fetch(parcels)}
    ends = [a.state for a in simulated(NOW + timedelta(days=9)).fetch(parcels)]
    assert seen == {"delivered", "returned", "in_transit"}
    assert ends.count("delivered") > 150
    middle = {a.state for a in simulated(NOW + timedelta(hours=49)).fetch(parcels)}
    assert {"failed_attempt", "delayed", "misrouted"} <= middle


def test_a_parcel_that_has_not_left_is_not_known():
    (found,) = simulated(NOW).register([parcel("AB1")])
    assert found.trouble == "not_known"


def test_people_and_feeds_are_not_asked():
    one = Unasked("hand")
    assert one.supports(None)
    assert one.batch_size == 0
    assert list(one.fetch([parcel("AB1")])) == list(one.register([parcel("AB1")])) == []


# -- Karrio ---------------------------------------------------------------------------------------


class Library:
    """What Karrio looks like from outside: gateways, requests, objects with fields."""

    def __init__(self, details=(), messages=(), fails=None):
        self.details, self.messages, self.fails, self.asked = details, messages, fails, []
        self.gateway = {"ups": SimpleNamespace(create=lambda account: ("gateway", account))}
        self.Tracking = self

    def fetch(self, request):
        self.asked.append(request)
        if self.fails:
            raise self.fails
        return self

    def from_(self, gateway):
        self.asked.append(gateway)
        return self

    def parse(self):
        return list(self.details), list(self.messages)


def karrio(library):
    return Karrio(name="own", accounts={"ups": '{"client_id": "c", "client_secret": "canary"}'}, zone=ZONE,
                  load=lambda: library)  # fmt: skip


def details(**more):
    event = SimpleNamespace(date="2026-03-09", time="07:30", timestamp="2026-03-09T07:30:00.000Z", code="OT",
                            status="in_transit", description="Out for Delivery Today", reason=None)  # fmt: skip
    return SimpleNamespace(tracking_number="AB12345", status="in_transit", estimated_delivery="2026-03-09",
                           events=[event], **more)  # fmt: skip


def test_what_karrio_says_is_understood_by_carriers_yaml_first_and_its_times_are_local():
    library = Library([details()])
    (found,) = karrio(library).fetch([parcel("AB12345")])
    assert (found.state, found.eta) == ("out_for_delivery", date(2026, 3, 9))
    assert found.last.at == datetime(2026, 3, 9, 5, 30, tzinfo=UTC)
    assert found.last.at_is_local
    assert library.asked == [
        {"tracking_numbers": ["AB12345"]},
        ("gateway", {"client_id": "c", "client_secret": "canary"}),
    ]


@pytest.mark.parametrize(
    ("library", "trouble", "told"),
    [
        (Library(fails=RuntimeError("canary")), "outage", "could not ask ups (RuntimeError)"),
        (Library(messages=[SimpleNamespace(code="401", message="canary")]), "outage", "no answer of ups; it says 401"),
        (Library(), "not_known", "does not know"),
        (Library([SimpleNamespace(tracking_number=None, status=5, events=None)]), "not_known", "does not know"),
    ],
)  # fmt: skip
def test_trouble_of_karrio_is_told_without_its_words(library, trouble, told):
    (found,) = karrio(library).fetch([parcel("AB12345")])
    assert found.trouble == trouble
    assert told in found.sentence
    assert "canary" not in found.sentence


def test_couriers_without_an_account_are_not_asked_about():
    assert karrio(Library()).supports(parcel("1", "UPS").carrier)
    assert not karrio(Library()).supports(parcel("1", "FedEx").carrier)
    assert "canary" not in repr(karrio(Library()))


def test_without_the_extra_a_sentence_says_how_to_get_it():
    if importlib.util.find_spec("karrio") is not None:
        pytest.skip("karrio is installed here")
    with pytest.raises(UsageError, match=r"pip install 'sheetsync\[karrio\]'"):
        load_karrio()
    (found,) = Karrio(name="own", accounts={"ups": "{}"}, zone=ZONE).fetch([parcel("AB12345")])
    assert found.trouble == "key"
    assert "pip install" in found.sentence


# -- making them ----------------------------------------------------------------------------------


def made(text, environment=(), folder=Path("/nowhere")):
    config = parse_config(
        f"version: 1\ntracker: {{path: t.xlsx, timezone: {ZONE}}}\ncarriers:\n  ship: {text}\n",
        folder / "config.yaml",
    )
    around = Surroundings(environment=dict(environment), clock=lambda: NOW, timezone=ZONE)
    settings = config.carriers["ship"]
    return make_provider("ship", settings, around), allowed(settings, "ship", RULES)


def test_each_kind_makes_its_provider(tmp_path):
    (tmp_path / "key").write_text("from-a-file\n")
    ship, _ = made("{kind: aftership, key: file:key}", folder=tmp_path)
    assert isinstance(ship, AfterShip)
    assert ship.asker.headers == {"as-api-key": "from-a-file"}
    assert ship.asker.base_url == "https://api.aftership.com/tracking/2026-07"
    post, _ = made("{kind: easypost, key: env:K, base_url: 'http://127.0.0.1:9/v2'}", {"K": "k"})
    assert isinstance(post, EasyPost)
    assert post.asker.headers == {"Authorization": "Bearer k"}
    assert post.asker.base_url == "http://127.0.0.1:9/v2"
    own, _ = made("{kind: karrio, accounts: {ups: env:A}}", {"A": "{}"})
    assert own.accounts == {"ups": "{}"}
    assert [type(made(f"{{kind: {kind}}}")[0]) for kind in ("manual", "file", "simulated")] == [
        Unasked,
        Unasked,
        Simulated,
    ]


def test_only_some_couriers_may_be_asked_about():
    _, fits = made("{kind: simulated, only: [Fed Ex, ups]}")
    assert [fits(RULES.carriers.get(name)) for name in ("UPS", "FedEx", "DHL", "Pony")] == [
        True,
        True,
        False,
        False,
    ]
    with pytest.raises(UsageError, match=r"carriers.ship.only .* names \"Pony\""):
        made("{kind: simulated, only: [Pony]}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{kind: aftership}", "needs a key"),
        ("{kind: karrio}", "needs accounts"),
        ("{kind: aftership, key: sk_live_canary}", "does not stand in this file"),
        ("{kind: easypost, key: env:K, base_url: 'http://api.example.org'}", "must begin with https://"),
        ("{kind: easypost, key: env:K, base_url: 'https://me:canary@api.example.org'}", "holds no account"),
        ("{kind: easypost, key: env:K, base_url: 'https://api.example.org/?k=1'}", "after a"),
        ("{kind: carrierpigeon}", "carrierpigeon"),
        ("{kind: simulated, most: 0}", "least"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_told_with_its_place_and_never_with_a_secret(text, told):
    with pytest.raises(ConfigError, match=rf"config.yaml:4:\d+: .*{told}") as wrong:
        made(text)
    assert "canary" not in str(wrong.value)


def test_a_key_that_is_not_where_it_should_be_is_told():
    with pytest.raises(ConfigError, match="environment variable K"):
        made("{kind: aftership, key: env:K}")
    with pytest.raises(UsageError, match="more than one line"):
        made("{kind: aftership, key: env:K}", {"K": "a\nb"})


def test_a_provider_and_a_feed_do_not_share_a_name():
    with pytest.raises(ConfigError, match="a feed has this name too"):
        parse_config(f"version: 1\ntracker: {{path: t.xlsx, timezone: {ZONE}}}\n"
                     "feeds: {dhl: {kind: carrier}}\ncarriers: {dhl: {kind: simulated}}\n")  # fmt: skip
