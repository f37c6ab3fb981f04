"""Takes one pass back: what it would do, and doing it as a guarded write and a pass of its own.

The decision is committed before the sheet is written, as in any pass. Killed in between, the next
pass finishes Status and stamps from what memory holds; asking for the same undo again does the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sheetsync.domain.cell_texts import MOMENT_COLUMNS, cell_text
from sheetsync.domain.model import CellValue, Orders, Plan, Receipt
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.undo.cells import LeftAlone, TakenBack, changes_of, judge_cells
from sheetsync.domain.undo.holding import Holding
from sheetsync.domain.undo.tellings import withdrawals
from sheetsync.errors import TrackerError, UsageError
from sheetsync.store.undo import PassRecord
from sheetsync.trackers.base import WriteBatch
from sheetsync.worker.one_pass import no_step
from sheetsync.worker.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UndoPlan:
    """What the undo of one pass would do; nothing has happened yet.

    `record` is what the pass did; `taken` the cells to take back, `left` those that stay and why.
    `plan` is the undo as data: its changes, what the logs and memory keep of it.
    """

    number: int
    at: datetime
    record: PassRecord
    taken: tuple[TakenBack, ...]
    left: tuple[LeftAlone, ...]
    plan: Plan
    rules: Rulebook

    @property
    def withdrawn(self) -> int:
        """How many escalations are withdrawn, or brought back."""
        return len(self.plan.escalations)

    @property
    def idle(self) -> bool:
        """Whether there is nothing at all to take back."""
        return not (self.taken or self.withdrawn or self.record.waiting)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Undone:
    """What came of an undo: the number of the pass that it is, and what became of each cell."""

    number: int
    receipt: Receipt

    @property
    def cells(self) -> int:
        """Cells that were taken back."""
        return int((self.receipt.outcomes["outcome"] == "applied").sum())

    @property
    def exit_code(self) -> int:
        """0 where every cell was taken back, 75 where some could not be written now."""
        return 0 if self.cells == len(self.receipt.outcomes) else 75


def look_at_undo(shop: Workshop, number: int, now: datetime) -> UndoPlan:
    """What taking pass `number` back would do at `now` (aware UTC); nothing is written.

    Raises UsageError for an unknown pass, PlanRefused while the guard holds the sheet, TrackerError.
    """
    record = shop.store.undoing(shop.state.id).record(number)
    at = max(now, _after_the_last_pass(shop))
    base, memory, force = shop.plan(at)
    shop.guard(base, memory, force)
    taken, left = judge_cells(record.written, record.wrote_again, base.orders, _words(base.orders))
    holding = Holding(
        taken=taken, orders=base.orders, memory=memory, at=at,
        events=shop.store.load_events(shop.state.id), statuses=force.rules.statuses,
    )  # fmt: skip
    plan = replace(
        base, at=at, baseline=False, changes=changes_of(taken, number), notices=(),
        stage_events=holding.stage_events, pauses=base.pauses.iloc[:0], memory=holding.memory,
        escalations=withdrawals(record.escalations, record.every_escalation, at),
        facts=base.facts.iloc[:0], tabs=(), remarks=(), fed=None,
    )  # fmt: skip
    return UndoPlan(
        number=number, at=at, record=record, taken=tuple(taken), left=tuple(left), plan=plan,
        rules=force.rules,
    )  # fmt: skip


def carry_out_undo(
    shop: Workshop, undo: UndoPlan, *, step: Callable[[str], None] = no_step
) -> Undone:
    """Take back what `undo` says: commit, write with the guard of any write, close.

    Raises TrackerError where the tracker cannot be written now; then what memory holds is finished
    by the next pass, and the undo can be asked for again. Raises TrackerTaken while another worker is at it.
    """
    with shop.turn():
        return _under_lease(shop, undo, step)


def _under_lease(shop: Workshop, undo: UndoPlan, step: Callable[[str], None]) -> Undone:
    undoing = shop.store.undoing(shop.state.id)
    step("commit")
    cells = {(cell.order_id, cell.column): cell.back_text for cell in undo.taken}
    number = undoing.commit(undo.plan, undo.number, cells)
    step("committed")
    batch = WriteBatch(
        changes=undo.plan.changes,
        header=undo.plan.orders.header,
        fingerprint=undo.plan.orders.sheet.fingerprint,
        marker=shop.state.marker if undo.taken else None,
    )
    shop.store.go_on()
    try:
        receipt = shop.tracker(undo.rules).write(batch)
    except TrackerError as problem:
        shop.store.fail_pass(
            shop.state.id, str(problem), now=undo.at, pass_id=number, outcome="failed"
        )
        raise
    step("written")
    undoing.close(number, receipt, now=undo.at)
    step("closed")
    return Undone(number=number, receipt=receipt)


def _after_the_last_pass(shop: Workshop) -> datetime:
    """A moment of its own: two lines of the log about one cell never share one."""
    last = shop.store.passes(shop.state.id, 1)
    if not last:
        raise UsageError("There was no pass over this tracker yet, so there is nothing to undo.")
    return last[0].started_at + timedelta(seconds=1)


def _words(orders: Orders) -> Callable[[CellValue, str], str]:
    system = orders.sheet.date_system
    return lambda cell, key: cell_text(cell, moment=key in MOMENT_COLUMNS, date_system=system)
