"""One world: a book, people, a program at work on it, and the audit between them."""

from __future__ import annotations

import traceback
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from tests.sheets_server.model import Book
from tests.simulation.google.audit import Audit
from tests.simulation.google.editors import Editors, Ledger, Script
from tests.simulation.google.planner import Planner

START: Final = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
LATENCY: Final = timedelta(milliseconds=50)
"""The time from a request's leaving to its being applied, and again until its answer is read."""


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
    planned_for: datetime = START
    """The moment that a plan is made for; it stands still once people have gone."""
    requests: int = 0
    writes: int = 0
    read_at: int = 0
    """The moment of the last state that an answered read showed."""
    committed_at: int = 0
    """The moment of the last plan's commit."""
    lost_answers: int = 0
    told: tuple[str, ...] = ()
    """What the program said at the end of its last pass."""
    audit: Audit = field(init=False)

    def __post_init__(self) -> None:
        self.audit = Audit(self.planner)

    def seconds(self) -> float:
        """The time as a server's clock tells it."""
        return self.now.timestamp()

    def wait(self, seconds: float) -> None:
        """Time passes while the program waits."""
        self.now += timedelta(seconds=seconds)

    def committed(self) -> None:
        """A plan was made, which takes its time, and committed: from here on nothing may take any."""
        self.people.gap("while planning")
        self.committed_at = self.ledger.tick()
        self.audit.unseen = self.committed_at

    def before(self, request: str, *, writes: bool) -> None:
        """A request has arrived and is about to be applied."""
        self.requests += 1
        self.writes += writes
        self.ledger.tick()
        self.now += LATENCY
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
            self.audit.unseen = 0
            self.read_at = self.ledger.tick() if seen is None else seen
        self.now += LATENCY
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
    told: int = 0
    """Cells that nobody could tell from a person's, left alone and named; their rows have no Order ID of their own."""
    named: int = 0
    """The same in rows of orders that can be used."""
    broken: list[str] = field(default_factory=list)
    """What no program may do, with the pass at which it stood; empty for a good one."""
    last: str = ""
    """How the last pass ended."""
    trace: list[str] = field(default_factory=list)


def play(world: World, program: Program, story: Story, passes: int) -> None:
    """Let people and program at the book for so many passes; see `settle` for what follows."""
    for number in range(passes):
        world.planned_for += MINUTE
        world.now = max(world.now, world.planned_for)
        world.people.between()
        one_pass(world, program, story, f"pass {number}")


def one_pass(world: World, program: Program, story: Story, name: str) -> str:
    """One pass, then the audit of what it left, where it finished."""
    world.now += LATENCY
    world.ledger.note(f"-- {name}")
    before = world.requests
    try:
        outcome = program.one_pass()
    except Exception as error:  # noqa: BLE001 - whatever escapes a pass is what we look for
        outcome = "raised"
        story.broken.append(f"{name}: raised {error!r} {_where(error)}")
    world.ledger.note(f"-- {name}: {outcome}, {world.requests - before} requests")
    story.passes += 1
    story.requests += world.requests - before
    story.outcomes[outcome] += 1
    story.last = outcome
    if outcome == "done":
        story.finished += 1
        audit(world, story, name)
    return outcome


def _where(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"in {Path(last.filename).name}:{last.lineno}"


def audit(world: World, story: Story, name: str) -> None:
    """Count what stands broken now."""
    broken, windows = world.audit.settle(world.book)
    story.windows.update(windows)
    story.lost += len(windows)
    for fault in broken:
        if any(fault.is_named_in(words) for words in world.told):
            story.told += not fault.alone
            story.named += fault.alone
            continue
        story.wrong += fault.kind == "wrong row"
        story.lost += fault.kind == "lost edit"
        story.broken.append(f"{name}: {fault}")


def settle(world: World, program: Program, story: Story) -> None:
    """People go home: one pass makes all right (two after one that did not finish), the next writes nothing."""
    world.people.stop()
    for number in range(1 if story.last == "done" else 2):
        outcome = one_pass(world, program, story, f"last pass {number}")
        if number and outcome != "done":
            story.broken.append(f"last pass: {outcome}")
    audit(world, story, "at the end")
    left, writes = program.wants(), world.writes
    one_pass(world, program, story, "quiet pass")
    if left:
        story.broken.append(f"people have gone, one pass was done, and {left} changes are wanted")
    if world.writes != writes:
        story.broken.append(f"a quiet pass made {world.writes - writes} writing calls")
