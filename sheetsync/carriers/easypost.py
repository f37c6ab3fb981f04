"""EasyPost over REST, v2: `GET` and `POST /trackers`, the key as a bearer token, pages by `before_id`.

Paths, parameters, the webhook's signature and the statuses were read in its own client library (easypost 10.7.0) and on
its pages; no account was used. The words of `status_detail` are believed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sheetsync.carriers.asking import Asker, NotAnswered
from sheetsync.carriers.matching import all_failed, answers_of, askable, in_halves, refused
from sheetsync.carriers.parcels import Answer, Parcel, TrackEvent, TrackResult
from sheetsync.carriers.provider import WebhookRefused
from sheetsync.carriers.signatures import signed_content
from sheetsync.carriers.untrusted import day_or_moment, group, groups, moment, text
from sheetsync.domain.parcels.numbers import squeeze
from sheetsync.domain.parcels.states import ParcelState
from sheetsync.domain.rules import CarrierRule
from sheetsync.domain.texts import fold, quoted

BASE_URL: Final = "https://api.easypost.com/v2"
_BATCH: Final = 50
_PAGES: Final = 10
_STATUSES: Final[Mapping[str, ParcelState]] = {
    "pre_transit": "info_received", "in_transit": "in_transit", "out_for_delivery": "out_for_delivery",
    "available_for_pickup": "ready_for_pickup", "delivered": "delivered", "return_to_sender": "returned",
    "failure": "failed_attempt", "error": "exception", "cancelled": "cancelled", "unknown": "unknown",
}  # fmt: skip
_DETAILS: Final[Mapping[str, ParcelState]] = {
    "damaged": "damaged", "delayed": "delayed", "weather_delay": "delayed", "held": "on_hold", "lost": "lost",
    "missorted": "misrouted", "refused": "returned", "return": "returned", "transit_exception": "exception",
    "delivery_exception": "exception", "expired": "expired",
}  # fmt: skip
_BEFORE_THE_END: Final = frozenset({"in_transit", "out_for_delivery", "failed_attempt", "exception", "unknown"})  # fmt: skip
"""Only these are made finer by a detail: a parcel that has arrived is not delayed any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EasyPost:
    """The provider. `zone` is where times without a time zone are taken to be."""

    name: str
    asker: Asker
    zone: str
    webhook_secret: str = field(default="", repr=False)
    batch_size: int = _BATCH
    min_interval: timedelta = timedelta(seconds=1)

    def supports(self, carrier: CarrierRule | None) -> bool:
        """Carriers that have a code for EasyPost in carriers.yaml."""
        return carrier is not None and "easypost" in carrier.codes

    def fetch(self, parcels: Sequence[Parcel]) -> Iterator[Answer]:
        """One answer for each parcel."""
        fit, odd = askable(parcels, self.name)
        yield from odd
        for start in range(0, len(fit), _BATCH):
            part = fit[start : start + _BATCH]
            try:
                yield from in_halves(part, self._ask, self.name)
            except NotAnswered as problem:
                yield from all_failed(part, problem)

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
        """An Event about a Tracker: hex HMAC-SHA256 of the raw body in `X-Hmac-Signature`."""
        content = signed_content(
            headers, body, header="X-Hmac-Signature", form="hex", prefix="hmac-sha256-hex=",
            secret=unicodedata.normalize("NFKD", self.webhook_secret),
        )  # fmt: skip
        told = group(content, "result")
        if not text(told, "tracking_code"):
            raise WebhookRefused("The call names no tracking code.")
        return (self._result(told),)

    def _ask(self, parcels: Sequence[Parcel]) -> Iterator[Answer] | None:
        codes = {parcel.asked: _code(parcel) for parcel in parcels}
        results: list[TrackResult] = []
        before = ""
        for _ in range(_PAGES):
            more = {"before_id": before} if before else {}
            reply = self.asker.get(
                "/trackers", {"tracking_codes[]": list(codes), "page_size": "100", **more}
            )
            if reply.status in {400, 422}:
                return None
            if reply.status != 200:
                raise NotAnswered(
                    "outage", f"{self.name} answers {reply.status}; correct base_url."
                )
            page = list(groups(reply.content, "trackers"))
            for told in page:
                result = self._result(told)
                if fold(codes.get(result.asked, "")) == fold(text(told, "carrier")):
                    results.append(result)
            last = text(page[-1], "id") if page else ""
            if group(reply.content).get("has_more") is not True or not last or last == before:
                break
            before = last
        return answers_of(parcels, results, self.name)

    def _registered(self, parcel: Parcel) -> Answer:
        tracker = {"tracking_code": parcel.asked, "carrier": _code(parcel)}
        reply = self.asker.post("/trackers", {"tracker": tracker})
        told = group(reply.content)
        if reply.status in {200, 201} and squeeze(text(told, "tracking_code")) == parcel.asked:
            return self._result(told)
        why = text(group(reply.content, "error"), "message") or f"it answers {reply.status}"
        return refused(parcel, f"{self.name} will not follow {quoted(parcel.number)}: {quoted(why, 120)}.")  # fmt: skip

    def _result(self, told: Mapping[str, Any]) -> TrackResult:
        events = sorted(self._events(told), key=lambda event: event.at)
        state = _state(told)
        delivered = next((e.at for e in reversed(events) if e.state == "delivered"), None)
        return TrackResult(
            asked=squeeze(text(told, "tracking_code")), state=state, text=events[-1].text if events else "",
            eta=_eta(told, self.zone),
            delivered_at=delivered if state == "delivered" else None, events=tuple(events),
        )  # fmt: skip

    def _events(self, told: Mapping[str, Any]) -> Iterator[TrackEvent]:
        for each in groups(told, "tracking_details"):
            at, local = moment(each, "datetime", self.zone)
            if at is not None:
                words = text(each, "message") or text(each, "description")
                yield TrackEvent(at=at, state=_state(each), text=words, at_is_local=local)


def _state(told: Mapping[str, Any]) -> ParcelState:
    state = _STATUSES.get(text(told, "status"), "unknown")
    detail = _DETAILS.get(text(told, "status_detail"))
    return detail if detail is not None and state in _BEFORE_THE_END else state


def _eta(told: Mapping[str, Any], zone: str) -> datetime | date | None:
    """The day or moment of delivery; midnight UTC is how it writes a day."""
    eta = day_or_moment(told, "est_delivery_date", zone)
    return eta.date() if isinstance(eta, datetime) and eta.time() == time() else eta


def _code(parcel: Parcel) -> str:
    return parcel.carrier.codes.get("easypost", "") if parcel.carrier is not None else ""
