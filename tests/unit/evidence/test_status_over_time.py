"""Status over several passes: the later act wins, claims, holds, closing and re-opening."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.orders_builder import (
    at,
    ids_with,
    local,
    memory_rows,
    order,
    orders_of,
    utc,
    watched,
)


def test_pending_typed_at_entry_gives_way_to_a_tick_an_hour_later() -> None:
    tracker = watched(order())
    tracker.rows.append(order("#SP-2", status="Pending"))
    tracker.look(at("08:02"))
    tracker["#SP-2"]["allocated"] = True

    tracker.look(at("09:02"))

    assert tracker["#SP-2"]["status"] == "Allocated"


def test_pending_typed_over_a_ticked_packing_stands_until_something_further_is_done() -> None:
    tracker = watched(order())
    tracker["#SP-1"].update({"allocated": True, "picked": True, "packed": True})
    tracker.look(at("08:02"))
    tracker["#SP-1"]["status"] = "Pending"

    seen = tracker.look(at("08:04"))
    still = tracker.look(at("10:00"))
    assert ids_with(seen, "status_behind_ticks") == ids_with(still, "status_behind_ticks")
    assert ids_with(seen, "status_behind_ticks") == ["#SP-1"]
    assert tracker["#SP-1"]["status"] == "Pending"
    assert still.stage[0] == "Dispatch"

    tracker["#SP-1"]["dispatched_at"] = local("10:01")
    tracker.look(at("10:02"))
    assert tracker["#SP-1"]["status"] == "Shipped"


def test_a_status_and_a_tick_first_seen_together_leave_the_typed_value() -> None:
    tracker = watched(order())
    tracker["#SP-1"].update({"allocated": True, "picked": True, "status": "Allocated"})

    seen = tracker.look(at("08:02"))

    assert tracker["#SP-1"]["status"] == "Allocated"
    assert ids_with(seen, "status_behind_ticks") == ["#SP-1"]


def test_our_status_in_other_case_and_spaces_is_no_edit() -> None:
    tracker = watched(order())
    tracker["#SP-1"]["status"] = "  pending "
    tracker.look(at("08:02"))
    tracker["#SP-1"]["allocated"] = True

    tracker.look(at("08:04"))

    assert tracker["#SP-1"]["status"] == "Allocated"


def test_a_deferred_write_leaves_an_older_value_of_ours_that_is_no_edit() -> None:
    tracker = watched(order())
    tracker["#SP-1"]["allocated"] = True
    tracker.look(at("08:02"), write=False)
    assert tracker["#SP-1"]["status"] == "Pending"

    seen = tracker.look(at("08:04"))

    assert seen.cells["column"].tolist() == ["status", "allocated_at"]
    assert tracker["#SP-1"]["status"] == "Allocated"
    assert tracker["#SP-1"]["allocated_at"] == local("08:02")


def test_a_lost_receipt_does_not_turn_our_older_value_into_ours_again() -> None:
    tracker = watched(order())
    tracker["#SP-1"]["allocated"] = True
    tracker.look(at("08:02"), confirm=False)
    tracker.look(at("08:04"))
    tracker["#SP-1"]["status"] = "Pending"

    seen = tracker.look(at("08:06"))

    assert tracker["#SP-1"]["status"] == "Pending"
    assert ids_with(seen, "status_behind_ticks") == ["#SP-1"]


def test_a_cleared_status_is_worked_out_again() -> None:
    tracker = watched(order(allocated=True, status="On Hold"))
    tracker["#SP-1"]["status"] = ""

    tracker.look(at("08:02"))

    assert tracker["#SP-1"]["status"] == "Allocated"


def test_an_unknown_status_is_left_alone_whatever_is_ticked() -> None:
    tracker = watched(order())
    tracker["#SP-1"]["status"] = "Shiped"
    tracker.look(at("08:02"))
    tracker["#SP-1"]["allocated"] = True

    seen = tracker.look(at("08:04"))

    assert tracker["#SP-1"]["status"] == "Shiped"
    assert seen.standing[0] == "Allocated"
    assert seen.stage[0] == "Picking"


def test_shipped_typed_without_a_date_fills_the_date_it_was_first_seen() -> None:
    tracker = watched(order(allocated=True))
    tracker["#SP-1"]["status"] = "Shipped"

    seen = tracker.look(at("08:02"))
    again = tracker.look(at("08:04"))

    assert tracker["#SP-1"]["dispatched_at"] == local("08:02")
    assert tracker["#SP-1"].get("packed") is None
    assert seen.stamps.loc[0, "dispatched_source"] == "claim"
    assert (seen.stage[0], seen.stage_start[0]) == ("Transit", utc("08:02"))
    assert ids_with(seen, "status_ahead_of_ticks") == []
    assert again.cells.empty


@pytest.mark.parametrize("status", ["Delivered", "Completed"])
def test_delivered_typed_on_an_undispatched_order_fills_delivered_date_only(status: str) -> None:
    tracker = watched(order())
    tracker["#SP-1"]["status"] = status

    tracker.look(at("08:02"))

    assert tracker["#SP-1"]["delivered_at"] == local("08:02")
    assert tracker["#SP-1"].get("dispatched_at") is None


@pytest.mark.parametrize("instead", ["Ready", "", "Cancelled", "On Hold"])
def test_a_claim_taken_back_at_once_takes_our_date_with_it(instead: str) -> None:
    tracker = watched(order(allocated=True))
    tracker["#SP-1"]["status"] = "Shipped"
    tracker.look(at("08:02"))
    tracker["#SP-1"]["status"] = instead

    seen = tracker.look(at("08:04"))

    assert tracker["#SP-1"]["dispatched_at"] is None
    assert seen.derived[0] == "Allocated"
    assert tracker.look(at("08:06")).cells.empty


def test_a_claim_taken_back_before_it_was_written_leaves_nothing_to_write() -> None:
    tracker = watched(order(allocated=True))
    tracker["#SP-1"]["status"] = "Shipped"
    tracker.look(at("08:02"), write=False)
    tracker["#SP-1"]["status"] = "Allocated"

    seen = tracker.look(at("08:04"))

    assert seen.cells.empty
    assert seen.derived[0] == "Allocated"


def test_a_deferred_claim_is_written_later_with_its_own_time() -> None:
    tracker = watched(order(allocated=True))
    tracker["#SP-1"]["status"] = "Shipped"
    tracker.look(at("08:02"), write=False)

    tracker.look(at("08:40"))

    assert tracker["#SP-1"]["dispatched_at"] == local("08:02")


def test_a_deferred_retraction_is_written_later() -> None:
    tracker = watched(order(allocated=True))
    tracker["#SP-1"]["status"] = "Shipped"
    tracker.look(at("08:02"))
    tracker["#SP-1"]["status"] = "Allocated"
    tracker.look(at("08:04"), write=False)

    seen = tracker.look(at("08:06"))

    assert tracker["#SP-1"]["dispatched_at"] is None
    assert seen.derived[0] == "Allocated"


def test_a_date_we_claimed_and_a_person_emptied_is_not_filled_again() -> None:
    tracker = watched(order(allocated=True))
    tracker["#SP-1"]["status"] = "Shipped"
    tracker.look(at("08:02"))
    tracker["#SP-1"]["dispatched_at"] = None

    seen = tracker.look(at("08:30"))

    assert tracker["#SP-1"]["dispatched_at"] is None
    assert ids_with(seen, "status_ahead_of_ticks") == ["#SP-1"]
    assert tracker.look(at("08:32")).cells.empty


def test_a_person_may_correct_the_date_of_a_claim() -> None:
    tracker = watched(order(allocated=True))
    tracker["#SP-1"]["status"] = "Shipped"
    tracker.look(at("08:02"))
    tracker["#SP-1"]["dispatched_at"] = local("07:40")

    seen = tracker.look(at("08:04"))

    assert tracker["#SP-1"]["dispatched_at"] == local("07:40")
    assert seen.stamps.loc[0, "dispatched_source"] == "cell"


def test_a_status_ahead_on_the_first_pass_is_flagged_and_dates_nothing() -> None:
    tracker = watched(order(allocated=True, status="Shipped"))

    seen = tracker.look(at("08:02"))

    assert ids_with(seen, "status_ahead_of_ticks") == ["#SP-1"]
    assert tracker["#SP-1"].get("dispatched_at") is None


def test_a_claim_without_a_date_column_is_kept_in_memory_while_it_stands() -> None:
    columns = ("order_id", "allocated", "status")
    tracker = watched(order(allocated=True), columns=columns)
    tracker["#SP-1"]["status"] = "Delivered"

    claimed = tracker.look(at("08:02"))
    tracker["#SP-1"]["status"] = "Shipped"
    back = tracker.look(at("12:00"))

    assert claimed.stamps.loc[0, "delivered_at"] == utc("08:02")
    assert (back.derived[0], back.stamps.loc[0, "delivered_source"]) == ("Shipped", "")


def test_a_hold_pauses_from_first_seen_until_it_is_cleared() -> None:
    tracker = watched(order())
    tracker["#SP-1"].update({"allocated": True, "picked": True})
    tracker.look(at("08:02"))
    tracker["#SP-1"]["status"] = "On Hold"
    held = tracker.look(at("09:00"))
    tracker["#SP-1"]["status"] = ""
    freed = tracker.look(at("11:00"))

    assert held.exception[0]
    assert held.pauses.to_dict("records") == [
        {
            "order_id": "#SP-1",
            "start": utc("09:00"),
            "stop": held.pauses["stop"][0],
            "reason": "On Hold",
        }
    ]
    assert np.isnat(held.pauses["stop"].to_numpy()[0])
    assert freed.pauses["stop"].to_numpy()[0] == utc("11:00")
    assert freed.pauses_changed.tolist() == [True]
    assert tracker["#SP-1"]["status"] == "Packing"
    assert not tracker.look(at("11:02")).pauses_changed.any()


def test_one_hold_after_another_closes_the_first() -> None:
    tracker = watched(order(status="On Hold"))
    tracker["#SP-1"]["status"] = "Payment Failed"

    pauses = tracker.look(at("08:30")).pauses

    assert pauses["reason"].tolist() == ["On Hold", "Payment Failed"]
    assert pauses["stop"].isna().tolist() == [False, True]


def test_a_doubled_row_keeps_its_hold_as_it_is() -> None:
    tracker = watched(order(status="On Hold"))
    tracker.rows.append(order(status="Pending"))

    seen = tracker.look(at("08:30"))

    assert seen.pauses["stop"].isna().all()
    assert not seen.pauses_changed.any()


def test_a_tick_never_moves_a_hold() -> None:
    tracker = watched(order(status="On Hold"))
    tracker["#SP-1"]["dispatched_at"] = local("08:20")

    seen = tracker.look(at("08:30"))

    assert tracker["#SP-1"]["status"] == "On Hold"
    assert ids_with(seen, "hold_after_dispatch") == ["#SP-1"]


def test_a_cancelled_order_runs_no_clock_and_opens_again_as_a_new_stay() -> None:
    tracker = watched(order())
    tracker["#SP-1"]["allocated"] = True
    tracker.look(at("08:02"))
    tracker["#SP-1"]["status"] = "Cancelled"
    closed = tracker.look(at("09:00"))
    tracker["#SP-1"]["status"] = "Allocated"
    opened = tracker.look(at("11:00"))
    later = tracker.look(at("11:30"))

    assert (closed.stage[0], bool(closed.open_order[0])) == ("", False)
    assert opened.reopened.tolist() == [True]
    assert later.reopened.tolist() == [False]
    assert later.stay[0] == "picking#1"
    assert later.stage_start[0] == utc("11:00")
    assert "reopened" in opened.stage_events["source"].tolist()
    assert later.pauses[["reason"]].to_numpy().tolist() == [["Cancelled"]]
    assert (later.pauses["start"][0], later.pauses["stop"][0]) == (utc("09:00"), utc("11:00"))


def test_a_delivered_order_is_completed_after_its_quiet_time() -> None:
    tracker = watched(order(dispatched_at=local("07:30")))
    tracker["#SP-1"]["delivered_at"] = local("08:01")
    tracker.look(at("08:02"))
    tracker.complete_after = at("08:01", day=3)

    tracker.look(at("08:00", day=3))
    assert tracker["#SP-1"]["status"] == "Delivered"
    seen = tracker.look(at("08:02", day=3))
    assert tracker["#SP-1"]["status"] == "Completed"
    assert seen.stage[0] == ""


def test_an_order_opened_after_completion_is_not_completed_again() -> None:
    tracker = watched(order(dispatched_at=local("07:30"), delivered_at=local("08:00")))
    tracker.complete_after = at("12:00")
    tracker.look(at("12:02"))
    assert tracker["#SP-1"]["status"] == "Completed"
    tracker["#SP-1"]["status"] = "Delivered"

    opened = tracker.look(at("13:00"))
    later = tracker.look(at("15:00"))

    assert opened.reopened[0]
    assert tracker["#SP-1"]["status"] == "Delivered"
    assert (later.stage[0], later.stay[0]) == ("Closeout", "closeout#1")
    assert later.findings.empty


def test_old_delivered_orders_are_not_closed_by_the_first_pass() -> None:
    tracker = watched(
        order(
            dispatched_at=local("07:00", -20), delivered_at=local("07:00", -15), status="Delivered"
        )
    )
    tracker.complete_after = at("07:00", day=-12)

    seen = tracker.look(at("08:02"))

    assert tracker["#SP-1"]["status"] == "Delivered"
    assert seen.findings.empty


def test_status_taken_over_by_consent_advances_with_the_evidence() -> None:
    tracker = watched(order(allocated=True, picked=True, status="Pending"))
    orders = tracker.memory.orders.copy()
    orders["written_status"] = "Pending"
    tracker.memory = type(tracker.memory)(
        baseline_at=tracker.memory.baseline_at,
        last_pass_at=tracker.memory.last_pass_at,
        orders=orders,
        pauses=tracker.memory.pauses,
        escalations=tracker.memory.escalations,
    )

    tracker.look(at("08:02"))

    assert tracker["#SP-1"]["status"] == "Packing"


def test_cells_with_formulas_or_closed_to_us_are_no_targets() -> None:
    from sheetsync.domain.evidence import observe
    from tests.support.orders_builder import no_memory, shipped_rules

    rows = [order(), order("#SP-2"), order("#SP-3")]
    status = 6
    orders = orders_of(
        rows,
        formulas=frozenset({(2, status)}),
        unwritable={(3, status): "it is part of a merged block."},
    )

    seen = observe(orders, no_memory(), shipped_rules(), at("08:00"))

    assert seen.cells["order_id"].tolist() == ["#SP-3"]
    finding = seen.findings[seen.findings["rule"] == "cell_not_writable"].iloc[0]
    assert finding["order_id"] == "#SP-2"
    assert finding["message"] == "Status cannot be filled in: it is part of a merged block."


def test_no_text_for_staff_holds_codes_or_machine_words() -> None:
    tracker = watched(
        order(allocated=True, status="Pending"),
        order("#SP-2", status="Ready"),
        order("#SP-3", status="On Hold", dispatched_at=local("07:30")),
        order("#SP-4", status="Backordered", packed=True),
        order("#SP-5", status="Returned"),
        order("#SP-6", status="Cancelled", dispatched_at=local("07:30")),
        order("#SP-7", status="Delayed", delivered_at=local("07:30")),
    )

    findings = tracker.look(at("08:02")).findings

    assert len(findings) >= 7
    words = " ".join(findings["message"])
    assert not any(code in words for code in ("_", "nan", "None", "null", "NaT"))


def test_memory_given_to_the_store_has_every_column_of_the_seam() -> None:
    tracker = watched(order())

    memory = tracker.look(at("08:02")).memory

    expected = memory_rows({"#SP-1": {}})
    assert memory.columns.tolist() == expected.columns.tolist()
    assert memory.dtypes.astype(str).tolist() == expected.dtypes.astype(str).tolist()
    assert memory.index.name == "order_id"


def test_our_former_word_typed_again_by_a_person_is_theirs() -> None:
    tracker = watched(order())
    assert tracker["#SP-1"]["status"] == "Pending"
    tracker["#SP-1"].update({"allocated": True, "status": "Allocated"})
    tracker.look(at("08:02"))
    tracker["#SP-1"]["status"] = "Pending"

    seen = tracker.look(at("08:04"))

    assert tracker["#SP-1"]["status"] == "Pending"
    assert ids_with(seen, "status_behind_ticks") == ["#SP-1"]
