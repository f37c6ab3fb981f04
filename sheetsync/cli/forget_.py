"""`sheetsync forget`: cut somebody's personal values out of everything the store keeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from sheetsync.cli.care_view import show_forget
from sheetsync.cli.options import config_option
from sheetsync.cli.output import out, progress
from sheetsync.cli.who import who_asks
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.worker.care import Subject, cut, look_at_forget


@click.command("forget", short_help="cut somebody's personal values out of the store")
@click.argument("subject", metavar="CUSTOMER|EMAIL|ORDER")
@config_option
@click.option(
    "--as", "kind", type=click.Choice(["customer", "email", "order"]),
    help="What is meant, where an order and a customer are called the same.",
)  # fmt: skip
@click.option("--apply", "apply_", is_flag=True, help="Do it; without it, only show what there is.")
def command(subject: str, config_path: Path, kind: Subject | None, apply_: bool) -> None:
    """Cut the personal values of a customer, an address or one order to marks, for good.

    Names and notes become marks like [cut 3f2a9c1b4d5e] in the log, in what was last seen, in figures
    and in messages that have left; orders, times and counts stay. The same value leaves the same mark.
    Which columns are personal stands under retention in config.yaml. That it was done is logged.
    """
    with open_workshop(config_path) as workshop:
        now = wall_clock()
        with progress("Looking through the store"):
            found = look_at_forget(workshop, subject, now, kind=kind, who=who_asks())
        if apply_:
            found = replace(found, counts=cut(workshop, found.wish, now))
    show_forget(found, done=apply_)
    if not apply_:
        out.print("Nothing was cut. Do it with --apply.")
