"""Which parcels are asked about and when, what is remembered, and when a provider is left alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.carriers.news import Said
from sheetsync.carriers.outage import Health
from sheetsync.carriers.parcels import TrackError, TrackEvent, TrackResult
from sheetsync.carriers.polling import LONGEST, seconds_between
from sheetsync.carriers.remembered import (
    Looked,
    Remembered,
    health_of,
    packed_health,
    packed_parcels,
    remembered_of,
)
from sheetsync.carriers.rounds import after, ask, due
from sheetsync.domain.parcels.states import OVER, STATES
from tests.unit.carriers.conftest import parcel

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
HOUR = 3600.0


@dataclass
class Told:
    """A provider that answers what it was told to, and counts the questions."""

    answers: dict[str, object] = field(default_factory=dict)
    name: str = "told"
    batch_size: int = 3
    min_interval: timedelta = timedelta(seconds=1)
    batches: list[list[str]] = field(default_factory=list)
    registered: list[str] = field(default_factory=list)

    def supports(self, carrier):
        return True

    def _answer(self, number):
        state = self.answers.get(number, "in_transit")
        if isinstance(state, str):
            return TrackResult(asked=number, state=state, events=(TrackEvent(at=NOW, state=state),))
        return state

    def fetch(self, parcels):
        self.batches.append([p.asked for p in parcels])
        yield from (self._answer(p.asked) for p in parcels)

    def register(self, parcels):
        self.registered += [p.asked for p in parcels]
        yield from (self._answer(f"new {p.asked}") for p in parcels)

    def parse_webhook(self, headers, body):
        raise NotImplementedError


def error(number, trouble, wait=None):
    return TrackError(asked=number, trouble=trouble, sentence=f"{number}: {trouble}.", wait=wait)


def judge(one, result):
    return Said(number=one.number, cells={"carrier_status": result.state}, at=NOW)


def round_of(provider, numbers, before=Remembered(), now=NOW, judge=judge):  # noqa: B008
    waited = []
    parcels = [parcel(n) for n in numbers]
    return ask(provider, parcels, before, now, judge=judge, pause=waited.append), waited


# -- how often ------------------------------------------------------------------------------------


def test_the_nearer_to_the_door_the_oftener():
    every = {state: seconds_between(state, 0.0, "X") for state in (*STATES, "")}
    assert (
        every["out_for_delivery"] < every["delayed"] < every["in_transit"] < every["info_received"]
    )
    assert all(every[state] is None for state in OVER)


def test_the_longer_silent_the_seldomer_and_never_seldomer_than_a_day():
    days = [seconds_between("in_transit", days * 24 * HOUR, "X") for days in (0, 6, 20, 40)]
    assert days == sorted(days)
    assert days[0] < days[1] < days[2]


@given(st.sampled_from([*STATES, "", "nonsense"]), st.floats(0, 1e9), st.text(max_size=20))
def test_every_parcel_has_a_rhythm_of_its_own_within_a_tenth(state, silent, number):
    every = seconds_between(state, silent, number)
    assert every == seconds_between(state, silent, number)
    assert every is None or 0 < every <= 1.1 * LONGEST


def test_parcels_of_one_kind_do_not_fall_due_all_at_once():
    assert len({round(seconds_between("in_transit", 0, str(n))) for n in range(50)}) > 40


# -- what is due ----------------------------------------------------------------------------------


def before_with(**looked):
    return Remembered(parcels={n.upper(): look for n, look in looked.items()})


def test_a_new_parcel_is_due_at_once_and_one_that_was_asked_about_later():
    one, other = parcel("AB1"), parcel("AB2")
    at = NOW.timestamp()
    before = before_with(ab2=Looked(asked_at=at - HOUR, state="in_transit", since=at))
    assert due([one, other], before, NOW, most=9, days=45) == [one]
    assert due([one, other], before, NOW + timedelta(hours=2), most=9, days=45) == [one, other]
    assert due([one, other], before, NOW + timedelta(hours=2), most=1, days=45) == [one]


def test_a_delivered_parcel_and_one_that_left_long_ago_are_not_asked_about():
    at = NOW.timestamp()
    old = parcel("AB1", since=NOW - timedelta(days=46))
    before = before_with(ab2=Looked(asked_at=0.0, state="delivered", since=at))
    assert due([old, parcel("AB2")], before, NOW, most=9, days=45) == []


def test_a_number_that_is_refused_again_and_again_is_asked_about_once_a_day():
    at = NOW.timestamp()
    before = before_with(ab1=Looked(asked_at=at, refused=5))
    assert not due([parcel("AB1")], before, NOW + timedelta(hours=23), most=9, days=45)
    assert due([parcel("AB1")], before, NOW + timedelta(hours=25), most=9, days=45)


def test_a_clock_that_was_set_back_silences_no_parcel_and_no_provider():
    ahead = (NOW + timedelta(days=300)).timestamp()
    before = before_with(ab1=Looked(asked_at=ahead, state="in_transit", since=ahead))
    assert due([parcel("AB1")], before, NOW + timedelta(hours=3), most=9, days=45) == []
    assert Health(failures=1, alone_until=ahead).may_be_asked(NOW.timestamp())


# -- a round --------------------------------------------------------------------------------------


def test_parcels_are_asked_about_in_batches_with_a_pause_between():
    provider = Told()
    told, waited = round_of(provider, [f"AB{n}" for n in range(7)])
    assert [len(batch) for batch in provider.batches] == [3, 3, 1]
    assert waited == [1.0, 1.0]
    assert len(told.said) == 7
    assert told.health.answered_at == NOW.timestamp()


def test_one_provider_down_is_asked_no_further_and_left_alone_longer_each_time():
    provider = Told({"AB4": error("AB4", "outage")})
    told, _ = round_of(provider, [f"AB{n}" for n in range(9)])
    assert len(provider.batches) == 2
    assert len(told.said) == 5, "what was answered before counts"
    assert set(told.looked) == {"AB0", "AB1", "AB2", "AB3", "AB5"}
    waits = []
    health, at = Health(), NOW.timestamp()
    for _ in range(9):
        health = health.after_failure(error("x", "outage"), at)
        waits.append(health.alone_until - at)
        assert health.down_since == NOW.timestamp()
        assert not health.may_be_asked(at)
        at = health.alone_until
        assert health.may_be_asked(at)
    assert waits[:3] == [120.0, 240.0, 480.0]
    assert waits[-1] == 2 * HOUR
    assert health.after_answer(at) == Health(answered_at=at)


def test_retry_after_is_obeyed_and_a_wrong_key_is_not_tried_often():
    busy = Health().after_failure(error("x", "busy", wait=7.0), 1000.0)
    assert busy.alone_until == 1007.0
    assert Health().after_failure(error("x", "key"), 1000.0).alone_until == 1000.0 + HOUR


def test_an_unknown_parcel_is_registered_once_and_what_that_says_counts():
    provider = Told(
        {
            "AB1": error("AB1", "not_known"),
            "new AB1": TrackResult(asked="AB1", state="info_received"),
        }
    )
    told, _ = round_of(provider, ["AB0", "AB1"])
    assert provider.registered == ["AB1"]
    assert told.looked["AB1"].state == "info_received"
    again, _ = round_of(provider, ["AB1"], Remembered(parcels=told.looked))
    assert provider.registered == ["AB1"]
    assert again.looked["AB1"].registered
    assert not again.errors, "that nothing is known yet is nothing to tell"


def test_a_round_that_must_end_leaves_the_rest_due():
    provider, turns = Told(), iter([True, False])
    told = ask(provider, [parcel(f"AB{n}") for n in range(9)], Remembered(), NOW, judge=judge,
               pause=lambda _: None, go_on=lambda: next(turns))  # fmt: skip
    assert len(provider.batches) == 2
    assert len(told.looked) == 6


def test_of_very_many_new_parcels_some_are_registered_and_the_others_stay_due():
    numbers = [f"AB{n}" for n in range(250)]
    provider = Told({n: error(n, "not_known") for n in numbers}, batch_size=500)
    told, waited = round_of(provider, numbers)
    assert len(provider.registered) == 100
    assert told.looked == {}, "the answers of this provider are about other numbers"
    assert set(waited) == {0.2}


def test_nothing_is_registered_with_a_provider_that_is_down():
    provider = Told({"AB1": error("AB1", "not_known"), "AB2": error("AB2", "outage")})
    round_of(provider, ["AB1", "AB2"])
    assert provider.registered == []


def test_news_that_cannot_be_right_are_an_error_and_the_parcel_is_asked_about_again():
    told, _ = round_of(
        Told({"AB1": "delivered"}), ["AB1"], judge=lambda one, result: error(one.asked, "wrong")
    )
    assert not told.said
    assert [e.trouble for e in told.errors] == ["wrong"]
    assert told.looked["AB1"] == Looked(asked_at=NOW.timestamp(), refused=1)


def test_answers_about_parcels_that_nobody_asked_for_are_dropped():
    provider = Told({"AB1": TrackResult(asked="XX9", state="delivered")})
    told, _ = round_of(provider, ["AB1"])
    assert (told.said, dict(told.looked)) == ((), {})


def test_since_when_a_parcel_is_in_its_state_is_remembered():
    first, _ = round_of(Told(), ["AB1"])
    later = NOW + timedelta(hours=3)
    second, _ = round_of(Told(), ["AB1"], Remembered(parcels=first.looked), later)
    third, _ = round_of(Told({"AB1": "delayed"}), ["AB1"], Remembered(parcels=second.looked), later)
    assert second.looked["AB1"].since == NOW.timestamp()
    assert third.looked["AB1"].since == later.timestamp()


def test_a_parcel_that_is_no_longer_under_way_is_forgotten():
    told, _ = round_of(Told(), ["AB1", "AB2"])
    assert set(after(Remembered(), told, frozenset({"AB2"})).parcels) == {"AB2"}


# -- what the store keeps -------------------------------------------------------------------------


def test_what_is_remembered_comes_back_from_the_store_as_it_was():
    told, _ = round_of(Told({"AB2": error("AB2", "refused")}), ["AB1", "AB2"])
    known = after(Remembered(), told, frozenset({"AB1", "AB2"}))
    kept = packed_health({"a": known}), packed_parcels({"a": known})
    assert remembered_of(*kept) == {"a": known}


@pytest.mark.parametrize("text", [None, "", "x", "[]", "7", '{"a": 5}', '{"a": {"health": {"x": 1}, "parcels": {}}}',
                                  '{"a": {"health": {}, "parcels": {"AB1": [1]}}}'])  # fmt: skip
def test_a_memory_that_cannot_be_read_is_an_empty_one(text):
    assert all(each == Remembered() for each in remembered_of(text, text).values())
    assert all(each == Health() for each in health_of(text).values())
