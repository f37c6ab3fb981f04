"""Any pass of a random working day is taken back, and back again: nothing else moves, nothing is written anew.

A failure prints its seed; SHEETSYNC_SEED=7 plays that day alone, SHEETSYNC_SEEDS=500 plays many.
"""

from __future__ import annotations

import os
from contextlib import nullcontext
from datetime import timedelta
from random import Random
from types import SimpleNamespace

import pytest

from sheetsync.worker.one_pass import plan_only
from sheetsync.worker.undo import carry_out_undo, look_at_undo
from tests.support.orders_builder import shipped_rules
from tests.support.shop import TITLES
from tests.support.working_day import Day

PASSES = 8
SEEDS = (
    [int(os.environ["SHEETSYNC_SEED"])]
    if "SHEETSYNC_SEED" in os.environ
    else [14, 50, *range(100, 100 + int(os.environ.get("SHEETSYNC_SEEDS", "0")))]
)
OWN = {TITLES[key] for key in ("sla", "sla_due", "check", "next_action")}
"""What the next pass may state anew, by the rules in force."""
ID = TITLES["order_id"]


class Desk:
    """What an undo needs of a workshop, over a day in memory."""

    name = "memory"

    def __init__(self, day):
        self.day, self.store = day, day.store

    @property
    def state(self):
        return self.store.tracker_state(self.day.state_id)

    def plan(self, at):
        plan, memory = plan_only(self.day.ports(), self.state, self.day.rules, at)
        return plan, memory, SimpleNamespace(rules=self.day.rules)

    def guard(self, *_plan):
        pass

    def turn(self):
        return nullcontext()

    def tracker(self, _rules):
        return self.day.tracker

    def undo(self, number):
        """Take a pass back a minute later; the cells taken back, and the undo's own number."""
        self.day.now += timedelta(minutes=1)
        planned = look_at_undo(self, number, self.day.now)
        done = carry_out_undo(self, planned)
        return {(cell.order_id, TITLES[cell.column]) for cell in planned.taken}, done.number

    def cells(self):
        """(Order ID, heading) -> what stands there; doubled orders are left out."""
        rows = [row for row in self.day.cells() if ID in row]
        ids = [row[ID] for row in rows]
        return {
            (row[ID], heading): row.get(heading)
            for row in rows
            if ids.count(row[ID]) == 1
            for heading in TITLES.values()
        }


@pytest.mark.parametrize("seed", SEEDS)
def test_an_undo_takes_back_its_own_cells_and_is_not_undone_by_the_next_pass(tmp_path, seed):
    day = Day(tmp_path, shipped_rules(), Random(seed))
    desk = Desk(day)
    try:
        day.look()
        for _ in range(PASSES):
            day.now += timedelta(minutes=2)
            for _ in range(day.dice.randrange(5)):
                day.act()
            day.look()
        passes = [found.line.id for found in desk.store.undoing(day.state_id).passes(20)]
        before = desk.cells()
        taken, number = desk.undo(day.dice.choice(passes[:5]))
        back = desk.cells()
        assert [cell for cell in before if before[cell] != back[cell] and cell not in taken] == []

        shared = [cell for cell in taken if cell[1] not in OWN and cell in back]
        day.now += timedelta(minutes=1)
        day.look()
        assert {cell: desk.cells()[cell] for cell in shared} == {
            cell: back[cell] for cell in shared
        }
        assert day.plan_again()[0] == []
        assert edits_of_people(desk, taken, since=day.now - timedelta(minutes=1)) == []

        desk.undo(number)
        day.now += timedelta(minutes=2)
        day.look()
        assert {cell: desk.cells()[cell] for cell in shared} == {
            cell: before[cell] for cell in shared
        }
    finally:
        day.store.close()


def edits_of_people(desk, taken, *, since):
    """Lines of the change log that take the undo for somebody's edit."""
    return [
        (line["order_id"], line["column"], line["old"], line["new"])
        for order in sorted({order for order, _ in taken})
        for line in desk.store.history(desk.day.state_id, order).changes
        if line["by"] != "worker" and line["seen_at"] > since
    ]
