"""The header is found by name wherever it stands, and a doubtful one refuses the pass."""

from __future__ import annotations

import pytest

from sheetsync.domain.columns import column_letter, find_header, header_score, normalise_heading
from sheetsync.errors import PlanRefused
from tests.support.small_rules import SAMPLE_HEADINGS, columns

COLUMNS = columns()


def header(*rows, numbers=None):
    return find_header(rows, numbers or range(1, len(rows) + 1), COLUMNS)


@pytest.mark.parametrize(
    "written",
    [
        "order id", "ORDER  ID", " Order\u00a0ID ", "Order\nID", "Order ID:", "\ufeffOrder ID",
        "Order\u200b ID", "Ｏｒｄｅｒ　ＩＤ", "order_id", "Order ID *", "Order ID\u00ad",
    ],
)  # fmt: skip
def test_a_heading_is_known_however_it_is_typed(written):
    assert normalise_heading(written) == "order id"
    assert header([written, "Status"]).columns["order_id"] == 0


def test_spaces_around_a_stroke_do_not_matter():
    assert normalise_heading("Notes/Exceptions") == normalise_heading("Notes / Exceptions")


def test_the_documents_sample_headings_all_map():
    found = header(SAMPLE_HEADINGS)
    assert list(found.columns) == [
        "order_id", "picked", "packed", "carrier", "dispatched_at", "tracking", "status", "notes",
    ]  # fmt: skip
    assert found.headings["carrier"] == "Courier"
    assert found.unknown == ()


def test_moved_columns_and_staff_columns_are_accepted():
    found = header(["My notes", "Status", None, "Order ID", 7])
    assert (found.columns["status"], found.columns["order_id"]) == (1, 3)
    assert found.unknown == ("My notes",)


def test_a_banner_above_the_header_is_passed_over():
    found = header(["Fulfilment 2026"], SAMPLE_HEADINGS, ["#SP-1"], numbers=[1, 3, 4])
    assert found.row_number == 3


def test_a_header_split_over_two_rows_is_joined():
    found = header(
        ["Order", "Status", "Order"], ["ID", None, "Priority"], ["#SP-1", "Ready", "Bulk"]
    )
    assert found.row_number == 2
    assert found.columns == {"order_id": 0, "priority": 2, "status": 1}
    assert found.headings["order_id"] == "Order ID"


def test_a_plain_header_is_never_joined_with_the_first_order():
    assert header(["Order ID", "Status"], ["#SP-1", ""]).row_number == 1


def test_a_heading_twice_is_refused_naming_both_places():
    with pytest.raises(PlanRefused, match='2 headings mean Status: "Status" in column B and "status" '
                       "in column AB"):  # fmt: skip
        header(["Order ID", "Status", *[None] * 25, "status"])


def test_two_spellings_of_one_column_are_refused():
    with pytest.raises(
        PlanRefused, match='"Dispatched" in column B and "Dispatched Date" in column C'
    ):
        header(["Order ID", "Dispatched", "Dispatched Date"])


def test_every_missing_heading_is_named_with_the_likely_ones():
    with pytest.raises(PlanRefused) as refused:
        find_header(
            [["Ordr ID", "Notes", "Statuss", "Picking"]],
            [1],
            COLUMNS,
            required=("order_id", "status"),
        )
    text = str(refused.value)
    assert "The headings Order ID and Status cannot be found in row 1." in text
    assert 'Did you mean "Ordr ID" in column A?' in text
    assert 'Did you mean "Statuss" in column C?' in text


def test_a_lesser_row_does_not_stand_in_for_a_misspelt_header():
    with pytest.raises(PlanRefused, match="Order ID cannot be found in row 2"):
        header(["Order ID"], ["Ordr ID", "Status", "Notes"])


@pytest.mark.parametrize("rows", [[["hello", 3]], [[None]], [["Status"]]])
def test_no_header_row_is_refused_in_words(rows):
    with pytest.raises(PlanRefused, match="No header row was found in the first 20 rows"):
        header(*rows)


def test_an_empty_tab_says_what_to_do():
    with pytest.raises(PlanRefused, match="The tracker tab is empty"):
        find_header([], [], COLUMNS)


def test_a_header_below_the_searched_rows_is_not_used():
    with pytest.raises(PlanRefused):
        header(["Order ID", "Status"], numbers=[21])


def test_scores_and_letters():
    assert header_score(["Order ID", "Status", "mine"], COLUMNS) == 2
    assert [column_letter(i) for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
