"""The daily digest: each role hears once a day, at its hour, how its orders stand.

A role of addresses, or of people in the tab Staff, hears of all orders; of a role that a column names each
hears of their own. A digest falls due between two passes, as a level does, and is told by the second of
them; its key names person and local day, so that nobody hears twice of one day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np

from sheetsync.domain.companions import Companions
from sheetsync.domain.daily.content import Standing
from sheetsync.domain.daily.due import Turn, last_turn, next_turn
from sheetsync.domain.escalation.people import Cell, Recipient, recipients_of
from sheetsync.domain.grid import Mask
from sheetsync.domain.model import Notice
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.rules import DigestRule, Rulebook
from sheetsync.domain.texts import fold
from sheetsync.domain.wording import moment_words

__all__ = ["KIND", "Digests", "Standing", "decide_digests", "without_digests"]

KIND: Final = "digest"
_LATE: Final = 3600
"""Seconds after its hour from which a digest says that it comes late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """What this pass tells, and when the next digest is due."""

    notices: tuple[Notice, ...] = ()
    next_change: datetime | None = None


def without_digests(rules: Rulebook) -> Rulebook:
    """The rules for a replay, which is about orders and not about the time of the day."""
    return replace(rules, escalation=replace(rules.escalation, digests=()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """One person of one digest, the rows they hear of, and their time zone."""

    recipient: Recipient
    rows: Mask
    timezone: str


def decide_digests(
    standing: Standing,
    rules: Rulebook,
    companions: Companions,
    *,
    now: datetime,
    timezone: str,
    last_pass_at: datetime | None,
) -> Digests:
    """The digests that fell due since `last_pass_at`, at `now` (both aware UTC); none in a first pass."""
    notices: list[Notice] = []
    turns: list[datetime] = []
    for rule in rules.escalation.digests:
        for reader in _readers(rule, standing, rules, companions, timezone):
            following = next_turn(rule, reader.timezone, rules.calendars, now)
            turns += [following] if following else []
            turn = last_turn(rule, reader.timezone, rules.calendars, now)
            if turn and last_pass_at is not None and last_pass_at < turn.due:
                notices.append(_notice(rule, turn, reader, standing, now))
    notices.sort(key=lambda notice: notice.key)
    return Digests(notices=tuple(notices), next_change=min(turns, default=None))


def _readers(
    rule: DigestRule, standing: Standing, rules: Rulebook, companions: Companions, timezone: str
) -> Iterable[_Reader]:
    """Everybody who hears by this rule, each once, with the rows that are theirs."""
    found: dict[str, _Reader] = {}
    everything = np.ones(len(standing.open_order), dtype=bool)
    for role in rule.who:
        for recipient, rows in _of_role(role, standing, rules, companions, everything):
            place = recipient.address.casefold()
            before = found[place].rows if place in found else np.zeros(len(rows), dtype=bool)
            zone = _zone(recipient, companions) or rule.timezone or timezone
            found[place] = _Reader(recipient=recipient, rows=rows | before, timezone=zone)
    return found.values()


def _of_role(
    role: str, standing: Standing, rules: Rulebook, companions: Companions, everything: Mask
) -> Iterable[tuple[Recipient, Mask]]:
    people, titles = rules.escalation.people, standing.facts.titles
    column = people[role].from_column
    if not column:
        for recipient in recipients_of((role,), people, _holding(""), titles, companions):
            yield recipient, everything
        return
    if column not in standing.facts.cells:
        return
    cells = standing.facts.cells[column]
    named = dict.fromkeys(cells[standing.open_order & (cells != "")].tolist())
    for text in named:
        rows = standing.open_order & (cells == text)
        for recipient in recipients_of((role,), people, _holding(text), titles, companions):
            yield recipient, rows


def _holding(text: str) -> Cell:
    """A row whose cells all say this."""

    def cell(_key: str) -> str:
        return text

    return cell


def _zone(recipient: Recipient, companions: Companions) -> str:
    """The person's own time zone, where the tab Staff says it."""
    people = companions.staff.people if companions.staff else ()
    address = fold(recipient.address)
    return next((each.timezone for each in people if fold(each.email) == address), "")


def _notice(
    rule: DigestRule, turn: Turn, reader: _Reader, standing: Standing, now: datetime
) -> Notice:
    told = standing.told(reader.rows, rule.max_rows, rule.no_update_after)
    remarks = [reader.recipient.note] if reader.recipient.note else []
    if (now - turn.due).total_seconds() > _LATE:
        due = moment_words(scalar_to_local(turn.due, reader.timezone))
        remarks.append(f"This was due at {due}; nobody looked at the tracker at that time.")
    key = f"{rule.id}|{reader.recipient.address.casefold()}|{turn.day.isoformat()}"
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    orders = sorted({str(row["order"]) for each in told["sections"] for row in each["rows"]})
    return Notice(
        key=f"{KIND}-{digest}",
        kind=KIND,
        audience="staff",
        channel="email",
        recipient=reader.recipient.address,
        recipient_name=reader.recipient.name,
        subject="",
        context={
            **told,
            "day": turn.day.isoformat(),
            "as_of": moment_words(scalar_to_local(now, reader.timezone)),
            "recipient_name": reader.recipient.name,
            "remarks": remarks,
            "timezone": reader.timezone,
            "source": str(rule.source),
        },
        orders=tuple(orders),
        expires_at=turn.following,
    )
