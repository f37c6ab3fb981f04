"""What waits for the tracker, and what feeds wrote into it: loaded for a pass, and kept by its commit."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from sheetsync.domain.feeds.news import Cells, Fed, FedPlan, News
from sheetsync.store import frames
from sheetsync.store.memory import packed
from sheetsync.store.settings import get_setting, put_setting
from sheetsync.store.tables import feed_row, feed_written
from sheetsync.store.upsert import upsert

NUMBER: Final = "feed_number"
TOLD: Final = "feed_told"
"""Settings: the number of the newest file, and of the newest that a pass has carried out."""
UNMATCHED: Final = "feeds_unmatched"
"""Under this the sources and kinds of keys stand whose news ever had no row."""
FRESH: Final = 1
NO_ROW: Final = 2
"""Of a row that waits: a pass is yet to look at it; no row, or no column, of the tracker was there for it."""


def load_fed(connection: Connection, tracker_id: int) -> Fed:
    """What waits for the tracker, and what feeds wrote into it before."""
    number = int(get_setting(connection, tracker_id, NUMBER) or 0)
    if not number:
        return Fed()
    mine = feed_row.c.tracker_id == tracker_id, feed_row.c.waits == FRESH
    news = all_news(connection, select(feed_row).where(*mine))
    if not news:
        return Fed(number=number)
    written, before = all_written(connection, tracker_id)
    return Fed(number=number, news=news, written=written, before=before)


def commit_fed(connection: Connection, tracker_id: int, fed: FedPlan | None, number: int) -> None:
    """Make durable what a plan decided about feeds, in the caller's transaction."""
    if number:
        put_setting(connection, tracker_id, TOLD, str(number))
    if fed is None:
        return
    settle(connection, tracker_id, fed.done)
    wait_for_a_row(connection, tracker_id, fed.unmatched)
    save_written(connection, tracker_id, fed.written, fed.before)
    if fed.carried:
        statement = (
            update(feed_row)
            .where(feed_row.c.tracker_id == tracker_id, feed_row.c.source == bindparam("b_source"))
            .where(feed_row.c.keyed == bindparam("b_keyed"), feed_row.c.key == bindparam("b_key"))
            .values(order_id=bindparam("b_order"))
        )
        connection.execute(
            statement, [_place(news) | {"b_order": order} for news, order in fed.carried]
        )


def wait_for_a_row(connection: Connection, tracker_id: int, news: Sequence[News]) -> None:
    """No row, or no column, is there for these: from now on they are looked up only by the keys that the rows have."""
    settle(connection, tracker_id, news, waits=NO_ROW)
    have_no_row(connection, tracker_id, {(each.source, each.keyed) for each in news})


def have_no_row(
    connection: Connection, tracker_id: int, places: Collection[tuple[str, str]]
) -> None:
    """Of these sources and kinds of keys there are news that wait for a row."""
    known = json.loads(get_setting(connection, tracker_id, UNMATCHED) or "[]")
    if not set(places) <= {tuple(each) for each in known}:
        every = sorted({*places, *(tuple(each) for each in known)})
        put_setting(connection, tracker_id, UNMATCHED, json.dumps(every))


def settle(
    connection: Connection, tracker_id: int, news: Sequence[News], *, waits: int = 0
) -> None:
    """These wait no longer, or in another way, unless their source has said something else meanwhile."""
    if not news:
        return
    statement = (
        update(feed_row)
        .where(feed_row.c.tracker_id == tracker_id, feed_row.c.source == bindparam("b_source"))
        .where(feed_row.c.keyed == bindparam("b_keyed"), feed_row.c.key == bindparam("b_key"))
        .where(feed_row.c.digest == bindparam("b_digest"))
        .values(waits=waits)
    )
    connection.execute(statement, [_place(each) | {"b_digest": each.digest} for each in news])


def _place(news: News) -> dict[str, Any]:
    return {"b_source": news.source, "b_keyed": news.keyed, "b_key": news.key}


def save_written(
    connection: Connection,
    tracker_id: int,
    written: Mapping[str, Cells],
    before: Mapping[str, Cells],
) -> None:
    """Remember, per order, what feeds meant to write and what stood there before."""
    rows = [
        {"tracker_id": tracker_id, "order_id": order, "written": packed(dict(cells)),
         "before": packed(dict(before.get(order, {})))}
        for order, cells in written.items()
    ]  # fmt: skip
    upsert(connection, feed_written, rows, key=("tracker_id", "order_id"))


def all_written(
    connection: Connection, tracker_id: int
) -> tuple[dict[str, Cells], dict[str, Cells]]:
    """What feeds meant to write into the row of each order, and what stood there before."""
    columns = (feed_written.c.order_id, feed_written.c.written, feed_written.c.before)
    query = select(*columns).where(feed_written.c.tracker_id == tracker_id)
    orders, written, before = frames.by_column(connection, query).values()
    parsed = [json.loads("[" + ",".join(texts) + "]") for texts in (written, before)]
    return tuple(dict(zip(orders, cells, strict=True)) for cells in parsed)  # type: ignore[return-value]


def all_news(connection: Connection, query: Any) -> tuple[News, ...]:
    """The rows of a query over feed_row, by source and key."""
    order = (feed_row.c.source, feed_row.c.keyed, feed_row.c.key)
    found = frames.by_column(connection, query.order_by(*order))
    names = list(found)
    return tuple(
        news_of(dict(zip(names, row, strict=True))) for row in zip(*found.values(), strict=True)
    )


def news_of(row: Mapping[str, Any]) -> News:
    """One row of feed_row, given as the driver gives it."""
    return News(
        source=row["source"], kind=row["kind"], keyed=row["keyed"], key=row["key"], digest=row["digest"],
        packed=row["cells"], waits=bool(row["waits"]),
        changed_at=datetime.fromtimestamp(row["changed_at"], tz=UTC),
    )  # fmt: skip


def plain_row(row: Any) -> dict[str, Any]:
    """A row as the driver itself gives it."""
    values: dict[str, Any] = row._asdict()
    return values | {"changed_at": int(values["changed_at"].timestamp())}
