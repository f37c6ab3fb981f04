"""The races of `python -m tests.simulation.google` can be played again: a failing seed is a report one can act on."""

from __future__ import annotations

from tests.simulation.google.seeds import play_seed


def test_the_same_seed_tells_the_same_story_byte_for_byte():
    first, second = play_seed(5, 20), play_seed(5, 20)
    assert first.trace == second.trace
    assert (first.requests, first.windows) == (second.requests, second.windows)
