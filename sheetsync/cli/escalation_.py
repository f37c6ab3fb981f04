"""`sheetsync escalation`: who is told of what and when, by the rules and by tonight's orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import click

from sheetsync.cli.escalation_view import ahead_json, matrix_json, show_ahead, show_matrix
from sheetsync.cli.options import at_option, config_option, parse_moment
from sheetsync.cli.output import err, plain, progress
from sheetsync.cli.wiring import open_workshop
from sheetsync.worker.who import matrix, who_is_told
from sheetsync.worker.workshop import Workshop

_HOURS = 16


@click.command("escalation", short_help="who would be told of what, and when")
@config_option
@click.option("--who", "tonight", is_flag=True, help="Who would get what in the hours to come.")
@at_option
@click.option(
    "--hours", type=click.IntRange(1, 168), default=_HOURS, show_default=True,
    help="With --who: how many hours to look ahead.",
)  # fmt: skip
@click.option(
    "--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True
)
def command(config_path: Path, tonight: bool, at_text: str | None, hours: int, style: str) -> None:
    """Show the escalation matrix: each level with its delay, its people as they are by now, and its line.

    With --who: who would be told of which order, why, how and when, in the hours to come, if nobody
    touched the tracker. It is the planning of a pass, made for every later moment at which something
    falls due. Nothing is written or sent.
    """
    with open_workshop(config_path) as workshop:
        now = parse_moment(at_text, workshop.timezone)
        alarm = workshop.rules(now).alarm
        if alarm:
            err.print(f"[bold red]{alarm}[/]")
        if tonight:
            _tonight(workshop, now, now + timedelta(hours=hours), style)
        else:
            _matrix(workshop, now, style)


def _tonight(workshop: Workshop, now: datetime, end: datetime, style: str) -> None:
    with progress("Looking ahead"):
        ahead = who_is_told(workshop, now, end)
    if style == "json":
        plain(ahead_json(ahead))
    else:
        show_ahead(ahead, workshop.timezone)


def _matrix(workshop: Workshop, now: datetime, style: str) -> None:
    with progress("Reading the tracker"):
        found = matrix(workshop, now)
    if style == "json":
        plain(matrix_json(found))
    else:
        show_matrix(found)
