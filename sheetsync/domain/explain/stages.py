"""When each stage was done, and how surely that is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from sheetsync.domain.explain.case import Case, moment_of
from sheetsync.domain.model import EVIDENCE, STAMPS

_NAMES: Final = {
    "allocated": "Allocated", "picked": "Picked", "packed": "Packed", "dispatched": "Dispatched",
    "delivered": "Delivered",
}  # fmt: skip


def stage_lines(case: Case) -> Iterator[str]:
    """One sentence per piece of evidence, in the order of the life cycle."""
    for evidence, stamp in zip(EVIDENCE, STAMPS, strict=True):
        yield f"{_NAMES[evidence]}: {_words(case, evidence, stamp)}"


def _words(case: Case, evidence: str, stamp: str) -> str:
    stamps, place = case.reasons.seen.stamps, case.place
    certainty = str(stamps[f"{evidence}_certainty"].to_numpy(object)[place])
    if not certainty:
        return _not_done(case, evidence, stamp)
    if certainty == "unmeasured" and _source(case, evidence) == "undone":
        return "ticked; the time was taken back by an undo: not measured."
    if certainty == "unmeasured":
        return "ticked before watching began: not measured."
    at = np.datetime64(stamps[stamp].to_numpy("datetime64[s]")[place])
    low = np.datetime64(stamps[f"{stamp}_from"].to_numpy("datetime64[s]")[place])
    source = _source(case, evidence)
    when = case.words(at)
    if source == "cell":
        return f"{when}, typed in the cell {case.heading(stamp)}."
    between = f"first seen between {case.words(low)} and {when}" if low < at else "first seen then"
    if source == "claim":
        between += f", because {case.heading('status')} said so and no date was filled in"
    more = {
        "approx": " Passes were missed, so the time is only approximate.",
        "unsure": " It was seen together with the step before, so the time between is not known.",
    }
    return f"{when}, {between}.{more.get(certainty, '')}"


def _source(case: Case, evidence: str) -> str:
    return str(case.reasons.seen.stamps[f"{evidence}_source"].to_numpy(object)[case.place])


def _not_done(case: Case, evidence: str, stamp: str) -> str:
    """Not yet, or taken back; a stamp that memory keeps tells which."""
    orders = case.memory.orders
    if case.order_id not in orders.index:
        return "not yet."
    kept = moment_of(orders, case.order_id, stamp)
    if np.isnat(kept) or not orders.loc[case.order_id, f"{evidence}_source"]:
        return "not yet."
    return f"taken back; it was done {case.words(kept)}, which stays in the log."
