"""SLA clocks: how much of its limit each order has used, by the working calendar, at one moment.

Everything is recomputed in every pass from stamps and holds, so that a changed priority, limit or
calendar applies from the same start; there is no counter that could drift. Used time equal to the
limit is met; only more is a breach. Where a stamp is known only to within an interval and the limit
lies inside it, the clock is unsure, never breached.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.grid import word, worded
from sheetsync.domain.model import STAGES, STAMPS
from sheetsync.domain.moments import NAT, Moments, as_aware, as_moment
from sheetsync.domain.rules import ColumnRule, Rulebook, Span, StatusRules, TargetRule
from sheetsync.domain.sla.clocks import Board, Bools, Clocks, Judge, Texts, earliest_after
from sheetsync.domain.sla.limits import Limits, choose_limits, title
from sheetsync.domain.sla.pauses import Holds, due_after_holds
from sheetsync.domain.sla.promise import run_promises
from sheetsync.domain.worktime import Numbers, OpenHours, cover
from sheetsync.domain.worktime.openings import Seconds

STARTS: Final = dict(zip(STAGES, ("ordered_at", *STAMPS), strict=True))
"""The moment at which each stage begins."""
_UNKNOWN_START: Final = {
    "Picking": "Allocation was ticked before watching began",
    "Packing": "Picking was ticked before watching began",
    "Dispatch": "Packing was ticked before watching began",
    "Transit": "the time of dispatch is not known",
    "Closeout": "the time of delivery is not known",
}
_NO_UNREADABLE: Final[Mapping[str, Bools]] = {}


def open_hours(
    rules: Rulebook, now: datetime, facts: Iterable[pd.DataFrame | Moments]
) -> dict[str, OpenHours]:
    """Every calendar of the rules, unrolled around `now` (aware) and every moment in `facts`.

    Give every frame and array whose moments will be asked about; text and numbers in a frame are
    passed over. The tables reach far enough beyond for the longest limit and escalation ladder.
    """
    seconds, working_days = _longest_wait(rules)
    known = [array for fact in facts for array in _moments_in(fact)]
    return {
        name: cover(calendar, now, known, seconds=2 * seconds, working_days=2 * working_days + 2)
        for name, calendar in rules.calendars.items()
    }


def run_clocks(
    *,
    orders: pd.DataFrame,
    stamps: pd.DataFrame,
    stage: Texts,
    stay: Texts,
    stage_start: Moments,
    stage_start_from: Moments,
    status: Texts,
    open_order: Bools,
    pauses: pd.DataFrame,
    rules: Rulebook,
    judge: Judge,
    hours: Mapping[str, OpenHours],
    now: datetime,
    timezone: str,
    unreadable: Mapping[str, Bools] = _NO_UNREADABLE,
    cycle: Seconds | None = None,
) -> Clocks:
    """The running stage clock and the promise clock of every order at `now` (aware UTC).

    Args:
        orders: Orders.frame; every array and frame below is aligned with it.
        stamps: the moments STAMPS and their lower ends `<stamp>_from`.
        stage: the running stage, "" where none runs.
        stay: names the unbroken stay in that stage.
        stage_start: when it began as seen.
        stage_start_from: the earliest moment at which it can have begun.
        status: the status in effect; `Cancelled` has no clock.
        open_order: whether the order is still open.
        pauses: frame of PAUSE_COLUMNS.
        rules: targets, statuses that pause, column titles.
        judge: evaluates the `when:` of a target line.
        hours: open hours by calendar id, see `open_hours`.
        now: the moment of the pass.
        timezone: the tracker's; a promised day ends at its midnight.
        unreadable: per column key, the rows whose cell cannot be read.
        cycle: how often the order was re-opened.
    """
    usable = orders["usable"].to_numpy(bool)
    holds = Holds.of(pauses, orders["order_id"].to_numpy(object), usable)
    board, moment = Board(len(orders)), as_moment(now)
    for target in (t for t in rules.targets if t.stage and not t.due):
        rows = np.flatnonzero((stage == target.stage) & usable & open_order)
        start, start_from = _starts(target, orders, stamps, stage_start, stage_start_from)
        limits = choose_limits(target, rows, judge, unreadable, rules.columns)
        _describe(board, limits, rows, stay)
        board.put(rows, **_verdicts(limits, rows, start[rows], unreadable, rules.columns))
        fit = np.flatnonzero((limits.line >= 0) & ~np.isnat(start[rows]) & (limits.doubt == ""))
        runs = rows[fit]
        held = pausing(holds, target.stage, rules.statuses).within(runs, len(orders))
        opening = hours[target.calendar]
        clock = _run(limits.take(fit), start[runs], start_from[runs], held, opening, moment)
        board.put(runs, **clock)
    promise = run_promises(
        orders=orders, stamps=stamps, status=status, open_order=open_order, rules=rules,
        judge=judge, hours=hours, now=moment, timezone=timezone, unreadable=unreadable, cycle=cycle,
    )  # fmt: skip
    return Clocks(
        stage=board.frame(),
        promise=promise.frame(),
        stage_details=board.details(),
        promise_details=promise.details(),
    )


def next_change(clocks: Clocks) -> datetime | None:
    """The earliest moment after the pass at which a state changes though nobody touches the sheet."""
    turns = np.concatenate([clocks.stage_details.turn, clocks.promise_details.turn])
    known = turns[~np.isnat(turns)]
    return as_aware(known.min()) if len(known) else None


def _starts(
    target: TargetRule,
    orders: pd.DataFrame,
    stamps: pd.DataFrame,
    stage_start: Moments,
    stage_start_from: Moments,
) -> tuple[Moments, Moments]:
    """When the target's clock starts, as seen and at the earliest; a target may start elsewhere."""
    seen, earliest = stage_start, stage_start_from
    if target.starts != STARTS[target.stage]:
        seen = moments_of(target.starts, orders, stamps)
        earliest = moments_of(f"{target.starts}_from", orders, stamps)
    return seen, np.where(np.isnat(earliest), seen, np.minimum(seen, earliest))


