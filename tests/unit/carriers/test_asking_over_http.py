"""AfterShip and EasyPost over real HTTP: what they say is understood, and whatever goes wrong is one parcel's or one
provider's trouble, told in a sentence, with no key in it."""

from __future__ import annotations

import json
import socket
from datetime import UTC, date, datetime

import pytest

from sheetsync.carriers.asking import Asker, NotAnswered
from sheetsync.carriers.parcels import TrackError, TrackResult
from tests.support.carrier_server import (
    KEY,
    aftership_tracking,
    checkpoint,
    detail,
    easypost_tracker,
)
from tests.unit.carriers.conftest import parcel

BOTH = pytest.mark.parametrize("kind", ["aftership", "easypost"])


@pytest.fixture
def provider(request, kind):
    return request.getfixturevalue(kind)


def follow(server, kind, number, **more):
    """Make the provider follow a parcel that is in transit."""
    if kind == "aftership":
        made = aftership_tracking(
            number, "InTransit", checkpoints=[checkpoint("2026-03-09T08:00:00Z", "InTransit")]
        )
    else:
        made = easypost_tracker(
            number, "in_transit", tracking_details=[detail("2026-03-09T08:00:00Z", "in_transit")]
        )
    getattr(server, kind).append({**made, **more})


def fetched(provider, *numbers):
    return {answer.asked: answer for answer in provider.fetch([parcel(n) for n in numbers])}


@pytest.mark.parametrize(
    ("tag", "subtag", "state"),
    [
        ("Pending", "Pending_001", "unknown"),
        ("InfoReceived", "InfoReceived_001", "info_received"),
        ("InTransit", "InTransit_007", "in_transit"),
        ("OutForDelivery", "OutForDelivery_001", "out_for_delivery"),
        ("AttemptFail", "AttemptFail_001", "failed_attempt"),
        ("Delivered", "Delivered_005", "delivered"),
        ("AvailableForPickup", "AvailableForPickup_001", "ready_for_pickup"),
        ("Exception", "Exception_001", "exception"),
        ("Exception", "Exception_004", "delayed"),
        ("Exception", "Exception_017", "delayed"),
        ("Exception", "Exception_011", "returned"),
        ("Exception", "Exception_013", "lost"),
        ("Expired", "Expired_001", "expired"),
        ("Whatever", "Whatever_001", "unknown"),
        (7, None, "unknown"),
    ],
)
def test_tags_of_aftership_are_states(server, aftership, tag, subtag, state):
    server.aftership.append(aftership_tracking("AB12345", tag) | {"subtag": subtag})
    assert fetched(aftership(), "AB12345")["AB12345"].state == state


@pytest.mark.parametrize(
    ("status", "more", "state"),
    [
        ("unknown", "", "unknown"),
        ("pre_transit", "label_created", "info_received"),
        ("in_transit", "arrived_at_facility", "in_transit"),
        ("in_transit", "delayed", "delayed"),
        ("in_transit", "missorted", "misrouted"),
        ("out_for_delivery", "", "out_for_delivery"),
        ("available_for_pickup", "", "ready_for_pickup"),
        ("delivered", "delayed", "delivered"),
        ("return_to_sender", "return", "returned"),
        ("failure", "", "failed_attempt"),
        ("failure", "lost", "lost"),
        ("error", "", "exception"),
        ("cancelled", "", "cancelled"),
        (None, None, "unknown"),
    ],
)
def test_statuses_of_easypost_are_states(server, easypost, status, more, state):
    server.easypost.append(easypost_tracker("AB12345", status) | {"status_detail": more})
    assert fetched(easypost(), "AB12345")["AB12345"].state == state


def test_all_that_aftership_says_of_a_parcel_is_understood(server, aftership):
    server.aftership.append(aftership_tracking(
        "AB12345", "Delivered", shipment_delivery_date="2026-03-10T14:05:00",
        latest_estimated_delivery={"datetime": "2026-03-10"},
        checkpoints=[
            checkpoint("2026-03-10T12:05:00+00:00", "Delivered", "Front door"),
            checkpoint("2026-03-09T10:00:00", "InTransit", "Left\n the  depot"),
            checkpoint("soon", "InTransit"), "what", None,
        ],
    ))  # fmt: skip
    found = fetched(aftership(), "ab-123 45")["AB12345"]
    assert (found.state, found.text, found.eta) == ("delivered", "Front door", date(2026, 3, 10))
    assert found.delivered_at == datetime(2026, 3, 10, 12, 5, tzinfo=UTC)
    assert [(e.at, e.at_is_local, e.text) for e in found.events] == [
        (datetime(2026, 3, 9, 8, 0, tzinfo=UTC), True, "Left the depot"),
        (datetime(2026, 3, 10, 12, 5, tzinfo=UTC), False, "Front door"),
    ]


