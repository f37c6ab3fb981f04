"""Customers over a real mail server: one order through its milestones, and what must never be sent."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default as policy
from pathlib import Path

import pytest
from click.testing import CliRunner

from sheetsync.cli.main import cli
from sheetsync.worker.rebuilding import rebuild_outbox
from tests.support.customers import ADDRESS, CONTACT, MODE, CustomerShop
from tests.support.empty_store import place_empty_store
from tests.support.google_sheets import book_of, served
from tests.support.google_shop import GoogleShop
from tests.support.postbox import Postbox, serving
from tests.support.shop import HEADINGS, TITLES, local, read_tab

SMTP = "{{mode: smtp, host: 127.0.0.1, port: {port}, from: orders@example.org, tls: none}}"
ID_HEADERS = (b"message-id", b"in-reply-to", b"references", b"list-unsubscribe")
STEPS = (
    ("09:00", {"allocated": "✓"}, "processing"),
    ("10:00", {"picked": "✓", "packed": "✓", "carrier": "UPS", "tracking": "1Z999AA10123456784"}, "packed"),
    ("11:00", {"dispatched_at": local("10:50"), "eta": local("00:00", 2)}, "shipped"),
    ("12:00", {"status": "Delayed", "new_eta": local("00:00", 3), "delay_cause": "Weather"}, "delayed"),
    ("13:00", {"status": "Out for Delivery"}, "out_for_delivery"),
    ("14:00", {"status": "Delivery Failed", "next_step": "New delivery attempt"}, "delivery_failed"),
    ("15:00", {"status": "Delivered", "delivered_at": local("14:50")}, "delivered"),
)  # fmt: skip


def letters(box: Postbox) -> list[bytes]:
    """What arrived at customers' addresses."""
    pairs = zip(box.recipients, box.received, strict=True)
    return [content for to, content in pairs if to in {ADDRESS, "ute@example.org"}]


def kind_of(content: bytes) -> str:
    return str(message_from_bytes(content, policy=policy)["X-Sheetsync-Kind"])


def check_the_wire(content: bytes) -> None:
    """The header rules, byte by byte: one recipient, whole ids, no bare line end."""
    head, _, body = content.partition(b"\r\n\r\n")
    assert re.search(rb"(?<!\r)\n", content) is None
    assert max(map(len, content.split(b"\r\n"))) <= 998
    for header in re.split(rb"\r\n(?=[^ \t])", head):
        if header.partition(b":")[0].lower() in ID_HEADERS:
            assert b"=?" not in header
    assert b"multipart/alternative" in head
    assert body.index(b"text/plain") < body.index(b"text/html")
    message = message_from_bytes(content, policy=policy)
    assert len(message["To"].addresses) == 1
    assert message["Cc"] is message["Bcc"] is None


def test_two_orders_through_all_milestones_in_two_languages(tmp_path: Path):
    box = Postbox()
    with serving(box) as port:
        at_once = {"notifications.yaml": [("settle: 3m  ", "settle: 0m  ")]}
        shop = CustomerShop(tmp_path / "shop", mail=SMTP.format(port=port), rules=at_once)
        shop.look(shop.at("08:00"))
        shop.add(
            shop.order("#SP-1", skus="MUG-01 x2"),
            shop.order("#SP-2", customer="Ute Maier", customer_email="ute@example.org",
                       customer_language="de", customer_timezone="Europe/Berlin"),
        )  # fmt: skip
        told = ["order_confirmed"]
        shop.look(shop.at("08:06"))
        for clock, cells, kind in STEPS:
            for order in ("#SP-1", "#SP-2"):
                mine = dict(cells)
                if order == "#SP-2" and "tracking" in mine:
                    mine["tracking"] = "1Z999AA10123456790"
                shop.type_in(order, **mine)
            shop.look(shop.at(clock))
            told.append(kind)
        for clock in ("15:30", "15:31"):
            shop.look(shop.at(clock, 2))
        told.append("feedback_request")
        tab = read_tab(shop.workbook, "Messages")
        shop.rest()
    arrived = letters(box)
    for order, name in (("#SP-1", ADDRESS), ("#SP-2", "ute@example.org")):
        mine = [
            content for to, content in zip(box.recipients, box.received, strict=True) if to == name
        ]
        assert [kind_of(content) for content in mine] == told, order
        assert len({message_from_bytes(content)["Message-ID"] for content in mine}) == len(told)
    for content in arrived:
        check_the_wire(content)
    german = [message_from_bytes(c, policy=policy) for c in arrived if b"ute@example.org" in c]
    text = german[4].get_body(preferencelist=("plain",)).get_content()
    assert "Wetter" in text
    states = [row[1] for row in tab[5:] if row[3] == "customer"]
    assert states.count("sent") == len(arrived)
    assert not any(ADDRESS in str(cell) for row in tab for cell in row)


