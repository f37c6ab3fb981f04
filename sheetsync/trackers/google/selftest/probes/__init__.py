"""The questions that documents on Google Sheets leave open, each as one small function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sheetsync.trackers.google.selftest.probes import (
    answering,
    cells,
    formulas,
    metadata,
    refusals,
    replacing,
    sorting,
    untold,
)
from sheetsync.trackers.google.selftest.probes.question import Question

AREAS: Final[Mapping[str, Sequence[Question]]] = {
    "Cells": cells.QUESTIONS,
    "Exchanging a text": replacing.QUESTIONS,
    "Hidden marks": metadata.QUESTIONS,
    "The answer of a write": answering.QUESTIONS,
    "Sorting": sorting.QUESTIONS,
    "Formulas": formulas.QUESTIONS,
    "Refusals": refusals.QUESTIONS,
    "Not to be told by a safe test": untold.QUESTIONS,
}
"""In the order they are put."""

__all__ = ["AREAS", "Question"]
