"""The audit of one order as a timeline that people read: when, which pass, who, what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sheetsync.domain.audit import Entry
from sheetsync.domain.explain.history import (
    OUTCOMES,
    act_words,
    reason_words,
    undo_words,
    value_words,
)
from sheetsync.domain.model import EVIDENCE
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.own_cells import OWN_COLUMNS
from sheetsync.domain.texts import quoted
from sheetsync.domain.undo.cells import undone_pass
from sheetsync.domain.wording import moment_words

_BY: Final = {"worker": "worker", "person": "person", "unknown": "not known"}
_BLANK: Final = "(blank)"
_DELIVERED: Final = {
    "sent": "sent", "retry": "to be tried again", "failed": "failed", "held": "held back",
    "in_doubt": "in doubt: nobody knows whether it arrived", "superseded": "not sent: a later one did",
    "suppressed": "not sent to this address", "called_off": "called off", "dropped": "dropped",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line of a timeline, in local time. `since`: the read before, where it matters."""

    at: datetime
    since: datetime | None
    run: str
    by: str
    kind: str
    text: str


def timeline(
    entries: Sequence[Entry], headings: Mapping[str, str], timezone: str
) -> Iterator[Told]:
    """The entries in words; changes of Status are told once, as the cell that changed.

    Of one moment, what people did is told first, then what was seen of it, then what the worker did.
    """
    for entry in sorted(entries, key=_place):
        if entry.kind == "stage" and entry.what not in EVIDENCE:
            continue
        by = "" if entry.kind == "stage" else _BY.get(entry.by, entry.by)
        yield Told(
            at=_local(entry.at, timezone),
            since=_local(entry.since, timezone) if entry.since and entry.kind != "stage" else None,
            run=entry.run, by=by, kind=entry.kind, text=_text(entry, headings, timezone),
        )  # fmt: skip


def _place(entry: Entry) -> tuple[str, int]:
    by_worker = entry.by == "worker" or entry.kind not in {"act", "cell", "stage", "said"}
    return (entry.at, 2 if by_worker else 1 if entry.kind == "stage" else 0)


def _local(text: str, timezone: str) -> datetime:
    return scalar_to_local(datetime.fromisoformat(text), timezone)


def _text(entry: Entry, headings: Mapping[str, str], timezone: str) -> str:
    match entry.kind:
        case "cell":
            return _cell(entry, headings)
        case "act":
            return _act(entry)
        case "stage":
            return _stage(entry, timezone)
        case "escalation":
            whom = f" ({entry.detail})" if entry.detail else ""
            outcome = OUTCOMES.get(entry.new, entry.new)
            return f"Escalation {_stay(entry.what)} of {entry.rule}: {outcome}{whom}"
        case "mail":
            return f"Mail {entry.number} to {entry.detail}: {quoted(entry.what, 100)}"
        case "delivery":
            mail, _, more = entry.detail.partition("; ")
            said = more if more and not more.startswith("<") else ""
            what = _DELIVERED.get(entry.new, entry.new)
            return f"{mail.capitalize()} {what}{f' ({said})' if said else ''}"
        case "pass":
            return f"Pass {entry.run}: {entry.new}"
        case "said":
            way = "from" if entry.detail == "in" else "to"
            channel = entry.what.replace("_", " ").capitalize()
            return f"{channel} {way} the customer, logged by {entry.rule}: {quoted(entry.new, 500)}"
        case "task":
            return _task(entry)


def _cell(entry: Entry, headings: Mapping[str, str]) -> str:
    old, new = (_value(text) for text in (entry.old, entry.new))
    reason = reason_words(entry.rule) if entry.new else undo_words(entry.rule)
    if undone_pass(entry.rule):
        reason = f"undo of pass {undone_pass(entry.rule)}"
    why = f" ({reason})" if reason else ""
    if entry.what in OWN_COLUMNS and entry.by == "worker":
        return f"{headings.get(entry.what, entry.what)}: {new}"
    return f"{headings.get(entry.what, entry.what)}: {old} → {new}{why}"


def _value(text: str) -> str:
    """A cell in words, without the quotes that it has inside a sentence."""
    words = value_words(text) if text else _BLANK
    return words[1:-1] if words.startswith('"') else words


def _act(entry: Entry) -> str:
    said = act_words(entry.what, entry.rule)
    return f"{said[:1].upper()}{said[1:]}{f': {entry.new}' if entry.new else ''}"


def _stage(entry: Entry, timezone: str) -> str:
    name = entry.what.capitalize()
    if entry.new != "yes":
        return f"{name} is taken back"
    if entry.by == "baseline":
        return f"{name} was done before watching began"
    at = _local(entry.detail.removeprefix("counts from ") or entry.at, timezone)
    if entry.by == "cell":
        return f"{name} {moment_words(at)}, as typed in its cell"
    since = _local(entry.since, timezone) if entry.since else at
    between = (
        f"first seen between {since:%H:%M} and {at:%H:%M}" if since < at else "first seen then"
    )
    return f"{name}, {between}{', because Status says so' if entry.by == 'claim' else ''}"


def _task(entry: Entry) -> str:
    if entry.new == "opened":
        return f"{'Call task' if entry.detail == 'phone' else 'Task'}: {entry.what}"
    done = f"Done by {entry.detail}" if entry.detail else "No longer needed"
    return f"{done}: {entry.what}"


def _stay(what: str) -> str:
    """`packing:packing#0, level 2` as `level 2 about packing`."""
    stay, _, level = what.partition(", ")
    return f"{level} about {stay.split(':')[0]}"
