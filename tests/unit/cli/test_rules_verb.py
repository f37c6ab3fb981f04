"""`sheetsync rules`: works without any configuration, tells every problem with its place."""

from __future__ import annotations

import json

import pytest

from sheetsync.cli.main import run
from sheetsync.errors import RulesError
from sheetsync.resources import copy_rules
from sheetsync.rulebook import load_rules
from sheetsync.worker.try_rules import known_checks, try_examples


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A folder with a team's own copy of the rules."""
    monkeypatch.chdir(tmp_path)
    copy_rules(tmp_path / "mine")
    return tmp_path / "mine"


def rewrite(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def words(capsys):
    """Everything printed, in one line, however it was wrapped."""
    captured = capsys.readouterr()
    return " ".join((captured.out + captured.err).split())


def test_the_shipped_rules_are_good_without_any_configuration(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["rules", "check"]) == 0
    told = words(capsys)
    assert "14 of them the documents' own" in told
    assert "Packing within 2 h if Order Priority is Expedited" in told
    assert "Mon-Fri 08:00-17:00; Sat 09:00-13:00" in told
    assert "next free:" in told
    assert "ops@example.org" in told


def test_every_problem_is_told_with_file_line_and_column(mine, capsys):
    rewrite(mine / "sla.yaml", "within: 2h", "within: 2hurs")
    rewrite(mine / "statuses.yaml", "On Hold: all", "On Hould: all")
    assert run(["rules", "check", "--folder", "mine"]) == 2
    told = words(capsys)
    assert "sla.yaml:42" in told
    assert "statuses.yaml" in told
    assert "Did you mean On Hold" in told or "did you mean" in told


def test_a_line_that_never_fires_is_a_warning(mine, capsys):
    rewrite(
        mine / "sla.yaml",
        "      - {when: {priority: Expedited}, within: 2h}      # placeholder\n",
        "      - {when: {priority: Expedited}, within: 2h}\n"
        "      - {when: {priority: Expedited}, within: 3h}\n",
    )
    assert run(["rules", "check", "--folder", "mine"]) == 0
    assert "Warning: sla.yaml:43" in words(capsys)


def test_the_rules_of_a_configuration_are_meant_where_there_is_one(mine, capsys):
    config = mine.parent / "config.yaml"
    config.write_text(
        "version: 1\ntracker: {path: t.xlsx, timezone: Africa/Johannesburg}\nrules: mine\n"
    )
    assert run(["rules", "check"]) == 0
    assert str(mine) in words(capsys).replace(" ", "") or "mine" in words(capsys)
    assert run(["rules", "check", "--folder", "mine", "--config", "config.yaml"]) == 2
    assert run(["rules", "check", "--folder", "nowhere"]) == 2


def test_every_shipped_example_holds(mine, capsys):
    assert run(["rules", "test", "--folder", "mine"]) == 0
    assert "37 of 37 examples hold" in words(capsys)


def test_a_changed_limit_shows_which_examples_it_breaks(mine, capsys):
    rewrite(
        mine / "sla.yaml", "{within: 4h}                                   # [S0]", "{within: 5h} #"
    )
    assert run(["rules", "test", "--folder", "mine"]) == 1
    told = words(capsys)
    assert "differs" in told
    assert "One second more than four hours" in told
    assert "expected SLA Breached" in told


def test_an_example_that_names_an_unknown_check_is_refused(mine):
    rewrite(mine / "examples" / "statuses.yaml", "[doubled_order_id]", "[dubled_order_id]")
    with pytest.raises(RulesError, match="is not the id of a check"):
        try_examples(mine, load_rules(mine))


def test_no_example_at_all_is_said(mine, capsys):
    for file in (mine / "examples").iterdir():
        file.unlink()
    assert run(["rules", "test", "--folder", "mine"]) == 2
    assert "There are no examples" in words(capsys)


def test_the_checks_that_an_example_may_name_are_known(mine):
    known = known_checks(load_rules(mine))
    assert {"packed_not_picked", "unknown_status", "required", "stage_without_owner"} <= known
    assert "dispatched_at_before_ordered_at" in known or "dispatched_before_ordered" in known


def test_a_schema_is_printed_or_all_are_written(mine, capsys):
    assert run(["rules", "schema", "sla"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "sla.yaml"
    assert run(["rules", "schema", "--write", "made"]) == 0
    made = sorted(path.name for path in (mine.parent / "made").iterdir())
    assert made == sorted(path.name for path in (mine / "schema").iterdir())
    capsys.readouterr()
    assert run(["rules", "schema"]) == 0
    assert "escalation" in capsys.readouterr().out.split()


def test_copying_never_overwrites(mine, capsys):
    assert run(["rules", "copy", "mine"]) == 2
    assert "nothing is overwritten" in words(capsys)
    assert run(["rules", "copy", "other"]) == 0
    assert (mine.parent / "other" / "sla.yaml").is_file()
