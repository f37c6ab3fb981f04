"""Which store a configuration names, and opening it with the password of its account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from sheetsync.config import Config
from sheetsync.store.engine import open_engine, reading, sqlite_path
from sheetsync.store.schema import current_revision
from sheetsync.store.store import Store


def store_file(config: Config) -> Path | None:
    """The file of the store; None where it is on a server."""
    return sqlite_path(make_url(config.store.url))


def is_on_a_server(config: Config) -> bool:
    """Whether several machines can have this store in common."""
    return config.store.url.startswith("postgresql:")


def open_store(
    config: Config,
    environment: Mapping[str, str],
    now: datetime,
    backup_folder: Path | None = None,
) -> Store:
    """The store, checked and up to date. Raises ConfigError, StoreError, StoreCorrupt."""
    return Store.open(
        config.store.url,
        now=now,
        backup_folder=backup_folder,
        password=_password(config, environment),
    )


def schema_of(config: Config, environment: Mapping[str, str]) -> str:
    """The schema of the store as it stands, "" for an empty one; it is looked over, but not upgraded.

    Raises ConfigError, StoreError, StoreCorrupt.
    """
    engine = open_engine(config.store.url, _password(config, environment))
    try:
        with reading(engine, store_file(config)) as connection:
            return current_revision(connection)
    finally:
        engine.dispose()


def _password(config: Config, environment: Mapping[str, str]) -> str:
    secret = config.store.password
    return secret.resolve(environment) if secret else ""
