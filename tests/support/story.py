"""Plays a story that a staff member can read: a sheet before, what people do when, the sheet after, the mails.

`story.yaml` lists moments. At each, people change cells (`Order ID: {Heading: value}`), add or delete
rows, and then the worker looks once; `look_every` with `until` lets it look again and again.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sheetsync.domain.moments import scalar_to_local
from tests.support.shop import TITLES, Shop, last_row, local, places, put, rows_of

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DATES = {TITLES[key] for key in ("ordered_at", "dispatched_at", "delivered_at", "promised_at")}


@dataclass(frozen=True)
class Outcome:
    """What stood in the sheet in the end, in the columns of expected.csv, and every mail when it left."""

    sheet: str
    mails: str


def moment(text: str) -> datetime:
    """`Tue 09:30` of the first week, or `+1 Tue 09:30` of the next, as local wall-clock time."""
    parts = text.split()
    weeks = int(parts.pop(0)) if parts[0].startswith("+") else 0
    return local(parts[1], DAYS.index(parts[0]) + 7 * weeks)


def play(folder: Path, scenario: Path, columns: list[str]) -> Outcome:
    """Play the story of `scenario` in `folder`."""
    with (scenario / "before.csv").open(newline="", encoding="utf-8") as file:
        headings, *rows = list(csv.reader(file))
    story = YAML(typ="safe").load((scenario / "story.yaml").read_text(encoding="utf-8"))
    shop = Shop(folder, headings=headings)
    with shop.sheet() as sheet:
        for row in rows:
            _append(sheet, dict(zip(headings, row, strict=True)))
    lines: list[str] = []
    known: set[str] = set()
    with shop.workshop() as workshop:
        for step in story["story"]:
            _people(shop, step)
            for now in _looks(step):
                shop.now = shop.at(f"{now:%H:%M}", (now.date() - local("00:00").date()).days)
                result = workshop.run_pass(shop.now)
                assert result.outcome in (step.get("outcome", ["done", "unchanged"])), (
                    result.problem
                )
                lines += _new_mails(shop, known)
    return Outcome(_sheet(shop, columns), "".join(f"{line}\n" for line in lines))


def _looks(step: dict[str, Any]) -> list[datetime]:
    start = moment(step["at"])
    if "look_every" not in step:
        return [start]
    every, end = timedelta(minutes=int(step["look_every"])), moment(step["until"])
    return [start + every * n for n in range(int((end - start) / every) + 1)]


def _people(shop: Shop, step: dict[str, Any]) -> None:
    if not {"people", "add", "delete"} & set(step):
        return
    with shop.sheet() as sheet:
        columns = places(sheet)
        for order, cells in step.get("people", {}).items():
            for heading, value in cells.items():
                put(sheet, rows_of(sheet)[order], columns[heading], _value(heading, value))
        for row in step.get("add", []):
            _append(sheet, row)
        for order in step.get("delete", []):
            sheet.delete_rows(rows_of(sheet)[order])


def _append(sheet: Any, cells: dict[str, Any]) -> None:
    row, columns = last_row(sheet) + 1, places(sheet)
    for heading, value in cells.items():
        if value not in ("", None):
            put(sheet, row, columns[heading], _value(heading, value))


def _value(heading: str, value: Any) -> Any:
    if heading in DATES and isinstance(value, str) and value:
        return datetime.fromisoformat(value)
    return value or None


def _new_mails(shop: Shop, known: set[str]) -> list[str]:
    fresh = [mail for mail in shop.mails() if mail.message_id not in known]
    known |= {mail.message_id for mail in fresh}
    when = scalar_to_local(shop.now, shop.timezone)
    orders = shop.orders()
    return [
        f"{when:%a %d %b %H:%M}  {mail.to}  {mail.subject}  "
        f"[{', '.join(o for o in orders if o in mail.text)}]"
        for mail in fresh
    ]


def _sheet(shop: Shop, columns: list[str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    with shop.sheet() as sheet:
        head = places(sheet)
        for row in sheet.iter_rows(min_row=2, values_only=True):
            if row[head["Order ID"] - 1] is not None:
                writer.writerow([_shown(row[head[c] - 1]) for c in columns])
    return text.getvalue()


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)
