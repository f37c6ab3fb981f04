"""What asking about parcels came to before a pass; apart from the asking, so that most workers import nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sheetsync.domain.feeds.telling import SourceLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """Lines to tell, what is wrong, and what is known of each provider."""

    news: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    sources: tuple[SourceLog, ...] = ()


def at_once(work: Callable[[], None]) -> None:
    """Do the work now: for a single pass, which waits for the answers."""
    work()


def merged(feeds: tuple[SourceLog, ...], providers: tuple[SourceLog, ...]) -> tuple[SourceLog, ...]:
    """All sources by name: a provider's news are kept like a feed's, but it is told of as one that is asked."""
    logs = {log.name: log for log in (*feeds, *providers)}
    return tuple(logs[name] for name in sorted(logs)) if providers else feeds
