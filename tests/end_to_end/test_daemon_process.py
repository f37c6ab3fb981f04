"""`sheetsync run` as a real process: signals, reload, the second instance, heartbeat, kill -9."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import openpyxl
import pytest

from tests.support.daemon import monitor, running, wait_until
from tests.support.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path / "shop", more="worker: {every: 10s}\n")
    shop.add({"order_id": "#SP-1", "allocated": "✓"})
    return shop


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_daemon_cleanly(shop: Shop, tmp_path: Path, number: int):
    with running(shop.config, tmp_path / "log", own_python=True) as daemon:
        assert daemon.wait_for("pass")["outcome"] == "done"
        assert daemon.end(number) == 0
    assert daemon.lines[-1]["message"].endswith("stopped; nothing is half-done")
    assert shop.cell("#SP-1", "status") == "Picking"
    assert shop.litter() == []


def test_a_signal_in_the_midst_of_a_pass_lets_the_pass_finish(shop: Shop, tmp_path: Path):
    shop.configure(more="worker: {every: 10s}\n")
    text = shop.config.read_text().replace("stable_seconds: 0", "stable_seconds: 1.5")
    shop.config.write_text(text)
    with running(shop.config, tmp_path / "log") as daemon:
        daemon.wait_for("start")
        assert daemon.end(signal.SIGTERM) == 0
    assert [line["event"] for line in daemon.lines if line["event"] != "remark"] == [
        "start", "pass", "stop",
    ]  # fmt: skip
    assert shop.cell("#SP-1", "status") == "Picking"


def test_hangup_reads_the_configuration_anew_or_keeps_the_old_one(shop: Shop, tmp_path: Path):
    good = shop.config.read_text()
    with running(shop.config, tmp_path / "log") as daemon:
        daemon.wait_for("pass")
        shop.config.write_text(good + "no such thing: 1\n")
        daemon.process.send_signal(signal.SIGHUP)
        refused = daemon.wait_for("reload")
        assert refused["level"] == "error"
        assert "the old configuration stays in force" in refused["message"]
        shop.config.write_text(good.replace("tracker.xlsx", "other.xlsx"))
        daemon.process.send_signal(signal.SIGHUP)
        assert "another workbook" in daemon.wait_for("reload", count=2)["message"]
        shop.config.write_text(good)
        daemon.process.send_signal(signal.SIGHUP)
        assert daemon.wait_for("reload", count=3)["level"] == "info"
        daemon.wait_for("pass", count=2)
        assert daemon.end(signal.SIGTERM) == 0


def test_a_second_daemon_is_turned_away_and_the_first_goes_on(shop: Shop, tmp_path: Path):
    with running(shop.config, tmp_path / "log") as first:
        first.wait_for("pass")
        with running(shop.config, tmp_path / "second") as second:
            assert second.process.wait(20) == 75
            assert "Another sheetsync works on this tracker" in second.text
        assert first.process.poll() is None
        assert first.end(signal.SIGTERM) == 0


@pytest.mark.slow
def test_it_beats_before_and_after_each_pass_and_tells_a_failure(shop: Shop, tmp_path: Path):
    with monitor() as (address, called):
        shop.configure(more=f"worker: {{every: 10s, heartbeat_url: '{address}'}}\n")
        with running(shop.config, tmp_path / "log") as daemon:
            wait_until(lambda: len(called) >= 2)
            assert called == ["/ping/start", "/ping"]
            shop.workbook.rename(shop.folder / "away")
            shop.workbook.write_bytes(b"no workbook")  # one that is not there is waited for
            daemon.process.send_signal(signal.SIGHUP)
            wait_until(lambda: "/ping/fail" in called)
            assert "again in" in daemon.wait_for("failed")["message"]
            (shop.folder / "away").rename(shop.workbook)
            daemon.process.send_signal(signal.SIGHUP)
            wait_until(lambda: called[-1] == "/ping")
            assert daemon.end(signal.SIGTERM) == 0


def test_once_does_one_pass_and_leaves_with_its_exit_code(shop: Shop):
    command = [sys.executable, "-m", "sheetsync", "run", "--once", "--config", str(shop.config)]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    assert shop.cell("#SP-1", "status") == "Picking"
    shop.workbook.unlink()
    ended = subprocess.run(command, capture_output=True, timeout=60, text=True)
    assert ended.returncode != 0
    assert "tracker.xlsx" in ended.stderr


@pytest.mark.slow
def test_kill_nine_at_random_moments_leaves_a_whole_workbook_and_one_mail_each(tmp_path: Path):
    """Four workers killed at random milliseconds, then one that may finish."""
    dice = Random(20491)
    shop = Shop(tmp_path / "shop", more="worker: {every: 10s}\n")
    shop.add({"order_id": "#SP-1", "allocated": "✓"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked="✓")
    shop.look(shop.at("08:12"))
    shop.type_in("#SP-1", notes="by hand")
    staff = shop.staff_cells()
    for _ in range(4):
        with running(shop.config, tmp_path / "log") as daemon:
            wait_until(lambda: bool(daemon.lines), explain=lambda: daemon.text)
            time.sleep(dice.uniform(0.0, 0.9))
            daemon.process.kill()
        assert openpyxl.load_workbook(shop.workbook)["Orders"].max_row == 2
        assert shop.staff_cells() == staff
    with running(shop.config, tmp_path / "log") as daemon:
        daemon.wait_for("pass")
        assert daemon.end(signal.SIGTERM) == 0
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    assert str(shop.cell("#SP-1", "picked_at")) == "2026-03-09 08:12:00"
    ids = [mail.message_id for mail in shop.mails()]
    assert len(ids) == len(set(ids))
    assert len({mail.to for mail in shop.mails()}) == len(ids) <= 2
