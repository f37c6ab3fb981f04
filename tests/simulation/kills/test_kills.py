"""Real workers killed as by kill -9, a few in each run of the tests; `python -m tests.simulation.kills` does many."""

from __future__ import annotations

from tests.simulation.kills.aims import MAILS, MOMENT, PAUSED, REQUESTS, aims
from tests.simulation.kills.seeds import play


def test_five_real_kills_lose_nothing_double_nothing_without_excuse_and_tear_nothing():
    figures = play(seed=0, kills=5, fresh_every=100)
    assert figures.broken == []
    assert figures.good
    assert figures.kills == 5
    assert figures.mails_sent == figures.mails_due > 0
    assert figures.mails_doubled <= figures.kills


def test_the_same_seed_aims_at_the_same_moments_and_a_world_at_every_point():
    assert aims(3, 20) == aims(3, 20)
    for seed in range(10):
        assert {aim.point for aim in aims(seed, 25)} == {MOMENT, PAUSED, *REQUESTS, *MAILS}
