"""What the terminal shows: one console for results, one for remarks, both laid out with care."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

WIDTH_OF_A_FILE = 120
"""Columns of a table that goes into a file or another program."""

out = Console(
    highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE
)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_error(sentence: str) -> None:
    """One problem, or several lines of problems, on standard error."""
    err.print(Text.assemble(("sheetsync: ", "bold red"), sentence))


def plain(text: str) -> None:
    """Machine-readable text on standard output: no colour, no wrapping."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


@contextmanager
def progress(what: str) -> Iterator[None]:
    """A moving line for work that may take over two seconds; nothing where nobody watches."""
    if not err.is_terminal:
        yield
        return
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        bar.add_task(what, total=None)
        yield
