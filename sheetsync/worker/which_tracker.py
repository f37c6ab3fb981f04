"""Which tracker a configuration names: a workbook, or a Google Sheet; and how the store knows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sheetsync.config import Config
from sheetsync.config.google import google_place
from sheetsync.domain.companions.asked import companions_asked
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import UsageError
from sheetsync.store.store import Store
from sheetsync.trackers.base import Tracker
from sheetsync.trackers.excel.tracker import ExcelTracker
from sheetsync.worker.which_store import is_on_a_server

if TYPE_CHECKING:
    from sheetsync.trackers.google.api import SheetsApi
    from sheetsync.trackers.google.tracker import GoogleTracker


_SHORTEST_DEADLINE = 30.0
"""Seconds for which reading is tried again even where passes follow each other faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a tracker works with: the store, the folder of state, the clock, the sleep, the hook.

    `store` is asked for at each use, since it is another one while a pass has its lease. `next_try` tells
    when a running worker looks again, None where nobody does.
    """

    store: Callable[[], Store]
    tracker_id: int
    state_folder: Path
    clock: Callable[[], datetime]
    wait: Callable[[float], None]
    step: Callable[[str], None]
    next_try: Callable[[], datetime | None] = lambda: None

    def go_on(self) -> None:
        """Ask before anything that cannot be taken back; raises LeaseLost where the lease is lost."""
        self.store().go_on()

    def wait_and_go_on(self, seconds: float) -> None:
        """Sleep, and keep the lease over it: waiting is what makes a pass long."""
        self.wait(seconds)
        self.go_on()

    def step_of_a_replace(self, name: str) -> None:
        """The hook of a workbook's replace; the last one before the files are exchanged is fenced."""
        self.step(name)
        if name == "compared":
            self.go_on()


def place_of(config: Config) -> str:
    """Where the tracker is, as the store knows it.

    A workbook is told from the configuration's folder, so that the folder may be moved or renamed as a
    whole, and one elsewhere by its absolute path, as is every workbook of a store on a server, which many
    folders may have in common. A Google Sheet is known by its id.
    """
    if config.tracker.kind == "google":
        return google_place(config.tracker.spreadsheet)
    path, folder = config.tracker.workbook.resolve(), config.folder.resolve()
    if is_on_a_server(config):
        return str(path)
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def open_tracker(config: Config, rules: Rulebook, bench: Bench) -> Tracker:
    """The tracker that `config` names, not read yet. Raises TrackerRefused where no login is possible."""
    if config.tracker.kind == "google":
        return open_sheet(config, rules, bench)
    return open_workbook(config, rules, bench)


def open_workbook(config: Config, rules: Rulebook, bench: Bench) -> ExcelTracker:
    """The workbook that `config` names; raises UsageError where it names a Google Sheet."""
    settings = config.tracker
    if settings.kind != "excel":
        raise UsageError(
            f"{config.file.name} names a Google Sheet, and this is for a workbook. "
            "For a sheet use sheetsync setup."
        )
    return ExcelTracker(
        settings.workbook,
        columns=rules.columns,
        timezone=settings.timezone,
        tab=settings.tab,
        search_rows=rules.header_search_rows,
        allow_macros=settings.allow_macros,
        backup_folder=bench.state_folder / "workbooks",
        backups_kept=settings.backups_kept,
        stable_seconds=settings.stable_seconds,
        lock_folder=bench.state_folder,
        now=bench.clock,
        wait=bench.wait_and_go_on,
        step=bench.step_of_a_replace,
        companions=companions_asked(rules),
    )


def open_sheet(config: Config, rules: Rulebook, bench: Bench) -> GoogleTracker:
    """The Google Sheet that `config` names; raises UsageError where it names a workbook."""
    # Google's client is loaded only for a Google Sheet: it costs a workbook's start half a second.
    from sheetsync.store.journal import StoreJournal  # noqa: PLC0415
    from sheetsync.trackers.google.tracker import GoogleTracker  # noqa: PLC0415

    settings = config.tracker
    if settings.kind != "google":
        raise UsageError(
            f"{config.file.name} names a workbook, and this is for a Google Sheet. "
            "A workbook made by sheetsync init is set up already."
        )
    return GoogleTracker(
        sheets_api(config, bench.clock, bench.wait_and_go_on, bench.next_try, bench.go_on),
        columns=rules.columns,
        timezone=settings.timezone,
        tab=settings.tab,
        search_rows=rules.header_search_rows,
        now=bench.clock,
        wait=bench.wait_and_go_on,
        journal=StoreJournal(bench.store, bench.tracker_id),
        structure_every=config.google.structure_every,
        step=bench.step,
        companions=companions_asked(rules),
    )


def sheets_api(
    config: Config,
    clock: Callable[[], datetime],
    wait: Callable[[float], None],
    next_try: Callable[[], datetime | None] = lambda: None,
    go_on: Callable[[], None] = lambda: None,
) -> SheetsApi:
    """The way to the Google Sheet that `config` names; `go_on` is asked before each write.

    Raises TrackerRefused where no login is possible.
    """
    import random  # noqa: PLC0415

    from sheetsync.trackers.google.login import credentials_for  # noqa: PLC0415
    from sheetsync.worker.fenced_api import FencedApi  # noqa: PLC0415

    google = config.google
    return FencedApi(
        config.tracker.spreadsheet,
        credentials_for(google),
        api_url=google.api_url,
        timeout=google.timeout.total_seconds(),
        deadline=max(_SHORTEST_DEADLINE, config.worker.every.total_seconds()),
        reads_per_minute=google.reads_per_minute,
        writes_per_minute=google.writes_per_minute,
        clock=clock,
        wait=wait,
        dice=random.random,
        timezone=config.tracker.timezone,
        tab=config.tracker.tab,
        next_try=next_try,
        go_on=go_on,
    )
