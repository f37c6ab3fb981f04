"""Which tabs beside the orders a pass reads along: those that some rule in force asks for, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sheetsync.domain.companions import (
    COMPANIONS,
    CUSTOMERS,
    FOLLOW_UPS,
    ORDER_LINES,
    STAFF,
    VENDORS,
)
from sheetsync.domain.rules import Condition, EscalationRules, Person, Rulebook

ORDER_VALUE: Final = "order_value"
"""The field that the tab Order Lines gives where the tracker has no column of that key."""


def companions_asked(rules: Rulebook) -> tuple[str, ...]:
    """Titles of the tabs that these rules need, in the order of `COMPANIONS`; () costs a pass nothing."""
    vendors = rules.notifications.vendors
    people = told_people(rules.escalation, *(step.who for step in vendors.steps if vendors.active))
    wanted: set[str] = {person.tab for person in people}
    if any(person.staff_role for person in people):
        wanted.add(STAFF)
    if rules.notifications.active:
        wanted.add(CUSTOMERS)
    if rules.escalation.follow_ups.active or rules.notifications.active:
        wanted.add(FOLLOW_UPS)  # a customer who wants to be called makes a task, too
    if vendors.active:
        wanted |= {VENDORS, ORDER_LINES}
    wanted |= set(rules.kpi.tabs)
    if ORDER_VALUE not in rules.columns and _asks_for_value(rules):
        wanted.add(ORDER_LINES)
    return tuple(title for title in COMPANIONS if title in wanted)


def told_people(rules: EscalationRules, *also: tuple[str, ...]) -> list[Person]:
    """Everybody whom a level, a rule or a digest names, or `also` does, each once, in the order of the file."""
    levels = (level for policy in rules.policies.values() for level in policy.levels)
    named = {who for level in levels for who in level.who}
    named |= {who for rule in rules.rules for who in rule.also}
    named |= {who for digest in rules.digests for who in digest.who}
    named |= {who for each in also for who in each}
    return [person for name, person in rules.people.items() if name in named]


def _asks_for_value(rules: Rulebook) -> bool:
    """Whether a check, a limit, a ladder or a milestone depends on what an order is worth."""
    whens = [
        *(check.when for check in rules.checks),
        *(line.when for target in rules.targets for line in target.lines),
        *(rule.when for rule in rules.escalation.rules),
        *(milestone.when for milestone in rules.notifications.milestones),
    ]
    return any(name == ORDER_VALUE for when in whens for name in _fields(when))


def _fields(condition: Condition) -> Iterator[str]:
    yield from (test.field for test in condition.tests)
    for part in (*condition.any_of, *condition.none_of):
        yield from _fields(part)
