"""What is put right after rows moved in the moment of a write, and what is left alone."""

from __future__ import annotations

from sheetsync.domain.model import CellError
from sheetsync.trackers.google.journal import Entry, Sent, Undo, pack, unpack
from sheetsync.trackers.google.repairing import Look, corrected, infer, repair, standing, targets
from sheetsync.trackers.google.snapshot import Snapshot, clean

HEAD = ["Order ID", "Status", "Picked At", "Note"]


def look(*rows, head=HEAD, formulas=None):
    cells = Snapshot(rows=clean([head, *rows]), formula_texts=formulas or {})
    return Look(cells=cells, header_row=1, key_column=head.index("Order ID"))


def sent(order, row, column, old, new, *, common=False):
    return Sent(
        order=order, row=row, column=column, heading=HEAD[column], old=old, new=new, common=common
    )


def undo(order, wrong, *rights, heading="Picked At"):
    return Undo(order=order, heading=heading, wrong=wrong, rights=rights)


BEFORE = look(["A", "Pending"], ["B", "Ready", 45000], ["C", "Ready"])
STAMP = sent("A", 2, 2, None, 46000.5)


def cells_of(round_):
    return [(c.order, c.row, c.column, c.old, c.new) for c in round_.cells]


def test_the_foreign_cell_gets_its_value_back_and_the_own_one_is_filled():
    now = look([], ["A", "Pending"], ["B", "Ready", 46000.5], ["C", "Ready"])
    done = repair(
        [undo("B", 46000.5, 45000)], [STAMP], meant=targets([STAMP]), before=BEFORE, now=now
    )
    assert cells_of(done) == [("A", 3, 2, None, 46000.5), ("B", 4, 2, 46000.5, 45000)]


def test_a_foreign_cell_that_a_person_changed_since_is_left_alone():
    now = look(["B", "Ready", 47000], ["A", "Pending", 46000.5])
    assert repair([undo("B", 46000.5, 45000)], (), meant={}, before=BEFORE, now=now).cells == []


def test_what_the_other_order_was_to_get_anyway_stays():
    both = [STAMP, sent("B", 3, 2, 45000, 46000.5)]
    now = look(["A", "Pending"], ["B", "Ready", 46000.5])
    assert (
        repair([undo("B", 46000.5, 45000)], (), meant=targets(both), before=BEFORE, now=now).cells
        == []
    )


def test_an_order_that_was_edited_meanwhile_waits_for_the_next_pass():
    now = look(["A", "On Hold"], ["B", "Ready", 45000])
    assert repair((), [STAMP], meant=targets([STAMP]), before=BEFORE, now=now).cells == []


def test_a_row_inserted_in_that_moment_is_emptied_again():
    now = look(["NEW", None, 46000.5], ["A", "Pending"])
    assert cells_of(repair([undo("NEW", 46000.5)], (), meant={}, before=BEFORE, now=now)) == [
        ("NEW", 2, 2, 46000.5, None)
    ]


def test_of_two_rows_with_one_id_the_one_with_our_value_gets_what_is_missing():
    before = look(["D", "x", 1], ["D", "y", 2])
    now = look(["D", "x", 1], ["D", "y", 9])
    done = repair([undo("D", 9, 1, 2)], (), meant={}, before=before, now=now)
    assert cells_of(done) == [("D", 3, 2, 9, 2)]


def test_what_cannot_be_told_apart_is_left_and_said():
    now = look(["D", "x", 9], ["D", "y", 9])
    done = repair([undo("D", 9, 1, 2)], (), meant={}, before=BEFORE, now=now)
    assert done.cells == []
    assert len(done.unclear) == 1


def test_a_displaced_formula_comes_back_as_the_formula_it_was():
    now = look(["B", "Ready", 46000.5])
    wrong = Undo(order="B", heading="Picked At", wrong=46000.5, rights=(45000,), formula="=A1")
    done = repair([wrong], (), meant={}, before=BEFORE, now=now)
    assert done.formulas == {(2, 2): "=A1"}


def test_after_a_lost_answer_a_stamp_is_found_in_whatever_row_it_went_to():
    now = look(["C", "Ready"], ["A", "Pending"], ["B", "Ready", 46000.5])
    (found,) = infer([STAMP], before=BEFORE, now=now)
    assert (found.order, found.wrong, found.rights) == ("B", 46000.5, (45000,))
    assert standing([STAMP], now) == []


def test_after_a_lost_answer_a_word_that_people_type_counts_only_where_it_was_sent():
    status = sent("A", 2, 1, "Pending", "Packing", common=True)
    at_its_row = look(["B", "Packing", 45000], ["A", "Pending"])
    elsewhere = look(["A", "Pending"], ["B", "Packing", 45000])
    assert [u.order for u in infer([status], before=BEFORE, now=at_its_row)] == ["B"]
    assert infer([status], before=BEFORE, now=elsewhere) == []


def test_a_value_that_arrived_is_no_slip():
    now = look(["A", "Pending", 46000.5], ["B", "Ready", 45000])
    assert infer([STAMP], before=BEFORE, now=now) == []
    assert standing([STAMP], now) == [STAMP]


def test_moved_columns_do_not_hide_a_slip():
    head = ["Order ID", "Picked At", "Status", "Note"]
    now = look(["A", None, 46000.5], ["B", 45000, "Ready"], head=head)
    (found,) = infer([STAMP], before=BEFORE, now=now)
    assert (found.order, found.heading, found.rights) == ("A", "Status", ("Pending",))


def test_planning_goes_on_from_the_cells_as_they_will_be():
    now = look(["B", "Ready", 46000.5], ["A", "Pending"])
    seen = corrected([undo("B", 46000.5, 45000)], targets([STAMP]), now)
    assert seen.row(2) == ("B", "Ready", 45000)
    assert now.cells.row(2) == ("B", "Ready", 46000.5)


def test_an_entry_of_the_journal_comes_back_as_it_was():
    before = Snapshot(
        rows=[("Order ID", "x"), (), ("Ä", True, 1.5, None, CellError("#N/A"))],
        formula_texts={(3, 1): "=1"},
    )
    entry = Entry(
        sent=(STAMP,), undos=(undo("B", 1, None, 2),), before=before, key_column=0, header_row=1
    )
    back = unpack(pack(entry))
    assert (back.sent, back.undos) == (entry.sent, entry.undos)
    assert back.before.rows == before.rows
    assert back.before.formula_texts == before.formula_texts
