"""Escalation: who must be told of which order now, each level once per stay, never twice for one gap.

Everything follows from the clocks and from what is on record. A level that falls due is decided in
that pass: told, skipped for a higher one, suppressed by a limit, or recorded silently at the
baseline. Nothing is decided for a clock that is unsure. Waiting time (`breach + 2h`) is counted in
the open hours of the policy's `working_hours_only` calendar, else of the target's own; a repeat
counts from the time it was last told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.companions import Companions
from sheetsync.domain.escalation.acknowledge import Acknowledged, read_acknowledgements
from sheetsync.domain.escalation.facts import Facts
from sheetsync.domain.escalation.grouping import Channel, Item, group
from sheetsync.domain.escalation.ladder import (
    OnRecord,
    Standing,
    Subjects,
    marked_key,
    on_record,
    passed_over,
    stand,
    times_withdrawn,
)
from sheetsync.domain.escalation.people import recipients_of
from sheetsync.domain.escalation.subjects import Matched, policies_of, subjects_of
from sheetsync.domain.grid import frame_of, object_array, repeated
from sheetsync.domain.model import ESCALATION_COLUMNS, Notice
from sheetsync.domain.moments import NAT, Moments, as_aware, as_moment
from sheetsync.domain.rules import Level, Policy, Rulebook
from sheetsync.domain.sla.clocks import Bools, Clocks, Judge, Texts
from sheetsync.domain.worktime import OpenHours

CELL: Final = "SLA column"
"""Stands as recipient of a level that is shown in the sheet only."""
DIGEST_WINDOW: Final = np.timedelta64(15 * 60, "s")
"""A digest to one person and level is sent at once, the next one not before so long after it."""
_KINDS: Final = {"level": "int64", "repeat": "int64", "at": "datetime64[s]"}
"""The columns of escalations that hold no text."""
NOBODY: Final = Companions()
"""Where no tab beside the orders was read."""
_FIRST_QUIETED: Final = 2
"""The lowest level that an acknowledgement quiets."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Escalations:
    """What this pass decided. `rows` is a frame of ESCALATION_COLUMNS with the new lines only.

    `next_change`: the earliest later moment at which an unchanged sheet gives other escalations
    (clocks have their own). `unreadable`: rows whose acknowledgement cannot be understood. `items` are
    what is told now, one by one, before it is grouped into notices.
    """

    rows: pd.DataFrame
    notices: tuple[Notice, ...]
    next_change: datetime | None
    remarks: tuple[str, ...]
    unreadable: Bools
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Decision:
    """One policy: its subjects, what is on record, what is due now."""

    policy: Policy
    subjects: Subjects
    done: OnRecord
    standing: Standing


def decide(
    *,
    orders: pd.DataFrame,
    clocks: Clocks,
    judge: Judge,
    status: Texts,
    status_since: Moments,
    stay: Texts,
    escalations: pd.DataFrame,
    rules: Rulebook,
    hours: Mapping[str, OpenHours],
    now: datetime,
    timezone: str,
    baseline: bool,
    last_pass_at: datetime | None = None,
    mails_today: int = 0,
    next_steps: Texts | None = None,
    companions: Companions = NOBODY,
) -> Escalations:
    """Which levels fall due for whom at `now` (aware UTC).

    Args:
        orders: Orders.frame; arrays below are aligned with it.
        clocks: of this pass.
        judge: evaluates the `when:` of a rule; the field `sla_state` is `clocks.states`.
        status: the status in effect.
        status_since: since when; an exception is raised then.
        stay: the running stay in a stage, which an acknowledgement covers.
        escalations: all that was decided before, as Memory has it.
        rules: people, policies and rules of escalation.yaml, and column titles.
        hours: open hours by calendar id, see `sla.open_hours`.
        now: the moment of the pass.
        timezone: the tracker's, for the words in messages.
        baseline: the first pass: record what is due, tell nobody.
        last_pass_at: the previous good pass; a long gap is told in the message.
        mails_today: escalation mails already decided today.
        next_steps: what moves each order on, in words; else by its stage.
        companions: what the tabs Staff and Vendors say, for people who are looked up there.
    """
    moment = as_moment(now)
    acks = _acknowledged(orders, stay, escalations, rules, now, timezone)
    matched = policies_of(orders, clocks, judge, rules)
    decisions = [
        _decision(
            policy, matched, orders, clocks, status, status_since, escalations, rules, hours, moment
        )
        for policy in rules.escalation.policies.values()
    ]
    turns = [_turn(decision, acks, moment) for decision in decisions]
    if baseline:
        silent = [part for each in decisions for part in _at_baseline(each, orders, moment)]
        return _result([_frame(acks.lines), *silent], (), turns, (), acks)
    facts = Facts.of(
        orders, clocks, status, status_since, rules, timezone, now, next_steps, companions
    )
    items = [
        item
        for decision in decisions
        for item in _items(decision, matched, acks, facts, orders, rules, hours, moment, companions)
    ]
    again = times_withdrawn(escalations)
    items = [replace(item, key=marked_key(item.key, again.get(item.key, 0))) for item in items]
    ready, held_until = _digests(items, escalations, moment)
    bag = group(
        [item for item in ready if item.recipients],
        facts.shared(last_pass_at),
        per_pass=rules.escalation.max_emails_per_pass,
        per_day=rules.escalation.max_emails_per_day,
        mails_today=mails_today,
    )
    lines = [
        {**line, "key": marked_key(line["key"], again.get(line["key"], 0))}
        for item in ready
        for line in _lines(item, bag.told.get(item.key, ()), moment)
    ]
    remarks = (*bag.remarks, *_nobody_to_tell(ready))
    frames = [_frame([*acks.lines, *lines])]
    found = _result(frames, bag.notices, [*turns, held_until], remarks, acks)
    return replace(found, items=tuple(ready))