@pytest.fixture
def shop(tmp_path: Path):
    """A shop that watches, with one confirmed order."""
    shop = CustomerShop(tmp_path / "shop")
    shop.look(shop.at("08:00"))
    shop.add(shop.order("#SP-1"))
    shop.look(shop.at("08:06"))
    shop.look(shop.at("08:10"))
    assert shop.letters() == [("order_confirmed", "sent")]
    yield shop
    shop.rest()


def test_a_quiet_tracker_is_left_alone_once_the_tab_is_written(shop: CustomerShop):
    """The letter of 08:10 left after the tab was written: one pass more writes it, and none after that."""
    written = shop.look(shop.at("08:11"))
    assert (written.outcome, written.cells) == ("done", 0)
    assert [row[1] for row in read_tab(shop.workbook, "Messages")[5:]] == ["sent"]
    before = shop.workbook.read_bytes()
    assert [shop.look(shop.at(clock)).outcome for clock in ("08:12", "08:13")] == ["unchanged"] * 2
    assert shop.workbook.read_bytes() == before


def test_a_tracker_about_which_nothing_was_said_is_left_alone(tmp_path: Path):
    shop = CustomerShop(tmp_path / "shop")
    outcomes = [shop.look(shop.at(clock)).outcome for clock in ("08:00", "08:01", "08:02")]
    assert outcomes[1:] == ["unchanged"] * 2
    shop.rest()


def to_customers(shop: CustomerShop) -> int:
    return sum(ADDRESS in mail.to for mail in shop.mails())


def test_a_lost_store_is_rebuilt_from_the_tab_and_sends_nothing_twice(shop: CustomerShop):
    shop.type_in("#SP-1", status="Delayed", new_eta=local("00:00", 3), delay_cause="Weather")
    for clock in ("09:00", "09:04", "09:05"):
        shop.look(shop.at(clock))
    shop.type_in("#SP-1", allocated="✓")
    shop.look(shop.at("09:30"))
    before = to_customers(shop)
    assert before == 2
    lose_the_store(shop)
    assert shop.look(shop.at("10:00")).outcome == "held"
    with shop.workshop() as workshop:
        done = rebuild_outbox(workshop, shop.now)
    assert done is not None
    assert (done.sent, done.uncertain) == (3, 1), "an escalation among them"
    shop.adopt()
    for clock in ("10:05", "10:30", "11:00"):
        shop.look(shop.at(clock))
    assert to_customers(shop) == before
    assert shop.letters() == [
        ("order_confirmed", "sent"), ("delayed", "sent"), ("processing", "in_doubt"),
    ]  # fmt: skip
    shop.type_in("#SP-1", new_eta=local("00:00", 4))
    for clock in ("12:00", "12:04"):
        shop.look(shop.at(clock))
    assert to_customers(shop) == before + 1, "a new date is news all the same"


def lose_the_store(shop: CustomerShop) -> None:
    shop.rest()
    for file in shop.folder.glob("state.db*"):
        file.unlink()
    place_empty_store(shop.folder / "state.db")


def test_a_letter_leaves_only_after_the_sheet_was_looked_at_once_more(shop: CustomerShop):
    shop.type_in("#SP-1", allocated="✓")
    shop.look(shop.at("09:00"))
    kept = shop.workbook.read_bytes()
    shop.workbook.write_bytes(b"not a workbook")
    for minute in range(4, 12):
        assert shop.look(shop.at(f"09:{minute:02}")).outcome == "failed"
    assert shop.letters()[-1] == ("processing", "pending")
    shop.workbook.write_bytes(kept)
    shop.type_in("#SP-1", allocated=None)
    shop.look(shop.at("09:20"))
    assert shop.letters()[-1] == ("processing", "superseded")
    assert to_customers(shop) == 1


