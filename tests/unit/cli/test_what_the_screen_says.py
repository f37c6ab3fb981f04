"""What verbs print: right plurals, dates as people type them, and nothing that is wrong kept silent."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from sheetsync.cli.main import run
from sheetsync.cli.output import counted, moment_text
from tests.support.shop import Shop, places


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path / "shop", template=True)
    shop.add({"order_id": "#SP-1", "allocated": "✓", "picked": "✓"}, {"order_id": "#SP-2"})
    return shop


def test_one_thing_is_told_as_one():
    assert counted(1, "mail") == "1 mail"
    assert counted(0, "mail") == "0 mails"
    assert counted(1200, "cell waits", "cells wait") == "1,200 cells wait"


def test_a_day_is_shown_without_a_time_and_a_moment_without_seconds():
    assert moment_text(datetime(2026, 3, 2)) == "2026-03-02"
    assert moment_text(datetime(2026, 3, 2, 9, 15, 20)) == "2026-03-02 09:15"


def test_a_plan_shows_what_stands_in_a_date_cell_as_a_date(
    shop: Shop, capsys: pytest.CaptureFixture[str]
):
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-2", allocated="✓")
    at = shop.at("08:30").isoformat()
    assert run(["plan", "--config", str(shop.config), "--at", at]) == 0
    line = next(x for x in capsys.readouterr().out.splitlines() if "SLA Due" in x)
    _, _, _, now, then = (cell.strip() for cell in line.split("│"))
    for shown in (now, then):
        datetime.strptime(shown, "%Y-%m-%d %H:%M")


def test_a_refused_plan_says_first_that_none_of_it_would_be_done(
    shop: Shop, capsys: pytest.CaptureFixture[str]
):
    shop.look(shop.at("08:10"))
    with shop.sheet() as sheet:
        sheet.cell(1, places(sheet)["Packing Completed"]).value = "Parcel ready?"
    capsys.readouterr()
    assert run(["plan", "--config", str(shop.config), "--at", shop.at("08:30").isoformat()]) == 3
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Refused: sync would do none of what follows."
    assert "Packing Completed" in lines[-1]


def test_a_folder_in_the_place_of_the_configuration_is_told_with_the_file_in_it(
    shop: Shop, capsys: pytest.CaptureFixture[str]
):
    assert run(["plan", "--config", str(shop.folder)]) == 2
    assert f"--config {shop.config}" in " ".join(capsys.readouterr().err.split())


def test_the_program_is_named_as_one_can_call_it():
    way = str(Path(sys.prefix) / "bin" / "sheetsync")
    script = "import sys; from sheetsync.cli.output import program; sys.argv[0] = sys.argv[1]; print(program())"
    said = [
        subprocess.run([sys.executable, "-c", script, way], env={"PATH": path}, cwd=sys.prefix,
                       capture_output=True, text=True, check=True).stdout.strip()
        for path in ("", str(Path(way).parent))
    ]  # fmt: skip
    assert said == ["bin/sheetsync", "sheetsync"]


def test_broken_rules_are_told_by_every_sync_that_goes_on_without_them(
    shop: Shop, capsys: pytest.CaptureFixture[str]
):
    assert run(["sync", "--config", str(shop.config)]) == 0
    shop.edit_rules("columns.yaml", "title: Order ID", "titel: Order ID")
    capsys.readouterr()
    for _ in range(2):
        assert run(["sync", "--config", str(shop.config)]) == 0
        said = " ".join(capsys.readouterr().err.split())
        assert "The rules are broken, so the last good set stays in force: columns.yaml:" in said


def test_broken_rules_stand_in_the_log_of_a_worker(shop: Shop, capsys: pytest.CaptureFixture[str]):
    assert run(["run", "--once", "--config", str(shop.config)]) == 0
    shop.edit_rules("columns.yaml", "title: Order ID", "titel: Order ID")
    for _ in range(2):
        capsys.readouterr()
        assert run(["run", "--once", "--config", str(shop.config)]) == 0
        assert "WARNING" in (log := capsys.readouterr().err)
        assert "The rules are broken" in log
