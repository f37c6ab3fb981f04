"""What one check of the doctor came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sheetsync.config import Config
from sheetsync.domain.moments import scalar_to_local

Level: TypeAlias = Literal["ok", "note", "warn", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One sentence about one thing; `next_step` says what to do where it is not well."""

    level: Level
    topic: str
    sentence: str
    next_step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is looked at: one configuration at one moment (`now`, aware UTC)."""

    config: Config
    now: datetime
    environment: Mapping[str, str]

    def words(self, moment: datetime) -> str:
        """A moment in the tracker's local time."""
        return f"{scalar_to_local(moment, self.config.tracker.timezone):%Y-%m-%d %H:%M}"


def ok(topic: str, sentence: str) -> Diagnosis:
    """All is well."""
    return Diagnosis(level="ok", topic=topic, sentence=sentence)


def note(topic: str, sentence: str, next_step: str = "") -> Diagnosis:
    """Good to know."""
    return Diagnosis(level="note", topic=topic, sentence=sentence, next_step=next_step)


def warn(topic: str, sentence: str, next_step: str) -> Diagnosis:
    """It works, but something is missing or will hurt later."""
    return Diagnosis(level="warn", topic=topic, sentence=sentence, next_step=next_step)


def bad(topic: str, sentence: str, next_step: str) -> Diagnosis:
    """A pass cannot do its work like this."""
    return Diagnosis(level="bad", topic=topic, sentence=sentence, next_step=next_step)
