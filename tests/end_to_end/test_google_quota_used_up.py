"""Quota used up: the worker's log says when it looks again; a command says that it should be run again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sheetsync.cli.main import run
from tests.sheets_server import faults
from tests.support.daemon import running
from tests.support.google_sheets import served
from tests.support.google_shop import GoogleShop

NEXT = re.compile(r"The next try is at (\d\d:\d\d)\.")


@pytest.fixture
def shop(tmp_path: Path):
    with served() as server:
        made = GoogleShop(tmp_path / "shop", server)
        made.add({"order_id": "#SP-1"}, {"order_id": "#SP-2"})
        yield made


def test_the_log_of_a_real_worker_has_the_time_and_no_traceback(shop: GoogleShop, tmp_path: Path):
    shop.configure(more="worker: {every: 90s}\n")
    shop.server.service.faults.add(faults.too_many(retry_after=600), times=10_000)
    with running(shop.config, tmp_path / "log") as worker:
        line = worker.wait_for("pass")
        assert line["outcome"] == "deferred"
        [moment] = NEXT.findall(line["message"])
        due = datetime.now(tz=UTC).astimezone(ZoneInfo(shop.timezone))
        near = {f"{due + timedelta(seconds=s):%H:%M}" for s in (30, 60, 90)}
        assert moment in near
        assert "Google allows only so many requests a minute" in line["message"]
        assert "Traceback" not in worker.text


@pytest.mark.parametrize("verb", ["sync", "plan", "setup"])
def test_a_command_is_to_be_run_again_in_a_minute(shop: GoogleShop, capsys, verb):
    shop.server.service.faults.add(faults.too_many(retry_after=600), times=10_000)
    assert run([verb, "--config", str(shop.config)]) == 75
    told = " ".join(capsys.readouterr().err.split())
    assert "Google allows only so many requests a minute, and they are used up." in told
    assert told.endswith("Run the command again in a minute.")
