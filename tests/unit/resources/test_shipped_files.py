"""Where the shipped rules are found, and how a team gets its own copy of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetsync.errors import UsageError
from sheetsync.resources import copy_rules, example_config_file, rules_folder, shipped
from sheetsync.rulebook import load_rules
from sheetsync.rulebook.examples import load_examples

ROOT = Path(__file__).parents[3]


def test_a_checkout_shows_its_own_rules_so_that_edits_are_live():
    assert rules_folder() == ROOT / "rules"
    assert example_config_file() == ROOT / "config.example.yaml"


def test_the_configured_folder_wins(tmp_path):
    assert rules_folder(tmp_path) == tmp_path


def test_a_configured_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match="there is no such folder"):
        rules_folder(tmp_path / "rules")


def test_something_that_is_not_shipped_is_told():
    with pytest.raises(UsageError, match="missing from this installation"):
        shipped("no-such-thing.yaml")


def test_a_copy_of_the_rules_is_whole_and_gives_the_same_rulebook(tmp_path):
    made = copy_rules(tmp_path / "rules")
    assert {path.name for path in made} >= {"sla.yaml", "sla.schema.json", "packing_limit.yaml"}
    copied, original = load_rules(tmp_path / "rules"), load_rules(ROOT / "rules")
    assert copied.hash == original.hash
    assert load_examples(tmp_path / "rules", copied)


def test_a_copy_never_overwrites(tmp_path):
    (tmp_path / "sla.yaml").write_text("mine")
    with pytest.raises(UsageError, match=r"sla\.yaml is already there, and nothing is overwritten"):
        copy_rules(tmp_path)
    assert (tmp_path / "sla.yaml").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["sla.yaml"]
