"""`plan_milestones`: which customer must be told of which order now, each kind once, never of a slip.

Everything follows from the orders of this pass and from what was told before. A notice that is due waits
in the outbox for a few minutes; every pass looks at it again, and calls it off where the sheet no longer
says so. What had happened before notices were switched on is remembered and never told. A notice that
lacks a fact waits, and the row says for what.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.conditions import Surroundings
from sheetsync.domain.conditions.fields import Fields
from sheetsync.domain.findings import FindingList, no_findings
from sheetsync.domain.milestones.contact import BUILT_IN
from sheetsync.domain.milestones.deciding import Decisions, Pass
from sheetsync.domain.milestones.due import Reached, Window, next_due, next_turn, reached_by
from sheetsync.domain.milestones.facts import FactSource
from sheetsync.domain.milestones.kinds import KINDS
from sheetsync.domain.milestones.memory import NO_TELLINGS, Tellings, ToldBefore
from sheetsync.domain.milestones.writing import Desk, Find
from sheetsync.domain.model import STAMPS, Notice, Orders
from sheetsync.domain.moments import Moments, as_aware
from sheetsync.domain.rules import NotificationRules, Rulebook

RULE: Final = "customer_not_told"
"""The rule id of the note in Check about a notice that waits for a fact."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Milestones:
    """What one pass decided about customers. `findings` are notes for the rows whose notice waits."""

    tellings: Tellings
    notices: tuple[Notice, ...]
    findings: pd.DataFrame
    next_change: datetime | None
    remarks: tuple[str, ...] = ()


def nobody(_name: str) -> None:
    """Knows no customer: there is no Customers tab."""


def nothing() -> Milestones:
    """What a pass decides whose rules tell customers nothing."""
    return Milestones(tellings=NO_TELLINGS, notices=(), findings=no_findings(), next_change=None)


def plan_milestones(
    *,
    orders: Orders,
    fields: Fields,
    stamps: Mapping[str, Moments],
    status_since: Moments,
    cycle: npt.NDArray[np.int64],
    before: ToldBefore,
    rules: Rulebook,
    around: Surroundings,
    baseline: bool,
    find: Find = nobody,
    channels: Collection[str] = BUILT_IN,
) -> Milestones:
    """Which notices to customers are due, waiting or called off at this moment.

    Args:
        orders: of this pass.
        fields: what a condition can ask, clocks included.
        stamps: the evidence moments in force, by column key, aligned with the orders.
        status_since: since when the status stands.
        cycle: how often each order was opened again.
        before: what the store remembers; its `since` is None when notices were just switched on.
        rules: notifications.yaml, and the lists and names that a letter may tell.
        around: the moment, the tracker's zone, working days.
        baseline: the first look at this sheet: remember everything, tell nothing.
        find: the Customers tab, by what the customer cell says.
        channels: by which a customer can be told.
    """
    settings = rules.notifications
    if not settings.active:
        return nothing()
    if settings.to not in orders.header.columns and find is nobody:
        return _no_address(settings, rules)
    moments = _moments(fields, stamps, status_since)
    window = Window(since=before.since or around.now, rules=settings)
    usable = orders.frame["usable"].to_numpy(bool)
    reached = reached_by(fields, moments, usable, around, window)
    facts = FactSource(orders=orders, rules=rules, stamps=stamps, timezone=around.timezone)
    desk = Desk(facts=facts, rules=settings, now=around.now, find=find, channels=channels)
    silent = baseline or before.since is None
    done = Pass(desk, before, reached, cycle, silent=silent).run()
    turns = [next_due(reached, around.now), next_turn(settings, fields, around)]
    known = [moment for moment in turns if not np.isnat(moment)]
    return Milestones(
        tellings=_tellings(done, before),
        notices=tuple(done.notices),
        findings=_notes(done, facts),
        next_change=as_aware(min(known)) if known else None,
        remarks=_not_evaluated(reached, rules),
    )


def _moments(
    fields: Fields, stamps: Mapping[str, Moments], status_since: Moments
) -> dict[str, Moments]:
    moments = {
        "status_since": _or_the_couriers_word(fields, status_since),
        **{name: stamps[name] for name in STAMPS},
    }
    if "ordered_at" in fields:
        moments["ordered_at"] = fields["ordered_at"].data
    return moments


def _or_the_couriers_word(fields: Fields, status_since: Moments) -> Moments:
    """Since when it is so; of a parcel that is out for delivery by the courier's word, since the courier said it."""
    parcel, update = fields.get("parcel"), fields.get("carrier_update")
    if parcel is None or update is None or update.kind != "moment":
        return status_since
    said = (parcel.data == "out_for_delivery") & ~np.isnat(update.data)
    later = said & (np.isnat(status_since) | (update.data > status_since))
    return np.where(later, update.data, status_since)


def _tellings(done: Decisions, before: ToldBefore) -> Tellings:
    """The memory of every order that changes, whole."""
    told = {
        order: {**before.told.get(order, {}), **changed} for order, changed in done.told.items()
    }
    return Tellings(
        active=True, told=told, withdrawn=tuple(done.withdrawn), waiting=tuple(done.waiting)
    )


def _notes(done: Decisions, facts: FactSource) -> pd.DataFrame:
    frame = facts.orders.frame
    findings = FindingList(frame["order_id_read"].to_numpy(), frame["row"].to_numpy())
    for row, kind, lacks in done.places:
        words = f"The customer has not been told ({KINDS[kind].title}). Fill in {lacks}."
        findings.add(np.array([row]), _column(facts, kind), f"{RULE}_{kind}", "note", words)
    return findings.frame()


def _column(facts: FactSource, kind: str) -> str:
    columns = [facts.column_of(need) for need in KINDS[kind].needs]
    return next((column for column in columns if column), "")


def _not_evaluated(reached: Mapping[str, Reached], rules: Rulebook) -> tuple[str, ...]:
    titles = {key: column.title for key, column in rules.columns.items()}
    return tuple(
        f"The letter {KINDS[kind].title} is not sent: the sheet has no column "
        f"{', '.join(titles.get(name, name) for name in found.missing)}."
        for kind, found in reached.items()
        if found.missing
    )


def _no_address(settings: NotificationRules, rules: Rulebook) -> Milestones:
    """Without a column for the address nobody can be written to, and nothing is remembered as told."""
    title = rules.columns[settings.to].title if settings.to in rules.columns else settings.to
    words = f"No customer is written to: the sheet has no column {title}. Add it, or set mode: off."
    return Milestones(
        tellings=NO_TELLINGS, notices=(), findings=no_findings(), next_change=None, remarks=(words,)
    )
