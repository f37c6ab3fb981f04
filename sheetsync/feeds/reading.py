"""The rows of a feed's file, understood with the tracker's own eyes, a few thousand at a time.

What a row says becomes one line of text by its key. A row that cannot be understood is refused by itself; a file
that is not what the feed should be is refused as a whole, by UsageError or TrackerRefused.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from json.encoder import encode_basestring
from pathlib import Path
from typing import Final

import numpy as np

from sheetsync.domain.columns import interpret
from sheetsync.domain.feeds.values import column_texts
from sheetsync.domain.model import CellValue, HeaderMap, Orders
from sheetsync.domain.moments import as_moment
from sheetsync.domain.rules import ColumnRule
from sheetsync.domain.texts import both, either, quoted
from sheetsync.errors import UsageError
from sheetsync.feeds.cells import Mending
from sheetsync.feeds.way import Way
from sheetsync.intake.mapping import FileColumns, find_columns, known_columns
from sheetsync.intake.reading import (
    UNREAD,
    Refusal,
    cell_at,
    in_blocks,
    is_lost,
    sheet_of,
    shown_cell,
)
from sheetsync.intake.sources import Line, Source, open_source
from sheetsync.intake.values import LONGEST_TEXT
from sheetsync.store.feed_rows import SaidRow

AHEAD: Final = timedelta(minutes=15)
"""So far a clock elsewhere may run ahead of ours."""
_REFUSED_TOO: Final = UNREAD | {"unknown_choice"}
_SHOWN_HEADINGS: Final = 4


@dataclass(slots=True, kw_only=True, eq=False)
class FeedReading:
    """What a file came to: `said` are its rows by key, each as one JSON object; `refusals` the first refused ones.

    Of each row that is said, `said_at` is the feed's own time of it (seconds) and `lines` its line. Text and
    numbers only, so that a long file costs the garbage collector little.
    `repeated` rows say the same as another one of the file, `outdated` ones are older than another one.
    """

    source: Source
    columns: FileColumns
    keyed: str
    most_refused: int
    rows: int = 0
    said: dict[str, str] = field(default_factory=dict)
    said_at: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    disputed: set[str] = field(default_factory=set)
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    repeated: int = 0
    outdated: int = 0

    def said_rows(self) -> Iterator[SaidRow]:
        """The rows that can be used, in the order of the file."""
        keyed, at = self.keyed, self.said_at
        return (SaidRow(keyed, key, cells, at.get(key)) for key, cells in self.said.items())

    @property
    def headings(self) -> tuple[str, ...]:
        """The column keys that the file has."""
        return tuple(sorted(self.columns.header.columns))

    def refuse(self, line: int, key: str, column: str, found: CellValue, expected: str) -> None:
        """Count a row that is not taken, and list it while there is room."""
        self.refused += 1
        if len(self.refusals) < self.most_refused:
            shown = shown_cell(found)
            self.refusals.append(
                Refusal(line=line, order=key, column=column, found=shown, expected=expected)
            )


def read_feed(path: Path, way: Way, now: datetime, *, before: Sequence[str] = ()) -> FeedReading:
    """Every row of the file at `path`, sorted into said and refused.

    `before` are the columns that the feed's last file had. Raises UsageError or TrackerRefused for a file
    that cannot be used as a whole.
    """
    search_rows = way.rules.header_search_rows
    known = known_columns(way.columns, way.headings)
    source = open_source(
        path, known, delimiter=way.settings.delimiter, search_rows=search_rows,
        encoding=way.settings.encoding,
    )  # fmt: skip
    columns = find_columns(
        source.name, source.lines(), way.columns, way.headings, search_rows,
        keys=way.kind_rule.keyed, where=way.section,
    )  # fmt: skip
    _refuse_other_layout(source.name, columns, way, before)
    reading = FeedReading(
        source=source, columns=columns, keyed=_keyed(columns, way), most_refused=way.settings.most_refused
    )  # fmt: skip
    fitted = _under_one_key(columns, reading.keyed)
    rules = dataclasses.replace(way.rules, columns=fitted.columns)
    for block in in_blocks(_body(source, fitted, way, reading)):
        orders = interpret(sheet_of(source, fitted, block, way.timezone), rules, now, way.options)
        _take(reading, orders, fitted, way, now)
        if len(reading.said) > way.settings.most_rows:
            raise UsageError(
                f"{source.name} has more than {way.settings.most_rows:,} rows. Split it into several files, or "
                f"raise most_rows under feeds: {way.name}: in config.yaml."
            )
    return reading


def _refuse_other_layout(name: str, columns: FileColumns, way: Way, before: Sequence[str]) -> None:
    """Raise UsageError for a file that says nothing of its kind, or lacks a column that it had before."""
    here = columns.header.columns.keys()
    fills = way.kind_rule.fills or tuple(
        key for key in way.columns if key not in way.kind_rule.keyed
    )
    shown = both([quoted(heading) for heading in (*columns.header.headings.values(), *columns.ignored)][:_SHOWN_HEADINGS])  # fmt: skip
    if here.isdisjoint(fills):
        wanted = either(
            [way.columns[key].title for key in fills if key in way.columns][:_SHOWN_HEADINGS]
        )
        raise UsageError(
            f"{name} is no file of kind {way.kind}: none of its columns is {wanted}. Its headings are {shown}. "
            f"Is it of another kind, or has it other headings? Name them under feeds: {way.name}: columns: "
            "in config.yaml."
        )
    named = [heading for heading, key in way.headings.items() if key not in here]
    missing = [quoted(heading) for heading in named] + [
        way.columns[key].title for key in before if key in way.columns and key not in here
    ]
    if missing:
        unknown = list(columns.ignored)[:_SHOWN_HEADINGS]
        instead = (
            f" It has {both([quoted(heading) for heading in unknown])} instead." if unknown else ""
        )
        why = "config.yaml names" if named else "the files before it had"
        raise UsageError(
            f"{name} has no column {both(missing)}, which {why}.{instead} Was a heading changed? Name the new one "
            f"under feeds: {way.name}: columns: in config.yaml, and the file is taken."
        )


def _keyed(columns: FileColumns, way: Way) -> str:
    return next(key for key in way.kind_rule.keyed if key in columns.header.columns)


def _under_one_key(columns: FileColumns, keyed: str) -> FileColumns:
    """The columns of the file with what names its rows in the place of the Order ID."""
    if keyed == "order_id":
        return columns
    rule = dataclasses.replace(columns.columns[keyed], key="order_id")
    rules = {"order_id": rule} | {
        key: each for key, each in columns.columns.items() if key not in {keyed, "order_id"}
    }
    header = columns.header
    places = {("order_id" if k == keyed else k): place for k, place in header.columns.items()}
    headings = {("order_id" if k == keyed else k): text for k, text in header.headings.items()}
    found = HeaderMap(
        row_number=header.row_number, columns=places, headings=headings, unknown=header.unknown
    )
    return dataclasses.replace(columns, columns=rules, header=found)


def _body(source: Source, columns: FileColumns, way: Way, reading: FeedReading) -> Iterator[Line]:
    """The rows below the header, with the feed's own words and numbers made the tracker's."""
    mending = Mending.of(columns, way)
    place = columns.header.columns["order_id"]
    for number, cells in source.lines():
        if number <= columns.header.row_number:
            continue
        reading.rows += 1
        if source.even and any(cells[columns.width :]):
            reading.refuse(
                number, shown_cell(cell_at(cells, place)), "", cells[columns.width],
                f"The row has {len(cells)} cells but there are {columns.width} headings. Put a text that "
                "holds the separator into quotes.",
            )  # fmt: skip
            continue
        if not mending:
            yield number, cells
            continue
        mended, wrong = mending.mend(cells)
        if wrong is None:
            yield number, mended
        else:
            heading, found, words = wrong
            reading.refuse(number, shown_cell(cell_at(cells, place)), heading, found, words)


def _take(
    reading: FeedReading, orders: Orders, columns: FileColumns, way: Way, now: datetime
) -> None:
    """Sort the rows of one block."""
    frame = orders.frame
    keys = frame["order_id_read"].to_numpy(object).tolist()
    lines = frame["row"].to_numpy(np.int64).tolist()
    refused = _refuse_unread(reading, orders, columns.columns, way)
    _refuse_ahead(reading, orders, columns.columns, way, now, refused)
    kept = [key for key in sorted(columns.header.columns) if key != "order_id"]
    texts = [
        column_texts(key, columns.columns[key], orders, way.tracker_timezone).tolist()
        for key in kept
    ]
    said_at = _seconds(orders, way.kind_rule.said_at)
    for place, long in _overlong(kept, texts):
        if lines[place] not in refused and keys[place]:
            refused.add(lines[place])
            words = f"The text is longer than the {LONGEST_TEXT:,} characters that a cell holds. Shorten it."
            reading.refuse(
                lines[place], keys[place], columns.header.headings[kept[long]], texts[long][place], words
            )  # fmt: skip
    for key, line, at, cells in zip(keys, lines, said_at, _packed(kept, texts), strict=True):
        if key and line not in refused:
            _say(reading, key, cells, at, line)


def _packed(kept: Sequence[str], texts: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each row as one JSON object without blanks, spelled as the store spells them."""
    names = [f"{encode_basestring(key)}:" for key in kept]
    for cells in zip(*texts, strict=True):
        parts = [name + encode_basestring(t) for name, t in zip(names, cells, strict=True) if t]
        yield f"{{{','.join(parts)}}}"


