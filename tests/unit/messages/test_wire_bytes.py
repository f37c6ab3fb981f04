"""What really goes over the wire: headers, line ends, one recipient, nothing smuggled in."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from sheetsync.errors import MailError
from sheetsync.messages.addresses import one_line, parse_address
from sheetsync.messages.policy import POLICY, wire_bytes
from sheetsync.messages.smtp import SmtpSettings, SmtpTransport
from tests.support.letters import NOW, AnyRow, composer, digest_context, digest_row
from tests.support.postbox import Postbox, serving

ID_HEADERS = (
    b"message-id",
    b"in-reply-to",
    b"references",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
)


def on_the_wire(message):
    """The bytes a real server received."""
    box = Postbox()
    letter = composer().compose(AnyRow(), NOW)
    object.__setattr__(letter, "message", message)
    with serving(box) as port:
        out = SmtpTransport(SmtpSettings(host="127.0.0.1", port=port, tls="none", timeout=5))
        assert out.send(letter, before_commit=lambda: None).outcome == "sent"
        out.close()
    return box.received[0]


def headers_of(data):
    """Header name -> its raw lines, unfolded by nobody."""
    found = {}
    name = b""
    for line in data.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        if line[:1] not in {b" ", b"\t"}:
            name = line.partition(b":")[0].lower()
        found[name] = found.get(name, b"") + line
    return found


def test_ids_and_links_are_never_encoded_on_the_wire():
    message = composer().compose(AnyRow(), NOW).message
    long = "x" * 300
    message["In-Reply-To"] = f"<{long}@example.org>"
    message["References"] = f"<{long}@example.org> <{'y' * 200}@example.org> <short@example.org>"
    message["List-Unsubscribe"] = f"<https://example.org/u/{long}>, <mailto:stop@example.org>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    data = on_the_wire(message)
    raw = headers_of(data)
    assert all(b"=?" not in raw[name] for name in ID_HEADERS)
    parsed = message_from_bytes(data, policy=default)
    for name in ID_HEADERS:
        assert str(parsed[name.decode()]) == str(message[name.decode()])


def test_the_standard_policy_would_have_encoded_them():
    """The reason for our policy; when this fails, Python has mended itself and ours may go."""
    message = EmailMessage(policy=default)
    message["List-Unsubscribe"] = f"<https://example.org/u/{'x' * 300}>"
    assert b"=?" in message.as_bytes()


def test_lines_end_with_cr_lf_and_are_short():
    context = digest_context(50)
    context["rows"][0]["customer"] = "Ünïcode 客户 " * 40
    row = AnyRow(context=context, subject="Überfällig: " * 12, recipient_name="Ågot Ñandú")
    data = on_the_wire(composer().compose(row, NOW).message)
    lines = data.split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert max(len(line) for line in lines) <= 998
    assert data.isascii()


def test_every_mail_has_its_headers_and_text_before_html():
    letter = composer(reply_to="support@example.org", mail_domain="shop.example").compose(
        AnyRow(), NOW
    )
    data = on_the_wire(letter.message)
    parsed = message_from_bytes(data, policy=default)
    assert str(parsed["From"]) == "sheetsync <tracker@example.org>"
    assert str(parsed["To"]) == "Lerato <lead@example.org>"
    assert str(parsed["Reply-To"]) == "support@example.org"
    assert parsed["Date"].datetime == NOW
    assert parsed["Message-ID"].endswith("@shop.example>")
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["X-Sheetsync-Kind"] == "escalation"
    assert parsed["X-Sheetsync-Order"] == "#SP-20491"
    assert [p.get_content_type() for p in parsed.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    assert not any(name in parsed for name in ("Cc", "Bcc", "Sender"))


def test_the_message_id_is_stable_and_tells_nothing():
    first = composer().compose(AnyRow(dedupe_key="u|#SP-20491|packing"), NOW).message_id
    again = composer().compose(AnyRow(dedupe_key="u|#SP-20491|packing"), NOW.replace(hour=23))
    assert again.message_id == first
    assert "20491" not in first
    assert composer(secret=b"other").compose(AnyRow(), NOW).message_id != first
    kept = composer().compose(AnyRow(message_id="<kept@old.example>"), NOW)
    assert kept.message["Message-ID"] == "<kept@old.example>"


def test_the_same_facts_make_the_same_bytes():
    one, two = (wire_bytes(composer().compose(AnyRow(), NOW).message) for _ in range(2))
    assert one == two


@pytest.mark.parametrize(
    "cell",
    [
        "", " ", "a@b", "lead", "a@x.org, evil@x.org", "a@x.org; evil@x.org", "a@x.org evil@x.org",
        "<a@b.org>", "Lead <a@b.org>", "a@b.org (x)", '"a, b"@c.org', "a@b.org\0", "a\r\nBcc: e@x.org",
        "a@b.org\r\nBcc: e@x.org", "ü@b.org", "a@b..org", ".a@b.org", "a.@b.org", "a@-b.org", "a@[127.0.0.1]",
        "a@b.org@c.org", "a@127.0.0.1", "=HYPERLINK(1)", "a@b\u2028.org", f"{'a' * 65}@b.org", f"a@{'b' * 260}.org",
    ],
)  # fmt: skip
def test_what_is_not_one_address_is_refused_in_words(cell):
    with pytest.raises(MailError, match="Expected") as refused:
        parse_address(cell)
    assert refused.value.permanent


def test_ordinary_addresses_pass_and_foreign_domains_become_ascii():
    assert parse_address(" lead+x@example.org ").addr_spec == "lead+x@example.org"
    assert parse_address("o'neil@sub.example.co.za").domain == "sub.example.co.za"
    assert parse_address("lead@bücher.example").addr_spec == "lead@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "bad", ["a\r\nBcc: e@x.org", "a\x0bb", "a\x85b", "a\u2028b", "a\0b", "\ud800"]
)
def test_no_text_of_a_cell_can_add_a_header(bad):
    row = AnyRow(recipient_name=bad, subject=bad, orders=(bad,), kind="escalation")
    data = wire_bytes(composer().compose(row, NOW).message)
    raw = headers_of(data)
    assert b"bcc" not in raw
    assert data.partition(b"\r\n\r\n")[0].count(b"\0") == 0
    assert len(message_from_bytes(data, policy=default)["To"].addresses) == 1


def test_a_subject_is_one_short_line():
    subject = composer().compose(AnyRow(subject="Late \t\n order " * 40), NOW).message["Subject"]
    assert len(subject) <= 150
    assert "\n" not in subject
    assert one_line("a" * 200).endswith("…")


@pytest.mark.parametrize("value", ["<a b>\x01", "<ü@example.org>", f"<{'x' * 1000}@example.org>"])
def test_an_id_that_cannot_be_sent_is_refused(value):
    message = EmailMessage(policy=POLICY)
    message["References"] = value
    with pytest.raises(MailError):
        wire_bytes(message)


def test_a_cell_is_only_ever_text_in_the_html():
    row = digest_row(
        "<script>alert(1)</script>", customer='"><img src=x onerror=alert(1)>', handler="</td>"
    )
    context = {"rows": [row], "tracker": "<b>", "remarks": ["<i>"], "more": 0}
    letter = composer().compose(AnyRow(context=context), NOW)
    html = letter.message.get_body(("html",)).get_content()
    for planted in ("<script>", "<img", "<b>", "<i>"):
        assert planted not in html
    assert "http" not in html.replace("http-equiv", "")
