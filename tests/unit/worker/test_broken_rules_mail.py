"""Broken rules: the last good set works on, and the people in charge are told once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sheetsync.domain.rules import Person
from sheetsync.worker.rules_alarm import broken_rules_notices, people_in_charge
from tests.support.shop_desk import ShopDesk


@pytest.fixture
def desk(tmp_path):
    desk = ShopDesk(tmp_path)
    desk.order("#1")
    desk.save()
    desk.run_at("2026-03-02 09:00")
    yield desk
    desk.close()


def spoil(desk, old="within: 2h", new="within: 2hurs"):
    file = desk.folder / "rules" / "sla.yaml"
    file.write_text(file.read_text().replace(old, new))


def mails(desk):
    with desk.open() as shop:
        return [
            row for row in shop.store.outbox(shop.state.id).latest(20) if row.kind == "rules-broken"
        ]


def test_a_mail_goes_out_once_although_nothing_else_happens(desk):
    spoil(desk)
    results = [desk.run_at(f"2026-03-02 09:{minute:02}") for minute in (2, 4, 6)]
    assert {result.outcome for result in results} <= {"done", "unchanged"}
    (mail,) = mails(desk)
    assert (mail.recipient, mail.state) == ("ops@example.org", "sent")
    assert "sla.yaml:42" in mail.context["problems"][0]
    [letter] = (desk.folder / "mails").rglob("*.eml")
    assert "2hurs" in letter.read_text()


def test_another_mistake_is_told_anew(desk):
    spoil(desk)
    desk.run_at("2026-03-02 09:02")
    spoil(desk, "within: 2hurs", "within: 2huers")
    desk.run_at("2026-03-02 09:04")
    assert len(mails(desk)) == 2


def test_good_rules_tell_nobody(desk):
    desk.run_at("2026-03-02 09:02")
    assert mails(desk) == []


def test_without_an_operations_manager_the_highest_level_is_told(desk):
    escalation = desk.rules().escalation
    people = {name: who for name, who in escalation.people.items() if name != "ops_manager"}
    found = people_in_charge(replace(escalation, people=people))
    assert [address for person in found for address in person.addresses] == ["director@example.org"]


def test_no_problem_makes_no_notice(desk):
    with desk.open() as shop:
        assert broken_rules_notices(shop.rules(desk.now), "tracker.xlsx") == ()


def test_a_role_that_the_tab_staff_fills_is_told_by_its_fallback(desk):
    escalation = desk.rules().escalation
    lead = escalation.people["floor_lead"]
    chief = Person(id="ops_manager", staff_role="Boss", fallback="floor_lead", source=lead.source)
    people = {**escalation.people, "ops_manager": chief}
    assert people_in_charge(replace(escalation, people=people)) == (lead,)
    people["floor_lead"] = replace(lead, addresses=())
    found = people_in_charge(replace(escalation, people=people))
    assert found
    assert all(person.addresses for person in found)
