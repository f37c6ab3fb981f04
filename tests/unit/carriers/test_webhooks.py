"""A provider's own call is believed only with its signature over the very bytes, and means what an answer would."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from sheetsync.carriers.karrio import Karrio
from sheetsync.carriers.provider import Unasked, WebhookRefused
from sheetsync.carriers.simulated import Simulated
from tests.support.carrier_server import aftership_tracking, checkpoint, detail, easypost_tracker

SECRET = "s3cret"
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
