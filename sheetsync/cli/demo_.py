"""`sheetsync demo`: half a day of a small shop, for real."""

from __future__ import annotations

import time
from pathlib import Path

import click

from sheetsync.cli.demo_view import StoryTeller, show_ending
from sheetsync.cli.output import out

LINE_PAUSE = 0.7


@click.command("demo", short_help="watch it work on an invented shop")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=Path("demo"))
@click.option("--fast/--slow", default=True, help="Tell the story at once, or line by line.")
@click.option("--keep", is_flag=True, help="Move an earlier demo aside instead of replacing it.")
def command(folder: Path, fast: bool, keep: bool) -> None:
    """Play half a day of Karoo & Kettle, an invented shop, in the folder DIR (demo).

    Everything but the clock is real: a workbook in which people tick, sort, mistype and forget, and
    a pass over it every two minutes, from 07:59 to 14:11 of a Tuesday. Mails become files in the
    folder; nothing leaves this machine. DIR is made anew if it is an earlier demo, and refused if it
    is anything else.
    """
    from sheetsync.demo.folder import make_folder  # noqa: PLC0415 - so that --help is instant
    from sheetsync.demo.play import play  # noqa: PLC0415

    made = make_folder(folder, keep=keep)
    teller = StoryTeller(out, pause=_no_pause if fast else _pause)
    teller.heading()
    ending = play(made, teller)
    show_ending(out, ending, made)


def _pause() -> None:
    time.sleep(LINE_PAUSE)


def _no_pause() -> None:
    """Fast: the lines come as they are made."""
