"""`sheetsync report`: a period's figures, counted as for the KPI tab, but now."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from sheetsync.cli.options import at_option, config_option, parse_moment
from sheetsync.cli.output import out, plain, progress
from sheetsync.cli.wiring import open_workshop
from sheetsync.domain.kpi.periods import parse_period, period_at
from sheetsync.domain.kpi.present import CSV_HEADINGS, TABLE_HEADINGS, as_json, csv_rows, table_rows
from sheetsync.domain.kpi.result import KpiReport
from sheetsync.domain.moments import scalar_to_local
from sheetsync.worker.publish import period_report

_WIDE = 100
"""Columns of a terminal from which on the verdict has a column of its own; else it stands under the target."""
_COLOUR = {"met": "green", "near": "yellow", "missed": "red"}


@click.command("report", short_help="a period's figures")
@config_option
@at_option
@click.option("--month", "month", metavar="YYYY-MM", help="The month; without it, the present one.")
@click.option(
    "--period",
    "period_text",
    metavar="PERIOD",
    help="A week (2025-W11), month or quarter (2025-Q1).",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
)
@click.option(
    "--variants",
    is_flag=True,
    help="Also second readings of a figure, such as on time to the minute.",
)
def command(
    config_path: Path,
    at_text: str | None,
    month: str | None,
    period_text: str | None,
    style: str,
    variants: bool,
) -> None:
    """Print the figures of a month, week or quarter from the last good pass.

    Each figure shows what it was counted from. What could not be measured says why; it is never shown
    as nought. With --at, what came later has not happened yet.
    """
    if month and period_text:
        raise click.UsageError("Give either --month or --period, not both.")
    with open_workshop(config_path) as workshop:
        as_of = parse_moment(at_text, workshop.timezone)
        asked = month or period_text
        period = (
            parse_period(asked, workshop.timezone)
            if asked
            else period_at(as_of, "month", workshop.timezone)
        )
        rules = workshop.rules(as_of).rules
        with progress("Counting"):
            report = period_report(
                workshop.store, workshop.state, rules, period=period, as_of=as_of
            )
        last = workshop.state.last_pass_at
    if style == "json":
        plain(json.dumps(as_json(report), ensure_ascii=False, indent=2))
    elif style == "csv":
        plain(_csv(report))
    else:
        when = (
            scalar_to_local(last, period.timezone).strftime("%Y-%m-%d %H:%M") if last else "never"
        )
        _show(report, when, variants=variants)


def _csv(report: KpiReport) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_HEADINGS)
    writer.writerows(csv_rows(report))
    return text.getvalue()


def _show(report: KpiReport, when: str, *, variants: bool) -> None:
    narrow = out.width < _WIDE
    table = Table(title=f"{report.period.title}, from the tracker as of {when}", title_justify="left",
                  show_edge=False, pad_edge=False)  # fmt: skip
    for heading in TABLE_HEADINGS:
        if not (narrow and heading == "Verdict"):
            right = heading == "Value"
            table.add_column(heading, overflow="fold", justify="right" if right else "left")
    for name, value, target, verdict, orders, note in table_rows(report, variants=variants):
        judged = Text(verdict, style=_COLOUR.get(verdict, "dim"))
        both = [Text(target), judged]
        aim = [Text("\n").join(words for words in both if words)] if narrow else both
        table.add_row(Text(name), Text(value), *aim, Text(orders), Text(note, style="dim"))
    out.print(table)
