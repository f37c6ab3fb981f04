"""The safety copy: a hidden tab that holds what the last write replaced, taken in the very same batch.

Google carries the requests of a batch out in their order and all at once, so a cell that is copied by
the first of them and written by a later one is copied as it stood at that very moment. Nothing else
tells what a write replaced: not what was read before it, not the answer, which shows the state after
it. The copy lies at the same addresses as the cells it was taken from, beside a ticket that tells of
which write it is; where an answer is lost, the ticket tells whether the write was carried out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sheetsync.domain.columns.headings import column_letter
from sheetsync.errors import TrackerRefused
from sheetsync.trackers.google.journal import Sent, Under
from sheetsync.trackers.google.ownership import (
    own_sheet_id,
    present,
    protect_tab,
    refusal,
    tab_mark,
)
from sheetsync.trackers.google.sending import (
    area,
    around,
    blocks,
    quoted,
    runs,
    shows_rows,
    touched_rows,
)
from sheetsync.trackers.google.structure import Json, Structure, TabStructure

TITLE: Final = "Sync Safety Copy"
SAFETY_MARK: Final = "safety copy"
"""What the tab's own mark says."""
COPY_FIELDS: Final = (
    "sheets(properties.sheetId,data(startRow,startColumn,"
    "rowData.values(userEnteredValue,effectiveValue)))"
)
"""The mask under which the copy is read back."""
_MORE_ROWS: Final = 200
"""Rows added beyond what is needed, so that a growing tracker does not ask for room with every order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyCopy:
    """The tab as it is known. The ticket stands in the first row of its last column.

    `wide` is how many columns the tracker has: so many of a row are copied, that none moves out of sight.
    """

    id: int
    title: str
    rows: int
    columns: int
    wide: int

    def holds(self, rows: int, columns: int) -> bool:
        """Whether so many rows and columns of the tracker have room beside the ticket."""
        return rows <= self.rows and columns < self.columns

    @property
    def ticket_range(self) -> str:
        """The address of the ticket."""
        return f"{quoted(self.title)}!{column_letter(self.columns - 1)}1"

    def requests(self, sent: Sequence[Sent], under: Under, *, ticket: str, tab: int) -> list[Json]:
        """Empty the copy, write the ticket, and copy the header and the rows that are about to be written to.

        Rows are copied by their values, so that no formula of staff's works twice; what is replaced is
        copied as it is. `tab` is the tracker tab's id.
        """
        wide = (0, self.width(sent, under) - 1)
        first, end = around(under.header_row)
        heads = (first, end - 1)
        start = {"sheetId": self.id, "rowIndex": 0, "columnIndex": self.columns - 1}
        written = [{"values": [{"userEnteredValue": {"stringValue": ticket}}]}]
        return [
            {"updateCells": {"range": {"sheetId": self.id}, "fields": "userEnteredValue"}},
            {"updateCells": {"start": start, "rows": written, "fields": "userEnteredValue"}},
            *(
                _copy(tab, self.id, rows, wide, "PASTE_VALUES")
                for rows in (heads, *runs(touched_rows(sent)))
            ),
            *(_copy(tab, self.id, rows, across, "PASTE_FORMULA") for rows, across in blocks(sent)),
        ]

    def ranges(self, sent: Sequence[Sent], under: Under) -> list[str]:
        """The addresses of the ticket, the header and the rows.

        Rows are asked for whole while they are few, else their Order IDs and what was replaced.
        """
        last, key = column_letter(self.width(sent, under) - 1), column_letter(under.key_column)
        rows = touched_rows(sent)
        first, end = around(under.header_row)
        found = [f"A{first}:{last}{end - 1}"]
        if shows_rows(sent):
            found += [f"A{first}:{last}{end}" for first, end in runs(rows)]
        else:
            found.append(f"{key}{rows[0]}:{key}{rows[-1]}")
            found += [
                f"{column_letter(left)}{first}:{column_letter(right)}{end}"
                for (first, end), (left, right) in blocks(sent)
            ]
        return [self.ticket_range, *(f"{quoted(self.title)}!{place}" for place in found)]

    def width(self, sent: Sequence[Sent], under: Under) -> int:
        """How many columns of each row are copied."""
        return max(
            self.wide, len(under.headings), under.key_column + 1, *(c.column + 1 for c in sent)
        )


def known_copy(
    structure: Structure, tracker: TabStructure, title: str = TITLE
) -> SafetyCopy | None:
    """The copy of a spreadsheet for its tracker tab, None where it has none yet."""
    found = present(title, structure)
    if found is None:
        return None
    return SafetyCopy(
        id=found.id, title=found.title, rows=found.rows, columns=found.columns,
        wide=min(tracker.columns, found.columns - 1),
    )  # fmt: skip


def room_requests(structure: Structure, rows: int, columns: int, title: str = TITLE) -> list[Json]:
    """Add the tab, or make it large enough for a tracker of that size; [] where it is.

    Raises TrackerRefused where its title is staff's.
    """
    found = present(title, structure)
    if found is None:
        if words := refusal(structure, title):
            raise TrackerRefused(
                f"{words.replace('so it was not written over', 'but sheetsync needs that title')} "
                "Nothing is written into the tracker without its safety copy."
            )
        return _new_tab(title, own_sheet_id(title, structure), rows + _MORE_ROWS, columns + 1)
    missing = {"ROWS": rows - found.rows, "COLUMNS": columns + 1 - found.columns}
    return [
        {"appendDimension": {"sheetId": found.id, "dimension": name, "length": length + more}}
        for (name, length), more in zip(missing.items(), (_MORE_ROWS, 0), strict=True)
        if length > 0
    ]


def _new_tab(title: str, sheet_id: int, rows: int, columns: int) -> list[Json]:
    grid = {"rowCount": rows, "columnCount": columns}
    properties = {"sheetId": sheet_id, "title": title, "hidden": True, "gridProperties": grid}
    return [
        {"addSheet": {"properties": properties}},
        *tab_mark(sheet_id, SAFETY_MARK, None),
        *protect_tab(sheet_id, None),
    ]


def _copy(
    source: int, target: int, rows: tuple[int, int], columns: tuple[int, int], how: str
) -> Json:
    return {
        "copyPaste": {
            "source": area(source, rows, columns),
            "destination": area(target, rows, columns),
            "pasteType": how,
        }
    }
