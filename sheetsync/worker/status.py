"""How every tracker of the store stands: watched or held and why, last pass, outbox, next try.

Asks the store only; the sheet is not looked at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sheetsync.store.holds import Approval
from sheetsync.store.store import Store
from sheetsync.store.trackers import TrackerState
from sheetsync.worker.daemon import BACK_OFF_FIRST, BACK_OFF_MOST
from sheetsync.worker.holding import FEEDS_HELD
from sheetsync.worker.workshop import Workshop

Standing = Literal["watched", "held", "in trouble", "not looked at yet"]
_COUNTED: Final = ("pending", "retry", "held", "in_doubt", "failed", "sent")
"""States of the outbox in the order in which they are told; both kinds of waiting come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerStatus:
    """One tracker. Moments are aware UTC.

    `why`: why it is held, or what the last trouble was; `since`: since when it is held. `next_try`: when
    a running worker looks again at the latest; None for a tracker of another configuration. `worker`: the
    machine whose worker is at it at this moment, "" for none. `feeds_held`: why what feeds brought is held back;
    `conflicts`: how many a person is to decide.
    """

    name: str
    ref: str
    standing: Standing
    why: str
    since: datetime | None
    first_look: datetime | None
    last_pass: datetime | None
    last_good: datetime | None
    failures: int
    outbox: Mapping[str, int]
    approval: Approval | None
    next_try: datetime | None
    worker: str
    feeds_held: tuple[str, ...] = ()
    conflicts: int = 0


def status_of(workshop: Workshop, now: datetime) -> tuple[TrackerStatus, ...]:
    """Every tracker of the store; the configured one first."""
    mine = workshop.state.id
    found = sorted(workshop.store.trackers(), key=lambda state: (state.id != mine, state.id))
    return tuple(_status(workshop, state, now, mine=state.id == mine) for state in found)


def _status(workshop: Workshop, state: TrackerState, now: datetime, *, mine: bool) -> TrackerStatus:
    store = workshop.store
    standing = _standing(state)
    return TrackerStatus(
        name=state.name,
        ref=state.ref,
        standing=standing,
        why=_why(store, state, standing),
        since=store.held_since(state.id) if standing == "held" else None,
        first_look=state.baseline_at,
        last_pass=state.last_pass_at,
        last_good=state.last_ok_at,
        failures=state.fail_count,
        outbox=_outbox(store, state),
        approval=store.approval(state.id),
        next_try=_next_try(workshop, state, standing) if mine else None,
        worker=_worker(state, now),
        feeds_held=tuple(json.loads(store.setting(state.id, FEEDS_HELD) or "{}").values()),
        conflicts=len(store.offline(state.id).conflicts()),
    )


def _worker(state: TrackerState, now: datetime) -> str:
    at_it = state.lease_until is not None and state.lease_until > now
    return state.lease_owner.rpartition("/")[0] if at_it else ""


def _standing(state: TrackerState) -> Standing:
    if state.state == "held":
        return "held"
    if state.fail_count:
        return "in trouble"
    return "watched" if state.baseline_at is not None else "not looked at yet"


def _why(store: Store, state: TrackerState, standing: Standing) -> str:
    if standing == "held":
        return state.hold_reason
    if standing == "in trouble":
        return next((line.error for line in store.passes(state.id, 5) if line.error), "")
    return ""


def _outbox(store: Store, state: TrackerState) -> Mapping[str, int]:
    counts = store.outbox(state.id).counts()
    return {name: counts[name] for name in _COUNTED if counts.get(name)}


def _next_try(workshop: Workshop, state: TrackerState, standing: Standing) -> datetime | None:
    """After trouble the wait grows from seconds to a quarter of an hour; its upper end is told."""
    ended = [line.ended_at for line in workshop.store.passes(state.id, 1)]
    known: list[datetime] = [moment for moment in (*ended, state.last_ok_at) if moment is not None]
    if not known:
        return None
    last = max(known)
    if standing == "in trouble":
        return last + min(BACK_OFF_MOST, BACK_OFF_FIRST * (1 << min(state.fail_count, 12)))
    return last + workshop.every
