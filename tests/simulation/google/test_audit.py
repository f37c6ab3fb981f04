"""The audit must see every slip, and nothing else: else the races prove nothing."""

from __future__ import annotations

import pytest

from tests.sheets_server.people import Act, place_of
from tests.sheets_server.requests.apply import apply_all
from tests.simulation.google.audit import ARRIVED, BESIDE, BLANK, OVER, UNSEEN, Audit
from tests.simulation.google.editors import Ledger
from tests.simulation.google.little_tracker import SHEET_ID, little_book
from tests.simulation.google.planner import Planner

OK = "OK 70 (0001)"


class Scene:
    """A book under audit, in which a program puts values into cells by their place."""

    def __init__(self):
        self.book = little_book()
        self.ledger = Ledger(self.book)
        self.planner = Planner(meant={("0001", "sla"): {OK}, ("0001", "status"): {"Pending"}})
        self.audit = Audit(self.planner)
        self.read_at = 0

    def person(self, name, *args):
        self.ledger.perform(Act(name, args), "test")

    def read(self):
        self.read_at = self.ledger.tick()

    def put(self, row, role, value):
        column = place_of(self.book).columns[role]
        entered = {"userEnteredValue": {"stringValue": value}} if value else {}
        span = {"sheetId": SHEET_ID, "startRowIndex": row + 1, "endRowIndex": row + 2,
                "startColumnIndex": column, "endColumnIndex": column + 1}  # fmt: skip
        body = {"range": span, "rows": [{"values": [entered]}], "fields": "userEnteredValue"}
        self.audit.before(self.book)
        apply_all(self.book, [{"updateCells": body}])
        self.audit.after(self.book, read_at=self.read_at)

    def found(self):
        broken, windows = self.audit.settle(self.book)
        return [fault.kind for fault in broken], windows


@pytest.fixture
def scene():
    return Scene()


def test_a_value_in_its_own_row_is_fine(scene):
    scene.put(0, "sla", OK)
    assert scene.found() == ([], [])


def test_a_value_in_another_orders_row_is_found_wherever_it_is_sorted_to(scene):
    scene.put(1, "sla", OK)
    scene.person("sort", "order_id", True)
    scene.person("move_column", "sla", 0)
    assert scene.found() == (["wrong row"], [])
    assert scene.found() == ([], [])


def test_a_slip_put_right_within_the_pass_is_none(scene):
    scene.put(1, "sla", OK)
    scene.person("sort", "order_id", True)
    scene.put(4, "sla", None)
    assert scene.found() == ([], [])


def test_a_value_under_a_heading_of_staffs_is_found(scene):
    scene.put(0, "customer", OK)
    kinds, _ = scene.found()
    assert kinds == ["wrong row"]


def test_a_persons_value_written_over_is_a_lost_edit_and_given_back_is_none(scene):
    scene.person("type_in", 0, "status", "On Hold")
    scene.read()
    scene.put(0, "status", "Pending")
    assert scene.found() == (["lost edit"], [])
    scene.person("type_in", 0, "status", "On Hold")
    scene.read()
    scene.put(0, "status", "Pending")
    scene.put(0, "status", "On Hold")
    assert scene.found() == ([], [])


def test_an_untouched_cell_of_a_person_in_the_displaced_row_must_come_back(scene):
    scene.put(5, "status", "Pending")
    scene.put(5, "status", None)
    assert scene.found() == (["lost edit"], [])


def test_what_is_typed_between_the_last_read_and_the_write_falls_into_the_window(scene):
    scene.read()
    scene.person("type_in", 0, "status", "On Hold")
    scene.put(0, "status", "Pending")
    assert scene.found() == ([], [BLANK])


def test_a_window_over_a_filled_cell_a_displaced_one_and_a_new_row_are_told_apart(scene):
    scene.read()
    scene.person("type_in", 5, "status", "On Hold")
    scene.put(5, "status", "Pending")
    scene.put(5, "status", None)
    scene.person("insert_filled", 0, (("order_id", "B-1"), ("status", "On Hold")))
    scene.put(0, "status", "Pending")
    scene.put(0, "status", None)
    _, windows = scene.found()
    assert windows == [ARRIVED, BESIDE]
    scene.planner.meant["A-4", "status"] = {"Pending"}
    scene.person("type_in", 4, "status", "Packign")
    scene.read()
    scene.person("type_in", 4, "status", "On Hold")
    scene.put(4, "status", "Pending")
    assert scene.found() == ([], [OVER])


def test_what_a_person_brings_along_is_the_persons(scene):
    scene.put(0, "sla", OK)
    scene.person("edit_key", 0, "B-1")
    scene.person("duplicate", 0, 3)
    assert scene.found() == ([], [])


def test_a_row_that_a_program_wrote_away_is_told(scene):
    scene.audit.whole_rows = True
    scene.put(1, "order_id", "0001")
    kinds, _ = scene.found()
    assert kinds[0] == "lost edit"


def test_what_was_typed_before_the_commit_may_not_be_written_over_unseen_even_for_a_moment(scene):
    scene.read()
    scene.person("type_in", 0, "status", "On Hold")
    scene.audit.unseen = scene.ledger.tick()
    scene.put(0, "status", "Pending")
    scene.put(0, "status", "On Hold")
    assert scene.found() == ([UNSEEN], [])


def test_what_was_written_rightly_may_be_put_back_after_it_was_blanked(scene):
    scene.put(0, "sla", OK)
    scene.person("edit_key", 0, "B-1")
    scene.put(0, "sla", None)
    scene.put(0, "sla", OK)
    assert scene.found() == ([], [])


def test_a_cut_leaves_no_stain_behind(scene):
    scene.put(1, "sla", OK)
    scene.person("cut_paste", 1, 99)
    kinds, _ = scene.found()
    assert kinds == ["wrong row"], "of the row where it went, and of no other"
