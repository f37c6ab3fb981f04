"""Cells become requests, with a copy of what they replace taken first."""

from __future__ import annotations

import pytest

from sheetsync.trackers.google.journal import Sent, Under
from sheetsync.trackers.google.safety_copy import SafetyCopy
from sheetsync.trackers.google.sending import (
    around,
    blocks,
    cell_requests,
    extended,
    is_compared,
    quoted,
    runs,
)

HEAD = ("Order ID", "Status", "SLA", "Check")
UNDER = Under(HEAD, 1, 0)
COPY = SafetyCopy(id=9, title="It's a copy", rows=900, columns=31, wide=6)


def sent(order, row, column, old, new, **more):
    return Sent(order=order, row=row, column=column, heading=HEAD[column], old=old, new=new, **more)


@pytest.mark.parametrize("text", ["=1+1", "+49", "-x", "@SUM(A1)", "\t=x", "007", "TRUE", "1/2"])
def test_a_text_is_sent_as_text_whatever_it_begins_with(text):
    assert extended(text) == {"stringValue": text}


def test_a_tick_is_a_tick_and_a_blank_empties():
    assert extended(True) == {"boolValue": True}
    assert extended(None) == {}


def test_cells_side_by_side_over_following_rows_are_one_block():
    cells = [sent(o, r, c, None, f"{o}{c}") for o, r in (("A", 2), ("B", 3)) for c in (2, 3)]
    found = cell_requests([*cells, sent("C", 9, 2, None, "far")], 7)
    assert len(found) == 2
    (first,) = (f["updateCells"] for f in found if len(f["updateCells"]["rows"]) == 2)
    assert first["fields"] == "userEnteredValue"
    assert first["range"] == {
        "sheetId": 7, "startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 2, "endColumnIndex": 4,
    }  # fmt: skip
    assert first["rows"][1]["values"][1] == {"userEnteredValue": {"stringValue": "B3"}}
    assert blocks(cells) == [((2, 3), (2, 3))]


def test_a_word_of_ours_is_exchanged_only_for_the_word_that_was_seen():
    (request,) = cell_requests([sent("A", 2, 1, "Pending", "Ready", common=True)], 7)
    exchange = request["findReplace"]
    assert (exchange["find"], exchange["replacement"]) == ("Pending", "Ready")
    assert exchange["matchEntireCell"]
    assert exchange["matchCase"]
    assert not exchange["includeFormulas"]


@pytest.mark.parametrize(
    ("old", "new"), [(None, "Ready"), ("Pending", None), ("1/2", "Ready"), ("Pending", "=x")]
)
def test_what_could_be_parsed_or_not_be_found_is_never_sent_by_replacing(old, new):
    assert not is_compared(sent("A", 2, 1, old, new, common=True))


def test_a_repair_takes_away_any_text_of_ours_that_still_stands_there_and_nothing_else():
    assert is_compared(sent("A", 2, 3, "A is missing 1/2", None, beside=("A",)))
    assert not is_compared(sent("A", 2, 3, 45000.5, None, beside=("A",)))
    assert not is_compared(sent("A", 2, 3, "x", "=SUM(A1)", beside=("A",)))


def test_the_copy_is_emptied_and_taken_before_anything_is_written():
    cells = [sent("A", 5, 2, "ok", "late"), sent("B", 7, 1, None, "Ready")]
    saved = COPY.requests(cells, UNDER, ticket="today 1", tab=7)
    kinds = [next(iter(request)) for request in cell_requests(cells, 7, saved)]
    assert kinds == ["updateCells"] * 2 + ["copyPaste"] * 5 + ["updateCells"] * 2
    assert saved[0]["updateCells"] == {"range": {"sheetId": 9}, "fields": "userEnteredValue"}
    copies = [request["copyPaste"] for request in saved[2:]]
    assert all(c["source"]["sheetId"] == 7 and c["destination"]["sheetId"] == 9 for c in copies)
    assert all(
        {**c["source"], "sheetId": 0} == {**c["destination"], "sheetId": 0} for c in copies
    ), "at the same addresses, so that no formula is shifted"
    assert [c["pasteType"] for c in copies] == ["PASTE_VALUES"] * 3 + ["PASTE_FORMULA"] * 2


def test_few_rows_are_read_back_whole_and_of_many_only_what_tells_whose_they_are():
    few = [sent("A", 5, 1, None, "x"), sent("B", 6, 1, None, "x")]
    name = "'It''s a copy'"
    assert COPY.ranges(few, UNDER) == [f"{name}!AE1", f"{name}!A1:F3", f"{name}!A5:F6"]
    many = [sent(str(n), n, 1, None, "x") for n in range(5, 700)]
    assert COPY.ranges(many, UNDER) == [
        f"{name}!AE1", f"{name}!A1:F3", f"{name}!A5:A699", f"{name}!B5:B699",
    ]  # fmt: skip


def test_the_ticket_stands_beside_all_that_is_copied():
    assert COPY.holds(900, 30)
    assert not COPY.holds(900, 31)
    assert not COPY.holds(901, 3)


def test_a_header_is_looked_for_two_rows_up_and_down():
    assert around(1) == (1, 4)
    assert around(5) == (3, 8)


def test_titles_are_quoted_and_runs_are_found():
    assert quoted("a'b") == "'a''b'"
    assert list(runs([1, 2, 3, 7, 9, 10])) == [(1, 3), (7, 7), (9, 10)]
