"""`sheetsync plan`: what sync would do, exactly, and nothing done."""

from __future__ import annotations

from pathlib import Path

import click

from sheetsync.cli.approve_view import RELEASE
from sheetsync.cli.options import at_option, config_option, parse_moment
from sheetsync.cli.output import err, plain, progress
from sheetsync.cli.plan_view import plan_json, show_plan
from sheetsync.cli.wiring import open_workshop
from sheetsync.domain.guard import too_many_mails
from sheetsync.domain.model import Plan
from sheetsync.errors import PlanRefused


@click.command("plan", short_help="show what sync would do")
@config_option
@at_option
@click.option(
    "--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True
)
@click.option("--all", "everything", is_flag=True, help="Show every cell, however many.")
def command(config_path: Path, at_text: str | None, style: str, everything: bool) -> None:
    """Show exactly the cells and mails that `sync` would do now, and do none of it.

    The plan is made from the tracker as it stands and what the store remembers. With --at you see
    what would fall due by then if nobody touched the sheet. An unsafe plan ends with exit code 3.
    """
    with open_workshop(config_path) as workshop:
        now = parse_moment(at_text, workshop.timezone)
        with progress("Reading the tracker and deciding"):
            plan, memory, force = workshop.plan(now)
        if force.alarm:
            err.print(f"[bold red]{force.alarm}[/]")
        try:
            workshop.guard(plan, memory, force)
        except PlanRefused:
            err.print("[bold red]Refused: sync would do none of what follows.[/]")
            _show(plan, style, everything=everything)
            raise
        _show(plan, style, everything=everything)
        held = too_many_mails(plan, workshop.limits)
        if held:
            err.print(f"[yellow]{held} {RELEASE}[/]")


def _show(plan: Plan, style: str, *, everything: bool) -> None:
    if style == "json":
        plain(plan_json(plan))
    else:
        show_plan(plan, everything=everything)
