"""`sheetsync history`: everything that happened to an order, in the order in which it happened."""

from __future__ import annotations

from pathlib import Path

import click

from sheetsync.cli.history_view import history_json, show_history
from sheetsync.cli.options import config_option, parse_moment
from sheetsync.cli.output import plain
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.domain.explain.timeline import timeline
from sheetsync.worker.audit import order_history


@click.command("history", short_help="everything that happened to an order, in its order")
@click.argument("order")
@config_option
@click.option("--since", "since_text", metavar="MOMENT", help="Only what was logged from then on.")
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def command(order: str, config_path: Path, since_text: str | None, style: str) -> None:
    """Tell everything that was logged about ORDER: cells, stages, escalations, mails.

    A change by a person is told with the two reads between which it happened; by whom it was is not
    known from a sheet. The tracker is not read: an order that is gone or archived is told, too.
    """
    with open_workshop(config_path) as workshop:
        since = parse_moment(since_text, workshop.timezone) if since_text else None
        order_id, entries = order_history(workshop, order, since)
        columns = workshop.rules(wall_clock()).rules.columns
        timezone = workshop.timezone
    if style == "json":
        plain(history_json(order_id, entries))
        return
    headings = {key: column.title for key, column in columns.items()}
    show_history(order_id, list(timeline(entries, headings, timezone)))
