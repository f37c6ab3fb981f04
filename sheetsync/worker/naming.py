"""How the tracker is called: by the store, in figures, in mails, in a sentence."""

from __future__ import annotations

from sheetsync.config import Config
from sheetsync.store.store import Store
from sheetsync.worker.which_tracker import place_of


def known_name(config: Config, store: Store) -> str:
    """A workbook's file name; the title that a Google Sheet had when it was last looked at, or its id."""
    ref = place_of(config)
    known = (found.name for found in store.trackers() if found.ref == ref)
    return (
        next(known, config.tracker.name) if config.tracker.kind == "google" else config.tracker.name
    )


def in_figures(config: Config) -> str:
    """The tracker as the KPI tab calls it: a file without its ending; "" for a sheet, which tells itself."""
    settings = config.tracker
    return settings.workbook.stem.replace("_", " ") if settings.kind == "excel" else ""


def in_mails(config: Config) -> str:
    """The tracker in mails: people may rename a Google Sheet, so its title is not told there."""
    settings = config.tracker
    return settings.name if settings.kind == "excel" else f"Google Sheet {settings.name[:12]}"


def kind(config: Config) -> str:
    """What the tracker is."""
    return "workbook" if config.tracker.kind == "excel" else "Google Sheet"
