"""What every kind of `sheetsync init` says at the end: what was made, and what comes next."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from sheetsync.cli.output import out, program
from sheetsync.setup.fresh import CONFIG, Made


def tell_made(folder: Path, made: Sequence[Made]) -> None:
    """The files of the new folder."""
    out.print(Text(f"Made in {folder}:"))
    wide = max(len(thing.name) for thing in made)
    for thing in made:
        out.print(Text(f"  {thing.name:<{wide}}  {thing.what}"))


def tell_next(folder: Path, zone: str, how: str, *first: tuple[str, str]) -> None:
    """The time zone and where it came from; the verbs to type, those of `first` before the usual ones."""
    out.print(Text(f"Time zone: {zone} ({how}); tracker: timezone: in {CONFIG} changes it."))
    config = shlex.quote(str(folder / CONFIG))
    out.print("Next:")
    steps = (*first, ("plan", "see what a pass would do; nothing is written"),
             ("run", "do a pass every two minutes"))  # fmt: skip
    lines = [(f"  {program()} {verb} --config {config}", about) for verb, about in steps]
    wide = max(len(line) for line, _ in lines)
    for line, about in lines:
        out.print(Text(f"{line:<{wide}}  # {about}"), soft_wrap=True)
