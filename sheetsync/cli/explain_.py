"""`sheetsync explain`: why an order looks as it does, in plain sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from pathlib import Path

import click
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sheetsync.cli.options import at_option, config_option, parse_moment
from sheetsync.cli.output import err, out, plain, progress
from sheetsync.cli.wiring import open_workshop
from sheetsync.domain.explain import Explanation
from sheetsync.domain.moments import scalar_to_local
from sheetsync.worker.explain import explain_order
from sheetsync.worker.explain_record import (
    Asked,
    explain_one_mail,
    explain_one_pass,
    what_is_asked,
)
from sheetsync.worker.workshop import Workshop

_COLOUR = {"Breached": "bold red", "Missed": "bold red", "At": "bold yellow", "Unsure": "bold magenta",
           "Paused": "bold cyan", "OK": "bold green", "Met": "bold green"}  # fmt: skip
_DATED = re.compile(r"[A-Z][a-z]{2} \d{1,2} [A-Z][a-z]{2} \d\d:\d\d: ")
_LINE_COLOUR = {"Error:": "red", "Warning:": "yellow", "Unsure:": "magenta", "Breached:": "red"}


@click.command("explain", short_help="why an order looks as it does; a mail; a pass")
@click.argument("what", metavar="ORDER | mail N | pass N", nargs=-1, required=True)
@config_option
@at_option
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def command(what: tuple[str, ...], config_path: Path, at_text: str | None, style: str) -> None:
    """Tell why ORDER looks as it does: times, clocks, rules with file and line, mails, changes.

    Of a mail (mail 12, or its Message-ID in quotes): to whom, why, about what, and what became of it.
    Of a pass (pass 34): what it saw, decided, wrote and sent. sheetsync history ORDER names the numbers
    of both.

    Nothing is written. With --at in the past, what came later has not happened yet; in the future,
    you see what falls due by then. A workbook that cannot be read is said; then the store answers.
    """
    with open_workshop(config_path) as workshop:
        at = parse_moment(at_text, workshop.timezone)
        with progress("Reading the tracker"):
            told, alarm = _explained(workshop, what_is_asked(" ".join(what)), at)
        timezone = workshop.timezone
    if alarm:
        err.print(f"[bold red]{alarm}[/]")
    if style == "json":
        plain(json.dumps(told.data, ensure_ascii=False, indent=2, default=str))
    else:
        _show(told, timezone)


def _explained(workshop: Workshop, asked: Asked, at: datetime) -> tuple[Explanation, str]:
    match asked.kind:
        case "mail":
            return explain_one_mail(workshop, asked.ref, at), ""
        case "pass":
            return explain_one_pass(workshop, int(asked.ref), at), ""
        case "order":
            return explain_order(workshop, asked.ref, at)


def _show(told: Explanation, timezone: str) -> None:
    local = scalar_to_local(told.at, timezone)
    first = told.headline.replace(":", " ").split(" ")[0]
    out.print(Text.assemble((told.order_id, "bold"), (f"   {local:%Y-%m-%d %H:%M}", "dim")))
    out.print(Text(told.headline, style=_COLOUR.get(first, "")))
    for section in told.sections:
        out.print()
        out.print(Text(section.title, style="bold underline"))
        for dated, lines in groupby(section.lines, key=_dated):
            if dated:
                out.print(Padding(_chronicle(lines), (0, 0, 0, 2)))
                continue
            for line in lines:
                style = _LINE_COLOUR.get(line.split(" ")[0], "")
                out.print(Padding(Text(line, style=style), (0, 0, 0, 2)))


def _dated(line: str) -> bool:
    return _DATED.match(line) is not None


def _chronicle(lines: Iterable[str]) -> Table:
    """Lines that begin with a moment, side by side with it: each moment stands there once."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    before = ""
    for line in lines:
        moment, _, text = line.partition(": ")
        table.add_row(Text(moment if moment != before else "", style="dim"), Text(text))
        before = moment
    return table
