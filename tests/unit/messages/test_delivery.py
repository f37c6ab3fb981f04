"""Every decided message ends somewhere, once, and the record says where and why."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from sheetsync.messages.deliver import deliver
from sheetsync.messages.folder import FolderTransport
from sheetsync.messages.outbox import RETRY_AFTER, DeliveryPolicy, retry_at, retry_unreachable
from sheetsync.messages.smtp import SmtpSettings, SmtpTransport
from sheetsync.messages.transports import OffTransport, SendResult
from sheetsync.store import Store
from tests.support.letters import NOW, composer, notice
from tests.support.plans import plan
from tests.support.postbox import Postbox, free_port, serving


class Killed(BaseException):
    """The process ends here."""


class Scripted:
    """A transport that answers as told and remembers what really left."""

    name = "scripted"

    def __init__(self, *outcomes, found="unknown"):
        self.left = []
        self.closed = 0
        self._outcomes = list(outcomes)
        self._found = found

    def send(self, letter, *, before_commit):
        outcome = self._outcomes.pop(0) if self._outcomes else SendResult(outcome="sent")
        if outcome.outcome in {"unreachable", "off", "later"}:
            return outcome
        before_commit()
        if outcome.outcome in {"sent", "in_doubt"}:
            self.left.append(letter.message_id)
        return outcome

    def recover(self, message_id):
        if self._found == "known":
            return "delivered" if message_id in self.left else "absent"
        return self._found

    def close(self):
        self.closed += 1


@pytest.fixture
def store(store_url):
    with Store.open(store_url, now=NOW) as opened:
        yield opened


@pytest.fixture
def outbox(store):
    tracker_id = store.tracker("t", "r", uuid="u", now=NOW).id
    return store.outbox(tracker_id)


@pytest.fixture
def queue(store, outbox):
    def put(*notices):
        store.commit_pass(1, plan(at=NOW, notices=notices))

    return put


def run(outbox, transport, now=NOW, **settings):
    chosen = {"composer": composer(), "owner": "me", **settings}
    return deliver(outbox, transport, now, **chosen)


def states(outbox):
    return [row.state for row in reversed(outbox.latest(100))]


def test_what_is_due_is_sent_once_and_entered_as_sent(outbox, queue):
    queue(notice("a"), notice("b"))
    transport = Scripted()
    report = run(outbox, transport)
    assert (report.sent, report.waiting, report.trouble) == (2, 0, "")
    assert run(outbox, transport).lines == ()
    assert len(set(transport.left)) == 2
    row = outbox.latest(1)[0]
    assert (row.state, row.sent_at, row.transport) == ("sent", NOW, "scripted")
    assert row.message_id == transport.left[-1]
    assert [kind for _, kind, _ in outbox.events(row.id)] == ["sent"]


def test_a_deferred_notice_waits_for_its_moment(outbox, queue):
    opening = NOW + timedelta(hours=16)
    queue(notice("a", not_before=opening))
    assert run(outbox, Scripted()).lines == ()
    assert run(outbox, Scripted(), opening).sent == 1


def test_a_notice_that_came_too_late_is_superseded(outbox, queue):
    queue(notice("a", expires_at=NOW))
    transport = Scripted()
    assert run(outbox, transport).count("superseded") == 1
    assert transport.left == []


def test_one_bad_row_never_stops_the_rest(outbox, queue):
    queue(
        notice("a", recipient="a@x.org, evil@x.org"),
        notice("b", kind="no-such-template"),
        notice("c"),
    )
    report = run(outbox, Scripted())
    assert [line.state for line in report.lines] == ["held", "failed", "sent"]
    assert "is not one e-mail address" in report.lines[0].detail
    assert "no-such-template" in report.lines[1].detail


def test_mail_that_is_off_is_recorded_as_such_and_not_sent_later(outbox, queue):
    queue(notice("a"))
    assert run(outbox, OffTransport()).count("suppressed") == 1
    assert "Mail is off" in outbox.latest(1)[0].last_error
    assert run(outbox, Scripted(), NOW + timedelta(days=1)).lines == ()


def test_only_to_lets_nothing_else_through(outbox, queue):
    queue(notice("a", recipient="Lead@Example.org"), notice("b", recipient="ops@example.org"))
    transport = Scripted()
    run(outbox, transport, policy=DeliveryPolicy(only_to=frozenset({"lead@example.org"})))
    assert states(outbox) == ["sent", "suppressed"]
    assert len(transport.left) == 1


def test_a_refused_address_gets_nothing_more_until_it_is_allowed_again(outbox, queue):
    queue(notice("a", recipient="gone@example.org"))
    run(
        outbox, Scripted(SendResult(outcome="refused", detail="550 no such user", bad_address=True))
    )
    queue(notice("b", recipient="Gone@example.org"), notice("c"))
    run(outbox, Scripted())
    assert states(outbox) == ["failed", "suppressed", "sent"]
    assert "550 no such user" in outbox.in_states(["suppressed"])[0].last_error
    assert outbox.unsuppress("email", "gone@example.org")
    queue(notice("d", recipient="gone@example.org"))
    assert run(outbox, Scripted()).sent == 1


def test_refused_content_does_not_bar_the_address(outbox, queue):
    queue(notice("a"))
    run(outbox, Scripted(SendResult(outcome="refused", detail="554 content")))
    assert states(outbox) == ["failed"]
    assert outbox.suppressed("email", "lead@example.org") == ""


def test_a_passing_refusal_is_tried_five_times_more_then_fails(outbox, queue):
    queue(notice("a"))
    now = NOW
    for wait in (*RETRY_AFTER, None):
        report = run(outbox, Scripted(SendResult(outcome="later", detail="451 busy")), now)
        if wait is not None:
            assert report.waiting == 1
            assert run(outbox, Scripted(), now + wait - timedelta(seconds=1)).lines == ()
            now = now + wait * 1.2
    assert states(outbox) == ["failed"]
    assert "tried 6 times" in outbox.latest(1)[0].last_error


def test_a_server_that_is_down_is_asked_once_a_round_and_loses_nothing(outbox, queue):
    queue(*(notice(str(i)) for i in range(5)))
    down = SendResult(outcome="unreachable", detail="The mail server cannot be used: refused")
    now = NOW
    for _ in range(9):
        report = run(outbox, Scripted(down), now)
        assert len(report.lines) <= 1
        now += timedelta(hours=1)
    assert report.trouble == down.detail
    assert set(states(outbox)) <= {"pending", "retry"}
    assert run(outbox, Scripted(), now + timedelta(hours=2)).sent == 5


def test_a_doubt_within_the_round_follows_the_kind(outbox, queue):
    doubt = SendResult(outcome="in_doubt", detail="The answer was lost.")
    queue(notice("a"), notice("b"))
    transport = Scripted(doubt, doubt)
    run(outbox, transport, policy=DeliveryPolicy(resend_kinds=frozenset()))
    assert states(outbox) == ["in_doubt", "in_doubt"]
    queue(notice("c"))
    run(outbox, Scripted(doubt))
    assert states(outbox)[-1] == "retry"


def test_waits_are_spread_but_always_the_same():
    waits = {key: retry_at(key, 1, NOW) for key in "abcdefgh"}
    assert waits == {key: retry_at(key, 1, NOW) for key in "abcdefgh"}
    assert len(set(waits.values())) > 3
    assert all(
        NOW + RETRY_AFTER[0] <= when <= NOW + RETRY_AFTER[0] * 1.2 for when in waits.values()
    )
    assert retry_at("a", 6, NOW) is None
    assert retry_unreachable("a", 99, NOW) <= NOW + timedelta(minutes=18)


def test_a_row_taken_over_by_another_is_left_alone(outbox, queue):
    queue(notice("a"))
    (row,) = outbox.due(NOW, 10)
    late = NOW + timedelta(minutes=11)
    transport = Scripted()

    def other_takes_it(name):
        if name == "composed":
            assert outbox.settle(row.id, from_state="claimed", to_state="pending", now=late)
            assert outbox.claim(outbox.latest(1)[0], owner="other", until=late, now=late)

    report = run(outbox, transport, step=other_takes_it)
    assert (report.lines, transport.left) == ((), [])
    assert states(outbox) == ["claimed"]


def test_two_deliverers_never_claim_the_same_row(outbox, queue):
    queue(notice("a"))
    (row,) = outbox.due(NOW, 10)
    claim = partial(outbox.claim, row, until=NOW + timedelta(minutes=10), now=NOW)
    assert [claim(owner="one"), claim(owner="two")] == [True, False]


def test_a_claim_is_left_alone_until_its_lease_ran_out(outbox, queue):
    queue(notice("a"))
    (row,) = outbox.due(NOW, 10)
    outbox.claim(row, owner="dead", until=NOW + timedelta(minutes=10), now=NOW)
    assert run(outbox, Scripted(), NOW + timedelta(minutes=9)).lines == ()
    assert run(outbox, Scripted(), NOW + timedelta(minutes=10)).sent == 1


def steps_of_two_mails():
    names = []
    with Store.open("sqlite://", now=NOW) as store:
        box = store.outbox(store.tracker("t", "r", uuid="u", now=NOW).id)
        store.commit_pass(1, plan(at=NOW, notices=(notice("a"), notice("b"))))
        run(box, Scripted(), step=names.append)
    return names


STEPS = steps_of_two_mails()


def test_the_steps_of_a_mail_are_these():
    assert STEPS == ["claim", "claimed", "composed", "in_data", "handed_over", "recorded"] * 2


@pytest.mark.parametrize("killed_at", range(len(STEPS)))
@pytest.mark.parametrize("resend", [True, False])
def test_a_kill_at_any_step_loses_nothing_and_doubles_at_most_one(outbox, queue, killed_at, resend):
    queue(notice("a"), notice("b"))
    transport = Scripted()
    seen = iter(range(len(STEPS)))

    def kill(name):
        if next(seen) == killed_at:
            raise Killed(name)

    policy = DeliveryPolicy(alone=True, resend_kinds=frozenset({"escalation"} if resend else ()))
    with pytest.raises(Killed):
        run(outbox, transport, step=kill, policy=policy)
    run(outbox, transport, NOW + timedelta(minutes=1), policy=policy)
    doubles = len(transport.left) - len(set(transport.left))
    if resend:
        assert states(outbox) == ["sent", "sent"]
        assert len(set(transport.left)) == 2
        assert doubles <= (STEPS[killed_at] == "handed_over")
    else:
        assert doubles == 0
        assert set(states(outbox)) <= {"sent", "in_doubt"}
        assert len(set(transport.left)) + states(outbox).count("in_doubt") >= 2


@pytest.mark.parametrize("killed_at", range(len(STEPS)))
def test_a_transport_that_can_be_asked_neither_loses_nor_doubles(outbox, queue, killed_at):
    queue(notice("a", kind="escalation"), notice("b"))
    transport = Scripted(found="known")
    seen = iter(range(len(STEPS)))

    def kill(name):
        if next(seen) == killed_at:
            raise Killed(name)

    policy = DeliveryPolicy(alone=True, resend_kinds=frozenset())
    with pytest.raises(Killed):
        run(outbox, transport, step=kill, policy=policy)
    run(outbox, transport, NOW + timedelta(minutes=1), policy=policy)
    assert states(outbox) == ["sent", "sent"]
    assert len(transport.left) == len(set(transport.left)) == 2


def test_the_transport_is_closed_even_after_a_kill(outbox, queue):
    queue(notice("a"))
    transport = Scripted()

    def kill(name):
        raise Killed(name)

    with pytest.raises(Killed):
        run(outbox, transport, step=kill)
    assert transport.closed == 1


def test_mails_go_to_a_folder_from_the_outbox(outbox, queue, tmp_path):
    queue(notice("a"), notice("b"))
    report = run(outbox, FolderTransport(tmp_path))
    assert report.sent == 2
    assert {row.provider_ref for row in outbox.latest(9)} == {
        p.name for p in tmp_path.glob("*.eml")
    }


def test_mails_go_to_a_real_server_from_the_outbox(outbox, queue):
    queue(notice("a"), notice("b", recipient="gone@example.org"), notice("c"))
    box = Postbox(rcpt_answers={"gone@example.org": "550 5.1.1 no such user"})
    with serving(box) as port:
        settings = SmtpSettings(host="127.0.0.1", port=port, tls="none", timeout=5)
        report = run(outbox, SmtpTransport(settings))
    assert [line.state for line in report.lines] == ["sent", "failed", "sent"]
    assert box.message_ids() == [r.message_id for r in outbox.in_states(["sent"])]


def test_a_server_that_is_not_there_leaves_every_row_waiting(outbox, queue):
    queue(notice("a"), notice("b"))
    settings = SmtpSettings(host="127.0.0.1", port=free_port(), tls="none", timeout=1)
    report = run(outbox, SmtpTransport(settings))
    assert (report.sent, report.waiting) == (0, 2)
    assert "Connection refused" in report.trouble
