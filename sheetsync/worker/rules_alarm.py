"""One mail to the people in charge when the rule files are broken; the last good set works on.

Each set of problems is told once: the key of the notice is made of them, so the same broken file
is not told again in every pass, and another mistake is told anew.
"""

from __future__ import annotations

import hashlib
from typing import Final

from sheetsync.domain.escalation.people import role_words
from sheetsync.domain.model import Notice
from sheetsync.domain.rules import EscalationRules, Person
from sheetsync.worker.rules_in_force import RulesInForce

KIND: Final = "rules-broken"
_IN_CHARGE: Final = "ops_manager"
_MOST_PROBLEMS: Final = 20


def broken_rules_notices(force: RulesInForce, tracker: str) -> tuple[Notice, ...]:
    """One notice for each person in charge; none while the rules of the folder are good."""
    if not force.problems:
        return ()
    return tuple(
        _notice(force, person, address, tracker)
        for person in people_in_charge(force.rules.escalation)
        for address in person.addresses
    )


def people_in_charge(rules: EscalationRules) -> tuple[Person, ...]:
    """The role ops_manager if there is one, else who stands on the highest level; each with addresses.

    A role that the tab Staff fills is told by its fallback here: where the worker itself is in trouble,
    the tab may be what cannot be read.
    """
    chief = _reached(rules, _IN_CHARGE)
    if chief is not None:
        return (chief,)
    levels = [level for policy in rules.policies.values() for level in policy.levels]
    for level in sorted(levels, key=lambda level: -level.level):
        found = (_reached(rules, who) for who in level.who)
        named = {person.id: person for person in found if person is not None}
        if named:
            return tuple(named.values())
    return ()


def _reached(rules: EscalationRules, name: str) -> Person | None:
    """The person of that name, or the fallback that has addresses where they have none of their own."""
    person = rules.people.get(name)
    if person is None or person.addresses:
        return person
    instead = rules.people.get(person.fallback)
    return instead if instead is not None and instead.addresses else None


def _notice(force: RulesInForce, person: Person, address: str, tracker: str) -> Notice:
    shown = force.problems[:_MOST_PROBLEMS]
    more = len(force.problems) - len(shown)
    remarks = [f"{more} more problems: sheetsync rules check lists them all."] if more else []
    return Notice(
        key=_key(force, address),
        kind=KIND,
        audience="manager",
        channel="email",
        recipient=address,
        recipient_name=role_words(person.id),
        subject="The rules cannot be read; the last good ones stay in force",
        context={
            "tracker": tracker,
            "recipient_name": role_words(person.id),
            "problems": list(shown),
            "remarks": remarks,
        },
    )


def _key(force: RulesInForce, address: str) -> str:
    text = "\n".join((address.casefold(), force.rules.hash, *sorted(force.problems)))
    return f"{KIND}-{hashlib.sha256(text.encode()).hexdigest()[:40]}"
