"""What one pass saw, decided, wrote and sent: its part of every log, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from sheetsync.domain.explain.case import Explanation, Section
from sheetsync.domain.explain.history import (
    ACTS,
    OUTCOMES,
    STATES,
    act_words,
    reason_words,
    undo_words,
    value_words,
)
from sheetsync.domain.model import EVIDENCE
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.undo.cells import undone_pass
from sheetsync.domain.wording import moment_words

Line: TypeAlias = Mapping[str, Any]
_SHOWN: Final = 40
_NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PassCase:
    """One pass and the lines of its logs; `rules` are those that were in force in it, where kept."""

    line: Line
    changes: Sequence[Line]
    events: Sequence[Line]
    escalations: Sequence[Line]
    messages: Sequence[Line]
    rules: Rulebook
    timezone: str
    at: datetime

    def words(self, moment: datetime) -> str:
        """`Mon 2 Mar 09:03`, in the tracker's local time."""
        return moment_words(scalar_to_local(moment, self.timezone))

    def heading(self, key: str) -> str:
        """A column as staff know it."""
        rule = self.rules.columns.get(key)
        return rule.title if rule else key


def explain_pass(case: PassCase) -> Explanation:
    """Everything known of one pass, in sentences."""
    ours = [line for line in case.changes if line["by"] == "worker"]
    theirs = [line for line in case.changes if line["by"] != "worker"]
    sections = [
        Section(title="Pass", lines=tuple(_pass(case))),
        Section(title="People had changed", lines=tuple(_cut(_people(case, theirs), len(theirs)))),
        Section(title="Stages seen", lines=tuple(_stages(case))),
        Section(title="The worker wrote", lines=tuple(_cut(_wrote(case, ours), len(ours)))),
        Section(title="Escalations", lines=tuple(_cut(_escalations(case), len(case.escalations)))),
        Section(title="Mails", lines=tuple(_mails(case))),
    ]
    told = tuple(section for section in sections if section.lines)
    headline = _headline(case, len(ours))
    return Explanation(
        order_id=f"Pass {case.line['id']}", at=case.at, headline=headline, sections=told,
        data=_data(case, headline, told),
    )  # fmt: skip


def _headline(case: PassCase, cells: int) -> str:
    mails = len(case.messages)
    ended = case.line["outcome"] or case.line["phase"]
    return (
        f"{case.words(case.line['started_at'])}: {ended}. {cells:,} cell{'s' * (cells != 1)}, "
        f"{mails:,} mail{'s' * (mails != 1)}."
    )


def _pass(case: PassCase) -> Iterator[str]:
    line = case.line
    if line["baseline"]:
        yield "The first look at the tracker: nothing was mailed, and no time invented."
    undone = {undone_pass(change["rule"]) for change in case.changes} - {None}
    if undone:
        yield f"It took back what pass {', '.join(map(str, sorted(filter(None, undone))))} had written."
    when = f" {case.words(line['ended_at'])}" if line["ended_at"] else ""
    many = "s" * (line["writes"] != 1)
    yield {
        "closed": f"It ended{when}, after {line['writes']} request{many} to write.",
        "failed": f"It ended early{when}; the next pass did what was left.",
    }.get(
        line["phase"],
        "It was decided, but its end was never noted: it was killed, or is under way.",
    )
    if line["error"]:
        yield line["error"]
    kept = (
        ""
        if case.rules.hash == line["rules_hash"]
        else " They are not kept any more; below are those of now."
    )
    yield f"Rules in force: set {line['rules_hash'][:12]}.{kept}"
    count = Counter(change["by"] for change in case.changes)
    if count["worker"]:
        yield f"Take back what it wrote, where it still stands: sheetsync undo {line['id']}"


def _people(case: PassCase, lines: Sequence[Line]) -> Iterator[str]:
    """Between the read before and this one."""
    for line in lines[:_SHOWN]:
        since = line["seen_from"]
        when = f" between {case.words(since)} and {case.words(line['seen_at'])}" if since else ""
        who = "" if line["by"] == "person" else " (by whom is not known)"
        if line["column"] in ACTS:
            yield f"{line['order_id']}: {act_words(line['column'], '')}{when}."
            continue
        yield f"{line['order_id']}: {case.heading(line['column'])} from {_both(line)}{when}{who}."


def _wrote(case: PassCase, lines: Sequence[Line]) -> Iterator[str]:
    for line in lines[:_SHOWN]:
        reason = reason_words(line["rule"]) if line["new"] else undo_words(line["rule"])
        why = f" ({reason})" if reason else ""
        yield f"{line['order_id']}: {case.heading(line['column'])} from {_both(line)}{why}."


def _both(line: Line) -> str:
    old, new = (value_words(line[side]) if line[side] else _NOTHING for side in ("old", "new"))
    return f"{old} to {new}"


def _stages(case: PassCase) -> Iterator[str]:
    """How many orders showed which evidence for the first time, or no more."""
    count = Counter(
        (line["field"], line["new"] == "yes")
        for line in case.events
        if line["field"] in EVIDENCE and line["source"] != "baseline"
    )
    for evidence in EVIDENCE:
        for done, words in ((True, "seen done"), (False, "taken back")):
            number = count[evidence, done]
            orders = [
                line["order_id"]
                for line in case.events
                if line["field"] == evidence and (line["new"] == "yes") is done
            ]
            if number:
                yield f"{evidence.capitalize()} {words}: {_named(orders)}."


def _escalations(case: PassCase) -> Iterator[str]:
    for line in case.escalations[:_SHOWN]:
        policy = case.rules.escalation.policies.get(line["policy"])
        level = (
            next((x for x in policy.levels if x.level == line["level"]), None) if policy else None
        )
        source = f" Rule at {level.source if level else policy.source}." if policy else ""
        whom = f" ({line['recipients']})" if line["recipients"] else ""
        outcome = OUTCOMES.get(line["outcome"], line["outcome"])
        yield (
            f"{line['order_id']}: level {line['level']} of {line['policy']}, about "
            f"{line['stay'].split(':')[0]}: {outcome}{whom}.{source}"
        )


def _mails(case: PassCase) -> Iterator[str]:
    for line in case.messages:
        whom = f"{line['recipient_name']} <{line['recipient']}>"
        to = whom if line["recipient_name"] else line["recipient"]
        state = STATES.get(line["state"], line["state"])
        yield f"Mail {line['id']} to {to}, “{line['subject']}”: {state}."


def _cut(lines: Iterator[str], count: int) -> Iterator[str]:
    yield from lines
    if count > _SHOWN:
        yield f"And {count - _SHOWN:,} more; --format json has them all."


def _named(orders: Sequence[str]) -> str:
    more = len(orders) - 8
    return ", ".join(orders[:8]) + (f" and {more:,} more" if more > 0 else "")


def _data(case: PassCase, headline: str, sections: Sequence[Section]) -> dict[str, Any]:
    def plain(lines: Sequence[Line]) -> list[dict[str, Any]]:
        hidden = {"tracker_id", "pass_id", "key", "event_key", "context", "members", "lease_owner"}
        return [{k: v for k, v in line.items() if k not in hidden} for line in lines]

    return {
        **{k: v for k, v in case.line.items() if k != "tracker_id"},
        "headline": headline,
        "changes_logged": plain(case.changes),
        "stages": plain(case.events),
        "escalations": plain(case.escalations),
        "messages": plain(case.messages),
        "sections": [{"title": s.title, "lines": list(s.lines)} for s in sections],
    }
