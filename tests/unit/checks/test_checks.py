"""Each check finds what it promises, and Check says it to staff in stable words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sheetsync.domain.checks import (
    check_rows,
    check_texts,
    next_check_change,
    not_evaluated,
    rows_with_errors,
)
from sheetsync.domain.columns import interpret
from sheetsync.domain.conditions.fields import fields_of
from sheetsync.domain.findings import join_findings
from sheetsync.domain.model import CellValue
from sheetsync.domain.parcels.check_digits import ups_1z
from sheetsync.domain.rules import RowCheck
from tests.support.small_rules import (
    NOW,
    SAMPLE_HEADINGS,
    SAMPLE_ROW,
    SOURCE,
    columns,
    orders_sheet,
    rulebook,
    sheet,
    when,
)

RULES = rulebook()
GOOD: dict[str, CellValue] = {
    "order_id": "#SP-1",
    "ordered_at": "2026-03-01 08:00",
    "customer": "Ada",
    "skus": "MUG-01 x2",
    "priority": "Bulk",
    "status": "Pending",
}


def look(sheet_, rules=RULES, now=NOW):
    """The orders, and all findings of reading and checking."""
    orders = interpret(sheet_, rules, now)
    fields = fields_of(orders, rules)
    return orders, join_findings([orders.findings, check_rows(orders, fields, rules, now)])


def found(rows, rules=RULES, now=NOW):
    """(row, rule, severity, message) of every finding."""
    _, findings = look(orders_sheet([GOOD | row for row in rows]), rules, now)
    return [tuple(line) for line in findings[["row", "rule", "severity", "message"]].to_numpy()]


def texts(rows, rules=RULES):
    orders, findings = look(orders_sheet([GOOD | row for row in rows]), rules)
    return check_texts(findings, orders).tolist()


def with_column(key, **settings):
    layout = columns()
    return rulebook(columns=layout | {key: replace(layout[key], **settings)})


def test_a_good_row_is_ok():
    assert found([{}]) == []
    assert texts([{}]) == ["OK"]


def test_the_documents_sample_row_contradicts_itself_as_a_suggestion_only():
    orders, findings = look(sheet(SAMPLE_HEADINGS, [SAMPLE_ROW]))
    assert findings[["rule", "severity"]].to_numpy().tolist() == [["notes_say_delivered", "note"]]
    assert check_texts(findings, orders).tolist() == [
        "Note: The notes speak of a delivery. If the order has arrived, set Status to Delivered."
    ]
    assert orders.frame["status"].tolist() == ["In Transit"]


def test_a_needed_cell_is_named_with_an_example():
    rules = with_column("customer", example="C-1001 Ada")
    assert found([{"customer": " "}], rules) == [
        (2, "required", "error", "Customer Name / ID is empty. Fill it in, like C-1001 Ada.")
    ]


def test_an_unreadable_cell_is_not_called_empty_too():
    assert [line[1] for line in found([{"ordered_at": "soon"}])] == ["unreadable"]


def test_what_a_stage_demands_is_asked_for_in_the_words_of_the_sheet():
    assert found([{"picked": "x", "packed": "x", "handler": "Thabo"}]) == [
        (
            2,
            "required_when",
            "warning",
            "Shipping Partner Assigned is empty although Packing Completed is ticked. Fill it in.",
        )
    ]


def test_a_ticked_dispatch_without_a_time_still_demands_the_number():
    row = {"picked": 1, "packed": 1, "carrier": "UPS", "dispatched_at": True}
    assert found([row]) == [
        (
            2,
            "required_when",
            "error",
            "Tracking Number is empty although Dispatched Date is filled in. Fill it in.",
        )
    ]


def test_a_blank_priority_acts_as_the_default_without_noise():
    orders, findings = look(orders_sheet([GOOD | {"priority": None}]))
    assert findings["rule"].tolist() == ["default_used"]
    assert findings["message"].tolist() == ["Order Priority is empty, so Standard is used."]
    assert check_texts(findings, orders).tolist() == ["OK"]
    priority = fields_of(orders, RULES)["priority"]
    assert priority.data.tolist() == ["Standard"]
    assert priority.empty.tolist() == [True]


def test_a_form_is_explained_by_the_rules_own_words():
    rules = with_column("order_id", pattern=r"^#SP-\d+$", message="It must look like #SP-20491.")
    assert found([{"order_id": "SP1"}], rules) == [
        (2, "pattern_mismatch", "error", 'Order ID says "SP1". It must look like #SP-20491.')
    ]


def test_a_number_on_two_orders_names_the_other_order_not_its_row():
    shared = {
        "picked": 1,
        "packed": 1,
        "carrier": "Pony",
        "dispatched_at": "2026-03-02",
        "handler": "T",
    }
    lines = found(
        [
            shared | {"tracking": "AB 12-3"},
            shared | {"order_id": "#SP-2", "tracking": "ab123"},
            shared | {"order_id": "#SP-3", "tracking": "zz"},
        ]
    )
    doubled = [(line[0], line[3]) for line in lines if line[1] == "not_unique"]
    assert doubled == [
        (2, 'Tracking Number "AB 12-3" also stands on order #SP-2. Check which one is right.'),
        (3, 'Tracking Number "ab123" also stands on order #SP-1. Check which one is right.'),
    ]


def test_many_orders_with_one_number_are_named_shortly():
    lines = found([{"order_id": f"#SP-{i}", "tracking": "N1"} for i in range(5)])
    assert lines[4][3].startswith(
        'Tracking Number "N1" also stands on orders #SP-0, #SP-1 and 2 more.'
    )


def test_dates_out_of_order_are_shown_both():
    row = {
        "dispatched_at": "2026-02-28 10:00",
        "packed": 1,
        "picked": 1,
        "carrier": "Pony",
        "tracking": "1",
    }
    lines = [line for line in found([row]) if "before" in line[1]]
    assert lines == [
        (
            2,
            "dispatched_at_before_ordered_at",
            "error",
            (
                "Dispatched Date (2026-02-28 10:00) lies before Order Date & Time (2026-03-01 08:00). "
                "Correct the one that is wrong."
            ),
        )
    ]


def test_a_bare_date_on_the_same_day_is_not_before():
    rows = [{"ordered_at": "2026-03-01 08:00", "dispatched_at": "2026-03-01"}]
    assert not [line for line in found(rows) if "before" in line[1]]


def test_the_future_begins_after_five_minutes():
    at = {"ordered_at": "2026-03-10 12:05"}
    assert found([at]) == []
    ahead = {"ordered_at": "2026-03-10 12:06"}
    assert [line[1] for line in found([ahead])] == ["in_future"]
    assert found([ahead], now=NOW + timedelta(minutes=1)) == []


def test_the_moment_at_which_a_finding_vanishes_is_known():
    orders = interpret(orders_sheet([GOOD | {"ordered_at": "2026-03-10 13:00"}]), RULES, NOW)
    fields = fields_of(orders, RULES)
    assert next_check_change(orders, fields, RULES, NOW) == NOW + timedelta(minutes=55)
    calm = interpret(orders_sheet([GOOD]), RULES, NOW)
    assert next_check_change(calm, fields_of(calm, RULES), RULES, NOW) is None


def test_an_unknown_carrier_is_helped_with_the_severity_of_the_rules():
    assert found([{"carrier": "Fedexx"}]) == [
        (
            2,
            "unknown_carrier",
            "warning",
            'Shipping Partner Assigned says "Fedexx". Use FastTrack, UPS or FedEx. Did you mean FedEx?',
        )
    ]


@pytest.mark.parametrize(
    ("carrier", "number", "fits"),
    [
        ("FastTrack", "FT239845Z", True),
        ("FastTrack", "ft 239845-z", True),
        ("FastTrack", "FT23984", False),
        ("fed ex", "123456789012", True),
        ("UPS", "1Z999AA10123456784", True),
        ("UPS", "1Z999AA10123456785", False),
        ("Pony", "anything", True),
        (None, "FT23984", True),
    ],
)
def test_a_number_unlike_its_carriers_is_a_hint(carrier, number, fits):
    lines = [
        line
        for line in found([{"carrier": carrier, "tracking": number}])
        if line[1] in {"tracking_shape", "tracking_digit"}
    ]
    assert [line[2] for line in lines] == ([] if fits else ["warning"])


def test_the_ups_check_digit_needs_the_whole_number():
    assert ups_1z("1Z999AA10123456784")
    assert not ups_1z("1Z999AA1012345678")
    assert not ups_1z("2Z999AA10123456784")


def test_cross_field_checks_come_from_the_rules():
    lines = found([{"dispatched_at": "2026-03-02", "tracking": "1"}])
    assert [line[1:3] for line in lines] == [("dispatched_not_packed", "error")]


@pytest.mark.parametrize(
    ("row", "flagged"),
    [
        ({"picked": 1}, True),
        ({"status": "Packing"}, True),
        ({"picked": 1, "handler": "Thabo"}, False),
        ({"allocated": 1}, False),
        ({"status": "Allocated", "allocated": 1}, False),
        ({"picked": 1, "dispatched_at": 1}, False),
        ({"picked": 1, "status": "Cancelled"}, False),
    ],
)
def test_an_open_stage_without_an_owner_is_flagged(row, flagged):
    assert any(line[1] == "stage_without_owner" for line in found([row])) is flagged


def test_a_missing_owner_is_told_once():
    rules = with_column("handler", required_when=when(picked="yes"))
    assert [line[1] for line in found([{"picked": 1}], rules)] == ["required_when"]


def test_a_check_without_its_column_says_so():
    orders = interpret(
        sheet(["Order ID", "Status", "Dispatched"], [["#SP-1", "Ready", "x"]]), RULES, NOW
    )
    fields = fields_of(orders, RULES)
    assert check_rows(orders, fields, RULES, NOW).empty
    assert not_evaluated(orders, fields, RULES) == (
        'The check "dispatched not packed" is left out: the sheet has no column Packing Completed.',
        'The check "notes say delivered" is left out: the sheet has no column Notes / Exceptions.',
    )


def test_a_column_that_the_template_leaves_out_is_missed_only_when_asked_for():
    rules = with_column("packed", template="no")
    orders = interpret(
        sheet(["Order ID", "Status", "Dispatched"], [["#SP-1", "Ready", "x"]]), rules, NOW
    )
    fields = fields_of(orders, rules)
    nagged = not_evaluated(orders, fields, rules)
    assert not any("Packing Completed" in line for line in nagged)
    assert any("Notes / Exceptions" in line for line in nagged)
    told = not_evaluated(orders, fields, rules, optional=True)
    assert any("Packing Completed" in line for line in told)


def test_check_shows_three_lines_worst_first():
    row = {
        "customer": None,
        "skus": None,
        "customer_email": "nobody",
        "status": "Shipped",
        "notes": "delivered",
        "handler": 0.5,
    }
    assert texts([row]) == [
        (
            "Error: Customer Name / ID is empty. Fill it in.\n"
            "Error: SKU(s) Ordered is empty. Fill it in.\n"
            'Warning: Customer Email says "nobody". Use one address like name@shop.com.\n'
            "+2 more"
        )
    ]


def test_a_doubled_finding_is_worded_once():
    orders, findings = look(orders_sheet([GOOD | {"status": "Shiped"}]))
    twice = join_findings([findings, findings])
    assert check_texts(twice, orders).tolist() == [
        'Error: Status says "Shiped". Did you mean Shipped?'
    ]


def test_check_texts_do_not_change_when_nothing_but_time_passes():
    row = orders_sheet([GOOD | {"dispatched_at": "2026-03-02", "customer": None}])
    first, then = look(row), look(row, now=NOW + timedelta(days=9))
    assert check_texts(first[1], first[0]).tolist() == check_texts(then[1], then[0]).tolist()


def test_rows_with_an_error_leave_the_figures_that_need_the_cell():
    rows = [
        GOOD,
        GOOD | {"order_id": "#SP-2", "ordered_at": "soon"},
        GOOD | {"order_id": "#SP-3", "dispatched_at": "2026-03-02", "tracking": "1"},
        GOOD | {"order_id": "#SP-4", "customer_email": "nobody"},
        GOOD | {"order_id": 1.5},
    ]
    orders, findings = look(orders_sheet(rows))
    needs = lambda *keys: rows_with_errors(findings, orders, keys, RULES).tolist()  # noqa: E731
    assert needs("ordered_at") == [False, True, False, False, True]
    assert needs("dispatched_at") == [False, False, True, False, True]
    assert needs("customer_email") == [False, False, False, False, True]


def test_a_check_over_many_columns_uses_one_the_sheet_has():
    extra = RowCheck(
        id="odd", when=when(status="filled"), severity="note", columns=("vendor", "status"),
        message="Odd.", source=SOURCE,
    )  # fmt: skip
    _orders, findings = look(orders_sheet([GOOD]), rulebook(checks=(extra,)))
    assert findings[["column", "message"]].to_numpy().tolist() == [["status", "Odd."]]
