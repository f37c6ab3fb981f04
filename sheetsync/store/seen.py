"""The cells as the last pass saw them, kept so that the next one can tell what people changed.

Only rows whose digest differs are parsed; a sheet in which nothing moved costs one hash.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, select

from sheetsync.domain.digests import whole_digest
from sheetsync.domain.model import Memory, Plan
from sheetsync.domain.person_edits import Edit, Remembered, edits_of_row, moves_of_rows
from sheetsync.domain.redaction import Cut, cutter, stands_for
from sheetsync.domain.seen_cells import SeenCells, SeenRow, meant_texts
from sheetsync.store import frames
from sheetsync.store.memory import packed
from sheetsync.store.settings import get_setting, put_setting, secret
from sheetsync.store.tables import order_seen
from sheetsync.store.upsert import upsert

CUTTER: Final = "redaction"
"""Under this the secret of the marks is kept that a redaction leaves."""
_WHOLE: Final = "seen_digest"
"""Under this stands what all rows were together, while none waits for a write of ours to be seen."""
_ALL_AT_ONCE: Final = 5_000
"""From so many rows on, all are loaded: a scan is quicker than so many looks."""


def keep_seen(
    connection: Connection, tracker_id: int, plan: Plan, memory: Memory, fresh: bytes
) -> list[Edit]:
    """Keep what this pass saw; what people changed since the read before, by order and column.

    Rows that came and went are among it, with what happened to them as the column.

    `memory` is that of before the pass; `fresh` are random bytes, which become the store's secret for
    redactions the first time. An order seen for the first time tells of no edit.
    """
    moves = moves_of_rows(plan, memory)
    seen, meant = SeenCells.of(plan.orders), meant_texts(plan)
    digests = seen.digests()
    whole = "" if meant else whole_digest(seen.ids, digests)
    if whole and whole == get_setting(connection, tracker_id, _WHOLE):
        return moves
    put_setting(connection, tracker_id, _WHOLE, whole)
    known, wrote = _known(connection, tracker_id)
    again = wrote | meant.keys()
    places = [
        place
        for place, (order, digest) in enumerate(zip(seen.ids, digests, strict=True))
        if known.get(order) != digest or order in again
    ]
    if not places:
        return moves
    texts = seen.texts(places)
    before = _rows(connection, tracker_id, [o for p in places if (o := seen.ids[p]) in known])
    remembered = Remembered(seen, memory)
    edits = [
        edit
        for place, now in zip(places, texts, strict=True)
        if (row := before.get(seen.ids[place])) is not None
        for edit in edits_of_row(seen, place, now, row, remembered)
    ]
    _save(connection, tracker_id, seen, places, texts, digests, meant)
    cut = _lazy_cutter(connection, fresh)
    edits = [edit for edit in edits if not stands_for(edit.old, edit.new, cut)]
    return sorted([*moves, *edits], key=lambda edit: (edit.order_id, edit.column))


def _lazy_cutter(connection: Connection, fresh: bytes) -> Cut:
    """The store's cutter, which asks for the secret only where a redacted value is met."""
    made: list[Cut] = []

    def cut(value: str) -> str:
        if not made:
            made.append(cutter(secret(connection, CUTTER, fresh)))
        return made[0](value)

    return cut


def _known(connection: Connection, tracker_id: int) -> tuple[dict[str, int], set[str]]:
    """The digest of every order, and the orders in whose row the pass before meant to write."""
    columns = (order_seen.c.order_id, order_seen.c.digest, order_seen.c.ours)
    query = select(*columns).where(order_seen.c.tracker_id == tracker_id)
    found = frames.by_column(connection, query)
    wrote = {order for order, ours in zip(found["order_id"], found["ours"], strict=True) if ours}
    return dict(zip(found["order_id"], found["digest"], strict=True)), wrote


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
