"""Everybody who knows of parcels, behind one protocol; and those two who need not be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sheetsync.carriers.parcels import Answer, Parcel, TrackResult
from sheetsync.domain.rules import CarrierRule


class CarrierProvider(Protocol):
    """Someone who knows of parcels.

    `batch_size` parcels are asked about at once, 0 where there is nobody to ask; two questions lie at least
    `min_interval` apart.
    """

    @property
    def name(self) -> str:
        """What the owner calls it."""
        ...

    @property
    def batch_size(self) -> int:
        """How many parcels are asked about at once."""
        ...

    @property
    def min_interval(self) -> timedelta:
        """From one question to the next."""
        ...

    def supports(self, carrier: CarrierRule | None) -> bool:
        """Whether it knows of this carrier's parcels."""
        ...

    def register(self, parcels: Sequence[Parcel]) -> Iterator[Answer]:
        """Ask it to follow these from now on; one answer each."""
        ...

    def fetch(self, parcels: Sequence[Parcel]) -> Iterator[Answer]:
        """One answer for each parcel, in any order; what goes wrong is an answer, not an exception."""
        ...

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[TrackResult, ...]:
        """What a call of the provider's brings, its signature checked first; raises WebhookRefused."""
        ...


class WebhookRefused(Exception):
    """A call that cannot be believed or understood; says why, without what it held."""


@dataclass(frozen=True, slots=True)
class Unasked:
    """Nobody to ask: people type Carrier Status (`manual`), or a feed brings it (`file`)."""

    name: str
    batch_size: int = 0
    min_interval: timedelta = timedelta()

    def supports(self, carrier: CarrierRule | None) -> bool:  # noqa: ARG002 - the protocol's
        """Any carrier's parcels: a person or a file can speak of all."""
        return True

    def register(self, parcels: Sequence[Parcel]) -> Iterator[Answer]:  # noqa: ARG002 - the protocol's
        """Nothing to register with."""
        return iter(())

    def fetch(self, parcels: Sequence[Parcel]) -> Iterator[Answer]:  # noqa: ARG002 - the protocol's
        """No answers: the news come by themselves."""
        return iter(())

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[TrackResult, ...]:  # noqa: ARG002 - the protocol's
        """Nobody calls."""
        raise WebhookRefused(f"{self.name} sends no webhooks.")
