"""Cells become requests, and the answer tells where they stand."""

from __future__ import annotations

import pytest

from sheetsync.trackers.google.journal import Sent
from sheetsync.trackers.google.sending import answer_ranges, cell_requests, extended, quoted, runs
from sheetsync.trackers.google.snapshot import Snapshot, clean
from sheetsync.trackers.google.verifying import verify

HEAD = ["Order ID", "Status", "SLA", "Check"]
BEFORE = Snapshot(rows=clean([HEAD, ["A", "Pending", "ok"], ["B", "Ready", "late", "x"], ["C"]]))


def sent(order, row, column, old, new, *, common=False):
    return Sent(
        order=order, row=row, column=column, heading=HEAD[column], old=old, new=new, common=common
    )


def reply(rows, *, replies=(), first=0):
    """The state after a write, of the rows (index from 0 -> cells)."""
    data = [
        {
            "startRow": number,
            "startColumn": first,
            "rowData": [{"values": [{"effectiveValue": extended(cell)} for cell in cells]}],
        }
        for number, cells in rows.items()
    ]
    return {
        "replies": list(replies),
        "updatedSpreadsheet": {"sheets": [{"properties": {"sheetId": 7}, "data": data}]},
    }


def check(cells, compared, answer):
    return verify(cells, compared, answer, 7, before=BEFORE, header_row=1, key_column=0)


@pytest.mark.parametrize("text", ["=1+1", "+49", "-x", "@SUM(A1)", "\t=x", "007", "TRUE", "1/2"])
def test_a_text_is_sent_as_text_whatever_it_begins_with(text):
    assert extended(text) == {"stringValue": text}


def test_a_tick_is_a_tick_and_a_blank_empties():
    assert extended(True) == {"boolValue": True}
    assert extended(None) == {}


def test_cells_side_by_side_over_following_rows_are_one_block():
    cells = [sent(o, r, c, None, f"{o}{c}") for o, r in (("A", 2), ("B", 3)) for c in (2, 3)]
    found = cell_requests([*cells, sent("C", 9, 2, None, "far")], 7).requests
    assert len(found) == 2
    (first,) = (f["updateCells"] for f in found if len(f["updateCells"]["rows"]) == 2)
    assert first["fields"] == "userEnteredValue"
    assert first["range"] == {
        "sheetId": 7, "startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 2, "endColumnIndex": 4,
    }  # fmt: skip
    assert first["rows"][1]["values"][1] == {"userEnteredValue": {"stringValue": "B3"}}


def test_a_word_of_ours_is_exchanged_only_for_the_word_that_was_seen():
    found = cell_requests([sent("A", 2, 1, "Pending", "Ready", common=True)], 7)
    request = found.requests[0]["findReplace"]
    assert (request["find"], request["replacement"]) == ("Pending", "Ready")
    assert request["matchEntireCell"]
    assert request["matchCase"]
    assert not request["includeFormulas"]
    assert list(found.compared) == [0]


@pytest.mark.parametrize(
    ("old", "new"), [(None, "Ready"), ("Pending", None), ("1/2", "Ready"), ("Pending", "=x")]
)
def test_what_could_be_parsed_or_not_be_found_is_never_sent_by_replacing(old, new):
    assert not cell_requests([sent("A", 2, 1, old, new, common=True)], 7).compared


def test_few_rows_are_asked_for_whole_and_many_by_their_keys():
    few = [sent("A", 2, 1, None, "x"), sent("B", 3, 1, None, "x"), sent("C", 9, 1, None, "x")]
    assert answer_ranges(few, "It's", 1, 0) == ["'It''s'!1:1", "'It''s'!2:3", "'It''s'!9:9"]
    many = [sent(str(n), n, 1, None, "x") for n in range(2, 700)]
    assert answer_ranges(many, "T", 1, 0) == ["'T'!1:1", "'T'!A2:A699"]


def test_titles_are_quoted_and_runs_are_found():
    assert quoted("a'b") == "'a''b'"
    assert list(runs([1, 2, 3, 7, 9, 10])) == [(1, 3), (7, 7), (9, 10)]


def test_a_cell_in_its_own_row_is_confirmed():
    cell = sent("A", 2, 2, "ok", "late")
    assert check([cell], {}, reply({0: HEAD, 1: ["A", "Pending", "late"]})).clean


def test_a_displaced_cell_names_whose_cell_it_took_and_what_stood_there():
    cell = sent("A", 2, 2, "ok", "late now")
    found = check([cell], {}, reply({0: HEAD, 1: ["B", "Ready", "late now", "x"]}))
    ((away, undo),) = found.displaced
    assert away is cell
    assert (undo.order, undo.heading, undo.wrong, undo.rights) == (
        "B",
        "SLA",
        "late now",
        ("late",),
    )


def test_a_row_that_nobody_had_seen_gets_its_blank_back():
    found = check([sent("A", 2, 2, "ok", "x")], {}, reply({0: HEAD, 1: ["NEW", None, "x"]}))
    assert found.displaced[0][1].rights == ()


def test_a_column_put_in_between_is_seen_by_the_headings():
    moved = ["Order ID", "Mine", "Status", "SLA", "Check"]
    cell = sent("A", 2, 2, "ok", "late")
    found = check([cell], {}, reply({0: moved, 1: ["A", None, "late", "ok"]}))
    undo = found.displaced[0][1]
    assert (undo.order, undo.heading, undo.rights) == ("A", "Status", ("Pending",))


def test_an_exchange_that_found_another_word_is_lost_and_displaces_nothing():
    cell = sent("A", 2, 1, "Pending", "Ready", common=True)
    found = check(
        [cell], {0: cell}, reply({0: HEAD, 1: ["B", "Ready"]}, replies=[{"findReplace": {}}])
    )
    assert found.lost == (cell,)
    assert found.clean


def test_a_cell_that_the_answer_does_not_show_is_never_taken_for_confirmed():
    assert not check([sent("A", 2, 2, "ok", "late")], {}, reply({0: HEAD})).clean
    assert not check([sent("A", 2, 2, "ok", "late")], {}, {}).clean
