"""Quota used up for minutes: few requests, nothing half-written, and afterwards all is made up for."""

from __future__ import annotations

import pytest

from tests.end_to_end.bad_google_sheets.damage import state
from tests.sheets_server import faults
from tests.support.google_shop import GoogleShop


def test_a_quota_storm_of_ten_minutes_is_sat_out_with_few_requests_and_made_up_for(
    shop: GoogleShop,
):
    service = shop.server.service
    service.clock = shop.seconds
    start, end = shop.at("12:20"), shop.at("12:30")
    service.faults.add(faults.too_many(), when=lambda call: shop.now < end, times=10_000)
    results = []
    with shop.workshop() as workshop:
        shop.type_in("#SP-2", allocated=True)
        shop.now = start
        while shop.now < end:
            began = shop.now
            results.append(workshop.run_pass(shop.now, next_try=began + workshop.every))
            shop.now = max(shop.now, began + workshop.every)
        calls = service.counters.number
        service.faults.clear()
        last = workshop.run_pass(shop.now)
    assert {result.outcome for result in results} == {"deferred"}
    assert all("Google allows only so many requests a minute" in r.problem for r in results)
    told = [result.problem.partition("The next try is at ")[2] for result in results]
    assert told == ["12:22.", "12:24.", "12:26.", "12:28.", "12:30."]
    assert calls <= 10 * 6, (
        "not more than a request every ten seconds, where sixty a minute are allowed"
    )
    assert max(shop.waits) <= 64
    assert (last.outcome, last.problem) == ("done", "")
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    assert shop.cell("#SP-2", "allocated_at")
    assert shop.mails()
    assert service.counters.writes == 1


def test_a_storm_that_begins_between_the_looks_and_the_write_loses_nothing(shop: GoogleShop):
    service = shop.server.service
    service.clock = shop.seconds
    service.faults.add(faults.too_many(retry_after=30), kind="write", times=10_000)
    shop.type_in("#SP-2", allocated=True)
    before = state(shop)
    result = shop.look(shop.at("08:20"))
    assert (result.outcome, state(shop)) == ("deferred", before)
    service.faults.clear()
    assert shop.look(shop.at("08:30")).outcome == "done"
    assert shop.cell("#SP-2", "allocated_at") == pytest.approx(46090.3472, abs=0.0001), (
        "first seen at 08:20"
    )
