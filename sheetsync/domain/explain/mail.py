"""Why a message was sent: to whom, about which orders, by which line of the rules, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sheetsync.domain.explain.case import Explanation, Section
from sheetsync.domain.explain.history import OUTCOMES, STATES
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.wording import moment_words

Line: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCase:
    """One message with what was kept around it; moments are aware UTC."""

    row: Line
    orders: Sequence[str]
    events: Sequence[Line]
    escalations: Sequence[Line]
    timezone: str
    at: datetime

    def words(self, moment: datetime) -> str:
        """`Mon 2 Mar 09:03`, in the tracker's local time."""
        return moment_words(scalar_to_local(moment, self.timezone))


def explain_mail(case: MailCase) -> Explanation:
    """Everything known of one message, in sentences."""
    sections = [
        Section(title="Message", lines=tuple(_message(case))),
        Section(title="Why", lines=tuple(_why(case))),
        Section(title="Orders", lines=tuple(_orders(case))),
        Section(title="What became of it", lines=tuple(_became(case))),
    ]
    told = tuple(section for section in sections if section.lines)
    state = STATES.get(str(case.row["state"]), str(case.row["state"]))
    sent = case.row["sent_at"]
    headline = f"{state.capitalize()} {case.words(sent)}." if sent else f"{state.capitalize()}."
    return Explanation(
        order_id=f"Mail {case.row['id']}", at=case.at, headline=headline, sections=told,
        data=_data(case, headline, told),
    )  # fmt: skip


def _message(case: MailCase) -> Iterator[str]:
    row = case.row
    name = f"{row['recipient_name']} <{row['recipient']}>"
    yield f"To {name if row['recipient_name'] else row['recipient']} ({row['audience']}), by {row['channel']}."
    yield f"Subject: {row['subject']}"
    decided = f" by pass {row['pass_id']}" if row["pass_id"] else ", by no pass"
    yield f"Decided {case.words(row['created_at'])}{decided}; kind {row['kind']}."
    if row["not_before"]:
        yield f"Not to leave before {case.words(row['not_before'])}."
    if row["message_id"]:
        yield f"Message-ID {row['message_id']}"


def _why(case: MailCase) -> Iterator[str]:
    """Each escalation that it carries; the line of the rules is the one of that moment."""
    sources = {
        str(row.get("order")): str(row.get("policy_source", ""))
        for row in case.row["context"].get("rows", ())
    }
    for line in case.escalations:
        source = sources.get(line["order_id"], "")
        rule = f" Rule at {source}." if source else ""
        outcome = OUTCOMES.get(line["outcome"], line["outcome"])
        yield (
            f"{line['order_id']}: level {line['level']} of {line['policy']}, about "
            f"{line['stay'].split(':')[0]}: {outcome}.{rule}"
        )
    yield from map(str, case.row["context"].get("remarks", ()))


def _orders(case: MailCase) -> Iterator[str]:
    """What it told of each order, as it stood then."""
    rows = case.row["context"].get("rows", ())
    for row in rows:
        said = [
            f"{row[key]} {word}" if after else f"{word} {row[key]}"
            for key, word, after in (
                ("since", "since", False), ("limit", "limit", False), ("due", "due", False),
                ("over", "over", True), ("left", "left", True), ("source", "clock at", False),
            )
            if row.get(key)
        ]  # fmt: skip
        told = f", {', '.join(said)}" if said else ""
        yield f"{row.get('order')}: {row.get('stage')} {row.get('state')}{told}."
    more = len(case.orders) - len(rows)
    if rows and more > 0:
        yield f"And {more} more: {', '.join(sorted(set(case.orders) - {r.get('order') for r in rows}))}."
    if not rows and case.orders:
        yield f"About {', '.join(case.orders)}."


def _became(case: MailCase) -> Iterator[str]:
    for event in case.events:
        state = STATES.get(event["kind"], event["kind"].replace("_", " "))
        detail = f" ({event['detail']})" if event["detail"] else ""
        yield f"{case.words(event['at'])}: {state}{detail}."
    row = case.row
    tried = f"Tried {row['attempts']} time{'s' if row['attempts'] != 1 else ''}"
    how = f", by {row['transport']}" if row["transport"] else ""
    yield f"{tried}{how}."
    if row["last_error"] and not case.events:
        yield row["last_error"]


def _data(case: MailCase, headline: str, sections: Sequence[Section]) -> dict[str, Any]:
    names = (
        "id", "kind", "audience", "channel", "recipient", "recipient_name", "subject", "level",
        "state", "attempts", "last_error", "transport", "provider_ref", "message_id", "pass_id",
        "created_at", "sent_at", "context",
    )  # fmt: skip
    return {
        **{name: case.row[name] for name in names},
        "orders": list(case.orders),
        "headline": headline,
        "events": [{k: e[k] for k in ("at", "kind", "detail")} for e in case.events],
        "escalations": [
            {k: e[k] for k in ("order_id", "policy", "stay", "level", "repeat", "outcome", "at")}
            for e in case.escalations
        ],
        "sections": [{"title": s.title, "lines": list(s.lines)} for s in sections],
    }
