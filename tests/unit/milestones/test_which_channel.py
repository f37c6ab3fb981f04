"""By which channel a customer is told: the one they prefer, else mail, else a call, and what was lacking."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from sheetsync.domain.milestones.contact import contact_of

ALL = ("email", "phone", "sms", "app", "webhook")
TITLES = {"customer_email": "Customer Email", "customer_channel": "Customer Channel"}


@dataclass(frozen=True)
class Someone:
    key: str = "C-7"
    name: str = "Thandi"
    email: str = ""
    phone: str = ""
    channel: str = ""
    locale: str = ""
    timezone: str = ""
    consent_updates: bool | None = None
    consent_survey: bool | None = None


def contact(person=None, *, email="t@example.org", channel="", channels=ALL, kind="shipped"):
    cells = {
        "customer_email": email, "customer_channel": channel, "customer_language": "",
        "customer_timezone": "",
    }  # fmt: skip
    return contact_of(
        cells, TITLES, to="customer_email", kind=kind, person=person, channels=channels
    )


@pytest.mark.parametrize(
    ("channel", "person", "email", "goes"),
    [
        ("SMS", Someone(phone="+49 170 1234567"), "t@example.org", ("sms", "+491701234567", "")),
        ("SMS", Someone(phone="0170 1234567"), "t@example.org", ("email", "t@example.org", "number")),
        ("SMS", Someone(), "t@example.org", ("email", "t@example.org", "number")),
        ("SMS", None, "t@example.org", ("email", "t@example.org", "number")),
        ("SMS", Someone(phone="0170 1234567"), "", ("phone", "0170 1234567", "number")),
        ("", Someone(phone="0170 1234567"), "", ("phone", "0170 1234567", "address")),
        ("", Someone(), "", ("email", "", "")),
        ("", Someone(email="own@example.org"), "", ("email", "own@example.org", "")),
        ("App", Someone(), "t@example.org", ("app", "C-7", "")),
        ("App", Someone(key="C 7/../x"), "t@example.org", ("app", "t@example.org", "")),
        ("Webhook", None, "not one", ("email", "not one", "name")),
        ("Phone", Someone(phone="+49 170 1234567"), "t@example.org", ("phone", "+491701234567", "")),
        ("Phone", None, "t@example.org", ("phone", "", "")),
        ("Email", Someone(channel="sms", phone="+491701234567"), "t@example.org", ("email", "t@example.org", "")),
    ],
)  # fmt: skip
def test_the_preferred_channel_comes_first_then_mail_then_a_call(channel, person, email, goes):
    found = contact(person, email=email, channel=channel)
    assert (found.channel, found.address, found.lacks) == goes


def test_what_the_customers_tab_says_counts_where_the_row_says_nothing():
    found = contact(Someone(channel="sms", phone="+491701234567"))
    assert (found.channel, found.wanted) == ("sms", "sms")


@pytest.mark.parametrize("wanted", ["sms", "app", "webhook", "phone"])
def test_a_channel_that_is_not_set_up_is_a_fallback_to_mail(wanted):
    found = contact(Someone(phone="+491701234567"), channel=wanted, channels=("email",))
    assert (found.channel, found.wanted, found.held) == ("email", wanted, "")


@pytest.mark.parametrize("channel", ["sms", "app", "phone"])
def test_consent_is_respected_on_every_channel(channel):
    person = Someone(phone="+491701234567", consent_updates=False)
    assert "has not agreed to updates" in contact(person, channel=channel).skipped
    asked = Someone(phone="+491701234567", consent_survey=False)
    found = contact(asked, channel=channel, kind="feedback_request")
    assert "has not agreed to be asked" in found.skipped
    assert "wants no updates" in contact(person, channel="None").skipped


@pytest.mark.parametrize(
    "phone", ["=HYPERLINK(1)", "+49170;+49171", "+491701234567\n+491701234568", "+4" * 30_000]
)
def test_a_hostile_number_is_no_number(phone):
    found = contact(Someone(phone=phone), channel="SMS")
    assert (found.channel, found.lacks) == ("email", "number")
