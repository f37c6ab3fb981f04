"""What is put right after rows moved in the moment of a write, and what is left alone and told."""

from __future__ import annotations

from dataclasses import replace

from sheetsync.domain.model import CellError
from sheetsync.trackers.google.journal import Entry, Sent, Then, Under, Undo, pack, unpack
from sheetsync.trackers.google.repairing import corrected, followed_back, repair
from sheetsync.trackers.google.snapshot import Snapshot, clean

HEAD = ("Order ID", "Status", "Picked At", "Note")
UNDER = Under(HEAD, 1, 0)
TIMES = {"A": 1, "B": 1, "C": 1, "D": 2, "": 0}


def tab(*rows, head=HEAD):
    return Snapshot(rows=clean([list(head), *(list(row) for row in rows)]))


def undo(
    cells,
    right,
    *,
    column=2,
    number=2,
    wrong=None,
    formula="",
    order="A",
    head=HEAD,
    write="today 1",
):
    """A cell of a row as it stood after the write, to be given back `right`."""
    then = Then(
        write=write, number=number, key=cells[0] or "", cells=cells, touched=(column,),
        headings=head, key_column=0,
    )  # fmt: skip
    return Undo(
        then=then, order=order, heading=HEAD[2], column=column,
        wrong=cells[column] if wrong is None else wrong, right=right, formula=formula,
    )  # fmt: skip


B = ("B", "Ready", 46000.5)


def sent_by(undos, now, times=None):
    found = repair(undos, now, UNDER, times or TIMES)
    return [(c.order, c.row, c.column, c.old, c.new) for c in found.cells]


def told(undos, now):
    return repair(undos, now, UNDER, TIMES).told(undos, [])


def test_the_foreign_cell_gets_its_value_back_wherever_its_row_is_now():
    now = tab([], ["A", "Pending"], B, ["C", "Ready"])
    assert sent_by([undo(B, 45000)], now) == [("B", 4, 2, 46000.5, 45000)]


def test_a_cell_that_a_person_changed_since_is_left_alone():
    now = tab(["B", "Ready", 47000], ["A", "Pending"])
    assert sent_by([undo(B, 45000)], now) == []
    assert told([undo(B, 45000)], now) == []


def test_a_row_without_order_id_is_known_by_its_other_cells():
    blank = (None, "Ready", 46000.5, "for Ann")
    now = tab(["A", "Pending"], [None, "Ready", 46000.5, "for Ann"], [None, "Ready", None, "x"])
    assert sent_by([undo(blank, None)], now) == [("", 3, 2, 46000.5, None)]


def test_a_row_whose_order_id_was_changed_since_is_still_found():
    row = ("B", "Ready", 46000.5, "for Ann")
    now = tab(["A", "Pending"], ["NEW", "Ready", 46000.5, "for Ann"])
    assert sent_by([undo(row, 45000)], now) == [("NEW", 3, 2, 46000.5, 45000)]


def test_a_known_order_with_the_same_value_is_never_taken_for_the_row():
    row = ("B", "Ready", 46000.5, "for Ann")
    now = tab(["A", "Ready", 46000.5, "for Ann"])
    assert sent_by([undo(row, 45000)], now) == []


def test_of_two_rows_with_one_order_id_the_one_that_is_just_like_it_is_meant():
    row = ("D", "Ready", 46000.5, "second")
    now = tab(["D", "Pending", 46000.5, "first"], row)
    assert sent_by([undo(row, 45000)], now) == [("D", 3, 2, 46000.5, 45000)]


def test_what_cannot_be_told_apart_is_left_and_told():
    row = ("D", "Ready", 46000.5)
    now = tab(row, row)
    assert sent_by([undo(row, 45000)], now) == []
    words = told([undo(row, 45000)], now)
    assert words[0] == (
        "Under “Picked At” of D stands “46000.5”, which may be ours or a person's; please look at it."
    )
    assert words[-1].startswith("“45000” under “Picked At” of D was written over")


def test_twins_that_get_the_same_need_not_be_told_apart():
    row = ("D", "Ready", 46000.5)
    undos = [undo(row, None), undo(row, None, number=3)]
    assert sent_by(undos, tab(row, row)) == [("D", n, 2, 46000.5, None) for n in (2, 3)]


