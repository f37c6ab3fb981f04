"""The store's file: private, checked, upgraded after a backup, never silently recreated."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

import sheetsync.store
from sheetsync.errors import StoreCorrupt, StoreError
from sheetsync.store import Store, schema, sqlite_url
from sheetsync.store.backup import back_up, free_reserve
from sheetsync.store.engine import open_engine, writing
from sheetsync.store.memory import save_orders
from tests.support.plans import NOW, memory_frame, plan
from tests.support.tomorrows_schema import REVISIONS, tomorrow


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "state.db"


def opened(path):
    return Store.open(sqlite_url(path), now=NOW)


def query(path, text):
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute(text).fetchall()


def test_only_the_owner_can_read_the_store(path):
    with opened(path) as store:
        store.tracker("t", "r", uuid="u", now=NOW)
        files = [f for f in path.parent.iterdir() if f.is_file()]
        assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}
        assert {f.name for f in files} >= {"state.db", "state.db-wal", "state.db.reserve"}


def test_a_last_commit_is_on_the_disk_when_it_returns(path):
    engine = open_engine(sqlite_url(path))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def test_a_reader_does_not_wait_for_a_writer(path):
    with opened(path) as store:
        tracker_id = store.tracker("t", "r", uuid="u", now=NOW).id
        with writing(store._engine, path) as connection:
            save_orders(connection, tracker_id, memory_frame({"#SP-1": {}}))
            assert store.load_memory(tracker_id, NOW, "UTC").orders.empty


def test_a_damaged_store_is_refused_and_left_as_it_is(path):
    with opened(path) as store:
        tracker_id = store.tracker("t", "r", uuid="u", now=NOW).id
        store.commit_pass(tracker_id, plan(memory={f"#SP-{i}": {} for i in range(300)}))
    data = bytearray(path.read_bytes())
    for start in range(4096 * 4, len(data), 4096):
        data[start : start + 64] = b"\xa5" * 64
    path.write_bytes(data)
    with pytest.raises(StoreCorrupt, match="is damaged"):
        opened(path)
    assert path.read_bytes() == data


def test_a_file_that_is_no_database_is_refused(path):
    path.parent.mkdir()
    path.write_bytes(b"PK\x03\x04 this is a workbook" * 100)
    with pytest.raises(StoreCorrupt, match="newest file of the backup folder"):
        opened(path)


def test_an_older_store_is_backed_up_then_upgraded(path, tmp_path):
    with opened(path) as store:
        store.tracker("t", "r", uuid="u", now=NOW)
    engine = open_engine(sqlite_url(path))
    schema.bring_up_to_date(
        engine,
        path,
        before_upgrade=lambda: back_up(path, tmp_path / "backups", now=NOW),
        revisions=REVISIONS,
        more_versions=tomorrow(tmp_path),
    )
    engine.dispose()
    assert query(path, "SELECT name, note FROM tracker") == [("t", None)]
    (kept,) = (tmp_path / "backups").glob("*.db")
    assert query(kept, "SELECT version_num FROM alembic_version") == [(schema.REVISIONS[-1],)]


@pytest.mark.parametrize("revision", schema.REVISIONS)
def test_every_schema_ever_made_still_opens(path, revision):
    """The tables exactly as that migration left them."""
    path.parent.mkdir()
    script = (Path(__file__).parent / f"schema_{revision}.sql").read_text()
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(script)
    with opened(path) as store:
        tracker_id = store.tracker("t", "r", uuid="u", now=NOW).id
        store.commit_pass(tracker_id, plan(memory={"#SP-1": {}}))


def test_every_migration_is_a_known_revision():
    config = Config()
    folder = Path(sheetsync.store.__file__).with_name("migrations")
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "newline")
    found = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(found)) == schema.REVISIONS


def test_a_full_disk_rolls_back_the_whole_pass(path):
    with opened(path) as store:
        tracker_id = store.tracker("t", "r", uuid="u", now=NOW).id
        store.commit_pass(tracker_id, plan(memory={"#SP-1": {"status_seen": "Packed"}}))
        with store._engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        many = {f"#SP-{i}": {"status_seen": "Gone"} for i in range(2000)}
        with pytest.raises(StoreError, match="no room left"):
            store.commit_pass(tracker_id, plan(memory=many))
        memory = store.load_memory(tracker_id, NOW, "UTC")
        assert memory.orders["status_seen"].to_dict() == {"#SP-1": "Packed"}
        assert len(store.passes(tracker_id, 10)) == 1


def test_a_store_in_use_by_another_program_is_said_in_words(path):
    with opened(path) as store:
        store.tracker("t", "r", uuid="u", now=NOW)
        with store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 10")
        with closing(sqlite3.connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="in use by another program"):
                store.tracker("t", "r2", uuid="u2", now=NOW)


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be opened"):
        opened(tmp_path / "file" / "state.db")


def test_an_address_that_is_none_is_said_in_words():
    with pytest.raises(StoreError, match=r"sqlite:///state\.db"):
        Store.open("state.db", now=NOW)


def test_backups_keep_the_newest_and_can_be_opened(path, tmp_path):
    with opened(path) as store:
        store.tracker("t", "r", uuid="u", now=NOW)
        made = [store.backup(NOW + timedelta(hours=i), keep=3) for i in range(5)]
    assert sorted((path.parent / "backups").iterdir()) == made[2:]
    assert stat.S_IMODE(made[-1].stat().st_mode) == 0o600
    restored = tmp_path / "restored.db"
    restored.write_bytes(made[-1].read_bytes())
    with opened(restored) as store:
        assert [state.name for state in store.trackers()] == ["t"]


def test_a_backup_that_cannot_be_written_is_said_in_words(path, tmp_path):
    (tmp_path / "file").write_text("")
    with opened(path), pytest.raises(StoreError, match="could not be written"):
        back_up(path, tmp_path / "file" / "backups", now=NOW)


def test_the_reserve_can_be_freed_once(path):
    opened(path).close()
    assert free_reserve(path)
    assert not free_reserve(path)
    opened(path).close()
    assert free_reserve(path)