def _decision(  # noqa: PLR0917 - the scene of one policy
    policy: Policy,
    matched: Matched,
    orders: pd.DataFrame,
    clocks: Clocks,
    status: Texts,
    status_since: Moments,
    escalations: pd.DataFrame,
    rules: Rulebook,
    hours: Mapping[str, OpenHours],
    now: np.datetime64,
) -> _Decision:
    subjects = subjects_of(policy, matched, clocks, status, status_since, rules.statuses)
    order_id = orders["order_id"].to_numpy(object)[subjects.row]
    done = on_record(order_id + f"|{policy.id}|" + subjects.stay, escalations)
    return _Decision(
        policy=policy,
        subjects=subjects,
        done=done,
        standing=stand(policy, subjects, done, hours, now),
    )


def _acknowledged(  # noqa: PLR0917 - the facts of the rows, then the circumstances
    orders: pd.DataFrame,
    stay: Texts,
    escalations: pd.DataFrame,
    rules: Rulebook,
    now: datetime,
    timezone: str,
) -> Acknowledged:
    """Acknowledgements of the first policy that names a column: a sheet has one such column."""
    for policy in rules.escalation.policies.values():
        if policy.acknowledge_column in orders:
            return read_acknowledgements(
                order_id=orders["order_id"].to_numpy(object),
                cells=orders[policy.acknowledge_column].to_numpy(object),
                stay=stay,
                usable=orders["usable"].to_numpy(bool),
                escalations=escalations,
                default=policy.acknowledge_for,
                now=now,
                timezone=timezone,
            )
    none = np.zeros(len(orders), dtype=np.bool_)
    return Acknowledged(until=np.full(len(orders), NAT), unreadable=none, lines=())


def _quiet(decision: _Decision, acks: Acknowledged, now: np.datetime64) -> Bools:
    """Subjects whose order somebody has acknowledged, where the policy heeds that."""
    policy = decision.policy
    if not policy.acknowledge_column or "acknowledged" not in policy.stop_when:
        return np.zeros(len(decision.subjects), dtype=np.bool_)
    return acks.until[decision.subjects.row] > now


def _turn(decision: _Decision, acks: Acknowledged, now: np.datetime64) -> np.datetime64:
    """The earliest later moment at which another level, or a quieted one, falls due."""
    quiet = _quiet(decision, acks, now)
    lapse = acks.until[decision.subjects.row][quiet]
    return _earliest([_soonest(decision.standing.turn), _soonest(lapse)])


