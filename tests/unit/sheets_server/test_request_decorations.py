"""Names, protection, filters, rules of colour, bands and charts: added, changed, found again, taken away."""

from __future__ import annotations

import pytest

from tests.sheets_server.model import ApiError
from tests.sheets_server.sheet_json import sheet_json
from tests.support.sheet_books import a_book, do, plain, span

BANDS = {"firstBandColor": {"red": 1}, "secondBandColor": {"green": 1}}
BANDS_KEPT = {
    "firstBandColor": {"red": 1},
    "firstBandColorStyle": {"rgbColor": {"red": 1}},
    "secondBandColor": {"green": 1},
    "secondBandColorStyle": {"rgbColor": {"green": 1}},
}


def rule(text, **reach):
    values = [{"userEnteredValue": f'=$A1="{text}"'}]
    condition = {"type": "CUSTOM_FORMULA", "values": values}
    boolean = {"condition": condition, "format": {"textFormat": {"bold": True}}}
    return {"ranges": [reach or span(0, 10)], "booleanRule": boolean}


def refusal(book, kind, **body):
    with pytest.raises(ApiError) as refused:
        do(book, kind, **body)
    return refused.value.message.partition(": ")[2]


def test_a_named_range_is_added_renamed_and_forgotten():
    book = a_book()
    named = {"name": "Matrix", "range": {"sheetId": 0, **span(0, 3)}}
    found = do(book, "addNamedRange", namedRange=named)["namedRange"]
    assert found == {"namedRangeId": found["namedRangeId"], "name": "Matrix", "range": span(0, 3)}
    new = {"namedRangeId": found["namedRangeId"], "name": "Levels"}
    do(book, "updateNamedRange", namedRange=new, fields="name")
    assert book.named_ranges[0]["name"] == "Levels"
    assert book.named_ranges[0]["range"] == span(0, 3)
    do(book, "deleteNamedRange", namedRangeId=found["namedRangeId"])
    assert book.named_ranges == []


def test_a_name_or_an_id_is_given_once():
    book = a_book()
    do(book, "addNamedRange", namedRange={"name": "One", "namedRangeId": "7", "range": span(0, 3)})
    again = {"name": "one", "range": span(0, 3)}
    assert refusal(book, "addNamedRange", namedRange=again) == (
        "Cannot add named range with name one, a named range with that name already exists."
    )
    again = {"name": "Two", "namedRangeId": "7", "range": span(0, 3)}
    assert "with ID 7" in refusal(book, "addNamedRange", namedRange=again)
    assert "invalid" in refusal(
        book, "addNamedRange", namedRange={"name": "A1", "range": span(0, 1)}
    )


def test_a_protected_range_is_answered_without_editors_and_read_with_them():
    book = a_book()
    asked = {"range": span(0, 2), "description": None, "editors": {"users": [], "groups": []}}
    found = do(book, "addProtectedRange", protectedRange=asked)["protectedRange"]
    assert found == {
        "protectedRangeId": found["protectedRangeId"],
        "range": span(0, 2),
        "requestingUserCanEdit": True,
        "editors": {},
    }
    read = sheet_json(book, book.sheets[0])["protectedRanges"]
    assert read == [found | {"editors": {"users": [book.user]}}]


def test_a_warning_takes_no_editors_and_lists_the_one_who_made_it():
    book = a_book()
    asked = {"range": {}, "warningOnly": True, "editors": {"users": ["a@example.com"]}}
    do(book, "addProtectedRange", protectedRange=asked)
    [found] = sheet_json(book, book.sheets[0])["protectedRanges"]
    assert found["editors"] == {"users": [book.user]}
    assert found["warningOnly"]


def test_a_protected_range_is_changed_as_the_mask_says_and_taken_away():
    book = a_book()
    do(book, "addProtectedRange", protectedRange={"protectedRangeId": 5, "range": span(0, 2)})
    new = {"protectedRangeId": 5, "range": span(0, 3), "description": "d"}
    do(book, "updateProtectedRange", protectedRange=new, fields="range")
    assert book.sheets[0].protected_ranges[0]["range"] == span(0, 3)
    assert "description" not in book.sheets[0].protected_ranges[0]
    again = {"protectedRangeId": 5, "range": span(0, 2)}
    assert "ID 5 already exists" in refusal(book, "addProtectedRange", protectedRange=again)
    do(book, "deleteProtectedRange", protectedRangeId=5)
    assert "No protected range with id: 5" in refusal(
        book, "deleteProtectedRange", protectedRangeId=5
    )


