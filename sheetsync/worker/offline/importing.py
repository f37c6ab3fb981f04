"""Carries out an import: commit, guarded write, new rows, and the base of the next one.

The decision is committed before the tracker is written, as in any pass. Killed in between, the same import
does the rest: cells that were written are `same` by then, rows that were added are already there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sheetsync.domain.merge.advance import advanced
from sheetsync.domain.model import Receipt
from sheetsync.errors import TrackerError
from sheetsync.store.offline import Bases
from sheetsync.trackers.base import WriteBatch
from sheetsync.worker.offline.conflicts import conflicts_tab
from sheetsync.worker.offline.returning import ImportPlan
from sheetsync.worker.offline.turns import after_the_last_pass, own_turn
from sheetsync.worker.one_pass import no_step

if TYPE_CHECKING:
    from sheetsync.worker.workshop import Workshop

_ALREADY = "the order is already in the tracker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of an import. `missed` cells or rows could not be written; `why` tells of one of them."""

    number: int
    cells: int
    rows: int
    conflicts: int
    missed: int = 0
    why: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 where all was written, 75 where some could not be written now."""
        return 75 if self.missed else 0


def carry_out_import(
    shop: Workshop, found: ImportPlan, *, who: str, step: Callable[[str], None] = no_step
) -> Imported:
    """Do what `found` says. Raises TrackerError where the tracker cannot be written now, TrackerTaken."""
    with own_turn(shop, "import"):
        at = max(found.at, after_the_last_pass(shop))  # a worker may have been at it meanwhile
        return _under_lease(shop, replace(found, at=at, plan=replace(found.plan, at=at)), who, step)


def _under_lease(
    shop: Workshop, found: ImportPlan, who: str, step: Callable[[str], None]
) -> Imported:
    offline = shop.store.offline(shop.state.id)
    step("commit")
    out = found.line.returned_at if found.base is found.bases.returned else None
    number = offline.commit(found.plan, found.conflicts, away_since=out or found.line.made_at)
    step("committed")
    tab = conflicts_tab(shop, found.at, found.heading)
    batch = WriteBatch(
        changes=found.plan.changes,
        header=found.plan.orders.header,
        fingerprint=found.plan.orders.sheet.fingerprint,
        tabs=(tab,) if tab is not None else (),
        marker=shop.state.marker if len(found.plan.changes) or tab is not None else None,
    )
    shop.store.go_on()
    try:
        receipt = shop.tracker(found.standing.force.rules).write(batch)
        step("written")
        rows = _add(shop, found, deferred=bool(receipt.deferred))
    except TrackerError as problem:
        shop.store.fail_pass(
            shop.state.id, str(problem), now=found.at, pass_id=number, outcome="failed"
        )
        raise
    done = _result(number, found, receipt, rows)
    words = f"copy {found.line.id}: {done.cells} cells, {done.rows} rows added, {done.conflicts} conflicts, {found.file.path.name}"  # fmt: skip
    offline.close(
        number, receipt, now=found.at, note=("import", who, words),
        returned=(found.line.id, _facts(found, done), _bases(found, receipt, rows)),
    )  # fmt: skip
    step("closed")
    return done


def _add(shop: Workshop, found: ImportPlan, *, deferred: bool) -> Receipt | None:
    """Add the file's own rows; None where there are none, or the tracker cannot be written now."""
    if not found.added or deferred:
        return None
    shop.store.go_on()
    return shop.tracker(found.standing.force.rules).append(found.added)


def _result(number: int, found: ImportPlan, receipt: Receipt, rows: Receipt | None) -> Imported:
    outcomes = receipt.outcomes
    missed = outcomes[(outcomes["outcome"] != "applied").to_numpy(bool)]
    added, late, why = _rows_added(found, rows)
    reasons = [str(reason) for reason in missed["reason"].tolist()]
    refused = list(receipt.tabs_refused.values()) if not receipt.deferred else []
    return Imported(
        number=number,
        cells=len(outcomes) - len(missed),
        rows=len(added),
        conflicts=len(found.conflicts),
        missed=len(missed) + late,
        why=receipt.deferred or next(iter(reasons), "") or why,
        remarks=(*receipt.remarks, *refused),
    )


def _rows_added(found: ImportPlan, rows: Receipt | None) -> tuple[set[str], int, str]:
    """Orders that stand in the tracker now, how many do not, and why."""
    wanted = {str(row["order_id"]) for row in found.added}
    if rows is None:
        return set(), len(wanted), ""
    lines = rows.outcomes
    failed: dict[str, str] = {}
    for order, outcome, reason in zip(*(lines[n].tolist() for n in ("order_id", "outcome", "reason")), strict=True):  # fmt: skip
        if outcome in ("dropped", "deferred", "failed") and reason != _ALREADY:
            failed[str(order)] = str(reason)
    return wanted - failed.keys(), len(failed), next(iter(failed.values()), "")


def _bases(found: ImportPlan, receipt: Receipt, rows: Receipt | None) -> Bases:
    outcomes = receipt.outcomes
    missed = outcomes[(outcomes["outcome"] != "applied").to_numpy(bool)]
    returned = advanced(
        found.base, found.file.side, found.merged, found.standing.rules, without=found.without,
        unwritten=set(zip(missed["order_id"].tolist(), missed["column"].tolist(), strict=True)),
        added=sorted(_rows_added(found, rows)[0]),
    )  # fmt: skip
    return replace(found.bases, returned=returned)


def _facts(found: ImportPlan, done: Imported) -> dict[str, str | int]:
    saved: datetime | None = found.file.saved_at
    return {
        "file": found.file.path.name,
        "sha256": found.file.sha256 if not done.missed else "",
        "saved_at": saved.isoformat() if saved else "",
        "cells": done.cells,
        "rows": done.rows,
        "conflicts": done.conflicts,
    }
