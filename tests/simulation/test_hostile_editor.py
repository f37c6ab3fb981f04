"""Somebody with full write access to the sheet: never more mails than the caps, never a word of theirs in one.

A failure prints its seed; SHEETSYNC_SEED=7 plays that day alone, SHEETSYNC_SEEDS=500 plays many.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default as policy
from random import Random

import pytest

from sheetsync.domain.rules import Rulebook
from sheetsync.worker.holding import MOST_ALERTS
from sheetsync.worker.one_pass import Ports
from tests.support.orders_builder import shipped_rules
from tests.support.shop import TITLES
from tests.support.working_day import Day

SEEDS = (
    [int(os.environ["SHEETSYNC_SEED"])]
    if "SHEETSYNC_SEED" in os.environ
    else list(range(int(os.environ.get("SHEETSYNC_SEEDS", "2"))))
)
PASSES = 18
PER_PASS, PER_DAY = 4, 9
WORDS = ("canary", "evil.example", "<img src", "bcc:", "hyperlink")
PAYLOADS = (
    "CANARY wants you to pay at https://evil.example/now",
    "canary@evil.example", "a@evil.example, b@evil.example",
    '=HYPERLINK("https://evil.example","CANARY")', "＝1+1 CANARY",
    "<img src=x onerror=CANARY>", "</td><b>CANARY</b>", "CANARY\r\nBcc: all@evil.example",
    "{{ 7*7 }} CANARY {% raw %}", "\u202eCANARY\u202c", "CANARY\0", "www.evil.example/CANARY-1",
    "evil.example", "CANARY " * 900,
)  # fmt: skip


class Vandal(Day):
    """A working day on which somebody types what harms most, wherever it may harm."""

    def ports(self) -> Ports:
        return replace(super().ports(), told_as="memory")

    def act(self) -> None:
        acts = (
            self.scribble, self.scribble, self.scribble, self.rename_order, self.new_late_order,
            self.raise_exception, self.toggle, self.rename_heading, self.wreck, self.retitle, self.tick,
            self.back_date, self.sort, self.double,
        )  # fmt: skip
        act = self.dice.choice(acts)
        self.trace.append(act.__name__)
        act()

    def payload(self) -> str:
        return self.dice.choice(PAYLOADS)

    def scribble(self) -> None:
        for key in (
            "handler",
            "vendor",
            "priority",
            "carrier",
            "customer",
            "notes",
            "status",
            "ack",
        ):
            if TITLES[key] in self.tracker.cells[0] and self.dice.random() < 0.5:
                self.put(self.row(), key, self.payload())

    def rename_order(self) -> None:
        self.put(self.row(), "order_id", f"{self.payload()} {self.dice.randrange(10**6)}")

    def new_late_order(self) -> None:
        self.heal()
        self.insert_row()
        self.back_date()

    def back_date(self) -> None:
        row = self.row()
        self.put(row, "ordered_at", 46000.0)
        self.put(row, "promised_at", 46001.0) if TITLES["promised_at"] in self.tracker.cells[
            0
        ] else None

    def raise_exception(self) -> None:
        for _ in range(3):
            word = self.dice.choice(("Delivery Failed", "Payment Failed", "Backordered", "Delayed"))
            self.put(self.row(), "status", word)

    def toggle(self) -> None:
        for row in self.tracker.cells[1:]:
            row.extend([None] * (len(self.tracker.cells[0]) - len(row)))
            row[self.column("status")] = self.dice.choice((None, "Delivered", "Delayed", "On Hold"))

    def rename_heading(self) -> None:
        """The heading goes away, which holds the tracker, or comes back, which releases it."""
        head = self.tracker.cells[0]
        if TITLES["status"] in head:
            head[head.index(TITLES["status"])] = self.payload()
            self.lost = head.index(next(h for h in head if h not in TITLES.values()))
        else:
            self.heal()

    def wreck(self) -> None:
        for row in self.tracker.cells[1 : 1 + len(self.tracker.cells) // 2]:
            row[0] = self.payload()

    def retitle(self) -> None:
        self.tracker.name = self.payload()

    def heal(self) -> None:
        """Put back the heading that was taken away, if one was."""
        head = self.tracker.cells[0]
        if TITLES["status"] not in head:
            head[self.lost] = TITLES["status"]

    def column(self, key: str) -> int:
        if key == "status":
            self.heal()
        return super().column(key)


def rules() -> Rulebook:
    shipped = shipped_rules()
    limits = {"max_emails_per_pass": PER_PASS, "max_emails_per_day": PER_DAY}
    return replace(shipped, escalation=replace(shipped.escalation, **limits))


def said(letter) -> str:
    """Everything that a reader or a mail program can see of a letter, decoded."""
    message = message_from_bytes(letter.message.as_bytes(), policy=policy)
    bodies = [
        part.get_content() for part in message.walk() if part.get_content_maintype() == "text"
    ]
    return "\n".join([*(f"{name}: {value}" for name, value in message.items()), *bodies]).casefold()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hostile_editor_never_gets_more_than_the_cap_nor_a_word_into_a_mail(tmp_path, seed):
    book = rules()
    known = {
        address
        for person in book.escalation.people.values()
        for address in (*person.addresses, *person.directory.values())
    }
    day = Vandal(tmp_path, book, Random(seed))
    try:
        day.look()
        for _ in range(PASSES):
            before = len(day.tray.letters)
            day.now += timedelta(minutes=day.dice.choice((2, 2, 9, 40)))
            for _ in range(day.dice.randrange(1, 7)):
                day.act()
            day.look()
            about_orders = [mail for mail in day.tray.letters[before:] if is_about_orders(mail)]
            assert len(about_orders) <= PER_PASS
        letters = day.tray.letters
        assert {letter.recipient for letter in letters} <= known
        told = [said(letter) for letter in letters]
        leaks = [
            text[max(text.find(word) - 80, 0) : text.find(word) + 80]
            for text in told
            for word in WORDS
            if word in text
        ]
        assert leaks == []
        assert sum(map(is_about_orders, letters)) <= PER_DAY
        assert len(letters) - sum(map(is_about_orders, letters)) <= MOST_ALERTS
        assert letters or seed > 1, "the vandal achieved nothing, so nothing was tried"
    finally:
        day.store.close()


def is_about_orders(letter) -> bool:
    return letter.message["X-Sheetsync-Kind"] == "escalation"
