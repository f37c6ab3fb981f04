"""The worker-owned tabs and the marker as part of the one batch; what its answer tells of them is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sheetsync.domain.model import Marker
from sheetsync.domain.sync_status import TITLE as STATUS_TITLE
from sheetsync.domain.tabs import Tab
from sheetsync.errors import TrackerRefused
from sheetsync.trackers.google.api import REPLY_FIELDS, SheetsApi
from sheetsync.trackers.google.looking import Eyes
from sheetsync.trackers.google.marker import MARKER_CELLS, marker_requests
from sheetsync.trackers.google.own_tabs import tab_requests
from sheetsync.trackers.google.ownership import present
from sheetsync.trackers.google.sending import quoted
from sheetsync.trackers.google.structure import Json, Structure, TabStructure

_FIELDS_WITH_TABS: Final = (
    "replies,updatedSpreadsheet.sheets(properties,conditionalFormats,protectedRanges,charts,merges,developerMetadata,"
    "data(startRow,startColumn,rowData.values(userEnteredValue,effectiveValue),"
    "columnMetadata(pixelSize,hiddenByUser,developerMetadata)))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tabs:
    """Requests for tabs and marker; `ranges` are asked for in the answer. `marked`: the marker is among them."""

    requests: list[Json] = field(default_factory=list)
    written: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    ranges: tuple[str, ...] = ()
    new: bool = False
    """Whether a tab is added or gets its title back, so that the structure is to be read anew."""
    marker: Marker | None = None
    fields: str = REPLY_FIELDS

    @property
    def marked(self) -> bool:
        """Whether the marker is written."""
        return self.marker is not None


class Publishing:
    """Draws tabs by the structure that `eyes` know, and tells them what changed."""

    plain_fields: Final = REPLY_FIELDS

    def __init__(self, api: SheetsApi, eyes: Eyes) -> None:
        self._api, self._eyes = api, eyes

    def requests(
        self, tabs: Sequence[Tab], marker: Marker | None, standing: Marker | None, *, written: bool
    ) -> Tabs:
        """What to send for `tabs`; the marker goes along where anything is written, or where it is another."""
        structure = self._eyes.structure()
        requests: list[Json] = []
        drawn: list[str] = []
        refused: dict[str, str] = {}
        for tab in tabs:
            if tab.title.casefold() == self._eyes.tab().title.casefold():
                refused[tab.title] = f"The tab {tab.title!r} is the tracker itself."
                continue
            try:
                found = tab_requests(tab, structure)
            except TrackerRefused as refusal:
                refused[tab.title] = str(refusal)
                continue
            if found:
                requests += found
                drawn.append(tab.title)
        moved = marker is not None and (
            standing is None or (standing.uuid, standing.epoch) != (marker.uuid, marker.epoch)
        )
        marks: list[Json] = []
        if marker is not None and (written or drawn or moved):
            marks = marker_requests(marker, self._api.spreadsheet_id, structure, drawn)
        titles = [*drawn, STATUS_TITLE] if marks else drawn
        known = [t for title in dict.fromkeys(titles) if (t := _under_its_title(title, structure))]
        return Tabs(
            requests=[*requests, *marks],
            written=tuple(drawn),
            refused=refused,
            ranges=tuple(_corners(known)),
            new=len(known) < len(set(titles)),
            marker=marker if marks else None,
            fields=_FIELDS_WITH_TABS if known else REPLY_FIELDS,
        )

    def done(self, tabs: Tabs, answer: Json) -> None:
        """Take over what the answer tells of the tabs that were drawn."""
        if tabs.new:
            self._eyes.forget_structure()
            return
        sheets = answer.get("updatedSpreadsheet", {}).get("sheets", [])
        if not tabs.ranges:
            return
        tracker = self._eyes.tab().id
        fresh = {
            s["properties"]["sheetId"]: s for s in sheets if "title" in s.get("properties", {})
        }
        fresh.pop(tracker, None)
        structure = self._eyes.structure()
        known = tuple(
            TabStructure.of(fresh[tab.id]) if tab.id in fresh else tab for tab in structure.tabs
        )
        self._eyes.patch_structure(replace(structure, tabs=known))

    def arrived(self, tabs: Tabs) -> list[str]:
        """The tabs that stand in the sheet after a write that was not answered for."""
        structure = self._eyes.structure()
        before = {title: present(title, structure) for title in tabs.written}
        if not before or tabs.marker is None:
            return []
        return list(tabs.written) if self._eyes.plain_look().marker == tabs.marker else []


def _under_its_title(title: str, structure: Structure) -> TabStructure | None:
    """Our tab where it can be named in an address already; one that is renamed in this batch cannot."""
    found = present(title, structure)
    return found if found is not None and found.title == title else None


def _corners(tabs: Sequence[TabStructure]) -> list[str]:
    ranges = []
    for tab in tabs:
        ranges.append(f"{quoted(tab.title)}!A1")
        if tab.title.casefold() == STATUS_TITLE.casefold():
            ranges.append(f"{quoted(tab.title)}!{MARKER_CELLS}")
    return ranges
