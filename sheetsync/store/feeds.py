"""What feeds brought, kept: each file once, each row by its key, and what of it waits for the tracker.

A file is taken in one transaction, or not at all. A row waits until the tracker shows what it says, so a
kill at any moment loses nothing and doubles nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, cast

import pandas as pd
from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update

from sheetsync.domain.feeds.news import Cells, Fed, FedPlan, Keyed, Kind, News
from sheetsync.domain.feeds.telling import SourceLog
from sheetsync.domain.redaction import cutter, is_cut, stands_for
from sheetsync.store import frames
from sheetsync.store.engine import reading, writing
from sheetsync.store.memory import packed
from sheetsync.store.seen import CUTTER
from sheetsync.store.settings import get_setting, put_setting, secret
from sheetsync.store.tables import feed_file, feed_row, feed_written
from sheetsync.store.upsert import upsert

_NUMBER: Final = "feed_number"
_TOLD: Final = "feed_told"
_UNMATCHED: Final = "feeds_unmatched"
"""Under this the sources and kinds of keys stand whose news ever had no row."""
_FRESH: Final = 1
_NO_ROW: Final = 2
"""Of a row that waits: a pass is yet to look at it; no row of the tracker was there for it."""
_PART: Final = 5_000
"""So many rows are compared and kept at a time, so that a long file is never held twice."""
_SETTLED: Final = frozenset({"applied", "refused"})
Key = tuple[str, str]
"""What a row is keyed by, and its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One file of a feed as it was looked at; `verdict` taken or refused, `sentence` why refused."""

    source: str
    kind: str
    name: str
    digest: str
    stamp: str
    settings: str
    headings: tuple[str, ...]
    written_at: datetime | None
    taken_at: datetime
    verdict: str = "taken"
    sentence: str = ""
    rows: int = 0
    changed: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class SaidRow:
    """One row of a feed: its cells as one JSON object, and the feed's own time of it in seconds."""

    keyed: str
    key: str
    cells: str
    said_at: int | None


@dataclass(frozen=True, slots=True)
class Compared:
    """How many rows of a file are news, say what is known, or are older than what is known."""

    changed: int = 0
    known: int = 0
    older: int = 0


