"""What a `when:` compiles to: canonical, folded, groups spread out, each test with its line."""

from __future__ import annotations

from datetime import date

import pytest

from sheetsync.domain.rules import ColumnRef, Span
from tests.support.small_rule_files import rules_with

LINE = "{priority: Expedited}"
COMPILED = [
    ("{priority: '  expedited '}", "priority", "is", "expedited"),
    ("{priority: [Bulk, EXPEDITED]}", "priority", "any_of", ("bulk", "expedited")),
    ("{priority: {not: Bulk}}", "priority", "not", "bulk"),
    ("{status: canceled}", "status", "is", "cancelled"),
    ("{status: Processing}", "status", "any_of",
     ("allocated", "picking", "packing", "ready", "in progress")),
    ("{status: {not: In Progress}}", "status", "not_in",
     ("allocated", "picking", "packing", "ready", "in progress")),
    ("{carrier: dhl express}", "carrier", "is", "dhl"),
    ("{notes: filled}", "notes", "filled", None),
    ("{notes: {contains: GIFT  Wrap}}", "notes", "contains", "gift wrap"),
    ("{notes: {matches: '[A-Z]+'}}", "notes", "matches", "[A-Z]+"),
    ("{picked: yes}", "picked", "yes", None),
    ("{picked: false}", "picked", "no", None),
    ("{delivered: no}", "delivered", "no", None),
    ("{csat: {at_most: 2}}", "csat", "at_most", 2.0),
    ("{csat: 5}", "csat", "is", 5.0),
    ("{days_late: {at_least: 36h}}", "days_late", "at_least", 1.5),
    ("{promised_at: {before: 2026-03-01}}", "promised_at", "before", date(2026, 3, 1)),
    ("{promised_at: {between: [2026-03-01, 2026-03-31]}}", "promised_at", "between",
     (date(2026, 3, 1), date(2026, 3, 31))),
    ("{ordered_at: {older_than: 3 working days}}", "ordered_at", "older_than",
     Span(working_days=3, text="3 working days")),
    ("{delivered_at: {after: {column: promised_at}}}", "delivered_at", "after",
     ColumnRef("promised_at")),
    ("{handler: {column: customer}}", "handler", "is", ColumnRef("customer")),
]  # fmt: skip


@pytest.mark.parametrize(("written", "field", "operator", "operand"), COMPILED)
def test_a_condition_compiles_to_its_canonical_form(written, field, operator, operand):
    [test] = rules_with("sla.yaml", LINE, written).targets[0].lines[0].when.tests
    assert (test.field, test.operator, test.operand) == (field, operator, operand)
    assert str(test.source) == "sla.yaml:9"


def test_several_comparisons_of_one_field_must_all_hold():
    rules = rules_with("sla.yaml", LINE, "{csat: {more_than: 1, less_than: 4}}")
    tests = rules.targets[0].lines[0].when.tests
    assert [(t.operator, t.operand) for t in tests] == [("more_than", 1.0), ("less_than", 4.0)]


def test_groups_of_conditions_are_kept_and_may_be_nested_once():
    written = "{notes: filled, any_of: [{priority: Bulk}, {none_of: [{picked: yes}]}]}"
    when = rules_with("sla.yaml", LINE, written).targets[0].lines[0].when
    assert [t.field for t in when.tests] == ["notes"]
    assert when.any_of[0].tests[0].operand == "bulk"
    assert when.any_of[1].none_of[0].tests[0].operator == "yes"


def test_never_for_leaves_its_orders_out_of_every_milestone():
    [milestone] = rules_with(
        "notifications.yaml", "mode: off", "mode: off"
    ).notifications.milestones
    [test] = milestone.when.none_of[0].tests
    assert (test.field, test.operand) == ("status", ("cancelled",))


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("90m", Span(seconds=5400, text="90m")),
        ("1h 30m", Span(seconds=5400, text="1h 30m")),
        ("4 hours", Span(seconds=14400, text="4 hours")),
        ("1 working day", Span(working_days=1, text="1 working day")),
    ],
)
def test_a_time_span_is_read_as_written(written, span):
    rules = rules_with("sla.yaml", "within: 2h", f"within: {written}")
    assert rules.targets[0].lines[0].within == span


def test_opening_hours_may_be_several_a_day_overnight_and_over_the_weekend():
    hours = "{Mon-Fri: '08:00-12:00, 13:00-17:00', Sat-Sun: '22:00-06:00'}"
    old = "{Mon-Fri: '08:00-17:00', Sat: '09:00-13:00'}"
    week = rules_with("calendar.yaml", old, hours).calendars["warehouse"].hours
    assert week[0] == ((28_800, 43_200), (46_800, 61_200))
    assert week[5] == week[6] == ((79_200, 21_600),)
    around = rules_with("calendar.yaml", old, "{Fri-Mon: '00:00-24:00'}").calendars["warehouse"]
    assert sorted(around.hours) == [0, 4, 5, 6]
