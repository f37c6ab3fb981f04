"""Messages by other channels than mail: real calls to a server of this machine, files, services and call tasks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.util
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from sheetsync.errors import MailError
from sheetsync.messages.calls import CallTransport
from sheetsync.messages.deliver import deliver
from sheetsync.messages.kinds import CUSTOMER_KINDS
from sheetsync.messages.note_files import FileTransport
from sheetsync.messages.notes import NoteWriter
from sheetsync.messages.outbox import DeliveryPolicy
from sheetsync.messages.samples import sample
from sheetsync.messages.services import (
    ServiceSettings,
    ServiceTransport,
    judged,
    load_apprise,
    with_target,
)
from sheetsync.messages.transports import OffTransport, SendResult, UnusableTransport
from sheetsync.messages.ways import ADDRESSES, Way, dialled, plain_name
from sheetsync.messages.webhook import WebhookSettings, WebhookTransport, signed, signing_key
from sheetsync.store import Store
from tests.support.hook_server import hook_server
from tests.support.letters import NOW, composer, notice
from tests.support.plans import plan
from tests.support.postbox import free_port

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
FACTS = {
    "order_id": "SP-20491", "customer_name": "Thandi", "lines": [{"sku": "MUG-01", "product": "", "quantity": 2}],
    "carrier": "UPS", "tracking_number": "1Z999AA10123456784", "tracking_link": "", "eta": "2026-03-04",
    "locale": "en", "timezone": "Africa/Johannesburg", "held_because": "a word of ours",
}  # fmt: skip


@pytest.fixture
def server():
    with hook_server() as running:
        yield running


@pytest.fixture
def store(store_url):
    with Store.open(store_url, now=NOW) as opened:
        opened.tracker("t", "r", uuid="u", now=NOW)
        yield opened


@pytest.fixture
def queue(store):
    def put(*notices):
        store.commit_pass(1, plan(at=NOW, notices=notices))
        return store.outbox(1)

    return put


def told(key="a", channel="webhook", recipient="C-7", **facts):
    """A letter to a customer by another channel."""
    chosen = {
        "kind": "shipped", "audience": "customer", "channel": channel, "orders": ("SP-20491",),
        "context": FACTS, "recipient_name": "Thandi", "subject": "", "level": 0, **facts,
    }  # fmt: skip
    return notice(key, recipient=recipient, **chosen)


def way(transport, channel="webhook", **settings):
    writer = NoteWriter(
        composer=composer(), channel=channel, most_parts=settings.pop("most_parts", 3)
    )
    return Way(transport=transport, write=writer.write, address=ADDRESSES[channel], **settings)


def hook(server, **settings):
    chosen = {"address": server.address, "secret": SECRET, "timeout": 0.3, **settings}
    return WebhookTransport(WebhookSettings(**chosen))


def run(outbox, now=NOW, policy=None, **ways):
    return deliver(
        outbox, OffTransport(), now, composer=composer(), owner="me", policy=policy, ways=ways
    )


def test_a_webhook_gets_a_signed_call_with_what_the_customer_may_know(server, queue):
    outbox = queue(told())
    assert run(outbox, webhook=way(hook(server))).sent == 1
    ((path, headers, body),) = server.calls
    assert path == "/hooks/orders"
    identity, second = headers["webhook-id"], headers["webhook-timestamp"]
    content = f"{identity}.{second}.".encode() + body
    mark = base64.b64encode(hmac.new(b"k" * 32, content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{mark}"
    assert int(second) == int(NOW.timestamp())
    call = json.loads(body)
    assert call["type"] == "customer.shipped"
    data = call["data"]
    assert (data["to"], data["orders"], data["language"]) == ("C-7", ["SP-20491"], "en")
    assert data["facts"]["tracking_number"] == "1Z999AA10123456784"
    assert "held_because" not in data["facts"]
    assert "SP-20491" in data["text"]
    assert len(data["short_text"]) <= 160
    row = outbox.latest(1)[0]
    assert (row.transport, row.provider_ref) == ("webhook", identity)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (204, "sent"), (400, "failed"), (422, "failed"), (429, "retry"), (500, "retry"), (503, "retry"),
        (301, "retry"), (401, "retry"), (404, "retry"), (502, "in_doubt"), (504, "in_doubt"), ("lost", "in_doubt"),
        ("slow", "in_doubt"),
    ],
)  # fmt: skip
def test_what_each_answer_of_a_webhook_means(server, queue, answer, state):
    server.answers = [answer]
    outbox = queue(told())
    run(outbox, webhook=way(hook(server)))
    assert outbox.latest(1)[0].state == state
    assert len(server.calls) == 1
    assert SECRET not in outbox.latest(1)[0].last_error


def test_a_webhook_that_is_not_there_keeps_its_messages_and_no_other_channels(
    server, queue, tmp_path
):
    server.address = f"http://127.0.0.1:{free_port()}/"
    outbox = queue(told("a"), told("b"), told("c", "sms", "+491701234567"))
    report = run(outbox, webhook=way(hook(server)), sms=way(FileTransport(tmp_path), "sms"))
    assert (report.sent, report.waiting) == (1, 2)
    assert "cannot be reached" in report.trouble
    again = run(outbox, NOW + timedelta(minutes=9), webhook=way(UnusableTransport("No secret.")))
    assert again.trouble == "No secret."


def test_a_repeated_call_has_the_same_identity(server, queue):
    server.answers = [503]
    outbox = queue(told())
    run(outbox, webhook=way(hook(server)))
    run(outbox, NOW + timedelta(hours=1), webhook=way(hook(server)))
    first, second = (headers for _, headers, _ in server.calls)
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-timestamp"] != second["webhook-timestamp"]
    assert outbox.latest(1)[0].state == "sent"


def test_an_address_in_the_own_network_is_called_only_where_the_owner_says_so(server, queue):
    server.address = server.address.replace("127.0.0.1", "127.0.0.1.")
    outbox = queue(told())
    run(outbox, webhook=way(hook(server)))
    assert server.calls == []
    assert outbox.latest(1)[0].state in {"retry", "in_doubt"}


@pytest.mark.parametrize("secret", ["", "short", "whsec_", "whsec_???", "whsec_" + "a" * 8])
def test_a_weak_secret_signs_nothing(secret):
    with pytest.raises(MailError, match="secret of the webhook"):
        signing_key(secret)


def test_a_secret_may_be_any_long_text():
    assert signing_key("a secret of twenty.. ") == b"a secret of twenty.."
    assert signed(b"k" * 32, "id", NOW, b"{}")["webhook-signature"].startswith("v1,")


def test_messages_as_files_appear_once_and_are_found_again(queue, tmp_path):
    outbox = queue(told())
    transport = FileTransport(tmp_path / "out")
    run(outbox, webhook=way(transport))
    (path,) = (tmp_path / "out").iterdir()
    assert json.loads(path.read_text())["data"]["kind"] == "shipped"
    assert path.stat().st_mode & 0o077 == 0
    assert transport.recover(outbox.latest(1)[0].message_id) == "delivered"
    assert transport.recover("<abc@example.org>") == "unknown"


def test_a_folder_that_cannot_be_written_keeps_its_messages(queue, tmp_path):
    (tmp_path / "out").write_text("a file")
    outbox = queue(told())
    assert "cannot be written" in run(outbox, webhook=way(FileTransport(tmp_path / "out"))).trouble


class Stand:
    """A transport that keeps what it was given."""

    name = "stand"

    def __init__(self, *outcomes):
        self.notes, self.outcomes = [], list(outcomes)

    def send(self, note, *, before_commit):
        before_commit()
        self.notes.append(note)
        return self.outcomes.pop(0) if self.outcomes else SendResult(outcome="sent")

    def recover(self, message_id):
        return "unknown"

    def close(self):
        """Nothing to end."""


def test_what_is_in_doubt_by_sms_is_held_for_a_person(queue):
    outbox = queue(told("a", "sms", "+491701234567"))
    run(outbox, sms=way(Stand(SendResult(outcome="in_doubt", detail="No answer.")), "sms"))
    assert outbox.latest(1)[0].state == "in_doubt"
    run(outbox, NOW + timedelta(days=2), sms=way(Stand(), "sms"))
    assert outbox.latest(1)[0].state == "in_doubt"


def test_a_worker_killed_amid_a_call_leaves_it_in_doubt(queue):
    outbox = queue(told("a", "sms", "+491701234567"))
    row = outbox.latest(1)[0]
    outbox.claim(row, owner="dead", until=NOW, now=NOW)
    outbox.mark_in_data(row.id, owner="dead", message_id="<x@y.org>", transport="twilio", now=NOW)
    stand = Stand()
    run(outbox, NOW + timedelta(hours=1), DeliveryPolicy(alone=True), sms=way(stand, "sms"))
    assert outbox.latest(1)[0].state == "in_doubt"
    assert stand.notes == []


@pytest.mark.parametrize(
    "recipient", ["0170 1234567", "+49", "+49170,+49171", "+491701234567/+491701234568", "a@x.org", "+49\n170123456", "+٤٩١٧٠١٢٣٤٥٦٧"]
)  # fmt: skip
def test_no_cell_dials_two_numbers_or_none(queue, recipient):
    stand = Stand()
    outbox = queue(told("a", "sms", recipient))
    run(outbox, sms=way(stand, "sms"))
    assert outbox.latest(1)[0].state == "held"
    assert "is not a telephone number" in outbox.latest(1)[0].last_error
    assert stand.notes == []


@pytest.mark.parametrize("written", ["+49 170 1234567", "+49 (170) 123-4567", "+49.170.1234567"])
def test_a_number_may_be_spaced(written):
    assert dialled(written) == "+491701234567"


@pytest.mark.parametrize(
    "name", ["", "a b", "../x", "C-7/admin", "C-7?x=1", "c" * 200, "{to}", "a\u202eb"]
)
def test_an_id_is_only_ever_a_plain_name(name):
    with pytest.raises(MailError):
        plain_name(name)


def test_an_sms_of_too_many_parts_is_held(queue):
    outbox = queue(told("a", "sms", "+491701234567"))
    run(outbox, sms=way(Stand(), "sms", most_parts=0))
    assert outbox.latest(1)[0].state == "held"
    assert "most_parts" in outbox.latest(1)[0].last_error


def test_only_to_and_a_limit_by_the_hour_hold_for_each_channel(queue):
    outbox = queue(
        *(told(name, "sms", f"+4917012345{n}") for n, name in enumerate("abc", start=10))
    )
    stand = Stand()
    sms = way(stand, "sms", per_hour=2)
    run(outbox, sms=sms)
    assert [row.state for row in outbox.latest(3)] == ["retry", "sent", "sent"]
    assert "2 left within an hour" in outbox.latest(1)[0].last_error
    run(outbox, NOW + timedelta(minutes=59), sms=sms)
    assert len(stand.notes) == 2
    run(outbox, NOW + timedelta(minutes=60), sms=sms)
    assert len(stand.notes) == 3


def test_only_to_holds_for_each_channel(queue):
    outbox = queue(told("a", "sms", "+491701234567"), told("b", "sms", "+491701234568"))
    run(outbox, sms=way(Stand(), "sms", only_to=frozenset({"+491701234568"})))
    assert [row.state for row in outbox.latest(2)] == ["sent", "suppressed"]


def test_a_call_is_a_task_once(queue, store):
    outbox = queue(told("a", "phone", "+491701234567"))
    book = store.follow_ups(1)
    run(outbox, phone=way(CallTransport(book.log), "phone"))
    (task,) = book.open_tasks()
    assert (task.order_id, task.channel, task.reason) == ("SP-20491", "phone", "call_customer")
    assert task.text.startswith("Call the customer (+491701234567). Shipped: ")
    row = outbox.latest(1)[0]
    assert (row.state, row.transport) == ("sent", "call task")
    note = NoteWriter(composer=composer(), channel="phone").write(row, NOW)
    CallTransport(book.log).send(note, before_commit=lambda: None)
    assert len(book.open_tasks()) == 1


# -- services ---------------------------------------------------------------------------------------

TWILIO = f"twilio://AC{'a' * 32}:{'b' * 32}@+15005550006"


needs_apprise = pytest.mark.skipif(
    importlib.util.find_spec("apprise") is None, reason="the extra channels is not installed"
)
of_its_own = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""A module that apprise's mail service reads in; nothing of ours uses it."""


