"""Feeds beside a pass: files that are ready are taken before it, and Sync Status tells of each source.

Reading a file never touches the tracker, and whatever is wrong with one is told and passed by.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sheetsync.config import Config
from sheetsync.domain.feeds.telling import SourceLog
from sheetsync.domain.rules import Rulebook
from sheetsync.feeds.beside import Beside
from sheetsync.feeds.taking import Outcome
from sheetsync.feeds.watching import Memory, Watched, watch
from sheetsync.feeds.way import ways
from sheetsync.store.store import Store

_LOOKS: Final = "feed_looks"
_WATCHED: Final = "feeds_watched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeding:
    """What became of the feeds before a pass: lines to tell, what is wrong, and what is known of each source."""

    news: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    sources: tuple[SourceLog, ...] = ()


def take_feeds(  # noqa: PLR0917 - what a worker has at hand
    config: Config,
    store: Store,
    tracker_id: int,
    rules: Rulebook,
    clock: Callable[[], datetime],
    beside: Beside | None = None,
) -> Feeding:
    """Take every file that is ready in the folders of the feeds; raises StoreError only.

    With `beside`, a long file is read beside the passes, and taken by the one that finds it read.
    """
    if not config.feeds:
        return Feeding(sources=store.feeds(tracker_id).logs())
    memory = Memory(
        load=lambda: store.setting(tracker_id, _LOOKS) or "",
        keep=lambda text: store.keep_setting(tracker_id, _LOOKS, text),
    )
    watched = watch(ways(config, rules), store.feeds(tracker_id), memory, clock, beside)
    refused = [each for each in watched.outcomes if each.sentence]
    return Feeding(
        news=tuple(told(each) for each in watched.outcomes if each.verdict in {"taken", "known"}),
        remarks=(
            *(f"The feed {name}: {words}" for name, words in watched.troubles),
            *(f"The feed {each.source}: {each.sentence}" for each in refused),
        ),
        sources=_sources(config, store, tracker_id, watched, clock()),
    )


def told(outcome: Outcome) -> str:
    """One line about a file that was taken."""
    start = f"The feed {outcome.source}: {outcome.name}"
    reading = outcome.reading
    if outcome.verdict == "known" or reading is None:
        return f"{start} was taken before, nothing in it is new."
    line = f"{start} taken, {reading.rows:,} rows, {outcome.counts.changed:,} of them news"
    refused = f", {reading.refused:,} refused" if reading.refused else ""
    return f"{line}{refused}."


def _sources(
    config: Config, store: Store, tracker_id: int, watched: Watched, now: datetime
) -> tuple[SourceLog, ...]:
    """Every source that ever spoke or should, by name; folders and settings that are wrong are its trouble."""
    since = _watched_since(config, store, tracker_id, now)
    logs = {log.name: log for log in store.feeds(tracker_id).logs()}
    troubles = dict(watched.troubles)
    for name, settings in config.feeds.items():
        log = logs.get(name, SourceLog(name=name, kind=settings.kind))
        logs[name] = replace(
            log, stale_after=settings.stale_after, since=since[name],
            trouble=troubles.get(name) or _refused(watched, name, settings.folder is not None, log.trouble),
        )  # fmt: skip
    return tuple(logs[name] for name in sorted(logs))


def _refused(watched: Watched, name: str, has_folder: bool, last: str) -> str:  # noqa: FBT001
    """Why files of a feed are not taken: those that lie in its folder now, or the last one given by hand."""
    if not has_folder:
        return last
    first, *others = watched.refused.get(name) or [""]
    return f"{first} ({len(others)} more like it)" if others else first


def _watched_since(
    config: Config, store: Store, tracker_id: int, now: datetime
) -> dict[str, datetime]:
    """Since when each feed is watched; a feed that never spoke falls silent from then on."""
    text = store.setting(tracker_id, _WATCHED) or "{}"
    before = {name: datetime.fromisoformat(at) for name, at in json.loads(text).items()}
    since = {name: before.get(name, now) for name in config.feeds}
    if since != before:
        kept = json.dumps({name: at.isoformat() for name, at in sorted(since.items())})
        store.keep_setting(tracker_id, _WATCHED, kept)
    return since
