"""A random working day, replayed under the rules that were in force, is the day that it was.

A failure prints its seed; SHEETSYNC_SEED=7 plays that day alone, SHEETSYNC_SEEDS=500 plays many.
"""

from __future__ import annotations

import os
from datetime import timedelta
from random import Random

import pytest

from sheetsync.domain.guard import GuardLimits
from sheetsync.domain.plan import PlanOptions
from sheetsync.domain.rehearsal.compare import compare
from sheetsync.domain.rehearsal.play import Rehearsal
from tests.support.orders_builder import shipped_rules
from tests.support.shop import ZONE
from tests.support.working_day import Day

BEAT = timedelta(minutes=2)
PASSES = 14
SEEDS = (
    [int(os.environ["SHEETSYNC_SEED"])]
    if "SHEETSYNC_SEED" in os.environ
    else [1, 18, *range(100, 100 + int(os.environ.get("SHEETSYNC_SEEDS", "0")))]
)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_replay_under_the_same_rules_flags_and_mails_what_was(tmp_path, seed):
    rules = shipped_rules()
    day = Day(tmp_path, rules, Random(seed))
    try:
        day.look()
        for _ in range(PASSES):
            day.now += BEAT
            for _ in range(day.dice.randrange(4)):
                day.act()
            day.look()
        recorded = day.store.recorded(day.state_id, day.now, ZONE)
    finally:
        day.store.close()
    began, end = recorded.memory.baseline_at, recorded.memory.last_pass_at
    for start in (began, began + PASSES // 2 * BEAT):
        outcome = Rehearsal(
            recorded, rules, PlanOptions(timezone=ZONE),
            start=start, end=end, every=BEAT, limits=GuardLimits(),
        ).play()  # fmt: skip
        answer = compare(recorded, outcome, end=end, timezone=ZONE, notes=())
        assert told(answer.mails) == told(mail for mail in recorded.mails if mail.at > start)
        assert (answer.more, answer.fewer, answer.statuses) == ((), (), ())


def told(mails):
    return sorted((mail.at, mail.recipient, mail.level, mail.orders) for mail in mails)
