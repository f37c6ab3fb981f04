"""From a number to a story: the same seed always gives the same people, the same faults, the same trace."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from sheetsync.trackers.google.guarded import GuardedWrite
from tests.simulation.google.editors import ROW_ACTS, Editors, Ledger
from tests.simulation.google.little_tracker import little_book
from tests.simulation.google.peers import PEERS
from tests.simulation.google.planner import Planner
from tests.simulation.google.programs import script, sheetsync
from tests.simulation.google.wire import CALM, Trouble, Wire
from tests.simulation.google.world import Program, Story, World, play, settle

PASSES: Final = 60
ROUGH: Final = Trouble(refused=0.02, lost=0.02, reads=0.02)
OURS: Final = "sheetsync"
WHOLE_FRAME: Final = "whole frame, gspread-dataframe"


def trouble_of(seed: int) -> Trouble:
    """Every third seed meets faults on the wire."""
    return ROUGH if seed % 3 == 2 else CALM


def play_seed(seed: int, passes: int = PASSES, write: type[GuardedWrite] = GuardedWrite) -> Story:
    """The tracker among people who may do anything; `write` may be one with a fault planted."""
    world = _world(seed)
    program = _on_a(
        Wire(world, trouble_of(seed)), lambda wire: sheetsync(world, wire.session(), write)
    )
    return _played(world, program, passes)


def play_peer(name: str, seed: int, passes: int = PASSES) -> Story:
    """A peer, or the tracker, among people who leave headings, columns and the tab alone; no faults."""
    world = _world(seed, only=ROW_ACTS)
    wire = Wire(world)
    if name == OURS:
        program: Program = sheetsync(world, wire.session())
    else:
        world.audit.whole_rows = name == WHOLE_FRAME
        program = _on_a(wire, lambda wire: script(world, wire.session(), PEERS[name]))
    return _played(world, program, passes, settled=name == OURS)


def _world(seed: int, only: frozenset[str] | None = None) -> World:
    book = little_book(Random(f"{seed}/book"))
    ledger = Ledger(book)
    people = Editors(ledger, seed, only=only)
    return World(seed, book, Planner(telling=seed % 2 == 0), people, ledger)


def _on_a(wire: Wire, make: Callable[[Wire], Program]) -> Program:
    """Opening the sheet is not raced: people rest."""
    people = wire.world.people
    people.resting = True
    try:
        program = make(wire)
    finally:
        people.resting = False
    wire.world.requests = 0
    return program


def _played(world: World, program: Program, passes: int, *, settled: bool = True) -> Story:
    story = Story(world.seed, trace=world.ledger.trace)
    play(world, program, story, passes)
    if settled:
        settle(world, program, story)
    story.acts = sum(": " in line and "(" in line for line in story.trace)
    return story
