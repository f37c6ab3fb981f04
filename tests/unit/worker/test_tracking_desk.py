"""A defect in asking is a provider's trouble like any other: told, left alone longer each time, and nothing waits for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sheetsync.carriers.making import Surroundings
from sheetsync.config import parse_config
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from sheetsync.worker.tracking import TrackingDesk

RULES = load_rules(rules_folder())
NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
CONFIG = parse_config(
    "version: 1\ntracker: {path: t.xlsx, timezone: UTC}\ncarriers: {demo: {kind: simulated}}\n"
)


class Kept:
    """A store of one parcel and some settings."""

    def __init__(self):
        self.settings = {}

    def setting(self, _tracker, key):
        return self.settings.get(key)

    def keep_setting(self, _tracker, key, value):
        self.settings[key] = value

    def feeds(self, _tracker):
        return self

    def parcels(self):
        return {
            "#SP-1": {"tracking": "AB12345", "carrier": "UPS", "dispatched_at": "2026-03-08 08:00"}
        }

    def logs(self):
        return ()


@pytest.fixture
def look():
    store, desk = Kept(), TrackingDesk()

    def at(minutes, rules=RULES):
        around = Surroundings(
            environment={}, clock=lambda: NOW + timedelta(minutes=minutes), timezone="UTC"
        )
        return desk.look(CONFIG, store, 1, rules, around)

    return at


def test_a_defect_is_told_and_not_tried_at_every_pass(look):
    broken = replace(RULES, parcel_words=None)
    for minutes in (0, 1):
        (source,) = look(minutes, broken).sources
        assert source.trouble.startswith("demo could not be asked, by a defect of sheetsync (")
        assert "since 2026-03-09 08:00" in source.trouble


def test_a_round_that_does_not_end_is_told_and_no_other_is_begun(look):
    desk = TrackingDesk(lambda work: None, lambda _seconds: None)
    store = Kept()
    for minutes, told in ((0, ""), (10, ""), (31, "has not finished an answer")):
        around = Surroundings(
            environment={}, clock=lambda m=minutes: NOW + timedelta(minutes=m), timezone="UTC"
        )
        (source,) = desk.look(CONFIG, store, 1, RULES, around).sources
        assert told in source.trouble
        assert len(desk.asking) == 1
