"""`sheetsync feed`: one file of another system, taken now."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from rich.text import Text

from sheetsync.cli.feed_view import (
    feed_json,
    show_plan,
    show_reading,
    tell_remarks,
    tell_taken,
)
from sheetsync.cli.options import config_option
from sheetsync.cli.output import counted, err, out, plain, print_error, progress
from sheetsync.cli.who import who_asks
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.domain.feeds.news import KINDS
from sheetsync.domain.texts import either
from sheetsync.errors import UsageError
from sheetsync.feeds.way import way_of
from sheetsync.worker.feed_desk import Taken, take_by_hand, try_by_hand, which_feed
from sheetsync.worker.workshop import Workshop


@click.command("feed", short_help="take one file of a feed")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@config_option
@click.option(
    "--kind", type=click.Choice(KINDS), help="What the file brings, where no feed is set up for it."
)
@click.option("--feed", "name", metavar="NAME", help="The feed of config.yaml that it belongs to.")
@click.option(
    "--drop", metavar="NAME", help="Let what waits of this feed be done with, unwritten; no FILE."
)
@click.option("--dry-run", is_flag=True, help="Only show what would be taken and written.")
@click.option(
    "--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True
)
def command(
    file: Path | None,
    config_path: Path,
    kind: str | None,
    name: str | None,
    drop: str | None,
    dry_run: bool,
    style: str,
) -> int:
    """Take FILE (CSV, Excel workbook or JSON lines) of a feed now, and write its news into the tracker.

    Orders become rows, each once. What a courier, a vendor or a payment system says goes into blank cells and
    into cells that a feed wrote before, never over what a person typed: see sheetsync reconcile. A file that
    was taken before changes nothing, under whatever name. The file stays where it is; refused rows are listed
    beside it, as NAME.refused.csv. Exit code 1 when rows or the file were refused, 75 when the workbook is in
    use: the news are kept then and come with a later pass. News that would change very many orders at once
    are held back, exit code 3: sheetsync approve lets them through, --drop leaves them unwritten.
    """
    now = wall_clock()
    if (file is None) == (drop is None):
        raise click.UsageError("Name a FILE to take, or with --drop a feed.")
    with open_workshop(config_path) as workshop:
        if file is None:
            return _drop(workshop, str(drop), now)
        feed, settings = which_feed(workshop.config, file, name, kind)
        way = way_of(feed, settings, workshop.config, workshop.rules(now).rules)
        with progress(f"Reading {file.name}"):
            work = try_by_hand if dry_run else take_by_hand
            taken = work(workshop, file, way, now)
        if style == "json":
            plain(feed_json(taken, dry_run=dry_run))
        else:
            _show(taken, workshop.name, dry_run=dry_run)
    return _exit_code(taken)


def _drop(workshop: Workshop, name: str, now: datetime) -> int:
    logs = workshop.store.feeds(workshop.state.id).logs()
    known = {log.name for log in logs} | workshop.config.feeds.keys()
    if name not in known:
        raise UsageError(f"There is no feed {name}. There is {either(sorted(known)) or 'none'}.")
    dropped = workshop.store.feeds(workshop.state.id).drop(name, who_asks(), now)
    out.print(
        f"{counted(dropped, 'row')} of the feed {name} will not be written. Where the tracker says otherwise, "
        "sheetsync reconcile lists it."
        if dropped
        else f"Nothing of the feed {name} waits."
    )
    return 0


def _show(taken: Taken, tracker: str, *, dry_run: bool) -> None:
    outcome = taken.outcome
    if outcome.reading is not None:
        show_reading(taken)
    if outcome.verdict in {"refused", "waiting"}:
        print_error(outcome.sentence)
        return
    if outcome.sentence:
        print_error(outcome.sentence)
    if taken.plan is not None:
        show_plan(taken.plan, taken.way.name)
    tell_taken(taken, tracker, dry_run=dry_run)
    tell_remarks(taken)
    for result in taken.passes:
        if result.problem:
            err.print(Text(result.problem, style="yellow"))


def _exit_code(taken: Taken) -> int:
    outcome = taken.outcome
    if outcome.verdict in {"refused", "waiting"}:
        return 1
    plan = taken.planned
    if plan is not None and plan.fed is not None and taken.way.name in plan.fed.held_back:
        return 3
    codes = [result.exit_code for result in taken.passes if result.exit_code]
    if codes:
        return codes[0]
    return int(outcome.reading is not None and outcome.reading.refused > 0)
