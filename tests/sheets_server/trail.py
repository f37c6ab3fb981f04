"""What people remember of a cell they typed into: it travels with the cell through every sort and move.

A trail is kept inside the cell under a private name, as an object that is no JSON: an answer of the
server that showed it by accident could not be sent at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tests.sheets_server.model import Json

TRAIL: Final = "x-trail"
Typed: TypeAlias = str | float | bool | None
"""What a person types into a cell; None empties it."""


@dataclass(frozen=True, slots=True)
class Trail:
    """`at` is when the cell was typed (a count of acts), `over` the cell that stood there before.

    `role` is set on a heading: what the column is to people, whatever it is called by now.
    """

    at: int = 0
    over: Json | None = None
    role: str = ""


def cell_of(value: Typed, trail: Trail) -> Json:
    """A cell as a person typed it just now."""
    entered = entered_of(value)
    return {"userEnteredValue": entered, TRAIL: trail} if entered else {TRAIL: trail}


def entered_of(value: Typed) -> Json | None:
    """The value as the model keeps it, None for a blank."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return {"boolValue": value}
    return {"stringValue": value} if isinstance(value, str) else {"numberValue": value}


def value_of(cell: Json | None) -> Any:
    """What stands in a cell: text, number, tick, a formula's text, or None."""
    entered = cell.get("userEnteredValue") if cell else None
    return next(iter(entered.values()), None) if entered else None


def trail_of(cell: Json | None) -> Trail | None:
    """The trail of a cell that a person typed."""
    return cell.get(TRAIL) if cell else None
