"""A copy that comes back: what is taken, kept, left to a person or refused, and what the tracker holds then."""

from __future__ import annotations

import shutil
from datetime import datetime

import pytest

from sheetsync.cli.main import run
from sheetsync.domain.merge.three_way import CONFLICT, KEPT, REFUSED, SAME, TAKEN
from sheetsync.errors import PlanRefused, UsageError
from tests.support.offline_copy import (
    Away,
    CopyHands,
    bring_back,
    look,
    outcomes,
    saved_at,
    strict,
    take_out,
)
from tests.support.shop import TITLES


def test_a_copy_that_nobody_touched_changes_nothing(away):
    before = away.shop.workbook.read_bytes()
    found = away.look()
    assert found.idle
    assert not len(found.merged.cells)
    away.back()
    assert away.shop.workbook.read_bytes() == before


def test_every_cell_becomes_what_it_should_and_the_tracker_holds_it(away):
    away.hands.type_all({
        "#SP-1": {"notes": "from the road"}, "#SP-2": {"notes": "mine", "handler": "Sipho"},
        "#SP-3": {"notes": "alike"}, "#SP-4": {"sla": "late!"},
        "#SP-5": {"picked": "✓", "handler": None}, "#SP-6": {"dispatched_at": "some day"},
    })  # fmt: skip
    away.shop.type_in("#SP-2", notes="theirs")
    away.shop.type_in("#SP-3", notes="alike")
    away.shop.type_in("#SP-7", notes="only here")
    found = away.look()
    assert outcomes(found) == {
        ("#SP-1", "notes"): TAKEN, ("#SP-2", "notes"): CONFLICT, ("#SP-3", "notes"): SAME,
        ("#SP-4", "sla"): REFUSED, ("#SP-5", "picked"): TAKEN, ("#SP-5", "handler"): TAKEN,
        ("#SP-6", "dispatched_at"): REFUSED, ("#SP-7", "notes"): KEPT,
    }  # fmt: skip

    done = away.back()

    assert (done.cells, done.conflicts, done.missed) == (3, 1, 0)
    shop = away.shop
    assert [shop.cell(f"#SP-{n}", "notes") for n in (1, 2, 3, 7)] == ["from the road", "theirs", "alike", "only here"]  # fmt: skip
    assert (shop.cell("#SP-5", "picked"), shop.cell("#SP-5", "handler")) == ("✓", None)
    assert "late!" not in shop.orders()["#SP-4"].values()


def test_the_same_file_again_changes_nothing_and_a_put_back_cell_stays(away):
    away.hands.type_in("#SP-1", notes="from the road")
    away.hands.type_in("#SP-2", notes="mine")
    away.shop.type_in("#SP-2", notes="theirs")
    away.back()
    away.shop.type_in("#SP-1", notes="note 1")
    again = away.look("16:10")
    assert again.idle
    assert any("imported before" in remark for remark in again.remarks)


def test_a_tick_that_comes_with_a_copy_is_stamped_by_the_next_pass_and_logged_once(away, capsys):
    away.hands.type_in("#SP-1", picked="✓")
    away.back("16:00")
    away.shop.look(away.shop.at("16:02"))
    assert away.shop.cell("#SP-1", "picked_at") == datetime(2026, 3, 9, 16, 2)
    run(["history", "#SP-1", "--config", str(away.shop.config)])
    said = capsys.readouterr().out
    assert said.count(f"{TITLES['picked']}: (blank)") == 1
    assert f"it came with the offline copy {away.exported.id}" in " ".join(said.split())


def test_a_tick_made_offline_was_made_since_the_copy_went_out_and_no_later_one_was(away):
    away.shop.look(away.shop.at("15:58"))
    away.hands.type_in("#SP-1", picked="✓")
    away.back("16:00")
    away.shop.type_in("#SP-2", picked="✓")
    away.shop.look(away.shop.at("16:02"))
    assert "was seen between 08:12 and 16:02" in away.shop.cell("#SP-1", "check")
    assert "between" not in away.shop.cell("#SP-2", "check")
    away.shop.type_in("#SP-1", packed="✓")
    away.shop.look(away.shop.at("16:04"))
    assert away.shop.cell("#SP-1", "packed_at") == datetime(2026, 3, 9, 16, 4)


def test_an_import_is_a_pass_that_can_be_undone(away):
    away.hands.type_in("#SP-1", notes="from the road", picked="✓")
    done = away.back()
    assert run(["undo", str(done.number), "--yes", "--config", str(away.shop.config)]) == 0
    assert away.shop.cell("#SP-1", "notes") == "note 1"
    assert away.shop.cell("#SP-1", "picked") is None


def test_rows_that_were_added_offline_are_added_once(away):
    away.hands.add(order_id="#SP-900", customer="New", skus="MUG-01 x1", picked="✓", sla="mine")
    assert away.back().rows == 1
    row = away.shop.orders()["#SP-900"]
    assert (row[TITLES["customer"]], row[TITLES["picked"]]) == ("New", "✓")
    assert TITLES["sla"] not in row
    assert away.look("16:05").idle


