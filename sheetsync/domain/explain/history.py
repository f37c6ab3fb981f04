"""What was done about the order: escalations, mails, and every cell that was changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sheetsync.domain.explain.case import Case, Line
from sheetsync.domain.feeds.news import feed_of
from sheetsync.domain.texts import quoted
from sheetsync.domain.undo.cells import undone_pass
from sheetsync.domain.wording import moment_words

_SHOWN: Final = 25
OUTCOMES: Final = {
    "sent": "told", "baseline": "recorded silently, because it was due before watching began",
    "skipped": "passed over for a higher level", "suppressed": "held back by the limit of mails",
    "acknowledged": "acknowledged in the sheet",
    "withdrawn": "taken back by an undo; told again only if it falls due anew",
}  # fmt: skip
STATES: Final = {
    "pending": "waits to be sent", "retry": "waits to be tried again", "sent": "sent",
    "claimed": "is being handed over", "in_data": "is being handed over", "failed": "failed",
    "in_doubt": "in doubt: nobody knows whether it arrived", "held": "held back",
    "superseded": "replaced by a later one", "suppressed": "not sent to this address",
    "dropped": "dropped by a person",
}  # fmt: skip
_BY: Final = {"worker": "the worker", "person": "a person"}
REASONS: Final = {
    "first_seen_stamp": "the moment at which it was first seen",
    "claim_dates_the_order": "Status said so and no date was filled in",
    "status_follows_evidence": "Status follows ticks and dates",
    "doubled_order_id": "the Order ID stands on several rows",
    "taken_back": "an undo was finished",
}
"""Why the worker wrote, where the column does not tell; SLA, Check and the like speak for themselves."""
_MOVES: Final = {
    "appeared": "its row came into the tracker", "gone": "its row went out of sight",
    "back": "its row came back",
}  # fmt: skip
ACTS: Final = _MOVES | {
    "archive": "moved to the archive", "unarchive": "taken out of the archive",
    "purge": "personal values cut, because the order was closed long ago",
    "forget": "personal values cut at somebody's wish",
}  # fmt: skip
"""What happens to an order as a whole; it stands as the column of a line of the change log."""
_NOTHING: Final = "nothing"
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def escalations(case: Case, lines: Sequence[Line]) -> Iterator[str]:
    """Level, moment, what became of it, for whom, and the line of the rules."""
    for line in lines:
        again = f", time {line['repeat'] + 1}" if line["repeat"] else ""
        outcome = OUTCOMES.get(line["outcome"], line["outcome"])
        whom = f" ({line['recipients']})" if line["recipients"] else ""
        yield (
            f"{case.words(line['at'])}: level {line['level']}{again} of {line['policy']}, about "
            f"{line['stay'].split(':')[0]}: {outcome}{whom}. {_level_source(case, line)}"
        )


def _level_source(case: Case, line: Line) -> str:
    policy = case.rules.escalation.policies.get(line["policy"])
    if policy is None:
        return "The rules no longer have this policy."
    level = next((level for level in policy.levels if level.level == line["level"]), None)
    return f"Rule at {level.source if level else policy.source}."


def messages(case: Case, lines: Sequence[Line]) -> Iterator[str]:
    """To whom, what about, and what became of it."""
    for line in lines:
        who = f"{line['recipient_name']} <{line['recipient']}>"
        name = who if line["recipient_name"] else line["recipient"]
        state = STATES.get(line["state"], line["state"])
        sent = line["sent_at"]
        if sent is not None and sent > case.plan.at:
            state, sent = STATES["pending"], None
        when = f" {case.words(sent)}" if sent is not None else ""
        why = f" ({line['last_error']})" if line["last_error"] and sent is None else ""
        yield (
            f"{case.words(line['created_at'])}: mail {line['id']} to {name}, "
            f"{quoted(line['subject'], 120)}: {state}{when}{why}."
        )


def changes(case: Case, lines: Sequence[Line]) -> Iterator[str]:
    """Newest last; what the worker meant to write and what people changed."""
    if len(lines) > _SHOWN:
        yield f"{len(lines) - _SHOWN} earlier changes are left out here; --format json has them all."
    for line in sorted(lines, key=lambda line: (line["seen_at"], line["by"] == "worker"))[-_SHOWN:]:
        if line["column"] in ACTS:
            yield f"{case.words(line['seen_at'])}: {act_words(line['column'], line['rule'])}."
            continue
        old, new = (value_words(line[side]) for side in ("old", "new"))
        by = _BY.get(line["by"], "somebody (a person or a formula)")
        reason = reason_words(line["rule"]) if new != _NOTHING else undo_words(line["rule"])
        why = f" ({reason})" if reason else ""
        heading = case.heading(line["column"])
        since = _since(case, line)
        yield f"{case.words(line['seen_at'])}: {by} changed {heading} from {old} to {new}{since}{why}."


def reason_words(rule: str) -> str:
    """Why the worker wrote; "" where the column tells."""
    return REASONS.get(rule, "") or feed_words(rule) or copy_words(rule) or undo_words(rule)


def copy_words(rule: str) -> str:
    """That it came back with an offline copy, or was decided so, where that is why; else ""."""
    kind, _, what = rule.partition(":")
    words = {
        "import": f"it came with the offline copy {what}",
        "conflict": f"a conflict with an offline copy was decided so, by {what}",
        "mirror": f"it came from {what}",
    }
    return words.get(kind, "") if what else ""


def feed_words(rule: str) -> str:
    """That a feed brought it, where that is why; else ""."""
    source = feed_of(rule)
    return f"the feed {source} says so" if source else ""


def undo_words(rule: str) -> str:
    """That a pass was taken back, where that is why; else ""."""
    number = undone_pass(rule)
    return "" if number is None else f"pass {number} was taken back"


def _since(case: Case, line: Line) -> str:
    """Since when a person's change may have stood there: the read before did not show it yet."""
    since = line.get("seen_from")
    return f", after {case.words(since)}" if since is not None and line["by"] != "worker" else ""


def act_words(act: str, who: str) -> str:
    """Something that happened to an order as a whole, or was done to it and by whom."""
    if source := feed_of(who):
        return f"its row was added, as the feed {source} brought it"
    if act in _MOVES:
        return ACTS[act]
    return f"{ACTS.get(act, act)}{f' by {who}' if who else ' by the worker'}"


def value_words(text: str) -> str:
    """A cell as the log keeps it, `nothing` for blank, a moment as everywhere else."""
    if _MOMENT.fullmatch(text):
        return moment_words(datetime.fromisoformat(text))
    return quoted(text, 100) if text else _NOTHING
