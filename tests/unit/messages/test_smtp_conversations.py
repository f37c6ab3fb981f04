"""Real conversations with a real SMTP server: what left, what did not, and what nobody can know."""

from __future__ import annotations

import ssl

import pytest
import trustme

from sheetsync.errors import MailError
from sheetsync.messages.smtp import SmtpSettings, SmtpTransport
from tests.support.letters import NOW, AnyRow, composer
from tests.support.postbox import Postbox, free_port, serving


def letter(recipient="lead@example.org", key="key"):
    return composer().compose(AnyRow(recipient=recipient, dedupe_key=key), NOW)


def transport(port, **settings):
    chosen = {"host": "127.0.0.1", "port": port, "tls": "none", "timeout": 5.0, **settings}
    return SmtpTransport(SmtpSettings(**chosen))


def send(port, *letters, **settings):
    """(results, marks): what became of the letters, and how often the mark was set."""
    marks = []
    out = transport(port, **settings)
    results = [
        out.send(one, before_commit=lambda: marks.append(1)) for one in letters or [letter()]
    ]
    out.close()
    return results, len(marks)


@pytest.fixture
def authority():
    return trustme.CA()


@pytest.fixture
def cafile(authority, tmp_path):
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def server_context(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


def test_a_mail_arrives_once_with_its_envelope():
    box = Postbox()
    with serving(box) as port:
        (result,), marks = send(port)
    assert (result.outcome, result.reference) == ("sent", "2.0.0 kept")
    assert marks == 1
    assert box.recipients == ["lead@example.org"]


def test_a_round_uses_one_connection_for_many_mails():
    box = Postbox()
    with serving(box) as port:
        results, _ = send(port, *(letter(key=str(i)) for i in range(5)))
    assert [r.outcome for r in results] == ["sent"] * 5
    assert len(set(box.message_ids())) == 5


def test_starttls_with_a_known_authority_delivers(authority, cafile):
    box = Postbox()
    context = server_context(authority.issue_cert("127.0.0.1"))
    with serving(box, tls_context=context, require_starttls=True) as port:
        (result,), _ = send(port, tls="starttls", cafile=cafile)
    assert result.outcome == "sent"


@pytest.mark.parametrize("name", ["127.0.0.1", "elsewhere.example"])
def test_a_wrong_certificate_means_no_mail(authority, cafile, name):
    box = Postbox()
    stranger = trustme.CA() if name == "127.0.0.1" else authority
    with serving(box, tls_context=server_context(stranger.issue_cert(name))) as port:
        (result,), marks = send(port, tls="starttls", cafile=cafile)
    assert result.outcome == "unreachable"
    assert "certificate is not valid" in result.detail
    assert (marks, box.received) == (0, [])


def test_a_server_without_starttls_gets_no_mail():
    box = Postbox()
    with serving(box) as port:
        (result,), marks = send(port, tls="starttls")
    assert (result.outcome, marks, box.received) == ("unreachable", 0, [])


def test_implicit_tls_delivers(authority, cafile):
    box = Postbox()
    context = server_context(authority.issue_cert("127.0.0.1"))
    with serving(box, ssl_context=context) as port:
        (result,), _ = send(port, tls="implicit", cafile=cafile)
    assert result.outcome == "sent"


@pytest.mark.parametrize(("password", "outcome"), [("right", "sent"), ("wrong", "unreachable")])
def test_login_decides(authority, cafile, password, outcome):
    box = Postbox()
    context = server_context(authority.issue_cert("127.0.0.1"))
    with serving(box, password="right", tls_context=context) as port:
        (result,), _ = send(
            port, tls="starttls", cafile=cafile, username="worker", password=password
        )
    assert result.outcome == outcome
    assert password not in result.detail


def test_unencrypted_mail_stays_on_this_machine():
    for host in ("mail.example.org", "192.0.2.7"):
        with pytest.raises(MailError, match="this machine only"):
            transport(25, host=host)
    transport(25, host="localhost")


def test_the_password_is_not_shown():
    assert "hunter2" not in repr(SmtpSettings(host="mail.example.org", password="hunter2"))


def test_a_later_answer_is_tried_again():
    box = Postbox(rcpt_answers={"lead@example.org": "451 4.3.0 mailbox busy"})
    with serving(box) as port:
        (result,), marks = send(port)
    assert (result.outcome, marks) == ("later", 0)
    assert "mailbox busy" in result.detail


def test_a_refused_recipient_is_refused_for_good_and_the_next_mail_goes_out():
    box = Postbox(rcpt_answers={"gone@example.org": "550 5.1.1 no such user"})
    with serving(box) as port:
        results, _ = send(port, letter("gone@example.org"), letter())
    assert [(r.outcome, r.bad_address) for r in results] == [("refused", True), ("sent", False)]


def test_refused_relaying_is_not_the_address_s_fault():
    box = Postbox(rcpt_answers={"lead@example.org": "550 5.7.1 relaying denied"})
    with serving(box) as port:
        (result,), _ = send(port)
    assert (result.outcome, result.bad_address) == ("refused", False)


def test_a_refused_sender_is_trouble_with_the_server():
    box = Postbox(mail_answer="550 5.7.1 not your address")
    with serving(box) as port:
        (result,), _ = send(port)
    assert result.outcome == "unreachable"
    assert "does not accept the sender" in result.detail


@pytest.mark.parametrize(
    ("answer", "outcome"), [("554 5.6.0 content refused", "refused"), ("452 4.2.2 full", "later")]
)
def test_an_answer_after_the_dot_is_definite(answer, outcome):
    box = Postbox(data_answer=lambda count: answer)
    with serving(box) as port:
        (result,), marks = send(port)
    assert (result.outcome, result.bad_address, marks) == (outcome, False, 1)


def test_a_connection_dropped_after_the_dot_leaves_doubt_and_the_next_mail_goes_out():
    box = Postbox(data_answer=lambda count: None if count == 1 else "250 OK")
    with serving(box) as port:
        results, _ = send(port, letter(key="1"), letter(key="2"))
    assert [r.outcome for r in results] == ["in_doubt", "sent"]


def test_a_server_that_never_answers_after_the_dot_leaves_doubt():
    box = Postbox(data_wait=1.0)
    with serving(box) as port:
        (result,), _ = send(port, timeout=0.2)
    assert result.outcome == "in_doubt"
    assert "did not answer in time" in result.detail


def test_a_server_that_is_not_there_is_said_in_words():
    (result,), marks = send(free_port())
    assert (result.outcome, marks) == ("unreachable", 0)
    assert "Connection refused" in result.detail


def test_a_connection_that_died_between_two_mails_is_opened_anew():
    box = Postbox()
    with serving(box) as port:
        out = transport(port)
        assert out.send(letter(key="1"), before_commit=lambda: None).outcome == "sent"
        out._connection.sock.close()
        out._connection.sock = None
        assert out.send(letter(key="2"), before_commit=lambda: None).outcome == "sent"
        out.close()
    assert len(box.received) == 2


def test_nothing_is_handed_over_when_the_mark_cannot_be_set():
    def fail():
        raise RuntimeError("the lease is lost")

    box = Postbox()
    with serving(box) as port:
        out = transport(port)
        with pytest.raises(RuntimeError):
            out.send(letter(), before_commit=fail)
        out.close()
    assert box.received == []
