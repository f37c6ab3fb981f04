"""Where each order stands on its escalation ladder: which level is due, and what was already done.

A *subject* is one reason to escalate: one stay of one clock, or one open exception. Its levels fall
due one after the other; whatever was decided for a level is on record and never decided again. After
a gap only the highest due level counts, and repeats that were missed do not pile up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.grid import repeated
from sheetsync.domain.moments import NAT, Moments
from sheetsync.domain.rules import Level, Policy, Span, Trigger
from sheetsync.domain.sla.clocks import Bools, Texts
from sheetsync.domain.worktime import OpenHours
from sheetsync.domain.worktime.openings import Seconds

WITHDRAWN: Final = "withdrawn"
_REPEATABLE: Final = ("sent", "suppressed")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subjects:
    """Reasons to escalate under one policy. `row` is the place in Orders.frame.

    `stay` is `target:stay`; `warn`, `due`, `raised` are the moments that triggers start from, NaT
    where they have not come; `calendar` counts the waiting time; `first` is the level to begin at.
    """

    row: Seconds
    stay: Texts
    stage: Texts
    warn: Moments
    due: Moments
    raised: Moments
    calendar: Texts
    first: Seconds

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OnRecord:
    """Per subject: the highest level decided (0: none), its repeats, when, with which outcome."""

    level: Seconds
    repeat: Seconds
    moment: Moments
    outcome: Texts
    withdrawn: Moments
    """When an undo last took an escalation of the subject back; what fell due before is not told again."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """Per subject: the level to decide now (0: none), its repeat number, and when something changes."""

    level: Seconds
    repeat: Seconds
    turn: Moments


def on_record(keys: Texts, escalations: pd.DataFrame) -> OnRecord:
    """The last escalation of each subject; `keys` are `order|policy|stay`, each once."""
    count = len(keys)
    record = OnRecord(
        level=np.zeros(count, dtype=np.int64),
        repeat=np.zeros(count, dtype=np.int64),
        moment=np.full(count, NAT),
        outcome=repeated("", count),
        withdrawn=np.full(count, NAT),
    )
    if not count or escalations.empty:
        return record
    escalations, gone = _in_force(escalations)
    if len(gone):
        place = _places(keys, gone)
        known = np.flatnonzero(place >= 0)
        at = gone["at"].to_numpy("datetime64[s]")[known]
        np.fmax.at(record.withdrawn, place[known], at)
    level, repeat = (escalations[name].to_numpy(np.int64) for name in ("level", "repeat"))
    place = _places(keys, escalations)
    known = np.flatnonzero(place >= 0)
    order = known[np.lexsort((repeat[known], level[known]))]
    record.level[place[order]] = level[order]
    record.repeat[place[order]] = repeat[order]
    record.moment[place[order]] = escalations["at"].to_numpy("datetime64[s]")[order]
    record.outcome[place[order]] = escalations["outcome"].to_numpy(object)[order]
    return record


def _places(keys: Texts, escalations: pd.DataFrame) -> Seconds:
    prefixes = [key.rsplit("|", 2)[0] for key in escalations["key"].tolist()]
    return np.asarray(
        pd.Index(keys, dtype=object).get_indexer(pd.Index(prefixes, dtype=object)), dtype=np.int64
    )


def times_withdrawn(escalations: pd.DataFrame) -> Mapping[str, int]:
    """How often each escalation, by the key it was first told under, was taken back by an undo."""
    gone = escalations[(escalations["outcome"] == WITHDRAWN).to_numpy(bool)]
    return Counter(base_key(key) for key in gone["key"].tolist())


def base_key(key: str) -> str:
    """The key without the mark that tells a second telling, or a withdrawal, from the first."""
    head, _, last = key.rpartition("|")
    return f"{head}|{last.partition('~')[0]}"


def marked_key(key: str, mark: int | str) -> str:
    """`key` with a mark, so that a line about the same level can be appended; no mark for 0."""
    return f"{key}~{mark}" if mark else key


def _in_force(escalations: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The lines that count, and the withdrawals. A level told twice and withdrawn once counts."""
    gone = (escalations["outcome"] == WITHDRAWN).to_numpy(bool)
    if not gone.any():
        return escalations, escalations[gone]
    told, withdrawals = escalations[~gone], escalations[gone]
    count = Counter(base_key(key) for key in told["key"].tolist())
    count.subtract(base_key(key) for key in withdrawals["key"].tolist())
    stands = [count[base_key(key)] > 0 for key in told["key"].tolist()]
    lost = [count[base_key(key)] <= 0 for key in withdrawals["key"].tolist()]
    return told[np.array(stands, dtype=bool)], withdrawals[np.array(lost, dtype=bool)]


