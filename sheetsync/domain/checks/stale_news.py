"""Checks that wait for a courier's scan, while it is the source of the scans that is silent: they say so.

A parcel that was not scanned for days may be lost; when nobody could be asked for days, nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.conditions import used_fields
from sheetsync.domain.grid import object_array
from sheetsync.domain.model import Orders
from sheetsync.domain.rules import Rulebook

ANY: Final = ""
"""Stands for all carriers that are not named."""


def with_stale(
    findings: pd.DataFrame, orders: Orders, rules: Rulebook, stale: Mapping[str, str]
) -> pd.DataFrame:
    """The findings; those that rest on the last scan are unsure where the carrier's source is stale.

    `stale` holds by carrier, or under ANY, which source is silent since when.
    """
    about = [check.id for check in rules.checks if "carrier_update" in used_fields(check.when)]
    hit = findings["rule"].isin(about).to_numpy(bool)
    if not hit.any():
        return findings
    frame = orders.frame
    carriers = frame["carrier"] if "carrier" in frame else pd.Series("", index=frame.index)
    of_row = dict(zip(frame["row"].tolist(), carriers.tolist(), strict=True))
    why = [
        stale.get(of_row.get(row, ""), stale.get(ANY, "")) if mine else ""
        for row, mine in zip(findings["row"].tolist(), hit.tolist(), strict=True)
    ]
    silent = np.array([bool(words) for words in why], dtype=bool)
    messages = [f"{text} But {words}." if words else text for text, words in zip(findings["message"], why, strict=True)]  # fmt: skip
    return findings.assign(
        severity=np.where(silent, "unsure", findings["severity"].to_numpy(object)),
        message=object_array(messages),
    )
