"""Developer metadata: bound to a place, found by filters, gone with its place."""

from __future__ import annotations

import pytest

from tests.sheets_server.model import ApiError
from tests.sheets_server.sheet_json import book_json, line_metadata, sheet_json
from tests.support.sheet_books import a_book, do, lines, span

HERE = {"spreadsheet": True}
TAB = {"sheetId": 0}
COLUMN = {"dimensionRange": lines("COLUMNS", 1, 2)}
ROW = {"dimensionRange": lines("ROWS", 4, 5)}


def create(book, number, location, key="k", **more):
    entry = {"metadataId": number, "metadataKey": key, "location": location}
    return do(
        book,
        "createDeveloperMetadata",
        developerMetadata={"visibility": "DOCUMENT", **entry, **more},
    )["developerMetadata"]


def a_marked_book():
    book = a_book()
    for number, place in enumerate((HERE, TAB, COLUMN, ROW), start=1):
        create(book, number, place, key="odd" if number % 2 else "even", metadataValue=str(number))
    return book


def found(book, **lookup):
    wanted = {"dataFilters": [{"developerMetadataLookup": lookup}], "fields": "metadataKey"}
    reply = do(book, "updateDeveloperMetadata", developerMetadata={"metadataKey": "seen"}, **wanted)
    return [entry["metadataId"] for entry in reply.get("developerMetadata", [])]


def test_an_entry_is_answered_with_the_type_of_its_place():
    book = a_book()
    assert create(book, 9, COLUMN, metadataValue="order_id") == {
        "metadataId": 9,
        "metadataKey": "k",
        "metadataValue": "order_id",
        "location": {"locationType": "COLUMN", "dimensionRange": lines("COLUMNS", 1, 2)},
        "visibility": "DOCUMENT",
    }


def test_each_entry_is_listed_where_it_belongs():
    book = a_marked_book()
    [of_book] = book_json(book)["developerMetadata"]
    [of_tab] = sheet_json(book, book.sheets[0])["developerMetadata"]
    assert of_book["location"] == {"locationType": "SPREADSHEET", "spreadsheet": True}
    assert of_tab["location"] == {"locationType": "SHEET", "sheetId": 0}
    assert list(line_metadata(book, book.sheets[0], "COLUMNS")) == [1]
    assert list(line_metadata(book, book.sheets[0], "ROWS")) == [4]


def test_an_id_is_given_once():
    book = a_marked_book()
    with pytest.raises(ApiError) as refused:
        create(book, 1, TAB)
    assert refused.value.message == (
        "Invalid requests[0].createDeveloperMetadata: Cannot add developer metadata with ID [1] "
        "because developer metadata with that ID already exists."
    )


@pytest.mark.parametrize(
    ("lookup", "numbers"),
    [
        ({"metadataId": 2}, [2]),
        ({"metadataKey": "odd"}, [1, 3]),
        ({"metadataKey": "odd", "metadataValue": "3"}, [3]),
        ({"locationType": "ROW"}, [4]),
        ({"visibility": "PROJECT"}, []),
        ({"metadataLocation": TAB}, [2, 3, 4]),
        ({"metadataLocation": TAB, "locationMatchingStrategy": "EXACT_LOCATION"}, [2]),
        ({"metadataLocation": COLUMN}, [2, 3, 4]),
        ({"metadataLocation": COLUMN, "locationMatchingStrategy": "EXACT_LOCATION"}, [3]),
        ({"metadataLocation": {"dimensionRange": lines("COLUMNS", 2, 3)}}, [2, 4]),
        ({"metadataLocation": HERE}, [1]),
    ],
)
def test_a_lookup_finds_what_matches_all_it_names(lookup, numbers):
    assert found(a_marked_book(), **lookup) == numbers


@pytest.mark.parametrize("where", [{"gridRange": span(0, 2, 1, 2)}, {"a1Range": "Sheet1!B1:B2"}])
def test_a_range_finds_what_crosses_it(where):
    book = a_marked_book()
    reply = do(book, "deleteDeveloperMetadata", dataFilter=where)
    assert [entry["metadataId"] for entry in reply["deletedDeveloperMetadata"]] == [2, 3]
    assert [entry.id for entry in book.metadata] == [1, 4]


def test_an_entry_may_move_to_another_place():
    book = a_marked_book()
    do(
        book,
        "updateDeveloperMetadata",
        dataFilters=[{"developerMetadataLookup": {"metadataId": 3}}],
        developerMetadata={"location": {"dimensionRange": lines("COLUMNS", 4, 5)}},
        fields="location",
    )
    assert (book.metadata[2].start, book.metadata[2].key) == (4, "odd")


@pytest.mark.parametrize(
    "entry",
    [
        {"location": {}},
        {"location": HERE | TAB},
        {"location": {"dimensionRange": lines("COLUMNS", 1, 3)}},
        {"location": {"dimensionRange": lines("COLUMNS", 6, 7)}},
        {"location": {"sheetId": 5}},
        {"location": HERE, "metadataKey": ""},
        {"location": HERE, "visibility": None},
        {"location": HERE, "metadataId": 0},
        {"location": TAB, "metadataValue": "x" * 30_001},
    ],
)
def test_an_entry_without_a_place_a_key_or_a_visibility_is_refused(entry):
    book = a_book()
    whole = {"metadataKey": "k", "visibility": "DOCUMENT", **entry}
    with pytest.raises(ApiError):
        do(book, "createDeveloperMetadata", developerMetadata=whole)
    assert book.metadata == []
