"""Gathers what `explain` tells of one message or one pass, from the store alone."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, Literal

from sheetsync.domain.explain.case import Explanation
from sheetsync.domain.explain.mail import MailCase, explain_mail
from sheetsync.domain.explain.one_pass import PassCase, explain_pass
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import RulesError, UsageError
from sheetsync.rulebook import load_packed
from sheetsync.worker.workshop import Workshop

_NUMBERED: Final = re.compile(r"(mail|pass)[\s:#]*(\d{1,18})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants explained: an order by its ID, a message by number or Message-ID, a pass."""

    kind: Literal["order", "mail", "pass"]
    ref: str


def what_is_asked(text: str) -> Asked:
    """`pass 25`, `mail 3`, `<id@domain>`; everything else is an order."""
    wanted = text.strip()
    numbered = _NUMBERED.fullmatch(wanted)
    if numbered:
        return Asked("mail" if numbered[1].lower() == "mail" else "pass", numbered[2])
    if wanted.startswith("<") and "@" in wanted:
        return Asked("mail", wanted)
    return Asked("order", wanted)


def explain_one_mail(shop: Workshop, ref: str, at: datetime) -> Explanation:
    """Why a message was sent and what became of it; raises UsageError for an unknown one."""
    store, tracker = shop.store, shop.state.id
    record = store.mail_record(tracker, int(ref) if ref.isdecimal() else ref)
    if record is None:
        raise UsageError(
            f"The store knows no mail {ref}. Mails are numbered in sheetsync history ORDER, and the "
            "Message-ID stands in the mail itself, in the form <...@...>."
        )
    return explain_mail(
        MailCase(
            row=record.row, orders=record.orders, events=record.events,
            escalations=record.escalations, timezone=shop.timezone, at=at,
        )
    )  # fmt: skip


def explain_one_pass(shop: Workshop, number: int, at: datetime) -> Explanation:
    """What a pass saw, decided and wrote; raises StoreError for an unknown one."""
    record = shop.store.pass_lines(shop.state.id, number)
    return explain_pass(
        PassCase(
            line=asdict(record.line), changes=record.changes, events=record.events,
            escalations=record.escalations, messages=record.messages,
            rules=_rules_of_then(shop, record.line.rules_hash, at), timezone=shop.timezone, at=at,
        )
    )  # fmt: skip


def _rules_of_then(shop: Workshop, digest: str, at: datetime) -> Rulebook:
    """The rules under which the pass decided, as kept; those of now where they are not."""
    now = shop.rules(at).rules
    if now.hash == digest:
        return now
    packed = shop.store.rules_by_hash(shop.state.id, digest)
    try:
        return load_packed(packed) if packed else now
    except RulesError:
        return now
