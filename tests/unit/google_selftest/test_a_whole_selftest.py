"""A selftest on a sheet in use: everything tried on a tab of its own, and afterwards the sheet is as it was."""

from __future__ import annotations

import pytest

from sheetsync.errors import SheetsyncError
from sheetsync.trackers.google.safety_copy import TITLE
from sheetsync.trackers.google.selftest.reporting import as_json, markdown
from tests.sheets_server.http_server import start
from tests.support.google_sheets import BOOK_ID, with_safety_copy
from tests.unit.google_selftest.owner import Owner


@pytest.fixture
def owner():
    return Owner()


@pytest.mark.parametrize("over_http", [False, True], ids=["without sockets", "over HTTP"])
def test_everything_is_tried_and_the_sheet_is_as_it_was(owner, over_http):
    before = owner.standing()
    if over_http:
        with start(owner.service) as server:
            report = owner.run(owner.another(server.url))
    else:
        report = owner.run()
    assert [kept for kept in report.kept if kept.outcome != "held"] == []
    assert report.holds
    assert report.changed == ()
    assert len(report.answers) > 30
    assert owner.standing() == before
    assert owner.warnings == []
    assert BOOK_ID not in markdown(report) + as_json(report)


def test_the_safety_copy_of_the_worker_that_goes_on_meanwhile_is_left_alone(owner):
    """It may hold the only copy of what a write replaced that is still to be put right."""
    copy = with_safety_copy(owner.book).titled(TITLE)
    copy.put(3, 1, {"userEnteredValue": {"stringValue": "what was replaced"}})
    before, asked = owner.standing(), []
    owner.service.before.append(lambda call: asked.append(call.body))
    report = owner.run()
    assert report.holds
    assert owner.standing() == before
    assert not any(TITLE.encode() in body or str(copy.id).encode() in body for body in asked)


def test_what_the_guarded_write_rests_on_is_asked(owner):
    found = {answer.id: answer.finding.verdict for answer in owner.run().answers}
    assert found["copied-before-written"] == "yes"
    assert found["replace-by-nothing"] == "yes"


def test_no_more_than_forty_requests_a_minute_leave_for_google(owner):
    """The worker of the same account goes on meanwhile, and Google allows both together sixty."""
    began, calls = owner.now, []
    owner.service.before.append(lambda call: calls.append((call.kind, owner.now)))
    owner.run()
    for kind in ("read", "write"):
        moments = [at for one, at in calls if one == kind]
        assert len(moments) > 100
        for at in moments:
            assert sum(0 <= (other - at).total_seconds() < 60 for other in moments) < 40
    assert 3 <= (owner.now - began).total_seconds() / 60 <= 6


def test_another_server_is_asked_at_the_pace_of_the_configuration(owner):
    began = owner.now
    with start(owner.service) as server:
        owner.run(owner.another(server.url, pace=300))
    assert (owner.now - began).total_seconds() < 60


def test_the_scratch_tab_goes_also_when_the_run_is_interrupted(owner):
    before = owner.standing()

    def tired(_what, done, _all):
        if done > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        owner.selftest.run(tired)
    assert owner.standing() == before


def test_an_account_that_may_only_look_gets_one_sentence_and_nothing_is_written(owner):
    owner.service.files[BOOK_ID].role = "reader"
    before = owner.standing()
    with pytest.raises(SheetsyncError, match="Editor"):
        owner.run()
    assert owner.standing() == before
