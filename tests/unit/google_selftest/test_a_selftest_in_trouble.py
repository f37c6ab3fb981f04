"""A selftest when Google gives what nobody foresaw, or nothing at all: it goes on, and cleans up when it can."""

from __future__ import annotations

import pytest

from sheetsync.errors import TrackerBusy
from sheetsync.trackers.google.selftest.reporting import markdown
from tests.sheets_server import faults
from tests.sheets_server.answers import json_answer
from tests.sheets_server.faults import Fault
from tests.sheets_server.http_server import start
from tests.unit.google_selftest.owner import SCRATCH, Owner

FOR_EVER = 10**6


@pytest.fixture
def owner():
    return Owner()


def asks(word):
    """Whether a request's body has a word."""
    return lambda call: word in call.body


def test_a_question_that_meets_an_answer_nobody_foresaw_takes_nothing_else_away(owner):
    before = owner.standing()
    odd = Fault("odd", alter=lambda _answer: json_answer({"replies": {"none": 1}}))
    owner.service.faults.add(odd, when=asks(b'"Packed"'), times=FOR_EVER)
    report = owner.run()
    found = {answer.id: answer.finding for answer in report.answers}
    replacing = [found[f"replace-{what}"] for what in ("text", "blank", "number", "date")]
    assert {finding.verdict for finding in replacing} == {"unknown"}
    assert all("answer was not as expected" in finding.says for finding in replacing)
    assert "(KeyError: 0)" in replacing[0].says
    assert found["text-with-equals"].verdict == "yes"
    assert found["basic-filter-sorts"].verdict in {"yes", "no"}
    assert found["replace-parses-zeros"].verdict in {"yes", "no"}
    assert report.holds
    assert owner.standing() == before


def test_a_question_that_is_refused_where_nobody_foresaw_it_says_so_in_google_s_words(owner):
    refused = faults.refused_with(400, "INVALID_ARGUMENT", "Invalid requests[0]: no such thing.")
    owner.service.faults.add(refused, when=asks(b"setDataValidation"), times=FOR_EVER)
    report = owner.run()
    found = {answer.id: answer.finding for answer in report.answers}
    for id_ in ("validation-applies", "append-below-ticks", "append-below-validation"):
        assert found[id_].verdict == "unknown"
        assert "Google refused what was needed for it: Invalid requests[0]" in found[id_].says
    assert "Could not be told." in markdown(report)


def test_a_promise_that_is_not_kept_is_told_with_what_was_found(owner):
    """A server that forgets the second look's rows were sorted would be one; here it loses a text."""
    lose = Fault("lose", alter=lambda answer: type(answer)(
        answer.code, answer.headers, answer.body.replace(b"+49 30 1234", b"4930 1234")))  # fmt: skip
    owner.service.faults.add(lose, kind="read", times=FOR_EVER)
    report = owner.run()
    broken = [kept for kept in report.kept if kept.outcome != "held"]
    assert [kept.promise for kept in broken] == ["Comes back as it was written: a telephone number"]
    assert not report.holds
    assert owner.scratch_tabs() == []


@pytest.mark.parametrize("over_http", [False, True], ids=["without sockets", "over HTTP"])
def test_a_network_that_dies_midway_ends_the_trying_and_what_is_left_is_told(owner, over_http):
    before = owner.standing()
    with start(owner.service) as server:
        selftest = owner.another(server.url) if over_http else owner.selftest
        owner.service.faults.add(faults.reset(), skip=60, times=FOR_EVER)
        report = owner.run(selftest)
    held = [kept for kept in report.kept if kept.outcome == "held"]
    untried = [kept for kept in report.kept if kept.outcome == "not tried"]
    assert len(held) > 3
    assert len(untried) > 3
    assert "cannot be reached" in untried[0].says
    assert untried[-1].says == "Google did not answer any more, so it was not tried."
    assert not report.holds
    assert not report.compared
    [warning] = owner.warnings
    scratch, copy = owner.scratch_tabs()
    assert copy == f"{scratch} copy"
    assert f"The hidden tab “{scratch}” and its copy may still be in the sheet" in warning
    assert "Run the selftest again, which takes them away first" in warning
    assert "The scratch tabs may still be there" in markdown(report)

    owner.service.faults.clear()
    again = owner.another()
    _, left = again.look()
    assert [one.title for one in left] == [scratch, copy]
    assert all("2026-11-22" in one.began for one in left)
    report = owner.run(again)
    assert report.holds
    assert owner.standing() == before


def test_a_network_that_comes_back_within_a_minute_leaves_nothing_behind(owner):
    before = owner.standing()
    owner.service.faults.add(faults.unavailable(), skip=80, times=9)
    report = owner.run()
    assert owner.warnings == []
    assert report.left == ""
    assert owner.standing() == before


def test_an_answer_lost_when_the_scratch_tab_is_made_leaves_none(owner):
    before = owner.standing()
    owner.service.faults.add(faults.answer_lost(), kind="write")
    with pytest.raises(TrackerBusy, match="The scratch tab could not be made"):
        owner.run()
    assert owner.standing() == before


def test_a_killed_run_is_cleared_away_by_the_next_and_a_person_s_tab_of_like_name_is_not(owner):
    owner.person.ask("addSheet", properties={"sheetId": 77, "title": f"{SCRATCH}notes"})
    before = owner.standing()

    class Killed(BaseException):
        """As by SIGKILL: nothing of ours runs any more."""

    def kill(_call):
        raise Killed

    def tell(_what, number, _of):
        if number == 5:
            owner.service.before.append(kill)

    with pytest.raises(Killed):
        owner.selftest.run(tell)
    owner.service.before.clear()
    assert len(owner.scratch_tabs()) == 3

    again = owner.another()
    _, left = again.look()
    assert [one.title for one in left] == [t for t in owner.scratch_tabs() if "notes" not in t]
    assert owner.run(again).holds
    assert owner.standing() == before