@pytest.mark.parametrize(
    ("channel", "url"),
    [
        ("sms", "json://169.254.169.254/"), ("sms", "syslog://"), ("app", TWILIO), ("app", "ntfy://ntfy.example.org/x"),
        ("app", "ntfys://ntfy.example.org/x?attach=file:///etc/passwd"), ("sms", TWILIO + "/+491,+492"),
        ("sms", f"{TWILIO} json://example.org"), ("webhook", TWILIO), ("sms", ""),
    ],
)  # fmt: skip
def test_only_known_services_are_used_and_their_url_is_never_told(channel, url):
    with pytest.raises(MailError) as refused:
        ServiceTransport(ServiceSettings(channel=channel, url=url), load=lambda: None)
    assert "b" * 32 not in str(refused.value)
    assert "169.254" not in str(refused.value)
    assert "b" * 32 not in repr(ServiceSettings(channel=channel, url=TWILIO))


def test_without_the_extra_one_sentence_says_what_to_do():
    if importlib.util.find_spec("apprise") is not None:
        pytest.skip("the extra channels is installed, so its absence cannot be shown")
    with pytest.raises(MailError, match=r"sheetsync\[channels\]"):
        load_apprise()


def test_the_recipient_is_the_end_of_the_path_or_stands_where_the_owner_put_it():
    assert with_target("twilio://a:b@+1500?x=1", "+49170") == "twilio://a:b@+1500/+49170?x=1"
    assert (
        with_target("ntfys://h/shop-{to}?priority=high", "C-7")
        == "ntfys://h/shop-C-7?priority=high"
    )


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("Failed to send: Bad Request, error=400.", "refused"), ("error=21211.", "refused"), ("error=20003.", "unreachable"),
        ("error=401.", "unreachable"), ("error=429.", "later"), ("error=503.", "later"), ("error=504.", "in_doubt"),
        ("A Connection error occurred", "in_doubt"), ("", "in_doubt"),
        ("A Connection error occurred\nSocket Exception: (Caused by NewConnectionError(...))", "unreachable"),
    ],
)  # fmt: skip
def test_only_a_code_that_was_answered_is_an_answer(said, outcome):
    assert judged("twilio", said.splitlines()).outcome == outcome


