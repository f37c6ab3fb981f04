"""What a write replaced tells where its cells stand, and what is to be put back."""

from __future__ import annotations

import pytest

from sheetsync.trackers.google.journal import Sent, Under
from sheetsync.trackers.google.verifying import Landing, Replaced, verify

HEAD = ("Order ID", "Status", "SLA", "Check")
UNDER = Under(HEAD, 1, 0)
ROWS = {1: HEAD, 2: ("A", "Pending", "ok"), 3: ("B", "Ready", "late", "x"), 4: ("C",)}


def sent(order, row, column, old, new, **more):
    return Sent(order=order, row=row, column=column, heading=HEAD[column], old=old, new=new, **more)


def landing(rows=ROWS, *, formulas=None, width=4):
    """A write that met these rows (number -> cells)."""
    cells = {
        (number, column): Replaced(value)
        for number, row in rows.items()
        for column, value in enumerate(row)
        if value is not None
    }
    cells |= {place: Replaced(1, text) for place, text in (formulas or {}).items()}
    return Landing(ticket="today 1", replaced=cells, width=width)


SLA = sent("A", 2, 2, "ok", "late now")


def test_a_cell_in_its_own_row_stands():
    found = verify([SLA], landing(), UNDER)
    assert (found.stand, found.clean) == ((SLA,), True)


def test_a_displaced_cell_is_put_back_to_what_stood_there_at_that_very_moment():
    found = verify([SLA], landing(ROWS | {2: ("B", "On Hold", "just typed", "x")}), UNDER)
    (undo,) = found.undos
    assert (found.stand, found.away) == ((), (SLA,))
    assert (undo.wrong, undo.right, undo.column) == ("late now", "just typed", 2)
    assert (undo.then.key, undo.then.cells) == ("B", ("B", "On Hold", "late now", "x"))


def test_a_keystroke_in_the_very_cell_being_written_comes_back_too():
    found = verify([SLA], landing(ROWS | {2: ("A", "Pending", "by hand")}), UNDER)
    assert [undo.right for undo in found.undos] == ["by hand"]
    assert found.stand == ()


def test_a_formula_that_somebody_has_just_typed_comes_back_as_a_formula_and_a_text_as_a_text():
    typed = landing(ROWS | {2: ("B", None, "=1+1")})
    assert [(u.right, u.formula) for u in verify([SLA], typed, UNDER).undos] == [("=1+1", "")]
    formula = landing(ROWS | {2: ("B",)}, formulas={(2, 2): "=1+1"})
    assert [u.formula for u in verify([SLA], formula, UNDER).undos] == ["=1+1"]


def test_where_the_very_same_value_stood_nothing_is_to_be_undone():
    found = verify([SLA], landing(ROWS | {2: ("B", None, "late now")}), UNDER)
    assert (found.undos, found.away) == ((), (SLA,))


def test_an_exchange_that_met_another_word_wrote_nothing():
    status = sent("A", 2, 1, "Pending", "Ready", common=True)
    found = verify([status], landing(ROWS | {2: ("B", "On Hold")}), UNDER)
    assert (found.stand, found.away, found.undos) == ((), (), ())


@pytest.mark.parametrize(
    "head", [("Order ID", "Mine", "Status", "SLA", "Check"), ("Mine", *HEAD), HEAD[1:]]
)
def test_columns_that_moved_in_that_moment_make_every_cell_a_displaced_one(head):
    found = verify([SLA], landing(ROWS | {1: head}, width=6), UNDER)
    assert found.stand == ()
    assert len(found.undos) == 1
    assert found.undos[0].then.headings[: len(head)] == head


def test_a_column_of_staff_s_at_the_right_does_not_matter():
    found = verify([SLA], landing(ROWS | {1: (*HEAD, "Mine")}, width=6), UNDER)
    assert found.stand == (SLA,)


def test_a_row_put_in_above_the_header_is_seen_and_the_header_found_below():
    rows = {1: ("Our orders",), 2: HEAD, 3: ("A", "Pending", "ok")}
    cell = sent("B", 3, 2, "late", "later")
    (undo,) = verify([cell], landing(rows), UNDER).undos
    assert undo.then.headings == HEAD
    assert (undo.then.key, undo.right) == ("A", "ok")


def test_a_header_that_was_hit_itself_is_to_be_put_back():
    rows = {1: ("Our orders",), 2: HEAD, 3: ("A", "Pending", "ok")}
    (undo,) = verify([SLA], landing(rows), UNDER).undos
    assert (undo.right, undo.then.number) == ("SLA", 2)


def test_a_repair_is_told_by_the_whole_row_where_one_cell_may_have_changed():
    cell = sent("", 4, 3, "ours", None, beside=(None, "Ready", "late", "ours"))
    same_row = landing(ROWS | {4: ("NEW", "Ready", "late", "ours")})
    other_row = landing(ROWS | {4: ("C", "Pending", "late", "ours")})
    assert verify([cell], same_row, UNDER).stand == (cell,)
    assert verify([cell], other_row, UNDER).stand == ()


def test_rows_that_were_not_shown_whole_are_known_by_their_order_id():
    found = verify([SLA], landing(ROWS | {2: ("B", "Ready", "late")}, width=0), UNDER)
    assert (found.undos[0].then.key, found.undos[0].then.cells) == ("B", None)


def test_the_answer_is_read_by_the_ids_of_both_tabs():
    def data(row, column, *cells):
        values = [{"effectiveValue": {"stringValue": c}} if c else {} for c in cells]
        return {"startRow": row, "startColumn": column, "rowData": [{"values": values}]}

    sheets = [
        {"properties": {"sheetId": 9}, "data": [data(0, 5, "today 7"), data(1, 0, "B", "x")]},
        {"properties": {"sheetId": 0}, "data": [data(1, 1, "shown")]},
        {"properties": {"sheetId": 4}, "data": [data(0, 0, "somebody else's")]},
    ]
    found = Landing.of(sheets, tab=0, copy=9, ticket_column=5, width=2)
    assert found.ticket == "today 7"
    assert found.row(2) == ("B", "x")
    assert found.shown[2, 1].value == "shown"
    assert found.row(1) == ()
