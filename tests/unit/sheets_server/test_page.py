"""What the live page is told of a book: looks, texts, ticks, lists, merges, charts, and who asked how often."""

from __future__ import annotations

import re

import pytest

import tests.sheets_server.requests.kinds  # noqa: F401 - makes the kinds known
from tests.sheets_server.model import Book, Sheet
from tests.sheets_server.page.book_view import LINES, Asked, book_view
from tests.sheets_server.page.drawing import Drawing, Line, drawn
from tests.sheets_server.page.looks import band_colour, cell_css, css_colour
from tests.sheets_server.page.picture import picture, save_picture
from tests.sheets_server.page.tab_view import MOST_ROWS, tab_view
from tests.sheets_server.requests.apply import apply_all

RED = {"rgbColor": {"red": 1}}
BLUE = {"rgbColor": {"blue": 1}}


@pytest.fixture
def sheet():
    return Sheet(id=7, title="Orders", index=0, row_count=60, column_count=6)


@pytest.fixture
def book(sheet):
    return Book(id="b", title="Shop", sheets=[sheet])


def _put(book, row, column, value, **more):
    kind = {bool: "boolValue", str: "stringValue"}.get(type(value), "numberValue")
    cell = {"userEnteredValue": {kind: value}, **more} if value is not None else more
    book.sheets[0].put(row, column, cell)


def _seen(book, row, column):
    """A cell of the page and its CSS."""
    view = tab_view(book, book.sheets[0])
    cell = view["cells"][row][column]
    return cell, view["looks"][cell["s"]][0]


def test_a_number_is_shown_in_its_format_and_edited_with_all_its_digits(book):
    form = {"numberFormat": {"type": "PERCENT", "pattern": "0.0%"}}
    _put(book, 1, 1, 0.96296, userEnteredFormat=form)
    cell, css = _seen(book, 1, 1)
    assert (cell["t"], cell["e"]) == ("96.3%", "0.96296")
    assert "text-align:right" in css


def test_a_date_is_edited_as_it_is_shown(book):
    form = {"numberFormat": {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}}
    _put(book, 1, 1, 45727.375, userEnteredFormat=form)
    cell, _ = _seen(book, 1, 1)
    assert cell["t"] == "2025-03-11 09:00"
    assert "e" not in cell


def test_a_formula_shows_its_value_and_is_edited_as_it_is(book):
    book.sheets[0].put(0, 0, {"userEnteredValue": {"formulaValue": "=1+2"}})
    cell, _ = _seen(book, 0, 0)
    assert (cell["t"], cell["e"]) == ("3", "=1+2")


def test_a_rule_colours_the_cell_that_it_holds_for_and_no_other(book):
    condition = {"type": "TEXT_STARTS_WITH", "values": [{"userEnteredValue": "Breached"}]}
    area = {"sheetId": 7, "startRowIndex": 1, "startColumnIndex": 2, "endColumnIndex": 3}
    rule = {
        "ranges": [area],
        "booleanRule": {
            "condition": condition,
            "format": {"backgroundColorStyle": RED, "textFormat": {"bold": True}},
        },
    }
    apply_all(book, [{"addConditionalFormatRule": {"rule": rule, "index": 0}}])
    _put(book, 1, 2, "Breached: since 09:03")
    _put(book, 2, 2, "OK")
    assert re.search(r"background-color:#ff0000.*font-weight:700", _seen(book, 1, 2)[1])
    assert "background" not in _seen(book, 2, 2)[1]


def test_a_rule_by_formula_is_read_from_the_row_it_colours(book):
    formula = '=($C2>="Breached")*($C2<"Breachee")'
    area = {"sheetId": 7, "startRowIndex": 1, "endRowIndex": 60, "startColumnIndex": 0}
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
    rule = {
        "ranges": [area],
        "booleanRule": {"condition": condition, "format": {"backgroundColorStyle": BLUE}},
    }
    apply_all(book, [{"addConditionalFormatRule": {"rule": rule, "index": 0}}])
    _put(book, 3, 2, "Breached: since 09:03")
    assert "background-color:#0000ff" in _seen(book, 3, 0)[1]
    assert "background" not in _seen(book, 2, 0)[1]