def test_all_that_easypost_says_of_a_parcel_is_understood(server, easypost):
    server.easypost.append(easypost_tracker(
        "AB12345", "delivered", est_delivery_date="2026-03-10T00:00:00Z",
        tracking_details=[detail("2026-03-10T12:05:00Z", "delivered", "Front door"),
                          detail("2026-03-09T08:00:00Z", "in_transit", "Departed")],
    ))  # fmt: skip
    found = fetched(easypost(), "AB12345")["AB12345"]
    assert (found.state, found.eta) == ("delivered", date(2026, 3, 10))
    assert found.delivered_at == found.last.at == datetime(2026, 3, 10, 12, 5, tzinfo=UTC)


@BOTH
def test_a_parcel_that_came_back_is_not_delivered(server, provider, kind):
    more = {"return_to_sender": True, "tag": "Delivered"} if kind == "aftership" else {"status": "return_to_sender"}  # fmt: skip
    follow(server, kind, "AB12345", **more)
    found = fetched(provider(), "AB12345")["AB12345"]
    assert (found.state, found.delivered_at) == ("returned", None)


@BOTH
def test_many_parcels_are_asked_about_in_batches_and_all_pages_are_read(server, provider, kind):
    numbers = [f"AB{n:05d}" for n in range(120)]
    for number in numbers:
        follow(server, kind, number)
    server.page = 20
    found = fetched(provider(), *numbers)
    assert {n: a.state for n, a in found.items()} == dict.fromkeys(numbers, "in_transit")
    assert len(server.asked) == 3 + 3 + 1


@BOTH
def test_what_nobody_asked_for_and_another_carriers_parcel_are_left_aside(server, provider, kind):
    code = {"slug": "fedex"} if kind == "aftership" else {"carrier": "FedEx"}
    name = "tracking_number" if kind == "aftership" else "tracking_code"
    follow(server, kind, "AB12345", **code)
    server.faults = ["fine"]
    assert fetched(provider(), "AB12345")["AB12345"].trouble == "not_known"
    # A provider that answers about another number than it was asked for.
    listed = {"trackers": [{name: "XX99999", "carrier": "UPS", "status": "delivered", "id": "1"}]}
    if kind == "aftership":
        listed = {"data": {"trackings": [{name: "XX99999", "slug": "ups", "tag": "Delivered"}]}}
    server.faults = [f"json {json.dumps(listed)}"]
    found = fetched(provider(), "AB12345")
    assert list(found) == ["AB12345"]
    assert found["AB12345"].trouble == "not_known"


@BOTH
def test_one_number_that_is_refused_spoils_no_other(server, provider, kind):
    numbers = [f"AB{n:05d}" for n in range(9)]
    for number in numbers:
        follow(server, kind, number)
    server.refused = frozenset({"AB00004"})
    found = fetched(provider(), *numbers)
    assert found.pop("AB00004").trouble == "refused"
    assert {a.state for a in found.values()} == {"in_transit"}
    assert len(found) == 8


@BOTH
def test_what_is_no_tracking_number_is_never_sent(server, provider, kind):
    odd = ["a,b", "x", "AB123\u202e45", "1&tag=Delivered", "9" * 60, "#REF!"]
    found = list(provider().fetch([parcel(number) for number in odd]))
    assert {answer.trouble for answer in found} == {"refused"}
    assert len(found) == len(odd)
    assert not server.asked


@BOTH
def test_a_new_parcel_is_registered_with_number_and_carrier_and_nothing_of_the_customer(
    server, provider, kind
):
    if kind == "aftership":
        server.unregistered["AB12345"] = aftership_tracking("AB12345", "InTransit")
    else:
        server.unregistered["AB12345"] = easypost_tracker("AB12345", "in_transit")
    (found,) = provider().register([parcel("AB12345")])
    assert found.state == "in_transit"
    ((_, _, _, body),) = server.asked
    wanted = {"tracking_number": "AB12345", "slug": "ups"}
    assert body == (
        wanted
        if kind == "aftership"
        else {"tracker": {"tracking_code": "AB12345", "carrier": "UPS"}}
    )
    if kind == "aftership":
        (again,) = provider().register([parcel("AB12345")])
        assert again.trouble == "not_known"
    server.refused = frozenset({"AB99999"})
    (refused,) = provider().register([parcel("AB99999")])
    assert refused.trouble == "refused"
    assert "The number is invalid" in refused.sentence


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("status 500", ("outage", "outage (500)", None)),
        ("status 503", ("outage", "outage (503)", None)),
        ("status 404", ("outage", "404; correct base_url", None)),
        ("status 401", ("key", "does not accept the key (401)", None)),
        ("status 403", ("key", "does not accept the key (403)", None)),
        ("busy 120", ("busy", "asked too often", 120.0)),
        ("busy", ("busy", "asked too often", None)),
        ("busy nonsense", ("busy", "asked too often", None)),
        ("busy 99999999999999999999", ("busy", "asked too often", 86_400.0)),
        ("busy Wed, 21 Oct 2099 07:28:00 GMT", ("busy", "asked too often", 86_400.0)),
        ("garbage", ("outage", "no JSON", None)),
        ("cut", ("outage", "no JSON", None)),
        ("half", ("outage", "cannot be reached", None)),
        ("deep", ("outage", "no JSON", None)),
        ("huge", ("outage", "more than 8 MB", None)),
        ("hangup", ("outage", "cannot be reached", None)),
        ("elsewhere https://evil.example/", ("outage", "sends elsewhere (302)", None)),
    ],
)
@BOTH
def test_a_provider_in_trouble_is_told_in_a_sentence_for_each_parcel(
    server, provider, kind, fault, expected
):
    trouble, told, wait = expected
    server.faults = [fault]
    answers = list(provider().fetch([parcel("AB12345"), parcel("AB12346")]))
    assert [answer.asked for answer in answers] == ["AB12345", "AB12346"]
    assert {(a.trouble, a.wait) for a in answers} == {(trouble, wait)}
    assert told in answers[0].sentence
    assert answers[0].sentence.startswith(("ship ", "post "))
    assert KEY not in repr(answers)
    assert len(server.asked) == 1


