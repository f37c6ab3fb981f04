"""What does passes over the book: sheetsync's own tracker, or a peer's script; both through real gspread."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import gspread
import requests
from google.auth.credentials import AnonymousCredentials
from gspread.exceptions import APIError

from sheetsync.domain.model import Sheet
from sheetsync.errors import PlanRefused, TrackerError
from sheetsync.trackers.google.api import SheetsApi
from sheetsync.trackers.google.guarded import GuardedWrite
from sheetsync.trackers.google.journal import MemoryJournal
from sheetsync.trackers.google.tracker import GoogleTracker
from tests.sheets_server.trail import value_of
from tests.simulation.google.little_tracker import COLUMNS, SEARCH_ROWS, SHEET_ID
from tests.simulation.google.peers import Peer
from tests.simulation.google.world import World


@dataclass
class Sheetsync:
    """The tracker, and of the worker as much as a pass needs: read, plan, commit, write, learn."""

    world: World
    tracker: GoogleTracker
    journal: MemoryJournal
    problem: str = field(default="")
    open: bool = False

    def one_pass(self) -> str:
        """Gives `open` where a slip was not put right yet and the journal says so."""
        world = self.world
        self.problem, world.told = "", world.told if self.open else ()
        try:
            batch = world.planner.plan(self.tracker.read(), world.planned_for)
            world.planner.commit(batch)
            world.committed()
            receipt = self.tracker.write(batch)
        except PlanRefused as refusal:
            self.problem = str(refusal)
            return "held"
        except TrackerError as error:
            self.problem = str(error)
            return "failed"
        world.planner.learn(receipt)
        world.told += receipt.remarks
        self.open = bool(self.journal.load())
        for remark in receipt.remarks:
            world.ledger.note(f"remark: {remark}")
        return "open" if self.open else "done"

    def wants(self) -> int:
        """Changes that are wanted now."""
        return len(
            self.world.planner.plan(_as_it_stands(self.world), self.world.planned_for).changes
        )


def sheetsync(
    world: World, session: requests.Session, write: type[GuardedWrite] = GuardedWrite
) -> Sheetsync:
    """The real tracker over the session; `write` may be one with a fault planted."""
    api = SheetsApi(
        world.book.id,
        AnonymousCredentials(),
        clock=lambda: world.now,
        wait=world.wait,
        dice=Random(f"{world.seed}/jitter").random,
        session=session,
    )
    kind = type("Tracker", (GoogleTracker,), {"guarded_write": write})
    journal = MemoryJournal()
    tracker = kind(
        api, columns=COLUMNS, timezone="Etc/GMT", now=lambda: world.now, wait=world.wait,
        journal=journal, search_rows=SEARCH_ROWS,
    )  # fmt: skip
    return Sheetsync(world, tracker, journal)


@dataclass
class Script:
    """A peer: one tab opened once, one script a pass."""

    world: World
    tab: gspread.Worksheet
    peer: Peer

    def one_pass(self) -> str:
        """Run the script once; what it raises ends the pass."""
        try:
            self.peer(self.tab, self.world.planner, self.world.planned_for)
        except (APIError, PlanRefused, requests.RequestException):
            return "failed"
        return "done"

    def wants(self) -> int:
        """Changes that are wanted now."""
        return len(
            self.world.planner.plan(_as_it_stands(self.world), self.world.planned_for).changes
        )


def script(world: World, session: requests.Session, peer: Peer) -> Script:
    """A peer's script over the tab as gspread opens it."""
    client = gspread.Client(AnonymousCredentials(), session=session)
    tab = client.open_by_key(world.book.id).get_worksheet_by_id(SHEET_ID)
    return Script(world, tab, peer)


def _as_it_stands(world: World) -> Sheet:
    sheet = world.book.sheet(SHEET_ID)
    rows = [[value_of(cell) for cell in row] for row in sheet.rows]
    numbers = list(range(1, len(rows) + 1))
    return Sheet(tracker="x", tab="Orders", rows=rows, row_numbers=numbers, timezone="UTC")
