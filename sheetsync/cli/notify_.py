"""`sheetsync notify`: the letter to a customer about an order, shown, and sent where a person says so."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from sheetsync.cli.options import config_option
from sheetsync.cli.output import counted, out, plain, progress
from sheetsync.cli.who import who_asks
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.worker.notifying import Shown, look, send


@click.command("notify", short_help="show the letter to a customer about an order, and send it")
@click.argument("order")
@click.argument("kind", default="")
@config_option
@click.option("--preview", is_flag=True, help="Only show the letter.")
@click.option("--yes", is_flag=True, help="Send it without asking.")
def command(order: str, kind: str, config_path: Path, *, preview: bool, yes: bool) -> int:
    """Show the letter that the customer of ORDER would get now, and send it once where you say so.

    KIND is one of the letters (shipped, delayed ...); without it, the one that the row's status says. It leaves
    with the next pass, by day where the customer lives, whatever was told before. A letter that lacks a
    fact, such as the new date of a delay, is not sent.
    """
    with open_workshop(config_path) as workshop:
        now = wall_clock()
        with progress("Reading the tracker"):
            shown = look(workshop, order, kind, who=who_asks(), now=now)
        _show(shown)
        if preview:
            return 0
        if not yes and not click.confirm("Send it?", default=False):
            out.print("Nothing was sent.")
            return 0
        send(workshop, shown, now=now)
    out.print("It is in the outbox and leaves with the next pass.")
    return 0


def _show(shown: Shown) -> None:
    out.print(Text.assemble(("To:      ", "dim"), shown.to))
    out.print(Text.assemble(("Subject: ", "dim"), shown.subject))
    out.print()
    plain(shown.text)
    if shown.told_before:
        letters = counted(shown.told_before, "letter")
        out.print(
            f"The customer had {letters} of this kind about this order before.", style="yellow"
        )
