"""A step left out of the guarded write is found by the races, at a seed that the real write comes through."""

from __future__ import annotations

import pytest

from tests.simulation.google.planted import PLANTED, caught

LATE = {"forget the journal": 30}
"""Where a fault is not found for long, the seed to start at; `make race` starts at the first."""


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault):
    seed = caught(PLANTED[fault], 200, passes=20, first=LATE.get(fault, 0))
    print(f"{fault}: found at seed {seed}")
    assert seed is not None
