"""Which parcels are under way, by the cells that the last pass saw."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import numpy as np
from sqlalchemy import Connection, select

from sheetsync.domain.model import MEMORY_MOMENTS
from sheetsync.store.memory import unpacked_moments
from sheetsync.store.tables import order_memory, order_seen

_MISSING: Final = MEMORY_MOMENTS.index("missing_since")


def cells_under_way(connection: Connection, tracker_id: int) -> dict[str, Mapping[str, str]]:
    """Order ID -> the cells, as text, of each order in the sheet with a tracking number and no Delivered Date."""
    here = (order_memory.c.tracker_id == order_seen.c.tracker_id) & (
        order_memory.c.order_id == order_seen.c.order_id
    )
    query = (
        select(order_seen.c.order_id, order_seen.c.cells, order_memory.c.moments)
        .join(order_memory, here)
        .where(order_seen.c.tracker_id == tracker_id)
        # A text of a person's cannot look like this: quotes within it are escaped.
        .where(order_seen.c.cells.like('%"tracking":%'))
        .where(order_seen.c.cells.not_like('%"delivered_at":%'))
        .order_by(order_seen.c.order_id)
    )
    rows = connection.execute(query).all()
    if not rows:
        return {}
    gone = ~np.isnat(unpacked_moments([row.moments for row in rows])[:, _MISSING])
    return {
        row.order_id: json.loads(row.cells)
        for row, absent in zip(rows, gone.tolist(), strict=True)
        if not absent
    }
