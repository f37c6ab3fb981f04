"""The page on carriers: its settings are good ones, and its tables say what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from sheetsync.carriers.polling import seconds_between
from sheetsync.config import parse_config
from sheetsync.config.carriers import CarrierKind
from sheetsync.domain.parcels.states import OVER, STATES
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "carriers.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    part = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_settings_shown_are_accepted():
    (block,) = re.findall(r"```yaml\n(feeds:.*?)```", TEXT, re.DOTALL)
    config = parse_config(f"version: 1\ntracker: {{path: t.xlsx, timezone: UTC}}\n{block}")
    assert {each.kind for each in config.carriers.values()} <= set(get_args(CarrierKind))
    assert len(config.carriers) == 3


def test_every_kind_is_in_the_table():
    kinds = [row[0].strip("`") for row in table("Who tells")[1:]]
    assert kinds == list(get_args(CarrierKind))


def test_every_state_is_named_and_every_check_exists():
    part = TEXT.partition("\n## What their words mean\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z_]+)`", part))
    assert set(STATES) <= named
    checks = {
        name
        for row in table("What their words mean")[1:]
        for name in re.findall(r"`(\w+)`", row[1])
    }
    shipped = {check.id for check in load_rules(rules_folder()).checks}
    assert checks == {name for name in shipped if name.startswith("parcel_")}


def test_the_times_shown_are_those_that_are_kept():
    shown = {"1 hour": 3600, "20 minutes": 1200, "2 hours": 7200, "6 hours": 21_600, "never": None}
    of_state = {
        "nothing known yet": "", "out for delivery": "out_for_delivery", "in transit, picked up": "in_transit",
        "label created, ready for pickup, unknown": "info_received",
        "delivered, returned, cancelled, lost, expired": "delivered",
    }  # fmt: skip
    rows = table("How often")[1:]
    assert len(rows) == 6
    for state, told in rows:
        every = seconds_between(of_state.get(state, "delayed"), 0.0, "X")
        wanted = shown[told]
        assert (every is None) if wanted is None else abs(every - wanted) <= 0.1 * wanted
    assert {"delivered", "returned", "cancelled", "lost", "expired"} == OVER