def test_an_order_that_both_added_is_merged_cell_by_cell(away):
    away.hands.add(order_id="#SP-900", customer="New", notes="mine")
    away.shop.add({"order_id": "#SP-900", "customer": "New", "notes": "theirs", "handler": None})
    found = outcomes(away.look())
    assert found["#SP-900", "customer"] == SAME
    assert found["#SP-900", "notes"] == CONFLICT


def test_rows_that_were_deleted_offline_stay_in_the_tracker_and_are_told(away):
    away.hands.delete("#SP-5")
    found = away.look()
    assert found.merged.rows.deleted == ("#SP-5",)
    assert found.idle
    assert "#SP-5" in away.shop.orders()


def test_what_the_file_says_of_an_order_that_is_gone_from_the_tracker_is_refused(away):
    away.hands.type_in("#SP-5", notes="too late")
    with away.shop.sheet() as sheet:
        sheet.delete_rows(6)
    found = away.look()
    assert outcomes(found) == {("#SP-5", "notes"): REFUSED}
    assert found.idle


def test_an_order_that_stands_twice_in_the_file_is_left_alone_in_both(away):
    away.hands.add(order_id="#SP-5", notes="copied")
    away.hands.type_in("#SP-6", notes="fine")
    found = away.look()
    assert dict(found.merged.rows.refused).keys() == {"#SP-5"}
    assert outcomes(found) == {("#SP-6", "notes"): TAKEN}


def test_an_order_under_another_id_is_neither_added_nor_proposed_for_deletion(away):
    away.hands.type_in("#SP-5", order_id="#SP-55")
    found = away.look()
    assert found.merged.rows.refused == (
        ("#SP-55", "it looks like order #SP-5 under another Order ID"),
    )
    assert not found.merged.rows.deleted
    assert found.idle


def test_rows_in_another_order_are_the_same_rows(away):
    away.hands.type_in("#SP-2", notes="changed")
    away.hands.turn()
    assert outcomes(away.look()) == {("#SP-2", "notes"): TAKEN}


def test_a_renamed_heading_refuses_the_file_and_names_what_it_may_be_called_now(away):
    def rename(sheet):
        cell = next(cell for cell in sheet[1] if cell.value == TITLES["handler"])
        cell.value = "Wer packt"

    away.hands.type_in("#SP-1", handler="Naledi", notes="new")
    away.hands.edit(rename)
    with pytest.raises(PlanRefused, match=r'Handled By went out .* Was it renamed to "Wer packt"'):
        away.look()
    found = away.look(without=("Handled By",))
    assert outcomes(found) == {("#SP-1", "notes"): TAKEN}


def test_a_column_sorted_without_the_others_refuses_the_file(away):
    def sort_alone(sheet):
        at = next(cell.column for cell in sheet[1] if cell.value == TITLES["notes"])
        texts = [sheet.cell(n, at).value for n in range(2, 14)]
        for number, text in enumerate(reversed(texts), start=2):
            sheet.cell(number, at).value = text

    away.hands.edit(sort_alone)
    with pytest.raises(PlanRefused, match="sorted without the other columns"):
        away.look()
    assert len(away.look(approved=True).plan.changes) == 12


def test_what_the_guard_holds_back_in_a_pass_it_holds_back_in_an_import(away):
    away.hands.type_all({f"#SP-{number}": {"customer": None} for number in range(1, 13)})
    with pytest.raises(PlanRefused, match=r"is empty .* Nothing was imported"):
        away.look()


def test_two_files_of_one_copy_do_not_turn_back_each_other(away, tmp_path):
    second = tmp_path / "second.xlsx"
    shutil.copyfile(away.path, second)
    away.hands.type_in("#SP-1", notes="first", handler="Naledi")
    CopyHands(second).type_in("#SP-2", notes="second")
    CopyHands(second).type_in("#SP-1", handler="Thabo")
    away.back("15:00")
    away.shop.now = away.shop.at("16:00")
    found = look(away.shop, second)
    assert outcomes(found) == {
        ("#SP-1", "notes"): KEPT, ("#SP-1", "handler"): CONFLICT, ("#SP-2", "notes"): TAKEN,
    }  # fmt: skip
    assert any("Another file of this copy" in remark for remark in found.remarks)


def test_a_copy_that_is_worked_in_further_comes_back_a_second_time(away):
    away.hands.type_all({"#SP-1": {"notes": "morning"}, "#SP-2": {"notes": "morning"}})
    away.back("12:00")
    away.hands.type_in("#SP-1", notes="evening")
    found = away.look("17:00")
    assert outcomes(found) == {("#SP-1", "notes"): TAKEN}


def test_an_earlier_state_of_a_copy_does_not_turn_back_a_later_one(away, tmp_path):
    away.hands.type_in("#SP-1", notes="noon", handler="Naledi")
    noon = tmp_path / "noon.xlsx"
    shutil.copyfile(away.path, noon)
    saved_at(noon, datetime(2026, 3, 9, 10, 0))
    away.hands.type_in("#SP-2", notes="evening")
    saved_at(away.path, datetime(2026, 3, 9, 15, 0))
    away.back("17:00")
    with pytest.raises(PlanRefused, match="saved before the one that came back"):
        look(away.shop, noon)


