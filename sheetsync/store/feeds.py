"""What feeds brought, kept: each file once, each row by its key, and what of it waits for the tracker.

A file is taken in one transaction, or not at all. A row waits until the tracker shows what it says, so a
kill at any moment loses nothing and doubles nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, cast

import pandas as pd
from sqlalchemy import Connection, Engine, func, insert, select, update

from sheetsync.domain.feeds.news import Fed, FedPlan, Keyed, Kind, News
from sheetsync.domain.feeds.telling import SourceLog
from sheetsync.store import frames
from sheetsync.store.engine import reading, writing
from sheetsync.store.feed_rows import PART, Compared, Counting, SaidRow, fresh_rows
from sheetsync.store.feed_waiting import (
    FRESH,
    NO_ROW,
    NUMBER,
    TOLD,
    UNMATCHED,
    all_news,
    all_written,
    have_no_row,
    load_fed,
    news_of,
    plain_row,
    save_written,
    settle,
    wait_for_a_row,
)
from sheetsync.store.holds import note_act
from sheetsync.store.parcels import cells_under_way
from sheetsync.store.settings import get_setting, put_setting
from sheetsync.store.tables import feed_file, feed_row
from sheetsync.store.upsert import upsert

_SETTLED: Final = frozenset({"applied", "refused"})
LONG: Final = 10_000
"""Rows; the news of a longer file are not all loaded into the pass that follows."""


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
            for _ in fresh_rows(connection, self._tracker_id, source, rows, count):
                pass
        return count.told()

    def news_of(
        self, source: str, kind: Kind, rows: Iterable[SaidRow], now: datetime
    ) -> tuple[News, ...]:
        """Those of the rows that would be news, as a plan takes them; nothing is kept."""
        common = {
            "source": source,
            "kind": kind,
            "waits": FRESH,
            "changed_at": int(now.timestamp()),
        }
        with reading(self._engine, self._path) as connection:
            fresh = fresh_rows(connection, self._tracker_id, source, rows, Counting())
            return tuple(news_of(common | row) for row in fresh)

    def fed(self) -> Fed:
        """What waits for the tracker, with all that feeds wrote into it before."""
        with reading(self._engine, self._path) as connection:
            fed = load_fed(connection, self._tracker_id)
            written, before = all_written(connection, self._tracker_id)
        return self.with_more(replace(fed, written=written, before=before))

    def with_more(self, fed: Fed) -> Fed:
        """As `fed`, able to look up the news that no row was there for, where there are any."""
        with reading(self._engine, self._path) as connection:
            places = get_setting(connection, self._tracker_id, UNMATCHED)
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
                    found += [
                        news_of(row) for row in map(plain_row, rows) if row["waits"] == NO_ROW
                    ]
            if not found:
                return fed
            written, before = all_written(connection, self._tracker_id)
        return replace(fed, news=(*fed.news, *found), written=written, before=before)

    def take(self, line: FileLine, rows: Iterable[SaidRow]) -> Compared:
        """Keep a file and its rows, all or none; how many were news."""
        count = Counting()
        # Most of a long file is about nobody's orders: its news are looked up by the keys that the rows have.
        by_keys = line.rows > LONG and line.kind != "orders"
        waits = 0 if line.kind == "stock" else NO_ROW if by_keys else FRESH
        common = {"tracker_id": self._tracker_id, "source": line.source, "kind": line.kind,
                  "changed_at": line.taken_at, "waits": waits}  # fmt: skip
        key = ("tracker_id", "source", "keyed", "key")
        with writing(self._engine, self._path) as connection:
            fresh = fresh_rows(connection, self._tracker_id, line.source, rows, count)
            while part := list(islice(fresh, PART)):
                lines = [common | row | {"order_id": _order_of(row)} for row in part]
                upsert(connection, feed_row, lines, key=key)
                if waits == NO_ROW:
                    have_no_row(
                        connection, self._tracker_id, {(line.source, str(lines[0]["keyed"]))}
                    )
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
        put_setting(connection, self._tracker_id, NUMBER, str(number))

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
            number, told = (get_setting(connection, self._tracker_id, k) for k in (NUMBER, TOLD))
        return (number or "0") != (told or "0")

    def close(self, fed: FedPlan, outcomes: pd.DataFrame) -> None:
        """What became of the cells that `fed` meant to write; what could not be written waits on."""
        lines = list(
            zip(*(outcomes[n].tolist() for n in ("order_id", "column", "outcome")), strict=True)
        )
        failed = {order for order, column, outcome in lines if outcome not in _SETTLED}
        with writing(self._engine, self._path) as connection:
            settled = [news for news, order in fed.carried if order not in failed]
            rest = [n for n in settled if (n.source, n.keyed, n.key) in fed.lacking]
            settle(connection, self._tracker_id, settled)
            if rest:
                wait_for_a_row(connection, self._tracker_id, rest)
            standing: dict[str, dict[str, str]] = {}
            for order, column, outcome in lines:
                if outcome == "applied" and column in fed.written.get(order, {}):
                    standing.setdefault(order, {})[column] = fed.written[order][column]
            before = {
                order: {**fed.before.get(order, {}), **cells} for order, cells in standing.items()
            }
            save_written(connection, self._tracker_id, {o: fed.written[o] for o in before}, before)

    def drop(self, source: str, who: str, now: datetime) -> int:
        """Let what waits of a source be done with, unwritten; how many orders it was about.

        What it says stays known, so the same file brings none of it back.
        """
        mine = feed_row.c.tracker_id == self._tracker_id, feed_row.c.source == source
        with writing(self._engine, self._path) as connection:
            waiting = update(feed_row).where(*mine, feed_row.c.waits != 0).values(waits=0)
            dropped = int(connection.execute(waiting).rowcount)
            if dropped:
                words = f"{source}: news of {dropped} orders"
                note_act(connection, self._tracker_id, "feed-dropped", who, now, new=words)
                put_setting(connection, self._tracker_id, TOLD, "")
        return dropped

    # -- looking --------------------------------------------------------------------------------

    def parcels(self) -> dict[str, Mapping[str, str]]:
        """Order ID -> the cells, as the last pass saw them, of each order whose parcel is under way."""
        with reading(self._engine, self._path) as connection:
            return cells_under_way(connection, self._tracker_id)

    def everything(self, kind: str | None = None) -> tuple[News, ...]:
        """What every source says last, by source and key; of one kind, or of all."""
        query = select(feed_row).where(feed_row.c.tracker_id == self._tracker_id)
        if kind is not None:
            query = query.where(feed_row.c.kind == kind)
        with reading(self._engine, self._path) as connection:
            return all_news(connection, query)

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


def _order_of(row: Mapping[str, Any]) -> str:
    return str(row["key"]) if row["keyed"] == "order_id" else ""


def _file_line(row: dict[str, Any]) -> FileLine:
    kept = {name: row[name] for name in FileLine.__dataclass_fields__}
    return FileLine(
        **cast("dict[str, Any]", kept | {"headings": tuple(json.loads(row["headings"]))})
    )
