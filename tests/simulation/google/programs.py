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
from tests.simulation.google.little_tracker import COLUMNS, SHEET_ID
from tests.simulation.google.peers import Peer
from tests.simulation.google.world import World


@dataclass
class Sheetsync:
    """The tracker, and of the worker as much as a pass needs: read, plan, commit, write, learn."""

    world: World
    tracker: GoogleTracker
    problem: str = field(default="")

    def one_pass(self) -> str:
        """Read, plan, commit, write, learn."""
        world = self.world
        self.problem = ""
        try:
            batch = world.planner.plan(self.tracker.read(), world.now)
            world.planner.commit(batch)
            receipt = self.tracker.write(batch)
        except PlanRefused as refusal:
            self.problem = str(refusal)
            return "held"
        except TrackerError as error:
            self.problem = str(error)
            return "failed"
        world.planner.learn(receipt)
        for remark in receipt.remarks:
            world.ledger.note(f"remark: {remark}")
        return "deferred" if receipt.deferred else "done"

    def wants(self) -> int:
        """Changes that are wanted now."""
        return len(self.world.planner.plan(_as_it_stands(self.world), self.world.now).changes)


def tracker_of(
    world: World, session: requests.Session, write: type[GuardedWrite] = GuardedWrite
) -> GoogleTracker:
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
    return kind(
        api, columns=COLUMNS, timezone="Etc/GMT", now=lambda: world.now, wait=world.wait,
        journal=MemoryJournal(),
    )  # fmt: skip


@dataclass
class Script:
    """A peer: one tab opened once, one script a pass."""

    world: World
    tab: gspread.Worksheet
    peer: Peer

    def one_pass(self) -> str:
        """Run the script once; what it raises ends the pass."""
        try:
            self.peer(self.tab, self.world.planner, self.world.now)
        except (APIError, PlanRefused, requests.RequestException):
            return "failed"
        return "done"

    def wants(self) -> int:
        """Changes that are wanted now."""
        return len(self.world.planner.plan(_as_it_stands(self.world), self.world.now).changes)


def tab_of(world: World, session: requests.Session) -> gspread.Worksheet:
    """The tab as gspread opens it."""
    client = gspread.Client(AnonymousCredentials(), session=session)
    return client.open_by_key(world.book.id).get_worksheet_by_id(SHEET_ID)


def _as_it_stands(world: World) -> Sheet:
    sheet = world.book.sheet(SHEET_ID)
    rows = [[value_of(cell) for cell in row] for row in sheet.rows]
    numbers = list(range(1, len(rows) + 1))
    return Sheet(tracker="x", tab="Orders", rows=rows, row_numbers=numbers, timezone="UTC")
