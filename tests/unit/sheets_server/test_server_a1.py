"""What ranges mean, and how answers print them."""

from __future__ import annotations

import pytest

from tests.sheets_server import a1
from tests.sheets_server.model import ApiError, Book, Sheet

BOOK = Book("b", "B", sheets=[Sheet(0, "Sheet1", 0), Sheet(1, "Two words", 1, 10, 4), Sheet(2, "D3", 2, 5, 5)])  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "printed"),
    [
        ("Sheet1!B2", "Sheet1!B2"),
        ("B2", "Sheet1!B2"),
        ("Sheet1!$A$1:$B$2", "Sheet1!A1:B2"),
        ("Sheet1!D4:A1", "Sheet1!A1:D4"),
        ("Sheet1!A1:1", "Sheet1!A1:Z1"),
        ("Sheet1!A1:A", "Sheet1!A1:A1000"),
        ("Sheet1!A5:C", "Sheet1!A5:C1000"),
        ("Sheet1!B:C", "Sheet1!B1:C1000"),
        ("Sheet1!1:3", "Sheet1!A1:Z3"),
        ("Sheet1!a1:b1", "Sheet1!A1:B1"),
        ("Sheet1", "Sheet1!A1:Z1000"),
        ("'Sheet1'", "Sheet1!A1:Z1000"),
        ("sheet1!A1", "Sheet1!A1"),
        ("Two words!A1", "'Two words'!A1"),
        ("'Two words'!A1:Z99", "'Two words'!A1:D10"),
        ("Two words", "'Two words'!A1:D10"),
        ("D3", "Sheet1!D3"),
        ("'D3'", "'D3'!A1:E5"),
        ("D3!A1", "'D3'!A1"),
    ],
)
def test_a_range_is_answered_in_its_full_form_clipped_to_the_grid(asked, printed):
    assert a1.text_of(a1.area(BOOK, asked)) == printed


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("Tracker!A1", "Unable to parse range: Tracker!A1"),
        ("Sheet1!A", "Unable to parse range: Sheet1!A"),
        ("Sheet1!A1:B2:C3", "Unable to parse range: Sheet1!A1:B2:C3"),
        ("", "Unable to parse range: "),
        ("Sheet1!A1001", "Range (Sheet1!A1001) exceeds grid limits. Max rows: 1000, max columns: 26"),
        ("'Two words'!E1", "Range ('Two words'!E1) exceeds grid limits. Max rows: 10, max columns: 4"),
    ],
)  # fmt: skip
def test_what_is_no_range_of_the_book_is_told_in_googles_words(asked, told):
    with pytest.raises(ApiError) as caught:
        a1.area(BOOK, asked)
    assert (caught.value.code, caught.value.message) == (400, told)


def test_a_named_range_is_a_range_with_or_without_a_tab_before_it():
    named = {"name": "Config", "range": {"sheetId": 1, "endRowIndex": 2, "endColumnIndex": 1}}
    book = Book("b", "B", sheets=BOOK.sheets, named_ranges=[named])
    for text in ("Config", "config", "Sheet1!Config"):
        assert a1.text_of(a1.area(book, text)) == "'Two words'!A1:A2"


@pytest.mark.parametrize(
    ("title", "printed"),
    [
        ("Orders", "Orders"),
        ("Bestände", "Bestände"),
        ("KPI 2026-05", "'KPI 2026-05'"),
        ("it's", "'it''s'"),
        ("2026", "'2026'"),
        ("D3", "'D3'"),
        ("R1C1", "'R1C1'"),
        ("🌵", "'🌵'"),
    ],
)
def test_a_title_is_quoted_only_where_it_must_be(title, printed):
    assert a1.title(title) == printed
    book = Book("b", "B", sheets=[Sheet(0, title, 0)])
    assert a1.text_of(a1.area(book, f"{printed}!A1")) == f"{printed}!A1"
