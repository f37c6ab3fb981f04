"""Two workers on one tracker: one works, the other is turned away; one that was stopped too long does no harm."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sheetsync.store.leases import Lease
from sheetsync.worker.leasing import worker_name
from sheetsync.worker.one_pass import PassResult
from tests.support.two_desks import LEASE, TwoDesks

BEFORE = ("read", "commit", "compared", "claim", "composed")
"""Steps after which the next thing is a commit, a write or a message."""
AFTER = ("swapped", "handed_over")
"""Steps just after a write or a message, before it is noted."""
STOPS = [
    *(("sqlite", at) for at in (*BEFORE, *AFTER)),
    *(("postgresql", at) for at in ("commit", "compared", "claim", "handed_over")),
]
PAST_THE_LEASE = timedelta(seconds=LEASE + 1)
on_both = pytest.mark.parametrize("desks", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="module")
def desks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TwoDesks:
    server = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
    return TwoDesks(tmp_path_factory.mktemp("desks") / "company", server)


def overtaken(desks: TwoDesks, at: str) -> tuple[PassResult, PassResult, bytes, int]:
    """A pass of the first worker that is stopped at a step, past its lease, while the second one works.

    Gives both results, and workbook and number of mails as the second one left them.
    """
    shop, told = desks.shop, []

    def step(name: str) -> None:
        if name != at or told:
            return
        shop.now += PAST_THE_LEASE
        with desks.workshop(1) as second:
            told.append(second.run_pass(shop.now))
        told.append(shop.workbook.read_bytes())
        told.append(len(shop.mails()))

    with desks.workshop(0, step) as first:
        result = first.run_pass(shop.now)
    return result, *told


@pytest.mark.parametrize(("desks", "at"), STOPS, indirect=["desks"])
def test_a_stopped_worker_that_was_overtaken_writes_commits_and_sends_nothing_more(
    desks: TwoDesks, at: str
):
    desks.busy()
    shop = desks.shop
    staff = shop.staff_cells()
    stopped, second, workbook, mails = overtaken(desks, at)

    assert stopped.outcome == "skipped"
    assert "another one has taken the tracker over" in stopped.problem
    assert second.outcome in ("done", "unchanged"), second.problem
    assert shop.workbook.read_bytes() == workbook
    assert len(shop.mails()) == mails == 2
    assert len({mail.message_id for mail in shop.mails()}) == 2
    assert shop.staff_cells() == staff
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    with desks.workshop(0) as first:
        again = first.run_pass(shop.now + timedelta(seconds=10))
        assert (again.outcome, again.cells, again.delivery.lines) == ("unchanged", 0, ())


@on_both
def test_a_stopped_worker_does_not_exchange_the_workbook_even_if_the_other_did_nothing_yet(
    desks: TwoDesks,
):
    desks.busy()
    shop, before = desks.shop, desks.shop.workbook.read_bytes()

    def step(name: str) -> None:
        if name == "compared":
            shop.now += PAST_THE_LEASE
            with desks.workshop(1) as second:
                taken = second.store.take_lease(
                    second.state.id, owner="two/1", length=PAST_THE_LEASE, clock=lambda: shop.now
                )
            assert isinstance(taken, Lease)

    with desks.workshop(0, step) as first:
        assert first.run_pass(shop.now).outcome == "skipped"
    assert shop.workbook.read_bytes() == before
    assert shop.litter() == []
    assert shop.mails() == []


@on_both
def test_a_worker_is_turned_away_while_another_is_amid_a_pass(desks: TwoDesks):
    desks.busy()
    shop, turned_away = desks.shop, []

    def step(name: str) -> None:
        if name == "planned":
            with desks.workshop(1) as second:
                turned_away.append(second.run_pass(shop.now))

    with desks.workshop(0, step) as first:
        assert first.run_pass(shop.now).outcome == "done"
    (result,) = turned_away
    assert (result.outcome, result.exit_code) == ("skipped", 75)
    assert result.problem == (
        "Another worker has this tracker until 12:18. This one looks again later."
    )
    with desks.workshop(1) as second:
        assert second.run_pass(shop.now + timedelta(seconds=10)).outcome == "unchanged"


@on_both
def test_a_long_pass_keeps_its_lease(desks: TwoDesks):
    """Each step takes four fifths of the lease; together they take many leases."""
    desks.busy()
    shop, results = desks.shop, []

    def step(name: str) -> None:
        shop.now += timedelta(seconds=LEASE * 0.8)
        if name == "written":
            with desks.workshop(1) as second:
                results.append(second.run_pass(shop.now).outcome)

    slow = {"committed", "compared", "written", "closed", "claimed"}
    with desks.workshop(0, lambda name: step(name) if name in slow else None) as first:
        assert first.run_pass(shop.now).outcome == "done"
    assert results == ["skipped"]


@on_both
def test_a_killed_worker_starts_again_at_once_under_a_higher_fence(desks: TwoDesks):
    desks.busy()
    shop = desks.shop
    with desks.workshop(0) as killed:
        name = worker_name(desks.desks[0].parent / "state")
        held = killed.store.take_lease(
            killed.state.id, owner=name, length=PAST_THE_LEASE, clock=lambda: shop.now
        )
    assert isinstance(held, Lease)
    with desks.workshop(1) as other:
        assert other.run_pass(shop.now).outcome == "skipped"
    with desks.workshop(0) as started_again:
        assert started_again.run_pass(shop.now).outcome == "done"
        state = started_again.state
    assert (state.fence, state.lease_owner) == (held.fence + 1, "")
