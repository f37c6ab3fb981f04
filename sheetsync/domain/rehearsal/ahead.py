"""Who would be told of what in the hours to come, if nobody did anything: plans of later moments, in memory.

Nothing is guessed: it is the same planning as in a pass, on the same sheet, at each moment at which an
untouched sheet gives another plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypedDict

import numpy as np

from sheetsync.domain.daily import without_digests
from sheetsync.domain.escalation.grouping import KIND, Item
from sheetsync.domain.model import Memory, Plan, Sheet
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.plan import PlanOptions, plan_with_reasons
from sheetsync.domain.rehearsal.play import carried_out
from sheetsync.domain.rules import Rulebook

MOST_LOOKS: Final = 400
_WAYS: Final = {"email": "mail", "digest": "digest", "cell": "cell"}
_SETTLED: Final = ("", "Met", "Missed", "Not evaluated")
"""States of a clock that no later moment changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One order brought to one person at one level.

    `at`: when it is decided; `leaves`: when the mail goes, later where it waits for an opening. `what`:
    the state in words. `sources`: the lines of the target, of the rule that fits the order, and of the level. `way`: mail, digest, cell (the
    row says it), nobody (no address for anybody who is named) or held back (by the limits). `note`: why it
    came to this person instead of another.
    """

    at: datetime
    leaves: datetime
    level: int
    repeat: int
    order_id: str
    what: str
    sources: tuple[str, ...]
    way: str
    name: str = ""
    address: str = ""
    critical: bool = False
    note: str = ""


class _Common(TypedDict):
    """What the tellings of one order at one level have in common."""

    at: datetime
    leaves: datetime
    level: int
    repeat: int
    order_id: str
    what: str
    sources: tuple[str, ...]
    critical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """Everybody who would be told until `end`. `remarks`: roles and tabs that name nobody, limits reached.

    `covered` is when the looking ended: before `end` where too much changes to look at all of it.
    """

    start: datetime
    end: datetime
    covered: datetime
    first_look: bool
    tellings: tuple[Telling, ...]
    mails: int
    remarks: tuple[str, ...]


def look_ahead(
    plan: Plan,
    memory: Memory,
    rules: Rulebook,
    options: PlanOptions,
    *,
    end: datetime,
    step: timedelta,
    tell: Callable[[datetime], None] = lambda _at: None,
) -> Ahead:
    """Go on from `plan`, made from `memory`, to `end` (aware UTC), in steps of at least `step`."""
    sheet, rules = _still_moving(plan, rules), without_digests(rules)
    start, now, tellings, mails = plan.at, plan.at, list[Telling](), 0
    remarks: dict[str, None] = {}
    for _ in range(MOST_LOOKS):
        tell(now)
        look, why = plan_with_reasons(sheet, memory, rules, now, options)
        tellings += _tellings(look, why.told)
        told = sum(notice.kind == KIND for notice in look.notices)
        mails += told
        remarks |= dict.fromkeys(why.people)
        memory = _later(carried_out(memory, look), memory, told, now, options.timezone)
        following = look.next_change_at
        if following is None or following > end:
            now = end
            break
        now = max(following, now + step)
        if now > end:
            break
    tellings.sort(key=lambda each: (each.leaves, not each.critical, -each.level, each.order_id))
    return Ahead(
        start=start, end=end, covered=min(now, end), first_look=plan.baseline,
        tellings=tuple(tellings), mails=mails, remarks=tuple(remarks),
    )  # fmt: skip


def _still_moving(plan: Plan, rules: Rulebook) -> Sheet:
    """The sheet without the orders on which no time falls due any more: most of a large one."""
    frame, sheet = plan.orders.frame, plan.orders.sheet
    moving = np.zeros(len(frame), dtype=bool)
    for clocks in (plan.clocks, plan.promises):
        moving |= ~np.isin(clocks["state"].to_numpy(object).astype(str), _SETTLED)
    raised = [name for name, status in rules.statuses.statuses.items() if status.exception]
    if "status" in frame:
        moving |= np.isin(frame["status"].to_numpy(object).astype(str), raised)
    header = plan.orders.header.row_number
    kept = {*frame["row"].to_numpy()[moving].tolist(), *range(1, header + 1)}
    places = [place for place, number in enumerate(sheet.row_numbers) if number in kept]
    return replace(
        sheet,
        rows=[sheet.rows[place] for place in places],
        row_numbers=[sheet.row_numbers[place] for place in places],
    )


def _later(memory: Memory, before: Memory, mails: int, now: datetime, timezone: str) -> Memory:
    """The memory of the next look; mails are counted anew each local day."""
    last = before.last_pass_at
    same = last is not None and _day(last, timezone) == _day(now, timezone)
    return replace(memory, mails_today=mails + (before.mails_today if same else 0))


def _day(moment: datetime, timezone: str) -> object:
    return scalar_to_local(moment, timezone).date()


def _tellings(look: Plan, told: Sequence[Item]) -> Iterable[Telling]:
    outcomes = dict(zip(look.escalations["key"], look.escalations["outcome"], strict=True))
    for item in told:
        facts, held_back = item.facts, outcomes.get(item.key) == "suppressed"
        common = _Common(
            at=look.at,
            leaves=item.not_before or look.at,
            level=item.level,
            repeat=item.repeat,
            order_id=item.order_id,
            what=_words(facts),
            sources=tuple(
                filter(None, (str(facts["source"]), item.chosen_by, str(facts["policy_source"])))
            ),
            critical=item.critical,
        )
        if not item.recipients:
            yield Telling(**common, way="cell" if item.channel == "cell" else "nobody")
        for person in item.recipients:
            yield Telling(
                **common, name=person.name, address=person.address, note=person.note,
                way="held back" if held_back else _WAYS[item.channel],
            )  # fmt: skip


def _words(facts: Mapping[str, Any]) -> str:
    """`Packing breached, limit 4 h, due Fri 20 Nov 12:00`."""
    if facts["text"]:
        return str(facts["text"])
    parts = [f"{facts['stage']} {str(facts['state']).lower()}"]
    parts += [f"limit {facts['limit']}"] if facts["limit"] else []
    parts += [f"due {facts['due']}"] if facts["due"] else []
    return ", ".join(parts)
