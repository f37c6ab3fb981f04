"""A look into a store past the product, while a worker may be at work on it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from sheetsync.trackers.google.journal import unpack


def journal_is_open(store: str) -> bool:
    """Whether a write is not settled yet: the pass that made it has left it to the next one."""
    found = _asked(store, "SELECT value FROM setting WHERE key = 'write_journal'")
    return any(text and unpack(text).is_open for (text,) in found)


def outbox_of(store: str) -> list[tuple[str, set[str]]]:
    """State and orders of each mail in the store, read past the product."""
    question = (
        "SELECT outbox.id, outbox.state, outbox_order.order_id FROM outbox "
        "LEFT JOIN outbox_order ON outbox_order.outbox_id = outbox.id"
    )
    found: dict[int, tuple[str, set[str]]] = {}
    for number, state, order in _asked(store, question):
        found.setdefault(number, (state, set()))[1].add(str(order))
    return list(found.values())


def _asked(store: str, question: str) -> list[Any]:
    if store.startswith("postgresql"):
        import psycopg

        with psycopg.connect(store) as server:
            return server.execute(question).fetchall()  # type: ignore[call-overload]
    with closing(sqlite3.connect(store)) as file:
        return file.execute(question).fetchall()
