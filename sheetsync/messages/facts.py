"""The facts that a template sees: plain values only, each there, none longer than it may be.

Facts that a notice may lack get blank values here, so that the templates themselves can stay strict: a
misspelt name is an error, not a hole in a mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sheetsync.messages.addresses import one_line
from sheetsync.messages.kinds import CUSTOMER_KINDS, VENDOR_KINDS

ROW_FACTS: Final = (
    "order", "stage", "state", "text", "since", "limit", "due", "over", "handler", "next_step",
    "priority", "customer", "carrier", "vendor", "vendor_contact", "left", "counted_in", "status", "note",
)  # fmt: skip
_FACTS: Final[Mapping[str, Any]] = {
    "recipient_name": "", "subject": "", "level": 0, "rows": (), "more": 0, "tracker": "", "remarks": (),
    "count": 0, "limit": 0, "scope": "", "orders": (), "problems": (), "using": "", "since": "", "as_of": "", "audience": "",
    "locale": "", "timezone": "",
}  # fmt: skip
CUSTOMER_FACTS: Final[Mapping[str, int]] = {
    "order_id": 60, "customer_name": 80, "ordered_on": 60, "carrier": 60, "tracking_number": 60,
    "eta": 60, "new_eta": 60, "delay_cause": 300, "next_step": 400, "delivered_on": 60, "dispatched_on": 60,
    "tracking_link": 500, "feedback_link": 500, "unsubscribe": 60,
}  # fmt: skip
"""What a letter to a customer may tell, and how long each may be."""

VENDOR_FACTS: Final[Mapping[str, int]] = {
    "vendor": 80, "code": 60, "confirm_by": 60, "portal_link": 500,
    "contact_name": 80, "contact_email": 120, "contact_phone": 60,
}  # fmt: skip
"""What a letter to a vendor may tell beside its orders (`assignments`)."""

DIGEST_COUNTS: Final = ("open", "at_risk", "breached", "no_update", "waiting")
"""What the daily digest counts; each may also be a section of it, with rows."""

_LINE_FACTS: Final[Mapping[str, int]] = {"sku": 80, "product": 160, "quantity": 12}
_LONGEST: Final = 2_000
_ENTRIES: Final = 500
_LINES: Final = 40
_LINK: Final = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?([/?#][!#-&(-;=?-_a-z~]*)?")


def filled(kind: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """All the facts that templates of `kind` may name; what is missing is blank."""
    known = {**_FACTS, **{key: _plain(value) for key, value in facts.items()}}
    known["rows"] = _rows(known["rows"])
    if kind in CUSTOMER_KINDS:
        _fill_customer(known)
    elif kind in VENDOR_KINDS:
        _fill_vendor(known)
    elif kind == "digest":
        _fill_digest(known)
    return known


def safe_link(text: Any) -> str:
    """`text` when it is one https link that no mail program can misread, else ""."""
    link = str(text)
    return link if _LINK.fullmatch(link) else ""


def _fill_customer(known: dict[str, Any]) -> None:
    _shorten(known, CUSTOMER_FACTS)
    known["alternatives"] = [
        one_line(str(text), 200) for text in _listed(known.get("alternatives"))
    ][:10]
    known["lines"], known["more_lines"] = _lines(known.get("lines"))
    known["addressee"] = known["customer_name"]


def _fill_vendor(known: dict[str, Any]) -> None:
    _shorten(known, VENDOR_FACTS)
    known["addressee"] = one_line(str(known["recipient_name"]), 80) or known["vendor"]
    known["assignments"] = [
        _assignment(entry)
        for entry in _listed(known.get("assignments"))
        if isinstance(entry, Mapping)
    ]
    orders = [entry["order_id"] for entry in known["assignments"]]
    known["order_id"] = orders[0] if len(orders) == 1 else ""
    known["lines"], known["more_lines"] = [], 0


def _fill_digest(known: dict[str, Any]) -> None:
    counts = known.get("counts")
    told = counts if isinstance(counts, Mapping) else {}
    known["counts"] = {name: int(told.get(name) or 0) for name in DIGEST_COUNTS}
    known["day"] = one_line(str(known.get("day", "")), 40)
    known["sections"] = [
        {
            "kind": section["kind"],
            "rows": _rows(section.get("rows")),
            "more": int(section.get("more") or 0),
        }
        for section in _listed(known.get("sections"))
        if isinstance(section, Mapping) and section.get("kind") in DIGEST_COUNTS
    ]


def _rows(value: Any) -> list[dict[str, Any]]:
    return [
        {**dict.fromkeys(ROW_FACTS, ""), **row, "tells_handler": "handler" in row}
        for row in _listed(value)
        if isinstance(row, Mapping)
    ]


def _assignment(entry: Mapping[str, Any]) -> dict[str, Any]:
    """One order of a vendor's letter: only what concerns the vendor."""
    lines, more = _lines(entry.get("lines"))
    told = {
        name: one_line(str(entry.get(name, "")), longest)
        for name, longest in (
            ("order_id", 60),
            ("ship_by", 60),
            ("preferences", 300),
            ("state", 60),
            ("code", 80),
        )
    }
    ship_to = [one_line(str(line), 120) for line in _listed(entry.get("ship_to"))][:8]
    return {**told, "ship_to": ship_to, "lines": lines, "more_lines": more}


def _shorten(known: dict[str, Any], limits: Mapping[str, int]) -> None:
    for name, longest in limits.items():
        text = one_line(str(known.get(name, "")), longest)
        known[name] = safe_link(text) if name.endswith("_link") else text


def _lines(value: Any) -> tuple[list[dict[str, str]], int]:
    """The lines of an order, as many as a letter can show, and how many more there are."""
    lines = [
        {name: one_line(str(entry.get(name, "")), longest) for name, longest in _LINE_FACTS.items()}
        for entry in _listed(value)
        if isinstance(entry, Mapping)
    ]
    return lines[:_LINES], max(0, len(lines) - _LINES)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _plain(value: Any) -> Any:
    """Text, numbers, lists and mappings of those; a missing value is blank; long text is cut."""
    if value is None:
        return ""
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [_plain(entry) for entry in list(value)[:_ENTRIES]]
    return one_line(str(value), _LONGEST)
