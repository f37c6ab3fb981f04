"""Looking at a store's file without changing a byte of it: is it whole, of which schema, how far does it go."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sheetsync.store.schema import REVISIONS

_LINES_SHOWN: Final = 3
_WAITING: Final = (
    "SELECT count(*) FROM outbox WHERE state IN ('pending', 'retry', 'claimed', 'held')"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFacts:
    """What a file says of itself. `problem` is a sentence, "" where it is sound and can be used.

    `empty`: without any table, as a worker leaves it that was ended while it made its store.
    `last_pass`: when the last committed pass read a sheet (aware UTC); `passes`: the highest number
    of a pass that wrote or sent; `orders`, `sent` and `waiting` messages are counted.
    """

    file: Path
    problem: str = ""
    damaged: bool = False
    empty: bool = False
    revision: str = ""
    trackers: tuple[str, ...] = ()
    last_pass: datetime | None = None
    passes: int = 0
    orders: int = 0
    sent: int = 0
    waiting: int = 0


def look_at(file: Path, *, thoroughly: bool = False) -> StoreFacts:
    """The facts of a store's file; every page is checked, with `thoroughly` every index and key as well."""
    if not file.is_file():
        return StoreFacts(file=file, problem=f"There is no file {file}.")
    try:
        with closing(reading_only(file)) as raw:
            damage = _damage(raw, thoroughly=thoroughly)
            if damage:
                return StoreFacts(file=file, problem=f"{file} is damaged: {damage}.", damaged=True)
            return _facts(file, raw)
    except sqlite3.Error as error:
        return StoreFacts(file=file, problem=f"{file} cannot be read ({error}).", damaged=True)


def reading_only(file: Path) -> sqlite3.Connection:
    """A connection that cannot change the file."""
    return sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)


def _damage(raw: sqlite3.Connection, *, thoroughly: bool) -> str:
    check = "integrity_check" if thoroughly else "quick_check"
    found = [str(row[0]) for row in raw.execute(f"PRAGMA {check}({_LINES_SHOWN})")]
    if found != ["ok"]:
        return "; ".join(line.splitlines()[-1] for line in found)
    loose = len(raw.execute("PRAGMA foreign_key_check").fetchall()) if thoroughly else 0
    return f"{loose} rows belong to nothing" if loose else ""


def _facts(file: Path, raw: sqlite3.Connection) -> StoreFacts:
    tables = {row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return StoreFacts(file=file, problem=f"{file} holds nothing yet.", empty=True)
    if "alembic_version" not in tables:
        return StoreFacts(file=file, problem=f"{file} is no store of sheetsync.")
    revision = str(raw.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    if revision not in REVISIONS:
        problem = (
            f"{file} was written by a newer sheetsync (its schema is {revision}, this one knows up to "
            f"{REVISIONS[-1]}). Install the newer sheetsync."
        )
        return StoreFacts(file=file, problem=problem, revision=revision)
    known = raw.execute("SELECT name, last_pass_at, seq FROM tracker ORDER BY id").fetchall()
    moments = [row[1] for row in known if row[1] is not None]
    return StoreFacts(
        file=file,
        revision=revision,
        trackers=tuple(str(row[0]) for row in known),
        last_pass=datetime.fromtimestamp(max(moments), tz=UTC) if moments else None,
        passes=max((int(row[2]) for row in known), default=0),
        orders=int(raw.execute("SELECT count(*) FROM order_memory").fetchone()[0]),
        sent=int(raw.execute("SELECT count(*) FROM ledger").fetchone()[0]),
        waiting=int(raw.execute(_WAITING).fetchone()[0]),
    )
