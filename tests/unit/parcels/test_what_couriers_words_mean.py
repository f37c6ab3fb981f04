"""A courier's words and codes become one of a few states; each courier's own map goes first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.domain.parcels.states import OVER, SHOWN, STATES, TROUBLE
from sheetsync.domain.parcels.words import parcel_state, parcel_states, shown_state
from sheetsync.errors import RulesError
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules, load_texts

RULES = load_rules(rules_folder())


def state(said, carrier=""):
    return parcel_state(said, RULES.carriers.get(carrier), RULES.parcel_words)


@pytest.mark.parametrize(
    ("carrier", "said", "meant"),
    [
        ("", "In Transit", "in_transit"),
        ("", "  out FOR delivery ", "out_for_delivery"),
        ("", "in_transit", "in_transit"),
        ("", "Delayed: snow in Hamburg", "delayed"),
        ("", "Returned to sender", "returned"),
        ("", "Your parcel dreams", "unknown"),
        ("UPS", "D", "delivered"),
        ("UPS", "RS", "returned"),
        ("FedEx", "OD", "out_for_delivery"),
        ("FedEx", "CD", "delayed"),
        ("DHL", "WC", "out_for_delivery"),
        ("DHL", "OK", "delivered"),
        ("FastTrack", "Carded", "failed_attempt"),
        ("", "D", "unknown"),
        ("DHL", "D", "unknown"),
    ],
)
def test_words_and_codes_mean_a_state(carrier, said, meant):
    assert state(said, carrier) == meant


@pytest.mark.parametrize("name", STATES)
def test_what_is_shown_of_a_state_is_read_back_as_that_state(name):
    for carrier in ("", *RULES.carriers):
        assert state(SHOWN[name], carrier) == name
        assert state(shown_state(name, "because of the weather"), carrier) == name


@given(st.sampled_from(STATES), st.text(max_size=300))
def test_whatever_a_courier_says_beside_a_state_the_cell_stays_short_and_means_the_state(
    name, said
):
    text = shown_state(name, said)
    assert state(text) == name
    assert len(text) < 160
    assert "\n" not in text


def test_only_trouble_is_explained():
    assert shown_state("in_transit", "left Leipzig") == "In transit"
    assert shown_state("delayed", "Held by snow") == "Delayed: Held by snow"
    assert shown_state("delayed", "delayed") == "Delayed"
    assert TROUBLE.isdisjoint({"delivered", "in_transit"})
    assert "in_transit" not in OVER


def test_a_column_is_read_row_by_row_with_the_courier_of_each():
    said = np.array(["D", "", "D", "In transit"], dtype=object)
    carriers = np.array(["UPS", "UPS", "DHL", ""], dtype=object)
    assert parcel_states(said, carriers, RULES).tolist() == [
        "delivered",
        "",
        "unknown",
        "in_transit",
    ]
    assert parcel_states(said, None, RULES).tolist() == ["unknown", "", "unknown", "in_transit"]


def changed(*changes):
    files = {path.name: path.read_text() for path in rules_folder().glob("*.yaml")}
    text = files["carriers.yaml"]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return load_texts(files | {"carriers.yaml": text}, "rules")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("delayed: [DY, CD]", "delayd: [DY, CD]", r"carriers.yaml:\d+:\d+.*delayd"),
        ("delayed: [DY, CD]", "delayed: [DY, CD, de]", r"carriers.yaml:\d+:\d+.*already means failed_attempt"),
        ("check: fedex_12", "check: fedex_13", r"carriers.yaml:\d+:\d+.*fedex_13"),
        ("{shape: '^T\\d{10}$'}", "{shape: '^T(\\d'}", r"carriers.yaml:\d+:\d+"),
        ("{shape: '^T\\d{10}$'}", "{form: '^T$'}", r"carriers.yaml:\d+:\d+.*form"),
        ("aliases: [Fast Track]", "aliases: [Fast Track]\n    tracking: '^F$'", r"carriers.yaml:\d+:\d+.*under numbers"),
        ("codes: {aftership: ups,", "codes: {aftershop: ups,", r"carriers.yaml:\d+:\d+.*aftershop"),
        ("delayed: [Delay, Late,", "delayed: [Delay, Lost in transit,", r"carriers.yaml:\d+:\d+.*already means"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_and_line(old, new, told):
    with pytest.raises(RulesError, match=told):
        changed((old, new))


def test_an_owner_adds_a_courier_with_numbers_words_and_codes():
    rules = changed((
        "carriers:\n",
        "carriers:\n  PEX:\n    tracking: '^PX\\d{4}$'\n    statuses: {out_for_delivery: [Tour]}\n    codes: {aftership: pex}\n",
    ))  # fmt: skip
    assert parcel_state("TOUR", rules.carriers["PEX"], rules.parcel_words) == "out_for_delivery"
    assert rules.carriers["PEX"].codes == {"aftership": "pex"}
    assert rules.carriers["PEX"].numbers[0].pattern == r"^PX\d{4}$"
