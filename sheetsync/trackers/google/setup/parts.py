"""What is installed, part by part, and the one rule that keeps a set-up from touching what is a person's.

Every part is compared three ways: what is there now, what sheetsync put there last, what it wants.
Where something else is there than what it put, that is a person's and stands; where nothing is there
that once was, a person took it away, and it stays away unless it is asked back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from sheetsync.trackers.google.shapes import fixed_id
from sheetsync.trackers.google.structure import INSTALLED_MARK, Json, TabStructure

Decision: TypeAlias = Literal["put", "take back", "keep", "not ours"]
Ledger: TypeAlias = Mapping[str, str]
"""What was put into the tracker tab: name of the part -> what it was, in the part's own terms."""

FOREIGN: Final = "a person's"
"""What a part finds where something stands that it cannot have put there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that can be installed.

    `wanted` and `found` are in the same terms, "" for nothing. `short` tells that it ends before the
    last row, because rows were added below.
    """

    name: str
    wanted: str
    found: str
    put: tuple[Json, ...] = ()
    take_back: tuple[Json, ...] = ()
    short: bool = False

    def decide(self, before: str | None, *, restore: bool = False) -> Decision:
        """What to do, when `before` is what was put there last (None: nothing)."""
        if self.found and self.found != before:
            return "not ours"
        if not self.wanted:
            return "take back" if self.found else "not ours"
        if not self.found:
            return "keep" if before == self.wanted and not restore else "put"
        return "put" if before != self.wanted or self.short else "keep"

    def taken_back(self, before: str | None) -> bool:
        """Whether it is there as it was put, and so may be taken back."""
        return bool(self.found) and self.found == before


def difference(
    parts: Iterable[Part], before: Ledger, *, restore: bool = False
) -> tuple[list[Json], dict[str, str]]:
    """The requests that put in place what is missing, and what is installed afterwards."""
    requests: list[Json] = []
    after: dict[str, str] = {}
    for part in parts:
        decision = part.decide(before.get(part.name), restore=restore)
        if decision == "put":
            requests += part.put
        elif decision == "take back":
            requests += part.take_back
        if decision in {"put", "keep"}:
            after[part.name] = part.wanted
    return requests, after


def ledger_of(tab: TabStructure | None) -> dict[str, str]:
    """What was installed in the tab, as marked on it; empty where nothing was."""
    mark = tab.mark(INSTALLED_MARK) if tab else None
    try:
        content = json.loads(mark.value) if mark else {}
    except ValueError:
        return {}
    if not isinstance(content, dict):
        return {}
    return {str(name): str(value) for name, value in content.items()}


def ledger_requests(tab: TabStructure, after: Ledger) -> list[Json]:
    """Mark on the tab what is installed there now; [] where that is what is marked."""
    mark = tab.mark(INSTALLED_MARK)
    if mark is not None and ledger_of(tab) == dict(after):
        return []
    value = json.dumps(dict(sorted(after.items())), ensure_ascii=False, separators=(",", ":"))
    if mark is not None:
        return [set_mark(mark.id, value)]
    return [new_mark(INSTALLED_MARK, value, {"sheetId": tab.id}, (tab.id,))]


def new_mark(key: str, value: str, location: Json, place: tuple[object, ...] = ()) -> Json:
    """A request for an entry of developer metadata under an id that only this key and place give."""
    entry = {
        "metadataId": fixed_id(key, *place),
        "metadataKey": key,
        "metadataValue": value,
        "visibility": "DOCUMENT",
        "location": location,
    }
    return {"createDeveloperMetadata": {"developerMetadata": entry}}


def set_mark(id_: int, value: str) -> Json:
    """A request that gives an entry another value."""
    return {
        "updateDeveloperMetadata": {
            "dataFilters": [_entry(id_)],
            "developerMetadata": {"metadataValue": value},
            "fields": "metadataValue",
        }
    }


def drop_mark(id_: int) -> Json:
    """A request that takes an entry away."""
    return {"deleteDeveloperMetadata": {"dataFilter": _entry(id_)}}


def _entry(id_: int) -> Json:
    return {"developerMetadataLookup": {"metadataId": id_}}
