"""Cells become typed orders; what cannot be read is a finding, never a guess."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sheetsync.domain.columns import ReadingOptions, interpret, sku_lines
from sheetsync.domain.model import EVIDENCE, FINDING_COLUMNS, CellError, Uncalculated
from tests.support.small_rules import (
    NOW,
    SAMPLE_HEADINGS,
    SAMPLE_ROW,
    orders_sheet,
    rulebook,
    sheet,
)

RULES = rulebook()


def read(rows, options=None, **settings):
    return interpret(orders_sheet(rows, **settings), RULES, NOW, options or ReadingOptions())


def one(key, cell, options=None, **settings):
    """The value and the finding (rule, severity, message) of one cell of an otherwise plain order."""
    orders = read([{"order_id": "#SP-1", key: cell}], options, **settings)
    found = orders.findings[orders.findings["column"] == key]
    assert len(found) <= 1
    told = tuple(found[["rule", "severity", "message"]].iloc[0]) if len(found) else None
    return orders.frame[key].iloc[0], told


def local(text):
    return np.datetime64(text, "s")


def test_the_documents_sample_row_is_read_by_alias():
    orders = interpret(sheet(SAMPLE_HEADINGS, [SAMPLE_ROW]), RULES, NOW)
    row = orders.frame.iloc[0]
    assert row["order_id"] == "#SP-20491"
    assert row["usable"]
    assert [row[e] for e in EVIDENCE] == [0, 1, 1, 1, 0]
    assert pd.isna(row["dispatched_at"])
    assert (row["status"], row["carrier"], row["tracking"]) == (
        "In Transit",
        "FastTrack",
        "FT239845Z",
    )
    assert row["notes"] == "Delivered 2 days early"
    assert orders.findings.empty


def test_frames_keep_the_promised_types():
    orders = read([{"order_id": "#SP-1"}])
    kinds = orders.frame.dtypes.astype(str)
    assert kinds["row"] == "int64"
    assert kinds["order_id"] == kinds["status"] == kinds["notes"] == "object"
    assert kinds["usable"] == kinds["status_known"] == "bool"
    assert {kinds[e] for e in EVIDENCE} == {"int8"}
    assert kinds["ordered_at"] == "datetime64[s]"
    assert kinds["order_value"] == "float64"
    assert tuple(orders.findings.columns) == FINDING_COLUMNS
    assert orders.findings.dtypes.astype(str)["row"] == "int64"


def test_a_sheet_without_orders_gives_typed_empty_frames():
    orders = read([])
    assert len(orders.frame) == 0
    assert str(orders.frame["ordered_at"].dtype) == "datetime64[s]"


# -- identities ---------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["00123", "1E5", "#SP-20491", "000123", "1.23E+20", "a b", "'1"])
def test_an_order_id_typed_as_text_stays_as_it_is(text):
    orders = read([{"order_id": text}])
    assert orders.frame["order_id"].tolist() == [text]
    assert orders.findings.empty


@pytest.mark.parametrize(
    ("number", "digits"), [(123, "123"), (123.0, "123"), (1e14, "1" + "0" * 14)]
)
def test_a_whole_number_becomes_its_digits_with_a_note(number, digits):
    orders = read([{"order_id": number}])
    assert orders.frame["order_id"].tolist() == [digits]
    assert orders.findings["severity"].tolist() == ["note"]
    assert "leading zeros may be lost" in orders.findings["message"].iloc[0]


@pytest.mark.parametrize(
    "cell",
    [1e15, 12345678901234567890, 10**400, 12.5, -3, True, CellError("#REF!"), Uncalculated()],
)
def test_an_id_that_cannot_be_trusted_leaves_the_row_alone(cell):
    orders = read([{"order_id": cell}, {"order_id": "#SP-2"}])
    assert orders.frame["usable"].tolist() == [False, True]
    assert orders.frame["order_id"].tolist() == ["", "#SP-2"]
    assert orders.findings["severity"].tolist() == ["error"]
    assert orders.findings["row"].tolist() == [2]


def test_invisible_characters_do_not_hide_a_doubled_id():
    twins = ["#SP-1", "#SP-1\u00a0", "\ufeff#SP-1", "#SP\u200b-1", "#SP-1\t\n", "\u200f#SP\u00ad-1"]
    orders = read([{"order_id": text} for text in [*twins, "＃ＳＰ－１", "#SP-2"]])
    assert orders.frame["usable"].tolist() == [False] * 7 + [True]
    assert orders.raw["order_id"][1] == "#SP-1\u00a0"


def test_each_doubled_row_names_the_others():
    orders = read([{"order_id": "#SP-1"}, {"order_id": "#SP-2"}, {"order_id": "#SP-1"}])
    assert orders.frame["usable"].tolist() == [False, True, False]
    assert orders.frame["order_id_read"].tolist() == ["#SP-1", "#SP-2", "#SP-1"]
    first, third = orders.findings["message"]
    assert first.startswith("Order ID #SP-1 stands in row 4 too.")
    assert third.startswith("Order ID #SP-1 stands in row 2 too.")
    assert orders.findings["order_id"].tolist() == ["#SP-1", "#SP-1"]


def test_many_doubled_rows_are_named_shortly():
    orders = read([{"order_id": "#SP-1"}] * 6)
    assert "stands in rows 3, 4, 5 and 2 more too" in orders.findings["message"].iloc[0]
    assert "stands in rows 2, 3, 4 and 2 more too" in orders.findings["message"].iloc[5]


def test_a_number_and_a_text_with_the_same_digits_are_one_identity():
    orders = read([{"order_id": 123}, {"order_id": "123"}, {"order_id": "00123"}])
    assert orders.frame["usable"].tolist() == [False, False, True]


def test_rows_without_an_order_id_are_named_and_blank_ones_skipped():
    orders = read(
        [
            {"order_id": "#SP-1"},
            {"picked": False, "packed": False},
            {"order_id": " ", "customer": "\u200b"},
            {"customer": "Ada"},
            {"order_id": "TOTAL", "order_value": 12.0},
            {"order_id": "Order ID", "status": "Status"},
        ]
    )
    assert orders.frame["row"].tolist() == [2]
    assert orders.findings["row"].tolist() == [5, 6, 7]
    assert set(orders.findings["rule"]) == {"not_an_order"}
    assert orders.findings["message"].iloc[0].startswith("Row 5 has no Order ID but is not empty.")


def test_ragged_rows_are_filled_with_blanks():
    orders = interpret(
        sheet(["Order ID", "Status", "Notes"], [["#SP-1"], ["#SP-2", "Ready"]]), RULES, NOW
    )
    assert orders.frame["status"].tolist() == ["", "Ready"]


def test_row_numbers_are_those_of_the_sheet():
    given = orders_sheet([{"order_id": "a"}, {"order_id": "b"}])
    moved = type(given)(
        tracker="t", tab="o", rows=given.rows, row_numbers=[1, 4, 9], timezone="UTC"
    )
    assert interpret(moved, RULES, NOW).frame["row"].tolist() == [4, 9]


# -- ticks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        True, "TRUE", "Yes", "y", "X", "✅", "☑", "☑️", "✔", "✔️", "✓", 1, 1.0, "1", "1.0", "Done",
        " yes ", "ＹＥＳ", "2026-03-01", 46000.5, "03/04/2026", "\u200byes",
    ],
)  # fmt: skip
def test_what_means_a_tick_is_one(cell):
    assert one("picked", cell) == (1, None)


@pytest.mark.parametrize("cell", [None, "", False, "FALSE", "no", "N", 0, 0.0, "0", "☐", "-", "  "])
def test_what_means_no_tick_is_none(cell):
    assert one("picked", cell) == (0, None)


@pytest.mark.parametrize(
    "cell", ["pending", "N/A", "maybe", "❌", 2, 0.5, -1, "TRUE?", CellError("#N/A")]
)
def test_an_unknown_tick_is_a_finding_not_a_no(cell):
    value, told = one("picked", cell)
    assert value == -1
    assert told is not None
    assert told[1] == "error"


def test_configured_words_count_as_ticks():
    options = ReadingOptions(yes_words=("WAHR", "Ja"), no_words=("FALSCH",))
    assert one("picked", "wahr", options) == (1, None)
    assert one("picked", "Falsch", options) == (0, None)
    assert one("picked", "wahr")[0] == -1


# -- dates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (46000, "2025-12-09T00:00:00"),
        (46000.5, "2025-12-09T12:00:00"),
        ("2026-03-01", "2026-03-01T00:00:00"),
        ("2026-03-01 08:15", "2026-03-01T08:15:00"),
        ("2026-03-01T08:15:30", "2026-03-01T08:15:30"),
        ("2026-03-01T08:15:30.6", "2026-03-01T08:15:31"),
        ("2026-03-01T08:15:30Z", "2026-03-01T08:15:30"),
        ("2026-03-01T08:15:30+02:00", "2026-03-01T06:15:30"),
        ("2026-03-01 08:15 -0330", "2026-03-01T11:45:00"),
        (" ２０２６-03-01\u00a0", "2026-03-01T00:00:00"),
    ],
)
def test_serials_and_iso_text_are_dates(cell, expected):
    assert one("ordered_at", cell) == (local(expected), None)


def test_local_dates_become_utc_also_over_a_clock_change():
    assert one("ordered_at", "2026-01-05 09:00", timezone="America/New_York")[0] == local(
        "2026-01-05T14:00"
    )
    assert one("ordered_at", "2025-03-09 02:30", timezone="America/New_York")[0] == local(
        "2025-03-09T07:00"
    )


def test_the_1904_system_gives_the_same_dates():
    assert one("ordered_at", 46000 - 1462, date_system=1904) == (local("2025-12-09"), None)


@pytest.mark.parametrize(
    "cell", [0.35, 60, 2, -5, 99999, 1e300, float("inf"), 10**400, "1999-12-31", "2206-01-01"]
)
def test_numbers_that_are_no_date_in_use_are_findings(cell):
    value, told = one("ordered_at", cell)
    assert pd.isna(value)
    assert told is not None
    assert told[:2] == ("date_out_of_range", "error")


@pytest.mark.parametrize(
    "cell",
    [
        "2025-02-30",
        "20250301",
        "13/04/2026",
        "1 March 2026",
        "tomorrow",
        "2026-03-01 25:00",
        "2026-3-1",
        True,
    ],
)
def test_other_text_is_no_date_until_a_format_is_configured(cell):
    value, told = one("ordered_at", cell)
    assert pd.isna(value)
    assert told is not None
    assert told[0] == "unreadable"
    assert "Write it like 2025-03-31" in told[2]


def test_a_day_that_could_be_a_month_is_never_guessed():
    _, told = one("ordered_at", "03/04/2026")
    assert told is not None
    assert told[0] == "ambiguous_date"
    assert "3 April or 4 March" in told[2]


def test_a_configured_format_settles_the_day():
    options = ReadingOptions(date_formats=("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d.%m.%y"))
    assert one("ordered_at", "03/04/2026", options) == (local("2026-04-03"), None)
    assert one("ordered_at", "03/04/2026 08:30", options) == (local("2026-04-03T08:30"), None)
    assert one("ordered_at", "31.12.25", options) == (local("2025-12-31"), None)
    assert one("ordered_at", "04/31/2026", options)[1] is not None


def test_two_formats_that_disagree_are_ambiguous():
    options = ReadingOptions(date_formats=("%d/%m/%Y", "%m/%d/%Y"))
    assert one("ordered_at", "13/04/2026", options) == (local("2026-04-13"), None)
    value, told = one("ordered_at", "03/04/2026", options)
    assert pd.isna(value)
    assert told is not None
    assert "2026-03-04 or 2026-04-03" in told[2]


@pytest.mark.parametrize("pattern", ["%Q", "%H:%M", "today"])
def test_a_bad_format_is_refused_when_it_is_configured(pattern):
    with pytest.raises(ValueError, match="date format"):
        ReadingOptions(date_formats=(pattern,))


@pytest.mark.parametrize("cell", [True, "✅", "x", 1, 1.0])
def test_a_tick_in_a_date_column_means_yes_time_unknown(cell):
    orders = read([{"order_id": "#SP-1", "dispatched_at": cell}])
    assert orders.frame["dispatched"].tolist() == [1]
    assert np.isnat(orders.frame["dispatched_at"].to_numpy()[0])
    assert orders.findings.empty


@pytest.mark.parametrize(
    ("cell", "tick"), [(False, 0), ("no", 0), (0, 0), (None, 0), (46000.2, 1), ("soon", -1)]
)
def test_date_columns_are_evidence(cell, tick):
    assert read([{"order_id": "a", "delivered_at": cell}]).frame["delivered"].tolist() == [tick]


def test_a_word_in_the_workers_due_column_is_no_finding():
    assert one("sla_due", "Paused")[1] is None
    assert one("picked_at", "soon")[1] is not None


# -- choices, SKUs and the rest -----------------------------------------------------------------


def test_choices_are_canonical_and_unknown_ones_helped():
    assert one("priority", " expedited ") == ("Expedited", None)
    assert one("priority", "URGENT") == ("Expedited", None)
    assert one("priority", None) == ("", None)
    value, told = one("priority", "Urgentt")
    assert value == "Urgentt"
    assert told == (
        "unknown_choice",
        "error",
        'Order Priority says "Urgentt". Use Standard, Expedited or Bulk. Did you mean Expedited?',
    )


def test_carriers_are_known_by_alias():
    assert one("carrier", "fed  ex") == ("FedEx", None)
    assert one("carrier", "Pigeon Post") == ("Pigeon Post", None)


def test_status_is_canonical_and_unknown_text_kept():
    orders = read(
        [
            {"order_id": str(i), "status": s}
            for i, s in enumerate([" shipped ", "canceled", "Shiped", None])
        ]
    )
    assert orders.frame["status"].tolist() == ["Shipped", "Cancelled", "Shiped", ""]
    assert orders.frame["status_known"].tolist() == [True, True, False, True]
    assert orders.findings["rule"].tolist() == ["unknown_status"]
    assert orders.findings["message"].iloc[0] == 'Status says "Shiped". Did you mean Shipped?'


@pytest.mark.parametrize(
    "error", ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"]
)
def test_an_error_value_never_becomes_a_status(error):
    orders = read([{"order_id": "a", "status": CellError(error)}])
    assert orders.frame["status"].tolist() == [""]
    assert orders.frame["status_known"].tolist() == [False]
    assert orders.findings["message"].iloc[0].startswith(f"Status holds the error {error}.")


@pytest.mark.parametrize(
    "key", ["status", "ordered_at", "order_id", "picked", "skus", "order_value", "notes"]
)
def test_an_uncalculated_formula_is_never_blank(key):
    orders = read([{"order_id": "a"} | {key: Uncalculated()}])
    found = orders.findings[orders.findings["column"] == key]
    assert found["rule"].tolist() == ["not_calculated"]
    assert "Open the workbook in Excel and save it." in found["message"].iloc[0]


def test_a_formula_where_the_worker_writes_or_identifies_is_named():
    orders = read([{"order_id": "a"}], formulas=frozenset({(2, 0), (2, 11), (2, 2), (9, 11)}))
    assert orders.findings[["column", "severity"]].to_numpy().tolist() == [
        ["order_id", "warning"],
        ["status", "warning"],
    ]
    assert orders.frame["usable"].tolist() == [True]


@pytest.mark.parametrize(
    "text",
    ["MUG-01 x2; TEE-L x1", "MUG-01 x 2, TEE-L x 1", "MUG-01*2\nTEE-L × 1", "MUG-01 X2;TEE-L x1;"],
)
def test_sku_lists_are_read_in_every_documented_spelling(text):
    assert [tuple(line) for line in sku_lines(text)] == [("MUG-01", 2, ""), ("TEE-L", 1, "")]
    assert one("skus", text)[1] is None


@pytest.mark.parametrize(
    "token",
    ["MUG x0", "MUG x -1", "MUG x 1.5", "MUG x two", "MUG x", "2 x MUG", "* 3", "MUG x 2 pcs"],
)
def test_an_sku_error_names_the_token(token):
    value, told = one("skus", f"TEE-L x1; {token}")
    assert value == f"TEE-L x1; {token}"
    assert told is not None
    assert told[:2] == ("sku_list", "error")
    assert f'"{token}"' in told[2]
    assert "TEE-L" not in told[2]


def test_a_bare_sku_is_one_piece_with_a_warning():
    assert one("skus", "MUG-01")[1] == (
        "sku_list", "warning", 'SKU(s) Ordered: "MUG-01" has no quantity: write MUG-01 x 1.',
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "good"),
    [("a@b.co", True), (" a@b.co ", True), ("a@b", False), ("a b@c.org", False), (5, False)],
)
def test_emails_have_a_shape(cell, good):
    assert (one("customer_email", cell)[1] is None) is good


def test_numbers_are_read_and_others_found():
    assert one("order_value", 12) == (12.0, None)
    assert one("order_value", " 12.50 ") == (12.5, None)
    for cell in ("1,250.00", "R 12", True, 10**400):
        value, told = one("order_value", cell)
        assert np.isnan(value)
        assert told is not None


def test_a_share_or_time_in_a_text_column_is_noted():
    assert one("customer", 0.35)[1] == (
        "number_as_text",
        "note",
        "Customer Name / ID says the number 0.35. A text is expected here.",
    )
    assert one("customer", 4711) == ("4711", None)
    assert one("notes", 0.35) == ("0.35", None)


def test_a_long_tracking_number_is_kept_as_text_and_refused_as_number():
    assert one("tracking", "9400111899223197428490") == ("9400111899223197428490", None)
    value, told = one("tracking", 9.4e21)
    assert value == ""
    assert told is not None
    assert "more than 15 digits" in told[2]


def test_notes_keep_emoji_and_scripts():
    for text in ("👩‍👩‍👧 gift", "🇿🇦", "مرحبا", "שלום", "line\nbreak", "x" * 32_767):
        assert one("notes", text) == (text, None)
    assert one("notes", " cafe\u0301 ")[0] == "café"


def test_a_message_quotes_shortly_and_on_one_line():
    _, told = one("priority", "very\nlong " * 30 + "\u202eevil")
    assert told is not None
    assert "\n" not in told[2]
    assert len(told[2]) < 130
