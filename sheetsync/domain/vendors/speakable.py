"""What of an order may be told to its vendor: the lines, words of a list, and what looks like an address.

Free text of a cell never gets into somebody's mail; an address must be told, so it must look like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sheetsync.domain.companions.vendor_lines import Line
from sheetsync.domain.texts import clean_id, clean_text, fold, number_text

_SKU: Final = re.compile(r"[^\W_](?:[\w+/-]|\.(?=\d)){0,39}")
_PRODUCT: Final = re.compile(r"[^\W_](?:[\w ,'’()/+&%×-]|\.(?=[\d ])){0,79}")
_ADDRESS: Final = re.compile(r"[^\W_](?:[\w ,'’()/#&-]|\.(?=[\d ,]|$)){0,79}")
_BREAKS: Final = re.compile(r"[\n;]+")
_LINES: Final = 7


def vendor_lines(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The lines of a letter; an article or a product that does not look like one has no name."""
    return [
        {
            "sku": line.sku if _SKU.fullmatch(line.sku) else "",
            "product": line.product if _PRODUCT.fullmatch(line.product) else "",
            "quantity": "" if line.quantity is None else number_text(line.quantity),
        }
        for line in lines
    ]


def address_lines(text: str) -> list[str]:
    """Where to ship, line by line; [] where a line does not look like part of an address."""
    parts = [" ".join(clean_id(part).split()) for part in _BREAKS.split(clean_text(text))]
    found = [part.rstrip(",") for part in parts if part.rstrip(",")]
    if len(found) > _LINES or not all(_ADDRESS.fullmatch(part) for part in found):
        return []
    return found


def preference(text: str, known: Sequence[str]) -> str:
    """The words of the list that a cell means, whole; "" for any other."""
    wanted = fold(text)
    return next((words for words in known if wanted and fold(words) == wanted), "")
