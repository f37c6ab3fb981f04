"""`make demo-google`: the demo's half-day in a Google Sheet on the local server, and what was asked of it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sheetsync.cli.demo_view import StoryTeller, show_figures, show_places
from sheetsync.cli.output import err
from sheetsync.demo.folder import DemoFolder
from sheetsync.demo.play import Ending, play
from sheetsync.demo.sheet_folder import make_sheet_folder
from sheetsync.errors import SheetsyncError
from tests.sheets_server.__main__ import PORT, wait_for_the_end
from tests.sheets_server.page.book_view import counted
from tests.sheets_server.page.picture import save_picture
from tests.sheets_server.served_here import Server, serve


class Photographer(StoryTeller):
    """Tells the story, and saves what the sheet looked like when the shop opened."""

    def __init__(self, console: Console, server: Server, folder: DemoFolder) -> None:
        super().__init__(console, pause=lambda: None)
        self._server, self._folder = server, folder

    def opened(self, orders: int) -> None:
        """The shop opens, and no pass was done yet."""
        self.photograph("before", "when the shop opened, before the first look of the worker")
        super().opened(orders)

    def photograph(self, name: str, words: str) -> Path:
        """Save the page as a file."""
        path = self._folder.root / "pages" / f"{name}.html"
        if self._folder.sheet is not None:
            book = self._server.book(self._folder.sheet.id)
            save_picture(path, book, words, self._server.asked())
        return path


def main() -> int:
    """Play, count, save the pictures; with --stay leave the server's page up."""
    parser = argparse.ArgumentParser(prog="make demo-google", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("demo-google"))
    parser.add_argument("--stay", action="store_true", help="leave the live page up afterwards")
    parser.add_argument("--port", type=int, default=PORT, help="the first port to try")
    given = parser.parse_args()
    out = Console()
    try:
        with serve(given.port) as server:
            _show(out, given.folder, server, stay=given.stay)
    except SheetsyncError as problem:
        err.print(Text(f"{problem}"))
        return problem.exit_code
    except KeyboardInterrupt:
        out.print("Stopped.")
        return 130
    return 0


def _show(out: Console, root: Path, server: Server, *, stay: bool) -> None:
    folder = make_sheet_folder(root, server.url)
    teller = Photographer(out, server, folder)
    teller.heading(folder)
    ending = play(folder, teller)
    pages = [root / "pages" / "before.html", teller.photograph("after", "at 14:11")]
    show_figures(out, ending)
    out.print()
    out.print(_counters(ending, server))
    if stay:
        show_places(out, ending, folder)
        sys.stdout.flush()
        wait_for_the_end()
        return
    out.print(Text("\nWhat it looked like", style="bold"))
    for page in [*pages, folder.mails]:
        out.print(Text(os.path.relpath(page)), soft_wrap=True)
    out.print(
        Text(
            "The server is stopped and its sheet forgotten. To click about in it: "
            f"{os.path.relpath(sys.executable)} -m tests.sheets_server.demo --stay",
            style="dim",
        )
    )


def _counters(ending: Ending, server: Server) -> Table:
    """Requests as the server counted them."""
    table = Table(title="What the server was asked", title_justify="left", title_style="bold",
                  show_edge=False, pad_edge=False, box=None, padding=(0, 3, 0, 0))  # fmt: skip
    table.add_column("who", style="dim")
    for name in ("reads", "writes", "passes", "cells", "mails"):
        table.add_column(name, justify="right")
    for one in counted(server.asked()):
        figures = [str(one["reads"]), str(one["writes"])]
        if one["who"] == "sheetsync":
            figures += [str(ending.passes), str(ending.cells), str(ending.mails)]
        table.add_row(one["who"], *figures)
    return table


if __name__ == "__main__":
    raise SystemExit(main())
