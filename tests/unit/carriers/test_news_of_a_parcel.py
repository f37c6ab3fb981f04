"""What an answer brings to the row: four cells, in the tracker's time, and nothing that cannot be right."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.carriers.news import Said, said_of
from sheetsync.carriers.parcels import TrackError, TrackEvent, TrackResult
from sheetsync.domain.parcels.states import STATES
from tests.unit.carriers.conftest import RULES, ZONE, parcel

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


def told(state="in_transit", at=NOW, since=None, carrier="UPS", local=False, **more):
    event = TrackEvent(at=at, state=state, at_is_local=local)
    result = TrackResult(asked="AB1", state=state, events=(event,), **more)
    return said_of(parcel("ab 1", carrier, since), result, RULES.parcel_words, ZONE, NOW)


def test_the_cells_are_in_the_trackers_time_under_the_number_as_it_stands_there():
    found = told("delivered", eta=date(2026, 3, 9), delivered_at=NOW - timedelta(minutes=5))
    assert found == Said(
        number="ab 1", at=NOW,
        cells={"carrier_status": "Delivered", "carrier_update": "2026-03-09 10:00:00",
               "delivered_at": "2026-03-09 09:55:00", "eta": "2026-03-09 00:00:00"},
    )  # fmt: skip


def test_a_moment_of_delivery_that_is_not_told_is_that_of_the_last_scan():
    assert told("delivered").cells["delivered_at"] == "2026-03-09 10:00:00"
    assert told(eta=NOW).cells["eta"] == "2026-03-09 10:00:00"
    assert "eta" not in told().cells


def test_a_parcel_that_was_never_scanned_brings_nothing():
    result = TrackResult(asked="AB1", state="unknown")
    assert said_of(parcel("AB1"), result, RULES.parcel_words, ZONE, NOW) is None


@pytest.mark.parametrize(
    ("state", "text", "shown"),
    [
        ("exception", "Missort", "Misrouted: Missort"),
        ("unknown", "On vehicle for delivery", "Out for delivery"),
        ("in_transit", "Weather delay", "Delayed: Weather delay"),
        ("in_transit", "Delivered", "In transit"),
        ("in_transit", "Left the depot", "In transit"),
        ("exception", "Held by\ncustoms  ", "Exception: Held by customs"),
        ("exception", "", "Exception"),
        ("exception", "=HYPERLINK(1)", "Exception: =HYPERLINK(1)"),
        ("delivered", "Damaged", "Delivered"),
    ],
)
def test_the_couriers_own_words_make_a_coarse_state_finer(state, text, shown):
    assert told(state, text=text).cells["carrier_status"] == shown


def test_news_of_the_future_are_not_believed_but_a_clock_may_differ_a_little():
    assert isinstance(told(at=NOW + timedelta(minutes=16)), TrackError)
    assert told(at=NOW + timedelta(minutes=14)).cells["carrier_update"] == "2026-03-09 10:00:00"
    assert (
        told("delivered", delivered_at=NOW + timedelta(days=9)).cells["delivered_at"]
        == "2026-03-09 10:00:00"
    )


def test_a_time_without_a_zone_may_be_that_of_another_place():
    assert isinstance(told(at=NOW + timedelta(hours=13), local=True), Said)
    assert isinstance(told(at=NOW + timedelta(hours=15), local=True), TrackError)


def test_news_of_the_parcel_that_had_the_number_before_are_not_believed():
    left = NOW - timedelta(days=1)
    found = told("delivered", at=NOW - timedelta(days=90), since=left)
    assert isinstance(found, TrackError)
    assert found.trouble == "wrong"
    assert "another parcel's before" in found.sentence
    assert isinstance(told(at=NOW - timedelta(days=3), since=left), Said)


@given(
    st.sampled_from(STATES),
    st.text(max_size=300),
    st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1)),
)
def test_whatever_is_told_gives_short_cells_or_a_sentence(state, text, at):
    found = told(state, at=at.replace(tzinfo=UTC), text=text, since=NOW)
    if isinstance(found, Said):
        assert found.cells.keys() <= {"carrier_status", "carrier_update", "eta", "delivered_at"}
        assert all(0 < len(cell) < 160 for cell in found.cells.values())
        assert found.at <= NOW
