"""What tells a row, or a value: how like a row is, and whether anybody would type this by oneself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sheetsync.domain.model import CellValue
from sheetsync.trackers.google.journal import Undo


@dataclass(frozen=True, slots=True)
class Likely:
    """A row that may be the one.

    `unlike` cells of staff's differ, `agree` filled ones are the same, `other` of those that were written to
    differ. `holds`: whether it still holds what was written there and hardly anybody types.
    """

    number: int
    unlike: int
    agree: int
    other: int
    holds: bool

    @property
    def differ(self) -> int:
        """How many cells differ, all in all."""
        return self.unlike + self.other


def is_meant(undo: Undo, order: str, heading: str) -> bool:
    """Whether that is where the value belongs that is to be undone elsewhere."""
    return bool(undo.order) and (order, heading) == (undo.order, undo.heading)


def text_at(headings: Sequence[str], column: int) -> str:
    """The text over a column, "" where there is none."""
    return headings[column] if column < len(headings) else ""


def is_telling(value: CellValue) -> bool:
    """Whether hardly anybody types this by oneself: a moment, or a text that is not one plain word."""
    if isinstance(value, str):
        return not value.isalpha()
    return isinstance(value, int | float) and not isinstance(value, bool)
