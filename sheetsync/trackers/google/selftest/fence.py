"""The way to the sheet that a selftest has: nothing passes it that is not about its own scratch tabs.

A sheet in use is beside it. So the promise "no other tab is touched" does not rest on each probe being
right: a request that names another tab, or none where Google would take the first one, is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import requests
from google.auth.exceptions import GoogleAuthError
from gspread.exceptions import APIError
from gspread.urls import SPREADSHEET_BATCH_UPDATE_URL

from sheetsync.errors import TrackerBusy
from sheetsync.trackers.google.api import REPLY_FIELDS, SheetsApi
from sheetsync.trackers.google.client import RETRIED
from sheetsync.trackers.google.said import said
from sheetsync.trackers.google.structure import STRUCTURE_FIELDS, Json, Structure

MOST_A_MINUTE: Final = 39
"""Requests of either kind. Google allows an account 60, and the worker of the same account goes on meanwhile.
Another server has no such limit, so there the pace of the configuration holds."""
KEY: Final = "sheetsync.selftest"
"""The key of every mark that a selftest makes, or how it begins."""
TITLE: Final = "sheetsync selftest "
"""How the title of every scratch tab begins."""
_KINDS: Final = frozenset(
    {
        "addSheet", "deleteSheet", "appendDimension", "updateCells", "appendCells", "repeatCell", "findReplace", "sortRange",
        "cutPaste", "copyPaste", "insertDimension", "deleteDimension", "moveDimension", "setDataValidation",
        "setBasicFilter", "clearBasicFilter", "addFilterView", "addConditionalFormatRule",
        "deleteConditionalFormatRule", "createDeveloperMetadata", "deleteDeveloperMetadata",
        "addProtectedRange",
    }
)  # fmt: skip
_PLACE: Final = re.compile(r"(start|end)?(Row|Column)?Index|(row|column)Index|dimension")
_WHOLE: Final = frozenset({"range", "start", "source", "destination"})
"""What these name is the whole first tab where nothing stands in it."""
_PAUSE: Final = 30.0
_QUOTA_TRIES: Final = 4


class OutOfBounds(AssertionError):
    """A request that is not about the scratch tabs alone: a fault of ours; it was not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back for one batch: the answer, or Google's own words where it was refused."""

    ok: bool
    answer: Json
    seconds: float
    size: int
    """Bytes of the answer."""
    status: int = 200
    error: str = ""

    def cells(self) -> list[list[Json]]:
        """The cells of the first range that the answer shows."""
        sheets = self.answer.get("updatedSpreadsheet", self.answer).get("sheets", [])
        blocks = [block for sheet in sheets for block in sheet.get("data", [])]
        rows = blocks[0].get("rowData", []) if blocks else []
        return [row.get("values", []) for row in rows]


