"""The tabs beside the orders: who is who, and for every slip of the pen a finding with its place."""

from __future__ import annotations

import numpy as np
import pytest

from sheetsync.domain.columns import ReadingOptions
from sheetsync.domain.companions import COMPANIONS, read_companions, told
from sheetsync.domain.companions.customers import COLUMNS as CUSTOMER_COLUMNS
from sheetsync.domain.companions.staff import COLUMNS as STAFF_COLUMNS
from sheetsync.domain.companions.vendors import COLUMNS as VENDOR_COLUMNS
from sheetsync.domain.grid import object_array
from sheetsync.domain.model import CellError, Sheet, TabRows, Uncalculated
from sheetsync.domain.optional_tabs import OPTIONAL_TABS

STAFF = ["Name", "Role", "Email", "Phone", "Active"]
CUSTOMERS = ["Customer ID", "Name", "Email", "Phone", "Preferred Channel", "Locale", "Time Zone",
             "Consent Updates", "Consent Survey"]  # fmt: skip
VENDORS = ["Vendor ID", "Name", "Email", "Channel", "Locale", "Time Zone", "Confirm SLA (h)",
           "Ship SLA (h)", "Backup Contact"]  # fmt: skip
HEADINGS_OF = {tab.title: tab.headings for tab in OPTIONAL_TABS}


def companions(**tabs):
    """Read tabs given as rows; blank rows are left out, as trackers do."""
    read = {}
    for title, rows in tabs.items():
        numbers = [number for number, row in enumerate(rows, start=1) if row]
        read[title] = TabRows(title=title, rows=[row for row in rows if row], row_numbers=numbers)
    sheet = Sheet(tracker="t", tab="Orders", rows=[], row_numbers=[], timezone="UTC", tabs=read)
    return read_companions(sheet, ReadingOptions(yes_words=("Ja",)))


def staff(*rows):
    return companions(Staff=[STAFF, *rows])


def sentences(found):
    return [finding.sentence for finding in found.findings]


@pytest.mark.parametrize(
    ("title", "columns"),
    [("Staff", STAFF_COLUMNS), ("Customers", CUSTOMER_COLUMNS), ("Vendors", VENDOR_COLUMNS)],
)
def test_every_heading_of_a_new_tracker_is_read(title, columns):
    assert set(HEADINGS_OF[title]) <= {rule.title for rule in columns.values()}
    assert title in COMPANIONS


def test_tabs_that_nobody_asked_for_say_nothing():
    found = companions()
    assert (found.customers, found.vendors, found.staff, found.findings) == (None, None, None, ())


class TestStaff:
    def test_people_have_roles_an_address_and_are_there_unless_somebody_says_not(self):
        found = staff(
            ["Thabo", "Handler", "thabo@example.org", "0012", True],
            [],
            ["  Lerato  Dube ", "floor  lead; Handler", "lerato@example.org"],
            ["Ann", "Floor Lead", "ann@example.org", None, "no"],
        )
        assert found.findings == ()
        people = found.staff.people
        assert [(p.name, p.row, p.active, p.can_be_told) for p in people] == [
            ("Thabo", 2, True, True), ("Lerato  Dube", 4, True, True), ("Ann", 5, False, False),
        ]  # fmt: skip
        assert people[0].phone == "0012"
        assert [p.name for p in found.staff.in_role("Floor lead")] == ["Lerato  Dube", "Ann"]
        assert found.staff.named("LERATO DUBE") is people[1]
        assert found.staff.named("nobody") is found.staff.named("") is None

    def test_what_is_no_address_is_named_and_not_used(self):
        found = staff(["Ann", "Lead", "ann@example.org, bob@example.org"])
        assert found.staff.people[0].email == ""
        assert sentences(found) == [
            (
                'Staff, row 2: Email says "ann@example.org, bob@example.org". '
                "Use one address like name@shop.com."
            )
        ]

    def test_two_people_of_one_name_are_both_left_out(self):
        found = staff(["Ann", "", "a@example.org"], ["ann ", "", "b@example.org"], ["Bob"])
        assert [person.name for person in found.staff.people] == ["Bob"]
        assert "Staff, row 2: Name Ann stands in row 3 too" in sentences(found)[0]
        assert len(found.findings) == 2

    def test_a_row_without_a_name_is_named(self):
        found = staff([None, "Lead", "x@example.org"], ["Bob"], [None, None, None, None, False])
        assert sentences(found) == [
            "Staff, row 2: Name is blank, so the row counts for nobody. Fill it in, or clear the row."
        ]

    def test_a_tick_that_cannot_be_read_is_no_yes(self):
        found = staff(["Ann", "", "a@example.org", None, "perhaps"], ["B", "", "", None, "Ja"])
        assert [person.active for person in found.staff.people] == [False, True]
        assert "Active" in sentences(found)[0]

    def test_errors_and_formulas_without_a_value_are_named(self):
        found = staff([CellError("#REF!"), "Lead"], ["Bob", Uncalculated()])
        assert any("#REF!" in words for words in sentences(found))
        assert any("without a calculated value" in words for words in sentences(found))
        assert [person.name for person in found.staff.people] == ["Bob"]


