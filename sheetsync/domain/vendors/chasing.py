"""What our own people are told of a vendor who does not answer: in the mails of the escalation ladder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sheetsync.domain.escalation.grouping import Item, Mailbag, group
from sheetsync.domain.escalation.people import recipients_of
from sheetsync.domain.escalation.speakable import Speakable, order_words
from sheetsync.domain.rules import VendorStep
from sheetsync.domain.vendors.memory import VENDOR
from sheetsync.domain.vendors.scene import Scene
from sheetsync.domain.wording import duration_words

POLICY: Final = "vendors"
NEXT_STEP: Final = "Ask the vendor and fill in the answer, or choose another vendor."


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """One order whose vendor has not answered, at the step of the rules that falls due now."""

    row: int
    order: str
    epoch: int
    level: int
    step: VendorStep
    asked_at: datetime
    allowed: timedelta


def tell_people(scene: Scene, silent: Sequence[Silent], mails_today: int) -> Mailbag:
    """The mails to our own people, one to each; nobody is named for a step that is the vendor's alone."""
    speakable = Speakable.of(scene.rules, scene.companions)
    items = [item for each in silent if (item := _item(scene, each, speakable)).recipients]
    limits = scene.rules.escalation
    shared = {"as_of": scene.words(scene.now), "remarks": []}
    return group(
        items, shared, per_pass=limits.max_emails_per_pass, per_day=limits.max_emails_per_day,
        mails_today=mails_today,
    )  # fmt: skip


def _item(scene: Scene, each: Silent, speakable: Speakable) -> Item:
    def cell(key: str) -> str:
        return scene.text(key, each.row)

    titles = {key: column.title for key, column in scene.rules.columns.items()}
    who = tuple(name for name in each.step.who if name != VENDOR)
    due = each.asked_at + each.allowed
    over = (scene.now - due).total_seconds()
    facts = {
        "order": order_words(each.order, int(scene.orders.frame["row"].to_numpy()[each.row])),
        "row": int(scene.orders.frame["row"].to_numpy()[each.row]),
        "stage": "Answer of the vendor",
        "state": "Breached" if over >= 0 else "At risk",
        "since": scene.words(each.asked_at),
        "limit": duration_words(each.allowed.total_seconds()),
        "due": scene.words(due),
        "over": duration_words(over) if over > 0 else "",
        "left": duration_words(-over) if over <= 0 else "",
        "counted_in": "clock time",
        "handler": speakable.handler(cell("handler")),
        "vendor": speakable.vendor(cell("vendor")),
        "vendor_contact": speakable.vendor_contact(cell("vendor")),
        "priority": speakable.priority(cell("priority")),
        "next_step": NEXT_STEP,
        "policy_source": str(each.step.source),
    }
    people = scene.rules.escalation.people
    return Item(
        key=f"{each.order}|{POLICY}|{each.epoch}|{each.level}",
        order_id=each.order,
        policy=POLICY,
        stay=str(each.epoch),
        level=each.level,
        repeat=0,
        skipped=(),
        channel="email",
        recipients=recipients_of(who, people, cell, titles, scene.companions) if who else (),
        facts=facts,
        weight=(0 if over >= 0 else 1, -over, each.order),
        max_rows=50,
    )
