"""Mail that comes in beside the passes: returned letters, answers of people, each once, nothing that is forged."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from sheetsync.messages.inbox.incoming import read_incoming
from sheetsync.worker.incoming import own_words, take
from tests.support.customers import ADDRESS, CustomerShop
from tests.support.imap_server import PASSWORD, imap_server
from tests.unit.messages.test_inbox import dsn, person

needs_tools = pytest.mark.skipif(
    importlib.util.find_spec("imap_tools") is None, reason="the extra inbox is not installed"
)
INBOX = "inbox: {{host: 127.0.0.1, port: {port}, tls: none, username: orders, password: 'file:inbox.secret', every: 1m}}\n"


@pytest.fixture
def shop(tmp_path: Path):
    """A shop with one confirmed order, and a mailbox that it reads."""
    with imap_server() as box:
        shop = CustomerShop(tmp_path / "shop", more=INBOX.format(port=box.port))
        shop.box = box
        (shop.folder / "inbox.secret").write_text(PASSWORD)
        shop.look(shop.at("08:00"))
        shop.add(shop.order("#SP-1"))
        shop.look(shop.at("08:06"))
        shop.look(shop.at("08:10"))
        assert shop.letters() == [("order_confirmed", "sent")]
        yield shop
        shop.rest()


def letter(shop):
    """The Message-ID of the letter that was sent, as somebody who got it knows it."""
    with shop.workshop() as workshop:
        return workshop.store.outbox(workshop.state.id).latest(1)[0].message_id


def kept(shop, *mails):
    with shop.workshop() as workshop:
        now = shop.at("09:00")
        return [
            take(workshop.store, workshop.state, read_incoming(mail), now).became for mail in mails
        ]


def follow_ups(shop):
    with shop.workshop() as workshop:
        return workshop.store.follow_ups(workshop.state.id).of_order("#SP-1")


def barred(shop):
    with shop.workshop() as workshop:
        return workshop.store.outbox(workshop.state.id).suppressed("email", ADDRESS)


@needs_tools
def test_a_letter_that_came_back_bars_its_address_and_gives_somebody_a_task(shop):
    shop.box.mails.append(dsn(letter(shop)))
    assert any("came back (5.1.1)" in line for line in shop.look(shop.at("08:20")).news)
    assert "5.1.1" in barred(shop)
    assert shop.letters() == [("order_confirmed", "failed")]
    (task,) = follow_ups(shop)
    assert (task.reason, task.is_open) == ("letter_came_back", True)
    for minutes in (21, 25, 30):
        assert shop.look(shop.at(f"08:{minutes}")).news == ()
    shop.type_in("#SP-1", allocated="✓")
    shop.look(shop.at("09:00"))
    shop.look(shop.at("09:05"))
    assert shop.letters()[-1] == ("processing", "suppressed")
    assert len(follow_ups(shop)) == 1


@needs_tools
def test_an_answer_of_a_person_stands_in_follow_ups_and_waits_for_somebody(shop):
    shop.box.mails.append(person("Re: hello", letter(shop), "Where is it?\r\n> quoted words"))
    shop.look(shop.at("08:20"))
    said, task = sorted(follow_ups(shop), key=lambda each: each.kind)
    assert (said.text, said.who, said.direction) == ("Where is it?", "thandi@example.org", "in")
    assert (task.reason, task.is_open) == ("inquiry", True)
    shop.rest()
    shop.look(shop.at("08:40"))
    assert len(follow_ups(shop)) == 2


@needs_tools
def test_a_mailbox_that_cannot_be_read_is_told_and_holds_up_nothing(shop):
    shop.box.garbage = True
    result = shop.look(shop.at("08:20"))
    assert result.outcome in {"done", "unchanged"}
    assert any("cannot be read" in line for line in result.remarks)
    assert PASSWORD not in "".join(result.remarks)


def test_each_mail_counts_once_however_often_it_is_read(shop):
    mail = letter(shop)
    assert kept(shop, dsn(mail), dsn(mail)) == ["bounced", "known"]
    assert kept(shop, person(answers=mail), person(answers=mail)) == ["inquiry", "known"]
    assert len(follow_ups(shop)) == 3


@pytest.mark.parametrize(
    "message_id",
    ["<aaaaaaaaaaaaaaaaaaaaaaaaaa@example.org>", "", "<order_confirmed@example.org>"],
)
def test_a_forged_report_does_nothing(shop, message_id):
    assert kept(shop, dsn(message_id)) == ["passed"]
    assert barred(shop) == ""
    assert shop.letters() == [("order_confirmed", "sent")]
    assert follow_ups(shop) == ()


def test_a_letter_that_is_late_is_only_recorded(shop):
    assert kept(shop, dsn(letter(shop), status="4.4.1", action="delayed")) == ["delayed"]
    assert barred(shop) == ""
    with shop.workshop() as workshop:
        outbox = workshop.store.outbox(workshop.state.id)
        row = outbox.latest(1)[0]
        assert row.state == "sent"
        assert [kind for _, kind, _ in outbox.events(row.id)][-1] == "delayed"


@pytest.mark.parametrize(
    ("subject", "became"),
    [("My order SP-1", "inquiry"), ("#SP-1 where", "inquiry"), ("SP-2?", "passed"), ("Hello", "passed"), ("", "passed")],
)  # fmt: skip
def test_the_subject_names_the_order_where_no_letter_is_answered(shop, subject, became):
    assert kept(shop, person(subject, answers="")) == [became]


def test_machines_are_not_answered(shop):
    mails = (person(answers=letter(shop), Auto_Submitted="auto-replied"), person(Precedence="bulk"))
    assert kept(shop, *mails) == ["passed", "passed"]
    assert follow_ups(shop) == ()


def test_hostile_words_stay_text(shop):
    text = "=HYPERLINK(1)\u202e" + "x" * 50_000
    assert kept(shop, person("=cmd SP-1", "", text)) == ["inquiry"]
    assert all(len(each.text) <= 2_000 for each in follow_ups(shop))


def test_what_is_quoted_is_not_what_was_said():
    assert own_words("Yes\n\nOn Mon Mar 2 2026 orders@example.org wrote:\n> Hello") == "Yes"
