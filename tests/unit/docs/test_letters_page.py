"""The page on letters names every message and every fact that a template may use, and its settings are valid."""

from __future__ import annotations

import re
from pathlib import Path

from sheetsync.config.load import parse_config
from sheetsync.messages.facts import CUSTOMER_FACTS, VENDOR_FACTS
from sheetsync.messages.kinds import KINDS
from sheetsync.messages.spoken import FILTERS

PAGE = (Path(__file__).resolve().parents[3] / "docs/letters.md").read_text(encoding="utf-8")


def test_every_message_every_fact_and_every_filter_is_named():
    named = set(re.findall(r"`(\w[\w-]*)`", PAGE))
    assert (
        not {*KINDS, *CUSTOMER_FACTS, *VENDOR_FACTS, "lines", "more_lines", "assignments"} - named
    )
    assert not [name for name in FILTERS if f"|{name}" not in PAGE]


def test_the_brand_shown_is_valid():
    (shown,) = re.findall(r"```yaml\n(brand:.*?)```", PAGE, re.DOTALL)
    tracker = "version: 1\ntracker: {path: t.xlsx, timezone: Africa/Johannesburg}\n"
    assert parse_config(tracker + shown).brand.name == "Sunrise Parcels"
