"""Plain scripts among the same people, through real gspread: what the guarded write is for."""

from __future__ import annotations

import pytest

from tests.simulation.google.peers import PEERS
from tests.simulation.google.seeds import OURS, play_peer

SEEDS = range(4)


@pytest.fixture(scope="module")
def ours():
    return [play_peer(OURS, seed, 30) for seed in SEEDS]


@pytest.mark.parametrize("name", PEERS)
def test_a_plain_script_hits_wrong_rows_or_loses_edits_twenty_times_as_often(name, ours):
    theirs = [play_peer(name, seed, 30) for seed in SEEDS]
    slips = sum(story.wrong + story.lost for story in theirs)
    assert slips > 20 * max(sum(story.wrong + story.lost for story in ours), 1)
