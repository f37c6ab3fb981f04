"""Which parcels are under way, and what was said of them kept as a feed's rows: by asking, or by a provider's own call."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from sheetsync.carriers.making import Surroundings, make_provider
from sheetsync.carriers.news import Said, said_of
from sheetsync.carriers.parcels import Parcel, TrackError
from sheetsync.config import Config
from sheetsync.domain.moments import scalar_to_local, scalar_to_utc
from sheetsync.domain.rules import CarrierRule, Rulebook
from sheetsync.domain.texts import fold
from sheetsync.store.feed_rows import Compared, SaidRow
from sheetsync.store.feeds import Feeds, FileLine
from sheetsync.store.memory import packed
from sheetsync.store.store import Store

_OVER: Final = frozenset({"Delivered", "Completed", "Cancelled", "Returned"})


def take_call(  # noqa: PLR0917 - what a listener has at hand
    config: Config,
    store: Store,
    tracker_id: int,
    rules: Rulebook,
    around: Surroundings,
    name: str,
    headers: Mapping[str, str],
    body: bytes,
) -> tuple[str, ...]:
    """Keep the news of a provider's own call (a webhook), as an answer's; a sentence for each that is not believed.

    The same call again changes nothing. Raises WebhookRefused for a call that is not the provider's, ConfigError or
    UsageError where its settings are wrong, StoreError.
    """
    provider = make_provider(name, config.carriers[name], around)
    now = around.clock()
    results = {result.asked: result for result in provider.parse_webhook(headers, body)}
    mine = [parcel for parcel in under_way(store, tracker_id, rules, around.timezone) if parcel.asked in results]  # fmt: skip
    told = [
        said_of(parcel, results[parcel.asked], rules.parcel_words, around.timezone, now) for parcel in mine
    ]  # fmt: skip
    errors = [each for each in told if isinstance(each, TrackError)]
    keep_news(
        store.feeds(tracker_id), name, [each for each in told if isinstance(each, Said)], now=now,
        refused=len(errors), title="told", timezone=around.timezone,
    )  # fmt: skip
    return tuple(error.sentence for error in errors)


def keep_news(
    feeds: Feeds,
    name: str,
    said: Sequence[Said],
    *,
    now: datetime,
    refused: int,
    title: str,
    timezone: str,
) -> Compared | None:
    """Keep what is news among it, in one transaction; None where nothing is."""
    rows = [_row(each) for each in said]
    if not feeds.compare(name, rows).changed:
        return None
    digest = hashlib.sha256(repr((now, rows)).encode("utf-8", "surrogatepass")).hexdigest()
    headings = sorted({key for each in said for key in each.cells} | {"tracking"})
    line = FileLine(
        source=name, kind="carrier", name=f"{title} {scalar_to_local(now, timezone):%Y-%m-%d %H:%M}", digest=digest,
        stamp="", settings="", headings=tuple(headings), written_at=now, taken_at=now, rows=len(rows),
        refused=refused,
    )  # fmt: skip
    return feeds.take(line, rows)


def under_way(store: Store, tracker_id: int, rules: Rulebook, timezone: str) -> list[Parcel]:
    """The parcels of open orders, by what the last pass saw; a number on two orders is nobody's."""
    cells = store.feeds(tracker_id).parcels()
    found: dict[str, Parcel] = {}
    doubled: set[str] = set()
    carriers = {
        fold(text): rule for rule in rules.carriers.values() for text in (rule.name, *rule.aliases)
    }
    for parcel in _parcels(cells.values(), rules, carriers, timezone):
        if parcel.asked in found:
            doubled.add(parcel.asked)
        found[parcel.asked] = parcel
    return [parcel for number, parcel in found.items() if number and number not in doubled]


def _parcels(
    rows: Iterable[Mapping[str, str]],
    rules: Rulebook,
    carriers: Mapping[str, CarrierRule],
    timezone: str,
) -> Iterator[Parcel]:
    for row in rows:
        status = rules.statuses.aliases.get(fold(row.get("status", "")), "")
        if status not in _OVER:
            carrier = carriers.get(fold(row.get("carrier", "")))
            since = _left_at(row.get("dispatched_at", ""), timezone)
            yield Parcel(number=row["tracking"], carrier=carrier, since=since)


def _left_at(text: str, timezone: str) -> datetime | None:
    try:
        return scalar_to_utc(datetime.fromisoformat(text).replace(tzinfo=None), timezone)
    except ValueError:
        return None


def _row(said: Said) -> SaidRow:
    return SaidRow("tracking", said.number, packed(dict(said.cells)), int(said.at.timestamp()))
