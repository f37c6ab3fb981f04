"""Which orders have a reason to escalate, and under which policy: the first rule that matches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sheetsync.domain.escalation.ladder import Subjects
from sheetsync.domain.grid import repeated
from sheetsync.domain.moments import NAT, Moments
from sheetsync.domain.rules import EscalationRule, Policy, Rulebook, StatusRules
from sheetsync.domain.sla.clocks import Bools, Clocks, Judge, Texts
from sheetsync.domain.worktime.openings import Seconds

EXCEPTION = "exception"
"""The `stage` of a subject that is an open exception, and the target in its stay."""
_LATE = ("At risk", "Breached")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matched:
    """Per row the number of its policy in the rulebook's order (-1: none), and the level to begin at.

    `chosen` is the number of the rule that matched (-1: the target's own `escalate` did, or none).
    """

    names: tuple[str, ...]
    policy: Seconds
    first: Seconds
    chosen: Seconds
    rules: tuple[EscalationRule, ...]

    def rows(self, policy: str) -> Seconds:
        """The rows under `policy`."""
        return np.flatnonzero(self.policy == self.names.index(policy))

    def rule(self, row: int) -> EscalationRule | None:
        """The rule that matched the row."""
        number = int(self.chosen[row])
        return self.rules[number] if number >= 0 else None


def policies_of(orders: pd.DataFrame, clocks: Clocks, judge: Judge, rules: Rulebook) -> Matched:
    """The first escalation rule that holds for each usable row.

    Where none does, a target's own `escalate` gives the policy of its late clock.
    """
    names = tuple(rules.escalation.policies)
    chosen = np.full(len(orders), -1, dtype=np.int64)
    first = np.ones(len(orders), dtype=np.int64)
    by_rule = np.full(len(orders), -1, dtype=np.int64)
    free = orders["usable"].to_numpy(bool).copy()
    for number, rule in enumerate(rules.escalation.rules):
        mine = free & judge(rule.when).mask
        chosen[mine], first[mine] = names.index(rule.use), rule.start_at_level
        by_rule[mine] = number
        free &= ~mine
    for target in rules.targets:
        if target.escalate and free.any():
            frame = clocks.promise if target.due else clocks.stage
            late = (frame["target"] == target.id).to_numpy(bool) & _is_late(frame)
            chosen[free & late] = names.index(target.escalate)
            free &= ~late
    return Matched(
        names=names, policy=chosen, first=first, chosen=by_rule, rules=rules.escalation.rules
    )


def subjects_of(  # noqa: PLR0917 - the scene of one policy
    policy: Policy,
    matched: Matched,
    clocks: Clocks,
    status: Texts,
    status_since: Moments,
    statuses: StatusRules,
) -> Subjects:
    """The late clocks and open exceptions of the rows under `policy`, less those it stops for."""
    rows = matched.rows(policy.id)
    if "on_hold" in policy.stop_when:
        rows = rows[~_on_hold(rows, clocks, status, statuses)]
    events = {rung.after.event for rung in policy.levels}
    parts = []
    if events & {"at_risk", "breach"}:
        parts += [_late(rows, frame, matched.first) for frame in (clocks.stage, clocks.promise)]
    if "raised" in events:
        parts.append(_raised(rows, status, status_since, matched.first))
    return _joined(parts)


def _is_late(frame: pd.DataFrame) -> Bools:
    state = frame["state"].to_numpy(object)
    late: Bools = (state == _LATE[0]) | (state == _LATE[1])
    return late


def _on_hold(rows: Seconds, clocks: Clocks, status: Texts, statuses: StatusRules) -> Bools:
    holding = [name for name, rule in statuses.statuses.items() if rule.pauses]
    return np.isin(status[rows].astype(str), holding) | ~np.isnat(
        clocks.stage_details.paused_since[rows]
    )


def _late(rows: Seconds, frame: pd.DataFrame, first: Seconds) -> Subjects:
    """Clocks at risk or breached. Without a warning moment the due moment warns."""
    rows = rows[_is_late(frame)[rows]]
    breached = frame["state"].to_numpy(object)[rows] == "Breached"
    due, warn = (frame[name].to_numpy("datetime64[s]")[rows] for name in ("due", "warn"))
    text = {name: frame[name].to_numpy(object)[rows] for name in ("target", "stay", "stage")}
    return Subjects(
        row=rows,
        stay=text["target"] + ":" + text["stay"],
        stage=text["stage"],
        warn=np.where(np.isnat(warn), due, warn),
        due=np.where(breached, due, NAT),
        raised=np.full(len(rows), NAT),
        calendar=frame["calendar"].to_numpy(object)[rows],
        first=first[rows],
    )


def _raised(rows: Seconds, status: Texts, status_since: Moments, first: Seconds) -> Subjects:
    """Open exceptions; the stay is the status and since when it stands."""
    rows = rows[~np.isnat(status_since[rows])]
    since = np.datetime_as_string(status_since[rows], unit="s").astype(object, copy=False)
    blank = np.full(len(rows), NAT)
    return Subjects(
        row=rows,
        stay=f"{EXCEPTION}:" + status[rows] + "@" + since,
        stage=repeated(EXCEPTION, len(rows)),
        warn=blank,
        due=blank,
        raised=status_since[rows],
        calendar=repeated("", len(rows)),
        first=first[rows],
    )


def _joined(parts: list[Subjects]) -> Subjects:
    return Subjects(
        row=np.concatenate([part.row for part in parts]),
        stay=np.concatenate([part.stay for part in parts]),
        stage=np.concatenate([part.stage for part in parts]),
        warn=np.concatenate([part.warn for part in parts]),
        due=np.concatenate([part.due for part in parts]),
        raised=np.concatenate([part.raised for part in parts]),
        calendar=np.concatenate([part.calendar for part in parts]),
        first=np.concatenate([part.first for part in parts]),
    )
