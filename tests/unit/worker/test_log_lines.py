"""The worker's log says what a pass came to in lines that read well."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from sheetsync.messages.deliver import Delivered, DeliveryReport
from sheetsync.worker.log import WorkerLog
from sheetsync.worker.one_pass import PassResult

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def logged(result):
    stream = io.StringIO()
    WorkerLog("tracker.xlsx", stream=stream).passed(result, 0.5)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("sent", "words"), [(1, "0 cells, 1 mail sent"), (2, "0 cells, 2 mails sent")]
)
def test_one_mail_is_one_mail(sent, words):
    lines = tuple(
        Delivered(row_id=n, recipient="a@example.org", state="sent", detail="") for n in range(sent)
    )
    result = PassResult(outcome="done", at=NOW, delivery=DeliveryReport(lines=lines))
    assert words in logged(result)


def test_what_stands_in_the_way_is_told_beside_nothing_new():
    text = logged(PassResult(outcome="unchanged", at=NOW, remarks=("Beside it stands a copy.",)))
    assert "nothing new" in text
    assert "Beside it stands a copy." in text
