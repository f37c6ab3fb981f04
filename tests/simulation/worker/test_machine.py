"""The same world played by Hypothesis, which makes a failure short: people, clock, faults, kills, another worker."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.simulation.worker.post import FAULTS
from tests.simulation.worker.story import first_look, settle
from tests.simulation.worker.watched_store import FULL, IN_USE
from tests.simulation.worker.worker import AWAY, SHORT
from tests.simulation.worker.world import CALM, TENDER, World

EXAMPLES = int(os.environ.get("SHEETSYNC_EXAMPLES", "2"))
STEPS = 8


class WorkerMachine(RuleBasedStateMachine):
    """One tracker in memory under one worker, or two."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="sheetsync-machine-")
        self.world = World(0, Path(self._folder.name), rates=CALM)
        first_look(self.world)

    @rule(dice=st.integers(0, 10_000))
    def people_act(self, dice: int) -> None:
        self.world.people.throw(Random(dice))
        self.world.people_act(1)

    @rule(minutes=st.sampled_from((2, 7, 45, 130, 480, -60)))
    def time_passes(self, minutes: int) -> None:
        self.world.wait(60 * minutes + 1)

    @rule()
    def one_pass(self) -> None:
        self._pass()

    @rule(place=st.one_of(st.sampled_from(TENDER), st.integers(0, 60)))
    def killed_pass(self, place: int | str) -> None:
        self._pass(kill=place)

    @rule(fault=st.sampled_from((SHORT, AWAY, IN_USE, FULL, *FAULTS)))
    def faulty_pass(self, fault: str) -> None:
        self._pass(fault=fault)

    @rule(step=st.integers(0, 50))
    def overtaken_pass(self, step: int) -> None:
        self._pass(overtake=step)

    def _pass(self, **more: Any) -> None:
        self.world.wait(120)
        self.world.one_pass(**more)

    @invariant()
    def no_promise_is_broken(self) -> None:
        assert self.world.oracle.broken == []

    def teardown(self) -> None:
        try:
            if not self.world.oracle.broken:
                settle(self.world)
                assert self.world.oracle.broken == []
        finally:
            self.world.end()
            self._folder.cleanup()


TestWorkerMachine = WorkerMachine.TestCase
TestWorkerMachine.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
