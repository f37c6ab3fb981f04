"""Karrio, the extra `karrio`: couriers' own interfaces behind one library, with the owner's accounts at them.

Its names were read in its source (karrio 2026.1). It stamps times of the courier's own place as UTC, so all its times
count as local; and of codes that carriers.yaml knows, that file's meaning wins over Karrio's.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sheetsync.carriers.asking import NotAnswered
from sheetsync.carriers.matching import all_failed, answers_of, askable
from sheetsync.carriers.parcels import Answer, Parcel, TrackEvent, TrackResult
from sheetsync.carriers.provider import WebhookRefused
from sheetsync.carriers.untrusted import day_or_moment, moment, text
from sheetsync.domain.parcels.numbers import squeeze
from sheetsync.domain.parcels.states import ParcelState
from sheetsync.domain.rules import CarrierRule
from sheetsync.domain.texts import fold
from sheetsync.errors import UsageError

_STATUSES: Final[Mapping[str, ParcelState]] = {
    "pending": "info_received", "picked_up": "picked_up", "on_hold": "on_hold", "cancelled": "cancelled",
    "delivered": "delivered", "in_transit": "in_transit", "delivery_failed": "failed_attempt",
    "delivery_delayed": "delayed", "out_for_delivery": "out_for_delivery", "ready_for_pickup": "ready_for_pickup",
    "return_to_sender": "returned", "unknown": "unknown",
}  # fmt: skip


def load_karrio() -> Any:
    """The library; raises UsageError where it is not installed."""
    try:
        # Its log writes the values of variables beside a traceback, the account among them.
        importlib.import_module("loguru").logger.disable("karrio")
        library = importlib.import_module("karrio.sdk")
    except ImportError as missing:
        raise UsageError(
            "Karrio is not installed. Install it with pip install 'sheetsync[karrio]', and beside it the package of each "
            "courier, such as karrio-ups; or use kind: file under carriers: in config.yaml."
        ) from missing
    return library


@dataclass(frozen=True, slots=True, kw_only=True)
class Karrio:
    """The provider. `accounts` holds, by Karrio's name of a courier, the settings of the account as JSON text."""

    name: str
    accounts: Mapping[str, str] = field(repr=False)
    zone: str
    load: Callable[[], Any] = load_karrio
    batch_size: int = 10
    min_interval: timedelta = timedelta(seconds=1)

    def supports(self, carrier: CarrierRule | None) -> bool:
        """Carriers with a code for Karrio in carriers.yaml, and an account here."""
        return carrier is not None and carrier.codes.get("karrio") in self.accounts

    def register(self, parcels: Sequence[Parcel]) -> Iterator[Answer]:
        """Couriers need not be told of their own parcels."""
        return self.fetch(parcels)

    def fetch(self, parcels: Sequence[Parcel]) -> Iterator[Answer]:
        """One answer for each parcel; each courier is asked by itself."""
        fit, odd = askable(parcels, self.name)
        yield from odd
        for courier in dict.fromkeys(_code(parcel) for parcel in fit):
            mine = [parcel for parcel in fit if _code(parcel) == courier]
            try:
                yield from answers_of(mine, self._ask(courier, mine), self.name)
            except NotAnswered as problem:
                yield from all_failed(mine, problem)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[TrackResult, ...]:  # noqa: ARG002 - the protocol's
        """The library receives no calls."""
        raise WebhookRefused(f"{self.name} sends no webhooks.")

    def _ask(self, courier: str, parcels: Sequence[Parcel]) -> list[TrackResult]:
        try:
            library = self.load()
            gateway = library.gateway[courier].create(json.loads(self.accounts[courier]))
            request = {"tracking_numbers": [parcel.asked for parcel in parcels]}
            details, messages = library.Tracking.fetch(request).from_(gateway).parse()
        except UsageError as missing:
            raise NotAnswered("key", str(missing)) from missing
        except (
            Exception
        ) as problem:  # a foreign library: whatever it raises is its outage, and named
            words = f"{self.name} could not ask {courier} ({type(problem).__name__})."
            raise NotAnswered("outage", words) from problem
        if not details and messages:
            words = f"{self.name} got no answer of {courier}; it says {_said(messages[0])}."
            raise NotAnswered("outage", words)
        carrier = parcels[0].carrier
        return [self._result(vars_of(each), carrier) for each in details or ()]

    def _result(self, told: Mapping[str, Any], carrier: CarrierRule | None) -> TrackResult:
        events = sorted(self._events(told, carrier), key=lambda event: event.at)
        last = events[-1] if events else None
        state = _STATUSES.get(text(told, "status"), "unknown")
        if last is not None and state not in {"delivered", "returned"}:
            state = last.state if last.state != "unknown" else state
        delivered = next((e.at for e in reversed(events) if e.state == "delivered"), None)
        return TrackResult(
            asked=squeeze(text(told, "tracking_number")), state=state, text=last.text if last else "",
            eta=day_or_moment(told, "estimated_delivery", self.zone),
            delivered_at=delivered if state == "delivered" else None, events=tuple(events),
        )  # fmt: skip

    def _events(self, told: Mapping[str, Any], carrier: CarrierRule | None) -> Iterator[TrackEvent]:
        for each in map(vars_of, told.get("events") or ()):
            stamp = {"at": _without_zone(text(each, "timestamp")) or _joined(each)}
            at = moment(stamp, "at", self.zone)[0]
            if at is None:
                continue
            own = carrier.words.get(fold(text(each, "code"))) if carrier is not None else None
            state = own or _STATUSES.get(text(each, "status"), "unknown")
            yield TrackEvent(at=at, state=state, text=text(each, "description"), at_is_local=True)


def vars_of(thing: Any) -> Mapping[str, Any]:
    """The fields of one of the library's objects."""
    return thing if isinstance(thing, dict) else dict(getattr(thing, "__dict__", {}))


def _said(message: Any) -> str:
    """What a courier says is wrong, without anything of the account."""
    return text(vars_of(message), "code") or "nothing of use"


def _without_zone(stamp: str) -> str:
    """The time as it stands on the courier's clock: the zone that Karrio writes behind it is made up."""
    return stamp.removesuffix("Z").partition("+")[0]


def _joined(event: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (text(event, "date"), text(event, "time"))))


def _code(parcel: Parcel) -> str:
    return parcel.carrier.codes.get("karrio", "") if parcel.carrier is not None else ""
