"""Which carriers' news are stale by now, so that a check that waits for a scan can say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sheetsync.config import Config
from sheetsync.domain.checks.stale_news import ANY
from sheetsync.domain.feeds.telling import SourceLog, stale_words
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.texts import fold
from sheetsync.store.store import Store


def stale_carriers(  # noqa: PLR0917 - what a worker has at hand
    config: Config, store: Store, tracker_id: int, rules: Rulebook, now: datetime, timezone: str
) -> dict[str, str]:
    """Carrier, or ANY for all others, -> `the news of ship are stale since 2026-03-09 14:00`."""
    found = _of_feeds(config, store, tracker_id, rules, now, timezone)
    if any(each.is_asked for each in config.carriers.values()):
        # Asking needs HTTP, which takes a while to import; most workers ask nobody.
        from sheetsync.worker.tracking import silent_providers  # noqa: PLC0415

        for log, carriers in silent_providers(config, store, tracker_id, rules):
            if words := stale_words(log, now, timezone):
                found |= dict.fromkeys(carriers, f"the news of {log.name} are {words}")
    return found


def _of_feeds(  # noqa: PLR0917 - as above
    config: Config, store: Store, tracker_id: int, rules: Rulebook, now: datetime, timezone: str
) -> dict[str, str]:
    """A feed that is called like a carrier speaks of that one, any other of all."""
    watched = {
        name: each for name, each in config.feeds.items()
        if each.kind == "carrier" and each.stale_after is not None
    }  # fmt: skip
    if not watched:
        return {}
    names = {fold(text): rule.name for rule in rules.carriers.values() for text in (rule.name, *rule.aliases)}  # fmt: skip
    found: dict[str, str] = {}
    logs: dict[str, SourceLog] = {log.name: log for log in store.feeds(tracker_id).logs()}
    for name, settings in watched.items():
        log = logs.get(name)
        words = "" if log is None else stale_words(replace(log, stale_after=settings.stale_after), now, timezone)  # fmt: skip
        if words:
            found[names.get(fold(name.replace("_", " ")), ANY)] = f"the feed {name} is {words}"
    return found