def test_bands_lie_under_a_cell_s_own_colour(book):
    band = {
        "range": {"sheetId": 7, "startRowIndex": 1, "endRowIndex": 60},
        "rowProperties": {"firstBandColorStyle": RED, "secondBandColorStyle": BLUE},
    }
    apply_all(book, [{"addBanding": {"bandedRange": band}}])
    [sheet] = book.sheets
    assert [band_colour(sheet, row, 0) for row in range(4)] == ["", "#ff0000", "#0000ff", "#ff0000"]
    own = {"backgroundColorStyle": {"rgbColor": {"green": 1}}}
    assert "background-color:#00ff00" in cell_css(own, {}, "#ff0000", None)


@pytest.mark.parametrize("value", [True, False, None])
def test_a_tick_box_is_ticked_or_not_also_where_nothing_stands(book, value):
    _put(book, 1, 1, value, dataValidation={"condition": {"type": "BOOLEAN"}})
    cell, _ = _seen(book, 1, 1)
    assert (cell["k"], cell["v"]) == ("tick", value is True)


def test_a_text_in_a_tick_column_is_shown_as_text(book):
    _put(book, 1, 1, "Inventory", dataValidation={"condition": {"type": "BOOLEAN"}})
    cell, _ = _seen(book, 1, 1)
    assert cell["t"] == "Inventory"
    assert "k" not in cell


def test_a_list_offers_its_words_and_those_of_a_range(book):
    words = [{"userEnteredValue": word} for word in ("Standard", "Bulk")]
    listed = {"condition": {"type": "ONE_OF_LIST", "values": words}, "showCustomUi": True}
    _put(book, 1, 1, None, dataValidation=listed)
    assert _seen(book, 1, 1)[0]["o"] == ["Standard", "Bulk"]
    staff = Sheet(id=8, title="Staff", index=1)
    staff.put(1, 0, {"userEnteredValue": {"stringValue": "Lerato"}})
    book.sheets.append(staff)
    values = [{"userEnteredValue": "=Staff!$A$2:$A$200"}]
    named = {"condition": {"type": "ONE_OF_RANGE", "values": values}, "showCustomUi": True}
    _put(book, 2, 1, None, dataValidation=named)
    assert _seen(book, 2, 1)[0]["o"] == ["Lerato"]


def test_hidden_columns_take_no_room_and_frozen_ones_are_named(book, sheet):
    sheet.grid |= {"frozenRowCount": 1, "frozenColumnCount": 1}
    sheet.column_dimensions[2] = {"hiddenByUser": True, "pixelSize": 80}
    sheet.column_dimensions[3] = {"pixelSize": 240}
    view = tab_view(book, sheet)
    assert view["columns"] == [100, 100, 0, 240, 100, 100]
    assert (view["frozenRows"], view["frozenColumns"]) == (1, 1)


def test_notes_merges_and_the_filter_are_told(book, sheet):
    area = {"sheetId": 7, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0}
    apply_all(
        book,
        [
            {"mergeCells": {"range": area | {"endColumnIndex": 3}, "mergeType": "MERGE_ALL"}},
            {"setBasicFilter": {"filter": {"range": area | {"startRowIndex": 1}}}},
        ],
    )
    _put(book, 4, 4, "x", note="why")
    view = tab_view(book, sheet)
    assert view["merges"] == [[0, 0, 2, 3]]
    assert view["filtered"] == [1, 0, 6]
    assert view["cells"][4][4]["n"] == "why"


def test_a_long_tab_is_shown_up_to_a_little_below_its_last_value(book, sheet):
    sheet.row_count = 50_000
    assert len(tab_view(book, sheet)["cells"]) == 40
    _put(book, 99, 0, "last")
    assert len(tab_view(book, sheet)["cells"]) == 125
    _put(book, 40_000, 0, "far below")
    assert len(tab_view(book, sheet)["cells"]) == MOST_ROWS


