"""What is wrong in the block `follow_ups` is told with its place, and what to do."""

from __future__ import annotations

import pytest

from tests.support.small_rule_files import FILES, problems_of

GOOD = """\
follow_ups:
  mode: on
  tasks:
    - {id: late, when: {delivered_at: empty}, do: Call, who: WHO, at: promised_at, before: 2d}
"""


def problems(text):
    who = next(line.split(":")[0].strip() for line in FILES["escalation.yaml"].splitlines()[2:])
    told = problems_of(
        {**FILES, "escalation.yaml": FILES["escalation.yaml"] + text.replace("WHO", who)}
    )
    return [problem.partition(": ")[2] for problem in map(str, told)]


def test_a_good_block_is_good():
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("WHO", "nobody_here", '"nobody_here" is not one of the people of this file'),
        ("at: promised_at, ", "", "before and after need a moment to count from: write at, such as promised_at"),
        ("at: promised_at", "at: customer", '"customer" is no moment; name a column of dates, or status_since'),
        ("at: promised_at", "at: promised", '"promised" is not a moment of an order; did you mean "promised_at"?'),
        ("before: 2d", "before: 2d, once_per: promise", '"promise" is not a field of an order'),
        ("do: Call, ", "", 'the setting "do" is missing here'),
        ("before: 2d", "channel: fax", '"fax" is not allowed here'),
    ],
)  # fmt: skip
def test_a_slip_is_told(old, new, problem):
    assert any(told.startswith(problem) for told in problems(GOOD.replace(old, new)))


def test_two_tasks_of_one_name_are_refused():
    line = GOOD.splitlines()[-1]
    assert any('"late" stands twice' in told for told in problems(GOOD + line + "\n"))
