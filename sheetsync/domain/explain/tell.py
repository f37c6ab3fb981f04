"""The sections of an explanation, in the order in which one asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sheetsync.domain.decision import FLAGS
from sheetsync.domain.explain.case import Case, Explanation, Section
from sheetsync.domain.explain.history import changes, escalations, messages
from sheetsync.domain.explain.stages import stage_lines
from sheetsync.domain.explain.status import status_lines
from sheetsync.domain.model import Plan
from sheetsync.domain.moments import as_aware
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.sla.clocks import Clocks
from sheetsync.domain.sla.explain import explain_clock
from sheetsync.domain.sla.texts import sla_texts
from sheetsync.domain.worktime.words import hours_words

_SEVERITY = {"error": "Error", "warning": "Warning", "unsure": "Unsure", "note": "Note"}


def explain(case: Case) -> Explanation:
    """Why the order looks as it does, at the moment of the plan."""
    clocks = case.reasons.clocks
    past = case.past.until(case.plan.at)
    sla = str(sla_texts(clocks, case.timezone, case.plan.at)[case.place])
    sections = [
        Section(title="Order", lines=tuple(_identity(case))),
        Section(title="Status", lines=tuple(status_lines(case))),
        Section(title="Stages", lines=tuple(stage_lines(case))),
        Section(title="Clock of the stage", lines=tuple(_clock(case, promise=False))),
        Section(title="Promise to the customer", lines=tuple(_clock(case, promise=True))),
        Section(title="Findings", lines=tuple(_findings(case))),
        Section(title="Escalations", lines=tuple(escalations(case, past.escalations))),
        Section(title="Mails", lines=tuple(messages(case, past.messages))),
        Section(title="Changes", lines=tuple(changes(case, past.changes))),
        Section(title="Next pass", lines=tuple(_next_pass(case))),
        Section(title="Rules", lines=tuple(_rules(case))),
    ]
    told = tuple(section for section in sections if section.lines)
    headline = sla or "No clock is running."
    return Explanation(
        order_id=case.order_id,
        at=case.plan.at,
        headline=headline,
        sections=told,
        data=_data(case, headline, told),
    )


def explain_doubled(
    order_id: str, plan: Plan, places: Sequence[int], rules: Rulebook
) -> Explanation:
    """An Order ID that stands on several rows: nothing can be said of either but that."""
    rows = [int(row) for row in plan.orders.frame["row"].to_numpy()[list(places)]]
    mine = plan.findings[plan.findings["row"].isin(rows)]
    lines = tuple(
        f"{_SEVERITY[s]}, row {row}: {text} ({where_it_stands(rule, column, rules)})"
        for s, row, text, rule, column in zip(
            mine["severity"], mine["row"], mine["message"], mine["rule"], mine["column"], strict=True
        )
    )  # fmt: skip
    headline = (
        f"This Order ID stands on rows {', '.join(map(str, rows))}. Both are left alone, "
        "without stamps, clocks or mails, until one is corrected."
    )
    section = Section(title="Findings", lines=lines)
    data = {"order": order_id, "at": plan.at.isoformat(), "rows": rows, "headline": headline,
            "findings": list(lines)}  # fmt: skip
    return Explanation(
        order_id=order_id, at=plan.at, headline=headline, sections=(section,), data=data
    )


def where_it_stands(rule: str, column: str, rules: Rulebook) -> str:
    """`packed_not_picked, columns.yaml:131`: the id of a check and where it is written."""
    for check in rules.checks:
        if check.id == rule:
            return f"{rule}, {check.source}"
    if rule in FLAGS and rule != "unknown_status":
        return f"{rule}, built in: the table of ticks and Status"
    if rule == "unknown_status":
        return f"{rule}, statuses.yaml"
    if column in rules.columns:
        return f"{rule}, {rules.columns[column].source}"
    return f"{rule}, built in"


def _identity(case: Case) -> list[str]:
    row = int(case.plan.orders.frame["row"].to_numpy()[case.place])
    where = f"{case.order_id} stands in row {row} of the tab {case.plan.orders.sheet.tab} now."
    if case.from_store:
        where = "The cells below are those that the last pass saw."
    facts = [
        f"{case.heading(key)}: {case.cell(key)}"
        for key in ("priority", "handler", "carrier", "vendor")
        if case.cell(key)
    ]
    return [*case.notes, where, *([". ".join(facts) + "."] if facts else [])]


def _clock(case: Case, *, promise: bool) -> list[str]:
    clocks = case.reasons.clocks
    frame = clocks.promise if promise else clocks.stage
    name = str(frame["calendar"].to_numpy(object)[case.place])
    if name not in case.reasons.hours:
        return []
    hours = case.reasons.hours[name]
    lines = explain_clock(
        clocks, case.place, order_id=case.order_id, promise=promise,
        pauses=case.reasons.seen.pauses, statuses=case.rules.statuses, hours=hours,
        now=case.plan.at, timezone=case.plan.orders.sheet.timezone,
    )  # fmt: skip
    if lines and not promise and not hours.calendar.always:
        lines.append(f"Calendar {name} is open {hours_words(hours.calendar)}.")
    return lines


def _findings(case: Case) -> list[str]:
    if case.from_store:
        return ["What Check says needs the workbook."]
    row = case.plan.orders.frame["row"].to_numpy()[case.place]
    mine = case.plan.findings[case.plan.findings["row"] == row]
    return [
        f"{_SEVERITY[severity]}: {text} ({where_it_stands(rule, column, case.rules)})"
        for severity, text, rule, column in zip(
            mine["severity"], mine["message"], mine["rule"], mine["column"], strict=True
        )
    ] or ["Nothing to mend."]


def _next_pass(case: Case) -> list[str]:
    """What a pass at this moment would write and send for the order."""
    if case.from_store or (case.last_pass_at and case.plan.at < case.last_pass_at):
        return []
    changes = case.plan.changes
    mine = changes[changes["order_id"] == case.order_id]
    lines = [
        f"It would write {case.heading(column)}."
        if new is not None
        else f"It would empty {case.heading(column)}."
        for column, new in zip(mine["column"], mine["new"], strict=True)
    ]
    lines += [
        f"It would mail {notice.recipient}: {notice.subject or notice.kind.replace('_', ' ')}."
        for notice in case.plan.mails
        if case.order_id in notice.orders
    ]
    return lines


def _rules(case: Case) -> list[str]:
    last = f"The last pass was {case.words(case.last_pass_at)}." if case.last_pass_at else (
        "There was no pass over this tracker yet."
    )  # fmt: skip
    return [f"Rules: set {case.rules.hash[:12]}, {case.rules.folder}.", last]


def _data(case: Case, headline: str, sections: Sequence[Section]) -> dict[str, Any]:
    seen, place = case.reasons.seen, case.place
    past = case.past.until(case.plan.at)
    row = int(case.plan.orders.frame["row"].to_numpy()[place])
    mine = case.plan.findings[case.plan.findings["row"] == row]
    return {
        "order": case.order_id,
        "at": case.plan.at.isoformat(),
        "headline": headline,
        "row": None if case.from_store else row,
        "from_store": case.from_store,
        "status": {
            "typed": case.cell("status"),
            "derived": str(seen.derived[place]),
            "standing": str(seen.standing[place]),
        },
        "stage": str(seen.stage[place]),
        "clocks": _clocks_data(case.reasons.clocks, place),
        "findings": [] if case.from_store else mine[["column", "rule", "severity", "message"]].to_dict("records"),
        "escalations": [_plain(line) for line in past.escalations],
        "mails": [
            _plain({k: line[k] for k in ("recipient", "subject", "state", "level", "created_at", "sent_at")})
            for line in past.messages
        ],
        "changes": [_plain(line) for line in past.changes],
        "rules_hash": case.rules.hash,
        "last_pass_at": case.last_pass_at.isoformat() if case.last_pass_at else None,
        "sections": [{"title": s.title, "lines": list(s.lines)} for s in sections],
    }  # fmt: skip


def _clocks_data(clocks: Clocks, place: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, frame in (("stage", clocks.stage), ("promise", clocks.promise)):
        line = {column: frame[column].to_numpy()[place] for column in frame.columns}
        if line["state"]:
            found[name] = {key: _json(value) for key, value in line.items()}
    return found


def _plain(line: Any) -> dict[str, Any]:
    hidden = {"id", "tracker_id", "pass_id", "key"}
    return {key: _json(value) for key, value in line.items() if key not in hidden}


def _json(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else as_aware(value).isoformat()
    if isinstance(value, float):
        return None if np.isnan(value) else float(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
