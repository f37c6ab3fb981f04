"""A tracker that cannot be read again and again is told by one mail, until the next good pass."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sheetsync.errors import TrackerBusy, TrackerError, TrackerRefused
from tests.support.watched_sheet import WatchedSheet


@pytest.fixture
def sheet(tmp_path) -> Iterator[WatchedSheet]:
    sheet = WatchedSheet(tmp_path, orders=3)
    sheet.look()
    yield sheet
    sheet.close()


def failing(sheet: WatchedSheet, times: int, problem: TrackerError) -> list[str]:
    """So many passes that meet this problem, then what was mailed so far."""
    sheet.tracker.trouble = problem
    for _ in range(times):
        sheet.look()
    sheet.tracker.trouble = None
    return sheet.subjects()


GONE = TrackerRefused("The sheet is in the bin. Take it out.")
TOLD = "the tracker cannot be looked after since 5 passes"


def test_the_fifth_failure_in_a_row_is_told_once(sheet):
    assert failing(sheet, 4, GONE) == []
    assert failing(sheet, 8, GONE) == [TOLD]
    assert "The sheet is in the bin" in sheet.tray.letters[0].message.as_string()


def test_after_a_good_pass_new_trouble_is_told_anew(sheet):
    assert failing(sheet, 5, GONE) == [TOLD]
    assert sheet.look().outcome in ("done", "unchanged")
    assert failing(sheet, 5, GONE) == [TOLD, TOLD]


def test_a_sheet_that_is_only_busy_is_no_trouble(sheet):
    assert failing(sheet, 9, TrackerBusy("Somebody has it open.")) == []
    assert sheet.store.tracker_state(sheet.id).state == "active"


def test_trouble_is_not_taken_for_orders_that_are_gone(sheet):
    failing(sheet, 6, GONE)
    orders = sheet.store.load_memory(sheet.id, sheet.now, "UTC").orders
    assert orders["missing_since"].isna().all()
