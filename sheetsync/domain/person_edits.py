"""What people changed since the last pass, for the change log: ticks, dates and Status.

Only what the worker follows closely can be told with certainty, so only that is told: everything
here comes from the events of the pass. Nothing is guessed about staff's other columns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.grid import frame_of
from sheetsync.domain.model import EVIDENCE, STAMPS, Memory, Plan
from sheetsync.domain.moments import Moments, canonical_local, to_local

EDIT_COLUMNS: Final = ("order_id", "column", "old", "new")
_STAMP_OF: Final = dict(zip(EVIDENCE, STAMPS, strict=True))
_BY_PERSON: Final = ("person", "reopened")
_NO_EDIT: Final = ("claim", "baseline", "worker")
"""Sources of events that no edit of that cell stands behind."""

Texts = npt.NDArray[np.object_]


def person_edits(plan: Plan, memory: Memory) -> pd.DataFrame:
    """A frame of EDIT_COLUMNS: what people typed or ticked between the last pass and this one.

    `memory` is that of before the pass. Ticks read `Yes` and `No`, moments as local
    `YYYY-MM-DD HH:MM:SS`. The first pass sees no edit: nothing was watched before.
    """
    events = plan.stage_events
    frames = [_status(events)]
    for evidence in EVIDENCE:
        mine = events[(events["field"] == evidence) & ~events["source"].isin(_NO_EDIT)]
        if len(mine):
            frames += _evidence(plan, memory, evidence, mine)
    some = [frame for frame in frames if len(frame)]
    if not some:
        return frames[0]
    joined = pd.concat(some, ignore_index=True).drop_duplicates(["order_id", "column"])
    return joined.sort_values(["order_id", "column"], kind="stable", ignore_index=True)


def _status(events: pd.DataFrame) -> pd.DataFrame:
    mine = events[(events["field"] == "status") & events["source"].isin(_BY_PERSON)]
    return _edits(mine, "status", _texts(mine["old"]), _texts(mine["new"]))


def _evidence(
    plan: Plan, memory: Memory, evidence: str, events: pd.DataFrame
) -> list[pd.DataFrame]:
    """The tick of one piece of evidence, and a time typed beside it; each in the column it has."""
    stamp = _STAMP_OF[evidence]
    local = _local_words(plan.orders.sheet.timezone)
    before = memory.orders[stamp].reindex(events["order_id"]).to_numpy("datetime64[s]")
    turned = (events["old"] != events["new"]).to_numpy()
    done = (events["new"] == "yes").to_numpy()
    typed = (events["source"] == "cell").to_numpy() & done
    new = np.where(done, local(events["at"].to_numpy("datetime64[s]")), "")
    old = local(before)
    frames = []
    if plan.orders.has(evidence):
        words = [np.where(tick, "Yes", "No").astype(object) for tick in (~done, done)]
        frames.append(_some(events, turned, evidence, *words))
        frames.append(_some(events, typed, stamp, old, new))
    elif plan.orders.has(stamp):
        ticked = np.where(typed | ~done, new, "Yes")
        frames.append(_some(events, turned | typed, stamp, old, ticked))
    return frames


def _some(
    events: pd.DataFrame, where: npt.NDArray[np.bool_], column: str, old: Texts, new: Texts
) -> pd.DataFrame:
    return _edits(events[where], column, old[where], new[where])


def _edits(events: pd.DataFrame, column: str, old: Texts, new: Texts) -> pd.DataFrame:
    data: dict[str, npt.NDArray[Any]] = {
        "order_id": _texts(events["order_id"]),
        "column": np.full(len(events), column, dtype=object),
        "old": np.asarray(old, dtype=object),
        "new": np.asarray(new, dtype=object),
    }
    return frame_of(data)


def _texts(column: pd.Series) -> Texts:
    return column.to_numpy(object)


def _local_words(timezone: str) -> Callable[[Moments], Texts]:
    """Moments as the change log writes them; NaT is ""."""

    def words(moments: Moments) -> Texts:
        out = np.full(len(moments), "", dtype=object)
        known = ~np.isnat(moments)
        out[known] = canonical_local(to_local(moments[known], timezone))
        return out

    return words
