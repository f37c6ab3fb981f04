"""What of the people of escalation.yaml the tabs Staff and Vendors cannot tell, in words and beside the rows.

A role that nobody has, and a name that no tab knows, is said for as long as it lasts, whether or not an
order is late: whoever finds out only when a mail went astray finds out too late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from sheetsync.domain.addresses import is_one_address
from sheetsync.domain.companions import STAFF, VENDORS, Colleague, Companions, Staff, Vendors
from sheetsync.domain.companions.asked import told_people
from sheetsync.domain.escalation.people import can_be_mailed
from sheetsync.domain.findings import FindingList
from sheetsync.domain.rules import EscalationRules, Person
from sheetsync.domain.sla.clocks import Bools
from sheetsync.domain.texts import both, fold, nearest, quoted

UNKNOWN = "unknown_person"
"""The rule of a finding about a name that no tab and no directory knows."""
_NAMED = 5


def unreached(rules: EscalationRules, companions: Companions) -> tuple[str, ...]:
    """A sentence for each role that no active person has, and for each tab that is asked and not there."""
    sentences: list[str] = []
    for person in told_people(rules):
        if person.staff_role:
            sentences += _of_role(person, rules, companions.staff)
        elif (
            person.tab and (companions.staff if person.tab == STAFF else companions.vendors) is None
        ):
            others = "the directory" if person.directory else _instead(person, rules)
            sentences.append(
                f"{person.source}: there is no tab {person.tab}, so mail about the person under "
                f"{person.from_column} goes by {others}. Add the tab, or take tab: out of the rule."
            )
    return tuple(sentences)


def _of_role(person: Person, rules: EscalationRules, staff: Staff | None) -> Iterable[str]:
    role, instead = quoted(person.staff_role), _instead(person, rules)
    if staff is None:
        yield f"{person.source}: there is no tab {STAFF}, so mail to the role {role} goes to {instead}."
        return
    have = staff.in_role(person.staff_role)
    if any(can_be_mailed(each) for each in have):
        return
    yield (
        f"{person.source}: nobody in the tab {staff.title} {_lacking(person.staff_role, have, staff)}, so its mail "
        f"goes to {instead}."
    )


def _lacking(role: str, have: Sequence[Colleague], staff: Staff) -> str:
    if have:
        named = [f"{quoted(each.name)} {_why_not(each)}" for each in have[:_NAMED]]
        return f"with the role {quoted(role)} can be written to ({both(named)})"
    roles: dict[str, str] = {}
    for each in (each for person in staff.people for each in person.roles):
        roles.setdefault(fold(each), each)
    near = roles.get(nearest(role, roles), "")
    guess = f" (is it {quoted(near)}?)" if near else ""
    return f"has the role {quoted(role)}{guess}"


def _why_not(colleague: Colleague) -> str:
    if not colleague.active:
        return "is not active"
    return "has no address" if not colleague.email else "has an address that cannot be used"


def _instead(person: Person, rules: EscalationRules) -> str:
    fallback = rules.people.get(person.fallback)
    return both(fallback.addresses) if fallback and fallback.addresses else "nobody"


def unknown_names(
    orders: pd.DataFrame,
    open_order: Bools,
    rules: EscalationRules,
    companions: Companions,
    titles: Mapping[str, str],
) -> pd.DataFrame:
    """Findings on open orders whose cell names a person or vendor whom neither tab nor directory knows."""
    findings = FindingList(orders["order_id_read"].to_numpy(), orders["row"].to_numpy())
    for column, person in _looked_up(rules, companions).items():
        if column not in orders:
            continue
        cells = orders[column].to_numpy(object)
        asked = np.flatnonzero(open_order & (cells != "")).tolist()
        title = titles.get(column, column)
        said = {
            text: _unknown(text, person, companions, title)
            for text in dict.fromkeys(cells[place] for place in asked)
        }
        places = np.array([place for place in asked if said[cells[place]]], dtype=np.intp)
        words = [said[cells[place]] for place in places.tolist()]
        findings.add(places, column, UNKNOWN, "warning", words)
    return findings.frame()


def _looked_up(rules: EscalationRules, companions: Companions) -> dict[str, Person]:
    """By column, who is looked up in a tab that is there."""
    there = {STAFF: companions.staff is not None, VENDORS: companions.vendors is not None}
    found: dict[str, Person] = {}
    for person in rules.people.values():
        if there.get(person.tab, False):
            found.setdefault(person.from_column, person)
    return found


def _unknown(text: str, person: Person, companions: Companions, title: str) -> str:
    """What is wrong with a name, "" where it leads to somebody."""
    if person.tab == STAFF and companions.staff is not None:
        return _unknown_colleague(text, person, title, companions.staff)
    if companions.vendors is None or fold(text) in person.directory:
        return ""
    return unknown_vendor(text, title, companions.vendors)


def _unknown_colleague(text: str, person: Person, title: str, staff: Staff) -> str:
    found = staff.named(text)
    if found is not None and not found.active:
        return f"{title} says {quoted(text)}, who is not active in the tab {staff.title}. Choose somebody who is."
    if fold(text) in person.directory or (found is not None and is_one_address(found.email)):
        return ""
    if found is not None:
        return (
            f"{title} says {quoted(text)}, who has no address in row {found.row} of the tab {staff.title}. "
            "Put it in there."
        )
    near = staff.by_name.get(nearest(text, staff.by_name))
    guess = (
        f"Did you mean {near.name[:40]}?"
        if near
        else "Choose a name of that tab, or add the person there."
    )
    return f"{title} says {quoted(text)}, whom the tab {staff.title} does not name. {guess}"


def unknown_vendor(text: str, title: str, vendors: Vendors) -> str:
    """What is wrong with the name of a vendor, "" where it leads to an address."""
    found = vendors.find(text)
    if found is not None and (is_one_address(found.email) or is_one_address(found.backup)):
        return ""
    tab = vendors.table.title
    if found is not None:
        return (
            f"{title} says {quoted(text)}, for which row {found.row} of the tab {tab} has no address. "
            "Put it in there."
        )
    if vendors.is_unclear(text):
        return f"{title} says {quoted(text)}, and the tab {tab} has several of that name. Write the Vendor ID."
    near = nearest(text, {**vendors.by_name, **vendors.by_key})
    guess = f"Did you mean {quoted(near)}?" if near else "Choose one of that tab, or add it there."
    return f"{title} says {quoted(text)}, which the tab {tab} does not name. {guess}"
