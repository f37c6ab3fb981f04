"""Bringing a store's schema up to date, after a backup; a newer schema is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from sheetsync.errors import StoreCorrupt
from sheetsync.store import postgres
from sheetsync.store.engine import reading, writing

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009")
"""Every released schema, oldest first; the last one is what this code expects."""

_MIGRATIONS: Final = Path(__file__).with_name("migrations")


def current_revision(connection: Connection) -> str:
    """The schema of this store; "" for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def bring_up_to_date(
    engine: Engine,
    path: Path | None,
    *,
    before_upgrade: Callable[[], object],
    revisions: tuple[str, ...] = REVISIONS,
    more_versions: tuple[Path, ...] = (),
) -> None:
    """Upgrade an older store; `before_upgrade` (the backup) runs first unless the store is empty.

    One at a time: whoever comes second finds the work done. Raises StoreCorrupt when the schema is
    unknown, that is: newer than this code.
    `more_versions` names further folders of migrations (tests upgrade to a schema of tomorrow).
    """
    with reading(engine, path) as connection:
        if _found(connection, path, revisions) == revisions[-1]:
            return
    with writing(engine, path) as connection:
        if engine.dialect.name == "postgresql":
            postgres.wait_for_other_upgrades(connection)
        found = _found(connection, path, revisions)
        if found not in {"", revisions[-1]}:
            before_upgrade()
        if found != revisions[-1]:  # another worker may have been first
            _upgrade(connection, more_versions)
        if engine.dialect.name == "postgresql":
            postgres.order_by_code_point(connection)


def _found(connection: Connection, path: Path | None, revisions: tuple[str, ...]) -> str:
    """The schema as it stands; raises StoreCorrupt for one that this code does not know."""
    found = current_revision(connection)
    if found and found not in revisions:
        raise StoreCorrupt(
            f"The store {path or ''} was written by a newer sheetsync (its schema is {found}, this "
            f"one knows up to {revisions[-1]}). Install the newer sheetsync again, or put back a "
            "backup from before the upgrade: sheetsync state restore."
        )
    return found


def _upgrade(connection: Connection, more_versions: tuple[Path, ...]) -> None:
    """Run the migrations inside the caller's transaction."""
    # Alembic takes a moment to import and is needed only when the schema moves.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    folders = (_MIGRATIONS / "versions", *more_versions)
    config.set_main_option("path_separator", "newline")
    config.set_main_option(
        "version_locations", "\n".join(str(folder).replace("%", "%%") for folder in folders)
    )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
