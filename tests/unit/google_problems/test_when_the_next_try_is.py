"""What passes by itself is told with the time of the next try, by the tracker's own clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sheetsync.errors import TrackerBusy
from tests.sheets_server import faults
from tests.support.google_sheets import BOOK_ID, book_of, google_tracker, served
from tests.support.workbooks import HEADINGS, ORDERS

PASS = datetime(2026, 3, 2, 12, 3, tzinfo=UTC)
BUSY = {
    "quota": faults.too_many,
    "outage": faults.unavailable,
    "html from a proxy": faults.bad_gateway,
    "broken line": faults.reset,
    "garbled": faults.truncated,
}


@pytest.fixture(scope="module")
def server():
    with served(book_of([HEADINGS, *ORDERS])) as running:
        yield running


@pytest.fixture
def troubled(server):
    """Gives the sentence for a fault that does not end, at `now`; the worker looks again at `next_try`."""

    def ask(fault, now, next_try, timezone="Africa/Johannesburg"):
        server.service.faults.add(fault(), times=100)
        options = {"clock": lambda: now, "timezone": timezone, "next_try": lambda: next_try}
        with pytest.raises(TrackerBusy) as found:
            google_tracker(BOOK_ID, url=server.url, more_of_api=options).read()
        return str(found.value)

    yield ask
    server.service.faults.clear()


@pytest.mark.parametrize("fault", BUSY)
def test_a_running_worker_says_when_it_looks_again_in_the_tracker_s_time(troubled, fault):
    told = troubled(BUSY[fault], PASS, PASS + timedelta(minutes=2))
    assert told.endswith("The next try is at 14:05.")


@pytest.mark.parametrize("fault", BUSY)
def test_a_command_says_that_it_should_be_run_again(troubled, fault):
    assert troubled(BUSY[fault], PASS, None).endswith("Run the command again in a minute.")


def test_a_next_try_beyond_midnight_of_the_tracker_has_its_day(troubled):
    late = datetime(2026, 3, 2, 21, 59, tzinfo=UTC)
    told = troubled(faults.unavailable, late, late + timedelta(minutes=10))
    assert told.endswith("The next try is at 2026-03-03 00:09.")
    told = troubled(faults.unavailable, late, late + timedelta(minutes=10), "UTC")
    assert told.endswith("The next try is at 22:09.")


def test_a_pass_that_took_longer_than_the_time_between_two_is_followed_at_once(troubled):
    told = troubled(faults.unavailable, PASS + timedelta(minutes=3), PASS + timedelta(minutes=2))
    assert told.endswith("It is tried again at once.")