def test_limits_the_night_and_a_switch_stop_letters_and_say_so(tmp_path: Path):
    limits = (
        "limits: {per_person_a_day: 8, per_order_a_day: 8}",
        "limits: {per_person_a_day: 1, per_order_a_day: 8}",
    )
    shop = CustomerShop(tmp_path / "shop", rules={"notifications.yaml": [limits]})
    shop.look(shop.at("08:00"))
    shop.add(shop.order("#SP-1"), shop.order("#SP-2"))
    shop.look(shop.at("08:06"))
    shop.look(shop.at("08:10"))
    assert sorted(state for _, state in shop.letters()) == ["held", "sent"]
    assert "had 1 letter within 24 hours" in "".join(shop.why("order_confirmed"))
    runner = CliRunner()
    assert (
        runner.invoke(cli, ["outbox", "release", "--all", "--config", str(shop.config)]).exit_code
        == 0
    )
    shop.look(shop.at("08:20"))
    assert [state for _, state in shop.letters()] == ["sent", "sent"]
    shop.add(shop.order("#SP-3", customer_email="sipho@example.org", ordered_at=local("20:56")))
    shop.look(shop.at("20:57"))
    shop.look(shop.at("21:30"))
    assert shop.letters()[-1] == ("order_confirmed", "pending"), (
        "it was not to leave before the morning"
    )
    shop.switch("send", "off")
    shop.look(shop.at("08:01", 1))
    assert shop.letters()[-1] == ("order_confirmed", "held")
    assert "are off" in shop.why("order_confirmed")[-1]
    shop.rest()


def test_a_person_sees_a_letter_and_sends_it_once(shop: CustomerShop):
    shop.type_in("#SP-1", status="Delayed")
    shop.look(shop.at("09:00"))
    shop.rest()

    def notify(*arguments: str):
        return CliRunner().invoke(cli, ["notify", *arguments, "--config", str(shop.config)])

    assert "needs Revised ETA and Delay Cause" in str(notify("#SP-1").exception)
    assert "Did you mean #SP-1" in str(notify("#sp-1").exception)
    shown = notify("#SP-1", "order_confirmed", "--preview")
    assert shown.exit_code == 0, shown.output
    assert f"To:      {ADDRESS}" in shown.output
    assert "The customer had 1 letter of this kind" in shown.output
    assert len(shop.letters()) == 1
    assert notify("#SP-1", "order_confirmed", "--yes").exit_code == 0
    assert "waits already" in str(notify("#SP-1", "order_confirmed", "--yes").exception)
    shop.rest()
    shop.look(shop.at("09:10"))
    assert to_customers(shop) == 2


def test_on_a_google_sheet_the_tab_is_written_and_a_lost_store_is_rebuilt_from_it(tmp_path: Path):
    headings = (*HEADINGS, *(TITLES[key] for key in CONTACT))
    rules = {"notifications.yaml": [(MODE, "mode: send #")]}
    with served(book_of([headings])) as server:
        shop = GoogleShop(tmp_path / "shop", server, rows=[headings], rules=rules)
        shop.look(shop.at("08:00"))
        shop.add({"order_id": "#SP-1", "customer_email": ADDRESS})
        for clock in ("08:06", "08:11", "08:16"):
            shop.look(shop.at(clock))
        assert len(shop.mails()) == 1
        assert "order_confirmed|#SP-1|0.0" in shop.tab("Messages")
        assert ADDRESS not in shop.tab("Messages")
        for file in shop.folder.glob("state.db*"):
            file.unlink()
        place_empty_store(shop.folder / "state.db")
        with shop.workshop() as workshop:
            done = rebuild_outbox(workshop, shop.now)
            (row,) = workshop.store.outbox(workshop.state.id).latest(9)
        assert done is not None
        assert (done.sent, row.state, row.sent_at) == (1, "sent", shop.at("08:11"))
