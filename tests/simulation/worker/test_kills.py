"""A pass of a busy day, killed at every step after which the world is another one, comes out as if nobody had."""

from __future__ import annotations

import pytest

from tests.simulation.worker.kills import BusyDay, singles


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    day = BusyDay(tmp_path_factory.mktemp("busy") / "day")
    yield day
    day.world.end()


def test_a_kill_at_any_step_is_made_good_by_the_next_pass(day):
    wrong = {name: found for name, found in singles(day, every=False) if found}
    assert wrong == {}


def test_the_busy_day_has_every_kind_of_work(day):
    steps = set(day.calm.steps)
    assert {"pass: committed", "tracker: written", "pass: in_data", "mail: accepted"} <= steps
    assert len(day.different) > 12
