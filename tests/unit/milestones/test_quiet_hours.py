"""Quiet hours by the customer's own clock, in both nights in which that clock is changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.domain.milestones.quiet import is_quiet, next_loud

BERLIN = "Europe/Berlin"
NIGHT = (21 * 3600, 8 * 3600)
ZONES = (
    BERLIN,
    "America/New_York",
    "Africa/Johannesburg",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "UTC",
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "quiet", "leaves"),
    [
        ("2026-03-09 12:00", NIGHT, "2026-03-09 12:00"),
        ("2026-03-09 20:00", NIGHT, "2026-03-10 07:00"),
        ("2026-03-10 06:59", NIGHT, "2026-03-10 07:00"),
        # the clock goes forward: the night is an hour shorter
        ("2026-03-28 23:30", NIGHT, "2026-03-29 06:00"),
        # 02:30 does not exist in it: 03:00 is the first time beyond it
        ("2026-03-28 23:30", (21 * 3600, 2 * 3600 + 1800), "2026-03-29 01:00"),
        # the clock goes back: the night is an hour longer
        ("2026-10-24 23:30", NIGHT, "2026-10-25 07:00"),
        # 02:30 comes twice: after the first one it is loud, until 02:00 comes again
        ("2026-10-24 23:30", (21 * 3600, 2 * 3600 + 1800), "2026-10-25 00:30"),
        ("2026-10-25 01:15", (21 * 3600, 2 * 3600 + 1800), "2026-10-25 01:30"),
        # at noon
        ("2026-03-09 11:30", (12 * 3600, 13 * 3600), "2026-03-09 12:00"),
    ],
)  # fmt: skip
def test_a_letter_leaves_when_the_night_is_over(moment, quiet, leaves):
    assert next_loud(utc(moment), quiet, BERLIN) == utc(leaves)


def test_without_quiet_hours_it_leaves_at_once():
    assert next_loud(utc("2026-03-09 23:00"), None, BERLIN) == utc("2026-03-09 23:00")


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda d: d.replace(microsecond=0, tzinfo=UTC)),
    st.tuples(st.integers(0, 95), st.integers(0, 95)).filter(lambda q: q[0] != q[1]),
    st.sampled_from(ZONES),
)  # fmt: skip
def test_it_is_never_quiet_and_never_later_than_it_must_be(moment, quarters, zone):
    quiet = (quarters[0] * 900, quarters[1] * 900)
    leaves = next_loud(moment, quiet, zone)
    assert not is_quiet(leaves, quiet, zone)
    assert moment <= leaves <= moment + timedelta(hours=25)
    meanwhile = (leaves - moment) // timedelta(minutes=5)
    assert all(
        is_quiet(leaves - timedelta(seconds=1 + 300 * n), quiet, zone) for n in range(meanwhile)
    )
