"""SKU(s) Ordered: `MUG-01 x2; TEE-L x1`, separated by `;`, `,` or new lines, times as x, × or *."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from sheetsync.domain.texts import clean_id, quoted

_SEPARATOR: Final = re.compile(r"[;,\n\r]")
_CLEAN: Final = re.compile(
    r"[!-)+\--:<-~]+ x ?[1-9]\d{0,5}(?:[;,] ?[!-)+\--:<-~]+ x ?[1-9]\d{0,5})*"
)
"""The usual spelling, matched at once; everything else is taken apart token by token."""
_TIMES: Final = re.compile(r"(?P<sku>.*?)(?:\s+[xX]\s*|\s*[×*]\s*)(?P<quantity>\S*)")
_TIMES_ANYTHING: Final = re.compile(_TIMES.pattern.replace(r"\S*", ".*"))
_QUANTITY: Final = re.compile(r"[0-9]{1,6}(?:\.0+)?")


class SkuLine(NamedTuple):
    """One line of an order. `quantity` is 0 where `problem` says what is wrong with the token."""

    sku: str
    quantity: int
    problem: str = ""


def sku_lines(text: str) -> list[SkuLine]:
    """Every line of an SKU cell, in its order; a token without a quantity is one piece, flagged."""
    plain = (clean_id(token) for token in _SEPARATOR.split(text))
    return [_line(token) for token in plain if token]


def unusual_spellings(texts: Iterable[str]) -> list[int]:
    """Places of the cells not spelt the usual way; in the others nothing can be wrong."""
    usual = _CLEAN.fullmatch
    return [place for place, text in enumerate(texts) if not usual(text)]


def _line(token: str) -> SkuLine:
    match = _TIMES.fullmatch(token) or _TIMES_ANYTHING.fullmatch(token)
    if match is None:
        return SkuLine(token, 1, f"{quoted(token)} has no quantity: write {token[:40]} x 1.")
    sku, quantity = match["sku"].strip(), match["quantity"]
    if not sku:
        return SkuLine("", 0, f"{quoted(token)} names no SKU: write it like MUG-01 x 2.")
    if not _QUANTITY.fullmatch(quantity) or float(quantity) < 1:
        if _QUANTITY.fullmatch(sku) and quantity:
            words = f"{quoted(token)}: write the SKU first, then the quantity."
            return SkuLine(quantity, 0, words)
        words = f"{quoted(token)} needs a whole quantity of 1 or more, like {sku[:40]} x 2."
        return SkuLine(sku, 0, words)
    return SkuLine(sku, int(float(quantity)))
