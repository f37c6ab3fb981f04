"""One question about Google's behaviour, and the function that puts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sheetsync.trackers.google.selftest.answers import Finding
from sheetsync.trackers.google.selftest.lab import Lab


@dataclass(frozen=True, slots=True)
class Question:
    """`ask` may raise whatever an unforeseen answer makes it raise; `thorough` ones are put on demand only."""

    id: str
    text: str
    ask: Callable[[Lab], Finding]
    thorough: bool = False