def _at_baseline(
    decision: _Decision, orders: pd.DataFrame, now: np.datetime64
) -> Iterable[pd.DataFrame]:
    """Everything that is due when watching begins goes on record, and nobody is told.

    Since when an exception stood before that is unknown, so none of its levels can be measured.
    """
    top = max(rung.level for rung in decision.policy.levels)
    stood = ~np.isnat(decision.subjects.raised)
    reached, done = np.where(stood, top, decision.standing.level), decision.done.level
    for rung in decision.policy.levels:
        skipped = (done < rung.level) & (rung.level < reached)
        yield _silent(
            decision, rung, np.flatnonzero((reached == rung.level) | skipped), orders, now
        )


def _silent(
    decision: _Decision,
    rung: Level,
    places: npt.NDArray[np.intp],
    orders: pd.DataFrame,
    now: np.datetime64,
) -> pd.DataFrame:
    """Lines of one level for the subjects at `places`, as if everybody had been told long ago."""
    ids = orders["order_id"].to_numpy(object)[decision.subjects.row[places]]
    stays, size = decision.subjects.stay[places], len(places)
    nothing = np.zeros(size, dtype=np.int64)
    return frame_of(
        {
            "key": ids + f"|{decision.policy.id}|" + stays + f"|{rung.level}|0",
            "order_id": ids,
            "policy": repeated(decision.policy.id, size),
            "stay": stays,
            "level": nothing + rung.level,
            "repeat": nothing,
            "outcome": repeated("baseline", size),
            "at": np.full(size, now),
            "recipients": repeated("", size),
        }
    )


def _items(  # noqa: PLR0917 - what is due, then what is needed to tell it
    decision: _Decision,
    matched: Matched,
    acks: Acknowledged,
    facts: Facts,
    orders: pd.DataFrame,
    rules: Rulebook,
    hours: Mapping[str, OpenHours],
    now: np.datetime64,
    companions: Companions,
) -> Iterable[Item]:
    """What this policy has to tell now, one item per subject."""
    policy, subjects = decision.policy, decision.subjects
    level = decision.standing.level
    due = np.flatnonzero((level > 0) & ~(_quiet(decision, acks, now) & (level >= _FIRST_QUIETED)))
    rungs = {rung.level: rung for rung in policy.levels}
    not_before, ids = _opening(policy, hours, now), orders["order_id"].to_numpy(object)
    for place in due.tolist():
        row, rung = int(subjects.row[place]), rungs[int(level[place])]
        order_id, stay = str(ids[row]), str(subjects.stay[place])
        repeat = int(decision.standing.repeat[place])
        rule = matched.rule(row)
        critical, who = (rule.critical, (*rung.who, *rule.also)) if rule else (False, rung.who)
        channel = _channel(rung, critical=critical)
        found = facts.of_subject(row, str(subjects.stage[place]), rung)
        yield Item(
            key=_key(order_id, policy.id, stay, rung.level, repeat),
            order_id=order_id,
            policy=policy.id,
            stay=stay,
            level=rung.level,
            repeat=repeat,
            skipped=()
            if repeat
            else tuple(
                passed_over(policy, above=int(decision.done.level[place]), below=rung.level)
            ),
            channel=channel,
            recipients=()
            if channel == "cell"
            else recipients_of(
                who, rules.escalation.people, facts.cell_of(row), facts.titles, companions
            ),
            facts=found.words,
            weight=found.weight,
            max_rows=policy.max_rows,
            not_before=None if critical else not_before,
            critical=critical,
            chosen_by=str(rule.source) if rule else "",
        )


def _channel(rung: Level, *, critical: bool) -> Channel:
    """The loudest way in which a level is told; what is critical waits for no other order."""
    if "email" in rung.how:
        return "email"
    if "email_digest" not in rung.how:
        return "cell"
    return "email" if critical else "digest"


def _opening(policy: Policy, hours: Mapping[str, OpenHours], now: np.datetime64) -> datetime | None:
    """When a message may go out at the earliest; None where that is at once."""
    if not policy.working_hours_only:
        return None
    opening = hours[policy.working_hours_only].next_opening(np.full(1, now))[0]
    return as_aware(opening) if opening > now else None


def _digests(
    items: list[Item], escalations: pd.DataFrame, now: np.datetime64
) -> tuple[list[Item], np.datetime64]:
    """Hold back digests to people who have just had one; what is held stays undecided."""
    if not any(item.channel == "digest" for item in items):
        return items, NAT
    told = _told_lately(escalations, now)
    ready: list[Item] = []
    ends: list[np.datetime64] = []
    for item in items:
        last = [told.get((person.address, item.level), NAT) for person in item.recipients]
        busy = [at + DIGEST_WINDOW for at in last if not np.isnat(at)]
        if item.channel == "digest" and busy:
            ends += busy
        else:
            ready.append(item)
    return ready, _earliest(ends)


