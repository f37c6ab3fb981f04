"""From a file to new rows in the tracker: look first, then add all of them in one go."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sheetsync.config import Config
from sheetsync.domain.columns.headings import find_header
from sheetsync.domain.columns.reading import ReadingOptions
from sheetsync.domain.model import HeaderMap
from sheetsync.domain.rules import Rulebook
from sheetsync.intake.mapping import find_columns, known_columns, resolve_keys
from sheetsync.intake.reading import Reading, Refusal, read_orders
from sheetsync.intake.sources import open_source
from sheetsync.trackers.base import Tracker
from sheetsync.trackers.matching import order_key

_ALREADY = "the order is already in the tracker"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Preview:
    """What would be added: the reading, and columns of the file that the tracker lacks (titles)."""

    reading: Reading
    tracker_header: HeaderMap
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What was added. `waiting` is why nothing was (the workbook is in use), "" otherwise."""

    orders: int = 0
    already: int = 0
    refusals: tuple[Refusal, ...] = field(default=())
    waiting: str = ""


def preview(
    path: Path, config: Config, rules: Rulebook, tracker: Tracker, now: datetime
) -> Preview:
    """Read the file and say what it would add; nothing is written.

    Raises UsageError for a file that cannot be used, TrackerError for the tracker.
    """
    search_rows = rules.header_search_rows
    configured = resolve_keys(config.intake.columns, rules.columns)
    sheet = tracker.read()
    header = find_header(sheet.rows, sheet.row_numbers, rules.columns, search_rows)
    column = header.columns["order_id"]
    present = frozenset(
        key
        for number, row in zip(sheet.row_numbers, sheet.rows, strict=True)
        if number > header.row_number and column < len(row) and (key := order_key(row[column]))
    )
    known = known_columns(rules.columns, configured)
    source = open_source(path, known, delimiter=config.intake.delimiter, search_rows=search_rows)
    columns = find_columns(source.name, source.lines(), rules.columns, configured, search_rows)
    reading = read_orders(
        source,
        columns,
        rules,
        present,
        timezone=config.tracker.timezone,
        options=_options(config),
        now=now,
    )
    lacking = [key for key in columns.header.columns if key not in header.columns]
    return Preview(
        reading=reading,
        tracker_header=header,
        lacking=tuple(rules.columns[key].title for key in lacking),
    )


def add(found: Preview, tracker: Tracker) -> Added:
    """Add the new orders below the last one, in one go. Raises TrackerError; then nothing was added."""
    reading = found.reading
    places = found.tracker_header.columns
    lacking = reading.columns.header.columns.keys() - places.keys()
    rows = [
        row if lacking.isdisjoint(row) else {k: v for k, v in row.items() if k in places}
        for row in reading.new.values()
    ]
    if not rows:
        return Added()
    outcomes = tracker.append(rows).outcomes
    waiting = outcomes["outcome"] == "deferred"
    if waiting.any():
        return Added(waiting=str(outcomes.loc[waiting, "reason"].iat[0]))
    dropped = outcomes[outcomes["outcome"] == "dropped"]
    reasons = dict(zip(dropped["order_id"], dropped["reason"], strict=True))
    return Added(
        orders=len(rows) - len(reasons),
        already=sum(reason == _ALREADY for reason in reasons.values()),
        refusals=_refusals(reading, {o: r for o, r in reasons.items() if r != _ALREADY}),
    )


def _refusals(reading: Reading, reasons: Mapping[str, str]) -> tuple[Refusal, ...]:
    return tuple(
        Refusal(
            line=reading.lines.get(order, 0), order=order, column="", found="",
            expected=f"{reason[:1].upper()}{reason[1:]}.",
        )
        for order, reason in reasons.items()
    )  # fmt: skip


def _options(config: Config) -> ReadingOptions:
    """The tracker's ways of reading, with the date formats of files first."""
    options = config.tracker.reading_options()
    formats = dict.fromkeys((*config.intake.date_formats, *options.date_formats))
    return dataclasses.replace(options, date_formats=tuple(formats))
