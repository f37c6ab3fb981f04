"""One letter to one vendor: the orders in it with only this vendor's lines, each with the code that answers it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sheetsync.domain.companions import Vendor
from sheetsync.domain.escalation.speakable import name_words
from sheetsync.domain.milestones.quiet import next_loud
from sheetsync.domain.milestones.speakable import order_lines, order_number, person_name
from sheetsync.domain.model import Notice
from sheetsync.domain.moments import zone
from sheetsync.domain.vendors.codes import code_of
from sheetsync.domain.vendors.memory import VENDOR, Asked
from sheetsync.domain.vendors.scene import Scene, address_of, key_of, names_of
from sheetsync.domain.vendors.speakable import address_lines, preference, vendor_lines

DRAFT: Final = "Drafted: vendors in notifications.yaml says mode: draft. Release it to send it."
_MIDNIGHT: Final = "T00:00:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One order of a letter."""

    row: int
    order: str
    record: Asked


def lacking(scene: Scene, row: int, vendor: Vendor) -> str:
    """What a letter about this order cannot do without, in words; "" where nothing is lacking."""
    if not order_number(scene.order(row)):
        return "The Order ID does not look like one, so no letter can tell it. Correct it."
    if vendor.ships and scene.orders.has("ship_to"):
        text = scene.text("ship_to", row)
        if not text:
            return f"Fill in {scene.title('ship_to')}: this vendor ships to the customer."
        if not address_lines(text):
            return (
                f"{scene.title('ship_to')} does not look like an address, so it is not told. Write it in short lines "
                "parted by ; with letters, figures and commas only."
            )
    return ""


def letter(
    scene: Scene, kind: str, vendor: Vendor, members: Sequence[Member], confirm_by: datetime | None
) -> Notice:
    """The letter of this kind about these orders."""
    entries = entries_of(scene, vendor, members)
    address = address_of(vendor)
    zone_name = vendor.timezone or scene.timezone
    contact = {f"contact_{name}": text for name, text in scene.settings.contact.items()}
    context: dict[str, Any] = {
        "vendor": name_words(vendor.name),
        "vendor_key": key_of(vendor),
        "epochs": {each.order: each.record.epoch for each in members},
        "facts": facts_mark(entries, address),
        "assignments": entries,
        "code": entries[0]["code"] if len(entries) == 1 else "",
        "confirm_by": confirm_by.astimezone(zone(zone_name)).isoformat() if confirm_by else "",
        "locale": vendor.locale,
        "timezone": zone_name,
        **contact,
    }
    leaves = next_loud(scene.now, scene.settings.quiet, zone_name)
    notice = Notice(
        key=_key(kind, vendor, members),
        kind=kind,
        audience=VENDOR,
        channel="email",
        recipient=address,
        recipient_name=name_words(vendor.name),
        subject="",
        context=context,
        orders=tuple(each.order for each in members),
        not_before=leaves if leaves > scene.now else None,
    )
    if scene.settings.mode == "draft":
        return replace(notice, stands="held", reason=DRAFT)
    return notice


def entries_of(scene: Scene, vendor: Vendor, members: Sequence[Member]) -> list[dict[str, Any]]:
    """The orders as the letter tells of them: plain values."""
    return [_entry(scene, vendor, each) for each in members]


def facts_mark(entries: Sequence[Mapping[str, Any]], address: str) -> str:
    """Changes whenever a letter would say something else, or go to somebody else."""
    text = json.dumps([*entries, address], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _entry(scene: Scene, vendor: Vendor, member: Member) -> dict[str, Any]:
    row, record = member.row, member.record
    own = scene.lines.of(member.order, names_of(vendor)) if scene.lines is not None else None
    lines = order_lines(scene.text("skus", row)) if own is None else vendor_lines(own)
    ship_to = []
    if vendor.ships:
        parts = address_lines(scene.text("ship_to", row))
        name = person_name(scene.text("customer", row))
        ship_to = [*([name] if name and parts else []), *parts]
    secret = scene.before.secret
    code = ""
    if secret:
        code = code_of(secret, scene.tracker, member.order, record.vendor, record.epoch)
    return {
        "order_id": order_number(member.order),
        "lines": lines,
        "ship_by": _day(scene, "dispatch_by", row),
        "preferences": preference(scene.text("special_handling", row), scene.settings.preferences),
        "ship_to": ship_to,
        "state": "",
        "code": code,
    }


def _day(scene: Scene, key: str, row: int) -> str:
    """A day as it stands, or a moment with its offset from UTC; "" for none."""
    moment = scene.moment(key, row)
    if moment is None:
        return ""
    local = moment.astimezone(zone(scene.timezone))
    naive = local.replace(tzinfo=None).isoformat()
    return naive.removesuffix(_MIDNIGHT) if naive.endswith(_MIDNIGHT) else local.isoformat()


def _key(kind: str, vendor: Vendor, members: Sequence[Member]) -> str:
    """The key of a letter for ever: which assignments it is about, and how often they were written about before."""
    parts = sorted(f"{each.order}@{each.record.epoch}.{each.record.letters}" for each in members)
    text = "\n".join((key_of(vendor), *parts))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{kind}|{digest}"