@pytest.mark.parametrize("fault", ["slow", "drip"])
@BOTH
def test_a_slow_provider_is_given_up_in_time(server, provider, kind, fault):
    server.faults, server.slow = [fault], 0.6
    (answer,) = provider(timeout=0.2).fetch([parcel("AB12345")])
    assert (answer.trouble, "in time" in answer.sentence) == ("outage", True)


@pytest.mark.parametrize(
    "text",
    ["{}", "[]", "null", "7", '"x"', '{"data": []}', '{"data": {"trackings": {}}}', '{"trackers": "x"}',
     '{"data": {"trackings": [{"tracking_number": 12345}, {"tracking_number": "AB12345", "slug": 5}]}}',
     '{"data": {"trackings": [], "pagination": {"has_next_page": true, "next_cursor": "5"}}}',
     '{"trackers": [{"id": null, "tracking_code": ["AB12345"]}], "has_more": true}'],
)  # fmt: skip
@BOTH
def test_answers_of_another_shape_mean_that_nothing_is_known(server, provider, kind, text):
    server.faults = [f"json {text}"] * 12
    (answer,) = provider().fetch([parcel("AB12345")])
    assert answer.trouble == "not_known"


@BOTH
def test_a_wrong_key_is_the_providers_trouble(server, provider, kind):
    (answer,) = provider(key="wrong").fetch([parcel("AB12345")])
    assert answer.trouble == "key"


@BOTH
def test_nobody_listening_is_an_outage(server, provider, kind):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    (answer,) = provider(address=f"http://127.0.0.1:{port}").fetch([parcel("AB12345")])
    assert (answer.trouble, answer.sentence[5:]) == ("outage", "cannot be reached.")


def test_a_name_that_leads_into_the_own_network_is_not_asked(server):
    """Unless it is said to stand there; `127.1` is what a rebound name would be."""
    port = server.address.rpartition(":")[2]
    common = {
        "name": "ship",
        "headers": {"as-api-key": KEY},
        "timeout": 2.0,
        "seconds": lambda: 0.0,
    }
    with pytest.raises(NotAnswered, match="cannot be reached"):
        Asker(base_url=f"http://127.1:{port}/x", **common).get("/trackings", {})
    assert not server.asked
    reply = Asker(base_url=f"http://127.1:{port}/x", inside=True, **common).get("/trackings", {})
    assert reply.status == 404


def test_a_key_is_in_no_text_of_any_object(aftership, easypost):
    shown = repr(aftership()) + repr(easypost()) + repr(aftership().asker)
    assert KEY not in shown
    assert "s3cret" not in shown


def test_of_a_reused_number_the_newest_parcel_counts(server, easypost):
    for at, status in (
        ("2025-03-09T08:00:00Z", "delivered"),
        ("2026-03-09T08:00:00Z", "in_transit"),
    ):
        follow(server, "easypost", "AB12345", status=status, id=f"trk_{at}",
               tracking_details=[detail(at, status)])  # fmt: skip
    found = fetched(easypost(), "AB12345")["AB12345"]
    assert isinstance(found, TrackResult)
    assert found.state == "in_transit"


def test_carriers_without_a_code_are_not_supported(aftership, easypost):
    for provider in (aftership(), easypost()):
        assert provider.supports(parcel("1", "UPS").carrier)
        assert not provider.supports(parcel("1", "FastTrack").carrier)
        assert not provider.supports(None)
    assert not any(isinstance(a, TrackError) for a in aftership().fetch([]))
