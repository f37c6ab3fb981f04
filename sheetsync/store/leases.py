"""The lease on a tracker and its fence: one worker at a time, and a stale one commits nothing.

Taking the lease counts the fence up. Every transaction of a pass first proves and prolongs the lease in
one statement: a worker that was stopped past its lease, or whose tracker another one has taken over, is
refused there. What is safe hangs on the number alone, whatever the clocks of two machines say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, update

from sheetsync.errors import LeaseLost
from sheetsync.store import trackers
from sheetsync.store.tables import tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right of `owner` to work on a tracker, for `length` from each proof on; `clock` is aware UTC."""

    tracker_id: int
    owner: str
    fence: int
    length: timedelta
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Somebody else has the lease until then."""

    owner: str
    until: datetime


def take(
    connection: Connection,
    tracker_id: int,
    *,
    owner: str,
    length: timedelta,
    clock: Callable[[], datetime],
) -> Lease | Taken:
    """Take the lease if it is free, has run out, or is `owner`'s own from an earlier life."""
    now = clock()
    free = or_(tracker.c.lease_owner.in_(("", owner)), tracker.c.lease_until <= now)
    fence = connection.execute(
        update(tracker)
        .where(tracker.c.id == tracker_id, free)
        .values(lease_owner=owner, lease_until=now + length, fence=tracker.c.fence + 1)
        .returning(tracker.c.fence)
    ).scalar()
    if fence is None:
        state = trackers.get(connection, tracker_id)
        return Taken(owner=state.lease_owner, until=state.lease_until or now)
    return Lease(tracker_id=tracker_id, owner=owner, fence=fence, length=length, clock=clock)


def keep(connection: Connection, lease: Lease) -> None:
    """Prove and prolong the lease within a transaction, the first thing in it; raises LeaseLost."""
    now = lease.clock()
    kept = connection.execute(
        update(tracker)
        .where(tracker.c.id == lease.tracker_id, tracker.c.fence == lease.fence)
        .where(tracker.c.lease_until > now)
        .values(lease_until=now + lease.length)
    )
    if kept.rowcount != 1:
        raise _lost(trackers.get(connection, lease.tracker_id), lease)


def left(connection: Connection, lease: Lease) -> timedelta:
    """How long the lease still holds; raises LeaseLost where it does not."""
    state = trackers.get(connection, lease.tracker_id)
    now = lease.clock()
    if state.fence != lease.fence or state.lease_until is None or state.lease_until <= now:
        raise _lost(state, lease)
    return state.lease_until - now


def give_back(connection: Connection, lease: Lease) -> None:
    """End the lease, if it is still this one."""
    connection.execute(
        update(tracker)
        .where(tracker.c.id == lease.tracker_id, tracker.c.fence == lease.fence)
        .values(lease_owner="", lease_until=None)
    )


def _lost(state: trackers.TrackerState, lease: Lease) -> LeaseLost:
    if state.fence == lease.fence:
        why = "This worker was stopped for longer than its lease on the tracker."
    else:
        why = "This worker was stopped, and another one has taken the tracker over meanwhile."
    return LeaseLost(
        f"{why} Its pass ends here: nothing more of it is written or sent, and the next one looks anew."
    )
