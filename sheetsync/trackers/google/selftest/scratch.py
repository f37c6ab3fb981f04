"""The scratch tab: made hidden, marked as ours in the same request, and taken away again in any case.

With it comes a second one, for the safety copies of what the tried tracker writes: the sheet's real one
belongs to the worker that goes on meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sheetsync.errors import SheetsyncError, TrackerError
from sheetsync.trackers.google.ownership import own_sheet_id
from sheetsync.trackers.google.safety_copy import room_requests
from sheetsync.trackers.google.selftest.fence import KEY, TITLE, FencedApi, Reply
from sheetsync.trackers.google.structure import Json, Structure, TabStructure

ROWS: Final = 700
COLUMNS: Final = 16
_TRIES: Final = 4
_PAUSE: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOver:
    """A scratch tab of an earlier run that could not take it away."""

    id: int
    title: str
    began: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scratch:
    """The tab of this run, and that of its safety copies.

    `born` is how Google answered the request that made them and named the first as a range.
    """

    id: int
    title: str
    copy_id: int
    copy_title: str
    born: Reply

    def range(self, cells: str = "") -> str:
        """An address on it, such as `A1:B2`."""
        return f"'{self.title}'!{cells}" if cells else f"'{self.title}'"

    def copy_range(self, cells: str) -> str:
        """An address on the tab of safety copies."""
        return f"'{self.copy_title}'!{cells}"


def left_overs(structure: Structure) -> list[LeftOver]:
    """The scratch tabs that are there: by mark and by title, so that a tab of a person is never one."""
    return [
        LeftOver(id=tab.id, title=tab.title, began=_began(tab))
        for tab in structure.tabs
        if tab.mark(KEY) is not None and tab.title.startswith(TITLE)
    ]


def make(api: FencedApi, run: str, now: datetime, sheet_id: int, structure: Structure) -> Scratch:
    """Add the two tabs to a sheet as it stands.

    Raises TrackerError; where the account may only read, nothing was done.
    """
    title, copy_title = f"{TITLE}{run}", f"{TITLE}{run} copy"
    copy_id = own_sheet_id(copy_title, structure)
    api.own |= {sheet_id, copy_id}
    requests = [
        _adding(sheet_id, title),
        _marking(sheet_id, run, now),
        *room_requests(structure, ROWS, COLUMNS, copy_title),
        _marking(copy_id, run, now),
    ]
    address = f"'{title}'!A1"
    born = api.ask(requests, ranges=[address], fields="replies,updatedSpreadsheet.sheets(data)")
    if not born.ok and sheet_id not in _ids(api):
        # Refused perhaps only because the answer was to show a tab that was not there before.
        api.batch(requests)
    return Scratch(id=sheet_id, title=title, copy_id=copy_id, copy_title=copy_title, born=born)


def twin(scratch: Scratch, run: str, now: datetime, sheet_id: int) -> list[Json]:
    """Requests for a second tab of the same title; marked, in case that Google should accept it."""
    return [_adding(sheet_id, scratch.title), _marking(sheet_id, run, now)]


def take_away(api: FencedApi, wait: Callable[[float], None]) -> str:
    """Delete every tab and mark of ours; gives why something is left, "" when all is gone.

    Tried several times with pauses, since a connection that broke off often comes back.
    """
    why = ""
    for attempt in range(_TRIES):
        if attempt:
            wait(_PAUSE * 2**attempt)
        try:
            if _cleared(api):
                return ""
            why = "Google still shows it."
        except SheetsyncError as problem:
            why = str(problem)
    return why


def remove(api: FencedApi, found: Sequence[LeftOver]) -> None:
    """Delete scratch tabs of earlier runs. Raises TrackerError."""
    api.own |= {one.id for one in found}
    api.batch([{"deleteSheet": {"sheetId": one.id}} for one in found])
    api.own -= {one.id for one in found}


def _cleared(api: FencedApi) -> bool:
    """Delete what of ours is there; whether nothing was, so that the last look is the proof."""
    structure = Structure.of(api.whole())
    tabs = [tab.id for tab in structure.tabs if tab.id in api.own and tab.mark(KEY) is not None]
    keys = sorted({mark.key for mark in structure.marks if mark.key.startswith(KEY)})
    requests: list[Json] = [
        {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataKey": k}}}}
        for k in keys
    ]
    requests += [{"deleteSheet": {"sheetId": tab}} for tab in tabs]
    if not requests:
        return True
    reply = api.ask(requests)
    if not reply.ok:
        raise TrackerError(f"Google did not delete it: {reply.error}")
    found = Structure.of(api.whole())
    return not api.own & {t.id for t in found.tabs} and not any(
        mark.key.startswith(KEY) for mark in found.marks
    )


def _adding(sheet_id: int, title: str) -> Json:
    grid = {"rowCount": ROWS, "columnCount": COLUMNS}
    properties = {"sheetId": sheet_id, "title": title, "hidden": True, "gridProperties": grid}
    return {"addSheet": {"properties": properties}}


def _marking(sheet_id: int, run: str, now: datetime) -> Json:
    value = json.dumps({"run": run, "began": f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC"})
    mark = {
        "metadataKey": KEY,
        "metadataValue": value,
        "visibility": "DOCUMENT",
        "location": {"sheetId": sheet_id},
    }
    return {"createDeveloperMetadata": {"developerMetadata": mark}}


def _began(tab: TabStructure) -> str:
    mark = tab.mark(KEY)
    try:
        return str(json.loads(mark.value if mark else "")["began"])
    except (ValueError, KeyError, TypeError):
        return "at an unknown time"


def _ids(api: FencedApi) -> set[int]:
    return {tab.id for tab in api.structure().tabs}
