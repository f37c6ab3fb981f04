"""The block `follow_ups` of escalation.yaml: what people have to do about orders, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from pydantic import Field

from sheetsync.domain.followups.deciding import SINCE
from sheetsync.domain.rules import FollowUpRule, FollowUpRules, Span
from sheetsync.rulebook.page import Page
from sheetsync.rulebook.values import When
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.document import Path
from sheetsync.yamlfiles.values import ClockSpan, Name, Text
from sheetsync.yamlfiles.words import shown


class TaskModel(Strict):
    """A task: what somebody has to do about an order, and when."""

    id: Name
    when: When = Field(description="Orders of which it is wanted, as long as they are open.")
    do: Text = Field(description="What is to be done, in one sentence.")
    who: Name = Field(description="Who does it: one of the people of this file.")
    channel: Literal["phone", "email", "sms", "chat", "letter", "in_person", "other"] | None = (
        Field(default=None, description="How; phone makes it a call task for a person.")
    )
    at: Name | None = Field(
        default=None, description="The moment by which it counts, such as promised_at."
    )
    before: ClockSpan | None = Field(
        default=None, description="How long before that moment it is wanted."
    )
    after: ClockSpan | None = Field(
        default=None, description="How long after that moment it is wanted."
    )
    within: ClockSpan | None = Field(
        default=None, description="How soon it should be done once it is open."
    )
    once_per: Name | None = Field(
        default=None, description="The field whose every new value makes another task."
    )


class FollowUpsModel(Strict):
    """Tasks about orders, on a tab of their own."""

    mode: Literal["off", "on"] = Field(
        default="off", description="on: the tracker gets a tab Tasks."
    )
    rows: int = Field(default=200, ge=20, le=2000, description="How many lines each list has.")
    tasks: list[TaskModel] = Field(default=[])


def compile_follow_ups(
    page: Page, model: FollowUpsModel, columns: Mapping[str, str]
) -> FollowUpRules:
    """The tasks of the rules; `columns` maps a role to the column that names who has it."""
    seen: set[str] = set()
    for i, task in enumerate(model.tasks):
        if task.id in seen:
            words = f"the id {shown(task.id)} stands twice; choose another"
            page.problem(("follow_ups", "tasks", i, "id"), words)
        seen.add(task.id)
    return FollowUpRules(
        mode=model.mode,
        tasks=tuple(
            _task(page, task, ("follow_ups", "tasks", i)) for i, task in enumerate(model.tasks)
        ),
        columns=columns,
        rows=model.rows,
    )


def _task(page: Page, task: TaskModel, path: Path) -> FollowUpRule:
    page.known((*path, "who"), task.who, page.names.people, "one of the people of this file")
    if task.at is not None and task.at != SINCE:
        _moment(page, (*path, "at"), task.at)
    if (task.before or task.after) and task.at is None:
        words = "before and after need a moment to count from: write at, such as promised_at"
        page.problem(path, words)
    if task.once_per is not None and task.once_per != SINCE:
        page.known((*path, "once_per"), task.once_per, page.names.fields, "a field of an order")
    return FollowUpRule(
        id=task.id,
        when=page.when(task.when, (*path, "when")),
        do=task.do,
        who=task.who,
        channel=task.channel or "",
        at=task.at or "",
        before=_time(task.before),
        after=_time(task.after),
        within=_time(task.within) if task.within is not None else None,
        once_per=task.once_per or "",
        source=page.source(*path),
    )


def _moment(page: Page, path: Path, name: str) -> None:
    if not page.known(path, name, page.names.fields, "a moment of an order"):
        return
    if page.names.fields[name].kind != "moment":
        page.problem(path, f"{shown(name)} is no moment; name a column of dates, or {SINCE}")


def _time(span: Span | None) -> timedelta:
    return timedelta(seconds=span.seconds) if span is not None else timedelta(0)
