"""Who would be told in the hours to come, and who the people of the rules are by now; nothing is written or sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sheetsync.domain.companions import Companions, read_companions
from sheetsync.domain.escalation.people import can_be_mailed
from sheetsync.domain.escalation.reach import unreached
from sheetsync.domain.rehearsal.ahead import Ahead, look_ahead
from sheetsync.domain.rules import EscalationRules, Person
from sheetsync.worker.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The escalation matrix with whom its roles mean by the tabs as they stand."""

    rules: EscalationRules
    companions: Companions
    remarks: tuple[str, ...]

    def who(self, name: str) -> str:
        """Whom a role means, in a few words: addresses, people of the tab, or where a name is looked up."""
        person = self.rules.people[name]
        if person.addresses:
            return ", ".join(person.addresses)
        if person.staff_role:
            return self._in_role(person)
        return f"by {person.from_column}" + (f", tab {person.tab}" if person.tab else "")

    def _in_role(self, person: Person) -> str:
        staff = self.companions.staff
        people = staff.in_role(person.staff_role) if staff else ()
        found = [f"{each.name} <{each.email}>" for each in people if can_be_mailed(each)]
        return ", ".join(found) or f"nobody, so {person.fallback}"


def who_is_told(shop: Workshop, now: datetime, end: datetime) -> Ahead:
    """Who would be told from `now` to `end` (aware UTC), if nobody did anything."""
    plan, memory, force = shop.plan(now)
    return look_ahead(plan, memory, force.rules, shop.plan_options, end=end, step=shop.every)


def matrix(shop: Workshop, now: datetime) -> Matrix:
    """The escalation matrix, and whom its roles mean by the tabs as they stand."""
    force = shop.rules(now)
    rules = force.rules.escalation
    sheet = shop.tracker(force.rules).read()
    companions = read_companions(sheet, shop.plan_options.reading)
    return Matrix(rules=rules, companions=companions, remarks=unreached(rules, companions))
