"""What every tracker promises, as one suite. A kind of tracker joins by subclassing with a fixture.

A subclass gives `tracker` (holding ORDERS under HEADINGS in a tab Orders), and `person`: somebody
who edits the same tracker from outside (see `Person`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import pytest

from sheetsync.domain.columns import find_header
from sheetsync.domain.model import DOUBLED_ORDER_RULE, RECEIPT_COLUMNS, Marker
from tests.support.workbooks import COLUMNS, HEADINGS, ORDERS, batch, kpi_tab

MARKER = Marker(uuid="3f1c", epoch=1, seq=1)
MOMENT = datetime(2026, 11, 22, 9, 30, 15)


class Person(Protocol):
    """Somebody who edits the tracker beside us."""

    def type_in(self, order, column, value): ...
    def sort_orders(self, *, reverse=False): ...
    def insert_column(self, index, heading): ...
    def delete_order(self, order): ...
    def copy_order(self, order): ...


def orders_of(tracker):
    """The tracker as {Order ID: {column: cell}}, found by heading."""
    sheet = tracker.read()
    header = find_header(sheet.rows, sheet.row_numbers, COLUMNS)
    out = {}
    for number, row in zip(sheet.row_numbers, sheet.rows, strict=True):
        if number > header.row_number:
            cells = {k: row[i] if i < len(row) else None for k, i in header.columns.items()}
            out[cells["order_id"]] = cells
    return out


def _rows(tracker):
    sheet = tracker.read()
    return sheet.row_numbers, sheet.rows


def outcomes(receipt):
    return list(receipt.outcomes["outcome"])


def write_in_two_passes(tracker, wanted):
    """Write; where the tracker leaves a row alone that moved since it was read, do so in the next pass."""
    receipt = tracker.write(wanted)
    if "dropped" in outcomes(receipt):
        tracker.read()
        receipt = tracker.write(wanted)
    return receipt


class TrackerContract:
    """Subclass, and give the fixtures `tracker` and `person`."""

    def test_nothing_is_in_the_way_of_writing_to_a_tracker_left_alone(self, tracker):
        assert tracker.in_the_way() == ()

    def test_reading_gives_the_cells_as_they_stand(self, tracker):
        sheet = tracker.read()
        assert sheet.rows[0] == HEADINGS
        assert orders_of(tracker)["000123"]["picked"] is True
        assert orders_of(tracker)["A-3"]["picked_at"] == 45000.5
        assert len(sheet.rows) == len(ORDERS) + 1

    def test_an_unchanged_tracker_has_the_same_fingerprint_and_is_not_parsed_again(self, tracker):
        first = tracker.read()
        assert tracker.fingerprint() == first.fingerprint
        assert tracker.read() is first

    def test_a_persons_edit_changes_the_fingerprint(self, tracker, person):
        before = tracker.read().fingerprint
        person.type_in("A-2", "check", "seen")
        assert tracker.fingerprint() != before
        assert orders_of(tracker)["A-2"]["check"] == "seen"

    @pytest.mark.parametrize(
        ("new", "stands"),
        [
            ("plain", "plain"),
            ("=1+1", "=1+1"),
            ("+49 30 1234", "+49 30 1234"),
            ("@SUM(A1)", "@SUM(A1)"),
            ("000123", "000123"),
            ("line one\nline two", "line one\nline two"),
            ("  spaces  ", "  spaces  "),
            ("_x0041_ <&> \"'", "_x0041_ <&> \"'"),
            ("🧾 Ünïcødé مرحبا", "🧾 Ünïcødé مرحبا"),
            (True, True),
            (False, False),
            (None, None),
            (MOMENT, 46348.3960069444),
        ],
    )
    def test_every_kind_of_value_comes_back(self, tracker, new, stands):
        receipt = tracker.write(batch(("000123", "check", "old words", new)))
        assert outcomes(receipt) == ["applied"]
        assert orders_of(tracker)["000123"]["check"] == stands
        assert type(orders_of(tracker)["000123"]["check"]) is type(stands)

    def test_the_receipt_has_one_line_per_change_and_the_new_fingerprint(self, tracker):
        receipt = tracker.write(
            batch(("A-2", "check", None, "one"), ("A-3", "status", "Pending", "two"))
        )
        assert tuple(receipt.outcomes.columns) == RECEIPT_COLUMNS
        assert list(receipt.outcomes["order_id"]) == ["A-2", "A-3"]
        assert outcomes(receipt) == ["applied", "dropped"]
        assert receipt.fingerprint == tracker.fingerprint()
        assert receipt.requests == 1

    def test_a_write_lands_by_order_after_a_sort(self, tracker, person):
        before = orders_of(tracker)
        person.sort_orders(reverse=True)
        write_in_two_passes(tracker, batch(("A-2", "check", None, "mine")))
        after = orders_of(tracker)
        assert after.pop("A-2") == {**before.pop("A-2"), "check": "mine"}
        assert after == before

    def test_a_moved_column_is_still_found(self, tracker, person):
        person.insert_column(1, "My notes")
        receipt = write_in_two_passes(tracker, batch(("A-2", "check", None, "mine")))
        assert outcomes(receipt) == ["applied"]
        assert orders_of(tracker)["A-2"]["check"] == "mine"

    def test_an_edited_cell_is_never_overwritten_and_its_row_waits(self, tracker, person):
        person.type_in("A-2", "check", "a person's words")
        receipt = tracker.write(
            batch(
                ("A-2", "check", None, "mine"),
                ("A-2", "status", "Pending", "Shipped"),
                ("A-3", "check", None, "other row"),
            )
        )
        assert outcomes(receipt) == ["dropped", "dropped", "applied"]
        assert orders_of(tracker)["A-2"]["check"] == "a person's words"
        assert orders_of(tracker)["A-2"]["status"] == "Pending"

    def test_a_doubled_order_is_dropped(self, tracker, person):
        person.copy_order("A-2")
        receipt = tracker.write(batch(("A-2", "check", None, "mine")))
        assert outcomes(receipt) == ["dropped"]
        assert "more than one row" in receipt.outcomes["reason"][0]
        assert receipt.requests == 0

    def test_words_about_a_doubled_order_stand_in_both_of_its_rows_and_nowhere_else(
        self, tracker, person
    ):
        person.copy_order("A-2")
        sheet = tracker.read()
        header = find_header(sheet.rows, sheet.row_numbers, COLUMNS)
        place, check = header.columns["order_id"], header.columns["check"]
        rows = [
            number
            for number, row in zip(sheet.row_numbers, sheet.rows, strict=True)
            if row[place] == "A-2"
        ]
        wanted = batch(*(("A-2", "check", None, f"doubled, see row {row}") for row in rows))
        wanted.changes["row"] = rows
        wanted.changes["rule"] = DOUBLED_ORDER_RULE
        assert outcomes(tracker.write(wanted)) == ["applied", "applied"]
        told = {
            number: row[check]
            for number, row in zip(*_rows(tracker), strict=True)
            if len(row) > check
        }
        assert [told[row] for row in rows] == [f"doubled, see row {row}" for row in rows]
        assert sum("doubled" in str(words) for words in told.values()) == 2
        wanted.changes["row"] = [row + 50 for row in rows]
        assert outcomes(tracker.write(wanted)) == ["dropped", "dropped"]

    def test_a_vanished_order_or_column_is_dropped(self, tracker, person):
        person.delete_order("A-2")
        receipt = tracker.write(
            batch(("A-2", "check", None, "mine"), ("A-3", "sla", None, "no such column"))
        )
        assert outcomes(receipt) == ["dropped", "dropped"]

    def test_a_tick_is_not_the_number_one(self, tracker):
        receipt = tracker.write(batch(("000123", "picked", 1, False)))
        assert outcomes(receipt) == ["dropped"]

    def test_old_values_written_again_change_nothing(self, tracker):
        before = tracker.fingerprint()
        receipt = tracker.write(batch(("000123", "check", "old words", "old words")))
        assert outcomes(receipt) == ["applied"]
        assert tracker.fingerprint() == before
        assert receipt.requests == 0

    def test_an_empty_batch_writes_nothing(self, tracker):
        before = tracker.fingerprint()
        receipt = tracker.write(batch())
        assert len(receipt.outcomes) == 0
        assert tracker.fingerprint() == before == receipt.fingerprint

    def test_rows_are_appended_below_the_last_order(self, tracker):
        before = orders_of(tracker)
        receipt = tracker.append(
            [
                {"order_id": "N-1", "customer": "=New", "picked": True, "picked_at": MOMENT},
                {"order_id": "N-2"},
            ]
        )
        assert set(outcomes(receipt)) == {"applied"}
        after = orders_of(tracker)
        assert list(after) == [*before, "N-1", "N-2"]
        assert after["N-1"]["customer"] == "=New"
        assert after["N-1"]["picked_at"] == 46348.3960069444

    def test_an_order_that_is_there_is_not_appended_again(self, tracker):
        receipt = tracker.append([{"order_id": "A-2", "customer": "x"}, {"customer": "no id"}])
        assert set(outcomes(receipt)) == {"dropped"}
        assert receipt.requests == 0

    def test_tabs_and_marker_come_with_the_cells_in_one_write(self, tracker):
        receipt = tracker.write(
            batch(("A-2", "check", None, "mine"), tabs=(kpi_tab(),), marker=MARKER)
        )
        assert receipt.tabs_written == ("KPI 2026-11",)
        assert receipt.requests == 1
        assert tracker.read().marker == MARKER

    def test_the_same_tab_is_not_written_again_and_another_one_is(self, tracker):
        tracker.write(batch(tabs=(kpi_tab(),), marker=MARKER))
        before = tracker.fingerprint()
        again = tracker.write(batch(tabs=(kpi_tab(),), marker=MARKER))
        assert (again.tabs_written, again.requests) == ((), 0)
        assert tracker.fingerprint() == before
        other = tracker.write(batch(tabs=(kpi_tab(value=0.5),), marker=MARKER))
        assert other.tabs_written == ("KPI 2026-11",)

    def test_the_tracker_tab_itself_is_never_written_over(self, tracker):
        receipt = tracker.write(batch(tabs=(kpi_tab("Orders"),), marker=MARKER))
        assert list(receipt.tabs_refused) == ["Orders"]
        assert len(orders_of(tracker)) == len(ORDERS)
