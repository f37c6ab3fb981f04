"""When an order was done with, and what is due for the archive or for the cutting of personal values."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from sheetsync.domain.moments import as_aware
from sheetsync.domain.rules import StatusRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An order that is done with: since when, and whether its row is gone from the tracker."""

    at: datetime
    gone: bool


def ended_orders(orders: pd.DataFrame, statuses: StatusRules) -> dict[str, Ended]:
    """Every order that is closed (since its status closed it) or gone (since it was last seen).

    `orders` is the frame of `Memory.orders`.
    """
    closing = {name for name, rule in statuses.statuses.items() if not rule.open}
    closed = orders["status_seen"].isin(closing).to_numpy()
    since, first, missing = (
        orders[name].to_numpy("datetime64[s]")
        for name in ("status_since", "first_seen", "missing_since")
    )
    gone = ~np.isnat(missing)
    at = np.where(closed, np.where(np.isnat(since), first, since), missing)
    places = np.flatnonzero(~np.isnat(at)).tolist()
    ids = orders.index.tolist()
    return {ids[i]: Ended(at=as_aware(at[i]), gone=bool(gone[i])) for i in places}


def months_before(now: datetime, months: int) -> datetime:
    """The same moment so many calendar months ago; the last day of a shorter month."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    day = min(now.day, calendar.monthrange(year, month + 1)[1])
    return now.replace(year=year, month=month + 1, day=day)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForArchive:
    """What `archive` moves, with the moment each was done with, and what it leaves and why."""

    orders: Mapping[str, datetime]
    standing: tuple[str, ...]
    """Done with as long ago, but still in the tracker: what stands there is followed."""
    cutoff: datetime


def for_archive(ended: Mapping[str, Ended], now: datetime, months: int) -> ForArchive:
    """Orders done with `months` ago or longer."""
    cutoff = months_before(now, months)
    old = {order: end for order, end in ended.items() if end.at <= cutoff}
    return ForArchive(
        orders={order: end.at for order, end in old.items() if end.gone},
        standing=tuple(sorted(order for order, end in old.items() if not end.gone)),
        cutoff=cutoff,
    )


def for_purge(
    ended: Mapping[str, Ended], archived: Mapping[str, datetime], now: datetime, days: int
) -> list[str]:
    """Orders done with `days` ago or longer, archived or not."""
    cutoff = now - timedelta(days=days)
    ends = {order: end.at for order, end in ended.items()} | dict(archived)
    return sorted(order for order, at in ends.items() if at <= cutoff)
