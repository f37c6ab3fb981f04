"""One plan from one read: joins reading, evidence, clocks, checks and escalation into plain data.

Same sheet, memory, rules and `now` give the same plan, byte for byte. Nothing here acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from sheetsync.domain import own_cells
from sheetsync.domain.checks import check_rows, check_texts, next_check_change, not_evaluated
from sheetsync.domain.checks.stale_news import with_stale
from sheetsync.domain.columns import ReadingOptions, interpret
from sheetsync.domain.companions import Companions, read_companions, told
from sheetsync.domain.conditions import Surroundings, WorkingDays, evaluate
from sheetsync.domain.conditions.computed import with_clocks, with_evidence, with_values
from sheetsync.domain.conditions.fields import Fields, fields_of
from sheetsync.domain.daily import Digests, Standing, decide_digests
from sheetsync.domain.escalation import Escalations, decide
from sheetsync.domain.escalation.acknowledge import HELP
from sheetsync.domain.escalation.facts import Facts
from sheetsync.domain.escalation.grouping import Item
from sheetsync.domain.escalation.reach import unknown_names, unreached
from sheetsync.domain.evidence import Observation, delivered_moments, observe
from sheetsync.domain.feeds.news import FedPlan
from sheetsync.domain.feeds.planning import plan_feeds, without
from sheetsync.domain.findings import FindingList, join_findings
from sheetsync.domain.followups.deciding import NO_TASKS, Seen, Tasks, plan_tasks
from sheetsync.domain.milestones.contact import BUILT_IN
from sheetsync.domain.milestones.planning import (
    Milestones,
    nobody,
    nothing,
    plan_milestones,
)
from sheetsync.domain.model import STAMPS, Memory, Orders, Plan, Sheet
from sheetsync.domain.moments import (
    NAT,
    Moments,
    as_aware,
    as_moment,
    scalar_to_local,
    scalar_to_utc,
)
from sheetsync.domain.next_action import next_actions
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.sla import next_change, open_hours, run_clocks
from sheetsync.domain.sla.clocks import Clocks, Judge
from sheetsync.domain.sla.texts import sla_dues, sla_texts
from sheetsync.domain.snapshot import take_facts
from sheetsync.domain.vendors.planning import VendorPlan, plan_vendors
from sheetsync.domain.worktime import OpenHours

ALWAYS_LOOK_AGAIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What a plan depends on besides sheet, memory, rules and `now`."""

    timezone: str
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    stale: Mapping[str, str] = field(default_factory=dict)
    """Carriers whose news are stale -> since when, in words."""
    channels: tuple[str, ...] = BUILT_IN
    """The channels by which a customer can be told."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scene:
    """What the later steps of one plan share."""

    orders: Orders
    seen: Observation
    around: Surroundings
    memory: Memory
    rules: Rulebook
    hours: Mapping[str, OpenHours]
    companions: Companions


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reasons:
    """What led to a plan, for `explain`: what was seen, every clock, the open hours by calendar.

    `told` are the escalations one by one; `people` says which of them reach somebody else, or nobody.
    """

    seen: Observation
    clocks: Clocks
    hours: Mapping[str, OpenHours]
    told: tuple[Item, ...] = ()
    people: tuple[str, ...] = ()


def make_plan(
    sheet: Sheet, memory: Memory, rules: Rulebook, now: datetime, options: PlanOptions
) -> Plan:
    """Everything that a pass over `sheet` at `now` (aware UTC) would do.

    Raises PlanRefused when the sheet has no header that can be understood.
    """
    return plan_with_reasons(sheet, memory, rules, now, options)[0]


def plan_with_reasons(
    sheet: Sheet, memory: Memory, rules: Rulebook, now: datetime, options: PlanOptions
) -> tuple[Plan, Reasons]:
    """As `make_plan`, with what led to it."""
    orders = interpret(sheet, rules, now, options.reading)
    hours = _hours(orders, memory, rules, now)
    working_days = _working_days(rules, hours)
    complete_after = _complete_after(orders, delivered_moments(orders, memory), rules, working_days)
    seen = observe(orders, memory, rules, now, complete_after)
    around = Surroundings(
        now=now, timezone=options.timezone, rows=len(orders.frame), working_days=working_days
    )
    companions = read_companions(sheet, options.reading)
    scene = _Scene(
        orders=orders, seen=seen, around=around, memory=memory, rules=rules, hours=hours,
        companions=companions,
    )  # fmt: skip
    seen_fields = with_evidence(fields_of(orders, rules), seen, orders, now)
    fields = with_values(seen_fields, orders, companions.lines)
    clocks = _clocks(scene, fields)
    fields = with_clocks(fields, clocks, now)
    checked = check_rows(orders, fields, rules, now, working_days)
    if options.stale:
        checked = with_stale(checked, orders, rules, options.stale)
    findings = join_findings([orders.findings, checked, seen.findings])
    steps = _next_steps(orders, seen, findings)
    escalations = _escalate(scene, clocks, fields, steps)
    unknown = unknown_names(
        orders.frame, seen.open_order, rules.escalation, companions, orders.header.headings
    )
    digests = _digests(scene, clocks, findings, steps)
    tasks = _tasks(scene, fields)
    milestones = _milestones(scene, fields, options.channels)
    fed = None if memory.fed.is_idle else plan_feeds(orders, memory, rules)
    vendors = _vendors(scene, fields, fed, options)
    notes = (
        _unclear_acknowledgements(orders, escalations),
        unknown,
        milestones.findings,
        vendors.findings,
    )
    findings = join_findings([findings, *notes])
    own = _own_changes(orders, clocks, findings, steps, options, now)
    mine = seen.cells if fed is None else without(seen.cells, fed.changes)
    more = [
        *([fed.changes] if fed is not None else []),
        *([vendors.changes] if vendors.changes is not None else []),
    ]
    changes = own_cells.join([mine, own, *more])
    arrived = seen.stamps["delivered_at"].to_numpy("datetime64[s]")
    closing = _complete_after(orders, arrived, rules, working_days)
    plan = Plan(
        at=now,
        baseline=seen.baseline,
        orders=orders,
        changes=changes,
        findings=findings,
        clocks=clocks.stage,
        promises=clocks.promise,
        stage_events=seen.stage_events,
        pauses=seen.pauses[seen.pauses_changed],
        escalations=escalations.rows,
        notices=(*escalations.notices, *digests.notices, *milestones.notices, *vendors.notices),
        memory=_next_memory(seen, memory, now),
        facts=take_facts(orders, seen, clocks, findings, vendors.records),
        next_change_at=_next_change(
            now, options.timezone, next_change(clocks), escalations.next_change,
            next_check_change(orders, fields, rules, now, working_days), _earliest(closing, now),
            milestones.next_change, tasks.next_change, digests.next_change, vendors.next_change,
        ),
        rules_hash=rules.hash,
        remarks=(*sheet.remarks, *not_evaluated(orders, fields, rules), *escalations.remarks, *milestones.remarks, *tasks.remarks,
                 *vendors.remarks, *told(companions.findings), *unreached(rules.escalation, companions), *_vanished(seen), *(fed.remarks if fed is not None else ())),
        fed=fed,
        tellings=milestones.tellings,
        follow_ups=tasks.found,
        service=companions.service if rules.kpi.tabs else None,
        asked=vendors.now,
    )  # fmt: skip
    people = (*escalations.remarks, *unreached(rules.escalation, companions))
    reasons = Reasons(seen=seen, clocks=clocks, hours=hours, told=escalations.items, people=people)
    return plan, reasons


def _hours(orders: Orders, memory: Memory, rules: Rulebook, now: datetime) -> dict[str, OpenHours]:
    """Every calendar, unrolled over every moment this pass can meet."""
    known = [
        column.to_numpy()
        for frame in (orders.frame, memory.orders, memory.pauses)
        for _, column in frame.items()
        if column.dtype.kind == "M"
    ]
    if memory.last_pass_at is not None:
        # What is first seen now may have been done at any time since then.
        known.append(np.array([as_moment(memory.last_pass_at)]))
    return open_hours(rules, now, known)


def _working_days(rules: Rulebook, hours: Mapping[str, OpenHours]) -> WorkingDays:
    """Working days are counted on the first calendar that ever closes, else on any."""
    closing = [name for name, calendar in rules.calendars.items() if not calendar.always]
    name = (closing or list(rules.calendars))[0]
    return hours[name].add_working_days


def _complete_after(
    orders: Orders, delivered: Moments, rules: Rulebook, working_days: WorkingDays
) -> Moments | None:
    span = rules.statuses.auto_complete_after
    if span is None:
        return None
    if "delivered_at" in orders.frame:
        dated = orders.frame["delivered_at"].to_numpy("datetime64[s]")
        delivered = np.where(np.isnat(dated), delivered, dated)
    later = np.full(len(delivered), np.datetime64("NaT", "s"))
    known = ~np.isnat(delivered)
    days = (
        working_days(delivered[known], span.working_days) if span.working_days else delivered[known]
    )
    later[known] = days + np.timedelta64(span.seconds, "s")
    return later


def _clocks(scene: _Scene, fields: Fields) -> Clocks:
    seen = scene.seen
    return run_clocks(
        orders=scene.orders.frame,
        stamps=seen.stamps,
        stage=seen.stage,
        stay=seen.stay,
        stage_start=seen.stage_start,
        stage_start_from=seen.stage_start_from,
        status=seen.standing,
        open_order=seen.open_order,
        pauses=seen.pauses,
        rules=scene.rules,
        judge=_judge(fields, scene.around),
        hours=scene.hours,
        now=scene.around.now,
        timezone=scene.around.timezone,
        unreadable={k: f.unreadable for k, f in fields.items() if f.unreadable is not None},
        cycle=_of_usable(scene, "cycle", np.zeros(scene.around.rows, dtype=np.int64)),
    )


def _of_usable(scene: _Scene, column: str, blank: np.ndarray) -> np.ndarray:
    """A memory column spread over all rows of the sheet; `blank` where a row is not usable."""
    blank[scene.orders.frame["usable"].to_numpy()] = scene.seen.memory[column].to_numpy()
    return blank


def _judge(fields: Fields, around: Surroundings) -> Judge:
    return lambda condition: evaluate(condition, fields, around)


def _escalate(scene: _Scene, clocks: Clocks, fields: Fields, steps: np.ndarray) -> Escalations:
    no_time = np.full(scene.around.rows, np.datetime64("NaT", "s"))
    return decide(
        orders=scene.orders.frame,
        clocks=clocks,
        judge=_judge(fields, scene.around),
        status=scene.seen.standing,
        status_since=_of_usable(scene, "status_since", no_time),
        stay=scene.seen.stay,
        escalations=scene.memory.escalations,
        rules=scene.rules,
        hours=scene.hours,
        now=scene.around.now,
        timezone=scene.around.timezone,
        baseline=scene.seen.baseline,
        last_pass_at=scene.memory.last_pass_at,
        mails_today=scene.memory.mails_today,
        next_steps=steps,
        companions=scene.companions,
    )


def _milestones(scene: _Scene, fields: Fields, channels: tuple[str, ...]) -> Milestones:
    """What customers are due to be told; costs nothing where the rules tell them nothing."""
    if not scene.rules.notifications.active:
        return nothing()
    no_time = np.full(scene.around.rows, np.datetime64("NaT", "s"))
    return plan_milestones(
        orders=scene.orders,
        fields=fields,
        stamps={name: scene.seen.stamps[name].to_numpy("datetime64[s]") for name in STAMPS},
        status_since=_of_usable(scene, "status_since", no_time),
        cycle=_of_usable(scene, "cycle", np.zeros(scene.around.rows, dtype=np.int64)),
        before=scene.memory.customers,
        rules=scene.rules,
        around=scene.around,
        baseline=scene.seen.baseline,
        find=nobody if scene.companions.customers is None else scene.companions.customers.find,
        channels=channels,
    )


def _digests(scene: _Scene, clocks: Clocks, findings: pd.DataFrame, steps: np.ndarray) -> Digests:
    """The daily digests that fell due; costs nothing where the rules have none."""
    orders, seen, rules = scene.orders.frame, scene.seen, scene.rules
    if not rules.escalation.digests:
        return Digests()
    since = _of_usable(scene, "status_since", np.full(len(orders), NAT))
    moves = (
        _of_usable(scene, column, np.full(len(orders), NAT))
        for column in ("evidence_since", "first_seen")
    )
    standing = Standing(
        facts=Facts.of(
            orders, clocks, seen.standing, since, rules, scene.around.timezone, scene.around.now,
            steps, scene.companions,
        ),
        clocks=clocks,
        open_order=seen.open_order,
        moved=np.fmax.reduce([since, *moves]),
        working_days=_working_days(rules, scene.hours),
        mend=_flagged(orders, findings, findings["severity"] == "error"),
        exception=seen.exception,
        unowned=_flagged(orders, findings, findings["rule"] == "stage_without_owner"),
    )  # fmt: skip
    return decide_digests(
        standing, rules, scene.companions, now=scene.around.now,
        timezone=scene.around.timezone, last_pass_at=scene.memory.last_pass_at,
    )  # fmt: skip


def _flagged(orders: pd.DataFrame, findings: pd.DataFrame, chosen: pd.Series) -> np.ndarray:
    """Rows that have one of the chosen findings."""
    return np.asarray(orders["row"].isin(findings.loc[chosen, "row"]), dtype=bool)


def _vendors(
    scene: _Scene, fields: Fields, fed: FedPlan | None, options: PlanOptions
) -> VendorPlan:
    """Who is asked for which order; costs nothing where the rules ask no vendor."""
    if not scene.rules.notifications.vendors.active:
        return VendorPlan()
    memory = scene.memory
    return plan_vendors(
        orders=scene.orders,
        fields=fields,
        companions=scene.companions,
        before=memory.vendors,
        rules=scene.rules,
        around=scene.around,
        reading=options.reading,
        open_order=scene.seen.open_order,
        baseline=scene.seen.baseline,
        tracker=memory.marker.uuid if memory.marker is not None else "",
        fed=None if fed is None else fed.changes,
        mails_today=memory.mails_today,
    )


def _tasks(scene: _Scene, fields: Fields) -> Tasks:
    """What people have to do about orders; costs nothing where the rules give no task."""
    if not scene.rules.escalation.follow_ups.active and not scene.companions.done:
        return NO_TASKS
    no_time = np.full(scene.around.rows, np.datetime64("NaT", "s"))
    seen = Seen.of(
        scene.orders, fields, _of_usable(scene, "status_since", no_time),
        _of_usable(scene, "cycle", np.zeros(scene.around.rows, dtype=np.int64)),
        scene.seen.open_order,
    )  # fmt: skip
    return plan_tasks(seen, scene.rules, scene.around, scene.companions.done)


def _unclear_acknowledgements(orders: Orders, escalations: Escalations) -> pd.DataFrame:
    """A finding for every Ack that cannot be understood: it does not stop escalations."""
    findings = FindingList(orders.frame["order_id_read"].to_numpy(), orders.frame["row"].to_numpy())
    places = np.flatnonzero(escalations.unreadable)
    words = f"Ack says something that cannot be understood. {HELP}"
    findings.add(places, "ack", "acknowledgement_unclear", "warning", words)
    return findings.frame()


def _next_steps(orders: Orders, seen: Observation, findings: pd.DataFrame) -> np.ndarray:
    bad = findings.loc[findings["severity"] == "error", "row"]
    return next_actions(
        orders.frame,
        stage=seen.stage,
        shown=seen.standing,
        open_order=seen.open_order,
        has_error=orders.frame["row"].isin(bad).to_numpy(),
    )


def _own_changes(  # noqa: PLR0917 - what each own column tells, in the order of the story
    orders: Orders,
    clocks: Clocks,
    findings: pd.DataFrame,
    steps: np.ndarray,
    options: PlanOptions,
    now: datetime,
) -> pd.DataFrame:
    texts = {
        "sla": sla_texts(clocks, options.timezone, now),
        "check": check_texts(findings, orders),
        "next_action": steps,
    }
    return own_cells.own_changes(orders, texts, sla_dues(clocks, options.timezone))


def _next_memory(seen: Observation, memory: Memory, now: datetime) -> pd.DataFrame:
    """Memory rows to keep: those that changed, and those of orders newly out of sight.

    What happens to an order that no usable row shows may have happened since it was last seen.
    """
    changed = seen.memory if seen.memory_changed.all() else seen.memory[seen.memory_changed]
    lost = [*seen.missing, *seen.unusable]
    if not lost:
        return changed
    last_seen = as_moment(memory.last_pass_at or now)
    gone = memory.orders.loc[lost].assign(missing_since=last_seen)
    return pd.concat([changed, gone]) if len(changed) else gone


def _vanished(seen: Observation) -> tuple[str, ...]:
    if not seen.missing:
        return ()
    some = ", ".join(seen.missing[:5]) + (" ..." if len(seen.missing) > 5 else "")
    return (f"Gone from the sheet since the last pass (kept in the store, not cancelled): {some}",)


def _next_change(now: datetime, timezone: str, *moments: datetime | None) -> datetime:
    """The earliest known moment, at the latest the next local midnight: dates are days, too."""
    tomorrow = scalar_to_local(now, timezone) + ALWAYS_LOOK_AGAIN
    midnight = scalar_to_utc(tomorrow.replace(hour=0, minute=0, second=0), timezone)
    return min([midnight, *(moment for moment in moments if moment is not None)])


def _earliest(moments: Moments | None, now: datetime) -> datetime | None:
    if moments is None:
        return None
    later = moments[moments > as_moment(now)]
    return as_aware(later.min()) if len(later) else None
