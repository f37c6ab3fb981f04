"""Tracking numbers compared in one go are compared as each of them alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sheetsync.domain.checks.tracking_numbers import squeeze_all
from sheetsync.domain.parcels.numbers import squeeze
from tests.support.whole_plans import KEYS, plan_of

PLACE = KEYS.index("tracking")


def rows_with(*numbers: str) -> list[list[object]]:
    rows: list[list[object]] = [[f"#SP-{n}", *[""] * (len(KEYS) - 1)] for n in range(len(numbers))]
    for row, number in zip(rows, numbers, strict=True):
        row[PLACE] = number
    return rows


def doubled(*numbers: str) -> list[str]:
    findings = plan_of(rows_with(*numbers)).findings
    return findings.loc[findings["rule"] == "not_unique", "order_id"].tolist()


@given(st.lists(st.text(alphabet="aB1- \n\tß\u00a0", max_size=6), max_size=5))
def test_many_at_once_are_squeezed_like_one_at_a_time(numbers):
    assert squeeze_all(numbers) == [squeeze(number) for number in numbers]


def test_a_number_written_with_spaces_and_hyphens_is_the_same_number():
    assert doubled("1z 999-aa1", "1Z999AA1", "FT123456K") == ["#SP-0", "#SP-1"]


def test_hyphens_alone_are_not_shared_with_orders_that_have_no_number():
    assert doubled("-", "", "") == []
