"""The demo's story on the terminal: people's acts dim, the worker's acts bright, one time line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from sheetsync.cli.output import program
from sheetsync.demo.arrivals import Arrival
from sheetsync.demo.company import CLOSING, NAME, OPENING, STAFF
from sheetsync.demo.folder import DemoFolder
from sheetsync.demo.news import Letter, News, Word
from sheetsync.demo.play import Ending
from sheetsync.demo.script import Act

_INDENT: Final = " " * 9
_LOOKS: Final = {
    "Breached": "bold red", "At risk": "yellow", "Unsure": "magenta", "Paused": "cyan", "Goes on": "cyan",
    "Error": "red", "Warning": "yellow", "Mended": "green", "Completed": "green",
}  # fmt: skip
_STATUS_ORDER: Final = (
    "Pending", "Allocated", "Picking", "Packing", "Ready", "Shipped", "In Transit", "Out for Delivery",
    "Delivered", "Completed", "On Hold", "Returned", "Cancelled",
)  # fmt: skip


class StoryTeller:
    """Tells the half-day line by line; `pause` is called after each moment of the story."""

    def __init__(self, console: Console, *, pause: Callable[[], None]) -> None:
        self._console, self._pause = console, pause

    def heading(self, folder: DemoFolder) -> None:
        """Who and what this is, and where to look on."""
        people = ", ".join(f"{person.name} ({person.role})" for person in STAFF)
        self._console.print(
            Rule(
                Text(f"{NAME}, {OPENING:%A} {OPENING.day} {OPENING:%B %Y}", style="bold"),
                align="left",
            )
        )
        self._console.print(Text(f"{people}.", style="dim"))
        place = folder.workbook.name if folder.sheet is None else "a Google Sheet"
        self._console.print(
            f"They work in {place}. sheetsync looks every two minutes; quiet passes are not shown."
        )
        if folder.sheet is not None:
            page = Text(f"Look on at {folder.sheet.page}", style="dim")
            self._console.print(page, soft_wrap=True)
        self._console.print()

    def opened(self, orders: int) -> None:
        """The shop opens."""
        self._line(OPENING, Text(f"{orders} orders stand in the tracker", style="dim"))

    def acted(self, act: Act) -> None:
        """Somebody did something in the sheet."""
        self._line(act.at, Text(f"{act.who} {act.words}", style="dim"))

    def came(self, at: datetime, arrival: Arrival) -> None:
        """Orders came in."""
        del at
        self._under("intake", f"{arrival.added} new orders from {arrival.file}", "bold green")
        for sentence in arrival.refused:
            self._under("refused", sentence, "red")

    def passed(self, at: datetime, news: News) -> None:
        """A pass that had something to tell."""
        cells = ", ".join(f"{count} {word}" for word, count in news.counts)
        words = Text.assemble(
            ("sheetsync  ", "bold cyan"), _cells(news.cells), f"  {cells}" if cells else ""
        )
        self._line(at, words)
        if news.baseline:
            late = f"; {_orders(news.late)} late already" if news.late else ""
            self._under(
                "baseline", f"first look{late}. Nobody is mailed, and no time is invented", "bold"
            )
        for word in news.words:
            self._word(word)
        for letter in news.letters:
            self._letter(letter)
        for tab in news.tabs:
            self._under("tab", tab, "dim")
        if news.problem:
            self._under("problem", news.problem, "bold red")
        self._pause()

    def _word(self, word: Word) -> None:
        self._under(word.order, word.text, _LOOKS[word.kind])

    def _letter(self, letter: Letter) -> None:
        who = f"{letter.name} <{letter.address}>"
        orders = ", ".join(letter.orders)
        self._under("mail to", f"{who}: {letter.subject} ({orders})", "bold magenta")

    def _line(self, at: datetime, words: Text) -> None:
        self._console.print(Text.assemble((f"{at:%H:%M}", "bold"), "  ", words), soft_wrap=True)

    def _under(self, what: str, words: str, style: str) -> None:
        self._console.print(
            Text.assemble(_INDENT, (f"{what:<10}", "dim"), " ", (words, style)), soft_wrap=True
        )


def show_ending(console: Console, ending: Ending, folder: DemoFolder) -> None:
    """How it stands, what the worker did, and where to look."""
    show_figures(console, ending)
    show_places(console, ending, folder)


def show_figures(console: Console, ending: Ending) -> None:
    """How it stands and what the worker did."""
    console.print(
        Text.assemble(_INDENT, "The last pass finds nothing to do: ",
                      (f"{ending.cells_left} cells, {ending.mails_left} mails", "bold green"), "\n"),
    )  # fmt: skip
    console.print(_summary(ending))


def show_places(console: Console, ending: Ending, folder: DemoFolder) -> None:
    """What there is to see, and what to type for it."""
    console.print(Text("\nWhere to look", style="bold"))
    for what, place in _places(ending, folder):
        console.print(Text.assemble((f"{what:<15}", "dim"), place), soft_wrap=True)


def _summary(ending: Ending) -> Table:
    table = Table(title="How it stands", title_justify="left", title_style="bold", show_header=False,
                  show_edge=False, pad_edge=False, box=None, padding=(0, 2, 0, 0))  # fmt: skip
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    orders = sum(ending.statuses.values())
    known = [status for status in _STATUS_ORDER if status in ending.statuses]
    others = sorted(set(ending.statuses) - set(known))
    table.add_row("Passes", f"{ending.passes}, of which {ending.quiet} found nothing to do")
    table.add_row("Written", f"{ending.cells} cells, each in its own order's row")
    table.add_row("Mails", f"{ending.mails}, in the folder mails; none went to anybody")
    table.add_row(
        "Orders", f"{orders}: " + ", ".join(f"{ending.statuses[s]} {s}" for s in [*known, *others])
    )
    for order, text in ending.breached.items():
        table.add_row("Late", Text(f"{order}  {text}", style="bold red"))
    return table


def _places(ending: Ending, folder: DemoFolder) -> Iterator[tuple[str, str]]:
    """What there is to see, and the line to type for it."""
    after = f"--at {CLOSING:%Y-%m-%dT%H:%M} --config {_relative(folder.config)}"
    tabs = f"tabs Orders, Sync Status, KPI {CLOSING:%Y-%m}"
    if folder.sheet is None:
        yield "The workbook", f"{_relative(folder.workbook)}   {tabs}"
    else:
        yield "The sheet", f"{folder.sheet.page}   {tabs}"
    yield "The mails", _relative(folder.mails)
    for order in ending.breached:
        yield "Why is it red?", f"{program()} explain '{order}' {after}"
    yield "The month", f"{program()} report --month {CLOSING:%Y-%m} {after}"


def _relative(path: Path) -> str:
    """The path as one would type it here."""
    return os.path.relpath(path)


def _cells(count: int) -> str:
    return (
        "read anew, nothing to write" if not count else f"{count} cell{'' if count == 1 else 's'}"
    )


def _orders(count: int) -> str:
    return f"{count} order is" if count == 1 else f"{count} orders are"
