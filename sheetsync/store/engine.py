"""Opening the database, its transactions, and saying in words what is wrong with it.

SQLite: WAL, synchronous=FULL (a lost last commit would look like an old backup), BEGIN IMMEDIATE
for every writing transaction, mode 0600, quick_check before anything is believed. PostgreSQL stands in
postgres.py.

An engine may be bound to a lease: then every writing transaction proves the lease before anything else.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from sheetsync.errors import StoreCorrupt, StoreError
from sheetsync.store import leases, postgres
from sheetsync.store.problems import DiskFull

BUSY_TIMEOUT_MS: Final = 10_000
_SWITCHES: Final = 20
"""Tries to switch to WAL beside others that do the same."""
_LEASE: Final = "sheetsync_lease"
_READING: Final[Mapping[str, Mapping[str, Any]]] = {
    "sqlite": {"sheetsync_reading": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


def sqlite_path(url: URL) -> Path | None:
    """The file behind a SQLite URL; None for a store in memory or another database."""
    if not url.drivername.startswith("sqlite") or url.database in {None, "", ":memory:"}:
        return None
    return Path(str(url.database))


def open_engine(url_text: str, password: str = "") -> Engine:
    """An engine over a database that was checked; raises StoreError or StoreCorrupt.

    `password` is that of the account at a PostgreSQL server.
    """
    try:
        url = make_url(url_text)
    except ArgumentError as error:
        raise StoreError(
            f'The store is set to "{url_text}". Expected an address such as sqlite:///state.db.'
        ) from error
    path = sqlite_path(url)
    if path is not None:
        _prepare_file(path)
    if url.drivername.startswith("sqlite"):
        engine = create_engine(url)
        event.listen(engine, "connect", _set_up_connection)
        event.listen(engine, "begin", _begin)
    else:
        engine = postgres.make_engine(url, password)
    try:
        _check(engine, path)
    except BaseException:
        engine.dispose()
        raise
    return engine


def under_lease(engine: Engine, lease: leases.Lease) -> Engine:
    """The same database, for writing under `lease` only."""
    return engine.execution_options(**{_LEASE: lease})


def lease_of(engine: Engine) -> leases.Lease | None:
    """The lease that the engine is bound to."""
    lease: leases.Lease | None = engine.get_execution_options().get(_LEASE)
    return lease


def _prepare_file(path: Path) -> None:
    """Create the file with mode 0600 before SQLite does: its companions inherit the mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise StoreError(
            f"The store {path} cannot be opened ({error.strerror}). "
            "Check the folder and who may write there."
        ) from error


def _set_up_connection(connection: sqlite3.Connection, record: Any) -> None:
    del record
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()
    _keep_a_wal(connection)


def _keep_a_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL; SQLite refuses at once, without its usual wait, while another one does the same."""
    for _ in range(_SWITCHES):
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            # Waits for the other one, as everything else does.
            connection.execute("BEGIN IMMEDIATE").close()
            connection.execute("ROLLBACK").close()
        else:
            return
    connection.execute("PRAGMA journal_mode = WAL").close()


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("sheetsync_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _check(engine: Engine, path: Path | None) -> None:
    with reading(engine, path) as connection:
        if engine.dialect.name == "postgresql":
            postgres.check(connection)
            return
        found = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    if found != "ok":
        raise StoreCorrupt(_damaged(path, str(found)))


def _damaged(path: Path | None, detail: str) -> str:
    return (
        f"The store {path} is damaged ({detail.splitlines()[0] if detail else 'unreadable'}). "
        "Nothing was changed. Put the newest file of the backup folder back: sheetsync state restore FILE."
    )


@contextmanager
def _told_in_words(engine: Engine, path: Path | None) -> Iterator[None]:
    """Turn the database's own errors into StoreError or StoreCorrupt, in words."""
    try:
        yield
    except DBAPIError as error:
        if engine.dialect.name == "postgresql":
            raise postgres.in_words(error, engine.url) from error
        raise _in_words(path, error) from error


def _in_words(path: Path | None, error: DBAPIError) -> StoreError:
    words = str(error.orig)
    where = f"The store {path}" if path else "The store"
    if any(sign in words for sign in ("malformed", "not a database", "file is encrypted")):
        return StoreCorrupt(_damaged(path, words))
    if "disk is full" in words or "disk I/O error" in words:
        return DiskFull(
            f"{where} has no room left on its disk ({words}). Nothing of this pass was kept. "
            "Free some space; the next pass does the work again."
        )
    if "locked" in words or "busy" in words:
        return StoreError(
            f"{where} is in use by another program. Close that program, or wait and try again."
        )
    if "readonly" in words or "unable to open" in words:
        return StoreError(f"{where} cannot be written ({words}). Check who may write there.")
    return StoreError(f"{where} refused the work ({words}). Nothing of this pass was kept.")


@contextmanager
def reading(engine: Engine, path: Path | None) -> Iterator[Connection]:
    """One consistent look at the store; never waits for a writer."""
    way = _READING[engine.dialect.name]
    with _told_in_words(engine, path), engine.connect().execution_options(**way) as connection:
        yield connection


@contextmanager
def writing(engine: Engine, path: Path | None, *, under: bool = True) -> Iterator[Connection]:
    """One transaction: all of it or nothing. Raises LeaseLost where the engine's lease is lost.

    Without `under` the lease is not asked for: for what is true whoever holds it.
    """
    lease = lease_of(engine) if under else None
    with _told_in_words(engine, path), engine.begin() as connection:
        if lease is not None:
            leases.keep(connection, lease)
        yield connection
