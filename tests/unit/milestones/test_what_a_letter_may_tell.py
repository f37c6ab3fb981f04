"""Nobody who can type into the sheet can write into a customer's letter: hostile cells are told as blanks."""

from __future__ import annotations

import pytest

from sheetsync.domain.milestones.speakable import (
    carrier_of,
    order_lines,
    order_number,
    person_name,
    tracking_number,
)
from sheetsync.domain.parcels.numbers import tracking_link
from tests.support.orders_builder import shipped_rules

HOSTILE = (
    '=HYPERLINK("http://evil.example")', "<script>alert(1)</script>", "a@x.org, b@y.org",
    "win at evil.example", "http://evil.example", "a\r\nBcc: x@y.org", "x" * 50_000, "\u202egpj.exe",
    "call us now, it is urgent", "{{ config }}", "%s%n", "\x00\x07",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_does_not_look_like_it_is_told_as_blank(text):
    assert person_name(text) == ""
    assert order_number(text) == ""
    assert tracking_number(text) == ""
    assert carrier_of(text, shipped_rules().carriers) is None
    assert [line["sku"] for line in order_lines(f"{text} x2")] in ([], [""], ["", ""])


@pytest.mark.parametrize(
    "name",
    [
        "Thandi Nkosi",
        "J. R. O'Neil",
        "Müller-Lüdenscheid",
        "李小龍",
        "Søren",
        "Anne Marie van der Berg",
    ],
)
def test_names_are_told_as_they_are(name):
    assert person_name(name) == name


@pytest.mark.parametrize(
    ("text", "number"),
    [(" 1z 999aa1-0123456784 ", "1Z999AA10123456784"), ("FT239845Z", "FT239845Z"), ("abc", "")],
)
def test_a_tracking_number_is_told_in_its_own_spelling(text, number):
    assert tracking_number(text) == number


def test_a_link_leads_to_the_carriers_own_page_only():
    carriers = shipped_rules().carriers
    ups = carrier_of("united parcel service", carriers)
    assert ups is not None
    assert (
        tracking_link("1Z999AA10123456784", ups)
        == "https://www.ups.com/track?tracknum=1Z999AA10123456784"
    )
    assert tracking_link("", ups) == tracking_link("1Z", None) == ""


def test_lines_are_told_with_how_many():
    assert order_lines("MUG-01 x2; TEE-L x1") == [
        {"sku": "MUG-01", "product": "", "quantity": 2},
        {"sku": "TEE-L", "product": "", "quantity": 1},
    ]
