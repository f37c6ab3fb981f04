"""The daily digest: at each person's hour, once a day, made up for after the worker stood still."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from sheetsync.domain.daily.due import last_turn, next_turn
from sheetsync.domain.guard import too_many_mails
from sheetsync.domain.guard.approval import token
from sheetsync.domain.moments import scalar_to_local, scalar_to_utc
from sheetsync.domain.rules import DigestRule, Source
from tests.support.rules_builder import calendar
from tests.support.shop import Shop
from tests.support.small_rule_files import changed, problems_of
from tests.support.workbook_person import WorkbookPerson

CALENDARS = {"warehouse": calendar()}
"""Monday to Friday."""
LINES = """
digests:
  - {who: [floor_lead], at: '07:30'}
  - {who: [handler], at: '08:15', calendar: warehouse}
"""
STAFF = [
    ["Name", "Role", "Email", "Time Zone"],
    ["Thabo", "Packer", "thabo@karoo.example"],
    ["Lerato", "Packer", "lerato@karoo.example", "Europe/Berlin"],
]


def rule(**more):
    return DigestRule(
        **{"id": "lead", "who": ("lead",), "at": (7, 30), "source": Source("e", 1), **more}
    )


def moment(text, zone="UTC"):
    return scalar_to_utc(datetime.fromisoformat(text), zone)


class TestWhenItIsDue:
    def test_it_is_due_at_its_hour_in_the_persons_zone(self):
        now = moment("2026-03-09 06:00")
        turn = last_turn(rule(), "Europe/Berlin", CALENDARS, now)
        assert turn.day.isoformat() == "2026-03-08"
        assert next_turn(rule(), "Europe/Berlin", CALENDARS, now) == moment("2026-03-09 06:30")

    @pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
    def test_on_both_nights_of_the_clock_change_it_is_due_once(self, day):
        zone = "Europe/Berlin"
        at = rule(at=(2, 30))
        now = moment(f"{day} 12:00", zone)
        turn = last_turn(at, zone, CALENDARS, now)
        assert turn.day.isoformat() == day
        local_due = scalar_to_local(turn.due, zone)
        assert local_due.time() in {time(2, 30), time(3, 0)}
        assert next_turn(at, zone, CALENDARS, now).date() > turn.due.date()

    def test_a_day_on_which_the_calendar_never_opens_has_none(self):
        at = rule(calendar="warehouse")
        sunday = moment("2026-03-08 12:00")
        assert last_turn(at, "UTC", CALENDARS, sunday).day.isoformat() == "2026-03-06"
        assert next_turn(at, "UTC", CALENDARS, sunday) == datetime(2026, 3, 9, 7, 30, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path):
    """Three orders on a Monday; the floor lead hears at 7:30, each handler at 8:15."""
    people = [
        (
            "    directory: {Thabo: thabo@example.org, Lerato: lerato@example.org}\n",
            "    tab: Staff\n",
        ),
        ("limits: {max", f"{LINES}limits: {{max"),
    ]
    shop = Shop(tmp_path / "shop", rules={"escalation.yaml": people})
    WorkbookPerson(shop.workbook).write_tab("Staff", STAFF)
    shop.add(
        {"order_id": "#SP-1", "priority": "Expedited"},
        {"order_id": "#SP-2", "handler": "Lerato", "status": "Backordered"},
        {"order_id": "#SP-3", "handler": "Lerato", "ordered_at": "no date"},
        {"order_id": "#SP-4", "status": "Cancelled"},
    )
    shop.look(shop.at("08:10"))
    return shop


def digests(result):
    plan = result.plan
    return {n.recipient: n.context for n in (plan.notices if plan else ()) if n.kind == "digest"}


def at_once(shop, clock, day):
    """A pass at that moment, told as digests by address."""
    return digests(shop.look(shop.at(clock, day)))


def test_each_hears_at_their_own_hour_and_nobody_of_a_day_that_is_past(shop):
    assert at_once(shop, "08:14", 0) == {}
    assert list(at_once(shop, "08:16", 0)) == ["thabo@karoo.example"]
    assert at_once(shop, "08:18", 0) == {}
    assert list(at_once(shop, "09:16", 0)) == ["lerato@karoo.example"], "08:15 in Berlin"
    assert list(at_once(shop, "07:31", 1)) == ["lead@example.org"]
    assert list(at_once(shop, "08:16", 1)) == ["thabo@karoo.example"]


def test_what_fell_due_while_nobody_looked_comes_once_and_says_so(shop):
    told = at_once(shop, "11:00", 2)
    assert sorted(told) == ["lead@example.org", "lerato@karoo.example", "thabo@karoo.example"]
    assert told["lead@example.org"]["day"] == "2026-03-11"
    assert "This was due at Wed 11 Mar 07:30" in told["lead@example.org"]["remarks"][-1]
    assert at_once(shop, "11:02", 2) == {}


def test_a_closed_day_has_no_digest_where_a_calendar_says_so(shop):
    at_once(shop, "17:00", 5)
    assert list(at_once(shop, "12:00", 6)) == ["lead@example.org"], "Sunday"


def test_a_lead_hears_of_all_orders_and_a_handler_of_their_own(shop):
    shop.look(shop.at("12:00"))
    lead = at_once(shop, "07:31", 1)["lead@example.org"]
    assert lead["counts"] == {"open": 3, "breached": 2, "at_risk": 0, "no_update": 0, "waiting": 2}
    named = {
        section["kind"]: [row["order"] for row in section["rows"]] for section in lead["sections"]
    }
    assert named == {"breached": ["#SP-1", "#SP-2"], "waiting": ["#SP-3"]}, "each in one section"
    late = lead["sections"][0]["rows"][0]
    assert late["text"].endswith("past its limit")
    assert late["next_step"]
    own = at_once(shop, "09:16", 1)["lerato@karoo.example"]
    assert own["counts"]["open"] == 2
    rows = {row["order"]: row["text"] for section in own["sections"] for row in section["rows"]}
    assert list(rows) == ["#SP-2", "#SP-3"]
    assert rows["#SP-3"] == "Check names something to put right"


def test_orders_that_did_not_move_for_a_working_day_are_named(shop):
    shop.type_in("#SP-1", priority="Bulk", allocated="x")
    shop.look(shop.at("08:30"))
    counts = at_once(shop, "08:40", 2)["lead@example.org"]["counts"]
    assert counts["no_update"] >= 1


def test_the_mail_is_a_readable_text_and_leaves_once(shop):
    shop.look(shop.at("07:31", 1))
    shop.look(shop.at("07:33", 1))
    mails = [mail for mail in shop.mails() if "lead@example.org" in mail.to]
    digest = [mail for mail in mails if mail.subject.startswith("Today:")]
    assert len(digest) == 1
    assert "3 open" in digest[0].subject
    assert "#SP-2" in digest[0].text


def test_a_digest_is_no_mass_mail_and_asks_for_no_new_approval(shop):
    with shop.workshop() as workshop:
        plan, memory, _ = workshop.plan(shop.at("07:31", 1))
        kinds = {notice.kind for notice in plan.notices}
        assert "digest" in kinds
        without = replace(plan, notices=tuple(n for n in plan.notices if n.kind != "digest"))
        assert token(plan, memory, ()) == token(without, memory, ())
        many = replace(plan, notices=tuple(n for n in plan.notices if n.kind == "digest") * 60)
        assert too_many_mails(many, workshop.limits) == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{who: [lead], at: '25:00'}", '"25:00" is not a time of the day'),
        ("{who: [lead], at: noon}", '"noon" is not a time of the day'),
        ("{who: [led], at: '07:30'}", '"led" is not one of the people of this file'),
        ("{who: [lead], at: '07:30', calendar: office}", '"office" is not a calendar'),
        ("{who: [lead], at: '07:30', timezone: Mars}", "Mars"),
        ("{who: [], at: '07:30'}", "escalation.yaml:"),
    ],
)
def test_a_slip_in_a_digest_is_told_with_its_line(line, said):
    limits = "limits: {max_emails_per_pass: 30"
    problems = problems_of(changed("escalation.yaml", limits, f"digests:\n  - {line}\n{limits}"))
    assert len(problems) == 1
    assert said in problems[0]
    assert problems[0].startswith("escalation.yaml:17:")
