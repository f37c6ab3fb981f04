"""A worker that is killed for real, in the worst moments, loses nothing (promise 5)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from sheetsync.store import Store, sqlite_url
from tests.support.letters import NOW, notice
from tests.support.plans import plan
from tests.support.postbox import Postbox, serving

MAILS = 60
ROOT = Path(__file__).parents[3]


class DeadlyPostbox(Postbox):
    """Kills the sender when these mails have arrived: before its answer, or as the next one begins."""

    def __init__(self, before_answer, at_next_mail):
        super().__init__()
        self.pid = 0
        self.kills = 0
        self._before_answer = set(before_answer)
        self._at_next_mail = set(at_next_mail)
        self.data_answer = self._answer

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        self._kill(self._at_next_mail, len(self.received))
        envelope.mail_from = address
        return "250 OK"

    def _answer(self, count):
        self._kill(self._before_answer, count)
        return "250 OK"

    def _kill(self, moments, count):
        if count in moments:
            moments.remove(count)
            self.kills += 1
            os.kill(self.pid, signal.SIGKILL)


def test_sixty_mails_survive_two_kills(tmp_path):
    path = tmp_path / "state.db"
    with Store.open(sqlite_url(path), now=NOW) as store:
        store.tracker("t", "r", uuid="u", now=NOW)
        store.commit_pass(1, plan(at=NOW, notices=tuple(notice(str(i)) for i in range(MAILS))))
    box = DeadlyPostbox(before_answer=(17,), at_next_mail=(40,))
    with serving(box) as port:
        for life in range(3):
            worker = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.support.mail_worker",
                    path,
                    str(port),
                    f"life-{life}",
                ],
                cwd=ROOT,
            )
            box.pid = worker.pid
            code = worker.wait(timeout=60)
            assert code in {0, -signal.SIGKILL}
            if code == 0:
                break
    assert (code, box.kills) == (0, 2)
    arrived = Counter(box.message_ids())
    assert len(arrived) == MAILS
    assert sum(arrived.values()) - MAILS <= box.kills
    assert max(arrived.values()) <= 2
    with Store.open(sqlite_url(path), now=NOW) as store:
        rows = store.outbox(1).latest(1000)
    assert {row.state for row in rows} == {"sent"}
    assert {row.message_id for row in rows} == set(arrived)
