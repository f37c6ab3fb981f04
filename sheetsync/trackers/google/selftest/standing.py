"""How the sheet stands besides the scratch tabs: looked at before and after, and compared without its words.

What differs is told by the place of a tab and by kind, never by a title: the report may be handed on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from sheetsync.trackers.google.selftest.fence import KEY
from sheetsync.trackers.google.structure import Json

_OF_TABS: Final[Mapping[str, str]] = {
    "properties": "title, size, looks or place",
    "conditionalFormats": "colour rules",
    "protectedRanges": "protections",
    "bandedRanges": "striped rows",
    "filterViews": "filter views",
    "basicFilter": "basic filter",
    "charts": "charts",
    "merges": "merged cells",
    "tables": "tables",
    "developerMetadata": "hidden marks",
    "data": "columns, their widths or hidden marks",
}
_OF_ALL: Final[Mapping[str, str]] = {
    "properties": "title, country or time zone",
    "namedRanges": "named ranges",
    "developerMetadata": "hidden marks",
}


def differences(before: Json, after: Json, own: AbstractSet[int]) -> list[str]:
    """What differs between two looks at the structure, in sentences; tabs of `own` do not count."""
    found = [
        f"The spreadsheet's {words} changed."
        for name, words in _OF_ALL.items()
        if _plain(before.get(name)) != _plain(after.get(name))
    ]
    old, new = _tabs(before, own), _tabs(after, own)
    for place, (tab, sheet) in enumerate(old.items(), start=1):
        if tab not in new:
            found.append(f"Tab {place} of {len(old)} is gone.")
            continue
        found += [
            f"Tab {place} of {len(old)}: its {words} changed."
            for name, words in _OF_TABS.items()
            if _plain(sheet.get(name)) != _plain(new[tab].get(name))
        ]
    added = len(new.keys() - old.keys())
    if added:
        found.append(f"{added} tabs were added." if added > 1 else "A tab was added.")
    return found


def _tabs(look: Json, own: AbstractSet[int]) -> dict[int, Json]:
    tabs = {
        sheet.get("properties", {}).get("sheetId", 0): sheet for sheet in look.get("sheets", [])
    }
    return {tab: sheet for tab, sheet in tabs.items() if tab not in own}


def _plain(thing: Any) -> str:
    """As text in a fixed order, without marks of selftests: one of an earlier run may have been taken away."""
    if isinstance(thing, list):
        thing = [
            one for one in thing
            if not (isinstance(one, dict) and str(one.get("metadataKey", "")).startswith(KEY))
        ]  # fmt: skip
    return json.dumps(thing or None, sort_keys=True)
