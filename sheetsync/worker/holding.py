"""Holding a tracker: what the guard says of a plan, what a person let through, and the one mail about it.

A held tracker is read at every pass as before. It is released by a pass that finds it in order, or
whose plan is the one that a person approved.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import pandas as pd

from sheetsync.domain.escalation.people import role_words
from sheetsync.domain.guard import Trip, refusal, too_many_mails, tripped
from sheetsync.domain.guard.approval import token
from sheetsync.domain.guard.brought_in import as_brought_in, still_there
from sheetsync.domain.guard.feeds import feed_trips
from sheetsync.domain.model import Memory, Notice, Plan
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import PlanRefused
from sheetsync.store.memory import ADOPTED, MARK_SEEN
from sheetsync.store.passes import HeldMails
from sheetsync.store.trackers import TrackerState
from sheetsync.worker.publish import columns_before
from sheetsync.worker.rules_alarm import KIND as RULES_BROKEN
from sheetsync.worker.rules_alarm import people_in_charge

if TYPE_CHECKING:
    from sheetsync.worker.one_pass import Ports

HELD: Final = "held"
MAILS_HELD: Final = "mails-held"
FEED_HELD: Final = "feed-held"
TROUBLE: Final = "trouble"
ALERTS: Final = frozenset({HELD, MAILS_HELD, FEED_HELD, TROUBLE, RULES_BROKEN})
"""Kinds of mail about the worker itself: they leave while the tracker is held."""
MOST_ALERTS: Final = 12
"""Mails about the worker itself within a day; `sheetsync status` tells of every hold."""
_YES: Final = "yes"
FEEDS_HELD: Final = "feeds_held"
"""Setting: the feeds that the last pass held back, and why, as JSON; "" for none."""


def trips_of(
    ports: Ports, state: TrackerState, rules: Rulebook, plan: Plan, memory: Memory
) -> tuple[Trip, ...]:
    """Every breaker that `plan`, made from `memory`, trips; what was brought in since by a feed or an import counts for none."""
    before, people = (
        columns_before(ports.store, state, rules),
        _recipient_columns(ports, state, rules, plan),
    )

    def look(memory: Memory, facts: Callable[[pd.DataFrame], pd.DataFrame]) -> tuple[Trip, ...]:
        return tripped(
            plan, memory, ports.limits, columns_before=before, recipient_columns=people,
            facts_before=lambda: facts(ports.store.load_facts(state.id)),
        )  # fmt: skip

    feeds = feed_trips(plan, ports.limits)
    trips = look(memory, lambda facts: facts)
    orders = sorted({order for trip in trips for order in trip.orders})
    brought = ports.store.brought_in(state.id, orders) if orders else {}
    cells = still_there(plan.orders, brought)
    return (*(look(*as_brought_in(plan, memory, cells)) if cells else trips), *feeds)


def _recipient_columns(
    ports: Ports, state: TrackerState, rules: Rulebook, plan: Plan
) -> Collection[str]:
    """Columns that name who gets mails; none where too few orders changed at all to look at them."""
    if state.baseline_at is None or state.fingerprint == plan.orders.sheet.fingerprint:
        return ()
    if ports.store.changed_facts(state.id, plan.facts) <= ports.limits.recipients:
        return ()
    return {person.from_column for person in rules.escalation.people.values() if person.from_column}


def guard_plan(
    ports: Ports, state: TrackerState, rules: Rulebook, plan: Plan, memory: Memory
) -> None:
    """Raise PlanRefused when `plan` is unsafe to carry out."""
    trips = trips_of(ports, state, rules, plan, memory)
    if trips:
        raise refusal(trips, ports.tracker.name)


def is_approved(
    ports: Ports, state: TrackerState, rules: Rulebook, plan: Plan, memory: Memory
) -> bool:
    """Whether a person let through what `plan` is held back for, and exactly that."""
    approval = ports.store.approval(state.id)
    if approval is None:
        return False
    return approval.token == token(plan, memory, trips_of(ports, state, rules, plan, memory))


def refused(
    ports: Ports, state: TrackerState, rules: Rulebook, plan: Plan, memory: Memory
) -> PlanRefused | None:
    """Why `plan` is not carried out; None when it is safe, or is the one that a person approved.

    An approval of another plan ends here: the person is to be shown this one.
    """
    trips = trips_of(ports, state, rules, plan, memory)
    if not trips:
        return None
    approval = ports.store.approval(state.id)
    if approval is not None:
        if approval.token == token(plan, memory, trips) and all(t.settle != "adopt" for t in trips):
            return None
        ports.store.drop_approval(state.id)
    return refusal(trips, ports.tracker.name)


def hold(ports: Ports, state: TrackerState, rules: Rulebook, now: datetime, reason: str) -> None:
    """Hold the tracker, and put the one mail about it into the outbox when the hold begins."""
    since = ports.store.hold(state.id, reason, now=now)
    if _alerted_enough(ports, state, now):
        return
    name = _told_as(ports)
    told = _without_title(ports, reason)
    subject = f"{name} is held: nothing is written or mailed"
    ports.store.add_notices(
        state.id, _alerts(HELD, since.isoformat(), (told,), rules, name, subject), now
    )


def tell_trouble(
    ports: Ports, state: TrackerState, rules: Rulebook, now: datetime, problem: str
) -> None:
    """One mail when so many passes in a row could not be done; the next one only after a good pass."""
    if state.fail_count + 1 < ports.alert_after:
        return
    if _alerted_enough(ports, state, now):
        return
    occasion = (state.last_ok_at or state.created_at).isoformat()
    name = _told_as(ports)
    told = _without_title(ports, problem)
    subject = f"{name} cannot be looked after since {state.fail_count + 1} passes"
    ports.store.add_notices(
        state.id, _alerts(TROUBLE, occasion, (told,), rules, name, subject), now
    )


def tell_of_feeds(ports: Ports, state: TrackerState, rules: Rulebook, plan: Plan) -> None:
    """Keep which feeds are held back, for `status`, and send one mail a day while any is."""
    held = plan.fed.held_back if plan.fed is not None else {}
    kept = json.dumps(dict(sorted(held.items())), ensure_ascii=False) if held else ""
    if (ports.store.setting(state.id, FEEDS_HELD) or "") != kept:
        ports.store.keep_setting(state.id, FEEDS_HELD, kept)
    if not held or _alerted_enough(ports, state, plan.at):
        return
    name = _told_as(ports)
    subject = f"What a feed brought into {name} is held back until you have looked"
    occasion = f"{' '.join(sorted(held))} {plan.at:%Y-%m-%d}"
    ports.store.add_notices(
        state.id, _alerts(FEED_HELD, occasion, list(held.values()), rules, name, subject), plan.at
    )


def mails_held(ports: Ports, state: TrackerState, rules: Rulebook, plan: Plan) -> HeldMails | None:
    """Why the messages of `plan` wait for a person; None when they may go."""
    reason = too_many_mails(plan, ports.limits)
    if not reason:
        return None
    name = _told_as(ports)
    subject = f"{len(plan.mails)} mails about {name} are held back until you release them"
    alerts = _alerts(MAILS_HELD, plan.at.isoformat(), (reason,), rules, name, subject)
    enough = _alerted_enough(ports, state, plan.at)
    return HeldMails(reason=reason, alerts=() if enough else alerts)


def _told_as(ports: Ports) -> str:
    """How mails call the tracker: never by a title that anybody can change who may edit the sheet."""
    return ports.told_as or ports.tracker.name


def _without_title(ports: Ports, sentence: str) -> str:
    title = ports.tracker.name
    return sentence.replace(title, _told_as(ports)) if title else sentence


def _alerted_enough(ports: Ports, state: TrackerState, now: datetime) -> bool:
    """Whoever makes the guard hold and release all day does not fill the owner's mailbox by it."""
    last = ports.store.outbox(state.id, ALERTS).latest(MOST_ALERTS)
    return len(last) == MOST_ALERTS and last[-1].created_at > now - timedelta(days=1)


