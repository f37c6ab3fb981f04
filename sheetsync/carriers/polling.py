"""How often a parcel is asked about: the nearer to the door the oftener, the longer silent the seldomer."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Final

from sheetsync.domain.parcels.states import OVER, TROUBLE, ParcelState

_HOUR: Final = 3600.0
_DAY: Final = 24 * _HOUR
_EVERY: Final[Mapping[ParcelState | str, float]] = {
    "": 1 * _HOUR, "unknown": 6 * _HOUR, "info_received": 6 * _HOUR, "picked_up": 2 * _HOUR,
    "in_transit": 2 * _HOUR, "out_for_delivery": _HOUR / 3, "ready_for_pickup": 6 * _HOUR,
}  # fmt: skip
_TROUBLED: Final = 1 * _HOUR
_SLOWER: Final = ((14 * _DAY, 6.0), (5 * _DAY, 2.0))
"""So long without news, and it is asked so many times seldomer."""
_SHAKE: Final = 0.1
LONGEST: Final = _DAY


def seconds_between(state: ParcelState | str, silent: float, number: str) -> float | None:
    """Seconds from one question about a parcel to the next; None where nobody need ask again.

    `state` is what was said last, "" for nothing yet, `silent` for how many seconds it has been so. Of parcels of
    one kind each has its own rhythm, so that they do not fall due all at once; the same number, always the same.
    """
    if state in OVER:
        return None
    every = _TROUBLED if state in TROUBLE else _EVERY.get(state, _EVERY["unknown"])
    factor = next((factor for span, factor in _SLOWER if silent >= span), 1.0)
    share = zlib.crc32(number.encode("utf-8", "surrogatepass")) / 2**32
    return min(every * factor, LONGEST) * (1.0 - _SHAKE + 2 * _SHAKE * share)
