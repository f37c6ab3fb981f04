"""Doctor tells who is asked about which parcels, and what is missing for it, without asking anybody."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sheetsync.config import parse_config
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from sheetsync.worker.doctor.carriers import carrier_checks
from sheetsync.worker.doctor.diagnosis import Patient

RULES = load_rules(rules_folder())


def told(text, environment=(), tmp_path="/nowhere"):
    config = parse_config(
        f"version: 1\ntracker: {{path: t.xlsx, timezone: UTC}}\n{text}", f"{tmp_path}/config.yaml"
    )
    patient = Patient(
        config=config, now=datetime(2026, 3, 9, tzinfo=UTC), environment=dict(environment)
    )
    return [(each.level, each.sentence) for each in carrier_checks(patient, RULES)]


def test_each_source_is_told_with_its_couriers_and_those_that_nobody_tells_of():
    found = told(
        "carriers:\n  ship: {kind: aftership, key: env:K}\n  hand: {kind: manual}\n", {"K": "k"}
    )
    assert found == [
        ("ok", "ship (aftership) is asked about parcels of UPS, FedEx and DHL."),
        ("ok", "hand (manual) need not be asked."),
        (
            "note",
            "Nobody is asked about parcels of FastTrack, and no feed of kind carrier brings them.",
        ),
    ]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("{kind: aftership, key: env:GONE}", "environment variable GONE"),
        ("{kind: easypost, key: file:no_such_file}", "cannot be read"),
        ("{kind: simulated, only: [Pony]}", "does not have"),
        ("{kind: aftership, key: env:K, only: [FastTrack]}", "is asked about no courier"),
    ],
)
def test_what_is_wrong_with_a_source_is_told(settings, sentence):
    found = told(f"carriers:\n  ship: {settings}\nfeeds: {{ft: {{kind: carrier}}}}\n", {"K": "k"})
    assert [verdict for verdict, _ in found] == ["bad"]
    assert sentence in found[0][1]


def test_a_courier_with_two_sources_is_asked_about_at_the_first():
    found = told(
        "carriers:\n  one: {kind: simulated}\n  two: {kind: aftership, key: env:K}\n", {"K": "k"}
    )
    assert found[-1] == ("warn", "two is never asked about DHL, FedEx and UPS: a source that stands before it in config.yaml is.")  # fmt: skip
