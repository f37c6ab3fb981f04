"""The header of the tracker tab, also where staff renamed a heading: a column's own mark tells what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sheetsync.domain.columns import find_header
from sheetsync.domain.columns.headings import column_letter, heading_lookup, normalise_heading
from sheetsync.domain.model import CellValue, HeaderMap
from sheetsync.domain.rules import ColumnRule
from sheetsync.errors import PlanRefused
from sheetsync.trackers.google.snapshot import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Headed:
    """`rows` with renamed headings put back in the header row; `remarks` name each."""

    rows: Sequence[Row]
    header: HeaderMap
    remarks: tuple[str, ...] = ()


def head(
    rows: Sequence[Row],
    columns: Mapping[str, ColumnRule],
    search_rows: int,
    marks: Mapping[str, int],
) -> Headed:
    """Find the header. `marks` tell which column (index from 0) was a key's when it was set up.

    Raises PlanRefused where there is no header, or not one that can be understood.
    """
    header: HeaderMap | None = None
    try:
        header = find_header(rows, range(1, len(rows) + 1), columns, search_rows)
        number = header.row_number
    except PlanRefused:
        marked = _marked_row(rows, columns, search_rows, marks)
        if marked is None:
            raise
        number = marked
    missing = {
        key: place
        for key, place in marks.items()
        if key in columns and (header is None or key not in header.columns)
        and (header is None or place not in header.columns.values())
    }  # fmt: skip
    if header is not None and not missing:
        return Headed(rows=rows, header=header)
    renamed, remarks = _put_back(rows, number, columns, missing)
    header = find_header(renamed, range(1, len(renamed) + 1), columns, search_rows)
    return Headed(rows=renamed, header=header, remarks=remarks)


def _put_back(
    rows: Sequence[Row],
    number: int,
    columns: Mapping[str, ColumnRule],
    missing: Mapping[str, int],
) -> tuple[list[Row], tuple[str, ...]]:
    lookup = heading_lookup(columns)
    cells: list[CellValue] = list(rows[number - 1])
    here = {lookup.get(normalise_heading(c)) for c in cells if isinstance(c, str)}
    remarks = []
    for key, place in sorted(missing.items(), key=lambda pair: pair[1]):
        if key in here:
            continue
        cells.extend([None] * (place + 1 - len(cells)))
        now, title = cells[place], columns[key].title
        cells[place] = title
        words = f"the heading “{now}”" if now not in (None, "") else "an empty heading"
        remarks.append(
            f"Column {column_letter(place)} has {words}; it is still taken as {title}, as it was set up. "
            "Name it so again, or add the new name to the aliases in columns.yaml."
        )
    out = list(rows)
    out[number - 1] = tuple(cells)
    return out, tuple(remarks)


def _marked_row(
    rows: Sequence[Row],
    columns: Mapping[str, ColumnRule],
    search_rows: int,
    marks: Mapping[str, int],
) -> int | None:
    """The row in which most marked columns still have their heading; None where no two have."""
    lookup = heading_lookup(columns)
    best, row_number = 1, None
    for number, cells in enumerate(rows[:search_rows], start=1):
        fitting = sum(
            place < len(cells)
            and isinstance(cells[place], str)
            and lookup.get(normalise_heading(str(cells[place]))) == key
            for key, place in marks.items()
        )
        if fitting > best:
            best, row_number = fitting, number
    return row_number
