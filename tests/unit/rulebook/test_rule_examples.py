"""Examples of the rules: read with care, compared in words, and true for the shipped rules."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sheetsync.domain.checks import check_rows, check_texts
from sheetsync.domain.columns import interpret
from sheetsync.domain.conditions.fields import fields_of
from sheetsync.domain.findings import QUIET_RULES, join_findings
from sheetsync.domain.model import Sheet
from sheetsync.errors import RulesError, UsageError
from sheetsync.rulebook import load_rules
from sheetsync.rulebook.examples import Case, Outcome, load_examples, run_examples

FOLDER = Path(__file__).parents[3] / "rules"
RULES = load_rules(FOLDER)
CASES = load_examples(FOLDER, RULES)
EXAMPLE = """\
version: 1
timezone: Africa/Johannesburg
examples:
  - name: Packed, not picked
    now: 2026-03-02 13:03
    row: {Order ID: '#1', Packing: yes}
    expect: {checks: [packed_not_picked], sla: Breached, sla_says: limit 4 h, status: Packing}
"""


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "mine.yaml").write_text(text)
    return tmp_path


def only_checks(case: Case) -> Outcome:
    """What can be said of a row without any memory: its checks."""
    cells = case.cells(RULES)
    sheet = Sheet(
        tracker="t", tab="Orders", rows=cells, row_numbers=range(1, len(cells) + 1),
        timezone=case.timezone,
    )  # fmt: skip
    orders = interpret(sheet, RULES, case.now)
    findings = join_findings(
        [orders.findings, check_rows(orders, fields_of(orders, RULES), RULES, case.now)]
    )
    mine = findings[(findings["row"] == 2) & ~findings["rule"].isin(QUIET_RULES)]
    return Outcome(checks=frozenset(mine["rule"]), check_text=str(check_texts(findings, orders)[0]))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_shipped_examples_hold_as_far_as_checks_go(case):
    [result] = run_examples([case], only_checks)
    of_checks = [text for text in result.differences if "SLA" not in text and "Status" not in text]
    assert of_checks == []


def test_more_than_a_dozen_examples_are_shipped():
    assert len(CASES) >= 12
    assert len({case.name for case in CASES}) == len(CASES)


def test_a_case_says_when_and_where_it_stands(tmp_path):
    [case] = load_examples(written(tmp_path, EXAMPLE), RULES)
    assert case.now == datetime(2026, 3, 2, 11, 3, tzinfo=UTC)
    assert str(case.source) == "examples/mine.yaml:4"
    header, row = case.cells(RULES)
    assert row[header.index("Packing Completed")] == "yes"
    assert header[-2:] == ["SLA", "Check"]


def test_what_differs_is_told_in_sentences(tmp_path):
    [case] = load_examples(written(tmp_path, EXAMPLE), RULES)
    outcome = Outcome(checks=frozenset({"required"}), sla_state="OK", sla_text="OK until 13:03")
    [result] = run_examples([case], lambda _: outcome)
    assert not result.passed
    assert result.differences == (
        "expected the checks packed_not_picked, found required",
        "expected SLA Breached, found OK",
        "expected Status Packing, found none",
        'expected SLA to say "limit 4 h", found "OK until 13:03"',
    )


def test_an_example_that_is_met_passes(tmp_path):
    [case] = load_examples(written(tmp_path, EXAMPLE), RULES)
    outcome = Outcome(
        checks=frozenset({"packed_not_picked"}), sla_state="Breached", status="Packing",
        sla_text="Breached: Packing since 09:03, limit 4 h",
    )  # fmt: skip
    assert run_examples([case], lambda _: outcome)[0].passed


def test_an_example_that_cannot_be_worked_out_has_failed(tmp_path):
    def refuse(case: Case) -> Outcome:
        raise UsageError("No heading was found.")

    [case] = load_examples(written(tmp_path, EXAMPLE), RULES)
    [result] = run_examples([case], refuse)
    assert result.differences == ("it could not be worked out: No heading was found.",)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("Packing: yes", "Packign: yes",
         '6:27: "Packign" is no heading of columns.yaml; did you mean "Packing"?'),
        ("[packed_not_picked]", "[packed_not_piked]",
         '7:23: "packed_not_piked" is not the id of a check; did you mean "packed_not_picked"?'),
        ("sla: Breached", "sla: Breach", '7:48: "Breach" is not known here; did you mean "Breached"?'),
        ("status: Packing", "status: Paking",
         '7:87: "Paking" is not known here; did you mean "Packing"?'),
        ("2026-03-02 13:03", "13:03", '5:10: "13:03" is not a moment; write it like 2026-03-02 13:03'),
        ("{Order ID: '#1', Packing: yes}", "[1]",
         "6:10: a row is expected here, heading: value, not a list"),
        ("expect: {checks", "expect: {check",
         '7:14: unknown setting "check"; did you mean "checks"?'),
        ("Africa/Johannesburg", "Joburg",
         '2:11: "Joburg" is not a time zone; write it like Africa/Johannesburg'),
    ],
)  # fmt: skip
def test_a_mistake_in_an_example_is_told_with_its_place(tmp_path, old, new, problem):
    assert EXAMPLE.count(old) == 1
    folder = written(tmp_path, EXAMPLE.replace(old, new))
    with pytest.raises(RulesError) as wrong:
        load_examples(folder, RULES, known_checks=["required"])
    assert str(wrong.value) == f"examples/mine.yaml:{problem}"


def test_a_folder_without_examples_has_none(tmp_path):
    assert load_examples(tmp_path, RULES) == []
