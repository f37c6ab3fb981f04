"""The doctor says which template cannot be used, and when letters to customers do not say who writes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sheetsync.config import parse_config
from sheetsync.rulebook import load_rules
from sheetsync.worker.doctor.diagnosis import Patient
from sheetsync.worker.doctor.mail import letter_checks
from tests.support.letters import NOW

CONFIG = "version: 1\ntracker: {path: t.xlsx, timezone: UTC}\ntemplates: mine\n"
RULES = load_rules(Path(__file__).resolve().parents[3] / "rules")


@pytest.fixture
def found(tmp_path):
    def found(brand="", mode="off"):
        config = parse_config(CONFIG + brand, tmp_path / "config.yaml")
        rules = replace(RULES, notifications=replace(RULES.notifications, mode=mode))
        patient = Patient(config=config, now=NOW, environment={})
        return [(told.level, told.sentence) for told in letter_checks(patient, rules)]

    return found


def test_nothing_is_said_where_nothing_is_ones_own_and_no_customer_is_written_to(found):
    assert found() == []


def test_good_templates_are_said_to_be_usable_and_bad_ones_named(found, tmp_path):
    (tmp_path / "mine/shipped").mkdir(parents=True)
    own = tmp_path / "mine/shipped/sms.txt.j2"
    own.write_text("{{ order_id }}")
    assert found() == [("ok", f"The templates in {tmp_path / 'mine'} can all be used.")]
    own.write_text("{{ order_id }}" + "a" * 160)
    ((level, sentence),) = found()
    assert level == "bad"
    assert sentence.startswith(f"{own}:1:1: this SMS has 169 characters")


def test_letters_that_do_not_say_who_writes_are_remarked_once_customers_get_some(found):
    ((level, sentence),) = found(mode="draft")
    assert level == "warn"
    assert "who writes" in sentence
    assert found("brand: {name: Ours, email: a@example.org}\n", mode="send") == []
