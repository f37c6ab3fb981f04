"""Made-up news, for the demo and for tests: the same number always tells the same story, and time moves it on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sheetsync.carriers.parcels import Answer, Parcel, TrackError, TrackEvent, TrackResult
from sheetsync.carriers.provider import WebhookRefused
from sheetsync.domain.parcels.states import ParcelState
from sheetsync.domain.rules import CarrierRule

_Story = tuple[tuple[float, ParcelState, str], ...]
"""Hours since the parcel left, what is true from then on, and the words."""
_SMOOTH: Final[_Story] = (
    (0.5, "info_received", "Label created"), (3, "picked_up", "Collected"), (9, "in_transit", "Left the depot"),
    (44, "out_for_delivery", "With the driver"), (49, "delivered", "Handed over"),
)  # fmt: skip
_TROUBLED: Final[tuple[_Story, ...]] = (
    (*_SMOOTH[:4], (48, "failed_attempt", "Nobody was in"), (68, "out_for_delivery", "With the driver"),
     (72, "delivered", "Handed over")),
    (*_SMOOTH[:3], (30, "delayed", "Snow on the road"), (70, "out_for_delivery", "With the driver"),
     (75, "delivered", "Handed over")),
    (*_SMOOTH[:3], (26, "misrouted", "Sorted to another town"), (60, "in_transit", "On its way again"),
     (92, "delivered", "Handed over")),
    (*_SMOOTH[:4], (50, "returned", "Refused at the door")),
    _SMOOTH[:3],
)  # fmt: skip
"""The last one falls silent on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """The provider; one parcel in five has trouble. `clock` tells the time (aware UTC)."""

    name: str
    clock: Callable[[], datetime]
    batch_size: int = 500
    min_interval: timedelta = timedelta()

    def supports(self, carrier: CarrierRule | None) -> bool:
        """Carriers of carriers.yaml."""
        return carrier is not None

    def register(self, parcels: Sequence[Parcel]) -> Iterator[Answer]:
        """It knows all parcels without being told."""
        return self.fetch(parcels)

    def fetch(self, parcels: Sequence[Parcel]) -> Iterator[Answer]:
        """What has happened by now; a parcel that has not left is not known."""
        now = self.clock()
        for parcel in parcels:
            story = _story(parcel.asked)
            events = tuple(
                TrackEvent(at=parcel.since + timedelta(hours=hours), state=state, text=words)
                for hours, state, words in (story if parcel.since is not None else ())
                if parcel.since is not None and parcel.since + timedelta(hours=hours) <= now
            )
            if not events or parcel.since is None:
                sentence = f"{self.name} knows nothing of {parcel.number} yet."
                yield TrackError(asked=parcel.asked, trouble="not_known", sentence=sentence)
                continue
            last = events[-1]
            yield TrackResult(
                asked=parcel.asked, state=last.state, text=last.text, events=events,
                eta=(parcel.since + timedelta(hours=story[-1][0])).date(),
                delivered_at=last.at if last.state == "delivered" else None,
            )  # fmt: skip

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[TrackResult, ...]:  # noqa: ARG002 - the protocol's
        """Nobody calls."""
        raise WebhookRefused(f"{self.name} sends no webhooks.")


def _story(number: str) -> _Story:
    dice = hashlib.blake2b(number.encode("utf-8", "surrogatepass"), digest_size=2).digest()
    return _TROUBLED[dice[1] % len(_TROUBLED)] if dice[0] % 5 == 0 else _SMOOTH
