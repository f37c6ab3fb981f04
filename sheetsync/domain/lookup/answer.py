"""The answer to a service call about one order: where it stands, what was promised and told, what is open.

Every fact bears its age: what is known is what the last look at the sheet left, and the caller hears of now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from sheetsync.domain.checks import ALL_WELL
from sheetsync.domain.companions.service import INQUIRIES
from sheetsync.domain.followups.model import FollowUp
from sheetsync.domain.lookup.ages import ago, days_away, when_words
from sheetsync.domain.messages_tab import masked
from sheetsync.domain.model import EVIDENCE, STAGES
from sheetsync.domain.moments import scalar_to_local, scalar_to_utc
from sheetsync.domain.parcels.numbers import squeeze, tracking_link
from sheetsync.domain.rules import CarrierRule, Rulebook
from sheetsync.domain.texts import fold, quoted

Tone: TypeAlias = Literal["", "good", "near", "bad"]
_TONES: Final[Mapping[str, Tone]] = {
    "Breached": "bad", "Missed": "bad", "At risk": "near", "Unsure": "near", "Paused": "near",
    "OK": "good", "Met": "good",
}  # fmt: skip
_LONGEST: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One fact: how it is called, what it says, and beside it what belongs to it (an age, a link)."""

    label: str
    text: str
    beside: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message to the customer: what about, what became of it, when, by which way."""

    at: datetime
    about: str
    state: str
    channel: str
    to: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question or a problem of the customer that waits, by the tab that tells of it."""

    tab: str
    topic: str
    opened_at: datetime
    is_answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What an answer is made from. Moments are aware UTC.

    `cells` are those of the row, by column key, as text; `facts` what the last pass knew (seconds since 1970).
    """

    order_id: str
    cells: Mapping[str, str]
    facts: Mapping[str, Any]
    status_since: datetime | None
    missing_since: datetime | None
    archived_at: datetime | None
    looked_at: datetime | None
    told: Sequence[Said]
    follow_ups: Sequence[FollowUp]
    cases: Sequence[Case]
    now: datetime
    timezone: str
    stale_after: float
    """Seconds after which a look at the sheet is old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to say about an order, in the order in which a caller asks for it."""

    order_id: str
    headline: str
    tone: Tone
    lines: tuple[Line, ...]
    problems: tuple[str, ...]
    told: tuple[Said, ...]
    tasks: tuple[FollowUp, ...]
    said: tuple[FollowUp, ...]
    age: str
    is_old: bool


def answer(look: Look, rules: Rulebook) -> Answer:
    """The answer about an order."""
    status, tone = _status(look, rules), _sla_tone(look)
    age, is_old = _age(look)
    return Answer(
        order_id=look.order_id,
        headline=status,
        tone=tone,
        lines=tuple(line for line in _lines(look, rules) if line.text),
        problems=_problems(look),
        told=tuple(sorted(look.told, key=lambda each: each.at)),
        tasks=tuple(each for each in look.follow_ups if each.is_open),
        said=tuple(each for each in look.follow_ups if each.kind == "said"),
        age=age,
        is_old=is_old,
    )


def _status(look: Look, rules: Rulebook) -> str:
    status = _words(str(look.facts.get("status", "")) or look.cells.get("status", ""))
    status = status or "No status"
    known = rules.statuses.statuses.get(status)
    if known is not None and known.open and not known.final:
        return f"{status}, in {_stage(look.facts)}"
    return status


def _stage(facts: Mapping[str, Any]) -> str:
    """The stage after the furthest evidence."""
    done = [place for place, name in enumerate(EVIDENCE, start=1) if facts.get(name) == 1]
    return STAGES[max(done, default=0)]


def _sla_tone(look: Look) -> Tone:
    """By the words of the last look; what has fallen due since then is late."""
    text, due = look.cells.get("sla", ""), _moment(look.cells.get("sla_due", ""))
    if due is not None and scalar_to_utc(due, look.timezone) < look.now:
        return "bad"
    return next((tone for word, tone in _TONES.items() if text.startswith(word)), "")


def _lines(look: Look, rules: Rulebook) -> list[Line]:
    cells = look.cells
    carrier = _carrier(cells.get("carrier", ""), rules)
    number = _words(cells.get("tracking", ""))
    since = ago(look.status_since, look.now) if look.status_since else "since before watching began"
    local_since = (
        when_words(scalar_to_local(look.status_since, look.timezone)) if look.status_since else ""
    )
    due = _moment(cells.get("sla_due", ""))
    return [
        Line(label="Customer", text=_words(cells.get("customer", ""))),
        Line(label="Items", text=_words(cells.get("skus", ""))),
        Line(label="Status since", text=local_since or "not known", beside=since),
        Line(label="SLA", text=_words(cells.get("sla", "")), beside=_until(due, look), tone=_sla_tone(look)),
        _day("Promised", cells.get("promised_at", ""), look),
        _day("ETA (courier)", cells.get("eta", ""), look),
        _day("New date", cells.get("new_eta", ""), look),
        Line(label="Cause of delay", text=_words(cells.get("delay_cause", ""))),
        Line(label="Carrier", text=_words(cells.get("carrier", "")), beside=number),
        Line(label="Follow it at", text=tracking_link(number, carrier)),
        Line(
            label="Courier says", text=_words(cells.get("carrier_status", "")),
            beside=_since(cells.get("carrier_update", ""), look),
        ),
        Line(label="After a failed try", text=_words(cells.get("next_step", ""))),
        Line(label="Next step", text=_words(cells.get("next_action", "")), beside=_by(cells)),
    ]  # fmt: skip


def _by(cells: Mapping[str, str]) -> str:
    handler = _words(cells.get("handler", ""))
    return f"handled by {handler}" if handler else ""


def _problems(look: Look) -> tuple[str, ...]:
    found = []
    if look.archived_at is not None:
        found.append("It was closed long ago and is in the archive.")
    elif look.missing_since is not None:
        local = when_words(scalar_to_local(look.missing_since, look.timezone))
        found.append(f"Its row is not in the sheet any more, last seen {local}.")
    exception = _words(str(look.facts.get("exceptions", "")))
    if exception:
        found.append(f"Open problem: {exception}.")
    check = look.cells.get("check", "")
    if check and check != ALL_WELL:
        found += [_words(line) for line in check.splitlines() if line.strip()]
    return (*found, *(_case(case, look) for case in look.cases))


def _case(case: Case, look: Look) -> str:
    """A sentence like `Inquiries: "Where is it" since Mon 9 Mar 08:00, 2 h ago; nobody has answered`."""
    since = when_words(scalar_to_local(case.opened_at, look.timezone))
    about = f"{quoted(case.topic)} " if case.topic else "open "
    state = "answered, not settled" if case.is_answered else "nobody has answered"
    state = state if case.tab == INQUIRIES else "not settled"
    return f"{case.tab}: {about}since {since}, {ago(case.opened_at, look.now)}; {state}."


def _age(look: Look) -> tuple[str, bool]:
    """How old all of this is, and whether that is too old to rely on."""
    if look.looked_at is None:
        return "The sheet was never looked at.", True
    local = when_words(scalar_to_local(look.looked_at, look.timezone))
    old = (look.now - look.looked_at).total_seconds() > look.stale_after
    words = f"As the sheet stood {local}, {ago(look.looked_at, look.now)}."
    return (f"{words} Does a worker run? See sheetsync status." if old else words), old


def _day(label: str, text: str, look: Look) -> Line:
    """A date that was promised or is expected, with how far away it is."""
    local = _moment(text)
    if local is None:
        return Line(label=label, text=_words(text))
    today = scalar_to_local(look.now, look.timezone)
    delivered = look.facts.get("delivered") == 1
    late = local.date() < today.date() and not delivered
    return Line(
        label=label, text=when_words(local), beside=days_away(local, today),
        tone="near" if late else "",
    )  # fmt: skip


def _until(due: datetime | None, look: Look) -> str:
    if due is None:
        return ""
    moment = scalar_to_utc(due, look.timezone)
    return f"{'was due' if moment < look.now else 'due'} {ago(moment, look.now)}"


def _since(text: str, look: Look) -> str:
    local = _moment(text)
    return "" if local is None else ago(scalar_to_utc(local, look.timezone), look.now)


def _moment(text: str) -> datetime | None:
    """The local moment of a cell as the store keeps it; None where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is not None else moment


def _carrier(name: str, rules: Rulebook) -> CarrierRule | None:
    """The courier of a cell, by its name or another one of its names."""
    wanted = fold(name)
    for carrier in rules.carriers.values():
        if wanted and wanted in {fold(carrier.name), *(fold(alias) for alias in carrier.aliases)}:
            return carrier
    return None


def _words(text: str) -> str:
    """A cell in one line, without what could move the cursor."""
    return quoted(text, _LONGEST)[1:-1] if text else ""


def said_to(address: str) -> str:
    """An address as it may be shown; "" where there is none."""
    if not address:
        return ""
    return masked(address) if "@" in address else squeeze(address)[-4:].rjust(5, "…")
