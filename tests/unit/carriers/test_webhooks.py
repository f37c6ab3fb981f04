"""A provider's own call is believed only with its signature over the very bytes, and means what an answer would."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetsync.carriers.aftership import AfterShip
from sheetsync.carriers.asking import Asker
from sheetsync.carriers.easypost import EasyPost
from sheetsync.carriers.karrio import Karrio
from sheetsync.carriers.news import Said, said_of
from sheetsync.carriers.parcels import TrackError
from sheetsync.carriers.provider import Unasked, WebhookRefused
from sheetsync.carriers.simulated import Simulated
from sheetsync.domain.parcels.states import STATES
from tests.support.carrier_server import aftership_tracking, checkpoint, detail, easypost_tracker
from tests.unit.carriers.conftest import RULES, ZONE, parcel

SECRET = "s3cret"
NOBODY = Asker(name="p", base_url="", headers={}, timeout=1.0, seconds=lambda: 0.0)
AFTERSHIP_CALL = {
    "event": "tracking_update", "event_id": "1", "ts": 1773140700,
    "msg": aftership_tracking("AB12345", "OutForDelivery",
                              checkpoints=[checkpoint("2026-03-10T06:00:00Z", "OutForDelivery")]),
}  # fmt: skip
EASYPOST_CALL = {
    "object": "Event", "description": "tracker.updated",
    "result": easypost_tracker("AB12345", "out_for_delivery",
                               tracking_details=[detail("2026-03-10T06:00:00Z", "out_for_delivery")]),
}  # fmt: skip


def signed(kind, body, secret=SECRET):
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    if kind == "aftership":
        return {"aftership-hmac-sha256": base64.b64encode(digest).decode()}
    return {"X-Hmac-Signature": f"hmac-sha256-hex={digest.hex()}"}


@pytest.fixture(params=["aftership", "easypost"])
def kind(request):
    return request.param


@pytest.fixture
def provider(request, kind):
    return request.getfixturevalue(kind)()


@pytest.fixture
def body(kind):
    return json.dumps(AFTERSHIP_CALL if kind == "aftership" else EASYPOST_CALL).encode()


def test_a_signed_call_is_the_same_news_as_an_answer(provider, kind, body):
    (found,) = provider.parse_webhook(signed(kind, body), body)
    assert (found.asked, found.state, found.last.at.hour) == ("AB12345", "out_for_delivery", 6)


def test_names_of_headers_come_in_any_case(provider, kind, body):
    headers = {name.upper(): value for name, value in signed(kind, body).items()}
    assert provider.parse_webhook(headers, body)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda headers, body: ({}, body),
        lambda headers, body: (dict.fromkeys(headers, ""), body),
        lambda headers, body: (headers, body + b" "),
        lambda headers, body: (headers, body.replace(b"AB12345", b"AB12346")),
        lambda headers, body: ({n: v[:-2] for n, v in headers.items()}, body),
        lambda headers, body: ({n: "ü" + v for n, v in headers.items()}, body),
        lambda headers, body: (headers, b"x" * 2_000_000),
    ],
)
def test_a_call_without_its_signature_is_refused(provider, kind, body, spoil):
    headers, spoiled = spoil(signed(kind, body), body)
    with pytest.raises(WebhookRefused) as refusal:
        provider.parse_webhook(headers, spoiled)
    assert "AB12345" not in str(refusal.value)
    assert SECRET not in str(refusal.value)


def test_a_call_signed_with_another_secret_is_refused(provider, kind, body):
    with pytest.raises(WebhookRefused):
        provider.parse_webhook(signed(kind, body, "other"), body)


def test_without_a_secret_no_call_is_believed(provider, kind, body):
    open_one = replace(provider, webhook_secret="")
    with pytest.raises(WebhookRefused, match="No webhook_secret"):
        open_one.parse_webhook(signed(kind, body, ""), body)


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"msg": 5, "result": []}', "<xml/>", ""])
def test_a_signed_call_of_another_shape_is_refused_and_raises_nothing_else(provider, kind, text):
    with pytest.raises(WebhookRefused):
        provider.parse_webhook(signed(kind, text.encode()), text.encode())


def test_nobody_else_calls():
    for one in (Unasked("hand"), Simulated(name="s", clock=lambda: None), Karrio(name="k", accounts={}, zone="UTC")):  # fmt: skip
        with pytest.raises(WebhookRefused):
            one.parse_webhook({}, b"{}")


ANY_FIELDS = (
    "tag", "subtag", "checkpoints", "checkpoint_time", "slug", "status", "status_detail", "tracking_details", "datetime",
    "latest_estimated_delivery", "courier_estimated_delivery_date", "est_delivery_date", "return_to_sender", "message",
    "shipment_delivery_date", "description",
)  # fmt: skip
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
    | st.sampled_from(["2026-03-10T06:00:00Z", "9999-12-31T23:59:59+14:00", "0001-01-01", "Delivered", "delivered"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(ANY_FIELDS), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip


@pytest.mark.parametrize("name", ["tracking_number", "tracking_code"])
@given(content=st.dictionaries(st.sampled_from(ANY_FIELDS), ANY_JSON, max_size=8))
@settings(max_examples=150)
def test_whatever_json_a_provider_sends_is_news_or_a_refusal_and_never_an_error(name, content):
    told = {**content, name: "AB12345"}
    kind = "aftership" if name == "tracking_number" else "easypost"
    body = json.dumps({"msg" if kind == "aftership" else "result": told}).encode()
    made = AfterShip if kind == "aftership" else EasyPost
    provider = made(name="p", asker=NOBODY, zone=ZONE, webhook_secret=SECRET)
    (found,) = provider.parse_webhook(signed(kind, body), body)
    assert found.state in STATES
    said = said_of(
        parcel("AB12345"), found, RULES.parcel_words, ZONE, datetime(2026, 3, 10, tzinfo=UTC)
    )
    assert said is None or isinstance(said, Said | TrackError)
