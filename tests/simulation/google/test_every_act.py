"""Each act of people in each gap of a writing pass: nothing lost, nothing in a wrong row, settled at once."""

from __future__ import annotations

import pytest

from tests.simulation.google.exhaustive import ACTS, race, singles, words


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_an_act_of_people_may_fall_into_any_gap_of_a_pass(act):
    played = [moves for moves in singles() if moves[0][1] == act]
    broken = {words(moves): race(moves)[0].broken for moves in played}
    assert {moves: found for moves, found in broken.items() if found} == {}
