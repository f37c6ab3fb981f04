"""Checks: what is wrong with each order, and the one cell in which staff read it.

`check_rows` finds, `check_texts` words. A check whose column the sheet lacks is not evaluated, and
`not_evaluated` says so: unknown is never shown as fine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.checks.by_column import FUTURE_SLACK, ColumnChecks, ahead
from sheetsync.domain.checks.tracking_numbers import check_carriers, check_tracking
from sheetsync.domain.conditions import (
    Surroundings,
    WorkingDays,
    evaluate,
    next_change,
    used_fields,
)
from sheetsync.domain.conditions.describe import field_name
from sheetsync.domain.conditions.fields import Fields
from sheetsync.domain.findings import QUIET_RULES, SEVERITIES, FindingList
from sheetsync.domain.grid import Cells, Mask, object_array
from sheetsync.domain.model import Orders
from sheetsync.domain.moments import as_aware
from sheetsync.domain.rules import Condition, Rulebook
from sheetsync.domain.texts import both

MOST_LINES: Final = 3
ALL_WELL: Final = "OK"
_WORDS: Final = {"error": "Error", "warning": "Warning", "unsure": "Unsure", "note": "Note"}
_WORKED_OUT_OF: Final = {"parcel": "carrier_status"}
_STAGES_WITH_OWNER: Final = ("Picking", "Packing", "Dispatch")


def check_rows(
    orders: Orders,
    fields: Fields,
    rules: Rulebook,
    now: datetime,
    working_days: WorkingDays | None = None,
) -> pd.DataFrame:
    """Every check over every order: a frame of FINDING_COLUMNS, sorted by row, then column.

    `fields` are those of `fields_of`, with what other rooms add. Findings of reading
    (`orders.findings`) are not repeated here. `now` is aware UTC.
    """
    frame = orders.frame
    ids = frame["order_id_read"].to_numpy()
    findings = FindingList(ids, frame["row"].to_numpy())
    headings = orders.header.headings
    around = surroundings(orders, now, working_days)
    columns = ColumnChecks(
        findings=findings,
        fields=fields,
        rules=rules,
        headings=headings,
        around=around,
        order_ids=ids,
    )
    for key in orders.header.columns:
        columns.check(key)
    if orders.has("carrier"):
        check_carriers(findings, fields["carrier"], rules, headings)
        if orders.has("tracking"):
            check_tracking(findings, fields["carrier"], fields["tracking"], rules, headings)
    _check_across(findings, fields, rules, around, orders)
    _check_owner(findings, fields, rules, orders)
    return findings.frame()


def surroundings(
    orders: Orders, now: datetime, working_days: WorkingDays | None = None
) -> Surroundings:
    """What conditions over these orders depend on."""
    return Surroundings(
        now=now, timezone=orders.sheet.timezone, rows=len(orders.frame), working_days=working_days
    )


def _check_across(
    findings: FindingList, fields: Fields, rules: Rulebook, around: Surroundings, orders: Orders
) -> None:
    for check in rules.checks:
        places = np.flatnonzero(evaluate(check.when, fields, around).mask)
        column = next((key for key in check.columns if orders.has(key)), "")
        findings.add(places, column, check.id, check.severity, check.message)


def _check_owner(findings: FindingList, fields: Fields, rules: Rulebook, orders: Orders) -> None:
    """An open stage without an owner, once work on it has begun (picked, or a stage typed)."""
    if not orders.has("handler"):
        return
    frame = orders.frame
    begun = (frame["picked"] == 1) | (frame["packed"] == 1)
    gone = (frame["dispatched"] == 1) | (frame["delivered"] == 1)
    typed = np.zeros(len(frame), dtype=bool)
    if orders.has("status"):
        status = frame["status"]
        closed = [name for name, rule in rules.statuses.statuses.items() if not rule.open]
        gone |= status.isin(closed)
        typed = status.isin(_statuses_with_owner(rules)).to_numpy()
    empty = pd.Series(fields["handler"].empty)
    places = np.flatnonzero((begun | typed) & ~gone & empty & ~_demanded(findings, orders))
    heading = orders.header.headings["handler"]
    words = f"Work on this order has begun but {heading} is empty. Fill in who has it."
    findings.add(places, "handler", "stage_without_owner", "warning", words)


def _statuses_with_owner(rules: Rulebook) -> list[str]:
    """Statuses under which somebody is at work; Allocated still waits for a picker."""
    return [
        name
        for name, rule in rules.statuses.statuses.items()
        if name != "Allocated" and rule.kind != "overlay" and rule.stage in _STAGES_WITH_OWNER
    ]


def _demanded(findings: FindingList, orders: Orders) -> Mask:
    """Rows already told that the handler is missing."""
    return orders.frame["row"].isin(findings.rows_named("handler")).to_numpy()


def not_evaluated(
    orders: Orders, fields: Fields, rules: Rulebook, *, optional: bool = False
) -> tuple[str, ...]:
    """The checks that the sheet gives no ground for, one sentence each.

    A check on a column that the template leaves out on purpose is named only with `optional`: every
    new sheet lacks such a column, and nobody has to do anything about it.
    """
    headings = orders.header.headings
    lines = []
    for name, condition in _conditions(orders, rules):
        asked = [_WORKED_OUT_OF.get(field, field) for field in used_fields(condition)]
        missing = list(dict.fromkeys(field for field in asked if field not in fields))
        if missing and (optional or not any(_left_to_choice(field, rules) for field in missing)):
            absent = both([field_name(field, rules, headings) for field in missing])
            column = "columns" if len(missing) > 1 else "column"
            lines.append(f"{name}: the sheet has no {column} {absent}.")
    return tuple(lines)


def _left_to_choice(field: str, rules: Rulebook) -> bool:
    return field in rules.columns and rules.columns[field].template == "no"


def next_check_change(
    orders: Orders,
    fields: Fields,
    rules: Rulebook,
    now: datetime,
    working_days: WorkingDays | None = None,
) -> datetime | None:
    """The earliest moment at which a condition of the rules changes by time alone on this sheet.

    Of checks, and of the lines that choose limits and escalations; the clocks know their own.
    """
    around = surroundings(orders, now, working_days)
    conditions = [condition for _, condition in _conditions(orders, rules)]
    conditions += [line.when for target in rules.targets for line in target.lines]
    conditions += [rule.when for rule in rules.escalation.rules]
    moments = [next_change(condition, fields, around) for condition in conditions]
    for key in orders.header.columns:
        if rules.columns[key].not_in_future and fields[key].kind == "moment":
            later = fields[key].data[ahead(fields[key].data, around)]
            moments += [later.min() - np.timedelta64(FUTURE_SLACK)] if len(later) else []
    known = [moment for moment in moments if not np.isnat(moment)]
    return as_aware(min(known)) if known else None


def _conditions(orders: Orders, rules: Rulebook) -> Iterator[tuple[str, Condition]]:
    for check in rules.checks:
        yield f'The check "{check.id.replace("_", " ")}" is left out', check.when
    for key in orders.header.columns:
        needed_when = rules.columns[key].required_when
        if needed_when is not None:
            yield f"Whether {orders.header.headings[key]} is needed is left open", needed_when


def check_texts(findings: pd.DataFrame, orders: Orders) -> Cells:
    """The text of the Check cell of every order row: `OK`, or at most three lines, worst first.

    Each line begins with its severity, so the first word of the cell is the worst one, on which the
    highlighting keys. The text holds no running figure: it changes only when the row does.
    """
    rows = pd.Index(orders.frame["row"].to_numpy())
    texts = object_array([ALL_WELL] * len(rows))
    loud = findings[~findings["rule"].isin(QUIET_RULES)]
    loud = loud.drop_duplicates(["row", "column", "rule"])
    place = rows.get_indexer(loud["row"].to_numpy())
    columns = {key: rank for rank, key in enumerate(orders.frame.columns)}
    ranked = pd.DataFrame({
        "place": place,
        "severity": loud["severity"].map({s: i for i, s in enumerate(SEVERITIES)}).to_numpy(),
        "column": loud["column"].map(columns).fillna(len(columns)).to_numpy(),
        "rule": loud["rule"].to_numpy(),
        "line": (loud["severity"].map(_WORDS) + ": " + loud["message"]).to_numpy(),
    })  # fmt: skip
    ranked = ranked[ranked["place"] >= 0].sort_values(["place", "severity", "column", "rule"])
    for at, lines in _grouped(ranked):
        more = len(lines) - MOST_LINES
        texts[at] = "\n".join(lines[:MOST_LINES] + ([f"+{more} more"] if more > 0 else []))
    return texts


def _grouped(ranked: pd.DataFrame) -> Iterator[tuple[int, list[str]]]:
    if ranked.empty:
        return
    places, lines = ranked["place"].to_numpy(), ranked["line"].tolist()
    starts = np.flatnonzero(np.diff(places, prepend=-1)).tolist()
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield int(places[start]), lines[start:stop]


def rows_with_errors(
    findings: pd.DataFrame, orders: Orders, columns: Collection[str], rules: Rulebook
) -> Mask:
    """The order rows with an error that touches one of `columns`: they leave figures that need it.

    A check across columns touches all that it names. An error of the row itself (its Order ID, or no
    column at all) touches every figure.
    """
    across = {check.id for check in rules.checks if set(check.columns) & set(columns)}
    touching = findings["column"].isin([*columns, "order_id", ""]) | findings["rule"].isin(across)
    bad = findings[(findings["severity"] == "error") & touching]
    return np.asarray(orders.frame["row"].isin(bad["row"]).to_numpy())
