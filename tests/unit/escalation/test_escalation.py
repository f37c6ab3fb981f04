"""Escalation: each level once, one mail per person, nothing lost in a gap, nobody flooded."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sheetsync.domain.moments import scalar_to_local
from tests.support.clock_scene import ALWAYS_OPEN, JOBURG, WAREHOUSE, promise, rulebook, target
from tests.support.escalation_desk import Office, ladders, level, mails, policy, rule
from tests.support.rules_builder import calendar

PLAIN = calendar()
"""Monday to Friday, 08:00 to 17:00."""


def office(escalation=None, *targets, **order) -> Office:
    rules = rulebook(
        *(targets or (target("Packing", "4h"),)),
        calendars=(PLAIN, ALWAYS_OPEN),
        escalation=escalation or ladders(),
    )
    desk = Office(rules)
    if order:
        desk.add(**{"since": "2026-11-20 08:00", "handler": "Thabo", **order})
    return desk


def test_each_level_is_told_once_and_to_its_own_people():
    desk = office(order_id="#SP-1")
    assert mails(desk.run("2026-11-20 11:00")) == []
    assert mails(desk.run("2026-11-20 11:30")) == []
    assert mails(desk.run("2026-11-20 12:00:00")) == []
    breach = desk.run("2026-11-20 12:00:01")
    assert mails(breach) == [
        ("lead@example.org", 2, ("#SP-1",)), ("thabo@example.org", 2, ("#SP-1",)),
    ]  # fmt: skip
    for now in ("2026-11-20 12:01", "2026-11-20 13:00", "2026-11-20 13:59"):
        assert mails(desk.run(now)) == []
    assert mails(desk.run("2026-11-20 14:00")) == [("ops@example.org", 3, ("#SP-1",))]
    assert mails(desk.run("2026-11-20 14:01")) == []
    assert mails(desk.run("2026-11-23 12:00"))[0] == ("director@example.org", 4, ("#SP-1",))
    assert mails(desk.run("2026-11-23 12:01")) == []
    assert desk.outcomes()["#SP-1", 1, 0] == "sent"


def test_a_level_that_only_shows_in_the_cell_is_recorded_and_mails_nobody():
    desk = office(order_id="#SP-1")
    desk.run("2026-11-20 11:30")
    assert list(desk.memory["recipients"]) == ["SLA column"]


def test_the_handler_who_is_also_the_fallback_gets_one_mail():
    desk = office(order_id="#SP-1", handler="Nobody We Know")
    found = desk.run("2026-11-20 12:30")
    assert mails(found) == [("lead@example.org", 2, ("#SP-1",))]
    assert found.notices[0].context["remarks"] == [
        "#SP-1: Handled By names somebody who is not in the list of people. It comes to you instead."
    ]


def test_a_blank_handler_goes_to_the_fallback_person():
    found = office(order_id="#SP-1", handler="").run("2026-11-20 12:30")
    assert found.notices[0].context["rows"][0]["note"].startswith("Handled By is blank.")


def test_a_level_that_names_nobody_is_recorded_and_said():
    desk = office(
        ladders(policy("fulfilment", level(2, "breach", "vendor_contact"))), order_id="#S"
    )
    found = desk.run("2026-11-20 12:30")
    assert found.notices == ()
    assert "nobody is named for it" in found.remarks[0]
    assert desk.outcomes() == {("#S", 2, 0): "skipped"}
    assert desk.run("2026-11-20 12:31").remarks == ()


def test_after_a_weekend_without_passes_only_the_highest_level_is_told():
    desk = office(order_id="#SP-1")
    desk.run("2026-11-20 11:30")
    found = desk.run("2026-11-24 09:00")
    assert mails(found) == [("director@example.org", 4, ("#SP-1",))]
    assert found.notices[0].context["remarks"] == [
        "The tracker was not looked at from Fri 20 Nov 11:30 to Tue 24 Nov 09:00; what fell due in between comes in this one message."
    ]
    outcomes = desk.outcomes()
    assert {number: outcomes["#SP-1", number, 0] for number in (1, 2, 3, 4)} == {
        1: "sent", 2: "skipped", 3: "skipped", 4: "sent",
    }  # fmt: skip


def test_missed_repeats_do_not_pile_up_and_end():
    ladder = ladders(policy("fulfilment", level(3, "breach", "ops_manager", every="2h", at_most=2)))
    desk = office(ladder, order_id="#SP-1")
    assert len(mails(desk.run("2026-11-20 12:30"))) == 1
    assert mails(desk.run("2026-11-20 14:29")) == []
    found = desk.run("2026-11-25 09:00")
    assert len(found.notices) == 1
    assert found.notices[0].members == ("#SP-1|fulfilment|packing:packing#0|3|1",)
    assert mails(desk.run("2026-11-25 10:59")) == []
    assert len(mails(desk.run("2026-11-25 11:00"))) == 1
    assert mails(desk.run("2026-11-27 11:00")) == []


def test_leaving_the_stage_stops_the_ladder_and_another_stage_is_a_new_one():
    desk = office(None, target("Packing", "4h"), target("Dispatch", "4h"), order_id="#SP-1")
    desk.run("2026-11-20 12:30")
    desk.rows[0].update(stage="Dispatch", start=np.datetime64("2026-11-20T11:00", "s"))
    assert mails(desk.run("2026-11-20 15:00")) == []
    assert len(mails(desk.run("2026-11-23 09:00"))) == 2


def test_a_hold_stops_the_ladder_until_it_ends():
    desk = office(order_id="#SP-1")
    desk.run("2026-11-20 12:30")
    desk.hold("2026-11-20 13:00")
    desk.rows[0]["status"] = "On Hold"
    assert mails(desk.run("2026-11-20 16:00")) == []
    desk.rows[0]["status"] = ""
    desk.holds.clear()
    assert mails(desk.run("2026-11-20 16:01")) == [("ops@example.org", 3, ("#SP-1",))]


def test_an_unsure_clock_mails_nobody():
    desk = office(order_id="#SP-1", since="2026-11-20 10:00", earliest="2026-11-20 08:00")
    found = desk.run("2026-11-20 13:00")
    assert found.notices == ()
    assert len(found.rows) == 0


def test_the_first_pass_records_and_tells_nobody_not_even_later():
    desk = office(order_id="#SP-1")
    found = desk.run("2026-11-20 14:30", baseline=True)
    assert found.notices == ()
    assert set(desk.outcomes().values()) == {"baseline"}
    assert {number for _, number, _ in desk.outcomes()} == {1, 2, 3}
    assert mails(desk.run("2026-11-20 14:31")) == []
    assert mails(desk.run("2026-11-20 16:59")) == []
    assert mails(desk.run("2026-11-23 12:00")) == [("director@example.org", 4, ("#SP-1",))]


def test_an_exception_that_stood_before_watching_began_is_never_mailed():
    exceptions = policy("exceptions", level(1, "0m", "floor_lead"), level(2, "4h", "ops_manager"))
    desk = office(
        ladders(exceptions, rules=(rule("exceptions", status=["Delayed"]),)),
        order_id="#SP-1", stage="", status="Delayed", status_since="2026-11-20 09:00",
    )  # fmt: skip
    desk.run("2026-11-20 09:00", baseline=True)
    assert set(desk.outcomes()) == {("#SP-1", 1, 0), ("#SP-1", 2, 0)}
    for later in ("2026-11-20 09:01", "2026-11-20 13:01", "2026-11-23 12:00"):
        assert mails(desk.run(later)) == []
    desk.add("#SP-2", stage="", status="Delayed", status_since="2026-11-23 13:00")
    assert mails(desk.run("2026-11-23 13:00")) == [("lead@example.org", 1, ("#SP-2",))]


def test_a_critical_order_begins_higher_and_the_lower_levels_are_skipped():
    escalation = ladders(
        rules=(
            rule(start=3, priority="Expedited", sla_state="Breached"),
            rule(sla_state=["At risk", "Breached"]),
        )
    )
    desk = office(escalation, order_id="#SP-1", priority="Expedited")
    desk.add("#SP-2", since="2026-11-20 08:00", handler="Thabo", priority="Standard")
    found = desk.run("2026-11-20 12:30")
    assert ("ops@example.org", 3, ("#SP-1",)) in mails(found)
    assert ("thabo@example.org", 2, ("#SP-2",)) in mails(found)
    assert len(found.notices) == 3
    assert desk.outcomes()["#SP-1", 2, 0] == "skipped"


def test_a_changed_priority_neither_recalls_nor_repeats():
    desk = office(order_id="#SP-1")
    desk.run("2026-11-20 12:30")
    desk.rows[0]["priority"] = "Expedited"
    assert mails(desk.run("2026-11-20 12:31")) == []


def test_forty_breaches_at_once_are_one_mail_per_person():
    desk = office()
    for number in range(40):
        desk.add(f"#SP-{number:02}", since=f"2026-11-20 08:{number:02}", handler="Thabo")
    found = desk.run("2026-11-20 13:00")
    assert [(n.recipient, len(n.orders)) for n in found.notices] == [
        ("lead@example.org", 40), ("thabo@example.org", 40),
    ]  # fmt: skip
    rows = found.notices[0].context["rows"]
    assert [row["order"] for row in rows[:2]] == ["#SP-00", "#SP-01"]
    assert found.notices[0].subject == "Level 2: 40 orders over their limit"


def test_a_mail_names_at_most_so_many_orders_and_says_how_many_more():
    desk = office(ladders(policy(max_rows=3)))
    for number in range(8):
        desk.add(f"#SP-{number}", since="2026-11-20 08:00", handler="Lerato")
    context = desk.run("2026-11-20 13:00").notices[0].context
    assert (len(context["rows"]), context["more"], context["count"]) == (3, 5, 8)


def test_beyond_the_limit_of_a_pass_the_rest_is_suppressed_once_and_said():
    desk = office(ladders(per_pass=1))
    desk.add("#SP-1", since="2026-11-20 08:00", handler="Thabo")
    desk.add("#SP-2", since="2026-11-20 08:00", handler="Lerato")
    found = desk.run("2026-11-20 13:00")
    assert mails(found) == [("lead@example.org", 2, ("#SP-1", "#SP-2"))]
    assert found.remarks[0].startswith("2 escalation mails were suppressed: the limit of 1")
    assert mails(desk.run("2026-11-20 13:01")) == []
    none = office(ladders(per_day=5), order_id="#SP-1")
    none.mails = 5
    assert none.run("2026-11-20 13:00").notices == ()
    assert none.outcomes()["#SP-1", 2, 0] == "suppressed"


def test_outside_working_hours_a_mail_waits_for_the_next_opening_but_is_decided_once():
    ladder = ladders(policy(working_hours_only="warehouse"))
    desk = office(ladder, promise("end_of_day"), order_id="#SP-1",
                  ordered_at="2026-11-16 09:00", promised_at="2026-11-20 00:00")  # fmt: skip
    found = desk.run("2026-11-21 00:30")
    assert len(found.notices) == 2
    for notice in found.notices:
        assert scalar_to_local(notice.not_before, JOBURG).isoformat() == "2026-11-23T08:00:00"
    assert mails(desk.run("2026-11-21 00:31")) == []
    assert office(ladder, order_id="#S").run("2026-11-20 13:00").notices[0].not_before is None


@pytest.mark.parametrize(
    ("text", "quiet", "loud"),
    [
        ("ACK", "2026-11-20 16:29", "2026-11-20 16:30"),
        ("ack 2h", "2026-11-20 14:29", "2026-11-20 14:30"),
        ("Snooze 90 min", "2026-11-20 13:59", "2026-11-20 14:00"),
        ("ACK 90 min", "2026-11-20 13:59", "2026-11-20 14:00"),
        ("ACK until 15:00", "2026-11-20 14:59", "2026-11-20 15:00"),
        ("ACK until 2026-11-23 10:00", "2026-11-23 09:59", "2026-11-23 10:00"),
    ],
)
def test_an_acknowledgement_quiets_the_higher_levels_and_lapses_by_itself(text, quiet, loud):
    desk = office(order_id="#SP-1")
    desk.run("2026-11-20 12:10")
    desk.rows[0]["ack"] = text
    found = desk.run("2026-11-20 12:30")
    assert (mails(found), len(found.rows)) == ([], 1)
    assert found.next_change is not None
    assert mails(desk.run(quiet)) == []
    assert mails(desk.run(loud)) == [("ops@example.org", 3, ("#SP-1",))]


def test_an_acknowledgement_covers_one_stay_only():
    desk = office(None, target("Packing", "4h"), target("Dispatch", "4h"), order_id="#SP-1")
    desk.rows[0]["ack"] = "ACK 9d"
    assert mails(desk.run("2026-11-20 12:30")) == []
    desk.rows[0].update(stage="Dispatch", start=np.datetime64("2026-11-20T11:00", "s"))
    assert len(mails(desk.run("2026-11-23 09:00"))) == 2
    desk.rows[0]["ack"] = ""
    desk.run("2026-11-23 09:01")
    desk.rows[0]["ack"] = "ACK 9d"
    assert mails(desk.run("2026-11-23 10:30")) == []
    assert mails(desk.run("2026-11-24 10:30")) == []


def test_text_that_is_no_acknowledgement_is_pointed_out_and_quiets_nothing():
    desk = office(order_id="#SP-1", ack="on it!")
    found = desk.run("2026-11-20 12:30")
    assert len(found.notices) == 2
    assert list(found.unreadable) == [True]


def test_an_exception_climbs_its_own_ladder_from_the_moment_it_was_first_seen():
    ladder = ladders(
        policy("exceptions", level(1, "0m", "floor_lead"), level(2, "4h", "ops_manager"),
               stop_when=frozenset({"resolved"}), acknowledge_column=""),
        rules=(rule("exceptions", status="Backordered"),),
    )  # fmt: skip
    desk = office(ladder, order_id="#SP-1", status="Backordered", status_since="2026-11-20 09:00")
    assert mails(desk.run("2026-11-20 09:00")) == [("lead@example.org", 1, ("#SP-1",))]
    assert mails(desk.run("2026-11-20 12:59")) == []
    assert mails(desk.run("2026-11-20 13:00")) == [("ops@example.org", 2, ("#SP-1",))]
    desk.rows[0]["status"] = ""
    assert mails(desk.run("2026-11-20 13:30")) == []
    desk.rows[0].update(status="Backordered", status_since="2026-11-24 09:00")
    assert mails(desk.run("2026-11-24 09:00")) == [("lead@example.org", 1, ("#SP-1",))]


def test_a_vendor_reads_nothing_about_our_staff_and_our_sheet():
    ladder = ladders(policy("fulfilment", level(2, "breach", "vendor_contact ops_manager")))
    desk = office(ladder, order_id="#SP-1", vendor="ACME  Traders")
    found = {n.recipient: n for n in desk.run("2026-11-20 12:30").notices}
    vendor, ours = found["orders@acme.example"], found["ops@example.org"]
    assert (vendor.audience, vendor.recipient_name) == ("vendor", "Acme Traders")
    assert not {"handler", "note", "row"} & set(vendor.context["rows"][0])
    assert ours.context["rows"][0]["handler"] == "Thabo"


def test_a_digest_follows_the_last_one_only_after_its_window_and_loses_nothing():
    ladder = ladders(policy("fulfilment", level(1, "at_risk", "handler", "cell email_digest")))
    desk = office(ladder, order_id="#SP-1")
    desk.add("#SP-2", since="2026-11-20 08:05", handler="Thabo")
    desk.add("#SP-3", since="2026-11-20 08:10", handler="Thabo")
    assert mails(desk.run("2026-11-20 11:12")) == [("thabo@example.org", 1, ("#SP-1",))]
    held = desk.run("2026-11-20 11:18")
    assert mails(held) == []
    assert scalar_to_local(held.next_change, JOBURG).isoformat() == "2026-11-20T11:27:00"
    assert mails(desk.run("2026-11-20 11:27")) == [("thabo@example.org", 1, ("#SP-2", "#SP-3"))]


def test_both_clocks_of_an_order_escalate_apart_and_come_in_one_mail():
    desk = office(None, target("Packing", "4h"), promise(), order_id="#SP-1",
                  ordered_at="2026-11-16 09:00", promised_at="2026-11-19 00:00")  # fmt: skip
    found = desk.run("2026-11-20 12:30")
    second = next(n for n in found.notices if n.level == 2)
    assert len(second.members) == 1
    assert {n.level for n in found.notices} == {2, 3}


def test_a_message_is_plain_data_in_words():
    desk = office(order_id="#SP-1", status="Packing", priority="Standard")
    notice = desk.run("2026-11-20 13:12").notices[1]
    assert json.loads(json.dumps(notice.context)) == notice.context
    assert notice.context == {
        "as_of": "Fri 20 Nov 13:12", "remarks": [], "recipient_name": "Thabo", "level": 2,
        "critical": False, "count": 1, "more": 0,
        "rows": [{
            "order": "#SP-1", "row": 2, "stage": "Packing", "status": "Packing",
            "state": "Breached", "text": "", "since": "Fri 20 Nov 08:00", "limit": "4 h",
            "due": "Fri 20 Nov 12:00", "over": "1 h 12 min", "left": "",
            "counted_in": "open hours", "source": "sla.yaml:1", "handler": "Thabo", "vendor": "", "vendor_contact": "",
            "priority": "Standard", "next_step": "Pack the parcel",
            "policy_source": "escalation.yaml:12", "level": 2, "note": "",
        }],
    }  # fmt: skip
    assert notice.subject == "Level 2: 1 order over its limit"


def test_the_same_pass_decides_the_same_keys_and_a_killed_one_loses_nothing():
    desk = office(order_id="#SP-1")
    desk.add("#SP-2", since="2026-11-20 08:00", handler="Lerato")
    before = desk.memory
    first = desk.run("2026-11-20 12:30")
    desk.memory = before
    again = desk.run("2026-11-20 12:30")
    assert [n.key for n in first.notices] == [n.key for n in again.notices]
    assert first.rows.equals(again.rows)
    assert len({n.key for n in first.notices}) == len(first.notices)


def test_the_next_change_is_the_next_level():
    desk = office(order_id="#SP-1")
    found = desk.run("2026-11-20 12:30")
    assert scalar_to_local(found.next_change, JOBURG).isoformat() == "2026-11-20T14:00:00"


def test_a_target_may_name_its_policy_itself():
    escalation = ladders(rules=(rule(priority="Expedited"),))
    desk = office(escalation, target("Packing", "4h", escalate="fulfilment"), order_id="#SP-1")
    assert len(mails(desk.run("2026-11-20 12:30"))) == 2


def test_rows_without_a_usable_order_id_and_empty_sheets_escalate_nothing():
    assert office(order_id="#SP-1", usable=False).run("2026-11-20 12:30").notices == ()
    empty = office().run("2026-11-20 12:30")
    assert (empty.notices, len(empty.rows), empty.next_change) == ((), 0, None)
    assert str(empty.rows["at"].dtype) == "datetime64[s]"
    assert WAREHOUSE.id == "warehouse"
