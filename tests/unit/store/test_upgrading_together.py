"""Several that open an older store at once: one upgrades it, after one copy that is never cleared away."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from sheetsync.store import Store, schema, sqlite_url
from tests.support.plans import NOW


@pytest.fixture
def path(tmp_path) -> Path:
    """A store exactly as the first release made it."""
    path = tmp_path / "state" / "state.db"
    path.parent.mkdir()
    script = (Path(__file__).parent / "schema_0001.sql").read_text()
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(script)
    return path


def opened(path: Path) -> Store:
    return Store.open(sqlite_url(path), now=NOW)


def revision(path: Path) -> str:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def test_it_is_upgraded_once_after_one_copy(path):
    with ThreadPoolExecutor(4) as pool:
        for store in list(pool.map(lambda _n: opened(path), range(4))):
            store.close()
    assert revision(path) == schema.REVISIONS[-1]
    (kept,) = (path.parent / "backups").iterdir()
    assert kept.name.endswith("-before-upgrade.db")
    assert revision(kept) == "0001"


def test_the_copy_from_before_an_upgrade_is_never_cleared_away(path):
    with opened(path) as store:
        for day in range(12):
            store.backup(NOW + timedelta(days=day), keep=2)
    names = [copy.name for copy in (path.parent / "backups").iterdir()]
    assert sum("before-upgrade" in name for name in names) == 1
    assert len(names) == 1 + 2