class Feeds:
    """The feeds of one tracker over an open store; each method is one transaction."""

    def __init__(self, engine: Engine, path: Path | None, tracker_id: int) -> None:
        self._engine, self._path, self._tracker_id = engine, path, tracker_id

    # -- files ----------------------------------------------------------------------------------

    def taken(self, source: str, digest: str) -> FileLine | None:
        """The line of a file with these bytes that was taken."""
        mine = feed_file.c.digest == digest, feed_file.c.verdict == "taken"
        return self._newest(source, *mine)

    def last_taken(self, source: str) -> FileLine | None:
        """The newest file of the source that was taken."""
        return self._newest(source, feed_file.c.verdict == "taken")

    def seen(self, source: str, name: str, stamp: str, settings: str) -> FileLine | None:
        """The line of this very file, known by name, size and time, under the same settings."""
        same = (
            feed_file.c.name == name,
            feed_file.c.stamp == stamp,
            feed_file.c.settings == settings,
        )
        return self._newest(source, *same)

    def compare(self, source: str, rows: Iterable[SaidRow]) -> Compared:
        """What taking these rows would come to; nothing is kept."""
        count = Counting()
        with reading(self._engine, self._path) as connection:
            for _ in _fresh(connection, self._tracker_id, source, rows, count):
                pass
        return count.told()

    def news_of(
        self, source: str, kind: Kind, rows: Iterable[SaidRow], now: datetime
    ) -> tuple[News, ...]:
        """Those of the rows that would be news, as a plan takes them; nothing is kept."""
        common = {
            "source": source,
            "kind": kind,
            "waits": _FRESH,
            "changed_at": int(now.timestamp()),
        }
        with reading(self._engine, self._path) as connection:
            fresh = _fresh(connection, self._tracker_id, source, rows, Counting())
            return tuple(_news(common | row) for row in fresh)

    def fed(self) -> Fed:
        """What waits for the tracker, with all that feeds wrote into it before."""
        with reading(self._engine, self._path) as connection:
            fed = load_fed(connection, self._tracker_id)
            written, before = _written(connection, self._tracker_id)
        return self.with_more(replace(fed, written=written, before=before))

    def with_more(self, fed: Fed) -> Fed:
        """As `fed`, able to look up the news that no row was there for, where there are any."""
        with reading(self._engine, self._path) as connection:
            places = get_setting(connection, self._tracker_id, _UNMATCHED)
        if not places:
            return fed
        known = [(source, keyed) for source, keyed in json.loads(places)]
        return replace(fed, more=lambda found, keys: self._more(found, known, keys))

    def _more(
        self, fed: Fed, places: Sequence[tuple[str, Keyed]], keys: Mapping[Keyed, Sequence[str]]
    ) -> Fed:
        """The news that waited for one of these keys, with what feeds wrote before."""
        found: list[News] = []
        with reading(self._engine, self._path) as connection:
            for source, keyed in places:
                mine = feed_row.c.tracker_id == self._tracker_id, feed_row.c.source == source
                query = select(feed_row).where(*mine, feed_row.c.keyed == keyed)
                for ids in frames.chunks(keys.get(keyed, ())):
                    rows = connection.execute(query.where(feed_row.c.key.in_(ids)))
                    found += [_news(row) for row in map(_plain, rows) if row["waits"] == _NO_ROW]
            if not found:
                return fed
            written, before = _written(connection, self._tracker_id)
        return replace(fed, news=(*fed.news, *found), written=written, before=before)

    def take(self, line: FileLine, rows: Iterable[SaidRow]) -> Compared:
        """Keep a file and its rows, all or none; how many were news."""
        count = Counting()
        common = {"tracker_id": self._tracker_id, "source": line.source, "kind": line.kind,
                  "changed_at": line.taken_at, "waits": _FRESH if line.kind != "stock" else 0}  # fmt: skip
        key = ("tracker_id", "source", "keyed", "key")
        with writing(self._engine, self._path) as connection:
            fresh = _fresh(connection, self._tracker_id, line.source, rows, count)
            while part := list(islice(fresh, _PART)):
                lines = [common | row | {"order_id": _order_of(row)} for row in part]
                upsert(connection, feed_row, lines, key=key)
            self._add(connection, line, changed=count.changed)
        return count.told()

    def refuse(self, line: FileLine) -> None:
        """Keep that a file was refused, and why."""
        with writing(self._engine, self._path) as connection:
            self._add(connection, line, changed=0)

    def _add(self, connection: Connection, line: FileLine, *, changed: int) -> None:
        row = {name: getattr(line, name) for name in FileLine.__dataclass_fields__}
        row |= {
            "tracker_id": self._tracker_id,
            "headings": json.dumps(line.headings),
            "changed": changed,
        }
        statement = insert(feed_file).values(row).returning(feed_file.c.id)
        number = int(connection.execute(statement).scalar_one())
        put_setting(connection, self._tracker_id, _NUMBER, str(number))

    def _newest(self, source: str, *where: Any) -> FileLine | None:
        mine = feed_file.c.tracker_id == self._tracker_id, feed_file.c.source == source
        query = select(feed_file).where(*mine, *where).order_by(feed_file.c.id.desc()).limit(1)
        with reading(self._engine, self._path) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _file_line(row._asdict())

    # -- a pass ---------------------------------------------------------------------------------

    def has_news(self) -> bool:
        """Whether a file was looked at since the last pass that was carried out."""
        with reading(self._engine, self._path) as connection:
            number, told = (get_setting(connection, self._tracker_id, k) for k in (_NUMBER, _TOLD))
        return (number or "0") != (told or "0")

    def close(self, fed: FedPlan, outcomes: pd.DataFrame) -> None:
        """What became of the cells that `fed` meant to write; what could not be written waits on."""
        lines = list(
            zip(*(outcomes[n].tolist() for n in ("order_id", "column", "outcome")), strict=True)
        )
        failed = {order for order, column, outcome in lines if outcome not in _SETTLED}
        with writing(self._engine, self._path) as connection:
            settled = [news for news, order in fed.carried if order not in failed]
            _settle(connection, self._tracker_id, settled)
            standing: dict[str, dict[str, str]] = {}
            for order, column, outcome in lines:
                if outcome == "applied" and column in fed.written.get(order, {}):
                    standing.setdefault(order, {})[column] = fed.written[order][column]
            before = {
                order: {**fed.before.get(order, {}), **cells} for order, cells in standing.items()
            }
            _save_written(connection, self._tracker_id, {o: fed.written[o] for o in before}, before)

    # -- looking --------------------------------------------------------------------------------

    def everything(self, kind: str | None = None) -> tuple[News, ...]:
        """What every source says last, by source and key; of one kind, or of all."""
        query = select(feed_row).where(feed_row.c.tracker_id == self._tracker_id)
        if kind is not None:
            query = query.where(feed_row.c.kind == kind)
        with reading(self._engine, self._path) as connection:
            return _all_news(connection, query)

    def has_kind(self, kind: str) -> bool:
        """Whether any source of that kind ever spoke."""
        query = select(feed_row.c.key).where(
            feed_row.c.tracker_id == self._tracker_id, feed_row.c.kind == kind
        )
        with reading(self._engine, self._path) as connection:
            return connection.execute(query.limit(1)).first() is not None

    def logs(self) -> tuple[SourceLog, ...]:
        """What is known of each source that ever spoke, by name."""
        mine = feed_file.c.tracker_id == self._tracker_id
        count = select(feed_file.c.source, func.count()).where(mine).group_by(feed_file.c.source)
        with reading(self._engine, self._path) as connection:
            counts = connection.execute(count.order_by(feed_file.c.source)).all()
        return tuple(self._log(source, files) for source, files in counts)

    def _log(self, source: str, files: int) -> SourceLog:
        newest, last = self._newest(source), self.last_taken(source)
        trouble = newest.sentence if newest is not None and newest.verdict == "refused" else ""
        kind = newest.kind if newest is not None else ""
        if last is None:
            return SourceLog(name=source, kind=kind, files=files, trouble=trouble)
        return SourceLog(
            name=source, kind=kind, files=files, trouble=trouble, file=last.name, rows=last.rows,
            written_at=last.written_at, taken_at=last.taken_at, changed=last.changed, refused=last.refused,
        )  # fmt: skip


