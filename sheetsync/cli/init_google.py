"""`sheetsync init --google`: a folder for a tracker that is a Google Sheet, and the sheet set up."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from sheetsync.cli.output import out, program, progress
from sheetsync.cli.setup_ import tell
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.config import Config
from sheetsync.errors import UsageError
from sheetsync.setup.fresh import CONFIG
from sheetsync.setup.google_sheet import Chosen, make_google_folder
from sheetsync.trackers.google.structure import Structure
from sheetsync.worker.which_tracker import sheets_api


@dataclass(frozen=True, slots=True)
class GoogleWishes:
    """What the command line says of the sheet and the login."""

    sheet: str
    tab: str
    timezone: str
    sender: str
    key_file: Path | None
    login: str | None
    api_url: str | None


def init_google(folder: Path | None, wishes: GoogleWishes, *, add_columns: bool) -> int:
    """Make `folder` for the sheet and set the sheet up."""
    if folder is None:
        raise UsageError("Name the folder to make: sheetsync init DIR --google ID")
    chosen = Chosen(
        spreadsheet=wishes.sheet, tab=wishes.tab, timezone=wishes.timezone, sender=wishes.sender,
        google=google_settings(wishes),
    )  # fmt: skip
    with progress("Looking"):
        made = make_google_folder(folder, chosen, _look)
    out.print(Text(f"Made in {folder}:"))
    wide = max(len(thing.name) for thing in made)
    for thing in made:
        out.print(Text(f"  {thing.name:<{wide}}  {thing.what}"))
    _set_up(folder, add_columns=add_columns)
    config = shlex.quote(str(folder / CONFIG))
    out.print("Next:")
    for verb, about in (
        ("doctor", "look the set-up over"),
        ("plan", "see what a pass would do; nothing is written"),
        ("run", "do a pass every two minutes"),
    ):
        out.print(Text(f"  {program()} {verb:<6} --config {config}  # {about}"), soft_wrap=True)
    return 0


def google_settings(wishes: GoogleWishes) -> dict[str, str]:
    """The section google of a configuration, by the command line. Raises UsageError."""
    login = wishes.login or ("service_account" if wishes.key_file or not wishes.api_url else "none")
    settings = {"login": login}
    if login == "service_account":
        if wishes.key_file is None:
            raise UsageError(
                "Name the key file of the service account that the sheet is shared with: --key-file FILE. "
                "How to get one is told in docs/google.md."
            )
        settings["key_file"] = str(wishes.key_file.resolve())
    if wishes.api_url:
        settings["api_url"] = wishes.api_url
    return settings


def _look(config: Config) -> Structure:
    return sheets_api(config, wall_clock, time.sleep).structure()


def _set_up(folder: Path, *, add_columns: bool) -> None:
    with open_workshop(folder / CONFIG) as workshop:
        installer = workshop.installer(wall_clock())
        marker = workshop.state.marker
        with progress("Setting up"):
            if installer.empty():
                installer.make_fresh(marker)
                out.print(
                    Text(
                        "The tab was empty: it has the headings and the looks of a new tracker now."
                    )
                )
                return
            keys = ("sla", "check", "next_action") if add_columns else ()
            requests = installer.planned(marker, add_columns=keys)
            installer.carry_out(requests)
    tell(requests, done="set up")