@needs_apprise
@of_its_own
@pytest.mark.parametrize(
    "url",
    [
        TWILIO, "vonage://12345678:abcdefghijklmnop@15005550006",
        "sns://AHIAJGNT76XIMXDBIJYA/bu1dHSdO22pfaaVy/wmNsdljF4C07D3bndi9PQJ9/us-east-2",
    ],
)  # fmt: skip
def test_a_real_service_reaches_one_number(url):
    transport = ServiceTransport(ServiceSettings(channel="sms", url=url))
    made = transport._service("+491701234567")
    assert len(made) == 1
    assert "491701234567" in made.url()
    assert not made.redirects


@needs_apprise
@of_its_own
def test_a_push_message_goes_to_a_server_by_the_real_library(server, queue):
    port = urlsplit(server.address).port
    server.answers = [200, 503, "lost"]
    service = ServiceTransport(
        ServiceSettings(channel="app", url=f"ntfy://127.0.0.1:{port}/shop-{{to}}", timeout=5)
    )
    outbox = queue(told("a", "app"), told("b", "app"), told("c", "app"))
    run(outbox, app=way(service, "app"))
    assert [row.state for row in outbox.latest(3)] == ["in_doubt", "retry", "sent"]
    assert outbox.latest(3)[-1].transport == "ntfy"
    assert server.bodies[0]["topic"] == "shop-C-7"
    assert "SP-20491" in server.bodies[0]["message"]
    assert "x-icon" not in server.calls[0][1]


@pytest.mark.parametrize("locale", ["en", "de"])
def test_every_letter_to_a_customer_can_go_by_every_channel(locale):
    for kind in CUSTOMER_KINDS:
        row = replace(sample(kind, locale), recipient="+491701234567")
        note = NoteWriter(composer=composer(), channel="sms").write(row, NOW)
        assert note.short
        assert note.language.startswith(locale)
        json.dumps(note.as_json())