def note_mark(ports: Ports, state: TrackerState, plan: Plan, memory: Memory) -> None:
    """Remember that the sheet bears our mark; one that was adopted has then been written over."""
    found = plan.orders.sheet.marker
    if found is None or found.uuid != state.uuid:
        return
    if not memory.mark_seen:
        ports.store.keep_setting(state.id, MARK_SEEN, _YES)
    if memory.adopted is not None:
        ports.store.keep_setting(state.id, ADOPTED, "")


def _alerts(  # noqa: PLR0917 - what one mail tells
    kind: str, occasion: str, reasons: Sequence[str], rules: Rulebook, tracker: str, subject: str
) -> tuple[Notice, ...]:
    """One notice of each occasion for each person in charge."""
    return tuple(
        Notice(
            key=f"{kind}-{_digest(occasion, address)}",
            kind=kind,
            audience="manager",
            channel="email",
            recipient=address,
            recipient_name=role_words(person.id),
            subject=subject,
            context={
                "tracker": tracker,
                "recipient_name": role_words(person.id),
                "problems": list(reasons),
                "remarks": [],
            },
        )
        for person in people_in_charge(rules.escalation)
        for address in person.addresses
    )


def _digest(occasion: str, address: str) -> str:
    return hashlib.sha256(f"{occasion}\n{address.casefold()}".encode()).hexdigest()[:40]
