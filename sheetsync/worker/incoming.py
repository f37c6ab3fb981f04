"""What is done about a mail that came in: each once for ever, whatever is killed in between.

A letter that came back for good bars its address and gives somebody a task; what a person wrote about an order is
kept in Follow-ups, with the task to answer it. A machine's word is passed by.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from sheetsync.domain.followups.model import BOUNCED, INQUIRY, MOST_TEXT, FollowUp
from sheetsync.messages.addresses import one_line
from sheetsync.messages.inbox.bounces import Bounce
from sheetsync.messages.inbox.incoming import Incoming
from sheetsync.store.inbound import KEPT, Action
from sheetsync.store.outbox import Outbox, OutboxRow
from sheetsync.store.store import Store
from sheetsync.store.trackers import TrackerState
from sheetsync.worker.vendor_answers import ReplyMail, take_reply

BOUNCE: Final = "bounce"
Became: TypeAlias = Literal["bounced", "delayed", "vendor", "inquiry", "known", "passed"]
_TOKEN: Final = re.compile(r"#?[^\W_][\w/-]{1,60}")
_QUOTED: Final = re.compile(
    r"^\s*>|^\s*-{2,}\s*original message|^\s*(?:on|am)\b.{4,200}\b(?:wrote|schrieb)\b",
    re.IGNORECASE,
)
_CANDIDATES: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one mail; `words` is a line to tell, "" for none."""

    became: Became
    words: str = ""


def take(store: Store, state: TrackerState, mail: Incoming, now: datetime) -> Taken:
    """Keep what a mail says; the same mail again changes nothing."""
    if mail.kind == "machine":
        return Taken(became="passed")
    outbox = store.outbox(state.id)
    if mail.bounce is not None:
        return _returned(store, state, outbox, mail, mail.bounce, now)
    reply = ReplyMail(message_id=mail.identity, subject=mail.subject, text=mail.text, at=now)
    answers = take_reply(store, state, reply)
    if answers:
        new = [answer for answer in answers if answer.outcome != "known"]
        kept = sum(answer.outcome == "kept" for answer in new)
        words = f"A vendor answered by mail: {kept} kept, {len(new) - kept} refused." if new else ""
        return Taken(became="vendor", words=words)
    return _asked(store, state, outbox, mail, now)


def _returned(  # noqa: PLR0917 - what is known, then the mail
    store: Store, state: TrackerState, outbox: Outbox, mail: Incoming, bounce: Bounce, now: datetime
) -> Taken:
    rows = outbox.with_message_ids(bounce.message_ids)
    if not rows:
        return Taken(became="passed")  # not a letter of ours, or a report that somebody made up
    row = rows[0]
    why = " ".join(part for part in (bounce.status, bounce.words) if part)
    told = f"It came back{f': {why}' if why else '.'}"
    if bounce.permanent:
        _bar(store, state, outbox, row, told, now)
    elif not _keep(store, state, mail, BOUNCE, row.orders, now, {"outbox": row.id, "words": told}):
        return Taken(became="known")
    else:
        outbox.record(row.id, "delayed", f"It is late: {why}" if why else "It is late.", now)
        return Taken(became="delayed")
    if not _keep(store, state, mail, BOUNCE, row.orders, now, {"outbox": row.id, "words": told}):
        return Taken(became="known")
    return Taken(
        became="bounced",
        words=f"A letter about {', '.join(row.orders[:3])} came back ({bounce.status or 'for good'}).",
    )


def _bar(  # noqa: PLR0917 - what is known, then why
    store: Store, state: TrackerState, outbox: Outbox, row: OutboxRow, told: str, now: datetime
) -> None:
    """Send nothing more there, and have somebody find the right address. Doing so twice changes nothing."""
    outbox.suppress(row.channel, row.recipient, told, now)
    outbox.settle(row.id, from_state="sent", to_state="failed", now=now, detail=told)
    for order in row.orders[:1]:
        task = FollowUp(
            key=f"{BOUNCED}|{row.message_id.strip('<>')}", kind="task", order_id=order, at=now, channel="email",
            direction="out", reason=BOUNCED,
            text=f"A letter to this {row.audience} came back. Find the right address and correct it. {told}",
        )  # fmt: skip
        store.follow_ups(state.id).log(task)


def _asked(
    store: Store, state: TrackerState, outbox: Outbox, mail: Incoming, now: datetime
) -> Taken:
    order = _order_of(outbox, mail)
    if not order:
        return Taken(
            became="passed"
        )  # about no order of this tracker: it stays for people in the mailbox
    said = own_words(mail.text) or mail.subject
    payload = {"from": mail.sender, "subject": mail.subject, "text": said, "channel": "email"}
    key = _key(mail)
    book = store.follow_ups(state.id)
    book.log(
        FollowUp(key=f"{key}|said", kind="said", order_id=order, at=now, who=mail.sender, channel="email",
                 direction="in", text=said)
    )  # fmt: skip
    book.log(
        FollowUp(key=f"{key}|task", kind="task", order_id=order, at=now, channel="email", direction="out",
                 reason=INQUIRY, text=f"Answer the mail about {order}: {one_line(mail.subject, 120)}")
    )  # fmt: skip
    if not _keep(store, state, mail, INQUIRY, (order,), now, payload):
        return Taken(became="known")
    return Taken(became="inquiry", words=f"Somebody wrote about {order}; it stands in Follow-ups.")


def _order_of(outbox: Outbox, mail: Incoming) -> str:
    """The order that a mail is about: by the letter that it answers, else by its subject."""
    for row in outbox.with_message_ids(mail.answers):
        if len(row.orders) == 1:
            return row.orders[0]
    found = outbox.orders_among(list(dict.fromkeys(_candidates(mail.subject)))[:_CANDIDATES])
    return found[0] if len(found) == 1 else ""


def _candidates(subject: str) -> Iterator[str]:
    for token in _TOKEN.findall(subject):
        yield token
        yield f"#{token}" if not token.startswith("#") else token[1:]


def own_words(text: str) -> str:
    """What the sender wrote, without what they quote."""
    lines: list[str] = []
    for line in text.splitlines()[:400]:
        if _QUOTED.match(line):
            break
        lines.append(line.rstrip())
    return "\n".join(lines).strip()[:MOST_TEXT]


def _keep(  # noqa: PLR0917 - where, then what
    store: Store, state: TrackerState, mail: Incoming, kind: str, orders: tuple[str, ...], now: datetime,
    payload: Mapping[str, object],
) -> bool:  # fmt: skip
    action = Action(
        action_key=_key(mail),
        kind=kind,
        order_id=orders[0] if orders else "",
        payload=payload,
        at=now,
        state=KEPT,
    )
    return store.inbound(state.id).take(action)


def _key(mail: Incoming) -> str:
    digest = hashlib.sha256(mail.identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"mail|{digest}"
