"""`sheetsync intake`: new orders from a file, each once."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from sheetsync.cli.options import config_option
from sheetsync.cli.output import counted, err, moment_text, out, plain, progress
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.errors import PlanRefused
from sheetsync.intake.adding import Added, Preview, add, preview
from sheetsync.intake.reading import Refusal
from sheetsync.intake.report import report_place, write_report

EXIT_WAITING = 75
_SHOWN = 5


@click.command("intake", short_help="add new orders from a file")
@click.argument("file", type=click.Path(path_type=Path))
@config_option
@click.option("--dry-run", is_flag=True, help="Only show what would be added.")
@click.option(
    "--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True
)
@click.option(
    "--report",
    "report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the refused rows are listed; without it beside FILE, as NAME.refused.csv.",
)
def command(file: Path, config_path: Path, dry_run: bool, style: str, report: Path | None) -> int:
    """Add the new orders of FILE (CSV, Excel workbook or JSON lines) below the last order, each once.

    An order that the tracker has is counted and left alone. A row that cannot be understood is
    refused and listed in the report; the others are added all the same. Exit code 1 when rows were
    refused, 75 when the workbook is in use: nothing was added then, so just run it again. Nothing is
    added to a tracker that is held (exit code 3).
    """
    now = wall_clock()
    with open_workshop(config_path) as workshop:
        if workshop.state.state == "held" and not dry_run:
            raise PlanRefused(
                f"Nothing is added while the tracker is held. {workshop.state.hold_reason}"
            )
        rules = workshop.rules(now).rules
        tracker = workshop.tracker(rules)
        with progress(f"Reading {file.name}"):
            found = preview(file, workshop.config, rules, tracker, now)
        if style == "table":
            _show(found, tracker.name, dry_run=dry_run)
        done = Added()
        if not dry_run:
            with progress(f"Adding {len(found.reading.new):,} orders"):
                done = add(found, tracker)
    refusals = [*found.reading.refusals, *done.refusals]
    place = (report or report_place(file)) if refusals and not dry_run else None
    if place is not None:
        write_report(place, refusals)
    if style == "json":
        plain(_json(found, done, refusals, place, dry_run=dry_run))
    else:
        _tell(found, done, refusals, place, tracker.name, dry_run=dry_run)
    return EXIT_WAITING if done.waiting else int(bool(refusals))


def _show(found: Preview, tracker: str, *, dry_run: bool) -> None:
    reading = found.reading
    source = reading.source
    how = ", ".join((source.kind, *source.remarks))
    out.print(Text(f"{source.name}: {how}, {counted(reading.rows, 'row')}"))
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("In the file", f"In {tracker}", "First new order"):
        table.add_column(heading, overflow="fold")
    first = next(iter(reading.new.values()), {})
    for key, heading in reading.columns.header.headings.items():
        if key in reading.columns.header.columns:
            title = found.tracker_header.headings.get(key, "")
            table.add_row(
                Text(heading), Text(title or "(no such column: left out)", style="" if title else "yellow"),
                Text(_short(first.get(key)), style="dim"),
            )  # fmt: skip
    for heading, why in reading.columns.ignored.items():
        table.add_row(Text(heading), Text(f"(ignored: {why})", style="dim"), "")
    out.print(table)
    verb = "would be added" if dry_run else "to add"
    out.print(
        f"{counted(len(reading.new), 'new order')} {verb}, {reading.already:,} already there, "
        f"{counted(reading.refused_rows, 'row')} refused."
    )
    for odd in reading.warnings.values():
        words = f"{odd.sentence} ({counted(odd.rows, 'row')}, the first in line {odd.line})"
        err.print(Text.assemble(("Note: ", "yellow"), words))


def _short(value: object) -> str:
    text = (
        moment_text(value) if isinstance(value, datetime) else "" if value is None else str(value)
    )
    return text if len(text) <= 40 else f"{text[:39]}…"


def _tell(
    found: Preview,
    done: Added,
    refusals: list[Refusal],
    place: Path | None,
    tracker: str,
    *,
    dry_run: bool,
) -> None:
    for refusal in refusals[:_SHOWN]:
        err.print(Text.assemble((f"Line {refusal.line}", "red"), _named(refusal)))
    if len(refusals) > _SHOWN:
        err.print(f"... and {len(refusals) - _SHOWN:,} more.")
    if place is not None:
        err.print(Text(f"All refused rows are listed in {place}"))
    if done.waiting:
        err.print(
            Text(f"{done.waiting} Nothing was added; run the same command again later.", "yellow")
        )
    elif dry_run:
        out.print("Nothing was written (--dry-run).")
    elif done.orders:
        out.print(f"Added {counted(done.orders, 'order')} to {tracker}.")
    else:
        out.print(f"Nothing to add to {tracker}.")
    if found.lacking and not dry_run and done.orders:
        err.print(
            Text(f"Left out, because {tracker} has no such column: {', '.join(found.lacking)}.")
        )


def _named(refusal: Refusal) -> str:
    order = f", order {refusal.order}" if refusal.order else ""
    return f"{order}: {refusal.expected}"


def _json(
    found: Preview, done: Added, refusals: list[Refusal], place: Path | None, *, dry_run: bool
) -> str:
    reading = found.reading
    header = reading.columns.header
    return json.dumps(
        {
            "file": reading.source.name,
            "kind": reading.source.kind,
            "read_as": list(reading.source.remarks),
            "rows": reading.rows,
            "columns": {header.headings[key]: key for key in header.columns},
            "ignored": dict(reading.columns.ignored),
            "left_out": list(found.lacking),
            "new": len(reading.new),
            "already_there": reading.already + done.already,
            "added": done.orders,
            "dry_run": dry_run,
            "waiting": done.waiting,
            "warnings": [
                {"message": odd.sentence, "rows": odd.rows, "first_line": odd.line}
                for odd in reading.warnings.values()
            ],
            "refused": [
                {
                    "line": r.line, "order": r.order, "column": r.column,
                    "found": r.found, "expected": r.expected,
                }
                for r in refusals
            ],
            "report": str(place) if place else "",
        },
        ensure_ascii=False,
        indent=2,
    )  # fmt: skip