def stand(
    policy: Policy,
    subjects: Subjects,
    done: OnRecord,
    hours: Mapping[str, OpenHours],
    now: np.datetime64,
) -> Standing:
    """Which level of `policy` each subject has reached and nobody has been told of."""
    level = np.zeros(len(subjects), dtype=np.int64)
    any_due, any_news = (np.zeros(len(subjects), dtype=np.bool_) for _ in range(2))
    turn = np.full(len(subjects), NAT)
    for rung in sorted(policy.levels, key=lambda rung: rung.level):
        waits = (rung.level > done.level) | (rung.level == policy.levels[0].level)
        moment = _due(rung.after, subjects, waits, policy, hours)
        due = moment <= now
        news = due & ~(moment <= done.withdrawn)
        level[news] = rung.level
        any_due |= due
        any_news |= news
        turn = np.fmin(turn, np.where(moment > now, moment, NAT))
    level = np.where(any_news, np.maximum(level, _first(policy, subjects.first)), 0)
    fresh = level > done.level
    again, repeat_turn = _repeats(policy, subjects, done, hours, now)
    again &= ~fresh & any_due
    return Standing(
        level=np.where(fresh, level, np.where(again, done.level, 0)),
        repeat=np.where(again, done.repeat + 1, 0),
        turn=np.fmin(turn, np.where(any_due, repeat_turn, NAT)),
    )


def passed_over(policy: Policy, *, above: int, below: int) -> list[int]:
    """The levels strictly between two, which nobody is told of any more."""
    return sorted(rung.level for rung in policy.levels if above < rung.level < below)


def wait(span: Span, start: Moments, calendar: Texts, hours: Mapping[str, OpenHours]) -> Moments:
    """`start` plus `span` in the open time of each row's calendar ("" counts clock time)."""
    if not span.seconds and not span.working_days:
        return start
    out = np.full(len(start), NAT)
    for name in dict.fromkeys(calendar[~np.isnat(start)].tolist()):
        mine = (calendar == name) & ~np.isnat(start)
        if name:
            opening = hours[name]
            later = opening.add_working_days(start[mine], span.working_days)
            out[mine] = opening.deadline(later, span.seconds)
        else:
            seconds = span.seconds + 86_400 * span.working_days
            out[mine] = start[mine] + np.timedelta64(seconds, "s")
    return out


def _due(
    after: Trigger,
    subjects: Subjects,
    waits: Bools,
    policy: Policy,
    hours: Mapping[str, OpenHours],
) -> Moments:
    """When a level falls due; NaT where its event has not come or nobody waits for it."""
    start = {"at_risk": subjects.warn, "breach": subjects.due, "raised": subjects.raised}
    moments = np.where(waits, start[after.event], NAT)
    return wait(after.plus, moments, _calendar(policy, subjects), hours)


def _calendar(policy: Policy, subjects: Subjects) -> Texts:
    """Waiting time is counted by the people's hours where the policy names them."""
    if policy.working_hours_only:
        return repeated(policy.working_hours_only, len(subjects))
    return subjects.calendar


def _first(policy: Policy, wished: Seconds) -> Seconds:
    """The lowest existing level that is not below the one wished for."""
    numbers = np.array(sorted(rung.level for rung in policy.levels))
    return numbers[np.minimum(np.searchsorted(numbers, wished), len(numbers) - 1)]


def _repeats(
    policy: Policy,
    subjects: Subjects,
    done: OnRecord,
    hours: Mapping[str, OpenHours],
    now: np.datetime64,
) -> tuple[Bools, Moments]:
    """Whose last told level is to be told again now, and when it will be."""
    again, turn = np.zeros(len(subjects), dtype=np.bool_), np.full(len(subjects), NAT)
    told = np.isin(done.outcome.astype(str), _REPEATABLE)
    for rung in [rung for rung in policy.levels if _repeats_at_all(rung)]:
        mine = told & (done.level == rung.level) & (done.repeat < rung.repeat_at_most)
        if mine.any() and rung.repeat_every is not None:
            start = np.where(mine, done.moment, NAT)
            following = wait(rung.repeat_every, start, _calendar(policy, subjects), hours)
            again |= following <= now
            turn = np.fmin(turn, np.where(following > now, following, NAT))
    return again, turn


def _repeats_at_all(rung: Level) -> bool:
    return rung.repeat_every is not None and rung.repeat_at_most > 0
