"""`sheetsync check`: what is wrong in the tracker, row by row; nothing is written."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pandas as pd
from rich.table import Table
from rich.text import Text

from sheetsync.cli.options import config_option
from sheetsync.cli.output import err, out, plain, progress
from sheetsync.cli.wiring import open_workshop, wall_clock

_COLOUR = {"error": "red", "warning": "yellow", "unsure": "magenta", "note": "blue"}


@click.command("check", short_help="list what is wrong in the tracker")
@config_option
@click.option(
    "--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True
)
def command(config_path: Path, style: str) -> int:
    """Read the tracker and list every finding: what is there, what is expected, what to do.

    Nothing is written. Exit code 1 when there is an error to mend, else 0.
    """
    with open_workshop(config_path) as workshop, progress("Reading the tracker"):
        plan, _, force = workshop.plan(wall_clock())
    if force.alarm:
        err.print(f"[bold red]{force.alarm}[/]")
    findings = plan.findings
    if style == "json":
        plain(json.dumps(findings.to_dict("records"), ensure_ascii=False, indent=2))
    else:
        _show(findings, len(plan.orders.frame))
        for remark in plan.remarks:
            out.print(Text(remark, style="dim"))
    return int((findings["severity"] == "error").any())


def _show(findings: pd.DataFrame, orders: int) -> None:
    if findings.empty:
        out.print(f"{orders} orders read, nothing to mend.")
        return
    table = Table(
        title=f"{orders} orders read, {len(findings)} findings",
        title_justify="left",
        show_edge=False,
        pad_edge=False,
    )
    for heading in ("", "Order", "Row", "What to do"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("Order", "Row"))
    for line in findings.itertuples():
        table.add_row(
            Text(str(line.severity), style=_COLOUR[str(line.severity)]), Text(str(line.order_id)),
            str(line.row), Text(str(line.message)),
        )  # fmt: skip
    out.print(table)