def moments_of(key: str, orders: pd.DataFrame, stamps: pd.DataFrame) -> Moments:
    """The moments of one column: a stamp, else a column of the sheet, else blank."""
    for frame in (stamps, orders):
        if key in frame:
            return frame[key].to_numpy("datetime64[s]")
    return np.full(len(orders), NAT)


def pausing(holds: Holds, stage: str, statuses: StatusRules) -> Holds:
    """The holds that stop the clock of `stage`."""
    stops = {name for name, rule in statuses.statuses.items() if {"*", stage} & set(rule.pauses)}
    return holds.chosen(np.isin(holds.reason.astype(str), sorted(stops)))


def _describe(board: Board, limits: Limits, rows: Seconds, stay: Texts) -> None:
    """What is known of every row with a line, whether its clock can run or not."""
    has = np.flatnonzero(limits.line >= 0)
    target = limits.target
    board.put(
        rows[has], target=target.id, stage=target.stage, stay=stay[rows[has]],
        calendar=target.calendar, source=limits.sources()[has], limit_text=limits.words()[has],
    )  # fmt: skip


def _verdicts(
    limits: Limits,
    rows: Seconds,
    start: Moments,
    unreadable: Mapping[str, Bools],
    columns: Mapping[str, ColumnRule],
) -> dict[str, Texts]:
    """State and reason of the rows whose clock cannot run; "" for the others."""
    reason = limits.doubt.copy()
    unknown = np.isnat(start) & (reason == "")
    reason[unknown] = _why_no_start(limits.target, columns)
    barred = unreadable.get(limits.target.starts)
    if barred is not None:
        reason[unknown & barred[rows]] = f"{title(limits.target.starts, columns)} cannot be read"
    reason[limits.line < 0] = ""
    return {"state": np.where(reason != "", word("Not evaluated"), ""), "reason": reason}


def _why_no_start(target: TargetRule, columns: Mapping[str, ColumnRule]) -> str:
    if target.starts == STARTS[target.stage] and target.stage in _UNKNOWN_START:
        return _UNKNOWN_START[target.stage]
    return f"no {title(target.starts, columns)}"


def _run(  # noqa: PLR0917 - the arrays of one target, in the order of the story
    limits: Limits,
    start: Moments,
    low: Moments,
    held: Holds,
    hours: OpenHours,
    now: np.datetime64,
) -> dict[str, object]:
    """The running clocks of one target, as columns of the board."""
    limit = limits.seconds(hours, start)
    warn_after = np.ceil(np.round(limit * limits.target.warn_at, 6))
    used, longest = _net(hours, held, start, now), _net(hours, held, low, now)
    since, by = held.standing(now, len(start))
    state = _state(used, longest, limit, warn_after, ~np.isnat(since))
    warn = due_after_holds(hours, held, start, warn_after, now)
    due = due_after_holds(hours, held, start, limit, now)
    breach = due_after_holds(hours, held, start, limit + 1, now)
    unsure = breach if (low == start).all() else due_after_holds(hours, held, low, limit + 1, now)
    stands = state == "Paused"
    return {
        "state": state, "start": start, "start_from": low, "used": used, "limit": limit,
        "due": np.where(stands, NAT, due), "warn": np.where(stands, NAT, warn),
        "turn": np.where(np.isnat(since), earliest_after(now, warn, breach, unsure), NAT),
        "paused_since": since, "paused_by": by, "reason": np.where(stands, by, ""),
    }  # fmt: skip


def _net(hours: OpenHours, held: Holds, start: Moments, now: np.datetime64) -> Numbers:
    """Open seconds from `start` to now, less the holds; 0 for a start in the future."""
    paused = held.open_seconds(hours, start, np.full(len(start), now))
    return np.maximum(hours.between(start, np.full(1, now)) - paused, 0)


def _state(used: Numbers, longest: Numbers, limit: Numbers, warn: Numbers, on_hold: Bools) -> Texts:
    """A hold hides a warning, never a breach: no time that passes on hold is counted."""
    return worded(
        [used > limit, longest > limit, on_hold, used >= warn],
        ["Breached", "Unsure", "Paused", "At risk"],
        "OK",
    )


def _moments_in(fact: pd.DataFrame | Moments) -> list[Moments]:
    if isinstance(fact, pd.DataFrame):
        return [fact[name].to_numpy() for name in fact.columns if fact[name].dtype.kind == "M"]
    return [fact]


def _longest_wait(rules: Rulebook) -> tuple[int, int]:
    """The longest limit plus the longest wait of an escalation ladder: seconds, working days."""
    limits = [line.within for target in rules.targets for line in target.lines if line.within]
    levels = [level for policy in rules.escalation.policies.values() for level in policy.levels]
    waits = [wait for level in levels for wait in (level.after.plus, level.repeat_every or Span())]
    return (
        sum(max((span.seconds for span in spans), default=0) for spans in (limits, waits)),
        sum(max((span.working_days for span in spans), default=0) for spans in (limits, waits)),
    )
