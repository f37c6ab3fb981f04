"""The marker stands in cells beside Sync Status, survives its drawing, and is read back as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sheetsync.domain.model import Marker
from sheetsync.domain.sync_status import TITLE
from sheetsync.trackers.google.marker import (
    MARKER_COLUMN,
    MARKER_RANGE,
    marker_of,
    marker_range,
    marker_requests,
)
from sheetsync.trackers.google.own_tabs import tab_requests
from tests.unit.google_setup.book import a_book, applied, structure
from tests.unit.google_setup.test_own_tabs import TAB

MARKER = Marker(uuid="3f0c", epoch=2, seq=41)
STATUS = replace(TAB, title=TITLE)


@pytest.fixture
def book():
    return a_book("Order ID")


def values(book):
    sheet = book.titled(TITLE)
    cells = [(sheet.cell(row, MARKER_COLUMN) or {}).get("userEnteredValue") for row in range(5)]
    return [[next(iter(cell.values()))] if cell else [] for cell in cells]


def test_it_is_written_before_anything_was_drawn(book):
    applied(book, marker_requests(MARKER, "the-spreadsheet", structure(book)))
    assert marker_of(values(book)) == (MARKER, "the-spreadsheet")
    assert book.titled(TITLE).column_dimensions[MARKER_COLUMN]["hiddenByUser"]
    assert marker_range(structure(book)) == MARKER_RANGE == "'Sync Status'!Z1:Z5"
    applied(book, tab_requests(STATUS, structure(book)))
    assert marker_of(values(book))[0] == MARKER


def test_it_is_written_with_the_tab_in_one_batch(book):
    look = structure(book)
    batch = tab_requests(STATUS, look) + marker_requests(MARKER, "id", look, drawn=[TITLE])
    applied(book, batch)
    assert marker_of(values(book)) == (MARKER, "id")


def test_it_counts_on_in_one_request(book):
    applied(book, marker_requests(MARKER, "id", structure(book)))
    assert applied(book, marker_requests(replace(MARKER, seq=42), "id", structure(book))) == 1
    assert marker_of(values(book))[0].seq == 42


def test_a_sync_status_of_staff_s_own_gets_none(book):
    applied(book, [{"addSheet": {"properties": {"title": "sync status"}}}])
    assert marker_requests(MARKER, "id", structure(book)) == []
    assert marker_range(structure(book)) is None


def test_it_is_found_under_the_title_that_staff_gave_the_tab(book):
    applied(book, marker_requests(MARKER, "id", structure(book)))
    sheet = book.titled(TITLE)
    rename = {"properties": {"sheetId": sheet.id, "title": "Bob's"}, "fields": "title"}
    applied(book, [{"updateSheetProperties": rename}])
    assert marker_range(structure(book)) == "'Bob''s'!Z1:Z5"


def test_columns_that_staff_deleted_come_back(book):
    applied(book, marker_requests(MARKER, "id", structure(book)))
    span = {
        "sheetId": book.titled(TITLE).id,
        "dimension": "COLUMNS",
        "startIndex": 20,
        "endIndex": 26,
    }
    applied(book, [{"deleteDimension": {"range": span}}])
    assert marker_range(structure(book)) is None
    applied(book, marker_requests(MARKER, "id", structure(book)))
    assert marker_of(values(book))[0] == MARKER


@pytest.mark.parametrize(
    "found",
    [None, [], [["x"]], [["x"], ["u"], ["two"], [1], ["id"]], [["x"], [], [2], [1], ["id"]],
     [["x"], ["u"], [True], [1], ["id"]]],
)  # fmt: skip
def test_what_is_no_marker_is_none(found):
    assert marker_of(found) == (None, None)
