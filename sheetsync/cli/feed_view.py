"""A file of a feed laid out for people and for programs: how it was read, what is news, what it writes."""

from __future__ import annotations

import json
from typing import Any

from rich.table import Table
from rich.text import Text

from sheetsync.cli.output import counted, err, out
from sheetsync.cli.plan_view import lines_of, stands, words
from sheetsync.domain.feeds.news import feed_rule
from sheetsync.domain.model import Plan
from sheetsync.worker.feed_desk import Taken

_SHOWN = 5
_CELLS_SHOWN = 20
_WHY_NOT = "the tracker shows it, a person's value stands there, or no row is meant"
_NOTHING = f"nothing was to be written: {_WHY_NOT}."
_HELD = "nothing was written from the feed."


def show_reading(taken: Taken) -> None:
    """What the file is, how it was read, and what of it is news."""
    reading, outcome = taken.outcome.reading, taken.outcome
    if reading is None:
        return
    how = ", ".join((reading.source.kind, *reading.source.remarks))
    out.print(
        Text.assemble(
            (outcome.name, "bold"), f": {how}. Feed {taken.way.name}, kind {taken.way.kind}."
        )
    )
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("In the file", "Taken as"):
        table.add_column(heading, overflow="fold")
    header = reading.columns.header
    for key in header.columns:
        own = taken.way.columns[key].title
        named = " (names the row)" if key == reading.keyed else ""
        table.add_row(Text(header.headings[key]), Text(f"{own}{named}"))
    for heading in reading.columns.ignored:
        table.add_row(
            Text(heading), Text("(not taken: a feed of this kind has no such column)", style="dim")
        )
    out.print(table)
    counts = outcome.counts
    parts = [
        counted(reading.rows, "row"),
        f"{counts.changed:,} news",
        f"{counts.known + reading.repeated:,} known",
    ]
    if older := counts.older + reading.outdated:
        parts.append(f"{older:,} older than what is known")
    if reading.refused:
        parts.append(f"{reading.refused:,} refused")
    out.print(f"{', '.join(parts)}.")
    for refusal in reading.refusals[:_SHOWN]:
        order = f", {refusal.order}" if refusal.order else ""
        err.print(Text.assemble((f"Line {refusal.line}", "red"), f"{order}: {refusal.expected}"))
    if reading.refused > _SHOWN:
        err.print(f"... and {reading.refused - _SHOWN:,} more.")
    if outcome.report is not None:
        err.print(Text(f"Refused rows are listed in {outcome.report}"))


def show_plan(plan: Plan, source: str) -> None:
    """The cells and rows that a pass would write because of this feed."""
    mine = plan.changes[plan.changes["rule"] == feed_rule(source)]
    added = [a for a in plan.fed.additions if a.source == source] if plan.fed is not None else []
    if mine.empty and not added:
        out.print(
            "Nothing would be written: see below."
            if plan.fed is not None and plan.fed.no_column.get(source)
            else "Nothing would be written: the tracker shows it, or a person's value stands there."
        )
        return
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("Order", "Column", "Now", "Then"):
        table.add_column(heading, overflow="fold")
    headings = plan.orders.header.headings
    for line in lines_of(mine.head(_CELLS_SHOWN)):
        table.add_row(
            Text(line["order_id"]), Text(headings[line["column"]]), Text(stands(line, plan), style="dim"),
            Text(words(line["new"]), style="green"),
        )  # fmt: skip
    for each in added[: max(_CELLS_SHOWN - len(mine), 3)]:
        filled = ", ".join(headings.get(key, key) for key in each.cells if key != "order_id")
        table.add_row(
            Text(each.order_id), Text("(a new row)", style="green"), "", Text(filled, style="dim")
        )
    out.print(table)
    more = max(len(mine) - _CELLS_SHOWN, 0)
    rest = f" ({more:,} more cells are not shown)" if more else ""
    out.print(f"{_amount(len(mine), len(added))} would be written{rest}.")


def tell_remarks(taken: Taken) -> None:
    """What of it comes to nothing until somebody does something."""
    plan = taken.planned
    for sentence in (*taken.held, *(plan.fed.remarks if plan is not None and plan.fed else ())):
        err.print(Text(sentence, style="yellow"))


def tell_taken(taken: Taken, tracker: str, *, dry_run: bool) -> None:
    """What became of it, in a line or two."""
    if taken.outcome.verdict == "known":
        out.print(f"{taken.outcome.name} was taken before; nothing in it is new.")
    elif dry_run:
        out.print("Nothing was taken or written (--dry-run).")
    elif taken.elsewhere:
        out.print(f"Taken. {taken.elsewhere} It writes the news with its next pass.")
    else:
        cells = sum(
            _fed_cells(result.plan) for result in taken.passes if result.receipt is not None
        )
        rows = sum(result.added for result in taken.passes)
        plan = taken.planned
        nothing = _HELD if plan is not None and plan.fed and plan.fed.remarks else _NOTHING
        written = f"{_amount(cells, rows)} written from the feed." if cells or rows else nothing
        out.print(f"{tracker}: {written}")


def _amount(cells: int, rows: int) -> str:
    parts = [counted(cells, "cell")] if cells else []
    return " and ".join([*parts, counted(rows, "new row")] if rows else parts)


def _fed_cells(plan: Plan | None) -> int:
    return 0 if plan is None or plan.fed is None else len(plan.fed.changes)


def feed_json(taken: Taken, *, dry_run: bool) -> str:
    """The same facts as JSON."""
    outcome, reading, plan = taken.outcome, taken.outcome.reading, taken.plan
    facts: dict[str, Any] = {
        "file": outcome.name, "feed": taken.way.name, "kind": taken.way.kind, "verdict": outcome.verdict,
        "sentence": outcome.sentence, "dry_run": dry_run, "news": outcome.counts.changed,
        "known": outcome.counts.known, "older": outcome.counts.older,
        "report": str(outcome.report) if outcome.report else "",
    }  # fmt: skip
    if reading is not None:
        facts |= {
            "read_as": [reading.source.kind, *reading.source.remarks], "rows": reading.rows,
            "refused_rows": reading.refused,
            "columns": {reading.columns.header.headings[k]: k for k in reading.columns.header.columns},
            "ignored": list(reading.columns.ignored),
            "refused": [
                {"line": r.line, "key": r.order, "column": r.column, "found": r.found, "expected": r.expected}
                for r in reading.refusals
            ],
        }  # fmt: skip
    if plan is not None and plan.fed is not None:
        facts["cells"] = [
            {
                "order": line["order_id"],
                "column": line["column"],
                "now": stands(line, plan),
                "then": words(line["new"]),
            }
            for line in lines_of(plan.fed.changes)
        ]
        facts["new_rows"] = [each.order_id for each in plan.fed.additions]
    planned = taken.planned
    fed = planned.fed if planned is not None else None
    facts["remarks"] = [*taken.held, *(fed.remarks if fed is not None else ())]
    return json.dumps(facts, ensure_ascii=False, indent=2)
