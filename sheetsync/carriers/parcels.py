"""The nouns of carrier news: a parcel that is asked about, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from sheetsync.domain.parcels.numbers import squeeze
from sheetsync.domain.parcels.states import ParcelState
from sheetsync.domain.rules import CarrierRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A parcel under way. `number` stands as in the tracker; `since` is when it left, where that is known."""

    number: str
    carrier: CarrierRule | None
    since: datetime | None = None

    @property
    def asked(self) -> str:
        """The number as a provider is asked for it."""
        return squeeze(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackEvent:
    """One thing that happened. `at_is_local`: no time zone came with `at`, so that it is good for the day only."""

    at: datetime
    state: ParcelState
    text: str = ""
    at_is_local: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackResult:
    """What a provider says of one parcel. `asked` is the number as asked for; events in the order of time.

    `eta` is a moment or only a day; `text` the carrier's own words about the state.
    """

    asked: str
    state: ParcelState
    text: str = ""
    eta: datetime | date | None = None
    delivered_at: datetime | None = None
    events: tuple[TrackEvent, ...] = ()

    @property
    def last(self) -> TrackEvent | None:
        """The newest event."""
        return self.events[-1] if self.events else None


Trouble: TypeAlias = Literal["outage", "busy", "key", "not_known", "refused", "wrong"]
"""`outage`: no answer; `busy`: asked too often; `key`: the account is not let in; these three are about the provider.
`not_known`: it does not follow the number; `refused`: it will not; `wrong`: what it says cannot be right."""

OF_THE_PROVIDER: frozenset[Trouble] = frozenset({"outage", "busy", "key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackError:
    """Why nothing is known of a parcel. `sentence` says it to a person, without any secret in it.

    `wait` is how long the provider asks to be left alone, in seconds.
    """

    asked: str
    trouble: Trouble
    sentence: str
    wait: float | None = None


Answer: TypeAlias = TrackResult | TrackError
