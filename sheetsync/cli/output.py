"""What the terminal shows: one console for results, one for remarks, both laid out with care."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

WIDTH_OF_A_FILE = 120
"""Columns of a table that goes into a file or another program."""

out = Console(
    highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE
)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def counted(number: int, one: str, many: str = "") -> str:
    """`1 mail`, `1,200 mails`: a number with its word; the plural is `one` with an s unless given."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def moment_text(local: datetime) -> str:
    """`2025-03-31` or `2025-03-31 14:05`: a local moment as people type it."""
    return f"{local:%Y-%m-%d}" if local.time() == time.min else f"{local:%Y-%m-%d %H:%M}"


def program() -> str:
    """How this program is called in the present shell: `sheetsync`, or the way there, `.venv/bin/sheetsync`."""
    name = os.path.basename(sys.argv[0])  # noqa: PTH119 - a word, not a file
    if name != "sheetsync" or shutil.which(name):
        return "sheetsync"
    return os.path.relpath(sys.argv[0])


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
