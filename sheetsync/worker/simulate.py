"""Replays what the store has on record under other rules; reads the store and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sheetsync.domain.companions.asked import companions_asked
from sheetsync.domain.daily import without_digests
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.rehearsal.compare import Comparison, compare
from sheetsync.domain.rehearsal.play import Outcome, Rehearsal
from sheetsync.domain.rehearsal.recorded import Recorded
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.texts import both
from sheetsync.errors import UsageError
from sheetsync.rulebook import load_rules
from sheetsync.worker.workshop import Workshop

SPAN: Final = timedelta(days=7)
"""How far back a simulation goes where nobody says."""


def simulate(
    shop: Workshop,
    folder: Path,
    now: datetime,
    *,
    since: datetime | None = None,
    tell: Callable[[datetime], None] = lambda _at: None,
) -> Comparison:
    """What the rules of `folder` would have flagged and mailed from `since` (aware UTC) to the last pass.

    Raises RulesError for rules that are not good, UsageError where there is no such history. `tell` is
    called with the moment of each look of the replay.
    """
    rules = without_digests(load_rules(folder))
    recorded = shop.store.recorded(shop.state.id, now, shop.timezone)
    start, end = _span(recorded, since, now, shop.timezone)
    options = shop.plan_options
    rehearsal = Rehearsal(
        recorded, rules, options, start=start, end=end, every=shop.every, limits=shop.limits
    )
    outcome = rehearsal.play(tell)
    notes = [*_notes(recorded, outcome, shop.every, shop.timezone), *_of_tabs(rules)]
    return compare(recorded, outcome, end=end, timezone=shop.timezone, notes=notes)


def _span(
    recorded: Recorded, since: datetime | None, now: datetime, timezone: str
) -> tuple[datetime, datetime]:
    """From when to when history is replayed: to the last pass, as far back as was asked for."""
    began, last = recorded.memory.baseline_at, recorded.memory.last_pass_at
    if began is None or last is None or began == last:
        raise UsageError(
            "There was no pass over this tracker since the first look, so there is no history to replay. Let "
            "the worker watch for a while first."
        )
    start = max(began, since or now - SPAN)
    if start < last:
        return start, last
    if since is None:
        return began, last
    local = scalar_to_local(last, timezone)
    raise UsageError(
        f"The last pass was {local:%Y-%m-%d %H:%M}; nothing is on record after that. Give --since an "
        "earlier date."
    )


def _notes(recorded: Recorded, outcome: Outcome, every: timedelta, timezone: str) -> list[str]:
    """What history does not hold, so that nobody takes a replay for more than it is."""
    minutes = max(int(every.total_seconds() // 60), 1)
    notes = [
        (
            f"Passes that changed nothing are not on record, so the replay looks every {minutes} minutes, "
            "as if the worker had never stood still."
        ),
        (
            "People are taken to do what they did. What they would have done otherwise, warned earlier or "
            "later, nobody knows."
        ),
        (
            "Undos, holds of the guard, mails dropped or released by hand, and the time for which an Order ID "
            "stood on several rows are not replayed."
        ),
    ]
    if outcome.start == recorded.memory.baseline_at:
        notes.append(
            "The replay begins right after the first look; nothing is known of the time before."
        )
    for at, mails in outcome.held:
        local = scalar_to_local(at, timezone)
        notes.append(
            f"The guard would have held back the {mails} mails of {local:%Y-%m-%d %H:%M} until a person let them go."
        )
    if recorded.thin:
        notes.append(
            f"Of {recorded.thin} orders, seen only by an older sheetsync, just the columns of the figures "
            "are known: checks on other columns see blanks."
        )
    if _older_log(recorded):
        notes.append(
            "In part of that time only ticks, dates and Status were logged; other columns stand as they "
            "were later."
        )
    if recorded.archived:
        notes.append(f"{recorded.archived} archived orders are left out.")
    if outcome.left_out:
        notes.append(
            f"{outcome.left_out} orders that were closed before and stayed so are left out; nothing can "
            "fall due on them."
        )
    return notes + [
        f"The rules say of the replayed sheet: {remark}" for remark in _said_of_rules(outcome)
    ]


def _of_tabs(rules: Rulebook) -> list[str]:
    asked = companions_asked(rules)
    if not asked:
        return []
    titles = both([f"“{title}”" for title in asked])
    what = f"What stood in the {'tab' if len(asked) == 1 else 'tabs'} {titles}"
    return [
        f"{what} is not on record: the replay does without, and tells the fallbacks of people looked up there."
    ]


def _older_log(recorded: Recorded) -> bool:
    """Whether people's changes were logged before the log kept every column and its interval."""
    return any(line.by != "worker" and line.seen_from is None for line in recorded.changes)


def _said_of_rules(outcome: Outcome) -> list[str]:
    return sorted(
        remark for remark in outcome.remarks if not remark.startswith("Gone from the sheet")
    )[:5]
