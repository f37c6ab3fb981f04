"""COMMIT is all or nothing, repeats without harm, and tells the next pass all it needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy.exc import DBAPIError

from sheetsync.domain.look_at import said
from sheetsync.domain.model import Marker
from sheetsync.errors import StoreError
from sheetsync.store import Store
from tests.support.letters import notice
from tests.support.plans import NOW, memory_frame, moment, plan, receipt
from tests.support.postgres import raw

PACKED = (
    "#SP-1",
    "packed",
    "",
    "Yes",
    "2026-03-02 08:00",
    "2026-03-02 07:58",
    "2026-03-02 08:00",
    "pass",
)
STATUS = ("#SP-1", 2, "status", "Pending", "Packed", "status-follows-evidence")
HELD = ("#SP-1", "2026-03-02 07:00", "", "On Hold")
LEVEL_1 = (
    "k1",
    "#SP-1",
    "fulfilment",
    "packing#0",
    1,
    0,
    "sent",
    "2026-03-02 08:00",
    "lead@example.org",
)
MEMORY = {
    "#SP-1": {
        "status_seen": "Pending",
        "written_status": "Packed",
        "confirmed_status": "Pending",
        "packed_at": "2026-03-02 08:00",
        "seen_packed": 1,
        "cycle": 2,
    }
}


@pytest.fixture
def store(store_url):
    with Store.open(store_url, now=NOW) as opened:
        yield opened


@pytest.fixture
def tracker_id(store):
    return store.tracker("Orders", "orders.xlsx", uuid="u-1", now=NOW).id


def full_plan(**more):
    return plan(
        changes=(STATUS,),
        events=(PACKED,),
        pauses=(HELD,),
        escalations=(LEVEL_1,),
        notices=(notice("n1", orders=("#SP-1",)),),
        memory=MEMORY,
        facts={"#SP-1": {"status": "Packed", "value": 12.5, "ordered_at": "2026-03-01 10:00"}},
        next_change_at=NOW + timedelta(hours=4),
        **more,
    )


def everything(store, tracker_id):
    """What the store holds of the order, without numbers of passes and rows."""
    told = store.history(tracker_id, "#SP-1")
    return [
        [{k: v for k, v in line.items() if k not in {"id", "pass_id"}} for line in lines]
        for lines in (told.events, told.changes, told.messages, told.escalations, told.pauses)
    ]


def test_a_committed_plan_is_the_memory_of_the_next_pass(store, tracker_id):
    store.commit_pass(tracker_id, full_plan())
    memory = store.load_memory(tracker_id, NOW, "Africa/Johannesburg")
    pd.testing.assert_frame_equal(memory.orders, memory_frame(MEMORY), check_like=True)
    assert memory.pauses["reason"].tolist() == ["On Hold"]
    assert memory.escalations["key"].tolist() == ["k1"]
    assert memory.escalations["level"].dtype == np.dtype("int64")
    assert memory.last_pass_at == NOW
    assert memory.mails_today == 1


def test_a_new_tracker_has_a_marker_but_no_baseline(store, tracker_id):
    memory = store.load_memory(tracker_id, NOW, "UTC")
    assert memory.baseline_at is None
    assert memory.marker == Marker(uuid="u-1", epoch=0, seq=0)
    assert memory.orders.index.dtype == object
    assert memory.pauses["start"].dtype == np.dtype("datetime64[s]")


def test_the_same_plan_committed_twice_changes_nothing(store, tracker_id):
    store.commit_pass(tracker_id, full_plan())
    once = everything(store, tracker_id)
    store.commit_pass(tracker_id, full_plan())
    assert everything(store, tracker_id) == once
    assert all(len(lines) == 1 for lines in once)
    assert len(store.outbox(tracker_id).latest(10)) == 1


def test_a_kill_inside_the_commit_leaves_the_old_state_whole(store, tracker_id):
    store.commit_pass(tracker_id, plan(memory=MEMORY))
    before = store.load_memory(tracker_id, NOW, "UTC")
    doomed = full_plan(at=NOW + timedelta(minutes=1))
    bad = doomed.escalations.assign(level="no number")
    object.__setattr__(doomed, "escalations", bad)
    with pytest.raises(ValueError, match="no number"):
        store.commit_pass(tracker_id, doomed)
    after = store.load_memory(tracker_id, NOW, "UTC")
    pd.testing.assert_frame_equal(after.orders, before.orders)
    assert everything(store, tracker_id) == [[], [], [], [], []]
    assert after.last_pass_at == NOW


def test_closing_confirms_only_what_was_applied(store, tracker_id):
    both = {"#SP-1": {**MEMORY["#SP-1"], "written_sla": "OK"}}
    pass_id = store.commit_pass(tracker_id, plan(changes=(STATUS,), memory=both))
    assert store.tracker_state(tracker_id).fingerprint == ""
    outcomes = receipt(("#SP-1", "status", "applied", ""), ("#SP-1", "sla", "dropped", "row moved"))
    store.close_pass(pass_id, outcomes, fingerprint="f2", now=NOW)
    orders = store.load_memory(tracker_id, NOW, "UTC").orders
    assert orders.loc["#SP-1", "confirmed_status"] == "Packed"
    assert orders.loc["#SP-1", "confirmed_sla"] == ""
    line = store.passes(tracker_id, 1)[0]
    assert (line.phase, line.outcome, line.writes) == ("closed", "1 applied, 1 dropped", 1)
    assert store.tracker_state(tracker_id).fingerprint == "f2"


def test_closing_keeps_the_cells_that_people_have_to_look_at(store, tracker_id):
    for words in ("one", "two"):
        pass_id = store.commit_pass(tracker_id, plan(changes=(STATUS,), memory=MEMORY))
        found = replace(receipt(("#SP-1", "status", "dropped", "")), look_at=(words,))
        store.close_pass(pass_id, found, fingerprint="", now=NOW)
    assert [line[-3:] for line in said(store.setting(tracker_id, "look_at"), NOW, "UTC")] == [
        "one",
        "two",
    ]


def test_a_confirmation_that_equals_the_intent_survives_a_round_trip(store, tracker_id):
    pass_id = store.commit_pass(tracker_id, plan(changes=(STATUS,), memory=MEMORY))
    store.close_pass(pass_id, receipt(("#SP-1", "status", "applied", "")), fingerprint="f", now=NOW)
    again = store.load_memory(tracker_id, NOW, "UTC").orders
    store.commit_pass(tracker_id, plan(memory={"#SP-2": {}}))
    store.commit_pass(
        tracker_id, plan(memory={"#SP-1": {"written_sla": "OK", "confirmed_sla": ""}})
    )
    assert again.loc["#SP-1", "confirmed_status"] == "Packed"
    after = store.load_memory(tracker_id, NOW, "UTC").orders.loc["#SP-1"]
    assert (after["written_sla"], after["confirmed_sla"], after["confirmed_status"]) == (
        "OK",
        "",
        "",
    )


def test_seq_is_ahead_of_the_sheet_from_the_commit_on(store, tracker_id):
    store.commit_pass(tracker_id, plan(baseline=True))
    assert store.tracker_state(tracker_id).marker == Marker(uuid="u-1", epoch=1, seq=0)
    store.commit_pass(tracker_id, full_plan())
    assert store.tracker_state(tracker_id).marker == Marker(uuid="u-1", epoch=1, seq=1)


def test_facts_are_rewritten_only_where_they_changed(store, tracker_id):
    first = {"#SP-1": {"status": "Packed"}, "#SP-2": {"status": "Pending", "value": 3.0}}
    store.commit_pass(tracker_id, plan(facts=first))
    later = NOW + timedelta(minutes=5)
    second = {**first, "#SP-2": {"status": "Packed", "value": 3.0}}
    store.commit_pass(tracker_id, plan(at=later, facts=second))
    rows = dict(raw(store, "SELECT order_id, changed_at FROM order_fact"))
    assert rows == {"#SP-1": int(NOW.timestamp()), "#SP-2": int(later.timestamp())}


def test_facts_come_back_typed_as_they_were_given(store, tracker_id):
    given = plan(
        facts={
            "#SP-1": {"status": "Päcked", "value": 2.5, "packed": 1, "late": True},
            "#SP-2": {"ordered_at": "2026-03-01 10:00:30", "packed": -1},
        }
    )
    store.commit_pass(tracker_id, given)
    pd.testing.assert_frame_equal(store.load_facts(tracker_id), given.facts, check_like=True)


def test_the_event_log_comes_back_as_it_was_given(store, tracker_id):
    given = plan(
        events=(PACKED, ("#SP-2", "status", "", "Pending", "", "", "2026-03-02 08:00", "cell"))
    )
    store.commit_pass(tracker_id, given)
    pd.testing.assert_frame_equal(store.load_events(tracker_id), given.stage_events)


def test_orders_that_left_the_sheet_keep_their_facts(store, tracker_id):
    store.commit_pass(tracker_id, plan(facts={"#SP-1": {"status": "Packed"}}))
    store.commit_pass(tracker_id, plan(facts={"#SP-2": {"status": "Pending"}}))
    assert store.load_facts(tracker_id).index.tolist() == ["#SP-1", "#SP-2"]


def test_a_pause_ends_where_it_began(store, tracker_id):
    store.commit_pass(tracker_id, plan(pauses=(HELD,)))
    ended = ("#SP-1", "2026-03-02 07:00", "2026-03-02 09:00", "On Hold")
    store.commit_pass(tracker_id, plan(pauses=(ended,)))
    pauses = store.load_memory(tracker_id, NOW, "UTC").pauses
    assert pauses["stop"].tolist() == [pd.Timestamp(moment("2026-03-02 09:00"))]


def test_a_notice_that_left_long_ago_is_never_queued_again(store, tracker_id):
    store.commit_pass(tracker_id, full_plan())
    outbox = store.outbox(tracker_id)
    row = outbox.due(NOW, 10)[0]
    assert outbox.claim(row, owner="me", until=NOW, now=NOW)
    assert outbox.mark_in_data(row.id, owner="me", message_id="<a@b>", transport="smtp", now=NOW)
    assert outbox.settle(row.id, from_state="in_data", to_state="sent", owner="me", now=NOW)
    for table in ("outbox_order", "delivery_event", "outbox"):  # the outbox is pruned one day
        raw(store, f"DELETE FROM {table}")
    store.commit_pass(tracker_id, full_plan())
    assert outbox.latest(10) == []


def test_an_intent_that_waits_all_night_is_logged_once(store, tracker_id):
    for minute in range(5):
        store.commit_pass(tracker_id, full_plan(at=NOW + timedelta(minutes=minute)))
    assert len(store.history(tracker_id, "#SP-1").changes) == 1


def test_two_passes_in_one_second_each_log_their_own(store, tracker_id):
    for old, new in (("Pending", "Packed"), ("Packed", "Shipped")):
        change = ("#SP-1", 2, "status", old, new, "status-follows-evidence")
        pass_id = store.commit_pass(tracker_id, plan(changes=(change,)))
        written = receipt(("#SP-1", "status", "applied", ""))
        store.close_pass(pass_id, written, fingerprint="f", now=NOW)
    lines = store.history(tracker_id, "#SP-1").changes
    assert [(line["old"], line["new"]) for line in lines] == [
        ("Pending", "Packed"), ("Packed", "Shipped"),
    ]  # fmt: skip


def test_the_change_log_tells_a_date_in_words(store, tracker_id):
    stamp = ("#SP-1", 2, "packed_at", 46083.333333333336, None, "untick")
    store.commit_pass(tracker_id, plan(changes=(stamp,)))
    lines = store.history(tracker_id, "#SP-1").changes
    assert [(line["by"], line["old"], line["new"]) for line in lines] == [
        ("worker", "2026-03-02 08:00:00", ""),
    ]


def test_the_two_logs_only_grow(store, tracker_id):
    store.commit_pass(tracker_id, full_plan())
    for statement in (
        "DELETE FROM change_log", "UPDATE change_log SET new = 'x'",
        "DELETE FROM stage_event", "UPDATE stage_event SET at = 0",
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match="only grow"):
            raw(store, statement)
    raw(store, "INSERT INTO setting VALUES (0, 'redacting', '')")
    raw(store, "UPDATE change_log SET old = 'x', new = 'y'")
    with pytest.raises(DBAPIError, match="only grow"):
        raw(store, "UPDATE change_log SET seen_at = 0")


def test_the_same_trouble_every_minute_is_one_line(store, tracker_id):
    for minute in range(3):
        store.fail_pass(
            tracker_id, "In use.", now=NOW + timedelta(minutes=minute), outcome="deferred"
        )
    line, *others = store.passes(tracker_id, 10)
    assert others == []
    assert (line.started_at, line.ended_at) == (NOW, NOW + timedelta(minutes=2))
    assert store.tracker_state(tracker_id).fail_count == 3


def test_a_quiet_pass_ends_a_series_of_failures(store, tracker_id):
    store.fail_pass(tracker_id, "In use.", now=NOW)
    store.quiet_pass(tracker_id, NOW + timedelta(minutes=1))
    state = store.tracker_state(tracker_id)
    assert (state.fail_count, state.last_ok_at) == (0, NOW + timedelta(minutes=1))


def test_mails_today_counts_from_midnight_of_the_tracker(store, tracker_id):
    late = NOW.replace(hour=21, minute=30)  # 23:30 in Johannesburg
    store.commit_pass(tracker_id, plan(at=late, notices=(notice("a"),)))
    after_midnight = late + timedelta(hours=1)
    assert store.load_memory(tracker_id, late, "Africa/Johannesburg").mails_today == 1
    assert store.load_memory(tracker_id, after_midnight, "Africa/Johannesburg").mails_today == 0
    assert store.load_memory(tracker_id, after_midnight, "UTC").mails_today == 1


def test_two_trackers_in_one_store_do_not_see_each_other(store, tracker_id):
    other = store.tracker("Returns", "returns.xlsx", uuid="u-2", now=NOW).id
    store.commit_pass(tracker_id, full_plan())
    store.commit_pass(other, full_plan())
    assert len(store.outbox(tracker_id).latest(10)) == len(store.outbox(other).latest(10)) == 1
    store.commit_pass(other, plan(memory={"#SP-9": {}}))
    assert store.load_memory(tracker_id, NOW, "UTC").orders.index.tolist() == ["#SP-1"]


def test_a_known_tracker_keeps_its_uuid_and_takes_its_new_name(store, tracker_id):
    again = store.tracker("Orders 2026", "orders.xlsx", uuid="other", now=NOW)
    assert (again.id, again.uuid, again.name) == (tracker_id, "u-1", "Orders 2026")


def test_a_hold_stands_until_it_is_released(store, tracker_id):
    store.hold(tracker_id, "38 of 40 rows vanished.", now=NOW)
    assert store.tracker_state(tracker_id).state == "held"
    store.release(tracker_id)
    assert store.tracker_state(tracker_id).hold_reason == ""


def test_an_unknown_tracker_or_pass_is_said_in_words(store):
    with pytest.raises(StoreError, match="no tracker number 7"):
        store.load_memory(7, NOW, "UTC")
    with pytest.raises(StoreError, match="no pass number 9"):
        store.close_pass(9, receipt(), fingerprint="", now=NOW)
