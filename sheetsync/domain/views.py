"""The steps that people look at by themselves: To pick, To pack, To ship and Stuck, as rows of the tracker.

The filter views of the same names in a Google Sheet are made from what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from sheetsync.domain.grid import Mask
from sheetsync.domain.model import Orders
from sheetsync.domain.rules import Rulebook

TITLES: Final = ("To pick", "To pack", "To ship", "Stuck")
STEPS: Final[Mapping[str, tuple[str, str, str]]] = {
    "To pick": ("Picking", "allocated", "picked"),
    "To pack": ("Packing", "picked", "packed"),
    "To ship": ("Dispatch", "packed", "dispatched"),
}
"""Title -> stage, the evidence that is there already, the evidence that is not there yet."""
WORST: Final = (("sla", "Breached"), ("sla", "Unsure"), ("check", "Error"))
"""Columns, and how their texts begin in an order that is stuck."""


def rows_in_view(title: str, orders: Orders, rules: Rulebook) -> Mask:
    """Where an order belongs in the view of that title."""
    if title == "Stuck":
        return _stuck(orders, rules)
    stage, done, open_ = STEPS[title]
    frame = orders.frame
    rows = np.asarray((frame[done] == 1) & (frame[open_] == 0), dtype=bool)
    if orders.has("status"):
        rows = rows & ~frame["status"].isin(statuses_hidden(stage, rules)).to_numpy(bool)
    return rows


def statuses_hidden(stage: str, rules: Rulebook) -> list[str]:
    """Statuses in which nobody works on the stage: others of the way, holds, closed ones."""
    statuses = rules.statuses.statuses
    at_work = {
        n for n, s in statuses.items() if s.stage == stage and s.kind in {"derived", "shared"}
    }
    shown = at_work | {
        name
        for name, status in statuses.items()
        if status.kind == "overlay" or at_work.intersection(status.means)
    }
    return [name for name in statuses if name not in shown]


def statuses_of_trouble(rules: Rulebook) -> list[str]:
    """Statuses of an open order that does not go on: exceptions and holds."""
    every = rules.statuses.statuses.values()
    return [status.name for status in every if status.open and (status.exception or status.pauses)]


def _stuck(orders: Orders, rules: Rulebook) -> Mask:
    """Late, wrong, on hold or otherwise in trouble: any one of them is enough."""
    frame = orders.frame
    rows = np.zeros(len(frame), dtype=bool)
    for key, word in WORST:
        if orders.has(key):
            rows |= frame[key].str.startswith(word).to_numpy(bool)
    if orders.has("status"):
        rows |= frame["status"].isin(statuses_of_trouble(rules)).to_numpy(bool)
    return rows
