"""One worker at a time has a tracker; one that was stopped past its lease commits nothing, on either database."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from sheetsync.errors import LeaseLost, StoreError
from sheetsync.store import Store
from sheetsync.store.leases import Lease, Taken
from tests.support.letters import notice
from tests.support.plans import NOW, plan, receipt

LENGTH = timedelta(minutes=5)


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now

    def later(self, **span):
        self.now += timedelta(**span)


@pytest.fixture
def store(store_url):
    with Store.open(store_url, now=NOW) as opened:
        yield opened


@pytest.fixture
def tracker_id(store):
    return store.tracker("Orders", "orders.xlsx", uuid="u-1", now=NOW).id


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def take(store, tracker_id, clock):
    return lambda owner: store.take_lease(tracker_id, owner=owner, length=LENGTH, clock=clock)


def test_a_second_worker_is_told_who_has_the_tracker_and_until_when(take):
    assert isinstance(take("one"), Lease)
    assert take("two") == Taken(owner="one", until=NOW + LENGTH)


def test_each_lease_has_a_higher_fence(store, take):
    fences = []
    for owner in ("one", "one", "two"):
        lease = take(owner)
        fences.append(lease.fence)
        store.give_back(lease)
    assert fences == [1, 2, 3]


def test_a_lease_that_was_given_back_is_free_at_once(store, take):
    store.give_back(take("one"))
    assert isinstance(take("two"), Lease)


def test_what_a_killed_worker_held_is_its_own_when_it_starts_again(take):
    assert take("one").fence == 1
    assert take("one").fence == 2


def test_a_lease_that_ran_out_is_free(take, clock):
    take("one")
    clock.later(minutes=4, seconds=59)
    assert isinstance(take("two"), Taken)
    clock.later(seconds=1)
    assert isinstance(take("two"), Lease)


def test_of_many_who_ask_at_once_one_gets_it(store, take):
    found = []
    asking = [
        threading.Thread(target=lambda name=name: found.append(take(name))) for name in "abcdef"
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert sum(isinstance(one, Lease) for one in found) == 1


def test_a_stopped_worker_commits_nothing_once_another_has_the_tracker(
    store, tracker_id, take, clock
):
    stale = store.under(take("one"))
    clock.later(minutes=6)
    fresh = store.under(take("two"))
    with pytest.raises(LeaseLost, match="another one has taken the tracker over"):
        stale.commit_pass(tracker_id, plan(memory={"#SP-1": {"status_seen": "Packed"}}))
    assert store.load_memory(tracker_id, NOW, "UTC").orders.empty
    fresh.commit_pass(tracker_id, plan(memory={"#SP-1": {"status_seen": "Picking"}}))
    for write in (
        lambda: stale.keep_setting(tracker_id, "write_journal", ""),
        lambda: stale.close_pass(1, receipt(), fingerprint="f", now=NOW),
        lambda: stale.fail_pass(tracker_id, "why", now=NOW),
        lambda: stale.quiet_pass(tracker_id, NOW),
        stale.go_on,
    ):
        with pytest.raises(LeaseLost):
            write()
    assert store.passes(tracker_id, 5)[0].phase == "committed"


def test_only_the_number_counts_whatever_the_clocks_say(store, tracker_id, take, clock):
    """The second worker's clock was ahead: it took the lease over before the first one saw it run out."""
    stale = store.under(take("one"))
    clock.later(minutes=6)
    assert isinstance(take("two"), Lease)
    clock.later(minutes=-6)
    with pytest.raises(LeaseLost, match="another one"):
        stale.commit_pass(tracker_id, plan())


def test_a_worker_that_was_stopped_too_long_ends_its_pass_even_if_nobody_else_came(
    store, tracker_id, take, clock
):
    stale = store.under(take("one"))
    clock.later(minutes=5)
    with pytest.raises(LeaseLost, match="stopped for longer than its lease"):
        stale.commit_pass(tracker_id, plan())
    assert store.passes(tracker_id, 5) == []


def test_a_long_pass_keeps_its_lease_by_working(store, tracker_id, take, clock):
    at_work = store.under(take("one"))
    for _ in range(10):
        clock.later(minutes=4)
        at_work.keep_setting(tracker_id, "x", "y")
        assert store.tracker_state(tracker_id).lease_until == clock.now + LENGTH


def test_asking_whether_to_go_on_prolongs_a_lease_that_is_half_gone(store, tracker_id, take, clock):
    at_work = store.under(take("one"))
    clock.later(minutes=2)
    at_work.go_on()
    assert store.tracker_state(tracker_id).lease_until == NOW + LENGTH
    clock.later(minutes=1)
    at_work.go_on()
    assert store.tracker_state(tracker_id).lease_until == clock.now + LENGTH


def test_without_a_lease_there_is_nothing_to_ask(store):
    store.go_on()


def test_a_lease_that_was_lost_is_not_given_back_for_the_other(store, tracker_id, take, clock):
    lost = take("one")
    clock.later(minutes=6)
    take("two")
    store.give_back(lost)
    assert store.tracker_state(tracker_id).lease_owner == "two"


def test_a_stopped_deliverer_claims_and_marks_nothing_more(store, tracker_id, take, clock):
    lease = take("one")
    store.under(lease).commit_pass(tracker_id, plan(notices=(notice("a"), notice("b"))))
    outbox = store.under(lease).outbox(tracker_id)
    first, second = outbox.due(NOW, 10)
    assert outbox.claim(first, owner="me", until=NOW + LENGTH, now=NOW)
    clock.later(minutes=6)
    take("two")
    with pytest.raises(LeaseLost):
        outbox.claim(second, owner="me", until=NOW + LENGTH, now=NOW)
    with pytest.raises(LeaseLost):
        outbox.mark_in_data(first.id, owner="me", message_id="<a@b>", transport="smtp", now=NOW)
    with pytest.raises(LeaseLost):
        outbox.settle(second.id, from_state="pending", to_state="held", now=NOW)
    assert {row.state for row in store.outbox(tracker_id).latest(5)} == {"pending", "claimed"}


def test_that_a_message_has_left_is_kept_whoever_has_the_tracker_by_then(
    store, tracker_id, take, clock
):
    lease = take("one")
    store.under(lease).commit_pass(tracker_id, plan(notices=(notice("a"),)))
    outbox = store.under(lease).outbox(tracker_id)
    (row,) = outbox.due(NOW, 10)
    outbox.claim(row, owner="me", until=NOW + LENGTH, now=NOW)
    outbox.mark_in_data(row.id, owner="me", message_id="<a@b>", transport="smtp", now=NOW)
    clock.later(minutes=6)
    assert outbox.settle(row.id, from_state="in_data", to_state="sent", owner="me", now=NOW)
    assert [found.state for found in store.outbox(tracker_id).latest(5)] == ["sent"]


def test_an_unknown_tracker_has_no_lease(store, clock):
    with pytest.raises(StoreError, match="no tracker number 7"):
        store.take_lease(7, owner="one", length=LENGTH, clock=clock)
