"""The tab Messages: every outcome in words, nobody's address, and marks that can be read back."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import get_args

import pytest

from sheetsync.domain.messages_tab import MessageLine, layout, masked, read_lines
from sheetsync.domain.milestones.memory import Telling, notice_key, parts_of
from sheetsync.domain.tabs import Tab
from sheetsync.messages.outbox import State

AT = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
ZONE = "Africa/Johannesburg"


def line(state: str = "sent", **more: object) -> MessageLine:
    facts = {
        "at": AT, "state": state, "orders": ("#SP-1",), "audience": "customer",
        "recipient": "thandi@example.org", "kind": "shipped", "channel": "email",
        "message_id": "<a@b>", "mark": "shipped|#SP-1|0.0",
    }  # fmt: skip
    return MessageLine(**{**facts, **more})  # type: ignore[arg-type]


def rows(tab: Tab) -> list[list[object]]:
    """The cells of a tab as a reader gets them."""
    found: dict[int, dict[int, object]] = {}
    for box in tab.boxes:
        value = 46_090.5 if isinstance(box.value, datetime) else box.value
        found.setdefault(box.row, {})[box.column] = value
    return [
        [found.get(row, {}).get(column) for column in range(10)] for row in range(max(found) + 1)
    ]


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("pending", "queued"), ("claimed", "queued"), ("retry", "queued"), ("in_data", "uncertain"),
        ("in_doubt", "uncertain"), ("sent", "sent"), ("failed", "failed"), ("held", "held"),
        ("superseded", "skipped"), ("suppressed", "skipped"), ("dropped", "skipped"), ("waiting", "waiting"),
    ],
)  # fmt: skip
def test_every_state_has_its_word(state, word):
    assert rows(layout([line(state)], ZONE))[5][1] == word
    assert state == "waiting" or state in get_args(State)


def test_every_state_of_an_outbox_can_be_shown():
    for state in get_args(State):
        layout([line(state)], ZONE)


def test_people_outside_are_shown_in_part_and_our_own_in_full():
    tab = layout(
        [line(), line(audience="vendor"), line(audience="staff", recipient="lead@example.org")],
        ZONE,
    )
    assert [row[4] for row in rows(tab)[5:]] == [
        "t…@example.org",
        "t…@example.org",
        "lead@example.org",
    ]
    assert [masked(text) for text in ("", "@x.org", "nonsense")] == ["", "…", "…"]


def test_marks_are_read_back_however_the_tab_was_sorted():
    lines = [line(mark=f"shipped|#SP-{n}|0.{n}", orders=(f"#SP-{n}",)) for n in range(9)]
    cells = rows(layout([*lines, line("waiting", mark="")], ZONE, more=3))
    head, body = cells[:5], cells[5:]
    random.Random(7).shuffle(body)
    columns = list(range(10))
    random.Random(8).shuffle(columns)
    turned = [[row[column] for column in columns] for row in [*head, *body]]
    found = read_lines(turned)
    assert {each.mark for each in found} == {each.mark for each in lines}
    assert {(each.state, each.audience, each.at, each.message_id) for each in found} == {
        ("sent", "customer", 46_090.5, "<a@b>")
    }


def test_another_tab_of_that_name_holds_no_marks():
    assert read_lines([["When", "What"], [1, "x"]]) == []
    assert read_lines([]) == []
    assert read_lines([["When", "State", "Mark"], [None, None, None], ["x"]]) == []


@pytest.mark.parametrize("order", ["#SP-1", "A|B", "12.5", "x|0.0|y"])
def test_a_mark_says_which_notice_of_which_order_it_is(order):
    key = notice_key("shipped", order, Telling(cycle=2, number=13))
    assert parts_of(key) == ("shipped", order, 2, 13)


@pytest.mark.parametrize(
    "text", ["", "escalation-4b01", "shipped|#SP-1", "shipped|#SP-1|x.0", "|#SP-1|0.0x"]
)
def test_what_is_no_mark_of_a_notice_is_none(text):
    assert parts_of(text) is None
