"""One world: a book, people, a program at work on it, and the audit between them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from tests.sheets_server.model import Book
from tests.simulation.google.audit import Audit
from tests.simulation.google.editors import Editors, Ledger, Script
from tests.simulation.google.planner import Planner

START: Final = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)


class Program(Protocol):
    """Something that does passes over the book of a world."""

    def one_pass(self) -> str:
        """Do one; gives `done` when it finished, else why not."""

    def wants(self) -> int:
        """How many changes it would plan now, without asking the server."""


@dataclass
class World:
    """`before` and `after` are called by the wire around every request that reaches the book."""

    seed: int
    book: Book
    planner: Planner
    people: Editors | Script
    ledger: Ledger
    now: datetime = START
    requests: int = 0
    writes: int = 0
    read_at: int = 0
    """The moment of the last state that an answered read showed."""
    lost_answers: int = 0
    audit: Audit = field(init=False)

    def __post_init__(self) -> None:
        self.audit = Audit(self.planner)

    def wait(self, seconds: float) -> None:
        """Time passes while the program waits."""
        self.now += timedelta(seconds=seconds)

    def before(self, request: str, *, writes: bool) -> None:
        """A request has arrived and is about to be applied."""
        self.requests += 1
        self.writes += writes
        self.ledger.tick()
        self.people.gap(f"before {request}")
        self.audit.before(self.book)

    def applied(
        self, request: str, *, writes: bool, seen: int | None = None, lost: bool = False
    ) -> None:
        """It was applied, its answer is not read yet; `seen` is the moment that a stale read showed."""
        if writes:
            self.audit.after(self.book, read_at=self.read_at)
            self.lost_answers += lost
        elif not lost:
            self.read_at = self.ledger.tick() if seen is None else seen
        self.people.gap(f"after {request}")


@dataclass
class Story:
    """What came of playing one world."""

    seed: int
    passes: int = 0
    finished: int = 0
    requests: int = 0
    acts: int = 0
    wrong: int = 0
    lost: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    windows: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    """What no program may do, with the pass at which it stood; empty for a good one."""
    trace: list[str] = field(default_factory=list)


def play(world: World, program: Program, story: Story, passes: int) -> None:
    """Let people and program at the book for so many passes; see `settle` for what follows."""
    for number in range(passes):
        world.now += MINUTE
        world.people.between()
        one_pass(world, program, story, f"pass {number}")


def one_pass(world: World, program: Program, story: Story, name: str) -> str:
    """One pass, then the audit of what it left, where it finished."""
    world.ledger.note(f"-- {name}")
    before, lost = world.requests, world.lost_answers
    outcome = program.one_pass()
    world.ledger.note(f"-- {name}: {outcome}, {world.requests - before} requests")
    story.passes += 1
    story.requests += world.requests - before
    story.outcomes[outcome] += 1
    if outcome == "done" and world.lost_answers == lost:
        story.finished += 1
        audit(world, story, name)
    return outcome


def audit(world: World, story: Story, name: str) -> None:
    """Count what stands broken now."""
    broken, windows = world.audit.settle(world.book)
    story.windows.update(windows)
    story.lost += len(windows)
    for fault in broken:
        story.wrong += fault.kind == "wrong row"
        story.lost += fault.kind == "lost edit"
        story.broken.append(f"{name}: {fault}")


def settle(world: World, program: Program, story: Story) -> None:
    """People go home: one pass makes all right (two after an answer was lost), the next writes nothing."""
    world.people.stop()
    for number in range(2 if world.lost_answers else 1):
        outcome = one_pass(world, program, story, f"last pass {number}")
        if outcome != "done":
            story.broken.append(f"last pass: {outcome}")
    audit(world, story, "at the end")
    left, writes = program.wants(), world.writes
    one_pass(world, program, story, "quiet pass")
    if left:
        story.broken.append(f"people have gone, one pass was done, and {left} changes are wanted")
    if world.writes != writes:
        story.broken.append(f"a quiet pass made {world.writes - writes} writing calls")
