"""A mail that left stays where it is; an escalation is told again only if it falls due anew."""

from __future__ import annotations

import pytest

from sheetsync.worker.undo import carry_out_undo, look_at_undo
from tests.support.open_shop import OpenShop
from tests.support.shop import Shop


def undo(shop, number, moment):
    """Take the pass back at `moment`; what was planned and what was done."""
    shop.now = moment
    with shop.workshop() as workshop:
        planned = look_at_undo(workshop, number, moment)
        return planned, carry_out_undo(workshop, planned)


def address(to):
    return to.partition("<")[2].strip(">") or to


@pytest.fixture(scope="module")
def flagged(tmp_path_factory):
    """Pass 3 flagged #SP-1 under a limit of four minutes instead of four hours, and mailed."""
    shop = OpenShop(tmp_path_factory.mktemp("late") / "shop")
    shop.add({"order_id": "#SP-1", "allocated": "✓"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked="✓")
    shop.look(shop.at("08:12"))
    shop.edit_rules(
        "sla.yaml", "within: 4h}                                   # [S0]", "within: 4m} #"
    )
    shop.look(shop.at("08:20"))
    shop.rest()
    return shop, shop.snapshot()


@pytest.fixture
def late(flagged):
    """That shop, for one test."""
    shop, snapshot = flagged
    shop.restore(snapshot)
    shop.now = shop.at("08:20")
    yield shop
    shop.rest()


def mend(shop):
    shop.edit_rules(
        "sla.yaml", "within: 4m} #", "within: 4h}                                   # [S0]"
    )


def test_it_says_what_left_and_to_whom(late):
    assert late.mails()
    planned, _ = undo(late, 3, late.at("08:30"))
    assert {m.recipient for m in planned.record.messages} == {
        address(mail.to) for mail in late.mails()
    }
    assert {m.state for m in planned.record.messages} == {"sent"}


def test_under_the_mended_rule_the_true_breach_is_told(late):
    first = len(late.mails())
    mend(late)
    undo(late, 3, late.at("08:30"))
    late.look(late.at("08:32"))
    late.look(late.at("11:00"))
    assert len(late.mails()) == first
    assert not str(late.cell("#SP-1", "sla")).startswith("Breached")
    late.look(late.at("12:13"))
    assert len(late.mails()) > first
    assert str(late.cell("#SP-1", "sla")).startswith("Breached")
    ids = [mail.message_id for mail in late.mails()]
    assert len(set(ids)) == len(ids)


def test_without_an_undo_the_true_breach_would_be_told_to_nobody_again(late):
    first = len(late.mails())
    mend(late)
    late.look(late.at("08:32"))
    late.look(late.at("12:13"))
    assert len(late.mails()) == first


def test_while_the_wrong_rule_stands_the_same_is_not_mailed_again(late):
    first = late.mails()
    undo(late, 3, late.at("08:30"))
    for minute in ("08:32", "08:40", "09:30"):
        late.look(late.at(minute))
    assert late.mails() == first


def test_undoing_the_undo_brings_the_escalation_back(late):
    first = len(late.mails())
    mend(late)
    _, done = undo(late, 3, late.at("08:30"))
    undo(late, done.number, late.at("08:40"))
    late.look(late.at("12:13"))
    assert len(late.mails()) == first


def test_a_mail_that_waits_is_called_off(tmp_path):
    shop = Shop(
        tmp_path / "shop", mail="{mode: smtp, host: 127.0.0.1, port: 1, from: a@example.org}"
    )
    shop.add({"order_id": "#SP-1", "allocated": "✓"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked="✓")
    shop.look(shop.at("08:12"))
    shop.look(shop.at("12:30"))
    planned, _ = undo(shop, 3, shop.at("12:32"))
    assert planned.record.waiting
    with shop.workshop() as workshop:
        rows = workshop.store.outbox(workshop.state.id).latest(9)
    assert {row.state for row in rows} == {"superseded"}
