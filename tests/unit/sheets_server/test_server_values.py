"""The values endpoints, asked by real gspread over real HTTP."""

from __future__ import annotations

import pytest
from gspread.exceptions import APIError

RAW, TYPED = {"valueInputOption": "RAW"}, {"valueInputOption": "USER_ENTERED"}


def put(book, place, values, options=RAW):
    return book.values_update(place, params=options, body={"values": values})


def told(call, *args, **more):
    """Code and message of the refusal."""
    with pytest.raises(APIError) as caught:
        call(*args, **more)
    return caught.value.response.status_code, caught.value.error["message"]


def test_an_empty_range_has_no_values_at_all(book):
    assert book.values_get("Sheet1!A1:B2") == {"range": "Sheet1!A1:B2", "majorDimension": "ROWS"}


def test_empty_ends_are_dropped_and_inner_blanks_stay(book):
    put(book, "Sheet1!A1:D5", [["a", "", "", ""], [], ["", "b"], [""], []])
    assert book.values_get("Sheet1!A1:D5")["values"] == [["a"], [], ["", "b"]]
    columns = book.values_get("Sheet1!A1:D5", params={"majorDimension": "COLUMNS"})
    assert columns["values"] == [["a"], ["", "", "b"]]


def test_a_range_is_read_by_its_full_name(book):
    found = book.values_batch_get(["Sheet1!A1:1", "Sheet1!B:B", "'Sheet1'"])
    printed = [one["range"] for one in found["valueRanges"]]
    assert printed == ["Sheet1!A1:Z1", "Sheet1!B1:B1000", "Sheet1!A1:Z1000"]


def test_nulls_skip_and_empty_text_clears(book):
    put(book, "Sheet1!A1:D1", [["a", "b", "c", "d"]])
    found = put(book, "Sheet1!A1:D1", [[None, "", "C", None]])
    assert (found["updatedRows"], found["updatedColumns"], found["updatedCells"]) == (1, 2, 2)
    assert book.values_get("Sheet1!A1:D1")["values"] == [["a", "", "C", "d"]]


def test_only_lines_with_something_in_them_count_as_updated(book):
    rows = [[None] * 4 for _ in range(6)]
    rows[0][0], rows[5][3] = "top left", "bottom right"
    found = put(book, "Sheet1!A1:D6", rows)
    assert found["updatedRange"] == "Sheet1!A1:D6"
    assert (found["updatedRows"], found["updatedColumns"], found["updatedCells"]) == (2, 2, 2)


def test_a_batch_counts_rows_and_columns_once(book):
    data = [
        {"range": "Sheet1!A1:D1", "values": [["A1", "B1", "", "D1"]]},
        {"range": "Sheet1!A4:D4", "values": [["A4", "B4", "", "D4"]]},
    ]
    found = book.values_batch_update({"valueInputOption": "RAW", "data": data})
    totals = [found[f"totalUpdated{name}"] for name in ("Rows", "Columns", "Cells", "Sheets")]
    assert totals == [2, 4, 8, 1]
    assert found["responses"][1]["updatedRange"] == "Sheet1!A4:D4"


def test_raw_keeps_text_and_typed_text_is_read(book):
    values = [["0042", "2,000,000.01", "= 1 / 1024", "2020-01-01", "TRUE"]]
    put(book, "Sheet1!A1", values)
    assert book.values_get("Sheet1!A1:E1")["values"] == values
    put(book, "Sheet1!A1", values, TYPED)
    shown = [["42", "2,000,000.01", "0.0009765625", "2020-01-01", "TRUE"]]
    assert book.values_get("Sheet1!A1:E1")["values"] == shown


@pytest.mark.parametrize(
    ("render", "dates", "values"),
    [
        ("UNFORMATTED_VALUE", "SERIAL_NUMBER", [42, 43831, 1.5, True]),
        ("UNFORMATTED_VALUE", "", [42, 43831, 1.5, True]),
        ("UNFORMATTED_VALUE", "FORMATTED_STRING", [42, "2020-01-01", 1.5, True]),
        ("FORMATTED_VALUE", "SERIAL_NUMBER", ["42", "2020-01-01", "1.5", "TRUE"]),
        ("FORMULA", "FORMATTED_STRING", [42, 43831, "=3/2", True]),
    ],
)
def test_values_are_rendered_as_asked(book, render, dates, values):
    put(book, "Sheet1!A1", [["42", "2020-01-01", "=3/2", "true"]], TYPED)
    options = {"valueRenderOption": render} | ({"dateTimeRenderOption": dates} if dates else {})
    assert book.values_get("Sheet1!A1:D1", params=options)["values"] == [values]


