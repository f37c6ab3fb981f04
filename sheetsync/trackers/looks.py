"""What sheetsync's columns look like on every kind of sheet: colours by word, headings by owner, notes.

The template, a workbook that is adopted and a Google Sheet are drawn from here, so a colour means the
same wherever staff see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sheetsync.domain.rules import ColumnRule

TEAL: Final = "1F6F78"
INK: Final = "22313F"
PAPER: Final = "FFFFFF"
CALM: Final = "F5F6F8"
"""The ground of the worker's own columns."""
HAIR: Final = "E6E9ED"
ROW_TINT: Final = "FDECEA"
"""The ground of a late order's whole row."""
_SLATE: Final = "4A6572"
_BANDS: Final[Mapping[str, str]] = {"staff": _SLATE, "shared": _SLATE, "worker": "8A94A0"}
TEXT_TYPES: Final = ("id", "sku_list", "tracking")
"""Columns in which a number is a name: formatted as text, so that no zero and no digit is lost."""
ACKNOWLEDGEMENTS: Final = ("ACK", "ACK 4h", "ACK 1d")
"""What the list under Ack offers."""
TICK_INK: Final = "1E7B4F"


@dataclass(frozen=True, slots=True)
class Look:
    """Fill and ink as RRGGBB; the worst word is bold."""

    fill: str
    ink: str
    bold: bool = False


SLA_LOOKS: Final[Mapping[str, Look]] = {
    "Breached": Look("C0392B", "FFFFFF", bold=True),
    "At risk": Look("F6C244", "4A3500"),
    "Unsure": Look("D9D2E9", "3F3560"),
    "Paused": Look("D5DBE1", "33414E"),
    "Missed": Look("F4CCCC", "7B1E14"),
    "OK": Look("D9EAD3", "1E5128"),
    "Met": Look("D9EAD3", "1E5128"),
    "Not evaluated": Look("EEEEEE", "666666"),
}
CHECK_LOOKS: Final[Mapping[str, Look]] = {
    "Error": Look("F4CCCC", "7B1E14", bold=True),
    "Warning": Look("FFF2CC", "5F4500"),
    "Unsure": Look("D9D2E9", "3F3560"),
    "Note": Look("DDEBF7", "1F3B57"),
    "OK": Look("FFFFFF", "5C8A5C"),
}
LOOKS: Final[Mapping[str, Mapping[str, Look]]] = {"sla": SLA_LOOKS, "check": CHECK_LOOKS}
"""Column key -> first word of the cell -> look."""
STATUS_LOOKS: Final[Mapping[str, Look]] = {
    "Pending": Look("EEEEEE", "444444"),
    "Allocated": Look("DDEBF7", "1F3B57"),
    "Picking": Look("DDEBF7", "1F3B57"),
    "Packing": Look("CFE2F3", "1F3B57"),
    "Ready": Look("D0E0E3", "134F5C"),
    "In Progress": Look("DDEBF7", "1F3B57"),
    "Shipped": Look("C9DAF8", "1C3F94"),
    "In Transit": Look("C9DAF8", "1C3F94"),
    "Out for Delivery": Look("C9DAF8", "1C3F94"),
    "Delivered": Look("D9EAD3", "1E5128"),
    "Completed": Look("B6D7A8", "1E5128"),
    "Cancelled": Look("DDDDDD", "777777"),
    "On Hold": Look("FCE5CD", "7F4A00"),
    "Backordered": Look("FCE5CD", "7F4A00"),
    "Payment Failed": Look("F4CCCC", "7B1E14"),
    "Delivery Failed": Look("F4CCCC", "7B1E14"),
    "Returned": Look("EAD1DC", "6B2346"),
    "Delayed": Look("FCE5CD", "7F4A00"),
}
"""Status -> look; a status of a team's own has none."""


def band(column: ColumnRule) -> str:
    """The ground of a column's heading: the documents' fourteen, other columns, the worker's own."""
    return TEAL if column.core else _BANDS[column.owner]


def heading_note(column: ColumnRule) -> str:
    """The note on a heading: what belongs there, who fills it in, and an example."""
    who = {
        "staff": "Filled in by you.",
        "worker": "sheetsync fills it in: please do not type here.",
        "shared": "Filled in by you or by sheetsync; what a person types stands.",
    }[column.owner]
    about = column.help.removesuffix(" Filled in by itself.")
    shown = column.example and column.example not in about
    return "\n".join([about, who, *([f"Example: {column.example}"] if shown else [])])
