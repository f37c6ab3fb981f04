"""`sheetsync simulate`: what changed rules would have flagged and mailed, had they been in force."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from sheetsync.cli.options import config_option
from sheetsync.cli.output import plain, progress
from sheetsync.cli.simulate_view import show_comparison, simulation_json
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.domain.moments import scalar_to_utc
from sheetsync.errors import UsageError
from sheetsync.worker.simulate import simulate


@click.command("simulate", short_help="what other rules would have done")
@config_option
@click.option(
    "--rules", "folder", required=True, metavar="DIR", type=click.Path(path_type=Path),
    help="The folder of the changed rules.",
)  # fmt: skip
@click.option(
    "--since", "since_text", metavar="DATE",
    help="From when: 2025-03-10, or 2025-03-10T14:05, in the tracker's time zone. [default: the last 7 days]",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Show every order and mail, however many.")
@click.option(
    "--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True
)
def command(
    config_path: Path, folder: Path, since_text: str | None, everything: bool, style: str
) -> None:
    """Replay what is on record under the rules of DIR, and show it beside what happened.

    Which orders would have been flagged late or wrong, which mails to whom, day by day. The replay
    reads the store only and runs in memory: nothing is written or sent, and the tracker is not even
    opened. It ends at the last pass. What history does not hold is said below the answer.
    """
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}. Name the folder with the changed rules.")
    with open_workshop(config_path) as workshop:
        since = _since(since_text, workshop.timezone)
        with progress("Replaying"):
            answer = simulate(workshop, folder, wall_clock(), since=since)
        timezone = workshop.timezone
    if style == "json":
        plain(simulation_json(answer, timezone))
    else:
        show_comparison(answer, timezone, everything=everything)


def _since(text: str | None, timezone: str) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"--since says “{text}”, which is not a date. Write it like 2025-03-10."
        ) from None
    return scalar_to_utc(moment, timezone) if moment.tzinfo is None else moment
