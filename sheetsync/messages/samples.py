"""Invented facts for each kind of message: to look at templates before they meet a customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sheetsync.messages.kinds import CUSTOMER_KINDS, VENDOR_KINDS

SAMPLE_MOMENT: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""When the sample letters are dated."""

_ORDER: Final = "#SP-20491"
_LINES: Final = (
    {"sku": "KT-1700-SS", "product": "Stovetop kettle, 1.7 litres", "quantity": "1"},
    {"sku": "MG-0350-BL", "product": "Stoneware mug, blue", "quantity": "4"},
)
_GERMAN: Final[Mapping[str, Any]] = {
    "lines": [
        {"sku": "KT-1700-SS", "product": "Flötenkessel, 1,7 Liter", "quantity": "1"},
        {"sku": "MG-0350-BL", "product": "Becher aus Steingut, blau", "quantity": "4"},
    ],
    "customer_name": "Jörg Weiß",
    "delay_cause": "Sturm auf der Strecke",
    "next_step": "FastTrack kommt am Dienstag zwischen 9 und 12 Uhr wieder.",
    "alternatives": ["Ein ähnlicher Kessel, 1,5 Liter, sofort lieferbar", "Ihr Geld zurück"],
    "preferences": "als Geschenk verpacken",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """One invented message, such as an outbox might hold."""

    dedupe_key: str
    kind: str
    audience: str
    recipient: str
    recipient_name: str
    context: Mapping[str, Any] = field(repr=False)
    orders: tuple[str, ...] = (_ORDER,)
    message_id: str = ""
    subject: str = ""
    level: int = 0


def sample(kind: str, locale: str = "en") -> SampleRow:
    """The sample message of `kind` for a reader of `locale`."""
    facts = sample_facts(kind, locale)
    vendor = kind in VENDOR_KINDS
    audience = "customer" if kind in CUSTOMER_KINDS else "vendor" if vendor else "staff"
    names = {"customer": facts.get("customer_name", ""), "vendor": "Naledi", "staff": "Lerato"}
    return SampleRow(
        dedupe_key=f"sample|{kind}|{locale}",
        kind=kind,
        audience=audience,
        recipient=f"{audience}@example.org",
        recipient_name=str(names[audience]),
        context=facts,
        level=1 if kind == "escalation" else 0,
    )


def sample_facts(kind: str, locale: str = "en") -> dict[str, Any]:
    """The facts that the sample message of `kind` is made of."""
    if kind in CUSTOMER_KINDS:
        facts = _customer()
    elif kind in VENDOR_KINDS:
        facts = _vendor(2 if kind == "vendor_digest" else 1)
    else:
        facts = _staff(kind)
    return {**_in_language(facts, locale), "locale": locale, "timezone": "Africa/Johannesburg"}


def _in_language(facts: dict[str, Any], locale: str) -> dict[str, Any]:
    if not locale.lower().startswith("de"):
        return facts
    german = {key: _GERMAN.get(key, value) for key, value in facts.items()}
    if "assignments" in facts:
        german["assignments"] = [
            {key: _GERMAN.get(key, value) for key, value in entry.items()}
            for entry in facts["assignments"]
        ]
    return german


def _customer() -> dict[str, Any]:
    return {
        "order_id": _ORDER,
        "customer_name": "Ann Mokoena",
        "lines": list(_LINES),
        "ordered_on": "2026-03-02",
        "carrier": "FastTrack",
        "tracking_number": "FT239845Z",
        "tracking_link": "https://fasttrack.example/t/FT239845Z",
        "eta": "2026-03-05/2026-03-06",
        "new_eta": "2026-03-10",
        "delay_cause": "a storm on the way",
        "next_step": "FastTrack comes again on Tuesday between 9 and 12.",
        "alternatives": ["A similar kettle, 1.5 litres, in stock now", "Your money back"],
        "dispatched_on": "2026-03-03",
        "delivered_on": "2026-03-05T11:20:00+02:00",
    }


def _vendor(count: int) -> dict[str, Any]:
    entries = [
        {
            "order_id": order,
            "lines": list(_LINES),
            "ship_by": "2026-03-04",
            "preferences": "wrap as a gift",
            "ship_to": ["Ann Mokoena", "12 Long Street", "8001 Cape Town"],
            "state": "",
        }
        for order in (_ORDER, "#SP-20502")
    ]
    return {
        "vendor": "Karoo Stoneware",
        "code": "SP-20491 V7-x3k9",
        "confirm_by": "2026-03-03",
        "assignments": entries[:count],
        "contact_name": "Sipho Dlamini",
        "contact_email": "vendors@example.org",
        "contact_phone": "+27 21 555 0101",
    }


def _staff(kind: str) -> dict[str, Any]:
    rows = [
        {
            "order": _ORDER, "stage": "Packing", "state": "Breached", "since": "Mon 09:03", "limit": "4 h",
            "due": "Mon 13:03", "over": "2 h 27 min", "handler": "Thabo", "customer": "Ann Mokoena",
            "next_step": "Pack and tick Packed, or put the order on hold with a note.",
            "counted_in": "open hours", "priority": "Expedited",
        },
        {
            "order": "#SP-20502", "stage": "Dispatch", "state": "At risk", "since": "Mon 11:10", "limit": "3 h",
            "due": "Mon 14:10", "left": "40 min", "handler": "", "next_step": "Hand it to the carrier.",
        },
    ]  # fmt: skip
    facts: dict[str, Any] = {"as_of": "Mon 2 Mar 15:30", "tracker": "Orders Johannesburg"}
    match kind:
        case "digest":
            facts |= {"day": "2026-03-02", "counts": _COUNTS, "sections": _sections(rows)}
        case "escalation":
            facts |= {"rows": rows, "more": 0}
        case "suppressed":
            facts |= {
                "count": 3,
                "limit": 50,
                "scope": "today",
                "orders": [_ORDER, "#SP-20502"],
                "more": 1,
            }
        case _:
            words = "12 of 48 orders are gone from the sheet, more than the limit of 20%."
            facts |= {"problems": [words], "since": "Mon 2 Mar 08:00"}
    return facts


_COUNTS: Final = {"open": 48, "at_risk": 1, "breached": 1, "no_update": 1, "waiting": 2}


def _sections(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    late, soon = ({**row, "text": text} for row, text in zip(
        rows, ("2 h 27 min past its limit", "40 min left"), strict=True))  # fmt: skip
    silent = {"order": "#SP-20477", "stage": "Transit", "text": "no news from FastTrack for 3 days",
              "next_step": "Ask FastTrack where it is."}  # fmt: skip
    return [
        {"kind": "breached", "rows": [late], "more": 0},
        {"kind": "at_risk", "rows": [soon], "more": 0},
        {"kind": "no_update", "rows": [silent], "more": 0},
    ]
