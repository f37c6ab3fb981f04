"""Which rows of a file are news: each compared with what the source said before, a part of the file at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, select

from sheetsync.domain.redaction import cutter, is_cut, stands_for
from sheetsync.store import frames
from sheetsync.store.memory import packed
from sheetsync.store.seen import CUTTER
from sheetsync.store.settings import secret
from sheetsync.store.tables import feed_row

PART: Final = 5_000
"""So many rows are compared and kept at a time, so that a long file is never held twice."""
Key = tuple[str, str]
"""What a row is keyed by, and its key."""


@dataclass(frozen=True, slots=True)
class SaidRow:
    """One row of a feed: its cells as one JSON object, and the feed's own time of it in seconds."""

    keyed: str
    key: str
    cells: str
    said_at: int | None


@dataclass(frozen=True, slots=True)
class Compared:
    """How many rows of a file are news, say what is known, or are older than what is known."""

    changed: int = 0
    known: int = 0
    older: int = 0


def row_digest(cells: str) -> int:
    """One signed 64-bit number of a row's cells."""
    digest = hashlib.blake2b(cells.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


@dataclass(slots=True)
class Counting:
    """Counts while rows are compared."""

    changed: int = 0
    known: int = 0
    older: int = 0

    def told(self) -> Compared:
        """What was counted."""
        return Compared(changed=self.changed, known=self.known, older=self.older)


def fresh_rows(
    connection: Connection, tracker_id: int, source: str, rows: Iterable[SaidRow], count: Counting
) -> Iterator[dict[str, Any]]:
    """The rows that are news, each joined with what the source said before of other columns."""
    rest = iter(rows)
    while part := list(islice(rest, PART)):
        known = _known(connection, tracker_id, source, part[0].keyed, [row.key for row in part])
        for row in part:
            before, said_at = known.get((row.keyed, row.key), ("", None))
            if before == row.cells:
                count.known += 1
                continue
            if said_at is not None and row.said_at is not None and row.said_at < said_at:
                count.older += 1
                continue
            cells = _joined(connection, before, row.cells) if before else row.cells
            if cells == before:
                count.known += 1
                continue
            count.changed += 1
            yield {"keyed": row.keyed, "key": row.key, "digest": row_digest(cells), "cells": cells,
                   "said_at": row.said_at}  # fmt: skip


def _joined(connection: Connection, before: str, now: str) -> str:
    """What is said now over what was said before of other columns, spelled the same way every time.

    A value that was cut at somebody's wish stays the mark that it is.
    """
    said, new = json.loads(before), json.loads(now)
    if any(is_cut(text) for text in said.values()):
        cut = cutter(secret(connection, CUTTER, b""))
        new = {k: v for k, v in new.items() if not stands_for(said.get(k, ""), v, cut)}
    return packed(dict(sorted({**said, **new}.items())))


def _known(
    connection: Connection, tracker_id: int, source: str, keyed: str, keys: Sequence[str]
) -> dict[Key, tuple[str, int | None]]:
    columns = (feed_row.c.keyed, feed_row.c.key, feed_row.c.cells, feed_row.c.said_at)
    mine = feed_row.c.tracker_id == tracker_id, feed_row.c.source == source
    query = select(*columns).where(*mine, feed_row.c.keyed == keyed)
    parts = (
        connection.execute(query.where(feed_row.c.key.in_(ids))) for ids in frames.chunks(keys)
    )
    return {(keyed, key): (cells, said) for part in parts for keyed, key, cells, said in part}
