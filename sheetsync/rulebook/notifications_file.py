"""notifications.yaml: the milestones at which a customer is told. Read and checked today, sent later."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from pydantic import Field

from sheetsync.domain.rules import MilestoneRule, NotificationRules
from sheetsync.rulebook.page import Page
from sheetsync.rulebook.values import When
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.values import Name, PositiveSpan, Text
from sheetsync.yamlfiles.words import shown

TEMPLATES: Final = (
    "order_confirmed", "packed", "shipped", "out_for_delivery", "delivered", "delayed",
)  # fmt: skip
"""The letters that a milestone may name."""


class MilestoneModel(Strict):
    """One notice to the customer."""

    id: Name
    when: When = Field(description="When the milestone is reached.")
    template: Text = Field(description="The letter.")
    within: PositiveSpan | None = Field(default=None, description="How soon it should leave.")
    needs: list[Name] = Field(default=[], description="Facts without which it does not leave.")


class NotificationsFile(Strict):
    """The whole of notifications.yaml."""

    version: Literal[1]
    mode: Literal["off", "draft", "send"] = "off"
    to: Name = Field(description="The column with the customer's address.")
    max_age: PositiveSpan = Field(description="Older milestones are recorded as missed, not sent.")
    never_for: When | None = Field(default=None, description="Orders whose customers hear nothing.")
    milestones: list[MilestoneModel] = Field(default=[])


def compile_notifications(page: Page, model: NotificationsFile) -> NotificationRules:
    """All of notifications.yaml."""
    page.column(("to",), model.to, "email")
    if model.mode != "off":
        words = "customer notices are checked but not sent in this release; nothing leaves"
        page.warn(("mode",), words)
    seen: set[str] = set()
    for i, milestone in enumerate(model.milestones):
        if milestone.id in seen:
            words = f"the id {shown(milestone.id)} stands twice; choose another"
            page.problem(("milestones", i, "id"), words)
        seen.add(milestone.id)
    return NotificationRules(
        mode=model.mode,
        milestones=tuple(_milestone(page, model, i) for i in range(len(model.milestones))),
        to=model.to,
        max_age=model.max_age,
    )


def _milestone(page: Page, model: NotificationsFile, i: int) -> MilestoneRule:
    milestone, path = model.milestones[i], ("milestones", i)
    page.known((*path, "template"), milestone.template, TEMPLATES, "a letter that we have")
    when = page.when(milestone.when, (*path, "when"))
    if model.never_for:
        never = page.when(model.never_for, ("never_for",))
        when = replace(when, none_of=(*when.none_of, never))
    return MilestoneRule(
        id=milestone.id,
        when=when,
        template=milestone.template,
        within=milestone.within,
        needs=tuple(milestone.needs),
        source=page.source(*path),
    )
