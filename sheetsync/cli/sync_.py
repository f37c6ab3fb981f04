"""`sheetsync sync`: one pass, for real."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from sheetsync.cli.options import config_option
from sheetsync.cli.output import counted, err, out, print_error, progress
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.worker.one_pass import PassResult


@click.command("sync", short_help="do one pass")
@config_option
def command(config_path: Path) -> int:
    """Do one pass over the tracker: fill stamps and statuses, flag breaches, mail escalations.

    The first pass over a sheet is a baseline: it fills Status, SLA and Check, sends nothing and
    invents no time for boxes that are already ticked. A pass that has nothing to do writes nothing.
    Exit code 75: the workbook is in use, another worker has the tracker, or mail cannot leave; all
    come with a later pass.
    """
    with open_workshop(config_path) as workshop, workshop.alone():
        with progress("One pass over the tracker"):
            result = workshop.run_pass(wall_clock())
        tell(result, workshop.name)
    return result.exit_code


def tell(result: PassResult, tracker: str) -> None:
    """What the pass came to, in a few lines."""
    for line in result.news:
        out.print(Text(line))
    if result.outcome in ("held", "failed"):
        print_error(result.problem)
        return
    if result.outcome == "unchanged":
        out.print(f"{tracker}: nothing new, nothing due.")
    elif result.plan is not None:
        _tell_plan(result, tracker)
    if result.problem:
        err.print(Text(f"{result.problem}{_waiting(result)}", style="yellow"))
    for remark in result.remarks:
        err.print(Text(remark, style="yellow"))
    _tell_mail(result)


def _waiting(result: PassResult) -> str:
    """What a pass that could not write leaves for a later one."""
    waits = len(result.plan.changes) if result.plan is not None else 0
    if result.outcome != "deferred" or not waits:
        return ""
    return f" {counted(waits, 'cell waits', 'cells wait')} for a later pass."


def _tell_plan(result: PassResult, tracker: str) -> None:
    plan = result.plan
    if plan is None:
        return
    late = int((plan.clocks["state"] == "Breached").sum())
    if plan.baseline:
        out.print(
            f"{tracker}: first look, {counted(len(plan.orders.frame), 'order')}. "
            "From now on times are kept; nothing was mailed."
        )
    out.print(
        f"{tracker}: {counted(result.cells, 'cell')} written, {counted(late, 'order')} past a stage limit."
    )
    if result.added:
        out.print(f"{counted(result.added, 'row')} added by feeds.")
    errors = int((plan.findings["severity"] == "error").sum())
    if errors:
        out.print(f"{counted(errors, 'error')} to mend: see the Check column, or sheetsync check.")


def _tell_mail(result: PassResult) -> None:
    report = result.delivery
    if report is None:
        return
    if report.sent:
        out.print(f"{counted(report.sent, 'mail')} sent.")
    if report.waiting:
        err.print(
            f"[yellow]{counted(report.waiting, 'mail still waits', 'mails still wait')}.[/] {report.trouble}"
        )
    elif report.trouble:
        err.print(f"[yellow]{report.trouble}[/]")
