"""One operation of a person, and every pair of two, in each gap of a write: nothing ends up in a wrong row."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime

import pytest
from google.auth.credentials import AnonymousCredentials

from sheetsync.domain.columns import find_header
from sheetsync.domain.model import CellValue
from sheetsync.trackers.google.api import SheetsApi
from sheetsync.trackers.google.journal import MemoryJournal
from sheetsync.trackers.google.sending import extended
from sheetsync.trackers.google.tracker import GoogleTracker
from tests.sheets_server.in_process import session_within
from tests.sheets_server.requests.apply import apply_all
from tests.sheets_server.service import SheetsService
from tests.support.google_sheets import with_safety_copy
from tests.support.workbooks import COLUMNS, NOW, batch

HEAD = ("Order ID", "Customer", "Status", "Picked", "Picked At", "Check", "Mine")
COUNT = 6
STATUSES = ("Pending", "Picking", "Ready", "On Hold")
RULES = {**COLUMNS, "status": replace(COLUMNS["status"], choices=STATUSES)}
GAPS = ("before the second look", "before the write", "before its answer is read")


class Scene:
    """A small sheet, the worker's tracker, and people with quick hands."""

    def __init__(self, *, lose_answer=False):
        self.service = SheetsService(clock=NOW.timestamp, wait=lambda _s: None)
        self.book = self.service.new_book("Shop", "shop-sheet-1")
        self.sheet = self.book.sheets[0]
        self.sheet.title = "Orders"
        for number, row in enumerate([HEAD, *(self._order(n) for n in range(COUNT))]):
            for column, value in enumerate(row):
                self.put(number, column, value)
        api = SheetsApi(
            self.book.id, AnonymousCredentials(), clock=lambda: NOW, wait=lambda _s: None, dice=lambda: 0.5,
            session=session_within(self.service), reads_per_minute=10_000, writes_per_minute=10_000,
        )  # fmt: skip
        self.tracker = GoogleTracker(
            api, columns=RULES, timezone="UTC", now=lambda: NOW, wait=lambda _s: None, journal=MemoryJournal(),
        )  # fmt: skip
        with_safety_copy(self.book)
        self.lose_answer = lose_answer
        self.gone: set[str] = set()

    @staticmethod
    def _order(n):
        return (
            f"A-{n}",
            f"customer {n}",
            "Pending",
            True,
            None,
            "old" if n % 2 else None,
            f"mine {n}",
        )

    # What people do

    def put(self, row, column, value: CellValue):
        self.sheet.put(
            row, column, {"userEnteredValue": extended(value)} if value is not None else None
        )

    def act(self, name):
        top, head = self.header()
        key = head.index("Order ID")
        rows = {"sheetId": self.sheet.id, "dimension": "ROWS"}
        columns = {"sheetId": self.sheet.id, "dimension": "COLUMNS"}
        first = top + 1
        match name:
            case "sort":
                area = {"sheetId": self.sheet.id, "startRowIndex": first}
                spec = {"dimensionIndex": key, "sortOrder": "DESCENDING"}
                self.do("sortRange", range=area, sortSpecs=[spec])
            case "insert a row":
                self.do(
                    "insertDimension", range=rows | {"startIndex": first + 1, "endIndex": first + 2}
                )
            case "insert a row above the header":
                self.do("insertDimension", range=rows | {"startIndex": 0, "endIndex": 1})
            case "insert an order":
                self.do(
                    "insertDimension", range=rows | {"startIndex": first, "endIndex": first + 1}
                )
                for heading, value in (
                    ("Order ID", "NEW"),
                    ("Customer", "new one"),
                    ("Status", "Ready"),
                ):
                    if heading in head:
                        self.put(first, head.index(heading), value)
            case "delete a row":
                self.do(
                    "deleteDimension", range=rows | {"startIndex": first + 1, "endIndex": first + 2}
                )
            case "drag a row":
                source = rows | {"startIndex": first, "endIndex": first + 1}
                self.do("moveDimension", source=source, destinationIndex=first + 4)
            case "insert a column":
                self.do("insertDimension", range=columns | {"startIndex": 2, "endIndex": 3})
            case "move a column":
                self.do(
                    "moveDimension",
                    source=columns | {"startIndex": 1, "endIndex": 2},
                    destinationIndex=5,
                )
            case "move the Order IDs":
                self.do("moveDimension", source=columns | {"startIndex": key, "endIndex": key + 1},
                        destinationIndex=(key + 4) % 7)  # fmt: skip
            case "type into Check":
                self.type_in("A-3", "Check", "a person's words")
            case "type a status":
                self.type_in("A-2", "Status", "On Hold")
            case "type elsewhere":
                self.type_in("A-4", "Mine", "by hand")

    def do(self, kind, **body):
        apply_all(self.book, [{kind: body}])

    def type_in(self, order, heading, value):
        top, head = self.header()
        for number, row in enumerate(self.rows()):
            if number > top and heading in head and self.at(row, head.index("Order ID")) == order:
                self.put(number, head.index(heading), value)
                return

    # What stands there

    def rows(self):
        return [[self.value(cell) for cell in row] for row in self.sheet.rows]

    @staticmethod
    def value(cell):
        entered = (cell or {}).get("userEnteredValue") or {}
        return next(iter(entered.values()), None)

    @staticmethod
    def at(row, column):
        return row[column] if column < len(row) else None

    def header(self):
        for number, row in enumerate(self.rows()):
            if "Order ID" in row:
                return number, row
        raise AssertionError("the heading Order ID is gone")

    # The worker

    def plan(self):
        sheet = self.tracker.read()
        header = find_header(sheet.rows, sheet.row_numbers, RULES)
        lines, numbers = [], []
        for number, row in zip(sheet.row_numbers, sheet.rows, strict=True):
            cells = {key: self.at(row, place) for key, place in header.columns.items()}
            order = cells["order_id"]
            if number <= header.row_number or not isinstance(order, str):
                continue
            for key, old, new in self.wanted(order, cells):
                lines.append((order, key, old, new))
                numbers.append(number)
        planned = batch(*lines)
        planned.changes["row"] = numbers
        return planned

    @staticmethod
    def wanted(order, cells):
        if cells.get("check") in (None, "old"):
            yield "check", cells.get("check"), f"checked {order}"
        if cells.get("status") == "Pending":
            yield "status", "Pending", "Picking"
        if cells.get("picked") is True and cells.get("picked_at") is None:
            yield "picked_at", None, stamp(order)

    def one_pass(self, acts):
        """A pass during which people act: `acts` are (gap, operation)."""
        planned = self.plan()
        left = list(acts)

        def gap_of(call):
            if call.kind == "write":
                return GAPS[1]
            return GAPS[0] if "FORMULA" in str(call.query) else ""

        def perform(gap):
            for place, (when, name) in enumerate(list(left)):
                if when == gap:
                    left[place] = ("done", name)
                    self.act(name)

        def before(call):
            perform(gap_of(call))

        def after(call):
            if call.kind == "write":
                perform(GAPS[2])
                if self.lose_answer:
                    self.lose_answer = False
                    raise ConnectionResetError("the answer got lost")

        self.service.before[:] = [before]
        self.service.after_apply[:] = [after]
        self.tracker.write(planned)
        self.service.before.clear()
        self.service.after_apply.clear()


