"""A day with every kind of work in one pass, killed at every step of it, and again at every step of the next one.

Two steps between which the process changed nothing outside itself leave the same world, so one of them is
enough. What the killed pass and those after it leave must be what a pass leaves that nobody killed.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sheetsync.worker.one_pass import PassResult
from tests.simulation.worker.grounds import Rows
from tests.simulation.worker.mails import audit
from tests.simulation.worker.people import TICKS
from tests.simulation.worker.story import a_folder, result_words
from tests.simulation.worker.world import CALM, World
from tests.support.shop import TITLES

SEED: Final = 0
HELD_SEED: Final = 1
"""One whose mails are of the kind that is held when in doubt."""


@dataclass(frozen=True, slots=True)
class Calm:
    """What the pass leaves that nobody killed."""

    rows: Rows
    mails: frozenset[str]
    steps: tuple[str, ...]


class BusyDay:
    """A world just before the pass with stamps, statuses, texts, a new order and mails to several people."""

    def __init__(self, folder: Path, *, kind: str = "memory", seed: int = SEED) -> None:
        folder.mkdir(exist_ok=True)
        self.world = World(seed, folder, kind=kind, rates=CALM)
        assert words_of(self.world.one_pass()) == "done"
        self._a_morning()
        self.world.end()
        self._kept = folder.with_name(f"{folder.name}-kept")
        shutil.copytree(folder, self._kept)
        self._back, self._now = self.world.ground.keep(), self.world.now
        self._arrived = list(self.world.post.arrivals)
        self.calm = self._undisturbed()

    def _a_morning(self) -> None:
        world = self.world
        self._type("slip 1", "status", "Delayed")
        world.now += timedelta(minutes=2)
        assert words_of(world.one_pass()) == "done"
        world.now += timedelta(hours=4, minutes=10)
        self._type("slip 2", "status", "Payment Failed")
        self._type("slip 3", "notes", "ring first")
        rows = world.ground.rows()
        for row in rows[4:8]:
            row.extend([None] * (len(rows[0]) - len(row)))
            left = [n for key in TICKS if not row[n := rows[0].index(TITLES[key])]]
            if left:
                row[left[0]] = True
        world.people._insert(rows)
        world.people._sort(rows)
        world._leave(rows)

    def _type(self, slip: str, key: str, value: Any) -> None:
        rows = self.world.ground.rows()
        row = next(row for row in rows if row and row[-1] == slip)
        row[rows[0].index(TITLES[key])] = value
        self.world._leave(rows)

    def _undisturbed(self) -> Calm:
        assert words_of(self.world.live(self.world.desks[0])) == "done"
        steps = self.world.desks[0].steps
        names = tuple(steps.names)
        self.different = [
            place
            for place, effects in enumerate(steps.worlds)
            if effects not in steps.worlds[:place]
        ]
        arrived = frozenset(self.world.post.times())
        rows = self.world.ground.rows()
        self.back()
        return Calm(rows, arrived, names)

    def back(self) -> None:
        """Put everything back to just before the pass."""
        world = self.world
        world.end()
        shutil.rmtree(world.folder)
        shutil.copytree(self._kept, world.folder)
        self._back()
        world.now = self._now
        world.post.arrivals[:] = self._arrived
        world.post.doubts.clear()

    def killed(self, place: int) -> None:
        """A pass that ends at step `place`."""
        assert self.world.live(self.world.desks[0], place) == "killed"

    def steps_that_differ(self) -> list[int]:
        """The steps of the pass that was done last before each of which something outside had changed."""
        worlds = self.world.desks[0].steps.worlds
        return [n for n, effects in enumerate(worlds) if effects not in worlds[:n]]

    def recovered(self, kills: int) -> list[str]:
        """The pass after the kills, and a further one; what is wrong with what they left."""
        world, found = self.world, []
        result = world.live(world.desks[0])
        if words_of(result) not in ("done", "unchanged"):
            found.append(f"the next pass: {result_words(result)}")
        if world.ground.rows() != self.calm.rows:
            found.append("the sheet is not what it would have been")
        found += self._mails(kills)
        again = world.live(world.desks[0])
        if words_of(again) != "unchanged":
            found.append(f"it does not come to rest: {result_words(again)}")
        return found

    def _mails(self, kills: int) -> list[str]:
        world = self.world
        worker = world.desks[0].worker
        assert worker is not None
        figures, broken = audit(worker.store, worker.state.id, world.post, holds=world.holds)
        arrived = world.post.times()
        doubted = figures.mails_held if world.holds else 0
        if len(self.calm.mails - arrived.keys()) > doubted:
            broken.append(f"of {len(self.calm.mails)} mails {len(arrived)} arrived")
        if sum((arrived - Counter(arrived.keys())).values()) > kills:
            broken.append(f"more mails doubled than there were kills: {arrived}")
        return broken


def words_of(result: PassResult | str) -> str:
    """The outcome alone."""
    return result if isinstance(result, str) else result.outcome


def singles(day: BusyDay, *, every: bool = True) -> Iterator[tuple[str, list[str]]]:
    """A kill at each step: its name, and what was wrong afterwards.

    Without `every` those of the later mails, which are like those of the first, and of the closing of the
    books are left out.
    """
    for place in day.different:
        before = day.calm.steps[:place]
        closing = "pass: written" in before and "pass: deliver" not in before
        if every or not (closing or before.count("mail: connect") > 1):
            day.back()
            day.killed(place)
            yield f"{place} {day.calm.steps[place]}", day.recovered(1)


def pairs(day: BusyDay) -> Iterator[tuple[str, list[str]]]:
    """A kill at each step, then one at each step of the pass that would have put it right."""
    for first in day.different:
        day.back()
        day.killed(first)
        day.world.live(day.world.desks[0])
        names, seconds = list(day.world.desks[0].steps.names), day.steps_that_differ()
        for second in seconds:
            day.back()
            day.killed(first)
            assert day.world.live(day.world.desks[0], second) == "killed"
            yield f"{day.calm.steps[first]}, then {names[second]}", day.recovered(2)


def every_kill(kind: str, seed: int) -> tuple[int, list[str]]:
    """Single kills and all pairs of a busy day on one kind of tracker; how many, and what was wrong."""
    with a_folder() as folder:
        day = BusyDay(folder / "day", kind=kind, seed=seed)
        count, wrong = 0, []
        for kills in (singles(day), pairs(day)):
            for name, found in kills:
                count += 1
                wrong += [f"{kind}, killed at {name}: {words}" for words in found]
        day.world.end()
    return count, wrong
