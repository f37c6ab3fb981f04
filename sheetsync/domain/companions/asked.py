"""Which tabs beside the orders a pass reads along: those that some rule in force asks for, and no other."""

from __future__ import annotations

from sheetsync.domain.companions import COMPANIONS, CUSTOMERS, STAFF
from sheetsync.domain.rules import EscalationRules, Person, Rulebook


def companions_asked(rules: Rulebook) -> tuple[str, ...]:
    """Titles of the tabs that these rules need, in the order of `COMPANIONS`; () costs a pass nothing."""
    people = told_people(rules.escalation)
    wanted: set[str] = {person.tab for person in people}
    if any(person.staff_role for person in people):
        wanted.add(STAFF)
    if rules.notifications.active:
        wanted.add(CUSTOMERS)
    return tuple(title for title in COMPANIONS if title in wanted)


def told_people(rules: EscalationRules) -> list[Person]:
    """Everybody whom a level or a rule names, each once, in the order of the file."""
    levels = (level for policy in rules.policies.values() for level in policy.levels)
    named = {who for level in levels for who in level.who}
    named |= {who for rule in rules.rules for who in rule.also}
    return [person for name, person in rules.people.items() if name in named]
