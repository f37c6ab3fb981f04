"""A letter to a customer on request: shown first, and put into the outbox once where a person says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sheetsync.domain.companions import read_companions
from sheetsync.domain.milestones.asking import Asked, ask, kind_by_row, row_of
from sheetsync.domain.milestones.contact import EMAIL
from sheetsync.domain.milestones.kinds import KINDS
from sheetsync.domain.milestones.memory import CUSTOMER
from sheetsync.domain.milestones.planning import nobody
from sheetsync.domain.model import STAMPS, Notice
from sheetsync.domain.plan import plan_with_reasons
from sheetsync.domain.texts import clean_id, either, nearest
from sheetsync.errors import UsageError
from sheetsync.messages.notes import NoteWriter
from sheetsync.worker.offline.turns import own_turn

if TYPE_CHECKING:
    from sheetsync.worker.workshop import Workshop

_WAITS = ("pending", "retry", "held", "claimed", "in_data", "in_doubt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A letter as it would leave, in words: `asked` is what is put into the outbox."""

    asked: Asked
    to: str
    subject: str
    text: str
    told_before: int
    """How many letters of this kind the customer got about this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A notice as the composer wants it."""

    dedupe_key: str
    kind: str
    audience: str
    recipient: str
    recipient_name: str
    subject: str
    level: int
    orders: tuple[str, ...]
    context: Mapping[str, Any]
    message_id: str = ""


def look(workshop: Workshop, order: str, kind: str, *, who: str, now: datetime) -> Shown:
    """The letter of `kind` ("" for what the row says last) about `order`; nothing is written or sent.

    Raises UsageError where there is no such order or kind, or a fact is lacking; MailError for a template
    or an address that cannot be used.
    """
    plan, memory, force = workshop.plan(now)
    order_id = clean_id(order)
    row = row_of(plan.orders, order_id)
    if row is None:
        raise UsageError(_no_order(order_id, plan.orders.frame["order_id"].tolist()))
    _, reasons = plan_with_reasons(
        plan.orders.sheet, memory, force.rules, now, workshop.plan_options
    )
    seen = reasons.seen
    kind = _known(kind) if kind else kind_by_row(plan.orders, row, str(seen.standing[row]))
    told = workshop.store.customers_told(workshop.state.id, order_id)
    customers = read_companions(plan.orders.sheet, workshop.plan_options.reading).customers
    find = nobody if customers is None else customers.find
    asked = ask(
        plan.orders,
        {name: seen.stamps[name].to_numpy("datetime64[s]") for name in STAMPS},
        force.rules, row, kind, told.get(kind), int(seen.memory["cycle"].get(order_id, 0)),
        now=now, timezone=workshop.timezone, find=find, who=who,
        channels=workshop.plan_options.channels,
    )  # fmt: skip
    _refuse(asked, kind, order_id)
    to, subject, text = _in_words(workshop, asked.notice, now)
    return Shown(
        asked=asked, to=to, subject=subject, text=text, told_before=_sent(workshop, order_id, kind)
    )


def send(workshop: Workshop, shown: Shown, *, now: datetime) -> None:
    """Put the letter into the outbox; it leaves with the next pass.

    Raises UsageError where letters are switched off, or one like it waits already.
    """
    notice = shown.asked.notice
    force = workshop.rules(now)
    if force.rules.notifications.mode == "off":
        raise UsageError(
            "Nobody is written to while notifications.yaml says mode: off. Set draft or send there first."
        )
    with own_turn(workshop, "notify"):
        outbox = workshop.store.outbox(workshop.state.id)
        same = [
            row
            for row in outbox.in_states(_WAITS)
            if row.audience == CUSTOMER and row.kind == notice.kind and row.orders == notice.orders
        ]
        if same:
            raise UsageError(
                f"This letter waits already, as message {same[0].id} ({same[0].state.replace('_', ' ')}). "
                "See sheetsync outbox list; release it, or drop it first."
            )
        if not workshop.store.add_asked(workshop.state.id, notice, shown.asked.telling, now):
            raise UsageError("This letter was put into the outbox meanwhile. Look again.")


def _in_words(workshop: Workshop, notice: Notice, now: datetime) -> tuple[str, str, str]:
    """To whom, the subject and the text, as the channel has them."""
    composer, draft = workshop.composer(), _draft(notice)
    if notice.channel != EMAIL:
        note = NoteWriter(composer=composer, channel=notice.channel).write(draft, now)
        return f"{note.recipient} (by {notice.channel})".lstrip(), note.subject, note.short
    letter = composer.compose(draft, now)
    body = letter.message.get_body(preferencelist=("plain",))
    text = str(body.get_content()) if body is not None else ""
    return letter.recipient, str(letter.message["Subject"]), text


def _refuse(asked: Asked, kind: str, order_id: str) -> None:
    if asked.lacks:
        raise UsageError(
            f"The letter {KINDS[kind].title} about {order_id} needs {asked.lacks}. Fill in what is lacking."
        )
    if asked.cannot:
        raise UsageError(f"{order_id}: {asked.cannot}")


def _known(kind: str) -> str:
    wanted = kind.strip().lower().replace("-", "_").replace(" ", "_")
    if wanted in KINDS:
        return wanted
    near = nearest(wanted, KINDS)
    hint = f" Did you mean {near}?" if near else ""
    raise UsageError(f"There is no letter {kind!r}.{hint} Letters are {either(list(KINDS))}.")


def _no_order(order_id: str, known: Collection[str]) -> str:
    near = {str(each).casefold(): str(each) for each in known if each}
    found = near.get(order_id.casefold()) or near.get(nearest(order_id, near))
    hint = f" Did you mean {found}?" if found else ""
    return f"The tracker has no order {order_id} whose row can be used.{hint}"


def _sent(workshop: Workshop, order_id: str, kind: str) -> int:
    rows = workshop.store.outbox(workshop.state.id, frozenset({kind})).in_states(("sent",))
    return sum(order_id in row.orders for row in rows)


def _draft(notice: Notice) -> _Draft:
    return _Draft(
        dedupe_key=notice.key, kind=notice.kind, audience=notice.audience, recipient=notice.recipient,
        recipient_name=notice.recipient_name, subject=notice.subject, level=notice.level,
        orders=notice.orders, context=notice.context,
    )  # fmt: skip
