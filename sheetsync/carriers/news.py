"""An answer as a feed's row: the cells that it brings, or why it cannot be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sheetsync.carriers.parcels import Parcel, TrackError, TrackResult
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.parcels.states import ParcelState
from sheetsync.domain.parcels.words import parcel_state, shown_state
from sheetsync.domain.texts import quoted

AHEAD: Final = timedelta(minutes=15)
"""So far a clock elsewhere may run ahead of ours."""
_ELSEWHERE: Final = timedelta(hours=14)
"""So far the clocks of two places differ."""
_BEFORE_IT_LEFT: Final = timedelta(days=14)
_COARSE: Final = frozenset({"unknown", "exception", "in_transit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is news of one parcel: texts by column key, as a feed keeps them; `at` is the time of the last scan."""

    number: str
    cells: Mapping[str, str]
    at: datetime


def said_of(
    parcel: Parcel,
    result: TrackResult,
    shared: Mapping[str, ParcelState],
    timezone: str,
    now: datetime,
) -> Said | TrackError | None:
    """What the result brings to the row of `parcel`; None where nothing was scanned yet.

    `shared` are the words of all carriers. News from the future are not believed, nor such as are much older than
    the parcel: couriers use numbers again.
    """
    last = result.last
    if last is None:
        return None
    slack = _ELSEWHERE if last.at_is_local else AHEAD
    if last.at > now + slack:
        return _wrong(result, f"{quoted(parcel.number)} was scanned in the future")
    if parcel.since is not None and last.at < parcel.since - _BEFORE_IT_LEFT:
        words = f"{quoted(parcel.number)} was scanned last long before the parcel left; the number was another parcel's before"
        return _wrong(result, words)
    at = min(last.at, now)
    cells = {
        "carrier_status": shown_state(_refined(parcel, result, shared), result.text),
        "carrier_update": _local(at, timezone),
    }
    if isinstance(result.eta, datetime):
        cells["eta"] = _local(result.eta, timezone)
    elif result.eta is not None:
        cells["eta"] = f"{result.eta:%Y-%m-%d} 00:00:00"
    if result.state == "delivered":
        cells["delivered_at"] = _local(min(result.delivered_at or at, now), timezone)
    return Said(number=parcel.number, cells=dict(sorted(cells.items())), at=at)


def _refined(parcel: Parcel, result: TrackResult, shared: Mapping[str, ParcelState]) -> ParcelState:
    """The state, made finer by the courier's own words where carriers.yaml knows them."""
    if result.state not in _COARSE or not result.text:
        return result.state
    told = parcel_state(result.text, parcel.carrier, shared)
    return result.state if told in {"unknown", "delivered"} else told


def _wrong(result: TrackResult, what: str) -> TrackError:
    return TrackError(
        asked=result.asked, trouble="wrong", sentence=f"{what}. That is not believed."
    )


def _local(moment: datetime, timezone: str) -> str:
    return f"{scalar_to_local(moment, timezone):%Y-%m-%d %H:%M:%S}"
