"""Text that no spreadsheet program takes for a formula when it opens a CSV file."""

from __future__ import annotations

from typing import Final

_ACTIVE: Final = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\0",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)
"""What a formula begins with, in the wide signs of Asian keyboards, too; and what programs skip before it."""


def inert(text: str) -> str:
    """The text with an apostrophe before it where a program might take it for a formula."""
    bare = text.lstrip(" \u00a0")
    return f"'{text}" if bare.startswith(_ACTIVE) or text.startswith("'") else text


def as_typed(cell: str) -> str:
    """What `inert` was given: exactly one apostrophe at the front is taken off."""
    return cell.removeprefix("'")


def as_meant(cell: str) -> str:
    """A cell of anybody's file: an apostrophe is taken off only where `inert` would have put it."""
    return cell[1:] if cell.startswith("'") and inert(cell[1:]) == cell else cell
