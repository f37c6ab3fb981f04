"""What a tracking number tells of itself: a hint, never a verdict.

A number is `valid` where it has a shape of its courier and the check digit of that shape fits; `suspect` where
the shape is the courier's and the digit does not fit; `unknown` where no shape fits or none is known: couriers
have number ranges that no list knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias
from urllib.parse import quote

from sheetsync.domain.conditions import compiled
from sheetsync.domain.parcels.check_digits import CHECKS
from sheetsync.domain.rules import CarrierRule, NumberShape
from sheetsync.domain.texts import clean_text

Verdict: TypeAlias = Literal["valid", "suspect", "unknown"]


@dataclass(frozen=True, slots=True)
class Hint:
    """What a number tells; `shape` is the one that it has, None where it has none of its courier's."""

    verdict: Verdict
    shape: NumberShape | None = None


def squeeze(number: str) -> str:
    """A tracking number as compared: without spaces and hyphens, in capitals."""
    return "".join(number.split()).replace("-", "").upper()


@lru_cache(maxsize=4096)
def hint(number: str, shapes: tuple[NumberShape, ...]) -> Hint:
    """What a squeezed `number` tells at a courier whose numbers have these shapes."""
    doubtful: NumberShape | None = None
    for shape in shapes:
        found = compiled(shape.pattern).fullmatch(number)
        if found is None:
            continue
        check = CHECKS.get(shape.check)
        if check is None:
            return Hint("valid", shape)
        digits = found["checked"] if "checked" in found.re.groupindex else number
        if check(digits):
            return Hint("valid", shape)
        doubtful = doubtful or shape
    return Hint("unknown") if doubtful is None else Hint("suspect", doubtful)


def tracking_link(number: str, carrier: CarrierRule | None) -> str:
    """Where to follow the parcel; "" where the courier is not known or has no such page.

    The host is that of the rules: of the cell nothing gets there but the number, percent-encoded.
    """
    told = clean_text(number)
    if carrier is None or not carrier.link or not told:
        return ""
    return carrier.link.replace("{number}", quote("".join(told.split()), safe=""), 1)
