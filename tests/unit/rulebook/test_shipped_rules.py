"""The rules that we ship are good, quiet, and say what the documents say."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from sheetsync.domain.columns.headings import heading_lookup, normalise_heading
from sheetsync.domain.rules import Span
from sheetsync.rulebook import load_rules

FOLDER = Path(__file__).parents[3] / "rules"
RULES = load_rules(FOLDER)

FOURTEEN = [
    "Order ID", "Order Date & Time", "Customer Name / ID", "SKU(s) Ordered", "Order Priority",
    "Inventory Allocated", "Picking Completed", "Packing Completed", "Shipping Partner Assigned",
    "Dispatched Date", "Tracking Number", "Status", "Handled By", "Notes / Exceptions",
]  # fmt: skip


def test_the_documents_fourteen_columns_come_first_in_their_wording():
    assert [rule.title for rule in RULES.columns.values()][:14] == FOURTEEN
    assert [rule.core for rule in RULES.columns.values()] == [True] * 14 + [False] * 32


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Order ID", "order_id"), ("Status", "status"), ("Picking", "picked"), ("Packing", "packed"),
        ("Dispatched", "dispatched_at"), ("Courier", "carrier"), ("Tracking No.", "tracking"),
        ("Notes", "notes"), ("Delivered At", "delivered_at"),
    ],
)  # fmt: skip
def test_the_headings_of_the_sample_row_are_known(heading, key):
    assert heading_lookup(RULES.columns)[normalise_heading(heading)] == key


def test_the_shipped_rules_give_no_warning():
    assert RULES.warnings == ()


def test_the_four_hours_of_packing_are_the_documents_own():
    packing = next(target for target in RULES.targets if target.stage == "Packing")
    assert packing.lines[-1].within == Span(seconds=4 * 3600, text="4h")
    assert packing.warn_at == 0.8


def test_every_number_that_is_ours_says_so():
    """A line of sla.yaml with a limit is marked as a placeholder, or with the document it is from."""
    lines = (FOLDER / "sla.yaml").read_text().splitlines()
    limits = [line for line in lines if re.search(r"within: \d", line) and not line.startswith("#")]
    assert limits
    assert all("# placeholder" in line or "# [S0]" in line for line in limits)


def test_only_the_figures_of_the_documents_carry_their_mark():
    marked = {name for name, target in RULES.kpi.targets.items() if target.seed}
    assert marked == {"orders_tracked", "notification_coverage", "customers_reached"}
    assert RULES.kpi.targets["customers_reached"].at_least == 0.95


def test_no_order_id_is_refused_for_its_shape():
    assert RULES.columns["order_id"].pattern == ""


def test_only_our_own_columns_are_the_workers():
    owners = {key: rule.owner for key, rule in RULES.columns.items() if rule.owner != "staff"}
    assert {key for key, owner in owners.items() if owner == "shared"} == {
        "ordered_at", "dispatched_at", "status", "delivered_at",
    }  # fmt: skip


def test_every_column_explains_itself_to_a_packer():
    for rule in RULES.columns.values():
        assert rule.help.endswith("."), rule.key
        assert len(rule.help) < 160, rule.key


def test_every_file_names_its_schema_and_its_version():
    for path in FOLDER.glob("*.yaml"):
        text = path.read_text()
        assert text.startswith(f"# yaml-language-server: $schema=schema/{path.stem}.schema.json\n")
        assert "\nversion: 1\n" in text


def test_a_transit_time_has_one_home_and_reaches_the_carrier():
    assert {name: carrier.transit.text for name, carrier in RULES.carriers.items()} == {
        "FastTrack": "2d", "UPS": "3d", "FedEx": "3d", "DHL": "4d",
    }  # fmt: skip


def test_holidays_are_listed_day_by_day():
    holidays = RULES.calendars["warehouse"].holiday_dates
    assert holidays[date(2026, 4, 3)] == "Good Friday"
    assert {day.year for day in holidays} == set(range(2010, 2036))


def test_a_pause_has_its_home_in_statuses():
    pauses = {name: rule.pauses for name, rule in RULES.statuses.statuses.items() if rule.pauses}
    assert pauses == {
        "On Hold": ("*",), "Payment Failed": ("*",), "Backordered": ("Picking", "Packing"),
    }  # fmt: skip
