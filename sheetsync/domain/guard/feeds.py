"""What one feed would do to very many orders at once: a file of another shop, columns that slipped, a test file.

A courier's running news change many rows every hour, and so does a payment that comes in: that is work. Counted
are orders that would count as delivered, values that stand in the tracker and would give way to others, payments
that failed or were given back, and any change at all of very many orders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from sheetsync.domain.feeds.news import feed_of
from sheetsync.domain.guard.limits import GuardLimits, Trip, at_least, limit_words
from sheetsync.domain.model import Plan

RUNNING: Final = frozenset(
    {"carrier_status", "carrier_update", "eta", "vendor_confirmed", "payment_status"}
)
"""Columns whose values give way to newer ones as the work goes on."""
_UNDONE: Final = frozenset({"Failed", "Refunded"})
_BREAKER: Final = "feed:"


def feed_trips(plan: Plan, limits: GuardLimits) -> tuple[Trip, ...]:
    """A trip for each feed that would change very many orders, and for each reason."""
    if plan.fed is None or len(plan.fed.changes) < limits.min_rows:
        return ()
    known = int(plan.orders.frame["usable"].sum())
    found = _counted(plan)
    headings = plan.orders.header.headings
    return tuple(
        trip
        for source in sorted(found)
        for trip in _trips(source, found[source], known, limits, headings)
    )


def held_back(trips: tuple[Trip, ...]) -> dict[str, str]:
    """The feeds that the trips are about; why each is held back, and the ways out."""
    told: defaultdict[str, list[str]] = defaultdict(list)
    for trip in trips:
        told[trip.breaker.removeprefix(_BREAKER)].append(trip.sentence)
    return {
        source: f"{' '.join(sentences)} It is held back, and all else goes on. Is it meant so, run (with your --config): "
        "sheetsync approve. Is it not, give a mended file, or drop what waits: "
        f"sheetsync feed --drop {source}"
        for source, sentences in told.items()
    }


def _counted(plan: Plan) -> Mapping[str, Mapping[str, set[str]]]:
    """By feed and by what is done to them: the orders that it would change."""
    found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    changes = plan.fed.changes if plan.fed is not None else plan.changes.iloc[:0]
    names = ("order_id", "column", "rule", "expected", "new")
    for order, column, rule, stands, new in zip(*(list(changes[n]) for n in names), strict=True):
        orders = found[feed_of(str(rule))]
        orders["any"].add(str(order))
        if column == "delivered_at":
            orders["delivered"].add(str(order))
        elif column not in RUNNING and stands is not None and stands != "" and stands is not False:
            orders[f"other:{column}"].add(str(order))
        elif new in _UNDONE:
            orders["undone"].add(str(order))
    return found


def _trips(
    source: str,
    found: Mapping[str, set[str]],
    known: int,
    limits: GuardLimits,
    headings: Mapping[str, str],
) -> Iterator[Trip]:
    usual = at_least(known, limits)
    many = max(limits.min_rows, limits.moved_share * known)
    most = max(limits.feed_orders, limits.changed_share * known)
    changed = limit_words(limits.changed_share, limits)
    for what, orders in sorted(found.items()):
        count, words = len(orders), f"{len(orders):,} of {known:,} orders"
        told = ""
        if what == "delivered" and count >= many:
            told = f"count {words} as delivered ({limit_words(limits.moved_share, limits)})"
        elif what == "undone" and count >= usual:
            told = f"say of {words} that the payment failed or was given back ({changed})"
        elif what.startswith("other:") and count >= usual:
            key = what.removeprefix("other:")
            told = f"put another {headings.get(key, key)} into {words} ({changed})"
        elif what == "any" and count > most:
            told = f"change {words} (the limit is {most:,.0f})"
        if told:
            yield Trip(
                breaker=f"{_BREAKER}{source}", orders=tuple(sorted(orders)),
                sentence=f"The feed {source} would {told}.",
            )  # fmt: skip
