"""The memory of a worker that has never looked: what the first pass starts from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sheetsync.domain.model import (
    ESCALATION_COLUMNS,
    MEMORY_MOMENTS,
    MEMORY_NUMBERS,
    MEMORY_TEXT,
    MEMORY_TICKS,
    PAUSE_COLUMNS,
    Memory,
)

_DTYPES = {
    **dict.fromkeys((*MEMORY_MOMENTS, "start", "stop", "at"), "datetime64[s]"),
    **dict.fromkeys(MEMORY_TICKS, "int8"),
    **dict.fromkeys((*MEMORY_NUMBERS, "level", "repeat"), "int64"),
}


def first_memory() -> Memory:
    """Nothing seen, nothing written, nobody told."""
    orders = _blank((*MEMORY_TEXT, *MEMORY_MOMENTS, *MEMORY_TICKS, *MEMORY_NUMBERS))
    return Memory(
        baseline_at=None,
        last_pass_at=None,
        orders=orders.set_axis(pd.Index([], dtype=object, name="order_id"), axis=0),
        pauses=_blank(PAUSE_COLUMNS),
        escalations=_blank(ESCALATION_COLUMNS),
    )


def _blank(columns: tuple[str, ...]) -> pd.DataFrame:
    """A frame of these columns without a row, each of its own kind."""
    return pd.DataFrame(
        {name: pd.Series(np.array([], dtype=_DTYPES.get(name, object))) for name in columns}
    )