def test_a_chart_is_drawn_from_what_stands_in_its_ranges(book, sheet):
    for row, (week, count) in enumerate([("Week", "Placed"), ("W09", 8), ("W10", 30)]):
        _put(book, row, 0, week)
        _put(book, row, 1, count)
    source = {"sheetId": 7, "startRowIndex": 0, "endRowIndex": 3}

    def column(at):
        sources = [source | {"startColumnIndex": at, "endColumnIndex": at + 1}]
        return {"sourceRange": {"sources": sources}}

    basic = {
        "chartType": "LINE", "headerCount": 1, "legendPosition": "BOTTOM_LEGEND",
        "domains": [{"domain": column(0)}], "series": [{"series": column(1), "colorStyle": RED}],
    }  # fmt: skip
    place = {"anchorCell": {"sheetId": 7, "rowIndex": 5, "columnIndex": 1}, "widthPixels": 500}
    chart = {
        "spec": {"title": "In & out", "basicChart": basic},
        "position": {"overlayPosition": place},
    }
    apply_all(book, [{"addChart": {"chart": chart}}])
    [found] = tab_view(book, sheet)["charts"]
    assert (found["row"], found["column"]) == (5, 1)
    for words in ("In &amp; out", ">W10<", ">Placed<", "Placed 30", 'stroke="#ff0000"'):
        assert words in found["svg"]


@pytest.mark.parametrize("kind", ["LINE", "COLUMN", "BAR"])
@pytest.mark.parametrize("values", [[], [None, None], [0, 0], [0.5, 3], [1e6, -1]])
def test_whatever_figures_a_chart_has_it_is_drawn(kind, values):
    drawing = Drawing(
        kind=kind, title="<any>", axis="Hours", stacked=False, legend=True,
        categories=["a"] * len(values), lines=[Line("b", "#123456", values)],
    )  # fmt: skip
    svg = drawn(drawing, 400, 300)
    assert svg.startswith("<svg")
    assert "<any>" not in svg
    assert "nan" not in svg
    assert not re.search(r'(width|height)="-', svg)


def test_a_book_is_drawn_anew_only_when_it_has_changed(book):
    first = book_view(book, [], tab=None, since=-1)
    assert first["view"]["title"] == "Orders"
    assert "view" not in book_view(book, [], tab=7, since=first["version"])
    apply_all(book, [{"updateSheetProperties": {"properties": {"sheetId": 7, "title": "X"}, "fields": "title"}}])  # fmt: skip
    assert book_view(book, [], tab=7, since=first["version"])["view"]["title"] == "X"


def test_a_tab_that_was_deleted_gives_way_to_the_first_that_is_seen(book):
    book.sheets.insert(0, Sheet(id=1, title="Hidden", index=0, properties={"hidden": True}))
    book.sheets[1].index = 1
    assert book_view(book, [], tab=99, since=-1)["tab"] == 7


def test_requests_are_counted_for_each_and_listed_newest_first(book):
    tokens = {"read": "", "write": "the-people-of-the-demo"}
    asked = [
        Asked(n, tokens[kind], kind, "spreadsheets.values.get", "/v4", 200)
        for n, kind in enumerate(["read", "write"] * 60)
    ]
    found = book_view(book, asked, tab=None, since=-1)
    assert found["counters"] == [
        {"who": "sheetsync", "reads": 60, "writes": 0},
        {"who": "people", "reads": 0, "writes": 60},
    ]
    assert len(found["log"]) == LINES
    assert (
        found["log"][0] | {"number": 119, "who": "people", "name": "values.get"} == found["log"][0]
    )


def test_colours_are_read_in_all_three_ways():
    assert css_colour(None, {"red": 0.5}) == "#800000"
    assert css_colour({"themeColor": "ACCENT4"}) == "#34a853"
    assert css_colour(None) == ""


def test_a_picture_holds_all_tabs_and_asks_for_nothing(book, tmp_path):
    _put(book, 0, 0, "</script><b>")
    text = picture(book, "before")
    assert "/page/" not in text
    assert "</script><b>" not in text
    assert text.count("<script>") == 2
    save_picture(tmp_path / "deep" / "one.html", book, "before")
    assert (tmp_path / "deep" / "one.html").read_text(encoding="utf-8") == text
