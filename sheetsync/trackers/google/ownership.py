"""Which tabs are sheetsync's and which are staff's: told by a mark on the tab, never by its title."""

from __future__ import annotations

from typing import Final

from sheetsync.trackers.google.shapes import fixed_id
from sheetsync.trackers.google.structure import (
    TAB_MARK,
    TRACKER_TAB,
    Json,
    Structure,
    TabStructure,
)

LONGEST_TITLE: Final = 100


def owned(structure: Structure, title: str) -> bool:
    """Whether the tab of that title was drawn by sheetsync; False also where there is none."""
    found = structure.tab(title)
    mark = found.mark(TAB_MARK) if found else None
    return mark is not None and mark.value != TRACKER_TAB


def refusal(structure: Structure, title: str) -> str:
    """Why no tab of sheetsync's can be drawn under this title, "" when one can."""
    if not title.strip() or len(title) > LONGEST_TITLE:
        return (
            f"The tab {title!r} was not written: a title has 1 to {LONGEST_TITLE} characters. "
            "Change month_tab in rules/kpi.yaml."
        )
    found = structure.tab(title)
    if found is None or owned(structure, title):
        return ""
    if found.mark(TAB_MARK):
        return f"The tab {title!r} is the tracker itself, so it was not written over."
    return (
        f"The tab {title!r} is staff's own, so it was not written over. "
        "Give it another title; the worker then adds its own."
    )


def own_sheet_id(title: str, structure: Structure) -> int:
    """The id that a tab of ours with this title has, or gets."""
    found = present(title, structure)
    if found is not None:
        return found.id
    taken = {tab.id for tab in structure.tabs}
    tries = (fixed_id("tab", title.casefold(), number) for number in range(len(taken) + 1))
    return next(number for number in tries if number not in taken)


def tab_mark(sheet_id: int, value: str, found: TabStructure | None) -> list[Json]:
    """The request that marks a tab with `value`; [] where it says so already."""
    known = found.mark(TAB_MARK) if found else None
    if known is None:
        entry = {
            "metadataId": fixed_id(TAB_MARK, sheet_id),
            "metadataKey": TAB_MARK,
            "metadataValue": value,
            "visibility": "DOCUMENT",
            "location": {"sheetId": sheet_id},
        }
        return [{"createDeveloperMetadata": {"developerMetadata": entry}}]
    if known.value == value:
        return []
    return [
        {
            "updateDeveloperMetadata": {
                "dataFilters": [{"developerMetadataLookup": {"metadataId": known.id}}],
                "developerMetadata": {"metadataValue": value},
                "fields": "metadataValue",
            }
        }
    ]


def protect_tab(sheet_id: int, found: TabStructure | None) -> list[Json]:
    """A warning for whoever types into a tab of ours; nobody is kept from it."""
    number = fixed_id("protect", sheet_id)
    if found and any(p.get("protectedRangeId") == number for p in found.protected_ranges):
        return []
    words = "sheetsync writes this tab anew: what is typed here is lost."
    protected = {
        "protectedRangeId": number,
        "range": {"sheetId": sheet_id},
        "description": words,
        "warningOnly": True,
    }
    return [{"addProtectedRange": {"protectedRange": protected}}]


def present(title: str, structure: Structure) -> TabStructure | None:
    """Our tab of that title, or the one that was ours under it until somebody renamed it."""
    if owned(structure, title):
        return structure.tab(title)
    renamed = structure.tab_by_id(fixed_id("tab", title.casefold(), 0))
    return renamed if renamed and owned(structure, renamed.title) else None