def load_fed(connection: Connection, tracker_id: int) -> Fed:
    """What waits for the tracker, and what feeds wrote into it before."""
    number = int(get_setting(connection, tracker_id, _NUMBER) or 0)
    if not number:
        return Fed()
    mine = feed_row.c.tracker_id == tracker_id, feed_row.c.waits == _FRESH
    news = _all_news(connection, select(feed_row).where(*mine))
    if not news:
        return Fed(number=number)
    written, before = _written(connection, tracker_id)
    return Fed(number=number, news=news, written=written, before=before)


def commit_fed(connection: Connection, tracker_id: int, fed: FedPlan | None, number: int) -> None:
    """Make durable what a plan decided about feeds, in the caller's transaction."""
    if number:
        put_setting(connection, tracker_id, _TOLD, str(number))
    if fed is None:
        return
    _settle(connection, tracker_id, fed.done)
    _wait_for_a_row(connection, tracker_id, fed.unmatched)
    _save_written(connection, tracker_id, fed.written, fed.before)
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


def row_digest(cells: str) -> int:
    """One signed 64-bit number of a row's cells."""
    digest = hashlib.blake2b(cells.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


@dataclass(slots=True)
class Counting:
    """Counts while rows are compared."""

    changed: int = 0
    known: int = 0
    older: int = 0

    def told(self) -> Compared:
        """What was counted."""
        return Compared(changed=self.changed, known=self.known, older=self.older)


def _fresh(
    connection: Connection, tracker_id: int, source: str, rows: Iterable[SaidRow], count: Counting
) -> Iterator[dict[str, Any]]:
    """The rows that are news, each joined with what the source said before of other columns."""
    rest = iter(rows)
    while part := list(islice(rest, _PART)):
        known = _known(connection, tracker_id, source, part[0].keyed, [row.key for row in part])
        for row in part:
            before, said_at = known.get((row.keyed, row.key), ("", None))
            if before == row.cells:
                count.known += 1
                continue
            if said_at is not None and row.said_at is not None and row.said_at < said_at:
                count.older += 1
                continue
            cells = _joined(connection, before, row.cells) if before else row.cells
            if cells == before:
                count.known += 1
                continue
            count.changed += 1
            yield {"keyed": row.keyed, "key": row.key, "digest": row_digest(cells), "cells": cells,
                   "said_at": row.said_at}  # fmt: skip


def _joined(connection: Connection, before: str, now: str) -> str:
    """What is said now over what was said before of other columns, spelled the same way every time.

    A value that was cut at somebody's wish stays the mark that it is.
    """
    said, new = json.loads(before), json.loads(now)
    if any(is_cut(text) for text in said.values()):
        cut = cutter(secret(connection, CUTTER, b""))
        new = {k: v for k, v in new.items() if not stands_for(said.get(k, ""), v, cut)}
    return packed(dict(sorted({**said, **new}.items())))


def _known(
    connection: Connection, tracker_id: int, source: str, keyed: str, keys: Sequence[str]
) -> dict[Key, tuple[str, int | None]]:
    columns = (feed_row.c.keyed, feed_row.c.key, feed_row.c.cells, feed_row.c.said_at)
    mine = feed_row.c.tracker_id == tracker_id, feed_row.c.source == source
    query = select(*columns).where(*mine, feed_row.c.keyed == keyed)
    parts = (
        connection.execute(query.where(feed_row.c.key.in_(ids))) for ids in frames.chunks(keys)
    )
    return {(keyed, key): (cells, said) for part in parts for keyed, key, cells, said in part}


def _wait_for_a_row(connection: Connection, tracker_id: int, news: Sequence[News]) -> None:
    """No row is there for these: from now on they are looked up only by the keys that the rows have."""
    _settle(connection, tracker_id, news, waits=_NO_ROW)
    places = {(each.source, each.keyed) for each in news}
    known = json.loads(get_setting(connection, tracker_id, _UNMATCHED) or "[]")
    if not places <= {tuple(each) for each in known}:
        every = sorted(places | {tuple(each) for each in known})
        put_setting(connection, tracker_id, _UNMATCHED, json.dumps(every))


def _settle(
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


def _save_written(
    connection: Connection,
    tracker_id: int,
    written: Mapping[str, Cells],
    before: Mapping[str, Cells],
) -> None:
    rows = [
        {"tracker_id": tracker_id, "order_id": order, "written": packed(dict(cells)),
         "before": packed(dict(before.get(order, {})))}
        for order, cells in written.items()
    ]  # fmt: skip
    upsert(connection, feed_written, rows, key=("tracker_id", "order_id"))


def _written(connection: Connection, tracker_id: int) -> tuple[dict[str, Cells], dict[str, Cells]]:
    columns = (feed_written.c.order_id, feed_written.c.written, feed_written.c.before)
    query = select(*columns).where(feed_written.c.tracker_id == tracker_id)
    orders, written, before = frames.by_column(connection, query).values()
    parsed = [json.loads("[" + ",".join(texts) + "]") for texts in (written, before)]
    return tuple(dict(zip(orders, cells, strict=True)) for cells in parsed)  # type: ignore[return-value]


def _all_news(connection: Connection, query: Any) -> tuple[News, ...]:
    order = (feed_row.c.source, feed_row.c.keyed, feed_row.c.key)
    found = frames.by_column(connection, query.order_by(*order))
    names = list(found)
    return tuple(
        _news(dict(zip(names, row, strict=True))) for row in zip(*found.values(), strict=True)
    )


def _news(row: Mapping[str, Any]) -> News:
    return News(
        source=row["source"], kind=row["kind"], keyed=row["keyed"], key=row["key"], digest=row["digest"],
        packed=row["cells"], waits=bool(row["waits"]),
        changed_at=datetime.fromtimestamp(row["changed_at"], tz=UTC),
    )  # fmt: skip


def _plain(row: Any) -> dict[str, Any]:
    """A row as the driver itself gives it."""
    values: dict[str, Any] = row._asdict()
    return values | {"changed_at": int(values["changed_at"].timestamp())}


def _order_of(row: Mapping[str, Any]) -> str:
    return str(row["key"]) if row["keyed"] == "order_id" else ""


def _file_line(row: dict[str, Any]) -> FileLine:
    kept = {name: row[name] for name in FileLine.__dataclass_fields__}
    return FileLine(
        **cast("dict[str, Any]", kept | {"headings": tuple(json.loads(row["headings"]))})
    )