def _told_lately(
    escalations: pd.DataFrame, now: np.datetime64
) -> dict[tuple[str, int], np.datetime64]:
    """When each address was last told of each level, within the digest window."""
    at = escalations["at"].to_numpy("datetime64[s]")
    recent = (at > now - DIGEST_WINDOW) & (escalations["outcome"] == "sent").to_numpy(bool)
    told: dict[tuple[str, int], np.datetime64] = {}
    for place in np.flatnonzero(recent).tolist():
        for address in str(escalations["recipients"].iloc[place]).split(", "):
            who = (address, int(escalations["level"].iloc[place]))
            told[who] = max(at[place], told.get(who, at[place]))
    return told


def _lines(item: Item, told: tuple[str, ...], now: np.datetime64) -> Iterable[Mapping[str, Any]]:
    """What goes on record for one item: its own outcome, and the levels it passes over."""
    for level in item.skipped:
        yield _line(item.order_id, item.policy, item.stay, level, 0, "skipped", now, "")
    if item.channel == "cell":
        outcome, recipients = "sent", CELL
    elif told:
        outcome, recipients = "sent", ", ".join(told)
    else:
        outcome, recipients = "suppressed" if item.recipients else "skipped", ""
    yield _line(
        item.order_id, item.policy, item.stay, item.level, item.repeat, outcome, now, recipients
    )


def _line(  # noqa: PLR0917 - in the order of ESCALATION_COLUMNS
    order_id: str,
    policy: str,
    stay: str,
    level: int,
    repeat: int,
    outcome: str,
    now: np.datetime64,
    recipients: str,
) -> Mapping[str, Any]:
    return {
        "key": _key(order_id, policy, stay, level, repeat), "order_id": order_id, "policy": policy,
        "stay": stay, "level": level, "repeat": repeat, "outcome": outcome, "at": now,
        "recipients": recipients,
    }  # fmt: skip


def _key(order_id: str, policy: str, stay: str, level: int, repeat: int) -> str:
    return f"{order_id}|{policy}|{stay}|{level}|{repeat}"


def _nobody_to_tell(items: list[Item]) -> tuple[str, ...]:
    """One remark per level for which the rules name nobody with an address."""
    lost = {
        (item.policy, item.level): item.order_id
        for item in items
        if item.channel != "cell" and not item.recipients
    }
    return tuple(
        f"Level {level} of {policy} is due for {order_id}, but nobody is named for it. "
        "Add the person, or a fallback, under people in escalation.yaml."
        for (policy, level), order_id in sorted(lost.items())
    )


def _soonest(moments: Moments) -> np.datetime64:
    known = moments[~np.isnat(moments)]
    return np.datetime64(known.min()) if len(known) else NAT


def _earliest(moments: Iterable[np.datetime64]) -> np.datetime64:
    return min((moment for moment in moments if not np.isnat(moment)), default=NAT)


def _result(
    rows: list[pd.DataFrame],
    notices: tuple[Notice, ...],
    turns: list[np.datetime64],
    remarks: tuple[str, ...],
    acks: Acknowledged,
) -> Escalations:
    turn = _earliest(turns)
    return Escalations(
        rows=_sorted(rows),
        notices=notices,
        next_change=None if np.isnat(turn) else as_aware(turn),
        remarks=remarks,
        unreadable=acks.unreadable,
    )


def _frame(lines: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The new lines as a frame of ESCALATION_COLUMNS."""
    listed = list(lines)
    types = {name: np.dtype(kind) for name, kind in _KINDS.items()}
    columns = {name: [line[name] for line in listed] for name in ESCALATION_COLUMNS}
    return frame_of(
        {
            name: np.array(values, dtype=types[name]) if name in types else object_array(values)
            for name, values in columns.items()
        }
    )


def _sorted(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Several frames of escalations as one, sorted by key."""
    filled = [frame for frame in frames if len(frame)]
    every = pd.concat(filled, ignore_index=True) if filled else frames[0]
    return every.sort_values("key", kind="stable", ignore_index=True)
