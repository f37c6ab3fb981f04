"""What a selftest found out: promises that were held or not, and answers to questions about Google."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["held", "broken", "not tried"]
Verdict: TypeAlias = Literal["yes", "no", "number", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One promise of the tracker, and what became of it on this sheet."""

    promise: str
    outcome: Outcome
    says: str = ""
    """What was found where it was not held, or why it was not tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The answer to one question: what was done, what came of it, and the raw evidence."""

    did: str
    verdict: Verdict
    says: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A question, and what was found."""

    id: str
    area: str
    question: str
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that one run found out. No cell of the sheet, no address and no id is in it."""

    run: str
    began: datetime
    seconds: float
    sheet: str
    """A short hash of the sheet's id."""
    locale: str
    timezone: str
    tabs: int
    version: str
    reads: int
    writes: int
    kept: Sequence[Kept]
    answers: Sequence[Answer]
    changed: Sequence[str]
    """What differs in the structure of the sheet, outside the scratch tabs; () where nothing does."""
    compared: bool
    """Whether the structure could be compared at the end."""
    left: str = ""
    """Why something of the selftest is still in the sheet; "" where all of it is gone."""

    @property
    def holds(self) -> bool:
        """Whether every promise was tried and held, and nothing was left behind."""
        return bool(self.kept) and all(k.outcome == "held" for k in self.kept) and not self.left


def could_not(why: str, did: str = "It was not tried.", *evidence: str) -> Finding:
    """The finding of a question that could not be answered."""
    return Finding(did=did, verdict="unknown", says=why, evidence=evidence)
