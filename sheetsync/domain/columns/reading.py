"""What reading a cell depends on besides the cell: options of the tracker, and the column at hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sheetsync.domain.findings import Problem
from sheetsync.domain.model import CellError, CellValue, DateSystem, Severity, Uncalculated
from sheetsync.domain.rules import ColumnRule
from sheetsync.domain.texts import fold, number_text, quoted

YES_WORDS: Final = frozenset(
    {"true", "yes", "y", "x", "✅", "☑", "✔", "✓", "1", "1.0", "done"}
)  # fmt: skip
NO_WORDS: Final = frozenset({"false", "no", "n", "0", "0.0", "☐", "-", ""})
"""Closed tables, folded; anything else is a finding, never a silent no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """How this tracker writes what cannot be guessed.

    `date_formats`: formats such as `%d/%m/%Y %H:%M` for dates typed as text (ISO is always read).
    `yes_words`, `no_words`: further words for a tick and for no tick (`Ja`, `WAHR`).
    `earliest_year`, `latest_year`: dates outside are findings. Raises ValueError for a bad format.
    """

    date_formats: tuple[str, ...] = ()
    yes_words: tuple[str, ...] = ()
    no_words: tuple[str, ...] = ()
    earliest_year: int = 2000
    latest_year: int = 2100

    def __post_init__(self) -> None:
        for pattern in self.date_formats:
            _check_format(pattern)

    def ticks(self) -> dict[str, int]:
        """Folded word -> 1 (ticked) or 0 (not)."""
        table = dict.fromkeys(NO_WORDS | {fold(word) for word in self.no_words}, 0)
        return table | dict.fromkeys(YES_WORDS | {fold(word) for word in self.yes_words}, 1)


def _check_format(pattern: str) -> None:
    moment = datetime(2026, 11, 22, 13, 45, 59)  # noqa: DTZ001 - any wall-clock time will do
    try:
        again = datetime.strptime(moment.strftime(pattern), pattern)  # noqa: DTZ007 - local on purpose
    except ValueError as error:
        msg = f"{quoted(pattern)} is not a date format; write it like %d/%m/%Y %H:%M"
        raise ValueError(msg) from error
    if (again.year, again.month, again.day) != (2026, 11, 22):
        msg = f"the date format {quoted(pattern)} does not name day, month and year"
        raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One column being read: its rule, its heading as staff wrote it, and the tracker's ways."""

    rule: ColumnRule
    heading: str
    timezone: str
    date_system: DateSystem
    options: ReadingOptions
    ticks: dict[str, int] = field(default_factory=dict)

    def unreadable(self, cell: CellValue, expected: str) -> Problem:
        """The finding for a cell whose value cannot be made out."""
        return Problem("unreadable", "error", f"{self.heading} says {shown(cell)}. {expected}")

    def wrong(self, rule: str, severity: Severity, says: CellValue, expected: str) -> Problem:
        """The finding for a cell that can be read but not accepted."""
        return Problem(rule, severity, f"{self.heading} says {shown(says)}. {expected}")


def shown(cell: CellValue) -> str:
    """A cell inside a message: text and ticks in quotes, numbers bare."""
    if isinstance(cell, bool):
        return '"TRUE"' if cell else '"FALSE"'
    if isinstance(cell, int | float):
        return f"the number {number_text(cell)[:40]}"
    return quoted(cell) if isinstance(cell, str) else "something unreadable"


def broken(cell: CellValue, heading: str) -> Problem | None:
    """The finding for an error value or an uncalculated formula; None for any other cell."""
    if isinstance(cell, CellError):
        error = quoted(cell.text, 20).strip('"')
        words = f"{heading} holds the error {error}. Correct the formula, or type the value."
        return Problem("error_value", "error", words)
    if isinstance(cell, Uncalculated):
        words = (
            f"{heading} holds a formula without a calculated value. Open the workbook in Excel "
            "and save it."
        )
        return Problem("not_calculated", "error", words)
    return None
