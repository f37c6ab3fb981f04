"""What Sync Status and the command line tell of each source: when it spoke last, and whether it has fallen silent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.wording import duration_words


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLog:
    """What is known of one source. Moments are aware UTC; `rows`, `changed`, `refused` are of its last taken file.

    `written_at` is when that file was finished, `taken_at` when its news were taken. `trouble` says why a later
    file, or the folder, cannot be taken now.
    """

    name: str
    kind: str
    files: int = 0
    file: str = ""
    written_at: datetime | None = None
    taken_at: datetime | None = None
    rows: int = 0
    changed: int = 0
    refused: int = 0
    trouble: str = ""
    stale_after: timedelta | None = None
    since: datetime | None = None
    """From when on a source that never spoke counts as silent: when it was first watched."""
    asked: bool = False
    heard_at: datetime | None = None
    """Of a source that is asked rather than waited for: when it answered last, news or none."""
    held_back: bool = False
    """Whether what it brought waits until a person has looked."""

    @property
    def latency(self) -> timedelta | None:
        """From the file being finished to its news being taken; None where nothing was taken."""
        if self.taken_at is None or self.written_at is None:
            return None
        return max(self.taken_at - self.written_at, timedelta())

    @property
    def stale_at(self) -> datetime | None:
        """When it counts as stale unless it speaks before; None where it never does."""
        last = (self.heard_at if self.asked else self.taken_at) or self.since
        return None if self.stale_after is None or last is None else last + self.stale_after

    def is_stale(self, now: datetime) -> bool:
        """Whether it has been silent for too long."""
        return self.stale_at is not None and now >= self.stale_at


def next_stale(logs: Iterable[SourceLog], now: datetime) -> datetime | None:
    """When the next source falls silent for too long."""
    moments = [log.stale_at for log in logs if log.stale_at is not None and log.stale_at > now]
    return min(moments, default=None)


def stale_words(log: SourceLog, now: datetime, timezone: str) -> str:
    """`stale since 2026-03-09 14:00`; "" where it is not."""
    if log.stale_at is None or not log.is_stale(now):
        return ""
    return f"stale since {scalar_to_local(log.stale_at, timezone):%Y-%m-%d %H:%M}"


def alarms(logs: Sequence[SourceLog], now: datetime, timezone: str) -> tuple[str, ...]:
    """One sentence for each source that is silent or cannot be read."""
    found = []
    for log in logs:
        words = stale_words(log, now, timezone)
        if words and log.asked:
            found.append(f"The news of {log.name} are {words}: {_heard(log, timezone)}")
        elif words:
            spoke = "has not spoken yet" if log.taken_at is None else "spoke last at "
            last = (
                ""
                if log.taken_at is None
                else f"{scalar_to_local(log.taken_at, timezone):%Y-%m-%d %H:%M}"
            )
            found.append(f"The feed {log.name} is {words}: it {spoke}{last}. Ask whoever sends it.")
        if log.trouble:
            found.append(f"{'' if log.asked else 'The feed '}{log.name}: {log.trouble}")
    return tuple(found)


def _heard(log: SourceLog, timezone: str) -> str:
    """When a source that is asked answered last."""
    if log.heard_at is None:
        return "it has not answered yet."
    return f"it answered last at {scalar_to_local(log.heard_at, timezone):%Y-%m-%d %H:%M}."


def latency_words(log: SourceLog) -> str:
    """How long the last news waited; "" where that is not known."""
    latency = log.latency
    return "" if latency is None else duration_words(int(latency.total_seconds()))
