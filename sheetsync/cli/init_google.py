"""`sheetsync init --google`: a folder for a tracker that is a Google Sheet, and the sheet set up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from sheetsync.cli.init_view import tell_made, tell_next
from sheetsync.cli.output import out, progress
from sheetsync.cli.setup_ import tell
from sheetsync.cli.wiring import open_workshop, pause, wall_clock
from sheetsync.config import Config
from sheetsync.errors import UsageError
from sheetsync.setup.fresh import CONFIG
from sheetsync.setup.google_sheet import (
    Chosen,
    make_google_folder,
    name_for_empty_tab,
    write_tab_name,
)
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
    tell_made(folder, made)
    zone = _set_up(folder, wishes.tab, add_columns=add_columns)
    how = "as you named it" if wishes.timezone else "as the sheet has it"
    tell_next(folder, zone, how, ("doctor", "look the set-up over"))
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
    return sheets_api(config, wall_clock, pause).structure()


def _set_up(folder: Path, wished_tab: str, *, add_columns: bool) -> str:
    """Set the sheet up; gives the tracker's time zone."""
    with open_workshop(folder / CONFIG) as workshop:
        installer = workshop.installer(wall_clock())
        marker, tab = workshop.state.marker, workshop.config.tracker.tab
        with progress("Looking"):
            empty = installer.empty()
            keys = ("sla", "check", "next_action") if add_columns else ()
            requests = [] if empty else installer.planned(marker, add_columns=keys)
        title = name_for_empty_tab(tab, wished_tab) if empty else tab
        with progress("Setting up"):
            if empty:
                installer.make_fresh(marker, title=title)
            else:
                installer.carry_out(requests)
    if title != tab:
        write_tab_name(folder / CONFIG, title)
    if empty:
        renamed = f", and is called {title}" if title != tab else ""
        out.print(
            Text(
                f"The tab {tab} was empty: it has the headings and looks of a new tracker{renamed}."
            )
        )
    else:
        tell(requests, done="set up")
    return workshop.timezone
