"""A broken file never stops the work: the last good set stays in force, and the problems are told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sheetsync.errors import RulesError
from sheetsync.rulebook import load_or_last_good, load_packed, load_rules, pack_rules
from tests.support.small_rule_files import FILES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_packed_set_gives_the_same_rules_and_hash(folder):
    rules, again = load_rules(folder), load_packed(pack_rules(folder), str(folder))
    assert again == rules


def test_the_hash_follows_content_and_nothing_else(folder):
    before = load_rules(folder).hash
    os.utime(folder / "sla.yaml", (1, 1))
    (folder / "notes.txt").write_text("not a rule file")
    assert load_rules(folder).hash == before
    (folder / "sla.yaml").write_text(FILES["sla.yaml"] + "# a thought\n")
    assert load_rules(folder).hash != before


def test_the_last_good_set_stays_in_force_while_the_folder_is_broken(folder):
    good = load_or_last_good(folder)
    (folder / "sla.yaml").write_text(FILES["sla.yaml"].replace("2h", "2 hurs"))
    now = load_or_last_good(folder, good.packed)
    assert now.rulebook.hash == good.rulebook.hash
    assert now.packed == good.packed
    assert [str(problem).partition(": ")[0] for problem in now.problems] == ["sla.yaml:9:47"]


def test_a_first_start_with_a_broken_folder_refuses(folder):
    (folder / "kpi.yaml").unlink()
    with pytest.raises(RulesError, match=r"kpi.yaml: this rule file is missing"):
        load_or_last_good(folder)
    with pytest.raises(RulesError):
        pack_rules(folder)


def test_a_mended_folder_is_in_force_again(folder):
    good = load_or_last_good(folder)
    (folder / "sla.yaml").write_text(FILES["sla.yaml"].replace("2h", "3h"))
    now = load_or_last_good(folder, good.packed)
    assert now.problems == ()
    assert now.rulebook.hash != good.rulebook.hash


@pytest.mark.parametrize("packed", ["", "{", "[]", '{"packed": 2, "files": {}}', '{"packed": 1}'])
def test_a_damaged_stored_set_is_refused_in_words(packed):
    with pytest.raises(RulesError, match="last good set"):
        load_packed(packed)


def test_a_folder_that_is_not_there_lists_what_is_missing(tmp_path):
    with pytest.raises(RulesError) as wrong:
        load_rules(tmp_path / "nowhere")
    assert len(wrong.value.problems) == 8
