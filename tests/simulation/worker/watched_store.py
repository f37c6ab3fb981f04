"""The worker's real store on an engine whose transactions are steps, and which may fail as databases do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg.errors
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from sheetsync.store.store import Store
from tests.simulation.worker.steps import Crash, Steps

_TROUBLE: dict[tuple[str, str], Callable[[], Exception]] = {
    ("sqlite", "store in use"): lambda: sqlite3.OperationalError("database is locked"),
    ("sqlite", "disk full"): lambda: sqlite3.OperationalError("database or disk is full"),
    ("postgresql", "store in use"): lambda: psycopg.errors.LockNotAvailable("lock timeout"),
    ("postgresql", "disk full"): lambda: psycopg.errors.DiskFull("No space left on device"),
}
IN_USE, FULL = "store in use", "disk full"


class WatchedEngine:
    """An engine that does what the one within does, step by step. `fault` names what befalls a transaction."""

    def __init__(self, engine: Engine, steps: Steps, fault: Callable[[], str]) -> None:
        self._engine, self._steps, self._fault = engine, steps, fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def execution_options(self, **options: Any) -> WatchedEngine:
        """The same with other options: the lease is one."""
        return WatchedEngine(self._engine.execution_options(**options), self._steps, self._fault)

    def connect(self) -> Connection:
        """For reading, which changes nothing and is no step."""
        if self._steps.dead:
            raise Crash
        return self._engine.connect()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A writing transaction: all of it or nothing."""
        self._steps.at("store: begin")
        fault = self._fault()
        if fault == IN_USE:
            raise self._trouble(fault)
        with self._engine.begin() as connection:
            yield connection
            self._steps.at("store: commit")
            if fault == FULL:
                raise self._trouble(fault)
        self._steps.kept()
        self._steps.at("store: committed", effect=True)

    def _trouble(self, fault: str) -> OperationalError:
        self._steps.not_kept()
        return OperationalError("", {}, _TROUBLE[self._engine.dialect.name, fault]())


def watched(store: Store, steps: Steps, fault: Callable[[], str]) -> Store:
    """The same store, on a watched engine."""
    engine: Any = WatchedEngine(store._engine, steps, fault)
    return Store(engine, store._path, store._backup_folder)
