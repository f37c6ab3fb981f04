"""One file of a feed taken by hand, and the list of what sources and tracker disagree on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sheetsync.config import Config, FeedConfig
from sheetsync.domain.feeds.news import Fed, News
from sheetsync.domain.feeds.reconcile import Difference, differences
from sheetsync.domain.guard.feeds import feed_trips, held_back
from sheetsync.domain.model import Plan
from sheetsync.domain.texts import either, nearest
from sheetsync.errors import AlreadyRunning, UsageError
from sheetsync.feeds.taking import Outcome, take_file
from sheetsync.feeds.way import Way
from sheetsync.worker.one_pass import PassResult
from sheetsync.worker.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Taken:
    """What came of a file given by hand. `plan` is what a pass would do with it, where nothing was written.

    `passes` are those that were done; none where another worker is at it, which `elsewhere` tells.
    `held` says why the plan would be held back for a person.
    """

    way: Way
    outcome: Outcome
    plan: Plan | None = None
    passes: tuple[PassResult, ...] = ()
    elsewhere: str = ""
    held: tuple[str, ...] = ()

    @property
    def planned(self) -> Plan | None:
        """What would be done, or what the first pass did."""
        return self.plan or (self.passes[0].plan if self.passes else None)


def which_feed(
    config: Config, file: Path, name: str | None, kind: str | None
) -> tuple[str, FeedConfig]:
    """The feed that a file given by hand belongs to; raises UsageError where that is open.

    By its name, else the only one of its kind, else the one in whose folder the file lies.
    """
    feeds = config.feeds
    if name is not None:
        if name not in feeds:
            near = nearest(name, feeds)
            hint = (
                f"Did you mean {near}?"
                if near
                else f"There is {either(sorted(feeds)) or 'none yet'}."
            )
            raise UsageError(f"config.yaml names no feed {name}. {hint}")
        return name, feeds[name]
    if kind is not None:
        found = {each: settings for each, settings in feeds.items() if settings.kind == kind}
        if len(found) > 1:
            raise UsageError(
                f"There are several feeds of kind {kind}. Name one: --feed {either(sorted(found))}."
            )
        return next(iter(found.items()), (kind, FeedConfig(kind=kind)))  # type: ignore[arg-type]
    here = file.absolute().parent
    lying = {n: s for n, s in feeds.items() if s.folder is not None and s.folder.absolute() == here}
    found = lying or dict(feeds)
    if len(found) == 1:
        return next(iter(found.items()))
    raise UsageError(
        f"What {file.name} brings is open. Say so with --kind orders, stock, carrier, answers or payments"
        + (f", or with --feed {either(sorted(feeds))}." if feeds else ".")
    )


def take_by_hand(shop: Workshop, file: Path, way: Way, now: datetime) -> Taken:
    """Take the file, then do the passes that write its news and follow them; raises StoreError.

    While another sheetsync is at the tracker the file is taken all the same, and that one writes.
    """
    outcome = take_file(file, way, shop.store.feeds(shop.state.id), now)
    if outcome.verdict != "taken":
        return Taken(way=way, outcome=outcome)
    passes: list[PassResult] = []
    try:
        with shop.alone():
            passes.append(shop.run_pass(now))
            fed = passes[0].plan.fed if passes[0].plan is not None else None
            wrote = fed is not None and fed.writes
            if passes[0].outcome == "done" and wrote:
                # A second later: two lines of the log about one cell never share a moment.
                passes.append(shop.run_pass(now + timedelta(seconds=1)))
    except AlreadyRunning as other:
        return Taken(way=way, outcome=outcome, elsewhere=str(other))
    return Taken(way=way, outcome=outcome, passes=tuple(passes))


def try_by_hand(shop: Workshop, file: Path, way: Way, now: datetime) -> Taken:
    """What taking the file would come to; nothing is kept or written."""
    feeds = shop.store.feeds(shop.state.id)
    outcome = take_file(file, way, feeds, now, dry_run=True)
    if outcome.verdict != "taken" or outcome.reading is None or way.kind == "stock":
        return Taken(way=way, outcome=outcome)
    fresh = feeds.news_of(way.name, way.kind, outcome.reading.said_rows(), now)
    waiting = feeds.fed()
    mine = {(news.source, news.keyed, news.key) for news in fresh}
    others = [n for n in waiting.news if (n.source, n.keyed, n.key) not in mine]
    plan, _, _ = shop.plan(now, replace(waiting, news=(*others, *fresh)), every_feed=True)
    held = held_back(feed_trips(plan, shop.limits))
    return Taken(way=way, outcome=outcome, plan=plan, held=tuple(held.values()))


def reconcile(shop: Workshop, now: datetime) -> tuple[tuple[Difference, ...], tuple[News, ...]]:
    """Every difference between the tracker as it stands and what the sources said last; and what they said."""
    news = shop.store.feeds(shop.state.id).everything()
    plan, _, force = shop.plan(now, Fed())
    return differences(plan.orders, plan.facts["status"], news, force.rules), news
