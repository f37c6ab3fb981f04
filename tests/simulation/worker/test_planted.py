"""The simulation finds the mistakes that it is there to find: each one at a seed that the real worker comes through."""

from __future__ import annotations

import pytest

from tests.simulation.worker.planted import CAUGHT_AT, caught


@pytest.mark.parametrize(
    "name", ["mark before send", "commit last", "write by row number", "ignore the fence"]
)
def test_a_planted_mistake_is_found(name):
    """The seeds are the first that find it, counted from 0; `--planted 200` looks for them again."""
    found = caught(name, range(CAUGHT_AT[name], CAUGHT_AT[name] + 1))
    print(found)
    assert found is not None
