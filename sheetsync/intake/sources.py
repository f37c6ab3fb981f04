"""A file with orders as lines of cells, whatever it is: its kind is told by content, not by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from sheetsync.domain.model import CellValue, DateSystem
from sheetsync.domain.rules import ColumnRule
from sheetsync.errors import UsageError
from sheetsync.intake import delimited, jsonlines
from sheetsync.trackers.excel.reader import read_sheet

Line: TypeAlias = tuple[int, Sequence[CellValue]]
"""Line number (from 1, as an editor or Excel counts) and the cells of one row."""

_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """A file with orders: `lines()` gives its rows anew each time, the header among the first.

    `remarks` say in words how it was read. `even`: a row may not have more cells than headings.
    """

    name: str
    kind: Literal["CSV", "Excel workbook", "JSON lines"]
    remarks: tuple[str, ...]
    lines: Callable[[], Iterator[Line]]
    even: bool = False
    date_system: DateSystem = 1900


def open_source(
    path: Path,
    columns: Mapping[str, ColumnRule],
    *,
    delimiter: str,
    search_rows: int,
    encoding: str = "auto",
) -> Source:
    """The orders of the file at `path`; `columns` tell which headings count.

    `delimiter` is that of a CSV file, or `auto`; so is the `encoding` of text. Raises UsageError where there is nothing that can
    be read, TrackerRefused for a workbook that cannot be opened.
    """
    head = _head(path)
    if head.startswith((_ZIP, _OLD_EXCEL)):
        return _workbook(path, columns, search_rows)
    if encoding == "auto":
        encoding = delimited.find_encoding(path, head)
    if _is_json(path, head, encoding):
        return Source(
            name=path.name,
            kind="JSON lines",
            remarks=(delimited.ENCODING_WORDS[encoding],),
            lines=lambda: jsonlines.lines(path, encoding),
        )
    sample = delimited.sample(path, encoding)
    mark = delimited.find_delimiter(sample, columns, search_rows, delimiter)
    return Source(
        name=path.name,
        kind="CSV",
        remarks=(
            delimited.ENCODING_WORDS[encoding],
            f"separated by {delimited.DELIMITER_WORDS[mark]}",
        ),
        lines=lambda: delimited.lines(path, encoding, mark),
        even=True,
    )


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise UsageError(f"{path} is a folder. Name the file with the orders.")
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}. Check its name and folder.") from None
    if not head.strip():
        raise UsageError(f"{path.name} is empty. Is it still being saved or copied?")
    return head


def _is_json(path: Path, head: bytes, encoding: str) -> bool:
    if path.suffix.lower() in (".json", ".jsonl", ".ndjson"):
        return True
    text = head.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
    return text.startswith('{"')


def _workbook(path: Path, columns: Mapping[str, ColumnRule], search_rows: int) -> Source:
    sheet = read_sheet(path, rules_columns=columns, timezone="UTC", search_rows=search_rows)
    return Source(
        name=path.name,
        kind="Excel workbook",
        remarks=(f"the tab {sheet.tab}",),
        lines=lambda: zip(sheet.row_numbers, sheet.rows, strict=True),
        date_system=sheet.date_system,
    )
