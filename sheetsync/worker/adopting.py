"""Adopting a sheet: a copy, a lost store, a second installation, an old backup of the store.

Nobody can tell from the sheet alone which of these it is, so a person says it. What follows is a first
look: everything is taken as it stands, no mail is sent, no time is invented, and the mark of the sheet
outranks the old one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sheetsync.domain.guard import Trip, gone_orders
from sheetsync.domain.model import Marker, Plan
from sheetsync.domain.plan import make_plan
from sheetsync.errors import AlreadyRunning, UsageError
from sheetsync.worker.one_pass import PassResult
from sheetsync.worker.rebuilding import rebuild_outbox
from sheetsync.worker.workshop import Workshop

_WAITING = ("pending", "retry", "claimed", "held")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What adopting the sheet would do.

    `baseline` is the plan of the first look; `gone` and `new` are orders that only the store, or only
    the sheet, knows; `waiting` mails are called off.
    """

    trip: Trip
    found: Marker | None
    ours: Marker
    baseline: Plan
    gone: int
    new: int
    waiting: int


def look(workshop: Workshop, now: datetime) -> Adoption:
    """What there is to adopt; raises UsageError where the sheet is this store's own."""
    plan, memory, force = workshop.plan(now)
    trips = workshop.trips(plan, memory, force)
    trip = next((trip for trip in trips if trip.settle != "approve"), None)
    if trip is None:
        raise UsageError(
            f"There is nothing to adopt: {workshop.name} is this store's own, or bears no mark at all. "
            "See sheetsync status for how it stands."
        )
    state = workshop.state
    afresh = replace(memory, baseline_at=None)
    sheet = plan.orders.sheet
    return Adoption(
        trip=trip,
        found=sheet.marker,
        ours=state.marker,
        baseline=make_plan(sheet, afresh, force.rules, now, workshop.plan_options),
        gone=len(gone_orders(plan, memory)),
        new=len(set(plan.orders.frame["order_id"]) - {"", *memory.orders.index}),
        waiting=len(workshop.store.outbox(state.id).in_states(_WAITING)),
    )


def adopt(workshop: Workshop, adoption: Adoption, *, who: str, now: datetime) -> PassResult | None:
    """Begin anew with the sheet; gives the first look, None where a running worker does it next.

    What the sheet's tab Messages tells of is taken over first: it was sent, whatever this store knows.
    """
    rebuild_outbox(workshop, now)
    workshop.store.adopt(workshop.state.id, adoption.found, who=who, now=now)
    try:
        with workshop.alone():
            result = workshop.run_pass(now)
    except AlreadyRunning:
        return None
    return None if result.outcome == "skipped" else result
