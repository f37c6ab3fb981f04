"""What the operations page says of troubles is what happens: each told case on a real workbook and store."""

from __future__ import annotations

import shutil

import pytest

from sheetsync.errors import AlreadyRunning, StoreCorrupt
from tests.support.shop import Shop

ORDERS = [{"order_id": f"#SP-{number}"} for number in range(1, 13)]


@pytest.fixture
def shop(tmp_path) -> Shop:
    """A shop with twelve orders, looked at once."""
    made = Shop(tmp_path / "shop")
    made.add(*ORDERS)
    assert made.look(made.at("08:00")).outcome == "done"
    return made


def test_a_workbook_under_another_path_is_held_and_then_begins_anew(shop):
    shop.workbook.rename(shop.folder / "renamed.xlsx")
    shop.config.write_text(shop.config.read_text().replace("tracker.xlsx", "renamed.xlsx"))

    assert shop.look(shop.at("08:02")).outcome == "held"
    shop.now = shop.at("08:04")
    accepted = shop.adopt()
    assert accepted.plan is not None
    assert accepted.plan.baseline
    assert shop.mails_about_orders() == []
    assert shop.look(shop.at("08:06")).outcome == "unchanged"


def test_an_old_copy_of_the_store_is_held_and_adopted_only_on_purpose(shop):
    store = shop.folder / "state.db"
    old = store.read_bytes()
    shop.type_in("#SP-1", allocated=True)
    assert shop.look(shop.at("08:02")).outcome == "done"
    store.write_bytes(old)

    held = shop.look(shop.at("08:04"))
    assert held.outcome == "held"
    assert "old backup" in held.problem
    shop.now = shop.at("08:06")
    assert shop.adopt().outcome == "done"
    assert shop.look(shop.at("08:08")).outcome == "unchanged"


def test_a_lost_store_is_held_and_accepting_is_silent(shop):
    for file in shop.folder.glob("state.db*"):
        file.unlink()

    assert shop.look(shop.at("08:02")).outcome == "held"
    shop.now = shop.at("12:00", day=20)
    accepted = shop.adopt()
    assert accepted.plan is not None
    assert accepted.plan.baseline
    assert shop.mails_about_orders() == []


def test_a_damaged_store_is_told_and_left_as_it_is(shop):
    store = shop.folder / "state.db"
    store.write_bytes(b"scribble" * 700)

    with pytest.raises(StoreCorrupt) as told:
        shop.look(shop.at("08:02"))
    assert told.value.exit_code == 78
    assert store.read_bytes() == b"scribble" * 700


def test_a_sheet_that_is_put_right_ends_the_hold_by_itself(shop):
    good = shop.workbook.read_bytes()
    with shop.sheet() as sheet:
        sheet.delete_rows(2, 11)
    held = shop.look(shop.at("08:02"))
    assert (held.outcome, held.exit_code) == ("held", 3)

    shop.workbook.write_bytes(good)
    assert shop.look(shop.at("08:04")).outcome == "done"


def test_a_conflict_copy_stops_writing_until_it_is_gone(shop):
    copy = shop.folder / "tracker (conflicted copy 2026-03-09).xlsx"
    shutil.copyfile(shop.workbook, copy)
    shop.type_in("#SP-1", allocated=True)
    before = shop.workbook.read_bytes()
    stopped = shop.look(shop.at("08:02"))
    assert stopped.outcome == "failed"
    assert copy.name in stopped.problem
    assert shop.workbook.read_bytes() == before

    copy.unlink()
    assert shop.look(shop.at("08:04")).outcome == "done"


def test_a_conflict_copy_is_told_also_while_nothing_is_to_be_written(shop):
    copy = shop.folder / "tracker (conflicted copy 2026-03-09).xlsx"
    shutil.copyfile(shop.workbook, copy)
    quiet = shop.look(shop.at("08:02"))
    assert quiet.outcome == "unchanged"
    [remark] = quiet.remarks
    assert copy.name in remark

    copy.unlink()
    assert shop.look(shop.at("08:04")).remarks == ()


def test_a_second_worker_with_the_same_configuration_is_refused_with_75(shop):
    with (
        shop.workshop() as first,
        first.alone(),
        shop.workshop() as second,
        pytest.raises(AlreadyRunning) as told,
        second.alone(),
    ):
        pass
    assert told.value.exit_code == 75


def test_every_write_leaves_a_copy_of_the_workbook_from_before_it(shop):
    before = shop.workbook.read_bytes()
    shop.type_in("#SP-1", allocated=True)
    edited = shop.workbook.read_bytes()
    shop.look(shop.at("08:02"))
    copies = [file.read_bytes() for file in (shop.folder / "state" / "workbooks").iterdir()]
    assert edited in copies
    assert before not in copies


def test_a_folder_moved_as_a_whole_is_the_same_tracker(shop, tmp_path):
    shop.type_in("#SP-1", allocated=True)
    shop.move(tmp_path / "another name")

    assert shop.look(shop.at("08:02")).outcome == "done"
    assert shop.look(shop.at("08:04")).outcome == "unchanged"


def test_the_first_pass_of_a_day_copies_the_store_and_the_newest_stay(shop):
    copies = shop.folder / "state" / "backups"
    for day in range(10, 21):
        shop.look(shop.at("08:00", day=day))
        shop.look(shop.at("09:00", day=day))
    assert len(list(copies.iterdir())) == 7
