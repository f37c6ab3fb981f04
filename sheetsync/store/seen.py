"""The cells as the last pass saw them, kept so that the next one can tell what people changed.

Only rows whose digest differs are parsed; a settled sheet costs one scan of the digests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from sqlalchemy import Connection, select

from sheetsync.domain.model import Memory, Plan
from sheetsync.domain.person_edits import Edit, edits_of_row
from sheetsync.domain.redaction import Cut, cutter
from sheetsync.domain.seen_cells import SeenCells, SeenRow, meant_texts
from sheetsync.store import frames
from sheetsync.store.memory import packed
from sheetsync.store.settings import secret
from sheetsync.store.tables import order_seen
from sheetsync.store.upsert import upsert

CUTTER: Final = "redaction"
"""Under this the secret of the marks is kept that a redaction leaves."""
_ALL_AT_ONCE: Final = 5_000
"""From so many rows on, all are loaded: a scan is quicker than so many looks."""
Known: TypeAlias = Mapping[str, tuple[int, str]]


def keep_seen(
    connection: Connection, tracker_id: int, plan: Plan, memory: Memory, fresh: bytes
) -> list[Edit]:
    """Keep what this pass saw; what people changed since the read before, by order and column.

    `memory` is that of before the pass; `fresh` are random bytes, which become the store's secret for
    redactions the first time. An order seen for the first time tells of no edit.
    """
    seen = SeenCells.of(plan.orders)
    known = _known(connection, tracker_id)
    digests, meant = seen.digests(), meant_texts(plan)
    nothing = (None, "")
    places = [
        place
        for place, order in enumerate(seen.ids)
        if known.get(order, nothing)[0] != digests[place] or known[order][1] or order in meant
    ]
    texts = seen.texts(places)
    before = _rows(connection, tracker_id, [o for p in places if (o := seen.ids[p]) in known])
    cut = _lazy_cutter(connection, fresh)
    edits: list[Edit] = []
    for place, now in zip(places, texts, strict=True):
        row = before.get(seen.ids[place])
        if row is not None:
            edits += edits_of_row(seen, place, now, row, memory, cut)
    _save(connection, tracker_id, seen, places, texts, digests, meant)
    return sorted(edits, key=lambda edit: (edit.order_id, edit.column))


def _lazy_cutter(connection: Connection, fresh: bytes) -> Cut:
    """The store's cutter, which asks for the secret only where a redacted value is met."""
    made: list[Cut] = []

    def cut(value: str) -> str:
        if not made:
            made.append(cutter(secret(connection, CUTTER, fresh)))
        return made[0](value)

    return cut


def _known(connection: Connection, tracker_id: int) -> Known:
    found = frames.by_column(
        connection,
        select(order_seen.c.order_id, order_seen.c.digest, order_seen.c.ours).where(
            order_seen.c.tracker_id == tracker_id
        ),
    )
    return dict(
        zip(found["order_id"], zip(found["digest"], found["ours"], strict=True), strict=True)
    )


def _rows(connection: Connection, tracker_id: int, orders: Sequence[str]) -> dict[str, SeenRow]:
    query = select(order_seen.c.order_id, order_seen.c.cells, order_seen.c.ours).where(
        order_seen.c.tracker_id == tracker_id
    )
    if len(orders) > _ALL_AT_ONCE:
        found = frames.by_column(connection, query)
        return _parsed(zip(found["order_id"], found["cells"], found["ours"], strict=True))
    parts = (
        connection.execute(query.where(order_seen.c.order_id.in_(ids)))
        for ids in frames.chunks(orders)
    )
    return _parsed((order, cells, ours) for part in parts for order, cells, ours in part)


def _parsed(rows: Iterable[tuple[str, str, str]]) -> dict[str, SeenRow]:
    return {
        order: SeenRow(cells=json.loads(cells), ours=json.loads(ours) if ours else {})
        for order, cells, ours in rows
    }


def _save(  # noqa: PLR0917 - the columns of what is kept
    connection: Connection,
    tracker_id: int,
    seen: SeenCells,
    places: Sequence[int],
    texts: Sequence[dict[str, str]],
    digests: Sequence[int],
    meant: Mapping[str, dict[str, str]],
) -> None:
    rows = [
        {
            "tracker_id": tracker_id,
            "order_id": seen.ids[place],
            "digest": digests[place],
            "cells": packed(cells),
            "ours": packed(meant[seen.ids[place]]) if seen.ids[place] in meant else "",
        }
        for place, cells in zip(places, texts, strict=True)
    ]
    upsert(connection, order_seen, rows, key=("tracker_id", "order_id"))
