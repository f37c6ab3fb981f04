"""The oracle counts what is wrong: each thing that a killed worker could leave, put there by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from tests.sheets_server.model import Book
from tests.simulation.kills.mail_count import MailVerdict, count_mails
from tests.simulation.kills.mailbox import Handing
from tests.simulation.kills.oracle import (
    LOST_EDIT,
    STAMP,
    UNSETTLED,
    WRONG_ROW,
    Finding,
    SheetOracle,
)
from tests.simulation.kills.truth import Order, Truth
from tests.support.google_sheets import SheetPerson, book_of
from tests.support.shop import HEADINGS, TITLES

NOON = datetime(2026, 3, 9, 12, 0)
NOW = NOON.replace(tzinfo=UTC)
LEAD, HANDLER = "lead@example.org", "anna@example.org"


@pytest.fixture
def truth() -> Truth:
    """One order that is late, one that was picked just now, one that is new."""
    late = Order("#K-1", "Anna", {"picked_at": NOON - timedelta(hours=5)}, late=True)
    late.ticked = {"allocated": NOW, "picked": NOW}
    picked = Order("#K-2", "Anna", {"notes": "ring first"}, {"allocated": NOW, "picked": NOW})
    return Truth({"#K-1": late, "#K-2": picked, "#K-3": Order("#K-3", "Anna")})


@pytest.fixture
def book(truth: Truth) -> Book:
    """The sheet as it must look in the end."""
    made = book_of([HEADINGS])
    hand = SheetPerson(made, "Orders", TITLES)
    for order in truth.orders.values():
        hand.add([order.order_id])
        cells: dict[str, Any] = {"status": order.status, **order.typed}
        cells |= {"sla": "Breached"} if order.late else {}
        for box in order.ticked:
            cells = {box: True, f"{box}_at": NOON, **cells}
        if "picked" in order.ticked:
            cells["sla_due"] = cells["picked_at"] + timedelta(hours=4)
        for key, value in cells.items():
            hand.type_in(order.order_id, key, value)
    return made


def judged(book: Book, truth: Truth, **typed: tuple[str, Any]) -> list[Finding]:
    """What is found after so many cells were changed: column=(order, value)."""
    oracle = SheetOracle(book, truth, UTC)
    oracle.after_a_pass()
    hand = SheetPerson(book, "Orders", TITLES)
    for key, (order, value) in typed.items():
        hand.type_in(order, key, value)
    oracle.in_the_end(NOW + timedelta(minutes=1))
    return sorted(oracle.found)


def test_a_sheet_as_it_must_be_is_right(book: Book, truth: Truth):
    assert judged(book, truth) == []


@pytest.mark.parametrize(
    ("cell", "kind", "said"),
    [
        ({"packed_at": ("#K-3", NOON)}, WRONG_ROW, "the box was never ticked"),
        ({"notes": ("#K-2", None)}, LOST_EDIT, "somebody typed 'ring first'"),
        ({"picked_at": ("#K-1", NOON)}, LOST_EDIT, "somebody typed"),
        ({"allocated_at": ("#K-2", NOON + timedelta(seconds=9))}, STAMP, "was"),
        ({"allocated_at": ("#K-2", None)}, STAMP, "it is None, ticked"),
        ({"status": ("#K-2", "Pending")}, UNSETTLED, "not 'Packing'"),
        ({"sla": ("#K-3", "Breached")}, UNSETTLED, "it says 'Breached'"),
        ({"sla_due": ("#K-2", NOON)}, UNSETTLED, "picked at"),
        ({"order_id": ("#K-3", "#K-2")}, WRONG_ROW, "doubled ['#K-2'], gone ['#K-3']"),
    ],
)
def test_whatever_is_wrong_in_the_sheet_is_said(
    book: Book, truth: Truth, cell: dict[str, tuple[str, Any]], kind: str, said: str
):
    found = judged(book, truth, **cell)
    assert any(one.kind == kind and said in one.words for one in found), found


def test_a_cell_that_was_named_to_people_is_told_from_others():
    said = "Under “Status” of #K-2 stands “Pending”, which may be ours or a person's; please look at it."
    assert Finding(LOST_EDIT, "#K-2", "status", "gone").is_named_in(said)
    assert Finding(UNSETTLED, "#K-2", "sla", "not as it must be").is_named_in(said)
    assert not Finding(LOST_EDIT, "#K-2", "notes", "gone").is_named_in(said)
    assert not Finding(LOST_EDIT, "#K-21", "status", "gone").is_named_in(said)


def mail(
    life: int, to: str, orders: str = "#K-1", number: str = "<1@x>", text: str = ""
) -> Handing:
    """A mail that the worker of this life began to hand over; without orders it never arrived."""
    message = EmailMessage()
    message["Subject"], message["Message-ID"] = orders, number
    message.set_content(text or f"{orders} is late.")
    return Handing(life, to, bytes(message) if orders else b"")


def counted(truth: Truth, *handings: Handing, held: frozenset[str] = frozenset()) -> MailVerdict:
    """The verdict where worker 0 was killed and worker 1 was not."""
    return count_mails(truth, handings, killed=[0], held=set(held))


BOTH = (mail(1, HANDLER), mail(1, LEAD, number="<2@x>"))


def test_mails_that_were_due_and_arrived_once_are_right(truth: Truth):
    verdict = counted(truth, *BOTH)
    assert (verdict.due, verdict.sent, verdict.doubled) == (2, 2, 0)
    assert verdict.lost == verdict.broken == []


def test_a_copy_is_excused_by_a_kill_in_its_handing_over_alone(truth: Truth):
    excused = counted(truth, mail(0, HANDLER), *BOTH)
    assert (excused.doubled, excused.broken) == (1, [])
    for handings in (
        (mail(0, HANDLER), mail(0, LEAD, "", "<2@x>"), *BOTH),
        (mail(1, HANDLER), *BOTH),
    ):
        assert "no kill excuses it" in counted(truth, *handings).broken[0]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((mail(1, LEAD, number="<3@x>"),), "was told by two mails"),
        ((mail(1, LEAD, "#K-2", number="<3@x>"),), "that was not due"),
        ((mail(1, LEAD, "nothing", number="<3@x>"),), "arrived torn"),
        ((mail(0, HANDLER, text="#K-1 is on time."),), "with another text"),
    ],
)
def test_mails_that_nobody_should_get_are_said(truth: Truth, more: tuple[Handing, ...], said: str):
    assert any(said in words for words in counted(truth, *more, *BOTH).broken)


def test_a_mail_that_never_arrived_is_lost_unless_it_waits_visibly(truth: Truth):
    begun = mail(0, HANDLER, "")
    assert counted(truth, begun, BOTH[1]).lost == [f"#K-1 was never told to {HANDLER}"]
    assert counted(truth, begun, BOTH[1], held=frozenset({"#K-1"})).lost == []