class TestHeadings:
    def test_an_empty_tab_and_one_without_its_heading_are_findings(self):
        assert "it is empty" in sentences(companions(Staff=[]))[0]
        found = companions(Staff=[["who", "where"], ["Ann", "here"]])
        assert len(found.staff) == 0
        assert sentences(found) == [
            (
                "The tab Staff: no row of its first 20 has the heading Name, so nothing in it counts. "
                "Put the headings back into one row."
            )
        ]

    def test_a_renamed_heading_is_named_with_what_it_may_have_been(self):
        found = companions(Staff=[["Name", "Role", "Emial"], ["Ann", "Lead", "a@example.org"]])
        assert found.staff.people[0].email == ""
        assert sentences(found) == [
            (
                "The tab Staff: the heading Email cannot be found in row 1. "
                'Did you mean "Emial" in column C?'
            )
        ]

    def test_a_required_heading_that_is_gone_leaves_no_row(self):
        found = companions(Vendors=[["Vendor", "Email", "Channel"], ["V-1", "v@example.org"]])
        assert len(found.vendors) == 0
        assert "the heading Vendor ID cannot be found in row 1" in sentences(found)[0]

    def test_a_heading_twice_is_named_and_neither_column_counts(self):
        found = companions(Staff=[["Name", "Email", "E-mail"], ["Ann", "a@x.org", "b@x.org"]])
        assert found.staff.people[0].email == ""
        assert (
            '2 headings mean Email: "Email" in column B and "E-mail" in column C'
            in sentences(found)[0]
        )

    def test_headings_stand_anywhere_and_under_other_names(self):
        found = companions(
            Staff=[["Our people"], [], ["Mail", "Note", "Employee"], ["a@x.org", "", "Ann"]]
        )
        assert (found.staff.people[0].name, found.staff.people[0].email) == ("Ann", "a@x.org")
        assert found.findings == ()

    def test_all_findings_of_a_tab_are_told_in_a_few_sentences(self):
        found = staff(*([f"P{n}", "", "no address"] for n in range(9)))
        words = told(found.findings)
        assert len(words) == 6
        assert words[-1] == "The tab Staff has 4 more cells like that."


