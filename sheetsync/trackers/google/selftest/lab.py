"""Where a question is put to Google: a scratch tab, a way to fill it, to ask, to read back, and to time."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from gspread.exceptions import APIError

from sheetsync.errors import TrackerError
from sheetsync.trackers.google.said import masked, said
from sheetsync.trackers.google.selftest.answers import Finding
from sheetsync.trackers.google.selftest.fence import FencedApi, Reply
from sheetsync.trackers.google.selftest.scratch import Scratch
from sheetsync.trackers.google.shapes import area
from sheetsync.trackers.google.structure import Json

Cell: TypeAlias = str | int | float | bool | None
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_LONGEST: Final = 160


class Unexpected(Exception):
    """Google refused what was needed before the question itself could be put; the text is its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """One scratch tab through the fence. `fresh_id` gives a number that nothing in the sheet has as its id."""

    api: FencedApi
    scratch: Scratch
    now: Callable[[], datetime]
    fresh_id: Callable[[], int]
    locale: str
    tabs: int
    run: str

    # -- asking ---------------------------------------------------------------------------------

    def ask(self, *requests: Any, cells: Sequence[str] = (), fields: str = "replies") -> Reply:
        """Send requests as one batch; the answer shows `cells` as they stand after it."""
        ranges = [self.scratch.range(one) for one in cells]
        return self.api.ask(requests, ranges=ranges, fields=fields)

    def done(self, *requests: Any) -> Json:
        """Send requests that have to succeed. Raises Unexpected."""
        reply = self.ask(*requests)
        if not reply.ok:
            raise Unexpected(self.shown(reply.error))
        return reply.answer

    def fresh(self, rows: Sequence[Sequence[Cell]] = (), *requests: Json) -> None:
        """Empty the tab, put `rows` from A1 on, and carry out `requests`, in one batch."""
        wipe = {"updateCells": {"range": {"sheetId": self.scratch.id}, "fields": "*"}}
        self.done(wipe, *([put(self, 0, 0, rows)] if rows else []), *requests)

    def values(self, cells: str, *, formulas: bool = False) -> list[list[Cell]]:
        """The values of cells, rows without the blanks at their end."""
        body = self.api.values([self.scratch.range(cells)], formulas=formulas)
        [found] = self.api.decoded(body).get("valueRanges", [{}])
        values: list[list[Cell]] = found.get("values", [])
        return values

    def cells(self, cells: str, fields: str) -> list[list[Json]]:
        """Parts of cells, such as `userEnteredValue`, as the API gives them."""
        mask = f"sheets(data(rowData(values({fields}))))"
        answer = self.api.look(mask, [self.scratch.range(cells)])
        return Reply(ok=True, answer=answer, seconds=0, size=0).cells()

    def refused_values(self, address: str) -> str:
        """What Google says to reading an address; "" where it gives cells."""
        try:
            self.api.values([address])
        except TrackerError as problem:
            cause = problem.__cause__
            if isinstance(cause, APIError):
                return self.shown(said(cause.response).message)
            raise
        return ""

    # -- showing --------------------------------------------------------------------------------

    def shown(self, thing: object) -> str:
        """Something as evidence: short, on one line, without addresses of people, secrets or the sheet's id."""
        text = thing if isinstance(thing, str) else json.dumps(thing, ensure_ascii=False)
        text = text.replace(self.api.spreadsheet_id, "(the sheet's id)")
        text = _ADDRESS.sub("(an address)", text)
        return masked(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")

    # -- places ---------------------------------------------------------------------------------

    def area(self, rows: tuple[int, int], columns: tuple[int, int]) -> Json:
        """Cells by their indices from 0, the ends not included."""
        return area(self.scratch.id, rows, columns)

    def span(self, dimension: str, start: int, end: int) -> Json:
        """Whole rows or columns."""
        return {
            "sheetId": self.scratch.id,
            "dimension": dimension,
            "startIndex": start,
            "endIndex": end,
        }


def put(lab: Lab, row: int, column: int, rows: Sequence[Sequence[Cell]]) -> Json:
    """The request that writes values from a place on; None leaves a blank."""
    start = {"sheetId": lab.scratch.id, "rowIndex": row, "columnIndex": column}
    lines = [{"values": [_cell(value) for value in line]} for line in rows]
    return {"updateCells": {"start": start, "rows": lines, "fields": "userEnteredValue"}}


def of_times(seconds: Sequence[float]) -> str:
    """`0.21 / 0.25 / 0.61 s`: the least, the middle and the most."""
    least, middle, most = min(seconds), statistics.median(seconds), max(seconds)
    return f"{least:.3f} / {middle:.3f} / {most:.3f} s"


def yes_no(*, truth: bool, did: str, yes: str, no: str, evidence: Sequence[str] = ()) -> Finding:
    """A finding of the kind yes or no, each with its sentence."""
    return Finding(
        did=did,
        verdict="yes" if truth else "no",
        says=yes if truth else no,
        evidence=tuple(evidence),
    )


def _cell(value: Cell) -> Json:
    match value:
        case None:
            return {}
        case bool():
            return {"userEnteredValue": {"boolValue": value}}
        case int() | float():
            return {"userEnteredValue": {"numberValue": value}}
        case str():
            return {"userEnteredValue": {"stringValue": value}}
