"""First-seen stamps: what a pass may claim to know about when a stage was done."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.orders_builder import at, ids_with, local, order, utc, watched


def test_a_tick_is_stamped_with_the_pass_that_saw_it_and_both_ends_are_remembered() -> None:
    tracker = watched(order(), since="09:00")
    tracker.look(at("09:02"))
    tracker["#SP-1"]["allocated"] = True

    seen = tracker.look(at("09:04"))

    assert tracker["#SP-1"]["allocated_at"] == local("09:04")
    stamp = seen.stamps.iloc[0]
    assert (stamp["allocated_at"], stamp["allocated_at_from"]) == (utc("09:04"), utc("09:02"))
    assert (stamp["allocated_source"], stamp["allocated_certainty"]) == ("pass", "exact")
    assert (seen.stage[0], seen.stay[0]) == ("Picking", "picking#0")
    assert (seen.stage_start[0], seen.stage_start_from[0]) == (utc("09:04"), utc("09:02"))


def test_a_pass_over_an_unchanged_tracker_changes_and_logs_nothing() -> None:
    tracker = watched(order(allocated=True), order("#SP-2", picked=True, status="On Hold"))
    tracker["#SP-1"]["picked"] = True
    tracker.look(at("08:02"))
    tracker.look(at("08:04"))

    seen = tracker.look(at("08:06"))

    assert seen.cells.empty
    assert seen.stage_events.empty
    assert not seen.memory_changed.any()
    assert not seen.pauses_changed.any()


def test_the_first_pass_invents_no_time_for_what_was_done_before() -> None:
    tracker = watched(order(allocated=True, picked=True, status="Packing"))

    assert "allocated_at" not in tracker["#SP-1"]
    seen = tracker.look(at("08:02"))
    assert seen.stamps.loc[0, "picked_certainty"] == "unmeasured"
    assert np.isnat(seen.stage_start[0])
    assert seen.cells.empty


def test_the_first_pass_takes_the_times_that_stand_in_the_cells() -> None:
    tracker = watched(
        order(allocated=True, allocated_at=local("07:30"), dispatched_at=local("07:45"))
    )

    stamp = tracker.look(at("08:02")).stamps.iloc[0]

    assert (stamp["allocated_at"], stamp["allocated_certainty"]) == (utc("07:30"), "exact")
    assert (stamp["dispatched_at"], stamp["dispatched_source"]) == (utc("07:45"), "cell")


def test_an_order_first_seen_after_the_baseline_is_measured() -> None:
    tracker = watched(order())
    tracker.rows.append(order("#SP-2", allocated=True))

    tracker.look(at("08:02"))

    assert tracker["#SP-2"]["allocated_at"] == local("08:02")


def test_two_ticks_between_two_passes_leave_the_stage_between_unsure() -> None:
    tracker = watched(order())
    tracker["#SP-1"].update({"allocated": True, "picked": True})

    stamp = tracker.look(at("08:02")).stamps.iloc[0]

    assert stamp["allocated_at"] == stamp["picked_at"] == utc("08:02")
    assert (stamp["allocated_certainty"], stamp["picked_certainty"]) == ("exact", "unsure")


def test_after_an_outage_the_time_is_approximate_and_the_interval_is_told() -> None:
    tracker = watched(order(), since="08:10")
    tracker["#SP-1"]["allocated"] = True

    seen = tracker.look(at("11:42"))

    assert seen.stamps.loc[0, "allocated_certainty"] == "approx"
    finding = seen.findings[seen.findings["rule"] == "seen_after_gap"].iloc[0]
    assert finding["severity"] == "unsure"
    assert "Inventory Allocated was seen between 08:10 and 11:42." in finding["message"]


def test_an_outage_over_the_weekend_names_the_days() -> None:
    tracker = watched(order(), since="18:00")
    tracker["#SP-1"].update({"allocated": True, "picked": True})

    seen = tracker.look(at("09:00", day=3))
    again = tracker.look(at("09:02", day=3))

    message = seen.findings.loc[seen.findings["rule"] == "seen_after_gap", "message"].item()
    assert (
        message.startswith(
            "Inventory Allocated and Picking Completed was seen between Mon 9 Mar 18:00 and Thu 12 Mar "
            "09:00."
        )
        or "were seen between Mon 9 Mar 18:00 and Thu 12 Mar 09:00." in message
    )
    assert message in again.findings["message"].tolist()


def test_a_typed_time_ends_the_doubt_of_an_outage() -> None:
    tracker = watched(order(), since="08:10")
    tracker["#SP-1"]["allocated"] = True
    tracker.look(at("11:42"))
    tracker["#SP-1"]["allocated_at"] = local("08:30")

    seen = tracker.look(at("11:44"))

    assert ids_with(seen, "seen_after_gap") == []
    assert seen.stamps.loc[0, "allocated_at"] == utc("08:30")


def test_a_tick_taken_back_within_the_grace_time_leaves_no_trace_in_the_sheet() -> None:
    tracker = watched(order(allocated=True, status="Picking"))
    tracker["#SP-1"]["picked"] = True
    tracker.look(at("08:02"))
    assert tracker["#SP-1"]["status"] == "Packing" or tracker["#SP-1"]["status"] == "Picking"
    tracker["#SP-1"]["picked"] = False

    seen = tracker.look(at("08:10"))

    assert tracker["#SP-1"]["picked_at"] is None
    assert tracker["#SP-1"]["status"] != "Packing"
    event = seen.stage_events[seen.stage_events["field"] == "picked"].iloc[0]
    assert (event["old"], event["new"], event["source"]) == ("yes", "no", "slip")
    assert tracker.look(at("08:12")).cells.empty


def test_a_tick_taken_back_later_is_rework_and_its_time_is_kept() -> None:
    tracker = watched(order())
    tracker["#SP-1"]["allocated"] = True
    tracker.look(at("08:02"))
    tracker["#SP-1"]["allocated"] = False

    seen = tracker.look(at("09:30"))

    assert tracker["#SP-1"]["allocated_at"] == local("08:02")
    assert ids_with(seen, "stage_unticked") == ["#SP-1"]
    assert seen.stage_events.loc[seen.stage_events["field"] == "allocated", "source"].item() == (
        "rework"
    )
    assert seen.stamps["allocated_at"].isna().all()
    assert seen.stage[0] == "Allocation"


def test_after_rework_the_last_tick_ends_the_stage() -> None:
    tracker = watched(order())
    tracker["#SP-1"]["allocated"] = True
    tracker.look(at("08:02"))
    tracker["#SP-1"]["allocated"] = False
    tracker.look(at("09:30"))
    tracker["#SP-1"]["allocated"] = True

    seen = tracker.look(at("10:00"))

    assert tracker["#SP-1"]["allocated_at"] == local("10:00")
    assert ids_with(seen, "stage_unticked") == []


def test_an_untick_that_an_outage_may_hide_counts_as_later() -> None:
    tracker = watched(order(), since="08:00")
    tracker["#SP-1"]["allocated"] = True
    tracker.look(at("11:00"))
    tracker["#SP-1"]["allocated"] = False

    seen = tracker.look(at("11:02"))

    assert ids_with(seen, "stage_unticked") == ["#SP-1"]


def test_a_time_that_a_person_typed_is_used_and_never_changed() -> None:
    tracker = watched(order())
    tracker["#SP-1"].update({"allocated": True, "allocated_at": local("07:55")})

    seen = tracker.look(at("08:02"))
    tracker["#SP-1"]["allocated"] = False
    tracker.look(at("09:02"))
    tracker["#SP-1"]["allocated"] = True
    tracker.look(at("09:04"))

    assert seen.stamps.loc[0, "allocated_source"] == "cell"
    assert tracker["#SP-1"]["allocated_at"] == local("07:55")


def test_a_person_may_correct_our_time_and_take_the_correction_back() -> None:
    tracker = watched(order())
    tracker["#SP-1"]["allocated"] = True
    tracker.look(at("08:02"))
    tracker["#SP-1"]["allocated_at"] = local("07:50")
    corrected = tracker.look(at("08:04"))
    tracker["#SP-1"]["allocated_at"] = None

    tracker.look(at("08:06"))

    assert corrected.stamps.loc[0, "allocated_at"] == utc("07:50")
    assert tracker["#SP-1"]["allocated_at"] == local("08:02")


def test_our_time_comes_back_when_its_cell_is_emptied() -> None:
    tracker = watched(order())
    tracker["#SP-1"]["allocated"] = True
    tracker.look(at("08:02"))
    tracker["#SP-1"]["allocated_at"] = None

    tracker.look(at("08:30"))

    assert tracker["#SP-1"]["allocated_at"] == local("08:02")


def test_what_cannot_be_read_in_a_stamp_cell_is_a_persons_text() -> None:
    tracker = watched(order())
    tracker["#SP-1"].update({"allocated": True, "allocated_at": "this morning"})

    seen = tracker.look(at("08:02"))

    assert tracker["#SP-1"]["allocated_at"] == "this morning"
    assert seen.stamps.loc[0, "allocated_at"] == utc("08:02")


def test_an_unreadable_tick_counts_as_it_was_last_known() -> None:
    tracker = watched(order(), order("#SP-2"))
    tracker["#SP-1"]["allocated"] = True
    tracker.look(at("08:02"))
    tracker["#SP-1"]["allocated"] = tracker["#SP-2"]["allocated"] = "maybe"

    seen = tracker.look(at("08:04"))

    assert seen.derived.tolist() == ["Allocated", "Pending"]


def test_a_tick_in_a_date_column_means_done_at_the_time_it_was_first_seen() -> None:
    tracker = watched(order())
    tracker["#SP-1"]["dispatched_at"] = True

    seen = tracker.look(at("08:02"))

    assert tracker["#SP-1"]["dispatched_at"] is True
    assert seen.stamps.loc[0, "dispatched_at"] == utc("08:02")
    assert seen.derived[0] == "Shipped"


def test_a_delivered_date_toggled_by_hand_is_logged_each_time() -> None:
    tracker = watched(order(dispatched_at=local("07:30"), status="Shipped"))
    fields = []
    for minute, value in enumerate((local("08:01"), None, local("08:04"))):
        tracker["#SP-1"]["delivered_at"] = value
        seen = tracker.look(at(f"08:0{2 + 2 * minute}"))
        events = seen.stage_events[seen.stage_events["field"] == "delivered"]
        fields += events["new"].tolist()

    assert fields == ["yes", "no", "yes"]
    assert seen.stamps.loc[0, "delivered_at"] == utc("08:04")


@pytest.mark.parametrize("write", [True, False])
def test_a_stamp_is_the_same_when_its_write_is_repeated(write: bool) -> None:
    tracker = watched(order())
    tracker["#SP-1"]["allocated"] = True
    tracker.look(at("08:02"), write=False)

    again = tracker.look(at("08:20"), write=write)

    wanted = again.cells.set_index("column").loc["allocated_at", "new"]
    assert wanted == local("08:02")


def test_no_evidence_comes_from_columns_that_the_sheet_does_not_have() -> None:
    columns = ("order_id", "status", "picked")
    tracker = watched(order(), columns=columns)
    tracker["#SP-1"]["picked"] = True

    seen = tracker.look(at("08:02"))

    assert seen.cells["column"].tolist() == ["status"]
    assert seen.stamps.loc[0, "picked_at"] == utc("08:02")
    assert seen.stamps.loc[0, "allocated_source"] == ""


def test_doubled_and_unnamed_rows_are_left_alone() -> None:
    tracker = watched(order(), order("#SP-2"))
    tracker.rows.append(order("#SP-2", allocated=True))
    tracker.rows.append(order("", picked=True))

    seen = tracker.look(at("08:02"))

    assert seen.cells.empty
    assert seen.memory.index.tolist() == ["#SP-1"]
    assert seen.missing == ()
    assert seen.stage.tolist() == ["Allocation", "", "", ""]


def test_an_order_that_vanished_is_named_once_and_not_cancelled() -> None:
    tracker = watched(order(), order("#SP-2"))
    gone = tracker.rows.pop()

    assert tracker.look(at("08:02")).missing == ("#SP-2",)
    assert tracker.look(at("08:04")).missing == ()
    tracker.rows.append(gone | {"allocated": True})
    back = tracker.look(at("08:06"))
    assert back.stamps.loc[1, "allocated_at_from"] == utc("08:00")
    assert tracker.memory.orders["missing_since"].isna().all()


def test_a_tick_made_while_the_order_id_was_doubled_may_be_as_old_as_the_doubling() -> None:
    tracker = watched(order(), order("#SP-2"))
    tracker.rows.append(order("#SP-2"))
    for clock in ("08:02", "08:04", "10:58", "11:00"):
        seen = tracker.look(at(clock))
        assert seen.missing == ()
    tracker["#SP-2"]["allocated"] = True
    tracker.rows.pop()

    mended = tracker.look(at("11:02"))

    assert mended.stamps.loc[1, "allocated_at"] == utc("11:02")
    assert mended.stamps.loc[1, "allocated_at_from"] == utc("08:00")
    assert mended.stamps.loc[1, "allocated_certainty"] == "approx"
    assert "between 08:00 and 11:02" in mended.findings["message"].iloc[0]
    assert tracker.memory.orders["missing_since"].isna().all()
    tracker["#SP-2"]["picked"] = True
    assert tracker.look(at("11:04")).stamps.loc[1, "picked_at_from"] == utc("11:02")


def test_another_order_under_the_id_of_a_deleted_one_inherits_nothing() -> None:
    tracker = watched(order(), order("#SP-2"))
    tracker["#SP-2"].update(allocated=True, picked=True)
    tracker.look(at("08:02"))
    tracker["#SP-2"]["status"] = "On Hold"
    tracker.look(at("08:04"))
    tracker.rows.pop()
    tracker.look(at("08:06"))
    tracker.rows.append(order("#SP-2"))

    seen = tracker.look(at("08:30"))

    assert seen.stay.tolist()[1] == "allocation#1"
    assert tracker["#SP-2"].get("picked_at") is None
    assert tracker["#SP-2"]["status"] == "Pending"
    assert seen.findings.empty
    assert seen.stage_events.empty
    assert seen.pauses["stop"].tolist() == [utc("08:04")]
    tracker["#SP-2"]["picked"] = True
    again = tracker.look(at("08:32"))
    assert again.stamps.loc[1, "picked_at"] == utc("08:32")
    assert again.stay.tolist()[1] == "packing#1"


@pytest.mark.parametrize(
    ("cells", "back"),
    [
        ({"picked": True}, "08:30"),
        ({"status": "Packing"}, "08:30"),
        ({"picked": "maybe"}, "08:30"),
        ({}, "08:10"),
    ],
)
def test_an_order_that_comes_back_soon_or_with_anything_it_had_is_still_itself(
    cells: dict[str, object], back: str
) -> None:
    tracker = watched(order(), order("#SP-2"))
    tracker["#SP-2"]["picked"] = True
    tracker.look(at("08:02"))
    tracker.rows.pop()
    tracker.look(at("08:04"))
    tracker.rows.append(order("#SP-2", **cells))

    seen = tracker.look(at(back))

    assert seen.stay.tolist()[1].endswith("#0")
    assert tracker.memory.orders.loc["#SP-2", "cycle"] == 0


def test_stamps_are_right_in_the_night_when_an_hour_comes_twice() -> None:
    from datetime import UTC, datetime, timedelta

    from sheetsync.domain.evidence import observe
    from tests.support.orders_builder import (
        no_memory,
        orders_of,
        remembered,
        shipped_rules,
    )

    start = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # 01:30 in New York, the second time
    row = order()
    zone = "America/New_York"
    begin = start - timedelta(minutes=2)
    first = observe(orders_of([row], timezone=zone), no_memory(), shipped_rules(), begin)
    memory = remembered(no_memory(), first, begin)
    row |= {"status": "Pending", "allocated": True}
    seen = observe(orders_of([row], timezone=zone), memory, shipped_rules(), start)
    row["allocated_at"] = seen.cells.set_index("column").loc["allocated_at", "new"]
    row["status"] = "Allocated"

    later = start + timedelta(minutes=2)
    settled = observe(
        orders_of([row], timezone=zone), remembered(memory, seen, start), shipped_rules(), later
    )

    assert settled.cells.empty
    assert settled.stamps.loc[0, "allocated_at"] == np.datetime64("2026-11-01T06:30:00")
