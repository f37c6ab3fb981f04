"""`sheetsync demo`: half a day of a small shop, for real."""

from __future__ import annotations

import time
from pathlib import Path

import click

from sheetsync.cli.demo_view import StoryTeller, show_ending
from sheetsync.cli.output import out
from sheetsync.demo.folder import DemoFolder, make_folder
from sheetsync.errors import UsageError

LINE_PAUSE = 0.7


@click.command("demo", short_help="watch it work on an invented shop")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=Path("demo"))
@click.option("--fast/--slow", default=True, help="Tell the story at once, or line by line.")
@click.option("--keep", is_flag=True, help="Move an earlier demo aside instead of replacing it.")
@click.option("--google-api", "api_url", metavar="URL",
              help="Play in a Google Sheet on a Sheets server of this machine; make sheets starts one.")  # fmt: skip
@click.option(
    "--google-id", "sheet_id", metavar="ID",
    help="With --google-api: an empty sheet there; without it, one is made.",
)  # fmt: skip
def command(
    folder: Path, fast: bool, keep: bool, api_url: str | None, sheet_id: str | None
) -> None:
    """Play half a day of Karoo & Kettle, an invented shop, in the folder DIR (demo).

    Everything but the clock is real: a workbook in which people tick, sort, mistype and forget, and
    a pass over it every two minutes, from 07:59 to 14:11 of a Tuesday. Mails become files in the
    folder; nothing leaves this machine. DIR is made anew if it is an earlier demo, and refused if it
    is anything else. With --google-api the same half-day is played in a Google Sheet.
    """
    from sheetsync.demo.play import play  # noqa: PLC0415 - so that --help is instant

    made = _made(folder, api_url, sheet_id, keep=keep)
    teller = StoryTeller(out, pause=_no_pause if fast else _pause)
    teller.heading(made)
    ending = play(made, teller)
    show_ending(out, ending, made)


def _made(folder: Path, api_url: str | None, sheet_id: str | None, *, keep: bool) -> DemoFolder:
    if api_url is None:
        if sheet_id:
            raise UsageError("--google-id goes with --google-api URL.")
        return make_folder(folder, keep=keep)
    from sheetsync.demo.sheet_folder import make_sheet_folder  # noqa: PLC0415

    return make_sheet_folder(folder, api_url, sheet_id or "", keep=keep)


def _pause() -> None:
    time.sleep(LINE_PAUSE)


def _no_pause() -> None:
    """Fast: the lines come as they are made."""
