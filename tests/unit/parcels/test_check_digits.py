"""The arithmetic of check digits: numbers known to be good pass, and of all last digits only one does."""

from __future__ import annotations

import string
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.domain.parcels.check_digits import CHECKS, completed
from sheetsync.domain.parcels.numbers import hint, tracking_link
from sheetsync.domain.rules import NumberShape
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from sheetsync.rulebook.carriers_file import Check

KNOWN = {
    "ups_1z": ("1Z999AA10123456784", "1Z5R89390357567127", "1Z879E930346834440", "1Z410E7W0392751591",
               "1Z8V92A70367203024", "1ZXX3150YW44070023"),
    "s10": ("RB123456785GB", "RB123456785US"),
    "mod7": ("3318810025", "8487135506", "3318810036", "3318810014"),
    "mod10": ("041441760228964", "568283610012000", "568283610012734", "4006381333931"),
    "fedex_12": ("986578788855", "477179081230", "799531274483", "790535312317", "974367662710"),
    "luhn": ("79927398713", "4539578763621486"),
    "mod37_36": ("A12425GABC1234002M",),
}  # fmt: skip
ALPHABETS = {"ups_1z": string.digits + string.ascii_uppercase, "mod37_36": string.digits + string.ascii_uppercase}  # fmt: skip
CARRIERS = load_rules(rules_folder()).carriers


def test_every_check_has_numbers_known_to_be_good_and_a_name_in_the_rules():
    assert KNOWN.keys() == CHECKS.keys() == set(get_args(Check)) - {"none"}


@pytest.mark.parametrize(("check", "number"), [(c, n) for c, ns in KNOWN.items() for n in ns])
def test_a_good_number_passes_and_with_any_other_last_digit_it_does_not(check, number):
    place = 10 if check == "s10" else len(number) - 1
    others = [number[:place] + d + number[place + 1 :] for d in ALPHABETS.get(check, string.digits)]
    assert [other for other in others if CHECKS[check](other)] == [number]


@given(st.data())
def test_whatever_stands_before_it_at_most_one_last_digit_fits(data):
    check = data.draw(st.sampled_from(sorted(CHECKS.keys() - {"s10"})))
    letters = ALPHABETS.get(check, string.digits)
    size = 15 if check == "ups_1z" else data.draw(st.integers(1, 24))
    body = "".join(data.draw(st.lists(st.sampled_from(letters), min_size=size, max_size=size)))
    start = f"1Z{body}" if check == "ups_1z" else body
    fitting = [
        digit for digit in ALPHABETS.get(check, string.digits) if CHECKS[check](start + digit)
    ]
    assert len(fitting) == 1
    assert completed(start, check) == start + fitting[0]


@given(st.text(max_size=40))
def test_any_text_gives_an_answer_and_no_error(text):
    assert {check(text) for check in CHECKS.values()} <= {True, False}
    verdicts = {hint(text, carrier.numbers).verdict for carrier in CARRIERS.values()}
    assert verdicts <= {"valid", "suspect", "unknown"}


@given(
    st.sampled_from([n for n in KNOWN["fedex_12"] if "0" not in n[-1:]]),
    st.integers(0, 10),
    st.integers(1, 9),
)
def test_a_slip_in_one_digit_of_a_fedex_number_is_a_hint_or_lands_on_another_good_number(number, place, more):  # fmt: skip
    slipped = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    told = hint(slipped, CARRIERS["FedEx"].numbers)
    assert told.verdict == ("valid" if CHECKS["fedex_12"](slipped) else "suspect")


@pytest.mark.parametrize(
    ("carrier", "number", "verdict"),
    [
        ("FastTrack", "FT239845Z", "valid"),
        ("FastTrack", "239845", "unknown"),
        ("UPS", "1Z999AA10123456784", "valid"),
        ("UPS", "1Z999AA10123456785", "suspect"),
        ("UPS", "T1234567890", "valid"),
        ("FedEx", "986578788855", "valid"),
        ("FedEx", "986578788856", "suspect"),
        ("FedEx", "9611020987654312345672", "valid"),
        ("FedEx", "9611020987654312345673", "suspect"),
        ("DHL", "3318810025", "valid"),
        ("DHL", "JJD0099999999999999", "valid"),
        ("DHL", "RB123456785GB", "valid"),
        ("DHL", "RB123456786GB", "suspect"),
    ],
)
def test_each_shape_of_a_courier_is_tried_and_its_own_check_asked(carrier, number, verdict):
    assert hint(number, CARRIERS[carrier].numbers).verdict == verdict


def test_a_courier_without_shapes_says_nothing():
    assert hint("1", ()).verdict == "unknown"
    assert hint("1", (NumberShape(r"^\d$"),)).verdict == "valid"


@pytest.mark.parametrize(
    ("number", "end"),
    [
        ("1Z999AA10123456784", "tracknum=1Z999AA10123456784"),
        ("1Z 999", "tracknum=1Z999"),
        ("x&y=../@evil.example", "tracknum=x%26y%3D..%2F%40evil.example"),
        ('"><script>', "tracknum=%22%3E%3Cscript%3E"),
    ],
)
def test_of_a_cell_only_the_number_gets_into_the_link_and_no_part_of_an_address(number, end):
    link = tracking_link(number, CARRIERS["UPS"])
    assert link.startswith("https://www.ups.com/track?")
    assert link.endswith(end)


def test_there_is_no_link_without_a_known_courier_or_a_number():
    assert tracking_link("1", None) == tracking_link(" ", CARRIERS["UPS"]) == ""
    assert tracking_link("FT239845Z", CARRIERS["FastTrack"]) == ""