class FencedApi(SheetsApi):
    """The same sheet through `api`, of which only tabs in `own` are there. `stopwatch` tells seconds."""

    def __init__(
        self, api: SheetsApi, wait: Callable[[float], None], stopwatch: Callable[[], float]
    ) -> None:
        vars(self).update(vars(api))  # the same sheet, login, client and quota
        self.wait, self.stopwatch = wait, stopwatch
        if self.client.at_google:
            for bucket in (self.client.reads, self.client.writes):
                bucket.per_minute = min(bucket.per_minute, MOST_A_MINUTE)
        self.own: set[int] = set()
        self.reads_sent = self.writes_sent = 0

    def structure(self) -> Structure:
        """The spreadsheet as if it had no other tab, no names and no marks."""
        found = Structure.of(self.whole())
        tabs = tuple(tab for tab in found.tabs if tab.id in self.own)
        return replace(found, tabs=tabs, named_ranges=(), marks=())

    def whole(self) -> Json:
        """Everything of the spreadsheet but its cells, to be compared."""
        self.reads_sent += 1
        return super().look(STRUCTURE_FIELDS, ())

    def values(self, ranges: Sequence[str], *, formulas: bool = False) -> bytes:
        """Cells of a scratch tab."""
        self._check_ranges(ranges)
        self.reads_sent += 1
        return super().values(ranges, formulas=formulas)

    def look(self, fields: str, ranges: Sequence[str]) -> Json:
        """Whatever the mask names, of a scratch tab."""
        self._check_ranges(ranges)
        self.reads_sent += 1
        return super().look(fields, ranges)

    def batch(
        self,
        requests_: Sequence[Json],
        *,
        answer_ranges: Sequence[str] = (),
        fields: str = REPLY_FIELDS,
    ) -> Json:
        """As the tracker sends it."""
        self.check(requests_)
        if answer_ranges:
            self._check_ranges(answer_ranges)
        self.writes_sent += 1
        return super().batch(requests_, answer_ranges=answer_ranges, fields=fields)

    def ask(
        self, requests_: Sequence[Any], *, ranges: Sequence[str] = (), fields: str = "replies"
    ) -> Reply:
        """Send one batch; a refusal is an answer too. Raises TrackerBusy where none comes.

        Over quota nothing was done, so it is sent again after a pause. `requests_` may hold lists.
        """
        self.check(list(_flat(requests_)))
        body: Json = {"requests": list(requests_)}
        if ranges:
            self._check_ranges(ranges)
            body |= {"includeSpreadsheetInResponse": True, "responseRanges": list(ranges)}
        for _ in range(_QUOTA_TRIES):
            reply = self._sent(body, fields)
            if reply is not None:
                return reply
            self.wait(_PAUSE)
        raise TrackerBusy(f"Google turned the request away again and again. {self.about.later}")

    def check(self, requests_: Sequence[Json]) -> None:
        """Raise OutOfBounds unless every request is about the scratch tabs and nothing else."""
        for request in requests_:
            for kind, body in request.items():
                if kind not in _KINDS:
                    raise OutOfBounds(f"a selftest has no use for {kind}")
                if not (self._is_own_mark(kind, body) or self._is_own_tab(body)):
                    raise OutOfBounds(f"{kind} is not about a scratch tab: {body}")

    # -- within ---------------------------------------------------------------------------------

    def _sent(self, body: Json, fields: str) -> Reply | None:
        self.prepare_write()
        self.writes_sent += 1
        url = SPREADSHEET_BATCH_UPDATE_URL % self.spreadsheet_id
        params = {"fields": fields, "prettyPrint": "false"}
        begun = self.stopwatch()
        try:
            answer = self.client.request("post", url, params=params, json=body)
        except APIError as error:
            status, seconds = error.response.status_code, self.stopwatch() - begun
            if status == 429:
                return None
            if status in RETRIED:
                raise self.words(error) from error
            words = said(error.response).message
            return Reply(
                ok=False, answer={}, seconds=seconds, size=len(error.response.content),
                status=status, error=words,
            )  # fmt: skip
        except (requests.exceptions.RequestException, GoogleAuthError, OSError) as error:
            raise self.words(error) from error
        seconds = self.stopwatch() - begun
        size, decoded = len(answer.content), self.decoded(answer.content)
        return Reply(ok=True, answer=decoded, seconds=seconds, size=size)

    def _is_own_mark(self, kind: str, body: Json) -> bool:
        """Whether it makes a mark of ours on the spreadsheet itself, or takes marks of ours away."""
        if kind == "createDeveloperMetadata":
            mark = body["developerMetadata"]
            ours = str(mark.get("metadataKey", "")).startswith(KEY)
            return ours and mark.get("location") == {"spreadsheet": True}
        if kind == "deleteDeveloperMetadata":
            lookup = body["dataFilter"].get("developerMetadataLookup", {})
            return str(lookup.get("metadataKey", "")).startswith(KEY)
        return False

    def _is_own_tab(self, body: Json) -> bool:
        named = list(_tabs_named(body))
        return bool(named) and all(tab in self.own for tab in named) and not body.get("allSheets")

    def _check_ranges(self, ranges: Sequence[str]) -> None:
        if not ranges or any(not text.startswith(f"'{TITLE}") for text in ranges):
            raise OutOfBounds(f"these cells are not of a scratch tab: {ranges}")


def _tabs_named(thing: Any) -> Iterator[object]:
    """Every tab that a request names; None where a place is given without a tab, which means the first one."""
    if isinstance(thing, list):
        for one in thing:
            yield from _tabs_named(one)
    elif isinstance(thing, dict):
        if "sheetId" in thing or any(_PLACE.fullmatch(name) for name in thing):
            yield thing.get("sheetId")
        for name, value in thing.items():
            places = value if name == "ranges" else [value] if name in _WHOLE else []
            yield from (place.get("sheetId") for place in places)
            yield from _tabs_named(value)


def _flat(requests_: Sequence[Any]) -> Iterator[Json]:
    for one in requests_:
        if isinstance(one, list):
            yield from _flat(one)
        else:
            yield one
