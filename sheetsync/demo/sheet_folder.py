"""The demo's folder where the tracker is a Google Sheet on a server of this machine: what `init --google` makes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sheetsync.config import Config
from sheetsync.config.google import spreadsheet_id
from sheetsync.config.values import LOOPBACK
from sheetsync.demo.company import OPENING, SENDER, TIMEZONE
from sheetsync.demo.folder import DemoFolder, make_room, own_people
from sheetsync.demo.sheet_hands import new_sheet
from sheetsync.domain.moments import scalar_to_utc
from sheetsync.errors import UsageError
from sheetsync.setup.google_sheet import Chosen, make_google_folder
from sheetsync.trackers.google.structure import Structure
from sheetsync.worker.which_tracker import sheets_api

_PACE: Final = "300"
"""Requests a minute. The demo's clock is scripted, so that a minute of it takes a moment."""


def make_sheet_folder(
    root: Path, api_url: str, sheet_id: str = "", *, keep: bool = False
) -> DemoFolder:
    """Make `root` ready for a demo in a Google Sheet: an empty one of this id, or one made now.

    Raises UsageError where `root` holds anything but an earlier demo, and where the sheet cannot be had.
    """
    address = _address(api_url)
    wanted = _id(sheet_id) if sheet_id else ""
    make_room(root, keep=keep)
    sheet = new_sheet(address, wanted)
    chosen = Chosen(
        spreadsheet=sheet.id,
        sender=SENDER,
        google={
            "login": "none",
            "api_url": sheet.api_url,
            "reads_per_minute": _PACE,
            "writes_per_minute": _PACE,
        },
    )
    make_google_folder(root, chosen, _look)
    own_people(root)
    return replace(DemoFolder(root), sheet=sheet)


def _look(config: Config) -> Structure:
    return sheets_api(config, _opening, _no_wait).structure()


def _opening() -> datetime:
    return scalar_to_utc(OPENING, TIMEZONE)


def _no_wait(_seconds: float) -> None:
    """The demo's clock is scripted, so nothing waits."""


def _address(api_url: str) -> str:
    parts = urlsplit(api_url.strip())
    if parts.scheme not in ("http", "https") or parts.hostname not in LOOPBACK:
        raise UsageError(
            f"“{api_url}” is not the address of a Sheets server on this machine, and the demo plays only there. "
            "Start one with make sheets, and give the address that it says, like http://127.0.0.1:8085"
        )
    return api_url.strip().rstrip("/")


def _id(text: str) -> str:
    try:
        return spreadsheet_id(text)
    except ValueError as error:
        raise UsageError(f"--google-id: {error}") from error
