"""Vendors over a real mail server: asked once, answered by a coded reply, never about another vendor's orders."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default as policy
from pathlib import Path

import pytest

from sheetsync.worker.vendor_answers import ReplyMail, take_reply
from tests.support.open_shop import OpenShop
from tests.support.opened import opened
from tests.support.postbox import Postbox, serving
from tests.support.shop import HEADINGS, TITLES, read_tab

SMTP = "{{mode: smtp, host: 127.0.0.1, port: {port}, from: orders@example.org, tls: none}}"
COLUMNS = ("vendor_confirmed", "vendor_confirmed_at", "vendor_note", "vendor_ship_at", "ship_to")
MODE = [("  mode: off\n  window: 10m", "  mode: send\n  window: 10m")]
VENDORS = (
    ("Vendor ID", "Name", "Email", "Confirm SLA (h)", "Ships To Customer"),
    ("V7", "Acme Traders", "acme@example.org", 8, ""),
    ("V9", "Karoo Stoneware", "karoo@example.org", 8, "Yes"),
)


class VendorShop(OpenShop):
    """A shop with a tab Vendors, that writes to them."""

    def __init__(self, folder: Path, port: int) -> None:
        headings = (*HEADINGS, *(TITLES[key] for key in COLUMNS))
        super().__init__(
            folder,
            mail=SMTP.format(port=port),
            rules={"notifications.yaml": MODE},
            headings=headings,
        )
        book = opened(self.workbook)
        tab = book.create_sheet("Vendors")
        for row in VENDORS:
            tab.append(row)
        book.save(self.workbook)

    def reply(self, message_id: str, subject: str, text: str):
        """A vendor's mail, as whoever reads the mailbox hands it over."""
        with self.workshop() as workshop:
            mail = ReplyMail(message_id=message_id, subject=subject, text=text, at=self.now)
            return [
                (each.order_id, each.outcome)
                for each in take_reply(workshop.store, workshop.state, mail)
            ]


@pytest.fixture
def box():
    return Postbox()


@pytest.fixture
def shop(tmp_path: Path, box: Postbox):
    with serving(box) as port:
        shop = VendorShop(tmp_path / "shop", port)
        shop.look(shop.at("08:00"))
        shop.add(
            {"order_id": "#SP-1", "skus": "MUG-01 x2", "vendor": "V7", "notes": "a secret note"},
            {"order_id": "#SP-2", "skus": "TEE-L x1", "vendor": "Acme Traders"},
            {"order_id": "#SP-3", "vendor": "V9", "ship_to": "12 Long Street; 8001 Cape Town"},
        )
        for clock in ("08:05", "08:16", "08:17"):
            shop.look(shop.at(clock))
        yield shop
        shop.rest()


def text_of(content: bytes) -> str:
    return str(
        message_from_bytes(content, policy=policy).get_body(preferencelist=("plain",)).get_content()
    )


def letter_to(box: Postbox, address: str) -> bytes:
    (found,) = [m for to, m in zip(box.recipients, box.received, strict=True) if to == address]
    return found


def codes(text: str) -> dict[str, str]:
    return {code.split()[0]: code for code in re.findall(r"\[([^\]]+ V\d+-[a-z2-7]+)\]", text)}


def test_each_vendor_gets_one_letter_with_only_their_own(shop, box):
    acme, karoo = (text_of(letter_to(box, f"{name}@example.org")) for name in ("acme", "karoo"))
    assert {"#SP-1", "#SP-2"} <= set(acme.split())
    assert "12 Long Street" in karoo
    assert not any(words in acme for words in ("#SP-3", "Long Street", "secret"))
    message = message_from_bytes(letter_to(box, "acme@example.org"), policy=policy)
    assert len(message["To"].addresses) == 1
    assert message["Cc"] is message["Bcc"] is None
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_coded_reply_fills_the_row_once_for_ever(shop, box):
    acme = text_of(letter_to(box, "acme@example.org"))
    quoted = "\n".join(f"> {line}" for line in acme.splitlines())
    text = f"SP-1 CONFIRM\nSP-1 SHIP 2026-03-11\nSP-2 CANNOT sold out\n\n{quoted}"
    shop.now = shop.at("09:00")
    assert shop.reply("<a@acme>", "Re: 2 orders", text) == [("#SP-1", "kept"), ("#SP-2", "kept")]
    assert shop.reply("<a@acme>", "Re: 2 orders", text) == [("#SP-1", "known"), ("#SP-2", "known")]
    for clock in ("09:01", "09:02", "09:03"):
        shop.look(shop.at(clock))
    assert shop.cell("#SP-1", "vendor_confirmed") == "Yes"
    assert shop.cell("#SP-2", "vendor_confirmed") == "No"
    assert shop.cell("#SP-2", "vendor_note") == "sold out"
    assert str(shop.cell("#SP-1", "vendor_ship_at")).startswith("2026-03-11")
    assert str(shop.cell("#SP-1", "vendor_confirmed_at")).endswith("09:00:00")
    assert "cannot send all of this order" in shop.cell("#SP-2", "check")
    shop.look(shop.at("16:30"))
    assert box.recipients.count("acme@example.org") == 1


def test_a_reply_to_an_assignment_that_is_over_is_refused(shop, box):
    mine = codes(text_of(letter_to(box, "acme@example.org")))
    shop.type_in("#SP-1", vendor="V9", ship_to="7 Kloof Road")
    shop.look(shop.at("09:00"))
    assert shop.reply("<b@acme>", f"[{mine['SP-1']}]", "CONFIRM") == [("#SP-1", "refused")]
    assert shop.reply("<c@acme>", "[SP-2 V1-aaaaaaaaaa]", "CONFIRM") == [("#SP-2", "refused")]
    shop.look(shop.at("09:01"))
    assert shop.cell("#SP-1", "vendor_confirmed") is None
    assert shop.cell("#SP-2", "vendor_confirmed") is None


def test_a_reply_against_a_persons_cell_is_named_in_check_and_messages(shop, box):
    mine = codes(text_of(letter_to(box, "acme@example.org")))
    shop.type_in("#SP-1", vendor_confirmed="Yes")
    shop.look(shop.at("09:00"))
    shop.now = shop.at("09:05")
    shop.reply("<d@acme>", f"[{mine['SP-1']}]", "CANNOT")
    for clock in ("09:06", "09:07"):
        shop.look(shop.at(clock))
    assert shop.cell("#SP-1", "vendor_confirmed") == "Yes"
    assert "by mail" in shop.cell("#SP-1", "check")
    assert any(
        "by mail" in str(cell) for row in read_tab(shop.workbook, "Messages") for cell in row
    )


def test_switched_off_while_a_letter_waits_nothing_leaves(tmp_path, box):
    with serving(box) as port:
        shop = VendorShop(tmp_path / "shop", port)
        shop.look(shop.at("18:00"))
        shop.add({"order_id": "#SP-1", "vendor": "V7"})
        shop.look(shop.at("20:05"))
        shop.look(shop.at("20:16"))
        shop.edit_rules("notifications.yaml", "  mode: send\n  window", "  mode: off\n  window")
        for hours in (1, 12, 13):
            shop.look(shop.at("20:16") + timedelta(hours=hours))
        shop.rest()
    assert "acme@example.org" not in box.recipients