def test_rows_of_one_order_that_all_get_the_same_need_not_be_told_apart():
    rows = ("D", "Ready", 46000.5, "first"), ("D", "Ready", 46000.5, "second")
    undos = [undo(row, None, number=number) for number, row in enumerate(rows, start=2)]
    now = tab(*reversed(rows))
    assert sent_by(undos, now) == [("D", n, 2, 46000.5, None) for n in (2, 3)]
    assert sent_by(undos, now, {**TIMES, "D": 3}) != sent_by(undos, now)


def test_a_row_that_people_deleted_needs_nothing():
    now = tab(["A", "Pending"], ["C", "Ready"])
    assert sent_by([undo(B, None)], now) == []
    assert told([undo(B, None)], now) == []


def test_columns_that_moved_since_are_followed():
    now = tab(["B", 46000.5, "Ready"], head=("Order ID", "Picked At", "Status", "Note"))
    assert sent_by([undo(B, 45000)], now) == [("B", 2, 1, 46000.5, 45000)]


def test_a_column_that_got_another_name_since_is_followed():
    now = tab(B, head=("Order ID", "Status", "When", "Note"))
    assert sent_by([undo(B, 45000)], now) == [("B", 2, 2, 46000.5, 45000)]


def test_a_formula_comes_back_and_reads_as_its_row_reads_now():
    now = tab([], ["A", "Pending"], B)
    (cell,) = repair([undo(B, 1, formula="=A2&$B$1")], now, UNDER, TIMES).cells
    assert (cell.row, cell.formula, cell.new) == (4, "=A4&$B$1", None)


def test_a_slip_that_met_a_slip_leads_back_to_what_was_there_first():
    first = undo(B, 45000)
    second = undo(("B", "Ready", 47000.5), 46000.5, write="today 2")
    assert sent_by([first, second], tab(["B", "Ready", 47000.5])) == [("B", 2, 2, 47000.5, 45000)]
    assert [u.right for u in followed_back([second], [first], TIMES)] == [45000]


def test_what_was_put_right_everywhere_it_was_due_is_done():
    now = tab(B)
    found = repair([undo(B, 45000)], now, UNDER, TIMES)
    assert found.done(found.cells) == [undo(B, 45000)]
    assert found.done([]) == []


def test_planning_goes_on_from_the_cells_as_they_will_be():
    now = tab(B, ["A", "Pending"])
    seen = corrected([undo(B, 45000)], now, UNDER, TIMES)
    assert seen.row(2) == ("B", "Ready", 45000)
    assert now.row(2) == B


def test_of_a_doubled_order_one_row_got_another_name_and_nobody_can_tell_which():
    row = ("D", "Ready", 46000.5)
    now = tab(["NEW", "Ready", 46000.5], row)
    assert sent_by([undo(row, 45000)], now) == []
    assert told([undo(row, 45000)], now)[0].startswith("Under “Picked At” of NEW stands “46000.5”")


def test_an_order_that_was_doubled_in_the_write_itself_is_not_found_by_its_name_alone():
    row = ("B", "Ready", 46000.5, "for Ann")
    slip = undo(row, 45000)
    slip = replace(slip, then=replace(slip.then, doubled=True))
    now = tab(["B", "Pending", 46000.5, "for Bob"], ["C", "Ready"])
    assert sent_by([slip], now) == []


def test_a_row_whose_own_name_was_hit_is_known_by_the_name_it_gets_back():
    hit = ("Late 73", "Ready", 46000.5, "for Ann")
    slip = undo(hit, 45000)
    undos = [slip, replace(slip, column=0, wrong="Late 73", right="B")]
    now = tab(["B", "Ready", 46000.5, "for Ann"], ["A", "Ready", 46000.5, "for Ann"])
    assert sent_by(undos, now) == [("B", 2, 2, 46000.5, 45000)]


def test_of_two_columns_with_one_heading_the_one_that_holds_it_is_meant():
    head = ("Order ID", "Mine", "Note")
    row = ("B", "Ready", None)
    now = tab(["B", None, "Ready", None], head=("Order ID", "Mine", "Mine", "Note"))
    assert sent_by([undo(row, None, column=1, head=head)], now) == [("B", 2, 2, "Ready", None)]


def test_a_plain_word_in_a_column_without_heading_is_undone_in_its_own_row_only():
    head = ("Order ID", "Status", "", "Note")
    undos = [undo(("B", "Ready", True), False, head=head)]
    now = tab(["A", "Pending", True], ["B", "Ready", True], head=head)
    assert sent_by(undos, now) == [("B", 3, 2, True, False)]


