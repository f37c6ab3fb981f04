"""`init` makes what a team needs to begin, says so, and never overwrites a file."""

from __future__ import annotations

import pytest

from sheetsync.cli.main import run
from sheetsync.config import load_config
from sheetsync.domain.columns.headings import find_header
from sheetsync.errors import UsageError
from sheetsync.messages.render import Renderer
from sheetsync.resources import template_workbook
from sheetsync.rulebook import load_rules
from sheetsync.setup.fresh import make_folder
from sheetsync.setup.zones import machine_zone, named_zone
from sheetsync.trackers.excel.reader import read_sheet


def test_a_fresh_folder_has_settings_rules_tracker_and_room_for_mails(tmp_path):
    made = make_folder(tmp_path / "shop", timezone="Africa/Johannesburg", sender="a@example.org")
    assert [thing.name for thing in made] == [
        "config.yaml", "rules/", "rules/calendar.yaml", "tracker.xlsx", "mail_templates/",
    ]  # fmt: skip
    config = load_config(tmp_path / "shop" / "config.yaml")
    assert config.tracker.timezone == "Africa/Johannesburg"
    assert config.mail.from_ == "a@example.org"
    rules = load_rules(tmp_path / "shop" / "rules")
    assert config.rules == tmp_path / "shop" / "rules"
    sheet = read_sheet(
        config.tracker.path, rules_columns=rules.columns, timezone="UTC", tab="Orders"
    )
    assert len(find_header(sheet.rows, sheet.row_numbers, rules.columns).columns) > 14
    assert config.tracker.path.read_bytes() == template_workbook().read_bytes()


def test_the_examples_of_mails_are_not_in_force_until_renamed(tmp_path):
    make_folder(tmp_path, timezone="UTC")
    folder = tmp_path / "mail_templates"
    assert load_config(tmp_path / "config.yaml").templates == folder
    facts = {"recipient_name": "Ann", "subject": "s", "rows": []}
    assert Renderer(folder).render("escalation", facts) == Renderer().render("escalation", facts)
    example = folder / "escalation" / "subject.txt.j2.example"
    example.with_name("subject.txt.j2").write_text("Ours")
    assert Renderer(folder).render("escalation", facts).subject == "Ours"


@pytest.mark.parametrize("name", ["config.yaml", "rules", "tracker.xlsx", "mail_templates"])
def test_nothing_is_overwritten_and_nothing_is_half_made(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError, match="nothing is overwritten"):
        make_folder(tmp_path, timezone="UTC")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "shop").write_text("mine")
    with pytest.raises(UsageError, match="is a file"):
        make_folder(tmp_path / "shop", timezone="UTC")


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("Africa/Johanesburg", "Africa/Johannesburg"),
        ("johannesburg", "Africa/Johannesburg"),
        ("Amsterdam", "Europe/Amsterdam"),
        ("Europe/Londn", "Europe/London"),
    ],
)
def test_a_wrong_zone_is_told_with_the_one_that_was_meant(wrong, meant):
    with pytest.raises(UsageError, match=meant):
        named_zone(wrong)


@pytest.mark.parametrize("offset", ["GMT+2", "UTC+2", "utc +2", "+02:00", "UTC-0330"])
def test_an_offset_is_no_zone_and_no_zone_with_the_opposite_sign_is_proposed(offset):
    with pytest.raises(UsageError, match="Africa/Johannesburg") as told:
        named_zone(offset)
    assert "Etc/" not in str(told.value)


def test_an_abbreviation_is_not_taken_for_a_city():
    with pytest.raises(UsageError, match="--timezone Africa/Johannesburg"):
        named_zone("SAST")


def test_a_zone_is_known_whatever_its_case_and_spaces():
    assert named_zone("america/sao paulo").name == "America/Sao_Paulo"


def test_the_zone_of_the_machine_is_taken_and_its_origin_is_said(tmp_path):
    assert machine_zone({"TZ": ":Europe/Paris"}).how == "from the environment variable TZ"
    zones = tmp_path / "zoneinfo" / "Asia"
    zones.mkdir(parents=True)
    (zones / "Tokyo").write_text("")
    link = tmp_path / "localtime"
    link.symlink_to(zones / "Tokyo")
    assert machine_zone({}, link).name == "Asia/Tokyo"
    link.unlink()
    (tmp_path / "timezone").write_text("Europe/Rome\n")
    assert machine_zone({"TZ": "nonsense"}, link).name == "Europe/Rome"


def test_a_machine_that_does_not_say_is_asked_for_a_name(tmp_path):
    with pytest.raises(UsageError, match="--timezone"):
        machine_zone({}, tmp_path / "localtime")


def test_the_verb_says_what_it_made_and_the_next_three_commands(tmp_path, capsys):
    folder = tmp_path / "shop"
    assert run(["init", str(folder), "--timezone", "Africa/Johannesburg"]) == 0
    said = capsys.readouterr().out
    assert all(
        name in said for name in ("config.yaml", "rules/", "tracker.xlsx", "mail_templates/")
    )
    assert [line.split()[1] for line in said.splitlines() if "sheetsync " in line] == [
        "intake", "plan", "run",
    ]  # fmt: skip
    assert run(["init", str(folder), "--timezone", "Africa/Johannesburg"]) == 2
    assert run(["init"]) == 2
    assert run(["init", str(tmp_path / "x"), "--timezone", "Mars"]) == 2
    assert not (tmp_path / "x").exists()
