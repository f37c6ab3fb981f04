"""What typed text becomes, and what a cell then shows."""

from __future__ import annotations

import pytest

from tests.sheets_server.locales import locale_of
from tests.sheets_server.number_formats import pattern_of, shown_number
from tests.sheets_server.typed import entered

US, GERMAN = "en_US", "de_DE"


@pytest.mark.parametrize(
    ("text", "locale", "value"),
    [
        ("42", US, 42),
        ("0042", US, 42),
        ("-1.5", US, -1.5),
        (".5", US, 0.5),
        ("2,000,000.01", US, 2000000.01),
        ("(5)", US, -5),
        ("12%", US, 0.12),
        ("$1,234.50", US, 1234.5),
        ("-$3", US, -3),
        ("1e3", US, 1000),
        ("2020-01-01", US, 43831),
        ("1/2/2020", US, 43832),
        ("1/2/2020", "en_GB", 43862),
        ("2020-01-01 12:00", US, 43831.5),
        ("Jan 1, 2020", US, 43831),
        ("18:00", US, 0.75),
        ("6:00 PM", US, 0.75),
        ("36:00", US, 1.5),
        ("1.234,5", GERMAN, 1234.5),
        ("0,5", GERMAN, 0.5),
        ("1.1.2020", GERMAN, 43831),
        ("12,50 €", GERMAN, 12.5),
    ],
)
def test_what_reads_as_a_number_or_a_date_becomes_one(text, locale, value):
    assert entered(text, locale)[0] == {"numberValue": pytest.approx(value)}


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("SP-20491", US), ("1,2", US), ("1.2.3", US), ("3_1_0", US), ("-", US), ("10:99", US),
        ("2020-02-30", US), ("8085807e40000000", US), ("13/13/2020", US), ("1.1.2020", US),
        ("1,234.5", GERMAN), ("1.2", GERMAN), ("$", US), ("%", US), ("2026-05-04T10:00", US),
    ],
)  # fmt: skip
def test_what_only_looks_like_one_stays_text(text, locale):
    assert entered(text, locale) == ({"stringValue": text}, None)


def test_ticks_formulas_and_an_apostrophe():
    assert entered("true", US)[0] == {"boolValue": True}
    assert entered("=1+1", US)[0] == {"formulaValue": "=1+1"}
    assert entered("=", US)[0] == {"stringValue": "="}
    assert entered("'0042", US)[0] == {"stringValue": "0042"}


def test_a_cell_formatted_as_text_keeps_zeros_and_dates_as_typed():
    for text in ("0042", "2020-01-01", "TRUE", "12%"):
        assert entered(text, US, as_text=True) == ({"stringValue": text}, None)


@pytest.mark.parametrize(
    ("text", "locale", "shown"),
    [
        ("2,000,000.01", US, "2,000,000.01"),
        ("12%", US, "12%"),
        ("12.5%", US, "12.50%"),
        ("$1234.5", US, "$1,234.50"),
        ("2020-01-01", US, "2020-01-01"),
        ("1/2/2020", US, "1/2/2020"),
        ("1/2/2020 6:05 PM", US, "1/2/2020 6:05 PM"),
        ("1.234,5", GERMAN, "1.234,50"),
        ("12,5 €", GERMAN, "12,50 €"),
        ("1.2.2020", GERMAN, "01.02.2020"),
    ],
)
def test_typing_brings_the_format_it_was_typed_in(text, locale, shown):
    value, found = entered(text, locale)
    there = locale_of(locale)
    assert shown_number(value["numberValue"], pattern_of(found, there), there) == shown


@pytest.mark.parametrize(
    ("value", "pattern", "shown"),
    [
        (1 / 1024, "", "0.0009765625"),
        (1 / 3, "", "0.3333333333"),
        (100 / 3, "", "33.33333333"),
        (42.0, "", "42"),
        (12345678901234, "", "12345678901234"),
        (1e20, "", "1E+20"),
        (1234.5, "#,##0.00", "1,234.50"),
        (1234.5, "#,##0", "1,235"),
        (0.125, "0.0%", "12.5%"),
        (-3, "#,##0.00;(#,##0.00)", "(3.00)"),
        (-0.001, "0.00", "0.00"),
        (0, '0;-0;"none"', "none"),
        (7, "000", "007"),
        (1.50, "0.##", "1.5"),
        (1234567, '0.0,,"M"', "1.2M"),
        (12345, "0.00E+00", "1.23E+04"),
        (42, "@", "42"),
        (46146.4251, "yyyy-mm-dd hh:mm", "2026-05-04 10:12"),
        (46146.6, "ddd, d mmm yyyy h:mm AM/PM", "Mon, 4 May 2026 2:24 PM"),
        (46146.4251, "dd.mm.yy hh:mm:ss", "04.05.26 10:12:08"),
        (0.5, "mm:ss", "00:00"),
        (1.5, "[h]:mm", "36:00"),
        (1e9, "yyyy", "1000000000.0"),
    ],
)  # fmt: skip
def test_a_number_is_shown_by_its_pattern(value, pattern, shown):
    assert shown_number(value, pattern, locale_of(US)) == shown


def test_a_type_without_a_pattern_takes_the_usual_one_of_the_locale():
    for name, shown in (("en_US", "5/4/2026"), ("de_DE", "04.05.2026"), ("en_GB", "04/05/2026")):
        there = locale_of(name)
        assert shown_number(46146, pattern_of({"type": "DATE"}, there), there) == shown
