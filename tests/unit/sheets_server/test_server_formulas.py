"""Formulas in cells, and the conditions of conditional formats."""

from __future__ import annotations

import pytest

from tests.sheets_server.conditional import conditional_format
from tests.sheets_server.values import View
from tests.support.sheet_books import a_book


def shown(formula, *rows):
    """What a formula in A1 shows, with these rows below it."""
    book = a_book([formula], *rows)
    return View(book).shown(book.sheets[0], 0, 0)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("= 1 / 1024", "0.0009765625"),
        ("=1+1", "2"),
        ("=-2^2", "4"),
        ("=2+3*4-(1+1)", "12"),
        ("=50%", "0.5"),
        ('="a"&1&TRUE', "a1TRUE"),
        ('="a"="A"', "TRUE"),
        ("=1<2", "TRUE"),
        ('=1<"a"', "TRUE"),
        ('=Z1=""', "#REF!"),
        ('=F9=""', "TRUE"),
        ("=F9=0", "TRUE"),
        ('=IF(1>2,"a","b")', "b"),
        ("=AND(TRUE,NOT(FALSE))", "TRUE"),
        ("=OR(FALSE,1=2)", "FALSE"),
        ('=LEFT("BREACH 3h",6)', "BREACH"),
        ("=MOD(7,3)", "1"),
        ("=MOD(-1,3)", "2"),
        ("=ISNUMBER(1)", "TRUE"),
        ('=ISNUMBER("1")', "FALSE"),
        ('=HYPERLINK("http://x.example","Track")', "Track"),
        ("=1/0", "#DIV/0!"),
        ("=#REF!+1", "#REF!"),
        ("=NA()", "#N/A"),
        ("=NOSUCH(1)", "#NAME?"),
        ("=nosuchname", "#NAME?"),
        ('=1+"x"', "#VALUE!"),
        ("=1+", "#ERROR!"),
        ("=A1", "#REF!"),
        ('=IFERROR(1/0,"none")', "none"),
        ("=ISERROR(1/0)", "TRUE"),
        ("=ROUND(2.5,0)", "3"),
    ],
)  # fmt: skip
def test_a_formula_shows_its_value(formula, text):
    assert shown(formula) == text


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("=A2+B2", "3"),
        ("=SUM(A2:B3)", "6"),
        ("=SUM(A2:A)", "4"),
        ('=COUNTIF(A2:B3,">1")', "2"),
        ('=COUNTIF(C2:C3,"br*")', "1"),
        ("=COUNTA(A2:C9)", "4"),
        ("=$B$2", "2"),
        ("=Sheet1!B2", "2"),
        ("=A2:B3", "1"),
    ],
)  # fmt: skip
def test_a_formula_reads_other_cells(formula, text):
    assert shown(formula, [1, 2, "breach"], [3]) == text


def test_formulas_read_formulas_and_a_ring_is_an_error():
    book = a_book(["=B1*2", "=C1+1", 4], ["=B2", "=A2"])
    view, sheet = View(book), book.sheets[0]
    assert view.shown(sheet, 0, 0) == "10"
    assert view.shown(sheet, 1, 0) == "#REF!"


def test_a_condition_holds_for_each_row_by_its_own_cells():
    book = a_book(["SLA"], ["BREACH"], ["ok"], ["breach"])
    sheet = book.sheets[0]
    rule = {
        "ranges": [{"startRowIndex": 1, "endRowIndex": 4, "endColumnIndex": 3}],
        "booleanRule": {
            "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": '=$A2="BREACH"'}]},
            "format": {"textFormat": {"bold": True}},
        },
    }  # fmt: skip
    sheet.conditional_formats.append(rule)
    view = View(book)
    found = [bool(conditional_format(view, sheet, row, 2)) for row in range(5)]
    assert found == [False, True, False, True, False]


def test_the_first_rule_that_holds_wins_each_field_of_the_format():
    def rule(kind, value, look):
        condition = {"type": kind, "values": [{"userEnteredValue": value}]}
        return {"ranges": [{}], "booleanRule": {"condition": condition, "format": look}}

    book = a_book(["late", 7])
    sheet = book.sheets[0]
    sheet.conditional_formats += [
        rule("TEXT_CONTAINS", "LATE", {"textFormat": {"bold": True}}),
        rule("TEXT_EQ", "late", {"textFormat": {"bold": False, "italic": True}}),
        rule("NUMBER_GREATER", "6", {"textFormat": {"strikethrough": True}}),
    ]
    view = View(book)
    assert conditional_format(view, sheet, 0, 0) == {"textFormat": {"bold": True, "italic": True}}
    assert conditional_format(view, sheet, 0, 1) == {"textFormat": {"strikethrough": True}}
