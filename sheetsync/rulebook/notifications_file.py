"""notifications.yaml: the milestones at which a customer is told, and what no notice may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final, Literal

from pydantic import Field

from sheetsync.domain.milestones.kinds import FACTS, KINDS
from sheetsync.domain.rules import Condition, MilestoneRule, NotificationRules, Span
from sheetsync.domain.texts import fold
from sheetsync.rulebook.page import Page
from sheetsync.rulebook.values import Hours, When
from sheetsync.rulebook.vendors_block import VendorsModel, compile_vendors
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.values import ClockSpan, Day, Name, PositiveSpan, Text
from sheetsync.yamlfiles.words import shown

TEMPLATES: Final = tuple(KINDS)
"""The letters that a milestone may name."""
_MOMENTS: Final = (
    "ordered_at", "allocated_at", "picked_at", "packed_at", "dispatched_at", "delivered_at",
    "status_since",
)  # fmt: skip


class MilestoneModel(Strict):
    """One notice to the customer."""

    id: Name
    when: When = Field(description="When the milestone is reached.")
    template: Text = Field(description="The letter; each customer gets it once per order.")
    within: PositiveSpan | None = Field(default=None, description="How soon it should leave.")
    needs: list[Name] = Field(
        default=[],
        description="Facts without which it waits. A delay always needs its new date and cause.",
    )
    at: Name | None = Field(
        default=None, description="The moment from which its age counts, such as packed_at."
    )
    after: ClockSpan | None = Field(
        default=None, description="How long after that moment it falls due."
    )
    settle: ClockSpan | None = Field(
        default=None,
        description="How long it waits for a slip to be put right, if not as all others.",
    )
    expires: PositiveSpan | None = Field(
        default=None, description="How long after it was decided it is still of use."
    )
    once_per: Name | None = Field(
        default=None, description="The column whose every new value is told anew."
    )
    overtaken_by: list[Name] | None = Field(
        default=None,
        description="Letters that say more: once one of them is due, this one is left out.",
    )
    any_hour: bool = Field(default=False, description="Whether it leaves in quiet hours too.")
    recover: Literal["hold", "resend"] = Field(
        default="hold", description="What becomes of it when nobody can know whether it left."
    )


class CapsModel(Strict):
    """How much one person, and one order, may be told within 24 hours; what is beyond waits for you."""

    per_person_a_day: int = Field(default=8, ge=1, le=100)
    per_order_a_day: int = Field(default=8, ge=1, le=100)


class MessagesTabModel(Strict):
    """The tab Messages of the tracker."""

    show: Literal["when_used", "always", "never"] = Field(
        default="when_used", description="when_used: as soon as customers are told anything."
    )
    rows: int = Field(default=500, ge=20, le=5000, description="How many messages it lists.")


class NotificationsFile(Strict):
    """The whole of notifications.yaml."""

    version: Literal[1]
    mode: Literal["off", "draft", "send"] = Field(
        default="off", description="off; draft: everything waits for a person; send."
    )
    to: Name = Field(description="The column with the customer's address.")
    max_age: PositiveSpan = Field(description="Older milestones are recorded as missed, not sent.")
    since: Day | None = Field(
        default=None, description="Nothing that happened before this day is told."
    )
    settle: ClockSpan = Field(
        default=Span(seconds=180, text="3m"),
        description="How long a notice waits for a slip to be put right.",
    )
    quiet_hours: Hours | None = Field(
        default=None, description="When no customer is written to, in the customer's own time."
    )
    limits: CapsModel = Field(default=CapsModel())
    messages_tab: MessagesTabModel = Field(default=MessagesTabModel())
    never_for: When | None = Field(default=None, description="Orders whose customers hear nothing.")
    vendors: VendorsModel = Field(
        default_factory=VendorsModel,
        description="How vendors are asked to take on orders, and reminded.",
    )
    milestones: list[MilestoneModel] = Field(default=[])
    words: dict[Name, dict[str, Text]] = Field(
        default={},
        description="How a language says the words of your lists: de: {Weather: Wetter}.",
    )


def compile_notifications(page: Page, model: NotificationsFile) -> NotificationRules:
    """All of notifications.yaml."""
    page.column(("to",), model.to, "email")
    for name in ("id", "template"):
        _none_twice(page, model, name)
    never = page.when(model.never_for, ("never_for",)) if model.never_for else None
    quiet = _quiet(page, model)
    return NotificationRules(
        mode=model.mode,
        milestones=tuple(_milestone(page, model, i, never) for i in range(len(model.milestones))),
        to=model.to,
        max_age=_clock(page, ("max_age",), model.max_age),
        since=model.since,
        quiet=quiet,
        per_person_a_day=model.limits.per_person_a_day,
        per_order_a_day=model.limits.per_order_a_day,
        words={
            language: {fold(word): said for word, said in words.items()}
            for language, words in model.words.items()
        },
        messages_tab=model.messages_tab.show,
        messages_rows=model.messages_tab.rows,
        vendors=compile_vendors(page, model.vendors, ("vendors",)),
    )


def _none_twice(page: Page, model: NotificationsFile, name: Literal["id", "template"]) -> None:
    seen: set[str] = set()
    for i, milestone in enumerate(model.milestones):
        value = milestone.id if name == "id" else milestone.template
        if value in seen:
            what = "id" if name == "id" else "letter"
            page.problem(
                ("milestones", i, name), f"the {what} {shown(value)} stands twice; choose another"
            )
        seen.add(value)


def _quiet(page: Page, model: NotificationsFile) -> tuple[int, int] | None:
    if not model.quiet_hours:
        return None
    if len(model.quiet_hours) > 1:
        page.problem(("quiet_hours",), "one span is expected here, like 21:00-08:00")
    return model.quiet_hours[0]


def _milestone(
    page: Page, model: NotificationsFile, i: int, never: Condition | None
) -> MilestoneRule:
    milestone, path = model.milestones[i], ("milestones", i)
    page.known((*path, "template"), milestone.template, TEMPLATES, "a letter that we have")
    when = page.when(milestone.when, (*path, "when"))
    if never is not None:
        when = replace(when, none_of=(*when.none_of, never))
    for place, name in enumerate(milestone.needs):
        page.known((*path, "needs", place), name, FACTS, "a fact that a letter can tell")
    for place, name in enumerate(milestone.overtaken_by or ()):
        page.known((*path, "overtaken_by", place), name, TEMPLATES, "a letter that we have")
    if milestone.at is not None:
        page.known((*path, "at"), milestone.at, _MOMENTS, "a moment that we know of an order")
    if milestone.once_per is not None:
        page.column((*path, "once_per"), milestone.once_per)
    kind = KINDS.get(milestone.template, KINDS["delivered"])
    given = milestone.overtaken_by
    return MilestoneRule(
        id=milestone.id,
        when=when,
        template=milestone.template,
        within=milestone.within,
        needs=tuple(dict.fromkeys([*kind.needs, *milestone.needs])),
        at=milestone.at or kind.at,
        after=_time(milestone.after or Span()),
        settle=_time(milestone.settle or model.settle),
        expires=_time(_clock(page, (*path, "expires"), milestone.expires))
        if milestone.expires
        else None,
        once_per=milestone.once_per or kind.once_per,
        overtaken_by=kind.overtaken_by if given is None else tuple(given),
        any_hour=milestone.any_hour,
        recover=milestone.recover,
        source=page.source(*path),
    )


def _clock(page: Page, path: tuple[str | int, ...], span: Span) -> Span:
    """A span that must be one of the clock: a customer's time has no working days."""
    if span.working_days:
        page.problem(path, f"{shown(span.text)} cannot be used here; write hours or days, like 48h")
    return span


def _time(span: Span) -> timedelta:
    return timedelta(seconds=span.seconds)
