"""Personal values cut to a hash: the same value leaves the same mark, and no mark gives it back.

The mark is keyed with a secret of the store, so that nobody can try names until one fits.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from sheetsync.domain.rules import Rulebook

Cut: TypeAlias = Callable[[str], str]
PERSONAL: Final = ("customer", "customer_email", "notes", "instructions", "special_handling")
"""The columns that hold personal values, beside every column of type email."""
_BEGIN: Final = "[cut "
_LENGTH: Final = 12


def cutter(secret: bytes) -> Cut:
    """What cuts values under this secret; "" stays "", and a mark stays that mark."""

    def cut(value: str) -> str:
        if not value or is_cut(value):
            return value
        digest = hmac.new(secret, value.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"{_BEGIN}{digest.hexdigest()[:_LENGTH]}]"

    return cut


def is_cut(value: str) -> bool:
    """Whether this is what a redaction left."""
    return (
        value.startswith(_BEGIN) and value.endswith("]") and len(value) == len(_BEGIN) + _LENGTH + 1
    )


def stands_for(old: str, new: str, cut: Cut) -> bool:
    """Whether `old` is the mark that cutting `new` leaves: the cell did not change."""
    return is_cut(old) and cut(new) == old


def personal_columns(rules: Rulebook) -> frozenset[str]:
    """The keys of the columns whose values are cut."""
    emails = {key for key, column in rules.columns.items() if column.type == "email"}
    return frozenset(PERSONAL) | emails


def cut_cells(cells: Mapping[str, str], columns: frozenset[str], cut: Cut) -> dict[str, str]:
    """The same cells, those of `columns` cut."""
    return {key: cut(text) if key in columns else text for key, text in cells.items()}
