"""What every tracker promises about the tabs beside the orders, as one suite.

A subclass gives `tracker`, which reads STAFF and Customers along, holds ORDERS in the tab Orders and a
tab Staff with the rows STAFF; `narrow`, which is the same but asks for no companion; and `person`.
"""

from __future__ import annotations

from typing import Protocol

from tests.support.workbooks import ORDERS

ASKED = ("Customers", "Staff")
STAFF = [
    ["Name", "Role", "Email", "Active"],
    ["Thabo", "Handler", "thabo@example.org", True],
    [],
    ["Lerato", None, "0012"],
    [7, 1.5, "=SUM(1)", False],
]
"""A blank row between, a number, a tick, digits as text, and a text that only looks like a formula."""


class TabPerson(Protocol):
    """Somebody who keeps tabs beside the orders."""

    def type_in(self, order, column, value): ...
    def write_tab(self, title, rows): ...
    def rename_tab(self, title, new): ...
    def remove_tab(self, title): ...


class CompanionContract:
    """Subclass, and give the fixtures `tracker`, `narrow` and `person`."""

    def test_a_companion_comes_with_the_orders_as_it_stands(self, tracker):
        sheet = tracker.read()
        assert len(sheet.rows) == len(ORDERS) + 1
        assert list(sheet.tabs) == ["Staff"]
        staff = sheet.tabs["Staff"]
        assert staff.title == "Staff"
        assert staff.row_numbers == [1, 2, 4, 5]
        assert [list(row) for row in staff.rows] == [row for row in STAFF if row]
        kinds = [[type(cell) for cell in row] for row in staff.rows]
        assert kinds == [[type(cell) for cell in row] for row in STAFF if row]

    def test_nothing_is_read_that_nobody_asked_for(self, narrow, person):
        before = narrow.read()
        assert before.tabs == {}
        person.write_tab("Customers", [["Customer ID"], ["C-1"]])
        assert narrow.read().tabs == {}

    def test_an_unchanged_tracker_with_companions_is_not_parsed_again(self, tracker):
        first = tracker.read()
        assert tracker.fingerprint() == first.fingerprint
        assert tracker.read() is first

    def test_an_edit_in_a_companion_changes_the_fingerprint(self, tracker, person):
        before = tracker.read().fingerprint
        person.write_tab("Staff", [*STAFF, ["Ann", "Floor lead"]])
        assert tracker.fingerprint() != before
        assert list(tracker.read().tabs["Staff"].rows[-1]) == ["Ann", "Floor lead"]

    def test_a_companion_that_was_emptied_is_there_without_rows(self, tracker, person):
        tracker.read()
        person.write_tab("Staff", [])
        assert tracker.read().tabs["Staff"].rows == []

    def test_a_companion_that_was_taken_away_or_renamed_is_just_not_there(self, tracker, person):
        tracker.read()
        person.rename_tab("Staff", "Old staff")
        assert tracker.read().tabs == {}
        person.remove_tab("Old staff")
        assert len(tracker.read().rows) == len(ORDERS) + 1

    def test_a_title_is_found_in_any_case_and_told_as_it_is_written(self, tracker, person):
        person.rename_tab("Staff", "STAFF")
        tabs = tracker.read().tabs
        assert [(asked, tab.title) for asked, tab in tabs.items()] == [("Staff", "STAFF")]