def stamp(order):
    return datetime(2026, 11, 22, 9, 0, int(order[-1]) if order[-1].isdigit() else 9)


def wrongs(scene):
    """Everything that stands where it does not belong."""
    top, head = scene.header()
    for heading in HEAD:
        if heading not in head:
            yield f"the heading {heading} is gone"
    for number, row in enumerate(scene.rows()):
        cells = {heading: scene.at(row, place) for place, heading in enumerate(head) if heading}
        order = cells.get("Order ID")
        beside = [v for i, v in enumerate(row) if v is not None and (i >= len(head) or not head[i])]
        if number <= top:
            continue
        if beside:
            yield f"{order}: {beside} stands under no heading"
        if order is None and any(value is not None for value in cells.values()):
            yield f"a row without Order ID holds {cells}"
        if str(cells.get("Check")).startswith("checked") and cells["Check"] != f"checked {order}":
            yield f"{order} has {cells['Check']}"
        if order == "NEW" and (cells.get("Status"), cells.get("Picked At")) != ("Ready", None):
            yield f"the new order holds {cells}"
        if not str(order).startswith("A-"):
            continue
        n = int(str(order)[2:])
        if cells.get("Customer") != f"customer {n}" or cells.get("Mine") not in (
            f"mine {n}",
            "by hand",
        ):
            yield f"{order}: a person's cell changed: {cells}"
        if cells.get("Status") not in ("Pending", "Picking", "On Hold"):
            yield f"{order} has the status {cells.get('Status')}"
        seconds = cells.get("Picked At")
        if seconds is not None and round((float(seconds) % 1) * 86_400) != 9 * 3600 + n:
            yield f"{order} has the time of another order"


OPERATIONS = (
    "sort", "insert a row", "insert a row above the header", "insert an order", "delete a row", "drag a row",
    "insert a column", "move a column", "move the Order IDs", "type into Check", "type a status", "type elsewhere",
)  # fmt: skip


@pytest.mark.parametrize("lose_answer", [False, True], ids=["answered", "answer lost"])
@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_one_operation_in_one_gap_leaves_nothing_in_a_wrong_row(name, gap, lose_answer):
    scene = Scene(lose_answer=lose_answer)
    scene.one_pass([(gap, name)])
    assert list(wrongs(scene)) == []
    scene.one_pass([])
    writes = scene.service.counters.writes
    scene.one_pass([])
    assert scene.service.counters.writes == writes, "one pass after people stopped nothing is left"
    assert list(wrongs(scene)) == []


@pytest.mark.parametrize("first", OPERATIONS)
def test_two_operations_in_any_gaps_leave_nothing_in_a_wrong_row(first):
    found = {}
    for second, one, two in itertools.product(OPERATIONS, GAPS, GAPS):
        scene = Scene()
        scene.one_pass([(one, first), (two, second)])
        if faults := list(wrongs(scene)):
            found[second, one, two] = faults
    assert found == {}