def test_a_basic_filter_over_a_tab_has_four_bounds_and_is_cleared():
    book = a_book()
    do(book, "setBasicFilter", filter={"range": {"sheetId": 0}})
    assert book.sheets[0].basic_filter == {"range": span(0, 10)}
    do(book, "clearBasicFilter", sheetId=0)
    assert book.sheets[0].basic_filter is None


def test_a_basic_filter_that_sorts_moves_the_rows_below_its_header():
    book = a_book(["head"], [2], [1])
    order = [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]
    do(book, "setBasicFilter", filter={"range": span(0, 3), "sortSpecs": order})
    assert plain(book) == [["head"], [1], [2]]


def test_a_filter_view_is_added_with_its_criteria_both_ways_and_changed():
    book, hidden = a_book(["head"], [2], [1]), {"hiddenValues": ["Done"]}
    asked = {"range": span(0, 3), "title": "Open", "criteria": {"1": hidden}, "filterViewId": 8}
    found = do(book, "addFilterView", filter=asked)["filter"]
    assert found["filterSpecs"] == [{"columnIndex": 1, "filterCriteria": hidden}]
    new = {"filterViewId": 8, "title": "Late", "filterSpecs": []}
    do(book, "updateFilterView", filter=new, fields="title,filterSpecs")
    [view] = book.sheets[0].filter_views
    assert (view["title"], "criteria" in view, plain(book)) == ("Late", False, [["head"], [2], [1]])
    twin = do(book, "duplicateFilterView", filterId=8)["filter"]
    assert (twin["title"], twin["filterViewId"]) == ("Copy of Late", twin["filterViewId"])
    do(book, "deleteFilterView", filterId=8)
    assert book.sheets[0].filter_views == [twin]


def test_filter_views_on_a_tab_have_different_titles():
    book, asked = a_book(), {"range": span(0, 3), "title": "Open"}
    do(book, "addFilterView", filter=asked)
    assert "already exists" in refusal(book, "addFilterView", filter=asked)


def test_rules_of_colour_are_put_in_moved_and_taken_out_by_index():
    book = a_book()
    for text in ("a", "b"):
        do(book, "addConditionalFormatRule", rule=rule(text), index=0)
    rules = book.sheets[0].conditional_formats
    assert rules == [rule("b"), rule("a")]
    do(book, "addConditionalFormatRule", rule=rule("c"), index=2)
    found = do(book, "updateConditionalFormatRule", sheetId=0, index=2, newIndex=0)
    assert found == {"oldRule": rule("c"), "newRule": rule("c"), "oldIndex": 2}
    assert rules == [rule("c"), rule("b"), rule("a")]
    found = do(book, "updateConditionalFormatRule", index=1, rule=rule("d"))
    assert found == {
        "oldRule": rule("b"),
        "newRule": rule("d"),
        "oldIndex": 1,
        "newIndex": 1,
    }
    assert do(book, "deleteConditionalFormatRule", sheetId=0, index=0) == {"rule": rule("c")}
    assert rules == [rule("d"), rule("a")]


def test_an_index_without_a_rule_is_refused_in_googles_words():
    book = a_book()
    words = "No conditional format on sheet: 0 at index: 3"
    assert refusal(book, "deleteConditionalFormatRule", sheetId=0, index=3) == words
    assert refusal(book, "updateConditionalFormatRule", index=3, rule=rule("a")) == words
    assert refusal(book, "addConditionalFormatRule", index=3, rule=rule("a")) == words


@pytest.mark.parametrize(
    "wanted",
    [
        {"ranges": []},
        {"ranges": [span(0, 1)]},
        {"ranges": [span(0, 11)]},
        {"ranges": [span(0, 1)], "booleanRule": {"condition": {"type": "NOT_BLANK"}}},
        {
            "ranges": [span(0, 1)],
            "booleanRule": {
                "condition": {"type": "NOT_BLANK"},
                "format": {"wrapStrategy": "WRAP"},
            },
        },
    ],
)
def test_a_rule_that_sheets_could_not_keep_is_refused(wanted):
    assert refusal(a_book(), "addConditionalFormatRule", rule=wanted)


