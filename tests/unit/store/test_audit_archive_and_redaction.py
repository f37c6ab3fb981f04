"""On either database: the archive gives back what it took, and a redaction cuts values and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy.exc import DBAPIError

from sheetsync.store import Store
from sheetsync.store.archive import WORKER
from sheetsync.store.care import Wish
from sheetsync.store.inbound import VENDOR_ANSWER, Action
from tests.support.letters import notice
from tests.support.plans import NOW, plan
from tests.support.postgres import raw

LATER = NOW + timedelta(days=200)
CHECK = ("#SP-1", 2, "check", "", "Thandi Nkosi is no address", "own_check")
NOTE = ("#SP-1", 2, "notes", "Thandi Nkosi", "call her", "x")
OTHER = ("#SP-2", 3, "check", "", "see Thandi Nkosi", "own_check")
PICKED = ("#SP-1", "picked", "no", "yes", *["2026-03-02 08:00"] * 3, "pass")
HELD = ("#SP-1", "2026-03-02 07:00", "", "On Hold")
LEVEL = ("k1", "#SP-1", "late", "packing#0", 1, 0, "sent", "2026-03-02 08:00", "lead@example.org")


@pytest.fixture
def store(store_url):
    with Store.open(store_url, now=NOW) as opened:
        yield opened


@pytest.fixture
def tracker_id(store):
    tracker = store.tracker("Orders", "orders.xlsx", uuid="u-1", now=NOW).id
    store.commit_pass(
        tracker,
        plan(
            changes=(CHECK, NOTE, OTHER), events=(PICKED,), pauses=(HELD,), escalations=(LEVEL,),
            notices=(notice("n1", orders=("#SP-1",)),),
            memory={"#SP-1": {"status_seen": "Completed", "picked_at": "2026-03-02 08:00"}, "#SP-2": {}},
            facts={"#SP-1": {"status": "Completed"}, "#SP-2": {"status": "Thandi Nkosi"}},
        ),
    )  # fmt: skip
    return tracker


def wish(**more):
    return Wish(act="forget", who="lerato@desk", orders=["#SP-1"], columns=frozenset({"notes"}),
                fresh=b"s" * 32, **more)  # fmt: skip


def test_the_archive_gives_back_exactly_what_it_took(store, tracker_id):
    care = store.care(tracker_id)
    before = store.load_memory(tracker_id, LATER, "UTC")
    facts = store.load_facts(tracker_id)
    assert care.archive({"#SP-1": NOW}, who=WORKER, now=LATER) == 1
    without = store.load_memory(tracker_id, LATER, "UTC")
    assert without.orders.index.tolist() == ["#SP-2"]
    assert without.pauses.empty
    assert care.archived() == {"#SP-1": NOW}
    assert care.archived_among(["#SP-1", "#SP-2"]) == ["#SP-1"]
    back = store.load_memory(tracker_id, LATER, "UTC", returning=["#SP-1"])
    for name in ("orders", "pauses", "escalations"):
        pd.testing.assert_frame_equal(getattr(back, name), getattr(before, name))
    pd.testing.assert_frame_equal(store.load_facts(tracker_id, returning=["#SP-1"]), facts)
    assert care.archived_among(["#SP-1"]) == ["#SP-1"]
    store.commit_pass(tracker_id, plan(at=LATER, memory={"#SP-1": {"status_seen": "Returned"}}))
    again = store.load_memory(tracker_id, LATER, "UTC")
    assert again.orders.loc["#SP-1", "status_seen"] == "Returned"
    assert len(again.pauses) == 1
    assert care.archived() == {}
    assert store.known_orders(tracker_id) == ["#SP-1", "#SP-2"]


def test_a_redaction_cuts_values_and_leaves_lines_times_and_counts(store, tracker_id):
    care = store.care(tracker_id)
    with store.audit(tracker_id) as entries:
        before = list(entries)
    would = care.would_cut(wish())
    assert would.total > 0
    with store.audit(tracker_id) as entries:
        assert list(entries) == before
    assert care.cut(wish(), now=LATER) == would
    with store.audit(tracker_id) as entries:
        after = list(entries)
    assert [(e.at, e.kind, e.number, e.what) for e in after[: len(before)]] == [
        (e.at, e.kind, e.number, e.what) for e in before
    ]
    told = {e.what: (e.old, e.new) for e in after if e.kind == "cell" and e.order == "#SP-1"}
    assert told["notes"][0].startswith("[cut ")
    assert told["check"][1] == f"{told['notes'][0]} is no address"
    assert [(e.what, e.order) for e in after if e.kind == "act"] == [
        ("forget", "#SP-1"), ("forget", ""),
    ]  # fmt: skip
    assert store.load_facts(tracker_id).loc["#SP-2", "status"] == "Thandi Nkosi"
    assert care.would_cut(wish()).total == 0


def test_a_wish_for_a_value_reaches_every_corner(store, tracker_id):
    care = store.care(tracker_id)
    store.fail_pass(tracker_id, "Row 3 says THANDI NKOSI.", now=LATER)
    care.cut(wish(values=frozenset({"Thandi Nkosi"})), now=LATER)
    with store.audit(tracker_id) as entries:
        left = " ".join(f"{e.old} {e.new} {e.detail}" for e in entries)
    assert "nkosi" not in left.lower()
    assert store.load_facts(tracker_id).loc["#SP-2", "status"] == "Thandi Nkosi", "it is counted"


def test_after_a_redaction_the_log_is_closed_again(store, tracker_id):
    store.care(tracker_id).cut(wish(), now=LATER)
    with pytest.raises(DBAPIError, match="only grow"):
        raw(store, "UPDATE change_log SET new = 'x'")


def test_messages_that_may_still_leave_are_counted_and_left(store, tracker_id):
    (row,) = store.outbox(tracker_id).latest(5)
    asked = wish(values=frozenset({row.recipient}))
    assert store.care(tracker_id).cut(asked, now=LATER).waiting == 1
    assert store.outbox(tracker_id).latest(5)[0].recipient == row.recipient
    assert store.outbox(tracker_id).settle(
        row.id, from_state="pending", to_state="failed", now=LATER
    )
    store.care(tracker_id).cut(asked, now=LATER)
    assert store.outbox(tracker_id).latest(5)[0].recipient.startswith("[cut ")


def test_what_a_vendor_sent_counts_once_and_is_cut_with_its_order(store, tracker_id):
    payload = {"epoch": 1, "cells": {"vendor_note": "ask Thandi", "vendor_confirmed": "No"}}
    answer = Action(action_key="k", kind=VENDOR_ANSWER, order_id="#SP-1", payload=payload, at=NOW)
    inbound = store.inbound(tracker_id)
    assert [inbound.take(answer), inbound.take(answer)] == [True, False]
    store.care(tracker_id).cut(
        Wish(act="forget", who="lerato@desk", orders=["#SP-1"], columns=frozenset({"vendor_note"}),
             fresh=b"s" * 32), now=LATER,
    )  # fmt: skip
    (kept,) = inbound.in_state(VENDOR_ANSWER, "waiting")
    assert kept.payload["cells"]["vendor_note"].startswith("[cut ")
    assert kept.payload["cells"]["vendor_confirmed"] == "No"
