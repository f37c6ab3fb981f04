"""The finished file against what was meant, before it may replace the workbook.

Read again from disk with the tracker's own eyes: members that were not to change hold the same
compressed bytes, changed parts hold exactly the planned bytes, and in every row that was touched the
targets have their new values and all other cells are as before.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Final

from sheetsync.domain.model import CellValue
from sheetsync.errors import TrackerError, TrackerRefused
from sheetsync.trackers.excel.fastscan import find_rows
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.plain import NotPlain
from sheetsync.trackers.excel.revision import Revision
from sheetsync.trackers.excel.scanner import CellScan, RowScan, cell_name, scan
from sheetsync.trackers.excel.values import Values
from sheetsync.trackers.matching import same

_HEADER: Final = 30


@dataclass(slots=True, eq=False)
class Expected:
    """What the sheet part must show: `targets` by (row, column), and the touched rows as before."""

    part: str
    values: Values
    targets: Mapping[tuple[int, int], CellValue]
    before: Mapping[int, RowScan] = field(default_factory=dict)
    plain: bool = False
    """Whether the part was proved plain before: its bytes are known, only touched rows are new."""


def verify(revision: Revision, file: IO[bytes], expected: Expected | None) -> None:
    """Raise TrackerError unless `file` is exactly the revision. Nothing is repaired here."""
    content = file.read()
    try:
        with Package(content, revision.package.name, allow_macros=True) as new:
            _compare_members(revision, new)
            new.workbook()
            if expected is not None:
                _compare_rows(new, expected)
    except TrackerRefused as error:
        raise _wrong(f"it cannot be read back ({error})") from error


def _compare_members(revision: Revision, new: Package) -> None:
    kept = [name for name in revision.package.names if name not in revision.removed]
    if list(new.names) != [*kept, *revision.added]:
        raise _wrong("its list of parts is not the planned one")
    old_raw, new_raw = _raw_members(revision.package.data), _raw_members(new.data)
    for name in new.names:
        if name in revision.spliced:
            digest = hashlib.sha256()
            for block in new.stream(name):
                digest.update(block)
            equal = digest.hexdigest() == revision.spliced[name].sha256
        elif name in revision.parts:
            equal = new.read(name) == revision.parts[name]
        else:
            equal = old_raw[name] == new_raw[name]
        if not equal:
            raise _wrong(f"its part {name} is not as planned")


def _raw_members(data: bytes) -> dict[str, tuple[int, int, int, memoryview]]:
    """Method, checksum, size and compressed bytes of each member."""
    out = {}
    view = memoryview(data)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for info in package.infolist():
            at = info.header_offset
            lengths = data[at + 26 : at + _HEADER]
            start = at + _HEADER + int.from_bytes(lengths[:2], "little")
            start += int.from_bytes(lengths[2:], "little")
            raw = view[start : start + info.compress_size]
            out[info.filename] = (info.compress_type, info.CRC, info.file_size, raw)
    return out


def _compare_rows(new: Package, expected: Expected) -> None:
    """The touched rows, read by the scanner from the new part."""
    rows = {row for row, _ in expected.targets}
    seen = set()
    for row in _touched(new.read(expected.part), rows, expected):
        before = expected.before.get(row.number)
        old = {cell.column: _sense(cell) for cell in before.cells} if before else {}
        for cell in row.cells:
            place = (row.number, cell.column)
            if place in expected.targets:
                seen.add(place)
                _compare_target(expected, place, cell)
            elif _sense(cell) != old.get(cell.column, _sense(cell) if before is None else None):
                raise _wrong(f"{cell_name(*place)} changed, which was not planned")
        missing = old.keys() - {c.column for c in row.cells}
        if missing:
            raise _wrong(f"{cell_name(row.number, min(missing))} is lost")
    for place, value in expected.targets.items():
        if place not in seen and value is not None:
            raise _wrong(f"{cell_name(*place)} was not written")


def _touched(data: bytes, rows: set[int], expected: Expected) -> list[RowScan]:
    """The touched rows as they stand; of a plain part all other bytes are known to be as before."""
    if expected.plain:
        try:
            return find_rows(data, rows, expected.part)
        except NotPlain as error:
            raise _wrong("a row that was written cannot be read back") from error
    return scan(data, rows=rows).rows


def _compare_target(expected: Expected, place: tuple[int, int], cell: CellScan) -> None:
    value = expected.values.value(cell.type, cell.raw, *place, formula=cell.formula is not None)
    if cell.formula is not None or not same(value, expected.targets[place]):
        raise _wrong(f"{cell_name(*place)} does not hold the new value")


def _sense(cell: CellScan) -> tuple[object, ...]:
    """All that a cell says, wherever it stands in the bytes."""
    return (cell.type, cell.style, cell.formula, cell.raw, cell.metadata)


def _wrong(what: str) -> TrackerError:
    return TrackerError(
        f"The changed workbook was thrown away before use, because {what}. The workbook itself was "
        "left as it was. This is a fault of sheetsync: please report it with the log."
    )