class TestCustomers:
    def test_everything_a_customer_said_is_typed(self):
        found = companions(Customers=[
            CUSTOMERS,
            ["C-1", "Thandi Nkosi", "t@example.org", "0821", "Text message", "EN_za", "Africa/Johannesburg",
             True, "no"],
            ["C-2", "Max", "", None, "E-Mail", "Deutsch", "europe berlin"],
        ])  # fmt: skip
        one = found.customers.find("c-1")
        assert (one.channel, one.locale, one.timezone) == ("sms", "en-ZA", "Africa/Johannesburg")
        assert (one.consent_updates, one.consent_survey, one.phone) == (True, False, "0821")
        other = found.customers.find("Max")
        assert (other.channel, other.locale, other.timezone) == ("email", "de", "")
        assert (other.consent_updates, other.consent_survey) == (None, None)
        assert sentences(found) == [
            'Customers, row 3: Time Zone says "europe berlin". Write a time zone like Europe/Berlin.'
        ]

    def test_a_name_that_two_customers_have_finds_neither(self):
        found = companions(Customers=[CUSTOMERS, ["C-1", "Jo"], ["C-2", "JO"], ["C-3", "Al"]])
        assert found.customers.find("Jo") is None
        assert found.customers.is_unclear("jo")
        assert found.customers.find("C-2").name == "JO"
        assert found.customers.find("Al").key == "C-3"
        assert not found.customers.is_unclear("nobody")

    @pytest.mark.parametrize(
        ("column", "written"),
        [(4, "pigeon"), (5, "klingon-speaking"), (6, "../etc/passwd"), (6, "x" * 5000), (2, "a@b")],
    )
    def test_what_cannot_be_understood_is_blank_and_named(self, column, written):
        row = ["C-1", "Al", *[None] * 7]
        row[column] = written
        found = companions(Customers=[CUSTOMERS, row])
        one = found.customers.find("C-1")
        assert (one.channel, one.locale, one.timezone) == ("", "", "")
        assert [(f.row, f.heading) for f in found.findings] == [(2, CUSTOMERS[column])]

    def test_an_id_typed_as_a_number_is_that_id(self):
        found = companions(Customers=[CUSTOMERS, [1007, "Al"]])
        assert found.customers.find("1007").name == "Al"
        assert told(found.findings) == ()


class TestVendors:
    def test_hours_are_numbers_above_nought(self):
        found = companions(Vendors=[
            VENDORS,
            ["V-1", "Acme", "v@example.org", "email", "de", "Europe/Berlin", 24, "48.5", "b@example.org"],
            ["V-2", "Best", "", "", "", "", 0, -1],
            ["V-3", "Cups", "", "", "", "", "soon"],
        ])  # fmt: skip
        one = found.vendors.find("acme")
        assert (one.confirm_hours, one.ship_hours, one.backup) == (24.0, 48.5, "b@example.org")
        assert found.vendors.find("V-2").confirm_hours is None
        assert [(f.row, f.heading) for f in found.findings] == [
            (4, "Confirm SLA (h)"), (3, "Confirm SLA (h)"), (3, "Ship SLA (h)"),
        ]  # fmt: skip


class TestOrderLines:
    HEADINGS = ("Order ID", "SKU", "Product", "Quantity", "Price", "Discount", "Vendor")

    def values(self, *rows):
        found = companions(**{"Order Lines": [list(self.HEADINGS), *map(list, rows)]})
        return dict(found.lines.values), found

    def test_an_order_is_worth_the_sum_of_its_lines(self):
        values, found = self.values(
            ("#1", "A", "", 2, 10.5, None), ("#2", "B", "", None, 99), ("#1", "C", "", 1, "4.00", 0.5),
        )  # fmt: skip
        assert values == {"#1": 24.5, "#2": 99.0}
        assert found.findings == ()

    def test_an_order_with_a_line_that_has_no_price_has_no_value(self):
        values, found = self.values(
            ("#1", "A", "", 2, 10),
            ("#1", "B", "", 1, ""),
            ("#2", "C", "", "two", 5),
            ("#3", "D", "", 1, 5),
        )
        assert values == {"#3": 5.0}
        assert [(f.row, f.heading) for f in found.findings] == [(4, "Quantity")]

    def test_orders_get_their_value_and_others_none(self):
        _, found = self.values(("#1", "A", "", 2, 10), (7, "B", "", 1, 3))
        assert found.lines.of(object_array(["#1", "", "7", "#9", "#1"])).tolist()[::2] == [
            20.0,
            3.0,
            20.0,
        ]

    def test_an_empty_tab_gives_nothing(self):
        values, found = self.values()
        assert values == {}
        assert np.isnan(found.lines.of(object_array(["#1"]))).all()
