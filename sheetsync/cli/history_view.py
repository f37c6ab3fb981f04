"""The timeline of an order laid out for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from sheetsync.cli.output import counted, out
from sheetsync.domain.audit import HEADINGS, Entry
from sheetsync.domain.explain.timeline import Told
from sheetsync.domain.wording import day_words

_COLOUR = {"person": "cyan", "not known": "magenta", "worker": "dim"}


def history_json(order_id: str, entries: Sequence[Entry]) -> str:
    """The entries of an order as JSON; moments are UTC."""
    lines: list[dict[str, Any]] = [
        {HEADINGS.get(name, name): value for name, value in asdict(entry).items()}
        for entry in entries
    ]
    return json.dumps({"order": order_id, "entries": lines}, ensure_ascii=False, indent=2)


def show_history(order_id: str, told: Sequence[Told]) -> None:
    """Print the timeline; a day, a minute and a pass are named once."""
    if not told:
        out.print(Text(f"{order_id}: nothing was logged in that time."))
        return
    first, last = told[0].at, told[-1].at
    when = f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"
    out.print(
        Text.assemble((order_id, "bold"), (f"   {counted(len(told), 'line')}, {when}", "dim"))
    )
    for day, lines in _days(told):
        out.print()
        out.print(Text(f"{day_words(day)} {day.year}", style="bold underline"))
        out.print(_table(lines))


def _days(told: Sequence[Told]) -> Iterable[tuple[datetime, list[Told]]]:
    days: dict[Any, list[Told]] = {}
    for line in told:
        days.setdefault(line.at.date(), []).append(line)
    return [(lines[0].at, lines) for lines in days.values()]


def _table(lines: Sequence[Told]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, width=13)
    table.add_column(no_wrap=True, width=9, style="dim")
    table.add_column(no_wrap=True, width=9)
    table.add_column(overflow="fold")
    before = ("", "", "")
    for line in lines:
        run = f"pass {line.run}" if line.run else ""
        now = (_clock(line), run, line.by)
        shown = [text if text != old else "" for text, old in zip(now, before, strict=True)]
        if shown[0] or shown[1]:
            shown[2] = line.by
        colour = _COLOUR.get(line.by, "")
        table.add_row(f"  {shown[0]}", shown[1], Text(shown[2], style=colour), _words(line))
        before = now
    return table


def _clock(line: Told) -> str:
    """`09:03`; of a person's change also since when it may have happened."""
    if line.since is None or line.by == "worker":
        return f"{line.at:%H:%M}"
    if line.since.date() != line.at.date():
        return f"{line.at:%H:%M}"
    return f"{line.since:%H:%M}–{line.at:%H:%M}" if line.since < line.at else f"{line.at:%H:%M}"


def _words(line: Told) -> Text:
    text = Text(line.text)
    if line.kind == "stage":
        text.stylize("bold")
    elif line.kind == "escalation":
        text.stylize("yellow")
    return text
