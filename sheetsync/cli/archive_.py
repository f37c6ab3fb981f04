"""`sheetsync archive`: orders done with long ago, out of what every pass loads; personal values cut."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from sheetsync.cli.care_view import show_archive, show_purge
from sheetsync.cli.options import config_option
from sheetsync.cli.output import out, progress
from sheetsync.cli.who import who_asks
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.domain.retention import ForArchive
from sheetsync.errors import UsageError
from sheetsync.store.care import Wish
from sheetsync.store.redact import Counts
from sheetsync.worker.care import archive, cut, look_at_archive, look_at_purge
from sheetsync.worker.workshop import Workshop


@click.command("archive", short_help="move orders done with long ago out of the way")
@config_option
@click.option(
    "--older-than", "months", type=click.IntRange(1, 1200), metavar="MONTHS",
    help="Archive orders closed so many months ago; without it, as retention in config.yaml says.",
)  # fmt: skip
@click.option("--apply", "apply_", is_flag=True, help="Do it; without it, only show what is due.")
def command(config_path: Path, months: int | None, apply_: bool) -> None:
    """Archive orders that are done with and gone from the tracker; cut old personal values.

    An archived order costs a pass nothing any more. Its log stays, explain and history still tell of
    it, and it is remembered should its row come back. Personal values are cut by
    retention.personal_days. Nothing is done without --apply; what is done is logged.
    """
    with open_workshop(config_path) as workshop, ExitStack() as held:
        settings = workshop.config.retention
        months = months or settings.archive_months
        if not months and not settings.personal_days:
            raise UsageError(
                "config.yaml asks for nothing to be archived or cut. "
                "Say from when on: sheetsync archive --older-than 12."
            )
        if apply_:
            held.enter_context(workshop.alone())
            held.enter_context(workshop.turn())
        with progress("Looking for what is due"):
            due = look_at_archive(workshop, wall_clock(), months) if months else None
            purge = _purge(workshop, settings.personal_days) if settings.personal_days else None
        if apply_:
            purge = _done(workshop, due, purge)
    if due is not None:
        show_archive(due, months, done=apply_)
        out.print()
    if purge is not None:
        show_purge(purge[0].orders, purge[1], settings.personal_days, done=apply_)
    if not apply_:
        out.print("Nothing was changed. Do it with --apply.")


def _purge(workshop: Workshop, days: int) -> tuple[Wish, Counts]:
    return look_at_purge(workshop, wall_clock(), days, who=who_asks())


def _done(
    workshop: Workshop, due: ForArchive | None, purge: tuple[Wish, Counts] | None
) -> tuple[Wish, Counts] | None:
    """Archive and cut; what was cut, which is counted anew by the doing."""
    now = wall_clock()
    if due is not None and due.orders:
        archive(workshop, due, who=who_asks(), now=now)
    if purge is None or not purge[1].total:
        return purge
    return purge[0], cut(workshop, purge[0], now)
