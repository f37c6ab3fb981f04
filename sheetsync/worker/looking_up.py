"""Answers a service call from the store, and keeps what was said in it: the sheet is not looked at."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import pandas as pd

from sheetsync.domain.companions.service import INQUIRIES, ISSUES
from sheetsync.domain.explain.history import STATES
from sheetsync.domain.followups.model import MOST_TEXT, FollowUp
from sheetsync.domain.lookup import Answer, Case, Look, Said, answer
from sheetsync.domain.lookup.answer import said_to
from sheetsync.domain.milestones.kinds import KINDS
from sheetsync.domain.milestones.memory import CUSTOMER
from sheetsync.domain.moments import as_aware
from sheetsync.domain.service.records import unpack
from sheetsync.domain.texts import clean_text, fold
from sheetsync.errors import UsageError
from sheetsync.store.frames import record_key
from sheetsync.store.lookups import Hit
from sheetsync.store.outbox import OutboxRow
from sheetsync.store.settings import SERVICE_SETTING

if TYPE_CHECKING:
    from sheetsync.worker.workshop import Workshop

MOST_LISTED: Final = 20
_PASSES_MISSED: Final = 5
_QUITE_OLD: Final = 900.0
_NEAR: Final = 40
"""So many orders with most in common are compared in earnest, where none is the one that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found: an answer where it is one order, else the orders that may be meant."""

    wanted: str
    answer: Answer | None
    hits: tuple[Hit, ...]
    silent: bool
    """Whether customers are told nothing at all by the rules."""


def look_up(shop: Workshop, wanted: str, now: datetime) -> Found:
    """What is known of the order, the parcel or the customer `wanted`.

    Raises UsageError where nothing is, with what is near.
    """
    if not fold(wanted):
        raise UsageError("Say which order: its Order ID, its tracking number, or the customer.")
    book = shop.store.lookups(shop.state.id)
    hits = book.hits(wanted)
    if not hits:
        raise UsageError(_nothing(wanted, shop.store.known_orders(shop.state.id)))
    rules = shop.rules(now).rules
    silent = not rules.notifications.active
    if len(hits) > 1:
        return Found(wanted=wanted, answer=None, hits=tuple(hits), silent=silent)
    look = _look(shop, hits[0].order_id, now)
    return Found(wanted=wanted, answer=answer(look, rules), hits=tuple(hits), silent=silent)


def log_call(  # noqa: PLR0917 - the columns of what is logged
    shop: Workshop, order_id: str, text: str, channel: str, direction: str, who: str, now: datetime
) -> FollowUp:
    """Keep what was said about an order for ever; the next pass shows it in the tracker."""
    words = clean_text(text)[:MOST_TEXT]
    if not words:
        raise UsageError("Say what was said: --log needs a text.")
    said = FollowUp(
        key=record_key("said", order_id, int(now.timestamp()), who, channel, words),
        kind="said", order_id=order_id, at=now, who=who, channel=channel, direction=direction,
        text=words,
    )  # fmt: skip
    shop.store.follow_ups(shop.state.id).log(said)
    return said


def close_tasks(shop: Workshop, order_id: str, who: str, now: datetime) -> int:
    """Note that all that was to be done about an order is done; how many tasks that were."""
    return shop.store.follow_ups(shop.state.id).close(order_id, who=who, now=now)


def _look(shop: Workshop, order_id: str, now: datetime) -> Look:
    kept = shop.store.lookups(shop.state.id).kept(order_id)
    if kept is None:
        raise UsageError(f"Nothing is kept of {order_id} any more. Look again.")
    state = shop.state
    looks = [moment for moment in (state.last_ok_at, state.last_pass_at) if moment is not None]
    return Look(
        order_id=order_id, cells=kept.cells, facts=kept.facts, status_since=kept.status_since,
        missing_since=kept.missing_since, archived_at=kept.archived_at,
        looked_at=max(looks, default=None),
        told=[_said(row) for row in kept.messages if row.audience == CUSTOMER],
        follow_ups=kept.follow_ups, cases=_cases(shop, order_id), now=now, timezone=shop.timezone,
        stale_after=max(_QUITE_OLD, _PASSES_MISSED * shop.every.total_seconds()),
    )  # fmt: skip


def _cases(shop: Workshop, order_id: str) -> list[Case]:
    """Questions and problems about an order that wait, where the rules have their tabs read."""
    records = unpack(shop.store.setting(shop.state.id, SERVICE_SETTING))
    return [
        *_waiting(INQUIRIES, records.inquiries, order_id),
        *_waiting(ISSUES, records.issues, order_id),
    ]


def _waiting(tab: str, cases: pd.DataFrame | None, order_id: str) -> Iterator[Case]:
    if cases is None:
        return
    waits = (
        (cases["order_id"] == order_id) & cases["resolved_at"].isna() & cases["opened_at"].notna()
    )
    mine = cases[waits]
    opened = mine["opened_at"].to_numpy("datetime64[s]")
    answered = mine["answered_at"].notna().tolist()
    for topic, moment, is_answered in zip(mine["topic"].tolist(), opened, answered, strict=True):
        yield Case(tab=tab, topic=topic, opened_at=as_aware(moment), is_answered=is_answered)


def _said(row: OutboxRow) -> Said:
    kind = KINDS.get(row.kind)
    return Said(
        at=row.sent_at or row.created_at,
        about=kind.title if kind is not None else row.kind.replace("_", " ").capitalize(),
        state=STATES.get(row.state, row.state),
        channel=row.channel,
        to=said_to(row.recipient),
        why="" if row.state == "sent" else row.last_error,
    )


def _nothing(wanted: str, known: Iterable[str]) -> str:
    name = fold(wanted).lstrip("#")
    loose = {fold(order).lstrip("#"): order for order in known}
    pairs = _pairs(name)
    likely = heapq.nlargest(_NEAR, loose, key=lambda each: len(pairs & _pairs(each)))
    near = [loose[each] for each in get_close_matches(name, likely, n=3, cutoff=0.6)]
    hint = f"Did you mean {' or '.join(near)}?" if near else "See the tracker itself."
    return f"No order, tracking number or customer “{wanted}” is known from the last look at the sheet. {hint}"


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}
