"""A check that waits for a courier's scan is unsure while the source of the scans is silent itself."""

from __future__ import annotations

import pytest

from sheetsync.domain.checks.stale_news import ANY, with_stale
from sheetsync.domain.columns import interpret
from sheetsync.domain.findings import FindingList
from tests.support.orders_builder import shipped_rules
from tests.support.whole_plans import KEYS, NOW, sheet_of


def orders(*carriers):
    rows = [[""] * len(KEYS) for _ in carriers]
    for n, (row, carrier) in enumerate(zip(rows, carriers, strict=True)):
        row[0], row[KEYS.index("carrier")] = f"#SP-{n}", carrier
    return interpret(sheet_of(rows), shipped_rules(), NOW)


def findings_of(orders, rule):
    found = FindingList(orders.frame["order_id_read"].to_numpy(), orders.frame["row"].to_numpy())
    found.add(
        orders.frame.index.to_numpy(), "carrier_update", rule, "warning", "Nothing was scanned."
    )
    return found.frame()


@pytest.mark.parametrize("rule", ["parcel_silent", "parcel_never_scanned"])
def test_only_parcels_of_a_stale_source_are_unsure(rule):
    read = orders("UPS", "DHL", "")
    found = with_stale(
        findings_of(read, rule),
        read,
        shipped_rules(),
        {"UPS": "the news of ship are stale since now"},
    )
    assert found["severity"].tolist() == ["unsure", "warning", "warning"]
    assert found["message"].tolist() == [
        "Nothing was scanned. But the news of ship are stale since now.",
        "Nothing was scanned.",
        "Nothing was scanned.",
    ]


def test_a_feed_that_speaks_of_all_carriers_stands_behind_a_carriers_own_source():
    read = orders("UPS", "DHL", "")
    stale = {ANY: "the feed couriers is stale", "UPS": "the news of ship are stale"}
    found = with_stale(findings_of(read, "parcel_silent"), read, shipped_rules(), stale)
    assert [text.partition(" But ")[2] for text in found["message"]] == [
        "the news of ship are stale.",
        "the feed couriers is stale.",
        "the feed couriers is stale.",
    ]


def test_other_checks_are_as_sure_as_before():
    read = orders("UPS")
    before = findings_of(read, "parcel_delayed")
    assert with_stale(before, read, shipped_rules(), {"UPS": "x"}) is before
