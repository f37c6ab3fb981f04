"""Mail that comes in: what it is, that a forged report does nothing, and a real mailbox read without changing it."""

from __future__ import annotations

import importlib.util

import pytest

from sheetsync.errors import MailError
from sheetsync.messages.inbox.incoming import read_incoming
from sheetsync.messages.inbox.mailbox import MailboxSettings, Place, fetch
from tests.support.imap_server import PASSWORD, imap_server
from tests.support.postbox import free_port

OURS = "<abcdefghijklmnopqrstuvwxyz@example.org>"
needs_tools = pytest.mark.skipif(
    importlib.util.find_spec("imap_tools") is None, reason="the extra inbox is not installed"
)
needs_flufl = pytest.mark.skipif(
    importlib.util.find_spec("flufl.bounce") is None, reason="the extra inbox is not installed"
)


def dsn(
    message_id: str = OURS, status: str = "5.1.1", action: str = "failed", number: int = 1
) -> bytes:
    """A report as the standard has it."""
    return f"""From: MAILER-DAEMON@mx.example.org
To: orders@example.org
Message-ID: <dsn{number}@mx.example.org>
Subject: Undelivered Mail
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It did not work.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; thandi@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: message/rfc822

Message-ID: {message_id}
From: orders@example.org
To: thandi@example.org
Subject: Your order

Hello
--b--
""".replace("\n", "\r\n").encode()


def person(
    subject="Re: Your order SP-1", answers=OURS, text="Where is it?", number=1, **headers
) -> bytes:
    """A mail that somebody wrote."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    said = f"In-Reply-To: {answers}\r\n" if answers else ""
    head = f"From: Thandi <thandi@example.org>\r\nMessage-ID: <m{number}@home.example>\r\nSubject: {subject}\r\n"
    return f"{head}{said}{more}\r\n{text}\r\n".encode()


def test_a_report_by_the_standard_is_understood():
    read = read_incoming(dsn())
    assert read.kind == "bounce"
    assert read.bounce is not None
    assert (read.bounce.permanent, read.bounce.status) == (True, "5.1.1")
    assert read.bounce.message_ids == (OURS,)
    assert read.bounce.words == "550 no such user"


@pytest.mark.parametrize(
    ("status", "action", "permanent"),
    [
        ("4.4.1", "delayed", False),
        ("4.2.2", "failed", False),
        ("5.2.2", "failed", True),
        ("", "failed", True),
    ],
)
def test_only_what_failed_for_good_counts_as_that(status, action, permanent):
    bounce = read_incoming(dsn(status=status, action=action)).bounce
    assert bounce is not None
    assert bounce.permanent is permanent


def test_a_report_of_success_is_no_bounce():
    assert read_incoming(dsn(action="delivered", status="2.0.0")).kind != "bounce"


@needs_flufl
def test_a_report_that_follows_no_standard_is_read_by_habit():
    text = (
        "From: MAILER-DAEMON@mx.example.org\r\nMessage-ID: <q@mx>\r\nSubject: failure notice\r\n\r\n"
        "Hi. This is the qmail-send program at mx.example.org.\r\n\r\n<gone@example.org>:\r\n"
        f"Sorry, no mailbox here by that name. (#5.1.1)\r\n\r\n--- Below\r\n\r\nMessage-ID: {OURS}\r\n"
    )
    bounce = read_incoming(text.encode()).bounce
    assert bounce is not None
    assert (bounce.permanent, bounce.message_ids, bounce.status) == (True, (OURS,), "5.1.1")


@pytest.mark.parametrize(
    "header",
    [
        {"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List_Id": "<x.example>"},
        {"Auto_Submitted": "auto-generated; x=y"}, {"X_Sheetsync_Kind": "shipped"},
    ],
)  # fmt: skip
def test_a_word_of_a_machine_is_nobodys_answer(header):
    assert read_incoming(person(**header)).kind == "machine"


def test_an_answer_of_a_person_names_the_letters_that_it_answers_newest_first():
    read = read_incoming(person(References="<first@example.org> <second@example.org>"))
    assert (read.kind, read.sender) == ("person", "thandi@example.org")
    assert read.answers == (OURS, "<second@example.org>", "<first@example.org>")
    assert read.text.strip() == "Where is it?"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x00" * 100, b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe", b"From: \xff\xff\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b", b"Subject: =?utf-8?b?////?=\r\n\r\n",
        b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\n", b"In-Reply-To: <<<>\r\n\r\n",
        b"Content-Type: message/delivery-status\r\nFrom: mailer-daemon@x\r\n\r\nAction: failed",
    ],
)  # fmt: skip
def test_garbage_is_read_as_little_and_never_raises(data):
    read = read_incoming(data)
    assert read.identity
    assert read.bounce is None


def test_a_mail_in_html_alone_is_read_as_its_words():
    data = b"From: a@example.org\r\nContent-Type: text/html\r\n\r\n<p>Where <b>is</b> it?</p><script>x()</script>"
    assert read_incoming(data).text.split() == ["Where", "is", "it?"]


# -- a mailbox --------------------------------------------------------------------------------------


@pytest.fixture
def box():
    with imap_server() as running:
        yield running


def settings(port, **more):
    chosen = {"host": "127.0.0.1", "port": port, "tls": "none", "username": "orders", "password": PASSWORD, "timeout": 2, **more}  # fmt: skip
    return MailboxSettings(**chosen)


@needs_tools
def test_the_first_look_reads_nothing_and_later_ones_what_is_new(box):
    box.mails = [person(number=1)]
    first = fetch(settings(box.port), Place())
    assert first.mails == ()
    box.mails += [person(number=2), person(number=3)]
    second = fetch(settings(box.port), first.place)
    assert second.mails == tuple(box.mails[1:])
    assert fetch(settings(box.port), second.place).mails == ()
    assert not any(
        word in line for line in box.commands for word in ("STORE", "COPY", "EXPUNGE", "SELECT ")
    )
    assert all("PEEK" in line for line in box.commands if "FETCH" in line)


@needs_tools
def test_a_long_queue_is_read_in_rounds_and_a_new_numbering_begins_anew(box):
    place = fetch(settings(box.port), Place()).place
    box.mails = [person(number=n) for n in range(5)]
    found = []
    for _ in range(4):
        round_ = fetch(settings(box.port, most=2), place)
        place = round_.place
        found += round_.mails
    assert found == box.mails
    box.validity = 8
    assert fetch(settings(box.port), place).mails == ()


@needs_tools
@pytest.mark.parametrize("fault", ["password", "garbage", "nobody"])
def test_a_mailbox_that_cannot_be_read_is_one_sentence_without_the_password(box, fault):
    box.garbage = fault == "garbage"
    port = free_port() if fault == "nobody" else box.port
    more = {"password": "wrong-canary"} if fault == "password" else {}
    with pytest.raises(MailError, match="cannot be read") as told:
        fetch(settings(port, **more), Place(7, 1))
    assert "canary" not in str(told.value)
