"""The escalations that a pass decided, withdrawn by a later line; a second undo brings them back."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.escalation.ladder import WITHDRAWN, base_key, marked_key
from sheetsync.domain.model import ESCALATION_COLUMNS
from sheetsync.domain.moments import as_moment

_TOLD: Final = ("sent", "skipped", "suppressed")
"""Outcomes that can be withdrawn. What a first look recorded silently stays silent, and an
acknowledgement is a person's."""


def withdrawals(mine: pd.DataFrame, every: pd.DataFrame, at: datetime) -> pd.DataFrame:
    """The lines (ESCALATION_COLUMNS) that take back what a pass decided.

    `mine` are the lines of that pass, `every` those of the tracker, oldest first.
    """
    seconds = int(at.timestamp())
    told = mine[mine["outcome"].isin(_TOLD).to_numpy(bool)]
    gone = told.assign(
        key=[marked_key(base_key(key), f"w{seconds}") for key in told["key"].tolist()],
        outcome=WITHDRAWN,
        at=np.full(len(told), as_moment(at)),
    )
    undone = {base_key(key) for key in mine.loc[mine["outcome"] == WITHDRAWN, "key"].tolist()}
    bases = pd.Series([base_key(key) for key in every["key"].tolist()], index=every.index, dtype=object)  # fmt: skip
    first = every[bases.isin(undone) & every["outcome"].isin(_TOLD)]
    first = first.assign(key=[marked_key(base_key(key), f"r{seconds}") for key in first["key"].tolist()])  # fmt: skip
    first = first.drop_duplicates("key", keep="last")
    lines = pd.concat([gone, first], ignore_index=True) if len(first) else gone
    return lines[list(ESCALATION_COLUMNS)].reset_index(drop=True)