@pytest.mark.against_google_schema
def test_an_unknown_way_to_render_is_refused(book):
    assert told(book.values_get, "Sheet1!A1", params={"valueRenderOption": "RAW"})[0] == 400


def test_a_comma_decimal_locale_reads_and_shows_its_own_numbers(book):
    book.update_locale("de_DE")
    put(book, "Sheet1!A1", [["1.234,5", "0,5", "1,234.5", "4.5.2026"]], TYPED)
    assert book.values_get("Sheet1!A1:D1")["values"] == [
        ["1.234,50", "0,5", "1,234.5", "04.05.2026"]
    ]
    plain = book.values_get("Sheet1!A1:D1", params={"valueRenderOption": "UNFORMATTED_VALUE"})
    assert plain["values"] == [[1234.5, 0.5, "1,234.5", 46146]]


def test_a_text_format_keeps_typed_zeros(book, tab):
    tab.format("A1:A2", {"numberFormat": {"type": "TEXT"}})
    put(book, "Sheet1!A1", [["0042"], ["=1+1"]], TYPED)
    assert book.values_get("Sheet1!A1:A2")["values"] == [["0042"], ["2"]]


def test_clearing_takes_values_and_leaves_notes(book, tab):
    put(book, "Sheet1!A1", [["x"]])
    tab.insert_note("A1", "why")
    assert book.values_clear("Sheet1") == {
        "spreadsheetId": book.id, "clearedRange": "Sheet1!A1:Z1000",
    }  # fmt: skip
    assert tab.get("A1") == [[]]
    assert tab.get_note("A1") == "why"


def test_append_without_a_table_writes_at_the_start_of_the_range(book, tab):
    put(book, "Sheet1!A1", [["head"], [None], ["tail"]])
    found = tab.append_row(["between"], table_range="A2")
    assert "tableRange" not in found
    assert found["updates"]["updatedRange"] == "Sheet1!A2"


def test_append_drifts_right_after_a_row_with_a_gap(book, tab):
    tab.append_row(["a", "", "c"])
    found = tab.append_row(["d", "", "f"])
    assert (found["tableRange"], found["updates"]["updatedRange"]) == ("Sheet1!C1", "Sheet1!C2:E2")
    found = tab.append_row(["g"], table_range="A1")
    assert (found["tableRange"], found["updates"]["updatedRange"]) == ("Sheet1!A1", "Sheet1!A2")


def test_append_grows_the_grid(book, tab):
    tab.resize(1, 1)
    tab.append_rows([["a", "b"], ["c", "d"]])
    assert [tab.get_all_values(), book.sheet1.row_count, book.sheet1.col_count] == [
        [["a", "b"], ["c", "d"]], 2, 2,
    ]  # fmt: skip


def test_what_does_not_fit_is_refused_and_nothing_is_written(book):
    assert told(put, book, "Sheet1!A1:B1", [["a"], ["b"]]) == (
        400, "Requested writing within range [Sheet1!A1:B1], but tried writing to row [2]",
    )  # fmt: skip
    assert told(put, book, "Sheet1!A1:B1", [["a", "b", "c"]]) == (
        400, "Requested writing within range [Sheet1!A1:B1], but tried writing to column [C]",
    )  # fmt: skip
    assert told(put, book, "Sheet1!A1000", [["a"], ["b"]])[1].startswith(
        "Range (Sheet1!A1000:A1001) exceeds grid limits."
    )
    assert "values" not in book.values_get("Sheet1")


def test_a_write_that_fails_in_the_middle_leaves_nothing_behind(book):
    data = [
        {"range": "Sheet1!A1", "values": [["first"]]},
        {"range": "Sheet1!A2", "values": [["x" * 50_001]]},
    ]
    body = {"valueInputOption": "RAW", "data": data}
    assert told(book.values_batch_update, body) == (
        400, "Your input contains more than the maximum of 50000 characters in a single cell.",
    )  # fmt: skip
    assert "values" not in book.values_get("Sheet1")


@pytest.mark.against_google_schema
def test_values_that_are_no_lists_are_told_with_their_field(book):
    code, message = told(put, book, "Sheet1!A1", "X")
    assert (code, message) == (
        400, "Invalid value at 'data.values' (type.googleapis.com/google.protobuf.ListValue), \"X\"",
    )  # fmt: skip


def test_the_written_values_come_back_where_they_are_asked_for(book):
    options = TYPED | {
        "includeValuesInResponse": "true",
        "responseValueRenderOption": "UNFORMATTED_VALUE",
    }
    found = put(book, "Sheet1!A1", [["=1+1"]], options)
    assert found["updatedData"] == {
        "range": "Sheet1!A1", "majorDimension": "ROWS", "values": [[2]],
    }  # fmt: skip
