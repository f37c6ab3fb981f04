"""The Google tracker among five people who never stop, and plain scripts among the same.

`python -m tests.simulation.google --seed N` plays a seed again and prints all that happened; `make race`
plays two thousand.
"""

from __future__ import annotations

from itertools import islice

import pytest

from tests.simulation.google.exhaustive import ACTS, pairs, race, singles, words
from tests.simulation.google.peers import PEERS
from tests.simulation.google.planted import PLANTED, caught
from tests.simulation.google.seeds import OURS, play_peer, play_seed

SEEDS = range(16)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_or_stands_in_a_wrong_row_whatever_people_do(seed):
    story = play_seed(seed)
    assert story.finished > 30
    assert story.broken == [], "\n".join([f"seed {seed}", *story.trace[-80:]])


def test_the_same_seed_tells_the_same_story_byte_for_byte():
    first, second = play_seed(5, 20), play_seed(5, 20)
    assert first.trace == second.trace
    assert (first.requests, first.windows) == (second.requests, second.windows)


def test_every_act_of_people_may_fall_into_every_gap_of_a_pass():
    broken = {words(moves): race(moves)[0].broken for moves in singles()}
    assert {moves: found for moves, found in broken.items() if found} == {}


@pytest.mark.parametrize("first", ACTS, ids=str)
def test_two_acts_of_people_may_fall_into_any_two_gaps_of_a_pass(first):
    """A sample; `make race` plays all of them."""
    place = ACTS.index(first)
    some = islice(pairs(first), place % 11, None, 11)
    broken = {words(moves): race(moves)[0].broken for moves in some}
    assert {moves: found for moves, found in broken.items() if found} == {}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault):
    seed = caught(PLANTED[fault], 200)
    print(f"{fault}: found at seed {seed}")
    assert seed is not None


@pytest.mark.parametrize("name", PEERS)
def test_a_plain_script_hits_wrong_rows_where_the_tracker_hits_none(name):
    stories = [(play_peer(name, seed, 30), play_peer(OURS, seed, 30)) for seed in range(2)]
    assert sum(theirs.wrong + theirs.lost for theirs, _ in stories) > 20
    assert [ours.broken for _, ours in stories] == [[], []]
