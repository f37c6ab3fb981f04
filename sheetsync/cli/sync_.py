"""`sheetsync sync`: one pass, for real."""

from __future__ import annotations

from pathlib import Path

import click

from sheetsync.cli.options import config_option
from sheetsync.cli.output import err, out, print_error, progress
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.worker.one_pass import PassResult


@click.command("sync", short_help="do one pass")
@config_option
@click.option(
    "--accept-mass-change",
    is_flag=True,
    help="Carry the plan out although so many rows changed or vanished that the guard would refuse it.",
)
def command(config_path: Path, accept_mass_change: bool) -> int:
    """Do one pass over the tracker: fill stamps and statuses, flag breaches, mail escalations.

    The first pass over a sheet is a baseline: it fills Status, SLA and Check, sends nothing and
    invents no time for boxes that are already ticked. A pass that has nothing to do writes nothing.
    Exit code 75: the workbook is in use, or mail cannot leave; both come with a later pass.
    """
    with open_workshop(config_path) as workshop, workshop.alone():
        with progress("One pass over the tracker"):
            result = workshop.run_pass(wall_clock(), accept_mass_change=accept_mass_change)
        tell(result, workshop.config.tracker.path.name)
    return result.exit_code


def tell(result: PassResult, tracker: str) -> None:
    """What the pass came to, in a few lines."""
    if result.outcome in ("held", "failed"):
        print_error(result.problem)
        return
    if result.outcome == "unchanged":
        out.print(f"{tracker}: nothing new, nothing due.")
    elif result.plan is not None:
        _tell_plan(result, tracker)
    if result.problem:
        err.print(f"[yellow]{result.problem}[/]")
    for remark in result.remarks:
        err.print(remark, style="dim")
    _tell_mail(result)


def _tell_plan(result: PassResult, tracker: str) -> None:
    plan = result.plan
    if plan is None:
        return
    late = int((plan.clocks["state"] == "Breached").sum())
    if plan.baseline:
        out.print(
            f"{tracker}: first look, {len(plan.orders.frame)} orders. From now on times are kept; nothing was mailed."
        )
    out.print(f"{tracker}: {result.cells} cells written, {late} orders past a stage limit.")
    errors = int((plan.findings["severity"] == "error").sum())
    if errors:
        out.print(f"{errors} errors to mend: see the Check column, or sheetsync check.")


def _tell_mail(result: PassResult) -> None:
    report = result.delivery
    if report is None:
        return
    if report.sent:
        out.print(f"{report.sent} mails sent.")
    if report.waiting:
        err.print(f"[yellow]{report.waiting} mails still wait.[/] {report.trouble}")
    elif report.trouble:
        err.print(f"[yellow]{report.trouble}[/]")
