"""A copy, a lost store, a second installation, an old store: `adopt` begins anew, silently, after a question."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from sheetsync.cli.main import cli, run
from sheetsync.errors import UsageError
from sheetsync.worker import adopting
from tests.support.shop import Shop


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Shop, Path]:
    """A shop watched since morning; one order is late by noon and was mailed about."""
    shop = Shop(tmp_path_factory.mktemp("adopting") / "shop")
    shop.add({"order_id": "#SP-1", "allocated": True}, {"order_id": "#SP-2"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked=True)
    shop.look(shop.at("08:12"))
    shop.look(shop.at("12:40"))
    assert shop.mails_about_orders()
    return shop, shop.snapshot()


@pytest.fixture
def shop(made) -> Shop:
    shop, snapshot = made
    shop.restore(snapshot)
    shop.now = shop.at("12:42")
    return shop


def copied(shop: Shop, tmp_path: Path) -> Shop:
    """Somebody copied the workbook, and watches the copy from a folder of its own."""
    copy = Shop(tmp_path / "copy")
    shutil.copyfile(shop.workbook, copy.workbook)
    copy.now = shop.now
    return copy


def lose_the_store(shop: Shop) -> None:
    for file in shop.folder.glob("state.db*"):
        file.unlink()


def drop_the_mark(shop: Shop) -> None:
    with shop.sheet() as sheet:
        names = sheet.parent.defined_names
        for name in [n for n in names if n.startswith("_sheetsync")]:
            del names[name]


def call(shop: Shop, *words: str, answer: str = ""):
    return CliRunner().invoke(cli, ["adopt", *words, "--config", str(shop.config)], input=answer)


def mark(shop: Shop) -> tuple[str, int, int]:
    with closing(sqlite3.connect(shop.folder / "state.db")) as raw:
        ((uuid, epoch, seq),) = raw.execute("SELECT uuid, epoch, seq FROM tracker")
        return uuid, epoch, seq


def test_a_copy_is_held_until_it_is_adopted_and_the_original_goes_on(shop, tmp_path):
    copy = copied(shop, tmp_path)
    assert copy.look().outcome == "held"
    result = copy.adopt()
    assert (result.outcome, result.plan.baseline) == ("done", True)
    assert copy.mails_about_orders() == []
    assert copy.look(copy.at("12:44")).outcome == "unchanged"
    assert shop.look(shop.at("12:44")).outcome in ("done", "unchanged")
    assert mark(copy)[0] != mark(shop)[0], "the original keeps its own mark"
    assert mark(copy)[1] > mark(shop)[1]


def test_after_a_lost_store_nothing_is_mailed_and_no_time_invented(shop):
    lose_the_store(shop)
    mailed = shop.mails_about_orders()
    shop.type_in("#SP-2", allocated=True)
    assert shop.look().outcome == "held"
    assert shop.cell("#SP-2", "allocated_at") is None
    shop.adopt()
    assert shop.mails_about_orders() == mailed
    assert shop.cell("#SP-2", "allocated_at") is None
    assert shop.cell("#SP-1", "picked_at"), "what stands in the sheet stays"
    shop.type_in("#SP-2", picked=True)
    shop.look(shop.at("12:46"))
    assert shop.cell("#SP-2", "picked_at"), "and from then on times are kept"


def test_a_second_installation_that_adopts_stops_the_first(shop, tmp_path):
    """Both watch one workbook: whoever adopted it last has it, and the other is held."""
    second = Shop(tmp_path / "second")
    second.workbook.unlink()
    second.config.write_text(
        second.config.read_text().replace("path: tracker.xlsx", f"path: {shop.workbook}")
    )
    second.now = shop.now
    assert second.look().outcome == "held"
    second.adopt()
    shop.type_in("#SP-2", allocated=True)
    held = shop.look(shop.at("12:44"))
    assert held.outcome == "held"
    assert "another sheetsync" in held.problem


def test_an_adopted_mark_is_only_that_mark(shop, tmp_path):
    """Another store that writes in the meantime is not covered by the answer."""
    copy = copied(shop, tmp_path)
    copy.look()
    with copy.workshop() as workshop:
        found = adopting.look(workshop, copy.now)
        workshop.store.adopt(workshop.state.id, found.found, who="Lerato", now=copy.now)
    shop.type_in("#SP-2", allocated=True)
    shop.look(shop.at("12:43"))
    shutil.copyfile(shop.workbook, copy.workbook)
    assert copy.look(copy.at("12:44")).outcome == "held"


def test_a_workbook_without_the_mark_it_had_is_held_and_adopted(shop):
    """Saved by a program that drops hidden names, say."""
    drop_the_mark(shop)
    held = shop.look()
    assert held.outcome == "held"
    assert "The mark that this sheet bore is gone" in held.problem
    mailed = shop.mails_about_orders()
    assert shop.adopt().plan.baseline
    assert shop.mails_about_orders() == mailed
    assert shop.look(shop.at("12:44")).outcome == "unchanged"


def test_the_same_workbook_without_its_mark_can_be_approved_and_goes_on_as_before(shop):
    drop_the_mark(shop)
    shop.type_in("#SP-2", allocated=True)
    assert "sheetsync approve" in shop.look().problem
    result = shop.let_through()
    assert (result.outcome, result.plan.baseline) == ("done", False)
    assert shop.cell("#SP-2", "allocated_at"), "it is no first look"
    assert shop.look(shop.at("12:44")).outcome == "unchanged"


def test_a_sheet_without_its_mark_and_half_of_its_orders_is_shown_with_both(shop):
    shop.add(*({"order_id": f"#M-{n}"} for n in range(20)))
    shop.look()
    drop_the_mark(shop)
    with shop.sheet() as sheet:
        sheet.delete_rows(2, 15)
    held = shop.look(shop.at("12:44"))
    assert "The mark that this sheet bore is gone" in held.problem
    assert "15 of 22 orders are gone" in held.problem


def test_it_shows_both_marks_and_what_begins_anew_and_no_means_no(shop):
    lose_the_store(shop)
    before = shop.workbook.read_bytes()
    answer = call(shop, answer="n\n")
    shown = " ".join((answer.stdout + answer.stderr).split())
    assert "is watched by another sheetsync, or is a copy" in shown
    assert "The sheet's mark: " in shown
    assert "2 rows would be taken as they stand; 2 orders this store has never seen" in shown
    assert "No mail would be sent." in shown
    assert "stays held" in shown
    assert shop.workbook.read_bytes() == before


def test_yes_begins_anew_and_who_said_so_is_kept(shop):
    lose_the_store(shop)
    assert run(["adopt", "--yes", "--config", str(shop.config)]) == 0
    with closing(sqlite3.connect(shop.folder / "state.db")) as raw:
        ((act, who),) = raw.execute(
            'SELECT "column", rule FROM change_log WHERE "column" = \'adopt\''
        )
    assert act == "adopt"
    assert "@" in who
    assert run(["sync", "--config", str(shop.config)]) == 0


def test_beside_a_running_worker_its_next_pass_is_the_first_look(shop):
    store = shop.folder / "state.db"
    snapshot = shop.folder.with_name(f"{shop.folder.name}-snapshot")
    lose_the_store(shop)
    assert not store.exists()
    assert snapshot.exists()
    with shop.workshop() as daemon, daemon.alone(), shop.workshop() as desk:
        assert daemon.run_pass(shop.now).outcome == "held"
        found = adopting.look(desk, shop.now)
        assert adopting.adopt(desk, found, who="Lerato", now=shop.now) is None
        result = daemon.run_pass(shop.at("12:44"))
        assert (result.outcome, result.plan.baseline) == ("done", True)


def test_a_tracker_of_our_own_is_nothing_to_adopt(shop):
    with shop.workshop() as workshop, pytest.raises(UsageError, match="nothing to adopt"):
        adopting.look(workshop, shop.now)


def test_a_first_look_without_any_mark_needs_no_adopting(tmp_path):
    shop = Shop(tmp_path / "new")
    shop.add({"order_id": "#SP-1"})
    assert isinstance(call(shop, "--yes").exception, UsageError)
    assert shop.look(shop.at("08:10")).plan.baseline
