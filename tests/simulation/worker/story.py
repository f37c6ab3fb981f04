"""One seed from its first pass to the quiet at its end, and what came of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sheetsync.worker import approving
from sheetsync.worker.one_pass import PassResult
from tests.simulation.worker import change_log
from tests.simulation.worker.figures import Figures
from tests.simulation.worker.mails import audit, not_told
from tests.simulation.worker.world import World

PASSES: Final = 6
_MEMORY: Final = Path("/dev/shm")
_KINDS: Final = ("memory",) * 6 + ("excel", "memory", "google", "memory")


@dataclass(slots=True)
class Story:
    """What came of one seed. `broken` is empty for a good one."""

    seed: int
    kind: str
    figures: Figures = field(default_factory=Figures)
    broken: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)


def kind_of(seed: int) -> str:
    """Which tracker a seed is played on, where nothing else is asked for."""
    return _KINDS[seed % len(_KINDS)]


def play_seed(seed: int, *, kind: str = "", passes: int = PASSES, **more: Any) -> Story:
    """Play one seed in a folder of its own; `more` goes to World."""
    with a_folder() as folder:
        world = World(seed, folder, kind=kind or kind_of(seed), **more)
        try:
            play(world, passes)
        finally:
            world.end()
    return told(world)


def told(world: World) -> Story:
    """The story of a world that has ended."""
    broken = [*world.oracle.broken]
    world.figures.wrong_rows += world.oracle.wrong_rows
    world.figures.lost_edits += world.oracle.lost_edits
    world.figures.broken = [f"seed {world.seed} on {world.kind}: {words}" for words in broken]
    return Story(world.seed, world.kind, world.figures, broken, world.trace)


def play(world: World, passes: int) -> None:
    """A first look, so many passes among people and faults, then the quiet."""
    first_look(world)
    for _ in range(passes):
        world.time_passes()
        world.people_visit()
        result = world.one_pass()
        if isinstance(result, PassResult) and result.outcome == "held":
            world.people_notice()
        if world.oracle.broken:
            break
    settle(world)


def first_look(world: World) -> None:
    """The baseline: whatever befalls it, it mails nobody and invents no time."""
    for _ in range(6):
        result = world.one_pass()
        if isinstance(result, PassResult) and result.outcome == "done":
            break
        world.wait(120)


def settle(world: World) -> None:
    """People and faults rest: one pass puts everything right (two after a crash), a further one does nothing."""
    world.trace.append("-- quiet")
    crashed = world.desks[0].worker is None
    world.wait(60)
    world.people_mend()
    for _ in range(2 if crashed else 1):
        result = world.one_pass(rough=False)
        if isinstance(result, PassResult) and result.outcome == "held":
            result = approved(world)
    if not isinstance(result, PassResult) or result.outcome not in ("done", "unchanged"):
        world.broken(f"people rest and nothing fails, and yet: {result_words(result)}")
        return
    _nothing_is_left(world)


def _nothing_is_left(world: World) -> None:
    before = len(world.post.arrivals)
    result = world.one_pass(rough=False)
    assert isinstance(result, PassResult)
    if result.outcome != "unchanged":
        plan = result.plan
        what = plan.changes.to_dict("records") if plan is not None else ""
        world.broken(f"it does not come to rest: {result_words(result)} {what}")
    if len(world.post.arrivals) != before:
        world.broken("a pass over an unchanged sheet mailed something")
    worker = world.desks[0].worker
    assert worker is not None
    tracker_id = worker.state.id
    figures, broken = audit(worker.store, tracker_id, world.post, holds=world.holds)
    world.figures.add(figures)
    broken += not_told(world.oracle, worker.store, tracker_id)
    broken += change_log.audit(worker.store, tracker_id, world.oracle)
    for words in broken:
        world.broken(words)


def approved(world: World) -> PassResult | str:
    """Somebody looks at what the guard holds back, finds it meant so, and lets it through."""
    worker = world.desks[0].worker
    assert worker is not None
    world.trace.append("approved")
    world.oracle.approved = True
    shown = approving.look(worker, world.now)
    if shown is not None:
        approving.approve(worker, shown, who="Lerato", now=world.now)
    return world.one_pass(rough=False)


def result_words(result: PassResult | str) -> str:
    """How a pass ended."""
    return result if isinstance(result, str) else f"{result.outcome} {result.problem}"


@contextmanager
def a_folder() -> Iterator[Path]:
    """A folder that is gone afterwards; in memory where there is such a place, since a store waits for its disk."""
    place = _MEMORY if os.access(_MEMORY, os.W_OK | os.X_OK) else None
    with tempfile.TemporaryDirectory(prefix="sheetsync-sim-", dir=place) as name:
        yield Path(name)