def test_a_cell_that_is_again_as_exported_is_left_to_a_person(away):
    away.hands.type_all({f"#SP-{number}": {"notes": "noon"} for number in (1, 2, 3)})
    away.back("12:00")
    away.hands.type_in("#SP-1", notes="note 1")
    assert outcomes(away.look("17:00")) == {("#SP-1", "notes"): CONFLICT}


def test_an_older_copy_than_the_last_that_came_back_is_held_against_its_own_base(away, tmp_path):
    away.shop.now = away.shop.at("12:00")
    newer = tmp_path / "newer.xlsx"
    take_out(away.shop, newer)
    CopyHands(newer).type_in("#SP-1", notes="newer")
    bring_back(away.shop, newer)
    away.hands.type_all({"#SP-1": {"notes": "older"}, "#SP-2": {"notes": "older"}})
    found = away.look()
    assert outcomes(found) == {("#SP-1", "notes"): CONFLICT, ("#SP-2", "notes"): TAKEN}
    assert any("came back since this one was made" in remark for remark in found.remarks)


def test_a_copy_older_than_the_store_remembers_is_refused_with_its_date(away):
    away.shop.now = away.shop.at("08:00", day=100)
    take_out(away.shop, away.path.with_name("later.xlsx"))
    with pytest.raises(UsageError, match=r"does not know copy .* made on 2026-03-09"):
        look(away.shop, away.path)


def test_the_copy_of_another_tracker_is_refused(away, tmp_path):
    other = Away(tmp_path / "other") if (tmp_path / "other").mkdir() is None else None
    with pytest.raises(UsageError, match="exported from another tracker"):
        look(away.shop, other.path)


def test_a_workbook_without_a_mark_is_refused_unless_the_copy_is_named(away):
    away.hands.type_in("#SP-1", notes="new")
    import openpyxl

    book = openpyxl.load_workbook(away.path)
    bare = openpyxl.Workbook()
    for row in book["Orders"].iter_rows(values_only=True):
        bare.active.append(row)
    bare.save(away.path)
    with pytest.raises(UsageError, match="no mark of an export"):
        away.look()
    assert outcomes(away.look(copy_id=away.exported.id.lower())) == {("#SP-1", "notes"): TAKEN}


def test_a_kill_between_the_write_and_its_note_is_healed_by_the_same_import(away):
    from sheetsync.worker.offline.importing import carry_out_import
    from sheetsync.worker.offline.returning import Asked, look_at_import

    class Killed(Exception):
        pass

    def kill(step: str) -> None:
        if step == "written":
            raise Killed

    away.hands.type_in("#SP-1", notes="from the road")
    away.hands.add(order_id="#SP-900", customer="New")
    away.shop.now = away.shop.at("16:00")
    with away.shop.workshop() as workshop:
        found = look_at_import(workshop, away.path, away.shop.now, Asked())
        with pytest.raises(Killed):
            carry_out_import(workshop, found, who="x", step=kill)
    again = away.look("16:01")
    assert outcomes(again) == {("#SP-1", "notes"): SAME}
    assert away.back("16:01").rows == 1
    assert away.look("16:02").idle


def test_a_date_that_the_worker_filled_in_gives_way_to_one_that_a_person_typed_offline(away):
    away.shop.type_in("#SP-1", status="Shipped")
    away.shop.look(away.shop.at("09:00"))
    assert away.shop.cell("#SP-1", "dispatched_at") is not None
    typed = datetime(2026, 3, 9, 8, 40)
    away.hands.type_in("#SP-1", dispatched_at=typed)
    assert outcomes(away.look())["#SP-1", "dispatched_at"] == TAKEN


def test_a_vendors_copy_proposes_to_delete_no_other_vendors_orders(away, tmp_path):
    path = tmp_path / "acme.xlsx"
    take_out(away.shop, path, vendor="Acme")
    CopyHands(path).type_in("#SP-4", notes="packed at Acme")
    found = look(away.shop, path)
    assert outcomes(found) == {("#SP-4", "notes"): TAKEN}
    assert not found.merged.rows.deleted


def test_who_is_forgotten_leaves_the_kept_copies_and_does_not_come_back_with_a_file(away):
    away.hands.type_in("#SP-3", customer="Jane Roe", notes="12 Elm Street")
    assert run(["forget", "#SP-3", "--apply", "--config", str(away.shop.config)]) == 0
    found = away.look()
    assert dict(found.merged.rows.refused).keys() >= set()
    assert ("#SP-3", "customer") not in outcomes(found)
    assert found.idle


def test_a_copy_saved_as_strict_comes_back_like_any_other(away):
    away.hands.type_in("#SP-1", notes="strictly", picked="✓")
    strict(away.path)
    found = away.look()
    assert outcomes(found) == {("#SP-1", "notes"): TAKEN, ("#SP-1", "picked"): TAKEN}
