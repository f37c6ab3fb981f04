"""A pass reads the sheet as it stands in that pass, in one request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from google.auth.credentials import AnonymousCredentials

from sheetsync.trackers.google.api import SheetsApi
from sheetsync.trackers.google.journal import MemoryJournal
from sheetsync.trackers.google.tracker import GoogleTracker
from tests.support.sheets_stand_in import StandIn, standing_in
from tests.support.workbooks import COLUMNS, HEADINGS

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz"


@dataclass
class Desk:
    """A sheet served here, a tracker on it, and a clock that stands until it is moved."""

    sheet: StandIn
    tracker: GoogleTracker
    clock: list[datetime]

    def reads(self) -> int:
        return sum(kind == "values" for kind, _ in self.sheet.asked)


@pytest.fixture
def desk():
    clock = [datetime(2026, 3, 2, 9, 0, tzinfo=UTC)]
    structure = {
        "spreadsheetId": ID,
        "properties": {"title": "Shop", "timeZone": "UTC", "locale": "en_ZA"},
        "sheets": [{"properties": {"sheetId": 0, "title": "Orders"}}],
    }
    with standing_in(StandIn(structure, values=[list(HEADINGS), ["A-1"]])) as sheet:
        api = SheetsApi(
            ID, AnonymousCredentials(), api_url=sheet.url,
            clock=lambda: clock[0], wait=lambda _seconds: None, dice=lambda: 0.5,
        )  # fmt: skip
        tracker = GoogleTracker(
            api, columns=COLUMNS, timezone="UTC", now=lambda: clock[0],
            wait=lambda _seconds: None, journal=MemoryJournal(),
        )  # fmt: skip
        tracker.read()
        sheet.asked.clear()
        yield Desk(sheet, tracker, clock)


def test_what_the_fingerprint_was_taken_of_is_read_without_asking_again(desk):
    desk.sheet.values.append(["A-2"])
    desk.tracker.fingerprint()
    assert desk.tracker.read().row_numbers == [1, 2, 3]
    assert desk.reads() == 1


def test_a_fingerprint_of_an_earlier_pass_is_never_read_from(desk):
    """The pass before found nothing to do; this one has something due and reads without looking first."""
    desk.tracker.fingerprint()
    desk.clock[0] += timedelta(minutes=2)
    desk.sheet.values.append(["A-2"])
    assert desk.tracker.read().row_numbers == [1, 2, 3]


def test_rows_that_are_gone_at_a_second_look_too_are_gone(desk):
    desk.sheet.values.extend([f"B-{n}"] for n in range(8))
    assert len(desk.tracker.read().rows) == 10
    del desk.sheet.values[2:]
    assert desk.tracker.read().row_numbers == [1, 2]
    assert desk.tracker.read().row_numbers == [1, 2]
