"""People do what they say, the same way each time, and no answer of the server shows what they remember."""

from __future__ import annotations

from random import Random

import pytest

from tests.sheets_server.people import ACTS, Act, perform, place_of
from tests.sheets_server.people_dice import mend, random_act
from tests.sheets_server.trail import trail_of, value_of
from tests.simulation.google.editors import Editors, Ledger
from tests.simulation.google.exhaustive import ACTS as EVERY
from tests.simulation.google.little_tracker import SHEET_ID, little_book
from tests.simulation.google.planner import Planner
from tests.simulation.google.wire import Wire
from tests.simulation.google.world import World


def keys(book):
    place = place_of(book)
    rows = place.sheet.rows[place.head + 1 : place.head + 1 + place.count]
    return [value_of(row[place.columns["order_id"]]) if row else None for row in rows]


def cells(book, role):
    place = place_of(book)
    column = place.columns[role]
    below = range(place.head + 1, place.head + 1 + place.count)
    return [value_of(place.sheet.cell(row, column)) for row in below]


ORDERS = ["0001", "A-2", "A-3", "A-4", "A-5", "A-6"]


@pytest.mark.parametrize(
    ("act", "stands"),
    [
        (Act("sort", ("order_id", True)), ["A-6", "A-5", "A-4", "A-3", "A-2", "0001"]),
        (Act("delete", (1,)), ["0001", "A-3", "A-4", "A-5", "A-6"]),
        (Act("insert_empty", (1,)), ["0001", None, "A-2", "A-3", "A-4", "A-5", "A-6"]),
        (Act("insert_filled", (6, (("order_id", "B"),))), [*ORDERS, "B"]),
        (Act("move_rows", (0, 2, 5)), ["A-3", "A-4", "A-5", "0001", "A-2", "A-6"]),
        (Act("cut_paste", (1, 99)), ["0001", None, "A-3", "A-4", "A-5", "A-6", "A-2"]),
        (Act("cut_paste", (4, 1)), ["0001", "A-5", "A-3", "A-4", None, "A-6"]),
        (Act("duplicate", (0, 3)), ["0001", "A-2", "A-3", "0001", "A-4", "A-5", "A-6"]),
        (Act("edit_key", (0, "B-1")), ["B-1", "A-2", "A-3", "A-4", "A-5", "A-6"]),
        (Act("move_column", ("order_id", 6)), ORDERS),
        (Act("insert_above"), ORDERS),
        (Act("filter_view", ("customer", True)), ORDERS),
    ],
)
def test_rows_stand_where_people_put_them(act, stands):
    book = little_book()
    perform(book, act)
    assert keys(book) == stands


def test_what_people_type_stands_in_its_row_and_in_the_ledger():
    book = little_book()
    (stroke,) = perform(book, Act("type_in", (1, "notes", "by hand")), at=7)
    assert (stroke.at, stroke.order, stroke.role, stroke.value) == (7, "A-2", "notes", "by hand")
    assert cells(book, "notes")[1] == "by hand"
    block = (("one",), ("two",))
    perform(book, Act("paste_block", (3, "customer", block)))
    assert cells(book, "customer")[3:5] == ["one", "two"]


def test_trails_travel_with_the_cells():
    book = little_book()
    perform(book, Act("type_in", (1, "notes", "by hand")), at=7)
    for act in (Act("sort", ("order_id", True)), Act("cut_paste", (4, 99)),
                Act("move_column", ("notes", 0)), Act("move_rows", (6, 1, 0))):  # fmt: skip
        perform(book, act, at=8)
    place = place_of(book)
    row = place.head + 1 + keys(book).index("A-2")
    assert trail_of(place.sheet.cell(row, place.columns["notes"])).at == 7


def test_every_kind_of_act_is_among_those_played():
    assert {act.name for act in EVERY} | {"clear_filter", "delete_above"} == set(ACTS)


def test_the_dice_throw_every_kind_of_act():
    thrown = set()
    for seed in range(60):
        book, dice = little_book(Random(seed)), Random(seed)
        for _ in range(40):
            act = random_act(dice, book)
            thrown.add(act.name)
            perform(book, act)
    assert thrown == set(ACTS)


def test_what_people_renamed_can_be_put_back():
    book = little_book()
    for act in (Act("rename_tab", ("May",)), Act("rename_heading", ("sla", "Deadline")),
                Act("insert_column", (0, "Check"))):  # fmt: skip
        perform(book, act)
    for act in mend(place_of(book)):
        perform(book, act)
    assert mend(place_of(book)) == []
    assert book.sheets[0].title == "Orders"


def test_the_same_seed_is_the_same_trace():
    traces = []
    for _ in range(2):
        ledger = Ledger(little_book(Random(5)))
        editors = Editors(ledger, 5)
        for _ in range(40):
            editors.between()
        traces.append(ledger.trace)
    assert traces[0] == traces[1]
    assert len(traces[0]) > 40


def test_no_answer_of_the_server_shows_what_people_remember():
    ledger = Ledger(little_book())
    ledger.perform(Act("type_in", (1, "notes", "by hand")), "test")
    world = World(0, ledger.book, Planner(), Editors(ledger, 0), ledger)
    world.people.resting = True
    session = Wire(world).session()
    url = f"https://sheets.googleapis.com/v4/spreadsheets/{ledger.book.id}"
    answer = session.get(url, params={"includeGridData": "true"})
    assert answer.ok
    assert "by hand" in answer.text
    assert "x-" not in answer.text.replace("x-www", "")
    assert answer.json()["sheets"][0]["properties"]["sheetId"] == SHEET_ID
