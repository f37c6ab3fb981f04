"""Letting a held plan through: what a person is shown, and what is done once that was approved.

The approval waits in the store and is bound to what was shown. The next pass takes it, whether that is
ours or a running worker's; where the plan is another one by then, nothing is done and it is shown again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sheetsync.domain.guard import refusal
from sheetsync.domain.guard.approval import Proposal, proposal
from sheetsync.domain.guard.identity import MARK_GONE
from sheetsync.domain.model import Plan
from sheetsync.errors import AlreadyRunning, PlanRefused, TrackerError
from sheetsync.store.holds import Approval
from sheetsync.worker.one_pass import PassResult
from sheetsync.worker.workshop import Workshop

_LOOK_EVERY: Final = 1.0
_SLACK: Final = timedelta(minutes=1)

Taken = Literal["by the worker", "changed", "not yet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A held plan and what approving it lets through."""

    plan: Plan
    proposal: Proposal


def look(workshop: Workshop, now: datetime) -> Shown | None:
    """What is held back; None where the guard has nothing against the plan of this moment.

    Raises PlanRefused where the sheet cannot be understood at all, or the question is whose sheet it is:
    no approval settles that.
    """
    plan, memory, force = workshop.plan(now, every_feed=True)
    trips = workshop.trips(plan, memory, force)
    if any(trip.settle == "adopt" for trip in trips):
        raise refusal(trips, workshop.name)
    return (
        Shown(plan=plan, proposal=proposal(plan, memory, trips, workshop.limits)) if trips else None
    )


def approve(workshop: Workshop, shown: Shown, *, who: str, now: datetime) -> None:
    """Keep for the next pass that `who` lets through what was shown, and log it."""
    found = shown.proposal
    what = (
        f"{sum(cells.count for cells in found.cells)} cells, "
        f"{sum(mails.count for mails in found.mails)} mails, {len(found.gone)} orders taken as gone"
    )
    workshop.store.approve(
        workshop.state.id,
        Approval(token=found.token, who=who, at=now),
        reason=" ".join(trip.sentence for trip in found.trips),
        what=what,
        mark_anew=any(trip.breaker == MARK_GONE for trip in found.trips),
    )


def carry_out(
    workshop: Workshop, *, clock: Callable[[], datetime], wait: Callable[[float], None]
) -> PassResult | Taken:
    """Do the pass that takes the approval, or wait for that of a running worker.

    Gives the pass; `changed` where the plan was another one by then; what the worker did, else.
    """
    try:
        with workshop.alone():
            result = workshop.run_pass(clock())
        if result.outcome != "skipped":
            return "changed" if _is_held(result) else result
    except AlreadyRunning:
        pass  # a worker of this machine has the tracker; one of another machine has it where it is skipped
    return _await_worker(workshop, clock=clock, wait=wait)


def _is_held(result: PassResult) -> bool:
    """Whether the pass left something to be approved: the tracker, or what a feed brought."""
    fed = result.plan.fed if result.plan is not None else None
    return result.outcome == "held" or (fed is not None and bool(fed.held_back))


def _await_worker(
    workshop: Workshop, *, clock: Callable[[], datetime], wait: Callable[[float], None]
) -> Taken:
    tracker = workshop.state.id
    end = clock() + workshop.every + _SLACK
    while workshop.store.approval(tracker) is not None:
        if clock() >= end:
            return "not yet"
        wait(_LOOK_EVERY)
    return (
        "changed" if workshop.state.state == "held" or _asks(workshop, clock()) else "by the worker"
    )


def _asks(workshop: Workshop, now: datetime) -> bool:
    """Whether something is held back still; a tracker that is busy now is not asked again."""
    try:
        return look(workshop, now) is not None
    except (TrackerError, PlanRefused):
        return False
