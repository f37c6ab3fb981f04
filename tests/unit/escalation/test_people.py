"""Whom a role means: addresses, the tab Staff, the tab Vendors, and never nobody without a word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sheetsync.domain.addresses import is_one_address
from sheetsync.domain.columns import ReadingOptions
from sheetsync.domain.companions import Companions, read_companions
from sheetsync.domain.companions.asked import companions_asked
from sheetsync.domain.escalation.people import recipients_of
from sheetsync.domain.escalation.reach import unknown_names, unreached
from sheetsync.domain.escalation.speakable import name_words
from sheetsync.domain.model import Sheet, TabRows
from sheetsync.domain.rules import Person
from sheetsync.errors import MailError
from sheetsync.messages.addresses import parse_address
from sheetsync.messages.render import Renderer
from tests.support.clock_scene import rulebook, target
from tests.support.escalation_desk import HERE, Office, ladders, level, mails, policy, rule
from tests.support.rules_builder import calendar

STAFF = [
    ["Name", "Role", "Email", "Active"],
    ["Thabo", "Handler, Floor lead", "thabo@example.org", True],
    ["Lerato", "Handler", "lerato@example.org", False],
    ["Ann", "floor LEAD", "", True],
    ["Bob", "Buyer", "bob@example", True],
    ["Visit evil.example now", "Auditor", "audit@example.org", True],
]
VENDORS = [
    ["Vendor ID", "Name", "Email", "Backup Contact"],
    ["V-1", "Acme Traders", "orders@acme.example", ""],
    ["V-2", "Best Mugs", "not an address", "backup@best.example"],
    ["V-3", "Silent", "", ""],
    ["V-4", "Twin", "a@twin.example"],
    ["V-5", "Twin", "b@twin.example"],
]
PEOPLE = {
    "lead": Person(id="lead", addresses=("lead@example.org",), source=HERE),
    "leads": Person(id="leads", staff_role="Floor Lead", fallback="lead", source=HERE),
    "buyers": Person(id="buyers", staff_role="Buyer", fallback="lead", source=HERE),
    "nobody": Person(id="nobody", staff_role="Chief", fallback="lead", source=HERE),
    "auditors": Person(id="auditors", staff_role="auditor", fallback="lead", source=HERE),
    "handler": Person(
        id="handler", from_column="handler", tab="Staff", fallback="lead", source=HERE,
        directory={"lerato": "old@example.org", "zoe": "zoe@example.org"}, names={"zoe": "Zoe"},
    ),
    "vendor": Person(id="vendor", from_column="vendor", tab="Vendors", fallback="lead", source=HERE),
}  # fmt: skip
TITLES = {"handler": "Handled By", "vendor": "Vendor"}


def companions(staff=STAFF, vendors=VENDORS) -> Companions:
    tabs = {
        title: TabRows(title=title, rows=rows, row_numbers=range(1, len(rows) + 1))
        for title, rows in (("Staff", staff), ("Vendors", vendors))
        if rows is not None
    }
    sheet = Sheet(tracker="t", tab="Orders", rows=[], row_numbers=[], timezone="UTC", tabs=tabs)
    return read_companions(sheet, ReadingOptions())


def told(role, found=None, **cells):
    """(address, name, audience) of everybody, and the note of the first."""
    people = recipients_of(
        (role,), PEOPLE, lambda key: cells.get(key, ""), TITLES, found or companions()
    )
    return [(p.address, p.name, p.audience) for p in people], people[0].note


class TestRoles:
    def test_a_role_is_everybody_active_with_an_address(self):
        assert told("leads") == ([("thabo@example.org", "Thabo", "staff")], "")

    @pytest.mark.parametrize("role", ["nobody", "buyers"])
    def test_a_role_that_nobody_reachable_has_goes_to_the_fallback_with_a_word(self, role):
        people, note = told(role)
        assert people == [("lead@example.org", "Lead", "staff")]
        assert note == (
            "Nobody in the tab Staff has the role that this goes to. It comes to you instead."
        )

    def test_without_the_tab_a_role_goes_to_the_fallback(self):
        assert told("leads", companions(staff=None))[0] == [("lead@example.org", "Lead", "staff")]

    def test_what_is_no_name_is_not_told_as_one(self):
        assert told("auditors")[0] == [("audit@example.org", "Auditors", "staff")]


class TestTheOwnerOfARow:
    def test_a_name_is_looked_up_in_the_tab_and_then_in_the_directory(self):
        assert told("handler", handler="THABO")[0] == [("thabo@example.org", "Thabo", "staff")]
        assert told("handler", handler="Zoe")[0] == [("zoe@example.org", "Zoe", "staff")]

    def test_somebody_who_is_not_active_gets_nothing_whatever_the_directory_says(self):
        people, note = told("handler", handler="Lerato")
        assert people == [("lead@example.org", "Lead", "staff")]
        assert note.startswith("Handled By names somebody who is not active in the tab Staff.")

    @pytest.mark.parametrize(
        ("cell", "why"), [("", "is blank"), ("Xy", "not in the list"), ("Ann", "not in the list")]
    )
    def test_an_unknown_name_goes_to_the_fallback(self, cell, why):
        people, note = told("handler", handler=cell)
        assert people == [("lead@example.org", "Lead", "staff")]
        assert why in note


class TestVendors:
    @pytest.mark.parametrize("cell", ["V-1", "acme traders"])
    def test_a_vendor_is_found_by_id_or_name(self, cell):
        assert told("vendor", vendor=cell)[0] == [("orders@acme.example", "Acme Traders", "vendor")]

    def test_an_address_that_cannot_be_used_leaves_the_backup(self):
        assert told("vendor", vendor="V-2")[0] == [("backup@best.example", "Best Mugs", "vendor")]

    @pytest.mark.parametrize("cell", ["Silent", "Twin", "Nobody"])
    def test_a_vendor_without_an_address_or_with_a_double_is_brought_to_the_fallback(self, cell):
        assert told("vendor", vendor=cell)[0] == [("lead@example.org", "Lead", "staff")]


class TestWhatIsSaid:
    def rules(self, *who):
        ladder = policy("fulfilment", level(1, "breach", " ".join(who)))
        return replace(ladders(ladder), people=PEOPLE)

    def test_a_role_without_anybody_is_named_with_its_line_and_who_gets_the_mail(self):
        assert unreached(self.rules("buyers", "nobody", "leads"), companions()) == (
            (
                'escalation.yaml:12: nobody in the tab Staff with the role "Buyer" can be written to '
                '("Bob" has no address), so its mail goes to lead@example.org.'
            ),
            (
                'escalation.yaml:12: nobody in the tab Staff has the role "Chief", so its mail goes to '
                "lead@example.org."
            ),
        )

    def test_a_misspelt_role_is_guessed(self):
        people = {**PEOPLE, "leads": replace(PEOPLE["leads"], staff_role="Flor lead")}
        said = unreached(replace(self.rules("leads"), people=people), companions())
        assert 'has the role "Flor lead" (is it "Floor lead"?)' in said[0]

    def test_a_tab_that_is_not_there_is_said(self):
        none = companions(None, None)
        said = unreached(self.rules("leads", "handler", "vendor"), none)
        assert [words.partition(": ")[2][:22] for words in said] == [
            "there is no tab Staff,", "there is no tab Staff,", "there is no tab Vendor",
        ]  # fmt: skip

    def test_people_whom_no_level_tells_ask_for_no_tab(self):
        made = rulebook(target("Packing", "4h"), escalation=self.rules("lead"))
        assert companions_asked(made) == ()
        assert unreached(made.escalation, companions(None, None)) == ()
        made = rulebook(target("Packing", "4h"), escalation=self.rules("vendor", "leads"))
        assert companions_asked(made) == ("Vendors", "Staff")

    def test_names_on_open_orders_that_lead_to_nobody_are_findings(self):
        desk = Office(rulebook(target("Packing", "4h")))
        for number, cells in enumerate([
            {"handler": "Thabo", "vendor": "V-1"}, {"handler": "Tabo"}, {"handler": "Lerato"},
            {"handler": "Ann"}, {"handler": "Zoe", "vendor": "Twin"}, {"vendor": "Acme Trader"},
            {"vendor": "V-3"}, {"handler": "Tabo"},
        ]):  # fmt: skip
            desk.add(
                order_id=f"#{number}",
                since="2026-11-20 08:00",
                **{"handler": "", "vendor": "", **cells},
            )
        orders = desk.orders.assign(order_id_read=desk.orders["order_id"])
        is_open = (orders["order_id"] != "#7").to_numpy(bool)
        found = unknown_names(
            orders, is_open, replace(ladders(), people=PEOPLE), companions(), TITLES
        )
        assert dict(zip(found["order_id"], found["message"], strict=True)) == {
            "#1": 'Handled By says "Tabo", whom the tab Staff does not name. Did you mean Thabo?',
            "#2": 'Handled By says "Lerato", who is not active in the tab Staff. Choose somebody who is.',
            "#3": 'Handled By says "Ann", who has no address in row 4 of the tab Staff. Put it in there.',
            "#4": 'Vendor says "Twin", and the tab Vendors has several of that name. Write the Vendor ID.',
            "#5": 'Vendor says "Acme Trader", which the tab Vendors does not name. Did you mean "acme traders"?',
            "#6": 'Vendor says "V-3", for which row 4 of the tab Vendors has no address. Put it in there.',
        }
        assert set(found["severity"]) == {"warning"}


class TestCritical:
    def office(self, count, critical):
        escalation = ladders(
            policy("fulfilment", level(2, "breach", "floor_lead ops_manager"),
                   level(3, "breach + 2h", "senior"), working_hours_only="warehouse"),
            rules=(
                replace(rule(priority="Expedited", start=2), critical=True, also=("senior",)),
                rule(sla_state=["At risk", "Breached"]),
            ),
        )  # fmt: skip
        desk = Office(
            rulebook(target("Packing", "4h"), calendars=(calendar(),), escalation=escalation)
        )
        for number in range(count):
            priority = "Expedited" if number in critical else "Standard"
            desk.add(order_id=f"#SP-{number}", since="2026-11-20 08:00", priority=priority)
        return desk

    def test_forty_breaches_are_one_mail_for_each_manager_and_one_critical(self):
        desk = self.office(40, {7})
        found = desk.run("2026-11-20 12:30")
        assert [(n.recipient, n.context["critical"], n.context["count"]) for n in found.notices] == [
            ("director@example.org", True, 1), ("lead@example.org", True, 1), ("ops@example.org", True, 1),
            ("lead@example.org", False, 39), ("ops@example.org", False, 39),
        ]  # fmt: skip
        assert found.notices[0].subject == "Critical, level 2: 1 order over its limit"

    def test_what_is_critical_waits_for_no_opening(self):
        desk = self.office(2, {0})
        desk.run("2026-11-20 12:00")
        waits = {
            n.context["critical"]: n.not_before is not None
            for n in desk.run("2026-11-20 19:00").notices
        }
        assert waits == {True: False, False: True}


def test_one_person_at_two_levels_gets_one_mail():
    escalation = ladders(
        policy("fulfilment", level(1, "at_risk", "floor_lead"), level(2, "breach", "floor_lead")),
    )
    desk = Office(rulebook(target("Packing", "4h"), calendars=(calendar(),), escalation=escalation))
    desk.add(order_id="#SP-1", since="2026-11-20 08:00")
    desk.add(order_id="#SP-2", since="2026-11-20 08:45")
    found = desk.run("2026-11-20 12:30")
    assert mails(found) == [("lead@example.org", 2, ("#SP-1", "#SP-2"))]
    assert found.notices[0].subject == "Levels 1 and 2: 2 orders in need of attention"
    assert [row["level"] for row in found.notices[0].context["rows"]] == [2, 1]


@pytest.mark.parametrize(
    "text",
    ["a@example.org", "a.b+c@ex-ample.co.uk", "x@y.zz"],
)
def test_an_address_of_a_tab_is_one_that_mail_can_go_to(text):
    assert is_one_address(text)
    assert parse_address(text).addr_spec == text


@pytest.mark.parametrize(
    "text",
    ["", "a@b", "a@b.org, c@d.org", "a@b.org (x)", '"a, b"@c.org', "a@b.org\r\nBcc: x@y.org", "a..b@c.org",
     "a@-b.org", "ä@b.org", "a" * 65 + "@b.org", "<a@b.org>", "a@b.o"],
)  # fmt: skip
def test_anything_else_is_none(text):
    assert not is_one_address(text)
    with pytest.raises(MailError):
        parse_address(text)


def test_an_invisible_sign_is_no_part_of_an_address():
    assert not is_one_address("a@b.org\u200b")


@pytest.mark.parametrize(
    ("text", "told"),
    [("Thandi Nkosi", 1), ("J. O'Neill", 1), ("Jean-Luc", 1), ("王小明", 1), ("evil.example", 0),
     ("Call 0800 1", 0), ("a@b.org", 0), ("<b>x</b>", 0), ("=1+1", 0), ("one two three four five six", 0)],
)  # fmt: skip
def test_only_what_looks_like_a_name_is_told_as_one(text, told):
    assert name_words(text) == (text if told else "")


def test_a_managers_mail_says_how_the_vendor_is_reached_and_the_vendors_own_does_not():
    escalation = replace(
        ladders(policy("fulfilment", level(3, "breach", "lead vendor"))), people=PEOPLE
    )
    desk = Office(rulebook(target("Packing", "4h"), calendars=(calendar(),), escalation=escalation))
    desk.companions = companions()
    desk.add(order_id="#SP-1", since="2026-11-20 08:00", vendor="V-1")
    found = desk.run("2026-11-20 12:30")
    rows = {notice.recipient: notice.context["rows"][0] for notice in found.notices}
    assert rows["lead@example.org"]["vendor_contact"] == "orders@acme.example"
    assert rows["lead@example.org"]["vendor"] == "Acme Traders"
    assert {"vendor_contact", "handler", "level"}.isdisjoint(rows["orders@acme.example"])
    to_lead = next(n for n in found.notices if n.recipient == "lead@example.org")
    letter = Renderer().render("escalation", {**to_lead.context, "audience": "manager"})
    assert "Vendor: Acme Traders, orders@acme.example" in letter.text
    assert "orders@acme.example" in letter.html
