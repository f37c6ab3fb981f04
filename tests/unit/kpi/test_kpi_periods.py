"""A period runs from local midnight to local midnight, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.domain.kpi.periods import parse_period, period_at
from sheetsync.errors import UsageError

BERLIN, SAO_PAULO = "Europe/Berlin", "America/Sao_Paulo"


def test_a_month_over_the_spring_change_is_an_hour_short():
    march = parse_period("2025-03", BERLIN)
    assert march.start == datetime(2025, 2, 28, 23, tzinfo=UTC)
    assert march.end == datetime(2025, 3, 31, 22, tzinfo=UTC)
    assert march.end - march.start == timedelta(days=31, hours=-1)


def test_a_month_over_the_autumn_change_is_an_hour_long():
    october = parse_period("2025-10", BERLIN)
    assert october.end - october.start == timedelta(days=31, hours=1)


def test_a_day_without_midnight_begins_with_its_first_moment():
    """The clocks of Sao Paulo went from 00:00 to 01:00 on Sunday, 15 October 2017."""
    before = parse_period("2017-W41", SAO_PAULO)
    assert before.last == date(2017, 10, 15)
    assert before.end - before.start == timedelta(days=7, hours=-1)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 3)),
        ("2021-W01", date(2021, 1, 4), date(2021, 1, 10)),
        ("2017-w48", date(2017, 11, 27), date(2017, 12, 3)),
        ("2017-Q4", date(2017, 10, 1), date(2017, 12, 31)),
        (" 2017-q1 ", date(2017, 1, 1), date(2017, 3, 31)),
        ("2016-2", date(2016, 2, 1), date(2016, 2, 29)),
        ("2017-11", date(2017, 11, 1), date(2017, 11, 30)),
    ],
)
def test_weeks_months_and_quarters_are_read(text, first, last):
    period = parse_period(text, SAO_PAULO)
    assert (period.first, period.last) == (first, last)
    assert parse_period(period.id, SAO_PAULO) == period


@pytest.mark.parametrize("text", ["2021-W53", "2017-13", "2017-Q5", "2017-00", "last month", ""])
def test_anything_else_is_refused_with_the_way_to_write_it(text):
    with pytest.raises(UsageError, match="Write a month like 2017-11"):
        parse_period(text, SAO_PAULO)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["week", "month", "quarter"]),
    st.sampled_from([BERLIN, SAO_PAULO, "Asia/Kathmandu", "UTC"]),
)
def test_each_moment_lies_in_exactly_one_period_and_periods_join(moment, kind, timezone):
    moment = moment.replace(microsecond=0)
    period = period_at(moment, kind, timezone)
    assert period.start <= moment < period.end
    assert period.shifted(1).start == period.end
    assert period.shifted(-1).end == period.start
    assert period.shifted(1).shifted(-1) == period
