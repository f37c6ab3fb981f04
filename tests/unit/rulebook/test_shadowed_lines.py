"""A line that can never fire is told, because its author believes that it does something."""

from __future__ import annotations

import pytest

from tests.support.small_rule_files import FILES, rules_with

LINES = "      - {when: {priority: Expedited}, within: 2h}\n      - {within: 4h}\n"
SHADOWED = [
    ("{}", "{priority: Bulk}"),
    ("{priority: [Bulk, Expedited]}", "{priority: Bulk}"),
    ("{priority: Bulk}", "{priority: Bulk, picked: yes}"),
    ("{priority: filled}", "{priority: {not: Bulk}}"),
    ("{priority: {not: Bulk}}", "{priority: Expedited}"),
    ("{priority: {not_in: [Bulk]}}", "{priority: {not_in: [Bulk, Expedited]}}"),
    ("{csat: {more_than: 2}}", "{csat: {at_least: 3}}"),
    ("{csat: {at_most: 3}}", "{csat: {less_than: 3}}"),
    ("{csat: {at_most: 3}}", "{csat: 2}"),
    ("{ordered_at: {older_than: 1h}}", "{ordered_at: {older_than: 2h}}"),
    ("{any_of: [{picked: yes}]}", "{any_of: [{picked: yes}], priority: Bulk}"),
    ("{none_of: [{picked: yes}]}", "{none_of: [{picked: yes}, {packed: yes}]}"),
    ("{status: Processing}", "{status: Picking}"),
]
REACHED = [
    ("{priority: Bulk}", "{priority: [Bulk, Expedited]}"),
    ("{priority: Bulk, picked: yes}", "{priority: Bulk}"),
    ("{priority: {not: Bulk}}", "{notes: filled}"),
    ("{csat: {more_than: 2}}", "{csat: {at_least: 2}}"),
    ("{csat: {less_than: 2}}", "{csat: {more_than: 2}}"),
    ("{picked: yes}", "{picked: no}"),
    ("{any_of: [{picked: yes}]}", "{priority: Bulk}"),
    ("{none_of: [{picked: yes}]}", "{none_of: [{packed: yes}]}"),
    ("{ordered_at: {within_last: 1h}}", "{ordered_at: {within_last: 2h}}"),
]


def warnings(first: str, second: str) -> tuple[str, ...]:
    new = (
        f"      - {{when: {first}, within: 1h}}\n      - {{when: {second}, within: 2h}}\n"
        "      - {within: 4h}\n"
    )
    return rules_with("sla.yaml", LINES, new).warnings


@pytest.mark.parametrize(("first", "second"), SHADOWED)
def test_a_line_whose_cases_an_earlier_one_takes_is_told(first, second):
    expected = "sla.yaml:10:9: this line is never reached: line 9 takes all its cases"
    assert expected in warnings(first, second)


@pytest.mark.parametrize(("first", "second"), REACHED)
def test_a_line_that_can_be_reached_is_left_in_peace(first, second):
    assert warnings(first, second) == ()


def test_escalation_rules_are_looked_at_too():
    rules = rules_with("escalation.yaml", "{priority: Expedited, sla_state: Breached}", "{}")
    [warning] = rules.warnings
    assert (
        warning == "escalation.yaml:15:5: this line is never reached: line 14 takes all its cases"
    )


def test_a_list_of_limits_without_a_last_resort_is_told():
    rules = rules_with("sla.yaml", "      - {within: 4h}\n", "")
    [warning] = rules.warnings
    assert warning == "sla.yaml:8:5: the last line has a when, so some orders have no limit here"


def test_a_file_that_nobody_reads_is_told():
    from sheetsync.rulebook import load_texts

    [warning] = load_texts({**FILES, "slas.yaml": "version: 1\n"}, "test").warnings
    assert warning == 'slas.yaml: this file is not read; did you mean "sla.yaml"?'
