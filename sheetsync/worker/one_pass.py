"""One pass over one tracker: read, plan, guard, COMMIT, write, close, deliver; all under one lease.

Everything comes in as an argument: tracker, store, transport, clock reading. The order is the
crash argument (docs/architecture.md): before the commit the world was not touched; after it, cell
writes are computed anew from state and messages wait in the outbox under unique keys. `step` is
called at every boundary, so that a test can end the pass there. The store that comes in is bound to the
lease: once that is lost, whatever would write or send raises LeaseLost instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from sheetsync.domain.feeds.news import Fed
from sheetsync.domain.feeds.telling import next_stale
from sheetsync.domain.guard import GuardLimits, gone_orders
from sheetsync.domain.guard.feeds import feed_trips, held_back
from sheetsync.domain.model import Memory, Plan, Receipt
from sheetsync.domain.plan import PlanOptions, make_plan
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import MailError, PlanRefused, TrackerBusy, TrackerError
from sheetsync.messages.deliver import DeliveryReport
from sheetsync.store.store import Store
from sheetsync.store.trackers import TrackerState
from sheetsync.trackers.base import Tracker, WriteBatch
from sheetsync.worker import adding, holding
from sheetsync.worker.messages import messages_are_shown
from sheetsync.worker.publish import (
    Publisher,
    alarms_are_told,
    figures_are_owed,
    with_look_at,
    worker_tabs,
)
from sheetsync.worker.tasks import tasks_are_shown

Outcome = Literal["unchanged", "done", "deferred", "skipped", "held", "failed"]
"""`skipped`: another worker has the tracker, or has taken it over meanwhile."""
EXIT_CODES: Final[Mapping[Outcome, int]] = {
    "unchanged": 0,
    "done": 0,
    "deferred": 75,
    "skipped": 75,
    "held": 3,
    "failed": 1,
}
_SETTINGS: Final = "settings"
WRITES_BEFORE_MAIL_GOES_ALONE: Final = 2
"""A mail waits for the sheet to show its change, but not for ever."""
_LOOKS: Final = 4
"""How often a sheet is read again in one pass that shows other orders at every look."""


def nobody(_now: datetime) -> DeliveryReport:
    """Delivers nothing."""
    return DeliveryReport(lines=())


def no_step(_name: str) -> None:
    """In production the boundaries of a pass do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What a pass acts on. `deliver(now)` hands over what waits in the outbox.

    `alert(now)` hands over only what is about the worker itself: that is all a held tracker sends.
    After `alert_after` passes in a row that could not be done, the people in charge are told.
    """

    tracker: Tracker
    store: Store
    deliver: Callable[[datetime], DeliveryReport]
    publisher: Publisher
    options: PlanOptions
    limits: GuardLimits
    step: Callable[[str], None] = no_step
    alert: Callable[[datetime], DeliveryReport] = nobody
    deliver_inside: Callable[[datetime], DeliveryReport] | None = None
    """As `deliver`, but nothing to customers: their letters leave only after a look whether they still hold."""
    alert_after: int = 5
    told_as: str = ""
    """How mails call the tracker, by the configuration alone; "" takes the tracker's own name."""
    settings: str = ""
    """The configuration that a reading depends on: where it changed, an unchanged sheet is read anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassResult:
    """What one pass came to. `problem` is a sentence where it did not go as planned."""

    outcome: Outcome
    at: datetime
    plan: Plan | None = None
    receipt: Receipt | None = None
    delivery: DeliveryReport | None = None
    problem: str = ""
    remarks: tuple[str, ...] = field(default=())
    news: tuple[str, ...] = ()
    """What feeds brought, a line for each file."""
    added: int = 0
    """Rows that feeds added."""

    @property
    def exit_code(self) -> int:
        """What a command that did this pass leaves with; 75 also where mail could not leave now."""
        code = EXIT_CODES[self.outcome]
        return 75 if not code and self.delivery is not None and self.delivery.trouble else code

    @property
    def looked(self) -> bool:
        """Whether the sheet was looked at, so that all that waits is known to hold still."""
        return self.plan is not None or self.outcome == "unchanged"

    @property
    def cells(self) -> int:
        """Cells that were really written."""
        if self.receipt is None:
            return 0
        return int((self.receipt.outcomes["outcome"] == "applied").sum())


def one_pass(
    ports: Ports,
    state: TrackerState,
    rules: Rulebook,
    now: datetime,
) -> PassResult:
    """Do one pass at `now` (aware UTC) and say what it came to.

    An unchanged tracker on which nothing has fallen due is not parsed. Tracker and mail problems
    are results, not exceptions; StoreError is raised, since nothing can be promised without it.
    """
    result = _sheet_part(ports, state, rules, now)
    if result.outcome == "failed":
        holding.tell_trouble(ports, state, rules, now, result.problem)
    deliver = ports.deliver if result.looked else ports.deliver_inside or ports.deliver
    if result.outcome == "held":
        deliver = ports.alert
    if not _mail_may_go(result, state):
        return result
    ports.step("deliver")
    try:
        delivery = deliver(now)
    except MailError as problem:
        delivery = DeliveryReport(lines=(), trouble=str(problem))
    ports.step("delivered")
    return replace(result, delivery=delivery)


def plan_only(
    ports: Ports,
    state: TrackerState,
    rules: Rulebook,
    now: datetime,
    fed: Fed | None = None,
    *,
    every_feed: bool = False,
) -> tuple[Plan, Memory]:
    """The plan that a pass at `now` would carry out; nothing is written or remembered.

    What is not there is believed only when two readings, one right after the other, do not show it. `fed`
    stands in for what feeds have brought. A feed that would change very many orders at once is left out until
    a person has let it through, but with `every_feed`.
    """
    memory = ports.store.load_memory(state.id, now, ports.options.timezone)
    if fed is not None:
        memory = replace(memory, fed=fed)
    plan = _planned(ports, rules, now, memory)
    returning = _returning(ports, state, plan, memory)
    if returning:
        again = ports.store.load_memory(state.id, now, ports.options.timezone, returning=returning)
        memory = replace(again, fed=memory.fed)
        plan = _planned(ports, rules, now, memory)
    if not every_feed:
        plan, memory = _without_feeds_to_ask_about(ports, state, rules, plan, memory)
    silent = next_stale(ports.publisher.sources, now)
    if silent is not None and (plan.next_change_at is None or silent < plan.next_change_at):
        plan = replace(plan, next_change_at=silent)
    return plan, memory


def _without_feeds_to_ask_about(
    ports: Ports, state: TrackerState, rules: Rulebook, plan: Plan, memory: Memory
) -> tuple[Plan, Memory]:
    """The plan as if the feeds that would change very many orders at once had said nothing."""
    trips = feed_trips(plan, ports.limits)
    if not trips or holding.is_approved(ports, state, rules, plan, memory):
        return plan, memory
    while trips:
        memory = replace(memory, fed=memory.fed.without(held_back(trips)))
        plan = make_plan(plan.orders.sheet, memory, rules, plan.at, ports.options)
        trips = feed_trips(plan, ports.limits)
    return plan, memory


def _returning(ports: Ports, state: TrackerState, plan: Plan, memory: Memory) -> list[str]:
    """Archived orders whose rows are in the tracker again, or come by a feed: they are remembered, not new."""
    new = [str(order) for order in plan.memory.index.difference(memory.orders.index)]
    new += [each.order_id for each in plan.fed.additions] if plan.fed is not None else []
    return ports.store.care(state.id).archived_among(new) if new else []


def _planned(ports: Ports, rules: Rulebook, now: datetime, memory: Memory) -> Plan:
    def look(before: Plan | None = None) -> Plan:
        sheet = ports.tracker.read()
        if before is not None and sheet.fingerprint == before.orders.sheet.fingerprint:
            return before
        return make_plan(sheet, memory, rules, now, ports.options)

    try:
        plan = look()
    except PlanRefused:
        plan = look()
    if plan.baseline:
        return _the_same_twice(ports, plan, look)
    absent = set(gone_orders(plan, memory))
    for _ in range(_LOOKS if absent else 0):
        plan, before = look(plan), absent
        absent = set(gone_orders(plan, memory))
        if absent <= before:
            return plan
    if absent:
        raise _unsteady(ports)
    return plan


def _the_same_twice(ports: Ports, plan: Plan, look: Callable[[Plan], Plan]) -> Plan:
    """The plan of a first look that two readings agree on.

    It has nothing to be compared with: what a short answer leaves out would be new to the next pass, and
    what was done in it long ago would get a time.
    """
    for _ in range(_LOOKS):
        again = look(plan)
        if _orders_of(plan) == _orders_of(again):
            return again
        plan = again
    raise _unsteady(ports)


def _orders_of(plan: Plan) -> set[str]:
    return set(plan.orders.frame["order_id"])


def _unsteady(ports: Ports) -> TrackerBusy:
    return TrackerBusy(
        f"{ports.tracker.name} shows other orders at every look. Nothing was done; the next pass looks again."
    )


def _sheet_part(ports: Ports, state: TrackerState, rules: Rulebook, now: datetime) -> PassResult:
    ports = replace(ports, publisher=with_look_at(ports.publisher, ports.store, state, now))
    try:
        ports.step("read")
        if _nothing_to_do(ports, state, rules, now):
            remarks = ports.tracker.in_the_way()
            ports.store.quiet_pass(state.id, now)
            return PassResult(outcome="unchanged", at=now, remarks=remarks)
        plan, memory = plan_only(ports, state, rules, now)
    except PlanRefused as unreadable:
        return _refused(ports, state, rules, now, unreadable)
    except TrackerError as problem:
        outcome: Outcome = "deferred" if isinstance(problem, TrackerBusy) else "failed"
        ports.store.fail_pass(state.id, str(problem), now=now, outcome=outcome)
        return PassResult(outcome=outcome, at=now, problem=str(problem))
    ports.step("planned")
    refusal = holding.refused(ports, state, rules, plan, memory)
    if refusal is not None:
        return _refused(ports, state, rules, now, refusal)
    return _carry_out(ports, state, rules, plan, memory)


def _nothing_to_do(ports: Ports, state: TrackerState, rules: Rulebook, now: datetime) -> bool:
    if not state.fingerprint or state.rules_hash != rules.hash or state.state == "held":
        return False
    if state.next_change_at is not None and now >= state.next_change_at:
        return False
    if not alarms_are_told(ports.publisher, ports.store, state):
        return False
    if figures_are_owed(ports.store, state):
        return False
    if not messages_are_shown(ports.store, state, rules):
        return False
    if not tasks_are_shown(ports.store, state):
        return False
    if ports.store.feeds(state.id).has_news():
        return False
    if ports.store.approval(state.id) is not None:
        return False
    if (ports.store.setting(state.id, _SETTINGS) or "") != ports.settings:
        return False
    return ports.tracker.fingerprint() == state.fingerprint


def _refused(
    ports: Ports, state: TrackerState, rules: Rulebook, now: datetime, refusal: PlanRefused
) -> PassResult:
    holding.hold(ports, state, rules, now, str(refusal))
    ports.store.fail_pass(state.id, str(refusal), now=now, outcome="held")
    return PassResult(outcome="held", at=now, problem=str(refusal))


def _carry_out(
    ports: Ports, state: TrackerState, rules: Rulebook, plan: Plan, memory: Memory
) -> PassResult:
    store = ports.store
    ports.step("commit")
    held = holding.mails_held(ports, state, rules, plan)
    pass_id = store.commit_pass(state.id, plan, memory=memory, held=held)
    if state.state == "held":
        store.release(state.id)
    elif store.approval(state.id) is not None:
        store.drop_approval(state.id)
    holding.tell_of_feeds(ports, state, rules, plan)
    ports.step("committed")
    holding.note_mark(ports, state, plan, memory)
    store.keep_setting(state.id, _SETTINGS, ports.settings)
    committed = store.tracker_state(state.id)
    publisher = replace(ports.publisher, tracker=ports.publisher.tracker or ports.tracker.name)
    tabs = worker_tabs(publisher, store, committed, rules, plan)
    batch = WriteBatch(
        changes=plan.changes,
        header=plan.orders.header,
        fingerprint=plan.orders.sheet.fingerprint,
        tabs=tabs.tabs,
        marker=committed.marker if len(plan.changes) or tabs.tabs else None,
    )
    store.go_on()
    try:
        receipt = ports.tracker.write(batch)
    except PlanRefused as refusal:
        holding.hold(ports, state, rules, plan.at, str(refusal))
        return _not_written(store, state, pass_id, _result(plan, "held", str(refusal)))
    except TrackerError as problem:
        outcome: Outcome = "deferred" if isinstance(problem, TrackerBusy) else "failed"
        return _not_written(store, state, pass_id, _result(plan, outcome, str(problem)))
    ports.step("written")
    added = adding.rows_of(plan)
    if receipt.deferred and (len(plan.changes) or tabs.tabs or added):
        busy = _result(plan, "deferred", receipt.deferred)
        return _not_written(store, state, pass_id, replace(busy, receipt=receipt))
    rows = adding.add_rows(ports.tracker, store, added)
    if added:
        ports.step("added")
    result = _close(ports, pass_id, plan, receipt, tabs.remember)
    if plan.fed is not None:
        store.feeds(state.id).close(plan.fed, adding.outcomes(receipt, rows))
        result = replace(result, added=rows.count, remarks=(*result.remarks, *rows.remarks))
    if held is None:
        return result
    waiting = f"{held.reason} See sheetsync outbox list; then release or drop."
    return replace(result, remarks=(*result.remarks, waiting))


def _not_written(store: Store, state: TrackerState, pass_id: int, result: PassResult) -> PassResult:
    """The decisions stand, the sheet was left as it was: the next pass writes, and counts this one."""
    store.fail_pass(
        state.id, result.problem, now=result.at, pass_id=pass_id, outcome=result.outcome
    )
    return result


def _result(plan: Plan, outcome: Outcome, problem: str) -> PassResult:
    return PassResult(outcome=outcome, at=plan.at, plan=plan, problem=problem)


def _close(
    ports: Ports, pass_id: int, plan: Plan, receipt: Receipt, remember: Callable[[Receipt], None]
) -> PassResult:
    settled = set(receipt.outcomes["outcome"]) <= {"applied", "refused"} and not receipt.unread
    # What a feed wrote is news to the next pass: stages and checks follow it there.
    settled = settled and not (plan.fed is not None and plan.fed.writes)
    fingerprint = receipt.fingerprint if settled else ""
    ports.store.close_pass(pass_id, receipt, fingerprint=fingerprint, now=plan.at)
    remember(receipt)
    ports.step("closed")
    return PassResult(
        outcome="done",
        at=plan.at,
        plan=plan,
        receipt=receipt,
        remarks=receipt.remarks + tuple(receipt.tabs_refused.values()),
    )


def _mail_may_go(result: PassResult, state: TrackerState) -> bool:
    """Mail follows the sheet; after two passes that could not write, or about a hold, it goes alone."""
    if result.outcome in ("unchanged", "done"):
        return True
    return result.outcome == "held" or state.fail_count + 1 >= WRITES_BEFORE_MAIL_GOES_ALONE
