"""How long each order dwelt in each stage that has ended, for the KPIs.

The same rules as the running clocks: open time of the target's calendar less the holds that pause
the stage, the limit by the order's present priority, met at the limit. What is not known exactly
enough is said to be so instead of being counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.model import EVIDENCE, STAGES, STAMPS
from sheetsync.domain.moments import Moments, as_moment
from sheetsync.domain.rules import Rulebook, TargetRule
from sheetsync.domain.sla import STARTS, moments_of, pausing
from sheetsync.domain.sla.clocks import Bools, Judge
from sheetsync.domain.sla.limits import choose_limits
from sheetsync.domain.sla.pauses import Holds
from sheetsync.domain.worktime import Numbers, OpenHours
from sheetsync.domain.worktime.openings import Seconds

DWELL_COLUMNS: Final = ("order_id", "stage", "seconds", "limit", "outcome", "ended_at")
"""One line per stage that ended: open seconds less holds (NaN: not known), the limit in seconds (NaN:
no target), and the outcome: met, missed, unsure, skipped, unmeasured, negative (it ended before it
began), or "" without a target."""
_NO_UNREADABLE: Final[Mapping[str, Bools]] = {}


def stage_dwell(
    *,
    orders: pd.DataFrame,
    stamps: pd.DataFrame,
    pauses: pd.DataFrame,
    rules: Rulebook,
    judge: Judge,
    hours: Mapping[str, OpenHours],
    now: datetime,
    unreadable: Mapping[str, Bools] = _NO_UNREADABLE,
) -> pd.DataFrame:
    """A frame of DWELL_COLUMNS: every ended stage of every usable order, in sheet order by stage.

    Arguments as in `sla.run_clocks`. A stage without a target is counted on the calendar of the
    first stage target, or by clock time where there is none.
    """
    holds = Holds.of(pauses, orders["order_id"].to_numpy(object), orders["usable"].to_numpy(bool))
    parts = [
        _stage(place, orders, stamps, holds, rules, judge, hours, as_moment(now), unreadable)
        for place in range(len(STAMPS))
    ]
    return pd.concat(parts, ignore_index=True)


def _stage(  # noqa: PLR0917 - the scene of one stage
    place: int,
    orders: pd.DataFrame,
    stamps: pd.DataFrame,
    holds: Holds,
    rules: Rulebook,
    judge: Judge,
    hours: Mapping[str, OpenHours],
    now: np.datetime64,
    unreadable: Mapping[str, Bools],
) -> pd.DataFrame:
    """The stage that the evidence number `place` ends."""
    done, later = _done(place, orders, stamps)
    rows = np.flatnonzero(orders["usable"].to_numpy(bool) & (done | later))
    stage = STAGES[place]
    target = next((t for t in rules.targets if t.stage == stage and not t.due), None)
    start = moments_of(STARTS[stage], orders, stamps)[rows]
    stop = moments_of(STAMPS[place], orders, stamps)[rows]
    start_from = _lower(STARTS[stage], orders, stamps)[rows]
    stop_from = _lower(STAMPS[place], orders, stamps)[rows]
    held = pausing(holds, stage, rules.statuses).within(rows, len(orders))
    opening = _opening(target, rules, hours)
    seconds = _net(opening, held, start, stop)
    limit, doubt = _limit(target, rows, start, judge, opening, unreadable, rules)
    outcome = np.select(
        [
            ~done[rows],
            np.isnat(start) | np.isnat(stop) | (stop > now),
            stop < start,
            (start == stop) & (stop_from < stop),
            np.isnan(limit) | doubt,
            (_net(opening, held, start, stop_from) <= limit)
            & (limit < _net(opening, held, start_from, stop)),
            seconds <= limit,
        ],
        ["skipped", "unmeasured", "negative", "unsure", "", "unsure", "met"],
        "missed",
    )
    texts = {
        "order_id": orders["order_id"].to_numpy(object)[rows],
        "stage": np.full(len(rows), stage, dtype=object),
        "outcome": outcome.astype(object),
    }
    numbers = {"seconds": seconds, "limit": limit}
    columns = {name: pd.Series(array, dtype=object) for name, array in texts.items()}
    columns |= {name: pd.Series(array) for name, array in numbers.items()}
    columns["ended_at"] = pd.Series(_ended(place, stop, orders, stamps, rows))
    return pd.DataFrame(columns, columns=list(DWELL_COLUMNS))


def _done(place: int, orders: pd.DataFrame, stamps: pd.DataFrame) -> tuple[Bools, Bools]:
    """Rows whose stage ended with its evidence, and rows on which only later evidence stands."""
    there = [
        (orders[evidence].to_numpy() == 1) | ~np.isnat(moments_of(stamp, orders, stamps))
        for evidence, stamp in zip(EVIDENCE, STAMPS, strict=True)
    ]
    later = np.zeros(len(orders), dtype=np.bool_)
    for array in there[place + 1 :]:
        later |= array
    return there[place], later & ~there[place]


def _ended(
    place: int, stop: Moments, orders: pd.DataFrame, stamps: pd.DataFrame, rows: Seconds
) -> Moments:
    """When the stage ended; of a skipped stage, the first later stamp."""
    ended = stop.copy()
    for stamp in STAMPS[place + 1 :]:
        ended = np.where(np.isnat(ended), moments_of(stamp, orders, stamps)[rows], ended)
    return ended


def _lower(key: str, orders: pd.DataFrame, stamps: pd.DataFrame) -> Moments:
    """The earliest that a stamp can mean; the stamp itself where that is not known."""
    seen, lower = moments_of(key, orders, stamps), moments_of(f"{key}_from", orders, stamps)
    return np.where(np.isnat(lower), seen, np.minimum(lower, seen))


def _net(opening: OpenHours | None, held: Holds, start: Moments, stop: Moments) -> Numbers:
    """Open seconds less holds; clock time without a calendar; NaN where a bound is not known."""
    if opening is None:
        plain = (stop - start) / np.timedelta64(1, "s")
        return np.asarray(np.where(np.isnat(start) | np.isnat(stop), np.nan, plain))
    return opening.between(start, stop) - held.open_seconds(opening, start, stop)


def _opening(
    target: TargetRule | None, rules: Rulebook, hours: Mapping[str, OpenHours]
) -> OpenHours | None:
    chosen = target or next((t for t in rules.targets if t.stage and not t.due), None)
    return hours[chosen.calendar] if chosen is not None else None


def _limit(  # noqa: PLR0917 - what choosing a limit needs
    target: TargetRule | None,
    rows: Seconds,
    start: Moments,
    judge: Judge,
    opening: OpenHours | None,
    unreadable: Mapping[str, Bools],
    rules: Rulebook,
) -> tuple[Numbers, Bools]:
    """The limit of each row, and whether a cell that cannot be read puts it in doubt."""
    if target is None or opening is None:
        return np.full(len(rows), np.nan), np.zeros(len(rows), dtype=np.bool_)
    limits = choose_limits(target, rows, judge, unreadable, rules.columns)
    return limits.seconds(opening, start), limits.doubt != ""
