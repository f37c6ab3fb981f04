"""Carries a step of a mirror out: each side committed and written as by an import, then what both hold alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from sheetsync.domain.merge.agree import agreed, with_cells
from sheetsync.domain.merge.copies import Copy
from sheetsync.domain.model import Receipt
from sheetsync.errors import TrackerError
from sheetsync.store.offline import Conflict, CopyLine
from sheetsync.trackers.base import WriteBatch
from sheetsync.worker.offline.applying import with_changes
from sheetsync.worker.offline.conflicts import conflicts_tab
from sheetsync.worker.offline.mirroring import RULE, MirrorPlan, Side
from sheetsync.worker.offline.turns import own_turn
from sheetsync.worker.one_pass import no_step

_ALREADY: Final = "the order is already in the tracker"
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """What came of a step: cells and rows that each side got, new conflicts, and what could not be written."""

    first: tuple[int, int]
    second: tuple[int, int]
    conflicts: int
    missed: int = 0
    why: str = ""


def carry_out_mirror(
    plan: MirrorPlan, *, who: str, step: Callable[[str], None] = no_step
) -> Mirrored:
    """Do a step. Raises TrackerError where a side cannot be written now; the next step does the rest."""
    got_second = _write(plan, plan.second, who, (), step)
    step("second")
    got_first = _write(plan, plan.first, who, plan.conflicts, step)
    step("first")
    base = agreed(plan.base, _after(plan.first, got_first), _after(plan.second, got_second))
    shop = plan.first.shop
    line = CopyLine(
        id=plan.id, made_at=plan.at, made_by=who, about={"mirror": plan.second.name},
        returned_at=plan.at,
    )  # fmt: skip
    shop.store.offline(shop.state.id).keep(line, base)
    missed = [*got_first.missed, *got_second.missed]
    return Mirrored(
        first=got_first.counts, second=got_second.counts, conflicts=len(plan.conflicts),
        missed=len(missed), why=missed[0][2] if missed else "",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Got:
    """What one side got: cells and rows that stand there now, and (order, column, why) of what does not."""

    cells: Mapping[tuple[str, str], str]
    rows: frozenset[str]
    missed: tuple[tuple[str, str, str], ...] = ()

    @property
    def counts(self) -> tuple[int, int]:
        return len(self.cells), len(self.rows)


def _write(
    plan: MirrorPlan, side: Side, who: str, conflicts: Sequence[Conflict], step: Callable[[str], None]
) -> _Got:  # fmt: skip
    if side.idle and not conflicts:
        return _Got(cells={}, rows=frozenset())
    with own_turn(side.shop, RULE):
        return _under_lease(plan, side, who, conflicts, step)


def _under_lease(
    plan: MirrorPlan, side: Side, who: str, conflicts: Sequence[Conflict], step: Callable[[str], None]
) -> _Got:  # fmt: skip
    shop = side.shop
    offline = shop.store.offline(shop.state.id)
    last = shop.store.passes(shop.state.id, 1)
    # A moment of its own: two lines of the log about one cell never share one.
    at = max(plan.at, last[0].started_at + _SECOND) if last else plan.at
    number = offline.commit(
        replace(with_changes(side.standing, side.changes), at=at), conflicts, away_since=plan.since
    )
    step("committed")
    heading = side.standing.orders.header.headings
    tab = conflicts_tab(shop, at, lambda key: heading.get(key, key)) if conflicts else None
    batch = WriteBatch(
        changes=side.changes, header=side.standing.orders.header,
        fingerprint=side.standing.orders.sheet.fingerprint,
        tabs=(tab,) if tab is not None else (),
        marker=shop.state.marker if tab is not None else None,
    )  # fmt: skip
    shop.store.go_on()
    tracker = shop.tracker(side.standing.force.rules)
    try:
        receipt = tracker.write(batch)
        rows = tracker.append(side.rows) if side.rows and not receipt.deferred else None
    except TrackerError as problem:
        shop.store.fail_pass(shop.state.id, str(problem), now=at, pass_id=number, outcome="failed")
        raise
    got = _got(side, receipt, rows)
    words = f"{got.counts[0]} cells, {got.counts[1]} rows added, {len(conflicts)} conflicts"
    offline.close(number, receipt, now=at, note=(RULE, who, words))
    return got


def _got(side: Side, receipt: Receipt, rows: Receipt | None) -> _Got:
    wanted = {(want.order_id, want.column): want.text for want in side.wanted}
    lines = zip(*(receipt.outcomes[n].tolist() for n in ("order_id", "column", "outcome", "reason")), strict=True)  # fmt: skip
    missed = [(str(o), str(c), str(why)) for o, c, what, why in lines if what != "applied"]
    late = {(order, column) for order, column, _ in missed}
    failed: dict[str, str] = {}
    if rows is not None:
        each = zip(*(rows.outcomes[n].tolist() for n in ("order_id", "outcome", "reason")), strict=True)  # fmt: skip
        failed = {str(o): str(why) for o, what, why in each if what in ("dropped", "deferred", "failed") and why != _ALREADY}  # fmt: skip
    elif side.rows:
        failed = dict.fromkeys(side.texts, receipt.deferred)
    missed += [(order, "", why) for order, why in failed.items()]
    return _Got(
        cells={cell: text for cell, text in wanted.items() if cell not in late},
        rows=frozenset(side.texts.keys() - failed.keys()),
        missed=tuple(missed),
    )


def _after(side: Side, got: _Got) -> Copy:
    rows = {order: side.texts[order] for order in sorted(got.rows)}
    return with_cells(side.standing.side, got.cells, rows)
