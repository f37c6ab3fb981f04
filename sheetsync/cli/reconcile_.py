"""`sheetsync reconcile`: what the tracker and its sources disagree on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from sheetsync.cli.options import config_option
from sheetsync.cli.output import counted, out, plain, progress
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.domain.feeds.reconcile import REASONS, Difference
from sheetsync.worker.feed_desk import reconcile

_SHOWN = 40
_COLOURS = {
    "person": "cyan", "cleared": "cyan", "waiting": "dim", "sources": "yellow", "vendor": "yellow", "carrier": "red",
    "missing": "yellow", "stock": "red", "article": "yellow",
}  # fmt: skip


@click.command("reconcile", short_help="what tracker and feeds disagree on")
@config_option
@click.option("--all", "everything", is_flag=True, help="Show every difference, however many.")
@click.option(
    "--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True
)
def command(config_path: Path, everything: bool, style: str) -> int:
    """List where the tracker and its feeds (orders, stock, couriers, vendors, payments) disagree.

    What the tracker shows stands; nothing is written. A person's value is never replaced by a feed: it is
    listed here beside what the feed says, with who is heard. Exit code 1 when there is any difference.
    """
    with open_workshop(config_path) as workshop, progress("Comparing the tracker with its sources"):
        found, news = reconcile(workshop, wall_clock())
        tracker = workshop.name
    if style == "json":
        plain(_json(found))
        return int(bool(found))
    sources = sorted({each.source for each in news})
    if not sources:
        out.print(f"{tracker}: no feed has brought anything yet.")
    elif not found:
        out.print(f"{tracker} and {', '.join(sources)} agree on {counted(len(news), 'row')}.")
    else:
        _show(found, tracker, everything=everything)
    return int(bool(found))


def _show(found: Sequence[Difference], tracker: str, *, everything: bool) -> None:
    shown = found if everything else found[:_SHOWN]
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("Order", no_wrap=True)
    for heading in ("Column", tracker, "The sources", "Why"):
        table.add_column(heading, overflow="fold")
    before = ""
    for each in shown:
        says = "\n".join(f"{source}: {text}" for source, text in each.says)
        table.add_row(
            Text(each.about if each.about != before else "", style="bold"), Text(each.what),
            Text(each.tracker or "(blank)", style="" if each.tracker else "dim"), Text(says or "(nothing)"),
            Text(REASONS[each.reason], style=_COLOURS[each.reason]),
        )  # fmt: skip
        before = each.about
    out.print(table)
    kinds = Counter(each.reason for each in found)
    orders = len({each.about for each in found})
    out.print(
        f"{counted(len(found), 'difference')} about {counted(orders, 'order or article', 'orders and articles')}."
    )
    if len(shown) < len(found):
        out.print(
            f"The first {len(shown)} are shown; --all shows every one. Waiting: {kinds['waiting']:,}."
        )


def _json(found: Sequence[Difference]) -> str:
    return json.dumps(
        [
            {"about": d.about, "what": d.what, "tracker": d.tracker, "reason": d.reason,
             "sources": [{"source": source, "says": text} for source, text in d.says]}
            for d in found
        ],
        ensure_ascii=False, indent=2,
    )  # fmt: skip
