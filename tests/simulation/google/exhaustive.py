"""Every act of people, alone and in pairs, in every gap between the requests of one writing pass."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final, TypeAlias

from tests.sheets_server.people import Act
from tests.simulation.google.editors import Ledger, Script
from tests.simulation.google.little_tracker import little_book
from tests.simulation.google.planner import Planner
from tests.simulation.google.programs import sheetsync
from tests.simulation.google.wire import Wire
from tests.simulation.google.world import Story, World, one_pass, settle

Moves: TypeAlias = tuple[tuple[int, Act], ...]
GAPS: Final = 6
"""Before the first look, the second look, the write, and up to three requests of a repair."""

ACTS: Final = (
    Act("type_in", (0, "notes", "by hand")),
    Act("type_in", (0, "status", "On Hold")),
    Act("type_in", (4, "picked_at", 46000.25)),
    Act("type_in", (1, "sla", "by hand")),
    Act("type_in", (2, "extra:Phone", "by hand")),
    Act("clear", (5, "status")),
    Act("tick", (1,)),
    Act("untick", (0,)),
    Act("edit_key", (0, "B-1")),
    Act("edit_key", (4, None)),
    Act("edit_key", (1, "A-3")),
    Act("paste_block", (3, "customer", (("by hand",), ("by hand too",)))),
    Act("sort", ("order_id", True)),
    Act("sort", ("customer",)),
    Act("insert_empty", (0,)),
    Act("insert_filled", (1, (("order_id", "B-2"), ("picked", True), ("status", "On Hold")))),
    Act("delete", (1,)),
    Act("move_rows", (0, 1, 5)),
    Act("move_rows", (3, 2, 0)),
    Act("cut_paste", (1, 99)),
    Act("cut_paste", (4, 1)),
    Act("duplicate", (0, 3)),
    Act("move_column", ("sla", 0)),
    Act("move_column", ("order_id", 6)),
    Act("insert_column", (3, "Mine")),
    Act("insert_column", (0, "Check")),
    Act("delete_column", ("extra:Phone",)),
    Act("rename_heading", ("sla", "Deadline")),
    Act("rename_heading", ("order_id", "Number")),
    Act("rename_tab", ("Orders of May",)),
    Act("insert_above"),
    Act("set_filter"),
    Act("filter_view", ("customer", True)),
)  # fmt: skip
"""One of each kind, and two where it matters what is hit."""


def singles() -> Iterator[Moves]:
    """Each act in each gap."""
    for act, gap in product(ACTS, range(GAPS)):
        yield ((gap, act),)


def pairs(first: Act) -> Iterator[Moves]:
    """This act with each other one, in each two gaps that a pass with it really has."""
    for gap in range(1, GAPS):
        last = race(((gap, first),))[1]
        for later, second in product(range(gap, min(last, GAPS)), ACTS):
            yield (gap, first), (later, second)


def race(moves: Moves) -> tuple[Story, int]:
    """One writing pass with these acts in its gaps, then two passes alone; also how many gaps there were."""
    book = little_book()
    ledger = Ledger(book)
    people = Script(ledger, moves, resting=True)
    world = World(0, book, Planner(), people, ledger)
    program = sheetsync(world, Wire(world).session())
    program.tracker.read()
    people.resting = False
    story = Story(0, trace=ledger.trace)
    one_pass(world, program, story, "the pass")
    gaps = people.passed
    settle(world, program, story)
    return story, gaps


def words(moves: Moves) -> str:
    """The acts and their gaps, to be found again."""
    return ", ".join(f"gap {gap}: {act}" for gap, act in moves)


def broken_pairs(first: Act) -> list[str]:
    """The pairs with this act first that break a promise, each in a line."""
    stories = ((moves, race(moves)[0]) for moves in pairs(first))
    return [f"{words(moves)}: {story.broken[0]}" for moves, story in stories if story.broken]
