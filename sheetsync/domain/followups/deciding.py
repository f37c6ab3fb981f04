"""Which tasks the rules want at this moment, each once for its order, reason and occasion.

Nothing here remembers: the store opens what is newly wanted and closes what no longer is. A new occasion
(another promised date, another stage, the order opened again) makes another task.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sheetsync.domain.conditions import Surroundings, evaluate
from sheetsync.domain.conditions import next_change as condition_change
from sheetsync.domain.conditions.fields import Field, Fields
from sheetsync.domain.followups.model import Done, FollowUps, Wanted
from sheetsync.domain.grid import Mask
from sheetsync.domain.model import Orders
from sheetsync.domain.moments import NAT, Moments, as_aware, as_moment
from sheetsync.domain.rules import FollowUpRule, FollowUpRules, Rulebook
from sheetsync.domain.texts import quoted

SINCE: Final = "status_since"
_LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What tasks are decided from, one value for each row. `fields` hold `status_since` too."""

    orders: Orders
    fields: Fields
    cycle: npt.NDArray[np.int64]
    open_order: Mask

    @classmethod
    def of(
        cls, orders: Orders, fields: Fields, status_since: Moments, cycle: npt.NDArray[np.int64],
        open_order: Mask,
    ) -> Seen:  # fmt: skip
        """What was seen, with the moment since which the status stands among the fields."""
        more = {**fields, SINCE: Field("moment", status_since)}
        return cls(orders=orders, fields=more, cycle=cycle, open_order=open_order)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """What one pass decided: the follow-ups, when time alone changes that, what is not evaluated."""

    found: FollowUps
    next_change: datetime | None = None
    remarks: tuple[str, ...] = ()


NO_TASKS: Final = Tasks(found=FollowUps())


def plan_tasks(
    seen: Seen, rules: Rulebook, around: Surroundings, done: tuple[Done, ...] = ()
) -> Tasks:
    """Every task that is wanted now. `done` is what people wrote into the tab Follow-ups."""
    asked = rules.escalation.follow_ups
    now_done = tuple(each for each in done if each.since <= around.now)
    ahead_done = [as_moment(each.since) for each in done if each.since > around.now]
    if not asked.active:
        return Tasks(found=FollowUps(done=now_done), next_change=_earliest(ahead_done))
    wanted: list[Wanted] = []
    turns = ahead_done
    missing: dict[str, tuple[str, ...]] = {}
    for rule in asked.tasks:
        lacking, ready, ahead = _ready(rule, seen, around)
        if lacking:
            missing[rule.id] = lacking
            continue
        turns += [ahead, condition_change(rule.when, seen.fields, around)]
        wanted += _tasks(rule, seen, ready, around.now, asked)
    wanted.sort(key=lambda task: (task.order_id, task.reason))
    return Tasks(
        found=FollowUps(active=True, wanted=tuple(wanted), done=now_done),
        next_change=_earliest(turns),
        remarks=_not_evaluated(missing, rules),
    )


def _earliest(turns: Sequence[np.datetime64]) -> datetime | None:
    known = [turn for turn in turns if not np.isnat(turn)]
    return as_aware(min(known)) if known else None


def _ready(
    rule: FollowUpRule, seen: Seen, around: Surroundings
) -> tuple[tuple[str, ...], Mask, np.datetime64]:
    """Fields that are missing; where the task is wanted; when the next one is by time alone."""
    outcome = evaluate(rule.when, seen.fields, around)
    named = tuple(name for name in (rule.at, rule.once_per) if name and name not in seen.fields)
    missing = (*outcome.missing, *named)
    holds = outcome.mask & seen.open_order & seen.orders.frame["usable"].to_numpy(bool)
    if missing or not rule.at:
        return missing, holds, NAT
    at = seen.fields[rule.at].data + np.timedelta64(int(_shift(rule).total_seconds()), "s")
    due = holds & ~np.isnat(at)
    later = at[due & (at > as_moment(around.now))]
    return missing, due & (at <= as_moment(around.now)), later.min() if len(later) else NAT


def _shift(rule: FollowUpRule) -> timedelta:
    return rule.after - rule.before


def _tasks(
    rule: FollowUpRule, seen: Seen, ready: Mask, now: datetime, asked: FollowUpRules
) -> Iterator[Wanted]:
    ids = seen.orders.frame["order_id"].to_numpy(object)
    for place in np.flatnonzero(ready).tolist():
        order = str(ids[place])
        yield Wanted(
            key=_key(order, rule, _occasion(rule, seen, place)),
            order_id=order,
            reason=rule.id,
            channel=rule.channel,
            who=_who(rule, seen, place, asked),
            text=rule.do,
            due_at=now + rule.within if rule.within is not None else None,
        )


def _occasion(rule: FollowUpRule, seen: Seen, place: int) -> str:
    value: Any = seen.fields[rule.once_per].data[place] if rule.once_per else ""
    return f"{int(seen.cycle[place])}|{value}"


def _key(order: str, rule: FollowUpRule, occasion: str) -> str:
    """The same order, rule and occasion give the same key; no cell can be read out of it."""
    text = f"task\x1f{order}\x1f{rule.id}\x1f{occasion}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _who(rule: FollowUpRule, seen: Seen, place: int, asked: FollowUpRules) -> str:
    """The name in the column of the role, else the role in words."""
    column = asked.columns.get(rule.who, "")
    if column and column in seen.fields and seen.fields[column].kind == "text":
        name = str(seen.fields[column].data[place])
        if name:
            return quoted(name, _LONGEST_NAME)[1:-1]
    return rule.who.replace("_", " ")


def _not_evaluated(missing: dict[str, tuple[str, ...]], rules: Rulebook) -> tuple[str, ...]:
    titles = {key: column.title for key, column in rules.columns.items()}
    return tuple(
        f"No task {name.replace('_', ' ')} is given: the sheet has no column "
        f"{', '.join(titles.get(field, field) for field in fields)}."
        for name, fields in missing.items()
    )
