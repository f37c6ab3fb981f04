"""How a worker is called in leases, and what it is told when another one has the tracker."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from sheetsync.errors import StoreError
from sheetsync.worker.leasing import worker_name
from tests.support.shop import Shop


def test_a_worker_keeps_its_name_from_start_to_start_and_shares_it_with_no_other(tmp_path: Path):
    name = worker_name(tmp_path / "one")
    assert worker_name(tmp_path / "one") == name
    assert worker_name(tmp_path / "two") != name
    assert (tmp_path / "one" / "worker.id").stat().st_mode & 0o777 == 0o600


def test_a_name_that_cannot_be_kept_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="which names this worker, cannot be kept"):
        worker_name(tmp_path / "file")


def test_who_is_turned_away_hears_on_which_machine_the_other_one_is(tmp_path: Path):
    shop = Shop(tmp_path / "shop")
    with shop.workshop() as workshop:
        workshop.store.take_lease(
            workshop.state.id, owner="alpha/1", length=timedelta(minutes=7), clock=lambda: shop.now
        )
        result = workshop.run_pass(shop.now)
        assert result.problem == (
            "Another worker on alpha has this tracker until 08:07. This one looks again later."
        )
        assert (result.outcome, workshop.store.passes(workshop.state.id, 1)) == ("skipped", [])


def test_a_turn_within_a_turn_is_the_same_one(tmp_path: Path):
    shop = Shop(tmp_path / "shop")
    with shop.workshop() as workshop, workshop.turn():
        fence = workshop.state.fence
        assert workshop.run_pass(shop.now).outcome == "done"
        assert workshop.state.fence == fence
        workshop.store.go_on()
