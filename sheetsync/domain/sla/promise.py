"""The promise clock: what the customer was told. It runs through holds, nights and holidays.

A promise is due at the end of its local day; where the rules compare instants and the promise has a
time of day, at that time. A new promised date is a new promise: its stay carries the date.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.grid import object_array, word, worded
from sheetsync.domain.model import EVIDENCE, STAMPS
from sheetsync.domain.moments import NAT, Moments, to_local, to_utc
from sheetsync.domain.rules import Rulebook, TargetRule
from sheetsync.domain.sla.clocks import Board, Bools, Judge, Texts, earliest_after
from sheetsync.domain.sla.limits import Limits, choose_limits, title
from sheetsync.domain.worktime import OpenHours
from sheetsync.domain.worktime.openings import Seconds

PROMISE: Final = "Promise"
"""The `stage` of a promise clock."""
CANCELLED: Final = "Cancelled"
_SECOND: Final = np.timedelta64(1, "s")
_EVIDENCE_OF: Final = dict(zip(STAMPS, EVIDENCE, strict=True))


def run_promises(
    *,
    orders: pd.DataFrame,
    stamps: pd.DataFrame,
    status: Texts,
    open_order: Bools,
    rules: Rulebook,
    judge: Judge,
    hours: Mapping[str, OpenHours],
    now: np.datetime64,
    timezone: str,
    unreadable: Mapping[str, Bools],
    cycle: Seconds | None,
) -> Board:
    """The promise clock of every open or delivered order; arguments as in `sla.run_clocks`."""
    board = Board(len(orders))
    usable = orders["usable"].to_numpy(bool) & (status != CANCELLED)
    for target in [t for t in rules.targets if t.due][:1]:
        finished, done = _finish(target, orders, stamps)
        rows = np.flatnonzero(usable & (open_order | done))
        limits = choose_limits(target, rows, judge, unreadable, rules.columns)
        fit = np.flatnonzero(limits.line >= 0)
        rows, limits = rows[fit], limits.take(fit)
        due = due_moments(_column(orders, target.due)[rows], target.compare, timezone)
        reason = _why_not(limits, rows, due, finished, done, unreadable, rules)
        _describe(board, limits, rows, due, cycle, timezone)
        board.put(rows, reason=reason, state=np.where(reason == "", "", word("Not evaluated")))
        runs = np.flatnonzero(reason == "")
        board.put(
            rows[runs],
            **_run(
                target,
                _column(orders, target.starts)[rows[runs]],
                due[runs],
                finished[rows[runs]],
                _earliest(target, stamps, finished)[rows[runs]],
                hours[target.calendar],
                now,
            ),
        )
    return board


def due_moments(promised: Moments, compare: str, timezone: str) -> Moments:
    """The last second at which each promise (UTC) is still kept; NaT stays NaT.

    `end_of_day` takes the end of the local day of the promise; `instant` takes the moment itself
    where it has a time of day.
    """
    local = to_local(promised, timezone)
    day = local.astype("datetime64[D]")
    following = (day + np.timedelta64(1, "D")).astype("datetime64[s]")
    end = np.where(np.isnat(promised), NAT, to_utc(following, timezone) - _SECOND)
    return end if compare == "end_of_day" else np.where(local == day, end, promised)


def _column(orders: pd.DataFrame, key: str) -> Moments:
    return orders[key].to_numpy("datetime64[s]") if key in orders else np.full(len(orders), NAT)


def _finish(
    target: TargetRule, orders: pd.DataFrame, stamps: pd.DataFrame
) -> tuple[Moments, Bools]:
    """When the promise was fulfilled, and whether it was (its moment may be unknown)."""
    finished = (
        stamps[target.stops].to_numpy("datetime64[s]")
        if target.stops in stamps
        else _column(orders, target.stops)
    )
    ticked = _EVIDENCE_OF.get(target.stops, "")
    done = orders[ticked].to_numpy() == 1 if ticked else np.zeros(len(orders), dtype=np.bool_)
    return finished, done | ~np.isnat(finished)


def _earliest(target: TargetRule, stamps: pd.DataFrame, finished: Moments) -> Moments:
    key = f"{target.stops}_from"
    if key not in stamps:
        return finished
    lower = stamps[key].to_numpy("datetime64[s]")
    return np.where(np.isnat(lower), finished, np.minimum(lower, finished))


def _why_not(  # noqa: PLR0917 - arrays of one clock, in the order of the story
    limits: Limits,
    rows: Seconds,
    due: Moments,
    finished: Moments,
    done: Bools,
    unreadable: Mapping[str, Bools],
    rules: Rulebook,
) -> Texts:
    """Why a promise clock cannot be evaluated; "" where it can."""
    reason = limits.doubt.copy()
    heading = title(limits.target.due, rules.columns)
    missing = np.isnat(due)
    reason[missing] = f"no {heading}"
    barred = unreadable.get(limits.target.due)
    if barred is not None:
        reason[missing & barred[rows]] = f"{heading} cannot be read"
    unknown = done[rows] & np.isnat(finished[rows]) & ~missing
    reason[unknown] = "the time of delivery is not known"
    return reason


def _describe(  # noqa: PLR0917 - arrays of one clock, in the order of the story
    board: Board,
    limits: Limits,
    rows: Seconds,
    due: Moments,
    cycle: Seconds | None,
    timezone: str,
) -> None:
    number = np.zeros(board.rows, dtype=np.int64) if cycle is None else cycle
    target = limits.target
    day = to_local(due, timezone).astype("datetime64[D]")
    days, day_place = np.unique(day, return_inverse=True)
    numbers, number_place = np.unique(number[rows], return_inverse=True)
    kinds = [f"{target.id}#{each}@{day}" for each in numbers for day in days]
    stays = object_array(kinds)[number_place * len(days) + day_place]
    stay = np.where(np.isnat(due), "", stays)
    board.put(
        rows, target=target.id, stage=PROMISE, stay=stay, due=due, calendar=target.calendar,
        source=limits.sources(),
    )  # fmt: skip


def _run(  # noqa: PLR0917 - arrays of one clock, in the order of the story
    target: TargetRule,
    start: Moments,
    due: Moments,
    finished: Moments,
    finished_from: Moments,
    hours: OpenHours,
    now: np.datetime64,
) -> dict[str, object]:
    """State by instants: the customer's clock does not stop at closing time."""
    running = np.isnat(finished)
    until = np.where(running, now, finished)
    limit = hours.between(start, due)
    share = np.where(limit > 0, np.ceil(np.round(limit * target.warn_at, 6)), np.nan)
    warn = hours.deadline(start, share)
    return {
        "state": _state(running, due, finished, finished_from, warn, now),
        "start": start,
        "start_from": start,
        "due": due,
        "warn": warn,
        "used": np.maximum(hours.between(start, until), 0),
        "limit": limit,
        "finished": finished,
        "turn": np.where(running, earliest_after(now, warn, due + _SECOND), NAT),
    }


def _state(  # noqa: PLR0917 - arrays of one clock, in the order of the story
    running: Bools,
    due: Moments,
    finished: Moments,
    finished_from: Moments,
    warn: Moments,
    now: np.datetime64,
) -> Texts:
    return worded(
        [
            running & (now > due),
            running & (now >= warn),
            running,
            finished <= due,
            finished_from <= due,
        ],
        ["Breached", "At risk", "OK", "Met", "Unsure"],
        "Missed",
    )