def test_a_heading_that_was_hit_makes_its_column_nobodys_for_no_moment():
    head = ("Order ID", "Status", "", "Note")
    top = undo(("Order ID", "Status", 46000.5, "Note"), "Picked At", number=1, head=head)
    slip = undo(("B", "Ready", 46001.5), 45000, head=head)
    now = tab(
        ["A", "Pending", 46001.5],
        ["B", "Ready", 46001.5],
        head=("Order ID", "Status", 46000.5, "Note"),
    )
    assert [cell[:3] for cell in sent_by([top, slip], now)] == [("Order ID", 1, 2), ("B", 3, 2)]


def test_a_slip_leads_back_only_to_a_row_of_the_same_order():
    first = undo(("A", "Ready", "OK 71", "Gus"), "Late 71")
    second = undo(("B", "Ready", "Late 70", "Gus"), "OK 71", write="today 2")
    assert [u.right for u in followed_back([second], [first], TIMES)] == ["OK 71"]


OWN_HEAD = ("Order ID", "Status", "SLA", "Note")


def own_cells(undos, now):
    found = repair(undos, now, UNDER, TIMES, ["SLA"])
    return [(c.row, c.column, c.old, c.new) for c in found.cells]


def test_what_is_ours_in_a_column_of_our_own_is_only_blanked():
    now = tab(("B", "Ready", "Late 70"), head=OWN_HEAD)
    slip = undo(("B", "Ready", "Late 70"), "typed by a person", head=OWN_HEAD)
    assert own_cells([slip], now) == [(2, 2, "Late 70", None)]
    assert own_cells([slip], tab(("B", "Ready"), head=OWN_HEAD)) == []


def test_in_a_column_of_our_own_nobody_has_to_look_at_what_cannot_be_told_apart():
    row = (None, "Ready", "Late 70", "call")
    slip = replace(undo(row, None, head=OWN_HEAD), heading="SLA")
    now = tab((None, "Ready", "Late 70", "ring"), (None, "Ready", "Late 70", "bell"), head=OWN_HEAD)
    assert own_cells([slip], now) == [(2, 2, "Late 70", None), (3, 2, "Late 70", None)]
    fixed = repair([slip], now, UNDER, TIMES, ["SLA"]).fixed()
    assert repair([slip], fixed, UNDER, TIMES, ["SLA"]).told([slip], [slip]) == []


def test_where_it_is_meant_a_value_of_our_own_stays():
    slip = replace(undo((None, "Ready", "Late 70", "call"), None, head=OWN_HEAD), heading="SLA")
    now = tab(("A", "Ready", "Late 70", "ring"), head=OWN_HEAD)
    assert own_cells([slip], now) == []


def test_a_row_in_which_nothing_else_stood_is_known_by_that():
    bare = (None, "Ready", None)
    slip = undo(bare, None, column=1)
    assert sent_by([slip], tab(bare, ("C", "Ready"))) == [("", 2, 1, "Ready", None)]
    assert sent_by([slip], tab(bare, bare)) == [], "two of them: nobody knows which"


def test_of_two_rows_of_one_order_only_one_shows_what_is_to_be_undone():
    hit = ("D", "Ready", 46000.5, "same")
    slip = undo(hit, None)
    now = tab(("D", "Ready", None, "same"), hit)
    assert sent_by([slip], now) == [("D", 3, 2, 46000.5, None)]


def test_what_stands_in_one_place_only_is_about_that_one():
    slip = undo((None, "Ready", 46000.5, "call"), None)
    edited = (None, "Ready", 46000.5, "rung")
    assert sent_by([slip], tab(edited)) == [("", 2, 2, 46000.5, None)]
    assert sent_by([slip], tab(edited, edited)) == []
    assert sent_by([replace(slip, right=45000)], tab(edited)) == [], "a person's row is no guess"


def test_an_entry_of_the_journal_comes_back_as_it_was():
    cell = Sent(
        order="A", row=2, column=2, heading="Picked At", old=CellError("#N/A"), new=1.5,
        beside=("Ä", True, None),
    )  # fmt: skip
    entry = Entry(
        ticket="today 2", sent=(cell,), under=UNDER, undos=(undo(B, None), undo(B, CellError("#N/A"))),
        times=TIMES, told=("Under “Check” of A stands “x”.",),
    )  # fmt: skip
    assert unpack(pack(entry)) == entry
