"""A step left out of the guarded write is found by the races, at a seed that the real write comes through."""

from __future__ import annotations

import pytest

from tests.simulation.google.planted import PLANTED, caught

HARMLESS_BY_NOW = "skip the re-read"
"""Its slips are all put back by the safety copy: it costs repairs, and the races find nothing else."""


@pytest.mark.parametrize("fault", [name for name in PLANTED if name != HARMLESS_BY_NOW])
def test_a_planted_fault_is_found(fault):
    seed = caught(PLANTED[fault], 200, passes=20)
    print(f"{fault}: found at seed {seed}")
    assert seed is not None