def test_a_banded_range_is_kept_with_the_styles_of_its_colours():
    book = a_book()
    asked = {"bandedRangeId": 3, "range": span(0, 4), "rowProperties": BANDS}
    kept = asked | {"rowProperties": BANDS_KEPT}
    assert do(book, "addBanding", bandedRange=asked) == {"bandedRange": kept}
    new = {"bandedRangeId": 3, "rowProperties": {"headerColor": {"blue": 1}}}
    do(book, "updateBanding", bandedRange=new, fields="rowProperties.headerColor")
    header = {"headerColor": {"blue": 1}, "headerColorStyle": {"rgbColor": {"blue": 1}}}
    assert book.sheets[0].banded_ranges[0]["rowProperties"] == BANDS_KEPT | header
    do(book, "deleteBanding", bandedRangeId=3)
    assert book.sheets[0].banded_ranges == []


def test_banded_ranges_neither_overlap_nor_share_an_id():
    book = a_book()
    asked = {"bandedRangeId": 3, "range": span(0, 4), "rowProperties": BANDS}
    do(book, "addBanding", bandedRange=asked)
    assert "ID 3 already exists" in refusal(
        book, "addBanding", bandedRange=asked | {"range": span(4, 5)}
    )
    other = {"range": span(3, 5), "rowProperties": BANDS}
    assert refusal(book, "addBanding", bandedRange=other) == (
        "You cannot add alternating background colors to a range that already has "
        "alternating background colors."
    )


def chart(title, **anchor):
    sources = {"sourceRange": {"sources": [{"sheetId": 0, **span(0, 3, 0, 1)}]}}
    spec = {"title": title, "basicChart": {"domains": [{"domain": sources}]}}
    return {"spec": spec, "position": {"overlayPosition": {"anchorCell": anchor}}}


def test_a_chart_keeps_its_id_and_place_when_it_is_drawn_anew():
    book = a_book()
    first = do(book, "addChart", chart={"chartId": 7, **chart("One", rowIndex=2)})["chart"]
    assert first["position"] == {
        "overlayPosition": {
            "anchorCell": {"rowIndex": 2},
            "widthPixels": 600,
            "heightPixels": 371,
        }
    }
    do(book, "updateChartSpec", chartId=7, spec=chart("Two")["spec"])
    [found] = book.sheets[0].charts
    assert found["spec"]["title"] == "Two"
    assert (found["chartId"], found["position"]) == (7, first["position"])


def test_a_chart_moves_as_the_mask_says_and_is_taken_away():
    book = a_book()
    do(book, "addSheet", properties={"sheetId": 4})
    do(book, "addChart", chart={"chartId": 7, **chart("One")})
    new = {"overlayPosition": {"anchorCell": {"sheetId": 4, "columnIndex": 1}, "widthPixels": 9}}
    found = do(
        book, "updateEmbeddedObjectPosition", objectId=7, newPosition=new, fields="anchorCell"
    )
    assert found["position"]["overlayPosition"] == {
        "anchorCell": {"sheetId": 4, "columnIndex": 1},
        "widthPixels": 600,
        "heightPixels": 371,
    }
    assert (len(book.sheets[0].charts), len(book.sheets[1].charts)) == (0, 1)
    do(book, "deleteEmbeddedObject", objectId=7)
    assert book.sheets[1].charts == []


def test_a_chart_needs_sources_and_an_anchor_on_the_grid():
    book = a_book()
    assert refusal(book, "addChart", chart=chart("x", rowIndex=10)) == (
        "GridCoordinate.rowIndex[10] is after last row in grid[9]"
    )
    beyond = {"sources": [span(0, 11)]}
    assert "exceeds grid limits" in refusal(
        book, "addChart", chart=chart("x") | {"spec": {"pieChart": {"series": beyond}}}
    )
    with pytest.raises(ApiError, match="sheet of their own"):
        do(book, "addChart", chart=chart("x") | {"position": {"newSheet": True}})
