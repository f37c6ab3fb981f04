"""Which orders have reached which milestone, as one mask per letter over all orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import numpy as np

from sheetsync.domain.conditions import Surroundings, evaluate
from sheetsync.domain.conditions import next_change as condition_change
from sheetsync.domain.conditions.fields import Fields
from sheetsync.domain.grid import Mask
from sheetsync.domain.moments import NAT, Moments, as_moment, scalar_to_utc
from sheetsync.domain.rules import MilestoneRule, NotificationRules


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reached:
    """Where one milestone stands over all orders.

    `holds`: its condition does. `begun`: what it tells of has happened, though it may fall due later only.
    `ready`: it is due, however old. `old`: it is due and older than anything that is still told. `due_at`:
    since when, NaT where it has no moment.
    """

    rule: MilestoneRule
    holds: Mask
    begun: Mask
    ready: Mask
    old: Mask
    due_at: Moments
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is told at all: `since` when notices were switched on, and how old a milestone may be."""

    since: datetime
    rules: NotificationRules

    def floor(self, timezone: str) -> np.datetime64:
        """Nothing that fell due before this moment was ever to be told."""
        oldest = as_moment(self.since) - self.age
        if self.rules.since is None:
            return oldest
        return max(oldest, _midnight(self.rules.since, timezone))

    @property
    def age(self) -> np.timedelta64:
        """How old a milestone may be to be told."""
        return np.timedelta64(self.rules.max_age.seconds, "s")


def reached_by(
    fields: Fields,
    moments: Mapping[str, Moments],
    usable: Mask,
    around: Surroundings,
    window: Window,
) -> dict[str, Reached]:
    """Every milestone of the rules by its letter, over all orders. `moments` are by name."""
    return {
        rule.template: _reached(rule, fields, moments, usable, around, window)
        for rule in window.rules.milestones
    }


def _reached(  # noqa: PLR0917 - the scene, then the window
    rule: MilestoneRule,
    fields: Fields,
    moments: Mapping[str, Moments],
    usable: Mask,
    around: Surroundings,
    window: Window,
) -> Reached:
    outcome = evaluate(rule.when, fields, around)
    holds = outcome.mask & usable
    none = np.zeros(around.rows, dtype=bool)
    at = moments.get(rule.at, np.full(around.rows, NAT)) if rule.at else np.full(around.rows, NAT)
    if not rule.at:
        return Reached(
            rule=rule,
            holds=holds,
            begun=holds,
            ready=holds,
            old=none,
            due_at=at,
            missing=outcome.missing,
        )
    due_at = at + np.timedelta64(int(rule.after.total_seconds()), "s")
    now = as_moment(around.now)
    told = holds & ~np.isnat(due_at) & (due_at >= window.floor(around.timezone))
    ready = told & (due_at <= now)
    return Reached(
        rule=rule, holds=holds, begun=told & (at <= now), ready=ready, old=ready & (due_at < now - window.age), due_at=due_at,
        missing=outcome.missing,
    )  # fmt: skip


def next_due(found: Mapping[str, Reached], now: datetime) -> np.datetime64:
    """The earliest later moment at which a milestone falls due by time alone; NaT for none."""
    moment = as_moment(now)
    later = [
        each.due_at[each.holds & (each.due_at > moment)]
        for each in found.values()
        if each.rule.after
    ]
    return _earliest([moments.min() for moments in later if len(moments)])


def next_turn(rules: NotificationRules, fields: Fields, around: Surroundings) -> np.datetime64:
    """The earliest later moment at which time alone changes where a condition holds; NaT for none."""
    return _earliest([condition_change(rule.when, fields, around) for rule in rules.milestones])


def _earliest(moments: Sequence[np.datetime64]) -> np.datetime64:
    known = [moment for moment in moments if not np.isnat(moment)]
    return min(known, default=NAT)


def _midnight(day: date, timezone: str) -> np.datetime64:
    return as_moment(scalar_to_utc(datetime.combine(day, time()), timezone))
