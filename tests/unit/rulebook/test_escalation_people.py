"""People of escalation.yaml: each way to name them, and each slip told with its place."""

from __future__ import annotations

import pytest

from tests.support.small_rule_files import changed, problems_of, rules_with

LEAD = "  lead: [lead@example.org]\n"
NEITHER = "write either addresses in [ ], or from_staff with a role, or from_column with a directory or a tab"
FALLBACK = "write a fallback: somebody with addresses, for when the tab names nobody to write to"

SLIPS = [
    ("leads: {from_staff: {role: Floor lead}}", FALLBACK),
    ("leads: {from_column: handler, tab: Staff}", FALLBACK),
    ("leads: {from_staff: {role: Floor lead}, addresses: [a@example.org], fallback: lead}", NEITHER),
    ("leads: {fallback: lead}", NEITHER),
    ("leads: {from_staff: {role: Floor lead}, tab: Staff, fallback: lead}",
     "directory and tab belong to from_column; write it, or remove them"),
    ("leads: {addresses: [a@example.org], fallback: lead}",
     "fallback belongs to from_staff and from_column; addresses need none, so remove it"),
    ("leads: {from_staff: {rol: Floor lead}, fallback: lead}", 'unknown setting "rol"; did you mean "role"?'),
    ("leads: {from_column: handler, tab: Stuff, fallback: lead}", '"Stuff" is not allowed here; did you mean "Staff"?'),
    ("leads: {from_staff: {role: Floor lead}, fallback: led}", '"led" is not one of the people of this file'),
    ("leads: {from_staff: {role: A}, fallback: more}\n  more: {from_staff: {role: B}, fallback: lead}",
     "more has no addresses of their own; name somebody who has"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "said"), SLIPS)
def test_a_slip_is_told_with_file_and_line(written, said):
    problems = problems_of(changed("escalation.yaml", LEAD, f"{LEAD}  {written}\n"))
    assert any(said in problem for problem in problems), problems
    assert all(problem.startswith("escalation.yaml:5:") for problem in problems), problems


def test_a_further_person_of_a_rule_must_be_one_of_the_file():
    line = "start_at_level: 2}"
    problems = problems_of(changed("escalation.yaml", line, "start_at_level: 2, also: [senor]}"))
    assert problems == [
        'escalation.yaml:14:99: "senor" is not one of the people of this file; use handler or lead'
    ]


def test_all_ways_to_name_people_are_compiled():
    people = rules_with(
        "escalation.yaml", LEAD,
        f"{LEAD}  leads: {{from_staff: {{role: Floor lead}}, fallback: lead}}\n"
        "  owner: {from_column: handler, tab: Staff, fallback: lead}\n",
    ).escalation.people  # fmt: skip
    assert (people["leads"].staff_role, people["leads"].fallback) == ("Floor lead", "lead")
    assert (people["owner"].tab, people["owner"].from_column) == ("Staff", "handler")
    assert str(people["leads"].source) == "escalation.yaml:5"
