"""The orders in a real workbook, which people edit with openpyxl while nobody looks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, time
from io import BytesIO
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import openpyxl
from python_calamine import CalamineWorkbook

from sheetsync.trackers.base import Tracker
from sheetsync.trackers.excel.tracker import ExcelTracker
from tests.simulation.worker.grounds import IN_USE, TAB, Rows, serial, trimmed
from tests.support.opened import opened

if TYPE_CHECKING:
    from sheetsync.domain.rules import Rulebook
    from sheetsync.worker.which_tracker import Bench
    from tests.simulation.worker.steps import Steps

HALF: Final = "workbook half written"
AWAY: Final = "workbook away"
LOCKED: Final = "workbook open in Excel"
CONFLICT: Final = "conflict copy"


class ExcelGround:
    """A workbook `tracker.xlsx` in a folder."""

    settings = "{path: ../tracker.xlsx, tab: Orders, stable_seconds: 0"

    def __init__(self, rows: Rows, zone: str, folder: Path) -> None:
        self._zone, self._path = zone, folder / "tracker.xlsx"
        self._whole = b""
        self._seen: tuple[bytes, Rows] = (b"", [])
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.title = TAB
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                _type(sheet, number, column, value)
        book.save(self._path)

    def tracker(self, rules: Rulebook, bench: Bench, steps: Steps) -> Tracker:
        """The workbook with the settings of config.yaml."""
        del steps
        return ExcelTracker(
            self._path, columns=rules.columns, timezone=self._zone, tab=TAB,
            search_rows=rules.header_search_rows, backup_folder=bench.state_folder / "workbooks",
            stable_seconds=0, lock_folder=bench.state_folder, now=bench.clock,
            wait=bench.wait_and_go_on, step=bench.step_of_a_replace,
        )  # fmt: skip

    def rows(self) -> Rows:
        """The cells of the tab, by a reader of another make."""
        content = self._path.read_bytes()
        if self._seen[0] != content:
            book = CalamineWorkbook.from_filelike(BytesIO(content))
            found = book.get_sheet_by_name(TAB).to_python(skip_empty_area=False)
            rows = [trimmed([_plain(value) for value in row]) for row in found]
            while rows and not rows[-1]:
                rows.pop()
            self._seen = content, rows
        return [list(row) for row in self._seen[1]]

    def put(self, rows: Rows) -> None:
        """Load, type what differs, save."""
        book = opened(self._path, TAB)
        sheet = book[TAB]
        width = max([sheet.max_column, *(len(row) for row in rows)])
        for number in range(1, max(sheet.max_row, len(rows)) + 1):
            row = rows[number - 1] if number <= len(rows) else []
            for column in range(1, width + 1):
                value = row[column - 1] if column <= len(row) else None
                if _plain(sheet.cell(number, column).value) != value:
                    _type(sheet, number, column, value)
        book.save(self._path)

    def trouble(self, dice: Random) -> str:
        """Somebody has it open, saves it, or a sync client is at it."""
        kind = dice.choice((IN_USE, LOCKED, HALF, AWAY, CONFLICT))
        self._whole = self._path.read_bytes()
        folder, name = self._path.parent, self._path.name
        if kind == IN_USE:
            (folder / f".~lock.{name}#").write_text("Lerato,lerato,desk,09.03.2026 08:00,x;")
        elif kind == LOCKED:
            (folder / f"~${name}").write_bytes(b"\x06Lerato" + b" " * 158)
        elif kind == CONFLICT:
            shutil.copy(self._path, folder / "tracker (Lerato's conflicted copy 2026-03-09).xlsx")
        elif kind == HALF:
            self._path.write_bytes(self._whole[: len(self._whole) // 2])
        else:
            self._path.unlink()
        return kind

    def calm(self) -> None:
        """The workbook is whole again, and nobody has it."""
        folder, name = self._path.parent, self._path.name
        for left in (f".~lock.{name}#", f"~${name}"):
            (folder / left).unlink(missing_ok=True)
        for copy in folder.glob("tracker (*).xlsx"):
            copy.unlink()
        half = self._whole[: len(self._whole) // 2]
        if self._whole and (not self._path.exists() or self._path.read_bytes() == half):
            self._path.write_bytes(self._whole)
        self._whole = b""

    def keep(self) -> Callable[[], None]:
        """The file; backups and what is left beside it stay."""
        content = self._path.read_bytes()
        return lambda: self._path.write_bytes(content) and None


def _plain(value: Any) -> Any:
    """A date as its number, a blank as None."""
    if isinstance(value, datetime):
        return serial(value)
    if isinstance(value, time):
        return serial(datetime(1899, 12, 30, value.hour, value.minute, value.second))
    return None if value == "" else value


def _type(sheet: Any, number: int, column: int, value: Any) -> None:
    cell = sheet.cell(number, column)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
