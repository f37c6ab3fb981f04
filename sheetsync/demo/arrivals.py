"""The web shop's hand-over: a CSV file with the orders of the night, taken in as a real one would be."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sheetsync.demo.company import TODAY, Company
from sheetsync.domain.rules import Rulebook
from sheetsync.intake.adding import add, preview
from sheetsync.intake.report import report_place, write_report
from sheetsync.worker.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What became of the rows of a hand-over. `refused` are sentences."""

    file: str
    added: int
    refused: Sequence[str]


def write_handover(folder: Path, shop: Company, rules: Rulebook) -> Path:
    """Write the web shop's file into `folder`: ten good orders and one of a day that does not exist."""
    keys = ("order_id", "ordered_at", "customer", "skus", "priority", "promised_at", "dispatch_by")
    folder.mkdir()
    path = folder / f"orders-{TODAY:%Y-%m-%d}.csv"
    rows = [[_text(row[key]) for key in keys] for row in shop.coming]
    number = int(rows[-1][0].removeprefix("#SP-")) + 1
    rows.insert(7, [f"#SP-{number}", "2025-02-30 06:36", *rows[6][2:]])
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([rules.columns[key].title for key in keys])
        writer.writerows(rows)
    return path


def take_in(workshop: Workshop, path: Path, now: datetime) -> Arrival:
    """Take the file in, each order once, and list refused rows beside it, as the verb intake does.

    Raises UsageError or TrackerError.
    """
    rules = workshop.rules(now).rules
    tracker = workshop.tracker(rules)
    found = preview(path, workshop.config, rules, tracker, now)
    done = add(found, tracker)
    refusals = [*found.reading.refusals, *done.refusals]
    if refusals:
        write_report(report_place(path), refusals)
    return Arrival(
        file=path.name,
        added=done.orders,
        refused=[f"line {one.line}: {one.expected}" for one in refusals],
    )


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M" if value.hour or value.minute else "%Y-%m-%d")
    return str(value)