def _overlong(kept: Sequence[str], texts: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    """Row and column of texts that no cell holds."""
    for column in range(len(kept)):
        if max(map(len, texts[column]), default=0) * 2 > LONGEST_TEXT:
            for place, text in enumerate(texts[column]):
                if len(text) * 2 > LONGEST_TEXT and _too_long(text):
                    yield place, column


def _say(reading: FeedReading, key: str, cells: str, at: int | None, line: int) -> None:
    """Keep a row; of two about the same, the later by the feed's own time, and neither where that is open."""
    if key in reading.disputed:
        _dispute(reading, key, line, "several lines")
        return
    known, known_at = reading.said.get(key), reading.said_at.get(key)
    if known is not None and at is not None and known_at is not None and at != known_at:
        reading.outdated += 1
        if at < known_at:
            return
    elif known is not None:
        _same_or_disputed(reading, key, known == cells, line)
        return
    reading.said[key], reading.lines[key] = cells, line
    if at is not None:
        reading.said_at[key] = at


def _same_or_disputed(reading: FeedReading, key: str, same: bool, line: int) -> None:  # noqa: FBT001
    """A second row about the same: it says the same, or both are refused."""
    if same:
        reading.repeated += 1
        return
    other = reading.lines.pop(key)
    del reading.said[key]
    reading.said_at.pop(key, None)
    reading.disputed.add(key)
    _dispute(reading, key, other, f"line {line}")
    _dispute(reading, key, line, f"line {other}")


def _dispute(reading: FeedReading, key: str, line: int, other: str) -> None:
    heading = reading.columns.header.headings[reading.keyed]
    words = f"What {other} of the file says of it is something else. Keep the one that is right."
    reading.refuse(line, key, heading, key, words)


def _refuse_unread(
    reading: FeedReading, orders: Orders, columns: Mapping[str, ColumnRule], way: Way
) -> set[int]:
    """Refuse rows with a value that cannot be made out."""
    refused: set[int] = set()
    places: dict[int, int] = {}
    names = ("order_id", "row", "column", "rule", "severity", "message")
    found = orders.findings
    for key, line, column, rule, severity, words in zip(
        *(found[n].tolist() for n in names), strict=True
    ):
        if rule == "doubled_order_id" or line in refused:
            continue
        lost = (
            rule in _REFUSED_TOO
            if way.kind_rule.fills
            else is_lost(columns[column], severity, rule)
        )
        if rule != "not_an_order" and not lost:
            continue
        places = places or dict(
            zip(orders.frame["row"].tolist(), range(len(orders.frame)), strict=True)
        )
        place = places.get(line)
        cell = None if place is None or column not in orders.raw else orders.raw[column][place]
        refused.add(line)
        reading.refuse(line, key, orders.header.headings.get(column, ""), cell, words)
    return refused


def _refuse_ahead(  # noqa: PLR0917 - one block, and what was refused in it
    reading: FeedReading,
    orders: Orders,
    columns: Mapping[str, ColumnRule],
    way: Way,
    now: datetime,
    refused: set[int],
) -> None:
    """A time that is still to come, where something has happened, would bar all later news."""
    latest = as_moment(now + AHEAD)
    for key in columns.keys() & orders.header.columns.keys():
        if not columns[key].not_in_future and key != way.kind_rule.said_at:
            continue
        moments = orders.frame[key].to_numpy("datetime64[s]")
        for place in np.flatnonzero(moments > latest).tolist():
            line = int(orders.frame["row"].to_numpy()[place])
            if line in refused:
                continue
            refused.add(line)
            order = str(orders.frame["order_id_read"].to_numpy(object)[place])
            words = (
                "The time lies in the future. Is the clock, or the time zone, of the sender right?"
            )
            reading.refuse(line, order, orders.header.headings[key], orders.raw[key][place], words)


def _seconds(orders: Orders, key: str) -> list[int | None]:
    if not key or key not in orders.frame:
        return [None] * len(orders.frame)
    moments = orders.frame[key].to_numpy("datetime64[s]")
    unknown = np.isnat(moments).tolist()
    return [
        None if no else at for no, at in zip(unknown, moments.astype("int64").tolist(), strict=True)
    ]


def _too_long(text: str) -> bool:
    return len(text.encode("utf-16-le", errors="replace")) // 2 > LONGEST_TEXT
