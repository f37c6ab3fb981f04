"""Two daemons in two processes: one is stopped amid a pass, the other takes over, the first is woken."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.daemon import wait_until
from tests.support.two_desks import TwoDesks


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TwoDesks:
    server = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
    return TwoDesks(tmp_path_factory.mktemp("desks") / "company", server, lease=30)


@contextmanager
def watching(desks: TwoDesks, desk: int, log: Path, stop_at: str = "") -> Iterator[int]:
    """A daemon in a process of its own, which has ended with 0 after the block."""
    number = desks.daemon(desk, log, stop_at=stop_at)
    try:
        yield number
        os.kill(number, signal.SIGTERM)
        assert os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]) == 0, log.read_text()
    except BaseException:
        os.kill(number, signal.SIGKILL)
        raise


def said(log: Path) -> list[tuple[str, str]]:
    """Event and outcome or message of each log line."""
    lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return [(line["event"], line.get("outcome", line["message"])) for line in lines]


@pytest.mark.slow
@pytest.mark.parametrize("stop_at", ["commit", "compared"])
def test_a_daemon_stopped_past_its_lease_and_woken_is_refused_and_all_stays_right(
    desks: TwoDesks, tmp_path: Path, stop_at: str
):
    desks.busy()
    shop = desks.shop
    staff = shop.staff_cells()
    one, two = tmp_path / "one.log", tmp_path / "two.log"
    with watching(desks, 0, one, stop_at) as first:
        assert os.WIFSTOPPED(os.waitpid(first, os.WUNTRACED)[1])
        with watching(desks, 1, two):
            wait_until(lambda: ("pass", "done") in said(two), explain=two.read_text)
            workbook, mails = shop.workbook.read_bytes(), shop.mails()
            os.kill(first, signal.SIGCONT)
            wait_until(lambda: "skipped" in dict(said(one)), explain=one.read_text)
            assert shop.workbook.read_bytes() == workbook
            assert shop.mails() == mails
    turned_away = [words for event, words in said(two) if event == "skipped"]
    assert turned_away[0].startswith("Another worker has this tracker until 12:1")
    assert "(1 in a row)" in turned_away[0]
    assert "another one has taken the tracker over" in dict(said(one))["skipped"]
    assert len(mails) == len({mail.message_id for mail in mails}) == 2
    assert shop.staff_cells() == staff
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    assert shop.litter() == []
