"""AfterShip over REST, version 2026-07: `GET` and `POST /trackings`, header `as-api-key`, pages by cursor.

Paths, fields, limits and error codes were read in its own client library (aftership-tracking-sdk 10.0.1); no
account was used. Its subtags beyond those that its pages name are believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sheetsync.carriers.asking import Asker, NotAnswered
from sheetsync.carriers.matching import all_failed, answers_of, askable, in_halves, refused
from sheetsync.carriers.parcels import Answer, Parcel, TrackError, TrackEvent, TrackResult
from sheetsync.carriers.provider import WebhookRefused
from sheetsync.carriers.signatures import signed_content
from sheetsync.carriers.untrusted import day_or_moment, group, groups, moment, text
from sheetsync.domain.parcels.numbers import squeeze
from sheetsync.domain.parcels.states import ParcelState
from sheetsync.domain.rules import CarrierRule
from sheetsync.domain.texts import quoted

BASE_URL: Final = "https://api.aftership.com/tracking/2026-07"
_BATCH: Final = 50
_PAGES: Final = 10
_ALREADY: Final = 4003
_TAGS: Final[Mapping[str, ParcelState]] = {
    "Pending": "unknown", "InfoReceived": "info_received", "InTransit": "in_transit",
    "OutForDelivery": "out_for_delivery", "AttemptFail": "failed_attempt", "Delivered": "delivered",
    "AvailableForPickup": "ready_for_pickup", "Exception": "exception", "Expired": "expired",
}  # fmt: skip
_SUBTAGS: Final[Mapping[str, ParcelState]] = {
    "Exception_003": "returned", "Exception_004": "delayed", "Exception_005": "delayed",
    "Exception_006": "on_hold", "Exception_010": "returned", "Exception_011": "returned",
    "Exception_012": "damaged", "Exception_013": "lost", "Exception_016": "delayed",
    "Exception_017": "delayed", "Exception_018": "on_hold",
}  # fmt: skip
"""Delays are those of customs, outside causes, processing and weather; held are payment and papers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterShip:
    """The provider. `zone` is where times without a time zone are taken to be."""

    name: str
    asker: Asker
    zone: str
    webhook_secret: str = field(default="", repr=False)
    batch_size: int = _BATCH
    min_interval: timedelta = timedelta(seconds=1)

    def supports(self, carrier: CarrierRule | None) -> bool:
        """Carriers that have a code for AfterShip in carriers.yaml."""
        return carrier is not None and "aftership" in carrier.codes

    def fetch(self, parcels: Sequence[Parcel]) -> Iterator[Answer]:
        """One answer for each parcel."""
        fit, odd = askable(parcels, self.name)
        yield from odd
        for start in range(0, len(fit), _BATCH):
            yield from self._batch(fit[start : start + _BATCH])

    def register(self, parcels: Sequence[Parcel]) -> Iterator[Answer]:
        """Ask it to follow these: only number and carrier are told, nothing of the customer."""
        fit, odd = askable(parcels, self.name)
        yield from odd
        for n, parcel in enumerate(fit):
            try:
                yield self._registered(parcel)
            except NotAnswered as problem:
                yield from all_failed(fit[n:], problem)
                return

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[TrackResult, ...]:
        """A `tracking_update`: base64 HMAC-SHA256 of the raw body in `aftership-hmac-sha256`."""
        content = signed_content(
            headers, body, header="aftership-hmac-sha256", secret=self.webhook_secret, form="base64"
        )
        told = group(content, "msg")
        if not text(told, "tracking_number"):
            raise WebhookRefused("The call names no tracking number.")
        return (self._result(told),)

    def _batch(self, parcels: Sequence[Parcel]) -> Iterator[Answer]:
        try:
            yield from in_halves(parcels, self._ask, self.name)
        except NotAnswered as problem:
            yield from all_failed(parcels, problem)

    def _ask(self, parcels: Sequence[Parcel]) -> Iterator[Answer] | None:
        codes = {parcel.asked: _code(parcel) for parcel in parcels}
        numbers = ",".join(codes)
        results: list[TrackResult] = []
        cursor = ""
        for _ in range(_PAGES):
            more = {"cursor": cursor} if cursor else {}
            reply = self.asker.get(
                "/trackings", {"tracking_numbers": numbers, "limit": "100", **more}
            )
            if reply.status in {400, 422}:
                return None
            if reply.status != 200:
                raise NotAnswered(
                    "outage", f"{self.name} answers {reply.status}; correct base_url."
                )
            for told in groups(reply.content, "data", "trackings"):
                result = self._result(told)
                if codes.get(result.asked) == text(told, "slug"):
                    results.append(result)
            page = group(reply.content, "data", "pagination")
            after = text(page, "next_cursor")
            if page.get("has_next_page") is not True or not after or after == cursor:
                break
            cursor = after
        return answers_of(parcels, results, self.name)

    def _registered(self, parcel: Parcel) -> Answer:
        reply = self.asker.post(
            "/trackings", {"tracking_number": parcel.asked, "slug": _code(parcel)}
        )
        data = group(reply.content, "data")
        told = group(data, "tracking") or data
        if reply.status in {200, 201} and squeeze(text(told, "tracking_number")) == parcel.asked:
            return self._result(told)
        if reply.status in {200, 201} or group(reply.content, "meta").get("code") == _ALREADY:
            words = f"{self.name} follows {quoted(parcel.number)} and knows nothing yet."
            return TrackError(asked=parcel.asked, trouble="not_known", sentence=words)
        why = text(group(reply.content, "meta"), "message") or f"it answers {reply.status}"
        return refused(parcel, f"{self.name} will not follow {quoted(parcel.number)}: {quoted(why, 120)}.")  # fmt: skip

    def _result(self, told: Mapping[str, Any]) -> TrackResult:
        events = sorted(self._events(told), key=lambda event: event.at)
        state = _state(told)
        if told.get("return_to_sender") is True:
            state = "returned"
        delivered = moment(told, "shipment_delivery_date", self.zone)[0]
        if delivered is None and state == "delivered":
            delivered = next((e.at for e in reversed(events) if e.state == "delivered"), None)
        return TrackResult(
            asked=squeeze(text(told, "tracking_number")), state=state,
            text=(events[-1].text if events else "") or text(told, "subtag_message"),
            eta=self._eta(told), delivered_at=delivered if state == "delivered" else None,
            events=tuple(events),
        )  # fmt: skip

    def _events(self, told: Mapping[str, Any]) -> Iterator[TrackEvent]:
        for each in groups(told, "checkpoints"):
            at, local = moment(each, "checkpoint_time", self.zone)
            if at is not None:
                words = text(each, "message") or text(each, "subtag_message")
                yield TrackEvent(at=at, state=_state(each), text=words, at_is_local=local)

    def _eta(self, told: Mapping[str, Any]) -> Any:
        latest = group(told, "latest_estimated_delivery")
        carriers = group(told, "courier_estimated_delivery_date")
        return (
            day_or_moment(latest, "datetime", self.zone)
            or day_or_moment(latest, "datetime_max", self.zone)
            or day_or_moment(carriers, "estimated_delivery_date", self.zone)
        )


def _state(told: Mapping[str, Any]) -> ParcelState:
    subtag = _SUBTAGS.get(text(told, "subtag"))
    return subtag or _TAGS.get(text(told, "tag"), "unknown")


def _code(parcel: Parcel) -> str:
    return parcel.carrier.codes.get("aftership", "") if parcel.carrier is not None else ""
