"""A vendor's answer by mail: proved by its code, kept once for ever, and handed to the sheet the way of every feed.

Whoever reads a mailbox hands each mail over here. What is proved waits among the news of feeds: the next pass
fills the cells, never over what a person typed, and says so where it could not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final, Literal

from sheetsync.domain.texts import quoted
from sheetsync.domain.vendors.codes import is_proved, order_key
from sheetsync.domain.vendors.memory import ANSWERS, Asked
from sheetsync.domain.vendors.replies import Answer, read_reply
from sheetsync.domain.vendors.scene import ANSWER, NOTE, SHIP_ON
from sheetsync.store.feed_rows import SaidRow
from sheetsync.store.feeds import FileLine
from sheetsync.store.inbound import KEPT, REFUSED, VENDOR_ANSWER, WAITING, Action
from sheetsync.store.memory import packed
from sheetsync.store.store import Store
from sheetsync.store.trackers import TrackerState

_NO_MAIL: Final = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyMail:
    """A mail as it was received: `message_id` tells it from all others, `at` is aware UTC."""

    message_id: str
    subject: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one answer in a mail: kept, known (the same mail was read before) or refused, and why."""

    order_id: str
    outcome: Literal["kept", "known", "refused"]
    words: str = ""


def take_reply(store: Store, state: TrackerState, mail: ReplyMail) -> tuple[Taken, ...]:
    """Keep every answer in a mail; () where there is none, so that the mail is for people to read.

    The same mail again changes nothing. A code that is not ours, or of an assignment that is over, is refused.
    """
    asked, secret = store.vendors_asked(state.id)
    names = {order_key(order): order for order in asked}
    taken = []
    for answer in read_reply(mail.subject, mail.text):
        order = names.get(order_key(answer.order), "")
        record = asked.get(order)
        epoch, words = _judged(answer, order, record, secret, state.uuid)
        action = _action(mail, answer, order, record, epoch, words)
        new = store.inbound(state.id).take(action)
        outcome: Literal["kept", "refused"] = "refused" if words else "kept"
        taken.append(
            Taken(order_id=order or answer.order, outcome=outcome if new else "known", words=words)
        )
    hand_over(store, state)
    return tuple(taken)


def hand_over(store: Store, state: TrackerState) -> int:
    """Put answers that wait among the news of feeds; how many. What a kill left behind is done here too."""
    inbound = store.inbound(state.id)
    waiting = inbound.in_state(VENDOR_ANSWER, WAITING)
    for action in waiting:
        if action.payload["cells"]:
            store.feeds(state.id).take(_line(action), [_row(action)])
        inbound.move(action.action_key, KEPT)
    return len(waiting)


def _judged(
    answer: Answer, order: str, record: Asked | None, secret: bytes, tracker: str
) -> tuple[int, str]:
    """The epoch that a code proves, and why the answer does not count; "" where it does."""
    if answer.problem:
        return 0, answer.problem
    if record is None or not record.vendor:
        return 0, "It names an order that we asked no vendor about."
    proved = [
        code for code in answer.codes if is_proved(code, secret, tracker, order, record.vendor)
    ]
    if any(code.epoch == record.epoch for code in proved) and not record.off:
        return record.epoch, ""
    if proved or any(code.epoch < record.epoch for code in answer.codes):
        return (
            0,
            "Its code is of an assignment that is over: the order was given to another vendor.",
        )
    if answer.codes:
        return 0, "Its code is not one of ours."
    return 0, "It has no code. Answer the letter itself and leave its subject as it is."


def _action(  # noqa: PLR0917 - the mail, then what was found in it
    mail: ReplyMail, answer: Answer, order: str, record: Asked | None, epoch: int, words: str
) -> Action:
    named = record.named if record is not None else ""
    text = "\0".join(
        (
            mail.message_id or _NO_MAIL,
            order or order_key(answer.order),
            mail.text if not mail.message_id else "",
        )
    )
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Action(
        action_key=f"{VENDOR_ANSWER}|{digest}",
        kind=VENDOR_ANSWER,
        order_id=order,
        payload={"epoch": epoch, "cells": dict(_cells(answer, named))}
        if not words
        else {"epoch": 0, "cells": {}},
        at=mail.at,
        state=REFUSED if words else WAITING,
        detail=f"{words} ({quoted(answer.order)})" if words else "",
    )


def _cells(answer: Answer, named: str) -> Iterator[tuple[str, str]]:
    """What the answer fills, as feeds write it; nothing where it only says that the letter arrived."""
    if answer.said:
        yield ANSWER, answer.said
    if answer.ship_on is not None:
        yield SHIP_ON, datetime.combine(answer.ship_on, time()).isoformat(sep=" ")
    if answer.note:
        yield NOTE, answer.note
    if answer.said or answer.ship_on is not None:
        yield "vendor", named


def _row(action: Action) -> SaidRow:
    cells: Mapping[str, str] = action.payload["cells"]
    return SaidRow(
        "order_id", action.order_id, packed(dict(sorted(cells.items()))), int(action.at.timestamp())
    )


def _source(action: Action) -> str:
    """Each assignment speaks for itself: what the vendor before said of the order is not joined with it."""
    epoch = int(action.payload["epoch"])
    return ANSWERS if epoch == 1 else f"{ANSWERS} {epoch}"


def _line(action: Action) -> FileLine:
    digest = hashlib.sha256(action.action_key.encode()).hexdigest()
    return FileLine(
        source=_source(action), kind="answers", name=f"answer {action.at:%Y-%m-%d %H:%M}", digest=digest, stamp="",
        settings="", headings=tuple(sorted(action.payload["cells"])), written_at=action.at, taken_at=action.at,
        rows=1,
    )  # fmt: skip
