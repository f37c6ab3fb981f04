"""Letters to people outside as a real SMTP server gets them: one thread for each order, byte by byte."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial

import pytest

from sheetsync.domain.model import Notice
from sheetsync.errors import MailError
from sheetsync.messages.brand import Brand
from sheetsync.messages.deliver import deliver
from sheetsync.messages.headers import in_thread, way_out
from sheetsync.messages.kinds import CUSTOMER_KINDS, KINDS
from sheetsync.messages.policy import wire_bytes
from sheetsync.messages.render import Renderer
from sheetsync.messages.samples import sample, sample_facts
from sheetsync.messages.smtp import SmtpSettings, SmtpTransport
from sheetsync.store import Store
from tests.support.letter_snapshots import KINDS as SHOWN
from tests.support.letters import NOW, composer
from tests.support.plans import plan
from tests.support.postbox import Postbox, serving

BRAND = Brand(name="Sunrise & Söhne", email="help@sunrise.example", reply_to="desk@sunrise.example")
OURS = partial(composer, renderer=Renderer(None, BRAND), sender_name="Order tracker")
ID_HEADERS = (b"message-id", b"in-reply-to", b"references", b"list-unsubscribe")


def letter_about(kind, order="#SP-20491", to="ann@example.org", locale="en", audience="customer"):
    """A notice as a milestone makes it."""
    return Notice(
        key=f"{order}|{kind}|{to}", kind=kind, audience=audience, channel="email", recipient=to,
        recipient_name="Ann", subject="", context={**sample_facts(kind, locale), "order_id": order},
        orders=(order,),
    )  # fmt: skip


@pytest.fixture
def sent(tmp_path):
    """Delivers notices one after the other over a real server; gives what it received."""
    with Store.open(f"sqlite:///{tmp_path}/state.db", now=NOW) as store:
        outbox = store.outbox(store.tracker("t", "r", uuid="u", now=NOW).id)

        def go(*notices, **settings):
            box = Postbox()
            with serving(box) as port:
                way = SmtpTransport(SmtpSettings(host="127.0.0.1", port=port, tls="none"))
                for n, notice in enumerate(notices):
                    now = NOW + timedelta(minutes=n)
                    store.commit_pass(1, plan(at=now, notices=(notice,)))
                    report = deliver(outbox, way, now, composer=OURS(**settings), owner="me")
                    assert report.sent == 1, report
            go.rows = list(reversed(outbox.latest(100)))
            go.outbox = outbox
            return box.received

        yield go


def head_of(data):
    """The header block as it came, one entry for each header, unfolded by nobody."""
    found = {}
    name = b""
    for line in data.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        if line[:1] not in {b" ", b"\t"}:
            name = line.partition(b":")[0].lower()
            assert name not in found, name
        found[name] = found.get(name, b"") + line
    return found


def test_all_letters_about_an_order_stand_in_one_thread(sent):
    received = sent(*(letter_about(kind) for kind in CUSTOMER_KINDS))
    heads = [head_of(data) for data in received]
    ids = [head[b"message-id"].partition(b": ")[2] for head in heads]
    assert len(set(ids)) == len(CUSTOMER_KINDS)
    assert {head[b"subject"] for head in heads} == {b"Subject: Your order #SP-20491"}
    assert b"in-reply-to" not in heads[0]
    assert b"references" not in heads[0]
    for n, head in enumerate(heads[1:], 1):
        assert head[b"in-reply-to"] == b"In-Reply-To: " + ids[0]
        named = head[b"references"].partition(b": ")[2].split()
        assert named == list(dict.fromkeys([ids[0], ids[n - 1]]))


def test_other_orders_and_other_readers_have_threads_of_their_own(sent):
    received = sent(
        letter_about("packed"),
        letter_about("packed", order="#SP-2"),
        letter_about("packed", to="bob@example.org"),
        letter_about("vendor_reminder", to="ann@example.org", audience="vendor"),
    )
    assert all(b"in-reply-to" not in head_of(data) for data in received)


def test_a_letter_that_never_left_begins_no_thread(sent):
    (data,) = sent(letter_about("packed"))
    first = sent.rows[0]
    swap = {"from_state": "sent", "to_state": "failed", "now": NOW}
    assert sent.outbox.settle(first.id, **swap)
    (later,) = sent(letter_about("shipped"))
    assert b"message-id" in head_of(data)
    assert b"in-reply-to" not in head_of(later)


def test_the_headers_of_a_letter_are_these_and_no_others(sent):
    shipped, asked = sent(letter_about("shipped", locale="de"), letter_about("feedback_request"))
    parsed = message_from_bytes(shipped, policy=default)
    assert sorted(name.lower() for name in parsed) == [
        "auto-submitted", "content-language", "content-type", "date", "from", "message-id",
        "mime-version", "reply-to", "subject", "to", "x-auto-response-suppress", "x-sheetsync-kind",
        "x-sheetsync-order",
    ]  # fmt: skip
    assert str(parsed["From"].addresses[0].display_name) == "Sunrise & Söhne"
    assert str(parsed["Reply-To"]) == "desk@sunrise.example"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["Content-Language"] == "de"
    assert parsed["X-Sheetsync-Order"] == "#SP-20491"
    assert [part.get_content_type() for part in parsed.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    assert head_of(asked)[b"list-unsubscribe"] == (
        b"List-Unsubscribe: <mailto:desk@sunrise.example?subject=unsubscribe%20%23SP-20491>"
    )
    assert b"unsubscribe" not in shipped


def test_ids_are_never_encoded_and_lines_are_short_and_end_with_cr_lf(sent):
    order = "SP-" + "9" * 57
    long = OURS(mail_domain=f"{'a' * 60}.{'b' * 60}.{'c' * 60}.example")
    received = sent(
        *(letter_about(kind, order=order, locale="de") for kind in ("packed", "feedback_request")),
        mail_domain=long.mail_domain,
    )
    for data in received:
        lines = data.split(b"\r\n")
        assert not any(b"\n" in line or b"\r" in line for line in lines)
        assert max(len(line) for line in lines) <= 998
        head = head_of(data)
        assert all(b"=?" not in head.get(name, b"") for name in ID_HEADERS)
    assert head_of(received[1])[b"in-reply-to"].count(b"<") == 1


def test_the_record_says_when_there_were_no_templates_in_the_language_asked_for(sent):
    polish = letter_about("packed")
    sent(
        Notice(
            **{
                **{n: getattr(polish, n) for n in polish.__slots__},
                "context": {**polish.context, "locale": "pl"},
            }
        )
    )
    events = sent.outbox.events(sent.rows[0].id)
    assert events[-1][1:] == ("sent", "Written in en: there are no templates in pl.")


def test_answers_go_to_the_first_desk_that_is_named():
    def reply_to(audience="customer", brand=None, reply_to=""):
        row = sample("packed" if audience == "customer" else "digest")
        made = composer(renderer=Renderer(None, brand or Brand()), reply_to=reply_to)
        return str(made.compose(row, NOW).message["Reply-To"])

    assert reply_to(brand=BRAND, reply_to="ops@example.org") == "desk@sunrise.example"
    assert (
        reply_to(brand=Brand(email="help@x.example"), reply_to="ops@x.example") == "ops@x.example"
    )
    assert reply_to(brand=Brand(email="help@x.example")) == "help@x.example"
    assert reply_to() == "None"
    assert reply_to("staff", BRAND, "ops@example.org") == "ops@example.org"


def test_threads_and_ways_out_are_built_from_what_is_there():
    assert in_thread(()) == {}
    assert in_thread(("<a@x>",)) == {"In-Reply-To": "<a@x>", "References": "<a@x>"}
    assert in_thread(("<a@x>", "<b@x>", "<c@x>"))["References"] == "<a@x> <c@x>"
    assert way_out("shipped", "a@x.example", ("1",)) == {}
    assert way_out("feedback_request", "", ("1",)) == {}
    odd = way_out("feedback_request", "o'neil+a@x.example", ("#1 &<>\r\nBcc: e@x.org",))
    assert odd == {
        "List-Unsubscribe": "<mailto:o%27neil+a@x.example?subject=unsubscribe%20%231%20%26%3C%3E%20Bcc%3A%20e%40x.org>"
    }


HOSTILE = {
    "new header": "x\r\nBcc: evil@example.net\r\n\r\n<b>",
    "two people": "ann@example.org, evil@example.net",
    "markup": '"><script>alert(1)</script><img src=x onerror=alert(1)><a href=javascript:alert(1)>',
    "formula": '=HYPERLINK("https://evil.example";"x")',
    "template": "{{ ''.__class__ }}{% for x in y %}",
    "turned letters": "abc\u202egnp.exe\u2066\u200f\u061c\ufeff",
    "NUL and controls": "a\x00b\x1bc\x85d\u2028e\x7f",
    "50,000 characters": "A" * 50_000,
    "half a letter": "\ud800x",
}
PLANTED = ("<script", "<img", "<a href=javascript", "onerror=alert(1)>", "<b>")
INVISIBLE = "\u202e\u2066\u200f\u061c\ufeff\x00\x1b\x85\u2028\x7f"


def spoilt(value, bad):
    """The same facts, every text of them hostile."""
    if isinstance(value, str):
        return bad
    if isinstance(value, dict):
        return {
            key: entry if key in {"kind", "locale"} else spoilt(entry, bad)
            for key, entry in value.items()
        }
    return [spoilt(entry, bad) for entry in value] if isinstance(value, list) else value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bad", HOSTILE.values(), ids=HOSTILE)
def test_what_stands_in_a_cell_is_only_ever_text(kind, bad):
    for locale in ("en", "de") if kind in SHOWN else ("en",):
        row = sample(kind, locale)
        facts = spoilt(dict(row.context), bad)
        hostile = type(row)(
            dedupe_key=bad, kind=kind, audience=row.audience, recipient=row.recipient,
            recipient_name=bad, context=facts, orders=(bad,),
        )  # fmt: skip
        data = wire_bytes(OURS().compose(hostile, NOW, ("<root@x.example>",)).message)
        head = head_of(data)
        assert not {b"bcc", b"cc", b"sender"} & set(head)
        assert not any(b"=?" in head.get(name, b"") for name in ID_HEADERS)
        assert b"\0" not in data
        assert len(data) < 400_000
        parsed = message_from_bytes(data, policy=default)
        assert [a.addr_spec for a in parsed["To"].addresses] == [row.recipient]
        assert len(str(parsed["Subject"])) <= 150
        html, text = (parsed.get_body((part,)).get_content() for part in ("html", "plain"))
        assert not [sign for sign in PLANTED if sign in html]
        assert not [sign for sign in INVISIBLE if sign in html + text + str(parsed["Subject"])]
        assert "evil" not in "".join(part for part in html.split('href="')[1:])[:200]


@pytest.mark.parametrize(
    "cell", ["a@x.org, evil@x.org", "a@x.org\r\nBcc: e@x.org", "", "a@b", "=A1"]
)
@pytest.mark.parametrize("kind", ["shipped", "vendor_assigned", "digest"])
def test_a_cell_that_is_not_one_address_gets_no_letter(kind, cell):
    row = sample(kind)
    wrong = type(row)(
        dedupe_key="k", kind=kind, audience=row.audience, recipient=cell, recipient_name="",
        context=row.context,
    )  # fmt: skip
    with pytest.raises(MailError, match="Expected"):
        OURS().compose(wrong, NOW)
