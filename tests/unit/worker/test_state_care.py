"""The store is checked, copied and put back: nothing mailed again, nothing invented, the former one kept."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from sheetsync.cli.main import cli, run
from sheetsync.config import load_config
from sheetsync.errors import AlreadyRunning, StoreCorrupt, StoreError, UsageError
from sheetsync.store.looking import look_at
from sheetsync.worker import state_care
from tests.support.shop import Shop


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Shop, Path]:
    """A shop looked at twice, copied, and then worked on: a tick stamped and two late orders mailed about."""
    shop = Shop(tmp_path_factory.mktemp("state") / "shop")
    shop.add({"order_id": "#SP-1", "allocated": True}, {"order_id": "#SP-2"}, {"order_id": "#SP-3"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked=True)
    shop.look(shop.at("08:12"))
    state_care.back_up(load_config(shop.config), shop.at("08:13"))
    shop.type_in("#SP-2", allocated=True)
    shop.look(shop.at("08:14"))
    shop.look(shop.at("12:40"))
    assert shop.mails_about_orders()
    return shop, shop.snapshot()


@pytest.fixture
def shop(made) -> Shop:
    shop, snapshot = made
    shop.restore(snapshot)
    shop.now = shop.at("12:42")
    return shop


def copy_of_morning(shop: Shop) -> Path:
    (copy,) = (shop.folder / "state" / "backups").glob("state-20260309T0613*.db")
    return copy


def call(shop: Shop, *words: str, answer: str = ""):
    return CliRunner().invoke(cli, ["state", *words, "--config", str(shop.config)], input=answer)


def restore(shop: Shop, who: str = "Lerato"):
    config = load_config(shop.config)
    return state_care.put_back(config, copy_of_morning(shop), who=who, now=shop.now)


def rows(path: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute(query).fetchall()


def scribble(path: Path) -> bytes:
    """Overwrite pages in the middle of a file, and its log with them."""
    for companion in ("-wal", "-shm"):
        path.with_name(path.name + companion).unlink(missing_ok=True)
    data = bytearray(path.read_bytes())
    for start in range(4096 * 4, len(data), 4096):
        data[start : start + 64] = b"\xa5" * 64
    path.write_bytes(data)
    return bytes(data)


class TestRestore:
    def test_the_next_pass_is_a_first_look_that_mails_nothing_and_invents_nothing(self, shop):
        mailed, stamped = shop.mails(), shop.cell("#SP-2", "allocated_at")
        done = restore(shop)
        assert done.merged == len(mailed)
        shop.type_in("#SP-3", allocated=True)
        result = shop.look(shop.at("12:44"))
        assert (result.outcome, result.plan.baseline) == ("done", True)
        assert shop.mails() == mailed
        assert shop.cell("#SP-2", "allocated_at") == stamped, "what stands in the sheet stays"
        assert shop.cell("#SP-3", "allocated_at") is None, "a tick of unknown time gets no time"
        assert shop.look(shop.at("12:46")).outcome == "unchanged"
        assert shop.mails() == mailed

    def test_times_kept_by_the_copy_stay_and_later_work_is_stamped_as_ever(self, shop):
        before = shop.cell("#SP-1", "picked_at")
        restore(shop)
        shop.look(shop.at("12:44"))
        shop.type_in("#SP-3", allocated=True)
        shop.look(shop.at("12:46"))
        assert shop.cell("#SP-1", "picked_at") == before
        assert shop.cell("#SP-3", "allocated_at") == shop.at("12:46").replace(
            tzinfo=None
        ) + timedelta(hours=2)

    def test_what_falls_due_later_is_mailed_once(self, shop):
        mailed = len(shop.mails())
        restore(shop)
        shop.look(shop.at("12:44"))
        shop.look(shop.at("15:30"))
        shop.look(shop.at("15:32"))
        assert len(shop.mails()) > mailed
        ids = [mail.message_id for mail in shop.mails()]
        assert len(set(ids)) == len(ids)

    def test_the_former_store_is_kept_and_the_act_is_logged(self, shop):
        before = look_at(shop.folder / "state.db")
        done = restore(shop)
        assert done.kept.parent == shop.folder / "state" / "replaced"
        assert look_at(done.kept).sent == before.sent
        query = 'SELECT "column", rule, new FROM change_log WHERE "column" = \'restore\''
        assert rows(shop.folder / "state.db", query) == [
            ("restore", "Lerato", copy_of_morning(shop).name)
        ]

    def test_the_mark_outranks_the_sheets_although_the_copy_is_older(self, shop):
        restore(shop)
        ((epoch, seq),) = rows(shop.folder / "state.db", "SELECT epoch, seq FROM tracker")
        assert epoch > 1
        assert seq >= 3
        shop.look(shop.at("12:44"))
        with shop.workshop() as workshop:
            assert workshop.state.state == "active"

    def test_a_damaged_store_tells_what_it_can_and_is_kept_as_it_is(self, shop):
        mailed = shop.mails()
        damaged = scribble(shop.folder / "state.db")
        done = restore(shop)
        assert done.unread
        assert done.kept.read_bytes() == damaged
        assert shop.look(shop.at("12:44")).outcome == "done"
        assert shop.mails() == mailed

    def test_a_lost_store_is_put_back_too(self, shop):
        mailed = shop.mails()
        for file in shop.folder.glob("state.db*"):
            file.unlink()
        assert restore(shop).kept is None
        assert shop.look(shop.at("12:44")).outcome == "done"
        assert shop.mails() == mailed

    def test_mails_that_waited_in_the_copy_are_called_off(self, shop, tmp_path):
        waiting = tmp_path / "state-20260309T061300Z.db"
        store = shop.folder / "state.db"
        with closing(sqlite3.connect(store)) as old, closing(sqlite3.connect(waiting)) as new:
            old.backup(new)
            new.execute("UPDATE outbox SET state = 'pending', sent_at = NULL")
            new.execute("DELETE FROM ledger")
            new.commit()
        for file in shop.folder.glob("state.db*"):
            file.unlink()
        config = load_config(shop.config)
        state_care.put_back(config, waiting, who="Lerato", now=shop.now)
        mailed = shop.mails()
        shop.look(shop.at("12:44"))
        assert shop.mails() == mailed
        states = rows(shop.folder / "state.db", "SELECT DISTINCT state, last_error FROM outbox")
        assert [state for state, _ in states] == ["superseded"]
        assert "put back from" in states[0][1]

    @pytest.mark.parametrize("at", ["kept", "copied", "prepared", "parted", "exchanged"])
    def test_killed_at_any_step_there_is_one_whole_store_and_nothing_is_mailed_again(
        self, shop, at
    ):
        mailed = shop.mails_about_orders()

        def die(name: str) -> None:
            if name == at:
                raise KeyboardInterrupt

        config = load_config(shop.config)
        with pytest.raises(KeyboardInterrupt):
            state_care.put_back(config, copy_of_morning(shop), who="x", now=shop.now, step=die)
        assert look_at(shop.folder / "state.db", thoroughly=True).problem == ""
        result = shop.look(shop.at("12:44"))
        assert result.outcome in ("done", "unchanged")
        assert (result.plan is not None and result.plan.baseline) == (at == "exchanged")
        assert shop.mails_about_orders() == mailed
        restore(shop)
        assert shop.look(shop.at("12:46")).outcome == "done"
        assert shop.mails_about_orders() == mailed

    @pytest.mark.parametrize("kind", ["no store", "damaged", "newer", "missing"])
    def test_what_is_no_good_copy_is_refused_and_nothing_changes(self, shop, tmp_path, kind):
        copy = tmp_path / "copy.db"
        if kind == "no store":
            with closing(sqlite3.connect(copy)) as raw:
                raw.execute("CREATE TABLE x (y)")
        elif kind != "missing":
            shutil.copyfile(copy_of_morning(shop), copy)
            if kind == "damaged":
                scribble(copy)
            else:
                with closing(sqlite3.connect(copy)) as raw:
                    raw.execute("UPDATE alembic_version SET version_num = '9999'")
                    raw.commit()
        before = (shop.folder / "state.db").read_bytes()
        with pytest.raises(StoreError, match="It was not put back"):
            state_care.put_back(load_config(shop.config), copy, who="x", now=shop.now)
        assert (shop.folder / "state.db").read_bytes() == before
        assert not list(shop.folder.glob("*.restoring*"))


class TestTheVerb:
    def test_restore_shows_both_asks_and_no_changes_nothing(self, shop):
        before = (shop.folder / "state.db").read_bytes()
        answer = call(shop, "restore", str(copy_of_morning(shop)), answer="n\n")
        assert "The copy:      last pass 2026-03-09 08:12, 3 orders, 0 mails sent" in answer.stdout
        assert "The store now: last pass 2026-03-09 12:40, 3 orders" in answer.stdout
        assert "Nothing was changed." in answer.stdout
        assert (shop.folder / "state.db").read_bytes() == before

    def test_restore_after_yes(self, shop):
        answer = call(shop, "restore", str(copy_of_morning(shop)), answer="y\n")
        assert "Put back." in answer.stdout
        assert "carried over" in answer.stdout
        assert "Next: sheetsync sync" in answer.stdout

    def test_restore_waits_for_nobody_but_refuses_beside_a_worker(self, shop):
        with shop.workshop() as worker, worker.alone():
            answer = call(shop, "restore", str(copy_of_morning(shop)), "--yes")
        assert isinstance(answer.exception, AlreadyRunning)

    def test_the_store_itself_is_no_copy(self, shop):
        answer = call(shop, "restore", str(shop.folder / "state.db"), "--yes")
        assert isinstance(answer.exception, UsageError)

    def test_backup_copies_beside_a_running_worker(self, shop):
        with shop.workshop() as worker, worker.alone():
            answer = call(shop, "backup")
        made = Path("".join(answer.stdout.split()).removeprefix("Copiedto").removesuffix("."))
        assert look_at(made).problem == ""

    def test_check_of_a_sound_store(self, shop):
        call(shop, "backup")
        answer = call(shop, "check")
        assert "state.db is sound: 3 orders" in " ".join(answer.stdout.split())
        assert run(["state", "check", "--config", str(shop.config)]) == 0

    def test_check_of_a_damaged_store_ends_with_78_and_names_the_way_out(self, shop):
        damaged = scribble(shop.folder / "state.db")
        answer = call(shop, "check")
        assert "sheetsync state restore" in answer.stdout
        assert run(["state", "check", "--config", str(shop.config)]) == StoreCorrupt.exit_code
        assert run(["sync", "--config", str(shop.config)]) == StoreCorrupt.exit_code
        assert (shop.folder / "state.db").read_bytes() == damaged

    def test_a_copy_that_is_damaged_is_told(self, shop):
        newest = state_care.back_up(load_config(shop.config), shop.at("12:50"))
        scribble(newest)
        assert run(["state", "check", "--config", str(shop.config)]) == 1

    def test_before_the_first_pass_there_is_nothing_to_care_for(self, tmp_path):
        shop = Shop(tmp_path / "new")
        (shop.folder / "state.db").unlink()
        assert "There is no store" in call(shop, "check").stdout
        assert isinstance(call(shop, "backup").exception, UsageError)

    def test_a_store_whose_making_was_cut_short_is_no_damage_and_the_next_pass_makes_it(self, shop):
        (shop.folder / "state.db").unlink()
        with closing(sqlite3.connect(shop.folder / "state.db")) as raw:
            raw.execute("PRAGMA journal_mode=WAL")
        shown = call(shop, "check")
        assert shown.exit_code == 0
        assert "holds nothing yet. The next pass makes its tables." in " ".join(
            shown.output.split()
        )
        assert "is no store" not in shown.output

    def test_a_store_on_a_server_has_tools_of_its_own(self, shop):
        text = shop.config.read_text()
        shop.config.write_text(text + "store: {url: 'postgresql://sheetsync@db/sheetsync'}\n")
        for words in (["backup"], ["check"], ["restore", "x.db"]):
            answer = call(shop, *words)
            assert "pg_dump" in str(answer.exception)


class TestCopies:
    def test_a_copy_a_day_and_one_after_so_many_passes(self, tmp_path):
        shop = Shop(tmp_path / "shop", more="store: {backup_passes: 2}\n")
        shop.add({"order_id": "#SP-1"})
        for minute, notes in enumerate(("a", "b", "c", "d", "e")):
            shop.type_in("#SP-1", notes=notes, allocated=minute % 2 or None)
            shop.look(shop.at(f"08:1{minute}"))
        assert len(state_care.backups(load_config(shop.config))) == 3

    def test_the_newest_of_each_day_stays(self, shop):
        config = load_config(shop.config)
        for day in range(1, 12):
            for hour in ("08:00", "12:00", "16:00"):
                state_care.back_up(config, shop.at(hour, day))
        kept = [copy.stem.partition("-")[2] for copy in state_care.backups(config)]
        assert kept[:3] == ["20260320T140000Z", "20260320T100000Z", "20260320T060000Z"]
        assert kept[3:] == [f"202603{day:02}T140000Z" for day in range(19, 13, -1)]


def test_on_a_full_disk_nothing_is_written_or_mailed_and_that_is_kept(shop):
    """Through the pass, and with the database's own limit: the commit is rolled back, and then all stops."""
    before, mailed = shop.workbook.read_bytes(), shop.mails()
    with shop.workshop() as workshop:
        engine = workshop.store._engine
        with engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        shop.add(*({"order_id": f"#SP-{n}", "notes": "n" * 500} for n in range(10, 400)))
        before = shop.workbook.read_bytes()
        with pytest.raises(StoreError, match="no room left"):
            workshop.run_pass(shop.at("12:44"))
        (last,) = workshop.store.passes(workshop.state.id, 1)
        assert "no room left" in last.error
    assert shop.workbook.read_bytes() == before
    assert shop.mails() == mailed
    assert shop.look(shop.at("12:46")).outcome == "done"


def test_room_that_was_given_up_is_kept_again_after_a_good_pass(shop):
    with shop.workshop() as workshop:
        reserve = shop.folder / "state.db.reserve"
        reserve.unlink()
        workshop.run_pass(shop.at("12:44"))
        assert reserve.exists()
