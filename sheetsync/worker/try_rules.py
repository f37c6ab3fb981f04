"""Works the team's own examples through the real plan, as if each were a tracker of its own.

Nothing is remembered and nothing is written: every case is a first look at a sheet with its rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sheetsync.domain.decision import FLAGS
from sheetsync.domain.findings import QUIET_RULES, UNREADABLE_RULES
from sheetsync.domain.memory import first_memory
from sheetsync.domain.model import SLA_STATES, Plan, Sheet
from sheetsync.domain.plan import PlanOptions, make_plan
from sheetsync.domain.rules import Rulebook
from sheetsync.rulebook.examples import Case, ExampleResult, Outcome, load_examples, run_examples

_OTHER_CHECKS: Final = frozenset({
    "acknowledgement_unclear", "cell_not_writable", "doubled_order_id", "formula_in_id",
    "formula_in_written_column", "in_future", "not_an_order", "not_unique", "number_as_text",
    "pattern_mismatch", "required", "required_when", "seen_after_gap", "sku_list",
    "stage_unticked", "stage_without_owner", "stored_as_number", "tracking_digit", "tracking_shape",
    "unknown_carrier", "unknown_choice", "unknown_person", "email_shape",
})  # fmt: skip
"""Ids of checks that no rule file names: they belong to reading, evidence and matching."""
_FIRST_ROW: Final = 2


def try_examples(folder: Path, rules: Rulebook) -> list[ExampleResult]:
    """Every example of `folder`/examples, worked out under `rules`, in order.

    Raises RulesError with every problem of the example files.
    """
    cases = load_examples(folder, rules, known_checks=known_checks(rules))
    return run_examples(cases, lambda case: try_case(case, rules))


def known_checks(rules: Rulebook) -> frozenset[str]:
    """The id of every check that can ever stand beside a row."""
    ordered = {f"{key}_before_{c.not_before}" for key, c in rules.columns.items() if c.not_before}
    own = {check.id for check in rules.checks}
    return _OTHER_CHECKS | UNREADABLE_RULES | QUIET_RULES | frozenset(FLAGS) | ordered | own


def try_case(case: Case, rules: Rulebook) -> Outcome:
    """What a first pass at the case's moment would say of its row."""
    cells = case.cells(rules)
    sheet = Sheet(
        tracker=case.source.file,
        tab="Orders",
        rows=cells,
        row_numbers=range(1, len(cells) + 1),
        timezone=case.timezone,
    )
    plan = make_plan(sheet, first_memory(), rules, case.now, PlanOptions(timezone=case.timezone))
    mine = plan.findings[plan.findings["row"] == _FIRST_ROW]
    return Outcome(
        checks=frozenset(mine.loc[~mine["rule"].isin(QUIET_RULES), "rule"]),
        check_text=_cell(plan, "check"),
        sla_state=_worse_state(plan),
        sla_text=_cell(plan, "sla"),
        status=_cell(plan, "status"),
    )


def _cell(plan: Plan, key: str) -> str:
    """What the cell of the case's row shows once the plan is carried out, "" for an empty one."""
    changes = plan.changes
    mine = changes[(changes["row"] == _FIRST_ROW) & (changes["column"] == key)]
    if len(mine):
        new = next(iter(mine["new"]))
        return "" if new is None else str(new)
    if key == "status":
        return str(plan.orders.frame["status"].to_numpy(object)[0])
    stands = plan.orders.raw[key][0]
    return "" if stands is None else str(stands)


def _worse_state(plan: Plan) -> str:
    """The worse state of the two clocks, as the SLA cell shows it."""
    states = (str(frame["state"].to_numpy(object)[0]) for frame in (plan.clocks, plan.promises))
    return min(states, key=SLA_STATES.index)
