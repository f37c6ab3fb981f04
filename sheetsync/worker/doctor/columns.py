"""The columns of the tab: which are known, which are missing, and what cannot be judged without them."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Final

from sheetsync.domain.checks import not_evaluated
from sheetsync.domain.conditions.computed import with_clocks, with_evidence
from sheetsync.domain.conditions.fields import fields_of
from sheetsync.domain.memory import first_memory
from sheetsync.domain.model import HeaderMap, Plan, Sheet
from sheetsync.domain.plan import PlanOptions, Reasons, plan_with_reasons
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import PlanRefused
from sheetsync.worker.doctor.diagnosis import Diagnosis, Patient, bad, note, ok, warn

_OWN: Final = ("sla", "check", "allocated_at", "picked_at", "packed_at")


def column_checks(
    patient: Patient, rules: Rulebook, sheet: Sheet, told_already: tuple[str, ...] = ()
) -> Generator[Diagnosis, None, HeaderMap | None]:
    """What the tab has and lacks; gives its header map, or None where no header was found.

    A remark of the plan that begins with one of `told_already` is left out.
    """
    settings = patient.config.tracker
    options = PlanOptions(timezone=settings.timezone, reading=settings.reading_options())
    try:
        plan, reasons = plan_with_reasons(sheet, first_memory(), rules, patient.now, options)
    except PlanRefused as problem:
        yield bad("columns", str(problem), "Put the headings right, or name them in columns.yaml.")
        return None
    header = plan.orders.header
    yield ok(
        "columns",
        f"The header is row {header.row_number}, with {len(header.columns)} known columns and "
        f"{len(plan.orders.frame):,} orders.",
    )
    yield from _missing(rules, header)
    for remark in plan.remarks:
        if not remark.startswith(told_already):
            yield note("columns", remark)
    for line in _left_to_choice(plan, reasons, rules):
        yield note("columns", line)
    return header


def _left_to_choice(plan: Plan, reasons: Reasons, rules: Rulebook) -> list[str]:
    """The checks that only columns beyond the template would bring to life; a pass is silent on them."""
    orders = plan.orders
    fields = with_evidence(fields_of(orders, rules), reasons.seen, orders, plan.at)
    fields = with_clocks(fields, reasons.clocks, plan.at)
    every = not_evaluated(orders, fields, rules, optional=True)
    return [line for line in every if line not in plan.remarks]


def _missing(rules: Rulebook, header: HeaderMap) -> Iterator[Diagnosis]:
    absent = {key: rule.title for key, rule in rules.columns.items() if key not in header.columns}
    core = [title for key, title in absent.items() if rules.columns[key].core]
    own = [absent[key] for key in _OWN if key in absent]
    if core:
        yield warn(
            "columns", f"Of the fourteen columns these are missing: {', '.join(core)}.",
            "Add them, or give your headings as aliases in columns.yaml.",
        )  # fmt: skip
    if own:
        yield warn(
            "columns", f"The worker has no place for: {', '.join(own)}.",
            "Add columns with these headings; without them the times and flags are kept only in the store.",
        )  # fmt: skip
    rest = [t for key, t in absent.items() if t not in core and key not in _OWN]
    if rest:
        yield note("columns", f"Optional columns that are not there: {', '.join(rest)}.")
    if header.unknown:
        yield note("columns", f"Your own columns, never touched: {', '.join(header.unknown)}.")
