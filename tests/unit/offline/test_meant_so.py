"""A mass change that somebody approved on its way in is not held a second time by the pass that follows it."""

from __future__ import annotations

from datetime import datetime

import openpyxl

from tests.support.shop import TITLES

SAME_DATE = datetime(2026, 3, 1, 9, 0)


def emptied(away):
    """Twelve customers emptied in the copy."""
    away.hands.type_all({f"#SP-{number}": {"customer": None} for number in range(1, 13)})


def test_what_was_approved_at_the_import_is_not_held_by_the_next_pass(away):
    emptied(away)
    assert away.back("16:00", approved=True).cells == 12
    assert away.shop.look(away.shop.at("16:02")).outcome == "done"
    assert away.shop.look(away.shop.at("16:04")).outcome in {"done", "unchanged"}


def test_other_dates_ticks_and_people_that_were_approved_go_on_too(away):
    away.shop.type_in("#SP-3", picked="✓")
    away.hands.type_all({
        f"#SP-{number}": {"ordered_at": SAME_DATE, "allocated": None, "handler": "Naledi", "status": "Shipped"}
        for number in range(1, 13)
    })  # fmt: skip
    away.back("16:00", approved=True)
    result = away.shop.look(away.shop.at("16:02"))
    assert (result.outcome, result.problem) == ("done", "")
    assert away.shop.cell("#SP-4", "ordered_at") == SAME_DATE


def test_what_a_person_does_to_many_rows_after_an_import_is_held_as_ever(away):
    emptied(away)
    away.back("16:00", approved=True)
    book = openpyxl.load_workbook(away.shop.workbook)
    sheet = book["Orders"]
    at = next(cell.column for cell in sheet[1] if cell.value == TITLES["handler"])
    for row in range(2, 14):
        sheet.cell(row, at).value = None
    book.save(away.shop.workbook)
    result = away.shop.look(away.shop.at("16:02"))
    assert result.outcome == "held"
    assert TITLES["handler"] in result.problem
    assert TITLES["customer"] not in result.problem
